"""Papers of an outage: attached, taken off, opened."""

from typing import IO

from django.db import transaction
from django.utils.translation import gettext as _

from opora.platform.access.models import User
from opora.platform.errors import NotVisible
from opora.platform.files.operations import store_file
from opora.platform.journal.operations import publish, record_read
from opora.platform.live.operations import announce
from opora.processes.outages.events import FileOfOutageAttached, FileOfOutageDetached
from opora.processes.outages.models import OutageDocument
from opora.processes.outages.operations.locks import locked_outage

MAX_NAME = 200


@transaction.atomic
def attach_document(*, outage_id: int, stream: IO[bytes], name: str, by: User) -> OutageDocument:
    """Keep a paper with the outage.

    :raises FileTooLarge, FileTypeForbidden, FileEmpty: naming the field `file`.
    """
    outage = locked_outage(outage_id)
    stored = store_file(stream=stream, name=name, by=by)
    short = name.replace("\\", "/").rsplit("/", 1)[-1].strip()[-MAX_NAME:]
    document = OutageDocument.objects.create(outage=outage, file=stored, name=short, by=by)
    publish(FileOfOutageAttached(outage_id=outage.pk, document_id=document.pk), by=by, about=[outage])
    announce(f"outage:{outage.pk}")
    return document


@transaction.atomic
def detach_document(*, document_id: int, by: User) -> None:
    """Take a paper off its outage; the journal keeps that it was there.

    :raises NotVisible: when there is none.
    """
    document = _found(document_id)
    outage = locked_outage(document.outage_id)
    OutageDocument.objects.filter(pk=document_id).delete()
    publish(FileOfOutageDetached(outage_id=outage.pk, document_id=document_id), by=by, about=[outage])
    announce(f"outage:{outage.pk}")


@transaction.atomic
def open_document(*, document_id: int, by: User) -> OutageDocument:
    """Give out a paper; it may name people, so the journal says to whom (152-ФЗ, ст. 19).

    :raises NotVisible: when there is none.
    """
    document = _found(document_id)
    record_read(what="outages.document", about=[document.outage], by=by)
    return document


def _found(document_id: int) -> OutageDocument:
    document = OutageDocument.objects.select_related("file", "outage").filter(pk=document_id).first()
    if document is None:
        raise NotVisible(_("There is no such file."))
    return document
