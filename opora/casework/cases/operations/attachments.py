"""Files of a case: attached, taken off, opened."""

from typing import IO

from django.db import transaction
from django.utils import timezone

from opora.casework.cases.events import FileAttached, FileDetached
from opora.casework.cases.models import Case, CaseAttachment
from opora.casework.cases.operations.locks import locked_case
from opora.casework.cases.operations.progress import topics_of
from opora.casework.cases.queries.attachments import attachment
from opora.platform.access.models import User
from opora.platform.files.operations import store_file
from opora.platform.journal.operations import publish, record_read
from opora.platform.live.operations import announce


@transaction.atomic
def attach_file(*, case_id: int, stream: IO[bytes], name: str, by: User) -> CaseAttachment:
    """Keep a file with the case.

    :raises FileTooLarge, FileTypeForbidden, FileEmpty: naming the field `file`.
    :raises NotVisible, EditForbidden: when the case is not his to change.
    """
    case = locked_case(case_id)
    stored = store_file(stream=stream, name=name, by=by)
    attached = CaseAttachment.objects.create(case=case, file=stored, name=_short(name), by=by, at=timezone.now())
    publish(FileAttached(case_id=case.pk, attachment_id=attached.pk), by=by, about=[case])
    announce(*topics_of(case))
    return attached


@transaction.atomic
def detach_file(*, attachment_id: int, by: User) -> None:
    """Take a file off its case; the journal keeps that it was there.

    :raises NotVisible, EditForbidden: when the case is not his to change.
    """
    attached = attachment(attachment_id)
    case = locked_case(attached.case_id)
    CaseAttachment.objects.filter(pk=attachment_id).delete()
    publish(FileDetached(case_id=case.pk, attachment_id=attachment_id), by=by, about=[case])
    announce(*topics_of(case))


@transaction.atomic
def open_attachment(*, attachment_id: int, by: User) -> CaseAttachment:
    """Give out a file; it holds personal data, so the journal says to whom (152-ФЗ, ст. 19).

    :raises NotVisible: when there is no such file, or not for this user.
    """
    attached = attachment(attachment_id)
    record_read(what="cases.attachment", about=[Case(pk=attached.case_id)], by=by)
    return attached


def _short(name: str) -> str:
    """The name without its folders, cut in the middle so that the extension stays."""
    name = name.replace("\\", "/").rsplit("/", 1)[-1].strip()
    return name if len(name) <= 200 else f"{name[:150]}…{name[-49:]}"
