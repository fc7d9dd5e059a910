"""Payment behaviour, taken over from the billing system."""

from django.http import HttpRequest

from opora.platform.rest.doors import Door, caller
from opora.registry.customers import operations
from opora.registry.customers.api.inputs import PaymentRows
from opora.registry.customers.api.outputs import PaymentsTaken
from opora.registry.customers.permissions import CustomerPermission

router = Door(tags=["Payment behaviour"])


@router.put(
    "/payment-behaviour",
    permission=CustomerPermission.IMPORT,
    response=PaymentsTaken,
    summary="Take over payment behaviour",
)
def put_payment_behaviour(request: HttpRequest, payload: PaymentRows) -> PaymentsTaken:
    """Bring balances, debts and classes of up to a thousand customers up to date; older figures never replace newer."""
    rows = [operations.PaymentBehaviour(**row.dict()) for row in payload.rows]
    updated = operations.record_payment_behaviour(rows=rows, as_of=payload.as_of, by=caller(request))
    return PaymentsTaken(updated=updated)
