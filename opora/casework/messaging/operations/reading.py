"""Opening a message shows an address and what was written to it: the journal keeps who has looked (152-ФЗ, ст. 19)."""

from django.db import transaction

from opora.casework.messaging.queries import MessageCard, message_card
from opora.platform.access.models import User
from opora.platform.journal.operations import record_read
from opora.registry.customers.models import Customer


@transaction.atomic
def read_message(*, message_id: int, by: User) -> MessageCard:
    """One message with all that is known of it.

    :raises NotVisible: when there is none for this user.
    """
    card = message_card(message_id)
    customer_id = card.message.customer_id
    about = [card.message, *([Customer(pk=customer_id)] if customer_id is not None else [])]
    record_read(what="messaging.message", about=about, by=by)
    return card
