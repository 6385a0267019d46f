"""Are there as many worker processes as there should be?

Starts them, and starts another where one dies. Knows nothing of their work: each finds it in the store by itself, and
ends by itself when its supervisor is gone.
"""

import contextlib
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

POLL_SECONDS = 0.1
FIRST_WAIT, MOST_WAIT = 0.5, 5.0  # seconds before a dead process is started again; doubled each time
LONG_LIFE = 20.0  # seconds after which a death is no sequel of the one before
KILL_SECONDS = 10.0  # beyond the time for draining

Say = Callable[[str], object]


@dataclass
class _Place:
    """A process that there should be."""

    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    due: float = 0.0
    wait: float = FIRST_WAIT


class Supervisor:
    """`command` starts one worker. Each worker's standard input is a pipe that ends with this process."""

    def __init__(self, command: Sequence[str], processes: int, *, drain_seconds: float, say: Say) -> None:
        self._command = list(command)
        self._places = [_Place() for _ in range(processes)]
        self._drain_seconds = drain_seconds
        self._say = say

    @property
    def pids(self) -> list[int]:
        return [place.process.pid for place in self._places if place.process is not None]

    def look(self) -> None:
        """Starts what is missing. To be called again and again."""
        now = time.monotonic()
        for place in self._places:
            if place.process is not None and place.process.poll() is not None:
                self._bury(place, now)
            if place.process is None and now >= place.due:
                self._fill(place, now)

    def _fill(self, place: _Place, now: float) -> None:
        try:
            place.process, place.started = self._start(), now
        except OSError as error:  # no room for a process now
            self._say(f"no worker can be started ({error.strerror}); tried again in {MOST_WAIT:g} s")
            place.due = now + MOST_WAIT

    def _bury(self, place: _Place, now: float) -> None:
        assert place.process is not None
        code = place.process.returncode
        if now - place.started > LONG_LIFE:
            place.wait = FIRST_WAIT
        self._close(place.process)
        self._say(f"worker {place.process.pid} ended ({words_of(code)}); another starts in {place.wait:g} s")
        place.process, place.due = None, now + place.wait
        place.wait = min(MOST_WAIT, place.wait * 2)

    def _start(self) -> "subprocess.Popen[bytes]":
        # A session of its own: Ctrl-C in a terminal is for the supervisor, which then asks its workers to end.
        return subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True)

    def stop(self) -> None:
        """Asks all to end, and waits until they have."""
        living = [place.process for place in self._places if place.process is not None]
        for process in living:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
        until = time.monotonic() + self._drain_seconds + KILL_SECONDS
        for process in living:
            try:
                process.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            self._close(process)
        for place in self._places:
            place.process = None

    @staticmethod
    def _close(process: "subprocess.Popen[bytes]") -> None:
        if process.stdin is not None:
            with contextlib.suppress(OSError):
                process.stdin.close()


def words_of(code: int) -> str:
    """How a process ended."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
