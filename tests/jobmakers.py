"""Makers for jobs: articles, a place to work at, and an extractor that does what a test wrote down."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any

from service.extractors import SegmentDrafts
from service.jobs.jobs import Jobs
from service.jobs.records import JobOrder, JobView
from service.jobs.work import Workplace
from service.records import Article, Draft, Failure, Reading, Span, Usage
from service.settings import Settings
from service.store.store import Store

TEXT = "Ada Lund said two cars burned."
SETTINGS = Settings(model="test/test")


def articles(count: int, *, prefix: str = "a") -> Iterable[Article]:
    return (Article(id=f"{prefix}{number}", text=TEXT) for number in range(count))


class Extracting:
    """Finds one claim; `does` may wait, or raise, by the article's id. `asked` holds the ids in their order."""

    prompt = None

    def __init__(self, does: Callable[[str], Any] | None = None, *, cost: float | None = None, name: str = "test/test"):
        self.name = name
        self.asked: list[str] = []
        self.cancelled: list[str] = []
        self.most_at_once = 0
        self._does = does
        self._cost = cost
        self._at_once = 0

    async def drafts(self, reading: Reading) -> AsyncIterator[SegmentDrafts]:
        name = reading.article.id
        self.asked.append(name)
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            said = self._does(name) if self._does is not None else None
            if asyncio.iscoroutine(said):
                said = await said
        except asyncio.CancelledError:
            self.cancelled.append(name)
            raise
        finally:
            self._at_once -= 1
        usage = Usage(calls=1, prompt_tokens=10, completion_tokens=1, cost_usd=self._cost)
        if isinstance(said, Failure):
            yield SegmentDrafts(segment=1, failures=(said,), usage=usage)
            return
        draft = Draft(content=(Span(14, 29),), speaker="Ada Lund", mode="indirect")
        yield SegmentDrafts(segment=1, drafts=(draft,), usage=usage)


def a_place(store: Store, extractor: Extracting, *, concurrency: int = 4, **given: Any) -> Workplace:
    return Workplace(
        store,
        SETTINGS,
        concurrency=concurrency,
        make_extractor=given.get("make_extractor", lambda name, settings, calls=None: extractor),
        make_judge=lambda settings, calls: None,
        apart=given.get("apart"),
    )


def a_job(store: Store, count: int = 3, **order: Any) -> JobView:
    return Jobs(store, SETTINGS).submit(JobOrder(**order), articles(count))


def chunks_of(store: Store, job: str) -> list[int]:
    """Numbers of the chunks in which articles are waiting."""
    from sqlalchemy import select

    from service.store.tables import job_articles

    query = select(job_articles.c.chunk).where(job_articles.c.job == job, job_articles.c.state == "waiting").distinct()
    with store.reading() as connection:
        return sorted(connection.scalars(query))


def work_through(store: Store, job: str, place: Workplace) -> None:
    """All chunks of the job at once, as a worker would."""

    async def run() -> None:
        await asyncio.gather(*(place.work_on(job, chunk) for chunk in chunks_of(store, job)))
        await place.close()

    asyncio.run(run())
