"""The dispatcher's desk: the network of a branch or district, alive."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from opora.platform.access.models import User
from opora.platform.permissions import requires
from opora.processes.outages.permissions import OutagePermission
from opora.processes.outages.queries import current_outages
from opora.registry.grid.queries.map import WIDTH, network_map
from opora.registry.organization.queries import branches
from opora.workplaces.dispatcher.forms import PartForm


@require_GET
@requires(OutagePermission.DISPATCH)
def desk(request: HttpRequest) -> HttpResponse:
    """Show the desk."""
    return render(request, "dispatcher/desk.html", _context(request))


@require_GET
@requires(OutagePermission.DISPATCH)
def drawing(request: HttpRequest) -> HttpResponse:
    """The living part: the drawing and what is off on it."""
    return render(request, "dispatcher/_map.html", _context(request))


def _context(request: HttpRequest) -> dict[str, Any]:
    assert isinstance(request.user, User)
    asked = request.GET.copy()
    if not asked.get("branch"):
        asked["branch"] = str(_usual_branch(request.user))
    form = PartForm(asked)
    form.is_valid()
    branch, district = form.cleaned_data.get("branch"), form.cleaned_data.get("district")
    drawn = network_map(branch_id=branch.pk, district_id=district.pk if district else None) if branch else None
    return {
        "form": form,
        "map": drawn,
        "width": WIDTH,
        "outages": current_outages(branch_id=branch.pk)[:20] if branch else [],
        "address": f"?{asked.urlencode()}",
    }


def _usual_branch(user: User) -> int:
    """The user's own branch, else the first that is not the head office."""
    own = sorted(user.branches)
    known = branches().filter(pk__in=own) if own else branches()
    first = known.filter(is_head=False).values_list("pk", flat=True).first()
    return first or branches().values_list("pk", flat=True).first() or 0
