"""One stage of a case and what its passport says of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from opora.casework.cases.models import CaseStage
from opora.casework.cases.queries.catalogue import StagePlan, catalogue
from opora.platform.errors import NotVisible


@dataclass(frozen=True)
class PlacedStage:
    """Where the stage is done, and its row of the passport."""

    case_id: int
    division_id: int | None
    #: The branch of the case, and that of the division which does the stage.
    branch_ids: Sequence[int]
    plan: StagePlan


def planned_stage(stage_id: int) -> PlacedStage:
    """The stage as its passport plans it.

    :raises NotVisible: when there is no such stage, or not for this user; or its passport has it no more.
    """
    stage = CaseStage.objects.select_related("case", "division").filter(pk=stage_id).first()
    plan = catalogue().versions[stage.case.passport_version_id].stage(stage.code) if stage else None
    if stage is None or plan is None:
        raise NotVisible(_("There is no such stage."), field="stage_id")
    branch_ids = {stage.branch_id, stage.division.branch_id if stage.division else stage.branch_id}
    return PlacedStage(stage.case_id, stage.division_id, sorted(branch_ids), plan)
