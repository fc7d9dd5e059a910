"""Who must be told of planned works, and by when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from opora.platform.calendar.queries import production_calendar
from opora.platform.calendar.terms import Term
from opora.platform.errors import NotVisible
from opora.processes.outages.models import NoticeRule, Outage
from opora.processes.outages.queries.conflicts import Conflict, Weight, conflicts_of, weight_of
from opora.processes.outages.rules import told_by
from opora.processes.outages.stages import OutageKind
from opora.registry.organization.queries import working_hours_of


@dataclass(frozen=True)
class Notice:
    """Somebody who must be told, the last moment for it, and the law."""

    code: str
    audience: str
    term: Term
    told_by: datetime
    legal_reference: str


@dataclass(frozen=True)
class Obstacles:
    """Everything that stands against the time of planned works, or must be thought of."""

    weight: Weight
    conflicts: Sequence[Conflict]
    notices: Sequence[Notice]


def obstacles_of(outage_id: int) -> Obstacles:
    """What stands against the time of planned works.

    :raises NotVisible: when there are no such works.
    """
    outage = Outage.objects.select_related("work").filter(pk=outage_id, kind=OutageKind.PLANNED).first()
    if outage is None:
        raise NotVisible(_("There are no such works."))
    return Obstacles(weight_of(outage_id), conflicts_of(outage_id), notices_of(outage))


def notice_rules(on: date) -> QuerySet[NoticeRule]:
    """The rules in force on a day, the newest of each code."""
    in_force = NoticeRule.objects.filter(valid_from__lte=on).order_by("code", "-valid_from")
    return in_force.distinct("code")


def notices_of(outage: Outage) -> Sequence[Notice]:
    """Who must be told of these planned works by when; the first to be told first."""
    hours, calendar = working_hours_of(outage.branch_id), production_calendar()
    begins_at = outage.work.planned_from
    notices = []
    for rule in notice_rules(timezone.localdate()):
        term = Term.parse(rule.term)
        last = told_by(term, begins_at, calendar, hours)
        notices.append(Notice(rule.code, rule.audience, term, last, rule.legal_reference))
    return sorted(notices, key=lambda notice: (notice.told_by, notice.code))


def late_notices(outage: Outage, *, now: datetime) -> Sequence[Notice]:
    """Who can no longer be told in time."""
    return [notice for notice in notices_of(outage) if notice.told_by < now]
