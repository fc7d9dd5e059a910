"""The case list over HTTP: under each filter the first page, and one as far as anybody pages."""

import time
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone

from bench.measure import Sample, closed_loop, record
from bench.server import fetch, fetcher, serving, session_of
from opora.casework.cases.models import Topic
from opora.casework.cases.queries.lists import CaseFilter, Place, case_list
from opora.platform.access.models import User
from opora.platform.rest.cursors import encode
from opora.platform.scope import EVERYTHING, scoped
from opora.registry.organization.models import Branch, District, Employee

CLIENTS, CALLS = 2, 30
#: Rows before the far page: four hundred pages of fifty; of a shorter list its last page.
FAR = 20_000
#: A page that is far from its target is not asked for as often.
SECONDS = 20.0


def run(scale: str) -> None:
    """Fetch each page several times as the operator, who sees every branch and most groups."""
    user = User.objects.get(username="operator")
    with serving() as port:
        cookie = session_of("operator")
        taken: list[float] = []
        beside: list[float] = []
        for name, (address, wanted) in _filters().items():
            for page, place in (("first", None), ("far", _far(user, wanted))):
                query = urlencode({**address, **({"after": encode([place.registered_at, place.id])} if place else {})})
                path = f"/cases/?{query}"
                fetch(port, path, cookie)
                started = time.perf_counter()
                fetch(port, path, cookie)
                calls = max(3, min(CALLS, int(SECONDS / (time.perf_counter() - started))))
                empty = closed_loop(fetcher(port, ["/login/"]), clients=CLIENTS, calls=CALLS)
                sample = closed_loop(fetcher(port, [path], cookie), clients=CLIENTS, calls=calls)
                beside += empty.seconds
                taken += sample.seconds
                record(
                    f"list: {name}, {page} page, p95", sample.percentile(0.95), "ms",
                    target=200, baseline=empty.percentile(0.95), scale=scale,
                )  # fmt: skip
    everything, nothing = Sample(taken, 1), Sample(beside, 1)
    record(
        "list: all pages, p95", everything.percentile(0.95), "ms",
        target=200, baseline=nothing.percentile(0.95), scale=scale,
    )  # fmt: skip


def _filters() -> dict[str, tuple[dict[str, Any], CaseFilter]]:
    """The parts of the address of each list, and the same for the query."""
    with scoped(EVERYTHING):
        branch = Branch.objects.get(code="03")
        district = District.objects.filter(branch=branch).order_by("code")[0]
        person = Employee.objects.get(user__username="executor")
        topics = dict(Topic.objects.values_list("code", "pk"))
    now, is_open = timezone.localtime(), ("REGISTERED", "IN_PROGRESS")
    since = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=400)
    until = since + timedelta(days=31)
    month = {"since": since.date(), "until": (until - timedelta(days=1)).date()}
    connection, metering = topics["connection"], topics["metering"]
    complaints = CaseFilter(branch_id=branch.pk, topic_id=connection, kind="COMPLAINT")
    return {
        "everything": ({}, CaseFilter()),
        "open": ({"state": "open"}, CaseFilter(states=is_open)),
        "overdue": ({"due": "overdue"}, CaseFilter(overdue=True)),
        "branch": ({"branch": branch.pk}, CaseFilter(branch_id=branch.pk)),
        "district": ({"branch": branch.pk, "district": district.pk}, CaseFilter(district_id=district.pk)),
        "topic": ({"topic": metering}, CaseFilter(topic_id=metering)),
        "kind": ({"kind": "COMPLAINT"}, CaseFilter(kind="COMPLAINT")),
        "channel": ({"channel": "EMAIL"}, CaseFilter(channel="EMAIL")),
        "person": ({"person": person.pk, "state": "open"}, CaseFilter(employee_id=person.pk, states=is_open)),
        "month": (month, CaseFilter(registered_from=since, registered_to=until)),
        "branch, topic, complaints": (
            {"branch": branch.pk, "topic": connection, "kind": "COMPLAINT"},
            complaints,
        ),
        "words": ({"text": "искрит провод"}, CaseFilter(text="искрит провод")),
        "number": ({"text": f"03-{now.year}-000123"}, CaseFilter(number=f"03-{now.year}-000123")),
    }


def _far(user: User, wanted: CaseFilter) -> Place | None:
    """The row before the far page."""
    with scoped(user.scope):
        rows = case_list(wanted, limit=FAR).rows
    if len(rows) < FAR:
        rows = rows[: max(1, len(rows) - 50)]
    return Place(rows[-1].registered_at, rows[-1].id) if rows else None
