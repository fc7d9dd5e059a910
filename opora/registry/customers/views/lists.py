"""Finding customers: the list with its filters, those who fit some words, the list taken away."""

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from opora.platform.access.models import User
from opora.platform.permissions import requires
from opora.platform.rest.cursors import decode, encode
from opora.registry.customers.forms import CustomerFilterForm
from opora.registry.customers.models import Customer
from opora.registry.customers.operations import find_customers, read_customer_list
from opora.registry.customers.operations.export import TableKind, export_customers
from opora.registry.customers.permissions import CustomerPermission
from opora.registry.customers.queries import CustomerFilter, Place, count_customers

_MOST_FOUND = 50
_KINDS = dict(Customer.Kind.choices)
_CLASSES = dict(Customer.PaymentClass.choices)


@require_GET
@requires(CustomerPermission.VIEW)
def customers(request: HttpRequest) -> HttpResponse:
    """Show the list under the filters of the address; words alone find people, each with the reason of his match.

    Whoever is found by a number that is his alone is opened at once; several people are offered, none is chosen.
    """
    assert isinstance(request.user, User)
    form = CustomerFilterForm(request.GET)
    wanted = form.wanted()
    context: dict[str, Any] = {"form": form, "search_value": wanted.text, "narrowed": wanted != CustomerFilter()}
    if wanted.text.strip() and wanted == CustomerFilter(text=wanted.text):
        found = find_customers(text=wanted.text, by=request.user, limit=_MOST_FOUND)
        if len(found) == 1 and found[0].exact:
            return redirect("customers:card", found[0].customer_id)
        return render(request, "customers/list.html", {**context, "found": found})
    after, before = _place(request.GET.get("after")), _place(request.GET.get("before"))
    page = read_customer_list(wanted=wanted, by=request.user, after=after, before=before)
    context |= {
        "rows": [
            {"customer": row, "kind": _KINDS[row.kind], "payment": _CLASSES.get(row.payment_class, "")}
            for row in page.rows
        ],
        "count": count_customers(wanted),
        "next": _cursor(page.next),
        "previous": _cursor(page.previous),
    }
    return render(request, "customers/list.html", context)


@require_GET
@requires(CustomerPermission.VIEW)
def found(request: HttpRequest) -> HttpResponse:
    """Those who fit the words, for the search box: a fragment."""
    assert isinstance(request.user, User)
    text = request.GET.get("q", "").strip()[:200]
    candidates = find_customers(text=text, by=request.user, limit=10) if len(text) > 1 else []
    return render(request, "customers/_found.html", {"candidates": candidates, "text": text})


@require_GET
@requires(CustomerPermission.EXPORT)
def export(request: HttpRequest) -> HttpResponseBase:
    """Give out the whole list under the filters of the address as a file."""
    assert isinstance(request.user, User)
    kind = TableKind.CSV if request.GET.get("form") == TableKind.CSV else TableKind.XLSX
    file = export_customers(wanted=CustomerFilterForm(request.GET).wanted(), kind=kind, by=request.user)
    return FileResponse(
        file, as_attachment=True, filename=f"{_('customers')}-{timezone.localdate():%Y-%m-%d}.{kind.value}"
    )


def _cursor(place: Place | None) -> str:
    return encode([place.name_key, place.id]) if place else ""


def _place(cursor: str | None) -> Place | None:
    """:raises BadCursor: when somebody has changed the address by hand."""
    return Place(*decode(cursor, str, int)) if cursor else None
