"""Pages that hold a stream open, on a loop of their own thread: an ASGI server without a socket."""

import asyncio
import json
import queue
import threading
from typing import Any

from opora.platform.live.stream import Live

PATIENCE = 5.0


class Page:
    """One request for `/live`: its answer, and what arrives on the stream."""

    def __init__(self, loop: asyncio.AbstractEventLoop, live: Live, topics: str, session: str, method: str) -> None:
        self.status: queue.Queue[int] = queue.Queue()
        self.body: queue.Queue[str | None] = queue.Queue()
        self._loop = loop
        self._left = asyncio.Event()
        cookie = f"theme=dark; sessionid={session}".encode()
        scope: dict[str, Any] = {
            "type": "http", "method": method, "path": "/live",
            "query_string": f"topics={topics}".encode(), "headers": [(b"cookie", cookie)],
        }  # fmt: skip
        self._running = asyncio.run_coroutine_threadsafe(self._run(live, scope), loop)
        self.answered = self.status.get(timeout=PATIENCE)

    async def _run(self, live: Live, scope: dict[str, Any]) -> None:
        async def receive() -> dict[str, Any]:
            await self._left.wait()
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                self.status.put(message["status"])
            elif message["body"]:
                self.body.put(message["body"].decode())

        await live(scope, receive, send)
        self.body.put(None)

    def next(self) -> list[str]:
        """The topics of the next message; empty when the stream has ended."""
        while (text := self.body.get(timeout=PATIENCE)) is not None:
            lines = text.splitlines()
            if "event: change" in lines:
                return [json.loads(line[6:])["topic"] for line in lines if line.startswith("data: ")]
        return []

    def next_raw(self) -> str | None:
        """The next bytes as they are; None when the stream has ended."""
        return self.body.get(timeout=PATIENCE)

    def is_silent_for(self, seconds: float) -> bool:
        try:
            self.body.get(timeout=seconds)
        except queue.Empty:
            return True
        return False

    def leave(self) -> None:
        self._loop.call_soon_threadsafe(self._left.set)
        self._running.result(PATIENCE)


class Server:
    """A web process: one `Live` on one loop."""

    def __init__(self, **settings: Any) -> None:
        self.live = Live(**settings)
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()
        self._pages: list[Page] = []

    def open(self, topics: str, session: str = "", method: str = "GET") -> Page:
        page = Page(self.loop, self.live, topics, session, method)
        self._pages.append(page)
        if page.answered == 200:
            page.next_raw()  # the instruction to reconnect, sent at once
        return page

    def stop(self) -> None:
        for page in self._pages:
            page.leave()
        asyncio.run_coroutine_threadsafe(self.live.stop(), self.loop).result(PATIENCE)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(PATIENCE)
        self.loop.close()
