"""Problem documents (RFC 9457): every refusal of the API, in one form. No internals are ever told."""

import json
import logging
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja.errors import HttpError, ValidationError
from psycopg.errors import ForeignKeyViolation, UniqueViolation

from opora.platform.errors import BusinessError

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"


class Unreadable(Exception):
    """The request cannot even be parsed."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail


class TooOften(Exception):
    """The user sends more requests than his share."""

    def __init__(self, wait: float) -> None:
        super().__init__(wait)
        self.wait = wait


class NotSignedIn(Exception):
    """The operation is not for strangers."""


#: By pydantic's kind of error: what is wrong, and how to mend it.
_FAULTS: Mapping[str, tuple[Any, Any]] = {
    "missing": (gettext_lazy("Is missing."), gettext_lazy("Add it to the request.")),
    "extra_forbidden": (gettext_lazy("Is not known here."), gettext_lazy("Check the spelling, or leave it out.")),
    "string_type": (gettext_lazy("Must be text."), gettext_lazy("Put the value in quotes.")),
    "string_too_short": (gettext_lazy("Is too short."), gettext_lazy("Length: at least %(min_length)s.")),
    "string_too_long": (gettext_lazy("Is too long."), gettext_lazy("Length: at most %(max_length)s.")),
    "string_pattern_mismatch": (gettext_lazy("Has a wrong form."), gettext_lazy("Expected form: %(pattern)s.")),
    "text_signs": (gettext_lazy("Holds forbidden control characters."), gettext_lazy("Remove them from the text.")),
    "int_type": (gettext_lazy("Must be a whole number."), gettext_lazy("For example 17.")),
    "bool_type": (gettext_lazy("Must be true or false."), gettext_lazy("Write true or false without quotes.")),
    "decimal_type": (gettext_lazy("Must be a number."), gettext_lazy("A number in quotes, for example “1250.40”.")),
    "decimal_parsing": (gettext_lazy("Must be a number."), gettext_lazy("A number in quotes, for example “1250.40”.")),
    "decimal_max_places": (
        gettext_lazy("Has too many digits after the point."),
        gettext_lazy("At most %(decimal_places)s."),
    ),
    "moment": (gettext_lazy("Must be a moment with its zone."), gettext_lazy("For example 2026-11-23T09:30:00+03:00.")),
    "day": (gettext_lazy("Must be a date."), gettext_lazy("For example 2026-11-23.")),
    "greater_than": (gettext_lazy("Is too small."), gettext_lazy("More than %(gt)s.")),
    "greater_than_equal": (gettext_lazy("Is too small."), gettext_lazy("At least %(ge)s.")),
    "less_than": (gettext_lazy("Is too big."), gettext_lazy("Less than %(lt)s.")),
    "less_than_equal": (gettext_lazy("Is too big."), gettext_lazy("At most %(le)s.")),
    "enum": (gettext_lazy("Is not one of the allowed values."), gettext_lazy("Allowed: %(expected)s.")),
    "literal_error": (gettext_lazy("Is not one of the allowed values."), gettext_lazy("Allowed: %(expected)s.")),
    "list_type": (gettext_lazy("Must be a list."), gettext_lazy("Put the values in [ ].")),
    "dict_type": (gettext_lazy("Must be an object."), gettext_lazy("Put the fields in { }.")),
    "model_attributes_type": (gettext_lazy("Must be an object."), gettext_lazy("Put the fields in { }.")),
    "model_type": (gettext_lazy("Must be an object."), gettext_lazy("Put the fields in { }.")),
    "too_long": (gettext_lazy("Holds too many values."), gettext_lazy("At most %(max_length)s.")),
    "too_short": (gettext_lazy("Holds too few values."), gettext_lazy("At least %(min_length)s.")),
    "uuid_parsing": (gettext_lazy("Must be a UUID."), gettext_lazy("Take it from the answer that named it.")),
}
_ALIASES = {
    "int_parsing": "int_type",
    "int_from_float": "int_type",
    "int_parsing_size": "int_type",
    "bool_parsing": "bool_type",
    "decimal_max_digits": "less_than_equal",
    "decimal_whole_digits": "less_than_equal",
    "timezone_aware": "moment",
    "date_from_datetime_parsing": "day",
    "date_parsing": "day",
}


def answer(error: Exception) -> HttpResponse:
    """Turn whatever stopped the request into its problem document."""
    if isinstance(error, BusinessError):
        return problem(error.status, error.code, str(error), field=error.field, errors=error.faults)
    if isinstance(error, ValidationError):
        return problem(422, "invalid", _("The request has mistakes."), errors=[fault(e) for e in error.errors])
    cause = error.__cause__ if isinstance(error, HttpError) else error
    if isinstance(cause, Unreadable):
        return problem(cause.status, cause.code, cause.detail)
    if isinstance(error, RequestDataTooBig):
        return problem(413, "too_big", _("The request is too big."))
    if isinstance(error, HttpError):
        return problem(error.status_code, "refused", error.message)
    if isinstance(error, NotSignedIn):
        response = problem(401, "unauthorized", _("Present a token: Authorization: Bearer <token>."))
        response["WWW-Authenticate"] = 'Bearer realm="Opora"'
        return response
    if isinstance(error, PermissionDenied):
        return problem(403, "forbidden", _("You have no permission for this: %s.") % error)
    if isinstance(error, Http404 | ObjectDoesNotExist):
        return problem(404, "not_found", _("There is no such thing, or you may not see it."))
    if isinstance(error, IntegrityError) and isinstance(error.__cause__, ForeignKeyViolation | UniqueViolation):
        return _clash(error.__cause__)
    if isinstance(error, TooOften):
        response = problem(429, "too_often", _("Too many requests: slow down."))
        response["Retry-After"] = str(int(error.wait) + 1)
        return response
    if isinstance(error, SuspiciousOperation | UnreadablePostError | MultiPartParserError):
        return problem(400, "unreadable", _("The request cannot be read."))
    if isinstance(error, OperationalError | InterfaceError):
        logger.error("The database failed a request of the API", exc_info=error)
        return unavailable()
    return broken(error)


def unavailable(*, is_certain: bool = True) -> HttpResponse:
    """The database is away; when it left while the work was being saved, nobody knows whether it was."""
    if is_certain:
        response = problem(503, "unavailable", _("The database does not answer; nothing was saved. Repeat it later."))
    else:
        message = _("The connection broke while saving: repeat it with the same Idempotency-Key, or look first.")
        response = problem(503, "outcome_unknown", message)
    response["Retry-After"] = "5"
    return response


def _clash(error: ForeignKeyViolation | UniqueViolation) -> HttpResponse:
    """What only the database could know: an id that leads nowhere, a value that is taken."""
    column = re.search(r"\((\w+)\)=", error.diag.message_detail or "")
    field = column[1] if column else None
    if isinstance(error, UniqueViolation):
        return problem(409, "taken", _("Such a one already exists."), field=field)
    return problem(422, "unknown_reference", _("It refers to what does not exist."), field=field)


def broken(error: Exception) -> HttpResponse:
    """Log a fault of ours and say only that it happened."""
    logger.error("The API failed", exc_info=error)
    return problem(500, "failed", _("Opora failed to do this; nothing was saved. The fault is logged."))


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    field: str | None = None,
    errors: Sequence[Mapping[str, Any]] | None = None,
) -> HttpResponse:
    document: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "field": field,
        "errors": errors,
    }
    text = json.dumps({key: value for key, value in document.items() if value is not None}, ensure_ascii=False)
    return HttpResponse(text, status=status, content_type=MEDIA_TYPE)


def fault(error: Mapping[str, Any]) -> dict[str, Any]:
    """Say in the user's language what pydantic found wrong, and how to mend it."""
    kind = _ALIASES.get(error["type"], error["type"])
    message, hint = _FAULTS.get(kind, (gettext_lazy("Is not acceptable."), ""))
    context = error.get("ctx", {})
    if kind == "value_error" or kind not in _FAULTS:
        return {"loc": _place(error["loc"]), "message": str(message), "hint": str(context.get("error", ""))}
    try:
        hint = str(hint) % context
    except KeyError:
        hint = ""
    return {"loc": _place(error["loc"]), "message": str(message), "hint": hint}


def _place(loc: Sequence[Any]) -> list[str | int]:
    """Leave out ninja's own level: body.payload.phone is body.phone to the sender."""
    kept = [part for i, part in enumerate(loc) if not (i == 1 and part in ("payload", "filters", "page", "period"))]
    return [part if isinstance(part, int) else str(part) for part in kept]
