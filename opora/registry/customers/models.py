"""Customers and contractors, and what belongs to them: contacts, addresses, usage points, agreements."""

from typing import TypeAlias

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Reverse
from django.utils.translation import gettext_lazy as _

from opora.registry.customers.groups import UNIDENTIFIED
from opora.registry.customers.stages import CustomerKind, ImportStage
from opora.registry.grid.models import Element
from opora.registry.organization.models import Branch, District


class CustomerGroup(models.Model):
    """A group of the contractor directory; rights to see and to edit are given by group (standard 546)."""

    #: The code of the group of everything whose customer nobody knows.
    UNIDENTIFIED = UNIDENTIFIED

    id = models.SmallAutoField(primary_key=True)
    code = models.CharField(max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=100)


class Customer(models.Model):
    """A person, a sole proprietor or a legal entity, in one table."""

    Kind: TypeAlias = CustomerKind

    class PaymentClass(models.TextChoices):
        PROMPT = "PROMPT", _("pays on time")
        LATE = "LATE", _("pays late")
        DEBTOR = "DEBTOR", _("debtor")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    group = models.ForeignKey(CustomerGroup, on_delete=models.PROTECT, related_name="+", db_index=False)
    #: Every branch that serves the customer may see him.
    branch_ids = ArrayField(models.SmallIntegerField(), default=list)
    #: Full name of a person (last, first, middle) or of a firm.
    name = models.CharField(_("name"), max_length=300)
    last_name = models.CharField(_("last name"), max_length=100, default="", blank=True)
    first_name = models.CharField(_("first name"), max_length=100, default="", blank=True)
    middle_name = models.CharField(_("middle name"), max_length=100, default="", blank=True)
    short_name = models.CharField(_("short name"), max_length=150, default="", blank=True)
    #: Lower case, ё as е: Russian order without ICU.
    name_key = models.CharField(max_length=300)
    inn = models.CharField(_("INN"), max_length=12, default="", blank=True)
    kpp = models.CharField(_("KPP"), max_length=9, default="", blank=True)
    ogrn = models.CharField(_("OGRN"), max_length=15, default="", blank=True)
    snils = models.CharField(_("SNILS"), max_length=11, default="", blank=True)
    region = models.CharField(_("region"), max_length=100, default="", blank=True)
    balance = models.DecimalField(_("balance"), max_digits=14, decimal_places=2, null=True)
    overdue = models.DecimalField(_("overdue debt"), max_digits=14, decimal_places=2, null=True)
    payment_class = models.CharField(_("payment class"), max_length=10, choices=PaymentClass, default="", blank=True)
    payment_reason = models.CharField(_("reason of the class"), max_length=200, default="", blank=True)
    payment_as_of = models.DateField(_("as of"), null=True)
    #: The key of an outside system, for repeated imports.
    external_id = models.CharField(max_length=60, null=True, unique=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    #: Words of names and addresses, by which he is found. Kept by `refresh_documents`.
    document = SearchVectorField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "group"], name="customers_customer_key_with_group"),
            models.UniqueConstraint(
                fields=["inn", "kpp"],
                condition=Q(kind="LEGAL_ENTITY") & ~Q(inn=""),
                name="customers_one_entity_by_inn_kpp",
            ),
            models.CheckConstraint(condition=~Q(name_key=""), name="customers_customer_has_a_name"),
            models.CheckConstraint(
                condition=Q(overdue=None) | Q(overdue__gte=0), name="customers_overdue_not_negative"
            ),
            models.CheckConstraint(
                condition=~Q(kind="INDIVIDUAL") | (Q(kpp="", ogrn="") & ~Q(last_name="")),
                name="customers_person_is_a_person",
            ),
            models.CheckConstraint(condition=Q(kind="LEGAL_ENTITY") | Q(kpp=""), name="customers_kpp_of_entities_only"),
        ]
        indexes = [
            models.Index("name_key", "id", name="customers_customer_name"),
            models.Index("inn", condition=~Q(inn=""), name="customers_customer_inn"),
            models.Index("snils", condition=~Q(snils=""), name="customers_customer_snils"),
            models.Index("group", "name_key", "id", name="customers_customer_in_group"),
            # no pending list: every search would have to read it through
            GinIndex(fields=["document"], fastupdate=False, name="customers_customer_document"),
        ]


class ContactPoint(models.Model):
    """A way to reach a customer. Several people may share one number."""

    class Kind(models.TextChoices):
        PHONE = "PHONE", _("phone")
        EMAIL = "EMAIL", _("e-mail")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="contact_points", db_index=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    #: A phone in E.164, or an e-mail in lower case.
    value = models.CharField(_("value"), max_length=254)
    #: Backwards, for finding a phone by its last digits.
    tail = models.GeneratedField(
        expression=Reverse("value"), output_field=models.CharField(max_length=254), db_persist=True
    )
    is_primary = models.BooleanField(default=False)
    note = models.CharField(_("note"), max_length=200, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "kind", "value"], name="customers_contact_once"),
            models.UniqueConstraint(
                fields=["customer", "kind"], condition=Q(is_primary=True), name="customers_one_primary_contact"
            ),
            models.CheckConstraint(
                condition=~Q(kind="PHONE") | Q(value__regex=r"^\+[0-9]{5,15}$"), name="customers_phone_is_e164"
            ),
        ]
        indexes = [
            models.Index("value", "customer", name="customers_contact_value"),
            models.Index("tail", condition=Q(kind="PHONE"), name="customers_contact_tail"),
        ]


class ContactPerson(models.Model):
    """Whom to speak with at a firm."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="contact_persons")
    name = models.CharField(_("name"), max_length=200)
    position = models.CharField(_("position"), max_length=200, default="", blank=True)
    phone = models.CharField(_("phone"), max_length=16, default="", blank=True)
    email = models.EmailField(_("e-mail"), default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(phone="") | Q(phone__regex=r"^\+[0-9]{5,15}$"), name="customers_person_phone_is_e164"
            ),
        ]
        indexes = [models.Index("phone", condition=~Q(phone=""), name="customers_person_phone")]


class CustomerAddress(models.Model):
    """Where a customer lives or is registered; where he is supplied is at his usage points."""

    class Kind(models.TextChoices):
        REGISTERED = "REGISTERED", _("registered")
        POSTAL = "POSTAL", _("postal")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="addresses", db_index=False)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    text = models.CharField(_("address"), max_length=300)
    gar_id = models.UUIDField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "kind"], name="customers_address_once_a_kind")]


class UsagePoint(models.Model):
    """Where the grid's responsibility ends and the customer's begins (точка поставки)."""

    class Voltage(models.TextChoices):
        LOW = "NN", _("low, up to 1 kV")
        MEDIUM_2 = "SN2", _("medium 2, 1–20 kV")
        MEDIUM_1 = "SN1", _("medium 1, 27.5–60 kV")
        HIGH = "VN", _("high, 110 kV and above")

    class Reliability(models.TextChoices):
        FIRST = "I", "I"
        SECOND = "II", "II"
        THIRD = "III", "III"

    number = models.CharField(_("number"), max_length=30, unique=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="usage_points", db_index=False)
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="+", db_index=False)
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    account = models.CharField(_("account"), max_length=30, default="", blank=True)
    address = models.CharField(_("address"), max_length=300)
    gar_id = models.UUIDField(null=True)
    voltage = models.CharField(_("voltage level"), max_length=4, choices=Voltage, default=Voltage.LOW)
    max_power = models.DecimalField(_("maximum power, kW"), max_digits=12, decimal_places=3, null=True)
    reliability_category = models.CharField(
        _("reliability category"), max_length=3, choices=Reliability, default=Reliability.THIRD
    )
    meter = models.CharField(_("meter"), max_length=30, default="", blank=True)
    supplier = models.CharField(_("supplier"), max_length=200, default="", blank=True)
    #: What of the network supplies it.
    element = models.ForeignKey(Element, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(max_power=None) | Q(max_power__gt=0), name="customers_power_positive"),
        ]
        indexes = [
            models.Index("customer", "number", name="customers_point_of_customer"),
            models.Index("account", condition=~Q(account=""), name="customers_point_account"),
            models.Index("meter", condition=~Q(meter=""), name="customers_point_meter"),
            models.Index("element", condition=~Q(element=None), name="customers_point_element"),
            models.Index("gar_id", condition=~Q(gar_id=None), name="customers_point_house"),
            models.Index("id", condition=Q(gar_id=None), name="customers_point_without_house"),
        ]


class AddressDoubt(models.Model):
    """A usage point whose free address means no house of the register for certain: somebody has to decide."""

    usage_point = models.OneToOneField(UsagePoint, on_delete=models.CASCADE, related_name="address_doubt")
    #: The address that was judged; another one is judged anew.
    address = models.CharField(max_length=300)
    #: Houses it may mean, the likeliest first, each as an `addresses.queries.Match`.
    offers = models.JSONField(default=list)
    #: Of the likeliest one.
    confidence = models.FloatField(default=0)
    #: Nobody has decided yet.
    is_open = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index("confidence", "id", condition=Q(is_open=True), name="customers_doubt_open"),
        ]


class Agreement(models.Model):
    """A contract with the customer: transmission, supply, connection, service."""

    class Kind(models.TextChoices):
        TRANSMISSION = "TRANSMISSION", _("transmission")
        SUPPLY = "SUPPLY", _("supply")
        CONNECTION = "CONNECTION", _("grid connection")
        SERVICE = "SERVICE", _("paid service")

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="agreements")
    usage_point = models.ForeignKey(UsagePoint, on_delete=models.PROTECT, related_name="agreements", null=True)
    number = models.CharField(_("number"), max_length=60)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    signed_on = models.DateField(_("signed on"))
    ends_on = models.DateField(_("ends on"), null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number", "kind"], name="customers_agreement_number"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gt=models.F("signed_on")), name="customers_agreement_forward"
            ),
        ]


class CustomerImport(models.Model):
    """A file of customers on its way into the base: read and checked first, entered when somebody says so."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    #: Of the file, as its owner calls it; and where it lies in the folder of imports.
    name = models.CharField(max_length=255)
    path = models.CharField(max_length=100)
    #: For new customers of whom the file does not say.
    group = models.ForeignKey(CustomerGroup, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    stage = models.CharField(max_length=10, choices=ImportStage, default=ImportStage.READING)
    refusal = models.TextField(default="")
    #: How the file is written: `kind`, `encoding`, `separator`, `sheet`; and how its headings were understood.
    format = models.JSONField(default=dict)
    headings = models.JSONField(default=dict)
    #: Per cent of the file, and the last row, that have been read.
    read_share = models.PositiveSmallIntegerField(default=0)
    last_row = models.PositiveIntegerField(default=0)
    #: Rows with something in them; of these, rows that are refused, and rows that have been dealt with.
    rows = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    entered = models.PositiveIntegerField(default=0)
    #: Customers: foreseen by the check, then those that were entered.
    created = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(stage=ImportStage.DONE) ^ Q(finished_at=None), name="customers_import_finished_when_done"
            ),
        ]
        indexes = [models.Index("by", F("id").desc(), name="customers_import_of_user")]


class ImportRow(models.Model):
    """A checked row of an import, waiting to be entered; gone when it is."""

    pk = models.CompositePrimaryKey("source_id", "row")
    source = models.ForeignKey(CustomerImport, on_delete=models.CASCADE, related_name="+", db_index=False)
    row = models.PositiveIntegerField()
    external_id = models.CharField(max_length=60, null=True)
    usage_point = models.CharField(max_length=30, null=True)
    #: Kind and number.
    agreement = models.CharField(max_length=80, null=True)
    #: What it says of the customer, of the usage point and of the rest.
    customer = models.JSONField()
    place = models.JSONField()
    rest = models.JSONField()
    #: The id of the customer it was found to be about, and whether it says anything new of him.
    known_as = models.BigIntegerField(null=True)
    differs = models.BooleanField()

    class Meta:
        indexes = [
            models.Index("source", "external_id", condition=~Q(external_id=None), name="customers_row_by_customer")
        ]


class ImportFault(models.Model):
    """What is wrong in a cell of an import, for the file of errors."""

    source = models.ForeignKey(CustomerImport, on_delete=models.CASCADE, related_name="+", db_index=False)
    row = models.PositiveIntegerField()
    column = models.CharField(max_length=200)
    value = models.CharField(max_length=500)
    reason = models.TextField()

    class Meta:
        indexes = [models.Index("source", "row", "id", name="customers_fault_by_row")]
