"""The same trouble again: the regulator's indicator counts repeated appeals within 30 working days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


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
    """Cases of the same customer or usage point registered within 30 working days, those of the same topic first."""
    raise NotImplementedError
