"""Topics, passports and routing rules, kept in the process for as long as nobody changes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from opora.casework.cases.models import (
    CatalogueStamp,
    PassportChoice,
    PassportStage,
    PassportVersion,
    RoutingRule,
    Topic,
)
from opora.casework.cases.rules import Choice, PlannedStage, Route, chosen_passport, matching_route
from opora.casework.cases.stages import Kind
from opora.platform.calendar.terms import Term, TermUnit
from opora.platform.errors import NotVisible

_UNITS = {
    "minutes": TermUnit.MINUTES,
    "hours": TermUnit.HOURS,
    "working_hours": TermUnit.WORKING_HOURS,
    "working_days": TermUnit.WORKING_DAYS,
    "days": TermUnit.CALENDAR_DAYS,
    "months": TermUnit.MONTHS,
}
_NO_STAMP = UUID(int=0)


@dataclass(frozen=True, kw_only=True)
class TopicRow:
    """A topic with its place in the tree."""

    id: int
    code: str
    name: str
    #: Ids from the top row down to the topic itself.
    path: tuple[int, ...]
    #: Names on the same way.
    names: tuple[str, ...]
    fixed: bool
    active: bool
    #: The row of the regulator's form for each kind.
    rows: dict[str, str]
    version: int

    @property
    def title(self) -> str:
        return " / ".join(self.names)

    @property
    def parent_id(self) -> int | None:
        return self.path[-2] if len(self.path) > 1 else None


@dataclass(frozen=True, kw_only=True)
class StagePlan(PlannedStage):
    """A stage of a passport, whole."""

    ordinal: int
    title: str
    role: str
    term: Term
    pause_reasons: tuple[str, ...]
    content: str
    form: str
    result: str
    legal_reference: str
    verified: bool


@dataclass(frozen=True, kw_only=True)
class VersionPlan:
    """One edition of a passport, whole. It never changes."""

    id: int
    passport_id: int
    passport: str
    title: str
    version: int
    valid_from: date
    valid_to: date | None
    term: Term
    starts: str
    pauses_stop_total: bool
    verified: bool
    stages: tuple[StagePlan, ...]

    def stage(self, code: str) -> StagePlan | None:
        return next((stage for stage in self.stages if stage.code == code), None)

    @property
    def answer_stage(self) -> StagePlan | None:
        return next((stage for stage in self.stages if stage.answer), None)

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True)
class Catalogue:
    """Everything that decides what becomes of a new case."""

    stamp: UUID
    topics: dict[int, TopicRow]
    versions: dict[int, VersionPlan]
    choices: Sequence[Choice]
    routes: Sequence[Route]

    @cached_property
    def topic_ids(self) -> dict[str, int]:
        return {topic.code: topic.id for topic in self.topics.values()}

    @cached_property
    def passport_ids(self) -> dict[str, int]:
        return {version.passport: version.passport_id for version in self.versions.values()}

    def subtree(self, topic_id: int) -> list[int]:
        """The topic and everything below it."""
        return [topic.id for topic in self.topics.values() if topic_id in topic.path]

    def version_of(self, passport_id: int, day: date) -> VersionPlan | None:
        """The edition of the passport in force on the day."""
        found = (v for v in self.versions.values() if v.passport_id == passport_id and v.holds_on(day))
        return next(found, None)

    def version_for(self, *, topic_id: int, kind: str, channel: str, day: date) -> VersionPlan | None:
        """The edition in force of the passport that fits best."""
        path = self.topics[topic_id].path
        in_force = {v.passport_id for v in self.versions.values() if v.holds_on(day)}
        usable = (choice for choice in self.choices if choice.passport_id in in_force)
        passport_id = chosen_passport(usable, path=path, kind=kind, channel=channel)
        return None if passport_id is None else self.version_of(passport_id, day)

    def route(self, *, role: str, topic_id: int, branch_id: int, district_id: int | None) -> Route | None:
        """The most specific routing rule."""
        path = self.topics[topic_id].path
        return matching_route(self.routes, role=role, path=path, branch_id=branch_id, district_id=district_id)


_kept: list[Catalogue] = []


def catalogue() -> Catalogue:
    """The catalogue as it stands; one small query while it has not changed since this process read it."""
    return catalogue_at(CatalogueStamp.objects.filter(pk=1).values_list("stamp", flat=True).first())


def catalogue_at(stamp: UUID | None) -> Catalogue:
    """The catalogue under a stamp that the caller has just read."""
    wanted = stamp or _NO_STAMP
    for kept in _kept:
        if kept.stamp == wanted and stamp is not None:
            return kept
    read = _read(wanted)
    _kept[:] = [read]
    return read


def topic_row(topic_id: int) -> TopicRow:
    """One topic with its place in the tree.

    :raises NotVisible: when there is no such topic.
    """
    row = catalogue().topics.get(topic_id)
    if row is None:
        raise NotVisible(_("There is no such topic."), field="topic_id")
    return row


def routing_rules() -> QuerySet[RoutingRule]:
    """Every routing rule, the first made first."""
    return RoutingRule.objects.order_by("pk")


def _read(stamp: UUID) -> Catalogue:
    return Catalogue(
        stamp=stamp,
        topics=_topics(),
        versions=_versions(),
        choices=[
            Choice(passport_id=c.passport_id, topic_id=c.topic_id, kind=c.kind, channel=c.channel)
            for c in PassportChoice.objects.order_by("pk")
        ],
        routes=[
            Route(
                id=r.pk,
                role=r.role,
                topic_id=r.topic_id,
                branch_id=r.branch_id,
                district_id=r.district_id,
                division_id=r.division_id,
            )
            for r in RoutingRule.objects.order_by("pk")
        ],
    )


def _topics() -> dict[int, TopicRow]:
    """The tree, parents before children, in the order of the regulator's rows and then of names."""
    children: dict[int | None, list[Topic]] = {}
    for topic in Topic.objects.order_by("-fixed", "pk"):
        children.setdefault(topic.parent_id, []).append(topic)
    rows: dict[int, TopicRow] = {}

    def add(topics: list[Topic], parent: TopicRow | None) -> None:
        for topic in topics:
            above = parent.rows if parent else {}
            appeal = topic.appeal_row or above.get(Kind.APPEAL, "")
            row = TopicRow(
                id=topic.pk,
                code=topic.code,
                name=topic.name,
                path=(*(parent.path if parent else ()), topic.pk),
                names=(*(parent.names if parent else ()), topic.name),
                fixed=topic.fixed,
                active=topic.active and (parent is None or parent.active),
                rows={
                    Kind.CONSULTATION: appeal,
                    Kind.APPEAL: appeal,
                    Kind.COMPLAINT: topic.complaint_row or above.get(Kind.COMPLAINT, ""),
                    Kind.APPLICATION: topic.application_row or above.get(Kind.APPLICATION, ""),
                },
                version=topic.version,
            )
            rows[topic.pk] = row
            add(children.get(topic.pk, []), row)

    add(children.get(None, []), None)
    return rows


def _versions() -> dict[int, VersionPlan]:
    stages: dict[int, list[StagePlan]] = {}
    for stage in PassportStage.objects.order_by("version", "ordinal"):
        stages.setdefault(stage.version_id, []).append(
            StagePlan(
                code=stage.code,
                after=tuple(stage.after),
                optional=stage.optional,
                ordinal=stage.ordinal,
                title=stage.title,
                role=stage.role,
                term=Term(stage.term_amount, _UNITS[stage.term_unit]),
                answer=stage.answer,
                pause_reasons=tuple(stage.pause_reasons),
                content=stage.content,
                form=stage.form,
                result=stage.result,
                legal_reference=stage.legal_reference,
                verified=stage.verified,
            )
        )
    return {
        version.pk: VersionPlan(
            id=version.pk,
            passport_id=version.passport_id,
            passport=version.passport.code,
            title=version.title,
            version=version.version,
            valid_from=version.valid_from,
            valid_to=version.valid_to,
            term=Term(version.term_amount, _UNITS[version.term_unit]),
            starts=version.starts,
            pauses_stop_total=version.pauses_stop_total,
            verified=version.verified,
            stages=tuple(stages.get(version.pk, ())),
        )
        for version in PassportVersion.objects.select_related("passport").order_by("passport", "version")
    }
