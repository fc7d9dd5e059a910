"""Letters over SMTP (RFC 5321), and what a server's refusal means."""

import re
import smtplib
import ssl
from contextlib import suppress
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.conf import settings

from opora.casework.messaging.stages import Reason
from opora.casework.messaging.transports import Accepted, Outcome, Outgoing, Refused, TryLater
from opora.gateways.mail.letter import BadAddress, compose, envelope_address

#: Seconds to wait for each answer of the server.
PATIENCE = 30.0

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_ENHANCED = re.compile(r"[245]\.(\d{1,3})\.(\d{1,3})\b")
#: Enhanced codes (RFC 3463) that speak of the recipient's address; those of the sender's (5.1.7, 5.1.8) do not.
_NOBODY_THERE = {(1, 0), (1, 1), (1, 2), (1, 3), (1, 4), (1, 6), (1, 9), (1, 10), (2, 0), (2, 1)}
_FULL = {(2, 2)}


class SmtpTransport:
    """Sends each letter over a connection of its own to the server of `settings.SMTP_URL`.

    `smtp://` goes over to TLS when the server offers it (`?tls=no` forbids), `smtps://` begins with it; `?ca=` names a
    file with the certificate of one's own authority. A password never goes in the clear, but to the same machine.
    """

    def deliver(self, message: Outgoing) -> Outcome:
        try:
            letter = compose(message, sender=settings.MAIL_FROM)
            recipient = envelope_address(message.address)
        except BadAddress as error:
            return Refused(reason=Reason.ADDRESS_UNKNOWN, detail=str(error))
        sender = letter["From"].addresses[0].addr_spec
        try:
            connection = _connect(urlsplit(settings.SMTP_URL), domain=sender.rpartition("@")[2])
        except (smtplib.SMTPAuthenticationError, smtplib.SMTPNotSupportedError) as error:
            return TryLater(reason=Reason.AUTHENTICATION, detail=_words(error))
        except OSError as error:
            return TryLater(reason=Reason.CONNECTION, detail=_words(error))
        try:
            return _hand_over(connection, sender, recipient, letter.as_bytes())
        except smtplib.SMTPDataError as error:
            return verdict(error.smtp_code, _text(error.smtp_error))
        except OSError as error:
            return TryLater(reason=Reason.CONNECTION, detail=_words(error))
        finally:
            with suppress(OSError):
                connection.quit()

    def settle(self, message: Outgoing) -> Outcome:
        """Let it be sent again: SMTP cannot tell, but a second copy has the same Message-ID (see ADR 11)."""
        return TryLater(reason=Reason.INTERRUPTED)


def verdict(code: int, text: str, *, of_recipient: bool = False) -> Outcome:
    """What the server's answer to a letter means.

    :param of_recipient: it answers the question whether this recipient is there.
    """
    detail = f"{code} {text}"
    if 200 <= code < 300:
        return Accepted(provider_id=text, detail=detail)
    if code < 500:
        return TryLater(reason=Reason.BUSY, detail=detail)
    enhanced = _ENHANCED.match(text)
    if enhanced:
        status = (int(enhanced[1]), int(enhanced[2]))
        if status in _NOBODY_THERE:
            return Refused(reason=Reason.ADDRESS_UNKNOWN, detail=detail)
        if status in _FULL:
            return Refused(reason=Reason.MAILBOX_FULL, detail=detail)
    elif of_recipient and code in (550, 551, 553) and "relay" not in text.lower():
        return Refused(reason=Reason.ADDRESS_UNKNOWN, detail=detail)
    elif of_recipient and code == 552:
        return Refused(reason=Reason.MAILBOX_FULL, detail=detail)
    return Refused(reason=Reason.REJECTED, detail=detail)


def _connect(server: SplitResult, *, domain: str) -> smtplib.SMTP:
    options = dict(parse_qsl(server.query))
    host, context = server.hostname or "", ssl.create_default_context(cafile=options.get("ca"))
    connection: smtplib.SMTP
    if server.scheme == "smtps":
        connection = smtplib.SMTP_SSL(
            host, server.port or 465, local_hostname=domain, timeout=PATIENCE, context=context
        )
        private = True
    else:
        connection = smtplib.SMTP(host, server.port or 25, local_hostname=domain, timeout=PATIENCE)
        private = host in _LOOPBACK
    try:
        connection.ehlo_or_helo_if_needed()
        if server.scheme == "smtp" and options.get("tls") != "no" and connection.has_extn("starttls"):
            connection.starttls(context=context)
            connection.ehlo()
            private = True
        if server.username:
            if not private:
                raise smtplib.SMTPNotSupportedError("the server offers no encryption for the password")
            connection.login(unquote(server.username), unquote(server.password or ""))
    except BaseException:
        connection.close()
        raise
    return connection


def _hand_over(connection: smtplib.SMTP, sender: str, recipient: str, letter: bytes) -> Outcome:
    """Say from whom and to whom, then the letter; the first refusal ends it."""
    code, text = connection.mail(sender)
    if code == 250:
        code, text = connection.rcpt(recipient)
        if code not in (250, 251):
            return verdict(code, _text(text), of_recipient=True)
        code, text = connection.data(letter)
    return verdict(code, _text(text))


def _text(answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return " ".join(text.split())


def _words(error: OSError) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"
    return _text(str(error)) or type(error).__name__
