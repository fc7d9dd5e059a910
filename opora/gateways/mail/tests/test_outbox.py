import email
import email.policy
from dataclasses import replace

import pytest

from opora.casework.messaging.stages import Reason
from opora.casework.messaging.transports import Accepted, Refused, TryLater
from opora.gateways.mail.outbox import OutboxTransport
from opora.gateways.mail.tests.conftest import LETTER


@pytest.fixture
def folder(tmp_path, settings):
    settings.OUTBOX = tmp_path / "outbox"
    return settings.OUTBOX


def test_a_letter_becomes_a_file_and_a_second_copy_the_same_file(folder):
    first = OutboxTransport().deliver(LETTER)
    second = OutboxTransport().deliver(replace(LETTER, attempt=2))

    assert first == second == Accepted(provider_id="17.eml")
    (file,) = folder.iterdir()
    letter = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert letter["Subject"] == LETTER.subject
    assert letter.get_body(("plain",)).get_content().splitlines()[0] == "Здравствуйте!"


def test_it_is_known_whether_an_interrupted_letter_was_written(folder):
    assert OutboxTransport().settle(LETTER) == TryLater(reason=Reason.INTERRUPTED)

    OutboxTransport().deliver(LETTER)

    assert OutboxTransport().settle(LETTER) == Accepted(provider_id="17.eml")


def test_a_folder_that_cannot_be_written_is_tried_later(folder):
    folder.write_text("a file, not a folder")

    outcome = OutboxTransport().deliver(LETTER)

    assert isinstance(outcome, TryLater) and outcome.reason is Reason.CONNECTION


def test_no_address_is_refused(folder):
    outcome = OutboxTransport().deliver(replace(LETTER, address=""))

    assert isinstance(outcome, Refused) and outcome.reason is Reason.ADDRESS_UNKNOWN
