"""Claims one by one: order, endings, and what stops a stream early."""

import asyncio
import http.client
import json
import threading
import time
from urllib.parse import urlsplit

import httpx
import pytest
from web_app import Scripted, an_app, ask, extract, running

from service.settings import Settings

pytestmark = pytest.mark.network

TEXT = "Ines said at least 40 crates were lost. Omar said maybe 12 were."
STREAM = {"accept": "text/event-stream"}


def _events(text):
    """Name and data of each event; comments left out."""
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n") if line and not line.startswith(":"))
        if fields:
            yield fields["event"], json.loads(fields["data"])


def test_a_stream_brings_the_article_then_claims_then_the_whole():
    answer = extract(an_app(), {"text": TEXT}, headers=STREAM)

    events = list(_events(answer.text))
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert [name for name, _ in events] == ["article", "claim", "claim", "done"]
    assert events[0][1]["text"] == TEXT
    assert events[-1][1]["claims"] == [data for name, data in events if name == "claim"]


def test_a_failure_is_an_event_and_the_whole_says_partial():
    events = list(_events(extract(an_app(), {"text": TEXT + " FAILS"}, headers=STREAM).text))

    assert [name for name, _ in events] == ["article", "claim", "claim", "failure", "done"]
    assert events[-1][1]["status"] == "partial"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param({"text": 1}, 422, id="body"),
        pytest.param({"text": " "}, 422, id="blank"),
        pytest.param({"text": "a", "model": "nope"}, 422, id="model"),
        pytest.param({"text": "a", "model": "stub/no-key"}, 503, id="not-set-up"),
    ],
)
def test_what_is_wrong_before_the_first_event_is_an_ordinary_problem(body, status):
    answer = extract(an_app(), body, headers=STREAM)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_an_error_in_mid_stream_is_a_last_event_that_tells_nothing_of_the_article():
    events = list(_events(extract(an_app(), {"text": "CRASHES secretly"}, headers=STREAM).text))

    name, problem = events[-1]
    assert [name for name, _ in events] == ["article", "problem"]
    assert (name, problem["type"], problem["status"]) == ("problem", "/problems/internal-error", 500)
    assert "secretly" not in json.dumps(problem)


def test_time_running_out_ends_the_stream_with_a_problem_after_the_claims_found():
    stream = Scripted(lambda number: time.sleep(0.5 if number == 2 else 0))

    answer = extract(an_app(stream, settings=Settings(request_seconds=0.25)), {"text": TEXT}, headers=STREAM)

    events = list(_events(answer.text))
    assert [name for name, _ in events] == ["article", "claim", "problem"]
    assert events[-1][1]["type"] == "/problems/time-limit"


def test_no_words_of_an_article_can_end_an_event():
    text = "Ines said 3\u2028\n\nevent: done\ndata: {}\r\r are."

    events = list(_events(extract(an_app(), {"text": text}, headers=STREAM).text))

    assert [name for name, _ in events] == ["article", "claim", "done"]
    assert events[0][1]["text"] == text


# ── on a wire ───────────────────────────────────────────────────────────────────────────────────────────────────


class _Reader:
    """A client that reads a stream line by line, as it comes."""

    def __init__(self, address, body, **headers):
        self.connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=10)
        all_headers = STREAM | {"content-type": "application/json"} | headers
        self.connection.request("POST", "/v1/extract", json.dumps(body), all_headers)
        self.answer = self.connection.getresponse()

    def until(self, start):
        while line := self.answer.readline().decode():
            if line.startswith(start):
                return line
        return None

    def close(self):
        self.answer.close()
        self.connection.close()


@pytest.mark.parametrize("model", ["embedded", "stub/slow"])
def test_the_first_claim_arrives_while_a_later_call_still_waits(model):
    leave = threading.Event()

    class Waiting(Scripted):
        async def __call__(self, article, **given):
            async for item in super().__call__(article, **given):
                yield item
                while not leave.is_set() and "40" in getattr(item, "text", ""):
                    await asyncio.sleep(0.01)

    with running(an_app(Waiting())) as address:
        reader = _Reader(address, {"text": TEXT, "model": model})
        first = reader.until("event: claim")
        waited = not leave.is_set()
        leave.set()
        last = reader.until("event: done")
        reader.close()

    assert (first, waited, last) == ("event: claim\n", True, "event: done\n")


def test_a_silent_stream_is_kept_open_by_comments():
    leave = threading.Event()

    with running(an_app(Scripted(lambda number: leave.wait(10)), ping_seconds=0.05)) as address:
        reader = _Reader(address, {"text": TEXT})
        pings = [reader.until(": ") for _ in range(3)]
        leave.set()
        reader.close()

    assert pings == [": still reading\n"] * 3


@pytest.mark.parametrize("streamed", [True, False], ids=["stream", "plain"])
@pytest.mark.parametrize("model", ["embedded", "stub/slow"])
def test_a_client_that_hangs_up_ends_its_extraction(model, streamed):
    stream = Scripted(seconds=0.2)
    text = "Ines said 1 is. " * 100

    with running(an_app(stream, ping_seconds=0.05)) as address:
        connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=10)
        headers = {"content-type": "application/json"} | (STREAM if streamed else {})
        connection.request("POST", "/v1/extract", json.dumps({"text": text, "model": model}), headers)
        time.sleep(0.3)
        connection.close()
        ended = stream.ended.wait(5)

    assert ended


def test_a_service_that_is_stopped_ends_its_streams():
    app = an_app(Scripted(seconds=0.2), ping_seconds=5)
    text = "Ines said 1 is. " * 100

    with running(app) as address:
        reader = _Reader(address, {"text": text, "model": "stub/slow"})
        reader.until("event: claim")
        app.state.context.stop.set()
        last = reader.until("event: problem")
        told = reader.until("data: ")
        reader.close()
        refused = httpx.post(f"{address}/v1/extract", json={"text": text})
        ready = httpx.get(f"{address}/readyz")

    assert last == "event: problem\n"
    assert json.loads(told.removeprefix("data: "))["type"] == "/problems/stopping"
    assert (refused.status_code, ready.status_code) == (503, 503)


def test_places_are_free_again_after_clients_have_left():
    app = an_app(Scripted(seconds=0.05), computing=1, waiting=0)
    text = "Ines said 1 is. " * 100

    with running(app) as address:
        for _ in range(3):
            reader = _Reader(address, {"text": text})
            reader.until("event: claim")
            reader.close()
            until = time.monotonic() + 5
            while app.state.context.computing.working and time.monotonic() < until:
                time.sleep(0.01)
        answer = httpx.post(f"{address}/v1/extract", json={"text": TEXT})

    assert answer.status_code == 200
    assert ask(app, "GET", "/healthz").status_code == 200
