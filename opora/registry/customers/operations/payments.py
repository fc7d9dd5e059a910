"""Payment behaviour, as the billing system tells it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from opora.platform.access.models import User
from opora.platform.journal.operations import publish_many
from opora.platform.live.operations import announce
from opora.registry.customers.events import PaymentBehaviourRecorded
from opora.registry.customers.models import Customer
from opora.registry.customers.operations.fields import WrongValue, put

#: So many customers share one entry of the journal; of more than that, open pages are not told one by one.
_TOGETHER = 1_000


@dataclass(frozen=True)
class PaymentBehaviour:
    """What the billing system says of one customer."""

    customer_id: int
    balance: Decimal
    overdue: Decimal
    payment_class: Customer.PaymentClass
    reason: str


@transaction.atomic
def record_payment_behaviour(*, rows: Sequence[PaymentBehaviour], as_of: date, by: User) -> int:
    """Take over balances, debts and classes for many customers in one statement; older figures never replace newer.

    Customers whom the user may not change are passed over.

    :return: how many customers were brought up to date.
    :raises WrongValue: when a figure cannot be right, or a customer is named twice; nothing is taken over then.
    """
    if as_of > timezone.localdate():
        raise WrongValue(_("The day of the figures has not come yet."), field="as_of")
    _check(rows)
    with connection.cursor() as cursor:
        cursor.execute(
            "update customers_customer customer set balance = new.balance, overdue = new.overdue,"
            " payment_class = new.class, payment_reason = new.reason, payment_as_of = %s"
            " from unnest(%s::bigint[], %s::numeric[], %s::numeric[], %s::text[], %s::text[])"
            " as new (id, balance, overdue, class, reason)"
            " where customer.id = new.id and (payment_as_of is null or payment_as_of <= %s)"
            " returning customer.id",
            [
                as_of,
                [row.customer_id for row in rows],
                [row.balance for row in rows],
                [row.overdue for row in rows],
                [row.payment_class.value for row in rows],
                [row.reason for row in rows],
                as_of,
            ],
        )
        changed = [customer_id for (customer_id,) in cursor.fetchall()]
    event = PaymentBehaviourRecorded(as_of=as_of.isoformat())
    customers = [Customer(pk=customer_id) for customer_id in changed]
    publish_many(
        ((event, customers[start : start + _TOGETHER]) for start in range(0, len(customers), _TOGETHER)), by=by
    )
    if len(changed) <= _TOGETHER:
        announce(*(f"customer:{customer_id}" for customer_id in changed))
    return len(changed)


def _check(rows: Sequence[PaymentBehaviour]) -> None:
    seen: set[int] = set()
    for number, row in enumerate(rows):
        if row.customer_id in seen:
            raise WrongValue(_("The customer is named twice."), field=f"rows.{number}.customer_id")
        seen.add(row.customer_id)
        if row.overdue < 0:
            raise WrongValue(_("A debt cannot be negative."), field=f"rows.{number}.overdue")
        try:
            put(Customer(), {"balance": row.balance, "overdue": row.overdue, "payment_reason": row.reason})
        except WrongValue as fault:
            raise WrongValue(
                str(fault), field=f"rows.{number}.{(fault.field or '').removeprefix('payment_')}"
            ) from fault
