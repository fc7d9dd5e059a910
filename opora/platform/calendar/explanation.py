"""Explaining a date: the arithmetic behind a due moment, in sentences of the reader's language."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from opora.platform.calendar.hours import WorkingHours
from opora.platform.calendar.production import ProductionCalendar
from opora.platform.calendar.terms import Pause, Term, TermUnit, add_months, due_at, last_day

_DAY = timedelta(days=1)
_IN_DAYS = (TermUnit.WORKING_DAYS, TermUnit.CALENDAR_DAYS, TermUnit.MONTHS)


@dataclass(frozen=True)
class Explanation:
    """The due moment and the sentences that lead to it."""

    due: datetime
    lines: tuple[str, ...]


def explain(
    term: Term,
    start: datetime,
    calendar: ProductionCalendar,
    hours: WorkingHours,
    pauses: Sequence[Pause] = (),
) -> Explanation:
    """Say how `due_at` of the same arguments comes about."""
    due = due_at(term, start, calendar, hours, pauses)
    lines = [_("Term: %(term)s, from %(start)s.") % {"term": in_words(term), "start": _moment(start, hours)}]
    if term.unit in _IN_DAYS:
        lines += _days(term, start, calendar, hours, pauses)
    elif term.unit in (TermUnit.WORKING_MINUTES, TermUnit.WORKING_HOURS) and not hours.always_open:
        lines.append(_("Only working hours are counted, without breaks, days off and holidays."))
    else:
        lines.append(_("The clock runs round the clock, days off included."))
    lines += [
        _("The clock stood from %(start)s to %(end)s.")
        % {"start": _moment(pause.start, hours), "end": _moment(pause.end, hours)}
        for pause in pauses
    ]
    lines.append(_("Due: %s.") % _moment(due, hours))
    return Explanation(due, tuple(lines))


def week_in_words(hours: WorkingHours) -> list[str]:
    """Mon–Fri 08:00–12:00, 13:00–17:00: days of equal hours together, free days left out."""
    if hours.always_open:
        return [_("Round the clock")]
    lines = []
    for periods, days in groupby(range(7), key=lambda day: hours.week[day]):
        if not periods:
            continue
        names = [str(WEEKDAYS_ABBR[day]) for day in days]
        span = names[0] if len(names) == 1 else f"{names[0]}–{names[-1]}"
        lines.append(f"{span} " + ", ".join(f"{opens:%H:%M}–{closes:%H:%M}" for opens, closes in periods))
    return lines


def in_words(term: Term) -> str:
    """30 calendar days, in the reader's language."""
    forms = {
        TermUnit.MINUTES: ngettext("%d minute", "%d minutes", term.value),
        TermUnit.HOURS: ngettext("%d hour", "%d hours", term.value),
        TermUnit.WORKING_MINUTES: ngettext("%d working minute", "%d working minutes", term.value),
        TermUnit.WORKING_HOURS: ngettext("%d working hour", "%d working hours", term.value),
        TermUnit.WORKING_DAYS: ngettext("%d working day", "%d working days", term.value),
        TermUnit.CALENDAR_DAYS: ngettext("%d calendar day", "%d calendar days", term.value),
        TermUnit.MONTHS: ngettext("%d month", "%d months", term.value),
    }
    return forms[term.unit] % term.value


def _days(
    term: Term, start: datetime, calendar: ProductionCalendar, hours: WorkingHours, pauses: Sequence[Pause]
) -> list[str]:
    first, last = hours.local_day(start), last_day(term, start, calendar, hours, pauses)
    between = [first + _DAY * step for step in range(1, (last - first).days + 1)]
    stood = [day for day in between if any(p.start <= hours.midnight(day + _DAY) < p.end for p in pauses)]
    lines = [_("The first day counted is %s: the day after the event.") % _day(first + _DAY)] if term.value else []
    if term.unit is TermUnit.WORKING_DAYS:
        lines += _skipped([day for day in between if not calendar.is_working(day)], calendar)
    if stood:
        text = ngettext(
            "%d day is not counted: the clock stood at its end.",
            "%d days are not counted: the clock stood at their end.",
            len(stood),
        )
        lines.append(text % len(stood))
    if term.unit is not TermUnit.WORKING_DAYS:
        left = (add_months(first, term.value) - first).days if term.unit is TermUnit.MONTHS else term.value
        ends = first + _DAY * (left + len([day for day in stood if day <= last]))
        if ends != last and not calendar.is_working(min(ends, last)):
            text = _("%(day)s is a day off, so the term ends on the next working day, %(last)s (Civil Code, art. 193).")
            lines.append(text % {"day": _day(ends), "last": _day(last)})
    if not calendar.knows(last):
        text = _("The calendar of %d is not loaded yet: the date may move with the transfers of days off.")
        lines.append(text % last.year)
    return lines


def _skipped(off: Sequence[date], calendar: ProductionCalendar) -> list[str]:
    lines = []
    weekends = [day for day in off if day.weekday() >= 5 and day not in calendar.titles]
    if weekends:
        text = ngettext("%d day of weekends is not counted.", "%d days of weekends are not counted.", len(weekends))
        lines.append(text % len(weekends))
    for day in off:
        if day in calendar.titles:
            lines.append(_("%(day)s is not counted: %(title)s.") % {"day": _day(day), "title": calendar.titles[day]})
        elif day in calendar.moved:
            text = _("%(day)s is not counted: a day off instead of %(other)s.")
            lines.append(text % {"day": _day(day), "other": _day(calendar.moved[day])})
    return lines


def _day(day: date) -> str:
    return date_format(day, "D, j E Y")


def _moment(moment: datetime, hours: WorkingHours) -> str:
    return date_format(moment.astimezone(hours.tz), "j E Y, H:i")
