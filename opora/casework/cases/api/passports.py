"""Passports over HTTP: read, and loaded from their files."""

from datetime import date, datetime

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

    @staticmethod
    def resolve_code(version: PassportVersion) -> str:
        return version.passport.code

    @staticmethod
    def resolve_term(version: PassportVersion) -> TermOut:
        return TermOut(amount=version.term_amount, unit=version.term_unit)


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

    @staticmethod
    def resolve_term(stage: PassportStage) -> TermOut:
        return TermOut(amount=stage.term_amount, unit=stage.term_unit)


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
    return [PassportLine.from_orm(version) for version in passport_versions()]


@router.get(
    "/passports/{slug:code}/versions/{int:version}",
    permission=CasePermission.VIEW,
    response=PassportOut,
    summary="Read an edition of a passport",
)
def get_passport(request: HttpRequest, code: Code, version: SmallId) -> PassportOut:
    """Read one edition of a passport with its stages."""
    return PassportOut.from_orm(passport_version(code, version))


@router.post("/passports", permission=CasePermission.CONFIGURE, response=Loaded, summary="Load passports")
def load_passports(request: HttpRequest, files: File[list[UploadedFile]]) -> Loaded:
    """Load passports from TOML files, sent as `multipart/form-data`: all, or none and every mistake in `errors`."""
    sources = {file.name or f"{number}.toml": file.read() for number, file in enumerate(files, start=1)}
    return Loaded.from_orm(operations.load_passport_files(sources=sources, by=caller(request)))
