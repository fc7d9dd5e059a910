from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from opora.platform.rest.problems import problem


class RequestSizeMiddleware:
    """Refuse a request that says it is larger than `settings.REQUEST_LIMIT` before a byte of it is read or kept."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if int(request.headers.get("Content-Length") or 0) <= settings.REQUEST_LIMIT:
            return self.get_response(request)
        if request.path.startswith("/api/"):
            return problem(413, "too_big", _("The request is too big."))
        return HttpResponse(render_to_string("screens/errors/413.html"), status=413)
