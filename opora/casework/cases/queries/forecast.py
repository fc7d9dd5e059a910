"""What would become of a contact if it were registered now: its passport, its due date, who gets it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from opora.casework.cases.queries.catalogue import StagePlan, catalogue
from opora.casework.cases.queries.clock import clock_of
from opora.casework.cases.stages import ClockStart, Kind
from opora.platform.calendar.explanation import explain, in_words
from opora.platform.scope import current_scope
from opora.registry.customers.models import Customer, UsagePoint
from opora.registry.organization.models import Division
from opora.registry.organization.queries import branches


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """The passport that the contact would follow."""

    passport: str
    title: str
    verified: bool
    #: The whole term in words.
    term: str
    due_at: datetime
    #: The date is the controlling body's own.
    due_is_given: bool
    #: The arithmetic behind the date.
    lines: Sequence[str]
    stages: Sequence[StagePlan]
    #: Where the first stage goes; empty when no rule says.
    division: str
    #: Nobody has said yet which branch it is: another may have other hours.
    branch_known: bool
    #: The consumer may be answered at once, and the case closed with that.
    answerable_at_once: bool


def forecast(
    *,
    topic_id: int,
    kind: str,
    channel: str,
    customer_id: int | None = None,
    usage_point_id: int | None = None,
    branch_id: int | None = None,
    district_id: int | None = None,
    received_at: datetime | None = None,
    due_at: datetime | None = None,
) -> Forecast | None:
    """What `register_case` of the same arguments would do; None when no passport is in force for them."""
    everything = catalogue()
    if topic_id not in everything.topics:
        return None
    known_branch, district_id = _place(customer_id, usage_point_id, branch_id, district_id)
    shown_branch = known_branch or branches().values_list("pk", flat=True).first()
    if shown_branch is None:
        return None
    clock, now = clock_of(shown_branch), timezone.now()
    day = clock.hours.local_day(now)
    plan = everything.version_for(topic_id=topic_id, kind=kind, channel=channel, day=day)
    if plan is None:
        return None
    start = min(received_at or now, now) if plan.starts == ClockStart.RECEIVED else now
    explained = explain(plan.term, start, clock.calendar, clock.hours)
    needed = [stage for stage in plan.stages if not stage.optional]
    return Forecast(
        passport=plan.passport,
        title=plan.title,
        verified=plan.verified,
        term=in_words(plan.term),
        due_at=due_at or explained.due,
        due_is_given=due_at is not None,
        lines=() if due_at else explained.lines,
        stages=plan.stages,
        division=_division(plan.stages[0].role, topic_id, known_branch, district_id),
        branch_known=known_branch is not None,
        answerable_at_once=kind != Kind.COMPLAINT and all(stage.answer for stage in needed),
    )


def _division(role: str, topic_id: int, branch_id: int | None, district_id: int | None) -> str:
    if branch_id is None:
        return ""
    route = catalogue().route(role=role, topic_id=topic_id, branch_id=branch_id, district_id=district_id)
    if route is None:
        return ""
    return Division.objects.filter(pk=route.division_id).values_list("name", flat=True).first() or ""


def _place(
    customer_id: int | None, usage_point_id: int | None, branch_id: int | None, district_id: int | None
) -> tuple[int | None, int | None]:
    """The branch and district that the case would belong to, if that is settled."""
    if branch_id is not None:
        return branch_id, district_id
    if usage_point_id is not None:
        point = UsagePoint.objects.filter(pk=usage_point_id).values_list("branch_id", "district_id").first()
        if point is not None:
            return point
    if customer_id is not None:
        served = Customer.objects.filter(pk=customer_id).values_list("branch_ids", flat=True).first() or []
        if len(served) == 1:
            return served[0], None
    own = current_scope().branches
    return (next(iter(own)) if len(own) == 1 else None), None
