"""Usage points on the page of an element of the network."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from opora.platform.access.models import User
from opora.platform.journal.operations import record_read
from opora.platform.permissions import requires
from opora.registry.customers.permissions import CustomerPermission
from opora.registry.customers.queries.supply import supplied_below
from opora.registry.grid.queries import element_of


@require_GET
@requires(CustomerPermission.VIEW)
def below(request: HttpRequest, element_id: int) -> HttpResponse:
    """A tab of an element: the usage points that would lose supply with it."""
    assert isinstance(request.user, User)
    element = element_of(element_id)
    page = supplied_below(element_id, after=request.GET.get("after", "")[:30].replace("\0", ""))
    record_read(what="customers.supplied_below", about=[element], by=request.user)
    return render(request, "customers/_below.html", {"element": element, "page": page})
