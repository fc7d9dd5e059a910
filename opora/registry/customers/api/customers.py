"""Customers over HTTP: found, registered, read, changed."""

from django.http import HttpRequest, HttpResponse
from ninja import Query, Status

from opora.platform.rest.cursors import USUAL, decode, encode
from opora.platform.rest.doors import Door, caller
from opora.platform.rest.pages import next_address
from opora.platform.rest.schemas import Cursor, FilledLine, Id, Limit, Page
from opora.registry.customers import operations, queries
from opora.registry.customers.api.inputs import (
    CustomerChange,
    CustomerGroupChange,
    CustomerQuery,
    DuplicateQuery,
    NewCustomer,
)
from opora.registry.customers.api.outputs import (
    CandidateOut,
    CustomerCount,
    CustomerGroupOut,
    CustomerHistoryLine,
    CustomerLine,
    CustomerOut,
    DuplicateOut,
    customer_out,
)
from opora.registry.customers.permissions import CustomerPermission

router = Door(tags=["Customers"])


@router.get("/customers", permission=CustomerPermission.VIEW, response=Page[CustomerLine], summary="List customers")
def list_customers(
    request: HttpRequest, filters: Query[CustomerQuery], cursor: Cursor = "", limit: Limit = USUAL
) -> Page[CustomerLine]:
    """List the customers you may see, by name in Russian order. The journal says who has seen them."""
    after = queries.Place(*decode(cursor, str, int)) if cursor else None
    page = operations.read_customer_list(wanted=filters.wanted(), after=after, limit=limit, by=caller(request))
    following = encode([page.next.name_key, page.next.id]) if page.next else ""
    return Page[CustomerLine](
        items=[CustomerLine.from_orm(row) for row in page.rows], next=next_address(request, following)
    )


@router.get("/customers/count", permission=CustomerPermission.VIEW, response=CustomerCount, summary="Count customers")
def count_all_customers(request: HttpRequest, filters: Query[CustomerQuery]) -> CustomerCount:
    """Count what the list would show: exactly up to ten thousand, about so many beyond."""
    return CustomerCount.from_orm(queries.count_customers(filters.wanted()))


@router.get(
    "/customers/identify",
    permission=CustomerPermission.VIEW,
    response=list[CandidateOut],
    summary="Say who it may be",
)
def identify_customer(request: HttpRequest, text: FilledLine, limit: Limit = 20) -> list[CandidateOut]:
    """Find by phone in any spelling, account, agreement, INN, SNILS, meter, usage point, or misspelt words.

    Everybody who may be meant is offered, the best first, with the reason; none is chosen for you.
    """
    found = operations.find_customers(text=text, limit=limit, by=caller(request))
    return [CandidateOut.from_orm(candidate) for candidate in found]


@router.get(
    "/customers/duplicates",
    permission=CustomerPermission.VIEW,
    response=list[DuplicateOut],
    summary="Look for likely duplicates",
)
def find_duplicates(request: HttpRequest, given: Query[DuplicateQuery]) -> list[DuplicateOut]:
    """Find customers with the same INN, SNILS or phone, or the same name at the same address; before entering one."""
    found = operations.read_duplicates(**given.dict(), by=caller(request))
    return [DuplicateOut.from_orm(duplicate) for duplicate in found]


@router.get(
    "/customer-groups",
    permission=CustomerPermission.VIEW,
    response=list[CustomerGroupOut],
    summary="List customer groups",
)
def list_customer_groups(request: HttpRequest) -> list[CustomerGroupOut]:
    """List the groups whose customers you may see."""
    return [CustomerGroupOut.from_orm(group) for group in queries.visible_groups()]


@router.post(
    "/customers", permission=CustomerPermission.REGISTER, response={201: CustomerOut}, summary="Register a customer"
)
def register_customer(request: HttpRequest, payload: NewCustomer, response: HttpResponse) -> Status[CustomerOut]:
    """Add somebody to the base. The same `external_id` again answers with the customer registered before."""
    customer = operations.register_customer(**payload.dict(), by=caller(request))
    response["Location"] = f"/api/v1/customers/{customer.pk}"
    return Status(201, customer_out(queries.customer_card(customer.pk)))


@router.get(
    "/customers/{int:customer_id}", permission=CustomerPermission.VIEW, response=CustomerOut, summary="Read a customer"
)
def get_customer(request: HttpRequest, customer_id: Id) -> CustomerOut:
    """Read a customer with his contacts. The journal says who has read them."""
    return customer_out(operations.read_customer(customer_id=customer_id, by=caller(request)))


@router.patch(
    "/customers/{int:customer_id}",
    permission=CustomerPermission.EDIT,
    response=CustomerOut,
    summary="Change a customer",
)
def change_customer(request: HttpRequest, customer_id: Id, payload: CustomerChange) -> CustomerOut:
    """Change what is given; the rest stays."""
    changes = payload.dict(exclude_unset=True)
    version = changes.pop("version")
    operations.change_customer(customer_id=customer_id, version=version, changes=changes, by=caller(request))
    return customer_out(queries.customer_card(customer_id))


@router.put(
    "/customers/{int:customer_id}/group",
    permission=CustomerPermission.EDIT,
    response=CustomerOut,
    summary="Move a customer to another group",
)
def move_customer(request: HttpRequest, customer_id: Id, payload: CustomerGroupChange) -> CustomerOut:
    """Put a customer into another group; his cases follow, and other people see them."""
    operations.move_to_group(customer_id=customer_id, group_id=payload.group_id, by=caller(request))
    return customer_out(queries.customer_card(customer_id))


@router.get(
    "/customers/{int:customer_id}/history",
    permission=CustomerPermission.VIEW,
    response=list[CustomerHistoryLine],
    summary="What happened to a customer",
)
def get_customer_history(request: HttpRequest, customer_id: Id, limit: Limit = USUAL) -> list[CustomerHistoryLine]:
    """List what was done with the customer and by whom, the last first."""
    history = operations.read_history(customer_id=customer_id, limit=limit, by=caller(request))
    return [CustomerHistoryLine.from_orm(line) for line in history]
