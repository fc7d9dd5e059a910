"""A worker is killed while it hands letters over; another takes its place. Real processes, a real mail server."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.conf import settings as installed
from django.db import connection
from django.utils import timezone

from opora.casework.messaging.handlers import PATIENCE, settle_interrupted
from opora.casework.messaging.models import Message
from opora.casework.messaging.operations import Recipient, load_templates, send
from opora.casework.messaging.queries import outgoing
from opora.casework.messaging.stages import State
from opora.gateways.mail.letter import message_id
from opora.gateways.mail.tests.servers import Postman, serving
from opora.platform.access import queries as access
from opora.platform.access.operations import ensure_system_user
from opora.platform.journal import handlers as journal
from opora.platform.scope import EVERYTHING, scoped

LETTERS = 24
VALUES = {"number": "17", "topic": "Напряжение", "due": "24.12.2026"}


@contextmanager
def worker(smtp_url: str) -> Iterator[subprocess.Popen[bytes]]:
    target = connection.settings_dict
    url = f"postgresql://{target['USER']}:{quote(target['PASSWORD'])}@/{target['NAME']}?host={quote(target['HOST'])}"
    if target["PORT"]:
        url += f"&port={target['PORT']}"
    process = subprocess.Popen(
        [sys.executable, "-m", "opora.config.command", "worker", "alerts"],
        cwd=installed.ROOT,
        env={
            **os.environ,
            "OPORA_DATABASE_URL": url,
            "OPORA_SMTP_URL": smtp_url,
            "OPORA_MAIL_FROM": "noreply@example.ru",
        },
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(10)


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


def states() -> dict[str, str]:
    """The state of every message, by the Message-ID of its letter."""
    with scoped(EVERYTHING):
        return {name_of(message): message.state for message in Message.objects.all()}


def name_of(message: Message) -> str:
    return message_id(outgoing(message), domain="example.ru")


@pytest.mark.django_db(transaction=True)
def test_nobody_is_forgotten_and_nobody_told_twice_unrecognisably(monkeypatch):
    monkeypatch.setattr(access, "_system_user", [])
    postman = Postman(slowly=lambda letter: 0.1)
    with scoped(EVERYTHING):
        system = ensure_system_user()
        load_templates(by=system)
        for number in range(LETTERS):
            to = Recipient(email=f"somebody{number}@example.org")
            send(template="case_registered", to=to, values=VALUES, once=f"registered:{number}", by=system)

    with serving(postman) as port:
        smtp_url = f"smtp://127.0.0.1:{port}"
        with worker(smtp_url):
            wait_until(lambda: len(postman.letters) >= LETTERS // 3)
        after_the_kill = states()
        in_flight = {name for name, state in after_the_kill.items() if state == State.SENDING}
        assert in_flight, "the worker was killed too late"

        with scoped(EVERYTHING):  # as the clock will, a few minutes later
            monkeypatch.setattr(journal, "SILENCE_OF_THE_DEAD", "0 seconds")
            journal.retry_jobs_of_dead_workers(timezone.now())
            settle_interrupted(timezone.now() + PATIENCE + timedelta(seconds=1))
        with worker(smtp_url):
            wait_until(lambda: set(states().values()) == {State.SENT})

    copies = postman.copies()
    assert set(copies) == set(after_the_kill), "every message arrived, and no other"
    again = {name for name, count in copies.items() if count > 1}
    assert again <= in_flight, "only what was in flight may have come again, under the same Message-ID"
    assert max(copies.values()) <= 2
