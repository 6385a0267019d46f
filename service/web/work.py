"""How does one extraction run beside the others, and end when nobody waits for it any more?

At most `slots` at once and `waiting` in line; who comes after that is told to try again. What computes rather than
waits runs in a thread of its own with its own event loop, so that the service goes on answering; its slot is free
again only when the thread has done its work.
"""

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterator
from typing import TypeVar

from service.web.problems import Problem

Item = TypeVar("Item")
Items = Callable[[], AsyncGenerator[Item, None]]

LINES = 4  # so many full lines at most, whoever waits in them
RETRY_AFTER = 5  # seconds; about what a long article takes


def _busy() -> Problem:
    return Problem("busy", headers={"retry-after": str(RETRY_AFTER)})


class Doorway:
    """How many bytes of bodies may come in at the same time; nobody waits. Bounds the memory that bodies take.

    Whoever has a name takes at most half of it, so that one alone keeps nobody out."""

    def __init__(self, room: int) -> None:
        self.room = room
        self._taken: dict[str, int] = {}

    @contextlib.contextmanager
    def place(self, size: int, who: str = "") -> Iterator[None]:
        """Room for a body of at most `size` bytes. Raises Problem `busy` where there is none."""
        size = max(size, 1)
        mine = self._taken.get(who, 0) + size
        too_much = bool(who) and size < mine > self.room // 2  # one body of theirs comes in, of whatever size
        if too_much or sum(self._taken.values()) + size > self.room:
            raise _busy()
        self._taken[who] = mine
        try:
            yield
        finally:
            self._taken[who] -= size
            if not self._taken[who]:
                del self._taken[who]


class Workshop:
    """Places to work at, counted. Lives in one event loop.

    Each who asks has a line of their own with `waiting` places, and the lines take turns: who sends too much waits
    behind themselves."""

    def __init__(self, *, slots: int, waiting: int) -> None:
        self.slots = slots
        self.waiting = waiting
        self.working = 0
        self._lines: dict[str, deque[asyncio.Future[None]]] = {}  # the first one's turn is next

    @property
    def in_line(self) -> int:
        return sum(map(len, self._lines.values()))

    def is_full(self, who: str = "") -> bool:
        if self.working < self.slots:
            return False
        return len(self._lines.get(who, ())) >= self.waiting or self.in_line >= self.waiting * LINES

    def refuse_if_full(self, who: str = "") -> None:
        """Raises Problem `busy` before a body is read that could not be worked on anyway."""
        if self.is_full(who):
            raise _busy()

    async def items(self, make_items: Items[Item], *, in_thread: bool, who: str = "") -> AsyncGenerator[Item, None]:
        """What `make_items` yields, once there is a place; leaving early cancels it."""
        self.refuse_if_full(who)
        await self._enter(who)
        source = _from_thread(make_items, self._leave) if in_thread else _then(make_items, self._leave)
        async with contextlib.aclosing(source) as items:
            async for item in items:
                yield item

    async def _enter(self, who: str) -> None:
        if self.working < self.slots:  # then nobody waits
            self.working += 1
            return
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._lines.setdefault(who, deque()).append(place)
        try:
            await place
        except asyncio.CancelledError:
            if place.cancelled():
                self._step_out(who, place)
            else:  # its turn came at the same moment
                self._leave()
            raise

    def _step_out(self, who: str, place: asyncio.Future[None]) -> None:
        self._lines[who].remove(place)
        if not self._lines[who]:
            del self._lines[who]

    def _leave(self) -> None:
        self.working -= 1
        while self._lines and self.working < self.slots:
            who = next(iter(self._lines))
            line = self._lines.pop(who)
            place = line.popleft()
            if line:
                self._lines[who] = line  # behind all the others
            self.working += 1
            place.set_result(None)


async def _then(make_items: Items[Item], leave: Callable[[], None]) -> AsyncGenerator[Item, None]:
    try:
        async with contextlib.aclosing(make_items()) as items:
            async for item in items:
                yield item
    finally:
        leave()


class _End:
    """The thread's last word: `error` is what it failed with."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


class _Worker:
    """One thread with one event loop; `cancel` may be called from any thread at any time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._cancelled = False

    async def run(self, make_items: Items[Item], tell: Callable[[Item], None]) -> None:
        with self._lock:
            if self._cancelled:
                return
            self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        async for item in make_items():
            if self._cancelled:
                return
            tell(item)

    def cancel(self) -> None:
        with self._lock:
            self._cancelled = True
            if self._loop is not None and self._task is not None:
                with contextlib.suppress(RuntimeError):  # its loop has ended by itself
                    self._loop.call_soon_threadsafe(self._task.cancel)


async def _from_thread(make_items: Items[Item], leave: Callable[[], None]) -> AsyncGenerator[Item, None]:
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[Item | _End] = asyncio.Queue()
    worker = _Worker()

    def tell(item: Item | _End) -> None:
        loop.call_soon_threadsafe(queue.put_nowait, item)

    def work() -> None:
        error: BaseException | None = None
        try:
            asyncio.run(worker.run(make_items, tell))
        except BaseException as raised:  # told to whoever waits, whatever it is
            error = raised
        with contextlib.suppress(RuntimeError):  # the service has ended first
            loop.call_soon_threadsafe(leave)  # first: who has their answer may ask again at once
            tell(_End(error))

    threading.Thread(target=work, name="extraction", daemon=True).start()
    try:
        while not isinstance(item := await queue.get(), _End):
            yield item
    finally:
        worker.cancel()
    if item.error is not None:
        raise item.error
