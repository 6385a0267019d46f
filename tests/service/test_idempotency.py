"""The same request sent again: done once, answered twice."""

import asyncio
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from job_app import Told, a_key, a_storing_app, ask, extract, many, post_lines, problem, rows_in, store_of
from sqlalchemy import select, update
from web_app import an_app

from service.settings import Settings
from service.store.database import StoreDown
from service.store.tables import idempotency
from service.web import idempotency as kept
from service.web.idempotency import KEPT, LEASE, Answer, Place, begin, give_up, keep, touch
from service.web.problems import Problem

TEXT = "Ines said at least 40 crates were lost."
KEY = {"idempotency-key": "k-1"}
NOW = datetime(2026, 3, 5, tzinfo=UTC)
ARTICLE = {"id": "a", "text": TEXT}


@pytest.fixture
def app(tmp_path):
    return a_storing_app(tmp_path)


ASKED = [
    pytest.param(lambda app, **more: extract(app, ARTICLE | more, headers=KEY), 200, id="extract"),
    pytest.param(
        lambda app, **more: ask(app, "POST", "/v1/jobs", json={"articles": [ARTICLE | more]}, headers=KEY),
        202,
        id="job",
    ),
    pytest.param(lambda app, **more: post_lines(app, ARTICLE | more, headers=KEY), 202, id="job-of-lines"),
]


@pytest.mark.parametrize(("send", "status"), ASKED)
def test_the_same_request_is_done_once_and_answered_alike(app, send, status):
    first = send(app)
    rows = rows_in(app)
    again = send(app)

    assert (first.status_code, again.status_code) == (status, status)
    assert again.content == first.content
    assert again.headers.get("location") == first.headers.get("location")
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert rows_in(app) == rows


@pytest.mark.parametrize(("send", "status"), ASKED)
def test_the_same_key_with_another_body_is_refused(app, send, status):
    send(app)

    problem(send(app, title="Zanzibar"), 422, "idempotency-key-reused")


@pytest.mark.parametrize(("send", "status"), ASKED)
def test_a_request_that_was_refused_leaves_its_key_free(app, send, status):
    problem(send(app, text=""), 422, "invalid-request")

    assert rows_in(app)["idempotency"] == 0
    assert send(app).status_code == status


def test_one_key_stands_for_one_address(app):
    extract(app, ARTICLE, headers=KEY)

    problem(ask(app, "POST", "/v1/jobs", json={"articles": [ARTICLE]}, headers=KEY), 422, "idempotency-key-reused")


def test_a_form_sent_again_is_the_same_though_its_borders_differ(app):
    def send(content=b"Ines said 3 are."):
        return ask(app, "POST", "/v1/extract", files={"file": ("a.txt", content)}, headers=KEY)

    first, again = send(), send()

    assert again.content == first.content
    problem(send(b"Omar said 4 are."), 422, "idempotency-key-reused")


def test_a_job_of_files_sent_again_is_the_same_though_its_borders_differ(app):
    def send(content=b"Ines said 3 are."):
        files = [("file", ("a.txt", content)), ("file", ("b.txt", b"b"))]
        return ask(app, "POST", "/v1/jobs", files=files, data={"name": "Night"}, headers=KEY)

    first, again = send(), send()

    assert (first.status_code, again.content) == (202, first.content)
    assert rows_in(app)["jobs"] == 1
    problem(send(b"Omar said 4 are."), 422, "idempotency-key-reused")


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param([("idempotency-key", "")], id="empty"),
        pytest.param([("idempotency-key", "k" * 256)], id="one-too-long"),
        pytest.param([("idempotency-key", "k" * 10_000)], id="ten-thousand"),
        pytest.param([("idempotency-key", "a"), ("idempotency-key", "b")], id="two"),
        pytest.param([("idempotency-key", b"Zanzib\xe4r")], id="no-ascii"),
    ],
)
@pytest.mark.parametrize("path", ["/v1/extract", "/v1/jobs"])
def test_a_key_that_cannot_be_one_is_refused(app, path, headers):
    body = ARTICLE if path == "/v1/extract" else {"articles": [ARTICLE]}

    problem(ask(app, "POST", path, json=body, headers=headers), 400, "bad-idempotency-key")
    assert rows_in(app)["idempotency"] == 0


def test_the_longest_key_holds(app):
    assert extract(app, ARTICLE, headers={"idempotency-key": "k" * 255}).status_code == 200


def test_the_same_key_of_another_owner_is_another_key(app):
    anna, bob = a_key(app, "anna"), a_key(app, "bob")

    first = extract(app, ARTICLE, headers=KEY | anna)
    other = extract(app, ARTICLE | {"title": "Other"}, headers=KEY | bob)

    assert (first.status_code, other.status_code) == (200, 200)
    assert first.json()["extraction_id"] != other.json()["extraction_id"]


def test_of_two_at_once_one_is_done_and_the_other_told_to_wait(tmp_path):
    entered, leave = threading.Event(), threading.Event()

    def before(number):
        entered.set()
        leave.wait(10)

    stream = Told(before=before)
    app = a_storing_app(tmp_path, stream)
    request = {"method": "POST", "url": "/v1/extract", "json": ARTICLE, "headers": KEY}
    threading.Thread(target=lambda: (entered.wait(10), leave_soon()), daemon=True).start()

    def leave_soon():
        threading.Timer(1.0, leave.set).start()

    answers = many(app, *[request] * 5)

    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert problem(refused, 409, "idempotency-key-in-use")
    assert refused.headers["retry-after"]
    assert stream.asked == 1
    assert extract(app, ARTICLE, headers=KEY).status_code == 200


@pytest.mark.parametrize(
    ("text", "status"),
    [pytest.param("CRASHES", 500, id="nobody-foresaw"), pytest.param("FAILS", 502, id="model-failed")],
)
def test_an_error_after_work_has_begun_is_told_again(tmp_path, text, status):
    stream = Told()
    app = a_storing_app(tmp_path, stream)

    answers = [extract(app, {"text": text}, headers=KEY) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [status, status]
    assert stream.asked == 1


def test_a_request_out_of_time_is_told_so_again(tmp_path):
    stream = Told(seconds=5)
    app = a_storing_app(tmp_path, stream, settings=Settings(request_seconds=0.5))

    answers = [extract(app, ARTICLE | {"model": "stub/slow"}, headers=KEY) for _ in range(2)]

    assert [answer.json()["type"] for answer in answers] == ["/problems/time-limit"] * 2
    assert stream.asked == 1


def test_a_model_that_is_not_set_up_leaves_the_key_free(app):
    problem(extract(app, ARTICLE | {"model": "stub/no-key"}, headers=KEY), 503, "not-set-up")

    assert extract(app, ARTICLE, headers=KEY).status_code == 200


def test_an_answer_whose_article_was_forgotten_is_gone(app):
    extract(app, ARTICLE, headers=KEY)
    ask(app, "DELETE", "/v1/articles/a")

    problem(extract(app, ARTICLE, headers=KEY), 410, "gone")
    with store_of(app).reading() as connection:
        assert "crates" not in str(connection.execute(select(idempotency)).all())


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        pytest.param(ARTICLE | {"store": False}, KEY, id="not-kept"),
        pytest.param(ARTICLE, KEY | {"accept": "text/event-stream"}, id="stream"),
    ],
)
def test_a_key_where_no_answer_can_be_told_again_is_refused(app, body, headers):
    problem(extract(app, body, headers=headers), 422, "invalid-request")
    assert rows_in(app)["extractions"] == 0


def test_without_a_store_a_key_is_refused_rather_than_passed_over():
    problem(extract(an_app(), ARTICLE, headers=KEY), 503, "not-set-up")


# ── a process that dies ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def connection(app):
    with store_of(app).writing() as opened:
        yield opened


def test_the_key_of_a_process_that_died_is_free_after_its_lease(connection):
    begin(connection, "", "k", "f", now=NOW)

    with pytest.raises(Problem, match="in-use"):
        begin(connection, "", "k", "f", now=NOW + LEASE - timedelta(seconds=1))
    taken = begin(connection, "", "k", "f", now=NOW + LEASE)

    assert isinstance(taken, Place)


def test_a_process_that_is_alive_keeps_its_key_for_as_long_as_it_takes(connection):
    place = begin(connection, "", "k", "f", now=NOW)
    for minute in range(1, 30):
        place = touch(connection, place, now=NOW + minute * LEASE / 2)

        with pytest.raises(Problem, match="in-use"):
            begin(connection, "", "k", "f", now=NOW + minute * LEASE / 2 + timedelta(seconds=1))


def test_who_was_taken_for_dead_has_nothing_to_say_any_more(connection):
    dead = begin(connection, "", "k", "f", now=NOW)
    living = begin(connection, "", "k", "f", now=NOW + LEASE)

    keep(connection, dead, Answer(200, "late"), now=NOW + LEASE)
    give_up(connection, dead)
    assert touch(connection, dead, now=NOW + LEASE) is None
    keep(connection, living, Answer(200, "right"), now=NOW + LEASE)

    assert begin(connection, "", "k", "f", now=NOW + LEASE) == Answer(200, "right", replayed=True)


def test_an_answer_is_kept_for_a_day(connection):
    keep(connection, begin(connection, "", "k", "f", now=NOW), Answer(200, "x"), now=NOW)

    assert isinstance(begin(connection, "", "k", "f", now=NOW + KEPT), Answer)
    assert isinstance(begin(connection, "", "k", "other", now=NOW + KEPT + timedelta(seconds=1)), Place)


def test_of_several_processes_at_once_one_alone_gets_the_key(any_store):
    """On both databases, with transactions that run into each other."""

    def ask_for(key):
        try:
            with any_store.writing() as connection:
                return begin(connection, "", key, "f", now=NOW)
        except Problem as refused:
            return refused.code

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(ask_for, ["k", "l"] * 8))

    assert [type(each) for each in found].count(Place) == 2
    assert found.count("idempotency-key-in-use") == 14


def test_a_job_whose_first_answer_was_never_kept_is_not_taken_in_twice(app):
    first = post_lines(app, ARTICLE, headers=KEY)
    with store_of(app).writing() as connection:  # as a process leaves it that dies right after taking in
        connection.execute(update(idempotency).values(status=None, body=None, created=NOW))
        connection.execute(update(idempotency).values(created=datetime.now(UTC) - LEASE))

    again = post_lines(app, ARTICLE, headers=KEY)

    assert again.json()["id"] == first.json()["id"]
    assert rows_in(app)["jobs"] == 1


def test_while_work_goes_on_its_place_is_touched(app, monkeypatch):
    monkeypatch.setattr(kept, "TOUCH_SECONDS", 0.01)
    store, moments = store_of(app), set()

    async def work():
        until = asyncio.get_running_loop().time() + 5
        while len(moments) < 3 and asyncio.get_running_loop().time() < until:
            await asyncio.sleep(0.02)
            with store.reading() as connection:
                moments.add(connection.scalar(select(idempotency.c.created)))
        return Answer(200, "x")

    asked = kept.once(store, work, owner="", key="k", fingerprint="f", request_id="r")
    answer = asyncio.run(asked)

    assert answer == Answer(200, "x")
    assert len(moments) >= 3
    with store.writing() as connection:
        assert begin(connection, "", "k", "f", now=datetime.now(UTC)) == Answer(200, "x", replayed=True)


def test_a_store_that_goes_down_meanwhile_is_told_and_blocks_nothing_for_ever(app, monkeypatch):
    store = store_of(app)

    async def work():
        raise StoreDown("gone")

    with pytest.raises(StoreDown):
        asyncio.run(kept.once(store, work, owner="", key="k", fingerprint="f", request_id="r"))

    assert rows_in(app)["idempotency"] == 0


def test_an_answer_that_cannot_be_kept_is_told_all_the_same(app, monkeypatch):
    def away(*_, **__):
        raise StoreDown("gone")

    async def work():
        monkeypatch.setattr(kept, "keep", away)
        return Answer(200, "x")

    asked = kept.once(store_of(app), work, owner="", key="k", fingerprint="f", request_id="r")

    assert asyncio.run(asked) == Answer(200, "x")


# ── whatever the order ──────────────────────────────────────────────────────────────────────────────────────────────

STEPS = st.lists(
    st.tuples(st.sampled_from(["send", "lost", "crash", "later"]), st.sampled_from("ab"), st.sampled_from("xy")),
    max_size=12,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_is_lost_no_key_is_answered_in_two_ways_or_done_twice(app, steps):
    """A model of the rules: what was done for a key, and what is under way; answers may be lost on the way."""
    now, done, under_way = NOW, {}, {}
    with store_of(app).writing() as connection:
        connection.execute(idempotency.delete())
        for number, (step, key, body) in enumerate(steps):
            now += timedelta(seconds=1)
            if step == "later":
                now += LEASE
                continue
            try:
                found = begin(connection, "", key, body, now=now)
            except Problem as refused:
                if refused.code == "idempotency-key-reused":
                    assert body != (done.get(key) or under_way.get(key))[0]
                else:
                    assert under_way[key][0] == body
                    assert now < under_way[key][1] + LEASE
                continue
            if isinstance(found, Answer):
                assert done[key] == (body, found.body)
                continue
            assert key not in done
            under_way[key] = (body, now)
            if step != "crash":  # an answer that is lost was kept all the same
                keep(connection, found, Answer(200, json.dumps(number)), now=now)
                done[key] = (body, json.dumps(number))
                del under_way[key]
