"""Articles are worked on within the job's limits, and end as soon as nobody wants them any more."""

import asyncio
import concurrent.futures
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from jobmakers import SETTINGS, TEXT, Extracting, a_job, a_place, articles, chunks_of, work_through
from sqlalchemy import select, update

from service import keys
from service.errors import InputError, NoAnswer, SetupError
from service.jobs import board, ledger
from service.jobs.jobs import Jobs
from service.jobs.ledger import JobRow, Outcome
from service.jobs.records import DAY_LIMIT, JobFile, JobLimits, JobOptions, JobOrder
from service.jobs.work import code_of
from service.records import Failure, Usage
from service.store.store import Store
from service.store.tables import job_articles, jobs, spending


@pytest.fixture
def store(tmp_path):
    with Store.open(str(tmp_path / "store.sqlite")) as opened:
        yield opened


@pytest.fixture
def port(store):
    return Jobs(store, SETTINGS)


def rows(store):
    with store.reading() as connection:
        return connection.execute(select(job_articles).order_by(job_articles.c.position)).all()


def job_row(store, job):
    with store.reading() as connection:
        row = connection.execute(select(jobs).where(jobs.c.id == job)).one()
    return JobRow(row.id, row.owner, row.model, JobOptions(), row.api_key, row.max_cost, row.per_minute)


async def until(condition, seconds=10.0):
    """Waits for something that comes by itself."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come"
        await asyncio.sleep(0.02)


def work_and_look(store, job, place):
    """As `work_through`, while the place learns at once what became of the job."""

    async def look_often():
        while True:
            await place.look()
            await asyncio.sleep(0.01)

    async def run():
        looking = asyncio.create_task(look_often())
        await asyncio.gather(*(place.work_on(job, chunk) for chunk in chunks_of(store, job)))
        looking.cancel()
        await place.close()

    asyncio.run(run())


# ── what becomes of an article ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        pytest.param(InputError("Too odd.", field="text", fix="Mend it."), "input_error", "Too odd.", id="input"),
        pytest.param(SetupError("No key."), "setup_error", "No key.", id="setup"),
        pytest.param(NoAnswer("Silence.", reason="timeout"), "timeout", "Silence.", id="a-model-s-own-reason"),
        pytest.param(ValueError("oh"), "unexpected", "unexpected ValueError: oh", id="a-bug"),
    ],
)
def test_one_article_that_fails_costs_the_others_nothing(store, port, error, code, words):
    def does(name):
        if name == "a1":
            raise error

    view = a_job(store, 3)
    work_through(store, view.id, a_place(store, Extracting(does)))

    failed = port.failures(view.id)
    assert [(each.id, each.error) for each in failed] == [("a1", code)]
    assert words in failed[0].message
    assert port.view(view.id).done == 2


def test_a_model_that_cannot_be_made_fails_the_articles_in_words(store, port):
    def make(name, settings, calls=None):
        raise SetupError("Set OPENAI_API_KEY.")

    view = a_job(store, 2)
    work_through(store, view.id, a_place(store, Extracting(), make_extractor=make))

    assert {each.message for each in port.failures(view.id)} == {"Set OPENAI_API_KEY."}


def test_files_are_read_by_the_worker_and_not_kept_twice(store, port):
    view = port.submit(
        JobOrder(options=JobOptions(outlet="The Post")),
        [JobFile(id="good", name="good.txt", data=TEXT.encode()), JobFile(id="bad", name="bad.png", data=b"\x89PNG\r")],
    )

    work_through(store, view.id, a_place(store, Extracting()))

    good, bad = rows(store)
    assert (good.state, good.file, good.article is None) == ("done", None, False)
    assert (bad.state, bad.error, bad.file is None) == ("failed", "unsupported_file", False)


def test_a_place_is_kept_until_the_result_is_committed(store):
    extractor = Extracting(lambda _: asyncio.sleep(0.01))
    view = a_job(store, 30)
    work_through(store, view.id, a_place(store, extractor, concurrency=3))

    assert extractor.most_at_once == 3


def test_work_is_billed_to_the_key_it_was_ordered_with(store, port):
    view = port.submit(JobOrder(), articles(3), api_key="k1")
    work_through(store, view.id, a_place(store, Extracting(cost=0.5)))

    with store.reading() as connection:
        row = connection.execute(select(spending)).one()
    assert (row.api_key, row.day, row.cost, row.articles) == ("k1", datetime.now(UTC).date(), 1.5, 3)


def test_a_result_counts_once_whoever_brings_it_again(store, port):
    view = a_job(store, 1)
    work_through(store, view.id, a_place(store, Extracting(cost=0.5)))
    before = rows(store)[0]

    late = Outcome(job_row(store, view.id), 0, before.article, error="timeout", message="too late")
    with store.writing() as connection:
        ledger.keep_outcomes(connection, [late])

    assert rows(store)[0] == before


# ── cancelling ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("act", ["cancel", "delete"])
def test_work_for_a_job_nobody_wants_ends_with_the_next_look(store, port, act):
    extractor = Extracting(lambda _: asyncio.sleep(60))
    view = a_job(store, 8)
    place = a_place(store, extractor, concurrency=2)

    async def run():
        working = [asyncio.create_task(place.work_on(view.id, chunk)) for chunk in chunks_of(store, view.id)]
        await until(lambda: len(extractor.asked) == 2)
        getattr(port, act)(view.id)
        await place.look()
        await asyncio.wait_for(asyncio.gather(*working), 5)

    asyncio.run(run())

    assert sorted(extractor.cancelled) == sorted(extractor.asked)
    assert len(extractor.asked) == 2


def test_draining_lets_what_is_under_way_end_and_leaves_the_rest_unblamed(store, port):
    extractor = Extracting(lambda _: asyncio.sleep(0.2))
    view = a_job(store, 8)
    place = a_place(store, extractor, concurrency=2)

    async def run():
        working = [asyncio.create_task(place.work_on(view.id, chunk)) for chunk in chunks_of(store, view.id)]
        await until(lambda: len(extractor.asked) == 2)
        await place.drain(5)
        return await asyncio.gather(*working, return_exceptions=True)

    ended = asyncio.run(run())

    assert all(isinstance(each, asyncio.CancelledError) for each in ended)  # they stay in line
    assert sorted((row.state, row.attempts) for row in rows(store)) == [("done", 1)] * 2 + [("waiting", 0)] * 6
    assert extractor.cancelled == []


def test_what_does_not_end_in_the_time_for_draining_goes_on_waiting(store):
    extractor = Extracting(lambda _: asyncio.sleep(60))
    view = a_job(store, 1)
    place = a_place(store, extractor)

    async def run():
        working = asyncio.create_task(place.work_on(view.id, 0))
        await until(lambda: extractor.asked)
        await place.drain(0.05)
        await asyncio.gather(working, return_exceptions=True)

    asyncio.run(run())

    assert [(row.state, row.attempts) for row in rows(store)] == [("waiting", 0)]


# ── limits ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("limit", [pytest.param(10.0, id="higher"), pytest.param(None, id="none")])
def test_a_job_stands_still_at_its_limit_of_cost_and_goes_on_with_another(store, port, limit):
    extractor = Extracting(cost=1.0)
    view = a_job(store, 6, max_cost=3.0)
    work_and_look(store, view.id, a_place(store, extractor, concurrency=1))
    stopped = port.view(view.id)
    assert (stopped.state, stopped.done, stopped.waiting) == ("queued", 3, 3)
    assert stopped.paused.startswith("cost limit reached")

    again = port.change(view.id, JobLimits(max_cost=limit))
    assert again.paused is None
    work_through(store, view.id, a_place(store, extractor, concurrency=1))

    assert len(extractor.asked) == 6
    assert (port.view(view.id).state, port.view(view.id).cost) == ("done", 6.0)


@pytest.fixture
def key(store):
    """The id of a key that may cost two dollars a day."""
    with store.writing() as connection:
        return keys.create(connection, name="desk", now=datetime.now(UTC), cost_per_day=2.0).key.id


def test_jobs_stand_still_at_the_daily_limit_of_their_key_and_go_on_the_next_day(store, port, key, monkeypatch):
    extractor = Extracting(cost=1.0)
    names = [port.submit(JobOrder(), articles(6, prefix=name), api_key=key).id for name in "ab"]
    for name in names:
        work_and_look(store, name, a_place(store, extractor, concurrency=1))

    first, second = map(port.view, names)
    assert (first.done, first.waiting, first.failed) == (2, 4, 0)
    assert (second.done, second.waiting) == (0, 6)
    assert first.paused == "daily limit of the API key reached: $2.0000 of $2; it goes on after midnight (UTC)"
    assert first.paused == second.paused
    assert port.change(first.id, JobLimits(max_cost=50.0)).paused == first.paused  # that is not its reason

    with store.reading() as connection:
        assert ledger.over_the_day_no_more(connection) == []
        monkeypatch.setattr(ledger, "_now", lambda: datetime.now(UTC) + timedelta(days=1))
        assert ledger.over_the_day_no_more(connection) == sorted(names)
    for _ in range(2):  # by two workers, say
        with store.writing() as connection:
            board.go_on(connection, first.id, after=DAY_LIMIT)
    again = chunks_of(store, first.id)
    assert port.view(first.id).paused is None

    with store.writing() as connection:
        board.go_on(connection, first.id, after=DAY_LIMIT)
    assert chunks_of(store, first.id) == again
    work_and_look(store, first.id, a_place(store, extractor, concurrency=1))
    assert port.view(first.id).done == 4


def test_what_ends_while_the_day_s_sum_is_asked_for_counts_for_the_daily_limit(store, port, key, monkeypatch):
    ends, day_of = threading.Event(), ledger.day_of

    async def slow(name):
        while len(extractor.asked) > 1 and not ends.is_set():
            await asyncio.sleep(0.005)

    def asked_too_early(connection, of):
        day = day_of(connection, of)
        if day.spent == 1.0 and len(extractor.asked) == 2 and not ends.is_set():
            ends.set()
            until = time.monotonic() + 10
            while sum(row.state == "done" for row in rows(store)) < 2 and time.monotonic() < until:
                time.sleep(0.005)
            time.sleep(0.05)  # and its place is free
        return day

    monkeypatch.setattr(ledger, "day_of", asked_too_early)
    extractor = Extracting(slow, cost=1.0)
    view = port.submit(JobOrder(), articles(4), api_key=key)
    work_and_look(store, view.id, a_place(store, extractor, concurrency=1))

    assert ends.is_set()
    assert port.view(view.id).done == 2


def test_a_daily_limit_is_not_passed_by_what_is_under_way_at_once(store, port, key):
    extractor = Extracting(lambda name: asyncio.sleep(0 if name == "a0" else 0.05), cost=0.5)
    view = port.submit(JobOrder(), articles(30), api_key=key)
    place = a_place(store, extractor, concurrency=8)

    async def run():
        await place.work_on(view.id, 0)  # says what an article costs
        await asyncio.gather(*(place.work_on(view.id, chunk) for chunk in chunks_of(store, view.id)))
        await place.close()

    asyncio.run(run())

    assert port.view(view.id).cost <= 2.0 + 8 * 0.5  # those of the first chunk began before any cost was known
    assert port.view(view.id).paused.startswith(DAY_LIMIT)


def test_limits_count_for_what_was_taken_before_they_were_set(store, port):
    started = asyncio.Event()

    async def slow(name):
        started.set()
        await asyncio.sleep(0.02)

    extractor = Extracting(slow, cost=1.0)
    view = a_job(store, 40)
    place = a_place(store, extractor, concurrency=2)

    async def run():
        working = asyncio.gather(*(place.work_on(view.id, chunk) for chunk in chunks_of(store, view.id)))
        await started.wait()
        port.change(view.id, JobLimits(max_cost=6.0))
        while not working.done():
            await place.look()
            await asyncio.sleep(0.005)
        await place.close()

    asyncio.run(run())

    stopped = port.view(view.id)
    assert stopped.paused.startswith("cost limit reached")
    assert stopped.cost <= 8.0  # and one for each place, begun while the first look was on its way


def test_what_is_still_under_way_when_a_job_goes_on_is_not_asked_twice(store, port):
    ends = asyncio.Event()
    extractor = Extracting(lambda _: ends.wait(), cost=1.0)
    view = a_job(store, 4)
    place = a_place(store, extractor)

    async def run():
        working = [asyncio.create_task(place.work_on(view.id, chunk)) for chunk in chunks_of(store, view.id)]
        await until(lambda: len(extractor.asked) == 4)
        with store.writing() as connection:
            ledger.pause(connection, job_row(store, view.id), "cost limit reached: by another worker")
        await place.look()
        port.change(view.id, JobLimits(max_cost=10.0))
        again = [asyncio.create_task(place.work_on(view.id, chunk)) for chunk in chunks_of(store, view.id)]
        await asyncio.wait(again, timeout=5)
        ends.set()
        await asyncio.gather(*working, *again)
        await place.close()

    asyncio.run(run())

    assert sorted(extractor.asked) == ["a0", "a1", "a2", "a3"]
    assert (port.view(view.id).state, port.view(view.id).cost) == ("done", 4.0)


def test_an_article_that_breaks_the_limit_of_cost_waits_rather_than_fails(store, port):
    extractor = Extracting(lambda _: Failure(segment=1, reason="max_cost", message="No room."), cost=0.25)
    view = a_job(store, 2, max_cost=1.0)
    work_through(store, view.id, a_place(store, extractor, concurrency=1))

    view = port.view(view.id)
    assert (view.failed, view.waiting, view.cost) == (0, 2, 0.25)
    assert view.paused == "cost limit reached: No room."
    assert [row.attempts for row in rows(store)] == [0, 0]


def test_no_more_articles_are_begun_in_a_minute_than_ordered(store):
    extractor = Extracting()
    view = a_job(store, 4, per_minute=600)  # one each 0.1 s

    began = time.monotonic()
    work_through(store, view.id, a_place(store, extractor))

    assert time.monotonic() - began >= 0.3
    assert len(extractor.asked) == 4


def test_starts_are_shared_out_among_all_workers(store):
    view = a_job(store, 1, per_minute=60)
    with store.writing() as connection:
        starts = [ledger.reserve_start(connection, view.id, now=now, per_minute=60) for now in (100, 100, 100.5, 200)]

    assert starts == [100, 101, 102, 200]


# ── attempts ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_articles_are_suspect_after_two_attempts_without_an_end(store):
    view = a_job(store, 1)

    opened = []
    for _ in range(4):
        with store.writing() as connection:
            opened.append(ledger.open_chunk(connection, view.id, 0).suspect)

    assert opened == [False, False, True, True]
    assert rows(store)[0].attempts == 2  # a suspect's are counted one by one


class Crashing:
    """Stands for processes of which those that work on a poison article die."""

    def __init__(self, *positions):
        self.positions = positions

    async def crashes(self, job, chunk):
        for position in self.positions:
            yield position, "SIGSEGV"


def test_a_poison_article_fails_alone(store, port):
    view = a_job(store, 2)
    with store.writing() as connection:
        connection.execute(update(job_articles).values(attempts=2, chunk=0))
        connection.execute(update(job_articles).where(job_articles.c.position == 1).values(state="done"))
    place = a_place(store, Extracting(), apart=Crashing(0))

    asyncio.run(place.work_on(view.id, 0))

    assert [(row.state, row.error) for row in rows(store)] == [("failed", "crashed"), ("done", None)]
    assert port.view(view.id).state == "done"


def test_suspects_are_worked_on_one_after_another_and_told(store):
    view = a_job(store, 3)
    with store.writing() as connection:
        connection.execute(update(job_articles).values(attempts=2, chunk=0))
    extractor = Extracting()
    told = []

    asyncio.run(a_place(store, extractor).one_by_one(view.id, 0, lambda word, at: told.append((word, at))))

    assert told == [(word, at) for at in range(3) for word in ("begin", "end")]
    assert extractor.most_at_once == 1
    assert {row.state for row in rows(store)} == {"done"}


# ── the line ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_chunks_are_put_in_line_once_part_by_part(store):
    view = a_job(store, 5)

    parts = []
    while True:
        with store.writing() as connection:
            part = ledger.next_part(connection, view.id, most=2)
        if part is None:
            break
        parts.append(part.chunks)

    assert parts == [(0, 1), (2, 3), (4,)]
    with store.reading() as connection:
        assert ledger.queued(connection) == []
        assert ledger.open_chunks(connection, most=10) == {view.id: [0, 1, 2, 3, 4]}


def test_jobs_of_higher_priority_are_put_in_line_first(store):
    low, high = (a_job(store, 1, priority=priority).id for priority in (0, 5))

    with store.reading() as connection:
        assert ledger.queued(connection) == [high, low]


def test_chunks_that_fell_out_of_line_get_new_numbers(store):
    view = a_job(store, 3)
    with store.writing() as connection:
        assert ledger.next_part(connection, view.id, most=10).chunks == (0, 1, 2)
        ledger.back_in_line(connection, view.id, [1])

    with store.writing() as connection:
        assert ledger.next_part(connection, view.id, most=10).chunks == (4,)


def test_a_job_with_waiting_articles_does_not_end(store):
    view = a_job(store, 1)
    with store.writing() as connection:
        assert not board.close_if_ended(connection, view.id)
        ledger.park(connection, view.id, 0, "SIGSEGV")
        assert board.close_if_ended(connection, view.id)
        assert not board.close_if_ended(connection, view.id)


def test_what_an_unfinished_attempt_cost_is_counted(store, port):
    view = port.submit(JobOrder(), articles(1), api_key="k1")
    with store.writing() as connection:
        opened = ledger.open_chunk(connection, view.id, 0)
        ledger.put_back(connection, opened.job, 0, Usage(calls=2, prompt_tokens=5, cost_usd=0.25))
    work_through(store, view.id, a_place(store, Extracting(cost=1.0)))

    assert (port.view(view.id).cost, port.view(view.id).usage.calls) == (1.25, 3)
    with store.reading() as connection:
        assert connection.execute(select(spending.c.cost, spending.c.articles)).one() == (1.25, 1)


def test_the_reading_of_a_file_ends_where_nobody_waits_for_it(store, port, monkeypatch):
    view = port.submit(JobOrder(), [JobFile(id="a", name="a.pdf", data=b"%PDF")])
    under_way = []

    def read_slowly(_, *, work, **about):
        under_way.append(work)
        while not work.cancelled:
            time.sleep(0.01)
        raise concurrent.futures.CancelledError

    async def cancel_it():
        task = asyncio.create_task(a_place(store, Extracting()).work_on(view.id, 0))
        while not under_way:
            await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    monkeypatch.setattr("service.jobs.work.read_article", read_slowly)
    asyncio.run(asyncio.wait_for(cancel_it(), 20))

    assert under_way[0].cancelled


@pytest.mark.parametrize(
    ("error", "code"),
    [
        pytest.param(SetupError("x"), "setup_error", id="two-words"),
        pytest.param(NoAnswer("x", reason="rate_limited"), "rate_limited", id="a-model-s"),
    ],
)
def test_errors_go_by_the_names_of_their_tree(error, code):
    assert code_of(error) == code
