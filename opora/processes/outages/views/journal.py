"""The journal of interruptions (form 8.1): its page and its files."""

from datetime import datetime

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from opora.casework.cases.operations.export import TableForm
from opora.platform.access.models import User
from opora.platform.permissions import requires
from opora.platform.rest.cursors import decode, encode
from opora.processes.outages.form81 import Layout
from opora.processes.outages.forms import JournalForm
from opora.processes.outages.operations.journal import export_indices, export_journal
from opora.processes.outages.permissions import OutagePermission
from opora.processes.outages.queries.form81 import count_journal, journal_page
from opora.processes.outages.queries.indices import Dimension, index_report

PAGE = 50


@require_GET
@requires(OutagePermission.VIEW)
def journal(request: HttpRequest) -> HttpResponse:
    """Show interruptions that are over, under the filter of the address."""
    form = JournalForm(request.GET)
    wanted = form.wanted()
    cursor = request.GET.get("after", "")
    after, first = None, 1
    if cursor:
        since, outage_id, until, first = decode(cursor, datetime, int, datetime, int)
        after = (since, outage_id, until)
    page = journal_page(wanted, after=after, limit=PAGE, first=first)
    context = {
        "form": form,
        "wanted": wanted,
        "page": page,
        "total": count_journal(wanted),
        "next": encode([*page.next, first + PAGE]) if page.next else "",
        "query": wanted.query(),
        "built_at": timezone.now(),
    }
    return render(request, "outages/journal.html", context)


@require_GET
@requires(OutagePermission.VIEW)
def export(request: HttpRequest) -> HttpResponseBase:
    """Give out form 8.1 under the filters of the address as a file."""
    assert isinstance(request.user, User)
    layout = Layout.A if request.GET.get("layout") == Layout.A else Layout.B
    form = _form(request)
    file = export_journal(wanted=JournalForm(request.GET).wanted(), layout=layout, form=form, by=request.user)
    name = f"{_('form-8-1')}-{layout}-{timezone.localdate():%Y-%m-%d}.{form}"
    return FileResponse(file, as_attachment=True, filename=name)


@require_GET
@requires(OutagePermission.VIEW)
def indices(request: HttpRequest) -> HttpResponse:
    """Show the indices of reliability of a period; each figure opens its interruptions."""
    form = JournalForm(request.GET, whole_year=True)
    wanted, dimension = form.wanted(), form.dimension()
    context = {
        "form": form,
        "wanted": wanted,
        "report": index_report(wanted, dimension),
        "dimensions": [(value, label, wanted.query(by=value)) for value, label in Dimension.choices],
        "dimension": dimension,
        "query": wanted.query(by=dimension.value),
    }
    return render(request, "outages/indices.html", context)


@require_GET
@requires(OutagePermission.VIEW)
def indices_export(request: HttpRequest) -> HttpResponseBase:
    """Give out the indices of a period as a file."""
    assert isinstance(request.user, User)
    asked = JournalForm(request.GET, whole_year=True)
    form = _form(request)
    file = export_indices(wanted=asked.wanted(), dimension=asked.dimension(), form=form, by=request.user)
    name = f"{_('indices')}-{timezone.localdate():%Y-%m-%d}.{form}"
    return FileResponse(file, as_attachment=True, filename=name)


def _form(request: HttpRequest) -> TableForm:
    return TableForm.CSV if request.GET.get("form") == TableForm.CSV else TableForm.XLSX
