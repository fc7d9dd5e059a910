"""Publishing a fact, and running what follows from it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from contextvars import ContextVar
from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection, models
from django.utils import timezone
from django.utils.module_loading import import_string
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from opora.platform.journal.events import Event, PersonalDataRead, name_of
from opora.platform.journal.models import Entry
from opora.platform.rows import insert_rows
from opora.platform.scope import EVERYTHING, scoped

if TYPE_CHECKING:
    from opora.platform.access.models import User

Handler = Callable[[Any], None]

#: Where the current action came in: "web", "api", "worker", "command". Set by the doors.
via: ContextVar[str] = ContextVar("via", default="")


def publish(event: Event, *, by: "User", about: Sequence[models.Model | str]) -> Entry:
    """Write the event to the journal and queue its handlers, all in the caller's transaction.

    :param about: the things whose cards show this event in their history, or what `reference` made of them.
    """
    return publish_many([(event, about)], by=by)[0]


def publish_many(facts: Iterable[tuple[Event, Sequence[models.Model | str]]], *, by: "User") -> list[Entry]:
    """Publish several events at once: one insert for the journal, one for the jobs of each queue."""
    now = timezone.now()
    pairs = list(facts)
    entries = [
        Entry(
            event=name_of(type(event)),
            facts=asdict(event),
            by=by,
            via=via.get(),
            at=now,
            about=[reference(thing) for thing in about],
        )
        for event, about in pairs
    ]
    insert_rows(entries)
    jobs: dict[str, list[dict[str, Any]]] = {}
    for entry, (event, _) in zip(entries, pairs, strict=True):
        for handler in _subscriptions().get(type(event), ()):
            job = {"entry_id": entry.pk, "at": now.isoformat(), "handler": _path_of(handler)}
            jobs.setdefault(_queue_of(handler), []).append(job)
    for queue, batch in jobs.items():
        run_handler.configure(queue=queue).batch_defer(*batch)
    return entries


def record_read(*, what: str, about: Sequence[models.Model], by: "User") -> None:
    """Journal that `by` has looked at somebody's personal data (152-ФЗ, ст. 19)."""
    publish(PersonalDataRead(what=what), by=by, about=about)


def reference(thing: models.Model | str) -> str:
    """The name of a row in the journal: `cases.Case:17`; a name stays what it is."""
    return thing if isinstance(thing, str) else f"{thing._meta.label}:{thing.pk}"


def on_queue(queue: str) -> Callable[[Handler], Handler]:
    """Put a handler on another queue than "default": "alerts" are never delayed by "mass"."""

    def decorate(handler: Handler) -> Handler:
        handler.queue = queue  # type: ignore[attr-defined]
        return handler

    return decorate


def in_own_transactions(handler: Handler) -> Handler:
    """Let a handler of long work open a transaction for each part of it, instead of running in one for all."""
    handler.in_own_transactions = True  # type: ignore[attr-defined]
    return handler


@app.task(name="journal.run_handler", retry=RetryStrategy(max_attempts=8, exponential_wait=4))
def run_handler(*, entry_id: int, at: str, handler: str) -> None:
    """Run one handler for one journal entry, in a transaction that sees everything. At least once."""
    run = import_string(handler)
    entry = Entry.objects.get(pk=entry_id, at=datetime.fromisoformat(at))
    kinds = {name_of(kind): kind for kind in _subscriptions()}
    token = via.set("worker")
    try:
        with nullcontext() if getattr(run, "in_own_transactions", False) else scoped(EVERYTHING):
            run(kinds[entry.event](**entry.facts))
    finally:
        via.reset(token)


def _queue_of(handler: Handler) -> str:
    queue: str = getattr(handler, "queue", "default")
    return queue


def _path_of(handler: Handler) -> str:
    return f"{handler.__module__}.{handler.__qualname__}"


def _subscriptions() -> Mapping[type[Event], Sequence[Handler]]:
    found: Mapping[type[Event], Sequence[Handler]] = import_string(settings.SUBSCRIPTIONS)
    return found


def make_partitions(*, first: date, last: date) -> int:
    """Make the journal's monthly partitions between two dates; return how many were missing."""
    with connection.cursor() as cursor:
        cursor.execute("select journal_make_partitions(%s, %s)", [first, last])
        made: int = cursor.fetchone()[0]
    return made
