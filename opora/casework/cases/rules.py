"""Choosing a passport, a route and the next stages; counting the clock. Pure: no tables, no present moment."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from opora.casework.cases.stages import OPEN_STATUSES, StageStatus
from opora.platform.calendar.terms import Term, TermUnit

#: Within this term of the answer the applicant may say that nothing was mended (the regulator's indicator of repeated
#: appeals counts such), and the case is taken up again.
REOPENING = Term(30, TermUnit.WORKING_DAYS)

#: Shares of a term, in per cent, at which its keepers are warned.
SHARES = (50, 80, 100)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A passport fits this topic (and those below), kind and channel; None fits everything."""

    passport_id: int
    topic_id: int | None
    kind: str
    channel: str


@dataclass(frozen=True, kw_only=True)
class Route:
    """Stages of this role go to this division, for this topic (and those below) and territory; None fits everything."""

    id: int
    role: str
    topic_id: int | None
    branch_id: int | None
    district_id: int | None
    division_id: int


@dataclass(frozen=True, kw_only=True)
class PlannedStage:
    """A stage of a passport, as far as the order of stages is concerned."""

    code: str
    after: tuple[str, ...]
    optional: bool
    #: It ends with the answer to the applicant, which finishes it.
    answer: bool = False


def chosen_passport(choices: Iterable[Choice], *, path: Sequence[int], kind: str, channel: str) -> int | None:
    """The passport of the most precise fitting condition: by kind first, then by depth of topic, then by channel.

    :param path: ids of topics from the top row down to the case's own.
    """
    best: tuple[tuple[bool, int, bool], int] | None = None
    for choice in choices:
        if choice.kind not in ("", kind) or choice.channel not in ("", channel):
            continue
        if choice.topic_id is not None and choice.topic_id not in path:
            continue
        depth = 0 if choice.topic_id is None else path.index(choice.topic_id) + 1
        rank = (bool(choice.kind), depth, bool(choice.channel))
        if best is None or rank > best[0]:
            best = rank, choice.passport_id
    return best[1] if best else None


def matching_route(
    routes: Iterable[Route], *, role: str, path: Sequence[int], branch_id: int, district_id: int | None
) -> Route | None:
    """The most specific rule: by depth of topic first, then a district before a branch before everywhere."""
    best: tuple[tuple[int, bool, bool], Route] | None = None
    for route in routes:
        if route.role != role:
            continue
        if route.branch_id not in (None, branch_id) or route.district_id not in (None, district_id):
            continue
        if route.topic_id is not None and route.topic_id not in path:
            continue
        depth = 0 if route.topic_id is None else path.index(route.topic_id) + 1
        rank = (depth, route.district_id is not None, route.branch_id is not None)
        if best is None or rank > best[0]:
            best = rank, route
    return best[1] if best else None


def startable(plan: Iterable[PlannedStage], *, happened: Collection[str], begun: Collection[str]) -> list[str]:
    """Codes of the stages whose turn has come: everything they follow has happened, and they have not begun.

    :param happened: events of the case and codes of finished stages.
    :param begun: codes of stages that already run, are finished or not needed.
    """
    return [
        stage.code
        for stage in plan
        if not stage.optional and stage.code not in begun and all(before in happened for before in stage.after)
    ]


def followers(plan: Sequence[PlannedStage], codes: Collection[str]) -> set[str]:
    """Codes of everything that follows the given stages, near and far."""
    found: set[str] = set()
    while added := {s.code for s in plan if s.code not in found and (set(s.after) & (found | set(codes)))}:
        found |= added
    return found


def undone(plan: Iterable[PlannedStage], statuses: Mapping[str, str]) -> list[str]:
    """Codes of the stages that must still be done before the applicant can be answered."""
    return [
        stage.code
        for stage in plan
        if not stage.optional and not stage.answer and statuses.get(stage.code) in (StageStatus.WAITING, *OPEN_STATUSES)
    ]


def share_reached(warnings: Sequence[datetime], now: datetime) -> int:
    """The highest share of the term that is spent."""
    return max((share for share, moment in zip(SHARES, warnings, strict=True) if moment <= now), default=0)


def next_warning(warnings: Sequence[datetime], warned: int) -> datetime | None:
    """The moment of the first share not yet warned of."""
    for share, moment in zip(SHARES, warnings, strict=True):
        if share > warned:
            return moment
    return None


def case_number(*, branch_code: str, year: int, sequence: int) -> str:
    """`03-2026-000123`: branch, year, number within both."""
    return f"{branch_code}-{year}-{sequence:06d}"
