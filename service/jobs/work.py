"""How are the articles of a chunk worked on?

One by one as far as a place is free, all chunks of the process sharing its places; each result is committed before its
place is free again, so that a process that dies has no more calls to repeat than it had places. Which chunk comes next
is left to `engine`, and what stands in the tables to `ledger`.
"""

import asyncio
import contextlib
import hashlib
import logging
import re
import time
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

from sqlalchemy import Connection

from service.allowance import NothingLeft
from service.calls import Calls
from service.errors import AccordingError, CompletionError
from service.extractors import Extractor
from service.file_work import off_loop
from service.files import read_article
from service.jobs import board, ledger
from service.jobs.apart import Apart
from service.jobs.keeping import Keeper
from service.jobs.ledger import JobRow, OpenChunk, Outcome, Waiting
from service.jobs.records import COST_LIMIT
from service.judging import Judge
from service.models import computes_here
from service.pipeline import extract_stream
from service.records import Article, Extraction
from service.settings import Settings
from service.store.database import StoreDown
from service.store.store import Store
from service.telemetry import Tracing, tell_extraction

if TYPE_CHECKING:
    from service.counting import WorkCounts

COMPUTING = 2  # articles that are computed in this process: one while the other's result is committed
KEPT_READERS = 8
LEAVING_SECONDS = 5.0  # for what was cancelled to be left as if it had never been begun
STORE_SECONDS = 0.5  # between two tries at a store that is down
LOST_MESSAGE = "The file is not there any more."

Answer = TypeVar("Answer")

log = logging.getLogger("according.jobs")


class MakeExtractor(Protocol):
    """What `choose.make_extractor` is; another may stand in for it."""

    def __call__(self, name: str, settings: Settings, calls: Calls | None = None) -> Extractor: ...


class _Reader(NamedTuple):
    """Who reads a job's articles, and how."""

    extractor: Extractor
    judge: Judge | None
    settings: Settings
    calls: Calls


@dataclass
class _UnderWay:
    """A job of which this process works on some chunks."""

    job: JobRow
    chunks: int = 0
    open: bool = True
    max_cost: float | None = None
    per_minute: int | None = None
    by_day: bool = False  # its API key has a daily limit of cost
    spent: ledger.Spent = ledger.NOTHING_SPENT
    own: dict[int, float] = field(default_factory=dict)  # US dollars by position, as far as they may not be in `spent`
    committed: set[int] = field(default_factory=set)  # of those
    ended: int = 0  # articles, here
    ended_cost: float = 0.0  # US dollars for those
    tasks: set[asyncio.Task[bool]] = field(default_factory=set)
    begun: set[asyncio.Task[bool]] = field(default_factory=set)
    gate: asyncio.Lock = field(default_factory=asyncio.Lock)
    settled: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def limited(self) -> bool:
        return self.max_cost is not None or self.per_minute is not None or self.by_day

    @property
    def cost(self) -> float:
        """US dollars so far."""
        return self.spent.cost + sum(self.own.values())

    @property
    def room(self) -> bool:
        """Whether one more article is likely to stay below the limit of cost, with those under way."""
        return self.allows(self.cost)

    def allows(self, spent: float) -> bool:
        """The same, with so many US dollars spent."""
        if self.max_cost is None:
            return True
        average = self.spent.cost / self.spent.articles if self.spent.articles else 0.0
        return spent < self.max_cost and spent + average * (len(self.begun) + 1) <= self.max_cost


class Workplace:
    """The places of one process. Lives in one event loop."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        *,
        concurrency: int,
        make_extractor: MakeExtractor,
        make_judge: Callable[[Settings, Calls | None], Judge | None],
        apart: Apart | None,
        counts: "WorkCounts | None" = None,
        tracing: Tracing | None = None,
    ) -> None:
        """`apart` starts processes for articles that may kill theirs; None in such a process itself."""
        self._store = store
        self._settings = settings
        self._places = asyncio.Semaphore(concurrency)
        self._computing = asyncio.Semaphore(COMPUTING)
        self._make_extractor = make_extractor
        self._make_judge = make_judge
        self._apart = apart
        self._counts = counts
        self._tracing = tracing or Tracing()
        self._calls = self._new_calls(settings)
        self._keeper = Keeper(store)
        self._under_way: dict[str, _UnderWay] = {}
        self._readers: dict[tuple[str, str, str | None], _Reader] = {}
        self._making = asyncio.Lock()
        self._stopping = False
        self._busy: set[tuple[str, int]] = set()  # jobs and positions of articles that have a task
        self._chunks = 0  # being worked on, or just being opened or left

    # ── chunks ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def work_on(self, job: str, chunk: int) -> None:
        """Returns when no article of the chunk is waiting, or the job does not go on.

        Raises CancelledError where the process stops first: then the chunk stays this worker's until another takes it.
        """
        if self._stopping:
            raise asyncio.CancelledError
        self._chunks += 1
        try:
            opened = await self._ask(lambda connection: ledger.open_chunk(connection, job, chunk))
            if opened is not None:
                await self._all_of(opened, chunk)
            if self._stopping:
                raise asyncio.CancelledError
            await self._ask(lambda connection: board.close_if_ended(connection, job))
        finally:
            self._chunks -= 1

    async def _all_of(self, opened: OpenChunk, chunk: int) -> None:
        under = self._enter(opened)
        if opened.suspect and self._apart is not None:
            tasks = [asyncio.create_task(self._by_itself(under, self._apart, chunk))]
        else:
            tasks = [asyncio.create_task(self._article(under, each)) for each in opened.articles]
        under.tasks.update(tasks)
        try:
            await asyncio.wait(tasks)
        finally:
            for task in tasks:
                task.cancel()
            done = await asyncio.gather(*tasks, return_exceptions=True)
            self._leave(under, tasks)
        if not opened.suspect:
            left = [each.position for each, ended in zip(opened.articles, done, strict=True) if ended is not True]
            if left:
                await self._ask(lambda connection: ledger.release(connection, opened.job.id, left))
        for error in done:
            if isinstance(error, Exception):
                raise error

    def _enter(self, opened: OpenChunk) -> _UnderWay:
        job = opened.job
        under = self._under_way.get(job.id)
        if under is None or not under.open:  # one that stood still goes on with other limits
            under = _UnderWay(
                job,
                max_cost=job.max_cost,
                per_minute=job.per_minute,
                by_day=opened.by_day,
                spent=opened.spent,
            )
            self._under_way[job.id] = under
        under.chunks += 1
        return under

    def _leave(self, under: _UnderWay, tasks: Sequence[asyncio.Task[bool]]) -> None:
        under.tasks.difference_update(tasks)
        under.chunks -= 1
        if not under.chunks and self._under_way.get(under.job.id) is under:
            del self._under_way[under.job.id]

    async def _by_itself(self, under: _UnderWay, apart: Apart, chunk: int) -> bool:
        async with self._places:
            if self._stopping or not under.open:
                return False
            async for position, message in apart.crashes(under.job.id, chunk):
                await self._ask(
                    lambda connection, at=position, words=message: ledger.park(connection, under.job.id, at, words)  # type: ignore[misc]
                )
        return True

    # ── articles ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def one_by_one(self, job: str, chunk: int, tell: Callable[[str, int], None]) -> None:
        """Works on the chunk's articles with nothing beside them, and tells "begin" and "end" of each."""
        opened = await self._ask(lambda connection: ledger.open_chunk(connection, job, chunk))
        if opened is None:
            return
        under = self._enter(opened)
        for each in opened.articles:
            await self._ask(
                lambda connection, at=each.position: ledger.begin_alone(connection, job, at)  # type: ignore[misc]
            )
            tell("begin", each.position)
            settled = await asyncio.create_task(self._article(under, each))  # as all are: a trace has its own task
            tell("end", each.position)
            await self.look()
            if not settled or not under.open:
                return

    async def _article(self, under: _UnderWay, waiting: Waiting) -> bool:
        """Whether it came to an end of its own. What is computed here takes turns, for it only shares a processor."""
        known = (under.job.id, waiting.position)
        if known in self._busy:  # a job that stood still and goes on brings what is still under way from before
            return False
        self._busy.add(known)
        try:
            if not computes_here(under.job.model):
                return await self._at_a_place(under, waiting)
            async with self._computing:
                return await self._at_a_place(under, waiting)
        finally:
            self._busy.discard(known)

    async def _at_a_place(self, under: _UnderWay, waiting: Waiting) -> bool:
        if not await self._take_place(under):
            return False
        task = asyncio.current_task()
        assert task is not None
        try:
            if self._stopping or not under.open:
                return False
            under.begun.add(task)
            return await self._finish(under, waiting, await self._outcome(under, waiting))
        finally:
            self._places.release()
            under.begun.discard(task)
            under.settled.set()

    async def _take_place(self, under: _UnderWay) -> bool:
        """Waits for a place, and for the limits of the job; False where they never let another article begin."""
        if not under.limited:
            await self._places.acquire()
            if not under.limited:
                return True
            self._places.release()  # limits were set meanwhile
        async with under.gate:  # one waits for its turn, the others behind it
            if not await self._turn(under):
                return False
            await self._places.acquire()
            return True

    async def _turn(self, under: _UnderWay) -> bool:
        """Waits until the job's limits let one more article begin; False where they never will."""
        while (reached := await self._reached(under)) is not None:
            if self._stopping or not under.open:
                return False
            if not self._begun_with(under):
                await self._pause(under, reached)
                return False
            under.settled.clear()
            await under.settled.wait()  # at the latest until the next look
        if under.per_minute is not None:
            per_minute, now = under.per_minute, time.time()
            start = await self._ask(
                lambda connection: ledger.reserve_start(connection, under.job.id, now=now, per_minute=per_minute)
            )
            await asyncio.sleep(max(0.0, start - time.time()))
        return True

    async def _reached(self, under: _UnderWay) -> str | None:
        """Which limit of cost, in words, keeps the next article from beginning while no other ends."""
        if not under.room:
            spent = under.spent
            if not under.begun:
                # What was committed while `look` asked for the sum is counted twice until the next look.
                spent = await self._ask(lambda connection: ledger.spent(connection, under.job.id), reads=True)
            if under.begun or not under.allows(spent.cost):
                return f"{COST_LIMIT}: ${spent.cost:.4f} of ${under.max_cost:g}"
        key = under.job.api_key
        if not under.by_day or key is None:
            return None
        begun = self._begun_with(under)
        day = await self._ask(lambda connection: ledger.day_of(connection, key), reads=True)
        while not begun <= (now := self._begun_with(under)):  # what ended meanwhile may be missing in that sum
            begun = now
            day = await self._ask(lambda connection: ledger.day_of(connection, key), reads=True)
        expected = under.ended_cost / under.ended * (len(now) + 1) if under.ended and now else 0.0
        return None if day is None or not day.over(expected) else day.words

    def _begun_with(self, under: _UnderWay) -> Set[asyncio.Task[bool]]:
        """Articles under way here whose cost counts against the same limits."""
        if not under.by_day:
            return under.begun
        same = (each.begun for each in self._under_way.values() if each.job.api_key == under.job.api_key)
        return set().union(*same)

    async def _finish(self, under: _UnderWay, waiting: Waiting, outcome: Outcome) -> bool:
        failures = outcome.extraction.failures if outcome.extraction is not None else ()
        broke = next((failure for failure in failures if failure.reason == NothingLeft.reason), None)
        cost = outcome.usage.cost_usd or 0.0
        under.ended, under.ended_cost = under.ended + 1, under.ended_cost + cost
        if under.max_cost is not None:
            under.own[waiting.position] = cost
        if broke is not None:
            await self._ask(lambda connection: ledger.put_back(connection, under.job, waiting.position, outcome.usage))
            await self._pause(under, f"{COST_LIMIT}: {broke.message}")
        else:
            await self._keeper.keep(outcome)
        if under.max_cost is not None:
            under.committed.add(waiting.position)
        return True

    async def _pause(self, under: _UnderWay, words: str) -> None:
        under.open = False
        limited = under.job._replace(max_cost=under.max_cost)
        await self._ask(lambda connection: ledger.pause(connection, limited, words))

    async def _outcome(self, under: _UnderWay, waiting: Waiting) -> Outcome:
        nothing = Outcome(under.job, waiting.position, waiting.key)
        read: Article | None = None
        try:
            reader = await self._reader(under)
            article, file_sha256 = waiting.article, None
            if article is None:
                article, file_sha256 = await self._from_file(under.job, waiting, reader.settings)
                read = article
            extraction = await self._extracted(article, reader, file_sha256)
        except AccordingError as error:
            return nothing._replace(article=read, error=code_of(error), message=str(error))
        except Exception as error:  # one bad article must not lose the others; the kind of error leads to its cause
            message = f"unexpected {type(error).__name__}: {error}"
            return nothing._replace(article=read, error="unexpected", message=message)
        outcome = nothing._replace(extraction=extraction, article=read)
        if extraction.status != "failed":
            return outcome
        why = extraction.failures[0]
        return outcome._replace(error=why.reason, message=why.message)

    async def _extracted(self, article: Article, reader: _Reader, file_sha256: str | None) -> Extraction:
        traced = self._tracing.extraction(reader.extractor.name)
        items = extract_stream(
            article, extractor=reader.extractor, settings=reader.settings, judge=reader.judge, file_sha256=file_sha256
        )
        try:
            async with contextlib.aclosing(items) as stream:  # type: ignore[type-var]
                async for item in stream:
                    if isinstance(item, Extraction):
                        if self._counts is not None:
                            self._counts.extraction(item)
                        tell_extraction(traced, item)
                        return item
        finally:
            traced.end()
        raise AccordingError("The extraction ended without a result.")

    async def _from_file(self, job: JobRow, waiting: Waiting, settings: Settings) -> tuple[Article, str]:
        data = await self._ask(lambda connection: ledger.file_of(connection, job.id, waiting.position))
        if data is None:
            raise AccordingError(LOST_MESSAGE)
        article = await off_loop(
            lambda work: read_article(
                data,
                filename=waiting.file_name,
                max_bytes=settings.max_file_bytes,
                max_characters=settings.max_characters,
                id=waiting.id,
                outlet=job.options.outlet,
                published=job.options.published,
                work=work,
            )
        )
        return article, hashlib.sha256(data).hexdigest()

    async def _reader(self, under: _UnderWay) -> _Reader:
        """Made once for a model and its options; a job with a limit of cost has its own, which counts."""
        job = under.job
        wanted = (job.model, job.options.model_dump_json(), job.id if under.max_cost is not None else None)
        async with self._making:
            if wanted not in self._readers:
                made = await asyncio.to_thread(self._make_reader, under)
                while len(self._readers) >= KEPT_READERS:
                    self._readers.pop(next(iter(self._readers)))
                self._readers[wanted] = made
            return self._readers[wanted]

    def _make_reader(self, under: _UnderWay) -> _Reader:
        job = under.job
        settings = job.options.applied_to(self._settings).model_copy(update={"model": job.model})
        calls = self._calls
        if under.max_cost is not None:
            calls = self._new_calls(settings.model_copy(update={"max_cost": self._most(under.max_cost)}))
            calls.allowance.spent = under.cost
        extractor = self._make_extractor(job.model, settings, calls)
        return _Reader(extractor, self._make_judge(settings, calls), settings, calls)

    def _new_calls(self, settings: Settings) -> Calls:
        on_call = self._counts.model_call if self._counts is not None else None
        return Calls(settings, on_call=on_call, tracing=self._tracing)

    def _most(self, max_cost: float | None) -> float | None:
        """The lower of the job's limit and this process's own."""
        limits = [limit for limit in (max_cost, self._settings.max_cost) if limit is not None]
        return min(limits, default=None)

    # ── the process ───────────────────────────────────────────────────────────────────────────────────────────────

    async def look(self) -> None:
        """Learns what became of the jobs under way: work for one that was cancelled or deleted ends here."""
        if not self._under_way:
            return
        committed = {name: set(under.committed) for name, under in self._under_way.items()}
        names = list(self._under_way)

        def ask(connection: Connection) -> tuple[dict[str, ledger.Standing], dict[str, ledger.Spent]]:
            standings = ledger.standings(connection, names)
            limited = [name for name, standing in standings.items() if standing.max_cost is not None]
            return standings, {name: ledger.spent(connection, name) for name in limited}

        standings, spent = await asyncio.to_thread(self._read, ask)
        for name in names:
            standing = standings.get(name)
            if name not in self._under_way:
                continue
            under = self._under_way[name]
            if standing is None or not standing.open:
                under.open = False
                for task in under.tasks if standing is None or standing.ended else under.tasks - under.begun:
                    task.cancel()
            else:
                under.max_cost, under.per_minute = standing.max_cost, standing.per_minute
                self._tell_limits(under, spent.get(name), committed[name])
            under.settled.set()

    def _tell_limits(self, under: _UnderWay, spent: ledger.Spent | None, committed: set[int]) -> None:
        """What other workers spent counts against the limit of the calls made here. The sum holds what was `committed`
        here before it was made."""
        if spent is not None:
            under.spent = spent
            under.committed -= committed
            for position in committed:
                under.own.pop(position, None)
        for (_, _, job), reader in self._readers.items():
            if job == under.job.id:
                allowance = reader.calls.allowance
                allowance.max_cost = self._most(under.max_cost)
                allowance.spent = max(allowance.spent, spent.cost if spent is not None else 0.0)

    async def drain(self, seconds: float) -> None:
        """Begins nothing more; what is under way has that long to end."""
        self._stopping = True
        begun = [task for under in self._under_way.values() for task in under.begun]
        for under in self._under_way.values():
            under.settled.set()
            for task in under.tasks - under.begun:
                task.cancel()
        if begun:
            await asyncio.wait(begun, timeout=seconds)
        for under in self._under_way.values():
            for task in under.tasks:
                task.cancel()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LEAVING_SECONDS):
                while self._chunks:
                    await asyncio.sleep(0.02)

    async def close(self) -> None:
        await self._keeper.close()

    @property
    def idle(self) -> bool:
        return not self._under_way

    async def _ask(self, question: Callable[[Connection], Answer], *, reads: bool = False) -> Answer:
        """In a transaction, tried until the store is there: the work waits for it rather than to be lost."""
        while True:
            try:
                return await asyncio.to_thread(self._read if reads else self._write, question)
            except StoreDown as error:
                log.warning("waiting for the store: %s", error)
            await asyncio.sleep(STORE_SECONDS)

    def _write(self, question: Callable[[Connection], Answer]) -> Answer:
        with self._store.writing() as connection:
            return question(connection)

    def _read(self, question: Callable[[Connection], Answer]) -> Answer:
        with self._store.reading() as connection:
            return question(connection)


def code_of(error: AccordingError) -> str:
    """As in the tree of errors: `too_large`, `setup_error`; a model's failure has its own."""
    if isinstance(error, CompletionError):
        return error.reason
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(error).__name__).lower()
