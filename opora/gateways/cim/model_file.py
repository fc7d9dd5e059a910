"""Reading CIM XML by objects: any version of the namespace, any profile, any number of files, streamed."""

import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from xml.parsers import expat

from django.utils.translation import gettext as _

#: Properties that say something of topology, position or place; the rest is not kept.
KEPT = frozenset(
    {
        "IdentifiedObject.name",
        "IdentifiedObject.mRID",
        "Terminal.ConductingEquipment",
        "Terminal.ConnectivityNode",
        "Terminal.TopologicalNode",
        "Terminal.connected",
        "ACDCTerminal.connected",
        "Switch.open",
        "Switch.normalOpen",
        "Equipment.EquipmentContainer",
        "Equipment.AdditionalEquipmentContainer",
        "Equipment.UsagePoints",
        "ConductingEquipment.BaseVoltage",
        "BaseVoltage.nominalVoltage",
        "TransformerWinding.PowerTransformer",
        "VoltageLevel.Substation",
        "VoltageLevel.BaseVoltage",
        "Bay.VoltageLevel",
        "Bay.Substation",
        "Feeder.NormalEnergizingSubstation",
        "Line.Region",
        "Substation.Region",
        "SubGeographicalRegion.Region",
        "UsagePoint.Equipments",
        "PowerSystemResource.Location",
        "Location.CoordinateSystem",
        "CoordinateSystem.crsUrn",
        "PositionPoint.Location",
        "PositionPoint.sequenceNumber",
        "PositionPoint.xPosition",
        "PositionPoint.yPosition",
    }
)
#: Whatever tells these describes an object; a record without them only says how it stands.
_DESCRIBING = ("IdentifiedObject.name", "IdentifiedObject.mRID", "Terminal.ConductingEquipment", "Switch.normalOpen")
#: A record of nothing but these speaks of an object that another file describes.
_STATE = frozenset({"Switch.open", "ACDCTerminal.connected", "Terminal.connected", "Terminal.TopologicalNode"})
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_CHUNK = 1 << 18


@dataclass(slots=True)
class Thing:
    """An object of the model: its class, and what all files together say of it."""

    id: str
    class_name: str
    values: dict[str, list[str]] = field(default_factory=dict)
    #: How much the file that gave a value is to be believed against others.
    ranks: dict[str, int] = field(default_factory=dict)
    #: Whether a file says what it is, not only how it stands.
    is_described: bool = False

    def first(self, *names: str) -> str | None:
        for name in names:
            if found := self.values.get(name):
                return found[0]
        return None

    @property
    def name(self) -> str:
        return self.first("IdentifiedObject.name") or self.mrid

    @property
    def mrid(self) -> str:
        return _bare(self.first("IdentifiedObject.mRID") or self.id)

    @property
    def title(self) -> str:
        """As a person finds it: class, name, mRID."""
        return f"{self.class_name} «{self.name}» ({self.mrid})"


class Model:
    """Objects of all files by their keys, and what was wrong in reading them."""

    def __init__(self) -> None:
        self.things: dict[str, Thing] = {}
        self.faults: list[str] = []

    def get(self, reference: str | None) -> Thing | None:
        return self.things.get(key_of(reference)) if reference else None

    def of_class(self, *names: str) -> list[Thing]:
        return [thing for thing in self.things.values() if thing.class_name in names]

    def take(self, records: Sequence["_Record"], *, file: str, is_state: bool) -> None:
        """Add what a file says; of two that differ, the one that tells states is believed, then the later one."""
        described: set[str] = set()
        tells_topology = any("Terminal.ConductingEquipment" in record.values for record in records)
        for record in records:
            key = key_of(record.id)
            thing = self.things.get(key)
            if thing is None:
                thing = self.things[key] = Thing(_fragment(record.id), record.class_name)
            elif not thing.class_name:
                thing.class_name = record.class_name
            elif (key in described and not record.is_about) or record.class_name not in ("", thing.class_name):
                text = _("%(file)s: %(title)s is there once more, as %(other)s.")
                self.faults.append(text % {"file": file, "title": thing.title, "other": record.class_name})
            if not record.is_about:
                described.add(key)
            describes = any(name in record.values for name in _DESCRIBING)
            rank = 4 if is_state else 3 if not describes else record.is_about + (not tells_topology)
            for name, values in record.values.items():
                if rank >= thing.ranks.get(name, 0):
                    thing.values[name], thing.ranks[name] = values, rank
            only_state = bool(record.values) and record.values.keys() <= _STATE
            thing.is_described = thing.is_described or not (is_state or only_state)


@dataclass(slots=True)
class _Record:
    id: str
    class_name: str
    is_about: bool
    values: dict[str, list[str]] = field(default_factory=dict)


def read_files(paths: Iterable[Path]) -> Model:
    """Read files, and ZIP archives of files, into one model; what cannot be read is among its faults."""
    model = Model()
    for path in paths:
        try:
            for name, stream in _streams(path):
                with stream as opened:
                    reader = _Reader(name)
                    reader.read(opened)
                    model.faults.extend(reader.faults)
                    model.take(reader.records, file=name, is_state=reader.is_state)
        except (OSError, zipfile.BadZipFile, RuntimeError) as error:  # RuntimeError: an archive under a password
            model.faults.append(_("%(file)s cannot be read: %(why)s.") % {"file": path.name, "why": error})
    return model


def key_of(reference: str) -> str:
    """Bring the ways of writing an id to one: `#_…`, `_…`, `urn:uuid:…`; letters of a UUID in any case."""
    bare = _bare(_fragment(reference))
    return bare.lower() if len(bare) == 36 and bare.count("-") == 4 else bare


def _fragment(reference: str) -> str:
    return reference.rpartition("#")[2].strip()


def _bare(identifier: str) -> str:
    return identifier.strip().removeprefix("urn:uuid:").removeprefix("_")


def _streams(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for inside in archive.infolist():
                if inside.filename.lower().endswith((".xml", ".rdf")):
                    yield f"{path.name}/{inside.filename}", archive.open(inside)
    else:
        yield path.name, path.open("rb")


class _Refused(Exception):
    """The file is not what can be read here."""


class _Reader:
    """Walks one file. Document types, and with them entities, are refused: nothing outside is ever fetched."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.records: list[_Record] = []
        self.faults: list[str] = []
        self.is_state = False
        self._depth = 0
        self._record: _Record | None = None
        self._property = ""
        self._text: list[str] = []
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.StartDoctypeDeclHandler = self._doctype

    def read(self, stream: IO[bytes]) -> None:
        try:
            while chunk := stream.read(_CHUNK):
                self._parser.Parse(chunk, False)
            self._parser.Parse(b"", True)
        except expat.ExpatError as error:
            self._fault(
                _("%(file)s is not well-formed XML: line %(line)d, column %(column)d: %(why)s.")
                % {
                    "file": self.name,
                    "line": error.lineno,
                    "column": error.offset + 1,
                    "why": expat.ErrorString(error.code),
                }
            )
        except (_Refused, ValueError, LookupError) as refusal:
            self._fault(_("%(file)s: %(why)s") % {"file": self.name, "why": refusal})

    def _fault(self, text: str) -> None:
        self.faults.append(text)
        self.records.clear()

    def _doctype(self, *declared: object) -> None:
        raise _Refused(_("declares a document type (DOCTYPE); such files are not read"))

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        space, _blank, local = tag.rpartition(" ")
        if self._depth == 1:
            if (space, local) != (_RDF, "RDF"):
                raise _Refused(_("is not a CIM model: it begins with <%s>, not with <rdf:RDF>") % local)
        elif self._depth == 2:
            if local == "DifferenceModel":
                raise _Refused(_("holds a difference of models; give the full model"))
            identifier = attributes.get(f"{_RDF} ID")
            about = attributes.get(f"{_RDF} about")
            if identifier or about:
                is_description = (space, local) == (_RDF, "Description")
                self._record = _Record(
                    identifier or about or "", "" if is_description else local, is_about=not identifier
                )
        elif self._depth == 3 and self._record is not None:
            # CIM up to version 14 called references by the role of the other side
            name = local.replace(".MemberOf_", ".")
            self._property = name if name in KEPT or local in ("Model.profile", "type") else ""
            self._text.clear()
            if self._property and (resource := attributes.get(f"{_RDF} resource")):
                self._text.append(resource)

    def _characters(self, text: str) -> None:
        if self._depth == 3 and self._property:
            self._text.append(text)

    def _end(self, tag: str) -> None:
        if self._depth == 3 and self._property and self._record is not None:
            value = "".join(self._text).strip()
            if self._property == "Model.profile":
                self.is_state = self.is_state or "SteadyState" in value or "/SSH" in value
            elif self._property == "type":
                self._record.class_name = self._record.class_name or _fragment(value)
            elif value:
                self._record.values.setdefault(self._property, []).append(value)
            self._property = ""
        elif self._depth == 2:
            if self._record is not None:
                self.records.append(self._record)
            self._record = None
        self._depth -= 1
