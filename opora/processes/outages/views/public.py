"""What anybody may see of outages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from opora.platform.permissions import public
from opora.processes.outages.queries.public import FEWEST, KEPT_SECONDS, public_outages


@public
@require_GET
def outages(request: HttpRequest) -> HttpResponse:
    """Show outages that go on and announced works, without anybody's data."""
    found = public_outages()
    context = {"outages": found.outages, "updated_at": found.updated_at, "fewest": FEWEST}
    response = render(request, "outages/public.html", context)
    response["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    return response
