"""Requisites of a person or firm, checked digit by digit. Pure."""

from dataclasses import dataclass, fields

from django.utils.translation import gettext as _
from stdnum.exceptions import ValidationError
from stdnum.ru import inn as stdnum_inn
from stdnum.ru import ogrn as stdnum_ogrn

from opora.platform.errors import BusinessError
from opora.registry.customers.stages import CustomerKind

_LENGTHS = {CustomerKind.INDIVIDUAL: 12, CustomerKind.SOLE_PROPRIETOR: 12, CustomerKind.LEGAL_ENTITY: 10}


class WrongRequisite(BusinessError):
    """A number that cannot be right: `field` says which."""

    code = "wrong_requisite"


@dataclass(frozen=True)
class Requisites:
    """Digits only; empty where unknown."""

    inn: str = ""
    kpp: str = ""
    ogrn: str = ""
    snils: str = ""


def checked(kind: CustomerKind, given: Requisites) -> Requisites:
    """The requisites without spaces and dashes, if they can belong to a party of this kind.

    INN and OGRN by their check digits, SNILS by its check number (of numbers above 001-001-998), KPP by its form.

    :raises WrongRequisite: naming the field and what to do.
    """
    found = Requisites(*(_plain(getattr(given, field.name)) for field in fields(Requisites)))
    if found.inn:
        _check_inn(kind, found.inn)
    if found.kpp and kind is not CustomerKind.LEGAL_ENTITY:
        raise WrongRequisite(_("Only a legal entity has a KPP: leave it empty."), field="kpp")
    if found.kpp and not (len(found.kpp) == 9 and found.kpp[:4].isdigit() and found.kpp[6:].isdigit()):
        raise WrongRequisite(_("A KPP has nine characters, such as 231001001."), field="kpp")
    if found.ogrn:
        _check_ogrn(kind, found.ogrn)
    if found.snils and not _snils_is_right(found.snils):
        raise WrongRequisite(_("The check number of the SNILS does not fit: look at the card again."), field="snils")
    return found


def _plain(text: str) -> str:
    return "".join(letter for letter in text if letter.isalnum()).upper()


def _check_inn(kind: CustomerKind, inn: str) -> None:
    length = _LENGTHS[kind]
    if len(inn) != length or not inn.isdigit():
        message = _("The INN of this kind of customer has %(length)d digits, this one has %(given)d.")
        raise WrongRequisite(message % {"length": length, "given": len(inn)}, field="inn")
    try:
        stdnum_inn.validate(inn)
    except ValidationError as fault:
        raise WrongRequisite(_("The check digit of the INN does not fit: a digit is mistyped."), field="inn") from fault


def _check_ogrn(kind: CustomerKind, ogrn: str) -> None:
    if kind is CustomerKind.INDIVIDUAL:
        raise WrongRequisite(_("A person who is no sole proprietor has no OGRN: leave it empty."), field="ogrn")
    length = 13 if kind is CustomerKind.LEGAL_ENTITY else 15
    if len(ogrn) != length:
        message = _("The OGRN of a legal entity has 13 digits, that of a sole proprietor 15; this one has %d.")
        raise WrongRequisite(message % len(ogrn), field="ogrn")
    try:
        stdnum_ogrn.validate(ogrn)
    except ValidationError as fault:
        raise WrongRequisite(
            _("The check digit of the OGRN does not fit: a digit is mistyped."), field="ogrn"
        ) from fault


def _snils_is_right(snils: str) -> bool:
    if len(snils) != 11 or not snils.isdigit():
        return False
    if int(snils[:9]) <= 1001998:
        return True
    total = sum(int(digit) * weight for digit, weight in zip(snils[:9], range(9, 0, -1), strict=True))
    return total % 101 % 100 == int(snils[9:])
