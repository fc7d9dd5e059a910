"""Reading a production year from our TOML, or from the XML that calendars are published in. Pure."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from xml.etree import ElementTree

from django.utils.translation import gettext as _

from opora.platform.errors import BusinessError


class UnreadableYear(BusinessError):
    """The file is not a production calendar, or contradicts itself."""

    code = "unreadable_year"


class DayKind(StrEnum):
    OFF = "OFF"
    WORKING = "WORKING"
    SHORT = "SHORT"


@dataclass(frozen=True)
class YearDay:
    """A day that differs from the ordinary week. A short day is a working one, on a weekend too."""

    day: date
    kind: DayKind
    title: str = ""
    moved_from: date | None = None


@dataclass(frozen=True)
class YearFile:
    year: int
    source: str
    days: Sequence[YearDay]


def parse_toml(text: str) -> YearFile:
    """Read one of the files in `years/`."""
    data = tomllib.loads(text)
    moved = {date.fromisoformat(day): date.fromisoformat(old) for day, old in data.get("moved", {}).items()}
    days = [YearDay(date.fromisoformat(day), DayKind.OFF, title) for day, title in data["off"].items()]
    days += [YearDay(day, DayKind.OFF, "", old) for day, old in moved.items()]
    days += [YearDay(date.fromisoformat(day), DayKind.WORKING) for day in data.get("working", [])]
    days += [YearDay(date.fromisoformat(day), DayKind.SHORT) for day in data.get("short", [])]
    return _checked(YearFile(data["year"], data["source"], days))


_XML_KINDS = {"1": DayKind.OFF, "2": DayKind.SHORT, "3": DayKind.WORKING}


def parse_xml(content: bytes) -> YearFile:
    """Read the published form: `<calendar year><holidays/><days><day d="MM.DD" t="1|2|3" h f/></days></calendar>`.

    :raises UnreadableYear: naming what is wrong.
    """
    try:
        root = ElementTree.fromstring(content)
        year = int(root.attrib["year"])
        titles = {holiday.attrib["id"]: holiday.attrib["title"] for holiday in root.iter("holiday")}
        days = [
            YearDay(
                _date(year, day.attrib["d"]),
                _XML_KINDS[day.attrib["t"]],
                titles.get(day.attrib.get("h", ""), ""),
                _date(year, day.attrib["f"]) if day.attrib.get("f") else None,
            )
            for day in root.iter("day")
        ]
    except (ElementTree.ParseError, KeyError, ValueError) as fault:
        message = _("This is not a production calendar: %s. Take the file of one year in the published XML form.")
        raise UnreadableYear(message % fault, field="file") from fault
    return _checked(YearFile(year, f"xmlcalendar {root.attrib.get('date', '')}".strip(), days))


def _date(year: int, text: str) -> date:
    month, day = text.split(".")
    return date(year, int(month), int(day))


def _checked(found: YearFile) -> YearFile:
    if not found.days:
        raise UnreadableYear(
            _("The calendar of %d names no holiday: the file is not complete.") % found.year, field="file"
        )
    seen: set[date] = set()
    for entry in found.days:
        if entry.day.year != found.year:
            message = _("%(day)s does not lie in %(year)d.") % {"day": entry.day, "year": found.year}
            raise UnreadableYear(message, field="file")
        if entry.day in seen:
            raise UnreadableYear(_("%s is named twice: leave one line.") % entry.day, field="file")
        seen.add(entry.day)
    return found
