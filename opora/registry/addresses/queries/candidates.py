"""Objects of the register that the words of an address may mean, many addresses at once, each object compared."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import Any
from uuid import UUID

from django.db import connection

from opora.platform.search.queries import similar_words
from opora.registry.addresses.address_text import STREET_TYPES, AddressText, name_words, type_of
from opora.registry.addresses.house_numbers import HouseNumber, house_number
from opora.registry.addresses.stages import Level

#: How many objects are compared with one address, however many fit.
COMPARED = 60
#: Nobody's address has more telling words; each costs.
_MOST_WORDS = 9
#: What the beginning of a word counts beside the word.
_BEGINNING = 0.8
#: What is left of the likeness when an alley is asked for and this is a street.
_ANOTHER_TYPE = 0.8
#: …when nothing says in which town the street is.
_NO_PLACE = 0.85

_KNOWN = """
    select word from unnest(%s::text[]) word
    where exists (
        select from addresses_addressobject where is_current and document @@ quote_literal(word)::tsquery
    )
"""
_FITTING = f"""
    select asked.n, object.* from unnest(%s::int[], %s::text[]) asked (n, query)
    cross join lateral (
        select id, guid, level, type, name, former, text, tsvector_to_array(document)
        from addresses_addressobject where is_current and document @@ asked.query::tsquery
        order by level, id limit {COMPARED}
    ) object
    order by asked.n, object.level, object.id
"""


@dataclass(frozen=True, eq=False)
class Question:
    """An address taken apart, and for each of its words the known words that may be meant, with their likeness."""

    said: AddressText
    meant: dict[str, dict[str, float]] = field(default_factory=dict)
    #: The last word is being typed: what begins with it fits.
    unfinished: str = ""

    def query(self, words: Sequence[str]) -> str:
        """All these words, one of them in the object's own name."""
        own = " | ".join(self._either(word, "=") for word in words)
        return f"{' & '.join(f'({self._either(word)})' for word in words)} & ({own})"

    def _either(self, word: str, mark: str = "") -> str:
        beginning = [f"'{mark}{word}':*"] if word == self.unfinished else []
        return " | ".join([*(f"'{mark}{known}'" for known in self.meant[word]), *beginning]) or f"'{mark}{word}'"

    def likeness(self, word: str, known: Iterable[str]) -> float:
        """How much like a typed word the most like of the known ones is."""
        meant = self.meant[word]
        return max(
            (meant.get(each) or _BEGINNING * (word == self.unfinished and each.startswith(word)) for each in known),
            default=0.0,
        )


@dataclass(frozen=True, eq=False)
class Candidate:
    """An object that an address may mean."""

    question: Question
    id: int
    guid: UUID
    level: int
    type: str
    name: str
    former: Sequence[str]
    text: str
    words: Sequence[str]

    @cached_property
    def score(self) -> float:
        """0 to 1: its name is in the address, and the rest of the address is above it."""
        score = self.of_name * (0.4 + 0.6 * self._of_text)
        if self.another_type:
            score *= _ANOTHER_TYPE
        return score if self.is_placed else score * _NO_PLACE

    @cached_property
    def of_name(self) -> float:
        """How much of its name, or of one it has had, the address says."""
        names = [self.name, *(former.partition(" ")[2] for former in self.former)]
        return max(
            (_mean([max((self.question.likeness(word, [own]) for word in self._asked), default=0.0) for own in owns])
             for owns in map(name_words, names) if owns), default=0.0,
        )  # fmt: skip

    @property
    def by_former_name(self) -> bool:
        """Whether it is meant by a name it no longer has."""
        own = [max((self.question.likeness(word, [own]) for word in self._asked), default=0.0)
               for own in name_words(self.name)]  # fmt: skip
        return _mean(own) < self.of_name

    @cached_property
    def foreign(self) -> Sequence[str]:
        """Words of the address that are nowhere in its name or above it; what may be a number of a house is not one."""
        return [word for word in self.question.said.words if not self.question.likeness(word, self.words)]

    @cached_property
    def house(self) -> HouseNumber | None:
        """The number of a house that the address says, or a number that belongs to nothing else."""
        if self.question.said.house:
            return self.question.said.house
        number = next((word for word in self.foreign if word[0].isdecimal()), "")
        return house_number(number) if number else None

    @property
    def another_type(self) -> bool:
        """Whether the address says that it is a street of another type."""
        asked = self.question.said.types & STREET_TYPES
        return bool(asked) and self.level == Level.STREET and type_of(self.type) not in asked

    @cached_property
    def is_placed(self) -> bool:
        """Whether the address says something of what is between the region and this."""
        steps = self.text.split(", ")
        if self.level < Level.PLANNING:
            return True
        between = {word for step in (steps[1:-1] or steps[:-1]) for word in name_words(step)}
        above = {word for word in self.words if f"={word}" not in self.words and word not in name_words(steps[0])}
        return any(self.question.likeness(word, between | above) for word in self._asked)

    @property
    def _asked(self) -> Sequence[str]:
        return self.question.said.words

    @property
    def _of_text(self) -> float:
        said = [word for word in self._asked if not (word[0].isdecimal() and word in self.foreign)]
        return _mean([self.question.likeness(word, self.words) for word in said])


def candidates_for(said: Sequence[AddressText], *, unfinished: bool = False) -> Sequence[Sequence[Candidate]]:
    """For each address the objects it may mean, the most like first: of those with all its words, else with fewer.

    :param unfinished: the last word of each is still being typed.
    """
    questions = _questions(said, unfinished=unfinished)
    found: list[list[Candidate]] = [[] for _each in questions]
    for fewer in range(3):
        left = [n for n, candidates in enumerate(found) if not candidates and _worth(questions[n], fewer)]
        for n, row in _fitting([(n, _query(questions[n], fewer)) for n in left]):
            found[n].append(Candidate(questions[n], *row))
    for candidates in found:
        candidates.sort(key=lambda each: (-each.score, each.level, each.text, each.id))
    return found


def _questions(said: Sequence[AddressText], *, unfinished: bool) -> Sequence[Question]:
    words = {word for each in said for word in each.words}
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [sorted(words)])
        known = {word for (word,) in cursor.fetchall()}
    likely: dict[str, dict[str, float]] = {word: {word: 1.0} for word in words}
    strange = sorted(word for word in words - known if word.isalpha() and len(word) > 2)
    for like in similar_words(strange):
        likely[like.typed][like.known] = like.likeness
    return [
        Question(
            each,
            {word: likely[word] for word in each.words},
            each.words[-1] if unfinished and each.words and not each.house else "",
        )
        for each in said
    ]


def _worth(question: Question, fewer: int) -> bool:
    count = len(question.said.words)
    return bool(count) and (fewer == 0 or count > fewer) and (fewer < 2 or count > 3)


def _query(question: Question, fewer: int) -> str:
    words = question.said.words[:_MOST_WORDS]
    kept = combinations(words, max(1, len(words) - fewer))
    return " | ".join(f"({question.query(each)})" for each in kept)


def _fitting(asked: Sequence[tuple[int, str]]) -> Sequence[tuple[int, Sequence[Any]]]:
    if not asked:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_FITTING, [[n for n, _query in asked], [query for _n, query in asked]])
        return [(n, row) for n, *row in cursor.fetchall()]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
