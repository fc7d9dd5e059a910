"""The case list over HTTP: under each filter the first page, and a page from the middle of everything."""

from datetime import timedelta
from urllib.parse import urlencode

from django.db import connection
from django.utils import timezone

from bench.measure import closed_loop, record
from bench.server import fetch, fetcher, serving, session_of
from opora.casework.cases.models import Topic
from opora.casework.cases.queries.lists import Place
from opora.platform.rest.cursors import encode
from opora.platform.scope import EVERYTHING, scoped
from opora.registry.organization.models import Branch, District, Employee

CLIENTS, CALLS = 2, 30


def run(scale: str) -> None:
    """Fetch each page several times as the operator, who sees every branch and most groups."""
    with serving() as port:
        cookie = session_of("operator")
        seconds: list[float] = []
        for name, filters in _filters().items():
            for page, place in _places().items():
                query = urlencode({**filters, **({"after": encode([place.registered_at, place.id])} if place else {})})
                fetch(port, f"/cases/?{query}", cookie)
                sample = closed_loop(fetcher(port, [f"/cases/?{query}"], cookie), clients=CLIENTS, calls=CALLS)
                seconds += sample.seconds
                record(f"list: {name}, {page} page, p95", sample.percentile(0.95), "ms", target=200, scale=scale)
    ordered = sorted(seconds)
    record("list: all pages, p95", 1000 * ordered[int(len(ordered) * 0.95)], "ms", target=200, scale=scale)


def _filters() -> dict[str, dict[str, object]]:
    with scoped(EVERYTHING):
        branch = Branch.objects.get(code="03")
        district = District.objects.filter(branch=branch).order_by("code").first()
        person = Employee.objects.get(user__username="executor")
        topics = dict(Topic.objects.values_list("code", "pk"))
        day = timezone.localdate()
    return {
        "everything": {},
        "open": {"state": "open"},
        "overdue": {"due": "overdue"},
        "branch": {"branch": branch.pk},
        "branch and district": {"branch": branch.pk, "district": district.pk if district else ""},
        "topic": {"topic": topics["metering"]},
        "kind": {"kind": "COMPLAINT"},
        "channel": {"channel": "EMAIL"},
        "person": {"person": person.pk, "state": "open"},
        "month": {"since": day - timedelta(days=400), "until": day - timedelta(days=370)},
        "branch, topic, complaints": {"branch": branch.pk, "topic": topics["connection"], "kind": "COMPLAINT"},
        "words": {"text": "искрит провод"},
        "number": {"text": f"03-{day.year}-000123"},
    }


def _places() -> dict[str, Place | None]:
    """Nowhere, for the first page; and a case from the middle."""
    with connection.cursor() as cursor, scoped(EVERYTHING):
        cursor.execute(
            "select registered_at, id from cases_case where id >= (select (min(id) + max(id)) / 2 from cases_case)"
            " order by id limit 1"
        )
        middle = Place(*cursor.fetchone())
    return {"first": None, "middle": middle}
