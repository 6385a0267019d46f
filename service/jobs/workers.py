"""What does a worker process do besides working on chunks?

It puts new jobs in line, takes over what dead workers left, looks whether jobs were cancelled, and ends without losing
anything when it is asked to. Any number of them may run, on any number of machines: none leads, each does all of it.
"""

import asyncio
import contextlib
import logging
import os
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from service.calls import Calls
from service.choose import make_extractor, make_judge
from service.jobs import board, hooks, ledger
from service.jobs.apart import Apart
from service.jobs.board import CHUNK
from service.jobs.liveness import Liveness, liveness, new_worker_id
from service.jobs.records import DAY_LIMIT
from service.jobs.work import MakeExtractor, Workplace
from service.judging import Judge
from service.models import computes_here
from service.pipeline import extract
from service.records import Article
from service.settings import Settings
from service.store.database import StoreDown, open_engine
from service.store.store import Store
from service.telemetry import Tracing

if TYPE_CHECKING:
    from service.counting import WorkCounts
    from service.jobs.engine import Chunks, Line

LOOK_SECONDS = 0.5  # between two looks at jobs under way: a cancelled one ends within a second
LINE_SECONDS = 1.0  # between two looks for new jobs
TAKEOVER_SECONDS = 2.0  # between two looks for dead workers
SWEEP_SECONDS = 60.0
STORE_SECONDS = 2.0  # between two tries at a store that was never there
SEEN_SECONDS = 10.0
PART = 200  # chunks put in line in one transaction
AHEAD = 2  # chunks taken beyond those that fill all places, so that none is free while the next is fetched
DRAIN_SECONDS = 20.0
WARM_TEXT = "The mayor said two roads were closed."
SWEPT = 2_000  # chunks looked at in one sweep

log = logging.getLogger("according.jobs")


def warm(model: str) -> None:
    """Imports what the first article would have to wait for, while the first jobs are still being looked for."""
    with contextlib.suppress(ImportError):  # told of when it is needed
        if model == "embedded":
            settings = Settings()
            extractor = make_extractor(model, settings)
            asyncio.run(extract(Article(id="warm", text=WARM_TEXT), extractor=extractor, settings=settings))
        if not computes_here(model) and not model.startswith("local/"):
            from service.vendor.libraries import import_libraries

            import_libraries()


@dataclass(frozen=True)
class Post:
    """What a worker process is given. `apart` is the command that works on one chunk in a process of its own."""

    store: str
    settings: Settings
    concurrency: int
    drain_seconds: float = DRAIN_SECONDS
    make_extractor: MakeExtractor = make_extractor
    make_judge: Callable[[Settings, Calls | None], Judge | None] = make_judge
    apart: Sequence[str] = ()
    warm: Callable[[str], None] = warm
    version: str | None = None
    counts: "WorkCounts | None" = None
    tracing: Tracing = field(default_factory=Tracing)


async def work(post: Post, stop: asyncio.Event, started: Callable[[str], object] = lambda _: None) -> None:
    """Works until `stop` is set, then ends what is under way or leaves it to others. `started` is told the id."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(post.concurrency + 16))
    store = await _store_once_there(post.store, stop)
    if store is None:
        return
    try:
        worker = Worker(store, post)
        async with worker.at_work():
            started(worker.id)
            await stop.wait()
    finally:
        store.close()


async def _store_once_there(name: str, stop: asyncio.Event) -> Store | None:
    """A worker may begin before its database does. None where it is told to end first."""
    while not stop.is_set():
        try:
            return await asyncio.to_thread(Store.open, name)
        except StoreDown as error:
            log.warning("waiting for the store: %s", error)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), STORE_SECONDS)
    return None


async def work_apart(post: Post, job: str, chunk: int, tell: Callable[[str, int], None]) -> None:
    """Works on one chunk, an article at a time, and says which."""
    with Store.open(post.store) as store:
        place = Workplace(
            store,
            post.settings,
            concurrency=1,
            make_extractor=post.make_extractor,
            make_judge=post.make_judge,
            apart=None,
            counts=post.counts,
            tracing=post.tracing,
        )
        await place.one_by_one(job, chunk, tell)
        await place.close()


class Worker:
    """One process at work. There is one in a process."""

    def __init__(self, store: Store, post: Post) -> None:
        self.id = new_worker_id()
        self._store = store
        self._post = post
        self._place = Workplace(
            store,
            post.settings,
            concurrency=post.concurrency,
            make_extractor=post.make_extractor,
            make_judge=post.make_judge,
            apart=Apart(post.apart) if post.apart else None,
            counts=post.counts,
            tracing=post.tracing,
        )
        self._life: Liveness = liveness(store, self.id)

    @contextlib.asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """At work as long as the block lasts; then drains."""
        from service.jobs.engine import VERSION, Chunks, Line  # takes a second or two to import

        if not await asyncio.to_thread(self._life.hold):
            raise StoreDown("The store gives no sign of life to its workers.")
        # Connections of its own, so that the engine and the work never wait for each other's.
        engine = open_engine(self._store.engine.url, pool_size=4, begins=False)
        at_once = max(2, min(self._post.concurrency, -(-self._post.concurrency // CHUNK) + AHEAD))
        version = self._post.version or VERSION
        line = Line(
            engine,
            worker=self.id,
            at_once=at_once,
            work=self._work_on,
            version=version,
        )
        line.start()
        chunks = Chunks(engine, version=version)
        await asyncio.to_thread(self._sign_in)
        loops = [
            asyncio.create_task(_again_and_again(seconds, act))
            for seconds, act in (
                (LOOK_SECONDS, self._look),
                (LINE_SECONDS, lambda: asyncio.to_thread(self._fill, chunks)),
                (TAKEOVER_SECONDS, lambda: asyncio.to_thread(self._take_over, line)),
                (SWEEP_SECONDS, lambda: asyncio.to_thread(self._sweep, line, chunks)),
                (SEEN_SECONDS, lambda: asyncio.to_thread(self._be_seen)),
            )
        ]
        quit_hooks = threading.Event()
        delivering = asyncio.create_task(asyncio.to_thread(self._deliver, quit_hooks))
        warming = asyncio.create_task(asyncio.to_thread(self._post.warm, self._post.settings.model))
        try:
            yield
        finally:
            warming.cancel()
            quit_hooks.set()
            line.close()
            await self._place.drain(self._post.drain_seconds)
            for loop in loops:
                loop.cancel()
            await asyncio.gather(*loops, delivering, return_exceptions=True)
            await self._place.close()
            await asyncio.to_thread(self._leave, line)
            await asyncio.to_thread(line.stop)
            chunks.close()
            engine.dispose()

    async def _work_on(self, job: str, chunk: int) -> None:
        try:
            await self._place.work_on(job, chunk)
        except Exception:
            log.exception("a chunk could not be worked on", extra={"job": job, "chunk": chunk})
            raise

    async def _look(self) -> None:
        await asyncio.to_thread(self._life.hold)
        await self._place.look()

    def _fill(self, chunks: "Chunks") -> None:
        """Puts new jobs in line: each chunk in the transaction that notes that it is."""
        with self._store.reading() as connection:
            names = ledger.queued(connection)
        for job in names:
            part: ledger.Part | None = ledger.Part((), 0)
            while part is not None:
                with self._store.writing() as connection:
                    part = ledger.next_part(connection, job, most=PART)
                    if part is not None:
                        chunks.enqueue(connection, job, part.chunks, priority=part.priority)
            with self._store.writing() as connection:
                board.close_if_ended(connection, job)

    def _take_over(self, line: "Line") -> None:
        for owner in line.owners() - {self.id}:
            if self._life.is_dead(owner):
                count = line.take_over(owner)
                with self._store.writing() as connection:
                    ledger.sign_out(connection, owner)
                log.warning("took over %d chunks of a dead worker", count, extra={"worker": owner})

    def _sweep(self, line: "Line", chunks: "Chunks") -> None:
        """Mends what no other rule would: ended jobs are forgotten by the engine; work that fell out of line is put
        back."""
        line.adopt()
        for job in chunks.jobs():
            with self._store.reading() as connection:
                standing = ledger.standings(connection, [job]).get(job)
            if standing is None or standing.ended:
                chunks.forget(job)
        with self._store.reading() as connection:
            names = ledger.running(connection)
            there = ledger.open_chunks(connection, most=SWEPT)
            rested = ledger.over_the_day_no_more(connection)
        for job in rested:
            with self._store.writing() as connection:
                board.go_on(connection, job, after=DAY_LIMIT)
        for job, numbers in there.items():
            if lost := chunks.lost(job, numbers):
                with self._store.writing() as connection:
                    ledger.back_in_line(connection, job, lost)
                log.warning("put %d chunks in line again", len(lost), extra={"job": job})
        for job in set(names) - there.keys():
            with self._store.writing() as connection:
                board.close_if_ended(connection, job)

    def _deliver(self, stop: threading.Event) -> None:
        """Tells those who want to hear of it that jobs have ended."""
        hooks.keep_delivering(self._store.engine, self._post.settings, stop)

    def _sign_in(self) -> None:
        with self._store.writing() as connection:
            ledger.sign_in(connection, self.id, host=socket.gethostname(), pid=os.getpid())

    def _leave(self, line: "Line") -> None:
        """What is not ended goes to others at once; where the store is away, they find out by themselves."""
        try:
            line.take_over(self.id)
            with self._store.writing() as connection:
                ledger.sign_out(connection, self.id)
        except Exception as error:
            log.warning("left without handing over: %s", error)
        self._life.release()

    def _be_seen(self) -> None:
        with self._store.writing() as connection:
            ledger.seen(connection, self.id)


async def _again_and_again(seconds: float, act: Callable[[], Awaitable[None]]) -> None:
    """Whatever goes wrong once is tried again: the store may be away for a while."""
    while True:
        try:
            await act()
        except (StoreDown, DBAPIError) as error:
            log.warning("the store does not answer: %s", error)
        except Exception:
            log.exception("a worker's duty failed, and is tried again")
        await asyncio.sleep(seconds)
