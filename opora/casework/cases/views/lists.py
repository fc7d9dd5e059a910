"""Lists of cases: the page with its filters, its lines, the export, the tab of a customer's card."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from opora.casework.cases.forms.filters import OPEN, CaseFilterForm
from opora.casework.cases.operations.export import TableForm, export_cases
from opora.casework.cases.permissions import CasePermission
from opora.casework.cases.queries.explain import explain_due
from opora.casework.cases.queries.lists import (
    CaseFilter,
    Place,
    case_list,
    cases_of_customer,
    count_cases,
    open_cases_of_customer,
)
from opora.platform.access.models import User
from opora.platform.permissions import requires
from opora.platform.rest.cursors import decode, encode
from opora.registry.organization.queries import employee_of

#: Parts of the address that are not filters.
_PAGING = ("after", "before", "q")
#: Parts that are shown without unfolding the rest.
_ALWAYS_SHOWN = ("text", "state", "kind", "branch", "due", "unassigned")


@require_GET
@requires(CasePermission.VIEW)
def cases(request: HttpRequest) -> HttpResponse:
    """Show the list under the filters of the address."""
    form = CaseFilterForm(request.GET)
    context = _listing(request, form)
    chosen = [name for name in form.fields if name not in _ALWAYS_SHOWN and request.GET.get(name)]
    context |= {"form": form, "quick": _quick_views(request), "more_chosen": len(chosen)}
    return render(request, "cases/list.html", context)


@require_GET
@requires(CasePermission.VIEW)
def rows(request: HttpRequest) -> HttpResponse:
    """The lines alone: after a change of the filters, and when cases have changed."""
    response = render(request, "cases/_rows.html", _listing(request, CaseFilterForm(request.GET)))
    if request.headers.get("HX-Trigger") != "rows":  # a refresh nobody asked for stays out of the browser's history
        response["HX-Push-Url"] = f"{reverse('cases:list')}{_address(request.GET)}"
    return response


@require_GET
@requires(CasePermission.EXPORT)
def export(request: HttpRequest) -> HttpResponseBase:
    """Give out the whole list under the filters of the address as a file."""
    form = TableForm.CSV if request.GET.get("form") == TableForm.CSV else TableForm.XLSX
    assert isinstance(request.user, User)
    file = export_cases(wanted=CaseFilterForm(request.GET).wanted(), form=form, by=request.user)
    name = f"{_('cases')}-{timezone.localdate():%Y-%m-%d}.{form}"
    return FileResponse(file, as_attachment=True, filename=name)


@require_GET
@requires(CasePermission.VIEW)
def of_customer(request: HttpRequest, customer_id: int) -> HttpResponse:
    """The tab of a customer's card: what he is waiting for first, then his latest cases."""
    waiting = open_cases_of_customer(customer_id)
    shown = {row.id for row in waiting}
    latest = [row for row in cases_of_customer(customer_id) if row.id not in shown]
    context = {"waiting": waiting, "latest": latest, "customer_id": customer_id}
    return render(request, "cases/_of_customer.html", context)


@require_GET
@requires(CasePermission.VIEW)
def count_open(request: HttpRequest) -> HttpResponse:
    """How many cases are open under the filters of the address, for a badge."""
    query = request.GET.copy()
    query["state"] = OPEN
    count = count_cases(CaseFilterForm(query).wanted())
    shown = "" if not count.value else str(count.value) if count.value < 1000 else "999+"
    return HttpResponse(shown, content_type="text/plain")


@require_GET
@requires(CasePermission.VIEW)
def due(request: HttpRequest, case_id: int) -> HttpResponse:
    """The arithmetic behind the due date of a case."""
    return render(request, "cases/_explanation.html", {"lines": explain_due(case_id=case_id)})


@require_GET
@requires(CasePermission.VIEW)
def stage_due(request: HttpRequest, stage_id: int) -> HttpResponse:
    """The arithmetic behind the due date of a stage."""
    return render(request, "cases/_explanation.html", {"lines": explain_due(stage_id=stage_id)})


def _listing(request: HttpRequest, form: CaseFilterForm) -> dict[str, Any]:
    wanted = form.wanted()
    page = case_list(wanted, after=_place(request.GET.get("after")), before=_place(request.GET.get("before")))
    return {
        "rows": page.rows,
        "count": count_cases(wanted),
        "next": _cursor(page.next),
        "previous": _cursor(page.previous),
        "topic": _topic(wanted),
        "address": _address(request.GET),
        "narrowed": bool(_address(request.GET, without=_PAGING)),
    }


def _topic(wanted: CaseFilter) -> str:
    """The narrowest live topic that tells of every change in the list."""
    if wanted.division_id is not None:
        return f"division:{wanted.division_id}"
    return f"branch:{wanted.branch_id}" if wanted.branch_id is not None else "cases"


def _quick_views(request: HttpRequest) -> Sequence[dict[str, Any]]:
    assert isinstance(request.user, User)
    employee = employee_of(request.user)
    views = [
        (_("Mine"), f"person={employee.pk}&state=open" if employee else ""),
        (_("My division"), f"division={employee.division_id}&state=open" if employee else ""),
        (_("Overdue"), "due=overdue"),
        (_("Due today"), "due=today"),
        (_("Unassigned"), "unassigned=on"),
    ]
    now = _address(request.GET, without=_PAGING)
    found = [
        {"title": title, "query": f"?{query}", "chosen": now == _address(QueryDict(query))}
        for title, query in views
        if query
    ]
    return [*found, {"title": _("All"), "query": "?", "chosen": not now}]


def _address(given: QueryDict, without: Sequence[str] = ("q",)) -> str:
    """The query of the address, without what is empty; nothing when nothing is left."""
    query = QueryDict(mutable=True)
    for name in sorted(given):
        if name not in without and (value := given.get(name)):
            query[name] = value
    return f"?{query.urlencode()}" if query else ""


def _cursor(place: Place | None) -> str:
    return encode([place.registered_at, place.id]) if place else ""


def _place(cursor: str | None) -> Place | None:
    """:raises BadCursor: when somebody has changed the address by hand."""
    if not cursor:
        return None
    registered_at, case_id = decode(cursor, str, int)
    return Place(datetime.fromisoformat(registered_at), case_id)
