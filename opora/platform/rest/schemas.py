"""What the API's requests and answers are made of: strict on the way in, plain on the way out.

A request is read to the letter: an unknown field, a number where text belongs, a date without a zone are refused with
the place and the mend. Otherwise a typing error of a program would silently become somebody's data.
"""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar, cast

from django.db.models import TextChoices
from ninja import Schema
from pydantic import (
    AwareDatetime,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, PydanticCustomError

from opora.platform.rest.cursors import MOST

T = TypeVar("T")

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)", re.ASCII | re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_WHOLE = re.compile(r"(-?\d{1,19})(?:\.0+)?", re.ASCII)
_MONEY = r"-?[0-9]{1,12}([.][0-9]{1,2})?"
_YEARS = range(1900, 2200)


def _moment(value: Any) -> Any:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _MOMENT.fullmatch(value) or int(value[:4]) not in _YEARS:
        raise PydanticCustomError("moment", "a moment with its zone")
    return value


def _day(value: Any) -> Any:
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not _DAY.fullmatch(value) or int(value[:4]) not in _YEARS:
        raise PydanticCustomError("day", "a date")
    return value


def _whole(value: Any) -> Any:
    """Whole numbers: as such in a body, in digits in a query. 17.0 is one too, as in JSON."""
    if isinstance(value, str) and (digits := _WHOLE.fullmatch(value)):
        return digits[1]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise PydanticCustomError("int_type", "a whole number")
    return value


def _money(value: Any) -> Any:
    if isinstance(value, Decimal) or (isinstance(value, str) and re.fullmatch(_MONEY, value, re.ASCII)):
        return value
    raise PydanticCustomError("decimal_type", "a number in a string")


def _flag(value: Any) -> Any:
    """Yes or no in a query."""
    if isinstance(value, bool) or value in ("true", "false"):
        return value
    raise PydanticCustomError("bool_type", "true or false")


def _text(value: Any) -> Any:
    """Text without the control characters that no database and no page can carry."""
    if isinstance(value, str) and ("\0" in value or any("\ud800" <= sign <= "\udfff" for sign in value)):
        raise PydanticCustomError("text_signs", "text without control characters")
    return value


class _Usual:
    """Limits of a type where the field that uses it names none: given as a `Field`, they would win over the field's."""

    def __init__(self, **limits: int) -> None:
        self.limits = limits

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return cast(CoreSchema, {**self.limits, **handler(source)})


def codes(choices: type[TextChoices]) -> WithJsonSchema:
    """Describe the choices in place: those of different modules may share a name, and the description has one for each.

    `KindCode = Annotated[Kind, codes(Kind)]`
    """
    return WithJsonSchema({"type": "string", "enum": choices.values})


Moment = Annotated[
    AwareDatetime,
    Field(
        description="ISO 8601 with a zone, years 1900 to 2199",
        examples=["2026-11-23T09:30:00+03:00"],
        json_schema_extra={"pattern": "^(19|20|21)"},
    ),
    BeforeValidator(_moment),
]
Day = Annotated[
    date,
    Field(
        description="ISO 8601, years 1900 to 2199",
        examples=["2026-11-23"],
        json_schema_extra={"pattern": "^(19|20|21)"},
    ),
    BeforeValidator(_day),
]
Id = Annotated[int, Field(ge=1, le=2**63 - 1), BeforeValidator(_whole)]
SmallId = Annotated[int, Field(ge=1, le=2**15 - 1), BeforeValidator(_whole)]
#: How many of something.
Value = Annotated[int, _Usual(ge=0, le=10_000), BeforeValidator(_whole)]
Version = Annotated[
    int,
    Field(ge=1, le=2**31 - 1, description="The version you read; 409 `changed_meanwhile` if it is no longer the last"),
    BeforeValidator(_whole),
]
#: Yes or no in a query, and in a body.
Flag = Annotated[bool, BeforeValidator(_flag)]
Yes = Annotated[bool, Field(strict=True)]
#: A line and several lines of text, and such as may not be empty; ends are stripped.
Line = Annotated[str, StringConstraints(strip_whitespace=True), _Usual(max_length=200), BeforeValidator(_text)]
Text = Annotated[str, StringConstraints(strip_whitespace=True), _Usual(max_length=20_000), BeforeValidator(_text)]
FilledLine = Annotated[
    str,
    StringConstraints(strip_whitespace=True, pattern=r"\S"),
    _Usual(min_length=1, max_length=200),
    BeforeValidator(_text),
]
FilledText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, pattern=r"\S"),
    _Usual(min_length=1, max_length=20_000),
    BeforeValidator(_text),
]
#: Empty, or a phone in E.164; empty, or something that looks like an e-mail address.
Phone = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=16, pattern=r"^([+][0-9]{5,15})?$"),
    Field(description="E.164, or empty", examples=["+78612000000"]),
    BeforeValidator(_text),
]
Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=254, pattern=r"^([^@\s\x85]+@[^@\s\x85]+[.][^@\s.\x85]+)?$"),
    Field(description="Or empty", examples=["ivanova@example.org"]),
    BeforeValidator(_text),
]
Money = Annotated[
    Decimal,
    BeforeValidator(_money),
    WithJsonSchema({"type": "string", "pattern": f"^{_MONEY}$", "description": "Roubles", "examples": ["1250.40"]}),
]
Limit = Annotated[int, Field(ge=1, le=MOST, description="Rows on a page"), BeforeValidator(_whole)]
Cursor = Annotated[str, Field(max_length=1000, description="From `next` of the page before, as it is")]


class Input(Schema):
    """The body of a request. Unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class Output(Schema):
    """An answer, or a part of one."""


class Page(Output, Generic[T]):
    """A page of a list."""

    items: list[T]
    next: str | None = Field(None, description="Address of the next page; null on the last one")


class Fault(Output):
    """One thing to mend in the request."""

    loc: list[str | int] = Field(description="Where: body, query, path or header, then the names inside")
    message: str
    hint: str = ""


class Problem(Output):
    """RFC 9457: why the request was refused."""

    type: str = "about:blank"
    title: str = Field(description="The status in words")
    status: int
    detail: str = Field(description="For people, in the language of the request")
    code: str = Field(description="For programs; does not change", examples=["not_found", "changed_meanwhile"])
    field: str | None = Field(None, description="The field to mend")
    errors: list[Fault] | None = Field(None, description="All that is wrong with the request's form")
