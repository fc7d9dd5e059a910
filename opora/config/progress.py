"""What long work says while it runs: the step, how far it is, how long it took."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

#: Called by long work with what is done and what there is to do in all.
OnProgress = Callable[[int, int], None]

REPORT_EVERY = 10.0


class Progress:
    """Steps on a terminal rewrite their line; elsewhere each writes a line when it ends, and now and then before."""

    def __init__(self, stream: TextIO = sys.stdout) -> None:
        self.stream = stream
        self.live = stream.isatty()

    @contextmanager
    def step(self, title: str, *, quiet_under: float = 0.0) -> Iterator[OnProgress]:
        """Announce a step and, at its end, its time; say nothing of one that took less than `quiet_under` seconds."""
        started = said = time.monotonic()
        self._rewrite(f"… {title}")

        def on_progress(done: int, total: int) -> None:
            nonlocal said
            share = f"{done * 100 // total if total else 100} %"
            if self.live:
                self._rewrite(f"… {title}: {share}")
            elif time.monotonic() - said > REPORT_EVERY:
                said = time.monotonic()
                self._write(f"  {title}: {share}\n")

        try:
            yield on_progress
        except BaseException:
            self._rewrite(f"✗ {title}\n")
            raise
        took = time.monotonic() - started
        self._rewrite("")
        if took >= quiet_under:
            self._write(f"✓ {title} ({took:.1f} s)\n")

    def _rewrite(self, text: str) -> None:
        if self.live:
            self._write(f"\r\033[K{text}")
        elif text.startswith("✗"):
            self._write(text)

    def _write(self, text: str) -> None:
        self.stream.write(text)
        self.stream.flush()
