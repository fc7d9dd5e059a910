"""What a signal means: pure rules on values, without a clock.

Stations repeat themselves, their clocks differ, contacts bounce, and what was buffered during a break comes late. What
is told must change the network once, in the order in which it happened, and never by a value that nobody vouches for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from opora.processes.telecontrol.stages import Meaning, Outcome, PointKind

#: Quality bits with which a value is no statement: blocked, not topical, invalid. A substituted value is one: somebody
#: has entered it at the station.
DOUBT = 0x10 | 0x40 | 0x80
#: Causes of transmission of answers to an interrogation, of the station and of its groups.
INTERROGATED = range(20, 37)

#: A time tag further from the moment of reception is of a clock that was never set.
OLDEST_TAG = timedelta(days=40)
NEWEST_TAG = timedelta(days=1)
#: By so much the clock of a station may be behind ours before what it tells looks older than what we have read.
CLOCKS_DIFFER = timedelta(seconds=10)

#: More changes than these within the window are a contact that bounces; two reclosings that fail are five.
CHATTER_CHANGES = 6
CHATTER_WINDOW = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Told:
    """A signal as it is judged."""

    value: int
    quality: int
    cause: int
    tagged: bool
    at: datetime
    received_at: datetime

    @property
    def happened_at(self) -> datetime:
        """When it happened: nothing that has been received is of the future."""
        return min(self.at, self.received_at)

    @property
    def known_at(self) -> datetime:
        """Of which moment it tells: an answer to an interrogation says how it stands now, whenever that began."""
        return self.received_at if self.cause in INTERROGATED else self.happened_at


@dataclass(frozen=True, slots=True)
class PointState:
    """What is known of a point."""

    kind: PointKind
    meaning: Meaning
    inverted: bool = False
    #: The last value that was a statement, and the moment of which it tells.
    value: int | None = None
    known_at: datetime | None = None
    tagged: bool = False
    #: The last position that was heard, chatter included.
    heard_open: bool | None = None
    #: What was handed on as the position, and since when.
    given_open: bool | None = None
    given_at: datetime | None = None
    #: When it changed lately.
    changes: tuple[datetime, ...] = ()
    chattering: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """What becomes of a signal: the position to hand on, if any, and what is known of the point now."""

    outcome: Outcome
    state: PointState
    is_open: bool | None = None
    at: datetime | None = None


def moment_of(tagged_at: datetime | None, received_at: datetime) -> datetime:
    """The moment that names a signal: its time tag, unless that cannot be right."""
    if tagged_at is None or not received_at - OLDEST_TAG <= tagged_at <= received_at + NEWEST_TAG:
        return received_at
    return tagged_at


def is_open(state: PointState, value: int) -> bool | None:
    """Whether the value says open; None while a switch is on its way or its contacts contradict each other."""
    if state.kind == PointKind.DOUBLE:
        return {1: True, 2: False}.get(value) if not state.inverted else {1: False, 2: True}.get(value)
    return (value == 0) != state.inverted


def judge(state: PointState, told: Told) -> Judgement:
    """Say what a signal means, given what is known."""
    if told.quality & DOUBT:
        return Judgement(Outcome.DOUBTFUL, state)
    if _is_late(state, told):
        return Judgement(Outcome.SAME if told.value == state.value else Outcome.LATE, state)
    known = replace(state, value=told.value, known_at=told.known_at, tagged=told.tagged)
    if state.meaning == Meaning.TRIP:
        acts = (told.value != 0) != state.inverted if state.kind == PointKind.SINGLE else is_open(state, told.value)
        return Judgement(Outcome.TRIP if acts and told.value != state.value else Outcome.SAME, known)
    opened = is_open(state, told.value)
    if opened is None:
        return Judgement(Outcome.MOVING, known)
    return _judge_position(known, opened, told.happened_at)


def settle_chatter(state: PointState, now: datetime) -> Judgement | None:
    """Once a point that bounced has been quiet for the window: hand on where it came to rest."""
    if not state.chattering or now - state.changes[-1] <= CHATTER_WINDOW:
        return None
    return _handed(replace(state, chattering=False), state.changes[-1])


def _judge_position(known: PointState, opened: bool, at: datetime) -> Judgement:
    if opened == known.heard_open:
        return Judgement(Outcome.SAME, known)
    changes = (*_recent(known.changes, at), at)[-CHATTER_CHANGES - 1 :]
    known = replace(known, heard_open=opened, changes=changes)
    if len(changes) > CHATTER_CHANGES or (known.chattering and len(changes) > 1):
        return Judgement(Outcome.CHATTER, replace(known, chattering=True))
    return _handed(replace(known, chattering=False), at)


def _handed(known: PointState, at: datetime) -> Judgement:
    """Hand the position on that was heard last, unless it has been; never as older than the one before."""
    if known.heard_open == known.given_open:
        return Judgement(Outcome.SAME, known)
    at = max(at, known.given_at or at)
    return Judgement(Outcome.POSITION, replace(known, given_open=known.heard_open, given_at=at), known.heard_open, at)


def _recent(changes: Sequence[datetime], at: datetime) -> list[datetime]:
    return [change for change in changes if at - change <= CHATTER_WINDOW]


def _is_late(state: PointState, told: Told) -> bool:
    """Whether something newer is known. Tags of one clock are compared exactly, others with a tolerance."""
    if state.known_at is None:
        return False
    tolerance = timedelta() if state.tagged and told.tagged else CLOCKS_DIFFER
    return told.known_at < state.known_at - tolerance
