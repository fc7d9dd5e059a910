"""INN, OGRN and SNILS that are formally right and belong to nobody in particular. Pure."""

from collections.abc import Sequence
from random import Random

_ENTITY = (2, 4, 10, 3, 5, 9, 4, 6, 8)
_PERSON_FIRST = (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
_PERSON_SECOND = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)

#: Tax offices of the region: the first four digits of INN and KPP.
OFFICES = ("2310", "2308", "2311", "2320", "2372", "0105")


def entity_inn(office: str, number: int) -> str:
    """INN of a legal entity: ten digits, the last one a check digit."""
    body = f"{office}{number % 100_000:05d}"
    return body + _check(body, _ENTITY)


def person_inn(office: str, number: int) -> str:
    """INN of a person: twelve digits, the last two of them check digits."""
    body = f"{office}{number % 1_000_000:06d}"
    body += _check(body, _PERSON_FIRST)
    return body + _check(body, _PERSON_SECOND)


def entity_ogrn(random: Random) -> str:
    """OGRN: thirteen digits, the last one the remainder of the others by 11."""
    body = f"1{random.randint(2, 24):02d}23{random.randrange(10**7):07d}"
    return f"{body}{int(body) % 11 % 10}"


def proprietor_ogrn(random: Random) -> str:
    """OGRNIP: fifteen digits, the last one the remainder of the others by 13, here always less than ten."""
    body = int(f"3{random.randint(4, 24):02d}23{random.randrange(10, 10**9):09d}")
    body -= max(0, body % 13 - 9)
    return f"{body}{body % 13}"


def snils(number: int) -> str:
    """SNILS: eleven digits, the last two the check number."""
    body = f"{100_000_000 + number % 800_000_000:09d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, range(9, 0, -1), strict=True))
    return f"{body}{total % 101 % 100:02d}"


def _check(body: str, weights: Sequence[int]) -> str:
    return str(sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11 % 10)
