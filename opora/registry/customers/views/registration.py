"""A customer is entered, or what is known of him is changed: nothing that was typed is lost on the way."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from opora.platform.access.models import User
from opora.platform.errors import ChangedMeanwhile
from opora.platform.permissions import requires
from opora.platform.phone import normalised
from opora.registry.customers.forms import REQUISITES, CustomerForm, GroupForm, RegistrationForm
from opora.registry.customers.models import ContactPoint, Customer
from opora.registry.customers.operations import (
    WrongRequisite,
    add_contact_point,
    change_customer,
    move_to_group,
    read_customer,
    read_duplicates,
    register_customer,
)
from opora.registry.customers.permissions import CustomerPermission
from opora.registry.customers.queries import Duplicate, customer_card
from opora.registry.customers.requisites import Requisites, checked


@require_http_methods(["GET", "POST"])
@requires(CustomerPermission.REGISTER)
def register(request: HttpRequest) -> HttpResponse:
    """Enter a customer; whoever may be there already is shown first."""
    assert isinstance(request.user, User)
    if request.method == "GET":
        asked = {name: request.GET[name] for name in ("phone", "name", "last_name", "inn") if name in request.GET}
        return render(request, "customers/register.html", {"form": RegistrationForm(initial=asked)})
    form = RegistrationForm(request.POST)
    if not form.is_valid():
        return render(request, "customers/_register_form.html", {"form": form}, status=422)
    given, said = form.cleaned_data, form.said()
    if not request.POST.get("anyway") and (duplicates := _duplicates(form, by=request.user)):
        return render(request, "customers/_register_form.html", {"form": form, "duplicates": duplicates}, status=422)
    customer = register_customer(**said, group_id=given["group_id"], branch_id=given["branch_id"], by=request.user)
    for kind, value in ((ContactPoint.Kind.PHONE, given["phone"]), (ContactPoint.Kind.EMAIL, given["email"])):
        if value:
            add_contact_point(customer_id=customer.pk, kind=kind, value=value, is_primary=True, by=request.user)
    messages.success(request, _("The customer is entered."))
    return _go_to_card(request, customer.pk)


@require_http_methods(["GET", "POST"])
@requires(CustomerPermission.EDIT)
def edit(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Change who the customer is. When somebody saved meanwhile, show what differs and keep what was typed."""
    assert isinstance(request.user, User)
    if request.method == "GET":
        customer = read_customer(customer_id=customer_id, by=request.user).customer
        form = CustomerForm(initial=_values(customer))
        return render(request, "customers/edit.html", {"form": form, "customer": customer})
    customer = customer_card(customer_id).customer
    form = CustomerForm(request.POST)
    if form.is_valid():
        said, version = form.said(), form.cleaned_data["version"] or 0
        try:
            change_customer(customer_id=customer_id, version=version, changes=said, by=request.user)
        except ChangedMeanwhile:
            return _show_changes(request, form, customer)
        messages.success(request, _("Saved"))
        return _go_to_card(request, customer_id)
    return render(request, "customers/_edit_form.html", {"form": form, "customer": customer}, status=422)


@require_http_methods(["GET", "POST"])
@requires(CustomerPermission.EDIT)
def move(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Put the customer into another group: other people will see him."""
    assert isinstance(request.user, User)
    customer = customer_card(customer_id).customer
    form = GroupForm(request.POST or None, initial={"group_id": customer.group_id})
    if request.method == "POST" and form.is_valid():
        move_to_group(customer_id=customer_id, group_id=form.cleaned_data["group_id"], by=request.user)
        messages.success(request, _("The customer is in another group now."))
        return _go_to_card(request, customer_id)
    status = 422 if form.is_bound else 200
    return render(request, "customers/_group_form.html", {"form": form, "customer": customer}, status=status)


@require_POST
@requires(CustomerPermission.VIEW)
def check(request: HttpRequest) -> HttpResponse:
    """Say of one requisite, while the form is being filled in, whether it can be right and whether it is known."""
    assert isinstance(request.user, User)
    field = request.GET.get("field", "")
    kind, value = request.POST.get("kind", ""), request.POST.get(field, "").strip()
    if field not in REQUISITES or kind not in Customer.Kind.values or not value:
        return HttpResponse()
    try:
        number = getattr(checked(Customer.Kind(kind), Requisites(**{field: value})), field)
    except WrongRequisite as refusal:
        return render(request, "customers/_checked.html", {"refusal": refusal})
    except_id = request.GET.get("customer", "")
    known: Sequence[Duplicate] = ()
    if field in ("inn", "snils"):
        known = read_duplicates(
            **{field: number}, except_id=int(except_id) if except_id.isdecimal() else None, by=request.user
        )
    return render(request, "customers/_checked.html", {"known": known})


def _duplicates(form: RegistrationForm, *, by: User) -> Sequence[Duplicate]:
    said = form.said()
    phone = normalised(form.cleaned_data["phone"]) or ""
    return read_duplicates(name=form.full_name, phone=phone, inn=said["inn"], snils=said["snils"], by=by)


def _values(customer: Customer) -> dict[str, Any]:
    return {name: getattr(customer, name) for name in CustomerForm.base_fields}


def _show_changes(request: HttpRequest, form: CustomerForm, customer: Customer) -> HttpResponse:
    """The form as it was typed, over the card as it is now; the next save is a decision, not an accident."""
    now = _values(customer)
    said: Mapping[str, Any] = form.said()
    differences = [
        {"name": field.label, "theirs": _words(name, now[name]), "typed": _words(name, said[name])}
        for name, field in CustomerForm.base_fields.items()
        if name in said and said[name] != now[name]
    ]
    data = form.data.copy()  # type: ignore[attr-defined]
    data["version"] = str(customer.version)
    context = {"form": CustomerForm(data), "customer": customer, "differences": differences, "changed_meanwhile": True}
    return render(request, "customers/_edit_form.html", context, status=422)


def _words(name: str, value: Any) -> str:
    return str(Customer.Kind(value).label) if name == "kind" else str(value)


def _go_to_card(request: HttpRequest, customer_id: int) -> HttpResponse:
    address = reverse("customers:card", args=[customer_id])
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": address})
    return redirect(address)
