"""The desk where contacts come in: who it is, what is known of him, and the form, without the mouse."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from opora.casework.cases.permissions import CasePermission
from opora.casework.cases.queries.lists import find_by_number
from opora.casework.cases.stages import Channel
from opora.platform.access.models import User
from opora.platform.permissions import requires
from opora.platform.phone import normalised
from opora.processes.outages.permissions import OutagePermission
from opora.registry.customers.queries import Candidate, identify
from opora.workplaces.operator.forms import ContactForm

#: Roles that receive people in person; everybody else answers calls.
VISITED = frozenset(["clerk"])


@require_GET
@requires(CasePermission.REGISTER)
def desk(request: HttpRequest) -> HttpResponse:
    """Show the desk: before anybody is known, with those found, or with a customer and the form.

    Whoever is found by a number that is his alone is opened at once; several people are offered, none is chosen.
    """
    form = ContactForm(request.GET)
    form.is_valid()
    given = form.cleaned_data
    text = given.get("q", "")
    known = {name: given[name] for name in ("customer", "usage_point") if given.get(name)}
    if text and not known and not given.get("unknown"):
        if case := find_by_number(text):
            return redirect("cases:case", case.pk)
        candidates = identify(text)
        if len(candidates) == 1 and candidates[0].exact:
            return redirect(_contact_url(text, candidates[0]))
    phone = normalised(text) or ""
    asked = {**known, "channel": given.get("channel") or _usual_channel(request), "phone": phone}
    context = {
        "text": text,
        "known": known,
        "may_see_supply": isinstance(request.user, User) and request.user.holds(OutagePermission.VIEW),
        "is_open": bool(known) or bool(given.get("unknown")),
        "form_query": urlencode({name: value for name, value in asked.items() if value}),
    }
    return render(request, "operator/desk.html", context)


@require_GET
@requires(CasePermission.REGISTER)
def found(request: HttpRequest) -> HttpResponse:
    """Offer what fits the text: a case by its number, people with the reason of their match, and the unknown caller."""
    text = request.GET.get("q", "").strip()[:200]
    candidates = identify(text) if text else []
    context = {
        "text": text,
        "case": find_by_number(text) if text else None,
        "candidates": [(candidate, _contact_url(text, candidate)) for candidate in candidates],
    }
    return render(request, "operator/_found.html", context)


def _contact_url(text: str, candidate: Candidate) -> str:
    asked = {"customer": candidate.customer_id, "usage_point": candidate.usage_point_id, "q": text}
    return f"{reverse('operator:desk')}?{urlencode({name: value for name, value in asked.items() if value})}"


def _usual_channel(request: HttpRequest) -> Channel:
    assert isinstance(request.user, User)
    visited = request.user.roles.filter(code__in=VISITED).exists()
    return Channel.VISIT if visited else Channel.PHONE
