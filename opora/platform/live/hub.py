"""One connection to PostgreSQL for each web process, and the open pages to which its announcements are handed out."""

import asyncio
import logging
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.db import connection

from opora.platform.live.operations import CHANNEL

logger = logging.getLogger(__name__)

#: Seconds before a lost connection is tried again; the last one repeats.
PAUSES = (0.2, 0.5, 1, 2, 5, 10)
#: Seconds of silence after which the server is asked whether it is still there, and how long it may take to answer.
SILENCE, PATIENCE = 30.0, 10.0


@dataclass(eq=False)
class Watcher:
    """An open page: what it watches, and what of that has changed since it was last told.

    Never more is kept for a slow page than the names of its own topics.
    """

    topics: frozenset[str]
    changed: set[str] = field(default_factory=set)
    awake: asyncio.Event = field(default_factory=asyncio.Event)
    gone: bool = False

    def tell(self, topics: Collection[str]) -> None:
        self.changed.update(topics)
        self.awake.set()

    def leave(self) -> None:
        self.gone = True
        self.awake.set()

    def take(self) -> list[str]:
        """What has changed, in order; forgotten here."""
        taken = sorted(self.changed)
        self.changed.clear()
        self.awake.clear()
        return taken


class Hub:
    """Listens while anybody watches. After a lost connection every page is told all its topics once: it missed some."""

    def __init__(self) -> None:
        self._watchers: set[Watcher] = set()
        self._by_topic: dict[str, set[Watcher]] = {}
        self._listening = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._watchers)

    @contextmanager
    def watch(self, topics: frozenset[str]) -> Iterator[Watcher]:
        """Hand a page its topics' announcements for as long as the block runs."""
        watcher = Watcher(topics)
        self._watchers.add(watcher)
        for topic in topics:
            self._by_topic.setdefault(topic, set()).add(watcher)
        try:
            yield watcher
        finally:
            self._watchers.remove(watcher)
            for topic in topics:
                self._by_topic[topic].remove(watcher)
                if not self._by_topic[topic]:
                    del self._by_topic[topic]

    async def listen(self) -> None:
        """Return once announcements are being heard.

        :raises TimeoutError: when the database does not answer.
        """
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._keep_listening())
        async with asyncio.timeout(PATIENCE):
            await self._listening.wait()

    async def stop(self) -> None:
        """Let everybody go and close the connection."""
        for watcher in self._watchers:
            watcher.leave()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _keep_listening(self) -> None:
        failures = 0
        while True:
            try:
                async for topic in self._topics():
                    failures = 0
                    for watcher in self._by_topic.get(topic, ()):
                        watcher.tell([topic])
            except (psycopg.Error, OSError) as error:
                pause = PAUSES[min(failures, len(PAUSES) - 1)]
                failures += 1
                logger.warning("Live updates have lost PostgreSQL, again in %s s: %s", pause, str(error).strip())
                self._listening.clear()
                await asyncio.sleep(pause)

    async def _topics(self) -> AsyncIterator[str]:
        """Connect, and yield what is announced until the connection is lost."""
        async with await psycopg.AsyncConnection.connect(**_parameters(), autocommit=True) as listener:
            await listener.execute(f"listen {CHANNEL}")
            for watcher in self._watchers:
                watcher.tell(watcher.topics)
            self._listening.set()
            while True:
                async for notice in listener.notifies(timeout=SILENCE):
                    for topic in notice.payload.split():
                        yield topic
                async with asyncio.timeout(PATIENCE):
                    await listener.execute("select 1")


def _parameters() -> dict[str, Any]:
    """Of Django's own connection, without what only its synchronous one understands."""
    parameters = connection.get_connection_params()
    for unwanted in ("cursor_factory", "context", "server_side_binding", "prepare_threshold"):
        parameters.pop(unwanted, None)
    return {**parameters, "connect_timeout": int(PATIENCE), "application_name": "opora live"}
