"""Tabs of the card that are edited in place: usage points, contacts, agreements.

Each tab is one fragment. A form opens inside it; a mistake brings the fragment back with the form and its messages,
a success without it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.forms.models import model_to_dict
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from opora.platform.access.models import User
from opora.platform.errors import ChangedMeanwhile
from opora.platform.permissions import requires
from opora.registry.customers.forms import (
    AddressForm,
    AgreementEndForm,
    AgreementForm,
    ContactNoteForm,
    ContactPersonForm,
    ContactPointForm,
    UsagePointForm,
)
from opora.registry.customers.models import Agreement, ContactPoint, CustomerAddress, UsagePoint
from opora.registry.customers.operations import (
    add_address,
    add_agreement,
    add_contact_person,
    add_contact_point,
    add_usage_point,
    change_contact_person,
    change_contact_point,
    change_usage_point,
    end_agreement,
    remove_address,
    remove_contact_person,
    remove_contact_point,
)
from opora.registry.customers.permissions import CustomerPermission
from opora.registry.customers.queries import agreements_of, customer_card, usage_points_of

#: Lines of a tab; a large consumer has thousands.
_PAGE = 100


@dataclass(frozen=True)
class Opened:
    """A form that is open inside a tab."""

    form: forms.BaseForm
    url: str
    title: str | Promise
    note: str = ""


@require_GET
@requires(CustomerPermission.VIEW)
def points(request: HttpRequest, customer_id: int) -> HttpResponse:
    """The usage points, page by page."""
    return _points(request, customer_id)


@require_http_methods(["GET", "POST"])
@requires(CustomerPermission.EDIT)
def point(request: HttpRequest, customer_id: int, point_id: int | None = None) -> HttpResponse:
    """Add a usage point, or change one; when somebody saved meanwhile, say what differs and keep what was typed."""
    assert isinstance(request.user, User)
    known = _one(usage_points_of(customer_id), point_id)
    url = (
        reverse("customers:point", args=[customer_id, point_id])
        if known
        else reverse("customers:add_point", args=[customer_id])
    )
    title = gettext_lazy("Change the usage point") if known else gettext_lazy("New usage point")
    if request.method == "GET":
        customer = customer_card(customer_id).customer
        initial = _values(known) if known else {"branch_id": customer.branch_ids[0]}
        return _points(request, customer_id, Opened(UsagePointForm(initial=initial), url, title))
    form = UsagePointForm(request.POST)
    if not form.is_valid():
        return _points(request, customer_id, Opened(form, url, title))
    if known is None:
        add_usage_point(customer_id=customer_id, **form.said(), by=request.user)
    else:
        version = form.cleaned_data["version"] or 0
        try:
            change_usage_point(usage_point_id=known.pk, version=version, changes=form.said(), by=request.user)
        except ChangedMeanwhile:
            return _points(request, customer_id, _over_changes(form, known, url, title))
    messages.success(request, _("Saved"))
    return _points(request, customer_id)


@require_GET
@requires(CustomerPermission.VIEW)
def contacts(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Phones, e-mails, contact persons and addresses."""
    return _contacts(request, customer_id)


@require_http_methods(["GET", "POST"])
@requires(CustomerPermission.EDIT)
def contact(request: HttpRequest, customer_id: int, contact_id: int | None = None) -> HttpResponse:
    """Add a phone or e-mail, or change the note and the primary mark of one."""
    assert isinstance(request.user, User)
    known = _one(customer_card(customer_id).contacts.points, contact_id)
    form: forms.Form
    if known:
        url, title = reverse("customers:contact", args=[customer_id, known.pk]), known.value
        form = ContactNoteForm(_sent(request), initial=model_to_dict(known))
    else:
        url, title = reverse("customers:add_contact", args=[customer_id]), _("New phone or e-mail")
        form = ContactPointForm(_sent(request))
    if not form.is_valid():
        return _contacts(request, customer_id, Opened(form, url, title))
    if known:
        change_contact_point(contact_point_id=known.pk, changes=form.cleaned_data, by=request.user)
    else:
        given = dict(form.cleaned_data)
        add_contact_point(customer_id=customer_id, kind=ContactPoint.Kind(given.pop("kind")), **given, by=request.user)
    messages.success(request, _("Saved"))
    return _contacts(request, customer_id)


@require_POST
@requires(CustomerPermission.EDIT)
def remove_contact(request: HttpRequest, customer_id: int, contact_id: int) -> HttpResponse:
    """Take a phone or e-mail away."""
    assert isinstance(request.user, User)
    _one(customer_card(customer_id).contacts.points, contact_id)
    remove_contact_point(contact_point_id=contact_id, by=request.user)
    return _contacts(request, customer_id)


@require_http_methods(["GET", "POST"])
@requires(CustomerPermission.EDIT)
def person(request: HttpRequest, customer_id: int, person_id: int | None = None) -> HttpResponse:
    """Add somebody to speak with, or change what is known of him."""
    assert isinstance(request.user, User)
    known = _one(customer_card(customer_id).contacts.persons, person_id)
    url = reverse(
        f"customers:{'person' if known else 'add_person'}", args=[customer_id, *([known.pk] if known else [])]
    )
    title = gettext_lazy("Change the contact person") if known else gettext_lazy("New contact person")
    form = ContactPersonForm(_sent(request), initial=model_to_dict(known) if known else None)
    if not form.is_valid():
        return _contacts(request, customer_id, Opened(form, url, title))
    if known is None:
        add_contact_person(customer_id=customer_id, **form.cleaned_data, by=request.user)
    else:
        change_contact_person(contact_person_id=known.pk, changes=form.cleaned_data, by=request.user)
    messages.success(request, _("Saved"))
    return _contacts(request, customer_id)


@require_POST
@requires(CustomerPermission.EDIT)
def remove_person(request: HttpRequest, customer_id: int, person_id: int) -> HttpResponse:
    """Take a contact person away."""
    assert isinstance(request.user, User)
    _one(customer_card(customer_id).contacts.persons, person_id)
    remove_contact_person(contact_person_id=person_id, by=request.user)
    return _contacts(request, customer_id)


@require_http_methods(["GET", "POST"])
@requires(CustomerPermission.EDIT)
def address(request: HttpRequest, customer_id: int, kind: str = "") -> HttpResponse:
    """Set the registered or the postal address."""
    assert isinstance(request.user, User)
    known = {row.kind: row for row in customer_card(customer_id).contacts.addresses}
    if kind and kind not in known:
        raise Http404
    url = reverse(f"customers:{'address' if kind else 'add_address'}", args=[customer_id, *([kind] if kind else [])])
    title = gettext_lazy("Change the address") if kind else gettext_lazy("New address")
    form = AddressForm(_sent(request), initial=model_to_dict(known[kind]) if kind else None)
    if not form.is_valid():
        return _contacts(request, customer_id, Opened(form, url, title))
    given = form.cleaned_data
    add_address(customer_id=customer_id, kind=CustomerAddress.Kind(given["kind"]), text=given["text"], by=request.user)
    messages.success(request, _("Saved"))
    return _contacts(request, customer_id)


@require_POST
@requires(CustomerPermission.EDIT)
def remove_address_of(request: HttpRequest, customer_id: int, kind: str) -> HttpResponse:
    """Take an address away."""
    assert isinstance(request.user, User)
    if kind not in CustomerAddress.Kind.values:
        raise Http404
    remove_address(customer_id=customer_id, kind=CustomerAddress.Kind(kind), by=request.user)
    return _contacts(request, customer_id)


@require_GET
@requires(CustomerPermission.VIEW)
def agreements(request: HttpRequest, customer_id: int) -> HttpResponse:
    """The contracts, the latest first."""
    return _agreements(request, customer_id)


@require_http_methods(["GET", "POST"])
@requires(CustomerPermission.EDIT)
def agreement(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Add a contract."""
    assert isinstance(request.user, User)
    url = reverse("customers:add_agreement", args=[customer_id])
    form = AgreementForm(_sent(request), customer_id=customer_id)
    if not form.is_valid():
        return _agreements(request, customer_id, Opened(form, url, gettext_lazy("New agreement")))
    given = form.cleaned_data
    kind = Agreement.Kind(given.pop("kind"))
    add_agreement(customer_id=customer_id, kind=kind, **given, by=request.user)
    messages.success(request, _("Saved"))
    return _agreements(request, customer_id)


@require_http_methods(["GET", "POST"])
@requires(CustomerPermission.EDIT)
def end(request: HttpRequest, customer_id: int, agreement_id: int) -> HttpResponse:
    """Say from which day a contract no longer holds."""
    assert isinstance(request.user, User)
    known = _one(agreements_of(customer_id), agreement_id)
    url = reverse("customers:end_agreement", args=[customer_id, agreement_id])
    form = AgreementEndForm(_sent(request), initial={"ends_on": known.ends_on if known else None})
    if not form.is_valid():
        title = _("End of the agreement %s") % (known.number if known else "")
        return _agreements(request, customer_id, Opened(form, url, title))
    end_agreement(agreement_id=agreement_id, ends_on=form.cleaned_data["ends_on"], by=request.user)
    messages.success(request, _("Saved"))
    return _agreements(request, customer_id)


def _sent(request: HttpRequest) -> QueryDict | None:
    """What was sent; nothing when the form is only asked for."""
    return request.POST if request.method == "POST" else None


def _points(request: HttpRequest, customer_id: int, opened: Opened | None = None) -> HttpResponse:
    after = request.GET.get("after", "") if request.method == "GET" else ""
    rows = list(usage_points_of(customer_id).filter(number__gt=after)[: _PAGE + 1])
    context = {"points": rows[:_PAGE], "next": rows[_PAGE - 1].number if len(rows) > _PAGE else "", "after": after}
    return _part(request, "customers/_points.html", customer_id, context, opened)


def _contacts(request: HttpRequest, customer_id: int, opened: Opened | None = None) -> HttpResponse:
    return _part(request, "customers/_contacts.html", customer_id, {}, opened)


def _agreements(request: HttpRequest, customer_id: int, opened: Opened | None = None) -> HttpResponse:
    context = {"agreements": agreements_of(customer_id)[:_PAGE], "page": _PAGE}
    return _part(request, "customers/_agreements.html", customer_id, context, opened)


def _part(
    request: HttpRequest, template: str, customer_id: int, context: Mapping[str, Any], opened: Opened | None
) -> HttpResponse:
    """A tab as a fragment; with a form that was sent and did not go through, 422."""
    assert isinstance(request.user, User)
    card = customer_card(customer_id)
    editable = card.editable and request.user.holds(CustomerPermission.EDIT)
    shown = {**context, "card": card, "customer": card.customer, "editable": editable, "opened": opened}
    return render(request, template, shown, status=422 if opened and opened.form.is_bound else 200)


def _one(rows: Any, pk: int | None) -> Any:
    """The belonging of this customer with that id; None when no id is given.

    :raises Http404: when it is not his.
    """
    if pk is None:
        return None
    found = rows.filter(pk=pk).first() if hasattr(rows, "filter") else next((row for row in rows if row.pk == pk), None)
    if found is None:
        raise Http404
    return found


def _values(point: UsagePoint) -> dict[str, Any]:
    values = {name: getattr(point, name) for name in UsagePointForm.base_fields}
    return {**values, "address": (point.address, point.gar_id)}


def _over_changes(form: UsagePointForm, before: UsagePoint, url: str, title: str | Promise) -> Opened:
    """The form as it was typed, over the usage point as it is now."""
    now = usage_points_of(before.customer_id).get(pk=before.pk)
    said = form.said()
    changed = [
        f"{field.label}: {getattr(now, name)}"
        for name, field in form.fields.items()
        if name in said and said[name] != getattr(now, name)
    ]
    data = form.data.copy()  # type: ignore[attr-defined]
    data["version"] = str(now.version)
    note = _("Somebody changed it meanwhile. There now: %s. Save again to put in what you typed.") % "; ".join(changed)
    return Opened(UsagePointForm(data), url, title, note)
