"""Is the installation well? One function for each question; each answer says what to do."""

import shutil
import smtplib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from opora.casework.messaging.queries import waiting
from opora.casework.messaging.stages import Reason
from opora.config import database, frontend
from opora.platform.scope import EVERYTHING, scoped
from opora.processes.telecontrol.queries import link_health

GIGABYTE = 1024**3
MESSAGES_LATE = timedelta(minutes=5)
SIGNALS_LATE = timedelta(minutes=1)


class Level(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What was found, and what to do about it when it is not well."""

    level: Level
    what: str
    mend: str = ""


def examine() -> Iterator[Finding]:
    """Ask everything; without a database only what needs none."""
    yield from _disk()
    yield from _front_end()
    yield from _mail()
    reachable = list(_database())
    yield from reachable
    if all(finding.level is not Level.FAILURE for finding in reachable):
        for question in (_migrations, _queues, _workers, _failed_jobs, _partitions, _messages, _telecontrol):
            yield from question()


def _database() -> Iterator[Finding]:
    try:
        database.check_server()
        connection.ensure_connection()
    except Exception as error:  # whatever is wrong is the finding
        yield Finding(level=Level.FAILURE, what=_("Database"), mend=str(error).strip())
        return
    version, size = _row(
        "select current_setting('server_version'), pg_size_pretty(pg_database_size(current_database()))"
    )
    yield _ok(_("Database: PostgreSQL %(version)s, %(size)s") % {"version": version, "size": size})


def _migrations() -> Iterator[Finding]:
    if pending := database.pending_migrations():
        what = _("Migrations not applied: %(count)d, the first is %(name)s")
        yield _fail(what % {"count": len(pending), "name": pending[0]}, _("Run: opora setup"))
    else:
        yield _ok(_("Migrations: all applied"))


def _queues() -> Iterator[Finding]:
    """Alerts wait seconds, everyday work minutes, mass work hours."""
    patience = {"alerts": timedelta(minutes=1), "default": timedelta(minutes=5), "mass": timedelta(hours=2)}
    waiting = {
        queue: (count, oldest)
        for queue, count, oldest in _rows(
            "select queue_name, count(*), min(coalesce(scheduled_at, event.at)) from procrastinate_jobs job"
            " left join lateral (select min(at) as at from procrastinate_events where job_id = job.id) event on true"
            " where status = 'todo' and (scheduled_at is null or scheduled_at <= now()) group by queue_name"
        )
    }
    for queue in [*patience, *sorted(set(waiting) - set(patience))]:
        count, oldest = waiting.get(queue, (0, None))
        age = datetime.now(UTC) - oldest if oldest else timedelta()
        what = _("Queue “%(queue)s”: %(count)d wait, the oldest for %(age)s")
        what %= {"queue": queue, "count": count, "age": timedelta(seconds=int(age.total_seconds()))}
        if age > patience.get(queue, timedelta(hours=2)):
            mend = _("See that workers run (opora up, or opora worker %s); if they do, add one")
            yield Finding(level=Level.WARNING, what=what, mend=mend % queue)
        else:
            yield _ok(what)


def _workers() -> Iterator[Finding]:
    alive, silent = _row(
        "select count(*) filter (where last_heartbeat > now() - interval '1 minute'),"
        " count(*) filter (where last_heartbeat <= now() - interval '1 minute') from procrastinate_workers"
    )
    if not alive:
        yield _fail(_("Workers: none is alive"), _("Start them: opora up, or opora worker"))
    elif silent:
        what = _("Workers: %(alive)d alive, %(silent)d silent for more than a minute")
        mend = _("Nothing: their jobs are given back within two minutes. If it lasts, look at the log of the host")
        yield Finding(level=Level.WARNING, what=what % {"alive": alive, "silent": silent}, mend=mend)
    else:
        yield _ok(_("Workers: %d alive") % alive)


def _failed_jobs() -> Iterator[Finding]:
    failed = _rows(
        "select coalesce(args ->> 'handler', task_name), count(*), max(id) from procrastinate_jobs"
        " where status = 'failed' group by 1 order by 2 desc limit 5"
    )
    for handler, count, last in failed:
        what = _("Failed jobs: %(count)d × %(handler)s")
        mend = _(
            "Mend the cause (the worker's log names it), then run it again: opora manage procrastinate shell, retry %d"
        )
        yield Finding(level=Level.WARNING, what=what % {"count": count, "handler": handler}, mend=mend % last)
    if not failed:
        yield _ok(_("Failed jobs: none"))


def _partitions() -> Iterator[Finding]:
    (stray,) = _row("select count(*) from (select from journal_entry_rest limit 1000) stray")
    (ahead,) = _row(
        "select count(*) from pg_inherits join pg_class on pg_class.oid = inhrelid"
        " where inhparent = 'journal_entry'::regclass and relname > 'journal_entry_' || to_char(now(), 'YYYY_MM')"
        " and relname ~ '\\d$'"
    )
    if ahead < 1:
        yield _fail(_("Journal: no month ahead has a partition"), _("Run: opora setup; and see that a worker runs"))
    elif stray:
        what = _("Journal: %d rows lie outside the months")
        mend = _("They are kept and found; the months were made too late. Tell the developers")
        yield Finding(level=Level.WARNING, what=what % stray, mend=mend)
    else:
        yield _ok(_("Journal: partitions for %d months ahead") % ahead)


def _disk() -> Iterator[Finding]:
    usage = shutil.disk_usage(settings.HOME if settings.HOME.exists() else settings.ROOT)
    what = _("Disk of %(home)s: %(free).1f GB free of %(total).0f")
    what %= {"home": settings.HOME, "free": usage.free / GIGABYTE, "total": usage.total / GIGABYTE}
    mend = _("Free some space or move OPORA_HOME to a larger disk")
    if usage.free < GIGABYTE:
        yield _fail(what, mend)
    elif usage.free < usage.total * 0.1:
        yield Finding(level=Level.WARNING, what=what, mend=mend)
    else:
        yield _ok(what)


def _front_end() -> Iterator[Finding]:
    if frontend.is_built():
        yield _ok(_("Front end: built"))
    else:
        yield _fail(_("Front end: not built, or older than its sources"), _("Run: opora setup"))


def _mail() -> Iterator[Finding]:
    """Greet the SMTP server without sending anything."""
    if not settings.SMTP_URL:
        letters = len(list(settings.OUTBOX.glob("*.eml")))
        what = _("E-mail: no server is named; %(count)d letters lie in %(folder)s")
        mend = _("Nothing leaves this machine. Set OPORA_SMTP_URL=smtp://user:password@host:587 and OPORA_MAIL_FROM")
        yield Finding(level=Level.WARNING, what=what % {"count": letters, "folder": settings.OUTBOX}, mend=mend)
        return
    server = urlsplit(settings.SMTP_URL)
    port = server.port or (465 if server.scheme == "smtps" else 25)
    name = f"{server.hostname}:{port}"
    client = smtplib.SMTP_SSL if server.scheme == "smtps" else smtplib.SMTP
    try:
        with client(server.hostname or "", port, timeout=5) as greeted:
            greeted.noop()
    except OSError as error:
        what = _("E-mail: %(server)s does not answer: %(reason)s") % {"server": name, "reason": error}
        yield _fail(what, _("Check OPORA_SMTP_URL and the server; letters wait meanwhile and are not lost"))
    else:
        yield _ok(_("E-mail: %s answers") % name)


def _messages() -> Iterator[Finding]:
    """Messages that ought to have gone by now, and what holds the others."""
    with scoped(EVERYTHING):
        queued = waiting()
    late = [kind for kind in queued if datetime.now(UTC) - kind.due_at > MESSAGES_LATE]
    for kind in queued:
        if kind.reason:
            what = _("Messages: %(count)d are tried again: %(reason)s")
            mend = _("Mend the cause: they go by themselves then, and whoever was not told in time is listed")
            what %= {"count": kind.count, "reason": Reason(kind.reason).label}
            yield Finding(level=Level.WARNING, what=what, mend=mend)
    if late:
        what = _("Messages: the oldest ought to have gone at %s")
        mend = _("See that a worker of the queue “alerts” runs: opora up, or opora worker alerts")
        yield Finding(level=Level.WARNING, what=what % min(kind.due_at for kind in late), mend=mend)
    elif not any(kind.reason for kind in queued):
        yield _ok(_("Messages: %d wait to be sent") % sum(kind.count for kind in queued))


def _telecontrol() -> Iterator[Finding]:
    """Stations lost, signals that wait, points nobody has mapped."""
    found = link_health()
    if not found.followed:
        return
    told = {"followed": found.followed, "lost": len(found.lost), "names": ", ".join(found.lost[:10])}
    if not found.listening:
        mend = _("Start it: opora up, or opora scada. Its stations tell what has changed when it connects again")
        yield _fail(_("Telecontrol: nobody listens to %d stations") % found.followed, mend)
    elif found.lost:
        what = _("Telecontrol: %(lost)d of %(followed)d stations cannot be heard: %(names)s")
        mend = _("See to the line and the station; what they watch is shown as it was last known")
        yield Finding(level=Level.WARNING, what=what % told, mend=mend)
    else:
        yield _ok(_("Telecontrol: %d stations are heard") % found.followed)
    if found.oldest_unsettled and datetime.now(UTC) - found.oldest_unsettled > SIGNALS_LATE:
        what = _("Telecontrol: the oldest signal has waited since %s") % found.oldest_unsettled
        yield _fail(what, _("See the log of opora scada: it names what cannot be settled, and tries it again"))
    if found.unknown_points:
        what = _("Telecontrol: %d unknown points wait in quarantine") % found.unknown_points
        yield Finding(level=Level.WARNING, what=what, mend=_("Map them, or say that they concern nobody"))


def _row(query: str) -> Sequence[Any]:
    return _rows(query)[0]


def _rows(query: str) -> Sequence[Sequence[Any]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        found: Sequence[Sequence[Any]] = cursor.fetchall()
    return found


def _ok(what: str) -> Finding:
    return Finding(level=Level.OK, what=what)


def _fail(what: str, mend: str) -> Finding:
    return Finding(level=Level.FAILURE, what=what, mend=mend)
