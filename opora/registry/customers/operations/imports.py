"""Imports of customers: a file is taken in, read and checked, and entered when its owner says so.

Reading and entering run in parts, each in a transaction that also says how far it has come: whoever is killed in the
middle is followed by another who goes on after the last part, and nothing is doubled or lost.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import IO
from uuid import uuid4

from django.conf import settings
from django.db import DataError, IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from opora.platform.access.models import User
from opora.platform.errors import BusinessError, EditForbidden, NotVisible
from opora.platform.journal.operations import publish
from opora.platform.live.operations import announce
from opora.platform.scope import EVERYTHING, Scope, current_scope, scoped
from opora.platform.stages import check_move
from opora.registry.customers.events import CustomersImported, ImportAccepted, ImportStarted
from opora.registry.customers.import_file.columns import Headings, recognise
from opora.registry.customers.import_file.reading import ImportFile
from opora.registry.customers.import_file.rows import Fault, Row, RowReader
from opora.registry.customers.import_file.unreadable import UnreadableFile
from opora.registry.customers.models import CustomerImport, ImportFault, ImportRow
from opora.registry.customers.operations.import_batches import Terms, take_rows, take_waiting
from opora.registry.customers.operations.import_duplicates import put_out_contradictions
from opora.registry.customers.operations.import_entering import enter_batch
from opora.registry.customers.queries.imports import catalogue_for
from opora.registry.customers.stages import IMPORT_MOVES, ImportStage

OnProgress = Callable[[int, int], None]

#: Rows that go together, in one transaction.
BATCH = 5_000
_COPY = 1 << 20


class ImportRefused(BusinessError):
    """The import is not in a state to go on."""

    code = "import_refused"
    status = 409


@transaction.atomic
def store_import(
    *, stream: IO[bytes], name: str, by: User, group_id: int | None = None, branch_id: int | None = None
) -> CustomerImport:
    """Take a file in, however large; nothing is read yet.

    :param group_id: for new customers of whom the file does not say; so is `branch_id`.
    :raises EditForbidden: when the user may not put customers there.
    """
    scope = current_scope()
    if not scope.everything:
        if group_id is not None and group_id not in scope.groups_edited:
            raise EditForbidden(_("You may not put customers into this group."), field="group")
        if branch_id is not None and branch_id not in scope.branches:
            raise EditForbidden(_("You may not put customers into this branch."), field="branch")
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / uuid4().hex
    with path.open("xb") as target:
        shutil.copyfileobj(stream, target, _COPY)
    return CustomerImport.objects.create(
        by=by, name=Path(name).name[:255], path=path.name, group_id=group_id, branch_id=branch_id
    )


@transaction.atomic
def start_import(
    *, stream: IO[bytes], name: str, by: User, group_id: int | None = None, branch_id: int | None = None
) -> CustomerImport:
    """Take a file in and have it checked by the worker.

    :raises EditForbidden: when the user may not put customers into the group or branch.
    """
    source = store_import(stream=stream, name=name, by=by, group_id=group_id, branch_id=branch_id)
    publish(ImportStarted(import_id=source.pk), by=by, about=[source])
    return source


def read_import(*, import_id: int, on_progress: OnProgress | None = None) -> CustomerImport:
    """Read the file and check every row; customers stay as they are. Goes on where it was broken off.

    To be called outside any transaction: each part is its own.
    """
    with scoped(EVERYTHING):
        source = CustomerImport.objects.select_related("by").get(pk=import_id)
        catalogue = catalogue_for(
            source.by.scope, group=source.group_id, branch=source.branch_id, on=timezone.localdate(source.started_at)
        )
    if source.stage != ImportStage.READING:
        return source
    try:
        with _opened(source) as file:
            rows = file.rows()
            headings = _headings(rows, source)
            _note_headings(source, file, headings)
            reader = RowReader(headings, catalogue)
            for batch in _batches(rows, after=source.last_row):
                good, faults = _sorted([reader.read(number, cells) for number, cells in batch])
                share = round(file.done * 100)
                if not _keep(source, good, faults, count=len(batch), last_row=batch[-1][0], share=share):
                    return source  # somebody else is reading it
                if on_progress:
                    on_progress(share, 100)
    except UnreadableFile as refusal:
        return _refuse(source, str(refusal))
    return _finish_reading(source)


@transaction.atomic
def accept_import(*, import_id: int, by: User) -> CustomerImport:
    """Say that the checked rows are to be entered.

    :raises ImportRefused: when there is nothing to enter.
    :raises NotVisible: when the import is somebody else's.
    """
    source = CustomerImport.objects.select_for_update().filter(pk=import_id).first()
    if source is None or not (source.by_id == by.pk or by.is_system):
        raise NotVisible(_("There is no such import."))
    check_move(IMPORT_MOVES, ImportStage(source.stage), ImportStage.APPLYING)
    if source.rows == source.refused:
        raise ImportRefused(_("There is nothing to enter: mend the file and load it again."))
    source.stage = ImportStage.APPLYING
    source.created = source.changed = source.unchanged = 0
    source.save()
    publish(ImportAccepted(import_id=source.pk), by=by, about=[source])
    return source


def enter_import(*, import_id: int, on_progress: OnProgress | None = None, batch: int = BATCH) -> CustomerImport:
    """Enter the waiting rows, part by part. Goes on where it was broken off.

    To be called outside any transaction. A part that the base refuses as a whole is halved until the row at fault
    is found; that row alone is refused.
    """
    limit = batch
    while True:
        try:
            with scoped(EVERYTHING):
                source, taken = _enter_part(import_id, limit)
        except (IntegrityError, DataError) as fault:
            if limit > 1:
                limit //= 2
            else:
                with scoped(EVERYTHING):
                    _refuse_next(import_id, fault)
            continue
        limit = min(batch, limit * 2)
        if on_progress:
            on_progress(source.entered, max(source.rows - source.refused, 1))
        if not taken:
            return source


@transaction.atomic
def forget_imports(*, before: datetime) -> int:
    """Drop imports begun before the moment, with their files and what was wrong in them; return how many."""
    old = list(CustomerImport.objects.select_for_update().filter(started_at__lt=before))
    for kind in (ImportRow, ImportFault):
        kind.objects.filter(source__in=old).delete()
    CustomerImport.objects.filter(pk__in=[source.pk for source in old]).delete()
    gone = {source.path for source in old}
    kept = set(CustomerImport.objects.values_list("path", flat=True))
    for path in _folder().glob("*"):
        of_a_request_that_failed = path.name not in kept and path.stat().st_mtime < before.timestamp()
        if path.name in gone or of_a_request_that_failed:
            path.unlink(missing_ok=True)
    return len(old)


def _folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "imports"


@contextmanager
def _opened(source: CustomerImport) -> Iterator[ImportFile]:
    path = _folder() / source.path
    if not path.exists():
        raise UnreadableFile(_("The file is gone from the server: load it again."))
    file = ImportFile(path)
    try:
        yield file
    finally:
        file.close()


def _headings(rows: Iterator[tuple[int, list[str]]], source: CustomerImport) -> Headings:
    """Understand the first row.

    :raises UnreadableFile: when columns are missing or there twice.
    """
    _number, cells = next(rows, (0, []))
    headings = recognise(cells, has_group=source.group_id is not None, has_branch=source.branch_id is not None)
    if headings.missing:
        missing = ", ".join(f"«{column.title}»" for column in headings.missing)
        hints = "".join(
            _(" “%(heading)s” is unknown: is it “%(nearest)s”?") % {"heading": each.heading, "nearest": each.nearest}
            for each in headings.unknown
            if each.nearest
        )
        raise UnreadableFile(_("The first row of the file lacks columns: %s.") % missing + hints)
    if headings.repeated:
        message = _("These columns are there more than once: %s. Leave one of each.")
        raise UnreadableFile(message % ", ".join(headings.repeated))
    return headings


def _batches(rows: Iterator[tuple[int, list[str]]], *, after: int) -> Iterator[Sequence[tuple[int, list[str]]]]:
    batch = []
    for row in rows:
        if row[0] > after:
            batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _sorted(results: Sequence[Row | list[Fault]]) -> tuple[Sequence[Row], list[Fault]]:
    good = [result for result in results if isinstance(result, Row)]
    return good, [fault for result in results if not isinstance(result, Row) for fault in result]


def _terms(source: CustomerImport, scope: Scope) -> Terms:
    return Terms(
        source=source.pk, scope=scope, group=source.group_id, branch=source.branch_id, titles=source.headings["titles"]
    )


def _note_headings(source: CustomerImport, file: ImportFile, headings: Headings) -> None:
    source.format = asdict(file.format)
    source.headings = {
        "titles": dict(headings.titles),
        "unknown": [{"heading": each.heading, "nearest": each.nearest} for each in headings.unknown],
    }
    with scoped(EVERYTHING):
        CustomerImport.objects.filter(pk=source.pk).update(format=source.format, headings=source.headings)


def _keep(
    source: CustomerImport, rows: Sequence[Row], faults: list[Fault], *, count: int, last_row: int, share: int
) -> bool:
    """Keep a part of what was read; not when another reader has been here."""
    with scoped(EVERYTHING):
        now = CustomerImport.objects.select_for_update().get(pk=source.pk)
        if now.stage != ImportStage.READING or now.last_row != source.last_row:
            return False
        faults += take_rows(rows, _terms(source, source.by.scope))
        _add_faults(source.pk, faults)
        source.last_row, source.read_share = last_row, share
        source.rows += count
        source.refused += len({fault.row for fault in faults})
        source.save(update_fields=["last_row", "read_share", "rows", "refused"])
        announce(f"user:{source.by_id}")
    return True


def _finish_reading(source: CustomerImport) -> CustomerImport:
    """Put out rows that contradict others, and foresee what entering the rest will do."""
    with scoped(EVERYTHING):
        source = CustomerImport.objects.select_for_update(of=["self"]).select_related("by").get(pk=source.pk)
        if source.stage != ImportStage.READING:
            return source
        if not source.rows:
            source.stage, source.refusal = ImportStage.REFUSED, _("There are headings in the file, but no rows.")
        else:
            faults = put_out_contradictions(source.pk, source.headings["titles"])
            _add_faults(source.pk, faults)
            source.refused += len({fault.row for fault in faults})
            source.created, source.changed, source.unchanged = _foreseen(source.pk)
            source.stage, source.read_share = ImportStage.CHECKED, 100
        source.save()
        announce(f"user:{source.by_id}")
    return source


def _refuse(source: CustomerImport, reason: str) -> CustomerImport:
    with scoped(EVERYTHING):
        source = CustomerImport.objects.select_for_update().get(pk=source.pk)
        check_move(IMPORT_MOVES, ImportStage(source.stage), ImportStage.REFUSED)
        source.stage, source.refusal = ImportStage.REFUSED, reason
        source.save(update_fields=["stage", "refusal"])
        announce(f"user:{source.by_id}")
    return source


def _foreseen(import_id: int) -> tuple[int, int, int]:
    """How many customers will be created, changed, left as they are."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) filter (where known is null), count(*) filter (where known is not null and differs),"
            " count(*) filter (where known is not null and not differs) from ("
            " select max(known_as) as known, bool_or(differs) as differs from customers_importrow where source_id = %s"
            " group by coalesce(known_as::text, 'code ' || external_id, 'point ' || usage_point)) customers",
            [import_id],
        )
        created, changed, unchanged = cursor.fetchone()
    return created, changed, unchanged


def _enter_part(import_id: int, limit: int) -> tuple[CustomerImport, int]:
    source = CustomerImport.objects.select_for_update(of=["self"]).select_related("by").get(pk=import_id)
    if source.stage != ImportStage.APPLYING:
        return source, 0
    terms = _terms(source, source.by.scope)
    taken, faults = take_waiting(limit, terms)
    if not taken:
        source.stage, source.finished_at = ImportStage.DONE, timezone.now()
        counts = {"created": source.created, "changed": source.changed, "refused": source.refused}
        publish(CustomersImported(import_id=source.pk, **counts), by=source.by, about=[source])
    else:
        _add_faults(source.pk, faults)
        with scoped(terms.scope):
            entered = enter_batch(terms, by=source.by)
        source.refused += len(faults)
        source.entered += taken - len(faults)
        source.created += entered.created
        source.changed += entered.changed
        source.unchanged += entered.unchanged
    source.save()
    announce(f"user:{source.by_id}")
    return source, taken


def _refuse_next(import_id: int, fault: Exception) -> None:
    """Put out the first waiting row, which the base has refused for a reason that no check knows."""
    source = CustomerImport.objects.select_for_update().get(pk=import_id)
    row = ImportRow.objects.filter(source=source).order_by("row").first()
    if row is None:
        raise fault
    alike = ImportRow.objects.filter(source=source, external_id=row.external_id) if row.external_id else None
    rows = sorted(alike.values_list("row", flat=True)) if alike is not None else [row.row]
    reason = _("The base refuses this row: %s") % str(fault).splitlines()[0]
    _add_faults(source.pk, [Fault(number, "", row.external_id or row.usage_point or "", reason) for number in rows])
    ImportRow.objects.filter(source=source, row__in=rows).delete()
    CustomerImport.objects.filter(pk=source.pk).update(refused=F("refused") + len(rows))


def _add_faults(import_id: int, faults: Sequence[Fault]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            'insert into customers_importfault (source_id, row, "column", value, reason)'
            " select %s, * from unnest(%s::int[], %s::text[], %s::text[], %s::text[])",
            [
                import_id,
                [fault.row for fault in faults],
                [fault.column[:200] for fault in faults],
                [fault.value[:500] for fault in faults],
                [fault.reason for fault in faults],
            ],
        )
