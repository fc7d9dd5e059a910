"""The import as its user sees it, and as the worker does it: also when the worker is killed."""

import os
import signal
import subprocess
import sys
import time
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from opora.platform.access.operations import create_user, define_role
from opora.platform.journal.models import Entry
from opora.platform.scope import EVERYTHING, scoped
from opora.registry.customers import handlers
from opora.registry.customers.events import ImportAccepted, ImportStarted
from opora.registry.customers.models import Customer, CustomerImport, ImportFault, UsagePoint
from opora.registry.customers.operations import accept_import, enter_import, read_import, store_import
from opora.registry.customers.permissions import CustomerPermission
from opora.registry.customers.tests.conftest import build_base

HEADINGS = "Код;Вид;Группа;Филиал;ФИО;Точка поставки;Адрес"


def lines(first, last):
    return [f"К-{n};физ. лицо;Население;01;Иваненко Пётр {n};23{n};ул. Мира, д. {n}" for n in range(first, last)]


@pytest.fixture
def importer(client, base):
    define_role(code="importer", name="Загрузка", permissions=[*CustomerPermission])
    scope = base.scope(edits=("POPULATION",))
    user = create_user(username="importer", password=None, roles=["importer"], scope=scope, by=base.admin)
    client.force_login(user)
    return user


def upload(client, text, name="абоненты.csv"):
    return client.post("/customers/import/", {"file": SimpleUploadedFile(name, text.encode("cp1251"))})


def body(answer):
    return " ".join(answer.content.decode().split())


def test_a_file_is_loaded_checked_entered_and_its_faults_taken_home(client, importer):
    answer = upload(client, "\n".join([HEADINGS, *lines(0, 3), "К-9;никто;;;;;", "=К-10;;;;;;"]))
    source = CustomerImport.objects.get()
    address = f"/customers/import/{source.pk}/"
    assert (answer.status_code, answer.headers["Location"]) == (302, address)
    assert "0 %" in body(client.get(address))

    handlers.check_file(ImportStarted(import_id=source.pk))
    checked = body(client.get(address))
    assert Customer.objects.count() == 0
    assert "cp1251" in checked and "Допустимо одно из" in checked and "Внести 3 строки" in checked

    table = b"".join(client.get(f"{address}errors/").streaming_content).decode("cp1251").splitlines()
    assert table[0] == "Строка;Столбец;Значение;Что не так"
    assert table[1].startswith("5;Вид;никто;Допустимо одно из")
    assert table[2].startswith("6;Код;'=К-10;")

    assert client.post(f"{address}apply/").headers["Location"] == address
    handlers.enter_file(ImportAccepted(import_id=source.pk))
    handlers.enter_file(ImportAccepted(import_id=source.pk))
    assert Customer.objects.count() == 3
    assert "внесён" in body(client.get(address))
    jobs = Entry.objects.filter(event__startswith="customers.Import").order_by("pk").values_list("event", flat=True)
    assert list(jobs) == ["customers.ImportStarted", "customers.ImportAccepted"]


def test_more_than_a_thousand_customers_are_entered_only_when_their_number_is_typed(client, importer):
    upload(client, "\n".join([HEADINGS, *lines(0, 1001)]))
    source = CustomerImport.objects.get()
    handlers.check_file(ImportStarted(import_id=source.pk))

    assert 'data-confirm-count="1001"' in body(client.get(f"/customers/import/{source.pk}/"))


def test_an_import_twice_accepted_is_refused_the_second_time(client, importer):
    upload(client, "\n".join([HEADINGS, *lines(0, 1)]))
    source = CustomerImport.objects.get()
    handlers.check_file(ImportStarted(import_id=source.pk))

    client.post(f"/customers/import/{source.pk}/apply/")

    assert client.post(f"/customers/import/{source.pk}/apply/").status_code == 409


def test_imports_of_others_are_nobody_elses_business(client, importer, base):
    source = store_import(stream=BytesIO(b"x"), name="чужой.csv", by=base.admin)

    for part in ("", "state/", "errors/"):
        assert client.get(f"/customers/import/{source.pk}/{part}").status_code == 404
    assert client.post(f"/customers/import/{source.pk}/apply/").status_code == 404
    assert "чужой.csv" not in body(client.get("/customers/import/"))


def test_whoever_may_not_import_is_not_let_in(client, base):
    client.force_login(create_user(username="x", password=None, roles=[], scope=base.scope(), by=base.admin))

    assert upload(client, HEADINGS).status_code == 403
    assert CustomerImport.objects.count() == 0


def test_a_group_that_is_not_his_is_not_offered_and_not_taken(client, importer, base):
    file = SimpleUploadedFile("x.csv", b"x")

    answer = client.post("/customers/import/", {"file": file, "group": base.groups["LARGE"].pk})

    assert answer.status_code == 422
    assert CustomerImport.objects.count() == 0


def test_the_sample_file_is_understood_by_the_import_itself(client, importer, base):
    sample = b"".join(client.get("/customers/import/sample/").streaming_content)

    with scoped(EVERYTHING):
        store = store_import(stream=BytesIO(sample), name="образец.xlsx", by=base.admin, branch_id=base.branch.pk)
    source = read_import(import_id=store.pk)

    assert (source.stage, source.created, source.refused) == ("CHECKED", 1, 0)


def test_a_row_that_the_base_itself_refuses_is_found_and_the_others_go_in(base):
    source = store_import(stream=BytesIO("\n".join([HEADINGS, *lines(0, 20)]).encode()), name="x.csv", by=base.admin)
    read_import(import_id=source.pk)
    with connection.cursor() as cursor:  # what no check of ours could know
        cursor.execute('update customers_importrow set place = place || \'{"voltage": "TOO LONG"}\' where row = 7')
    accept_import(import_id=source.pk, by=base.admin)

    source = enter_import(import_id=source.pk)

    assert (source.stage, source.created, source.refused) == ("DONE", 19, 1)
    assert ImportFault.objects.get().row == 7
    assert not Customer.objects.filter(external_id="К-5").exists()


WORKER = """
import django, os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "opora.config.settings"
django.setup()
from opora.registry.customers.operations import enter_import
print("started", flush=True)
enter_import(import_id=int(sys.argv[1]), batch=20, on_progress=lambda done, total: print(done, flush=True))
"""


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_is_followed_by_another_and_nothing_is_doubled_or_lost(no_jobs_left):
    with scoped(EVERYTHING):
        base = build_base()
        text = "\n".join([HEADINGS, *lines(0, 2_000)])
        source = store_import(stream=BytesIO(text.encode()), name="x.csv", by=base.admin)
    read_import(import_id=source.pk)
    with scoped(EVERYTHING):
        accept_import(import_id=source.pk, by=base.admin)

    target = connection.settings_dict
    url = f"postgresql://{target['USER']}@/{target['NAME']}?host={target['HOST']}"
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(source.pk)],
        env={**os.environ, "OPORA_DATABASE_URL": url}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    for line in worker.stdout:
        if line.strip().isdecimal() and int(line) >= 60:
            break
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    worker.stdout.close()
    deadline = time.monotonic() + 10
    with scoped(EVERYTHING):
        entered = Customer.objects.count()
        assert 60 <= entered < 2_000
        assert CustomerImport.objects.get().stage == "APPLYING"

    assert time.monotonic() < deadline
    source = enter_import(import_id=source.pk)

    with scoped(EVERYTHING):
        assert (source.stage, source.created, source.entered, source.refused) == ("DONE", 2_000, 2_000, 0)
        assert Customer.objects.count() == UsagePoint.objects.count() == 2_000
        assert Customer.objects.values("external_id").distinct().count() == 2_000
        assert Entry.objects.filter(event="customers.CustomerRegistered").count() == 2_000
