"""Supply comes back: in steps, or all at once."""

from datetime import datetime

from opora.platform.access.models import User
from opora.platform.journal.operations import publish
from opora.platform.stages import check_move
from opora.processes.outages.events import OutageBlinked, SupplyRestored
from opora.processes.outages.models import Outage, RestorationStep
from opora.processes.outages.rules import is_reclosing, stage_when_restored
from opora.processes.outages.stages import MOVES, Stage


def end_part(
    outage: Outage, *, points: int, at: datetime, by: User, element_id: int | None = None, comment: str = ""
) -> None:
    """Let so many usage points of the locked outage be back; the last of them end it.

    :param element_id: the switch whose closing gave them supply.
    """
    left = outage.points_off - points
    blinked = (
        outage.stage == Stage.SUSPECTED
        and not left
        and element_id == outage.element_id
        and outage.started_at is not None
        and is_reclosing(opened_at=outage.started_at, closed_at=at)
    )
    target = Stage.BLINK if blinked else stage_when_restored(left=left)
    check_move(MOVES, Stage(outage.stage), target)
    outage.stage, outage.points_off, outage.version = target, left, outage.version + 1
    if not left:
        outage.ended_at = max(at, outage.started_at or at)
    outage.save(update_fields=["stage", "points_off", "ended_at", "version"])
    if blinked:
        publish(OutageBlinked(outage_id=outage.pk, points=points), by=by, about=[outage])
        return
    step = RestorationStep.objects.create(
        outage=outage, at=at, points=points, element_id=element_id, comment=comment, by=by
    )
    fact = SupplyRestored(outage_id=outage.pk, step_id=step.pk, points=points, left=left)
    publish(fact, by=by, about=[outage])
