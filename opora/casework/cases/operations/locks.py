"""Getting hold of what is to be changed: locked first, and refused when it may only be looked at."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from opora.casework.cases.models import Case, CaseStage
from opora.platform.errors import ChangedMeanwhile, EditForbidden, NotVisible


def locked_case(case_id: int, *, version: int | None = None) -> Case:
    """Lock the case for the rest of the transaction.

    :raises NotVisible: when there is no such case, or not for this user.
    :raises EditForbidden: when he may see but not change it.
    :raises ChangedMeanwhile: when somebody has saved since he read it.
    """
    case = Case.objects.select_for_update().filter(pk=case_id).first()
    if case is None:
        if Case.objects.filter(pk=case_id).exists():
            raise EditForbidden(_("You may see this case but not change it."))
        raise NotVisible(_("There is no such case."))
    if version is not None and case.version != version:
        raise ChangedMeanwhile(_("Somebody has changed this case: look at it again and repeat what is still needed."))
    return case


@dataclass(frozen=True)
class Held:
    """A locked case, and the one of its stages that is meant."""

    case: Case
    stage_id: int


def locked_stage(stage_id: int) -> Held:
    """Lock the case of the stage; all stages of a case change under its lock.

    :raises NotVisible: when there is no such stage, or not for this user.
    :raises EditForbidden: when he may see but not change it.
    """
    case_id = CaseStage.objects.filter(pk=stage_id).values_list("case_id", flat=True).first()
    if case_id is None:
        raise NotVisible(_("There is no such stage."))
    return Held(locked_case(case_id), stage_id)
