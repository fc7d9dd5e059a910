"""From the words somebody typed to the words that are known."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby, islice
from operator import attrgetter

from django.db import connection

from opora.platform.names import sort_key

_PART = re.compile(r"[0-9a-zа-я]+")

#: Words less alike than this are other words.
_ALIKE = 0.65

#: What stands in addresses without telling one from another.
_ADDRESS_NOISE = frozenset([
    "г", "город", "ул", "улица", "д", "дом", "кв", "квартира", "пер", "переулок", "пос", "поселок", "х", "хутор",
    "с", "село", "ст", "ца", "станица", "пр", "кт", "проспект", "обл", "край", "корп", "к", "стр", "пом", "оф",
    "тер", "снт", "р", "н",
])  # fmt: skip


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


def similar_words(typed: Sequence[str], *, limit: int = 15) -> list[Likeness]:
    """For each typed word the known words most like it, best first, in one query.

    Common trigrams find them by an index; order and sameness of the letters decide, as trigrams would take «иван» for
    as like to «иваненка» as «иваненко» is.
    """
    if not typed:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "select typed, known.word from unnest(%s::text[]) typed cross join lateral ("
            " select word from search_word where word %% typed order by similarity(word, typed) desc, word limit %s"
            ") known",
            [list(typed), 4 * limit],
        )
        found = [Likeness(word, known, SequenceMatcher(None, word, known).ratio()) for word, known in cursor.fetchall()]
    found.sort(key=lambda like: (like.typed, -like.likeness, like.known))
    alike = (like for like in found if like.likeness >= _ALIKE)
    return [like for _typed, likes in groupby(alike, key=attrgetter("typed")) for like in islice(likes, limit)]


def shares(table: str, words: Sequence[str]) -> dict[str, float]:
    """What share of the documents of a table holds each word, by the planner's statistics; rare words are left out.

    :param table: has its documents in the column `document`.
    """
    with connection.cursor() as cursor:
        cursor.execute("select word, share from search_shares(%s, %s)", [table, list(words)])
        return dict(cursor.fetchall())
