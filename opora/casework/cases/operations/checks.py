"""What people write into a case, checked before it is kept; each refusal names its field."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import TextChoices
from django.utils.translation import gettext as _

from opora.platform.errors import BusinessError
from opora.platform.phone import normalised

MAX_TEXT = 100_000
MAX_LINE = 200


class WrongValue(BusinessError):
    code = "wrong_value"


class TextMissing(BusinessError):
    code = "text_missing"


@dataclass(frozen=True, kw_only=True)
class Contact:
    """How to reach whoever turned to us, as told this time; the customer's card is not changed by it."""

    name: str = ""
    phone: str = ""
    email: str = ""


NO_CONTACT = Contact()


def checked_text(text: str, *, field: str = "text") -> str:
    """The words as they were written, without what the database cannot hold.

    :raises TextMissing: when nothing is left, or when there is far too much.
    """
    text = _storable(text)
    if not text:
        raise TextMissing(_("Write what it is about."), field=field)
    if len(text) > MAX_TEXT:
        raise TextMissing(_("The text is longer than %d characters: attach it as a file.") % MAX_TEXT, field=field)
    return text


def checked_line(text: str, *, field: str, limit: int = MAX_LINE) -> str:
    """A short text.

    :raises WrongValue: when it is longer than its column.
    """
    text = " ".join(_storable(text).split())
    if len(text) > limit:
        raise WrongValue(_("This is longer than %d characters: shorten it.") % limit, field=field)
    return text


def checked_contact(contact: Contact) -> Contact:
    """The contact with its phone in E.164 and its e-mail in lower case.

    :raises WrongValue: naming the field that cannot be understood.
    """
    name, phone = checked_line(contact.name, field="contact_name"), contact.phone.strip()
    email = contact.email.strip().lower()
    if phone:
        number = normalised(phone)
        if number is None:
            message = _("“%s” is not a phone number: give it with the code, for example +7 861 200-00-00.")
            raise WrongValue(message % phone, field="contact_phone")
        phone = number
    if email:
        try:
            validate_email(email)
        except ValidationError as error:
            message = _("“%s” is not an e-mail address.")
            raise WrongValue(message % email, field="contact_email") from error
    return Contact(name=name, phone=phone, email=email)


def checked_choice(choices: type[TextChoices], value: str, field: str) -> None:
    """Refuse a word that is not one of the choices.

    :raises WrongValue: naming those that are.
    """
    if value not in choices.values:
        message = _("“%(value)s” is unknown: choose from %(words)s.")
        raise WrongValue(message % {"value": value, "words": ", ".join(choices.values)}, field=field)


def _storable(text: str) -> str:
    """PostgreSQL keeps neither the zero character nor halves of surrogate pairs."""
    return text.replace("\x00", "").encode(errors="replace").decode().strip()
