"""What does the way through the store cost, and what do more workers bring?

    python -m bench.jobs overhead [--postgres]   beside the bare pipeline: a model of 200 ms, 32 at once
    python -m bench.jobs workers    three against one on PostgreSQL: a model of 2 s, 8 at once; one is killed
    python -m bench.jobs cores      the embedded model in two processes against one

Throughput is counted from a job's first article to its last. CPU is that of this process.
"""

import argparse
import asyncio
import contextlib
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from bench.job_stub import StubExtractor, an_article, counts, post, worker_command
from bench.kills import postgres, stub_server
from service.jobs.jobs import Jobs
from service.jobs.records import JobOrder, JobView
from service.jobs.workers import work
from service.pipeline import extract
from service.settings import Settings
from service.store.store import Store

CONCURRENCY = 32


class Taken(NamedTuple):
    """Of one run."""

    a_second: float
    cpu_ms: float  # an article


# ── overhead ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def bare(url: str, articles: int) -> Taken:
    extractor, settings, places = StubExtractor("stub/stub", url), Settings(), asyncio.Semaphore(CONCURRENCY)

    async def one(number: int) -> None:
        async with places:
            await extract(an_article(number), extractor=extractor, settings=settings)

    began, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*map(one, range(articles)))
    return Taken(articles / (time.perf_counter() - began), (time.process_time() - cpu) * 1000 / articles)


async def as_job(jobs: Jobs, articles: int) -> tuple[Taken, float]:
    """And the CPU of taking the job in."""
    cpu = time.process_time()
    view = await asyncio.to_thread(jobs.submit, JobOrder(model="stub/stub"), map(an_article, range(articles)))
    begun = time.process_time()
    taking_in = (begun - cpu) * 1000 / articles
    while not view.ended:
        await asyncio.sleep(0.2)
        view = await asyncio.to_thread(_view, jobs, view.id)
    return Taken(articles / seconds_of(view), (time.process_time() - begun) * 1000 / articles), taking_in


def _view(jobs: Jobs, job: str) -> JobView:
    view = jobs.view(job)
    assert view is not None
    return view


def seconds_of(view: JobView) -> float:
    assert view.started is not None
    assert view.finished is not None
    return (view.finished - view.started).total_seconds()


async def overhead(address: str, url: str, *, pairs: int, articles: int) -> None:
    stop, ready = asyncio.Event(), asyncio.Event()
    working = asyncio.create_task(work(post(url, address, concurrency=CONCURRENCY), stop, lambda _: ready.set()))
    await ready.wait()
    found: list[tuple[Taken, Taken, float]] = []
    with Store.open(address) as store:
        jobs = Jobs(store, Settings())
        await as_job(jobs, 64)  # imports and connections
        for number in range(pairs):
            one = await bare(url, articles)
            other, taking_in = await as_job(jobs, articles)
            found.append((one, other, taking_in))
            print(
                f"pair {number + 1}: bare {one.a_second:.0f}/s, {one.cpu_ms:.1f} ms; job {other.a_second:.0f}/s, "
                f"{other.cpu_ms:.1f} ms and {taking_in:.1f} ms for taking in",
                flush=True,
            )
    stop.set()
    await working
    more = statistics.median(job.cpu_ms - plain.cpu_ms for plain, job, _ in found)
    share = statistics.median(job.a_second / plain.a_second for plain, job, _ in found)
    taking_in = statistics.median(taken for _, _, taken in found)
    print(f"medians: {more:.1f} ms CPU an article over the bare pipeline, and {taking_in:.1f} ms for taking in")
    print(f"         {share:.0%} of its throughput")


# ── more workers ──────────────────────────────────────────────────────────────────────────────────────────────────


@contextlib.contextmanager
def processes(command: Sequence[str], count: int) -> Iterator[list["subprocess.Popen[bytes]"]]:
    started = [subprocess.Popen(command, stdin=subprocess.PIPE) for _ in range(count)]
    try:
        yield started
    finally:
        for process in started:
            process.kill()
            process.wait()


def ended(jobs: Jobs, job: str) -> JobView:
    while not (view := _view(jobs, job)).ended:
        time.sleep(0.2)
    return view


def workers() -> None:
    with postgres() as (_, address), Store.open(address) as store:
        jobs = Jobs(store, Settings())
        one, _ = _with_workers(jobs, address, 1, articles=120, kill=False)
        three, _ = _with_workers(jobs, address, 3, articles=360, kill=False)
        print(f"one worker {one:.2f}/s, three {three:.2f}/s: {three / one:.2f} times")
        killed, words = _with_workers(jobs, address, 3, articles=360, kill=True)
        print(f"three, one of them killed: {killed:.2f}/s; {words}")


def _with_workers(jobs: Jobs, address: str, count: int, *, articles: int, kill: bool) -> tuple[float, str]:
    with stub_server(2000) as url, processes(worker_command(url, address, concurrency=8), count) as started:
        _all_signed_in(jobs, count)
        job = jobs.submit(JobOrder(model="stub/stub"), map(an_article, range(articles))).id
        if kill:
            while _view(jobs, job).done < articles // 3:
                time.sleep(0.1)
            under_way = counts(url)[1]
            started[0].kill()
        view = ended(jobs, job)
        asked = counts(url)[0]
    results = sum(1 for result in jobs.results(job) if result.extraction is not None)
    repeated = sum(times - 1 for times in asked.values())
    words = f"{view.done} of {articles} done, {results} results, {repeated} calls repeated"
    return articles / seconds_of(view), words + (f", {under_way} under way at the kill" if kill else "")


def _all_signed_in(jobs: Jobs, count: int) -> None:
    from sqlalchemy import delete, func, select

    from service.store.tables import workers as table

    with jobs.store.writing() as connection:
        connection.execute(delete(table))
    until = time.monotonic() + 120
    while time.monotonic() < until:
        with jobs.store.reading() as connection:
            if connection.scalar(select(func.count()).select_from(table)) == count:
                return
        time.sleep(0.1)


def cores() -> None:
    with tempfile.TemporaryDirectory() as folder:
        rates = [_embedded(Path(folder) / f"{count}.sqlite", count) for count in (1, 2, 1, 2)]
    one, two = statistics.mean(rates[::2]), statistics.mean(rates[1::2])
    print(f"embedded: one process {one:.1f} articles/s, two {two:.1f}: {two / one:.2f} times")


def _embedded(path: Path, count: int) -> float:
    import os

    os.environ["ACCORDING_STORE"] = str(path)  # the processes inherit it
    command = [sys.executable, "-m", "service.cli", "worker", "--child"]
    long = " ".join(an_article(number).text for number in range(20))
    with Store.open(str(path)) as store, processes(command, count):
        jobs = Jobs(store, Settings())
        _all_signed_in(jobs, count)
        time.sleep(8)  # the grammar is loaded meanwhile
        texts = (an_article(number).model_copy(update={"text": long}) for number in range(100))
        view = ended(jobs, jobs.submit(JobOrder(), texts).id)
    print(f"{count} processes: {view.total / seconds_of(view):.1f} articles/s", flush=True)
    return view.total / seconds_of(view)


def main() -> None:
    parser = argparse.ArgumentParser(description="What does the way through the store cost, and what do workers bring?")
    parser.add_argument("what", choices=["overhead", "workers", "cores"])
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--articles", type=int, default=640)
    parser.add_argument("--postgres", action="store_true")
    given = parser.parse_args()
    if given.what == "workers":
        return workers()
    if given.what == "cores":
        return cores()
    with contextlib.ExitStack() as stack:
        if given.postgres:
            address = stack.enter_context(postgres())[1]
        else:
            address = str(Path(stack.enter_context(tempfile.TemporaryDirectory())) / "store.sqlite")
        url = stack.enter_context(stub_server(200))
        asyncio.run(overhead(address, url, pairs=given.pairs, articles=given.articles))
    return None


if __name__ == "__main__":
    main()
