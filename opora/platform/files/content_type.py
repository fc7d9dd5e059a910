"""What a file is, by its bytes alone: neither its name nor what the sender says is believed.

Only what is listed here is let in. Programs are not, nor archives and documents that carry them.
"""

import codecs
import re
import zipfile
from pathlib import PurePosixPath
from typing import IO

from django.utils.translation import gettext as _

TEXT = "text/plain"
ZIP = "application/zip"

_WRITTEN_AS_TEXT = {"application/pdf", "application/rtf"}
_SIGNATURES = [
    (re.compile(signature, re.DOTALL), content_type)
    for signature, content_type in (
        (rb"\s*%PDF-", "application/pdf"),
        (rb"\s*\{\\rtf", "application/rtf"),
        (rb"\x89PNG\r\n\x1a\n", "image/png"),
        (rb"\xff\xd8\xff", "image/jpeg"),
        (rb"GIF8[79]a.{4}", "image/gif"),
        (rb"RIFF.{4}WEBP", "image/webp"),
        (rb"II\*\0|MM\0\*", "image/tiff"),
        (rb"BM.{4}\0{4}", "image/bmp"),
        (rb".{4}ftyp(hei[cx]|hev[cx]|mif1|msf1)", "image/heic"),
        (rb"RIFF.{4}WAVE", "audio/wav"),
        (rb"ID3[\2-\4]|\xff[\xe2\xe3\xf2\xf3\xfa\xfb]", "audio/mpeg"),
        (rb"OggS\0", "audio/ogg"),
        (rb"fLaC\0", "audio/flac"),
        (rb"#!AMR", "audio/amr"),
        (rb".{4}ftypM4A ", "audio/mp4"),
        (rb".{4}ftyp(isom|iso2|mp4[12]|avc1|MSNV|3gp.|qt  )", "video/mp4"),
    )
]
#: A part that only this kind of office document has.
_OFFICE_PARTS = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/presentation.xml": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
_OPEN_DOCUMENT = re.compile(r"application/vnd\.oasis\.opendocument\.(text|spreadsheet|presentation|graphics)")
#: Streams of the old office formats, which are small file systems; installers are too, so these names decide.
_OLD_OFFICE = {
    "WordDocument": "application/msword",
    "Workbook": "application/vnd.ms-excel",
    "PowerPoint Document": "application/vnd.ms-powerpoint",
    "__properties_version1.0": "application/vnd.ms-outlook",
}
_OLD_OFFICE_SIGNATURE = bytes.fromhex("d0cf11e0a1b11ae1")
_PROGRAMS = (b"MZ", b"\x7fELF", b"#!/", b"#! /", b"\xca\xfe\xba\xbe", b"\xfe\xed\xfa", b"\xcf\xfa\xed\xfe")
_PROGRAM_NAMES = frozenset(
    f".{extension}"
    for extension in (
        "apk", "app", "bat", "chm", "cmd", "com", "cpl", "dll", "dmg", "exe", "hta", "inf", "ins", "iso", "jar", "js",
        "jse", "lnk", "msc", "msi", "msix", "msp", "pif", "ps1", "psm1", "reg", "scf", "scr", "sh", "sys", "url", "vb",
        "vbe", "vbs", "wsc", "wsf", "wsh",
    )
)  # fmt: skip
_SAMPLE = 65_536
_MOST_ENTRIES = 10_000
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x19\x1b-\x1f\x7f]")


class NotAllowed(Exception):
    """Such content is not let in; the message says why and what to send instead."""


def content_type_of(stream: IO[bytes]) -> str:
    """Tell the type of the content.

    :raises NotAllowed: when it is a program, carries one, or is of no kind that is let in.
    """
    stream.seek(0)
    head = stream.read(_SAMPLE)
    if head.startswith(_PROGRAMS):
        raise NotAllowed(_("Programs are not accepted."))
    if head.startswith(b"PK\x03\x04"):
        return _type_of_archive(stream)
    if head.startswith(_OLD_OFFICE_SIGNATURE):
        return _type_of_old_office(stream)
    found = next((content_type for signature, content_type in _SIGNATURES if signature.match(head)), None)
    if found not in _WRITTEN_AS_TEXT and _is_text(head):
        return TEXT
    if found:
        return found
    raise NotAllowed(_("Files of this kind are not accepted: send PDF, a picture, an office document, sound or ZIP."))


def is_program_name(name: str) -> bool:
    """Whether a computer would run a file of that name when it is opened."""
    return PurePosixPath(name.rstrip(". ").lower()).suffix in _PROGRAM_NAMES


def _type_of_archive(stream: IO[bytes]) -> str:
    """Look at every entry's name and first bytes: reading more would let a small archive unfold into a huge one."""
    try:
        with zipfile.ZipFile(stream) as archive:
            entries = archive.infolist()
            if len(entries) > _MOST_ENTRIES:
                raise NotAllowed(_("The archive holds too many files: send them in several archives."))
            names = {entry.filename for entry in entries}
            for entry in entries:
                _check_entry(archive, entry)
            for part, content_type in _OFFICE_PARTS.items():
                if part in names:
                    return content_type
            if "mimetype" in names:
                with archive.open("mimetype") as kind:
                    declared = kind.read(100).decode("ascii", "replace").strip()
                return declared if _OPEN_DOCUMENT.fullmatch(declared) else ZIP
            return ZIP
    except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError, ValueError) as error:
        raise NotAllowed(_("The archive is damaged: make it again and send it once more.")) from error


def _check_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    name = entry.filename
    if name.endswith("vbaProject.bin"):
        raise NotAllowed(_("The document contains macros: save it without them and send it again."))
    if entry.flag_bits & 1:
        raise NotAllowed(_("The archive is protected by a password and cannot be checked: send it without one."))
    if entry.is_dir():
        return
    with archive.open(entry) as content:
        is_program = content.read(8).startswith(_PROGRAMS)
    if is_program or is_program_name(name):
        raise NotAllowed(_("The archive contains a program, %s: send it without it.") % PurePosixPath(name).name)


def _type_of_old_office(stream: IO[bytes]) -> str:
    stream.seek(0)
    content = stream.read()
    if "_VBA_PROJECT".encode("utf-16-le") in content:
        raise NotAllowed(_("The document contains macros: save it without them and send it again."))
    for name, content_type in _OLD_OFFICE.items():
        if name.encode("utf-16-le") in content:
            return content_type
    raise NotAllowed(_("Files of this kind are not accepted: send PDF, a picture, an office document, sound or ZIP."))


def _is_text(head: bytes) -> bool:
    """Text in UTF-8, UTF-16 with its mark, or Windows-1251, without control characters."""
    in_utf16 = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ["utf-16"] if in_utf16 else ["utf-8", "cp1251"]:
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(head)
        except UnicodeDecodeError:
            continue
        return not _CONTROL.search(text)
    return False
