"""The baseline of registering a case: django-helpdesk, from PyPI, beside us on the same server and database.

It needs a virtual environment of its own (its dependencies are not ours): `make bench` makes `.bench-venv`.
"""

import base64
import http.client
import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parent.parent.parent
PYTHON = ROOT / ".bench-venv" / "bin" / "python"
DATABASE = "bench_helpdesk"
_PREPARE = """
from django.contrib.auth import get_user_model
from helpdesk.models import Queue
get_user_model().objects.create_superuser("bench", "bench@example.org", "bench")
Queue.objects.create(title="Bench", slug="bench")
"""


@contextmanager
def serving(*, url: str, port: int, workers: int) -> Iterator[None]:
    """A fresh django-helpdesk behind granian on `port`, with as many workers as ours."""
    environment = {
        **os.environ, "OPORA_DATABASE_URL": url, "PYTHONPATH": str(ROOT),
        "DJANGO_SETTINGS_MODULE": "bench.baselines.helpdesk_site.settings",
    }  # fmt: skip
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"drop database if exists {DATABASE} with (force)")
        server.execute(f"create database {DATABASE}")
    for command in (["migrate", "--verbosity", "0"], ["shell", "-c", _PREPARE]):
        subprocess.run([PYTHON, "-m", "django", *command], env=environment, check=True, cwd=ROOT, capture_output=True)
    server_process = subprocess.Popen(
        [PYTHON, "-m", "granian", "--interface", "wsgi", "--port", str(port), "--workers", str(workers),
         "--blocking-threads", "8", "--no-access-log", "bench.baselines.helpdesk_site.wsgi:application"],
        env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait_for(port)
        yield
    finally:
        server_process.terminate()
        server_process.wait(10)


def ticket_poster(port: int) -> Callable[[int], Callable[[int], None]]:
    """For `measure.closed_loop`: each client posts bare tickets over one kept-alive connection."""

    def make_call(client: int) -> Callable[[int], None]:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        headers = {
            "Content-Type": "application/json",
            "Authorization": "Basic " + base64.b64encode(b"bench:bench").decode(),
        }

        def call(turn: int) -> None:
            ticket = {
                "queue": 1,
                "title": f"Нет света, {client}-{turn}",
                "description": "С утра нет света.",
                "priority": 3,
            }
            connection.request("POST", "/api/tickets/", json.dumps(ticket), headers)
            response = connection.getresponse()
            body = response.read()
            if response.status != 201:
                raise RuntimeError(f"django-helpdesk answered {response.status}: {body[:300]!r}")

        return call

    return make_call


def _wait_for(port: int, seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
            connection.request("GET", "/api/")
            connection.getresponse().read()
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"nothing answers on port {port}")
