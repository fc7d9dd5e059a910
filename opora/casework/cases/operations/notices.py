"""What our own people are told in the bell: new work, and terms that run out."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from opora.casework.cases.models import Case, CaseStage
from opora.casework.cases.queries.catalogue import catalogue
from opora.casework.cases.queries.clock import clock_of
from opora.casework.cases.queries.people import head_user_of, members_of, supervisors_of, users_of
from opora.casework.cases.stages import OPEN_STATES, StageStatus
from opora.casework.messaging.operations import notify
from opora.platform.access.models import User
from opora.registry.organization.queries import branches

#: Stages told of in one run; more wait for the next.
BATCH = 2000

_TELL = """
with untold as (
    select id from cases_casestage
    where status in ('RUNNING', 'PAUSED') and not told and branch_id = any (%(branches)s)
    order by id limit %(batch)s for no key update skip locked
)
update cases_casestage stage set told = true
from untold where stage.id = untold.id
returning stage.id, stage.case_id, stage.employee_id, stage.division_id, stage.branch_id
"""


@dataclass(frozen=True)
class _New:
    """A stage that its holder, or the queue it waits in, has not been told of."""

    stage_id: int
    case_id: int
    employee_id: int | None
    division_id: int | None
    branch_id: int


@transaction.atomic
def tell_of_new_work(*, by: User, now: datetime | None = None) -> int:
    """Ring once for everybody who has got new stages, however many; of a queue, for its whole division.

    Branches where nobody is at work wait for the morning. Stages of no division are the supervisors'. What has been
    told is marked in the same transaction, so it is told once.

    :return: how many stages were told of.
    """
    now = now or timezone.now()
    at_work = [branch.pk for branch in branches() if clock_of(branch.pk).working(now)]
    with connection.cursor() as cursor:
        cursor.execute(_TELL, {"branches": at_work, "batch": BATCH})
        fresh = [_New(*row) for row in cursor.fetchall()]
    held, queued, lost = defaultdict(list), defaultdict(list), defaultdict(list)
    for stage in fresh:
        if stage.employee_id is not None:
            held[stage.employee_id].append(stage)
        elif stage.division_id is not None:
            queued[stage.division_id].append(stage)
        else:
            lost[stage.branch_id].append(stage)
    users = users_of(held)
    for employee, stages in held.items():
        if employee in users:
            _ring([users[employee]], _lines(stages), now, by)
    members = members_of(queued)
    for division, stages in queued.items():
        _ring(members.get(division, []), _queue_lines(stages), now, by)
    for branch, stages in lost.items():
        _ring(supervisors_of(branch), _queue_lines(stages), now, by)
    return len(fresh)


def _ring(user_ids: Collection[int], words: tuple[str, str], now: datetime, by: User) -> None:
    text, url = words
    if user_ids:
        notify(user_ids=user_ids, text=text, url=url, once=f"work:{now.isoformat()}:{url}", by=by)


def _lines(stages: Sequence[_New]) -> tuple[str, str]:
    if len(stages) == 1:
        number, title, due = _words(stages[0].stage_id)
        text = _("New on your desk: case %(number)s, “%(stage)s”, due %(due)s")
        return text % {"number": number, "stage": title, "due": due}, _page(stages[0].case_id)
    count = len(stages)
    return ngettext("%d new stage on your desk", "%d new stages on your desk", count) % count, reverse("executor:desk")


def _queue_lines(stages: Sequence[_New]) -> tuple[str, str]:
    if len(stages) == 1:
        number, title, due = _words(stages[0].stage_id)
        text = _("Waits in the queue: case %(number)s, “%(stage)s”, due %(due)s")
        return text % {"number": number, "stage": title, "due": due}, _page(stages[0].case_id)
    count = len(stages)
    text = ngettext("%d stage waits in the queue", "%d stages wait in the queue", count)
    return text % count, reverse("executor:desk")


#: Up to whom each share of a spent term is told: the holder; his head too; the supervisors of the branch too.
_TO_HEAD, _TO_BRANCH = 80, 100
_LEVELS: Mapping[int, str] = {50: "info", 80: "warn", 100: "bad"}


@transaction.atomic
def warn_of_stage(*, stage_id: int, share: int, due_at: str, by: User) -> None:
    """Ring for those who answer for a running stage that has spent this share of its term.

    :param due_at: the due time warned of, so that a moved one is warned of anew.
    """
    stage = CaseStage.objects.select_related("case").filter(pk=stage_id, status=StageStatus.RUNNING).first()
    if stage is None:
        return
    number, title, due = _words(stage_id)
    texts = {
        50: _("Case %(number)s: half the term of “%(stage)s” is over, due %(due)s"),
        80: _("Case %(number)s: 80 %% of the term of “%(stage)s” is over, due %(due)s"),
        100: _("Case %(number)s: “%(stage)s” is overdue since %(due)s"),
    }
    _warn(
        stage,
        share,
        texts[share] % {"number": number, "stage": title, "due": due},
        url=_page(stage.case_id),
        once=f"stage_warned:{stage_id}:{share}:{due_at}",
        by=by,
    )


@transaction.atomic
def warn_of_case(*, case_id: int, share: int, due_at: str, by: User) -> None:
    """Ring for those who answer for an open case that has spent this share of its term; see `warn_of_stage`."""
    case = Case.objects.filter(pk=case_id, state__in=OPEN_STATES).first()
    if case is None:
        return
    texts = {
        50: _("Case %(number)s: half the term of the answer is over, due %(due)s"),
        80: _("Case %(number)s: 80 %% of the term of the answer is over, due %(due)s"),
        100: _("Case %(number)s: the answer is overdue since %(due)s"),
    }
    _warn(
        case,
        share,
        texts[share] % {"number": case.number, "due": _moment(case.due_at, case.branch_id)},
        url=_page(case.pk),
        once=f"case_warned:{case_id}:{share}:{due_at}",
        by=by,
    )


def _warn(thing: Case | CaseStage, share: int, text: str, *, url: str, once: str, by: User) -> None:
    to: set[int] = set()
    if thing.employee_id is not None:
        to.update(users_of([thing.employee_id]).values())
    elif thing.division_id is not None:
        to.update(members_of([thing.division_id]).get(thing.division_id, []))
    if share >= _TO_HEAD:
        to.update(head_user_of(thing.division_id))
    if share >= _TO_BRANCH:
        to.update(supervisors_of(thing.branch_id))
    if to:
        notify(user_ids=to, text=text, url=url, once=once, by=by, level=_LEVELS[share])


def _words(stage_id: int) -> tuple[str, str, str]:
    """Number, title and due time of a stage, for people."""
    stage = CaseStage.objects.select_related("case").get(pk=stage_id)
    planned = catalogue().versions[stage.case.passport_version_id].stage(stage.code)
    assert stage.due_at is not None
    return stage.case.number, planned.title if planned else stage.code, _moment(stage.due_at, stage.branch_id)


def _moment(moment: datetime, branch_id: int) -> str:
    return date_format(moment.astimezone(clock_of(branch_id).hours.tz), "d.m.Y H:i")


def _page(case_id: int) -> str:
    return reverse("cases:case", args=[case_id])
