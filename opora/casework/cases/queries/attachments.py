"""Files of a case, as far as the user may see the case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from opora.casework.cases.models import CaseAttachment
from opora.platform.errors import NotVisible


@dataclass(frozen=True, kw_only=True)
class AttachmentLine:
    """A file of a case, without its content."""

    id: int
    case_id: int
    name: str
    content_type: str
    #: In bytes.
    size: int
    by_id: int
    by: str
    at: datetime


def attachments_of(case_id: int) -> Sequence[AttachmentLine]:
    """The files of a case, the first attached first; none when the user may not see the case."""
    found = CaseAttachment.objects.filter(case_id=case_id).select_related("file", "by").order_by("pk")
    return [line_of(attachment) for attachment in found]


def attachment(attachment_id: int) -> CaseAttachment:
    """One file of a case with what is stored of it.

    :raises NotVisible: when there is no such file, or not for this user.
    """
    found = CaseAttachment.objects.select_related("file", "by").filter(pk=attachment_id).first()
    if found is None:
        raise NotVisible(_("There is no such file."))
    return found


def line_of(attachment: CaseAttachment) -> AttachmentLine:
    """What lists show of an attachment."""
    return AttachmentLine(
        id=attachment.pk,
        case_id=attachment.case_id,
        name=attachment.name,
        content_type=attachment.file.content_type,
        size=attachment.file.size,
        by_id=attachment.by_id,
        by=attachment.by.get_full_name() or attachment.by.username,
        at=attachment.at,
    )
