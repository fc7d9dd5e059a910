"""Import of customers from files: load, look at what the check found, enter."""

from tempfile import TemporaryFile

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from opora.platform.access.models import User
from opora.platform.permissions import requires
from opora.platform.tables import write_xlsx
from opora.registry.customers.forms import ImportForm
from opora.registry.customers.import_file.columns import COLUMNS
from opora.registry.customers.models import CustomerImport
from opora.registry.customers.operations import accept_import, start_import
from opora.registry.customers.permissions import CustomerPermission
from opora.registry.customers.queries.imports import (
    first_faults,
    import_of,
    imports_of,
    kind_of_fault_table,
    write_faults,
)
from opora.registry.customers.stages import ImportStage

_TONES = {ImportStage.REFUSED: "bad", ImportStage.DONE: "good", ImportStage.CHECKED: "info"}
#: More customers than this are not changed by one press of a button: the number has to be typed.
_TYPED_ABOVE = 1_000


@require_http_methods(["GET", "POST"])
@requires(CustomerPermission.IMPORT)
def imports(request: HttpRequest) -> HttpResponse:
    """Load a file to be checked; the imports so far; what a file may hold."""
    assert isinstance(request.user, User)
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        source = start_import(
            stream=given["file"], name=given["file"].name, by=request.user,
            group_id=given["group"], branch_id=given["branch"],
        )  # fmt: skip
        return redirect("customers:import_report", source.pk)
    context = {
        "form": form,
        "imports": [(source, _TONES.get(ImportStage(source.stage), "")) for source in imports_of(request.user)],
        "columns": COLUMNS,
    }
    return render(request, "customers/import.html", context, status=422 if form.is_bound else 200)


@require_GET
@requires(CustomerPermission.IMPORT)
def report(request: HttpRequest, import_id: int) -> HttpResponse:
    """How far an import has come, and what the check has found."""
    return render(request, "customers/import_report.html", _context(request, import_id))


@require_GET
@requires(CustomerPermission.IMPORT)
def state(request: HttpRequest, import_id: int) -> HttpResponse:
    """The same, as the part of the page that follows the work."""
    return render(request, "customers/_import.html", _context(request, import_id))


@require_POST
@requires(CustomerPermission.IMPORT)
def apply(request: HttpRequest, import_id: int) -> HttpResponse:
    """Have the checked rows entered."""
    assert isinstance(request.user, User)
    accept_import(import_id=import_id, by=request.user)
    messages.success(request, _("The rows are being entered; the page follows the work."))
    return redirect("customers:import_report", import_id)


@require_GET
@requires(CustomerPermission.IMPORT)
def errors(request: HttpRequest, import_id: int) -> HttpResponseBase:
    """Everything that is wrong in the file, as a table."""
    assert isinstance(request.user, User)
    source = import_of(request.user, import_id)
    kind = kind_of_fault_table(source)
    file = TemporaryFile()  # noqa: SIM115  # closed by the response
    write_faults(source, file, kind)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{_('errors')}-{source.name.rpartition('.')[0]}.{kind}")


@require_GET
@requires(CustomerPermission.IMPORT)
def sample(request: HttpRequest) -> HttpResponseBase:
    """A workbook with every heading and one row of example."""
    file = TemporaryFile()  # noqa: SIM115  # closed by the response
    write_xlsx(file, [column.title for column in COLUMNS], [[column.sample for column in COLUMNS]])
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{_('sample')}.xlsx")


def _context(request: HttpRequest, import_id: int) -> dict[str, object]:
    assert isinstance(request.user, User)
    source = import_of(request.user, import_id)
    return {
        "source": source,
        "tone": _TONES.get(ImportStage(source.stage), ""),
        "share": _share(source),
        "faults": first_faults(source) if source.refused else [],
        "good": source.rows - source.refused,
        "typed_count": source.created + source.changed if source.created + source.changed > _TYPED_ABOVE else None,
    }


def _share(source: CustomerImport) -> int:
    """Per cent of what is being done now."""
    if source.stage == ImportStage.READING:
        return source.read_share
    return 100 * source.entered // max(source.rows - source.refused, 1)
