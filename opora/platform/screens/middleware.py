"""What every page carries: messages that appear as notices, and what its browser may load."""

import json
from collections.abc import Callable

from django.contrib.messages import get_messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest, HttpResponse

LEVELS = {"debug": "info", "info": "info", "success": "success", "warning": "warning", "error": "error"}

#: Scripts, styles and data come from us alone, nothing is written inline, nobody frames a page or is sent its forms.
CONTENT_POLICY = "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"


class ContentPolicyMiddleware:
    """Forbid pages what they never do, so that a text that slipped through as markup does nothing.

    Files keep to their own type (`nosniff`); a policy on a PDF would only hinder the browser that shows it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
        return response


class ToastMiddleware:
    """After an htmx request, turn pending Django messages into the trigger `toast`.

    A response that sends the browser to another page keeps them for that page. `extra_tags` that begin with a
    slash are the address which undoes what was done.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        moves = any(response.has_header(name) for name in ("HX-Redirect", "HX-Refresh", "HX-Location", "Location"))
        if not request.headers.get("HX-Request") or moves:
            return response
        notices = [_notice(message) for message in get_messages(request)]
        if notices:
            triggers = response.headers.get("HX-Trigger", "")
            names = [name.strip() for name in triggers.split(",") if name]
            known = json.loads(triggers) if triggers.startswith("{") else dict.fromkeys(names, "")
            response["HX-Trigger"] = json.dumps({**known, "toast": notices})
        return response


def _notice(message: Message) -> dict[str, str]:
    tags = message.extra_tags or ""
    return {
        "text": str(message),
        "level": LEVELS.get(message.level_tag, "info"),
        "undo_url": tags if tags.startswith("/") else "",
    }
