"""Measuring: a closed loop of clients, percentiles, and one line of results."""

import json
import math
import multiprocessing
import os
import platform
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
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
    """Let each client make its calls one after another, all clients at once, spread over a process for each core.

    Threads of one process would wait for each other's Python, and the wait be taken for Opora's.

    :param make_call: given the client's number, prepares its connection and returns the function to time.
    :param calls: calls of each client; one more, untimed, warms it up.
    """
    forked = multiprocessing.get_context("fork")
    ready, go = forked.Barrier(clients + 1), forked.Barrier(clients + 1)
    answers: multiprocessing.Queue[list[float] | str] = forked.Queue()

    def client(number: int) -> None:
        try:
            call = make_call(number)
            call(0)
            ready.wait()
            go.wait()
            answers.put([_seconds(call, turn) for turn in range(1, calls + 1)])
        except threading.BrokenBarrierError:
            pass  # another client has failed, and says why
        except BaseException:
            ready.abort()
            answers.put(traceback.format_exc())

    def clients_of(process: int) -> None:
        threads = [threading.Thread(target=client, args=(number,)) for number in range(process, clients, spread)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    spread = min(os.cpu_count() or 1, clients)
    processes = [forked.Process(target=clients_of, args=(number,)) for number in range(spread)]
    for process in processes:
        process.start()
    with suppress(threading.BrokenBarrierError):
        ready.wait()
    if ready.broken:
        raise RuntimeError(answers.get())
    started = time.perf_counter()
    go.wait()
    taken = [answers.get() for _client in range(clients)]
    wall = time.perf_counter() - started
    for process in processes:
        process.join()
    for answer in taken:
        if isinstance(answer, str):
            raise RuntimeError(answer)
    return Sample([seconds for own in taken for seconds in own], wall)


def _seconds(call: Callable[[int], None], turn: int) -> float:
    started = time.perf_counter()
    call(turn)
    return time.perf_counter() - started


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
