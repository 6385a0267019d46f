"""How far are the runs?

A line for each run: done, failed, cost, time left. On a terminal they are redrawn in place; elsewhere a plain line is
written now and then, so that a log stays short.
"""

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from eval.results import Outcome
from service.pacing import CONGESTION

if TYPE_CHECKING:
    from rich.table import Table

EVERY_SHARE = 10  # a plain line after each tenth of a run …
EVERY_SECONDS = 30.0  # … and after this long without one
RECENT = 64  # results from which the time left is judged
BAR = 24


class Count:
    """How far one run is. Failures of a busy or slow model are counted apart from others."""

    def __init__(self, label: str, *, total: int, done: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.label = label
        self.total = total
        self.done = done
        self.failed = 0
        self.reasons: Counter[str] = Counter()
        self.cost: float | None = None
        self.stopped: str | None = None
        self._clock = clock
        self._times: list[float] = []

    def start(self) -> None:
        self._times = [self._clock()]

    def add(self, outcome: Outcome) -> None:
        self.done += 1
        self._times.append(self._clock())
        del self._times[:-RECENT]
        if outcome.status != "complete":
            self.failed += 1
            self.reasons.update(outcome.reasons)
        if outcome.usage.cost_usd is not None:
            self.cost = (self.cost or 0.0) + outcome.usage.cost_usd

    @property
    def finished(self) -> bool:
        return self.done >= self.total

    @property
    def seconds_left(self) -> float | None:
        """Judged by the last results; None before there are two moments to judge by."""
        if self.finished or len(self._times) < 2:
            return None
        took = self._times[-1] - self._times[0]
        return took / (len(self._times) - 1) * (self.total - self.done)

    def words(self) -> str:
        parts = [f"{self.done} of {self.total} articles", self._failures("for rate limits or time-outs")]
        if self.cost is not None:
            parts.append(f"${self.cost:.4f}")
        left = self.seconds_left
        if self.stopped:
            parts.append(self.stopped)
        elif left is not None:
            parts.append(f"{_duration(left)} left")
        return f"{self.label}: {', '.join(parts)}"

    def row(self) -> tuple[str, ...]:
        """The same in short, for a terminal."""
        share = self.done / self.total if self.total else 1.0
        filled = round(BAR * share)
        left = self.seconds_left
        return (
            self.label,
            "█" * filled + "░" * (BAR - filled),
            f"{self.done}/{self.total}",
            self._failures("busy"),
            f"${self.cost:.4f}" if self.cost is not None else "",
            "stopped" if self.stopped else f"{_duration(left)} left" if left is not None else "",
        )

    def _failures(self, of_congestion: str) -> str:
        busy = sum(number for reason, number in self.reasons.items() if reason in CONGESTION)
        return f"{self.failed} failed" + (f" ({busy} {of_congestion})" if busy else "")


class Progress:
    """Tells of several runs on one stream."""

    def __init__(
        self, counts: Iterable[Count], stream: TextIO, *, live: bool, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._counts = list(counts)
        self._stream = stream
        self._live = live
        self._clock = clock
        self._later: list[str] = []
        self._told = {count.label: clock() for count in self._counts}

    def moved(self, count: Count) -> None:
        """One more result is there."""
        if self._live:
            return  # redrawn by the clock
        step = max(1, count.total // EVERY_SHARE)
        late = self._clock() - self._told[count.label] >= EVERY_SECONDS
        if count.done % step == 0 or count.finished or late:
            self.line(count)

    def line(self, count: Count) -> None:
        self._told[count.label] = self._clock()
        self.note(count.words())

    def note(self, words: str) -> None:
        """Writes a line of its own; where rows are redrawn, after the last of them."""
        if self._live:
            self._later.append(words)
        else:
            print(words, file=self._stream, flush=True)

    def end(self) -> None:
        for words in self._later:
            print(words, file=self._stream, flush=True)

    def __rich__(self) -> "Table":
        from rich.table import Table

        table = Table(box=None, pad_edge=False, show_header=False)
        table.add_column(overflow="ellipsis", no_wrap=True)
        for _ in range(5):
            table.add_column(no_wrap=True)
        for count in self._counts:
            table.add_row(*count.row())
        return table


@contextmanager
def telling(counts: Iterable[Count], stream: TextIO | None = None) -> Iterator[Progress]:
    """Progress for the length of the block, drawn live where the stream is a terminal."""
    stream = stream or sys.stderr
    counts = list(counts)
    live = stream.isatty()
    progress = Progress(counts, stream, live=live)
    for count in counts:
        count.start()
    if not live:
        yield progress
        return
    from rich.console import Console
    from rich.live import Live

    with Live(console=Console(file=stream), get_renderable=progress.__rich__, refresh_per_second=4):
        yield progress
    progress.end()


def _duration(seconds: float) -> str:
    """A time in the largest unit that fits: "42 s", "3 min", "1 h 20 min"."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
