import io

import pytest

from opora.platform.files.content_type import NotAllowed, content_type_of
from opora.platform.files.tests.samples import (
    JPEG,
    MP3,
    PDF,
    PNG,
    PROGRAM,
    WAV,
    archive,
    old_office,
    with_password,
)

OFFICE = "application/vnd.openxmlformats-officedocument."


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (PDF, "application/pdf"),
        (b"\r\n" + PDF, "application/pdf"),
        (PNG, "image/png"),
        (JPEG, "image/jpeg"),
        (b"GIF89a" + b"\0" * 40, "image/gif"),
        (b"II*\0" + b"\0" * 40, "image/tiff"),
        (WAV, "audio/wav"),
        (MP3, "audio/mpeg"),
        (b"{\\rtf1\\ansi Hello}", "application/rtf"),
        ("Прошу подключить дом.\r\n".encode(), "text/plain"),
        ("Прошу подключить дом.\r\n".encode("cp1251"), "text/plain"),
        ("Прошу подключить дом.\r\n".encode("utf-16"), "text/plain"),
        ("явка в суд".encode("cp1251"), "text/plain"),  # its first bytes are those of a sound frame
        (b"BMW for sale; not a bitmap", "text/plain"),
        (b"<html><script>alert(1)</script></html>", "text/plain"),
        (archive({"word/document.xml": b"<w/>"}), OFFICE + "wordprocessingml.document"),
        (archive({"xl/workbook.xml": b"<w/>"}), OFFICE + "spreadsheetml.sheet"),
        (
            archive({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<w/>"}),
            "application/vnd.oasis.opendocument.text",
        ),
        (archive({"scan.pdf": PDF, "папка/фото.jpg": JPEG}), "application/zip"),
        (archive({"mimetype": b"text/html", "a.txt": b"a"}), "application/zip"),
        (old_office("WordDocument"), "application/msword"),
        (old_office("Workbook"), "application/vnd.ms-excel"),
    ],
)
def test_the_bytes_tell_the_type(content, content_type):
    assert content_type_of(io.BytesIO(content)) == content_type


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (PROGRAM, "Программы"),
        (b"\x7fELF" + b"\0" * 60, "Программы"),
        (b"#!/bin/sh\nrm -rf /\n", "Программы"),
        (PROGRAM + JPEG, "Программы"),
        (archive({"scan.pdf": PDF, "setup.exe": b"text"}), "setup.exe"),
        (archive({"scan.pdf": PROGRAM}), "scan.pdf"),
        (archive({"word/document.xml": b"<w/>", "word/vbaProject.bin": b"x"}), "макросы"),
        (with_password(archive({"scan.pdf": PDF})), "паролем"),
        (archive({"scan.pdf": PDF})[:40], "повреждён"),
        (old_office("WordDocument", "_VBA_PROJECT"), "макросы"),
        (old_office("MsiStream"), "такого вида"),
        (b"7z\xbc\xaf\x27\x1c" + b"\0" * 60, "такого вида"),
        (bytes(range(256)) * 4, "такого вида"),
        (b"\0", "такого вида"),
    ],
)
def test_programs_and_what_is_unknown_are_not_let_in(content, reason):
    with pytest.raises(NotAllowed, match=reason):
        content_type_of(io.BytesIO(content))
