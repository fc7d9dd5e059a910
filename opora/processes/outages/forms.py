"""What is filled in about outages."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from opora.platform.screens.choices import Choice
from opora.processes.outages.models import Outage
from opora.processes.outages.queries import brigades, causes
from opora.processes.outages.queries.indices import Dimension
from opora.processes.outages.queries.interruptions import JournalFilter
from opora.processes.outages.queries.limits import LimitFilter
from opora.processes.outages.stages import EstimateSource, InterruptionKind, OutageKind
from opora.registry.customers.models import UsagePoint
from opora.registry.organization.queries import branches, districts

#: As the API takes them.
_YEARS = [MinValueValidator(date(1900, 1, 1)), MaxValueValidator(date(2199, 12, 31))]


class OutageFilter(forms.Form):
    """Conditions of the list, kept in the address."""

    text = forms.CharField(
        label=_("Number or place"), required=False, max_length=100,
        widget=forms.TextInput(
            attrs={"placeholder": _("Number or place"), "aria-label": _("Number or place"), "data-key": "KeyF"}
        ),
    )  # fmt: skip
    branch = Choice(label=_("Branch"), required=False, empty_label=_("All branches"),
        widget=forms.Select(attrs={"aria-label": _("Branch")}),
    )  # fmt: skip
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("Any kind")), *OutageKind.choices],
        widget=forms.Select(attrs={"aria-label": _("Kind")}),
    )  # fmt: skip

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.fields["branch"].queryset = branches()  # type: ignore[attr-defined]


class JournalForm(forms.Form):
    """The filter of the journal and the indices. An address that makes no sense shows the report without that part."""

    since = forms.DateField(label=_("From"), required=False, validators=_YEARS)
    until = forms.DateField(label=_("to"), required=False, validators=_YEARS)
    branch = Choice(label=_("Branch"), required=False, empty_label=_("All branches"))
    district = Choice(label=_("District"), required=False, empty_label=_("All districts"))
    voltage = forms.ChoiceField(
        label=_("Voltage level"), required=False, choices=[("", _("Any voltage")), *UsagePoint.Voltage.choices]
    )
    kind = forms.ChoiceField(
        label=_("Kind"), required=False,
        choices=[("", _("Any kind")), *((value, f"{value} · {label}") for value, label in InterruptionKind.choices)],
    )  # fmt: skip
    cause = forms.ChoiceField(label=_("Cause"), required=False)
    by = forms.ChoiceField(required=False, choices=Dimension.choices, widget=forms.HiddenInput)

    def __init__(self, asked: QueryDict, *, whole_year: bool = False) -> None:
        today = timezone.localdate()
        first = today.replace(month=1, day=1) if whole_year else today.replace(day=1)
        self.usual = first, today
        super().__init__({"since": first.isoformat(), "until": today.isoformat(), **asked.dict()})
        self.fields["branch"].queryset = branches()  # type: ignore[attr-defined]
        self.fields["district"].queryset = districts()  # type: ignore[attr-defined]
        named = causes().values_list("pk", "code", "name")
        self.fields["cause"].choices = [  # type: ignore[attr-defined]
            ("", _("Any cause")), ("none", _("not known")), *((pk, f"{code} {name}") for pk, code, name in named),
        ]  # fmt: skip

    def wanted(self) -> JournalFilter:
        """The filter that the address means; without a period, this month or this year up to today."""
        self.is_valid()
        given = self.cleaned_data
        since = given.get("since") or self.usual[0]
        last = max(given.get("until") or self.usual[1], since)
        cause = given.get("cause") or ""
        return JournalFilter(
            since=since, until=last + timedelta(days=1),
            branch_id=given["branch"].pk if given.get("branch") else None,
            district_id=given["district"].pk if given.get("district") else None,
            voltage=given.get("voltage") or "", kind=given.get("kind") or "",
            cause_id=int(cause) if cause.isdecimal() else None, no_cause=cause == "none",
        )  # fmt: skip

    def dimension(self) -> Dimension:
        """By what the figures are broken down."""
        self.is_valid()
        return Dimension(self.cleaned_data.get("by") or Dimension.BRANCH)


class LimitForm(forms.Form):
    """The filter of usage points by how long they were off."""

    year = forms.IntegerField(label=_("Year"), required=False, min_value=2000, max_value=2199)
    branch = Choice(label=_("Branch"), required=False, empty_label=_("All branches"))
    category = forms.ChoiceField(
        label=_("Reliability category"), required=False,
        choices=[("", _("Any category")), *UsagePoint.Reliability.choices],
    )  # fmt: skip
    at_least = forms.ChoiceField(
        label=_("Spent"), required=False,
        choices=[("", _("Any share")), ("50", "≥ 50 %"), ("80", "≥ 80 %"), ("100", "≥ 100 %")],
    )  # fmt: skip

    def __init__(self, asked: QueryDict) -> None:
        self.this_year = timezone.localdate().year
        super().__init__({"year": self.this_year, **asked.dict()})
        self.fields["branch"].queryset = branches()  # type: ignore[attr-defined]

    def wanted(self) -> LimitFilter:
        """The filter that the address means; without a year, this one."""
        self.is_valid()
        given = self.cleaned_data
        return LimitFilter(
            year=given.get("year") or self.this_year,
            branch_id=given["branch"].pk if given.get("branch") else None,
            category=given.get("category") or "", at_least=int(given.get("at_least") or 0),
        )  # fmt: skip


class EmergencyForm(forms.Form):
    """An outage that telecontrol has not seen."""

    started_at = forms.DateTimeField(label=_("Since"), initial=timezone.localtime)
    area = forms.CharField(
        label=_("Place"), required=False, max_length=500,
        help_text=_("In words for people: the line, the streets. Customers are told it."),
    )  # fmt: skip
    cause = Choice(label=_("Cause"), required=False)

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
    cause = Choice(label=_("Cause"), required=False)
    brigade = Choice(label=_("Brigade"), required=False)
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
