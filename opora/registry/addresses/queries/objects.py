"""Objects and houses of the register as they are, and the tree they stand in."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from opora.platform.errors import NotVisible
from opora.registry.addresses.models import AddressObject, House


@dataclass(frozen=True)
class Placed:
    """An object, and the way from the region down to itself in both divisions of the country."""

    object: AddressObject
    administrative: Sequence[AddressObject]
    municipal: Sequence[AddressObject]


def object_of(guid: UUID) -> Placed:
    """One object of the register with all above it, in two queries.

    :raises NotVisible: when the register has no such object.
    """
    found = AddressObject.objects.filter(guid=guid).first()
    if found is None:
        raise NotVisible(_("The address register has no such object."))
    above = AddressObject.objects.in_bulk({*(found.adm_path or ()), *(found.mun_path or ())} - {found.pk})
    known = {**above, found.pk: found}
    adm, mun = ([known[step] for step in path or () if step in known] for path in (found.adm_path, found.mun_path))
    return Placed(found, adm, mun)


def house_of(guid: UUID) -> House:
    """One house with its street.

    :raises NotVisible: when the register has no such house.
    """
    found = House.objects.select_related("parent").filter(guid=guid).first()
    if found is None:
        raise NotVisible(_("The address register has no such house."))
    return found


def objects_below(parent_id: int | None) -> QuerySet[AddressObject]:
    """Current objects directly below one; regions, when none is named."""
    top = Q(parent=None, level=1) if parent_id is None else Q(parent=parent_id)
    return AddressObject.objects.filter(top, is_current=True).order_by("level", "name", "pk")


def houses_below(parent_id: int, *, number: str = "") -> QuerySet[House]:
    """Current houses and plots of a street, by number; of those whose number begins so."""
    found = House.objects.filter(parent_id=parent_id, is_current=True).order_by("number", "key", "pk")
    return found.filter(key__startswith=number) if number else found


def counts_below(ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """How many current objects, and houses, stand directly in each of these."""
    objects = AddressObject.objects.filter(parent__in=ids, is_current=True).values_list("parent").annotate(Count("pk"))
    houses = House.objects.filter(parent__in=ids, is_current=True).values_list("parent").annotate(Count("pk"))
    of_objects, of_houses = dict(objects.order_by("parent")), dict(houses.order_by("parent"))
    return {pk: (of_objects.get(pk, 0), of_houses.get(pk, 0)) for pk in ids}
