"""A delivery in a folder or an archive, read as streams."""

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import IO, NamedTuple
from xml.parsers import expat

from django.utils.translation import gettext as _

from opora.gateways.gar.layout import FILE_NAME, KINDS, REGION, Attributes, Kind
from opora.registry.addresses.transports import BATCH, Record, SourceFile, UnreadableDelivery

_VERSION = re.compile(r"(\d{4})\.(\d\d)\.(\d\d)")


class _Found(NamedTuple):
    file: SourceFile
    kind: str
    on: date


class GarDelivery:
    """The delivery at a path; of these regions, or of all that are there.

    :param is_delta: full or only changes; said by the name (`gar_delta_xml.zip`) when left out.
    """

    def __init__(self, path: Path, *, regions: Sequence[int] = (), is_delta: bool | None = None) -> None:
        self.path, self._regions = path, frozenset(regions)
        self.name = path.resolve().name
        self.is_delta = "delta" in self.name.lower() if is_delta is None else is_delta

    @cached_property
    def as_of(self) -> date:
        """The day of `version.txt`, else the latest of the files' names."""
        for name, size, _print in self._listing():
            if PurePosixPath(name).name.lower() == "version.txt" and size < BATCH:
                with self._opened(name) as stream:
                    if found := _VERSION.search(stream.read().decode("utf-8", "replace")):
                        return date(*map(int, found.groups()))
        return max((found.on for found in self._found), default=date.today())

    @property
    def files(self) -> Sequence[SourceFile]:
        return [found.file for found in self._found if KINDS[found.kind].read]

    @property
    def all_files(self) -> Sequence[SourceFile]:
        """Those that are not needed too."""
        return [found.file for found in self._found]

    def records(self, file: SourceFile) -> Iterator[Sequence[Record]]:
        kind = self._kind_of(file)
        assert kind.read, f"{file.name} is not needed"
        for batch in self.elements(file):
            yield [record for given in batch if (record := _read(kind.read, given, file)) is not None]

    def elements(self, file: SourceFile) -> Iterator[Sequence[Attributes]]:
        """The attributes of every record of a file of any kind, in batches."""
        try:
            with self._opened(file.name) as stream:
                yield from _stream(stream, file.name, self._kind_of(file).element)
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError) as fault:
            raise UnreadableDelivery(
                _("%(file)s cannot be read: %(reason)s. Load the delivery again.")
                % {"file": file.name, "reason": fault},
                file=file.name,
            ) from fault

    def _kind_of(self, file: SourceFile) -> Kind:
        return KINDS[next(found.kind for found in self._found if found.file == file)]

    @cached_property
    def _found(self) -> Sequence[_Found]:
        found = []
        for name, size, fingerprint in self._listing():
            place = PurePosixPath(name)
            if place.suffix.lower() != ".xml":
                continue
            named = FILE_NAME.fullmatch(place.name)
            if named is None or named[1].upper() not in KINDS:
                raise UnreadableDelivery(
                    _("%s is not a file of the address register that is known here: take it out of the delivery.")
                    % name,
                    file=name,
                )
            folder = place.parent.name or self.name
            region = int(folder) if REGION.fullmatch(folder) else 0
            if self._regions and region and region not in self._regions:
                continue
            on = datetime.strptime(named[2], "%Y%m%d").date()
            found.append(_Found(SourceFile(name, region, size, fingerprint), named[1].upper(), on))
        order = list(KINDS)
        found.sort(key=lambda each: (order.index(each.kind), each.on, each.file.name))
        if not any(KINDS[each.kind].read for each in found):
            raise UnreadableDelivery(
                _("There are no files AS_….XML of the address register in %s: name its folder or archive.") % self.path
            )
        return found

    def _listing(self) -> Iterator[tuple[str, int, str]]:
        """Name, size and fingerprint of every file."""
        if self.path.is_dir():
            for path in sorted(self.path.rglob("*")):
                if path.is_file():
                    known = path.stat()
                    yield path.relative_to(self.path).as_posix(), known.st_size, f"{known.st_size}-{known.st_mtime_ns}"
        else:
            for info in self._archive.infolist():
                if not info.is_dir():
                    yield info.filename, info.file_size, f"{info.file_size}-{info.CRC:08x}"

    @cached_property
    def _archive(self) -> zipfile.ZipFile:
        try:
            return zipfile.ZipFile(self.path)
        except (zipfile.BadZipFile, OSError) as fault:
            raise UnreadableDelivery(
                _("%(file)s is not a whole ZIP archive: %(reason)s. Load it again.")
                % {"file": self.name, "reason": fault},
                file=self.name,
            ) from fault

    @contextmanager
    def _opened(self, name: str) -> Iterator[IO[bytes]]:
        with self._archive.open(name) if self.path.is_file() else (self.path / name).open("rb") as stream:
            yield stream


def _stream(stream: IO[bytes], name: str, element: str) -> Iterator[Sequence[Attributes]]:
    """Read XML piece by piece; nothing but the records of one piece is ever in memory."""
    batch: list[Attributes] = []
    last = ""

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == element:
            batch.append(attributes)

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = _no_document_type
    done = False
    while not done:
        chunk = stream.read(BATCH)
        done = not chunk
        try:
            parser.Parse(chunk, done)
        except (expat.ExpatError, _DocumentType) as fault:
            last = batch[-1].get("OBJECTID", "") if batch else last
            raise _fault(fault, parser, name, last, chunk) from fault
        if batch:
            last = batch[-1].get("OBJECTID", last)
            yield batch
            batch = []


class _DocumentType(Exception):
    """Entities are the way to make a small file big: no delivery has them."""


def _no_document_type(*_declared: object) -> None:
    raise _DocumentType


def _fault(fault: Exception, parser: "expat.XMLParserType", name: str, after: str, chunk: bytes) -> UnreadableDelivery:
    place = {"file": name, "line": parser.ErrorLineNumber, "after": after or _("the beginning")}
    if isinstance(fault, _DocumentType):
        message = _("%(file)s has a document type of its own, which no file of the register has: load it again.")
    elif not chunk:
        message = _("%(file)s is torn after the object %(after)s, line %(line)d: load the delivery again.")
    elif not _is_utf8(chunk):
        message = _(
            "%(file)s, line %(line)d, after the object %(after)s: the text is in another encoding than the file names. "
            "Load the delivery again, without converting it."
        )
    else:
        message = _("%(file)s, line %(line)d, after the object %(after)s: this is not XML. Load the delivery again.")
    return UnreadableDelivery(message % place, file=name, object_id=after)


def _is_utf8(chunk: bytes) -> bool:
    """Whether the piece can be UTF-8, save for a letter cut at either end."""
    try:
        chunk.lstrip(bytes(range(0x80, 0xC0))).decode()
    except UnicodeDecodeError as fault:
        return fault.start >= len(chunk) - 4
    return True


def _read(read: Callable[[Attributes, int], Record | None], given: Attributes, file: SourceFile) -> Record | None:
    try:
        return read(given, file.region)
    except (KeyError, ValueError) as fault:
        object_id = given.get("OBJECTID", "?")
        what = fault.args[0] if fault.args else ""
        message = (
            _("%(file)s: the object %(object)s has no %(what)s. Load the delivery again.")
            if isinstance(fault, KeyError)
            else _(
                "%(file)s: the object %(object)s has a value that cannot be right (%(what)s). Load the delivery again."
            )
        )
        raise UnreadableDelivery(
            message % {"file": file.name, "object": object_id, "what": what}, file=file.name, object_id=object_id
        ) from fault
