"""The web process: live updates as native ASGI, everything else as Django's WSGI in threads (see docs/adr/0007)."""

import gc
import os
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opora.config.settings")
django_app: Any = get_wsgi_application()

from opora.config.bridge import Bridge  # noqa: E402
from opora.platform.live.stream import live_app  # noqa: E402  (needs the applications loaded)

THREADS = 8

# The application itself is never garbage: it is not looked through again while requests make and drop their objects.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 100)

pages: Any = Bridge(django_app, workers=THREADS)


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Send `/live` to the stream and every other request to Django; there are no other kinds of connections."""
    if scope["type"] != "http":
        return
    target = live_app if scope["path"] == "/live" else pages
    await target(scope, receive, send)
