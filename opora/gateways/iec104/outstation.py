"""An outstation that plays a script over the real protocol, for trying things out and for teaching. It is no station.

The script is TOML: a station, its points, and a timeline; see docs/how-to/scada.md.
"""

import time
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import c104

from opora.platform.errors import BusinessError
from opora.processes.telecontrol.stages import PointKind

_TYPES = {PointKind.SINGLE: c104.Type.M_SP_TB_1, PointKind.DOUBLE: c104.Type.M_DP_TB_1}
_DOUBLE = {
    "moving": c104.Double.INTERMEDIATE,
    "open": c104.Double.OFF,
    "closed": c104.Double.ON,
    "faulty": c104.Double.INDETERMINATE,
}
_SINGLE = {"open": False, "closed": True}
_TICK_MS = 50
#: Frames a second: who puts more into the library's queue at once overruns it, and the oldest are gone.
PACE = 1_000


class ScriptFaulty(BusinessError):
    """The script cannot be played; what is wrong with it is told."""

    code = "script_faulty"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something that happens so many seconds after the start."""

    after: float
    point: int | None = None
    state: str = "open"
    #: Seconds by which the station's clock is wrong.
    clock: float = 0.0
    invalid: bool = False
    repeat: int = 1
    every: float = 0.0
    #: Seconds for which the station cannot be reached.
    down: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A station, how its points stand at the start, and what happens."""

    name: str
    host: str
    port: int
    common_address: int
    clock_zone: str
    points: dict[int, tuple[PointKind, str]]
    steps: Sequence[Step]


def read_script(path: Path, *, port: int | None = None) -> Script:
    """Read a script; its port may be overruled.

    :raises ScriptFaulty: with the place that is wrong.
    """
    try:
        content = tomllib.loads(path.read_text("utf-8"))
        station = content["station"]
        points = {
            int(point["address"]): (PointKind(point.get("kind", "double").upper()), point.get("state", "closed"))
            for point in content["points"]
        }
        steps = [Step(**step) for step in content.get("steps", [])]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ScriptFaulty(f"{path}: {error}") from error
    except (KeyError, TypeError, ValueError) as error:
        raise ScriptFaulty(f"{path}: {type(error).__name__} {error}") from error
    for step in steps:
        if step.point is not None and step.point not in points:
            raise ScriptFaulty(f"{path}: after = {step.after}: point {step.point} is none of [[points]]")
    script = Script(
        name=station.get("name", path.stem), host=station.get("host", "127.0.0.1"),
        port=port or station.get("port", 2404),
        common_address=station.get("common_address", 1), clock_zone=station.get("clock_zone", "Europe/Moscow"),
        points=points, steps=sorted(steps, key=lambda step: step.after),
    )  # fmt: skip
    states = [(address, state) for address, (_kind, state) in points.items()]
    for address, state in [*states, *((step.point, step.state) for step in steps if step.point is not None)]:
        kind = points[address][0]
        if state not in (_DOUBLE if kind == PointKind.DOUBLE else _SINGLE):
            raise ScriptFaulty(f"{path}: point {address}: state “{state}” is none of a {kind.lower()} point")
    return script


class Outstation:
    """A station over the real protocol: answers interrogations, tells what is told it to tell."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self._zone = ZoneInfo(script.clock_zone)
        self._server = c104.Server(ip=script.host, port=script.port, tick_rate_ms=_TICK_MS)
        station = self._server.add_station(common_address=script.common_address)
        assert station is not None
        self._points: dict[int, c104.Point] = {}
        for address, (kind, state) in script.points.items():
            point = station.add_point(io_address=address, type=_TYPES[kind])
            assert point is not None
            self._points[address] = point
            point.info = self._info(address, state)

    def start(self) -> None:
        """Begin to listen for controlling stations."""
        self._server.start()

    def stop(self) -> None:
        """Close all connections and the port."""
        self._server.stop()

    @property
    def is_heard(self) -> bool:
        """Whether somebody listens."""
        return bool(self._server.has_active_connections)

    def wait(self, *, for_nobody: bool = False) -> None:
        """Wait until somebody listens, or for nobody and for ever."""
        while for_nobody or not self.is_heard:
            time.sleep(_TICK_MS / 1000)

    def tell(self, address: int, state: str, *, clock: float = 0.0, invalid: bool = False) -> bool:
        """Change a point's state and tell it, with the time of the station's clock; whether anybody heard."""
        self._points[address].info = self._info(address, state, clock=clock, invalid=invalid)
        return self._points[address].transmit(cause=c104.Cot.SPONTANEOUS)

    def repeat(
        self, address: int, state: str, times: int, *, every: float = 0.0, clock: float = 0.0, invalid: bool = False
    ) -> None:
        """Tell a state and its opposite in turn, so many times, no faster than the library can send."""
        other = "closed" if state == "open" else "open"
        due = time.monotonic()
        for count in range(times):
            self.tell(address, state if count % 2 == 0 else other, clock=clock, invalid=invalid)
            due += max(every, 1 / PACE)
            time.sleep(max(0.0, due - time.monotonic()))

    def play(self, *, on_step: Callable[[Step], None] = lambda step: None) -> None:
        """Play the timeline to its end."""
        started = time.monotonic()
        for step in self.script.steps:
            time.sleep(max(0.0, started + step.after - time.monotonic()))
            on_step(step)
            self._do(step)

    def _do(self, step: Step) -> None:
        if step.down:
            self.stop()
            time.sleep(step.down)
            self.start()
        if step.point is None:
            return
        self.repeat(step.point, step.state, step.repeat, every=step.every, clock=step.clock, invalid=step.invalid)

    def _info(self, address: int, state: str, *, clock: float = 0.0, invalid: bool = False) -> Any:
        kind, _initial = self.script.points[address]
        quality = c104.Quality.Invalid if invalid else c104.Quality()
        # the library reads the fields of a moment as local time and puts UTC into the tag: it is given the local time
        # whose UTC looks like the clock of the station
        wall = datetime.now(self._zone) + timedelta(seconds=clock)
        at = wall.replace(tzinfo=UTC).astimezone()
        if kind == PointKind.DOUBLE:
            return c104.DoubleInfo(state=_DOUBLE[state], quality=quality, recorded_at=at)
        return c104.SingleInfo(on=_SINGLE[state], quality=quality, recorded_at=at)
