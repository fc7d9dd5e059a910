"""The employees' directory and the card of an employee."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from opora.platform.access.models import User
from opora.platform.journal.queries import history_of
from opora.platform.permissions import requires, signed_in
from opora.platform.rest.cursors import USUAL, decode, encode
from opora.registry.organization import operations, queries
from opora.registry.organization.forms import AbsenceForm, DirectoryFilter, EmployeeForm
from opora.registry.organization.models import Employee
from opora.registry.organization.permissions import OrganizationPermission


@require_GET
@signed_in
def directory(request: HttpRequest) -> HttpResponse:
    """Show the directory under the search and filter of the address."""
    form = DirectoryFilter(request.GET)
    return render(request, "organization/directory.html", {"form": form, **_listing(request, form)})


@require_GET
@signed_in
def rows(request: HttpRequest) -> HttpResponse:
    """The lines alone, while somebody types."""
    response = render(request, "organization/_people.html", _listing(request, DirectoryFilter(request.GET)))
    query = request.GET.copy()
    for name in [name for name, value in query.items() if not value]:
        del query[name]
    response["HX-Replace-Url"] = reverse("organization:directory") + (f"?{query.urlencode()}" if query else "")
    return response


@require_GET
@signed_in
def employee(request: HttpRequest, employee_id: int) -> HttpResponse:
    """The card of an employee."""
    return render(request, "organization/employee.html", _card(request, employee_id))


@require_http_methods(["GET", "POST"])
@requires(OrganizationPermission.EDIT_EMPLOYEES)
def hire(request: HttpRequest) -> HttpResponse:
    """Add somebody to the directory."""
    if request.method == "GET":
        form = EmployeeForm(initial={"division": request.GET.get("division")})
        return render(request, "organization/employee_form.html", {"form": form, "action": request.path})
    form = EmployeeForm(request.POST)
    if not form.is_valid():
        return render(request, "organization/_form.html", {"form": form, "action": request.path}, status=422)
    hired = operations.hire_employee(**form.values(), by=_user(request))
    messages.success(request, _("%s is in the directory.") % hired.full_name)
    return _go_to_card(hired.pk)


@require_http_methods(["GET", "POST"])
@requires(OrganizationPermission.EDIT_EMPLOYEES)
def change(request: HttpRequest, employee_id: int) -> HttpResponse:
    """Change the card; whoever saves second is told that somebody was faster."""
    person = _employee(employee_id)
    context: dict[str, Any] = {"employee": person, "action": request.path}
    if request.method == "GET":
        context["form"] = EmployeeForm(employee=person)
        return render(request, "organization/employee_form.html", context)
    form = EmployeeForm(request.POST)
    if not form.is_valid():
        return render(request, "organization/_form.html", context | {"form": form}, status=422)
    version = form.cleaned_data["version"] or 0
    operations.change_employee(employee_id=employee_id, version=version, changes=form.values(), by=_user(request))
    messages.success(request, _("Saved"))
    return _go_to_card(employee_id)


@require_POST
@requires(OrganizationPermission.EDIT_EMPLOYEES)
def dismiss(request: HttpRequest, employee_id: int) -> HttpResponse:
    """Take somebody out of work."""
    person = operations.dismiss_employee(employee_id=_employee(employee_id).pk, by=_user(request))
    messages.success(request, _("%s no longer works here and cannot sign in.") % person.full_name)
    return HttpResponse(headers={"HX-Redirect": reverse("organization:directory")})


@require_POST
@requires(OrganizationPermission.EDIT_EMPLOYEES)
def record_absence(request: HttpRequest, employee_id: int) -> HttpResponse:
    """Say on which days somebody is away."""
    form = AbsenceForm(request.POST)
    if not form.is_valid():
        context = {"employee": _employee(employee_id), "absence_form": form}
        return render(request, "organization/_absence_form.html", context, status=422)
    operations.record_absence(employee_id=_employee(employee_id).pk, **form.values(), by=_user(request))
    messages.success(request, _("The absence is recorded."))
    return _go_to_card(employee_id)


@require_POST
@requires(OrganizationPermission.EDIT_EMPLOYEES)
def cancel_absence(request: HttpRequest, employee_id: int, absence_id: int) -> HttpResponse:
    """Take an absence back."""
    operations.cancel_absence(absence_id=absence_id, by=_user(request))
    messages.success(request, _("The absence is cancelled."))
    return _go_to_card(employee_id)


@require_GET
@requires(OrganizationPermission.EDIT_EMPLOYEES)
def deputies(request: HttpRequest, employee_id: int) -> HttpResponse:
    """Who may stand in: colleagues of the division first, anybody by search."""
    person = _employee(employee_id)
    text = request.GET.get("q", "")[:200]
    found = queries.search_directory(text, division_id=None if text else person.division_id, limit=20)
    context = {"employee": person, "candidates": [line for line in found if line.employee.pk != person.pk]}
    return render(request, "organization/_deputies.html", context)


@require_POST
@requires(OrganizationPermission.EDIT_EMPLOYEES)
def set_deputy(request: HttpRequest, employee_id: int) -> HttpResponse:
    """Name who stands in, or nobody."""
    chosen = request.POST.get("deputy", "")
    deputy_id = _employee(int(chosen)).pk if chosen.isdecimal() else None
    operations.set_deputy(employee_id=_employee(employee_id).pk, deputy_id=deputy_id, by=_user(request))
    messages.success(request, _("Saved"))
    return _go_to_card(employee_id)


def _listing(request: HttpRequest, form: DirectoryFilter) -> dict[str, Any]:
    wanted = form.wanted()
    before, after = request.GET.get("before", ""), request.GET.get("after", "")
    if before:
        name, pk = decode(before, str, int)
        found = queries.search_directory(**wanted, before=(name, pk), limit=USUAL + 1)
        lines, more = found[-USUAL:], len(found) > USUAL
        earlier, later = more, True
    else:
        name, pk = decode(after, str, int) if after else ("", None)
        found = queries.search_directory(**wanted, after=name, after_id=pk, limit=USUAL + 1)
        lines, more = found[:USUAL], len(found) > USUAL
        earlier, later = bool(after), more
    return {
        "lines": lines,
        "total": queries.count_directory(**wanted),
        "previous": _cursor(lines[0].employee) if lines and earlier else "",
        "next": _cursor(lines[-1].employee) if lines and later else "",
        "narrowed": any(wanted.values()),
        "may_edit": _user(request).holds(OrganizationPermission.EDIT_EMPLOYEES),
    }


def _card(request: HttpRequest, employee_id: int) -> dict[str, Any]:
    person = _employee(employee_id)
    today = timezone.localdate()
    absences = [
        {
            "pk": absence.pk,
            "first": absence.period.lower,
            "last": absence.period.upper - timedelta(days=1),
            "reason": absence.get_reason_display(),
            "now": absence.period.lower <= today,
        }
        for absence in queries.absences_from(employee_id, today)
    ]
    return {
        "employee": person,
        "absences": absences,
        "absence_form": AbsenceForm(),
        "may_edit": _user(request).holds(OrganizationPermission.EDIT_EMPLOYEES) and person.active,
        "history": [{"at": line.at, "actor": line.by, "title": line.label} for line in history_of(person, limit=20)],
    }


def _employee(employee_id: int) -> Employee:
    try:
        return queries.employee_card(employee_id)
    except Employee.DoesNotExist as error:
        raise Http404 from error


def _cursor(person: Employee) -> str:
    return encode([person.name_key, person.pk])


def _go_to_card(employee_id: int) -> HttpResponse:
    return HttpResponse(headers={"HX-Redirect": reverse("organization:employee", args=[employee_id])})


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
