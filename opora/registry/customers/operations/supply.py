"""What of the network supplies usage points."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from opora.platform.access.models import User
from opora.platform.journal.operations import publish
from opora.registry.customers.events import UsagePointsBound


@dataclass(frozen=True, slots=True)
class Binding:
    """What came of binding: how many usage points were bound anew, and what could not be found. Sorted."""

    bound: int
    unknown_numbers: Sequence[str]
    unknown_elements: Sequence[str]


@transaction.atomic
def bind_usage_points(*, pairs: Mapping[str, str], by: User) -> Binding:
    """Tell which element of the network supplies each usage point, in one statement for all.

    :param pairs: numbers of usage points to mRIDs of elements.
    """
    numbers, mrids = list(pairs), list(pairs.values())
    with connection.cursor() as cursor:
        cursor.execute(
            """
            with given as (select * from unnest(%s::text[], %s::text[]) as told (number, mrid)),
            bound as (
                update customers_usagepoint point set element_id = element.id
                from given join grid_element element on element.mrid = given.mrid and element.removed_at is null
                where point.number = given.number and point.element_id is distinct from element.id
                returning 1
            )
            select (select count(*) from bound),
                array(select number from given
                      where not exists (select from customers_usagepoint point where point.number = given.number)
                      order by number),
                array(select distinct mrid from given
                      where not exists (select from grid_element element
                                        where element.mrid = given.mrid and element.removed_at is null)
                      order by mrid)
            """,
            [numbers, mrids],
        )
        binding = Binding(*cursor.fetchone())
    if binding.bound:
        publish(UsagePointsBound(count=binding.bound), by=by, about=[])
    return binding
