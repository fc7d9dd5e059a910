"""Lists of customers: filters, pages by key, counts, export."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal


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
    """A page of the customers that the user may see, in Russian order: the one after a place, or the one before it."""
    return CustomerPage([], None, None)


def count_customers(wanted: CustomerFilter = ALL) -> Count:
    """How many customers the filter finds: exact up to ten thousand, beyond that the planner's estimate."""
    return Count(0, exact=True)


def export_rows(wanted: CustomerFilter = ALL) -> Iterator[CustomerRow]:
    """Every customer the filter finds, in Russian order, read in batches: a million take no more memory than a page."""
    yield from ()
