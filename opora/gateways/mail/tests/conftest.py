from dataclasses import replace

import pytest

from opora.casework.messaging.stages import Channel, Purpose
from opora.casework.messaging.transports import Outgoing
from opora.gateways.mail.smtp import SmtpTransport
from opora.gateways.mail.tests.servers import Postman, serving

LETTER = Outgoing(
    message_id=17,
    attempt=1,
    channel=Channel.EMAIL,
    purpose=Purpose.SERVICE,
    name="Ёлкин Пётр, ИП",
    address="elkin@example.org",
    subject="Ваше обращение № 01-2026-000017 зарегистрировано",
    body="Здравствуйте!\n\nОтветим до 24.12.2026.\nПодробнее: https://example.org/?a=1&b=<2>",
)


@pytest.fixture(autouse=True)
def sender(settings):
    settings.MAIL_FROM = "Сетевая компания <noreply@example.ru>"


@pytest.fixture
def postman():
    return Postman()


@pytest.fixture
def server(postman, settings):
    """A mail server that takes everything."""
    with serving(postman) as port:
        settings.SMTP_URL = f"smtp://127.0.0.1:{port}"
        yield postman


@pytest.fixture
def deliver():
    """Hand over a letter, a little different from the usual one."""
    return lambda **different: SmtpTransport().deliver(replace(LETTER, **different))
