"""POST /v1/extract and its neighbours, as a program sees them."""

import asyncio
import hashlib
import json
import logging
import threading
import time

import httpx
import jsonschema
import pytest
import structlog
from web_app import Scripted, an_app, ask, extract, running

from service.records import Extraction
from service.settings import Settings
from service.web import documentation
from service.web.app import from_environment
from service.web.bodies import TextRequest

TEXT = "Ines said at least 40 crates were lost. Omar said maybe 12 were."


def test_text_comes_back_with_claims_whose_spans_cut_out_their_words():
    answer = extract(an_app(), {"text": TEXT, "id": "port", "title": "Crates", "published": "2026-03-05"})

    extraction = Extraction.model_validate_json(answer.content)
    assert answer.status_code == 200
    assert [claim.text for claim in extraction.claims] == ["at least 40 crates were lost", "maybe 12 were"]
    for claim in extraction.claims:
        assert claim.content[0].of(extraction.article.text) == claim.text
    assert extraction.article.title == "Crates"
    assert extraction.needs_review == ("port#2",)
    assert extraction.file_sha256 is None


def test_an_uploaded_file_comes_back_with_its_text_and_its_hash():
    data = TEXT.encode()

    answer = extract(an_app(), files={"file": ("port.txt", data, "text/plain")}, data={"published": "2026-03-05"})

    extraction = Extraction.model_validate_json(answer.content)
    assert extraction.article.text == TEXT
    assert extraction.article.id == "port"
    assert str(extraction.article.published) == "2026-03-05"
    assert extraction.file_sha256 == hashlib.sha256(data).hexdigest()


def test_offsets_count_code_points_whatever_the_script():
    text = "\U0001f600 İnes said 3 \U0001f4e6 were lost."

    extraction = Extraction.model_validate_json(extract(an_app(), {"text": text}).content)

    assert extraction.claims[0].content[0].of(text) == "3 \U0001f4e6 were lost"


def test_of_a_field_given_twice_the_last_counts():
    answer = extract(an_app(), content=b'{"text": "Ines said 1 is.", "text": "Omar said 2 are."}')

    assert answer.json()["article"]["text"] == "Omar said 2 are."


def test_a_part_that_failed_makes_the_answer_partial_and_is_named():
    answer = extract(an_app(), {"text": TEXT + " FAILS"})

    assert answer.status_code == 200
    assert answer.json()["status"] == "partial"
    assert answer.json()["failures"][0]["message"] == "no answer in 4 tries"


def test_an_article_of_which_every_part_failed_is_an_error_that_holds_what_is_known():
    answer = extract(an_app(), {"text": "FAILS"})

    assert answer.status_code == 502
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["extraction"]["failures"][0]["reason"] == "no_answer"


def test_a_model_that_is_not_set_up_is_a_503_that_says_what_is_missing():
    answer = extract(an_app(), {"text": TEXT, "model": "stub/no-key"})

    assert answer.status_code == 503
    assert answer.json()["type"] == "/problems/not-set-up"
    assert "STUB_KEY" in answer.json()["detail"]


def test_an_error_nobody_foresaw_is_a_500_that_tells_neither_client_nor_log_what_the_article_said():
    with structlog.testing.capture_logs() as logs:
        answer = extract(an_app(), {"text": "CRASHES on a secret word"}, headers={"x-request-id": "r-1"})

    assert answer.status_code == 500
    assert answer.json()["request_id"] == "r-1"
    assert "secret" not in answer.text
    assert "secret" not in str(logs)
    assert any(log["event"] == "unexpected_error" and log["error"] == "ValueError" for log in logs)


def test_a_request_too_slow_for_the_limit_is_told_so_and_stopped():
    stream = Scripted(seconds=5)
    app = an_app(stream, settings=Settings(request_seconds=0.2))

    answer = extract(app, {"text": TEXT, "model": "stub/slow"})

    assert answer.status_code == 504
    assert "ACCORDING_REQUEST_SECONDS" in answer.json()["detail"]
    assert stream.ended.is_set()


# ── many at once ────────────────────────────────────────────────────────────────────────────────────────────────


async def _many(app, requests):
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        return await asyncio.gather(*(client.post("/v1/extract", json=request) for request in requests))


def test_more_articles_than_places_and_line_are_told_to_come_back():
    app = an_app(Scripted(seconds=0.05), computing=1, waiting=1)

    answers = asyncio.run(_many(app, [{"text": TEXT}] * 6))

    refused = [answer for answer in answers if answer.status_code == 503]
    assert sorted(answer.status_code for answer in answers) == [200] * 2 + [503] * 4
    assert {answer.headers["retry-after"] for answer in refused} == {"5"}
    assert {answer.json()["type"] for answer in refused} == {"/problems/busy"}


def test_no_more_bodies_come_in_at_once_than_memory_is_meant_for():
    async def slowly():
        for part in (b'{"text": "Ines said ', b'3 are."}'):
            await asyncio.sleep(0.05)
            yield part

    async def both(app):
        transport = httpx.ASGITransport(app=app)
        headers = {"content-type": "application/json"}
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            calls = [client.post("/v1/extract", content=slowly(), headers=headers) for _ in range(2)]
            return [*await asyncio.gather(*calls), await client.post("/v1/extract", json={"text": TEXT})]

    *at_once, later = asyncio.run(both(an_app(bodies=1)))

    assert sorted(answer.status_code for answer in at_once) == [200, 503]
    assert later.status_code == 200


def test_no_more_articles_are_computed_at_once_than_there_are_places():
    at_once, most = [0], [0]
    lock = threading.Lock()

    def before(number):
        with lock:
            at_once[0] += 1
            most[0] = max(most[0], at_once[0])
        time.sleep(0.02)
        with lock:
            at_once[0] -= 1

    answers = asyncio.run(_many(an_app(Scripted(before), computing=2, waiting=10), [{"text": TEXT}] * 8))

    assert {answer.status_code for answer in answers} == {200}
    assert most[0] == 2


def test_the_service_answers_others_while_one_article_is_computed():
    entered, leave = threading.Event(), threading.Event()

    def before(number):
        entered.set()
        leave.wait(10)

    async def both(app):
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            reading = asyncio.create_task(client.post("/v1/extract", json={"text": TEXT}))
            await asyncio.to_thread(entered.wait, 10)
            alive = await client.get("/healthz")
            leave.set()
            return alive, await reading

    alive, read = asyncio.run(both(an_app(Scripted(before))))

    assert (alive.status_code, read.status_code) == (200, 200)


# ── the neighbours ──────────────────────────────────────────────────────────────────────────────────────────────


def test_models_are_listed_with_what_they_need():
    listed = ask(an_app(), "GET", "/v1/models").json()

    assert listed["default"] == "embedded"
    assert "OPENAI_API_KEY" in next(model["needs"] for model in listed["models"] if model["name"] == "openai/…")


def test_ready_means_that_nothing_needed_is_missing():
    ready = ask(an_app(), "GET", "/readyz")
    unready = ask(an_app(missing=lambda: ("prompts: not found",)), "GET", "/readyz")

    assert (ready.status_code, unready.status_code) == (200, 503)
    assert unready.json()["detail"] == "prompts: not found"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        pytest.param("abc-1.2_3", True, id="sane"),
        pytest.param("x" * 65, False, id="too-long"),
        pytest.param("a b", False, id="blank"),
        pytest.param("<script>", False, id="markup"),
    ],
)
def test_a_sane_request_id_is_kept_and_another_is_replaced(given, kept):
    answer = ask(an_app(), "GET", "/healthz", headers={"x-request-id": given})

    assert (answer.headers["x-request-id"] == given) is kept
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize(
    ("path", "page"),
    [
        pytest.param("/", True, id="home"),
        pytest.param("/problems/busy", True, id="problem's-page"),
        pytest.param("/healthz", False, id="json"),
        pytest.param("/static/page.css", False, id="file"),
        pytest.param("/static/icon.svg", False, id="drawing"),
        pytest.param("/nothing", False, id="not-found"),
        pytest.param("/v1/extract", False, id="wrong-method"),
    ],
)
def test_every_answer_carries_the_headers_that_keep_pages_harmless(path, page):
    headers = ask(an_app(), "GET", path).headers

    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'" if page else "default-src 'none'; base-uri 'none'")
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["permissions-policy"] == "camera=(), geolocation=(), microphone=()"
    assert "access-control-allow-origin" not in headers


def test_the_log_has_one_line_a_request_and_no_article_text():
    with structlog.testing.capture_logs() as logs:
        extract(an_app(), {"text": TEXT, "title": "Hidden headline"})

    assert [log["event"] for log in logs] == ["request"]
    assert logs[0]["route"] == "/v1/extract"
    assert (logs[0]["claims"], logs[0]["characters"], logs[0]["status"]) == (2, len(TEXT), 200)
    assert "crates" not in str(logs)
    assert "headline" not in str(logs)


def test_a_service_from_the_environment_logs_json_lines(monkeypatch, capsys):
    monkeypatch.setenv("ACCORDING_MODEL", "stub/slow")
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    try:
        app = from_environment()
        listed = ask(app, "GET", "/v1/models", headers={"x-request-id": "r-7"}).json()
    finally:
        root.handlers, root.level = handlers, level
        structlog.reset_defaults()

    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert listed["default"] == "stub/slow"
    assert any(line.get("request_id") == "r-7" and line["event"] == "request" for line in lines)


# ── the description ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def description():
    return an_app().openapi()


def test_the_examples_of_the_description_are_valid(description):
    extraction = documentation.EXTRACTION_EXAMPLE
    TextRequest.model_validate_json(json.dumps(documentation.REQUEST_EXAMPLE))
    for claim in extraction.claims:
        assert claim.content[0].of(extraction.article.text) == claim.text
        for figure in claim.figures:
            assert claim.content[0].holds(figure.span)
    for path in description["paths"].values():
        for operation in path.values():
            for content in _contents(operation):
                for example in _examples(content):
                    schema = content["schema"] | {"components": description["components"]}
                    jsonschema.validate(example, schema)


def _contents(operation):
    for place in (operation.get("requestBody", {}), *operation["responses"].values()):
        yield from (content for content in place.get("content", {}).values() if "schema" in content)


def _examples(content):
    if "example" in content:
        yield content["example"]
    yield from (example["value"] for example in content.get("examples", {}).values())


def test_the_described_request_works_as_it_stands():
    answer = extract(an_app(), documentation.REQUEST_EXAMPLE)

    assert answer.status_code == 200


def test_every_problem_that_extract_can_tell_is_described(description):
    described = description["paths"]["/v1/extract"]["post"]["responses"]

    assert {"400", "403", "408", "413", "415", "422", "500", "502", "503", "504"} <= described.keys()
    for status, response in described.items():
        if status != "200":
            assert list(response["content"]) == ["application/problem+json"]


@pytest.mark.network
def test_the_application_works_behind_a_real_server():
    with running(an_app()) as address:
        answer = httpx.post(f"{address}/v1/extract", json={"text": TEXT})

    assert len(answer.json()["claims"]) == 2
