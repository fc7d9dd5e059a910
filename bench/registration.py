"""Registering a case over HTTP: everything that life asks of it, beside a bare ticket of django-helpdesk.

Ours: token, scope, idempotency key, customer by usage point, passport, three stages with due times and people, journal,
jobs, live pages; the workers run the jobs meanwhile. Both stand on one server, behind granian with two workers, and
take turns, so that both meet the same machine.
"""

import http.client
import json
import os
import socket
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from bench.baselines import helpdesk
from bench.ground import reach, url
from bench.measure import closed_loop, record
from bench.server import serving
from opora.casework.cases.models import Topic
from opora.casework.cases.permissions import CasePermission
from opora.platform.access.models import User
from opora.platform.access.operations import create_user, define_role, ensure_system_user, issue_token
from opora.platform.scope import EVERYTHING, scoped
from opora.registry.customers.models import UsagePoint

CLIENTS, CALLS, ROUNDS = 8, 100, 3
WORKERS = 2
POINTS = 2_000
#: Seconds to wait for the workers before measuring.
PATIENCE = 600.0
NAME = "registration: cases over HTTP, 8 clients"


def run(scale: str) -> None:
    """Register appeals at usage points drawn from the whole base."""
    os.environ["OPORA_API_RATE"] = "100000"  # one program sends what a whole contact centre does
    os.environ["OPORA_WORKERS"] = str(WORKERS)
    secret, bodies = _token(), _bodies()
    ours, theirs, late = [], [], []
    with serving() as port, _baseline() as other:
        _wait_for_quiet()
        for _round in range(ROUNDS):
            sample = closed_loop(_case_poster(port, secret, bodies), clients=CLIENTS, calls=CALLS)
            ours.append(sample.per_second)
            late.append(sample.percentile(0.95))
            if other:
                sample = closed_loop(helpdesk.ticket_poster(other), clients=CLIENTS, calls=CALLS)
                theirs.append(sample.per_second)
    baseline = statistics.median(theirs) if theirs else None
    record(NAME, statistics.median(ours), "per second", target=200, at_most=False, baseline=baseline, scale=scale)
    record(f"{NAME}, p95", statistics.median(late), "ms", scale=scale)


def _wait_for_quiet() -> None:
    """Let the workers finish what cases of earlier runs have left them: thousands of warnings fall due at once."""
    until = time.monotonic() + PATIENCE
    with reach() as database:
        while database.execute(_LEFT).fetchone()[0] and time.monotonic() < until:
            time.sleep(1)


_LEFT = """
select exists (select from procrastinate_jobs where status in ('todo', 'doing'))
    or exists (select from cases_casestage where next_warning_at < now())
"""


@contextmanager
def _baseline() -> Iterator[int | None]:
    """The port where django-helpdesk serves meanwhile, if it is installed beside us."""
    if not helpdesk.PYTHON.exists():
        print(f"  no baseline: there is no {helpdesk.PYTHON.parent.parent.name} with django-helpdesk")
        yield None
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with helpdesk.serving(url=url(), port=port, workers=WORKERS):
        yield port


def _case_poster(port: int, secret: str, bodies: Sequence[str]) -> Callable[[int], Callable[[int], None]]:
    """For `closed_loop`: each client registers over one kept-alive connection."""

    def make_call(client: int) -> Callable[[int], None]:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {secret}"}

        def call(turn: int) -> None:
            body = bodies[(client * 7_919 + turn) % len(bodies)]
            connection.request("POST", "/api/v1/cases", body, {**headers, "Idempotency-Key": str(uuid4())})
            response = connection.getresponse()
            answer = response.read()
            if response.status != 201:
                raise RuntimeError(f"Opora answered {response.status}: {answer[:300]!r}")

        return call

    return make_call


def _token() -> str:
    """A key of a program that registers."""
    with scoped(EVERYTHING):
        system = ensure_system_user()
        role = define_role(code="bench", name="Bench", permissions=[CasePermission.REGISTER])
        user = User.objects.filter(username="bench").first() or create_user(
            username="bench", password=None, roles=[role.code], scope=EVERYTHING, by=system
        )
        tomorrow = timezone.now() + timedelta(days=1)
        _kept, secret = issue_token(
            user_id=user.pk, name="bench", permissions=role.permissions, expires_at=tomorrow, by=system
        )
    return secret


def _bodies() -> list[str]:
    """An appeal about an outage at each of the usage points."""
    with scoped(EVERYTHING):
        topic_id = Topic.objects.values_list("pk", flat=True).get(code="outage_emergency")
        first, last = (UsagePoint.objects.order_by(order).values_list("pk", flat=True)[0] for order in ("pk", "-pk"))
        wanted = [first + (last - first) * number // POINTS for number in range(POINTS)]
        points = list(UsagePoint.objects.filter(pk__in=wanted).order_by("pk").values_list("pk", flat=True))
    told = {"channel": "WEB", "kind": "APPEAL", "topic_id": topic_id, "text": "С утра нет света, у соседей тоже."}
    contact = {"name": "Иванова Анна Петровна", "phone": "8 (918) 123-45-67"}
    return [json.dumps({**told, "usage_point_id": point, "contact": contact}) for point in points]
