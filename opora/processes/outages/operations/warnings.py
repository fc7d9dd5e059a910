"""What dispatchers are warned of: estimates that have passed, works that have not begun."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from opora.casework.messaging.operations import notify
from opora.casework.messaging.stages import Level
from opora.platform.access.models import User
from opora.platform.access.queries import users_holding
from opora.processes.outages.models import Outage
from opora.processes.outages.permissions import OutagePermission
from opora.processes.outages.stages import OFF_NOW, OutageKind, Stage


@transaction.atomic
def warn_of_lateness(*, now: datetime, by: User) -> int:
    """Ring once for each estimate that has passed while people are off, and for works that have not begun in time.

    Works begin by the dispatcher's word alone: nobody is taken to be off because a time has come.

    :return: how many outages were warned of.
    """
    passed = list(Outage.objects.filter(stage__in=OFF_NOW, estimated_at__lte=now).order_by("pk"))
    waiting = Outage.objects.filter(kind=OutageKind.PLANNED, stage=Stage.ANNOUNCED, work__planned_from__lte=now)
    idle = list(waiting.select_related("work").order_by("pk"))
    dispatchers = _dispatchers({outage.branch_id for outage in (*passed, *idle)})
    warned = 0
    for outage in passed:
        text = _("%s: the estimated time has passed, and people are still off. Give another one.") % outage.number
        key = f"outage_estimate_passed:{outage.pk}:{outage.estimated_at:%Y%m%d%H%M%S}"
        warned += _ring(outage, dispatchers, text, key, by)
    for outage in idle:
        text = _("%s: the works should have begun. Begin, move or cancel them.") % outage.number
        warned += _ring(outage, dispatchers, text, f"outage_not_begun:{outage.pk}:{outage.work.moves}", by)
    return warned


def _ring(outage: Outage, dispatchers: Mapping[int, Sequence[int]], text: str, once: str, by: User) -> bool:
    url = reverse("outages:outage", args=[outage.pk])
    told = notify(user_ids=dispatchers[outage.branch_id], text=text, url=url, once=once, level=Level.WARNING, by=by)
    return bool(told)


def _dispatchers(branch_ids: set[int]) -> Mapping[int, Sequence[int]]:
    """Users who deal with outages of each branch."""
    if not branch_ids:
        return {}
    holders = User.objects.filter(pk__in=users_holding(OutagePermission.DISPATCH), branches__overlap=list(branch_ids))
    found = list(holders.order_by("pk").values_list("pk", "branches"))
    return {branch: [pk for pk, branches in found if branch in branches] for branch in branch_ids}
