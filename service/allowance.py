"""May another call be made without spending more than was allowed?

Two limits, both off where nothing is set: US dollars for all calls of this process together, and tokens a minute. A
call sets aside beforehand the most that it can cost, and gives back what it did not use; one that may go over the
limit of cost waits for those under way, and is refused where nothing more can come back.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import NamedTuple

from service.errors import CompletionError
from service.records import Usage


class NothingLeft(CompletionError):
    """The limit of cost leaves no room for another call."""

    reason = "max_cost"


class Price(NamedTuple):
    """The most that one call can cost."""

    tokens: int
    usd: float


class Allowance:
    """What all calls of one process share. Lives in one event loop."""

    def __init__(
        self,
        *,
        max_cost: float | None = None,
        tokens_per_minute: int | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.max_cost = max_cost
        self.spent = 0.0  # US dollars
        self._reserved = 0.0
        self._under_way = 0
        self._changed = asyncio.Condition()
        self._tokens = _Bucket(tokens_per_minute, clock, sleep) if tokens_per_minute else None

    @asynccontextmanager
    async def reserved(self, price: Price) -> AsyncIterator[Callable[[Usage], None]]:
        """Room for a call of at most that price, as long as the block lasts; what it yields is told the real cost.

        Waits for tokens and for calls under way. Raises NothingLeft where the limit of cost has no room.
        """
        spent = Usage()

        def settle(usage: Usage) -> None:
            nonlocal spent
            spent = usage

        await self._set_aside(price.usd)
        try:
            if self._tokens is not None:
                await self._tokens.take(price.tokens)
            yield settle
        finally:
            if self._tokens is not None:
                self._tokens.give_back(price.tokens - spent.prompt_tokens - spent.completion_tokens)
            async with self._changed:
                self._under_way -= 1
                self._reserved -= price.usd
                self.spent += spent.cost_usd or 0.0
                self._changed.notify_all()

    async def _set_aside(self, usd: float) -> None:
        async with self._changed:
            while self.max_cost is not None and self.spent + self._reserved + usd > self.max_cost:
                if not self._under_way:
                    raise NothingLeft(
                        f"Another call may cost up to ${usd:.4f}, and ${max(self.max_cost - self.spent, 0):.4f} of "
                        f"${self.max_cost:g} are left. Raise ACCORDING_MAX_COST (--max-cost)."
                    )
                await self._changed.wait()
            self._under_way += 1
            self._reserved += usd


class _Bucket:
    """Tokens that run in evenly; at most a minute's worth lies ready."""

    def __init__(self, a_minute: int, clock: Callable[[], float], sleep: Callable[[float], Awaitable[None]]) -> None:
        self._most = float(a_minute)
        self._level = self._most
        self._clock = clock
        self._sleep = sleep
        self._filled = clock()
        self._line = asyncio.Lock()  # who comes first is served first

    async def take(self, tokens: int) -> None:
        """Waits until they are there; a call that needs more than a minute's worth waits for a full bucket."""
        async with self._line:
            enough = min(float(tokens), self._most)
            while self._fill() < enough:
                await self._sleep((enough - self._level) * 60 / self._most)
            self._level -= tokens

    def give_back(self, tokens: int) -> None:
        self._level = min(self._most, self._level + tokens)

    def _fill(self) -> float:
        now = self._clock()
        self._level = min(self._most, self._level + (now - self._filled) * self._most / 60)
        self._filled = now
        return self._level
