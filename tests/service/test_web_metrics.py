"""What can be counted of the service's work?"""

import asyncio
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import insert
from web_app import an_app, ask, extract

from service.commands.shared import COUNTS_FOLDER, counted_together
from service.counting import WorkCounts, exposition, known_models
from service.records import Usage
from service.settings import Settings
from service.store.database import StoreDown
from service.store.store import Store
from service.store.tables import job_articles, jobs
from service.web.keeping import Keeping
from service.web.metrics import LOOK_AGAIN, Stored

TEXT = "Ines said 40 crates were lost. Omar said maybe 3 were."


def samples(exposition):
    """Values by name and labels."""
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(exposition)
        for sample in family.samples
    }


def counts(app):
    return samples(ask(app, "GET", "/metrics").text)


def test_requests_are_counted_by_route_and_status_and_timed():
    app = an_app()
    ask(app, "GET", "/healthz")
    extract(app, {"text": 1})

    seen = counts(app)

    lived = ("according_http_requests_total", ("method", "GET"), ("route", "/healthz"), ("status", "200"))
    refused = ("according_http_requests_total", ("method", "POST"), ("route", "/v1/extract"), ("status", "422"))
    timed = ("according_http_request_seconds_count", ("method", "GET"), ("route", "/healthz"))
    assert (seen[lived], seen[refused], seen[timed]) == (1, 1, 1)
    assert seen[("according_http_in_flight",)] == 1, "the one that asks"


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/wp-admin/7f3a", id="nothing-there"),
        pytest.param("/problems/7f3a", id="part-of-a-path"),
        pytest.param("/static/7f3a.css", id="file"),
        pytest.param("/healthz?7f3a", id="question"),
    ],
)
def test_no_label_holds_what_a_caller_made_up(path):
    app = an_app()
    ask(app, "GET", path)
    ask(app, "X7F3A", "/healthz")

    told = ask(app, "GET", "/metrics").text

    assert "7f3a" not in told.lower()
    assert 'method="other"' in told


def test_a_streams_duration_is_not_counted_among_the_others():
    app = an_app()
    extract(app, {"text": TEXT}, headers={"accept": "text/event-stream"})

    seen = counts(app)

    streamed = ("according_http_requests_total", ("method", "POST"), ("route", "/v1/extract"), ("status", "200"))
    assert seen[streamed] == 1
    assert ("according_http_request_seconds_count", ("method", "POST"), ("route", "/v1/extract")) not in seen


def test_articles_claims_and_those_for_review_are_counted_and_no_word_of_them_is_told():
    app = an_app()
    extract(app, {"text": TEXT, "title": "Hidden headline"})

    told = ask(app, "GET", "/metrics").text
    seen = samples(told)

    assert seen[("according_extractions_total", ("model", "embedded"), ("status", "complete"))] == 1
    assert seen[("according_claims_total", ("model", "embedded"))] == 2
    assert seen[("according_claims_for_review_total", ("model", "embedded"))] == 1
    assert [word for word in ("Ines", "crates", "headline") if word in told] == []


@pytest.mark.parametrize(
    ("settings", "asked", "label"),
    [
        pytest.param({"model": "openai/a"}, "openai/a", "openai/a", id="the-services-own"),
        pytest.param({"model": "openai/a|anthropic/b"}, "anthropic/b", "anthropic/b", id="one-of-several"),
        pytest.param({"model": "embedded+openai/a"}, "openai/a", "openai/a", id="second-half"),
        pytest.param({"verify": "openai/judge"}, "openai/judge", "openai/judge", id="judge"),
        pytest.param({"model": "openai/a"}, "openai/made-up-77", "other", id="made-up"),
    ],
)
def test_only_models_of_the_settings_are_named(settings, asked, label):
    given = Settings(**settings)
    registry = CollectorRegistry()
    counts = WorkCounts(given, registry)

    usage = Usage(calls=2, retries=1, prompt_tokens=7, completion_tokens=3, cost_usd=0.5)
    counts.model_call(asked, outcome="rate_limited", seconds=1.0, usage=usage)
    counts.model_call(asked, outcome="KeyError: 'secret'", seconds=1.0, usage=Usage())
    seen = samples(exposition(registry).decode())

    model = ("model", label)
    assert seen[("according_model_calls_total", model, ("outcome", "rate_limited"))] == 1
    assert seen[("according_model_calls_total", model, ("outcome", "other"))] == 1
    assert seen[("according_model_tokens_total", ("kind", "input"), model)] == 7
    assert seen[("according_model_cost_usd_total", model)] == 0.5
    assert "embedded" in known_models(given)


# ── what waits in the store ─────────────────────────────────────────────────────────────────────────────────────


def a_job(connection, name, state, created, waiting):
    job = {"id": name, "state": state, "model": "embedded", "options": {}, "total": waiting + 1, "created": created}
    connection.execute(insert(jobs).values(job))
    rows = [{"position": at, "state": "waiting"} for at in range(waiting)] + [{"position": waiting, "state": "done"}]
    same = {"job": name, "chunk": 0}
    connection.execute(insert(job_articles), [same | row | {"id": str(row["position"])} for row in rows])


def test_the_depth_and_age_of_the_queue_are_told(any_store):
    now = datetime.now(UTC)
    with any_store.writing() as connection:
        a_job(connection, "old", "running", now - timedelta(hours=1), 3)
        a_job(connection, "new", "queued", now, 4)
        a_job(connection, "over", "cancelled", now - timedelta(days=9), 5)

    told = {family.name: family for family in Stored(Keeping("given", open_store=lambda _: any_store)).collect()}

    assert {sample.labels["state"]: sample.value for sample in told["according_jobs"].samples} == {
        "queued": 1,
        "running": 1,
    }
    assert told["according_job_articles_waiting"].samples[0].value == 7
    assert told["according_job_oldest_seconds"].samples[0].value == pytest.approx(3600, abs=60)
    assert told["according_store_up"].samples[0].value == 1


def test_a_store_that_is_down_is_told_and_asked_no_more_than_every_few_seconds():
    now, asked = [0.0], []

    def open_store(address):
        asked.append(address)
        raise StoreDown("The store does not answer.")

    stored = Stored(Keeping("given", open_store=open_store, clock=lambda: now[0]), clock=lambda: now[0])
    told = []
    for now[0] in (0.0, LOOK_AGAIN - 0.1, LOOK_AGAIN):
        told.append([(family.name, family.samples[0].value) for family in stored.collect()])

    assert told == [[("according_store_up", 0)]] * 3
    assert len(asked) == 2


def test_without_a_store_nothing_is_said_of_it():
    assert list(Stored(Keeping(None)).collect()) == []


COUNTING_WORK = """
import os, shutil
from service.counting import WorkCounts
from service.records import Usage
from service.settings import Settings
counts = WorkCounts(Settings())
shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"])
counts.model_call("embedded", outcome="complete", seconds=1.0, usage=Usage())
print("went on")
"""


def test_a_folder_of_counts_that_is_deleted_costs_no_work(tmp_path):
    environ = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    command = [sys.executable, "-c", COUNTING_WORK]
    ran = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120)

    assert ran.stdout == "went on\n"
    assert "not counted" in ran.stderr


def test_counting_together_ends_with_its_block(monkeypatch):
    monkeypatch.delenv(COUNTS_FOLDER, raising=False)
    with counted_together():
        folder = os.environ[COUNTS_FOLDER]
        with counted_together():
            assert os.environ[COUNTS_FOLDER] == folder

    assert COUNTS_FOLDER not in os.environ
    assert not Path(folder).exists()


# ── several processes ───────────────────────────────────────────────────────────────────────────────────────────

COUNTING = """
import sys
from service.settings import Settings
from service.web.keeping import Keeping
from service.web.metrics import Metrics
metrics = Metrics(Settings(), Keeping(None), {})
metrics.in_flight.inc()
metrics.request("GET", "/healthz", 200, 0.1, streamed=False)
if "tell" in sys.argv:
    print(metrics.exposition().decode())
"""


def test_processes_count_together_and_the_dead_have_nothing_under_way(tmp_path):
    environ = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}

    def count(*arguments):
        command = [sys.executable, "-c", COUNTING, *arguments]
        return subprocess.run(command, env=environ, capture_output=True, text=True, check=True, timeout=120).stdout

    count()
    seen = samples(count("tell"))

    requests = ("according_http_requests_total", ("method", "GET"), ("route", "/healthz"), ("status", "200"))
    assert seen[requests] == 2
    assert seen[("according_http_in_flight",)] == 1


def test_asking_for_the_counts_keeps_no_other_request_waiting(tmp_path):
    settings = Settings(store=str(tmp_path / "store.sqlite"))
    Store.open(settings.store).close()
    app = an_app(settings=settings)
    told = ask(app, "GET", "/metrics")

    assert told.headers["content-type"].startswith("text/plain")
    assert samples(told.text)[("according_store_up",)] == 1
    assert asyncio.run(app.state.context.callers.keys_are_needed()) is False
