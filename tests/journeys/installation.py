"""An installation started for a test: `opora up` in a folder of its own, on a port of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

ROOT = Path(__file__).parents[2]
PATIENCE = 300.0


@dataclass
class Running:
    """An installation at work."""

    url: str
    home: Path
    process: subprocess.Popen[bytes]
    log: Path

    def said(self) -> str:
        """Everything it has printed so far."""
        return self.log.read_text()

    def wait_until(self, condition: Callable[[], bool], seconds: float = 30.0) -> None:
        """Wait for what happens in other processes; fail with their words when it does not."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                pytest.fail(f"it did not happen in {seconds:.0f} s:\n{self.said()}")
            time.sleep(0.1)

    def rows(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Ask its database, or change in it what a test cannot wait for, as the owner who passes every policy."""
        with psycopg.connect(host=str(self.home / "postgres"), user="postgres", dbname="opora") as connection:
            cursor = connection.execute(query, parameters)  # type: ignore[call-overload]
            return list(cursor.fetchall()) if cursor.description else []

    def one(self, query: str, *parameters: object) -> Any:
        """The only value of the only row."""
        [(value,)] = self.rows(query, *parameters)
        return value

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `opora` on this installation."""
        return subprocess.run(
            [sys.executable, "-m", "opora.config.command", *arguments],
            cwd=ROOT,
            env=environment(self.home),
            capture_output=True,
            text=True,
        )


def environment(home: Path, **more: str) -> dict[str, str]:
    """Of an installation in `home`: nothing of ours leaks in, its database is its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OPORA_", "DJANGO_"))}
    return {**kept, "OPORA_HOME": str(home), "OPORA_DEMO": "small", **more}


def start(home: Path, *, port: int, **more: str) -> Running:
    """Start `opora up` and wait until it answers."""
    home.mkdir(parents=True, exist_ok=True)
    log = home / f"up-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "opora.config.command", "up", "--demo"],
            cwd=ROOT,
            env=environment(home, OPORA_PORT=str(port), PYTHONUNBUFFERED="1", **more),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    running = Running(url=f"http://127.0.0.1:{port}", home=home, process=process, log=log)
    deadline = time.monotonic() + PATIENCE
    while "Ctrl-C" not in running.said():
        if process.poll() is not None or time.monotonic() > deadline:
            stop(running)
            pytest.fail(f"opora up did not start:\n{running.said()}")
        time.sleep(0.1)
    return running


def stop(running: Running) -> int:
    """Press Ctrl-C and wait for the end."""
    if running.process.poll() is None:
        running.process.send_signal(signal.SIGINT)
    return running.process.wait(60)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def answers(url: str) -> int:
    """The status of a page; 0 when nobody listens."""
    try:
        with urllib.request.urlopen(url, timeout=10) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0
