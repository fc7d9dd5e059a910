"""Words, colours and deadlines of cases: `{% load cases %}`."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.db.models import TextChoices
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from opora.casework.cases.queries.clock import clock_of
from opora.casework.cases.stages import (
    OPEN_STATES,
    Channel,
    Justified,
    Kind,
    NoteKind,
    PauseReason,
    Result,
    Source,
    StageRole,
    StageStatus,
    State,
)
from opora.platform.calendar.terms import working_time_between

register = template.Library()

WORDS: Mapping[str, type[TextChoices]] = {
    "state": State,
    "status": StageStatus,
    "kind": Kind,
    "channel": Channel,
    "source": Source,
    "justified": Justified,
    "result": Result,
    "role": StageRole,
    "pause": PauseReason,
    "note": NoteKind,
}
TONES: Mapping[str, str] = {
    State.REGISTERED: "info",
    State.IN_PROGRESS: "info",
    State.ANSWERED: "good",
    State.CLOSED: "",
    State.CANCELLED: "",
    Kind.COMPLAINT: "bad",
    StageStatus.RUNNING: "info",
    StageStatus.PAUSED: "warn",
    StageStatus.DONE: "good",
}
CHANNEL_ICONS: Mapping[str, str] = {
    Channel.PHONE: "phone",
    Channel.VISIT: "building",
    Channel.POST: "mailbox",
    Channel.EMAIL: "mail",
    Channel.WEB: "world",
    Channel.VOICEMAIL: "record-mail",
    Channel.OTHER: "dots",
}

#: A working day, for saying how many of them are left.
DAY = timedelta(hours=8)
#: Working time is not counted further back: by then only the days matter.
FAR = timedelta(days=120)


@register.filter
def word(code: str, vocabulary: str) -> str:
    """The word for a code: `{{ case.state|word:"state" }}`."""
    return str(WORDS[vocabulary](code).label) if code else ""


@register.filter
def tone(code: str) -> str:
    """The colour of a state, status or kind; always beside its word."""
    return TONES.get(code, "")


@register.filter
def leaf(topic: str) -> str:
    """The topic alone, without those above it."""
    return topic.rpartition(" / ")[2]


@register.filter
def channel_icon(code: str) -> str:
    return CHANNEL_ICONS.get(code, "dots")


@register.inclusion_tag("screens/_due.html")
def case_due(case: Any) -> dict[str, Any]:
    """The deadline of a case: a line of a list, or a case whole."""
    left, level = _case_left(case)
    return _due(case.due_at, left, level, reverse("cases:due", args=[case.id]))


@register.inclusion_tag("screens/_due.html")
def stage_due(stage: Any) -> dict[str, Any]:
    """The deadline of a stage of a case."""
    if stage.due_at is None:
        return {"due_at": None}
    url = reverse("cases:stage_due", args=[stage.id])
    if stage.status == StageStatus.PAUSED:
        return _due(stage.due_at, _("the clock stands"), "paused", url)
    if stage.status != StageStatus.RUNNING or stage.remaining is None:
        late = stage.finished_at and stage.finished_at > stage.due_at
        return _due(stage.due_at, _("late") if late else _("in time"), "amber" if late else "met", url)
    return _due(stage.due_at, left_in_words(stage.remaining), _level(stage.remaining), url)


def _case_left(case: Any) -> tuple[str, str]:
    """What is left of the term, in words, and its level."""
    if case.state == State.CANCELLED:
        return _("cancelled"), "met"
    if case.state not in OPEN_STATES:
        late = case.answered_at is not None and case.answered_at > case.due_at
        return (_("late"), "amber") if late else (_("in time"), "met")
    if getattr(case, "stands_since", None):
        return _("the clock stands"), "paused"
    now = timezone.now()
    remaining = getattr(case, "remaining", None)
    if remaining is None:
        if case.due_at < now - FAR:
            days = (now - case.due_at).days
            return ngettext("%(n)d day overdue", "%(n)d days overdue", days) % {"n": days}, "red"
        clock = clock_of(case.branch_id)
        remaining = working_time_between(now, case.due_at, clock.calendar, clock.hours)
    if case.due_at < now:
        return left_in_words(min(remaining, timedelta()), overdue=True), "red"
    return left_in_words(remaining), _level(remaining)


def _level(remaining: timedelta) -> str:
    return "red" if remaining < timedelta() else "amber" if remaining < DAY else "green"


def left_in_words(remaining: timedelta, *, overdue: bool = False) -> str:
    """“3 working days left”, “1 h 20 min overdue”: working time only."""
    span = _span(abs(remaining))
    if overdue or remaining < timedelta():
        return _("%(span)s overdue") % {"span": span}
    return _("%(span)s left") % {"span": span}


def _span(length: timedelta) -> str:
    if length >= DAY:
        days = int(length / DAY)
        return ngettext("%(n)d w. day", "%(n)d w. days", days) % {"n": days}
    minutes = int(length.total_seconds()) // 60
    hours, minutes = divmod(minutes, 60)
    units = pgettext("short", "h"), pgettext("short", "min")
    shown = [f"{number}\u00a0{unit}" for number, unit in zip((hours, minutes), units, strict=True) if number]
    return " ".join(shown) or f"0\u00a0{units[1]}"


def _due(due_at: datetime, left: str, level: str, url: str) -> dict[str, Any]:
    return {"due_at": due_at, "zone": None, "left": left, "level": level, "explain_url": url}
