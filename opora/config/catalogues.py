"""Message catalogues: collected from the sources, checked, compiled. Each module keeps its own Russian.

Works without the system's gettext. `opora/config` and `opora/platform` have a catalogue of their own for what
belongs to no module.
"""

from collections.abc import Collection, Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
LANGUAGE = "ru"
CATALOGUE = Path("locale", LANGUAGE, "LC_MESSAGES", "django.po")

KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


#: Header lines that change without a reason to.
_VOLATILE = (b'"POT-Creation-Date', b'"PO-Revision-Date', b'"Generated-By', b'"Last-Translator', b'"Report-Msgid')


def compile_stale() -> int:
    """Compile every catalogue whose compiled form is missing or older; return how many."""
    compiled = 0
    for path in ROOT.glob(f"**/{CATALOGUE}"):
        target = path.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= path.stat().st_mtime:
            continue
        building = target.with_suffix(".building")
        with building.open("wb") as stream:
            write_mo(stream, _read(path))
        building.replace(target)
        compiled += 1
    return compiled


def collect(folders: Collection[Path] = (ROOT,)) -> dict[Path, int]:
    """Bring the catalogues below the folders up to their sources; return where how much is left to translate."""
    left = {}
    for folder, found in _found().items():
        if not any(folder.is_relative_to(wanted) for wanted in folders):
            continue
        path = folder / CATALOGUE
        catalogue = _read(path) if path.exists() else _empty()
        known = _write(catalogue)
        catalogue.update(found, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        if _write(catalogue) != known:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(_write(catalogue))
        if untranslated := sum(not _is_translated(message) for message in catalogue if message.id):
            left[path] = untranslated
    return left


def problems() -> list[str]:
    """What stops the catalogues from being complete: texts that are missing, untranslated, doubtful, unused or torn.

    Django makes one catalogue of all: a text has one translation everywhere, and another meaning needs a context.
    """
    said = []
    words: dict[tuple[object, object], tuple[str, object]] = {}
    for folder, found in _found().items():
        path = folder / CATALOGUE
        name = path.relative_to(ROOT.parent)
        if not path.exists():
            said.append(f"{name}: missing, {len(found)} texts wait")
            continue
        catalogue = _read(path)
        for wanted in found:
            if not wanted.id:
                continue
            text = wanted.id[0] if isinstance(wanted.id, tuple) else wanted.id
            message = catalogue.get(wanted.id, wanted.context)
            if message is None:
                said.append(f"{name}: no “{text}” ({wanted.locations[0][0]})")
            elif not _is_translated(message) or message.fuzzy:
                said.append(f"{name}: untranslated “{text}”")
            else:
                said += [f"{name}: “{text}”: {error}" for error in message.check(catalogue)]
        for message in catalogue:
            first, before = words.setdefault((message.context, message.id), (str(name), message.string))
            if message.id and before != message.string:
                said.append(f"{name}: “{message.id}” is translated otherwise in {first}: agree, or give it a context")
        said += [
            f"{name}: unused “{message.id}”"
            for message in catalogue
            if message.id and found.get(message.id, message.context) is None
        ]
    return said


def _write(catalogue: Catalog) -> bytes:
    stream = BytesIO()
    write_po(stream, catalogue, omit_header=False, sort_output=False, width=120, include_lineno=False)
    return b"\n".join(line for line in stream.getvalue().split(b"\n") if not line.startswith(_VOLATILE))


def _found() -> dict[Path, Catalog]:
    """The texts in the sources, by the folder whose catalogue holds them."""
    catalogues: dict[Path, Catalog] = {}
    for path in _sources():
        source = path.read_text()
        if path.suffix == ".html":
            source = _as_python(source, path)
        elif "gettext" not in source:
            continue
        location = str(path.relative_to(ROOT.parent))
        for line, text, comments, context in extract("python", BytesIO(source.encode()), KEYWORDS):
            catalogue = catalogues.setdefault(_owner(path), _empty())
            message = catalogue.add(text, locations=[(location, line)], auto_comments=comments, context=context)
            if path.suffix == ".html":
                message.flags.discard("python-format")
                if "%(" in str(text):
                    message.flags.add("python-format")
    return catalogues


def _as_python(source: str, path: Path) -> str:
    """Django's own reading of a template, where everything but the texts is blanked out; without its indentation."""
    return "\n".join(line.lstrip() for line in templatize(source, origin=str(path)).splitlines())


def _sources() -> Iterator[Path]:
    for path in sorted([*ROOT.rglob("*.py"), *ROOT.rglob("*.html")]):
        if not {"tests", "migrations", "node_modules"} & set(path.relative_to(ROOT).parts):
            yield path


def _owner(path: Path) -> Path:
    """The module of a file; `opora/config` and `opora/platform` for files of no module."""
    folder = path.parent
    while folder != ROOT and not (folder / "apps.py").exists() and folder not in (ROOT / "config", ROOT / "platform"):
        folder = folder.parent
    return folder


def _empty() -> Catalog:
    return Catalog(locale=LANGUAGE, project="Opora", version="1", header_comment="", fuzzy=False)


def _read(path: Path) -> Catalog:
    with path.open("rb") as stream:
        catalogue = read_po(stream, locale=LANGUAGE)
    catalogue.fuzzy = False
    return catalogue


def _is_translated(message: Message) -> bool:
    return all(message.string) if isinstance(message.string, tuple | list) else bool(message.string)
