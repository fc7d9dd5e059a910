"""Who is calling: by phone, account or meter beside the bare indexed SELECT, and by a misspelt surname and street."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from django.db import connection

from bench import ground
from bench.measure import closed_loop, record
from opora.platform.access.models import User
from opora.platform.scope import EVERYTHING, Scope, scoped
from opora.platform.search.queries import telling_parts
from opora.registry.customers.queries import Candidate, identify

CLIENTS, CALLS, MISSPELT_CALLS = 8, 400, 60
LETTERS = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
#: The bare SELECT by which each kind of number would be found, sent as any screen would: Django, under the same scope.
BARE = {
    "phone": "select customer_id from customers_contactpoint where value = %s",
    "account": "select customer_id from customers_usagepoint where account = %s",
    "meter": "select customer_id from customers_usagepoint where meter = %s",
}


@dataclass(frozen=True)
class Known:
    """Somebody in the base, and what may be said of him on the phone."""

    id: int
    last_name: str
    street: str
    phone: str
    account: str
    meter: str


def run(scale: str) -> None:
    """Ask as the operator, whose scope the database checks, with eight clients at once."""
    ground.warm("customers_")
    people = _people()
    scope = User.objects.get(username="operator").scope
    for kind, statement in BARE.items():
        numbers = [getattr(known, kind) for known in people]
        asked, bare = _identify([_spelt(number) for number in numbers], scope), _bare(statement, numbers, scope)
        at_once, bare_at_once = (closed_loop(calls, clients=CLIENTS, calls=CALLS) for calls in (asked, bare))
        record(
            f"identify: by {kind}, {CLIENTS} clients, p99", at_once.percentile(0.99), "ms", target=10,
            baseline=bare_at_once.percentile(0.99), scale=scale,
        )  # fmt: skip
        alone, bare_alone = (closed_loop(calls, clients=1, calls=CALLS).percentile(0.5) for calls in (asked, bare))
        name = f"identify: by {kind}, one client, median, times the bare SELECT"
        record(name, alone / bare_alone, "×", target=3, scale=scale)
    random = Random(17)
    texts = [f"{_misspelt(known.last_name, random)} {known.street}" for known in people]
    for clients, target in ((1, 150), (CLIENTS, None)):
        sample = closed_loop(_identify(texts, scope), clients=clients, calls=MISSPELT_CALLS)
        name = f"identify: misspelt surname and street, clients: {clients}, p95"
        record(name, sample.percentile(0.95), "ms", target=target, scale=scale)
    record("identify: misspelt, such a one among the first 20", _found(people, texts), "%", scale=scale)


def _people() -> list[Known]:
    """Persons with everything, spread over the whole base."""
    with ground.reach() as database:
        rows = database.execute(
            "select distinct on (customer.id) customer.id, last_name, point.address, contact.value, account, meter"
            " from customers_customer customer join customers_usagepoint point on point.customer_id = customer.id"
            " join customers_contactpoint contact on contact.customer_id = customer.id and contact.kind = 'PHONE'"
            " where customer.id in (select floor(1 + random() * (select max(id) from customers_customer))::bigint"
            " from generate_series(1, 6000)) and customer.kind = 'INDIVIDUAL' and account <> '' and meter <> ''"
            " order by customer.id, point.id"
        ).fetchall()
    people = [Known(pk, name, _street(address), *numbers) for pk, name, address, *numbers in rows if len(name) > 3]
    Random(11).shuffle(people)
    return people


def _street(address: str) -> str:
    return [part for part in telling_parts(address) if part.isalpha()][-1]


def _spelt(number: str) -> str:
    """As people write it: phones with 8, brackets and dashes."""
    if not number.startswith("+7"):
        return number
    return f"8 ({number[2:5]}) {number[5:8]}-{number[8:10]}-{number[10:]}"


def _misspelt(name: str, random: Random) -> str:
    """One letter changed, left out, added, or two in each other's place."""
    place = random.randrange(1, len(name) - 1)
    before, letter, after = name[:place], name[place], name[place + 1 :]
    changed, swapped = before + random.choice(LETTERS) + after, before + after[0] + letter + after[1:]
    return random.choice([changed, before + after, before + letter * 2 + after, swapped])


def _identify(texts: Sequence[str], scope: Scope) -> Callable[[int], Callable[[int], None]]:
    def client(number: int) -> Callable[[int], None]:
        scoped(scope).__enter__()  # one transaction in his scope, as within a request

        def call(turn: int) -> None:
            identify(texts[(number * 997 + turn) % len(texts)])

        return call

    return client


def _bare(statement: str, values: Sequence[str], scope: Scope) -> Callable[[int], Callable[[int], None]]:
    def client(number: int) -> Callable[[int], None]:
        scoped(scope).__enter__()

        def call(turn: int) -> None:
            with connection.cursor() as cursor:
                cursor.execute(statement, [values[(number * 997 + turn) % len(values)]])
                cursor.fetchall()

        return call

    return client


def _found(people: Sequence[Known], texts: Sequence[str]) -> float:
    """The share of questions that are answered with somebody of that name in a street of that name.

    Several people answer to one surname and street; nothing in the question says which of them is meant.
    """
    asked = list(zip(people, texts, strict=True))[:200]
    with scoped(EVERYTHING):
        offered = [any(_is_like(known, one) for one in identify(text)) for known, text in asked]
    return 100 * sum(offered) / len(offered)


def _is_like(known: Known, offered: Candidate) -> bool:
    return known.last_name in offered.name and known.street in telling_parts(offered.address)
