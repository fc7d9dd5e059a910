"""What may be meant by an address that is being typed."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from opora.registry.addresses.address_text import take_apart
from opora.registry.addresses.queries.candidates import Candidate, candidates_for

#: Streets whose houses are offered.
_STREETS = 4
_ALIKE = 0.3

_HOUSES = """
    select asked.n, house.guid, house.label
    from unnest(%s::int[], %s::bigint[], %s::text[]) asked (n, parent, beginning)
    cross join lateral (
        select guid, label, number, key, id from addresses_house
        where parent_id = asked.parent and is_current and key like asked.beginning || '%%'
        order by number, key, id limit %s
    ) house
    order by asked.n, house.number, house.key, house.id
"""


@dataclass(frozen=True)
class Suggestion:
    """A house, or an object that houses stand in."""

    guid: UUID
    text: str
    is_house: bool
    #: The object itself, or the one in which the house stands, and its level.
    object_guid: UUID
    level: int


def suggest(text: str, *, limit: int = 10) -> Sequence[Suggestion]:
    """What an address may become: fragments in any order, misspelt too, the last word unfinished; houses first."""
    said = take_apart(text)
    (found,) = candidates_for([said], unfinished=True)
    likely = [candidate for candidate in found if candidate.score >= _ALIKE]
    houses = _houses([candidate for candidate in likely if candidate.house][:_STREETS], limit=limit)
    objects = [Suggestion(each.guid, each.text, False, each.guid, each.level) for each in likely]
    return [*houses, *objects][:limit]


def _houses(streets: Sequence[Candidate], *, limit: int) -> list[Suggestion]:
    if not streets:
        return []
    beginnings = [street.house.key if street.house else "" for street in streets]
    with connection.cursor() as cursor:
        cursor.execute(_HOUSES, [[*range(len(streets))], [street.id for street in streets], beginnings, limit])
        return [
            Suggestion(guid, f"{streets[n].text}, {label}", True, streets[n].guid, streets[n].level)
            for n, guid, label in cursor.fetchall()
        ]
