"""Keeping an installation's processes running: started, watched, started again after a crash, stopped in order."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType

#: Seconds to wait before a crashed process is started again; the last one repeats.
PAUSES = (0.5, 1, 2, 5, 10, 30)
#: A process that ran this long starts its pauses from the first one again.
STEADY = 60.0
TICK = 0.2

_PR_SET_PDEATHSIG = 1


@dataclass
class Process:
    """A child: its command, and how long it may take to stop."""

    name: str
    command: Sequence[str]
    patience: float = 20.0
    crashes: int = 0
    starts_at: float = 0.0
    started_at: float = 0.0
    running: subprocess.Popen[str] | None = field(default=None, repr=False)


class Supervisor:
    """Runs processes until told to stop; `say` receives their lines and its own, each with the name it belongs to."""

    def __init__(self, processes: Sequence[Process], say: Callable[[str, str], None]) -> None:
        self.processes = processes
        self.say = say
        self.stopping = threading.Event()

    def watch_signals(self) -> None:
        """Ctrl-C, a closed terminal and `kill` ask for an orderly stop; the second Ctrl-C does not wait."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._asked_to_stop)

    def start(self) -> None:
        for process in self.processes:
            self._start(process)

    def run(self, on_crash: Callable[[Process, int, float], None]) -> None:
        """Watch the processes until asked to stop, then stop them, the first one first."""
        try:
            while not self.stopping.wait(TICK):
                for process in self.processes:
                    self._look_after(process, on_crash)
        finally:
            self.stop()

    def stop(self) -> None:
        """The first process ends before the others are told to: it brings in the work that they do."""
        self._stop(self.processes[:1])
        self._stop(self.processes[1:])

    def _look_after(self, process: Process, on_crash: Callable[[Process, int, float], None]) -> None:
        now = time.monotonic()
        if process.running is None:
            if now >= process.starts_at:
                self._start(process)
            return
        code = process.running.poll()
        if code is None:
            return
        _kill_group(process.running)  # what it has left behind
        process.running = None
        process.crashes = 0 if now - process.started_at > STEADY else process.crashes
        pause = PAUSES[min(process.crashes, len(PAUSES) - 1)]
        process.crashes += 1
        process.starts_at = now + pause
        on_crash(process, code, pause)

    def _start(self, process: Process) -> None:
        """Start it as the leader of a group of its own, so that the terminal's Ctrl-C reaches only us."""
        process.started_at = time.monotonic()
        process.running = subprocess.Popen(
            process.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            preexec_fn=_end_with_parent if sys.platform == "linux" else None,
        )
        threading.Thread(target=self._relay, args=(process.name, process.running), daemon=True).start()

    def _stop(self, processes: Sequence[Process]) -> None:
        """Ask all of them to end, and kill the group of one that does not in its time."""
        asked = time.monotonic()
        children = [(process, process.running) for process in processes if process.running is not None]
        for _process, child in children:
            child.terminate()
        for process, child in children:
            try:
                child.wait(max(0.0, asked + process.patience - time.monotonic()))
            except subprocess.TimeoutExpired:
                _kill_group(child)
                child.wait()
            process.running = None

    def _relay(self, name: str, child: subprocess.Popen[str]) -> None:
        for line in child.stdout or ():
            self.say(name, line.rstrip("\n"))

    def _asked_to_stop(self, number: int, frame: FrameType | None) -> None:
        if self.stopping.is_set() and number == signal.SIGINT:
            for process in self.processes:
                if process.running is not None and process.running.poll() is None:
                    _kill_group(process.running)
        self.stopping.set()


def _kill_group(leader: subprocess.Popen[str]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(leader.pid, signal.SIGKILL)


_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def _end_with_parent() -> None:
    """Ask the kernel to end this process when its supervisor is killed, so that nothing is left holding the port."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
