"""Files of cases over the API: the bytes decide, what is refused leaves nothing."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from opora.casework.cases.models import CaseAttachment
from opora.casework.cases.permissions import CasePermission
from opora.platform.files.models import StoredFile
from opora.platform.journal.models import Entry

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PROGRAM = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00" + b"\x00" * 200
ELF = b"\x7fELF\x02\x01\x01" + b"\x00" * 200


@pytest.fixture
def exchange(caller):
    return caller(*CasePermission)


@pytest.fixture
def case(exchange, region):
    return exchange.post("/cases", region.case()).json()


def attach(exchange, case, name, content, *, key=None):
    return exchange.upload(f"/cases/{case['id']}/attachments", file=SimpleUploadedFile(name, content), key=key)


def test_a_file_is_attached_listed_downloaded_and_taken_off(exchange, case):
    response = attach(exchange, case, "Письмо Ивановой.pdf", PDF)

    attached = response.json()
    assert response.status_code == 201
    assert (attached["name"], attached["size"], attached["content_type"]) == (
        "Письмо Ивановой.pdf", len(PDF), "application/pdf",
    )  # fmt: skip
    assert exchange.get(f"/cases/{case['id']}/attachments").json() == [attached]
    assert exchange.get(f"/cases/{case['id']}").json()["attachments"] == [attached]
    download = exchange.get(f"/attachments/{attached['id']}")
    assert b"".join(download.streaming_content) == PDF
    assert download.headers["Content-Type"] == "application/pdf"
    assert download.headers["Content-Disposition"].startswith("attachment; ")
    assert download.headers["X-Content-Type-Options"] == "nosniff"
    assert exchange.delete(f"/attachments/{attached['id']}").status_code == 204
    assert exchange.get(f"/cases/{case['id']}/attachments").json() == []
    assert [line["event"] for line in exchange.get(f"/cases/{case['id']}/history").json()][:2] == [
        "cases.FileDetached",
        "cases.FileAttached",
    ]


def test_who_downloads_a_file_is_journalled(exchange, case):
    attached = attach(exchange, case, "act.pdf", PDF).json()

    exchange.get(f"/attachments/{attached['id']}")

    read = Entry.objects.get(event="journal.PersonalDataRead")
    assert (read.by_id, read.facts, read.about) == (
        exchange.user.pk, {"what": "cases.attachment"}, [f"cases.Case:{case['id']}"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "status", "code"),
    [
        ("empty.pdf", b"", 422, "file_empty"),
        ("letter.pdf", PROGRAM, 415, "file_type_forbidden"),
        ("photo.jpg", ELF, 415, "file_type_forbidden"),
        ("letter.exe", PDF, 415, "file_type_forbidden"),
    ],
)
def test_an_empty_file_and_a_program_are_refused_and_nothing_is_kept(exchange, case, name, content, status, code):
    response = attach(exchange, case, name, content)

    problem = response.json()
    assert (response.status_code, problem["code"], problem["field"]) == (status, code, "file")
    assert CaseAttachment.objects.count() == StoredFile.objects.count() == 0


def test_a_wrong_extension_does_no_harm(exchange, case):
    attached = attach(exchange, case, "page.html.jpg", PDF).json()

    download = exchange.get(f"/attachments/{attached['id']}")

    assert attached["content_type"] == download.headers["Content-Type"] == "application/pdf"
    assert download.headers["Content-Disposition"] == 'attachment; filename="page.html.jpg"'


def test_a_name_with_folders_loses_them_and_a_long_one_its_middle(exchange, case):
    names = ["../../etc/passwd.pdf", "C:\\Users\\я\\акт.pdf", "д" * 240 + ".pdf"]

    kept = [attach(exchange, case, name, PDF).json()["name"] for name in names]

    assert kept[:2] == ["passwd.pdf", "акт.pdf"]
    assert (len(kept[2]), kept[2][-4:]) == (200, ".pdf")


def test_two_gigabytes_are_refused_before_they_are_read(exchange, case):
    class Nobody:
        """A body that may not be touched."""

        def read(self, *_):
            raise AssertionError("the body was read")

        readline = read

    response = exchange.client.generic(
        "POST", f"/api/v1/cases/{case['id']}/attachments", b"", headers=exchange.headers(),
        content_type="multipart/form-data; boundary=x", CONTENT_LENGTH=str(2 * 1024**3), **{"wsgi.input": Nobody()},
    )  # fmt: skip

    assert (response.status_code, response.json()["code"]) == (413, "too_big")
    assert CaseAttachment.objects.count() == 0


def test_a_file_above_the_limit_is_refused(exchange, case, settings):
    settings.FILE_LIMIT = 1000

    response = attach(exchange, case, "big.pdf", PDF + b" " * 1000)

    assert (response.status_code, response.json()["code"]) == (413, "file_too_large")
    assert CaseAttachment.objects.count() == StoredFile.objects.count() == 0


def test_a_request_without_the_file_says_so(exchange, case):
    response = exchange.upload(f"/cases/{case['id']}/attachments")

    problem = response.json()
    assert (response.status_code, problem["code"]) == (422, "invalid")
    assert problem["errors"][0]["loc"] == ["file", "file"]


def test_the_same_upload_sent_again_attaches_one_file(exchange, case):
    first = attach(exchange, case, "act.pdf", PDF, key="upload-1")
    again = attach(exchange, case, "act.pdf", PDF, key="upload-1")
    other = attach(exchange, case, "act.pdf", PDF + b"%", key="upload-1")

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    assert CaseAttachment.objects.count() == 1
