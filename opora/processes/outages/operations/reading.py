"""Looking at who is off: names and addresses are personal, so the journal says who looked (152-ФЗ, ст. 19)."""

from django.db import transaction

from opora.platform.access.models import User
from opora.platform.journal.operations import record_read
from opora.processes.outages.models import Affected
from opora.registry.customers.models import Customer


@transaction.atomic
def read_affected(*, outage_id: int, by: User, after: int = 0, limit: int = 50) -> list[Affected]:
    """A page of the usage points that an outage cuts off, or has cut off, as far as the user may see them.

    :param after: the last row of the page before.
    """
    rows = list(
        Affected.objects.filter(outage_id=outage_id, pk__gt=after)
        .select_related("usage_point__customer")
        .order_by("pk")[:limit]
    )
    if about := [Customer(pk=pk) for pk in sorted({row.usage_point.customer_id for row in rows})]:
        record_read(what="outages.affected", about=about, by=by)
    return rows
