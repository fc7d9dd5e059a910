"""Imports of customers: what names in a file mean, how far an import has come, what is wrong in it."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import IO

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from opora.platform.access.models import User
from opora.platform.errors import NotVisible
from opora.platform.names import sort_key
from opora.platform.scope import EVERYTHING, Scope, scoped
from opora.platform.tables import MOST_XLSX_ROWS, write_csv, write_xlsx
from opora.registry.customers.import_file.rows import Catalogue
from opora.registry.customers.models import CustomerGroup, CustomerImport, ImportFault
from opora.registry.organization.queries import branches, districts

_PAGE = 5_000


def catalogue_for(scope: Scope, *, group: int | None, branch: int | None, on: date) -> Catalogue:
    """What names of groups, branches and districts mean, and which of them the scope allows.

    :param group: for customers of whom a file does not say; so is `branch`.
    :param on: the day of payment figures without one.
    """
    groups: dict[str, int] = {}
    places: dict[str, int] = {}
    allowed = []
    for each in CustomerGroup.objects.order_by("pk"):
        groups |= {sort_key(name): each.pk for name in (each.name, each.code)}
    for each_branch in branches():
        allowed.append(each_branch.pk)
        names = (each_branch.name, each_branch.short_name, each_branch.code)
        places |= {sort_key(name): each_branch.pk for name in names if name}
    return Catalogue(
        groups=groups,
        branches=places,
        districts={
            (each.branch_id, sort_key(name)): each.pk for each in districts() for name in (each.name, each.code)
        },
        groups_allowed=frozenset(groups.values()) if scope.everything else scope.groups_edited,
        branches_allowed=frozenset(allowed) if scope.everything else scope.branches & frozenset(allowed),
        group=group,
        branch=branch,
        today=on.isoformat(),
    )


def imports_of(user: User, *, limit: int = 20) -> QuerySet[CustomerImport]:
    """The imports of a user, the latest first."""
    return CustomerImport.objects.filter(by=user).order_by("-pk")[:limit]


def import_of(user: User, import_id: int) -> CustomerImport:
    """One import of the user.

    :raises NotVisible: when there is none, or it is somebody else's.
    """
    found = CustomerImport.objects.select_related("group", "branch").filter(pk=import_id, by=user).first()
    if found is None:
        raise NotVisible(_("There is no such import."))
    return found


def first_faults(source: CustomerImport, *, limit: int = 50) -> Sequence[ImportFault]:
    """What is wrong in the first of its rows."""
    with scoped(EVERYTHING):
        return list(ImportFault.objects.filter(source=source).order_by("row", "pk")[:limit])


def all_faults(source: CustomerImport) -> Iterator[ImportFault]:
    """Everything that is wrong in an import, by row, read in pages: millions take no more memory than one page."""
    row, pk = 0, 0
    while True:
        with scoped(EVERYTHING):
            further = Q(row__gt=row) | Q(row=row, pk__gt=pk)
            page = list(ImportFault.objects.filter(further, source=source, row__gte=row).order_by("row", "pk")[:_PAGE])
        yield from page
        if len(page) < _PAGE:
            return
        row, pk = page[-1].row, page[-1].pk


def kind_of_fault_table(source: CustomerImport) -> str:
    """`xlsx` for the faults of a workbook, if a workbook holds them all; otherwise `csv`."""
    with scoped(EVERYTHING):
        few = ImportFault.objects.filter(source=source).count() <= MOST_XLSX_ROWS
    return "xlsx" if few and source.format.get("kind") == "XLSX" else "csv"


def write_faults(source: CustomerImport, target: IO[bytes], kind: str) -> None:
    """Write everything that is wrong in an import as a table, a CSV in the encoding of the file itself."""
    header = [_("Row"), _("Column"), _("Value"), _("What is wrong")]
    rows = ((fault.row, fault.column, fault.value, fault.reason) for fault in all_faults(source))
    if kind == "xlsx":
        write_xlsx(target, header, rows)
    else:
        encoding = source.format.get("encoding", "")
        write_csv(target, header, rows, encoding="utf-8-sig" if encoding in ("", "utf-8") else encoding)
