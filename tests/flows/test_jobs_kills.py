"""Whatever is killed while a job runs, each article has one result in the end."""

import signal
import subprocess
import sys
import time

import pytest
from sqlalchemy import select

from bench.job_stub import an_article, counts, worker_command
from bench.kills import run, stub_server
from service.jobs.jobs import Jobs
from service.jobs.records import JobOrder
from service.records import Article
from service.settings import Settings
from service.store.store import Store
from service.store.tables import job_articles

SETTINGS = Settings(model="stub/stub")
SHORT = {"articles": 60, "kills": 3, "processes": 2, "concurrency": 2, "milliseconds": 400, "pause": (0.3, 1.5)}


def broken_but_for_time(found):
    """On a machine that does other things as well, seconds say little."""
    return [rule for rule in found.broken if "time" not in rule]


@pytest.fixture
def workers():
    """Starts worker processes, and ends them."""
    started = []

    def start(url, store, *options, concurrency=4):
        process = subprocess.Popen(
            [*worker_command(url, store, concurrency=concurrency), *options], stdin=subprocess.PIPE
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdin.close()


def wait_for(condition, seconds=60.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.1)


def test_a_job_survives_kills_of_workers_and_supervisor(tmp_path):
    found = run(str(tmp_path / "store.sqlite"), seed=1, **SHORT)

    assert broken_but_for_time(found) == [], str(found)


@pytest.mark.postgres
def test_a_job_survives_kills_of_workers_and_the_database(own_postgres):
    found = run(own_postgres.create(), seed=5, database=own_postgres, **SHORT)

    assert broken_but_for_time(found) == [], str(found)


def test_a_poison_article_fails_alone_and_the_job_ends(tmp_path):
    address = str(tmp_path / "store.sqlite")
    items = [*map(an_article, range(6)), Article(id="poison", text="Ada Lund said two cars burned.")]
    with stub_server(50) as url, Store.open(address) as store:
        jobs = Jobs(store, SETTINGS)
        job = jobs.submit(JobOrder(), items).id
        with store.writing() as connection:
            connection.execute(job_articles.update().values(chunk=0))  # all in one boat
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "bench.kills", "--supervise", "1", *worker_command(url, address, concurrency=4)]
        )
        try:
            wait_for(lambda: jobs.view(job).ended, 100)
        finally:
            supervisor.terminate()
            supervisor.wait()
        asked, _ = counts(url)

        assert [(each.id, each.error) for each in jobs.failures(job)] == [("poison", "crashed")]
        assert "SIGSEGV" in jobs.failures(job)[0].message
        assert jobs.view(job).done == 6
        assert asked["poison"] == 3


def test_a_newer_release_goes_on_with_the_chunks_of_an_older_one(tmp_path, workers):
    address = str(tmp_path / "store.sqlite")
    with stub_server(300) as url, Store.open(address) as store:
        jobs = Jobs(store, SETTINGS)
        job = jobs.submit(JobOrder(), map(an_article, range(40))).id
        old = workers(url, address, "--version", "0")
        wait_for(lambda: jobs.view(job).done >= 4)

        old.kill()
        new = workers(url, address, "--version", "2")
        wait_for(lambda: jobs.view(job).ended)
        new.send_signal(signal.SIGTERM)
        new.wait()

        assert jobs.view(job).done == 40


def test_a_worker_that_is_asked_to_end_hands_over_at_once_and_repeats_nothing(tmp_path, workers):
    address = str(tmp_path / "store.sqlite")
    with stub_server(300) as url, Store.open(address) as store:
        jobs = Jobs(store, SETTINGS)
        job = jobs.submit(JobOrder(), map(an_article, range(40))).id
        first = workers(url, address)
        wait_for(lambda: jobs.view(job).done >= 4)
        workers(url, address)

        first.send_signal(signal.SIGTERM)
        assert first.wait(40) == 0
        wait_for(lambda: jobs.view(job).ended)

        assert jobs.view(job).done == 40
        assert set(counts(url)[0].values()) == {1}


def test_cancel_reaches_workers_within_a_second(tmp_path, workers):
    address = str(tmp_path / "store.sqlite")
    with stub_server(20_000) as url, Store.open(address) as store:
        jobs = Jobs(store, SETTINGS)
        job = jobs.submit(JobOrder(), map(an_article, range(40))).id
        worker = workers(url, address)
        wait_for(lambda: counts(url)[1] == 4)

        jobs.cancel(job)
        before = sum(counts(url)[0].values())
        time.sleep(2)

        assert sum(counts(url)[0].values()) == before
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(15) == 0  # had it gone on waiting for the model, it would take twenty seconds
        with store.reading() as connection:
            assert set(connection.scalars(select(job_articles.c.state))) == {"cancelled"}
