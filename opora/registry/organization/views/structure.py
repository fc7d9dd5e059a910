"""The tree of branches, districts, offices and divisions."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from opora.platform.access.models import User
from opora.platform.calendar.explanation import week_in_words
from opora.platform.calendar.queries import working_hours
from opora.platform.permissions import requires, signed_in
from opora.registry.organization import operations, queries
from opora.registry.organization.forms import BranchForm, DistrictForm, DivisionForm, OfficeForm
from opora.registry.organization.models import Branch, District, Division, Office
from opora.registry.organization.permissions import OrganizationPermission


@dataclass(frozen=True)
class Kind:
    """One kind of rows of the structure: how it is called, filled in, created, changed and closed."""

    model: type[Branch] | type[District] | type[Office] | type[Division]
    form: Callable[..., Any]
    adding: Callable[..., Any]
    changing: Callable[..., Any]
    closing: Callable[..., Any]
    new: str | Promise


KINDS = {
    "branch": Kind(
        Branch, BranchForm,
        operations.create_branch, operations.change_branch, operations.close_branch, gettext_lazy("New branch"),
    ),
    "district": Kind(
        District, DistrictForm,
        operations.create_district, operations.change_district, operations.close_district,
        gettext_lazy("New district"),
    ),
    "office": Kind(
        Office, OfficeForm,
        operations.create_office, operations.change_office, operations.close_office, gettext_lazy("New office"),
    ),
    "division": Kind(
        Division, DivisionForm,
        operations.create_division, operations.change_division, operations.close_division,
        gettext_lazy("New division"),
    ),
}  # fmt: skip


@require_GET
@signed_in
def structure(request: HttpRequest) -> HttpResponse:
    """Show the whole tree."""
    branches = [
        {
            "row": branch,
            "hours": week_in_words(working_hours(branch.schedule_id)),
            "districts": branch.districts.all(),
            "offices": [
                {"row": office, "hours": week_in_words(working_hours(office.schedule_id or branch.schedule_id))}
                for office in branch.offices.all()
            ],
            "divisions": _tree(branch.divisions.all()),
        }
        for branch in queries.structure()
    ]
    may_edit = _user(request).holds(OrganizationPermission.EDIT_STRUCTURE)
    return render(request, "organization/structure.html", {"branches": branches, "may_edit": may_edit})


@require_http_methods(["GET", "POST"])
@requires(OrganizationPermission.EDIT_STRUCTURE)
def add(request: HttpRequest, kind: str) -> HttpResponse:
    """Add a branch, or something to the branch of the address."""
    about = _kind(kind)
    branch = None if kind == "branch" else get_object_or_404(queries.branches(), pk=_number(request.GET.get("branch")))
    context = {"action": request.get_full_path(), "title": about.new, "branch": branch}
    if request.method == "GET":
        return render(request, "organization/structure_form.html", context | {"form": about.form(branch=branch)})
    form = about.form(request.POST, branch=branch)
    if not form.is_valid():
        return render(request, "organization/_form.html", context | {"form": form}, status=422)
    place = {"branch_id": branch.pk} if branch else {}
    row = about.adding(**form.values(), **place, by=_user(request))
    messages.success(request, _("“%s” is added.") % row.name)
    return _go_to_tree()


@require_http_methods(["GET", "POST"])
@requires(OrganizationPermission.EDIT_STRUCTURE)
def change(request: HttpRequest, kind: str, row_id: int) -> HttpResponse:
    """Change a branch, district, office or division."""
    about = _kind(kind)
    row: Any = get_object_or_404(about.model, pk=row_id, closed_at=None)
    branch = row if kind == "branch" else row.branch
    seen = request.POST.get("version") or row.version
    context = {
        "action": request.path, "title": row.name, "branch": branch, "row": row, "kind": kind, "version": seen,
    }  # fmt: skip
    if request.method == "GET":
        form = about.form(branch=branch, row=row)
        return render(request, "organization/structure_form.html", context | {"form": form})
    form = about.form(request.POST, branch=branch)
    if not form.is_valid():
        return render(request, "organization/_form.html", context | {"form": form}, status=422)
    about.changing(**form.values(), **{f"{kind}_id": row_id}, version=_number(str(seen)), by=_user(request))
    messages.success(request, _("Saved"))
    return _go_to_tree()


@require_POST
@requires(OrganizationPermission.EDIT_STRUCTURE)
def close(request: HttpRequest, kind: str, row_id: int) -> HttpResponse:
    """Close what has nothing open left in it."""
    about = _kind(kind)
    get_object_or_404(about.model, pk=row_id)
    row = about.closing(**{f"{kind}_id": row_id}, by=_user(request))
    messages.success(request, _("“%s” is closed.") % row.name)
    return _go_to_tree()


def _tree(divisions: Iterable[Division]) -> list[dict[str, Any]]:
    """Divisions with those below each; whoever stands under a closed one stands at the top."""
    nodes: dict[int, dict[str, Any]] = {row.pk: {"row": row, "below": []} for row in divisions}
    top: list[dict[str, Any]] = []
    for node in nodes.values():
        above = nodes.get(node["row"].parent_id)
        (above["below"] if above else top).append(node)
    return top


def _kind(name: str) -> Kind:
    if name not in KINDS:
        raise Http404
    return KINDS[name]


def _number(text: str | None) -> int:
    if not text or not text.isdecimal() or len(text) > 5:
        raise Http404
    return int(text)


def _go_to_tree() -> HttpResponse:
    return HttpResponse(headers={"HX-Redirect": reverse("organization:structure")})


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
