import io
import os
import threading
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection, transaction
from django.test import Client

from opora.platform.access.operations import ensure_system_user
from opora.platform.files.models import StoredFile
from opora.platform.files.operations import FileEmpty, FileTooLarge, FileTypeForbidden, store_file, sweep_files
from opora.platform.files.queries import FileLost, open_file, path_of, response_of
from opora.platform.files.tests.samples import PDF, PNG, PROGRAM, WAV, archive
from opora.platform.journal.models import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def by(db):
    return ensure_system_user()


def on_disk():
    return sorted(str(p.relative_to(django_settings.MEDIA_ROOT)) for p in files_below(django_settings.MEDIA_ROOT))


def files_below(root):
    return [path for path in Path(root).rglob("*") if path.is_file()]


def make_older(path, days):
    moment = (datetime.now(UTC) - timedelta(days=days)).timestamp()
    os.utime(path, (moment, moment))


class Endless:
    """A sender who never stops; counts what was taken from him."""

    taken = 0

    def read(self, size):
        self.taken += size
        return b"a" * size


def test_the_content_lies_under_its_digest_and_the_row_tells_what_it_is(by):
    file = store_file(stream=io.BytesIO(PDF), name="скан.exe.pdf", by=by)

    digest = sha256(PDF).hexdigest()
    assert (file.sha256, file.size, file.content_type) == (digest, len(PDF), "application/pdf")
    assert on_disk() == [f"{digest[:2]}/{digest[2:4]}/{digest}"]
    assert open_file(file).read() == PDF
    assert Entry.objects.get().facts == {"file_id": file.pk}


def test_the_same_content_is_kept_once_and_mended_if_it_was_lost(by):
    first = store_file(stream=io.BytesIO(PDF), name="a.pdf", by=by)
    path_of(first.sha256).unlink()

    second = store_file(stream=io.BytesIO(PDF), name="b.pdf", by=by)

    assert second == first
    assert open_file(first).read() == PDF
    assert Entry.objects.count() == 1


def test_a_file_above_the_limit_is_refused_without_reading_on(settings, by):
    settings.FILE_LIMIT = 1024 * 1024
    endless = Endless()

    with pytest.raises(FileTooLarge, match="больше 1 МБ") as refusal:
        store_file(stream=endless, name="запись.wav", by=by)

    assert (refusal.value.field, refusal.value.status) == ("file", 413)
    assert endless.taken <= settings.FILE_LIMIT + 256 * 1024
    assert on_disk() == []
    assert StoredFile.objects.count() == 0


@pytest.mark.parametrize(
    ("content", "name", "refusal"),
    [
        (b"", "пусто.pdf", FileEmpty),
        (PROGRAM, "фото.jpg", FileTypeForbidden),
        (b"echo hello", "счёт.pdf.bat ", FileTypeForbidden),
        (archive({"run.js": b"1"}), "документы.zip", FileTypeForbidden),
    ],
)
def test_what_is_not_let_in_leaves_nothing_behind(by, content, name, refusal):
    with pytest.raises(refusal) as refused:
        store_file(stream=io.BytesIO(content), name=name, by=by)

    assert refused.value.field == "file"
    assert name in str(refused.value)
    assert on_disk() == []
    assert StoredFile.objects.count() == 0


def test_a_sender_who_breaks_off_leaves_nothing_behind(by):
    class Broken(io.BytesIO):
        def read(self, size=-1):
            raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        store_file(stream=Broken(PDF), name="a.pdf", by=by)

    assert on_disk() == []


def test_what_a_rolled_back_request_has_left_is_swept_after_its_rest(by):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        store_file(stream=io.BytesIO(PNG), name="a.png", by=by)
        1 / 0  # noqa: B018
    kept = store_file(stream=io.BytesIO(PDF), name="a.pdf", by=by)
    orphan = path_of(sha256(PNG).hexdigest())
    make_older(path_of(kept.sha256), days=2)
    assert orphan.exists()

    assert sweep_files(before=datetime.now(UTC) - timedelta(days=1)) == 0
    make_older(orphan, days=2)
    assert sweep_files(before=datetime.now(UTC) - timedelta(days=1)) == 1

    assert files_below(django_settings.MEDIA_ROOT) == [path_of(kept.sha256)]


def test_the_half_received_file_of_a_killed_process_is_swept(media):
    (media / "incoming").mkdir()
    half = media / "incoming" / "tmp123"
    half.write_bytes(b"half")
    make_older(half, days=2)

    assert sweep_files(before=datetime.now(UTC) - timedelta(days=1)) == 1
    assert on_disk() == []


@pytest.mark.django_db(transaction=True)
def test_the_sweep_leaves_alone_what_is_being_stored_again_at_that_moment(by):
    digest = sha256(PDF).hexdigest()
    swept = []

    def sweep():
        swept.append(sweep_files(before=datetime.now(UTC) - timedelta(days=1)))
        connection.close()

    with transaction.atomic():
        store_file(stream=io.BytesIO(PDF), name="a.pdf", by=by)
        make_older(path_of(digest), days=2)
        sweeper = threading.Thread(target=sweep)
        sweeper.start()
        sweeper.join(5)

    assert swept == [0]
    assert open_file(StoredFile.objects.get()).read() == PDF


@pytest.mark.parametrize(
    ("content", "download", "disposition"),
    [
        (PDF, False, "inline"),
        (PNG, False, "inline"),
        (WAV, False, "inline"),
        (PDF, True, "attachment"),
        (b"<html><script>alert(1)</script></html>", False, "attachment"),
        (archive({"a.txt": b"a"}), False, "attachment"),
    ],
)
def test_only_what_no_browser_runs_is_shown_in_it(by, content, download, disposition):
    file = store_file(stream=io.BytesIO(content), name="a", by=by)

    response = response_of(file, name="Договор №7.pdf", download=download)

    assert response["Content-Disposition"].split(";")[0] == disposition
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Length"] == str(len(content))
    assert b"".join(response) == content


def test_a_russian_name_arrives_whole_and_a_hostile_one_tamed(by):
    file = store_file(stream=io.BytesIO(PDF), name="a", by=by)

    russian = response_of(file, name="Заявка №7.pdf", download=True)
    hostile = response_of(file, name='../a"\r\nSet-Cookie: x\u202efdp.exe', download=True)

    assert russian["Content-Disposition"] == (
        "attachment; filename*=utf-8''%D0%97%D0%B0%D1%8F%D0%B2%D0%BA%D0%B0%20%E2%84%967.pdf"
    )
    assert hostile["Content-Disposition"] == 'attachment; filename="..a\\"Set-Cookie: xfdp.exe"'
    russian.close()
    hostile.close()


def test_content_that_is_gone_is_said_so(by, caplog):
    file = store_file(stream=io.BytesIO(PDF), name="a", by=by)
    path_of(file.sha256).unlink()

    with pytest.raises(FileLost, match="сообщите администратору"):
        response_of(file, name="a.pdf", download=True)

    assert f"stored file {file.pk} is missing" in caplog.text


def test_a_request_that_announces_too_much_is_refused_before_it_is_read(client, settings):
    settings.REQUEST_LIMIT = 1000

    page = client.post("/login/", b"a" * 1001, content_type="application/x-www-form-urlencoded")
    problem = client.post("/api/v1/tokens", b"a" * 1001, content_type="application/json")

    assert (page.status_code, problem.status_code) == (413, 413)
    assert "Слишком большой объём" in page.content.decode()
    assert problem.json()["code"] == "too_big"


def test_a_request_of_unknown_length_is_refused(client):
    answer = client.generic("POST", "/api/v1/tokens", headers={"Transfer-Encoding": "chunked"})

    assert (answer.status_code, answer.json()["code"]) == (411, "length_required")


def test_a_form_with_too_much_text_is_refused(client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

    page = client.post("/login/", {"username": "a" * 1024 * 1024})

    assert page.status_code == 413
    assert "Отправлено больше 1 МБ" in page.content.decode()


def test_a_form_whose_sender_went_away_is_not_taken_for_an_empty_one():
    class Broken:
        def read(self, *_):
            raise ConnectionResetError

        readline = read

    client = Client(enforce_csrf_checks=True)
    client.get("/login/")
    secret = client.cookies["csrftoken"].value

    answer = client.generic(
        "POST", "/login/", headers={"X-CSRFToken": secret}, CONTENT_LENGTH="1000",
        CONTENT_TYPE="multipart/form-data; boundary=x", **{"wsgi.input": Broken()},
    )  # fmt: skip

    assert (answer.status_code, answer.content) == (400, b"")
