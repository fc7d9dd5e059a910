from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from opora.platform.access.operations import ensure_system_user
from opora.platform.journal.models import Entry
from opora.platform.journal.operations import make_partitions, publish, publish_many, record_read
from opora.platform.journal.queries import history_of
from opora.platform.journal.tests import subscriptions
from opora.platform.journal.tests.subscriptions import LampBroken, LampLit, LampSmoked


@pytest.fixture(autouse=True)
def lamps(settings, db):
    """Only these subscribers, and no jobs that a test with commits of its own has left."""
    settings.SUBSCRIPTIONS = "opora.platform.journal.tests.subscriptions.SUBSCRIPTIONS"
    subscriptions.calls.clear()
    with connection.cursor() as cursor:
        cursor.execute("delete from procrastinate_jobs")


def work():
    """Do the jobs as `opora worker` does."""
    worker = app.with_connector(app.connector.get_worker_connector())
    worker.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)


@pytest.mark.django_db(transaction=True)
def test_each_subscriber_runs_once_and_sees_everything():
    user = ensure_system_user()

    publish(LampLit(lamp_id=7), by=user, about=[user])
    publish(LampBroken(lamp_id=8), by=user, about=[user])
    work()
    work()

    assert sorted(subscriptions.calls) == [("alarm", 8, True), ("note", 7, True), ("note", 8, True)]
    ours = ProcrastinateJob.objects.filter(task_name="journal.run_handler")  # the worker keeps the schedule too
    assert sorted(ours.values_list("queue_name", "status")) == [
        ("alerts", "succeeded"),
        ("default", "succeeded"),
        ("default", "succeeded"),
    ]


@pytest.mark.django_db
def test_a_rollback_takes_the_entry_and_the_job_with_it():
    user = ensure_system_user()

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        publish(LampLit(lamp_id=7), by=user, about=[user])
        assert ProcrastinateJob.objects.count() == 1
        1 / 0  # noqa: B018

    assert Entry.objects.count() == 0
    assert ProcrastinateJob.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_what_a_handler_has_published_is_taken_back_with_it():
    user = ensure_system_user()

    publish(LampSmoked(lamp_id=9), by=user, about=[user])
    work()

    assert subscriptions.calls == [("smoke", 9, True)]
    left = ProcrastinateJob.objects.filter(task_name="journal.run_handler", status="todo")
    assert [job.args["handler"].rpartition(".")[2] for job in left] == ["smoke"]  # to be tried again
    assert [entry.facts for entry in Entry.objects.filter(about=[f"access.User:{user.pk}"])] == [{"lamp_id": 9}]
    assert Entry.objects.filter(about=[]).count() == 0


@pytest.mark.django_db
def test_many_facts_cost_one_insert_and_one_statement_of_jobs_for_each_queue(django_assert_num_queries):
    user = ensure_system_user()

    with django_assert_num_queries(3):
        publish_many([(LampBroken(lamp_id=n), [user]) for n in range(50)], by=user)

    assert Entry.objects.count() == 50
    assert ProcrastinateJob.objects.count() == 100


@pytest.mark.django_db
def test_history_shows_the_newest_first_and_looks_only_when_asked():
    user = ensure_system_user()
    publish(LampLit(lamp_id=1), by=user, about=[user])
    publish(LampLit(lamp_id=2), by=user, about=[user])
    record_read(what="card", about=[user], by=user)

    assert [line.facts for line in history_of(user)] == [{"lamp_id": 2}, {"lamp_id": 1}]
    assert history_of(user, reads=True)[0].event == "journal.PersonalDataRead"


@pytest.mark.django_db
def test_history_speaks_in_words_and_falls_back_on_the_name_of_the_fact():
    user = ensure_system_user()
    publish(LampLit(lamp_id=1), by=user, about=[user])
    publish(LampBroken(lamp_id=1), by=user, about=[user])
    record_read(what="card", about=[user], by=user)

    assert [line.label for line in history_of(user, reads=True)] == [
        "Чтение персональных данных",
        "Лампа разбита",
        "tests.LampLit",
    ]


@pytest.mark.django_db
def test_the_journal_cannot_be_rewritten():
    user = ensure_system_user()
    entry = publish(LampLit(lamp_id=1), by=user, about=[user])

    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        Entry.objects.filter(pk=entry.pk).update(event="other")
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        entry.delete()

    assert Entry.objects.get().event == "tests.LampLit"


@pytest.mark.django_db
def test_partitions_are_made_ahead_and_only_once():
    made = make_partitions(first=date(2031, 1, 15), last=date(2031, 3, 1))

    assert made == 3
    assert make_partitions(first=date(2031, 1, 15), last=date(2031, 3, 1)) == 0
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from pg_class where relkind = 'r' and relname like 'journal_entry_2031_%'")
        assert cursor.fetchone() == (3,)
