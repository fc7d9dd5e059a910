"""Addresses that mean no house of the register for certain, over HTTP."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from pydantic import Field

from opora.platform.rest.cursors import USUAL
from opora.platform.rest.doors import Door, caller
from opora.platform.rest.schemas import Id, Input, Limit, Output
from opora.registry.customers import operations
from opora.registry.customers.api.outputs import UsagePointOut
from opora.registry.customers.models import AddressDoubt
from opora.registry.customers.permissions import CustomerPermission

router = Door(tags=["Usage points"])


class OfferOut(Output):
    """A house that the address may mean."""

    house_guid: UUID
    text: str
    confidence: float = Field(description="0 to 1")
    explanation: str


class AddressDoubtOut(Output):
    id: int
    usage_point_id: int
    usage_point: str = Field(description="Its number")
    customer_id: int
    address: str
    offers: list[OfferOut] = Field(description="The likeliest first")


class AddressDoubts(Output):
    items: list[AddressDoubtOut]


class Decision(Input):
    house_guid: UUID | None = Field(description="A house of the register; null: it is none of them")


@router.get(
    "/address-doubts",
    permission=CustomerPermission.EDIT,
    response=AddressDoubts,
    summary="List addresses that wait for a decision",
)
def list_address_doubts(request: HttpRequest, limit: Limit = USUAL) -> AddressDoubts:
    """List the likeliest; those decided make room for the next. The journal says who has read them."""
    found = operations.read_address_doubts(limit=limit, by=caller(request))
    return AddressDoubts(items=[_shown(doubt) for doubt in found])


@router.post(
    "/address-doubts/{int:doubt_id}/decision",
    permission=CustomerPermission.EDIT,
    response=UsagePointOut,
    summary="Say which house an address means",
)
def decide_address(request: HttpRequest, doubt_id: Id, payload: Decision) -> UsagePointOut:
    """Give the usage point its house, or say that it is none of the register."""
    point = operations.decide_address(doubt_id=doubt_id, house=payload.house_guid, by=caller(request))
    return UsagePointOut.from_orm(point)


@router.post(
    "/address-doubts/{int:doubt_id}/reopen",
    permission=CustomerPermission.EDIT,
    response=AddressDoubtOut,
    summary="Take a decision back",
)
def reopen_address(request: HttpRequest, doubt_id: Id) -> AddressDoubtOut:
    """Put the address in doubt again."""
    return _shown(operations.reopen_address(doubt_id=doubt_id, by=caller(request)))


@router.post(
    "/address-doubts/matching",
    permission=CustomerPermission.EDIT,
    response={204: None},
    summary="Have addresses matched with the register",
)
def match_usage_points(request: HttpRequest) -> HttpResponse:
    """Let the worker look for the houses of usage points that have none."""
    operations.ask_for_matching(by=caller(request))
    return HttpResponse(status=204)


def _shown(doubt: AddressDoubt) -> AddressDoubtOut:
    point = doubt.usage_point
    return AddressDoubtOut(
        id=doubt.pk, usage_point_id=point.pk, usage_point=point.number, customer_id=point.customer_id,
        address=doubt.address, offers=[OfferOut(**offer) for offer in doubt.offers],
    )  # fmt: skip
