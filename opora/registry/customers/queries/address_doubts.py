"""Addresses that mean no house of the register for certain."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from opora.registry.customers.models import AddressDoubt, UsagePoint

#: Beyond this they are not counted one by one.
COUNTED = 5_000


@dataclass(frozen=True)
class DoubtCounts:
    """How many wait, of those one may see; and whether there are more than were counted."""

    open: int
    without_house: int
    more: bool


def open_doubts(*, skipped: Sequence[int] = (), limit: int = 20) -> Sequence[AddressDoubt]:
    """Addresses that wait for a decision, the likeliest first, with their usage points and customers."""
    waiting = AddressDoubt.objects.filter(is_open=True).exclude(pk__in=skipped)
    found = waiting.select_related("usage_point__customer", "usage_point__branch").order_by("-confidence", "-pk")
    return list(found.defer("usage_point__customer__document")[:limit])


def doubt_counts() -> DoubtCounts:
    """How many usage points have no house, and of how many of them somebody has to decide."""
    waiting = AddressDoubt.objects.filter(is_open=True).values("pk")[: COUNTED + 1].count()
    without = UsagePoint.objects.filter(Q(gar_id=None)).values("pk")[: COUNTED + 1].count()
    return DoubtCounts(min(waiting, COUNTED), min(without, COUNTED), max(waiting, without) > COUNTED)
