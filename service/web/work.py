"""How does one extraction run beside the others, and end when nobody waits for it any more?

At most `slots` at once and `waiting` in line; who comes after that is told to try again. What computes rather than
waits runs in a thread of its own with its own event loop, so that the service goes on answering; its slot is free
again only when the thread has done its work.
"""

import asyncio
import contextlib
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from typing import TypeVar

from service.web.problems import Problem

Item = TypeVar("Item")
Items = Callable[[], AsyncGenerator[Item, None]]

RETRY_AFTER = 5  # seconds; about what a long article takes


def _busy() -> Problem:
    return Problem("busy", headers={"retry-after": str(RETRY_AFTER)})


class Doorway:
    """How many may bring in a body at the same time; nobody waits. Bounds the memory that bodies take."""

    def __init__(self, places: int) -> None:
        self.places = places
        self.taken = 0

    @contextlib.contextmanager
    def place(self) -> Iterator[None]:
        """Raises Problem `busy` where there is none."""
        if self.taken >= self.places:
            raise _busy()
        self.taken += 1
        try:
            yield
        finally:
            self.taken -= 1


class Workshop:
    """Places to work at, counted. Lives in one event loop."""

    def __init__(self, *, slots: int, waiting: int) -> None:
        self.slots = slots
        self.waiting = waiting
        self.taken = 0
        self._free = asyncio.Semaphore(slots)

    @property
    def full(self) -> bool:
        return self.taken >= self.slots + self.waiting

    def refuse_if_full(self) -> None:
        """Raises Problem `busy` before a body is read that could not be worked on anyway."""
        if self.full:
            raise _busy()

    async def items(self, make_items: Items[Item], *, in_thread: bool) -> AsyncGenerator[Item, None]:
        """What `make_items` yields, once there is a place; leaving early cancels it."""
        self.refuse_if_full()
        self.taken += 1
        try:
            await self._free.acquire()
        except BaseException:
            self.taken -= 1
            raise
        source = _from_thread(make_items, self._leave) if in_thread else _then(make_items, self._leave)
        async with contextlib.aclosing(source) as items:
            async for item in items:
                yield item

    def _leave(self) -> None:
        self.taken -= 1
        self._free.release()


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
