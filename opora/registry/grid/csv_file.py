"""A network in CSV: one file of containers, one of elements, one of usage points; see docs/how-to/network.md.

Which is which is told by the headings. Separator `;`, `,` or tab; UTF-8 with or without a mark, UTF-16 or Windows-1251.
"""

import csv
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal, InvalidOperation
from io import StringIO
from pathlib import Path
from typing import TypeVar

from django.utils.translation import gettext as _

from opora.registry.grid.network import Container, Element, Network, NetworkFaulty, UsagePointLink, faults_of
from opora.registry.grid.stages import ContainerKind, ElementKind

T = TypeVar("T")

CONTAINERS = ("mrid", "kind", "name", "parent", "voltage_kv", "latitude", "longitude", "branch", "district")
ELEMENTS = (
    "mrid", "kind", "name", "nodes", "normally_open", "open", "container", "voltage_kv", "latitude", "longitude",
)  # fmt: skip
USAGE_POINTS = ("number", "element")
#: What each file must have; the other columns may be left out.
_NEEDED = {CONTAINERS: {"mrid", "kind", "name"}, ELEMENTS: {"mrid", "kind", "nodes"}, USAGE_POINTS: set(USAGE_POINTS)}
_BOOLEANS = {"1": True, "true": True, "yes": True, "да": True, "0": False, "false": False, "no": False, "нет": False}


def read_csv(paths: Iterable[Path]) -> Network:
    """Read a network from CSV files.

    :raises NetworkFaulty: when a file, a row or a reference is wrong; all are named.
    """
    containers: list[Container] = []
    elements: list[Element] = []
    usage_points: list[UsagePointLink] = []
    faults: list[str] = []
    for path in paths:
        rows = _Rows(path, faults)
        if rows.columns is CONTAINERS:
            containers += [_container(row) for row in rows]
        elif rows.columns is ELEMENTS:
            elements += [_element(row) for row in rows]
        elif rows.columns is USAGE_POINTS:
            usage_points += [
                UsagePointLink(number=row.text("number", needed=True), element=row.text("element", needed=True))
                for row in rows
            ]
    network = Network(elements=elements, containers=containers, usage_points=usage_points)
    if not elements and not faults:
        faults.append(_("There are no elements: a file with the columns %s is missing.") % ", ".join(ELEMENTS))
    if faults := faults or faults_of(network):
        raise NetworkFaulty(faults)
    return network


class _Row:
    """A row whose cells are read one by one; what is wrong in it is told with its place."""

    def __init__(self, place: str, cells: dict[str, str], faults: list[str]) -> None:
        self._place, self._cells, self._faults = place, cells, faults

    def text(self, column: str, *, needed: bool = False) -> str:
        value = self._cells.get(column, "").strip()
        if needed and not value:
            self.fault(column, "", _("is empty"))
        return value

    def value(self, column: str, read: Callable[[str], T], why: str) -> T | None:
        text = self.text(column)
        if not text:
            return None
        try:
            return read(text)
        except (ValueError, InvalidOperation, KeyError):
            self.fault(column, text, why)
            return None

    def fault(self, column: str, value: str, why: str) -> None:
        if value:
            why = _("“%(value)s” — %(why)s") % {"value": value, "why": why}
        self._faults.append(f"{self._place}, {column}: {why}")

    def number(self, column: str) -> float | None:
        return self.value(column, lambda text: float(text.replace(",", ".")), _("not a number"))

    def boolean(self, column: str) -> bool | None:
        return self.value(column, lambda text: _BOOLEANS[text.lower()], _("neither 1 nor 0"))

    def voltage(self) -> Decimal | None:
        read = self.value("voltage_kv", lambda text: Decimal(text.replace(",", ".")), _("not a number"))
        return read.quantize(Decimal("0.001")) if read is not None and read.is_finite() else None

    def position(self) -> tuple[float, float] | None:
        latitude, longitude = self.number("latitude"), self.number("longitude")
        if latitude is None or longitude is None:
            return None
        if not (abs(latitude) <= 90 and abs(longitude) <= 180):
            self.fault("latitude", f"{latitude} {longitude}", _("not on the Earth"))
            return None
        return latitude, longitude


class _Rows:
    """The rows of a file, and which of the three files it is."""

    def __init__(self, path: Path, faults: list[str]) -> None:
        self._name, self._faults = path.name, faults
        lines = _decoded(path.read_bytes()).splitlines()
        head = lines[0] if lines else ""
        separator = max(";,\t", key=head.count)
        self._reader = csv.reader(StringIO("\n".join(lines)), delimiter=separator)
        self._headings = [heading.strip().lower() for heading in next(self._reader, [])]
        self.columns = next((columns for columns in _NEEDED if _NEEDED[columns] <= set(self._headings)
                             and (columns is not CONTAINERS or "nodes" not in self._headings)), None)  # fmt: skip
        if self.columns is None:
            known = "; ".join(", ".join(columns) for columns in _NEEDED)
            faults.append(
                _("%(file)s: the headings are of none of the three files: %(known)s.")
                % {"file": path.name, "known": known}
            )

    def __iter__(self) -> Iterator[_Row]:
        for number, cells in enumerate(self._reader, 2):
            if any(cell.strip() for cell in cells):
                place = _("%(file)s, row %(row)d") % {"file": self._name, "row": number}
                yield _Row(place, dict(zip(self._headings, cells, strict=False)), self._faults)


def _container(row: _Row) -> Container:
    return Container(
        mrid=row.text("mrid", needed=True),
        kind=row.value("kind", lambda text: ContainerKind(text.upper()), _kinds(ContainerKind)) or ContainerKind.OTHER,
        name=row.text("name", needed=True),
        parent=row.text("parent") or None,
        voltage_kv=row.voltage(),
        position=row.position(),
        branch=row.text("branch") or None,
        district=row.text("district") or None,
    )


def _element(row: _Row) -> Element:
    return Element(
        mrid=row.text("mrid", needed=True),
        kind=row.value("kind", lambda text: ElementKind(text.upper()), _kinds(ElementKind)) or ElementKind.OTHER,
        name=row.text("name") or row.text("mrid"),
        nodes=tuple(dict.fromkeys(row.text("nodes").split())),
        normally_open=row.boolean("normally_open") or False,
        open=row.boolean("open"),
        voltage_kv=row.voltage(),
        container=row.text("container") or None,
        position=row.position(),
    )


def _kinds(kinds: type[ContainerKind] | type[ElementKind]) -> str:
    return _("not one of %s") % ", ".join(kinds.values)


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1251", errors="replace")
