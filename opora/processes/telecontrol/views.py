"""Telecontrol on the screen: stations, their points, the quarantine, the log of signals."""

import hashlib
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from opora.platform.access.models import User
from opora.platform.permissions import requires
from opora.platform.rest.cursors import slice_of
from opora.processes.telecontrol import operations, queries
from opora.processes.telecontrol.forms import MappingForm, PointFileForm, SignalFilterForm, StationForm
from opora.processes.telecontrol.permissions import TelecontrolPermission
from opora.processes.telecontrol.point_file import read_points

#: How far back a station's signals are judged anew from its page.
REPLAYED = timedelta(days=1)
PAGE = 100


@require_GET
@requires(TelecontrolPermission.VIEW)
def stations(request: HttpRequest) -> HttpResponse:
    """All stations: whether they are heard, since when, how late."""
    context = {"stations": queries.stations(), "health": queries.link_health(), **_may(request)}
    return render(request, "telecontrol/_stations.html" if _part(request) else "telecontrol/stations.html", context)


@require_GET
@requires(TelecontrolPermission.VIEW)
def station(request: HttpRequest, station_id: int) -> HttpResponse:
    """A station with what its points watch."""
    known = queries.station_of(station_id)
    page = slice_of(
        queries.points_of(station_id), by=["address"], cursor=request.GET.get("after", ""), limit=PAGE
    )  # fmt: skip
    context = {"station": known, "points": page.rows, "next": page.cursor, **_may(request)}
    return render(request, "telecontrol/_station.html" if _part(request) else "telecontrol/station.html", context)


@require_http_methods(["GET", "POST"])
@requires(TelecontrolPermission.CONFIGURE)
def enter_station(request: HttpRequest) -> HttpResponse:
    """Enter a station."""
    form = StationForm(request.POST or None)
    if request.method == "GET" or not form.is_valid():
        return _station_form(request, form)
    saved = operations.save_station(**form.cleaned_data, by=_user(request))
    messages.success(request, _("The station is entered. Import its points, or map them from the quarantine."))
    return HttpResponse(headers={"HX-Redirect": reverse("telecontrol:station", args=[saved.pk])})


@require_http_methods(["GET", "POST"])
@requires(TelecontrolPermission.CONFIGURE)
def change_station(request: HttpRequest, station_id: int) -> HttpResponse:
    """Change what is known of a station."""
    known = queries.station_of(station_id)
    form = StationForm(request.POST or None, station=known)
    if request.method == "GET" or not form.is_valid():
        return _station_form(request, form, known)
    version = request.POST.get("version", "")
    operations.save_station(
        station_id=station_id, version=int(version) if version.isdecimal() else 0,
        **form.cleaned_data, by=_user(request),
    )  # fmt: skip
    messages.success(request, _("Saved"))
    return HttpResponse(headers={"HX-Redirect": reverse("telecontrol:station", args=[station_id])})


@require_http_methods(["GET", "POST"])
@requires(TelecontrolPermission.CONFIGURE)
def import_points(request: HttpRequest, station_id: int) -> HttpResponse:
    """Compare a file with the points of a station; the same file once more, to bring them to it."""
    known = queries.station_of(station_id)
    if request.method == "GET":
        return render(request, "telecontrol/import.html", {"form": PointFileForm(), "station": known})
    form = PointFileForm(request.POST, request.FILES)
    if not form.is_valid():
        response = render(
            request, "telecontrol/_import_form.html", {"form": form, "station": known}, status=422
        )  # fmt: skip
        response["HX-Retarget"], response["HX-Reswap"] = "#import-form", "outerHTML"
        return response
    content = form.cleaned_data["points"].read()
    digest = hashlib.sha256(content).hexdigest()
    lines, faults = read_points(content)
    try:
        if faults:
            raise operations.PointsFaulty(faults)
        asked, shown = request.POST.get("apply") == "yes", request.POST.get("digest") == digest
        if not (asked and shown):
            foreseen = operations.foresee_points(station_id=station_id, lines=lines)
            context = {"foreseen": foreseen, "digest": digest, "station": known, "other_file": asked}
            return render(request, "telecontrol/_foreseen.html", context, status=422 if asked else 200)
        done = operations.import_points(station_id=station_id, lines=lines, by=_user(request))
    except operations.PointsFaulty as refusal:
        return render(request, "telecontrol/_faults.html", {"faults": refusal.faults}, status=422)
    count = len(done.created) + len(done.changed)
    messages.success(
        request, ngettext("%d point is imported.", "%d points are imported.", count) % count
    )  # fmt: skip
    return HttpResponse(headers={"HX-Redirect": reverse("telecontrol:station", args=[station_id])})


@require_POST
@requires(TelecontrolPermission.CONFIGURE)
def replay(request: HttpRequest, station_id: int) -> HttpResponse:
    """Judge what a station has told in the last day anew."""
    queries.station_of(station_id)
    count = operations.replay(station_id=station_id, since=timezone.now() - REPLAYED, by=_user(request))
    told = ngettext("%d signal is judged anew.", "%d signals are judged anew.", count) % count
    messages.success(request, told)
    return HttpResponse(status=204)


@require_GET
@requires(TelecontrolPermission.VIEW)
def quarantine(request: HttpRequest) -> HttpResponse:
    """Points that tell something and that nobody has mapped."""
    ignored = request.GET.get("ignored") == "yes"
    page = slice_of(
        queries.quarantine(ignored=ignored), by=["station_id", "address"], cursor=request.GET.get("after", ""),
        limit=PAGE,
    )  # fmt: skip
    context = {"points": page.rows, "next": page.cursor, "ignored": ignored, **_may(request)}
    template = "telecontrol/_quarantine.html" if _part(request) else "telecontrol/quarantine.html"
    return render(request, template, context)


@require_http_methods(["GET", "POST"])
@requires(TelecontrolPermission.CONFIGURE)
def unknown(request: HttpRequest, unknown_id: int) -> HttpResponse:
    """Map an unknown point: the likeliest element has the focus already, any other is found by typing."""
    point = queries.unknown_point(unknown_id)
    form = MappingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        operations.map_point(
            station_id=point.station_id, address=point.address, **form.cleaned_data, by=_user(request)
        )  # fmt: skip
        messages.success(request, _("The point is mapped; what it has told is judged anew."))
        return HttpResponse(headers={"HX-Redirect": reverse("telecontrol:quarantine")})
    text = request.GET.get("q", "")[:200].replace("\0", "").strip()
    context = {
        "point": point,
        "form": form if form.is_bound else MappingForm(),
        "proposals": queries.proposed_elements(point, text),
        "text": text,
    }
    template = "telecontrol/_proposals.html" if _part(request) else "telecontrol/unknown.html"
    return render(request, template, context, status=422 if form.is_bound else 200)


@require_POST
@requires(TelecontrolPermission.CONFIGURE)
def ignore(request: HttpRequest, unknown_id: int) -> HttpResponse:
    """Say that a point concerns nobody."""
    point = queries.unknown_point(unknown_id)
    operations.ignore_point(station_id=point.station_id, address=point.address, by=_user(request))
    messages.success(request, _("The point is ignored from now on."))
    return HttpResponse(headers={"HX-Redirect": reverse("telecontrol:quarantine")})


@require_GET
@requires(TelecontrolPermission.VIEW)
def signals(request: HttpRequest) -> HttpResponse:
    """The log: everything that stations have told, and what became of it."""
    form = SignalFilterForm(request.GET)
    page = slice_of(
        queries.signals(form.wanted()), by=["-received_at", "-pk"], cursor=request.GET.get("after", ""), limit=PAGE
    )  # fmt: skip
    context = {
        "form": form,
        "signals": page.rows,
        "next": page.cursor,
        "narrowed": any(request.GET.get(name) for name in form.fields),
    }
    return render(request, "telecontrol/_signals.html" if _part(request) else "telecontrol/signals.html", context)


def _station_form(request: HttpRequest, form: StationForm, known: Any = None) -> HttpResponse:
    context = {"form": form, "station": known}
    if form.is_bound:
        return render(request, "telecontrol/_station_form.html", context, status=422)
    return render(request, "telecontrol/station_form.html", context)


def _part(request: HttpRequest) -> bool:
    return bool(request.headers.get("HX-Request")) and request.method == "GET"


def _may(request: HttpRequest) -> dict[str, bool]:
    return {"may_configure": _user(request).holds(TelecontrolPermission.CONFIGURE)}


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
