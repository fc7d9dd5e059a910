"""Points of a station in CSV: address; kind; element; meaning; inverted."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO

from django.utils.translation import gettext as _

from opora.processes.telecontrol.stages import Meaning, PointKind

COLUMNS = ("address", "kind", "element", "meaning", "inverted")
_BOOLEANS = {"": False, "0": False, "no": False, "нет": False, "1": True, "yes": True, "да": True}
_ENCODINGS = ("utf-8-sig", "cp1251")
HIGHEST_ADDRESS = 16_777_215


@dataclass(frozen=True, slots=True)
class PointLine:
    """A row of the file; the element by its mRID."""

    row: int
    address: int
    kind: PointKind
    element: str
    meaning: Meaning
    inverted: bool


def read_points(content: bytes) -> tuple[Sequence[PointLine], Sequence[str]]:
    """Read a file of points: its rows, and what is wrong with the others."""
    text = _decoded(content)
    dialect = ";" if text.partition("\n")[0].count(";") else ","
    reader = csv.DictReader(StringIO(text, newline=""), delimiter=dialect)
    heading = [str(name).strip().lower() for name in reader.fieldnames or ()]
    if missing := [name for name in ("address", "element") if name not in heading]:
        return [], [_("The column “%s” is missing.") % name for name in missing]
    reader.fieldnames = heading
    lines: list[PointLine] = []
    faults: list[str] = []
    rows: dict[int, int] = {}
    for row, cells in enumerate(reader, start=2):
        line = _line(row, {name: (value or "").strip() for name, value in cells.items() if name}, faults)
        if line is None:
            continue
        if earlier := rows.get(line.address):
            told = {"row": row, "address": line.address, "earlier": earlier}
            faults.append(_("row %(row)d: address %(address)d stands in row %(earlier)d already") % told)
            continue
        rows[line.address] = row
        lines.append(line)
    if not lines and not faults:
        faults.append(_("The file has no rows."))
    return lines, faults


def _line(row: int, cells: dict[str, str], faults: list[str]) -> PointLine | None:
    found = len(faults)
    address = cells.get("address", "")
    if not (address.isascii() and address.isdigit() and 1 <= int(address) <= HIGHEST_ADDRESS):
        faults.append(_("row %(row)d: “%(value)s” is no address") % {"row": row, "value": address})
    kind, meaning = cells.get("kind", "").upper() or "SINGLE", cells.get("meaning", "").upper() or "POSITION"
    for value, known in ((kind, PointKind.values), (meaning, Meaning.values)):
        if value not in known:
            told = {"row": row, "value": value, "known": ", ".join(known)}
            faults.append(_("row %(row)d: “%(value)s” is none of %(known)s") % told)
    inverted = cells.get("inverted", "").lower()
    if inverted not in _BOOLEANS:
        faults.append(_("row %(row)d: inverted is “yes” or “no”, not “%(value)s”") % {"row": row, "value": inverted})
    if not cells.get("element"):
        faults.append(_("row %(row)d: the element is missing") % {"row": row})
    if len(faults) > found:
        return None
    return PointLine(
        row, int(address), PointKind(kind), cells["element"], Meaning(meaning), inverted=_BOOLEANS[inverted]
    )


def _decoded(content: bytes) -> str:
    for encoding in _ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("utf-8", errors="replace")
