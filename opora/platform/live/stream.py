"""The stream at `/live?topics=cases,case:17`: server-sent events `change` that name a topic, for signed-in users.

A native ASGI application, so that a thousand open pages cost a thousand small objects and no threads.
"""

import asyncio
import json
import random
import re
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings
from django.db import DatabaseError, close_old_connections
from django.http import parse_cookie

from opora.platform.access.models import User
from opora.platform.access.queries import user_of_session
from opora.platform.live.hub import Hub, Watcher

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

MOST_TOPICS = 100
MOST_PAGES = 2_000
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]

_TOPIC = re.compile(r"[a-z_]{1,30}(:[0-9]{1,19})?")


class _Refused(Exception):
    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class Live:
    """Streams of one web process.

    :param heartbeat: seconds between comments that keep proxies from closing a silent stream.
    :param recheck: seconds after which a page's session is looked at again, so that whoever signed out is let go.
    :param gathering: seconds in which announcements of one moment are gathered into one message.
    """

    def __init__(
        self, *, heartbeat: float = 15, recheck: float = 60, gathering: float = 0.05, most_pages: int = MOST_PAGES
    ) -> None:
        self.heartbeat, self.recheck, self.gathering, self.most_pages = heartbeat, recheck, gathering, most_pages
        self.hub = Hub()
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="live")

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        try:
            session, topics = await self._admit(scope)
        except _Refused as refusal:
            await _refuse(send, refusal)
            return
        with self.hub.watch(topics) as watcher:
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            await _write(send, "retry: 3000\n\n")
            departure = asyncio.create_task(_wait_for_departure(receive, watcher))
            try:
                await self._stream(send, watcher, session)
            finally:
                departure.cancel()

    async def stop(self) -> None:
        """Let every page go."""
        await self.hub.stop()
        self._threads.shutdown()

    async def _admit(self, scope: dict[str, Any]) -> tuple[str, frozenset[str]]:
        """Find whose session it is and which of the topics he may watch.

        The topics of others are left out silently: nothing is learnt from it, and the rest of the page lives.
        """
        if scope["method"] != "GET":
            raise _Refused(405, "only GET")
        asked = _topics_of(scope["query_string"])
        if len(self.hub) >= self.most_pages:
            raise _Refused(503, "too many open pages")
        session = _session_of(scope["headers"])
        try:
            user = await self._user_of(session)
            await self.hub.listen()
        except (DatabaseError, TimeoutError) as error:
            raise _Refused(503, "no database") from error
        if user is None:
            raise _Refused(401, "not signed in")
        return session, frozenset(topic for topic in asked if _may_watch(user, topic))

    async def _stream(self, send: Send, watcher: Watcher, session: str) -> None:
        """Tell the page what changes until it leaves or its session ends."""
        check_at = monotonic() + self._until_check()
        while not watcher.gone:
            try:
                await asyncio.wait_for(watcher.awake.wait(), self.heartbeat)
            except TimeoutError:
                await _write(send, ":\n\n")
            else:
                await asyncio.sleep(self.gathering)
                messages = [f"event: change\ndata: {json.dumps({'topic': topic})}\n\n" for topic in watcher.take()]
                if messages and not watcher.gone:
                    await _write(send, "".join(messages))
            if monotonic() >= check_at:
                check_at = monotonic() + self._until_check()
                if not await self._still_signed_in(session, watcher):
                    break
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _still_signed_in(self, session: str, watcher: Watcher) -> bool:
        """Whether the session holds and its scope still covers every topic; a database that is away changes nothing."""
        try:
            user = await self._user_of(session)
        except DatabaseError:
            return True
        return user is not None and all(_may_watch(user, topic) for topic in watcher.topics)

    async def _user_of(self, session: str) -> User | None:
        if not session:
            return None
        return await asyncio.get_running_loop().run_in_executor(self._threads, _look_up, session)

    def _until_check(self) -> float:
        """Seconds, spread so that pages opened together do not ask together."""
        return self.recheck * random.uniform(0.8, 1.2)


def _look_up(session: str) -> User | None:
    close_old_connections()
    try:
        return user_of_session(session)
    finally:
        close_old_connections()


def _topics_of(query: bytes) -> list[str]:
    """:raises _Refused: when they are not topics, or too many."""
    given = ",".join(parse_qs(query.decode("latin-1")).get("topics", []))
    topics = sorted(set(filter(None, given.split(","))))
    if not topics or len(topics) > MOST_TOPICS:
        raise _Refused(400, f"name from 1 to {MOST_TOPICS} topics")
    if unreadable := [topic for topic in topics if not _TOPIC.fullmatch(topic)]:
        raise _Refused(400, f"not a topic: {unreadable[0][:60]!r}")
    return topics


def _session_of(headers: list[tuple[bytes, bytes]]) -> str:
    cookies = "; ".join(value.decode("latin-1") for name, value in headers if name.lower() == b"cookie")
    return parse_cookie(cookies).get(settings.SESSION_COOKIE_NAME, "")


def _may_watch(user: User, topic: str) -> bool:
    """One's own notices, branches of one's scope, and whatever says only that some record has changed."""
    kind, _colon, number = topic.partition(":")
    if kind == "user":
        return number == str(user.pk)
    if kind == "branch":
        return user.scope.everything or (number.isdecimal() and int(number) in user.scope.branches)
    return True


async def _wait_for_departure(receive: Receive, watcher: Watcher) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    watcher.leave()


async def _write(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


async def _refuse(send: Send, refusal: _Refused) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    if refusal.status == 503:
        headers.append((b"retry-after", b"5"))
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": f"{refusal}\n".encode(), "more_body": False})


live_app = Live()
