"""Passports over HTTP: read, and loaded from their files."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import File, UploadedFile
from pydantic import Field

from opora.casework.cases import operations
from opora.casework.cases.api.inputs import Code
from opora.casework.cases.models import PassportStage, PassportVersion
from opora.casework.cases.permissions import CasePermission
from opora.casework.cases.queries.passports import passport_version, passport_versions
from opora.platform.rest.doors import Door, caller
from opora.platform.rest.schemas import Output, SmallId

router = Door(tags=["Passports"])

_FILES: Any = File(..., min_length=1)  # type: ignore[type-arg]  # a function and a type in one


class TermOut(Output):
    amount: int
    unit: str = Field(description="minutes, hours, working_hours, working_days, days or months")


class PassportLine(Output):
    """One edition of a passport."""

    id: int
    code: str
    version: int
    title: str
    valid_from: date
    valid_to: date | None = Field(description="Not included; null: in force")
    term: TermOut
    starts: str = Field(description="From when the term is counted: received or registered")
    pauses_stop_total: bool
    legal_reference: str
    verified: bool = Field(description="A lawyer has compared it with the law")
    loaded_at: datetime


class PassportStageOut(Output):
    ordinal: int
    code: str
    title: str
    role: str
    term: TermOut
    after: list[str]
    optional: bool
    answer: bool
    pause_reasons: list[str]
    content: str
    form: str
    result: str
    legal_reference: str
    verified: bool


class PassportOut(PassportLine):
    """One edition, whole (order 186, annex 1)."""

    applicants: str
    price: str
    price_basis: str
    conditions: str
    result: str
    complaints: str
    stages: list[PassportStageOut]


class Loaded(Output):
    """Codes of passports, by what loading did with them."""

    added: list[str]
    changed: list[str] = Field(description="A new edition; running cases keep theirs")
    unchanged: list[str]


@router.get("/passports", permission=CasePermission.VIEW, response=list[PassportLine], summary="List passports")
def list_passports(request: HttpRequest) -> list[PassportLine]:
    """List every edition of every passport, by code, the newest first."""
    return [PassportLine(**_edition(version)) for version in passport_versions()]


@router.get(
    "/passports/{slug:code}/versions/{int:version}",
    permission=CasePermission.VIEW,
    response=PassportOut,
    summary="Read an edition of a passport",
)
def get_passport(request: HttpRequest, code: Code, version: SmallId) -> PassportOut:
    """Read one edition of a passport with its stages."""
    found = passport_version(code, version)
    whole = {name: getattr(found, name) for name in _WHOLE}
    stages = [_stage(stage) for stage in found.stages.all()]
    return PassportOut(**_edition(found), **whole, stages=stages)


@router.post("/passports", permission=CasePermission.CONFIGURE, response=Loaded, summary="Load passports")
def load_passports(request: HttpRequest, files: list[UploadedFile] = _FILES) -> Loaded:
    """Load passports from TOML files, sent as `multipart/form-data`: all, or none and every mistake in `errors`."""
    sources = {file.name or f"{number}.toml": file.read() for number, file in enumerate(files, start=1)}
    return Loaded.from_orm(operations.load_passport_files(sources=sources, by=caller(request)))


_LINE = (
    "id",
    "version",
    "title",
    "valid_from",
    "valid_to",
    "starts",
    "pauses_stop_total",
    "legal_reference",
    "verified",
    "loaded_at",
)
_WHOLE = ("applicants", "price", "price_basis", "conditions", "result", "complaints")
_STAGE = (
    "ordinal",
    "code",
    "title",
    "role",
    "after",
    "optional",
    "answer",
    "pause_reasons",
    "content",
    "form",
    "result",
    "legal_reference",
    "verified",
)


def _edition(version: PassportVersion) -> dict[str, Any]:
    fields = {name: getattr(version, name) for name in _LINE}
    return fields | {"code": version.passport.code, "term": _term(version)}


def _stage(stage: PassportStage) -> PassportStageOut:
    return PassportStageOut(**{name: getattr(stage, name) for name in _STAGE}, term=_term(stage))


def _term(thing: PassportVersion | PassportStage) -> TermOut:
    return TermOut(amount=thing.term_amount, unit=thing.term_unit)
