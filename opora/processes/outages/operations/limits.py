"""Limits of interruptions: what is allowed is kept as data, and dispatchers are warned before it is passed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from tomllib import loads

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from opora.casework.messaging.operations import notify
from opora.casework.messaging.stages import Level
from opora.platform.access.models import User
from opora.platform.access.queries import users_holding
from opora.platform.errors import BusinessError, NotVisible
from opora.platform.journal.operations import publish, publish_many, record_read
from opora.processes.outages.events import ContractLimitSet, LimitNeared
from opora.processes.outages.limits import threshold
from opora.processes.outages.models import ContractLimit, LimitWarning, Outage, ReliabilityLimit
from opora.processes.outages.permissions import OutagePermission
from opora.processes.outages.queries.limits import LimitFilter, PointSpent, longest_off, running_limits, statutory
from opora.processes.outages.stages import LimitKind
from opora.registry.customers.models import Agreement, Customer, UsagePoint

_FILE = Path(__file__).resolve().parent.parent / "limits.toml"


class LimitTooLong(BusinessError):
    code = "limit_too_long"


class AgreementOfAnother(BusinessError):
    code = "agreement_of_another"


@transaction.atomic
def load_limits(*, by: User, source: str | None = None) -> int:
    """Add the limits of the categories that are missing; those that are there stay; return how many were new.

    :param source: TOML in the form of `limits.toml`, which is the default.
    """
    told = loads(source if source is not None else _FILE.read_text())["limits"]
    known = set(ReliabilityLimit.objects.values_list("category", "valid_from"))
    new = [ReliabilityLimit(**line) for line in told if (line["category"], line["valid_from"]) not in known]
    ReliabilityLimit.objects.bulk_create(new)
    return len(new)


@transaction.atomic
def set_contract_limit(
    *,
    usage_point_id: int,
    consecutive_hours: Decimal,
    yearly_hours: Decimal,
    by: User,
    agreement_id: int | None = None,
) -> ContractLimit:
    """Set the hours that the parties have agreed on for a usage point (ПП 861, п. 31(6)).

    :raises NotVisible: when there is no such usage point.
    :raises LimitTooLong: when they make no sense, or are more than category III is allowed.
    :raises AgreementOfAnother: when the agreement is not of this customer.
    """
    point = UsagePoint.objects.select_for_update(no_key=True).filter(pk=usage_point_id).first()
    if point is None:
        raise NotVisible(_("There is no such usage point."), field="usage_point_id")
    if not 0 < consecutive_hours <= yearly_hours:
        raise LimitTooLong(
            _("Give more than no hours without a break, and at least as many a year."), field="yearly_hours"
        )
    third = statutory(timezone.localdate()).get(UsagePoint.Reliability.THIRD)
    if third and (consecutive_hours > third.consecutive or yearly_hours > third.yearly):
        message = _("A contract may allow no more than category III has: %(consecutive)s h without a break, %(yearly)s h a year.")  # fmt: skip  # noqa: E501
        told = {"consecutive": third.consecutive, "yearly": third.yearly}
        raise LimitTooLong(message % told, field="consecutive_hours")
    agreements = Agreement.objects.filter(customer_id=point.customer_id)
    agreement = agreements.filter(pk=agreement_id).first() if agreement_id is not None else None
    if agreement_id is not None and agreement is None:
        raise AgreementOfAnother(_("This customer has no such agreement: choose one of his."), field="agreement_id")
    limit, _new = ContractLimit.objects.update_or_create(
        usage_point=point,
        defaults={"agreement": agreement, "consecutive_hours": consecutive_hours, "yearly_hours": yearly_hours},
    )
    publish(ContractLimitSet(usage_point_id=point.pk), by=by, about=[point])
    return limit


@transaction.atomic
def read_years(
    *, wanted: LimitFilter, by: User, after: tuple[int, int] | None = None, limit: int = 50
) -> Sequence[PointSpent]:
    """A page of usage points by how long they were off in a year; the journal says who looked (152-ФЗ, ст. 19)."""
    rows = longest_off(wanted, after=after, limit=limit)
    if about := [Customer(pk=pk) for pk in sorted({row.customer_id for row in rows})]:
        record_read(what="outages.limits", about=about, by=by)
    return rows


@dataclass(frozen=True)
class _Neared:
    outage_id: int
    kind: LimitKind
    share: int
    points: int


@transaction.atomic
def warn_of_limits(*, now: datetime, by: User) -> int:
    """Warn of outages whose usage points have spent a half, four fifths or all of the hours they are allowed.

    Each threshold of each outage is told once, the highest alone after a standstill, as warnings of stages are.

    :return: how many warnings were given.
    """
    neared = [
        _Neared(line.outage_id, kind, reached, line.points_at(kind, reached))
        for line in running_limits(now=now)
        for kind in LimitKind
        if (reached := threshold(line.worst(kind)))
    ]
    told = list(LimitWarning.objects.filter(outage_id__in={line.outage_id for line in neared}))
    before = {(row.outage_id, row.kind): row.share for row in sorted(told, key=lambda row: row.share)}
    fresh = [line for line in neared if line.share > before.get((line.outage_id, line.kind), 0)]
    LimitWarning.objects.bulk_create(
        [
            LimitWarning(outage_id=line.outage_id, kind=line.kind, share=line.share, points=line.points, at=now)
            for line in fresh
        ],
        ignore_conflicts=True,
    )
    outages = Outage.objects.in_bulk({line.outage_id for line in fresh})
    _ring(fresh, outages, by)
    publish_many(
        [
            (
                LimitNeared(outage_id=line.outage_id, kind=line.kind.value, share=line.share, points=line.points),
                [outages[line.outage_id]],
            )
            for line in fresh
        ],
        by=by,
    )
    return len(fresh)


def _ring(fresh: Sequence[_Neared], outages: dict[int, Outage], by: User) -> None:
    """Put the warnings into the bells of those who dispatch in the branch."""
    if not fresh:
        return
    branches = {outages[line.outage_id].branch_id for line in fresh}
    holders = User.objects.filter(pk__in=users_holding(OutagePermission.DISPATCH), branches__overlap=list(branches))
    people = list(holders.order_by("pk").values_list("pk", "branches"))
    for line in fresh:
        outage = outages[line.outage_id]
        notify(
            user_ids=[pk for pk, own in people if outage.branch_id in own],
            text=_text(line, outage),
            url=reverse("outages:outage", args=[outage.pk]),
            once=f"outage_limit:{outage.pk}:{line.kind}:{line.share}",
            level=Level.WARNING,
            by=by,
        )


def _text(line: _Neared, outage: Outage) -> str:
    words = {
        LimitKind.CONSECUTIVE: ngettext(
            "%(number)s: %(points)d usage point has spent %(share)d %% of the hours it may be off without a break.",
            "%(number)s: %(points)d usage points have spent %(share)d %% of the hours they may be off without a break.",
            line.points,
        ),
        LimitKind.YEARLY: ngettext(
            "%(number)s: %(points)d usage point has spent %(share)d %% of the hours it may be off in a year.",
            "%(number)s: %(points)d usage points have spent %(share)d %% of the hours they may be off in a year.",
            line.points,
        ),
    }
    return words[line.kind] % {"number": outage.number, "points": line.points, "share": line.share}
