"""The 360° card: who the customer is, what is known of him, and the tabs of all modules."""

from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_GET

from opora.platform.access.models import User
from opora.platform.access.permissions import AccessPermission
from opora.platform.journal.queries import HistoryLine
from opora.platform.permissions import requires
from opora.registry.customers.models import Customer
from opora.registry.customers.operations import read_customer
from opora.registry.customers.permissions import CustomerPermission
from opora.registry.customers.queries import CustomerCard
from opora.registry.customers.queries.history import history_of_customer

_TONES = {Customer.PaymentClass.PROMPT: "good", Customer.PaymentClass.LATE: "warn", Customer.PaymentClass.DEBTOR: "bad"}
#: What the history calls a change that is no column of the customer.
_CHANGED = {
    "branches": gettext_lazy("branches"),
    "external_id": gettext_lazy("key of the outside system"),
    "addresses": gettext_lazy("addresses"),
    "contact_points": gettext_lazy("phones and e-mails"),
    "contact_persons": gettext_lazy("contact persons"),
    "usage_points": gettext_lazy("usage points"),
    "agreements": gettext_lazy("agreements"),
    "group": gettext_lazy("group"),
}


@require_GET
@requires(CustomerPermission.VIEW)
def card(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Open the card."""
    assert isinstance(request.user, User)
    tabs: Callable[[User, int], Sequence[dict[str, Any]]] = import_string(settings.CUSTOMER_TABS)
    shown = read_customer(customer_id=customer_id, by=request.user)
    line: Callable[[User, int], str] = import_string(settings.CUSTOMER_LINE)
    context = {"tabs": tabs(request.user, customer_id), "line_url": line(request.user, customer_id)}
    return render(request, "customers/card.html", {**_context(request, shown), **context})


@require_GET
@requires(CustomerPermission.VIEW)
def head(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Who it is, what he owes and where he is supplied, for the operator's desk: a fragment."""
    assert isinstance(request.user, User)
    shown = read_customer(customer_id=customer_id, by=request.user)
    meant = request.GET.get("usage_point", "")
    point = next((point for point in shown.usage_points if str(point.pk) == meant), None)
    only = shown.usage_points[0] if len(shown.usage_points) == 1 else None
    return render(request, "customers/_head.html", {**_context(request, shown), "point": point or only})


@require_GET
@requires(CustomerPermission.VIEW)
def history(request: HttpRequest, customer_id: int) -> HttpResponse:
    """What happened to the customer; who has looked at him is shown to those who manage access."""
    assert isinstance(request.user, User)
    lines = history_of_customer(customer_id, reads=request.user.holds(AccessPermission.MANAGE))
    return render(request, "customers/_history.html", {"entries": [_entry(line) for line in lines]})


def _context(request: HttpRequest, shown: CustomerCard) -> dict[str, Any]:
    assert isinstance(request.user, User)
    return {
        "card": shown,
        "customer": shown.customer,
        "payment_tone": _TONES.get(Customer.PaymentClass(shown.customer.payment_class))
        if shown.customer.payment_class
        else "",
        "editable": shown.editable and request.user.holds(CustomerPermission.EDIT),
    }


def _entry(line: HistoryLine) -> dict[str, Any]:
    read = line.event == "journal.PersonalDataRead"
    return {
        "at": line.at,
        "title": line.label,
        "actor": line.by,
        "icon": "eye" if read else "edit",
        "text": ", ".join(_called(name) for name in line.facts.get("fields", ())),
    }


def _called(name: str) -> str:
    if name in _CHANGED:
        return str(_CHANGED[name])
    try:
        return str(Customer._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    except FieldDoesNotExist:
        return pgettext("change", "other")
