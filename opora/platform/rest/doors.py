"""The doors of the API: what every operation passes before its own code runs.

A module declares `router = Door(tags=[...])` and its operations with `@router.get(path, permission=..., response=...)`.
The door lets in whom `ScopeMiddleware` has recognised by token or session, checks the permission before anything is
parsed, keeps the share of requests, and answers a repeated request with what the first one got.
"""

import json
import re
import time
from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI, Router
from ninja.decorators import decorate_view
from ninja.parser import Parser
from ninja.utils import check_csrf

from opora.platform.permissions import PUBLIC, SIGNED_IN, public
from opora.platform.rest import openapi, problems
from opora.platform.rest.limits import RateLimit
from opora.platform.rest.operations import CHECK_KEYS, claim_key, keep_answer
from opora.platform.rest.problems import NotSignedIn, TooOften, Unreadable

if TYPE_CHECKING:
    from opora.platform.access.models import User

V = TypeVar("V", bound=Callable[..., Any])
Run = Callable[..., HttpResponse]

_KEY = re.compile(r"[!-~]{1,200}")

_limit = RateLimit(rate=settings.API_RATE, burst=2 * settings.API_RATE)


class Door(Router):
    """A module's part of the API. Each operation names its permission; none is open by forgetting."""

    def get(self, path: str, *, permission: StrEnum | str, **options: Any) -> Callable[[V], V]:  # type: ignore[override]
        return self._open("GET", path, permission, **options)

    def post(  # type: ignore[override]
        self, path: str, *, permission: StrEnum | str, secret: bool = False, **options: Any
    ) -> Callable[[V], V]:
        """Declare an operation that changes something.

        :param secret: the answer is shown once and never kept for a repeated request.
        """
        return self._open("POST", path, permission, secret=secret, **options)

    def patch(self, path: str, *, permission: StrEnum | str, **options: Any) -> Callable[[V], V]:  # type: ignore[override]
        return self._open("PATCH", path, permission, **options)

    def put(self, path: str, *, permission: StrEnum | str, **options: Any) -> Callable[[V], V]:  # type: ignore[override]
        return self._open("PUT", path, permission, **options)

    def delete(self, path: str, *, permission: StrEnum | str, **options: Any) -> Callable[[V], V]:  # type: ignore[override]
        return self._open("DELETE", path, permission, **options)

    def _open(
        self, method: str, path: str, permission: StrEnum | str, *, secret: bool = False, **options: Any
    ) -> Callable[[V], V]:
        def decorate(view: V) -> V:
            view.permission = permission  # type: ignore[attr-defined]
            guarded = decorate_view(_guard(permission, secret))(view)
            self.api_operation([method], path, operation_id=view.__name__, **options)(guarded)
            return view

        return decorate


class Api(NinjaAPI):
    """The whole API: strict parsing, problem documents for every refusal, a complete description."""

    def __init__(self, **options: Any) -> None:
        super().__init__(parser=StrictParser(), docs=openapi.Docs(), docs_decorator=_described_to_everyone, **options)
        self.add_exception_handler(Exception, _refuse)

    def set_default_exception_handlers(self) -> None:
        """Only ours: see `_refuse`."""

    def get_openapi_schema(self, **where: Any) -> Any:
        return openapi.complete(super().get_openapi_schema(**where), self)

    def _get_urls(self) -> list[Any]:
        """Let refusals that happen before any operation be problem documents too, and show the permissions."""
        patterns: list[Any] = super()._get_urls()
        permissions: dict[str, set[str]] = {}
        for router in self._get_bound_routers():
            for path_view in router.path_operations.values():
                for operation in path_view.operations:
                    name = operation.view_func.__name__
                    permissions[name] = {str(op.view_func.permission) for op in path_view.operations}  # type: ignore[attr-defined]
        for pattern in patterns:
            if pattern.name in permissions:
                pattern.callback = _edge(pattern.callback, ", ".join(sorted(permissions[pattern.name])))
            elif pattern.name == "api-root":
                pattern.callback = nothing_here
        return patterns


class StrictParser(Parser):
    """Read JSON to the letter."""

    def parse_body(self, request: HttpRequest) -> Any:
        if request.content_type != "application/json":
            raise Unreadable(415, "not_json", _("Send JSON: Content-Type: application/json."))
        try:
            return json.loads(request.body.decode(), parse_constant=_no_such_number)
        except (ValueError, RecursionError) as error:
            raise Unreadable(400, "not_json", _("The body is not JSON in UTF-8: %s.") % error) from error

    def parse_querydict(self, data: MultiValueDict[str, Any], list_fields: list[str], request: HttpRequest) -> Any:
        for name, values in data.lists():
            if len(values) > 1 and name not in list_fields:
                raise Unreadable(422, "given_twice", _("“%s” is given more than once.") % name)
        return super().parse_querydict(data, list_fields, request)


def caller(request: HttpRequest) -> "User":
    """Who acts. Only for operations that a stranger cannot reach."""
    assert request.user.is_authenticated
    return request.user


def _no_such_number(name: str) -> NoReturn:
    raise ValueError(name)


def _guard(permission: StrEnum | str, secret: bool) -> Callable[[Run], Run]:
    """Wrap an operation's `run`, so that nothing is parsed for somebody who may not."""

    def wrap(run: Run) -> Run:
        @wraps(run)
        def guarded(request: HttpRequest, **path: Any) -> HttpResponse:
            try:
                _admit(request, permission)
                if request.method == "POST" and "Idempotency-Key" in request.headers:
                    return _run_once(run, request, path, secret)
                return _run(run, request, path)
            except Exception as error:
                return _refuse(request, error)

        return guarded

    return wrap


def _admit(request: HttpRequest, permission: StrEnum | str) -> None:
    if permission == PUBLIC:
        return
    if not request.user.is_authenticated:
        raise NotSignedIn
    by_token = getattr(request, "csrf_processing_done", False)
    if not by_token and check_csrf(request):
        raise PermissionDenied(_("the X-CSRFToken header is missing or wrong"))
    if permission != SIGNED_IN and not request.user.holds(cast(StrEnum, permission)):
        raise PermissionDenied(permission)
    assert request.user.pk is not None
    if wait := _limit.wait(request.user.pk, now=time.monotonic()):
        raise TooOften(wait)


def _run(run: Run, request: HttpRequest, path: dict[str, Any]) -> HttpResponse:
    """Run the operation, and find out before answering whether the keys it wrote lead anywhere."""
    response = run(request, **path)
    if request.method != "GET" and response.status_code < 400:
        with connection.cursor() as cursor:
            cursor.execute(CHECK_KEYS)
    return response


def _run_once(run: Run, request: HttpRequest, path: dict[str, Any], secret: bool) -> HttpResponse:
    key = request.headers["Idempotency-Key"]
    if not _KEY.fullmatch(key):
        raise Unreadable(422, "bad_key", _("Idempotency-Key: 1 to 200 printable ASCII characters, a UUID for example."))
    assert request.user.is_authenticated and request.method
    kept = claim_key(key=key, method=request.method, path=request.path, digest=_digest(request), by=request.user)
    if kept:
        again = HttpResponse(kept.body, status=kept.status, content_type="application/json; charset=utf-8")
        again["Idempotency-Replayed"] = "true"
        if kept.location:
            again["Location"] = kept.location
        return again
    response = run(request, **path)
    if response.status_code < 400:
        body = None if secret else response.content.decode()
        location = response.headers.get("Location", "")
        keep_answer(key=key, status=response.status_code, body=body, location=location, by=request.user)
    return response


def _digest(request: HttpRequest) -> str:
    """Of what is asked; parts of a multipart body one by one, as its boundary differs every time."""
    digest = sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if request.content_type != "multipart/form-data":
        digest.update(request.body)
        return digest.hexdigest()
    for name, values in sorted(request.POST.lists()):
        digest.update(json.dumps([name, values]).encode())
    files = cast("dict[str, UploadedFile[Any]]", request.FILES)
    for name, file in sorted(files.items()):
        digest.update(json.dumps([name, file.name]).encode())
        for chunk in file.chunks():
            digest.update(chunk)
        file.seek(0)
    return digest.hexdigest()


def _refuse(request: HttpRequest, error: Any) -> HttpResponse:
    """Answer with a problem document and let the middleware undo the request's transaction."""
    request.refused = True  # type: ignore[attr-defined]
    return problems.answer(error)


def _edge(view: Run, permission: str) -> Run:
    """The address itself: methods it does not know, and faults of the machinery."""

    @csrf_exempt
    @wraps(view)
    def edge(request: HttpRequest, **path: Any) -> HttpResponse:
        response = view(request, **path)
        if response.status_code == 405 and response.headers.get("Content-Type") != problems.MEDIA_TYPE:
            detail = _("This address answers to %s.") % response.headers["Allow"]
            refused = problems.problem(405, "method_not_allowed", detail)
            refused["Allow"] = response.headers["Allow"]
            return refused
        return response

    edge.permission = permission  # type: ignore[attr-defined]
    return edge


def _described_to_everyone(view: V) -> V:
    return public(view)


@public
@csrf_exempt
def nothing_here(request: HttpRequest, **path: Any) -> HttpResponse:
    """An address that the API does not have."""
    return problems.answer(Http404())
