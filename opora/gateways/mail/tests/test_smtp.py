"""Against a mail server of another author, aiosmtpd."""

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult

from opora.casework.messaging.stages import Reason
from opora.casework.messaging.transports import Accepted, Refused, TryLater
from opora.gateways.mail.smtp import SmtpTransport, verdict
from opora.gateways.mail.tests.conftest import LETTER
from opora.gateways.mail.tests.servers import Postman, dropping_in_data, free_port, serving


def test_a_letter_arrives_as_it_was_written(server, deliver):
    outcome = deliver()

    assert outcome == Accepted(provider_id="2.0.0 Ok: queued as 4F00D", detail="250 2.0.0 Ok: queued as 4F00D")
    (letter,), (envelope,) = server.letters, server.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == ("noreply@example.ru", ["elkin@example.org"])
    assert letter["Subject"] == "Ваше обращение № 01-2026-000017 зарегистрировано"
    assert letter["From"].addresses[0].display_name == "Сетевая компания"
    assert letter["To"].addresses[0].display_name == "Ёлкин Пётр, ИП"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter.get_body(("plain",)).get_content().replace("\r\n", "\n").rstrip() == LETTER.body
    assert "&lt;2&gt;" in letter.get_body(("html",)).get_content()


def test_who_is_busy_is_asked_later_and_then_gets_the_same_letter(server, deliver):
    server.on_rcpt = ["451 4.7.1 Greylisted, come back"]

    assert deliver() == TryLater(reason=Reason.BUSY, detail="451 4.7.1 Greylisted, come back")
    assert server.letters == []
    assert isinstance(deliver(attempt=2), Accepted)
    assert list(server.copies().values()) == [1]


def test_a_refusal_after_the_letter_is_final(server, deliver):
    server.on_data = ["554 5.7.1 Spam"]

    assert deliver() == Refused(reason=Reason.REJECTED, detail="554 5.7.1 Spam")


def test_nobody_lives_there(server, deliver):
    server.on_rcpt = ["550 No such user here"]

    assert deliver() == Refused(reason=Reason.ADDRESS_UNKNOWN, detail="550 No such user here")


@pytest.mark.parametrize(
    ("code", "text", "of_recipient", "reason", "final"),
    [
        (421, "4.3.2 shutting down", False, Reason.BUSY, False),
        (450, "4.2.1 try again", True, Reason.BUSY, False),
        (452, "4.2.2 mailbox full", True, Reason.BUSY, False),
        (550, "5.1.1 no such user", True, Reason.ADDRESS_UNKNOWN, True),
        (550, "5.1.10 RESOLVER.ADR.RecipientNotFound", True, Reason.ADDRESS_UNKNOWN, True),
        (550, "5.2.1 disabled", True, Reason.ADDRESS_UNKNOWN, True),
        (553, "sorry, no mailbox here by that name", True, Reason.ADDRESS_UNKNOWN, True),
        (552, "5.2.2 quota exceeded", True, Reason.MAILBOX_FULL, True),
        (552, "quota exceeded", True, Reason.MAILBOX_FULL, True),
        (552, "too large", False, Reason.REJECTED, True),
        (550, "5.7.1 blocked by policy", True, Reason.REJECTED, True),
        (550, "5.1.8 bad sender", True, Reason.REJECTED, True),
        (550, "relay not permitted", True, Reason.REJECTED, True),
        (550, "spam", False, Reason.REJECTED, True),
        (554, "5.7.1 relay access denied", True, Reason.REJECTED, True),
    ],
)
def test_what_the_answers_of_servers_mean(code, text, of_recipient, reason, final):
    outcome = verdict(code, text, of_recipient=of_recipient)

    assert outcome == (Refused if final else TryLater)(reason=reason, detail=f"{code} {text}")


def test_a_server_that_is_not_there_is_tried_later(settings, deliver):
    settings.SMTP_URL = f"smtp://127.0.0.1:{free_port()}"

    outcome = deliver()

    assert isinstance(outcome, TryLater) and outcome.reason is Reason.CONNECTION
    assert "refused" in outcome.detail


def test_a_server_that_hangs_up_in_the_letter_is_tried_later(settings, deliver):
    with dropping_in_data() as port:
        settings.SMTP_URL = f"smtp://127.0.0.1:{port}"

        outcome = deliver()

    assert isinstance(outcome, TryLater) and outcome.reason is Reason.CONNECTION


def test_a_server_that_says_nothing_is_not_waited_for_forever(settings, deliver, monkeypatch):
    monkeypatch.setattr("opora.gateways.mail.smtp.PATIENCE", 0.2)
    postman = Postman(slowly=lambda letter: 2.0)
    with serving(postman) as port:
        settings.SMTP_URL = f"smtp://127.0.0.1:{port}"

        outcome = deliver()

    assert isinstance(outcome, TryLater) and outcome.reason is Reason.CONNECTION


def test_nobody_is_addressed_in_vain(server, deliver):
    outcome = deliver(address="иван@example.org")

    assert isinstance(outcome, Refused) and outcome.reason is Reason.ADDRESS_UNKNOWN
    assert server.letters == []


def test_an_interrupted_letter_may_go_again_because_its_copy_is_recognised():
    assert SmtpTransport().settle(LETTER) == TryLater(reason=Reason.INTERRUPTED)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of one's own for this machine, with its key."""
    if shutil.which("openssl") is None:
        pytest.skip("NO OPENSSL: encrypted delivery was not tried")
    path = tmp_path / "server.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1,IP:127.0.0.2",
         "-keyout", path, "-out", tmp_path / "certificate.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    path.write_text(path.read_text() + (tmp_path / "certificate.pem").read_text())
    return path


def _private(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def _only_olga(server, session, envelope, mechanism, data):
    known = (data.login, data.password) == (b"olga@example.ru", b"p@ss:word")
    return AuthResult(success=known, handled=False)


def test_name_and_password_go_over_tls(postman, certificate, settings, deliver):
    with serving(postman, tls_context=_private(certificate), authenticator=_only_olga, auth_required=True) as port:
        settings.SMTP_URL = f"smtp://olga%40example.ru:p%40ss%3Aword@127.0.0.1:{port}?ca={certificate}"
        right = deliver()
        settings.SMTP_URL = f"smtp://olga%40example.ru:wrong@127.0.0.1:{port}?ca={certificate}"
        wrong = deliver()

    assert isinstance(right, Accepted)
    assert isinstance(wrong, TryLater) and wrong.reason is Reason.AUTHENTICATION
    assert len(postman.letters) == 1


def test_smtps_is_private_from_the_first_byte(postman, certificate, settings, deliver):
    with serving(postman, ssl_context=_private(certificate)) as port:
        settings.SMTP_URL = f"smtps://127.0.0.1:{port}?ca={certificate}"

        assert isinstance(deliver(), Accepted)


def test_a_certificate_nobody_vouches_for_is_not_trusted(postman, certificate, settings, deliver):
    with serving(postman, tls_context=_private(certificate)) as port:
        settings.SMTP_URL = f"smtp://127.0.0.1:{port}"
        outcome = deliver()
        settings.SMTP_URL = f"smtp://127.0.0.1:{port}?tls=no"
        openly = deliver()

    assert isinstance(outcome, TryLater) and "certificate verify failed" in outcome.detail
    assert isinstance(openly, Accepted)


def test_a_password_does_not_cross_a_network_in_the_clear(postman, settings, deliver):
    with serving(postman, hostname="127.0.0.2", authenticator=_only_olga, auth_require_tls=False) as port:
        settings.SMTP_URL = f"smtp://olga%40example.ru:p%40ss%3Aword@127.0.0.2:{port}"

        outcome = deliver()

    assert isinstance(outcome, TryLater) and outcome.reason is Reason.AUTHENTICATION
    assert postman.letters == []
