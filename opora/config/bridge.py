"""Django's WSGI half under an asynchronous server: a2wsgi, without its waits where nothing has to be waited for."""

from io import BytesIO
from typing import Any

from a2wsgi import WSGIMiddleware
from a2wsgi.wsgi import WSGIResponder


class Bridge(WSGIMiddleware):
    """Run each request in a thread.

    a2wsgi lets the thread and the loop wait for each other at every message, at each of which they change places twice;
    for an ordinary page that cost more than anything else between the socket and Django. Only a body that comes in
    parts and an answer that is streamed need it, as they must not outrun their reader.
    """

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await _Responder(self.app, self.executor, self.send_queue_size)(scope, receive, send)


class _Responder(WSGIResponder):
    body: BytesIO | None = None
    streams = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        first: dict[str, Any] | None = await receive()
        if first is not None and _is_whole(first):
            self.body = BytesIO(first.get("body", b""))

        async def receive_on() -> Any:
            """A coroutine, as a2wsgi schedules it from its threads; granian's own is another kind of awaitable.

            :raises ConnectionResetError: when the sender is gone: a2wsgi would take it for the end, and half a form
                would be saved as if it were all of it.
            """
            nonlocal first
            message, first = first, None
            if message is None:
                message = await receive()
            if message["type"] != "http.request":
                raise ConnectionResetError("The sender has gone before the end of the request")
            return message

        await super().__call__(scope, receive_on, send)

    def send(self, message: Any) -> None:
        if self.streams:
            super().send(message)
        else:  # start, body and end: fewer than the queue holds
            self.loop.call_soon_threadsafe(self.send_queue.put_nowait, message)

    def wsgi(self, environ: Any, start_response: Any) -> None:
        if self.body is not None:
            environ["wsgi.input"] = self.body
        answer = self.app(environ, start_response)
        self.streams = getattr(answer, "streaming", True)
        try:
            for chunk in answer if self.streams else [b"".join(answer)]:
                self.send({"type": "http.response.body", "body": chunk, "more_body": True})
            self.send({"type": "http.response.body", "body": b""})
        finally:
            getattr(answer, "close", lambda: None)()


def _is_whole(message: dict[str, Any]) -> bool:
    return message["type"] == "http.request" and not message.get("more_body")
