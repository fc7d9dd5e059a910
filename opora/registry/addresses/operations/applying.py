"""Applying a delivery that has been read: a statement for each table, all in one transaction.

A version of an object gives way to a later one, or to the same one as it was changed later; so deliveries may come
twice and in any order.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from opora.platform.access.models import User
from opora.platform.errors import BusinessError, NotVisible
from opora.platform.journal.operations import publish
from opora.platform.live.operations import announce
from opora.platform.stages import check_move
from opora.registry.addresses.events import DeliveryApplied
from opora.registry.addresses.models import Delivery, DeliveryFault, DeliveryFile
from opora.registry.addresses.stages import DELIVERY_MOVES, DeliveryKind, DeliveryStage

#: Objects at fault that are kept for looking at; how many there are is counted beyond it.
FAULTS_KEPT = 1_000


class OlderDelivery(BusinessError):
    """The register is at a later day already; a full delivery of an earlier one would take it back."""

    code = "older_delivery"
    status = 409


class BrokenDelivery(BusinessError):
    """The delivery contradicts the register or itself."""

    code = "broken_delivery"
    status = 409


_LATER = """
    (excluded.record_id = kept.record_id and excluded.updated_on >= kept.updated_on)
    or (excluded.valid_from, excluded.record_id) > (kept.valid_from, kept.record_id)
"""


def _newest(table: str) -> str:
    """The version of each object that holds, or held last, of those that a table of waiting ones has."""
    return f"""
        select distinct on (object_id) staged.* from {table} staged
        join addresses_deliveryfile file on file.id = staged.file_id and file.delivery_id = %(delivery)s
        order by object_id, valid_from desc, is_current desc, record_id desc
    """


def _differs(columns: Sequence[str]) -> str:
    """The condition that the delivery says something else than is kept."""
    kept, said = (", ".join(f"{row}.{column}" for column in columns) for row in ("kept", "excluded"))
    return f"({kept}) is distinct from ({said})"


_VERSION = ("record_id", "valid_from", "valid_to", "updated_on", "is_current")
_OBJECT = ("guid", "region", "level", "type", "name", *_VERSION)
_HOUSE = ("guid", "region", "kind", "label", "number", "key", *_VERSION)

_PUT_OBJECTS = f"""
    with said as ({_newest("addresses_stagedobject")}), named as (
        select object_id, array_agg(distinct addresses_named(staged.type, staged.name)) as names
        from addresses_stagedobject staged
        join addresses_deliveryfile file on file.id = staged.file_id and file.delivery_id = %(delivery)s
        group by object_id
    ), put as (
        insert into addresses_addressobject as kept (id, {", ".join(_OBJECT)}, former, text)
        select object_id, {", ".join(f"said.{column}" for column in _OBJECT)},
            array_remove(named.names, addresses_named(said.type, said.name)), ''
        from said join named using (object_id)
        on conflict (id) do update set
            {", ".join(f"{column} = excluded.{column}" for column in _OBJECT)},
            former = array(
                select distinct name
                from unnest(kept.former || excluded.former || addresses_named(kept.type, kept.name)) name
                where name <> addresses_named(excluded.type, excluded.name) order by name
            )
        where ({_LATER}) and {_differs(_OBJECT)}
        returning id, xmax = 0 as is_new
    ), touched as (insert into addresses_touched select id from put)
    select count(*) filter (where is_new), count(*) filter (where not is_new) from put
"""

_PUT_HOUSES = f"""
    with said as ({_newest("addresses_stagedhouse")}), put as (
        insert into addresses_house as kept (id, {", ".join(_HOUSE)})
        select object_id, {", ".join(_HOUSE)} from said
        on conflict (id) do update set {", ".join(f"{column} = excluded.{column}" for column in _HOUSE)}
        where ({_LATER}) and {_differs(_HOUSE)}
        returning xmax = 0 as is_new
    )
    select count(*) filter (where is_new), count(*) filter (where not is_new) from put
"""

#: What a full delivery does not name in the regions it is of, kind by kind, is no longer in the register.
_RETIRE_OBJECTS = f"""
    with said as ({_newest("addresses_stagedobject")})
    update addresses_addressobject kept set is_current = false
    where is_current and region > 0 and region in (select region from said)
        and not exists (select from said where said.object_id = kept.id)
"""
_RETIRE_HOUSES = f"""
    with said as ({_newest("addresses_stagedhouse")})
    update addresses_house kept set is_current = false
    where is_current and region > 0 and (region, kind) in (select region, kind from said)
        and not exists (select from said where said.object_id = kept.id)
"""

#: Places of what is held here; rooms and parking places, which are not, have places too.
_PLACES = """
    create temporary table addresses_placing on commit drop as
    select distinct on (object_id, municipal) object_id, municipal, path, object.id is null as is_house
    from addresses_stagedplace staged
    join addresses_deliveryfile file on file.id = staged.file_id and file.delivery_id = %(delivery)s
    left join addresses_addressobject object on object.id = staged.object_id
    left join addresses_house house on house.id = staged.object_id
    where object.is_current or house.is_current
    order by object_id, municipal, staged.valid_from desc, staged.record_id desc
"""

#: Each with the first of those above it that nobody knows. A house may stand on a plot that has an address itself.
_MISPLACED = """
    create temporary table addresses_misplaced on commit drop as
    select distinct on (object_id, municipal) object_id, municipal, step as missing
    from addresses_placing stands cross join lateral unnest(path) with ordinality above (step, n)
    where (not is_house or n = cardinality(path) - 1)
        and not exists (select from addresses_addressobject known where known.id = step)
        and not (is_house and exists (select from addresses_house known where known.id = step))
    order by object_id, municipal, n;
    delete from addresses_placing stands using addresses_misplaced lost
    where lost.object_id = stands.object_id and lost.municipal = stands.municipal;
"""

_PLACE_OBJECTS = """
    with said as (
        select object_id, max(path) filter (where not municipal) as adm, max(path) filter (where municipal) as mun
        from addresses_placing where not is_house group by object_id
    ), moved as (
        update addresses_addressobject kept set
            adm_path = coalesce(said.adm, kept.adm_path), mun_path = coalesce(said.mun, kept.mun_path),
            parent_id = place.path[cardinality(place.path) - 1]
        from said cross join lateral (
            select coalesce(said.adm, object.adm_path, said.mun) as path
            from addresses_addressobject object where object.id = said.object_id
        ) place
        where kept.id = said.object_id and (kept.adm_path, kept.mun_path, kept.parent_id) is distinct from (
            coalesce(said.adm, kept.adm_path), coalesce(said.mun, kept.mun_path),
            place.path[cardinality(place.path) - 1]
        )
        returning kept.id
    )
    insert into addresses_touched select id from moved
"""
_PLACE_HOUSES = """
    with said as (
        select distinct on (object_id) object_id, municipal, coalesce(parent.id, plot.parent_id) as parent_id
        from addresses_placing stands
        left join addresses_addressobject parent on parent.id = path[cardinality(path) - 1]
        left join addresses_house plot on parent.id is null and plot.id = path[cardinality(path) - 1]
        where is_house order by object_id, municipal
    )
    update addresses_house kept set parent_id = said.parent_id from said
    where kept.id = said.object_id and kept.parent_id is distinct from said.parent_id
        and (not said.municipal or kept.parent_id is null)
"""

_COUNTS = """
    select (select count(*) from addresses_addressobject where is_current) as objects_in_all,
        (select count(*) from addresses_house where is_current) as houses_in_all,
        (select count(*) from addresses_addressobject where is_current and adm_path is null and mun_path is null)
            as objects_without_place,
        (select count(*) from addresses_house where is_current and parent_id is null) as houses_without_place
"""


@transaction.atomic
def apply_delivery(*, delivery_id: int, by: User) -> Delivery:
    """Bring the register to what the delivery says, as a whole; an object without its parents keeps no place.

    :raises NotVisible: when there is no such delivery.
    :raises ForbiddenMove: when it has not been read to its end, or is applied already.
    :raises OlderDelivery: when it is full, and a later one of its regions is applied.
    :raises BrokenDelivery: when two objects have one identifier.
    """
    delivery = Delivery.objects.select_for_update().filter(pk=delivery_id).first()
    if delivery is None:
        raise NotVisible(_("There is no such delivery."))
    check_move(DELIVERY_MOVES, DeliveryStage(delivery.stage), DeliveryStage.APPLIED)
    if delivery.kind == DeliveryKind.FULL:
        later = Delivery.objects.filter(stage=DeliveryStage.APPLIED, as_of__gt=delivery.as_of)
        if last := later.filter(regions__overlap=delivery.regions).order_by("-as_of").first():
            message = _("The register is at %(day)s already, by “%(name)s”: take a later full delivery.")
            raise OlderDelivery(message % {"day": f"{last.as_of:%d.%m.%Y}", "name": last.name})
    try:
        delivery.result = _apply(delivery)
    except IntegrityError as clash:
        message = _("Two objects of the delivery have one identifier: %s. Load the delivery again.")
        raise BrokenDelivery(message % str(clash).splitlines()[-1]) from clash
    delivery.stage, delivery.applied_at = DeliveryStage.APPLIED, timezone.now()
    delivery.save(update_fields=["stage", "applied_at", "result"])
    _forget_waiting(delivery)
    publish(DeliveryApplied(delivery_id=delivery.pk, kind=delivery.kind), by=by, about=[delivery])
    announce("addresses")
    return delivery


def preview_delivery(*, delivery_id: int) -> tuple[Mapping[str, int], Sequence[DeliveryFault]]:
    """What applying the delivery would come to, and what is at fault in it; it is applied and taken back."""
    with transaction.atomic():
        delivery = Delivery.objects.select_for_update().get(pk=delivery_id)
        result = _apply(delivery)
        faults = list(DeliveryFault.objects.filter(delivery=delivery).order_by("pk"))
        transaction.set_rollback(True)
    return result, faults


def _apply(delivery: Delivery) -> Mapping[str, int]:
    given = {"delivery": delivery.pk}
    result: dict[str, int] = {}
    with connection.cursor() as cursor:
        cursor.execute("lock table addresses_addressobject, addresses_house in share row exclusive mode")
        cursor.execute("create temporary table addresses_touched (id bigint) on commit drop")
        cursor.execute(_PUT_OBJECTS, given)
        result["objects_created"], result["objects_changed"] = _counted(cursor)
        cursor.execute(_PUT_HOUSES, given)
        result["houses_created"], result["houses_changed"] = _counted(cursor)
        if delivery.kind == DeliveryKind.FULL:
            cursor.execute(_RETIRE_OBJECTS, given)
            result["objects_retired"] = cursor.rowcount
            cursor.execute(_RETIRE_HOUSES, given)
            result["houses_retired"] = cursor.rowcount
        cursor.execute(_PLACES, given)
        cursor.execute("analyze addresses_placing")
        cursor.execute(_MISPLACED)
        result["faults"] = _keep_faults(cursor, delivery)
        cursor.execute(_PLACE_OBJECTS)
        cursor.execute(_PLACE_HOUSES)
        cursor.execute("select addresses_describe(array(select distinct id from addresses_touched))")
        cursor.execute(_COUNTS)
        names = [column.name for column in cursor.description or ()]
        result |= dict(zip(names, _counted(cursor), strict=True))
        cursor.execute("drop table addresses_touched, addresses_placing, addresses_misplaced")
    return result


def _keep_faults(cursor: Any, delivery: Delivery) -> int:
    """Note which objects have somebody above them whom neither the register nor the delivery knows."""
    cursor.execute(
        "select object_id, missing, count(*) over () from addresses_misplaced order by object_id, municipal limit %s",
        [FAULTS_KEPT],
    )
    found = cursor.fetchall()
    reason = _("The object %(missing)s, in which it stands, is neither in the register nor in the delivery: load the "
               "full delivery of the region, or the changes that were left out.")  # fmt: skip
    DeliveryFault.objects.bulk_create(
        DeliveryFault(delivery=delivery, object=str(object_id), reason=reason % {"missing": missing})
        for object_id, missing, _count in found
    )
    return found[0][2] if found else 0


def _forget_waiting(delivery: Delivery) -> None:
    """What has been applied waits no longer; that its files were read is kept."""
    files = list(DeliveryFile.objects.filter(delivery=delivery).values_list("pk", flat=True))
    with connection.cursor() as cursor:
        for table in ("object", "house", "place"):
            cursor.execute(f"delete from addresses_staged{table} where file_id = any (%s)", [files])


def _counted(cursor: Any) -> Sequence[int]:
    row: Sequence[int] = cursor.fetchone()
    return row
