"""Lists that follow the letters typed into a picker."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from opora.casework.cases.permissions import CasePermission
from opora.casework.cases.queries.catalogue import TopicRow, catalogue
from opora.casework.cases.queries.stages import planned_stage
from opora.casework.cases.queries.supervision import Load, load_by_division, load_by_person
from opora.platform.access.models import User
from opora.platform.names import sort_key, words
from opora.platform.permissions import requires
from opora.registry.customers.queries import identify
from opora.registry.organization.queries import search_directory

_MOST = 40
_RECENT = 6
_YEAR = 365 * 24 * 3600


@require_GET
@requires(CasePermission.VIEW)
def topics_found(request: HttpRequest) -> HttpResponse:
    """Topics that have all the words in their names or above; before anything is typed, the recent ones first."""
    rows = [topic for topic in catalogue().topics.values() if topic.active]
    text = request.GET.get("q", "").strip()[:200]
    asked = words(text)
    if not asked or any(topic.title == text for topic in rows):
        entries = [*_recent(request, rows), *_entries(rows, _("All topics"))]
    else:
        fitting = [row for row in rows if all(word in sort_key(row.title) for word in asked)]
        fitting.sort(key=lambda row: not any(part.startswith(asked[0]) for part in words(row.name)))
        entries = _entries(fitting[:_MOST])
    return render(request, "cases/_found.html", {"entries": entries})


@require_GET
@requires(CasePermission.VIEW)
def people_found(request: HttpRequest) -> HttpResponse:
    """Employees by any part of their names, division or phone."""
    found = search_directory(request.GET.get("q", "").strip()[:100], limit=_MOST)
    entries = [
        {
            "value": str(line.employee.pk),
            "title": line.employee.short_name,
            "note": f"{line.employee.division.branch.short_name} · {line.employee.division.name}",
        }
        for line in found
    ]
    return render(request, "cases/_found.html", {"entries": entries})


@require_GET
@requires(CasePermission.WORK)
def customers_found(request: HttpRequest) -> HttpResponse:
    """Customers and their usage points by anything that is known of them."""
    text = request.GET.get("q", "").strip()[:200]
    entries = [
        {
            "value": "-".join(str(pk) for pk in (one.customer_id, one.usage_point_id) if pk),
            "title": one.name,
            "note": " · ".join(filter(None, [one.account, one.address, str(one.reason)])),
        }
        for one in (identify(text) if text else ())
    ]
    return render(request, "cases/_found.html", {"entries": entries})


@require_GET
@requires(CasePermission.ASSIGN)
def assignees_found(request: HttpRequest, stage_id: int) -> HttpResponse:
    """Who may get a stage, with what lies on each desk: its own division first, then whoever has the least to do."""
    asked = words(request.GET.get("q", "")[:100])
    place = planned_stage(stage_id)
    people = [load for load in load_by_person(place.branch_ids) if load.employee_id is not None]
    queues = load_by_division(place.branch_ids)
    fitting = [load for load in people if _fits(load, asked)]
    fitting.sort(
        key=lambda load: (
            load.division_id != place.division_id,
            load.absent_until is not None,
            load.open,
            load.employee,
        )
    )
    entries = [
        {
            "value": f"e{load.employee_id}",
            "title": load.employee,
            "note": f"{load.division} · {_load_in_words(load)}",
            "group": _("People") if number == 0 else "",
        }
        for number, load in enumerate(fitting[:_MOST])
    ]
    entries += [
        {
            "value": f"d{load.division_id}",
            "title": load.division,
            "note": _load_in_words(load),
            "group": _("Divisions: whoever has the least to do") if number == 0 else "",
        }
        for number, load in enumerate([load for load in queues if load.division_id and _fits(load, asked)][:_MOST])
    ]
    return render(request, "cases/_found.html", {"entries": entries})


def remember_topic(request: HttpRequest, response: HttpResponse, topic_id: int) -> None:
    """Put the topic at the head of the user's recent ones, which his browser keeps: no table needs to know them."""
    ids = [topic_id, *(known for known in _recent_ids(request) if known != topic_id)][:_RECENT]
    response.set_cookie(
        _cookie(request),
        "-".join(map(str, ids)),
        max_age=_YEAR,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )


def _recent(request: HttpRequest, rows: Sequence[TopicRow]) -> list[dict[str, Any]]:
    known = {row.id: row for row in rows}
    return _entries([known[pk] for pk in _recent_ids(request) if pk in known], _("Recent"))


def _recent_ids(request: HttpRequest) -> list[int]:
    return [int(part) for part in request.COOKIES.get(_cookie(request), "").split("-") if part.isdecimal()][:_RECENT]


def _cookie(request: HttpRequest) -> str:
    assert isinstance(request.user, User)
    return f"topics-{request.user.pk}"


def _entries(rows: Iterable[TopicRow], group: str = "") -> list[dict[str, Any]]:
    return [
        {
            "value": str(row.id),
            "title": row.title,
            "text": row.name,
            "note": " / ".join(row.names[:-1]),
            "group": group if number == 0 else "",
        }
        for number, row in enumerate(rows)
    ]


def _fits(load: Load, asked: Sequence[str]) -> bool:
    whole = sort_key(f"{load.employee} {load.division}")
    return all(word in whole for word in asked)


def _load_in_words(load: Load) -> str:
    said = ngettext("%(n)d stage", "%(n)d stages", load.open) % {"n": load.open}
    if load.overdue:
        said += ", " + ngettext("%(n)d overdue", "%(n)d overdue", load.overdue) % {"n": load.overdue}
    if load.absent_until:
        said += ", " + _("away until %(day)s") % {"day": load.absent_until.strftime("%d.%m")}
    return said
