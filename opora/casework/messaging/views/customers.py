"""The tab of a customer's card: messages, and what he says of them."""

from typing import Any

from django.contrib import messages as toasts
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from opora.casework.messaging.forms import ConsentForm, PreferenceForm
from opora.casework.messaging.operations import record_consent, set_preference, withdraw_consent
from opora.casework.messaging.permissions import MessagingPermission
from opora.casework.messaging.queries import (
    MessageFilter,
    consents_of,
    dead_contacts_of,
    messages,
    wishes_of,
)
from opora.casework.messaging.stages import Channel, Purpose
from opora.platform.access.models import User
from opora.platform.permissions import requires
from opora.platform.rest.cursors import slice_of

_SHOWN = 20


@require_GET
@requires(MessagingPermission.VIEW)
def of_customer(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Show messages to the customer with their states and reasons, his consents and preferences."""
    return _tab(request, customer_id)


@require_GET
@requires(MessagingPermission.VIEW)
def more(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Show older messages to the customer, below those that are shown."""
    return render(request, "messaging/_customer_rows.html", _rows(customer_id, request.GET.get("after", "")))


@require_POST
@requires(MessagingPermission.CONSENT)
def consent(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Write down that the customer agrees or refuses."""
    assert isinstance(request.user, User)
    form = ConsentForm(request.POST)
    if not form.is_valid():
        return _tab(request, customer_id, form=form, status=422)
    said = form.cleaned_data
    write_down = record_consent if said["given"] else withdraw_consent
    write_down(
        customer_id=customer_id,
        purpose=Purpose(said["purpose"]),
        channel=Channel(said["channel"]),
        proof=said["proof"],
        by=request.user,
    )
    toasts.success(request, _("Written down"))
    return _tab(request, customer_id)


@require_POST
@requires(MessagingPermission.CONSENT)
def preference(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Set how the customer wants messages of one purpose."""
    assert isinstance(request.user, User)
    form = PreferenceForm(request.POST)
    if not form.is_valid():
        return _tab(request, customer_id, status=422)
    purpose = Purpose(form.cleaned_data["purpose"])
    set_preference(customer_id=customer_id, purpose=purpose, channels=form.channels(), by=request.user)
    toasts.success(request, _("Saved"))
    return _tab(request, customer_id)


def _tab(request: HttpRequest, customer_id: int, *, form: ConsentForm | None = None, status: int = 200) -> HttpResponse:
    wishes = wishes_of(customer_id)
    context = {
        "wishes": [(row, PreferenceForm(wishes=row)) for row in wishes],
        "channels": Channel,
        "form": form or ConsentForm(),
        "said": consents_of(customer_id)[:_SHOWN],
        "dead": dead_contacts_of(customer_id),
        **_rows(customer_id, ""),
    }
    return render(request, "messaging/_of_customer.html", context, status=status)


def _rows(customer_id: int, cursor: str) -> dict[str, Any]:
    page = slice_of(messages(MessageFilter(customer_id=customer_id)), by=["-pk"], cursor=cursor, limit=_SHOWN)
    return {"rows": page.rows, "next": page.cursor, "customer_id": customer_id}
