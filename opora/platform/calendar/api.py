"""Working time: when a term ends and why, and which days are off."""

from datetime import date, datetime

from django.http import HttpRequest
from pydantic import Field

from opora.platform.calendar.explanation import explain
from opora.platform.calendar.queries import production_calendar, working_hours
from opora.platform.calendar.terms import Term, TermUnit
from opora.platform.permissions import SIGNED_IN
from opora.platform.rest.doors import Door
from opora.platform.rest.schemas import Id, Moment, Output, Value

router = Door(tags=["Calendar"])


class DueDate(Output):
    due_at: datetime
    lines: list[str] = Field(description="The arithmetic, sentence by sentence, in the language of the request")


class SpecialDay(Output):
    day: date
    kind: str = Field(description="OFF, WORKING (a weekend made working) or SHORT")
    title: str
    moved_from: date | None = Field(description="The day off it was exchanged with")


class Year(Output):
    year: int
    known: bool = Field(description="False: not approved yet; computed from the lawful holidays alone")
    days: list[SpecialDay]


@router.get("/calendar/due", permission=SIGNED_IN, response=DueDate, summary="When a term ends, and why")
def explain_term(
    request: HttpRequest, amount: Value, unit: TermUnit, start: Moment, schedule_id: Id | None = None
) -> DueDate:
    """Count a term from a moment by the production calendar and a schedule (the ordinary office hours if left out)."""
    explanation = explain(Term(amount, unit), start, production_calendar(), working_hours(schedule_id))
    return DueDate(due_at=explanation.due, lines=list(explanation.lines))


@router.get("/calendar/years/{int:year}", permission=SIGNED_IN, response=Year, summary="Days off of a year")
def get_year(request: HttpRequest, year: int) -> Year:
    """List the days of a year that differ from the ordinary week: holidays, transfers, short days."""
    calendar = production_calendar()
    kinds = {"OFF": calendar.off, "WORKING": calendar.working, "SHORT": calendar.short}
    days = [
        SpecialDay(day=day, kind=kind, title=calendar.titles.get(day, ""), moved_from=calendar.moved.get(day))
        for kind, found in kinds.items()
        for day in found
        if day.year == year
    ]
    return Year(year=year, known=year in calendar.years, days=sorted(days, key=lambda entry: entry.day))
