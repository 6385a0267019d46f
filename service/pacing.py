"""How much may one model have under way at once?

Learned from what comes back: one more for every round that went well, half as many when the model says that it is busy
or does not answer in time. It grows no further while a round takes twice as long as the quickest one, for then all only
wait in the model's own queue. How long to wait before a call is tried again is for the retry policy in `vendor`.
"""

import asyncio

CONGESTION = frozenset({"rate_limited", "timeout"})  # reasons of failures: it is busy or slow, not wrong

START = 8
MOST = 32
SLOWER = 2.0  # times the quickest round
NOTICEABLE = 0.2  # seconds; below this, slower and quicker are only noise


class Pace:
    """The room that all calls of one model share. With `probe`, one goes first, to see what it costs."""

    def __init__(self, *, most: int = MOST, start: int = START, probe: bool = False) -> None:
        self._most = most
        self._limit = float(min(start, most))
        self._probing = probe
        self._under_way = 0
        self._entered = 0
        self._cut_at = 0  # entries up to here began before the last cut, and say nothing of what came of it
        self._round: list[float] = []
        self._quickest: float | None = None
        self._slow = False
        self._changed = asyncio.Condition()

    @property
    def limit(self) -> int:
        return 1 if self._probing else max(1, int(self._limit))

    @property
    def under_way(self) -> int:
        return self._under_way

    async def enter(self) -> int:
        """Waits until there is room; the ticket is handed back to `leave`."""
        async with self._changed:
            while self._under_way >= self.limit:
                await self._changed.wait()
            self._under_way += 1
            self._entered += 1
            return self._entered

    async def give_back(self) -> None:
        """Leaves without having asked anything."""
        async with self._changed:
            self._under_way -= 1
            self._changed.notify_all()

    async def leave(self, ticket: int, *, seconds: float, congested: bool, retried: bool = False) -> None:
        """Says how it went: `congested` if the model was busy or slow, `retried` if it answered at a further try."""
        async with self._changed:
            self._under_way -= 1
            self._probing = False
            if congested:
                self._cut(ticket)
            else:
                self._grow(seconds, retried=retried)
            self._changed.notify_all()

    def _cut(self, ticket: int) -> None:
        if ticket > self._cut_at:  # one burst of refusals is one piece of news
            self._limit = max(1.0, self._limit / 2)
            self._cut_at = self._entered
            self._round.clear()

    def _grow(self, seconds: float, *, retried: bool) -> None:
        self._round.append(seconds)
        if len(self._round) >= self._limit:
            mean = sum(self._round) / len(self._round)
            self._round.clear()
            self._quickest = mean if self._quickest is None else min(mean, self._quickest)
            self._slow = mean > NOTICEABLE and mean > SLOWER * self._quickest
        if not (retried or self._slow):
            self._limit = min(float(self._most), self._limit + 1 / self._limit)
