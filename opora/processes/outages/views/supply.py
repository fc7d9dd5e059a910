"""The first line of every card: is this place off, why, since when, until when, says who."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from opora.casework.cases.stages import Channel
from opora.platform.access.models import User
from opora.platform.permissions import requires
from opora.processes.outages import operations, queries
from opora.processes.outages.forms import ReportForm
from opora.processes.outages.permissions import OutagePermission
from opora.processes.outages.stages import Supply


@require_GET
@requires(OutagePermission.VIEW)
def of_customer(request: HttpRequest, customer_id: int) -> HttpResponse:
    """The supply of a customer's usage points, or of the one that is named."""
    chosen = request.GET.get("usage_point", "")
    statuses = queries.supply_of_customer(customer_id)
    if chosen.isdecimal():
        statuses = [status for status in statuses if status.usage_point_id == int(chosen)] or statuses
    context = {
        "customer_id": customer_id,
        "usage_point": chosen,
        "statuses": [status for status in statuses if status.state != Supply.ON or status.planned],
        "all_on": bool(statuses) and all(status.state == Supply.ON for status in statuses),
        "single": statuses[0] if len(statuses) == 1 else None,
        "channel": request.GET.get("channel", Channel.PHONE),
        "may_report": isinstance(request.user, User) and request.user.holds(OutagePermission.REPORT),
    }
    return render(request, "outages/_supply.html", context)


@require_POST
@requires(OutagePermission.REPORT)
def report(request: HttpRequest, usage_point_id: int) -> HttpResponse:
    """Register that there is no light here; the report joins the outage that is known."""
    assert isinstance(request.user, User)
    form = ReportForm({"text": request.POST.get("text") or _("No supply.")})
    form.is_valid()
    channel = request.POST.get("channel", Channel.PHONE)
    registered = operations.register_outage_report(
        usage_point_id=usage_point_id, channel=channel, text=form.cleaned_data["text"], by=request.user
    )
    number = registered.case.number
    if registered.outage is None:
        messages.success(request, _("Report %s is registered; no known outage explains it.") % number)
    else:
        said = _("Report %(case)s is joined to outage %(outage)s.")
        messages.success(request, said % {"case": number, "outage": registered.outage.number})
    return HttpResponse(headers={"HX-Redirect": redirect("cases:case", registered.case_id).headers["Location"]})
