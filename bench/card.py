"""The 360° card over HTTP: the page and everything it loads by itself, against the sign-in page on the same server."""

import re
from random import Random

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.measure import closed_loop, record
from bench.server import fetch, fetcher, serving, session_of
from opora.platform.access.models import User
from opora.platform.scope import EVERYTHING, scoped
from opora.registry.customers.models import Customer

CUSTOMERS = 400
CLIENTS, CALLS = 2, 400
_ELEMENT = re.compile(r"<[^>]*hx-get=[^>]*>")
_SOURCE = re.compile(r'hx-get="([^"]+)"')
_LOADS = re.compile(r'hx-trigger="[^"]*\bload\b')


def run(scale: str) -> None:
    """Open cards of customers drawn from the whole base, as the operator sees them."""
    ids = _some_customers(CUSTOMERS)
    with serving() as port:
        cookie = session_of("operator")
        fetch(port, f"/customers/{ids[0]}/", cookie)
        empty = closed_loop(fetcher(port, ["/login/"]), clients=CLIENTS, calls=CALLS)
        card = closed_loop(fetcher(port, [f"/customers/{pk}/" for pk in ids], cookie), clients=CLIENTS, calls=CALLS)
        parts = _parts(fetch(port, f"/customers/{ids[1]}/", cookie))
        print(f"  the card loads by itself: {', '.join(parts) or 'nothing'}")
        for part in parts:
            paths = [part.replace(str(ids[1]), str(pk)) for pk in ids]
            fragment = closed_loop(fetcher(port, paths, cookie), clients=CLIENTS, calls=CALLS // 4)
            name = re.sub(r"\d+", "…", part)
            record(f"card: fragment {name}, median", fragment.percentile(0.5), "ms", scale=scale)
    baseline = empty.percentile(0.5)
    record("card: page, median", card.percentile(0.5), "ms", target=30, baseline=baseline, scale=scale)
    record("card: page, p95", card.percentile(0.95), "ms", target=120, baseline=empty.percentile(0.95), scale=scale)
    record("card: queries", _queries(ids[2]), "queries", target=20, scale=scale)


def _some_customers(many: int) -> list[int]:
    random = Random(11)
    with scoped(User.objects.get(username="operator").scope):
        first, last = (Customer.objects.order_by(order).values_list("pk", flat=True)[0] for order in ("pk", "-pk"))
        wanted = [random.randint(first, last) for _ in range(many * 2)]
        found = list(Customer.objects.filter(pk__in=wanted).order_by("pk").values_list("pk", flat=True))
    random.shuffle(found)
    return found[:many]


def _parts(page: str) -> list[str]:
    """Fragments that the page asks for as soon as it is open."""
    elements = [element for element in _ELEMENT.findall(page) if _LOADS.search(element)]
    return list(dict.fromkeys(_SOURCE.findall(element)[0].replace("&amp;", "&") for element in elements))


def _queries(customer_id: int) -> int:
    """Statements of the page itself, counted in this process: warm, as the server is."""
    client = Client()
    with scoped(EVERYTHING):
        client.force_login(User.objects.get(username="operator"), backend=settings.AUTHENTICATION_BACKENDS[-1])
    client.get(f"/customers/{customer_id}/")
    with CaptureQueriesContext(connection) as captured:
        client.get(f"/customers/{customer_id}/")
    return len([query for query in captured.captured_queries if not _is_frame(query["sql"])])


def _is_frame(statement: str) -> bool:
    return statement.startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))
