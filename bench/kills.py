"""Does a job survive whatever is killed?

    python -m bench.kills [--articles 1000] [--kills 20] [--processes 2] [--concurrency 16] [--postgres] [--seed 1]

Runs a job with a stub model (200 ms) under a supervisor with worker processes, and kills something every few seconds:
a worker, the supervisor (which is then started again, as systemd would), or the database. Then tells whether every
article has exactly one result, how many model calls were repeated beside those that were under way at the kills, and
how long it took each time until work went on. Ends with 1 where a promise was broken.
"""

import argparse
import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from sqlalchemy import select

from bench.job_stub import an_article, counts, worker_command
from service.jobs.jobs import Jobs
from service.jobs.records import JobOrder
from service.settings import Settings
from service.store.database import StoreDown
from service.store.store import Store
from service.store.tables import extractions

PROMISE_SECONDS = 15.0


class Database(Protocol):
    """A PostgreSQL server that can be crashed."""

    def start(self) -> None: ...
    def stop(self, mode: str = "fast") -> None: ...


@dataclass
class Found:
    """What a run showed. `waits` are seconds from each kill to the next call of the model."""

    articles: int
    done: int = 0
    results: int = 0
    extractions: int = 0
    repeated: int = 0
    under_way: int = 0
    asked_never: int = 0
    seconds: float = 0.0
    waits: list[tuple[str, float]] = field(default_factory=list)

    @property
    def broken(self) -> list[str]:
        rules = {
            "every article is done": self.done == self.articles,
            "each has one result": self.results == self.extractions == self.articles,
            "no more calls are repeated than were under way": self.repeated <= self.under_way,
            "work goes on in time": all(wait <= PROMISE_SECONDS for _, wait in self.waits),
        }
        return [rule for rule, holds in rules.items() if not holds]

    def __str__(self) -> str:
        waits = sorted(wait for _, wait in self.waits)
        kinds = {kind: sum(each == kind for each, _ in self.waits) for kind in sorted({kind for kind, _ in self.waits})}
        lines = [
            f"articles {self.articles}, done {self.done}, results {self.results}, extractions {self.extractions}",
            f"kills {len(self.waits)} {kinds}; calls under way at them {self.under_way}, repeated {self.repeated}",
            f"seconds until work went on: median {waits[len(waits) // 2]:.1f}, most {waits[-1]:.1f}" if waits else "",
            f"took {self.seconds:.0f} s; " + ("all promises kept" if not self.broken else f"BROKEN: {self.broken}"),
        ]
        return "\n".join(lines)


@contextlib.contextmanager
def stub_server(milliseconds: float) -> Iterator[str]:
    """Its address."""
    command = [sys.executable, "-m", "bench.job_stub", "serve", "--milliseconds", str(milliseconds)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


class Service:
    """A supervisor process with its workers, that can be killed in parts."""

    def __init__(self, command: list[str], processes: int) -> None:
        self._command = [sys.executable, "-m", "bench.kills", "--supervise", str(processes), *command]
        self._process = self._start()

    def _start(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(self._command, start_new_session=True)

    def workers(self) -> list[int]:
        path = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        return [int(pid) for pid in path.read_text().split()] if path.exists() else []

    def kill_worker(self, choose: random.Random) -> None:
        if pids := self.workers():
            with contextlib.suppress(ProcessLookupError):
                os.kill(choose.choice(pids), signal.SIGKILL)

    def kill_supervisor(self) -> None:
        self._process.kill()
        self._process.wait()
        self._process = self._start()

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(40)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def run(
    store_address: str,
    *,
    articles: int,
    kills: int,
    processes: int,
    concurrency: int,
    seed: int,
    milliseconds: float = 200,
    pause: tuple[float, float] = (1.0, 4.0),
    database: Database | None = None,
    limit_seconds: float = 1800,
    say: Callable[[str], object] = print,
) -> Found:
    choose = random.Random(seed)
    began = time.monotonic()
    found = Found(articles)
    with stub_server(milliseconds) as url, Store.open(store_address) as store:
        jobs = Jobs(store, Settings(store=store_address))
        job = jobs.submit(JobOrder(model="stub/stub"), map(an_article, range(articles))).id
        service = Service(worker_command(url, store_address, concurrency=concurrency), processes)
        try:
            _wait_for_calls(url, 0, 60)
            known: dict[str, int] = {}
            kinds = ["worker", "worker", "supervisor"] + (["database"] if database is not None else [])
            for number in range(kills):
                time.sleep(choose.uniform(*pause))
                if _ended(jobs, job):
                    say(f"the job ended after {number} kills")
                    break
                kind = choose.choice(kinds)
                _kill(kind, service, database, choose)
                asked = counts(url)[0]
                under_way = _under_way(jobs, job, asked, known)
                known = asked
                found.under_way += under_way
                wait = _until_it_goes_on(url, jobs, job, sum(asked.values()))
                found.waits.append((kind, wait))
                say(f"{number + 1}: killed {kind} with {under_way} calls under way; went on after {wait:.1f} s")
            until = time.monotonic() + limit_seconds
            while not _ended(jobs, job) and time.monotonic() < until:
                time.sleep(0.5)
        finally:
            service.stop()
        found.seconds = time.monotonic() - began
        _count(found, jobs, job, counts(url)[0])
    return found


def _kill(kind: str, service: Service, database: Database | None, choose: random.Random) -> None:
    if kind == "worker":
        service.kill_worker(choose)
    elif kind == "supervisor":
        service.kill_supervisor()
    elif database is not None:
        database.stop("immediate")
        time.sleep(0.5)
        database.start()


def _ended(jobs: Jobs, job: str) -> bool:
    try:
        view = jobs.view(job)
    except StoreDown:
        return False
    return view is None or view.ended


def _wait_for_calls(url: str, count: int, seconds: float) -> float:
    began = time.monotonic()
    while sum(counts(url)[0].values()) <= count and time.monotonic() - began < seconds:
        time.sleep(0.05)
    return time.monotonic() - began


def _under_way(jobs: Jobs, job: str, asked: dict[str, int], before: dict[str, int]) -> int:
    """Articles that the model was asked about since the kill before, and that have no result."""
    done = {result.id for result in jobs.results(job)}
    return sum(1 for name, count in asked.items() if name not in done and count > before.get(name, 0))


def _until_it_goes_on(url: str, jobs: Jobs, job: str, count: int) -> float:
    """Until the model is asked again."""
    began = time.monotonic()
    while time.monotonic() - began < 120:
        if sum(counts(url)[0].values()) > count or _ended(jobs, job):
            break
        time.sleep(0.05)
    return time.monotonic() - began


def _count(found: Found, jobs: Jobs, job: str, asked: dict[str, int]) -> None:
    view = jobs.view(job)
    found.done = view.done if view is not None else 0
    found.results = sum(1 for result in jobs.results(job) if result.extraction is not None)
    with jobs.store.reading() as connection:
        found.extractions = len(connection.scalars(select(extractions.c.id).where(extractions.c.job == job)).all())
    found.repeated = sum(count - 1 for count in asked.values())


def supervise(processes: int, command: list[str]) -> None:
    from service.commands.worker import supervise as run_supervisor

    run_supervisor(command, processes, drain_seconds=5)


def main() -> None:
    if sys.argv[1:2] == ["--supervise"]:
        return supervise(int(sys.argv[2]), sys.argv[3:])
    parser = argparse.ArgumentParser(description="Kill things while a job runs, and count what became of it.")
    parser.add_argument("--articles", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--concurrency", type=int, default=16)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--milliseconds", type=float, default=200)
    parser.add_argument("--postgres", action="store_true", help="start a PostgreSQL server and kill that too")
    given = parser.parse_args()
    options = {name: getattr(given, name) for name in ("articles", "kills", "processes", "concurrency", "seed")}
    folder = Path(tempfile.mkdtemp(prefix="kills-"))
    try:
        if given.postgres:
            with postgres() as (database, address):
                found = run(address, database=database, milliseconds=given.milliseconds, **options)
        else:
            found = run(str(folder / "store.sqlite"), milliseconds=given.milliseconds, **options)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(found)
    return sys.exit(1 if found.broken else 0)


@contextlib.contextmanager
def postgres() -> Iterator[tuple[Database, str]]:
    """A server of its own that loses nothing when it is crashed."""
    from tests.postgres import _new_cluster

    with contextlib.contextmanager(_new_cluster)(fsync=True) as cluster:
        yield cluster, cluster.create()


if __name__ == "__main__":
    main()
