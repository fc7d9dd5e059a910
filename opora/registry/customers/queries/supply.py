"""Usage points by what of the network supplies them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count

from opora.registry.customers.models import UsagePoint
from opora.registry.grid.queries import current_tracer


@dataclass(frozen=True, slots=True)
class SuppliedPage:
    """Usage points below an element: a page of them, and how many there are of each reliability category."""

    points: Sequence[UsagePoint]
    next: str
    categories: Sequence[tuple[str, int]]

    @property
    def total(self) -> int:
        return sum(count for _category, count in self.categories)


def supplied_below(element_id: int, *, after: str = "", limit: int = 100) -> SuppliedPage:
    """Give the usage points that would lose supply with an element, in the order of their numbers.

    :param after: the number that ends the page before.
    """
    elements = [element_id, *current_tracer().lost_by_opening(element_id).tolist()]
    # one array, however many elements there are: a list of parameters would not bear a substation
    below = UsagePoint.objects.extra(where=["customers_usagepoint.element_id = any(%s)"], params=[elements])
    found = list(
        below.filter(number__gt=after).select_related("branch", "district", "element").order_by("number")[: limit + 1]
    )
    counts = below.order_by("reliability_category").values_list("reliability_category").annotate(count=Count("id"))
    return SuppliedPage(
        points=found[:limit],
        next=found[limit - 1].number if len(found) > limit else "",
        categories=list(counts),
    )


def count_stranded() -> int:
    """Count the usage points whose element is in the network no more: nobody knows what supplies them."""
    return UsagePoint.objects.filter(element__removed_at__isnull=False).count()
