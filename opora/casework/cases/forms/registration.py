"""The form by which a contact becomes a case."""

from typing import Any
from uuid import uuid4

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from opora.casework.cases.forms.pickers import Picker, topic_title
from opora.casework.cases.operations import Contact
from opora.casework.cases.queries.callers import Caller
from opora.casework.cases.stages import Channel, Kind, Result, Source
from opora.registry.organization.queries import branches, districts

#: Branch and district in one list: "3" or "3-17".
_BETWEEN = "-"


class ManyFiles(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> "list[UploadedFile[Any]]":
        return files.getlist(name) if hasattr(files, "getlist") else []


class FilesField(forms.FileField):
    """Several files at once; what they may be is decided where they are stored."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[Any]]":
        if self.required and not data:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return [super(FilesField, self).clean(file, initial) for file in data or []]


class PlaceField(forms.ChoiceField):
    """A branch, or a district of it: (branch id, district id or nothing)."""

    def clean(self, value: Any) -> tuple[int | None, int | None]:
        chosen = super().clean(value)
        branch, _dash, district = chosen.partition(_BETWEEN)
        return (int(branch) if branch else None), (int(district) if district else None)


class RegistrationForm(forms.Form):
    """Fields bear the names of `register_case`, so that its refusals find them."""

    channel = forms.ChoiceField(label=_("How it came in"), choices=Channel, widget=forms.RadioSelect)
    kind = forms.ChoiceField(label=_("Kind"), choices=Kind, widget=forms.RadioSelect)
    topic_id = forms.IntegerField(
        label=_("Topic"),
        widget=Picker(
            source="cases:topics_found", title_of=topic_title, attrs={"placeholder": _("Begin to type, Enter chooses")}
        ),
    )
    text = forms.CharField(label=_("What it is about"), widget=forms.Textarea(attrs={"rows": 5}), max_length=100_000)
    answered_now = forms.BooleanField(label=_("Answered at once"), required=False)
    result = forms.ChoiceField(label=_("Result"), choices=Result, required=False, initial=Result.EXPLAINED)
    answer = forms.CharField(label=_("What was answered"), widget=forms.Textarea(attrs={"rows": 3}), required=False)
    contact_name = forms.CharField(label=_("Who speaks"), required=False, max_length=200)
    contact_phone = forms.CharField(
        label=_("Phone for the answer"), required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    contact_email = forms.EmailField(label=_("E-mail for the answer"), required=False)
    usage_point_id = forms.TypedChoiceField(label=_("Usage point"), required=False, coerce=int, empty_value=None)
    branch_id = PlaceField(label=_("Branch or district"), required=False)
    source = forms.ChoiceField(label=_("From whom"), choices=Source)
    due_at = forms.DateTimeField(label=_("Date set by the controlling body"), required=False)
    addressee = forms.CharField(label=_("To whom it is addressed"), required=False, max_length=200)
    received_at = forms.DateTimeField(label=_("Received, if earlier"), required=False)
    attachments = FilesField(label=_("Files"), required=False)
    customer_id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    #: The same form sent twice registers one case.
    once = forms.CharField(widget=forms.HiddenInput, max_length=60)
    #: The form stands on a page of its own, not on somebody's desk.
    alone = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, caller: Caller | None, branch_ids: frozenset[int] | None, **kwargs: Any) -> None:
        """:param branch_ids: the registrar's own; None is every branch."""
        super().__init__(*args, **kwargs)
        self.caller = caller
        settled = branch_ids is not None and len(branch_ids) == 1
        #: Nothing that is known says which branch it is.
        self.place_is_open = not settled and (
            caller is None or (len(caller.points) != 1 and len(caller.branch_ids) != 1)
        )
        self.initial.setdefault("once", str(uuid4()))
        points = caller.points if caller else ()
        self.fields["usage_point_id"].choices = [  # type: ignore[attr-defined]
            ("", _("no usage point")),
            *((point.id, f"{point.address} · {point.number}") for point in points),
        ]
        self.fields["branch_id"].choices = places(branch_ids)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("answered_now") and not (given.get("answer") or "").strip():
            self.add_error("answer", _("Write what was answered."))
        return given

    def request(self) -> dict[str, Any]:
        """What `register_case` is asked, except for `by`."""
        given = self.cleaned_data
        branch_id, district_id = given["branch_id"]
        return {
            "channel": given["channel"],
            "kind": given["kind"],
            "topic_id": given["topic_id"],
            "text": given["text"],
            "customer_id": given["customer_id"],
            "usage_point_id": given["usage_point_id"],
            "branch_id": branch_id,
            "district_id": district_id,
            "source": given["source"],
            "addressee": given["addressee"],
            "contact": Contact(name=given["contact_name"], phone=given["contact_phone"], email=given["contact_email"]),
            "received_at": given["received_at"],
            "due_at": given["due_at"] if given["source"] == Source.AUTHORITY else None,
            "answered_now": given["answered_now"],
            "answer": given["answer"] if given["answered_now"] else "",
            "result": given["result"] or Result.EXPLAINED,
            "once": f"screen:{given['once']}",
        }


class AskedForm(forms.Form):
    """What the address of the registration form says beforehand; what makes no sense in it is left out."""

    customer = forms.IntegerField(required=False, min_value=1)
    usage_point = forms.IntegerField(required=False, min_value=1)
    channel = forms.ChoiceField(required=False, choices=Channel)
    kind = forms.ChoiceField(required=False, choices=Kind)
    phone = forms.CharField(required=False, max_length=30)
    name = forms.CharField(required=False, max_length=200)
    text = forms.CharField(required=False, max_length=10_000)
    #: What is typed already when the customer becomes known.
    contact_name = forms.CharField(required=False, max_length=200)
    contact_phone = forms.CharField(required=False, max_length=30)
    contact_email = forms.CharField(required=False, max_length=254)
    branch_id = forms.CharField(required=False, max_length=40)


class ForecastForm(forms.Form):
    """As much of the registration form as decides on the passport and the due date; it is being filled in."""

    topic_id = forms.IntegerField()
    kind = forms.ChoiceField(choices=Kind)
    channel = forms.ChoiceField(choices=Channel)
    source = forms.CharField(required=False)
    customer_id = forms.IntegerField(required=False)
    usage_point_id = forms.IntegerField(required=False)
    branch_id = forms.RegexField(r"^\d*(-\d+)?$", required=False)
    received_at = forms.DateTimeField(required=False)
    due_at = forms.DateTimeField(required=False)

    def place(self) -> tuple[int | None, int | None]:
        branch, _dash, district = self.cleaned_data["branch_id"].partition(_BETWEEN)
        return (int(branch) if branch else None), (int(district) if district else None)


def places(branch_ids: frozenset[int] | None) -> list[Any]:
    """Branches with their districts, those of the registrar only."""
    shown = [branch for branch in branches() if branch_ids is None or branch.pk in branch_ids]
    inside: dict[int, list[tuple[str, str]]] = {}
    for district in districts():
        inside.setdefault(district.branch_id, []).append(
            (f"{district.branch_id}{_BETWEEN}{district.pk}", district.name)
        )
    return [
        ("", _("by the usage point")),
        *((branch.name, [(str(branch.pk), branch.name), *inside.get(branch.pk, [])]) for branch in shown),
    ]
