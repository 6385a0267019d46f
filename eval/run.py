"""What do models answer on every article of some gold sets?

All runs go on at once, each model at its own pace, and every answer is written down as soon as it is there. A failure
is never an article without claims: it is kept apart and not scored. What is written, and what of an earlier try still
holds, is for `store` to say.
"""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from eval.budget import Budget, Price
from eval.goldset import ArticleSet
from eval.progress import Count, Progress, telling
from eval.results import Outcome
from eval.store import RunWriter, run_folder
from eval.subjects import Subject
from service.errors import AccordingError, CompletionError, InputError
from service.pacing import CONGESTION, MOST, Pace
from service.records import Article, Extraction, Failure

Extract = Callable[[Article], Awaitable[Extraction]]

# Every article would be turned away alike: asking about the others would only add failures.
HOPELESS = frozenset({"max_cost", "not_set_up", "SetupError"})


class Lane(NamedTuple):
    """One run to be made: the articles in order, the keys that they are stored under, and who extracts."""

    label: str
    model: str  # lanes of one model share its pace
    articles: Callable[[], Iterable[Article]]  # gone through once for each repetition
    keys: Mapping[str, str]
    extract: Extract
    writer: RunWriter

    @property
    def total(self) -> int:
        return len(self.keys) * self.writer.info.repeats


def open_lanes(
    sets: Sequence[ArticleSet], subjects: Sequence[Subject], out: Path, *, resume: bool = False, repeats: int = 1
) -> list[Lane]:
    """A lane for each subject on each gold set, each with its folder below `out`.

    Raises InputError where two of them would share a folder, or where one holds a run that cannot be gone on with.
    """
    wanted = [
        (chosen, subject, run_folder(out, chosen.info.name, subject.model, subject.prompt_name))
        for chosen in sets
        for subject in subjects
    ]
    _refuse_shared([folder for _, _, folder in wanted])
    lanes: list[Lane] = []
    try:
        for chosen, subject, folder in wanted:
            documents = [document.id for document in chosen.documents]
            info = subject.info(
                goldset=chosen.info.name, sha256=chosen.sha256, place=chosen.place, documents=documents, repeats=repeats
            )
            keys = {article.id: info.article_key(article) for article in chosen.articles()}
            writer = RunWriter(folder, info, keys=keys, resume=resume)
            lanes.append(
                Lane(
                    f"{chosen.info.name} {subject.label}", subject.model, chosen.articles, keys, subject.extract, writer
                )
            )
    except BaseException:
        close_lanes(lanes)
        raise
    return lanes


def close_lanes(lanes: Iterable[Lane]) -> None:
    for lane in lanes:
        lane.writer.close()


def _refuse_shared(folders: Sequence[Path]) -> None:
    for folder in folders:
        if folders.count(folder) > 1:
            raise InputError(
                f"Two of the runs would be written to {str(folder)!r}.",
                field="out",
                fix="Run gold sets, models or prompts of the same name one after the other, each with its own --out.",
            )


class Stop:
    """Whether no further article is to be begun, and why in words."""

    def __init__(self) -> None:
        self.reason: str | None = None

    def ask(self, reason: str) -> None:
        self.reason = self.reason or reason


async def run_lanes(
    lanes: Sequence[Lane], *, most: int = MOST, max_cost: float | None = None, stop: Stop | None = None
) -> None:
    """Makes all runs together, and tells how far they are on stderr. `most`: articles that one model is given at once.

    With `max_cost` (US dollars, earlier tries included) no article is begun that would probably go beyond it; the runs
    are then left incomplete, and say so.
    """
    stop = stop or Stop()
    paces = {lane.model: Pace(most=most, probe=max_cost is not None) for lane in lanes}
    budget = Budget(max_cost, spent=sum(lane.writer.spent.cost_usd or 0.0 for lane in lanes))
    counts = [Count(lane.label, total=lane.total, done=len(lane.writer.done)) for lane in lanes]
    with telling(counts) as progress, _interruptible(stop):
        async with asyncio.TaskGroup() as group:
            for lane, count in zip(lanes, counts, strict=True):
                runner = _Runner(lane, count, paces[lane.model], budget, stop, progress)
                group.create_task(runner.run())


class _Runner:
    """Sees one lane through."""

    def __init__(self, lane: Lane, count: Count, pace: Pace, budget: Budget, stop: Stop, progress: Progress) -> None:
        self._lane = lane
        self._count = count
        self._pace = pace
        self._budget = budget
        self._stop = stop
        self._progress = progress
        self._price = Price()
        self._own_stop = Stop()
        self._unpriced = False

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            for repeat, article in self._waiting():
                ticket = await self._pace.enter()
                reserved = self._may_go_on()
                if reserved is None:
                    await self._pace.give_back()
                    break
                group.create_task(self._one(article, repeat, ticket, reserved))
        reason = self._own_stop.reason or self._stop.reason
        if reason and not self._count.finished:
            self._count.stopped = reason
            self._lane.writer.stop(reason)
            self._progress.line(self._count)

    def _waiting(self) -> Iterator[tuple[int, Article]]:
        """What is still to be asked, a whole round of the articles after another."""
        done = self._lane.writer.done
        for repeat in range(1, self._lane.writer.info.repeats + 1):
            for article in self._lane.articles():
                if (article.id, repeat) not in done:
                    yield repeat, article

    def _may_go_on(self) -> float | None:
        if self._own_stop.reason or self._stop.reason:
            return None
        reserved = self._budget.reserve(self._price)
        if reserved is None:
            self._stop.ask(f"stopped at --max-cost {self._budget.most:g}")
        return reserved

    async def _one(self, article: Article, repeat: int, ticket: int, reserved: float) -> None:
        began = time.monotonic()
        outcome = await extract_one(article, self._lane.extract, key=self._lane.keys[article.id], repeat=repeat)
        self._lane.writer.append(outcome)
        cost = outcome.usage.cost_usd
        if cost is None and outcome.usage.calls and self._budget.most is not None and not self._unpriced:
            self._unpriced = True
            self._progress.note(
                f"{self._lane.model}: no price is known for its calls, so --max-cost does not count them."
            )
        self._price.add(cost)
        self._budget.settle(reserved, cost)
        if outcome.reasons & HOPELESS:
            self._own_stop.ask(outcome.failures[0].message)
        self._count.add(outcome)
        self._progress.moved(self._count)
        await self._pace.leave(
            ticket,
            seconds=time.monotonic() - began,
            congested=bool(outcome.reasons & CONGESTION),
            retried=outcome.usage.retries > 0,
        )


async def extract_one(article: Article, extract: Extract, *, key: str, repeat: int = 1) -> Outcome:
    """What comes back for one article, whatever goes wrong."""
    began = time.monotonic()
    published = article.published.isoformat() if article.published else None
    try:
        extraction = await extract(article)
    except AccordingError as error:
        reason = error.reason if isinstance(error, CompletionError) else type(error).__name__
        failure = Failure(segment=0, reason=reason, message=str(error))
    except Exception as error:  # a fault of ours on one article must not lose the others; it is reported as what it is
        failure = Failure(segment=0, reason="unexpected", message=f"{type(error).__name__}: {error}")
    else:
        return Outcome(
            document=article.id,
            repeat=repeat,
            key=key,
            sha256=article.sha256,
            published=published,
            status=extraction.status,
            seconds=extraction.seconds,
            ended=_now(),
            usage=extraction.usage,
            failures=extraction.failures,
            rejected=len(extraction.rejected),
            claims=extraction.claims,
        )
    return Outcome(
        document=article.id,
        repeat=repeat,
        key=key,
        sha256=article.sha256,
        published=published,
        status="failed",
        seconds=round(time.monotonic() - began, 4),
        ended=_now(),
        failures=(failure,),
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


@contextmanager
def _interruptible(stop: Stop) -> Iterator[None]:
    """The first Ctrl-C lets the articles under way come home; a second one ends at once."""
    loop = asyncio.get_running_loop()

    def interrupted() -> None:
        stop.ask("interrupted")
        loop.remove_signal_handler(signal.SIGINT)

    try:
        loop.add_signal_handler(signal.SIGINT, interrupted)
    except (NotImplementedError, RuntimeError, ValueError):  # Windows, or not the main thread
        yield
        return
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGINT)
