import fcntl
import os
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import click
from django.conf import settings
from django.utils.translation import gettext as _

from opora.config import installation
from opora.config.command import demo
from opora.config.errors import NotReady
from opora.config.processes import Process, Supervisor
from opora.config.progress import Progress
from opora.platform.access.queries import anybody_may_sign_in
from opora.processes.telecontrol.queries import anybody_followed

COLOURS = {"web": "cyan", "jobs": "yellow", "mass": "magenta", "scada": "blue"}
#: Names of static files carry the version, so a browser may keep them.
STATIC_EXPIRES = "30d"


@click.command("up", help=_("Set up what is missing, start everything and keep it running. Ctrl-C stops it."))
@click.option("--demo", "with_demo", is_flag=True, help=_("Fill an empty database with the demo region."))
def command(with_demo: bool) -> None:
    started = time.monotonic()
    with _alone():
        _check_port()
        progress = Progress()
        installation.prepare(progress)
        if with_demo:
            demo.build_if_empty(progress)
        supervisor = Supervisor(_processes(), _say)
        supervisor.watch_signals()
        supervisor.start()
        threading.Thread(target=_greet, args=(supervisor, started), daemon=True).start()
        supervisor.run(on_crash=_report_crash)
        click.echo(_("Opora has stopped."))


def _processes() -> list[Process]:
    opora = [sys.executable, "-m", "opora.config.command"]
    web = [sys.executable, "-m", "granian", "opora.config.asgi:application", "--interface", "asginl"]
    web += ["--host", os.environ.get("OPORA_BIND") or "127.0.0.1", "--port", str(settings.PORT)]
    web += ["--workers", os.environ.get("OPORA_WORKERS") or "2", "--workers-kill-timeout", "5"]
    web += ["--respawn-failed-workers", "--no-ws", "--http", "1", "--log-level", "warning"]
    web += ["--static-path-route", "/static", "--static-path-mount", str(settings.STATIC_ROOT)]
    web += ["--static-path-expires", STATIC_EXPIRES]
    processes = [
        Process("web", web),
        Process("jobs", [*opora, "worker", "alerts", "default"]),
        Process("mass", [*opora, "worker", "mass", "--threads", "2"]),
    ]
    if anybody_followed():
        processes.append(Process("scada", [*opora, "scada"]))
    return processes


def _greet(supervisor: Supervisor, started: float) -> None:
    """Print where Opora is, and who may sign in, once it answers."""
    address = f"http://127.0.0.1:{settings.PORT}"
    while not _answers(f"{address}/login/"):
        if supervisor.stopping.wait(0.1):
            return
    lines = ["", click.style(_("Opora: %s") % settings.PUBLIC_URL, fg="green", bold=True)]
    logins = demo.logins()
    lines += [f"  {username:<14}{password:<18}{role}" for username, password, role in logins]
    if not logins and not anybody_may_sign_in():
        lines.append(_("Nobody can sign in yet. Make the first administrator: opora admin NAME"))
    lines.append(_("Started in %.1f s. Ctrl-C stops it.") % (time.monotonic() - started))
    click.echo("\n".join([*lines, ""]))


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return bool(response.status == 200)
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def _say(name: str, line: str) -> None:
    click.echo(click.style(f"{name:<5}│ ", fg=COLOURS.get(name)) + line)


def _report_crash(process: Process, code: int, pause: float) -> None:
    message = _("ended with code %(code)d and is started again in %(pause)s s")
    _say(process.name, click.style(message % {"code": code, "pause": pause}, fg="red"))


def _check_port() -> None:
    """:raises NotReady: when somebody else listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((os.environ.get("OPORA_BIND") or "127.0.0.1", settings.PORT))
        except OSError as error:
            message = _("Port %(port)d is taken: stop what uses it, or choose another: OPORA_PORT=%(other)d make run")
            raise NotReady(message % {"port": settings.PORT, "other": settings.PORT + 1}) from error


@contextmanager
def _alone() -> Iterator[None]:
    """Refuse to run twice on one `OPORA_HOME`; the lock falls with the process, however it ends."""
    settings.HOME.mkdir(parents=True, exist_ok=True)
    with (settings.HOME / "up.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.seek(0)
            message = _("Opora already runs in %(home)s (process %(pid)s). Another one needs its own OPORA_HOME.")
            raise NotReady(message % {"home": settings.HOME, "pid": lock.read().strip()}) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
