"""Everything that happened to a case, in one line of time: the journal, the notes, the answers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from opora.casework.cases.queries.catalogue import catalogue
from opora.casework.cases.queries.details import CaseDetails, NoteLine
from opora.casework.cases.queries.history import case_history
from opora.casework.cases.stages import Channel, Justified, Kind, NoteKind, PauseReason, Result, Source
from opora.platform.journal.queries import HistoryLine
from opora.registry.organization.models import Branch, District, Division, Employee

#: What the switch above the line shows.
ALL, WORDS, EVENTS = "all", "words", "events"
_MOST = 200
#: The note behind an action is written in the same transaction as the event.
_TOGETHER = timedelta(seconds=10)

_LOOKS: Mapping[str, tuple[str, str]] = {
    "CaseRegistered": ("inbox", "info"),
    "CaseChanged": ("pencil", ""),
    "CaseAnswered": ("mail-forward", "good"),
    "CaseExtended": ("calendar-plus", "warn"),
    "CaseClosed": ("circle-check", "good"),
    "CaseReopened": ("refresh", "warn"),
    "CaseCancelled": ("ban", ""),
    "NoteAdded": ("lock", "warn"),
    "FileAttached": ("paperclip", ""),
    "FileDetached": ("paperclip", ""),
    "StageStarted": ("player-play", ""),
    "StageQueued": ("users", "warn"),
    "StageAssigned": ("user-check", ""),
    "StagePaused": ("player-pause", "warn"),
    "StageResumed": ("player-play", ""),
    "StageFinished": ("check", "good"),
    "StageReturned": ("corner-up-left", "warn"),
    "StageWarned": ("alarm", "warn"),
    "CaseWarned": ("alarm", "warn"),
}
#: Notes that explain an action are told with it.
_EXPLAINED: Mapping[str, str] = {
    NoteKind.PAUSED: "StagePaused",
    NoteKind.RETURNED: "StageReturned",
    NoteKind.REASSIGNED: "StageAssigned",
    NoteKind.EXTENDED: "CaseExtended",
    NoteKind.CANCELLED: "CaseCancelled",
    NoteKind.REOPENED: "CaseReopened",
}
_VOCABULARIES = {"kind": Kind, "channel": Channel, "source": Source}


@dataclass
class Happening:
    """One entry of the line; the names are those of `screens/_history.html`."""

    at: datetime
    title: str
    actor: str
    icon: str = "point"
    tone: str = ""
    text: str = ""
    #: public, internal, or nothing for an event.
    audience: str = ""
    changes: list[dict[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class _Names:
    """Names of what the events know by id."""

    employees: Mapping[int, str]
    divisions: Mapping[int, str]
    branches: Mapping[int, str]
    districts: Mapping[int, str]

    def holder(self, facts: Mapping[str, Any]) -> str:
        employee = self.employees.get(facts.get("employee_id") or 0, "")
        return ", ".join(filter(None, [employee, self.divisions.get(facts.get("division_id") or 0, "")]))


def timeline(case: CaseDetails, show: str = ALL) -> Sequence[Happening]:
    """What happened to the case, the latest first.

    :param show: everything, only the words of people (notes and answers), or only the events.
    """
    lines = [line for line in case_history(case.id, limit=_MOST) if line.event.startswith("cases.")]
    notes = {note.id: note for note in case.notes}
    names = _names_in(lines)
    told: set[int] = set()
    found = []
    for line in lines:
        happening = _told(line, case, names)
        note = _note_of(line, notes.values(), told)
        if note is not None:
            told.add(note.id)
            happening.text = note.text
            happening.audience = "internal" if note.kind == NoteKind.NOTE else ""
        found.append(happening)
    found += [_noted(note) for note in notes.values() if note.id not in told]
    found.sort(key=lambda happening: happening.at, reverse=True)
    if show == WORDS:
        return [happening for happening in found if happening.text]
    return [happening for happening in found if not happening.audience] if show == EVENTS else found


def changes_since(case: CaseDetails, moment: datetime) -> Sequence[Happening]:
    """What others have done with the case after somebody began to write."""
    lines = [line for line in case_history(case.id, limit=20) if line.at > moment and line.event.startswith("cases.")]
    names = _names_in(lines)
    return [_told(line, case, names) for line in lines]


def _told(line: HistoryLine, case: CaseDetails, names: _Names) -> Happening:
    name, facts = line.event.partition(".")[2], line.facts
    icon, tone = _LOOKS.get(name, ("point", ""))
    titles = {stage.code: stage.title for stage in case.stages}
    stage = titles.get(facts.get("code", ""), "")
    said = [stage] if stage else []
    happening = Happening(at=line.at, title=line.label, actor=line.by, icon=icon, tone=tone)
    if name in ("StageStarted", "StageQueued", "StageAssigned") and (holder := names.holder(facts)):
        said.append(holder)
    elif name == "StagePaused":
        said.append(str(PauseReason(facts["reason"]).label))
    elif name == "StageReturned":
        said.append("→ " + ", ".join(titles.get(code, code) for code in facts["to"]))
    elif name == "StageFinished" and not facts["in_time"]:
        said.append(_("late"))
        happening.tone = "bad"
    elif name in ("StageWarned", "CaseWarned"):
        said.append(_("%d %% of the term") % facts["share"])
        happening.tone = "bad" if facts["share"] == 100 else "warn"
    elif name == "CaseExtended":
        said.append(_("by %(days)d days, till %(day)s") % {"days": facts["days"], "day": _moment(facts["due_at"])})
    elif name == "StageResumed":
        said.append(_("till %s") % _moment(facts["due_at"]))
    elif name == "CaseAnswered":
        _answered(happening, facts, case, said)
    elif name == "CaseChanged":
        happening.changes = _changes(facts["changes"], names)
    happening.title = ": ".join([happening.title, " · ".join(said)]) if said else happening.title
    return happening


def _answered(happening: Happening, facts: Mapping[str, Any], case: CaseDetails, said: list[str]) -> None:
    said.append(str(Result(facts["result"]).label))
    if facts["justified"]:
        said.append(str(Justified(facts["justified"]).label))
    if not facts["in_time"]:
        said.append(_("late"))
        happening.tone = "bad"
    if case.answered_at is not None and abs(case.answered_at - happening.at) < _TOGETHER:
        happening.text, happening.audience = case.answer, "public"


def _changes(changes: Mapping[str, Sequence[Any]], names: _Names) -> list[dict[str, str]]:
    topics = catalogue().topics
    titles: Mapping[str, str] = {
        "topic_id": _("topic"),
        "kind": _("kind"),
        "channel": _("channel"),
        "source": _("from whom"),
        "branch_id": _("branch"),
        "district_id": _("district"),
        "text": _("words"),
        "addressee": _("addressee"),
        "contact_name": _("contact"),
        "contact_phone": _("phone"),
        "contact_email": _("e-mail"),
        "customer_id": _("customer"),
        "usage_point_id": _("usage point"),
        "due_is_given": _("own due date"),
        "passport_version_id": _("passport"),
    }
    versions = catalogue().versions

    def shown(name: str, value: Any) -> str:
        if value is None or value == "":
            return ""
        if name in _VOCABULARIES:
            return str(_VOCABULARIES[name](value).label)
        if name == "topic_id":
            return topics[value].title if value in topics else ""
        if name == "passport_version_id":
            return versions[value].title if value in versions else ""
        found = {"branch_id": names.branches, "district_id": names.districts}.get(name, {})
        return found.get(value, _("changed"))

    return [
        {
            "name": titles[name],
            "before": shown(name, values[0]) if values else "",
            "after": shown(name, values[1]) if values else _("changed"),
        }
        for name, values in changes.items()
        if name in titles
    ]


def _note_of(line: HistoryLine, notes: Iterable[NoteLine], told: set[int]) -> NoteLine | None:
    """The note that the event has left, or that explains it."""
    if note_id := line.facts.get("note_id"):
        return next((note for note in notes if note.id == note_id), None)
    name = line.event.partition(".")[2]
    near = (
        note
        for note in notes
        if note.id not in told and _EXPLAINED.get(note.kind) == name and abs(note.at - line.at) < _TOGETHER
    )
    return next(near, None)


def _noted(note: NoteLine) -> Happening:
    """A note without its event: the answer that was given before the case was reopened."""
    public = note.kind == NoteKind.ANSWER
    return Happening(
        at=note.at,
        title=str(NoteKind(note.kind).label).capitalize(),
        actor=note.by,
        icon="mail" if public else "lock",
        tone="info" if public else "warn",
        text=note.text,
        audience="public" if public else "internal",
    )


def _names_in(lines: Iterable[HistoryLine]) -> _Names:
    facts = [line.facts for line in lines]
    changed = {value for fact in facts for value in fact.get("changes", {}).get("branch_id", ())}
    moved = {value for fact in facts for value in fact.get("changes", {}).get("district_id", ())}
    people = {fact["employee_id"] for fact in facts if fact.get("employee_id")}
    places = {fact["division_id"] for fact in facts if fact.get("division_id")}
    return _Names(
        employees={one.pk: one.short_name for one in Employee.objects.filter(pk__in=people)} if people else {},
        divisions=dict(Division.objects.filter(pk__in=places).values_list("pk", "name")) if places else {},
        branches=dict(Branch.objects.filter(pk__in=changed).values_list("pk", "name")) if changed else {},
        districts=dict(District.objects.filter(pk__in=moved).values_list("pk", "name")) if moved else {},
    )


def _moment(text: str) -> str:
    moment = parse_datetime(text)
    return date_format(localtime(moment), "d.m.Y H:i") if moment else ""
