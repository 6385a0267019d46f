"""Webhooks: what is told, how it is signed, and what happens where nobody answers."""

import asyncio
import base64
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import structlog
from pydantic import SecretStr
from receiving import Receiver, receiving
from sqlalchemy import insert, select, update
from standardwebhooks import Webhook, WebhookVerificationError

from service.errors import SetupError
from service.jobs import hooks
from service.jobs.hooks import Due, Outcome, deliver_due, keep_delivering, read_secrets, send, settle, take_due
from service.secret_files import take_in
from service.settings import Settings
from service.store.database import address, open_engine, reading, writing
from service.store.tables import deliveries, job_articles, jobs, metadata

ONE = "whsec_" + base64.b64encode(b"1" * 32).decode()
OTHER = "whsec_" + base64.b64encode(b"2" * 32).decode()
HERE = Settings(webhook_secret=SecretStr(ONE), webhook_private=True)
NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def engine(tmp_path):
    opened = open_engine(address(str(tmp_path / "store.sqlite")))
    metadata.create_all(opened)
    yield opened
    opened.dispose()


def a_job(engine, url, *, name="j1", state="done", finished=NOW, **counts):
    with writing(engine) as connection:
        connection.execute(
            insert(jobs).values(
                id=name,
                owner="anna",
                name="Night",
                state=state,
                model="embedded",
                options={},
                total=3,
                webhook=url,
                created=NOW - timedelta(minutes=5),
                finished=finished,
            )
        )
        for position, (article_state, status) in enumerate(
            (("done", "complete"), ("done", "partial"), ("failed", None))
        ):
            connection.execute(
                insert(job_articles).values(
                    job=name,
                    position=position,
                    id=f"a{position}",
                    chunk=0,
                    state=article_state,
                    status=status,
                    cost=0.5,
                )
            )


def rows(engine):
    with reading(engine) as connection:
        return [dict(row) for row in connection.execute(select(deliveries)).mappings()]


def verified(came, secret=ONE):
    _, headers, body = came
    return Webhook(secret).verify(body, headers)


# ── telling ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.network
def test_the_end_of_a_job_is_told_once_with_a_signature_that_holds(engine):
    with receiving(Receiver()) as receiver:
        a_job(engine, receiver.url())

        sent = [deliver_due(engine, HERE) for _ in range(3)]

    told = verified(receiver.came[0])
    assert sent == [1, 0, 0]
    assert len(receiver.came) == 1
    assert told["type"] == "job.done"
    assert told["data"]["id"] == "j1"
    counts = ("total", "done", "partial", "failed", "cancelled", "cost")
    assert [told["data"][name] for name in counts] == [3, 2, 1, 1, 0, 1.5]
    assert rows(engine)[0]["state"] == "delivered"


@pytest.mark.network
def test_a_signature_does_not_hold_for_other_words_or_another_secret(engine):
    with receiving(Receiver()) as receiver:
        a_job(engine, receiver.url())
        deliver_due(engine, HERE)

    path, headers, body = receiver.came[0]
    with pytest.raises(WebhookVerificationError):
        verified((path, headers, body.replace('"done": 2', '"done": 3')))
    with pytest.raises(WebhookVerificationError):
        verified((path, headers, body), OTHER)


@pytest.mark.network
def test_while_a_secret_is_changed_both_hold(engine):
    settings = HERE.model_copy(update={"webhook_secret": SecretStr(f"{OTHER} {ONE}")})
    with receiving(Receiver()) as receiver:
        a_job(engine, receiver.url())
        deliver_due(engine, settings)

    assert verified(receiver.came[0], ONE) == verified(receiver.came[0], OTHER)


@pytest.mark.parametrize(
    ("state", "finished", "url"),
    [
        pytest.param("running", None, "http://127.0.0.1:1/", id="not-ended"),
        pytest.param("incoming", None, "http://127.0.0.1:1/", id="not-complete"),
        pytest.param("done", NOW, None, id="nobody-to-tell"),
    ],
)
def test_there_is_nothing_to_tell_of_other_jobs(engine, state, finished, url):
    a_job(engine, url, state=state, finished=finished)

    assert deliver_due(engine, HERE) == 0
    assert rows(engine) == []


@pytest.mark.network
def test_a_job_that_ends_again_after_a_retry_is_told_again_under_another_id(engine):
    with receiving(Receiver()) as receiver:
        a_job(engine, receiver.url())
        deliver_due(engine, HERE)
        with writing(engine) as connection:
            connection.execute(update(jobs).values(finished=NOW + timedelta(seconds=1)))
        deliver_due(engine, HERE, now=NOW + timedelta(seconds=5))

    ids = [headers["webhook-id"] for _, headers, _ in receiver.came]
    assert len(set(ids)) == 2


# ── nobody answers ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.network
def test_a_receiver_that_fails_is_tried_again_later_with_the_same_id(engine):
    with receiving(Receiver(500, 204)) as receiver:
        a_job(engine, receiver.url())
        deliver_due(engine, HERE, now=NOW)
        waiting = rows(engine)[0]
        too_soon = deliver_due(engine, HERE, now=NOW + timedelta(seconds=2))
        deliver_due(engine, HERE, now=NOW + timedelta(seconds=7))

    assert waiting["state"] == "waiting"
    assert waiting["message"] == "it answered 500"
    assert 4 <= (waiting["next_try"] - NOW).total_seconds() <= 6
    assert too_soon == 0
    assert len({headers["webhook-id"] for _, headers, _ in receiver.came}) == 1
    assert {body for *_, body in receiver.came} == {receiver.came[0][2]}
    assert rows(engine)[0]["state"] == "delivered"


@pytest.mark.network
@pytest.mark.parametrize(
    ("status", "state"),
    [
        pytest.param(200, "delivered", id="ok"),
        pytest.param(202, "delivered", id="accepted"),
        pytest.param(410, "given_up", id="gone"),
        pytest.param(404, "waiting", id="not-found"),
        pytest.param(429, "waiting", id="too-many"),
        pytest.param(503, "waiting", id="down"),
    ],
)
def test_what_the_receiver_answers_decides_whether_it_is_tried_again(engine, status, state):
    with receiving(Receiver(status)) as receiver:
        a_job(engine, receiver.url())
        deliver_due(engine, HERE)

    assert rows(engine)[0]["state"] == state


@pytest.mark.network
def test_a_redirect_is_not_followed(engine):
    with receiving(Receiver()) as other, receiving(Receiver(302, location=other.url("/secret"))) as receiver:
        a_job(engine, receiver.url())
        deliver_due(engine, HERE)

    assert other.came == []
    assert rows(engine)[0]["message"] == "it answered 302"


def test_it_is_given_up_after_about_three_days(engine):
    a_job(engine, "https://example.org/")
    moment, tries = NOW, 0
    with writing(engine) as connection:
        hooks.announce(connection)
    while rows(engine)[0]["state"] == "waiting":
        moment = rows(engine)[0]["next_try"]
        with writing(engine) as connection:
            [due] = take_due(connection, now=moment)
            settle(connection, due, Outcome(False, "it answered 500"), now=moment)
        tries += 1

    assert tries == 10
    assert 2 <= (moment - NOW).total_seconds() / 86_400 <= 4
    assert rows(engine)[0]["state"] == "given_up"


def test_a_try_whose_process_died_is_taken_up_again_after_its_lease(engine):
    a_job(engine, "https://example.org/")
    with writing(engine) as connection:
        hooks.announce(connection)
        first = take_due(connection, now=NOW)
        meanwhile = take_due(connection, now=NOW + timedelta(seconds=60))
        again = take_due(connection, now=NOW + timedelta(seconds=121))
        settle(connection, first[0], Outcome(True), now=NOW)  # the first wakes up after all

    assert (len(first), len(meanwhile), len(again)) == (1, 0, 1)
    assert again[0].attempts == 2
    assert rows(engine)[0]["state"] == "waiting"


@pytest.mark.network
@pytest.mark.parametrize(
    "receiver",
    [
        pytest.param(Receiver(seconds=8), id="silent"),
        pytest.param(Receiver(dripping=True), id="one-byte-at-a-time"),
    ],
)
def test_a_slow_receiver_is_left_when_time_is_up(receiver):
    with receiving(receiver):
        due = Due("msg_1", receiver.url(), "{}", 1)
        began = time.monotonic()
        outcome = asyncio.run(send(due, read_secrets(ONE), now=NOW, private=True, seconds=0.3))

    assert time.monotonic() - began < 4
    assert (outcome.delivered, outcome.final) == (False, False)


@pytest.mark.network
def test_one_slow_receiver_does_not_hold_up_the_others(engine):
    with receiving(Receiver(seconds=3)) as slow, receiving(Receiver()) as quick:
        a_job(engine, slow.url(), name="j1")
        a_job(engine, slow.url(), name="j2")
        a_job(engine, slow.url(), name="j3")
        a_job(engine, quick.url(), name="j4")
        began = time.monotonic()
        deliver_due(engine, HERE)

    assert len(quick.came) == 1
    assert time.monotonic() - began < 6  # the slow ones at the same time, else 9


@pytest.mark.network
def test_nobody_listening_is_a_failure_to_be_tried_again():
    outcome = asyncio.run(send(Due("m", "http://127.0.0.1:1/", "{}", 1), read_secrets(ONE), now=NOW, private=True))

    assert (outcome.delivered, outcome.final) == (False, False)
    assert outcome.message.startswith("no connection")


def test_of_several_workers_one_alone_sends_a_message(any_store):
    """On both databases, with transactions that run into each other."""
    for number in range(5):
        a_job(any_store.engine, "https://example.org/", name=f"j{number}")

    def look(_):
        with any_store.writing() as connection:
            hooks.announce(connection)
            return [due.id for due in take_due(connection, now=NOW)]

    with ThreadPoolExecutor(4) as pool:
        taken = [name for found in pool.map(look, range(12)) for name in found]

    assert len(taken) == len(set(taken)) == 5
    assert len(rows(any_store.engine)) == 5


# ── where it may go ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.network
@pytest.mark.parametrize("host", ["127.0.0.1", "0x7f.1", "2130706433", "127.1", "[::ffff:127.0.0.1]", "localhost"])
def test_this_machine_is_not_called_however_it_is_written(engine, host):
    with receiving(Receiver()) as receiver:
        a_job(engine, receiver.url(host=host))
        deliver_due(engine, HERE.model_copy(update={"webhook_private": False}))

    assert receiver.came == []
    assert rows(engine)[0]["state"] == "given_up"
    assert "not public" in rows(engine)[0]["message"]


@pytest.mark.network
def test_a_name_is_asked_once_and_the_checked_address_is_called_under_its_name():
    asked = []

    async def rebinding(host, port):
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

    with receiving(Receiver()) as receiver:
        due = Due("m", receiver.url(host="hooks.example.org"), "{}", 1)
        outcome = asyncio.run(send(due, read_secrets(ONE), now=NOW, private=True, resolve=rebinding))

    assert outcome.delivered
    assert asked == ["hooks.example.org"]
    assert {name.lower(): value for name, value in receiver.came[0][1].items()}["host"] == (
        f"hooks.example.org:{receiver.port}"
    )


@pytest.mark.network
def test_a_name_that_turns_private_after_a_first_public_answer_is_refused_at_sending():
    async def turned(host, port):
        return ["127.0.0.1"]

    with receiving(Receiver()) as receiver:
        due = Due("m", receiver.url(host="hooks.example.org"), "{}", 2)
        outcome = asyncio.run(send(due, read_secrets(ONE), now=NOW, resolve=turned))

    assert receiver.came == []
    assert outcome.final


@pytest.mark.network
def test_a_proxy_of_the_environment_is_not_used(monkeypatch):
    with receiving(Receiver()) as proxy, receiving(Receiver()) as receiver:
        monkeypatch.setenv("HTTP_PROXY", proxy.url(""))
        due = Due("m", receiver.url(), "{}", 1)
        asyncio.run(send(due, read_secrets(ONE), now=NOW, private=True))

    assert (len(proxy.came), len(receiver.came)) == (0, 1)


# ── secrets ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(None, id="none"),
        pytest.param("  ", id="blank"),
        pytest.param("canary words here", id="no-base64"),
        pytest.param("whsec_" + base64.b64encode(b"canary").decode(), id="too-short"),
        pytest.param("whsec_" + base64.b64encode(b"canary" * 20).decode(), id="too-long"),
        pytest.param(f"{ONE} canary!", id="second-is-none"),
    ],
)
def test_a_secret_that_cannot_be_used_is_told_without_its_words(given):
    with pytest.raises(SetupError, match="ACCORDING_WEBHOOK_SECRET") as raised:
        read_secrets(given)

    assert "canary" not in str(raised.value)
    assert "Y2FuYXJ5" not in str(raised.value)


def test_two_secrets_may_stand_in_a_file(tmp_path):
    path = tmp_path / "secret"
    path.write_text(f"{ONE} {OTHER}\n")
    environ = {"ACCORDING_WEBHOOK_SECRET_FILE": str(path), "OPENAI_API_KEY_FILE": ""}

    take_in(environ)

    assert len(read_secrets(environ["ACCORDING_WEBHOOK_SECRET"])) == 2
    path.write_text(f"{ONE} {OTHER} {ONE}")
    with pytest.raises(SetupError, match="ACCORDING_WEBHOOK_SECRET_FILE"):
        take_in({"ACCORDING_WEBHOOK_SECRET_FILE": str(path)})


def test_a_secret_is_in_no_settings_that_are_shown():
    settings = Settings.from_environment({"ACCORDING_WEBHOOK_SECRET": ONE, "ACCORDING_WEBHOOK_PRIVATE": "1"})

    assert settings.webhook_private
    assert ONE not in repr(settings)
    assert ONE not in settings.model_dump_json()
    assert len(read_secrets(settings.webhook_secret.get_secret_value())) == 1


def test_whatever_goes_wrong_once_the_next_messages_are_sent(engine, monkeypatch):
    stop, looks = threading.Event(), []

    def look(*_):
        looks.append(None)
        if len(looks) == 1:
            raise KeyError("body")
        stop.set()
        return 1

    monkeypatch.setattr(hooks, "deliver_due", look)
    monkeypatch.setattr(hooks, "AGAIN_SECONDS", 0.01)
    with structlog.testing.capture_logs() as logs:
        keep_delivering(engine, HERE, stop)

    assert len(looks) == 2
    assert [(log["event"], log["why"]) for log in logs] == [("webhooks_stand_still", "KeyError")]


@pytest.mark.network
def test_a_worker_goes_on_delivering_until_it_is_stopped_and_says_what_it_lacks(engine, monkeypatch):
    stop = threading.Event()
    with receiving(Receiver()) as receiver, structlog.testing.capture_logs() as logs:
        thread = threading.Thread(target=keep_delivering, args=(engine, HERE, stop), kwargs={"pause": 0.02})
        thread.start()
        a_job(engine, receiver.url())
        until = time.monotonic() + 5
        while not receiver.came and time.monotonic() < until:
            time.sleep(0.02)
        stop.set()
        thread.join(timeout=5)

        a_job(engine, receiver.url(), name="j2")
        again = threading.Event()
        monkeypatch.setattr(again, "wait", lambda seconds: again.set())
        keep_delivering(engine, Settings(), again)

    assert len(receiver.came) == 1
    assert not thread.is_alive()
    assert [log["event"] for log in logs] == ["webhooks_stand_still"]
