"""A running Opora on the benchmarks' database, and pages fetched from it as a browser would."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from opora.platform.access.models import User

#: The first start may have to build the front end.
PATIENCE = 180.0


@contextmanager
def serving() -> Iterator[int]:
    """Run `opora up` on a free port, and stop it at the end; yield the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    log = Path(os.environ["OPORA_HOME"]) / "bench-server.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "opora.config.command", "up"],
            env={**os.environ, "OPORA_PORT": str(port)}, stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        _wait_for(port, server, log)
        yield port
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


def session_of(username: str) -> str:
    """The cookie of somebody who has signed in."""
    user = User.objects.get(username=username)
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def fetcher(port: int, paths: Sequence[str], cookie: str = "") -> Callable[[int], Callable[[int], None]]:
    """For `measure.closed_loop`: each client fetches the pages in turn over one kept-alive connection."""

    def make_call(client: int) -> Callable[[int], None]:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        headers = {"Cookie": cookie, "Accept-Encoding": "identity"}

        def call(turn: int) -> None:
            path = paths[(client * 7_919 + turn) % len(paths)]
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            body = response.read()
            if response.status != 200:
                raise RuntimeError(f"{path} answered {response.status}: {body[:300]!r}")

        return call

    return make_call


def fetch(port: int, path: str, cookie: str) -> str:
    """One page, whole."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", path, headers={"Cookie": cookie})
    response = connection.getresponse()
    body = response.read().decode()
    if response.status != 200:
        raise RuntimeError(f"{path} answered {response.status}: {body[:300]}")
    return body


def _wait_for(port: int, server: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and server.poll() is None:
        try:
            fetch(port, "/login/", "")
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError(f"Opora has not started:\n{log.read_text()[-2000:]}")
