"""What a request may carry: checked before anybody reads it."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from opora.platform.rest.problems import problem

MEGABYTE = 1024 * 1024


class RequestSizeMiddleware:
    """Let in only requests of a known, bearable size, and of forms only whole ones.

    What says it is larger than `settings.REQUEST_LIMIT` is refused before a byte of it is read or kept.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "Transfer-Encoding" in request.headers and "Content-Length" not in request.headers:
            return problem(411, "length_required", _("Say how long the request is: send it with Content-Length."))
        if int(request.headers.get("Content-Length") or 0) <= settings.REQUEST_LIMIT:
            return self.get_response(request)
        return _too_big(request, settings.REQUEST_LIMIT)

    def process_view(self, request: HttpRequest, *_view: object) -> HttpResponse | None:
        """Read the form before the check against forgery does, which passes over a sender who went away in its middle.

        The view would then be given an empty form.
        """
        if request.path.startswith("/api/"):
            return None  # its doors check who asks before they read, and refuse what they cannot
        try:
            request.POST  # noqa: B018  # is read here
        except RequestDataTooBig:
            return _too_big(request, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        except UnreadablePostError:
            return HttpResponse(status=400)  # to nobody
        return None


def _too_big(request: HttpRequest, limit: int) -> HttpResponse:
    megabytes = limit // MEGABYTE
    if request.path.startswith("/api/"):
        message = _("The request is larger than %d MB: send less at once, each file by itself.")
        return problem(413, "too_big", message % megabytes)
    return HttpResponse(render_to_string("screens/errors/413.html", {"limit": megabytes}), status=413)
