"""Lists of customers: filters, pages by key, counts, export."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count as Number
from django.db.models import Min, Q, QuerySet

from opora.registry.customers.models import ContactPoint, Customer, UsagePoint
from opora.registry.customers.queries.identification import matching_ids

#: Up to here a count is exact; beyond, a judgement is told as such.
EXACT = 10_000
#: A text that means more customers than this is too vague: the best of them are listed.
_MEANT = 1_000
_BATCH = 2_000
#: Rows by which a number beyond `EXACT` is judged.
_SAMPLE = 20_000


@dataclass(frozen=True, kw_only=True)
class CustomerFilter:
    """What a list of customers shows; an empty part shows everything."""

    #: Anything that `identify` understands.
    text: str = ""
    group_id: int | None = None
    branch_id: int | None = None
    kind: str = ""
    payment_class: str = ""
    #: Only those with an overdue debt.
    debtors: bool = False


ALL = CustomerFilter()


@dataclass(frozen=True)
class Place:
    """A line at which a page begins or ends."""

    name_key: str
    id: int


@dataclass(frozen=True, kw_only=True)
class CustomerRow:
    """A line of a list."""

    id: int
    kind: str
    name: str
    group_id: int
    group: str
    branch_ids: Sequence[int]
    inn: str
    kpp: str
    region: str
    phone: str
    email: str
    #: Of his first usage point.
    address: str
    account: str
    usage_points: int
    balance: Decimal | None
    overdue: Decimal | None
    payment_class: str
    version: int


@dataclass(frozen=True)
class CustomerPage:
    """Lines in Russian order, and where the pages after and before begin, if there are any."""

    rows: Sequence[CustomerRow]
    next: Place | None
    previous: Place | None


@dataclass(frozen=True)
class Count:
    """How many there are; about so many when not exact."""

    value: int
    exact: bool


def customer_list(
    wanted: CustomerFilter = ALL, *, after: Place | None = None, before: Place | None = None, limit: int = 50
) -> CustomerPage:
    """A page of the customers that the user may see, in Russian order: the one after a place, or the one before it.

    Four queries, and those of `identify` when a text is given.
    """
    found = _filtered(wanted).select_related("group").defer("document")
    if before is not None:
        found = found.filter(_beyond(before, "lt")).order_by("-name_key", "-pk")
    else:
        found = (found if after is None else found.filter(_beyond(after, "gt"))).order_by("name_key", "pk")
    customers = list(found[: limit + 1])
    more, customers = len(customers) > limit, customers[:limit]
    if before is not None:
        customers.reverse()
        has_next, has_previous = True, more
    else:
        has_next, has_previous = more, after is not None
    return CustomerPage(
        rows=_rows(customers),
        next=_place(customers[-1]) if customers and has_next else None,
        previous=_place(customers[0]) if customers and has_previous else None,
    )


def count_customers(wanted: CustomerFilter = ALL) -> Count:
    """How many customers the filter finds: exact up to ten thousand, beyond that judged by a sample of the table."""
    found = _filtered(wanted).order_by().values("pk")
    counted = found[: EXACT + 1].count()
    if counted <= EXACT:
        return Count(counted, exact=True)
    return Count(max(counted, _judged(found)), exact=False)


def export_rows(wanted: CustomerFilter = ALL) -> Iterator[CustomerRow]:
    """Every customer the filter finds, in Russian order, read in batches: a million take no more memory than a page."""
    after: Place | None = None
    while True:
        page = customer_list(wanted, after=after, limit=_BATCH)
        yield from page.rows
        if page.next is None:
            return
        after = page.next


def _filtered(wanted: CustomerFilter) -> QuerySet[Customer]:
    found = Customer.objects.all()
    if wanted.text.strip():
        found = found.filter(pk__in=matching_ids(wanted.text, limit=_MEANT))
    if wanted.group_id is not None:
        found = found.filter(group_id=wanted.group_id)
    if wanted.branch_id is not None:
        found = found.filter(branch_ids__contains=[wanted.branch_id])
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    if wanted.payment_class:
        found = found.filter(payment_class=wanted.payment_class)
    if wanted.debtors:
        found = found.filter(overdue__gt=0)
    return found


def _judged(found: QuerySet[Customer, Any]) -> int:
    """About how many rows there are, by some blocks of the table: the planner cannot see what a policy lets through."""
    statement, params = found.query.sql_with_params()
    table = f'FROM "{Customer._meta.db_table}"'
    with connection.cursor() as cursor:
        cursor.execute("select reltuples from pg_class where oid = %s::regclass", [Customer._meta.db_table])
        share = min(100.0, 100 * _SAMPLE / max(1.0, cursor.fetchone()[0]))
        sampled = statement.replace(table, f"{table} TABLESAMPLE SYSTEM ({share:.6f}) REPEATABLE (1)", 1)
        cursor.execute(f"select count(*) from ({sampled}) sampled", params)
        return int(cursor.fetchone()[0] * 100 / share)


def _beyond(place: Place, side: str) -> Q:
    """Of customers sorted by (name_key, id), those beyond the place: one range of an index."""
    further = Q(**{f"name_key__{side}": place.name_key}) | Q(**{f"pk__{side}": place.id})
    return Q(**{f"name_key__{side}e": place.name_key}) & further


def _place(customer: Customer) -> Place:
    return Place(customer.name_key, customer.pk)


def _rows(customers: Sequence[Customer]) -> list[CustomerRow]:
    ids = [customer.pk for customer in customers]
    contacts: dict[tuple[int, str], str] = {}
    for point in ContactPoint.objects.filter(customer__in=ids).order_by("-is_primary", "pk"):
        contacts.setdefault((point.customer_id, point.kind), point.value)
    supply = {
        line["customer_id"]: line
        for line in UsagePoint.objects.filter(customer__in=ids)
        .values("customer_id")
        .annotate(count=Number("pk"), first=Min("number"))
        .order_by()
    }
    first = UsagePoint.objects.filter(number__in=[line["first"] for line in supply.values()])
    points = {point.customer_id: point for point in first}
    return [_row(customer, contacts, supply.get(customer.pk), points.get(customer.pk)) for customer in customers]


def _row(
    customer: Customer, contacts: dict[tuple[int, str], str], supply: Any, first: UsagePoint | None
) -> CustomerRow:
    return CustomerRow(
        id=customer.pk,
        kind=customer.kind,
        name=customer.name,
        group_id=customer.group_id,
        group=customer.group.name,
        branch_ids=customer.branch_ids,
        inn=customer.inn,
        kpp=customer.kpp,
        region=customer.region,
        phone=contacts.get((customer.pk, ContactPoint.Kind.PHONE), ""),
        email=contacts.get((customer.pk, ContactPoint.Kind.EMAIL), ""),
        address=first.address if first else "",
        account=first.account if first else "",
        usage_points=supply["count"] if supply else 0,
        balance=customer.balance,
        overdue=customer.overdue,
        payment_class=customer.payment_class,
        version=customer.version,
    )
