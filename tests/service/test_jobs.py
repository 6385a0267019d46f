"""A job keeps what was ordered, tells how far it is, and changes only as its owner says."""

from datetime import UTC, datetime
from functools import partial

import pytest
from jobmakers import SETTINGS, TEXT, Extracting, a_job, a_place, articles, chunks_of, work_through
from sqlalchemy import func, select, update

from service.errors import InputError
from service.jobs import board
from service.jobs.jobs import Jobs
from service.jobs.records import JobFile, JobLimits, JobOptions, JobOrder
from service.records import Article, Failure
from service.settings import Settings
from service.store.extractions import find
from service.store.tables import extractions, job_articles, jobs


@pytest.fixture
def store(any_store):
    return any_store


@pytest.fixture
def port(store):
    return Jobs(store, SETTINGS)


def count(store, table):
    with store.reading() as connection:
        return connection.scalar(select(func.count()).select_from(table))


# ── ordering ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_job_waits_with_all_its_articles(port):
    order = JobOrder(name="night", priority=3, max_cost=2.5, per_minute=60, options=JobOptions(outlet="The Post"))

    view = port.submit(order, articles(3))

    assert (view.state, view.total, view.waiting, view.done) == ("queued", 3, 3, 0)
    assert (view.name, view.priority, view.max_cost, view.per_minute) == ("night", 3, 2.5, 60)
    assert view.model == "test/test"
    assert view.options.outlet == "The Post"


@pytest.mark.parametrize(
    ("total", "chunks"),
    [
        pytest.param(1, 1, id="one"),
        pytest.param(20, 20, id="few-articles-one-each"),
        pytest.param(100, 25, id="small-jobs-are-shared"),
        pytest.param(1000, 40, id="large-ones-in-whole-chunks"),
    ],
)
def test_small_jobs_are_cut_so_that_all_workers_get_some(store, total, chunks):
    view = a_job(store, total)

    assert len(chunks_of(store, view.id)) == chunks


def test_an_empty_job_is_refused_and_leaves_nothing(store, port):
    with pytest.raises(InputError, match="no article"):
        port.submit(JobOrder(), [])

    assert count(store, jobs) == 0


@pytest.mark.parametrize(
    ("first", "second"),
    [pytest.param(1, 4, id="near-each-other"), pytest.param(7, 450, id="in-different-batches")],
)
def test_ids_that_come_twice_are_refused_by_number_and_leave_nothing(store, port, first, second):
    items = [Article(id="same" if number in (first, second) else f"a{number}", text=TEXT) for number in range(500)]

    with pytest.raises(InputError, match=f"Articles {first + 1} and {second + 1} both have the id 'same'"):
        port.submit(JobOrder(), items)

    assert (count(store, jobs), count(store, job_articles)) == (0, 0)


@pytest.mark.parametrize(
    "item",
    [
        pytest.param(Article(id="a", text="a\x00b"), id="in-the-text"),
        pytest.param(Article(id="a\x00", text=TEXT), id="in-the-id"),
        pytest.param(JobFile(id="a\x00", name="x", data=b""), id="in-a-file-s-id"),
    ],
)
def test_nul_characters_are_refused_by_the_article_s_number(port, item):
    with pytest.raises(InputError, match=r"rticle 3.*NUL"):
        port.submit(JobOrder(), [*articles(2, prefix="before"), item])


def test_what_breaks_while_it_comes_in_leaves_nothing(store, port):
    def broken():
        yield from articles(300)
        raise OSError("the connection was cut")

    with pytest.raises(OSError, match="cut"):
        port.submit(JobOrder(), broken())

    assert count(store, jobs) == 0


def test_the_same_job_is_not_taken_in_twice(port):
    def unread():
        raise AssertionError("nobody reads this")
        yield

    first = port.submit(JobOrder(), articles(2), job_id="mine")
    again = port.submit(JobOrder(), unread(), job_id="mine")

    assert (again.id, again.total, again.created) == (first.id, first.total, first.created)


def test_a_job_whose_taking_in_was_killed_is_taken_in_anew(store, port):
    with store.writing() as connection:
        board.begin(connection, "mine", JobOrder(), model="m", owner="", api_key=None)
        board.add(connection, "mine", list(articles(5)), first=0, owner="")

    view = port.submit(JobOrder(), articles(2), job_id="mine")

    assert (view.state, view.total, view.waiting) == ("queued", 2, 2)


def test_an_incoming_job_is_not_listed(store, port):
    with store.writing() as connection:
        board.begin(connection, "mine", JobOrder(), model="m", owner="", api_key=None)

    assert port.list().jobs == ()


# ── whose it is ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_nobody_sees_or_touches_another_s_job(port):
    job = port.submit(JobOrder(), articles(1), owner="anna").id

    assert port.view(job, owner="anna") is not None
    assert port.view(job, owner="bert") is None
    assert port.list(owner="bert").jobs == ()
    assert not port.delete(job, owner="bert")
    change = partial(port.change, limits=JobLimits(max_cost=1.0))
    for act in (port.cancel, port.retry, change, port.results, port.failures):
        with pytest.raises(InputError, match="There is no job"):
            act(job, owner="bert")
    with pytest.raises(InputError, match="is taken"):
        port.submit(JobOrder(), articles(1), owner="bert", job_id=job)


def test_pages_show_each_job_once_newest_first(port):
    made = [port.submit(JobOrder(name=str(number)), articles(1, prefix=str(number))).name for number in range(5)]

    first = port.list(limit=2)
    second = port.list(limit=2, cursor=first.next)
    third = port.list(limit=2, cursor=second.next)

    assert [view.name for page in (first, second, third) for view in page.jobs] == made[::-1]
    assert third.next is None


@pytest.mark.parametrize(
    "cursor", [pytest.param("x", id="noise"), pytest.param("", id="empty"), pytest.param("ü", id="not-ascii")]
)
def test_a_cursor_that_is_none_is_refused(port, cursor):
    with pytest.raises(InputError, match="cursor"):
        port.list(cursor=cursor)


def test_a_cursor_of_another_owner_is_refused(port):
    for name in ("one", "two"):
        port.submit(JobOrder(), articles(1, prefix=name), owner="anna")
    cursor = port.list(owner="anna", limit=1).next

    with pytest.raises(InputError, match="cursor"):
        port.list(owner="bert", cursor=cursor)


# ── how far it is ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_worked_job_tells_what_came_of_each_article(store, port):
    said = {"a1": Failure(segment=1, reason="timeout", message="No answer came.")}
    view = a_job(store, 3)

    work_through(store, view.id, a_place(store, Extracting(said.get, cost=0.5)))

    view = port.view(view.id)
    results = list(port.results(view.id))
    assert (view.state, view.done, view.failed, view.waiting) == ("done", 2, 1, 0)
    assert (view.cost, view.usage.calls, view.usage.prompt_tokens) == (1.5, 3, 30)
    assert [(each.position, each.id, each.state, each.error) for each in results] == [
        (0, "a0", "done", None),
        (1, "a1", "failed", "timeout"),
        (2, "a2", "done", None),
    ]
    assert port.failures(view.id) == (results[1],)
    with store.reading() as connection:
        assert find(connection, results[0].extraction).article.id == "a0"


def test_results_come_page_by_page_in_order_and_after_any_of_them(store, port):
    view = a_job(store, 450)
    work_through(store, view.id, a_place(store, Extracting(), concurrency=64))

    assert [each.position for each in port.results(view.id)] == list(range(450))
    assert [each.position for each in port.results(view.id, after=399)] == list(range(400, 450))
    assert sorted(each.position for each in port.results(view.id, in_order=False)) == list(range(450))


def test_results_as_they_ended_are_ordered_by_their_end(store, port):
    view = a_job(store, 5)
    work_through(store, view.id, a_place(store, Extracting()))

    ended = [each.finished for each in port.results(view.id, in_order=False)]

    assert ended == sorted(ended)


def test_time_left_comes_from_the_last_minute(store, port):
    view = a_job(store, 4)
    now = datetime.now(UTC)
    with store.writing() as connection:
        connection.execute(update(jobs).values(started=now))
        connection.execute(update(job_articles).where(job_articles.c.position < 2).values(state="done", finished=now))

    view = port.view(view.id)

    assert view.per_minute_now == pytest.approx(120, rel=0.1)
    assert view.seconds_left == pytest.approx(1, rel=0.1)


# ── steering ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_cancel_keeps_what_is_done_and_leaves_the_rest(store, port):
    view = a_job(store, 2)
    with store.writing() as connection:
        connection.execute(update(job_articles).where(job_articles.c.position == 0).values(state="done"))

    view = port.cancel(view.id)

    assert (view.state, view.done, view.cancelled, view.waiting) == ("cancelled", 1, 1, 0)
    assert port.cancel(view.id).finished == view.finished


def test_retry_puts_failed_articles_and_no_others_in_line(store, port):
    answers = {"a1": Failure(segment=1, reason="timeout", message="No answer came.")}
    extractor = Extracting(lambda name: answers.pop(name, None))
    view = a_job(store, 3)
    work_through(store, view.id, a_place(store, extractor))
    before = count(store, extractions)

    again = port.retry(view.id)
    assert (again.state, again.waiting, again.done) == ("queued", 1, 2)
    work_through(store, view.id, a_place(store, extractor))

    assert extractor.asked.count("a1") == 2
    assert extractor.asked.count("a0") == 1
    assert port.view(view.id).done == 3
    assert count(store, extractions) == before == 3


def test_retry_of_a_job_without_failures_changes_nothing(store, port):
    view = a_job(store, 1)
    work_through(store, view.id, a_place(store, Extracting()))

    assert port.retry(view.id).state == "done"


def test_a_cancelled_job_is_not_tried_again(store, port):
    view = port.cancel(a_job(store, 1).id)

    with pytest.raises(InputError, match="cancelled"):
        port.retry(view.id)
    with pytest.raises(InputError, match="ended"):
        port.change(view.id, JobLimits(max_cost=1))


def test_deleting_a_job_leaves_its_extractions(store, port):
    view = a_job(store, 2)
    work_through(store, view.id, a_place(store, Extracting()))

    assert port.delete(view.id)

    assert port.view(view.id) is None
    assert (count(store, job_articles), count(store, extractions)) == (0, 2)
    assert not port.delete(view.id)


def test_options_change_the_worker_s_settings_where_they_say_something():
    options = JobOptions(samples=3, review_below=0.5)

    applied = options.applied_to(Settings(samples=1, max_characters=7))

    assert (applied.samples, applied.review_below, applied.max_characters) == (3, 0.5, 7)
