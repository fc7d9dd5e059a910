"""Supply of places that are not usage points: a house, an element of the network."""

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from opora.platform.errors import NotVisible
from opora.processes.outages.models import Outage
from opora.processes.outages.queries.supply import (
    SupplyStatus,
    supply_of_customer,
    supply_of_points,
    supply_status,
)
from opora.processes.outages.stages import OFF_NOW
from opora.registry.customers.models import Customer, UsagePoint
from opora.registry.grid.models import Element
from opora.registry.grid.queries import current_tracer

#: Usage points of a house that are answered for.
MOST = 2_000


def supply_of_house(gar_id: UUID) -> Sequence[SupplyStatus]:
    """The supply of the usage points of a house that the user may see, by its identifier in the state register."""
    points = UsagePoint.objects.filter(gar_id=gar_id).order_by("number", "pk").values_list("pk", flat=True)
    return list(supply_of_points(list(points[:MOST])).values())


def outage_of_element(element_id: int) -> Outage | None:
    """The outage that stands at an element, or because of which somebody right at it is off."""
    at_it = Outage.objects.filter(element_id=element_id, stage__in=OFF_NOW).order_by("pk").first()
    if at_it is not None:
        return at_it
    below = Outage.objects.filter(affected__usage_point__element_id=element_id, affected__until=None)
    return below.order_by("pk").first()


def seen_supply(usage_point_id: int) -> SupplyStatus:
    """The supply of a usage point.

    :raises NotVisible: when there is none for this user.
    """
    status = supply_status(usage_point_id)
    if status is None:
        raise NotVisible(_("There is no such usage point."))
    return status


def seen_customer_supply(customer_id: int) -> Sequence[SupplyStatus]:
    """The supply of each usage point of a customer.

    :raises NotVisible: when there is no such customer for this user.
    """
    if not Customer.objects.filter(pk=customer_id).exists():
        raise NotVisible(_("There is no such customer."))
    return supply_of_customer(customer_id)


def is_energised(element_id: int) -> bool:
    """Whether an element has supply as the network stands.

    :raises NotVisible: when there is no such element.
    """
    if not Element.objects.filter(pk=element_id, removed_at=None).exists():
        raise NotVisible(_("There is no such element."))
    return bool(current_tracer().energised([element_id]))
