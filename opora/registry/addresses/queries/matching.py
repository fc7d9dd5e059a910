"""Which house a free address means, how sure that is, and why."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from opora.registry.addresses.address_text import AddressText, take_apart
from opora.registry.addresses.house_numbers import HouseNumber
from opora.registry.addresses.queries.candidates import Candidate, candidates_for
from opora.registry.addresses.stages import HouseKind

#: How many are offered.
OFFERED = 5
#: Objects less like the address than this are others.
_ALIKE = 0.4
#: How much of the confidence is left when the numbers of the houses are not the same.
_AS_FRACTION, _WITHOUT_ADDITION, _ANOTHER_ADDITION, _ANOTHER_LETTER = 0.9, 0.7, 0.5, 0.4
#: Within this, two are as likely.
_EQUAL = 0.02


@dataclass(frozen=True)
class Match:
    """A house that an address may mean."""

    house_guid: UUID
    text: str
    #: 0 to 1; two that are as likely share it.
    confidence: float
    explanation: str


@dataclass(frozen=True)
class _Known:
    """A house of the register."""

    guid: UUID
    kind: str
    label: str
    key: str


def match_address(text: str, *, limit: int = OFFERED) -> Sequence[Match]:
    """The houses that a free address may mean, the likeliest first; none when no house of the register fits."""
    return match_addresses([text], limit=limit)[0]


def match_addresses(texts: Sequence[str], *, limit: int = OFFERED) -> Sequence[Sequence[Match]]:
    """The same for many addresses: so many queries as for one."""
    said = [take_apart(text) for text in texts]
    places = {each.place: each for each in said}
    found = dict(zip(places, candidates_for([_without_house(each) for each in places.values()]), strict=True))
    wanted = [
        [(candidate, candidate.house if each.house is None else each.house) for candidate in _likely(found[each.place])]
        for each in said
    ]
    houses = _houses({(candidate.id, house.number) for pairs in wanted for candidate, house in pairs if house})
    return [_matches(pairs, houses)[:limit] for pairs in wanted]


def _without_house(said: AddressText) -> AddressText:
    """What houses of one street have in common is looked for once."""
    return AddressText(words=said.words, types=said.types)


def _likely(candidates: Sequence[Candidate]) -> Sequence[Candidate]:
    return [candidate for candidate in candidates if candidate.score >= _ALIKE]


def _houses(wanted: set[tuple[int, int]]) -> dict[tuple[int, int], list[_Known]]:
    """Houses by street and leading figures."""
    found: dict[tuple[int, int], list[_Known]] = defaultdict(list)
    pairs = sorted(wanted)
    with connection.cursor() as cursor:
        cursor.execute(
            "select parent_id, house.number, guid, kind, label, key"
            " from unnest(%s::bigint[], %s::int[]) asked (parent, number)"
            " join addresses_house house on house.parent_id = asked.parent and house.number = asked.number"
            " where is_current order by parent_id, house.number, key, id",
            [[parent for parent, _number in pairs], [number for _parent, number in pairs]],
        )
        for parent, number, *known in cursor.fetchall():
            found[parent, number].append(_Known(*known))
    return found


def _matches(
    pairs: Sequence[tuple[Candidate, HouseNumber | None]], houses: dict[tuple[int, int], list[_Known]]
) -> list[Match]:
    likely: list[tuple[float, Candidate, _Known, str]] = []
    for candidate, house in pairs:
        if house is not None:
            known = houses.get((candidate.id, house.number), ())
            for share, each, why in _compared(house, known):
                likely.append((candidate.score * share, candidate, each, why))
    likely.sort(key=lambda each: (-each[0], each[1].text, each[2].key, str(each[2].guid)))
    if not likely:
        return []
    best = likely[0][0]
    rivals = sum(score >= best - _EQUAL for score, *_rest in likely)
    return [
        Match(
            known.guid,
            f"{candidate.text}, {known.label}",
            round(score / (rivals if score >= best - _EQUAL else 1), 3),
            "; ".join(_reasons(candidate, why, rivals if score >= best - _EQUAL else 1)),
        )
        for score, candidate, known, why in likely
    ]


def _compared(asked: HouseNumber, known: Sequence[_Known]) -> list[tuple[float, _Known, str]]:
    """Houses with these figures, each with how much like the one asked for it is; a house goes before a plot."""
    compared = []
    for house in known:
        if house.key == asked.key:
            compared.append((1.0, house, _("the number matches")))
        elif _as_fraction(house.key) == _as_fraction(asked.key):
            compared.append((_AS_FRACTION, house, _("the corpus is written as a fraction")))
        elif house.key.split()[0] == asked.base:
            if asked.added and house.key != asked.base:
                compared.append((_ANOTHER_ADDITION, house, _("another corpus")))
            else:
                said = _("there is no such corpus") if asked.added else _("the corpus is not said")
                compared.append((_WITHOUT_ADDITION, house, said))
        else:
            compared.append((_ANOTHER_LETTER, house, _("another letter or fraction")))
    exact = [each for each in compared if each[0] == 1 and each[1].kind == HouseKind.HOUSE]
    plots = [each for each in compared if each[0] == 1 and each[1].kind == HouseKind.STEAD]
    return [each for each in compared if not (exact and each in plots)]


def _as_fraction(key: str) -> str:
    base, *added = key.split()
    return "/".join([base, *(each.lstrip("кстр") for each in added if each[0] in "кс")])


def _reasons(candidate: Candidate, of_house: str, rivals: int) -> list[str]:
    """Why it is offered, and what speaks against it."""
    reasons = [of_house]
    if candidate.by_former_name:
        reasons.append(_("by a former name"))
    elif candidate.of_name < 1:
        reasons.append(_("the name is like: %s") % candidate.name)
    if candidate.another_type:
        reasons.append(_("here it is %s") % candidate.type)
    if not candidate.is_placed:
        reasons.append(_("the town is not said"))
    if foreign := [word for word in candidate.foreign if not word[0].isdecimal()]:
        reasons.append(_("not found: %s") % ", ".join(foreign))
    if rivals > 1:
        reasons.append(_("as likely: %d") % rivals)
    return reasons
