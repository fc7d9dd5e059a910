"""The filter of the journal and the indices: the same one, so that each figure opens its rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from opora.processes.outages.form81 import SHEDDING
from opora.processes.outages.models import Cause, Interruption, InterruptionPart
from opora.processes.outages.saidi import Period, period_of
from opora.processes.outages.stages import InterruptionKind, OutageKind
from opora.registry.customers.models import UsagePoint
from opora.registry.organization.models import Branch, District


@dataclass(frozen=True, kw_only=True)
class JournalFilter:
    """Interruptions that lie in [since, until), wholly or in part; nothing else given: all of them."""

    since: date
    until: date
    branch_id: int | None = None
    district_id: int | None = None
    voltage: str = ""
    #: With all that lies below it.
    cause_id: int | None = None
    no_cause: bool = False
    kind: str = ""

    @property
    def period(self) -> Period:
        """The midnights between which it lies, by the company's clock."""
        return period_of(self.since, self.until, ZoneInfo(settings.TIME_ZONE))

    @property
    def last_day(self) -> date:
        """The last day of the period, as people write it."""
        return self.until - timedelta(days=1)

    def query(self, **more: object) -> str:
        """As the address of a page has it, with some of it changed; the last day of the period is in it."""
        given: dict[str, object] = {
            "since": self.since, "until": self.last_day, "branch": self.branch_id, "district": self.district_id,
            "voltage": self.voltage, "cause": "none" if self.no_cause else self.cause_id, "kind": self.kind, **more,
        }  # fmt: skip
        return urlencode({name: value for name, value in given.items() if value not in (None, "")})

    def said(self) -> Sequence[tuple[str, str]]:
        """The period and the conditions in words, for the head of a report."""
        period = f"{date_format(self.since, 'd.m.Y')} – {date_format(self.last_day, 'd.m.Y')}"
        cause = Cause.objects.filter(pk=self.cause_id).first() if self.cause_id is not None else None
        found = [
            (_("Period"), period),
            (_("Branch"), _name(Branch, self.branch_id)),
            (_("District"), _name(District, self.district_id)),
            (_("Voltage level"), str(UsagePoint.Voltage(self.voltage).label) if self.voltage else ""),
            (_("Cause"), _("not known") if self.no_cause else f"{cause.code} {cause.name}" if cause else ""),
            (_("Kind"), f"{self.kind} · {InterruptionKind(self.kind).label}" if self.kind else ""),
        ]
        return [(str(label), text) for label, text in found if text]


def _name(kind: type[Branch] | type[District], pk: int | None) -> str:
    place = kind.objects.filter(pk=pk).first() if pk is not None else None
    return place.name if place else ""


#: The kind of an interruption in SQL, as `form81.kind_of` tells it.
KIND = f"""
case when outage.kind = 'PLANNED' then 'П' when not coalesce(cause.ours, true) then 'В1'
    when cause.code = '{SHEDDING}' or cause.code like '{SHEDDING}.%%' then 'А' else 'В' end
"""


def causes_below(cause_id: int) -> Sequence[int]:
    """The cause and all that lies below it."""
    children: dict[int | None, list[int]] = {}
    for pk, parent in Cause.objects.values_list("pk", "parent"):
        children.setdefault(parent, []).append(pk)
    found, waiting = [], [cause_id]
    while waiting:
        found.append(waiting.pop())
        waiting.extend(children.get(found[-1], ()))
    return sorted(found)


def conditions(wanted: JournalFilter) -> tuple[str, dict[str, Any]]:
    """The filter as conditions on `line`, `part`, `outage` and `cause`, with their values."""
    values: dict[str, Any] = {"begins": wanted.period.begins, "ends": wanted.period.ends}
    found = ["line.since < %(ends)s", "line.until > %(begins)s"]
    for name, column, value in (
        ("branch", "part.branch_id", wanted.branch_id),
        ("district", "part.district_id", wanted.district_id),
        ("voltage", "part.voltage", wanted.voltage or None),
        ("kind", KIND, wanted.kind or None),
    ):
        if value is not None:
            found.append(f"{column} = %({name})s")
            values[name] = value
    if wanted.no_cause:
        found.append("outage.cause_id is null")
    elif wanted.cause_id is not None:
        found.append("outage.cause_id = any(%(causes)s)")
        values["causes"] = causes_below(wanted.cause_id)
    return " and ".join(found), values


def interruptions(wanted: JournalFilter) -> QuerySet[Interruption]:
    """The interruptions that the filter finds, in order of their beginning."""
    period = wanted.period
    found = Interruption.objects.filter(since__lt=period.ends, until__gt=period.begins)
    if wanted.no_cause:
        found = found.filter(outage__cause=None)
    elif wanted.cause_id is not None:
        found = found.filter(outage__cause__in=causes_below(wanted.cause_id))
    if wanted.kind:
        found = found.filter(_of_kind(InterruptionKind(wanted.kind)))
    if any(parts := _of_parts(wanted)):
        found = found.filter(Exists(InterruptionPart.objects.filter(interruption=OuterRef("pk"), **parts)))
    return found.order_by("since", "outage_id", "until")


def parts_of(wanted: JournalFilter) -> QuerySet[InterruptionPart]:
    """The parts that the filter finds: under a filter a line of the journal counts these alone."""
    return InterruptionPart.objects.filter(**_of_parts(wanted)).order_by("pk")


def _of_parts(wanted: JournalFilter) -> Mapping[str, Any]:
    given = {"branch_id": wanted.branch_id, "district_id": wanted.district_id, "voltage": wanted.voltage or None}
    return {name: value for name, value in given.items() if value is not None}


def _of_kind(kind: InterruptionKind) -> Q:
    planned = Q(outage__kind=OutageKind.PLANNED)
    strange = Q(outage__cause__isnull=False, outage__cause__ours=False)
    shed = Q(outage__cause__isnull=False) & (
        Q(outage__cause__code=SHEDDING) | Q(outage__cause__code__startswith=f"{SHEDDING}.")
    )
    return {
        InterruptionKind.PLANNED: planned,
        InterruptionKind.NOT_OURS: ~planned & strange,
        InterruptionKind.SHEDDING: ~planned & ~strange & shed,
        InterruptionKind.UNPLANNED: ~planned & ~strange & ~shed,
    }[kind]
