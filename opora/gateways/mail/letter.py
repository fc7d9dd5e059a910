"""A message as a letter: RFC 5322 and MIME. Pure but for the date."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import localtime, parseaddr
from urllib.parse import quote

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.crypto import salted_hmac
from django.utils.html import linebreaks, urlize

from opora.casework.messaging.stages import Purpose
from opora.casework.messaging.transports import Outgoing

_HTML = """\
<!doctype html>
<html lang="ru"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"></head>
<body style="margin:0;padding:24px;font:16px/1.5 sans-serif;color:#1b1f24;background:#fff">
<div style="max-width:36em">{paragraphs}</div>
</body></html>
"""

#: Letters that a person has not asked for: he must be able to stop them from the letter itself (RFC 2369).
_UNASKED = (Purpose.SURVEY, Purpose.ADVERTISING)


class BadAddress(ValueError):
    """No letter can be addressed like this."""


def compose(message: Outgoing, *, sender: str) -> EmailMessage:
    """Write the letter: plain text, with the same in simple HTML.

    :param sender: `Name <address>`, or the address alone.
    :raises BadAddress: when the recipient's address cannot stand in a header.
    """
    name, address = parseaddr(sender)
    letter = EmailMessage(policy=SMTP)
    letter["From"] = Address(_line(name), addr_spec=address)
    mailbox, _at, domain = envelope_address(message.address).rpartition("@")
    letter["To"] = Address(_line(message.name), username=mailbox, domain=domain)
    letter["Subject"] = _line(message.subject)
    letter["Date"] = localtime()
    letter["Message-ID"] = message_id(message, domain=address.rpartition("@")[2])
    letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: no "I am on vacation" in reply
    if message.purpose in _UNASKED:
        subject = quote(f"unsubscribe {message.purpose} {message.message_id}")
        letter["List-Unsubscribe"] = f"<mailto:{address}?subject={subject}>"
    letter.set_content(message.body, cte="base64")
    paragraphs = linebreaks(urlize(message.body, nofollow=False, autoescape=True))
    letter.add_alternative(_HTML.format(paragraphs=paragraphs), subtype="html", cte="base64")
    return letter


def message_id(message: Outgoing, *, domain: str) -> str:
    """The name of the letter, the same at every attempt: a second copy is recognised by whoever gets it."""
    digest = salted_hmac("opora.gateways.mail", str(message.message_id)).hexdigest()[:16]
    return f"<{message.message_id}.{digest}@{domain}>"


def envelope_address(address: str) -> str:
    """The address in ASCII: a Cyrillic domain by its DNS name.

    :raises BadAddress: when that cannot be done.
    """
    mailbox, _at, domain = address.rpartition("@")
    try:
        validate_email(address)
        plain = f"{mailbox}@{domain.encode('idna').decode()}"
        plain.encode("ascii")
    except (ValidationError, UnicodeError) as error:
        raise BadAddress(address) from error
    return plain


def _line(text: str) -> str:
    """Text that may stand in a header: on one line."""
    return " ".join(text.split())
