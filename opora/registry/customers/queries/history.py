"""What happened to a customer."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from opora.platform.errors import NotVisible
from opora.platform.journal.queries import HistoryLine, history_of
from opora.registry.customers.models import Customer


def history_of_customer(customer_id: int, *, reads: bool) -> Sequence[HistoryLine]:
    """Changes of the customer and of what belongs to him, the latest first.

    :param reads: also who has looked at him.
    :raises NotVisible: when there is none in the user's scope.
    """
    customer = Customer.objects.only("pk").filter(pk=customer_id).first()
    if customer is None:
        raise NotVisible(_("There is no such customer."))
    return history_of(customer, reads=reads)
