"""Who presents this key, and what has it cost today?

Asks the store, and remembers the answer for some seconds: so long a revoked key still works. While the store is down,
those who were known before go on for some minutes. What they spend is added up here and written beside the requests,
never before an answer.
"""

import asyncio
import hashlib
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TypeVar

import structlog

from service import keys
from service.errors import SetupError
from service.keys import Caller
from service.store.database import StoreDown
from service.web.keeping import Keeping

Found = TypeVar("Found")

FRESH_SECONDS = 5.0  # an answer of the store counts so long; a revoked key works no longer than this
KNOWN_SECONDS = 300.0  # … while the store is down
MOST_KNOWN = 10_000  # keys remembered at once
TOUCH_SECONDS = 60.0  # a key's last use is written no more often


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class _Known:
    caller: Caller
    at: float


@dataclass(frozen=True)
class _Spent:
    cost: float = 0.0  # US dollars
    articles: int = 0


class Callers:
    """What one process knows of the keys. Its coroutines live in one event loop; `charge` may be called anywhere."""

    def __init__(
        self, keeping: Keeping, *, clock: Callable[[], float] = time.monotonic, now: Callable[[], datetime] = _now
    ) -> None:
        self._keeping = keeping
        self._clock = clock
        self._now = now
        # Threads of their own: those that all share may be busy with articles.
        self._threads = ThreadPoolExecutor(2, "callers")
        self._needed: tuple[bool, float] | None = None
        self._known: dict[str, _Known] = {}
        self._asking: dict[str, asyncio.Future[Caller]] = {}
        self._lock = threading.Lock()  # for what is to be written
        self._unwritten: dict[tuple[str, date], _Spent] = {}
        self._touched: dict[str, float] = {}
        self._to_touch: set[str] = set()
        self._writing = False

    async def keys_are_needed(self) -> bool:
        """Whether any key was ever made. Raises StoreDown where that was never known."""
        if not self._keeping:
            return False
        before = self._needed
        if before is not None and (before[0] or self._clock() - before[1] < FRESH_SECONDS):
            return before[0]
        try:
            needed = await self._in_thread(self._ask_whether_needed)
        except SetupError:
            if before is None:
                raise
            return before[0]
        self._needed = (needed, self._clock())
        return needed

    async def caller(self, presented: str) -> Caller:
        """Raises WrongKey, and StoreDown where the store is needed to know."""
        if keys.id_of(presented) is None:
            raise keys.WrongKey
        name = hashlib.sha256(presented.encode()).hexdigest()
        known = self._known.get(name)
        if known is None or self._clock() - known.at >= FRESH_SECONDS:
            known = await self._look_up(name, presented, known)
        assert known.caller.key_id is not None
        self._touch(known.caller.key_id)
        return known.caller

    def charge(self, caller: Caller, cost: float) -> None:
        """Adds an article to what the caller's key has cost today, in US dollars."""
        if caller.key_id is None:
            return
        with self._lock:
            place = (caller.key_id, self._now().date())
            before = self._unwritten.get(place, _Spent())
            self._unwritten[place] = _Spent(before.cost + cost, before.articles + 1)
            for known in self._known.values():
                if known.caller.key_id == caller.key_id:
                    spent = known.caller.spent_today + cost
                    known.caller = known.caller.model_copy(update={"spent_today": spent})
        self._write_soon()

    def close(self) -> None:
        """Writes what is left; nothing may be charged any more."""
        self._threads.shutdown(wait=True)

    # ── asking the store ──────────────────────────────────────────────────────────────────────────────────────────

    async def _look_up(self, name: str, presented: str, before: _Known | None) -> _Known:
        if (asking := self._asking.get(name)) is None:  # one question for all who come with that key meanwhile
            asking = asyncio.ensure_future(self._in_thread(lambda: self._authenticate(presented)))
            self._asking[name] = asking
            asking.add_done_callback(lambda _: self._asking.pop(name, None))
        try:
            caller = await asyncio.shield(asking)
        except SetupError:
            if before is not None and self._clock() - before.at < KNOWN_SECONDS:
                return before
            raise
        except keys.WrongKey:
            with self._lock:  # `charge` goes through them, in a thread
                self._known.pop(name, None)
            raise
        with self._lock:
            unwritten = self._unwritten.get((caller.key_id or "", self._now().date()), _Spent())
            caller = caller.model_copy(update={"spent_today": caller.spent_today + unwritten.cost})
            while len(self._known) >= MOST_KNOWN:
                self._known.pop(next(iter(self._known)))
            self._known[name] = known = _Known(caller, self._clock())
        return known

    def _ask_whether_needed(self) -> bool:
        store = self._keeping.store()
        if store is None:
            return False
        with store.reading() as connection:
            return keys.are_needed(connection)

    def _authenticate(self, presented: str) -> Caller:
        store = self._keeping.store()
        if store is None:
            raise keys.WrongKey
        with store.reading() as connection:
            return keys.authenticate(connection, presented, now=self._now())

    async def _in_thread(self, ask: Callable[[], Found]) -> Found:
        return await asyncio.get_running_loop().run_in_executor(self._threads, ask)

    # ── writing beside the requests ───────────────────────────────────────────────────────────────────────────────

    def _touch(self, key_id: str) -> None:
        if self._clock() - self._touched.get(key_id, -TOUCH_SECONDS) < TOUCH_SECONDS:
            return
        self._touched[key_id] = self._clock()
        with self._lock:
            self._to_touch.add(key_id)
        self._write_soon()

    def _write_soon(self) -> None:
        with self._lock:
            if self._writing:
                return
            self._writing = True
        try:
            self._threads.submit(self._write)
        except RuntimeError:  # closed
            self._write()

    def _write(self) -> None:
        """Until nothing is left. What cannot be written now goes with the next, added up, so that it takes no room."""
        while True:
            with self._lock:
                spent, self._unwritten = self._unwritten, {}
                used, self._to_touch = self._to_touch, set()
                if not spent and not used:
                    self._writing = False
                    return
            try:
                self._write_down(spent, used)
            except SetupError as error:
                structlog.get_logger("according.web").warning("spending_unwritten", error=type(error).__name__)
                with self._lock:
                    for place, missed in spent.items():
                        since = self._unwritten.get(place, _Spent())
                        self._unwritten[place] = _Spent(since.cost + missed.cost, since.articles + missed.articles)
                    self._writing = False
                return

    def _write_down(self, spent: dict[tuple[str, date], _Spent], used: set[str]) -> None:
        store = self._keeping.store()
        if store is None:
            raise StoreDown("There is no store.")
        with store.writing() as connection:
            for (key_id, day), what in spent.items():
                keys.spend(connection, key_id, cost=what.cost, articles=what.articles, day=day)
            for key_id in used:
                keys.touch(connection, key_id, now=self._now())
