"""What surrounds a request: who acts, his scope, one transaction, and the translation of refusals."""

from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from opora.platform.access.queries import user_of_token
from opora.platform.errors import BusinessError
from opora.platform.journal.operations import via
from opora.platform.scope import NOTHING, scoped

API = "/api/"


class ScopeMiddleware:
    """Run the request in one transaction under its user's scope; a refusal or a fault saves nothing.

    A program presents `Authorization: Bearer <token>`; it acts as the token's user, with the token's permissions.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if secret := request.headers.get("Authorization", "").removeprefix("Bearer ").strip():
            user = user_of_token(secret)
            if user is None:
                detail = _("The token is unknown, revoked or expired.")
                problem = {"type": "about:blank", "title": "Unauthorized", "status": 401, "detail": detail}
                return JsonResponse(problem, status=401, content_type="application/problem+json")
            request.user = user
            request.csrf_processing_done = True  # type: ignore[attr-defined]  # no cookie, no forgery
        scope = request.user.scope if request.user.is_authenticated else NOTHING
        came_by = via.set("api" if request.path.startswith(API) else "web")
        try:
            with scoped(scope):
                response = self.get_response(request)
                if response.status_code >= 500 or getattr(request, "refused", False):
                    transaction.set_rollback(True)
                return response
        finally:
            via.reset(came_by)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Turn a rule's refusal into a page or fragment that says what to mend, so views need no try/except."""
        if not isinstance(error, BusinessError):
            return None
        request.refused = True  # type: ignore[attr-defined]
        template = "screens/_refusal.html" if request.headers.get("HX-Request") else "screens/errors/refused.html"
        return render(request, template, {"error": error}, status=error.status)
