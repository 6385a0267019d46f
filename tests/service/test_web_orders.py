"""Orders of jobs over HTTP, in three ways; what cannot be taken is told, and nothing is kept of it."""

import asyncio
import base64
import json
import tracemalloc

import jsonschema
import pytest
from job_app import (
    ONE,
    a_key,
    a_storing_app,
    articles,
    ask,
    finish,
    jobs_of,
    lines_of,
    many,
    order,
    post_lines,
    problem,
    rows_in,
    store_of,
)
from pydantic import SecretStr

from service.settings import Settings
from service.web import documentation
from service.web.orders import JobRequest

HOOKED = Settings(webhook_secret=SecretStr(base64.b64encode(b"s" * 32).decode()))
SMALL = Settings(max_file_bytes=1_000, max_upload_bytes=2_000, max_characters=100)


@pytest.fixture
def app(tmp_path):
    return a_storing_app(tmp_path)


# ── ordering ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_job_of_articles_in_json_is_taken_in_and_can_be_followed(app):
    answer = ask(
        app,
        "POST",
        "/v1/jobs",
        json={
            "articles": articles(3, outlet="The Example Post", published="2026-03-05"),
            "name": "Night",
            "priority": 5,
            "max_cost": 2,
            "per_minute": 60,
            "settings": {"samples": 3, "review_below": 0.5},
        },
    )

    told = answer.json()
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/v1/jobs/{told['id']}"
    assert (told["name"], told["priority"], told["max_cost"], told["per_minute"]) == ("Night", 5, 2.0, 60)
    assert (told["total"], told["waiting"], told["options"]["samples"]) == (3, 3, 3)
    assert ask(app, "GET", answer.headers["location"]).json()["id"] == told["id"]
    assert rows_in(app)["articles"] == 3


@pytest.mark.parametrize(
    "media_type",
    ["application/x-ndjson", "application/jsonl", "application/x-jsonlines", "Application/X-NDJSON; charset=utf-8"],
)
def test_a_job_of_lines_is_ordered_by_its_address(app, media_type):
    answer = post_lines(
        app,
        *articles(3),
        query="?name=Night+run&priority=-5&max_cost=1.5&settings=%7B%22samples%22%3A2%7D",
        headers={"content-type": media_type},
    )

    told = answer.json()
    assert answer.status_code == 202
    assert (told["name"], told["priority"], told["max_cost"], told["total"]) == ("Night run", -5, 1.5, 3)
    assert told["options"]["samples"] == 2


def test_lines_end_at_line_feeds_and_nowhere_else(app):
    text = "Ines said\u2028 3\u0085 boats\x0b sank\r."
    lines = json.dumps({"id": "a", "text": text}, ensure_ascii=False).encode()

    answer = post_lines(app, lines + b"\r", b"", b"  ", *articles(1), b"")

    assert answer.status_code == 202
    assert answer.json()["total"] == 2
    finish(app, answer.json()["id"])
    [first, _] = lines_of(ask(app, "GET", f"/v1/jobs/{answer.json()['id']}/results"))
    assert first["extraction"]["article"]["text"] == text


def test_a_job_of_files_takes_each_as_an_article(app):
    files = [
        ("file", ("port.txt", b"Ines said 3 are.", "text/plain")),
        ("files", ("../../etc/port.txt", b"Omar said 4 are.")),
        ("file", ("b\u00f6rse.html", b"<p>Omar said 5 are.</p>")),
    ]

    answer = ask(app, "POST", "/v1/jobs", files=files, data={"name": "Files", "per_minute": "9", "priority": ""})

    told = answer.json()
    ids = [result.id for result in jobs_of(app).results(told["id"], states=("waiting",))]
    assert answer.status_code == 202
    assert (told["name"], told["per_minute"], told["priority"]) == ("Files", 9, 0)
    assert ids == ["port", "port-2", "b\u00f6rse"]


def test_files_of_the_same_name_get_ids_of_their_own_even_among_numbers(app):
    files = [("file", (name, b"x")) for name in ("a.txt", "a-2.txt", "a.md", "a.html", "?.txt", "!.txt")]

    answer = ask(app, "POST", "/v1/jobs", files=files)

    ids = [result.id for result in jobs_of(app).results(answer.json()["id"], states=("waiting",))]
    assert len(set(ids)) == len(ids) == 6


# ── what cannot be taken; nothing is kept of it ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        pytest.param({}, "/articles", id="no-articles"),
        pytest.param({"articles": []}, "/articles", id="none-at-all"),
        pytest.param({"articles": [{"text": ""}]}, "/articles/0/text", id="empty-text"),
        pytest.param({"articles": [*ONE, {"text": " \n"}]}, "/articles/1/text", id="blank-second"),
        pytest.param({"articles": [*ONE, {"text": "a", "published": 5}]}, "/articles/1/published", id="bad-date"),
        pytest.param({"articles": [{"text": "a", "model": "embedded"}]}, "/articles/0/model", id="model-of-one"),
        pytest.param({"articles": [{"url": "http://Zanzibar/"}]}, "/articles/0/text", id="address-for-text"),
        pytest.param({"articles": ONE, "priority": True}, "/priority", id="true-for-number"),
        pytest.param({"articles": ONE, "priority": "5"}, "/priority", id="words-for-number"),
        pytest.param({"articles": ONE, "priority": 101}, "/priority", id="too-urgent"),
        pytest.param({"articles": ONE, "max_cost": 0}, "/max_cost", id="no-money"),
        pytest.param({"articles": ONE, "per_minute": 0}, "/per_minute", id="none-a-minute"),
        pytest.param({"articles": ONE, "model": "Zanzi bar"}, "/model", id="model-with-a-space"),
        pytest.param({"articles": ONE, "model": "local/Zanzibar.gguf"}, "/model", id="file-for-model"),
        pytest.param({"articles": ONE, "model": "Zanzibar"}, "/model", id="no-such-model"),
        pytest.param(
            {"articles": ONE, "settings": {"verify": "local/Zanzibar.gguf"}}, "/settings/verify", id="file-for-second"
        ),
        pytest.param(
            {"articles": ONE, "settings": {"api_base": "http://Zanzibar"}}, "/settings/api_base", id="other-server"
        ),
        pytest.param({"articles": ONE, "settings": {"prompts": "/etc"}}, "/settings/prompts", id="folder"),
        pytest.param({"articles": ONE, "settings": {"max_characters": 9}}, "/settings/max_characters", id="limit"),
        pytest.param({"articles": ONE, "Zanzi": 1}, "/Zanzi", id="unknown"),
    ],
)
def test_an_order_that_cannot_be_taken_is_told_with_the_field(app, body, pointer):
    told = problem(ask(app, "POST", "/v1/jobs", json=body), 422, "invalid-request")

    assert told["errors"][0]["pointer"] == pointer
    assert rows_in(app)["jobs"] == rows_in(app)["job_articles"] == 0


@pytest.mark.parametrize(
    ("line", "status"),
    [
        pytest.param(b"Zanzibar", 422, id="no-json"),
        pytest.param(b'{"text": "Zanzibar', 422, id="cut-off"),
        pytest.param(b"[]", 422, id="list"),
        pytest.param(b"null", 422, id="null"),
        pytest.param(b'{"text": 5}', 422, id="number"),
        pytest.param(b'{"text": NaN}', 422, id="nan"),
        pytest.param(b'{"text": 1e999}', 422, id="huge-number"),
        pytest.param(b'{"text": "a", "published": true}', 422, id="true-for-date"),
        pytest.param(b'{"text": "a\\u0000b"}', 422, id="nul"),
        pytest.param(b'{"text": "\\ud800"}', 422, id="lone-surrogate"),
        pytest.param(b'{"text": "a", "url": "http://10.0.0.1/Zanzibar"}', 422, id="address"),
        pytest.param(b"[" * 100_000, 422, id="deep-lists"),
        pytest.param(b'{"text": "Zanzib\xe4r"}', 400, id="latin-1"),
        pytest.param('{"text": "Zanzibar"}'.encode("utf-16"), None, id="utf-16"),
        pytest.param(b'\xef\xbb\xbf{"text": "Zanzibar"}', 422, id="byte-order-mark"),
        pytest.param(b'{"text": "a"}{"text": "b"}', 422, id="two-on-a-line"),
        pytest.param(b'{"id": "a1", "text": "the id of line 2"}', 422, id="id-twice"),
    ],
)
def test_a_bad_line_is_told_with_its_number_and_nothing_is_kept(app, line, status):
    answer = post_lines(app, *articles(2), b"", line, *articles(1))

    told = problem(answer, status or answer.status_code)
    assert answer.status_code in (400, 422)
    if b"a1" not in line:
        assert "Line 4: " in told["detail"]
        assert told["errors"][0]["pointer"].startswith("/3")
    assert rows_in(app)["jobs"] == rows_in(app)["job_articles"] == 0


def test_a_bad_line_after_very_many_takes_all_of_them_back(app):
    answer = post_lines(app, *articles(1_000), b"Zanzibar")

    assert "Line 1,001: " in problem(answer, 422)["detail"]
    assert rows_in(app)["jobs"] == rows_in(app)["job_articles"] == 0


@pytest.mark.parametrize("body", [b"", b"\n\n \n"], ids=["empty", "blank-lines"])
def test_a_job_of_no_articles_is_refused(app, body):
    problem(post_lines(app, body), 422, "invalid-request")
    assert rows_in(app)["jobs"] == 0


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        pytest.param("?priority=Zanzibar", "/priority", id="words"),
        pytest.param("?priority=1.5", "/priority", id="half"),
        pytest.param("?max_cost=inf", "/max_cost", id="infinite"),
        pytest.param("?max_cost=nan", "/max_cost", id="nan"),
        pytest.param("?name=a%00b", "/name", id="nul"),
        pytest.param("?name=a&name=b", "/name", id="twice"),
        pytest.param("?settings=Zanzibar", "/settings", id="settings-no-json"),
        pytest.param("?settings=%7B%22samples%22%3A99%7D", "/settings/samples", id="too-many-samples"),
        pytest.param("?articles=1", "/articles", id="articles"),
    ],
)
def test_an_address_that_orders_what_cannot_be_is_told_with_the_name(app, query, pointer):
    told = problem(post_lines(app, *articles(1), query=query), 422)

    assert told["errors"][0]["pointer"] == pointer


def test_beside_json_the_address_orders_nothing(app):
    problem(ask(app, "POST", "/v1/jobs?name=x", json={"articles": ONE}), 422, "invalid-request")


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        pytest.param("text/plain", 415, id="text"),
        pytest.param("application/json-seq", 415, id="other-lines"),
        pytest.param("", 415, id="none"),
        pytest.param("application/x-ndjson; charset=utf-16", 400, id="other-charset"),
    ],
)
def test_the_kind_of_body_must_be_one_that_is_read(app, content_type, status):
    problem(post_lines(app, *articles(1), headers={"content-type": content_type}), status)


def test_a_compressed_upload_is_refused_unread(app):
    problem(post_lines(app, b"\x1f\x8b", headers={"content-encoding": "gzip"}), 415, "unsupported-media-type")


def test_a_foreign_page_can_order_and_change_nothing(app):
    foreign = {"sec-fetch-site": "cross-site"}
    job = order(app)

    for method, path in [("POST", ""), ("POST", f"/{job}/cancel"), ("POST", f"/{job}/retry"), ("DELETE", f"/{job}")]:
        problem(ask(app, method, f"/v1/jobs{path}", headers=foreign), 403, "foreign-page")
    assert rows_in(app)["jobs"] == 1


@pytest.mark.parametrize(
    ("header", "body"),
    [
        pytest.param("multipart/form-data", b"Zanzibar", id="no-boundary"),
        pytest.param("multipart/form-data; boundary=" + "x" * 5_000, b"--" + b"x" * 5_000, id="long-boundary"),
        pytest.param("multipart/form-data; boundary=x", b"", id="empty"),
        pytest.param("multipart/form-data; boundary=x", b"Zanzibar", id="no-parts"),
        pytest.param("multipart/form-data; boundary=x", b"--x--\r\n", id="no-file"),
        pytest.param("multipart/form-data; boundary=x", b"--x\r\n\r\nZanzibar\r\n--x--\r\n", id="part-without-name"),
        pytest.param(
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nZanzibar',
            id="file-cut-off",
        ),
        pytest.param(
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\n' + b"Z" * 20_000 + b"\r\n--x--\r\n",
            id="long-field",
        ),
        pytest.param(
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="Zanzibar"; filename="a"\r\n\r\na\r\n--x--\r\n',
            id="file-of-another-name",
        ),
        pytest.param(
            "multipart/form-data; boundary=x",
            b"".join(b'--x\r\nContent-Disposition: form-data; name="%d"\r\n\r\n1\r\n' % each for each in range(5_000))
            + b"--x--",
            id="many-fields",
        ),
        pytest.param(
            "multipart/form-data; boundary=x",
            b"--x\r\nContent-Disposition: form-data; name=" + b"n" * 50_000 + b"\r\n\r\na\r\n--x--\r\n",
            id="long-header",
        ),
    ],
)
def test_a_broken_form_is_the_senders_error(app, header, body):
    answer = ask(app, "POST", "/v1/jobs", content=body, headers={"content-type": header})

    problem(answer, 422, "invalid-request")
    assert rows_in(app)["jobs"] == 0


def test_of_a_field_given_twice_on_a_line_the_last_counts(app):
    job = post_lines(app, b'{"text": "Ines said 1 is.", "text": "Omar said 2 are."}').json()["id"]
    finish(app, job)

    [line] = lines_of(ask(app, "GET", f"/v1/jobs/{job}/results"))

    assert line["extraction"]["article"]["text"] == "Omar said 2 are."


def test_too_many_orders_of_one_key_are_told_to_wait_and_others_are_not(app):
    anna, bob = a_key(app, "anna", requests_per_minute=5), a_key(app, "bob")
    request = {"method": "POST", "url": "/v1/jobs", "json": {"articles": ONE}}

    answers = many(app, *[request | {"headers": anna}] * 30)

    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(refused) == 25
    assert all(answer.headers["retry-after"] for answer in refused)
    assert ask(app, "POST", "/v1/jobs", json={"articles": ONE}, headers=bob).status_code == 202


# ── size ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("lines", "option"),
    [
        pytest.param([b'{"text": "a"}'] * 200, "ACCORDING_MAX_UPLOAD_BYTES", id="upload"),
        pytest.param([b'{"text": "a"}', b'{"text": "' + b"a" * 1_100 + b'"}'], "ACCORDING_MAX_FILE_BYTES", id="line"),
        pytest.param([b'{"text": "a"}', b'{"text": "' + b"a" * 101 + b'"}'], "ACCORDING_MAX_CHARACTERS", id="article"),
    ],
)
def test_what_is_too_large_is_told_with_the_option_that_raises_it(tmp_path, lines, option):
    app = a_storing_app(tmp_path, settings=SMALL)

    assert option in problem(post_lines(app, *lines), 413, "too-large")["detail"]
    assert rows_in(app)["jobs"] == 0


def test_a_file_too_large_is_refused_with_all_others(tmp_path):
    app = a_storing_app(tmp_path, settings=SMALL)
    files = [("file", ("a.txt", b"a")), ("file", ("b.txt", b"b" * 1_001))]

    problem(ask(app, "POST", "/v1/jobs", files=files), 413, "too-large")
    assert rows_in(app)["jobs"] == 0


@pytest.mark.parametrize("announced", [b"900000", b"10", None], ids=["announced", "lies", "chunked"])
def test_no_more_of_an_upload_is_read_than_its_limit(tmp_path, announced):
    app = a_storing_app(tmp_path, settings=SMALL)
    taken = []

    async def body():
        for _ in range(20):
            taken.append(1)
            yield b" " * 500

    headers = {"content-type": "application/x-ndjson"} | ({"content-length": announced} if announced else {})
    answer = ask(app, "POST", "/v1/jobs", content=body(), headers=headers)

    problem(answer, 413, "too-large")
    assert len(taken) == (0 if announced == b"900000" else 5)


def test_more_uploads_at_once_than_there_is_room_for_are_told_to_come_back(tmp_path):
    app = a_storing_app(tmp_path, uploads=1)

    async def slowly():
        for part in (b'{"text": "Ines said ', b'3 are."}'):
            await asyncio.sleep(0.05)
            yield part

    request = {"method": "POST", "url": "/v1/jobs", "headers": {"content-type": "application/x-ndjson"}}
    answers = many(app, *(request | {"content": slowly()} for _ in range(3)))

    assert sorted(answer.status_code for answer in answers) == [202, 503, 503]
    assert all(answer.headers["retry-after"] for answer in answers if answer.status_code == 503)


def test_an_upload_that_stands_still_is_ended(app, monkeypatch):
    monkeypatch.setattr("service.web.uploads.PATIENCE", 0.05)

    async def still():
        yield b'{"text": "Ines '
        await asyncio.sleep(5)

    headers = {"content-type": "application/x-ndjson"}
    problem(ask(app, "POST", "/v1/jobs", content=still(), headers=headers), 408, "too-slow")


def test_an_upload_that_drips_is_ended(app, monkeypatch):
    monkeypatch.setattr("service.web.uploads.PATIENCE", 0.2)

    async def dripping():
        for _ in range(100):
            yield b" "
            await asyncio.sleep(0.02)

    headers = {"content-type": "application/x-ndjson"}
    problem(ask(app, "POST", "/v1/jobs", content=dripping(), headers=headers), 408, "too-slow")


def test_a_large_upload_is_never_held_in_memory(app, monkeypatch):
    monkeypatch.setattr("service.web.uploads.AT_ONCE", 50_000)
    monkeypatch.setattr("service.jobs.jobs.PAGE", 20)
    text = "Ines said 3 boats sank. " * 200

    def most_of(count):
        async def body():
            for number in range(count):
                yield json.dumps({"id": f"a{number}", "text": f"{number} {count} {text}"}).encode() + b"\n"

        tracemalloc.start()
        answer = ask(app, "POST", "/v1/jobs", content=body(), headers={"content-type": "application/x-ndjson"})
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert answer.json()["total"] == count
        return peak

    most_of(10)  # what is made once is made
    little, peak = most_of(60), most_of(600)

    assert 600 * len(text) > 2_800_000
    assert peak < 1.5 * little


# ── webhooks ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "webhook",
    [
        "http://127.0.0.1/Zanzibar",
        "http://0x7f.1/",
        "http://2130706433/",
        "http://[::ffff:127.0.0.1]/",
        "http://169.254.169.254/latest",
        "file:///etc/passwd",
        "gopher://example.org/",
        "https://user:Zanzibar@example.org/",
        "Zanzibar",
    ],
)
def test_a_webhook_that_must_not_be_called_is_refused_at_once(tmp_path, webhook):
    app = a_storing_app(tmp_path, settings=HOOKED)

    told = problem(ask(app, "POST", "/v1/jobs", json={"articles": ONE, "webhook": webhook}), 422)

    assert told["errors"][0]["pointer"] == "/webhook"
    assert rows_in(app)["jobs"] == 0


def test_a_webhook_that_could_not_be_signed_is_refused(app):
    told = problem(ask(app, "POST", "/v1/jobs", json={"articles": ONE, "webhook": "https://example.org/"}), 503)

    assert "ACCORDING_WEBHOOK_SECRET" in told["detail"]


def test_a_webhook_to_a_public_address_is_taken(tmp_path):
    app = a_storing_app(tmp_path, settings=HOOKED)

    answer = post_lines(app, *articles(1), query="?webhook=https%3A%2F%2Fexample.org%2Fhook%3Fa%3Db")

    assert answer.json()["webhook"] == "https://example.org/hook?a=b"


# ── the description ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_described_order_is_valid_and_works_as_it_stands(app):
    body = documentation.job_body()["content"]
    example = body["application/json"]["example"]
    JobRequest.model_validate_json(json.dumps(example))
    components = app.openapi()["components"]
    jsonschema.validate(example, {"$ref": "#/components/schemas/JobRequest", "components": components})

    assert ask(app, "POST", "/v1/jobs", json=example).status_code == 202
    line = body["application/x-ndjson"]["example"].encode()
    assert post_lines(app, line).status_code == 202


def test_while_the_service_stops_no_job_is_taken_in(app):
    app.state.context.stop.set()

    problem(ask(app, "POST", "/v1/jobs", json={"articles": ONE}), 503, "stopping")


def test_an_upload_that_breaks_off_leaves_nothing_behind(app):
    store_of(app)
    parts = [{"type": "http.request", "body": b'{"text": "Ines said 3 are."}\n', "more_body": True}]

    async def receive():
        return parts.pop() if parts else {"type": "http.disconnect"}

    async def send(message):
        raise AssertionError("nobody is there to be told")

    scope = {"type": "http", "asgi": {"version": "3.0", "spec_version": "2.4"}, "http_version": "1.1", "method": "POST"}
    scope |= {"path": "/v1/jobs", "raw_path": b"/v1/jobs", "query_string": b"", "root_path": "", "scheme": "http"}
    scope |= {"client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80)}
    scope |= {"headers": [(b"host", b"localhost"), (b"content-type", b"application/x-ndjson")]}
    asyncio.run(app(scope, receive, send))

    assert rows_in(app)["jobs"] == 0
