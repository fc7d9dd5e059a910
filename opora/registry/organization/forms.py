"""Forms of the directory and of the structure."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from opora.platform import phone
from opora.platform.calendar.queries import schedules
from opora.platform.screens.choices import Choice
from opora.registry.organization import queries
from opora.registry.organization.models import Absence, Branch, District, Division, Employee, Office, Position


class DirectoryFilter(forms.Form):
    """What the directory is asked for; everything may be left out."""

    q = forms.CharField(required=False, max_length=200)
    branch = Choice(lambda branch: branch.short_name, required=False, empty_label=gettext_lazy("All branches"))
    division = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.fields["branch"].queryset = queries.branches()  # type: ignore[attr-defined]

    def wanted(self) -> dict[str, Any]:
        """The arguments of the search; what cannot be understood is left out."""
        self.is_valid()
        branch = self.cleaned_data.get("branch")
        return {
            "text": self.cleaned_data.get("q", ""),
            "branch_id": branch.pk if branch else None,
            "division_id": self.cleaned_data.get("division"),
        }


class EmployeeForm(forms.Form):
    """A card of the directory."""

    last_name = forms.CharField(label=gettext_lazy("Last name"), max_length=100)
    first_name = forms.CharField(label=gettext_lazy("First name"), max_length=100)
    middle_name = forms.CharField(label=gettext_lazy("Middle name"), max_length=100, required=False)
    position = Choice(lambda position: position.title, label=gettext_lazy("Position"))
    division = Choice(lambda row: f"{row.branch.short_name} · {row.name}", label=gettext_lazy("Division"))
    is_head = forms.BooleanField(label=gettext_lazy("Head of the division"), required=False)
    phone = forms.CharField(label=gettext_lazy("Phone"), required=False, max_length=30)
    internal_phone = forms.RegexField(r"^[0-9*#]{1,10}$", label=gettext_lazy("Internal phone"), required=False)
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    duties = forms.CharField(
        label=gettext_lazy("Duties"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 3})
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *arguments: Any, employee: Employee | None = None, **settings: Any) -> None:
        if employee is not None:
            names = [name for name in self.base_fields if name not in ("position", "division")]
            settings["initial"] = {name: getattr(employee, name) for name in names} | {
                "position": employee.position_id,
                "division": employee.division_id,
                "phone": phone.shown(employee.phone) if employee.phone else "",
            }
        super().__init__(*arguments, **settings)
        self.fields["position"].queryset = queries.positions()  # type: ignore[attr-defined]
        self.fields["division"].queryset = queries.divisions()  # type: ignore[attr-defined]
        for name, mode in (("phone", "tel"), ("internal_phone", "tel"), ("email", "email")):
            self.fields[name].widget.attrs["inputmode"] = mode

    def clean_phone(self) -> str:
        return _phone(self.cleaned_data["phone"])

    def values(self) -> dict[str, Any]:
        """The fields of the card as the operations take them."""
        found = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        position: Position = found.pop("position")
        division: Division = found.pop("division")
        return {**found, "position_id": position.pk, "division_id": division.pk}


class AbsenceForm(forms.Form):
    """Days away, the first and the last included."""

    first = forms.DateField(label=gettext_lazy("First day"), initial=timezone.localdate)
    last = forms.DateField(label=gettext_lazy("Last day"))
    reason = forms.ChoiceField(label=gettext_lazy("Reason"), choices=Absence.Reason.choices)

    def values(self) -> dict[str, Any]:
        return {**self.cleaned_data, "reason": Absence.Reason(self.cleaned_data["reason"])}


class BranchForm(forms.Form):
    """A branch; which one is the head office is decided when it is created, by programs."""

    code = forms.CharField(label=gettext_lazy("Code"), max_length=10)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    short_name = forms.CharField(label=gettext_lazy("Short name"), max_length=20)
    schedule = Choice(label=gettext_lazy("Working hours"), required=False)

    def __init__(
        self, *arguments: Any, branch: Branch | None = None, row: Branch | None = None, **settings: Any
    ) -> None:
        if row is not None:
            settings["initial"] = _initial(row, "code", "name", "short_name", schedule=row.schedule_id)
        super().__init__(*arguments, **settings)
        _offer_schedules(self)

    def values(self) -> dict[str, Any]:
        return _with_ids(self.cleaned_data, "schedule")


class DistrictForm(forms.Form):
    """A district (РЭС) of a branch."""

    code = forms.CharField(label=gettext_lazy("Code"), max_length=20)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)

    def __init__(self, *arguments: Any, branch: Branch, row: District | None = None, **settings: Any) -> None:
        if row is not None:
            settings["initial"] = _initial(row, "code", "name")
        super().__init__(*arguments, **settings)

    def values(self) -> dict[str, Any]:
        return self.cleaned_data


class OfficeForm(forms.Form):
    """A customer office of a branch or of one of its districts."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Office.Kind.choices)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    district = Choice(label=gettext_lazy("District"), required=False)
    address = forms.CharField(label=gettext_lazy("Address"), max_length=300)
    phones = forms.CharField(
        label=gettext_lazy("Phones"), required=False, max_length=300, help_text=gettext_lazy("Separated by commas.")
    )
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    schedule = Choice(label=gettext_lazy("Working hours"), required=False)

    def __init__(self, *arguments: Any, branch: Branch, row: Office | None = None, **settings: Any) -> None:
        if row is not None:
            phones = ", ".join(map(phone.shown, row.phones))
            linked = {"district": row.district_id, "schedule": row.schedule_id, "phones": phones}
            settings["initial"] = _initial(row, "kind", "name", "address", "email", **linked)
        super().__init__(*arguments, **settings)
        _offer_schedules(self)
        self.fields["district"].queryset = queries.districts(branch_id=branch.pk)  # type: ignore[attr-defined]

    def clean_phones(self) -> list[str]:
        return [_phone(part) for part in self.cleaned_data["phones"].split(",") if part.strip()]

    def values(self) -> dict[str, Any]:
        return _with_ids({**self.cleaned_data, "kind": Office.Kind(self.cleaned_data["kind"])}, "schedule", "district")


class DivisionForm(forms.Form):
    """A division and its place in the tree of its branch."""

    code = forms.CharField(label=gettext_lazy("Code"), max_length=30)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    parent = Choice(label=gettext_lazy("Stands below"), required=False)
    district = Choice(label=gettext_lazy("District"), required=False)

    def __init__(self, *arguments: Any, branch: Branch, row: Division | None = None, **settings: Any) -> None:
        if row is not None:
            settings["initial"] = _initial(row, "code", "name", parent=row.parent_id, district=row.district_id)
        super().__init__(*arguments, **settings)
        others = queries.divisions(branch_id=branch.pk)
        self.fields["parent"].queryset = others.exclude(pk=row.pk) if row else others  # type: ignore[attr-defined]
        self.fields["district"].queryset = queries.districts(branch_id=branch.pk)  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        return _with_ids(self.cleaned_data, "parent", "district")


def _initial(row: Any, *names: str, **more: object) -> dict[str, Any]:
    return {**{name: getattr(row, name) for name in names}, **more}


def _with_ids(values: dict[str, Any], *names: str) -> dict[str, Any]:
    """The chosen rows as the operations take them, by id."""
    kept = {name: value for name, value in values.items() if name not in names}
    return {**kept, **{f"{name}_id": values[name].pk if values[name] else None for name in names}}


def _offer_schedules(form: forms.Form) -> None:
    field = form.fields["schedule"]
    field.queryset = schedules()  # type: ignore[attr-defined]
    field.empty_label = _("Ordinary: 8–12, 13–17")  # type: ignore[attr-defined]


def _phone(text: str) -> str:
    """:raises forms.ValidationError: when it is not a whole number."""
    if not text.strip():
        return ""
    number = phone.normalised(text)
    if number is None:
        raise forms.ValidationError(
            _("“%(text)s” is not a whole number: write 8 (918) 123-45-67."), params={"text": text}
        )
    return number
