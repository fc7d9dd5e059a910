"""Customers by words of their names and addresses, in any order, misspelt, with ё or е."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log

from django.db import connection
from django.utils.translation import gettext as _

from opora.platform.names import sort_key
from opora.platform.search.queries import parts, shares, similar_words, telling_parts
from opora.registry.customers.models import Customer
from opora.registry.customers.queries.candidates import Candidate

#: A question longer than this is cut: nobody dictates more, and each word costs.
_MOST_TERMS = 8
#: How many customers are compared with the question, however many there are.
_COMPARED = 200
#: The share of customers with a word that the statistics do not count among the common ones.
_RARE = 0.00005
#: How much like a word its beginning is; what the number of a house tells beside a word.
_BEGINNING, _HOUSE = 0.8, 2.0


@dataclass(frozen=True, eq=False)
class Term:
    """A typed word, the known words that may be meant with their likeness to it, and how much it tells."""

    typed: str
    meant: dict[str, float]
    weight: float

    @property
    def is_word(self) -> bool:
        return self.typed.isalpha()

    @property
    def narrow(self) -> str:
        """The known words most like the typed one, as a query."""
        top = max(self.meant.values(), default=0)
        return _either(f"'{word}'" for word, likeness in self.meant.items() if likeness == top) or self.wide

    @property
    def wide(self) -> str:
        """All known words that may be meant, and what begins with the typed one, as a query."""
        beginning = [f"'{self.typed}':*"] if self.is_word and len(self.typed) > 2 else []
        return _either([*(f"'{word}'" for word in self.meant), *beginning])

    def likeness_to(self, words: Iterable[str]) -> float:
        """How much like the typed one is the most like of the words."""
        return max((self.meant.get(word) or _BEGINNING * word.startswith(self.typed) for word in words), default=0.0)


def found_by_words(text: str, *, limit: int) -> Sequence[Candidate]:
    """Customers whose names and addresses are most like the text, best first."""
    terms = _terms(text)
    if not terms:
        return []
    lines = _lines(_found_ids(terms, most=max(limit, _COMPARED)), terms)
    lines.sort(key=lambda line: (-line.score, sort_key(line.name), line.customer_id))
    return [line.candidate() for line in lines[:limit]]


def ids_found_by_words(text: str, *, limit: int) -> list[int]:
    """Ids of customers whose names and addresses fit the text, the closest queries first."""
    terms = _terms(text)
    return _found_ids(terms, most=limit) if terms else []


def ids_with_words(words: Sequence[str], *, limit: int) -> list[int]:
    """Ids of customers with all these words, as `parts` cuts them, in their names and addresses."""
    return _run([_all(f"'{word}'" for word in words)], enough=1, most=limit)


def _terms(text: str) -> list[Term]:
    typed = telling_parts(text)[:_MOST_TERMS]
    if not any(map(str.isalpha, typed)):
        return []  # numbers of houses alone tell nobody from another
    words = [word for word in typed if word.isalpha() and len(word) > 2]
    meant: dict[str, dict[str, float]] = {word: {} for word in words}
    for like in similar_words(words):
        meant[like.typed][like.known] = like.likeness
    known = {word: meant.get(word, {word: 1.0}) for word in typed}
    share = shares(Customer._meta.db_table, [word for words_meant in known.values() for word in words_meant])
    return [Term(word, known[word], _weight(word, known[word], share)) for word in typed]


def _weight(typed: str, meant: dict[str, float], share: dict[str, float]) -> float:
    """The rarer a word, the more it tells; one that is not known at all tells nothing of whom to take."""
    if not typed.isalpha():
        return _HOUSE
    return -log(min(1.0, sum(share.get(word, _RARE) for word in meant))) if meant else 0.0


def _found_ids(terms: Sequence[Term], *, most: int) -> list[int]:
    """Customers with all the words; failing these, without the house numbers; failing these, with the rarest words."""
    words = sorted((term for term in terms if term.is_word), key=lambda term: -term.weight)
    narrow, wide = _all(term.narrow for term in terms), _all(term.wide for term in terms)
    if found := _run([narrow, wide], enough=most, most=most):
        return found
    fewer = range(len(words), 0, -1) if len(words) < len(terms) else range(len(words) - 1, 0, -1)
    return _run([_all(term.wide for term in words[:count]) for count in fewer], enough=1, most=most)


def _run(queries: Sequence[str], *, enough: int, most: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("select id from customers_found(%s::tsquery[], %s, %s)", [list(queries), enough, most])
        return [customer_id for (customer_id,) in cursor.fetchall()]


@dataclass(frozen=True)
class _Line:
    """A customer found, with the usage point whose address has most of the words."""

    terms: Sequence[Term]
    customer_id: int
    name: str
    last_name: str
    group: str
    kind: str
    usage_point_id: int | None
    address: str
    account: str
    phone: str

    @property
    def score(self) -> float:
        words = [*parts(self.name), *parts(self.address)]
        return sum(term.weight * term.likeness_to(words) for term in self.terms)

    def candidate(self) -> Candidate:
        """The customer with the reason why he is offered."""
        in_name, in_address, missing = self._compared()
        reasons = []
        if in_name:
            reasons.append(self._name_reason(in_name))
        if in_address:
            reasons.append(_("address matches") if min(in_address) == 1 else _("address is like"))
        if missing:
            reasons.append(_("not found: %s") % ", ".join(missing))
        return Candidate(
            customer_id=self.customer_id, name=self.name, group=self.group, kind=self.kind,
            usage_point_id=self.usage_point_id, address=self.address, account=self.account, phone=self.phone,
            field="name" if in_name else "address", reason="; ".join(reasons), exact=False,
        )  # fmt: skip

    def _compared(self) -> tuple[dict[Term, float], list[float], list[str]]:
        name, address = parts(self.name), parts(self.address)
        in_name: dict[Term, float] = {}
        in_address, missing = [], []
        for term in self.terms:
            by_name, by_address = term.likeness_to(name), term.likeness_to(address)
            if not by_name and not by_address:
                missing.append(term.typed)
            elif by_name >= by_address:
                in_name[term] = by_name
            else:
                in_address.append(by_address)
        return in_name, in_address, missing

    def _name_reason(self, in_name: dict[Term, float]) -> str:
        last_name = parts(self.last_name)
        of_last_name = [likeness for term, likeness in in_name.items() if term.likeness_to(last_name) == likeness]
        if of_last_name and max(of_last_name) == 1:
            return _("surname matches")
        if of_last_name:
            return _("surname is like: %s") % self.last_name
        return _("name matches") if min(in_name.values()) == 1 else _("name is like: %s") % self.name


_LINES = """
select customer.id, customer.name, customer.last_name, customer_group.name, customer.kind, point.id,
    coalesce(point.address, place.text, ''), coalesce(point.account, ''), coalesce(contact.value, '')
from unnest(%(ids)s::bigint[]) found
join customers_customer customer on customer.id = found
join customers_customergroup customer_group on customer_group.id = customer.group_id
left join lateral (
    select first.* from (
        select id, number, address, account from customers_usagepoint
        where customer_id = customer.id order by number limit 200
    ) first
    order by (select count(*) from unnest(search_words(address)) word where word = any (%(words)s)) desc, number
    limit 1
) point on true
left join lateral (
    select text from customers_customeraddress where customer_id = customer.id order by kind limit 1
) place on true
left join lateral (
    select value from customers_contactpoint where customer_id = customer.id and kind = 'PHONE'
    order by is_primary desc, id limit 1
) contact on true
"""


def _lines(ids: Sequence[int], terms: Sequence[Term]) -> list[_Line]:
    if not ids:
        return []
    words = [word for term in terms for word in term.meant]
    with connection.cursor() as cursor:
        cursor.execute(_LINES, {"ids": list(ids), "words": words})
        return [_Line(terms, *row) for row in cursor.fetchall()]


def _all(queries: Iterable[str]) -> str:
    return " & ".join(queries)


def _either(queries: Iterable[str]) -> str:
    found = list(queries)
    return f"({' | '.join(found)})" if len(found) > 1 else "".join(found)
