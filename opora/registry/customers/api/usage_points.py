"""Where customers are supplied, over HTTP."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Status
from pydantic import Field

from opora.platform.rest.cursors import USUAL
from opora.platform.rest.doors import Door, caller
from opora.platform.rest.pages import page_of
from opora.platform.rest.schemas import Cursor, FilledLine, Id, Limit, Page
from opora.registry.customers import operations
from opora.registry.customers.api.inputs import NewUsagePoint, UsagePointChange
from opora.registry.customers.api.outputs import UsagePointOut
from opora.registry.customers.permissions import CustomerPermission

router = Door(tags=["Usage points"])

Number = Annotated[FilledLine, Field(max_length=30)]


@router.get(
    "/customers/{int:customer_id}/usage-points",
    permission=CustomerPermission.VIEW,
    response=Page[UsagePointOut],
    summary="List a customer's usage points",
)
def list_usage_points(
    request: HttpRequest, customer_id: Id, cursor: Cursor = "", limit: Limit = USUAL
) -> Page[UsagePointOut]:
    """List usage points by number. The journal says who has read them."""
    points = operations.read_usage_points(customer_id=customer_id, by=caller(request))
    return page_of(request, UsagePointOut, points, by=["number", "pk"], cursor=cursor, limit=limit)


@router.post(
    "/customers/{int:customer_id}/usage-points",
    permission=CustomerPermission.EDIT,
    response={201: UsagePointOut},
    summary="Add a usage point",
)
def add_usage_point(request: HttpRequest, customer_id: Id, payload: NewUsagePoint) -> Status[UsagePointOut]:
    """Add a usage point; its branch sees the customer from now on."""
    point = operations.add_usage_point(customer_id=customer_id, **payload.dict(), by=caller(request))
    return Status(201, UsagePointOut.from_orm(point))


@router.get(
    "/usage-points/by-number",
    permission=CustomerPermission.VIEW,
    response=UsagePointOut,
    summary="Find a usage point by number",
)
def get_usage_point(request: HttpRequest, number: Number) -> UsagePointOut:
    """Show the usage point of that number. The journal says who has read it."""
    return UsagePointOut.from_orm(operations.read_usage_point(number=number, by=caller(request)))


@router.patch(
    "/usage-points/{int:usage_point_id}",
    permission=CustomerPermission.EDIT,
    response=UsagePointOut,
    summary="Change a usage point",
)
def change_usage_point(request: HttpRequest, usage_point_id: Id, payload: UsagePointChange) -> UsagePointOut:
    """Change what is given; the rest stays."""
    changes = payload.dict(exclude_unset=True)
    version = changes.pop("version")
    point = operations.change_usage_point(
        usage_point_id=usage_point_id, version=version, changes=changes, by=caller(request)
    )
    return UsagePointOut.from_orm(point)
