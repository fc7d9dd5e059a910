"""The register as it was last delivered, the deliveries themselves, and what of them waits to be applied."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from opora.registry.addresses.stages import DeliveryKind, DeliveryStage, HouseKind, Level


class AddressObject(models.Model):
    """A region, a city, a street: whatever houses lie in (адресообразующий элемент)."""

    #: The register's own number (OBJECTID).
    id = models.BigIntegerField(primary_key=True)
    guid = models.UUIDField(unique=True)
    region = models.PositiveSmallIntegerField()
    level = models.PositiveSmallIntegerField(choices=Level)
    type = models.CharField(max_length=50)
    name = models.CharField(max_length=250)
    #: Names it has had, with their types: old papers still bear them.
    former = ArrayField(models.CharField(max_length=301), default=list)
    #: The version of the object that stands here: [from, to).
    record_id = models.BigIntegerField()
    valid_from = models.DateField()
    valid_to = models.DateField()
    updated_on = models.DateField()
    is_current = models.BooleanField()
    #: Ids from the region down to the object itself, in the two divisions of the country.
    adm_path = ArrayField(models.BigIntegerField(), null=True)
    mun_path = ArrayField(models.BigIntegerField(), null=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, related_name="children", null=True, db_index=False)
    #: The whole address, and the words by which it is found. Kept by `addresses_describe`.
    text = models.CharField(max_length=2000, default="")
    document = SearchVectorField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(valid_to__gte=models.F("valid_from")), name="addresses_object_forward"),
        ]
        indexes = [
            # no pending list: every search would have to read it through
            GinIndex(
                fields=["document"], fastupdate=False, condition=Q(is_current=True), name="addresses_object_document"
            ),
            GinIndex(fields=["adm_path"], name="addresses_object_adm_path"),
            GinIndex(fields=["mun_path"], name="addresses_object_mun_path"),
            models.Index("parent", "level", "name", "id", name="addresses_object_below"),
            models.Index("region", "level", name="addresses_object_region"),
        ]


class House(models.Model):
    """A house, or a plot of land that has an address of its own."""

    id = models.BigIntegerField(primary_key=True)
    guid = models.UUIDField(unique=True)
    region = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=5, choices=HouseKind)
    #: As it stands in an address: «д. 12, к. 1».
    label = models.CharField(max_length=200)
    #: Its leading figures, and what equal numbers have in common (`house_numbers`).
    number = models.PositiveIntegerField(default=0)
    key = models.CharField(max_length=200)
    record_id = models.BigIntegerField()
    valid_from = models.DateField()
    valid_to = models.DateField()
    updated_on = models.DateField()
    is_current = models.BooleanField()
    #: The street, or whatever it stands in where there are no streets.
    parent = models.ForeignKey(
        AddressObject, on_delete=models.PROTECT, related_name="houses", null=True, db_index=False
    )

    class Meta:
        indexes = [
            models.Index("parent", "number", "key", "id", condition=Q(is_current=True), name="addresses_house_of"),
            models.Index("region", name="addresses_house_region"),
        ]


class Delivery(models.Model):
    """A delivery of the register on its way in: read file by file, then applied as a whole or not at all."""

    kind = models.CharField(max_length=5, choices=DeliveryKind)
    #: Of the folder or archive.
    name = models.CharField(max_length=255)
    #: The day the register says this is the state of.
    as_of = models.DateField()
    regions = ArrayField(models.PositiveSmallIntegerField(), default=list)
    stage = models.CharField(max_length=10, choices=DeliveryStage, default=DeliveryStage.READING)
    #: What came of it, by code: `objects_created`, `houses_changed`, `objects_in_all`…
    result = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(auto_now_add=True)
    applied_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["name", "kind"], condition=~Q(stage="APPLIED"), name="addresses_delivery_once_under_way"
            ),
            models.CheckConstraint(
                condition=Q(stage="APPLIED") ^ Q(applied_at=None), name="addresses_delivery_applied_at"
            ),
        ]

    @property
    def created(self) -> int:
        """Objects and houses that it brought; 0 before it is applied."""
        return int(self.result.get("objects_created", 0) + self.result.get("houses_created", 0))

    @property
    def changed(self) -> int:
        """Objects and houses that it changed; 0 before it is applied."""
        return int(self.result.get("objects_changed", 0) + self.result.get("houses_changed", 0))


class DeliveryFile(models.Model):
    """A file of a delivery that has been read to its end."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=255)
    #: Tells whether it is still the file that was read.
    fingerprint = models.CharField(max_length=64)
    records = models.PositiveIntegerField()
    read_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["delivery", "name"], name="addresses_file_read_once")]


class DeliveryFault(models.Model):
    """What is wrong with a delivery: where, and how to mend it."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="faults")
    file = models.CharField(max_length=255, default="")
    #: The register's number of the object, where one is at fault.
    object = models.CharField(max_length=60, default="")
    reason = models.TextField()


class _Staged(models.Model):
    """A version of an object as a file has it. Written by COPY, read by the statements that apply the delivery."""

    #: Neither checked nor indexed by the database: rows come by the million, and go as they came.
    file = models.ForeignKey(
        DeliveryFile, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    object_id = models.BigIntegerField()
    record_id = models.BigIntegerField()
    valid_from = models.DateField()
    valid_to = models.DateField()
    updated_on = models.DateField()
    is_current = models.BooleanField()

    class Meta:
        abstract = True


class StagedObject(_Staged):
    guid = models.UUIDField()
    region = models.PositiveSmallIntegerField()
    level = models.PositiveSmallIntegerField()
    type = models.CharField(max_length=50)
    name = models.CharField(max_length=250)


class StagedHouse(_Staged):
    guid = models.UUIDField()
    region = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=5)
    label = models.CharField(max_length=200)
    number = models.PositiveIntegerField()
    key = models.CharField(max_length=200)


class StagedPlace(_Staged):
    """Where an object stands in one of the two divisions."""

    municipal = models.BooleanField()
    path = ArrayField(models.BigIntegerField())
