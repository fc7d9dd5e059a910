"""Looking at customers: their data are personal, so the journal says who looked at whom (152-ФЗ, ст. 19)."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from opora.platform.access.models import User
from opora.platform.errors import NotVisible
from opora.platform.journal.operations import record_read
from opora.platform.journal.queries import HistoryLine, history_of
from opora.registry.customers.models import Agreement, Customer, UsagePoint
from opora.registry.customers.queries import (
    Candidate,
    CustomerCard,
    CustomerFilter,
    CustomerPage,
    Duplicate,
    Place,
    agreements_of,
    customer_card,
    customer_list,
    identify,
    likely_duplicates,
    usage_point_numbered,
    usage_points_of,
)


@transaction.atomic
def read_customer(*, customer_id: int, by: User) -> CustomerCard:
    """Open a customer's card.

    :raises NotVisible: when there is no such customer, or not for this user.
    """
    card = customer_card(customer_id)
    _record("customers.card", [customer_id], by)
    return card


@transaction.atomic
def read_customer_list(
    *, wanted: CustomerFilter, by: User, after: Place | None = None, before: Place | None = None, limit: int = 50
) -> CustomerPage:
    """Look at a page of a list; one entry of the journal names everybody on it."""
    page = customer_list(wanted, after=after, before=before, limit=limit)
    _record("customers.list", (row.id for row in page.rows), by)
    return page


@transaction.atomic
def find_customers(*, text: str, by: User, limit: int = 20) -> Sequence[Candidate]:
    """Ask who somebody is; one entry of the journal names everybody offered."""
    found = identify(text, limit=limit)
    _record("customers.identify", (candidate.customer_id for candidate in found), by)
    return found


@transaction.atomic
def read_usage_points(*, customer_id: int, by: User) -> QuerySet[UsagePoint]:
    """Look at the usage points of a customer.

    :raises NotVisible: when there is no such customer, or not for this user.
    """
    _visible(customer_id)
    _record("customers.usage_points", [customer_id], by)
    return usage_points_of(customer_id)


@transaction.atomic
def read_usage_point(*, number: str, by: User) -> UsagePoint:
    """Look at the usage point of that number.

    :raises NotVisible: when there is none, or not for this user.
    """
    point = usage_point_numbered(number)
    _record("customers.usage_point", [point.customer_id], by)
    return point


@transaction.atomic
def read_agreements(*, customer_id: int, by: User) -> QuerySet[Agreement]:
    """Look at the agreements of a customer.

    :raises NotVisible: when there is no such customer, or not for this user.
    """
    _visible(customer_id)
    _record("customers.agreements", [customer_id], by)
    return agreements_of(customer_id)


@transaction.atomic
def read_duplicates(*, by: User, **given: Any) -> Sequence[Duplicate]:
    """Look for customers like one about to be entered; one entry of the journal names everybody shown.

    :param given: of `likely_duplicates`.
    """
    found = likely_duplicates(**given)
    _record("customers.duplicates", (duplicate.customer_id for duplicate in found), by)
    return found


@transaction.atomic
def read_history(*, customer_id: int, limit: int, by: User) -> Sequence[HistoryLine]:
    """Look at what was done with a customer, the last first.

    :raises NotVisible: when there is no such customer, or not for this user.
    """
    _visible(customer_id)
    history = history_of(Customer(pk=customer_id), limit=limit)
    _record("customers.history", [customer_id], by)
    return history


def _visible(customer_id: int) -> None:
    if not Customer.objects.filter(pk=customer_id).exists():
        raise NotVisible(_("There is no such customer."))


def _record(what: str, customer_ids: Iterable[int], by: User) -> None:
    if about := [Customer(pk=customer_id) for customer_id in customer_ids]:
        record_read(what=what, about=about, by=by)
