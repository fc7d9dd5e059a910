"""How the register came to be as it is."""

from collections.abc import Mapping, Sequence

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from opora.platform.errors import NotVisible
from opora.registry.addresses.models import Delivery, DeliveryFault
from opora.registry.addresses.stages import DeliveryStage

_TITLES: Mapping[str, str | Promise] = {
    "objects_created": gettext_lazy("Address objects created"),
    "objects_changed": gettext_lazy("Address objects changed"),
    "objects_retired": gettext_lazy("Address objects no longer there"),
    "objects_in_all": gettext_lazy("Address objects in all"),
    "objects_without_place": gettext_lazy("of these without a place in the hierarchy"),
    "houses_created": gettext_lazy("Houses and plots created"),
    "houses_changed": gettext_lazy("Houses and plots changed"),
    "houses_retired": gettext_lazy("Houses and plots no longer there"),
    "houses_in_all": gettext_lazy("Houses and plots in all"),
    "houses_without_place": gettext_lazy("of these without a street"),
    "faults": gettext_lazy("Objects at fault"),
}


def deliveries() -> QuerySet[Delivery]:
    """All deliveries, the latest first."""
    return Delivery.objects.select_related("by").order_by("-started_at", "-pk")


def delivery_of(delivery_id: int) -> Delivery:
    """One delivery.

    :raises NotVisible: when there is no such delivery.
    """
    found = deliveries().filter(pk=delivery_id).first()
    if found is None:
        raise NotVisible(_("There is no such delivery."))
    return found


def last_applied() -> Delivery | None:
    """The delivery that tells of the latest day, of those that were applied."""
    return Delivery.objects.filter(stage=DeliveryStage.APPLIED).order_by("-as_of", "-pk").first()


def faults_of(delivery: Delivery, *, limit: int = 200) -> Sequence[DeliveryFault]:
    """What is at fault in a delivery, in the order in which it was found."""
    return list(DeliveryFault.objects.filter(delivery=delivery).order_by("pk")[:limit])


def result_lines(result: Mapping[str, int]) -> Sequence[tuple[str, int]]:
    """What came of a delivery, in words."""
    return [(str(title), result[code]) for code, title in _TITLES.items() if code in result]
