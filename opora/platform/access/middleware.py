"""What surrounds a request: who acts, his scope, one transaction, and the translation of refusals."""

import logging
from collections.abc import Callable
from typing import TypeGuard

from django.db import InterfaceError, OperationalError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from opora.platform.access.queries import user_of_token
from opora.platform.errors import BusinessError
from opora.platform.journal.operations import via
from opora.platform.rest.problems import problem, unavailable
from opora.platform.scope import NOTHING, scoped

logger = logging.getLogger(__name__)

API = "/api/"


class ScopeMiddleware:
    """Run the request in one transaction under its user's scope; a refusal or a fault saves nothing.

    A program presents `Authorization: Bearer <token>`; it acts as the token's user, with the token's permissions.
    A database that is away or goes away on the way is said so; the next request connects anew.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        came_by = via.set("api" if _is_for_programs(request) else "web")
        try:
            return self._run(request)
        except (OperationalError, InterfaceError) as error:
            return _say_unavailable(request, error)
        finally:
            via.reset(came_by)

    def _run(self, request: HttpRequest) -> HttpResponse:
        if secret := request.headers.get("Authorization", "").removeprefix("Bearer ").strip():
            user = user_of_token(secret)
            if user is None:
                return problem(401, "unauthorized", _("The token is unknown, revoked or expired."))
            request.user = user
            request.csrf_processing_done = True  # type: ignore[attr-defined]  # no cookie, no forgery
        scope = request.user.scope if request.user.is_authenticated else NOTHING
        with scoped(scope):
            response = self.get_response(request)
            if response.status_code >= 500 or getattr(request, "refused", False):
                transaction.set_rollback(True)
            else:
                request.answered = True  # type: ignore[attr-defined]
            return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Turn a rule's refusal into a page or fragment that says what to mend, so views need no try/except."""
        if _is_away(error):
            return _say_unavailable(request, error)
        if not isinstance(error, BusinessError):
            return None
        request.refused = True  # type: ignore[attr-defined]
        return _show_refusal(request, error)


class Unavailable(BusinessError):
    """Not a rule but the machinery said no: the database is away, or has given up on this transaction."""

    code = "unavailable"
    status = 503


def _is_away(error: Exception) -> TypeGuard[OperationalError | InterfaceError]:
    return isinstance(error, OperationalError | InterfaceError)


def _say_unavailable(request: HttpRequest, error: OperationalError | InterfaceError) -> HttpResponse:
    """Tell honestly what has become of the work: when the connection is lost while it is saved, nobody knows."""
    logger.error("The database failed a request: %s", str(error).strip(), exc_info=error)
    is_certain = not getattr(request, "answered", False)
    if _is_for_programs(request):
        return unavailable(is_certain=is_certain)
    refusal = Unavailable(
        _("The database does not answer just now. Nothing was saved; what you typed is kept. Try again in a minute.")
        if is_certain
        else _("The connection broke while saving. Look whether your change is there before you repeat it.")
    )
    if request.headers.get("HX-Request"):
        response = HttpResponse(render_to_string("screens/_refusal.html", {"error": refusal}), status=503)
    else:
        response = HttpResponse(render_to_string("screens/errors/unavailable.html", {"error": refusal}), status=503)
    response["Retry-After"] = "5"
    return response


def _show_refusal(request: HttpRequest, error: BusinessError) -> HttpResponse:
    template = "screens/_refusal.html" if request.headers.get("HX-Request") else "screens/errors/refused.html"
    return render(request, template, {"error": error}, status=error.status)


def _is_for_programs(request: HttpRequest) -> bool:
    return request.path.startswith(API)
