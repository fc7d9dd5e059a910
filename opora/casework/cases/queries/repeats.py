"""The same trouble again: the regulator's indicator counts repeated appeals within 30 working days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from opora.casework.cases.models import Case
from opora.casework.cases.queries.catalogue import Catalogue, catalogue
from opora.casework.cases.queries.clock import clock_of, working_days_before
from opora.casework.cases.queries.details import reopening_ends
from opora.casework.cases.rules import REOPENING
from opora.casework.cases.stages import OPEN_STATES, State


@dataclass(frozen=True, kw_only=True)
class EarlierCase:
    """A case that the new contact may repeat, and what the two have in common."""

    id: int
    number: str
    state: str
    kind: str
    topic_id: int
    topic: str
    text: str
    registered_at: datetime
    due_at: datetime
    answered_at: datetime | None
    same_customer: bool
    same_usage_point: bool
    same_topic: bool
    #: It is answered, and may still be reopened instead of registering a new one.
    reopenable: bool


def earlier_cases(
    *,
    customer_id: int | None = None,
    usage_point_id: int | None = None,
    topic_id: int | None = None,
    before: datetime | None = None,
    except_case_id: int | None = None,
    limit: int = 10,
) -> Sequence[EarlierCase]:
    """Cases of the same customer or usage point that are open, or were registered or answered within 30 working days.

    Those of the same topic, or of one above or below it, come first, then those of the same usage point, then the
    newest.

    :param before: the moment of the new contact; now by default.
    """
    same = Q()
    if customer_id is not None:
        same |= Q(customer=customer_id)
    if usage_point_id is not None:
        same |= Q(usage_point=usage_point_id)
    if not same:
        return []
    now = before or timezone.now()
    since = working_days_before(now, REOPENING.value)
    lately = Q(state__in=OPEN_STATES) | Q(registered_at__gte=since) | Q(answered_at__gte=since)
    found = Case.objects.filter(same, lately, registered_at__lt=now).exclude(state=State.CANCELLED)
    if except_case_id is not None:
        found = found.exclude(pk=except_case_id)
    everything = catalogue()
    rows = [
        _row(case, everything, now, customer_id=customer_id, usage_point_id=usage_point_id, topic_id=topic_id)
        for case in found.order_by("-registered_at", "-pk")[: 10 * limit]
    ]
    rows.sort(key=lambda row: (not row.same_topic, not row.same_usage_point))
    return rows[:limit]


def _row(
    case: Case,
    everything: Catalogue,
    now: datetime,
    *,
    customer_id: int | None,
    usage_point_id: int | None,
    topic_id: int | None,
) -> EarlierCase:
    topic = everything.topics[case.topic_id]
    wanted = everything.topics.get(topic_id) if topic_id is not None else None
    ends = reopening_ends(case, clock_of(case.branch_id))
    return EarlierCase(
        id=case.pk,
        number=case.number,
        state=case.state,
        kind=case.kind,
        topic_id=case.topic_id,
        topic=topic.title,
        text=case.text,
        registered_at=case.registered_at,
        due_at=case.due_at,
        answered_at=case.answered_at,
        same_customer=customer_id is not None and case.customer_id == customer_id,
        same_usage_point=usage_point_id is not None and case.usage_point_id == usage_point_id,
        same_topic=wanted is not None and (topic.id in wanted.path or wanted.id in topic.path),
        reopenable=ends is not None and now <= ends,
    )
