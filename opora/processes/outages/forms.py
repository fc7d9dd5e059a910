"""What is filled in about outages."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from opora.processes.outages.models import Brigade, Cause, Outage
from opora.processes.outages.queries import brigades, causes
from opora.processes.outages.stages import EstimateSource, OutageKind
from opora.registry.organization.queries import branches


class Choice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A choice of rows, shown by what they are called."""

    def label_from_instance(self, row: Any) -> str:
        return str(row.name)


class OutageFilter(forms.Form):
    """Conditions of the list, kept in the address."""

    text = forms.CharField(
        label=_("Number or place"), required=False, max_length=100,
        widget=forms.TextInput(attrs={"placeholder": _("Number or place"), "data-key": "KeyF"}),
    )  # fmt: skip
    branch = Choice(Cause.objects.none(), label=_("Branch"), required=False, empty_label=_("All branches"))
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("Any kind")), *OutageKind.choices])

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.fields["branch"].queryset = branches()  # type: ignore[attr-defined]


class EmergencyForm(forms.Form):
    """An outage that telecontrol has not seen."""

    started_at = forms.DateTimeField(label=_("Since"), initial=timezone.localtime)
    area = forms.CharField(
        label=_("Place"), required=False, max_length=500,
        help_text=_("In words for people: the line, the streets. Customers are told it."),
    )  # fmt: skip
    cause = Choice(Cause.objects.none(), label=_("Cause"), required=False)

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.fields["cause"].queryset = causes()  # type: ignore[attr-defined]


class PlannedForm(forms.Form):
    """An application for planned works."""

    works = forms.CharField(label=_("What will be done"), max_length=300)
    planned_from = forms.DateTimeField(label=_("From"))
    planned_to = forms.DateTimeField(label=_("Until"))
    area = forms.CharField(label=_("Place"), required=False, max_length=500)
    responsible = forms.CharField(label=_("Responsible for the works"), required=False, max_length=200)


class MoveForm(forms.Form):
    """Another time for planned works."""

    planned_from = forms.DateTimeField(label=_("From"))
    planned_to = forms.DateTimeField(label=_("Until"))


class EstimateForm(forms.Form):
    """When supply is expected back."""

    restored_by = forms.DateTimeField(label=_("Expected by"))
    source = forms.ChoiceField(label=_("Who says so"), choices=EstimateSource.choices)
    reason = forms.CharField(
        label=_("Why it has changed"), required=False, max_length=300, help_text=_("Customers are told it.")
    )


class RestoreForm(forms.Form):
    """Supply is back: for all that are left, or below one element."""

    at = forms.DateTimeField(label=_("When"), initial=timezone.localtime)
    comment = forms.CharField(label=_("Comment"), required=False, max_length=300)


class OutageForm(forms.Form):
    """What dispatchers add to an outage."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    cause = Choice(Cause.objects.none(), label=_("Cause"), required=False)
    brigade = Choice(Brigade.objects.none(), label=_("Brigade"), required=False)
    area = forms.CharField(label=_("Place"), required=False, max_length=500)
    comment = forms.CharField(label=_("Comment"), required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *arguments: Any, outage: Outage, **settings: Any) -> None:
        settings.setdefault(
            "initial",
            {
                "version": outage.version, "cause": outage.cause_id, "brigade": outage.brigade_id,
                "area": outage.area, "comment": outage.comment,
            },
        )  # fmt: skip
        super().__init__(*arguments, **settings)
        self.fields["cause"].queryset = causes()  # type: ignore[attr-defined]
        self.fields["brigade"].queryset = brigades(branch_id=outage.branch_id)  # type: ignore[attr-defined]

    def changes(self) -> dict[str, Any]:
        given = self.cleaned_data
        linked = {f"{name}_id": given[name].pk if given[name] else None for name in ("cause", "brigade")}
        return {**linked, "area": given["area"], "comment": given["comment"]}


class RemarkForm(forms.Form):
    """A message to everybody who works on the outage."""

    text = forms.CharField(label=_("Message"), max_length=2_000, widget=forms.Textarea(attrs={"rows": 2}))


class ReasonForm(forms.Form):
    """Why planned works are given up."""

    reason = forms.CharField(label=_("Why"), max_length=300)


class ReportForm(forms.Form):
    """What a customer without supply says."""

    text = forms.CharField(label=_("What he says"), max_length=2_000, widget=forms.Textarea(attrs={"rows": 2}))
