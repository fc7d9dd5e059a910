"""What one cell of an imported file says: each reader takes its text and gives a value fit for the base."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from opora.platform.names import sort_key
from opora.platform.phone import normalised

Reader = Callable[[str], Any]

_DATE_FORMATS = ("%d.%m.%Y", "%Y-%m-%d", "%d.%m.%y", "%d/%m/%Y", "%Y-%m-%d %H:%M:%S", "%d.%m.%Y %H:%M:%S")
#: Excel counts days from here, and shows a date as a number when the cell has lost its format.
_EXCEL_EPOCH = date(1899, 12, 30)
_EXCEL_DATES = range(10_000, 80_000)
_LOOKALIKES = str.maketrans("ABCEHKMOPTXYІabcehkmoptxyі", "АВСЕНКМОРТХУIавсенкмортхуi")
_SPACES = str.maketrans("", "", " \u00a0\u202f'")


class WrongCell(Exception):
    """The text cannot be what its column holds; the message says why and what would be right."""


def text(length: int) -> Reader:
    """Words in one line, no longer than the base has room for."""

    def read(cell: str) -> str:
        if len(cell) > length:
            raise WrongCell(_("Longer than %(most)d characters: %(given)d.") % {"most": length, "given": len(cell)})
        return cell

    return read


def choice(words: Mapping[str, str], allowed: str) -> Reader:
    """One of few values, by its code or by any of the words people write for it."""
    known = {_plain(word): value for word, value in words.items()}
    known |= {_plain(value): value for value in words.values()}

    @lru_cache
    def read(cell: str) -> str:
        value = known.get(_plain(cell))
        if value is None:
            raise WrongCell(_("Not one of: %s.") % allowed)
        return value

    return read


def _plain(word: str) -> str:
    """Without case, dots, dashes and spaces, Latin look-alikes as Cyrillic letters."""
    return sort_key("".join(letter for letter in word.translate(_LOOKALIKES) if letter.isalnum()))


def phones(cell: str) -> list[str]:
    """Telephone numbers in any spelling, several of them after commas or semicolons."""
    found = []
    for part in cell.replace(";", ",").split(","):
        if part.strip():
            number = normalised(part)
            if number is None:
                raise WrongCell(_("“%s” is not a phone number: give it with the area code.") % part.strip())
            found.append(number)
    return list(dict.fromkeys(found))


def one_phone(cell: str) -> str:
    """A telephone number in any spelling."""
    number = normalised(cell)
    if number is None:
        raise WrongCell(_("“%s” is not a phone number: give it with the area code.") % cell)
    return number


def emails(cell: str) -> list[str]:
    """E-mail addresses, several of them after commas or semicolons."""
    found = []
    for part in cell.replace(";", ",").split(","):
        if address := part.strip().lower():
            try:
                validate_email(address)
            except ValidationError as fault:
                raise WrongCell(_("“%s” is not an e-mail address.") % address) from fault
            if len(address) > 254:
                raise WrongCell(_("Longer than %(most)d characters: %(given)d.") % {"most": 254, "given": len(address)})
            found.append(address)
    return list(dict.fromkeys(found))


@lru_cache
def day(cell: str) -> str:
    """A day as people write it, or as Excel counts it; given on in ISO form."""
    for form in _DATE_FORMATS:
        try:
            found = datetime.strptime(cell, form).date()
        except ValueError:
            continue
        if found.year >= 1900:
            return found.isoformat()
    whole = cell.partition(".")[0]
    if whole.isascii() and whole.isdigit() and len(whole) == 5 and int(whole) in _EXCEL_DATES:
        return (_EXCEL_EPOCH + timedelta(days=int(whole))).isoformat()
    raise WrongCell(_("Not a date: write it as 31.12.2026."))


def amount(*, digits: int, places: int, least: Decimal | None = None, above: Decimal | None = None) -> Reader:
    """A decimal number with a comma or a point, rounded as the base keeps it."""
    step, most = Decimal(1).scaleb(-places), Decimal(10) ** (digits - places)

    def read(cell: str) -> str:
        try:
            number = Decimal(cell.translate(_SPACES).replace(",", ".").replace("−", "-"))
        except InvalidOperation as fault:
            raise WrongCell(_("Not a number.")) from fault
        if not number.is_finite() or abs(number) >= most:
            raise WrongCell(_("Not a number that can be right: too large."))
        number = number.quantize(step, ROUND_HALF_UP)
        if least is not None and number < least:
            raise WrongCell(_("May not be less than %s.") % least)
        if above is not None and number <= above:
            raise WrongCell(_("Must be more than %s.") % above)
        return str(number)

    return read
