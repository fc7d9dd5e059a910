"""The lock on every door: a view or API operation names the permission it needs, or says that it is public."""

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Any, TypeVar

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

V = TypeVar("V", bound=Callable[..., Any])

PUBLIC = "public"
SIGNED_IN = "signed in"


def requires(permission: StrEnum) -> Callable[[V], V]:
    """Let the view run only for a user whose roles grant `permission`.

    A visitor is sent to the login page; an htmx request of a visitor is told to go there.
    """

    def decorate(view: V) -> V:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if not request.user.is_authenticated:
                return ask_to_sign_in(request)
            if not request.user.holds(permission):
                raise PermissionDenied(permission)
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate


def signed_in(view: V) -> V:
    """Let the view run for every user who has signed in, whatever his roles."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.is_authenticated:
            return ask_to_sign_in(request)
        return view(request, *args, **kwargs)

    guarded.permission = SIGNED_IN  # type: ignore[attr-defined]
    return guarded  # type: ignore[return-value]


def public(view: V) -> V:
    """Say aloud that anybody may open the view."""
    view.permission = PUBLIC  # type: ignore[attr-defined]
    return view


def ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=401)
        response["HX-Redirect"] = redirect_to_login(request.headers.get("HX-Current-URL", "/"))["Location"]
        return response
    return redirect_to_login(request.get_full_path())
