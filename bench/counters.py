"""The supervisor's counters, of a branch and of all, against the bare count of open stages."""

import time
from collections.abc import Callable
from statistics import median

from django.db import connection

from bench.measure import closed_loop, record
from bench.server import fetch, fetcher, serving, session_of
from opora.casework.cases.queries.supervision import counters
from opora.platform.access.models import User
from opora.platform.scope import scoped

TIMES = 60


def run(scale: str) -> None:
    """Ask for the figures as a head of a branch, and as somebody of the head office who sees every branch."""
    for username, whose in (("supervisor", "one branch"), ("dispatcher", "all branches")):
        user = User.objects.get(username=username)
        baseline = _median(user, _count_open)
        value = _median(user, counters)
        record(f"counters: {whose}, median", value, "ms", target=50, baseline=baseline, scale=scale)
    with serving() as port:
        cookie = session_of("supervisor")
        fetch(port, "/supervisor/counters/", cookie)
        sample = closed_loop(fetcher(port, ["/supervisor/counters/"], cookie), clients=2, calls=TIMES)
    record("counters: fragment over HTTP, median", sample.percentile(0.5), "ms", target=50, scale=scale)


def _median(user: User, ask: Callable[[], object]) -> float:
    seconds = []
    for _ in range(TIMES):
        with scoped(user.scope):
            started = time.perf_counter()
            ask()
            seconds.append(time.perf_counter() - started)
    return 1000 * median(seconds)


def _count_open() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from cases_casestage where status in ('RUNNING', 'PAUSED')")
        cursor.fetchone()
