"""What is filled in about stations, points and the log."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from opora.processes.telecontrol.models import Station
from opora.processes.telecontrol.point_file import HIGHEST_ADDRESS
from opora.processes.telecontrol.queries import SignalFilter, stations
from opora.processes.telecontrol.stages import Meaning, Outcome
from opora.registry.organization.queries import branches

#: Zones of the country, from the west; UTC, as many stations are set.
ZONES = (
    "UTC", "Europe/Kaliningrad", "Europe/Moscow", "Europe/Samara", "Asia/Yekaterinburg", "Asia/Omsk",
    "Asia/Krasnoyarsk", "Asia/Irkutsk", "Asia/Yakutsk", "Asia/Vladivostok", "Asia/Magadan", "Asia/Kamchatka",
)  # fmt: skip


class StationForm(forms.Form):
    """A station and where it is found."""

    code = forms.CharField(label=_("Code"), max_length=20)
    name = forms.CharField(label=_("Name"), max_length=200)
    branch_id = forms.TypedChoiceField(label=_("Branch"), coerce=int)
    host = forms.CharField(label=_("Host"), max_length=200, help_text=_("Name or address in the network"))
    port = forms.IntegerField(label=_("Port"), min_value=1, max_value=65535, initial=2404)
    common_address = forms.IntegerField(
        label=_("Common address"), min_value=1, max_value=65534, help_text=_("Common address of ASDU")
    )
    clock_zone = forms.ChoiceField(
        label=_("Zone of its clock"), initial="Europe/Moscow", help_text=_("Stations send time without a zone")
    )
    is_followed = forms.BooleanField(label=_("Be connected with it"), required=False, initial=True)

    def __init__(self, *arguments: Any, station: Station | None = None, **settings: Any) -> None:
        if station:
            settings["initial"] = {name: getattr(station, name) for name in self.base_fields}
        super().__init__(*arguments, **settings)
        zones = dict.fromkeys((*ZONES, station.clock_zone) if station else ZONES)
        self.fields["clock_zone"].choices = [(zone, zone) for zone in zones]  # type: ignore[attr-defined]
        known = [(branch.pk, branch.short_name) for branch in branches()]
        self.fields["branch_id"].choices = known  # type: ignore[attr-defined]


class PointFileForm(forms.Form):
    """A file of points."""

    points = forms.FileField(
        label=_("File"),
        help_text=_("CSV: address; kind; element; meaning; inverted. First it is only compared."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt"}),
    )


class MappingForm(forms.Form):
    """Which element a point watches, and how its values are read."""

    element_id = forms.IntegerField(min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)
    meaning = forms.ChoiceField(label=_("It tells"), choices=Meaning.choices, initial=Meaning.POSITION, required=False)
    inverted = forms.BooleanField(label=_("Inverted: 1 is open"), required=False)

    def clean_meaning(self) -> Meaning:
        return Meaning(self.cleaned_data["meaning"] or Meaning.POSITION)


class SignalFilterForm(forms.Form):
    """Every part may be empty. An address that makes no sense shows the list without that part."""

    station = forms.TypedChoiceField(label=_("Station"), required=False, coerce=int, empty_value=None)
    address = forms.IntegerField(
        label=_("Point’s address"), required=False, min_value=1, max_value=HIGHEST_ADDRESS,
        widget=forms.NumberInput(attrs={"placeholder": _("Point’s address"), "data-key": "KeyF"}),
    )  # fmt: skip
    outcome = forms.ChoiceField(
        label=_("What became of it"), required=False, choices=[("", _("Any outcome")), *Outcome.choices]
    )
    since = forms.DateField(label=_("From"), required=False)
    until = forms.DateField(label=_("Until, inclusive"), required=False)

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        known = [(station.pk, station.name) for station in stations()]
        self.fields["station"].choices = [("", _("All stations")), *known]  # type: ignore[attr-defined]

    def wanted(self) -> SignalFilter:
        self.is_valid()
        given = self.cleaned_data
        since, until = given.get("since"), given.get("until")
        return SignalFilter(
            station_id=given.get("station"), address=given.get("address"), outcome=given.get("outcome", ""),
            since=timezone.make_aware(datetime.combine(since, time())) if since else None,
            until=timezone.make_aware(datetime.combine(until, time()) + timedelta(days=1)) if until else None,
        )  # fmt: skip
