"""A register of addresses for the demo region: settlements, streets, and the houses where somebody is supplied."""

from collections.abc import Iterator, Sequence
from datetime import date
from hashlib import md5
from uuid import UUID

from django.db import connection
from django.utils import timezone

from opora.config.demo.copying import analyse, copy_models
from opora.config.demo.region import BRANCHES, SETTLEMENTS, STREETS
from opora.platform.access.models import User
from opora.registry.addresses.models import AddressObject, Delivery
from opora.registry.addresses.stages import DeliveryKind, DeliveryStage, Level

#: Ids of the real register are smaller.
_FIRST_OBJECT, _FIRST_HOUSE = 9_000_000_000, 9_100_000_000
_SINCE, _FOREVER = date(2015, 11, 5), date(2079, 6, 6)
_ADYGEA = "04"
_TYPES = {"г": ("г.", Level.CITY), "п": ("п.", Level.PLACE), "с": ("с.", Level.PLACE), "пгт": ("пгт.", Level.PLACE)}

_HOUSES = """
    insert into addresses_house (
        id, guid, region, kind, label, number, key, record_id, valid_from, valid_to, updated_on, is_current, parent_id
    )
    select %(first)s + row_number() over (order by house), md5(house)::uuid, street.region, 'HOUSE', 'д. ' || number,
        number::int, number, %(first)s + row_number() over (order by house), %(since)s, %(forever)s, %(since)s, true,
        street.id
    from (
        select substring(address from '^.*, ул [^,]+, д [0-9]+') as house
        from (
            select address from customers_usagepoint where gar_id is not null
            union
            select unnest(%(said)s::text[])
        ) each
        group by house
    ) said
    cross join lateral (select substring(house from '[0-9]+$') as number) its
    join unnest(%(places)s::text[], %(ids)s::bigint[]) place (text, id)
        on place.text = substring(house from '^(.*), д ')
    join addresses_addressobject street on street.id = place.id
"""


def house_id(address: str) -> UUID:
    """The id that the house of an address of the demo region has in its register; flats and outbuildings share it."""
    street, _mark, rest = address.partition(", д ")
    number = rest.split(",")[0].split(" ")[0]
    return UUID(md5(f"{street}, д {number}".encode(), usedforsecurity=False).hexdigest())


def build_register(today: date, *, said: Sequence[str], by: User) -> None:
    """Write the register for the usage points that are there. To be called as the owner.

    :param said: addresses as customers say them, where old papers write something else.
    """
    streets: dict[str, int] = {}
    objects = list(_objects(streets))
    copy_models(objects)
    with connection.cursor() as cursor:
        cursor.execute(
            _HOUSES,
            {
                "first": _FIRST_HOUSE, "since": _SINCE, "forever": _FOREVER, "places": list(streets),
                "ids": list(streets.values()), "said": list(said),
            },
        )  # fmt: skip
        houses = cursor.rowcount
        cursor.execute("select addresses_describe(array(select id from addresses_addressobject))")
    analyse("addresses_addressobject", "addresses_house")
    Delivery.objects.create(
        kind=DeliveryKind.FULL, name="Демонстрационный регион", as_of=today, regions=[1, 23], by=by,
        stage=DeliveryStage.APPLIED, applied_at=timezone.now(),
        result={
            "objects_created": len(objects), "houses_created": houses, "objects_in_all": len(objects),
            "houses_in_all": houses, "faults": 0,
        },
    )  # fmt: skip


def _objects(streets: dict[str, int]) -> Iterator[AddressObject]:
    """Regions, districts, settlements, and in each of these every street; `streets` learns where each is."""
    ids = iter(range(_FIRST_OBJECT, _FIRST_HOUSE))
    regions = {
        code: _object(next(ids), (), code, Level.REGION, kind, name)
        for code, kind, name in ((23, "край", "Краснодарский"), (1, "респ.", "Адыгея"))
    }
    yield from regions.values()
    towns: dict[str, AddressObject] = {}
    for branch in BRANCHES:
        region = regions[1 if branch.code == _ADYGEA else 23]
        for district in branch.districts:
            around = _object(next(ids), _path(region), region.region, Level.ADMINISTRATIVE_DISTRICT, "р-н", district)
            yield around
            for place in SETTLEMENTS[district]:
                above = region if place.startswith("г ") else around
                for name in place.split(", "):
                    kind, bare = name.split(" ", 1)
                    kind, level = _TYPES.get(kind, (kind, Level.PLACE if kind != "р-н" else Level.PLANNING))
                    if level != Level.CITY or name not in towns:
                        towns[name] = _object(next(ids), _path(above), region.region, level, kind, bare)
                        yield towns[name]
                    above = towns[name]
                for street in STREETS:
                    found = _object(next(ids), _path(above), region.region, Level.STREET, "ул.", street)
                    streets[f"{place}, ул {street}"] = found.pk
                    yield found


def _path(above: AddressObject) -> tuple[int, ...]:
    return tuple(above.adm_path or ())


def _object(pk: int, above: tuple[int, ...], region: int, level: Level, kind: str, name: str) -> AddressObject:
    path = [*above, pk]
    return AddressObject(
        id=pk, guid=UUID(md5(str(pk).encode(), usedforsecurity=False).hexdigest()), region=region, level=level,
        type=kind, name=name, record_id=pk, valid_from=_SINCE, valid_to=_FOREVER, updated_on=_SINCE, is_current=True,
        adm_path=path, mun_path=path, parent_id=above[-1] if above else None,
    )  # fmt: skip
