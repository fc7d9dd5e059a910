"""What is known of a case, to be changed."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from opora.casework.cases.forms.pickers import Picker, customer_name, topic_title
from opora.casework.cases.forms.registration import PlaceField, places
from opora.casework.cases.operations import KEEP, CaseChange, Contact
from opora.casework.cases.queries.details import CaseDetails
from opora.casework.cases.stages import Channel, Kind, Source

_CONTACT = {"contact_name", "contact_phone", "contact_email"}


class CustomerField(forms.RegexField):
    """A customer ("12") or one of his usage points ("12-34"), or nobody: (customer id, usage point id)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(r"^\d+(-\d+)?$", **kwargs)

    def clean(self, value: Any) -> tuple[int | None, int | None]:
        customer, _dash, point = super().clean(value).partition("-")
        return (int(customer) if customer else None), (int(point) if point else None)


class ChangeForm(forms.Form):
    """Only what the user has touched is changed: what others have changed meanwhile stays theirs."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Kind, widget=forms.RadioSelect, show_hidden_initial=True)
    topic_id = forms.IntegerField(
        label=_("Topic"), widget=Picker(source="cases:topics_found", title_of=topic_title), show_hidden_initial=True
    )
    channel = forms.ChoiceField(label=_("How it came in"), choices=Channel, show_hidden_initial=True)
    source = forms.ChoiceField(label=_("From whom"), choices=Source, show_hidden_initial=True)
    text = forms.CharField(
        label=_("What it is about"),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=100_000,
        show_hidden_initial=True,
    )
    customer_id = CustomerField(
        label=_("Customer"),
        required=False,
        widget=Picker(
            source="cases:customers_found",
            title_of=customer_name,
            attrs={"placeholder": _("Phone, account, name, address, meter")},
        ),
        show_hidden_initial=True,
    )
    contact_name = forms.CharField(label=_("Who speaks"), required=False, max_length=200, show_hidden_initial=True)
    contact_phone = forms.CharField(label=_("Phone for the answer"), required=False, show_hidden_initial=True)
    contact_email = forms.EmailField(label=_("E-mail for the answer"), required=False, show_hidden_initial=True)
    addressee = forms.CharField(
        label=_("To whom it is addressed"), required=False, max_length=200, show_hidden_initial=True
    )
    branch_id = PlaceField(label=_("Branch or district"), show_hidden_initial=True)
    due_at = forms.DateTimeField(label=_("Date set by the controlling body"), required=False, show_hidden_initial=True)
    version = forms.IntegerField(widget=forms.HiddenInput)
    #: When the form was opened: changes after that are shown if the save is refused.
    opened_at = forms.DateTimeField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, branch_ids: frozenset[int] | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["branch_id"].choices = places(branch_ids)[1:]  # type: ignore[attr-defined]

    @staticmethod
    def values_of(case: CaseDetails) -> dict[str, Any]:
        """What the form shows of the case as it is."""
        district = f"-{case.district_id}" if case.district_id else ""
        return {
            "kind": case.kind,
            "topic_id": case.topic_id,
            "channel": case.channel,
            "source": case.source,
            "text": case.text,
            "contact_name": case.contact_name,
            "contact_phone": case.contact_phone,
            "contact_email": case.contact_email,
            "addressee": case.addressee,
            "branch_id": f"{case.branch_id}{district}",
            "due_at": case.due_at if case.due_is_given else None,
            "customer_id": "-".join(str(pk) for pk in (case.customer_id, case.usage_point_id) if pk),
            "version": case.version,
        }

    def change(self) -> CaseChange:
        """The fields that were touched, as `change_case` wants them."""
        given, touched = self.cleaned_data, set(self.changed_data)
        plain = {name: given[name] for name in ("kind", "topic_id", "channel", "source", "text", "addressee", "due_at")}
        change: dict[str, Any] = {name: value for name, value in plain.items() if name in touched}
        if touched & _CONTACT:
            change["contact"] = Contact(
                name=given["contact_name"], phone=given["contact_phone"], email=given["contact_email"]
            )
        if "branch_id" in touched:
            change["branch_id"], change["district_id"] = given["branch_id"]
        if "customer_id" in touched:
            change["customer_id"], change["usage_point_id"] = given["customer_id"]
        return CaseChange(**{name: change.get(name, KEEP) for name in CaseChange.__dataclass_fields__})
