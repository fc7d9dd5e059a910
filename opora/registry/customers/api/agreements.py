"""Contracts with customers, over HTTP."""

from django.http import HttpRequest
from ninja import Status

from opora.platform.rest.cursors import USUAL
from opora.platform.rest.doors import Door, caller
from opora.platform.rest.pages import page_of
from opora.platform.rest.schemas import Cursor, Id, Limit, Page
from opora.registry.customers import operations
from opora.registry.customers.api.inputs import AgreementEnd, NewAgreement
from opora.registry.customers.api.outputs import AgreementOut, agreement_out
from opora.registry.customers.permissions import CustomerPermission

router = Door(tags=["Agreements"])


@router.get(
    "/customers/{int:customer_id}/agreements",
    permission=CustomerPermission.VIEW,
    response=Page[AgreementOut],
    summary="List a customer's agreements",
)
def list_agreements(
    request: HttpRequest, customer_id: Id, cursor: Cursor = "", limit: Limit = USUAL
) -> Page[AgreementOut]:
    """List agreements, the latest first. The journal says who has read them."""
    agreements = operations.read_agreements(customer_id=customer_id, by=caller(request))
    by = ["-signed_on", "-pk"]
    return page_of(request, AgreementOut, agreements, by=by, cursor=cursor, limit=limit, show=agreement_out)


@router.post(
    "/customers/{int:customer_id}/agreements",
    permission=CustomerPermission.EDIT,
    response={201: AgreementOut},
    summary="Add an agreement",
)
def add_agreement(request: HttpRequest, customer_id: Id, payload: NewAgreement) -> Status[AgreementOut]:
    """Add a contract; adding the same again answers with the one that is there."""
    agreement = operations.add_agreement(customer_id=customer_id, **payload.dict(), by=caller(request))
    return Status(201, agreement_out(agreement))


@router.put(
    "/agreements/{int:agreement_id}/end",
    permission=CustomerPermission.EDIT,
    response=AgreementOut,
    summary="End an agreement",
)
def end_agreement(request: HttpRequest, agreement_id: Id, payload: AgreementEnd) -> AgreementOut:
    """Say from which day the contract no longer holds."""
    agreement = operations.end_agreement(agreement_id=agreement_id, ends_on=payload.ends_on, by=caller(request))
    return agreement_out(agreement)
