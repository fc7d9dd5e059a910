"""From the words somebody typed to the words that are known."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from opora.platform.names import sort_key

_PART = re.compile(r"[0-9a-zа-я]+")

#: What stands in addresses without telling one from another.
_ADDRESS_NOISE = frozenset(
    [
        "г",
        "город",
        "ул",
        "улица",
        "д",
        "дом",
        "кв",
        "квартира",
        "пер",
        "переулок",
        "пос",
        "поселок",
        "х",
        "хутор",
        "с",
        "село",
        "ст",
        "ца",
        "станица",
        "пр",
        "кт",
        "проспект",
        "обл",
        "край",
        "корп",
        "к",
        "стр",
        "пом",
        "оф",
        "тер",
        "снт",
        "р",
        "н",
    ]
)


@dataclass(frozen=True)
class Likeness:
    """A known word like one that was typed; 1 is the same."""

    typed: str
    known: str
    likeness: float


def parts(text: str) -> list[str]:
    """The searchable parts of a text, each once, in order, cut as `search_words` cuts them in SQL."""
    return list(dict.fromkeys(_PART.findall(sort_key(text))))


def telling_parts(text: str) -> list[str]:
    """The parts of a question, without words that every address has, unless there are no others."""
    found = parts(text)
    return [part for part in found if part not in _ADDRESS_NOISE] or found


def similar_words(typed: Sequence[str], *, limit: int = 6) -> list[Likeness]:
    """For each typed word the known words most like it, best first, in one query."""
    if not typed:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "select typed, known.word, known.likeness from unnest(%s::text[]) typed cross join lateral ("
            " select word, similarity(word, typed) likeness from search_word where word %% typed"
            " order by likeness desc, word limit %s) known order by typed, known.likeness desc, known.word",
            [list(typed), limit],
        )
        return [Likeness(*row) for row in cursor.fetchall()]
