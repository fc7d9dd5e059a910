"""Customers by numbers that say who they are: phone, account, meter, agreement, requisites."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext as _

from opora.platform.phone import shown
from opora.registry.customers.queries.candidates import Candidate

#: Digits as people write phones, accounts and SNILS: with spaces, brackets, dashes.
_RUN = re.compile(r"\+?\d[\d \t()\u2010-\u2015\-]{2,}\d")
_EMAIL = re.compile(r"[^\s<>,;]+@[^\s<>,;]+\.[^\s<>,;.]+")
_SHORTEST = 4
_PHONE = range(10, 16)
_TAIL = range(4, 10)


@dataclass(frozen=True)
class Numbers:
    """What of a text to look up. Phones in E.164, e-mails in lower case, codes as they may be written in the base."""

    phones: list[str]
    emails: list[str]
    codes: list[str]
    #: The range of phones, read backwards, that end with the digits of a text of nothing else; an empty one otherwise.
    tail: tuple[str, str]

    def __bool__(self) -> bool:
        return bool(self.phones or self.emails or self.codes)


def found_by_numbers(text: str, *, limit: int) -> Sequence[Candidate]:
    """Everybody who has one of the numbers in the text, in one statement; by the last digits of a phone only if nobody.

    Which kind of number it is, the database knows: the text is looked up as each that it may be.
    """
    numbers = numbers_in(text)
    if not numbers:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "select customer_id, name, group_name, kind, usage_point_id, address, account, phone, field, detail"
            " from customers_identified(%s, %s, %s, %s, %s, %s)",
            [numbers.phones, numbers.emails, numbers.codes, *numbers.tail, limit],
        )
        found = [
            Candidate(
                customer_id=customer_id, name=name, group=group, kind=kind, usage_point_id=point_id, address=address,
                account=account, phone=phone, field=_FIELDS.get(field, field), reason=_reason(field, detail),
                exact=field != "phone_tail",
            )
            for customer_id, name, group, kind, point_id, address, account, phone, field, detail in cursor.fetchall()
        ]  # fmt: skip
    return [candidate for candidate in found if candidate.exact] or found


def numbers_in(text: str) -> Numbers:
    """The numbers that may be meant by the text as a whole, by its words, and by the runs of digits in it."""
    text = text.strip()
    runs = [run.group() for run in _RUN.finditer(text)]
    digits = ["".join(filter(str.isdigit, run)) for run in runs]
    words = [text, "".join(text.split()), *text.split()]
    codes = [word.strip("№#,.;: ") for word in words if any(map(str.isdigit, word))]
    whole = runs[0] == text if runs else False
    return Numbers(
        phones=list({_e164(run, number) for run, number in zip(runs, digits, strict=True) if len(number) in _PHONE}),
        emails=[email.lower() for email in _EMAIL.findall(text)],
        codes=list({spelt for code in [*codes, *digits] if len(code) >= _SHORTEST for spelt in (code, code.upper())}),
        tail=_tail(digits[0]) if whole and len(digits[0]) in _TAIL else ("", ""),
    )


def _e164(run: str, digits: str) -> str:
    """Russian numbers however they begin; others as dialled. Cheaper than reading them by all rules of the world."""
    if len(digits) == 10 and not run.startswith("+"):
        return "+7" + digits
    if len(digits) == 11 and digits[0] in "78":
        return "+7" + digits[1:]
    return "+" + digits


def _tail(digits: str) -> tuple[str, str]:
    backwards = digits[::-1]
    follower = str(int("1" + backwards) + 1)
    return backwards, follower[1:] if follower[0] == "1" else "a"


#: What a reader knows as a phone, is found in several ways.
_FIELDS = {"contact_person": "phone", "phone_tail": "phone"}


def _reason(field: str, detail: str) -> str:
    match field:
        case "phone":
            return _("phone matches")
        case "phone_tail":
            return _("phone ends so: %s") % shown(detail)
        case "contact_person":
            return _("phone of the contact person: %s") % detail
        case "email":
            return _("e-mail matches")
        case "account":
            return _("account matches")
        case "usage_point":
            return _("number of the usage point matches")
        case "meter":
            return _("meter matches")
        case "agreement":
            return _("agreement matches: %s") % detail
        case "inn":
            return _("INN matches")
        case _:
            return _("SNILS matches")
