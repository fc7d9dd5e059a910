"""What happened to a case."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from opora.casework.cases.models import Case
from opora.platform.errors import NotVisible
from opora.platform.journal.queries import HistoryLine, history_of


def case_history(case_id: int, *, limit: int = 100, reads: bool = False) -> Sequence[HistoryLine]:
    """The lines of the journal about a case that the user may see, the last first.

    :param reads: also who has looked at it.
    :raises NotVisible: when there is no such case, or not for this user.
    """
    case = Case.objects.only("pk").filter(pk=case_id).first()
    if case is None:
        raise NotVisible(_("There is no such case."))
    return history_of(case, limit=limit, reads=reads)
