"""The queue of addresses in doubt: one after another, decided from the keyboard."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from opora.platform.access.models import User
from opora.platform.permissions import requires
from opora.registry.customers.forms import DecisionForm
from opora.registry.customers.operations import (
    ask_for_matching,
    decide_address,
    read_address_doubts,
    reopen_address,
)
from opora.registry.customers.permissions import CustomerPermission
from opora.registry.customers.queries.address_doubts import doubt_counts

#: What the queue of the page waits for, beside the live topic.
CHANGED = "doubts-changed"
#: Those that come after the one in front.
_AHEAD = 10


@require_GET
@requires(CustomerPermission.EDIT)
def addresses(request: HttpRequest) -> HttpResponse:
    """The page, or its queue alone when it refreshes itself."""
    template = "customers/_doubts.html" if request.headers.get("HX-Request") else "customers/addresses.html"
    return _queue(request, template, _skipped(request.GET.get("skipped", "")))


@require_POST
@requires(CustomerPermission.EDIT)
def decide(request: HttpRequest, doubt_id: int) -> HttpResponse:
    """Take a house, or say that none fits; the next one comes forward."""
    assert isinstance(request.user, User)
    form = DecisionForm(request.POST)
    skipped = _skipped(request.POST.get("skipped", ""))
    if not form.is_valid():
        return _queue(request, "customers/_doubts.html", skipped, status=422, form=form)
    house: UUID | None = form.cleaned_data["house"]
    point = decide_address(doubt_id=doubt_id, house=house, by=request.user)
    said = _("The house of %s is set.") if house else _("%s stays without a house.")
    messages.success(request, said % point.number, extra_tags=reverse("customers:reopen_address", args=[doubt_id]))
    return _queue(request, "customers/_doubts.html", skipped)


@require_POST
@requires(CustomerPermission.EDIT)
def reopen(request: HttpRequest, doubt_id: int) -> HttpResponse:
    """Take a decision back."""
    assert isinstance(request.user, User)
    reopen_address(doubt_id=doubt_id, by=request.user)
    messages.success(request, _("The address is in doubt again."))
    return HttpResponse(status=204, headers={"HX-Trigger": CHANGED})


@require_POST
@requires(CustomerPermission.EDIT)
def match(request: HttpRequest) -> HttpResponse:
    """Have the usage points without a house matched by the worker."""
    assert isinstance(request.user, User)
    ask_for_matching(by=request.user)
    messages.success(request, _("The addresses are being matched; the page follows the work."))
    return HttpResponse(status=204)


def _queue(
    request: HttpRequest, template: str, skipped: list[int], *, status: int = 200, form: DecisionForm | None = None
) -> HttpResponse:
    assert isinstance(request.user, User)
    waiting = read_address_doubts(skipped=skipped, limit=_AHEAD + 1, by=request.user)
    if not waiting and skipped:
        skipped, waiting = [], read_address_doubts(limit=_AHEAD + 1, by=request.user)
    first = waiting[0] if waiting else None
    context = {
        "doubt": first,
        "ahead": waiting[1:],
        "counts": doubt_counts(),
        "form": form or DecisionForm(),
        "skipped": ",".join(map(str, skipped)),
        "skipping": ",".join(map(str, [*skipped, first.pk])) if first else "",
    }
    return render(request, template, context, status=status)


def _skipped(text: str) -> list[int]:
    """Those put off for later: ids, as the address of the page carries them."""
    return [int(each) for each in text.split(",") if each.isdecimal() and len(each) < 19][-200:]
