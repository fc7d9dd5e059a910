"""Reports on outages over HTTP: the journal of interruptions, indices of reliability, limits."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any

from django.http import FileResponse, HttpRequest
from django.utils import timezone
from ninja import Query
from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from opora.casework.cases.operations.export import TableForm
from opora.platform.rest.cursors import USUAL, decode, encode
from opora.platform.rest.doors import Door, caller
from opora.platform.rest.pages import next_address
from opora.platform.rest.schemas import Cursor, Day, Flag, Id, Input, Limit, Output, Page, SmallId, Value, codes
from opora.processes.outages import operations
from opora.processes.outages.form81 import Layout, Line
from opora.processes.outages.models import ContractLimit, Interruption
from opora.processes.outages.operations.journal import export_journal
from opora.processes.outages.operations.limits import read_years
from opora.processes.outages.permissions import OutagePermission
from opora.processes.outages.queries.form81 import journal_page
from opora.processes.outages.queries.indices import Dimension, Figure, index_report
from opora.processes.outages.queries.interruptions import JournalFilter
from opora.processes.outages.queries.limits import LimitFilter, PointSpent, RunningLimit, running_limits
from opora.processes.outages.stages import InterruptionKind
from opora.registry.customers.models import UsagePoint

router = Door(tags=["Reports on outages"])

_BINARY = {"schema": {"type": "string", "format": "binary"}}
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TABLES = {"responses": {200: {"description": "The file", "content": {"text/csv": _BINARY, _WORKBOOK: _BINARY}}}}

VoltageCode = Annotated[UsagePoint.Voltage, codes(UsagePoint.Voltage)]
CategoryCode = Annotated[UsagePoint.Reliability, codes(UsagePoint.Reliability)]
KindCode = Annotated[InterruptionKind, codes(InterruptionKind)]
DimensionCode = Annotated[Dimension, codes(Dimension)]


def _hours(value: Any) -> Decimal:
    """Hours as a number; a hundredth of an hour is enough for a contract."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PydanticCustomError("decimal_type", "a number")
    return Decimal(str(value)).quantize(Decimal("0.01"))


Hours = Annotated[
    Decimal,
    Field(ge=Decimal("0.01"), le=8784),
    BeforeValidator(_hours),
    WithJsonSchema({"type": "number", "minimum": 0.01, "maximum": 8784}),
]


class YearQuery(Output):
    """Of which year, and of which usage points."""

    year: Value = Field(ge=2000, le=2199)
    branch_id: SmallId | None = None
    category: CategoryCode | None = None
    at_least: Value = Field(0, description="Per cent of the hours in a year")


class ReportQuery(Output):
    """Of which interruptions; without a period, this year up to today."""

    since: Day | None = Field(None, description="The first day")
    until: Day | None = Field(None, description="The last day, which is in the period")
    branch_id: SmallId | None = None
    district_id: Id | None = None
    voltage: VoltageCode | None = None
    cause_id: Id | None = Field(None, description="With all that lies below it")
    no_cause: Flag = False
    kind: KindCode | None = Field(None, description="As form 8.1 has them")

    def wanted(self) -> JournalFilter:
        today = timezone.localdate()
        since = self.since or today.replace(month=1, day=1)
        last = max(self.until or today, since)
        return JournalFilter(
            since=since, until=last + timedelta(days=1), branch_id=self.branch_id, district_id=self.district_id,
            voltage=self.voltage or "", cause_id=self.cause_id, no_cause=self.no_cause, kind=self.kind or "",
        )  # fmt: skip


class InterruptionOut(Output):
    """A line of form 8.1: one outage, one beginning, one end."""

    outage_id: int
    outage: str
    branch: str
    district: str
    object_name: str
    object_kind: str
    voltage_kv: Decimal | None
    kind: str
    since: datetime
    until: datetime
    hours: Decimal
    points: int
    points_first: int
    points_second: int
    points_third: int
    points_high: int
    points_medium_1: int
    points_medium_2: int
    points_low: int
    points_others: int = Field(description="Of neighbouring grid companies and producers")
    consumers: int
    power: Decimal = Field(description="kW, the sum of maximum power")
    cause: str
    counted: bool = Field(description="In the indices of the tariff")


class FigureOut(Output):
    key: str
    title: str
    points: int = Field(description="Usage points by which it is divided")
    cut_off: int
    point_hours: Decimal
    saidi: Decimal | None
    saifi: Decimal | None
    caidi: Decimal | None
    contribution: Decimal | None = Field(description="Its part of the whole's SAIDI")
    energy: Decimal = Field(description="kWh at most: by maximum power")


class IndicesOut(Output):
    since: date
    until: date = Field(description="The last day, which is in the period")
    by: str
    counted_in: date | None = Field(description="The month whose number of usage points divides")
    running: int = Field(description="Outages that go on and do not count yet")
    built_at: datetime
    whole: FigureOut
    figures: list[FigureOut]


class RunningOut(Output):
    outage_id: int
    number: str
    place: str
    since: datetime
    points: int
    consecutive: int = Field(description="Per cent of the hours without a break, at worst")
    yearly: int = Field(description="Per cent of the hours in a year, at worst")
    passed_at: datetime = Field(description="When the first usage point passes a limit")


class PointYearOut(Output):
    usage_point_id: int
    number: str
    category: str
    by_contract: bool
    seconds: int
    longest_seconds: int
    interruptions: int
    share: int = Field(description="Per cent of the hours in a year")
    longest_share: int = Field(description="Per cent of the hours without a break")


class ContractLimitIn(Input):
    """What the parties have agreed on: no more than category III is allowed."""

    consecutive_hours: Hours
    yearly_hours: Hours
    agreement_id: Id | None = None


class ContractLimitOut(Output):
    usage_point_id: int
    consecutive_hours: Decimal
    yearly_hours: Decimal
    agreement_id: int | None


@router.get(
    "/outages/journal", permission=OutagePermission.VIEW, response=Page[InterruptionOut], summary="Form 8.1 by lines"
)  # fmt: skip
def list_interruptions(
    request: HttpRequest, filters: Query[ReportQuery], cursor: Cursor = "", limit: Limit = USUAL
) -> Page[InterruptionOut]:
    """List interruptions that are over, in order of beginning; supply that came back in steps makes several lines."""
    after = None
    if cursor:
        since, outage_id, until = decode(cursor, datetime, int, datetime)
        after = (since, outage_id, until)
    page = journal_page(filters.wanted(), after=after, limit=limit)
    following = encode(list(page.next)) if page.next else ""
    return Page[InterruptionOut](
        items=[_line(row, line) for row, line in page.lines], next=next_address(request, following)
    )


@router.get(
    "/outages/journal/export",
    permission=OutagePermission.VIEW,
    summary="Take form 8.1 away as a table",
    openapi_extra=_TABLES,
)
def export_form_81(
    request: HttpRequest, filters: Query[ReportQuery], layout: Layout = Layout.B, form: TableForm = TableForm.XLSX
) -> FileResponse:
    """Write form 8.1: layout `a` has 35 columns, layout `b` 27."""
    file = export_journal(wanted=filters.wanted(), layout=layout, form=form, by=caller(request))
    return FileResponse(file, as_attachment=True, filename=f"form-8-1-{layout}.{form}", content_type=form.media_type)


@router.get(
    "/outages/indices", permission=OutagePermission.VIEW, response=IndicesOut, summary="SAIDI, SAIFI, CAIDI, energy"
)  # fmt: skip
def get_indices(
    request: HttpRequest, filters: Query[ReportQuery], by: DimensionCode = Dimension.BRANCH
) -> IndicesOut:  # fmt: skip
    """Count the indices of reliability of a period, whole and by a dimension."""
    wanted = filters.wanted()
    report = index_report(wanted, by)
    return IndicesOut(
        since=wanted.since, until=wanted.last_day, by=by.value, counted_in=report.counted_in, running=report.running,
        built_at=report.built_at, whole=_figure(report.whole), figures=[_figure(figure) for figure in report.figures],
    )  # fmt: skip


@router.get(
    "/outages/limits/running", permission=OutagePermission.VIEW, response=list[RunningOut], summary="Limits that near"
)  # fmt: skip
def list_running_limits(request: HttpRequest, branch_id: SmallId | None = None) -> list[RunningLimit]:
    """List outages that go on by when the first of their usage points passes a limit."""
    return list(running_limits(now=timezone.now(), branch_id=branch_id))


@router.get(
    "/outages/limits/years",
    permission=OutagePermission.VIEW,
    response=Page[PointYearOut],
    summary="Usage points that were off longest",
)
def list_longest_off(
    request: HttpRequest, asked: Query[YearQuery], cursor: Cursor = "", limit: Limit = USUAL
) -> Page[PointYearOut]:
    """List usage points that you may see by the hours they were off in a year. The journal says who has read them."""
    wanted = LimitFilter(
        year=asked.year, branch_id=asked.branch_id, category=asked.category or "", at_least=asked.at_least
    )
    seconds, point = decode(cursor, int, int) if cursor else (0, 0)
    after = (seconds, point) if cursor else None
    rows = read_years(wanted=wanted, after=after, limit=limit + 1, by=caller(request))
    last = rows[limit - 1] if len(rows) > limit else None
    following = encode([int(last.spent.total_seconds()), last.usage_point_id]) if last else ""
    return Page[PointYearOut](items=[_year(row) for row in rows[:limit]], next=next_address(request, following))


@router.put(
    "/outages/limits/contracts/{int:usage_point_id}",
    permission=OutagePermission.APPROVE,
    response=ContractLimitOut,
    summary="Set the hours a contract allows",
)
def set_contract_limit(request: HttpRequest, usage_point_id: Id, payload: ContractLimitIn) -> ContractLimit:
    """Set how long a usage point may be off by its contract (ПП 861, п. 31(6))."""
    return operations.set_contract_limit(usage_point_id=usage_point_id, by=caller(request), **payload.dict())


def _line(row: Interruption, line: Line) -> InterruptionOut:
    told = {name: getattr(line, name) for name in InterruptionOut.model_fields if name != "outage_id"}
    return InterruptionOut(outage_id=row.outage_id, **{**told, "kind": line.kind.value, "counted": bool(line.counted)})


def _year(row: PointSpent) -> PointYearOut:
    return PointYearOut(
        usage_point_id=row.usage_point_id, number=row.number, category=row.category, by_contract=row.by_contract,
        seconds=int(row.spent.total_seconds()), longest_seconds=int(row.longest.total_seconds()),
        interruptions=row.interruptions, share=row.share, longest_share=row.longest_share,
    )  # fmt: skip


def _figure(figure: Figure) -> FigureOut:
    found = figure.indices
    return FigureOut(
        key=figure.key, title=figure.title, points=figure.points, cut_off=figure.sums.cut_off,
        point_hours=figure.sums.hours, saidi=found.saidi, saifi=found.saifi, caidi=found.caidi,
        contribution=figure.contribution, energy=figure.sums.energy,
    )  # fmt: skip
