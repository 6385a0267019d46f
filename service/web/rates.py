"""How many requests may one key make in a minute?

A moving window: any 60 seconds hold no more than the limit. Kept in memory, for each process by itself. Counted on a
clock that nobody sets, so that a leap of the time of day neither frees nor blocks anybody.
"""

import math
import time
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

WINDOW = 60  # seconds
SWEEP_AFTER = 1_000  # keys remembered before those that have gone quiet are forgotten


class Standing(NamedTuple):
    """`left` requests may come at once; `reset` is in whole seconds until there is one more."""

    allowed: bool
    limit: int
    left: int
    reset: int

    def headers(self) -> dict[str, str]:
        """As in the IETF's draft on RateLimit fields."""
        return {
            "ratelimit-policy": f'"key";q={self.limit};w={WINDOW}',
            "ratelimit": f'"key";r={self.left};t={self.reset}',
        }


class Rates:
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._times: dict[str, deque[float]] = {}

    def take(self, key_id: str, limit: int) -> Standing:
        """Counts one request, unless the window is full. A refused one counts for nothing."""
        now = self._clock()
        if len(self._times) >= SWEEP_AFTER:
            self._times = {name: times for name, times in self._times.items() if times and times[-1] > now - WINDOW}
        times = self._times.setdefault(key_id, deque())
        while times and times[0] <= now - WINDOW:
            times.popleft()
        allowed = len(times) < limit
        if allowed:
            times.append(now)
        reset = math.ceil(times[0] + WINDOW - now) if times else WINDOW
        return Standing(allowed, limit, max(limit - len(times), 0), reset)
