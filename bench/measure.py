"""Measuring: a closed loop of clients, percentiles, and one line of results."""

import json
import math
import os
import platform
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS = Path(__file__).parent / "results.json"


@dataclass(frozen=True, kw_only=True)
class Result:
    """One figure beside its target and its baseline."""

    name: str
    value: float
    unit: str
    target: float | None
    met: bool | None
    baseline: float | None
    ratio: float | None
    scale: str
    machine: str


@dataclass(frozen=True)
class Sample:
    """What a closed loop has seen: the seconds of each call, and the wall time of all."""

    seconds: Sequence[float]
    wall: float

    @property
    def per_second(self) -> float:
        return len(self.seconds) / self.wall

    def percentile(self, share: float) -> float:
        """The value below which `share` of the calls lie, in milliseconds (nearest rank)."""
        ordered = sorted(self.seconds)
        return 1000 * ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def closed_loop(make_call: Callable[[int], Callable[[int], None]], *, clients: int, calls: int) -> Sample:
    """Let each client make its calls one after another, all clients at once.

    :param make_call: given the client's number, prepares its connection and returns the function to time.
    :param calls: calls of each client; one more, untimed, warms it up.
    """
    taken: list[float] = []
    faults: list[BaseException] = []
    ready, go = threading.Barrier(clients + 1), threading.Barrier(clients + 1)

    def client(number: int) -> None:
        try:
            call = make_call(number)
            call(0)
        except BaseException as fault:
            faults.append(fault)
            ready.abort()
            raise
        ready.wait()
        go.wait()
        own = []
        for turn in range(1, calls + 1):
            started = time.perf_counter()
            try:
                call(turn)
            except BaseException as fault:
                faults.append(fault)
                return
            own.append(time.perf_counter() - started)
        taken.extend(own)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    try:
        ready.wait()
        started = time.perf_counter()
        go.wait()
    except threading.BrokenBarrierError:
        raise faults[0] from None
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return Sample(taken, time.perf_counter() - started)


def machine() -> str:
    """Cores, interpreter and the load at this moment."""
    load = ", ".join(f"{value:.2f}" for value in os.getloadavg())
    system = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    return f"{os.cpu_count()} cores, {system}, load {load}"


def record(
    name: str,
    value: float,
    unit: str,
    *,
    scale: str,
    target: float | None = None,
    at_most: bool = True,
    baseline: float | None = None,
) -> Result:
    """Print one figure and keep it in `results.json`, replacing the one of the same name and scale.

    :param at_most: whether the target is a ceiling (milliseconds) or a floor (calls a second).
    """
    met = None if target is None else (value <= target if at_most else value >= target)
    ratio = None if baseline is None else round(value / baseline, 2)
    result = Result(
        name=name, value=round(value, 2), unit=unit, target=target, met=met,
        baseline=None if baseline is None else round(baseline, 2), ratio=ratio, scale=scale, machine=machine(),
    )  # fmt: skip
    kept = json.loads(RESULTS.read_text()) if RESULTS.exists() else []
    kept = [row for row in kept if (row["name"], row["scale"]) != (name, scale)]
    RESULTS.write_text(json.dumps([*kept, asdict(result)], ensure_ascii=False, indent=1) + "\n")
    verdict = {True: "met", False: "NOT MET", None: "–"}[met]
    beside = f"baseline {result.baseline}, ratio {ratio}"
    print(f"{name}: {result.value} {unit} (target {target}, {verdict}; {beside}) [{scale}]", flush=True)
    return result
