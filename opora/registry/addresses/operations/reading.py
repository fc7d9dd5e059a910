"""Reading a delivery: each file in a transaction of its own, so whoever goes on after a break begins with the next."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.db import DataError, IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from opora.platform.access.models import User
from opora.platform.errors import BusinessError
from opora.platform.journal.operations import publish
from opora.platform.live.operations import announce
from opora.platform.stages import check_move
from opora.registry.addresses.events import DeliveryRefused
from opora.registry.addresses.house_numbers import registered_label, registered_number
from opora.registry.addresses.models import (
    Delivery,
    DeliveryFault,
    DeliveryFile,
    StagedHouse,
    StagedObject,
    StagedPlace,
)
from opora.registry.addresses.stages import DELIVERY_MOVES, DeliveryKind, DeliveryStage, HouseKind
from opora.registry.addresses.transports import (
    BATCH,
    HouseRecord,
    ObjectRecord,
    PlaceRecord,
    Record,
    Source,
    SourceFile,
    UnreadableDelivery,
)

OnProgress = Callable[[int, int], None]

_VERSION = "object_id, record_id, valid_from, valid_to, updated_on, is_current"
_COPY: dict[type[Any], str] = {
    kind: f"copy {table} (file_id, {_VERSION}, {columns}) from stdin"
    for kind, table, columns in (
        (ObjectRecord, StagedObject._meta.db_table, "guid, region, level, type, name"),
        (HouseRecord, StagedHouse._meta.db_table, "guid, region, kind, label, number, key"),
        (PlaceRecord, StagedPlace._meta.db_table, "municipal, path"),
    )
}
_STAGED = (StagedObject, StagedHouse, StagedPlace)


class ReadElsewhere(BusinessError):
    """Somebody else reads the same delivery at the same time."""

    code = "read_elsewhere"
    status = 409


def read_delivery(*, source: Source, by: User, on_progress: OnProgress | None = None) -> Delivery:
    """Read what a delivery holds beside the register, which stays as it is. Goes on where it was broken off.

    To be called outside any transaction. A file that cannot be read refuses the delivery; once mended, only what has
    changed since is read again.

    :raises UnreadableDelivery: when it is no delivery of the register at all.
    :raises ReadElsewhere: when somebody reads it already.
    """
    files = source.files
    delivery = _begin(source, files, by=by)
    read = set(DeliveryFile.objects.filter(delivery=delivery).values_list("name", flat=True))
    total, done = sum(file.size for file in files) or 1, 0
    for file in files:
        if file.name not in read:
            try:
                _take(delivery, source, file, partial(_tell, on_progress, done, total))
            except UnreadableDelivery as refusal:
                return _refuse(delivery, refusal, by=by)
        done += file.size
        _tell(on_progress, done, total, 0)
    return _finish(delivery)


@transaction.atomic
def _begin(source: Source, files: Sequence[SourceFile], *, by: User) -> Delivery:
    """The delivery under way of that name, or a new one; what was read of files that are others now is dropped."""
    kind = DeliveryKind.DELTA if source.is_delta else DeliveryKind.FULL
    under_way = Delivery.objects.select_for_update().exclude(stage=DeliveryStage.APPLIED)
    delivery = under_way.filter(name=source.name, kind=kind).first() or Delivery(name=source.name, kind=kind)
    if delivery.stage != DeliveryStage.READING:
        check_move(DELIVERY_MOVES, DeliveryStage(delivery.stage), DeliveryStage.READING)
    delivery.stage, delivery.by, delivery.as_of, delivery.result = DeliveryStage.READING, by, source.as_of, {}
    delivery.regions = sorted({file.region for file in files if file.region})
    delivery.save()
    DeliveryFault.objects.filter(delivery=delivery).delete()
    prints = {file.name: file.fingerprint for file in files}
    stale = [
        file.pk for file in DeliveryFile.objects.filter(delivery=delivery) if prints.get(file.name) != file.fingerprint
    ]
    for model in _STAGED:
        model._default_manager.filter(file__in=stale).delete()
    DeliveryFile.objects.filter(pk__in=stale).delete()
    announce("addresses")
    return delivery


@transaction.atomic
def _take(delivery: Delivery, source: Source, file: SourceFile, tell: Callable[[int], None]) -> None:
    """Read one file to its end, or not at all."""
    kept = DeliveryFile(delivery=delivery, name=file.name, fingerprint=file.fingerprint, records=0)
    try:
        with transaction.atomic():
            kept.save()
    except IntegrityError as clash:
        raise ReadElsewhere(_("Somebody reads this delivery at the same time: wait for him to finish.")) from clash
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for number, batch in enumerate(source.records(file), start=1):
                if batch:
                    with cursor.copy(_COPY[type(batch[0])]) as copy:
                        for record in batch:
                            copy.write_row((kept.pk, *record[0], *_columns(record)))
                kept.records += len(batch)
                tell(min(number * BATCH, file.size))
    except DataError as fault:
        message = _("%(file)s has a value that the register cannot hold: %(reason)s. Load the delivery again.")
        reason = str(fault).splitlines()[0]
        raise UnreadableDelivery(message % {"file": file.name, "reason": reason}, file=file.name) from fault
    kept.save(update_fields=["records"])


def _columns(record: Record) -> tuple[Any, ...]:
    """What is kept of a record beside its version."""
    if isinstance(record, ObjectRecord):
        return record.guid, record.region, record.level, record.type, record.name
    if isinstance(record, PlaceRecord):
        return record.municipal, list(record.path)
    found = registered_number(record.number, first=record.first, second=record.second)
    label = registered_label(record.type, record.number, first=record.first, second=record.second)
    number, key = (found.number, found.key) if found else (0, "")
    if record.is_stead:
        return record.guid, record.region, HouseKind.STEAD.value, f"уч. {record.number}", number, key
    return record.guid, record.region, HouseKind.HOUSE.value, label, number, key


@transaction.atomic
def _refuse(delivery: Delivery, refusal: UnreadableDelivery, *, by: User) -> Delivery:
    delivery.stage = DeliveryStage.REFUSED
    delivery.save(update_fields=["stage"])
    DeliveryFault.objects.create(
        delivery=delivery, file=refusal.file, object=refusal.object_id[:60], reason=str(refusal)
    )
    publish(DeliveryRefused(delivery_id=delivery.pk), by=by, about=[delivery])
    announce("addresses")
    return delivery


@transaction.atomic
def _finish(delivery: Delivery) -> Delivery:
    delivery.stage = DeliveryStage.READ
    delivery.save(update_fields=["stage"])
    announce("addresses")
    return delivery


def _tell(on_progress: OnProgress | None, before: int, total: int, more: int) -> None:
    if on_progress:
        on_progress(before + more, total)
