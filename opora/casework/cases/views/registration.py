"""A contact comes in: the form, what is forecast while it is filled in, and the case that comes of it."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from opora.casework.cases.forms.registration import AskedForm, ForecastForm, RegistrationForm
from opora.casework.cases.models import Case
from opora.casework.cases.operations import register_case
from opora.casework.cases.operations.attachments import attach_file
from opora.casework.cases.permissions import CasePermission
from opora.casework.cases.queries.callers import Caller, caller_of
from opora.casework.cases.queries.forecast import forecast
from opora.casework.cases.queries.repeats import earlier_cases
from opora.casework.cases.stages import Channel, Kind, Source
from opora.casework.cases.views.pickers import remember_topic
from opora.platform.access.models import User
from opora.platform.permissions import requires
from opora.platform.scope import current_scope
from opora.registry.customers.queries import identify

#: Whose source is a firm by itself; the operator may say otherwise.
_ENTITY = "LEGAL_ENTITY"


@require_GET
@requires(CasePermission.REGISTER)
def register(request: HttpRequest) -> HttpResponse:
    """The page: the form on its own."""
    return render(request, "cases/register.html", {"form": _empty_form(request, alone=True)})


@require_http_methods(["GET", "POST"])
@requires(CasePermission.REGISTER)
def register_form(request: HttpRequest) -> HttpResponse:
    """The form alone, for the page and for the operator's desk; sent, it registers the case."""
    if request.method == "GET":
        return render(request, "cases/_register_form.html", {"form": _empty_form(request, alone=False)})
    assert isinstance(request.user, User)
    caller = caller_of(customer_id=_number(request.POST.get("customer_id")))
    form = RegistrationForm(request.POST, request.FILES, caller=caller, branch_ids=_own_branches())
    if not form.is_valid():
        return render(request, "cases/_register_form.html", {"form": form}, status=422)
    case = register_case(**form.request(), by=request.user)
    for file in form.cleaned_data["attachments"]:
        attach_file(case_id=case.pk, stream=file, name=file.name, by=request.user)
    return _registered(request, case, form)


@require_GET
@requires(CasePermission.REGISTER)
def caller(request: HttpRequest) -> HttpResponse:
    """The parts of the form that say who it is, after somebody was chosen or let go; what was typed stays."""
    context = {"form": _empty_form(request, alone=False), "changed": True}
    response = render(request, "cases/_caller.html", context)
    response["HX-Trigger"] = "caller-changed"
    return response


@require_GET
@requires(CasePermission.REGISTER)
def callers_found(request: HttpRequest) -> HttpResponse:
    """Who fits the letters; nobody is chosen without the operator."""
    text = request.GET.get("q", "").strip()[:200]
    found = identify(text, limit=8) if len(text) > 2 else []
    return render(request, "cases/_callers_found.html", {"candidates": found, "text": text})


@require_GET
@requires(CasePermission.REGISTER)
def forecasts(request: HttpRequest) -> HttpResponse:
    """Which passport the contact would follow and by when it would be answered; earlier cases of the same trouble."""
    form = ForecastForm(request.GET)
    form.is_valid()
    given = form.cleaned_data
    decided = all(given.get(name) for name in ("topic_id", "kind", "channel"))
    branch_id, district_id = form.place() if "branch_id" in given else (None, None)
    asked = {name: given.get(name) for name in ("customer_id", "usage_point_id")}
    found = None
    if decided:
        found = forecast(
            topic_id=given["topic_id"],
            kind=given["kind"],
            channel=given["channel"],
            branch_id=branch_id,
            district_id=district_id,
            received_at=given.get("received_at"),
            due_at=given.get("due_at") if given.get("source") == Source.AUTHORITY else None,
            **asked,
        )
    earlier = earlier_cases(**asked, topic_id=given.get("topic_id"), limit=3) if any(asked.values()) else ()
    return render(request, "cases/_forecast.html", {"forecast": found, "decided": decided, "earlier": earlier})


def _empty_form(request: HttpRequest, *, alone: bool) -> RegistrationForm:
    asked = AskedForm(request.GET)
    asked.is_valid()
    given = asked.cleaned_data
    known = caller_of(customer_id=given.get("customer"), usage_point_id=given.get("usage_point"))
    channel = given.get("channel") or Channel.PHONE
    initial: dict[str, Any] = {
        "channel": channel,
        "kind": given.get("kind") or Kind.APPEAL,
        "source": Source.ENTITY if known and known.kind == _ENTITY else Source.CITIZEN,
        "text": given.get("text", ""),
        "customer_id": known.id if known else None,
        "usage_point_id": given.get("usage_point") or _only_point(known),
        "contact_name": given.get("contact_name")
        or given.get("name")
        or (known.name if known and known.kind != _ENTITY else ""),
        "contact_phone": given.get("contact_phone") or given.get("phone") or (known.phone if known else ""),
        "contact_email": given.get("contact_email")
        or (known.email if known and channel in (Channel.EMAIL, Channel.WEB) else ""),
        "branch_id": given.get("branch_id", ""),
        "alone": alone,
    }
    return RegistrationForm(initial=initial, caller=known, branch_ids=_own_branches())


def _registered(request: HttpRequest, case: Case, form: RegistrationForm) -> HttpResponse:
    context = {"case": case, "alone": form.cleaned_data["alone"], "division": case.division}
    response = render(request, "cases/_registered.html", context)
    remember_topic(request, response, case.topic_id)
    response["HX-Trigger"] = json.dumps({"case-registered": {"id": case.pk, "number": case.number}})
    if not request.headers.get("HX-Request"):
        response = HttpResponse(status=303, headers={"Location": reverse("cases:case", args=[case.pk])})
    return response


def _only_point(known: Caller | None) -> int | None:
    return known.points[0].id if known and len(known.points) == 1 else None


def _own_branches() -> frozenset[int] | None:
    scope = current_scope()
    return None if scope.everything else scope.branches


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() else None
