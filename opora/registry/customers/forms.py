"""What the screens ask about customers. Fields bear the names of the operations, so that their refusals find them."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from opora.registry.customers.models import (
    Agreement,
    ContactPoint,
    Customer,
    CustomerAddress,
    UsagePoint,
)
from opora.registry.customers.queries import (
    CustomerFilter,
    editable_groups,
    usage_points_of,
    visible_branches,
    visible_groups,
)
from opora.registry.organization.queries import districts

Choice = tuple[Any, str | Promise]


class Chosen(forms.TypedChoiceField):
    """One of the ids on offer, or nothing."""

    def __init__(self, **more: Any) -> None:
        super().__init__(coerce=int, empty_value=None, **more)

    def offer(self, rows: QuerySet[Any], *, empty: str | Promise | None) -> None:
        """Offer rows that have a name; without words for nothing, one of them has to be chosen."""
        found: list[Choice] = list(rows.values_list("pk", "name"))
        self.choices = found if empty is None else [("", empty), *found]


class CustomerFilterForm(forms.Form):
    """The filter of the list, as it stands in the address; a part that makes no sense is left out."""

    q = forms.CharField(label=_("Name, phone, account, address…"), required=False, max_length=200)
    group = Chosen(label=_("Group"), required=False)
    branch = Chosen(label=_("Branch"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("Any kind")), *Customer.Kind.choices])
    payment = forms.ChoiceField(
        label=_("Payment"), required=False, choices=[("", _("Any payment")), *Customer.PaymentClass.choices]
    )
    debtors = forms.BooleanField(label=_("With a debt"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _chosen(self, "group").offer(visible_groups(), empty=_("All groups"))
        _chosen(self, "branch").offer(visible_branches(), empty=_("All branches"))

    def wanted(self) -> CustomerFilter:
        """The filter that the address means."""
        self.is_valid()
        given = self.cleaned_data
        return CustomerFilter(
            text=given.get("q") or "",
            group_id=given.get("group"),
            branch_id=given.get("branch"),
            kind=given.get("kind") or "",
            payment_class=given.get("payment") or "",
            debtors=bool(given.get("debtors")),
        )


PERSON_FIELDS = ("last_name", "first_name", "middle_name", "snils")
FIRM_FIELDS = ("name", "short_name", "kpp")
REQUISITES = ("inn", "kpp", "ogrn", "snils")
_TEXTS = ("last_name", "first_name", "middle_name", "name", "short_name", "inn", "kpp", "ogrn", "snils", "region")


class CustomerForm(forms.Form):
    """Who the customer is. All fields are in the page whatever the kind, so a switch of the kind loses nothing."""

    kind = forms.ChoiceField(
        label=_("Kind"), choices=Customer.Kind, widget=forms.RadioSelect, initial=Customer.Kind.INDIVIDUAL
    )
    last_name = forms.CharField(label=_("Last name"), max_length=100, required=False)
    first_name = forms.CharField(label=_("First name"), max_length=100, required=False)
    middle_name = forms.CharField(label=_("Middle name"), max_length=100, required=False)
    name = forms.CharField(label=_("Name of the firm"), max_length=300, required=False)
    short_name = forms.CharField(label=_("Short name"), max_length=150, required=False)
    inn = forms.CharField(label=_("INN"), max_length=20, required=False)
    kpp = forms.CharField(label=_("KPP"), max_length=20, required=False)
    ogrn = forms.CharField(label=_("OGRN"), max_length=20, required=False)
    snils = forms.CharField(label=_("SNILS"), max_length=20, required=False)
    region = forms.CharField(label=_("Region"), max_length=100, required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        firm = given.get("kind") == Customer.Kind.LEGAL_ENTITY
        if firm and not given.get("name"):
            self.add_error("name", _("Give the name of the firm."))
        if not firm and "kind" in given and not given.get("last_name"):
            self.add_error("last_name", _("Give the last name."))
        return given

    def said(self) -> dict[str, Any]:
        """What is said of a customer of the chosen kind; what was typed for another kind is left out."""
        kind = Customer.Kind(self.cleaned_data["kind"])
        firm = kind is Customer.Kind.LEGAL_ENTITY
        foreign = {*(PERSON_FIELDS if firm else FIRM_FIELDS), *(("ogrn",) if kind is Customer.Kind.INDIVIDUAL else ())}
        said = {name: "" if name in foreign else self.cleaned_data[name] for name in _TEXTS}
        if not firm:
            del said["name"]  # put together out of the parts
        return {"kind": kind, **said}

    @property
    def full_name(self) -> str:
        """The name under which he would stand in the base."""
        said = self.said()
        parts = (said["last_name"], said["first_name"], said["middle_name"])
        return said.get("name") or " ".join(part for part in parts if part)


class RegistrationForm(CustomerForm):
    """A new customer: who he is, where he belongs, how to reach him."""

    group_id = Chosen(label=_("Group"))
    branch_id = Chosen(label=_("Branch"))
    phone = forms.CharField(
        label=_("Phone"), required=False, max_length=50, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    email = forms.CharField(label=_("E-mail"), required=False, max_length=254)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, rows in (("group_id", editable_groups()), ("branch_id", visible_branches())):
            field = _chosen(self, name)
            field.offer(rows, empty=None)
            if len(found := list(field.choices)) > 1:  # type: ignore[arg-type]
                field.choices = [("", _("Choose")), *found]


class GroupForm(forms.Form):
    """Another group for the customer."""

    group_id = Chosen(label=_("Group"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _chosen(self, "group_id").offer(editable_groups(), empty=None)


class ContactNoteForm(forms.Form):
    """What may change of a phone or e-mail; another number is another contact."""

    note = forms.CharField(label=_("Note"), max_length=200, required=False)
    is_primary = forms.BooleanField(label=_("Primary"), required=False)


class ContactPointForm(ContactNoteForm):
    """A phone or an e-mail."""

    kind = forms.ChoiceField(label=_("Kind"), choices=ContactPoint.Kind, widget=forms.RadioSelect, initial="PHONE")
    value = forms.CharField(label=_("Number or address"), max_length=254)

    field_order = ("kind", "value", "note", "is_primary")


class ContactPersonForm(forms.Form):
    """Somebody to speak with."""

    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=200)
    position = forms.CharField(label=_("Position"), max_length=200, required=False)
    phone = forms.CharField(label=_("Phone"), required=False, max_length=50)
    email = forms.EmailField(label=_("E-mail"), required=False)


class AddressForm(forms.Form):
    """The registered or postal address."""

    kind = forms.ChoiceField(label=_("Kind"), choices=CustomerAddress.Kind)
    text = forms.CharField(label=_("Address"), max_length=300)


class HouseInput(forms.MultiWidget):
    """An address as text, and the house of the register that was chosen for it, if any."""

    template_name = "addresses/widgets/address.html"
    use_fieldset = False

    def __init__(self) -> None:
        super().__init__({"": forms.TextInput, "house": forms.HiddenInput})

    def decompress(self, value: tuple[str, UUID | None] | None) -> list[Any]:
        return list(value) if value else ["", None]

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_0"


class HouseField(forms.MultiValueField):
    """An address, taken from the register or typed: the text, and the id of its house if it was taken."""

    def __init__(self, **more: Any) -> None:
        fields = (forms.CharField(max_length=300), forms.UUIDField(required=False))
        super().__init__(fields, widget=HouseInput, require_all_fields=False, **more)

    def compress(self, given: Sequence[Any]) -> tuple[str, UUID | None]:
        text, house = given or ("", None)
        return text, house or None


class UsagePointForm(forms.Form):
    """A usage point; of a new one the number and branch are asked too."""

    number = forms.CharField(label=_("Number"), max_length=30)
    branch_id = Chosen(label=_("Branch"))
    district_id = Chosen(label=_("District"), required=False)
    address = HouseField(label=_("Address"))
    account = forms.CharField(label=_("Account"), max_length=30, required=False)
    meter = forms.CharField(label=_("Meter"), max_length=30, required=False)
    voltage = forms.ChoiceField(label=_("Voltage level"), choices=UsagePoint.Voltage, initial=UsagePoint.Voltage.LOW)
    max_power = forms.DecimalField(
        label=_("Maximum power, kW"), required=False, max_digits=12, decimal_places=3, min_value=Decimal("0.001")
    )
    reliability_category = forms.ChoiceField(
        label=_("Reliability category"), choices=UsagePoint.Reliability, initial=UsagePoint.Reliability.THIRD
    )
    supplier = forms.CharField(label=_("Supplier"), max_length=200, required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _chosen(self, "branch_id").offer(visible_branches(), empty=None)
        rows = districts().values_list("pk", "name", "branch__short_name")
        found: Iterable[Choice] = ((pk, f"{branch} · {name}") for pk, name, branch in rows)
        _chosen(self, "district_id").choices = [("", _("not known")), *found]

    def said(self) -> dict[str, Any]:
        said = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        said["address"], said["gar_id"] = said["address"]
        return said


class DecisionForm(forms.Form):
    """Which house an address in doubt means; nothing when it is none of the register."""

    house = forms.UUIDField(required=False)
    address = HouseField(label=_("Another house"), required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if "other" in self.data:
            given["house"] = (given.get("address") or ("", None))[1]
            if given["house"] is None:
                self.add_error("address", _("Choose a house from the list."))
        return given


class AgreementForm(forms.Form):
    """A contract with the customer."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Agreement.Kind)
    number = forms.CharField(label=_("Number"), max_length=60)
    signed_on = forms.DateField(label=_("Signed on"))
    ends_on = forms.DateField(label=_("Ends on"), required=False)
    usage_point_id = Chosen(label=_("Usage point"), required=False)

    def __init__(self, *args: Any, customer_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = usage_points_of(customer_id)[:200].values_list("pk", "number", "address")
        found: Iterable[Choice] = ((pk, f"{number} · {address}") for pk, number, address in rows)
        _chosen(self, "usage_point_id").choices = [("", _("the customer as a whole")), *found]


class AgreementEndForm(forms.Form):
    """The day from which the contract no longer holds."""

    ends_on = forms.DateField(label=_("Ends on"), required=False)


class ImportForm(forms.Form):
    """A file of customers, and where new ones go of whom it does not say."""

    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,
        help_text=_(
            "CSV or XLSX. First it is only checked: nothing is changed. A very large one: opora import customers."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx"}),
    )
    group = Chosen(label=_("Group"), required=False, help_text=_("For new customers whose row names none."))
    branch = Chosen(label=_("Branch"), required=False, help_text=_("For new customers whose row names none."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _chosen(self, "group").offer(editable_groups(), empty=_("as in the file"))
        _chosen(self, "branch").offer(visible_branches(), empty=_("as in the file"))


def _chosen(form: forms.Form, name: str) -> Chosen:
    field = form.fields[name]
    assert isinstance(field, Chosen)
    return field
