"""The register of addresses to look at, and what fields for addresses suggest. It holds no personal data."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from opora.platform.permissions import signed_in
from opora.platform.rest.cursors import slice_of
from opora.registry.addresses import queries
from opora.registry.addresses.address_text import take_apart
from opora.registry.addresses.queries import Placed
from opora.registry.addresses.stages import DeliveryStage

_TONES = {DeliveryStage.REFUSED: "bad", DeliveryStage.APPLIED: "good", DeliveryStage.READ: "info"}
#: Deliveries on the page of the register.
_LAST = 10
#: Nobody types a longer address.
_LONGEST = 300


@require_GET
@signed_in
def register(request: HttpRequest) -> HttpResponse:
    """The tree of the register from one of its objects down, and how it came to be as it is."""
    chosen = queries.object_of(_guid(request)) if "object" in request.GET else None
    parent = chosen.object.pk if chosen else None
    below = slice_of(
        queries.objects_below(parent), by=["level", "name", "pk"], cursor=request.GET.get("after", ""), limit=100
    )
    counts = queries.counts_below([each.pk for each in below.rows])
    context: dict[str, Any] = {
        "chosen": chosen,
        "above": _above(chosen),
        "objects": [(each, *counts[each.pk]) for each in below.rows],
        "next": below.cursor,
        "last": queries.last_applied(),
    }
    if parent is None:
        context["deliveries"] = [
            (each, _TONES.get(DeliveryStage(each.stage), "")) for each in queries.deliveries()[:_LAST]
        ]
    else:
        houses = slice_of(
            queries.houses_below(parent), by=["number", "key", "pk"], cursor=request.GET.get("houses", ""), limit=200
        )
        context |= {"houses": houses.rows, "more_houses": houses.cursor}
    return render(request, "addresses/register.html", context)


@require_GET
@signed_in
def found(request: HttpRequest) -> HttpResponse:
    """What the box of the register's page means: objects to go to."""
    text = request.GET.get("q", "")[:_LONGEST]
    return render(request, "addresses/_found.html", {"found": queries.suggest(text), "text": text})


@require_GET
@signed_in
def suggest(request: HttpRequest) -> HttpResponse:
    """What a field for an address may become; the flat stays as it was typed."""
    text = request.GET.get("address", request.GET.get("q", ""))[:_LONGEST]
    flat = take_apart(text).flat
    context = {"found": queries.suggest(text), "text": text, "flat": flat}
    return render(request, "addresses/_suggestions.html", context)


@require_GET
@signed_in
def delivery(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """What came of a delivery, and what was at fault in it."""
    shown = queries.delivery_of(delivery_id)
    context = {
        "delivery": shown,
        "tone": _TONES.get(DeliveryStage(shown.stage), ""),
        "result": queries.result_lines(shown.result),
        "files": shown.files.order_by("pk"),
        "faults": queries.faults_of(shown),
    }
    return render(request, "addresses/delivery.html", context)


def _guid(request: HttpRequest) -> UUID:
    try:
        return UUID(request.GET["object"])
    except ValueError as wrong:
        raise Http404 from wrong


def _above(chosen: Placed | None) -> Any:
    """What the object stands in, without itself."""
    if chosen is None:
        return []
    return [each for each in chosen.administrative or chosen.municipal if each.pk != chosen.object.pk]
