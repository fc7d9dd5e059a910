"""Internal notes of a case."""

from django.db import transaction
from django.utils import timezone

from opora.casework.cases.events import NoteAdded
from opora.casework.cases.models import CaseNote
from opora.casework.cases.operations.checks import checked_text
from opora.casework.cases.operations.locks import locked_case
from opora.casework.cases.operations.progress import topics_of
from opora.platform.access.models import User
from opora.platform.journal.operations import publish
from opora.platform.live.operations import announce


@transaction.atomic
def add_note(*, case_id: int, text: str, by: User) -> CaseNote:
    """Write an internal note; the consumer never sees it.

    :raises TextMissing: when it is empty.
    """
    case = locked_case(case_id)
    note = CaseNote.objects.create(case=case, text=checked_text(text), by=by, at=timezone.now())
    publish(NoteAdded(case_id=case.pk, note_id=note.pk), by=by, about=[case])
    announce(*topics_of(case))
    return note
