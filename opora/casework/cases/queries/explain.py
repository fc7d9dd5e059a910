"""The arithmetic behind the due time of a case or a stage, in sentences of the reader's language."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from opora.casework.cases.models import Case, CaseExtension, CaseStage, StagePause
from opora.casework.cases.queries.catalogue import catalogue
from opora.casework.cases.queries.clock import Clock, clock_of
from opora.platform.calendar.terms import Pause
from opora.platform.errors import NotVisible


def explain_due(*, case_id: int | None = None, stage_id: int | None = None) -> Sequence[str]:
    """How the due time of a case, or of one of its stages, came about; empty for a stage that has not begun.

    :raises NotVisible: when there is no such case or stage, or not for this user.
    """
    if stage_id is not None:
        return _of_stage(stage_id)
    assert case_id is not None
    return _of_case(case_id)


def _of_case(case_id: int) -> Sequence[str]:
    case = Case.objects.select_related("extension").filter(pk=case_id).first()
    if case is None:
        raise NotVisible(_("There is no such case."))
    clock, plan = clock_of(case.branch_id), catalogue().versions[case.passport_version_id]
    if case.due_is_given:
        return [_("The date was set by a controlling body: %s.") % _moment(case.due_at, clock)]
    pauses = (
        StagePause.objects.filter(stage__case=case).order_by("from_at", "pk")
        if plan.pauses_stop_total
        else StagePause.objects.none()
    )
    lines = list(clock.explained(plan.term, case.counts_from, _closed(pauses)))
    extension: CaseExtension | None = getattr(case, "extension", None)
    if extension is not None and extension.at >= case.counts_from:
        lines += _extended(extension.days, case.due_at, clock)
    if case.stands_since is not None:
        lines.append(_stands(case.stands_since, clock))
    return lines


def _of_stage(stage_id: int) -> Sequence[str]:
    stage = CaseStage.objects.select_related("case").filter(pk=stage_id).first()
    if stage is None:
        raise NotVisible(_("There is no such stage."))
    planned = catalogue().versions[stage.case.passport_version_id].stage(stage.code)
    if planned is None or stage.started_at is None or stage.due_at is None:
        return []
    clock = clock_of(stage.branch_id)
    pauses = list(StagePause.objects.filter(stage=stage).order_by("from_at", "pk"))
    lines = list(clock.explained(planned.term, stage.started_at, _closed(pauses)))
    if stage.extended_days:
        lines += _extended(stage.extended_days, stage.due_at, clock)
    return lines + [_stands(pause.from_at, clock) for pause in pauses if pause.to_at is None]


def _closed(pauses: Iterable[StagePause]) -> list[Pause]:
    return [Pause(pause.from_at, pause.to_at) for pause in pauses if pause.to_at is not None]


def _extended(days: int, due: datetime, clock: Clock) -> list[str]:
    text = ngettext("Extended by %d calendar day.", "Extended by %d calendar days.", days) % days
    return [text, _("Due: %s.") % _moment(due, clock)]


def _stands(since: datetime, clock: Clock) -> str:
    return _("The clock has stood since %s: the date moves on until it runs again.") % _moment(since, clock)


def _moment(moment: datetime, clock: Clock) -> str:
    return date_format(moment.astimezone(clock.hours.tz), "j E Y, H:i")
