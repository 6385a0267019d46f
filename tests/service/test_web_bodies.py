"""Hostile and broken requests: each gets a problem document that says what is wrong, and none a 500."""

import gzip
import json

import pytest
from web_app import an_app, ask, extract, raw

from service.settings import Settings
from service.web.problems import SHOWN

SECRET = "Zanzibar"


def _problem(answer, status, kind=None):
    assert answer.status_code == status, answer.text[:300]
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == status
    assert {"type", "title", "detail", "request_id", "errors"} <= told.keys()
    if kind is not None:
        assert told["type"] == f"/problems/{kind}"
    assert SECRET not in answer.text
    return told


# ── JSON ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        pytest.param(b"", 422, "", id="empty"),
        pytest.param(b"Zanzibar", 422, "", id="no-json"),
        pytest.param(b'{"text": "Zanzibar', 422, "", id="cut-off"),
        pytest.param(b'["Zanzibar"]', 422, "", id="list"),
        pytest.param(b'{"text": null}', 422, "/text", id="null"),
        pytest.param(b"{}", 422, "/text", id="no-text"),
        pytest.param(b'{"text": ""}', 422, "/text", id="empty-text"),
        pytest.param(b'{"text": " \\n "}', 422, "/text", id="blank-text"),
        pytest.param(b'{"text": 5}', 422, "/text", id="number-for-text"),
        pytest.param(b'{"text": NaN}', 422, "/text", id="nan"),
        pytest.param(b'{"text": Infinity}', 422, "/text", id="infinity"),
        pytest.param(b'{"text": 1e999}', 422, "/text", id="huge-number"),
        pytest.param(b'{"text": "a", "published": true}', 422, "/published", id="true-for-date"),
        pytest.param(b'{"text": "a", "published": 5}', 422, "/published", id="number-for-date"),
        pytest.param(b'{"text": "a", "published": "Zanzibar"}', 422, "/published", id="words-for-date"),
        pytest.param(b'{"text": "a", "published": "2026-02-30"}', 422, "/published", id="no-such-day"),
        pytest.param(b'{"text": "a", "title": true}', 422, "/title", id="true-for-words"),
        pytest.param(b'{"text": "a", "id": ""}', 422, "/id", id="empty-id"),
        pytest.param(b'{"text": "a", "model": "Zanzibar"}', 422, "/model", id="no-such-model"),
        pytest.param(b'{"text": "a", "model": "Zanzibar \\u202e"}', 422, "/model", id="no-model-name"),
        pytest.param(b'{"text": "a", "extra": "Zanzibar"}', 422, "/extra", id="unknown-field"),
        pytest.param(b'{"text": "Zanzibar \\ud800"}', 422, "", id="lone-surrogate"),
        pytest.param(b'{"text": "Zanzibar \\u0000"}', 422, "/text", id="nul"),
        pytest.param(b'{"text": "a", "title": "Zanzibar\\u0000"}', 422, "/title", id="nul-in-title"),
        pytest.param(b'{"text": "Zanzibar \xff"}', 400, None, id="invalid-utf-8"),
        pytest.param('{"text": "Zanzibar"}'.encode("utf-16"), 400, None, id="utf-16"),
        pytest.param(b"[" * 100_000, 422, "", id="deep-lists"),
        pytest.param(b'{"text": ' + b'{"a":' * 100_000, 422, "", id="deep-objects"),
        pytest.param(b'{"text": "a", "title": "' + b"Z" * 1_001 + b'"}', 422, "/title", id="long-title"),
        pytest.param(b'{"text": "a", "model": "' + b"Z" * 201 + b'"}', 422, "/model", id="long-model"),
    ],
)
def test_a_body_that_cannot_be_taken_is_told_with_the_field(body, status, pointer):
    told = _problem(extract(an_app(), content=body), status)

    if pointer is not None:
        assert told["errors"][0]["pointer"] == pointer


def test_a_byte_order_mark_is_no_json():
    _problem(extract(an_app(), content=b'\xef\xbb\xbf{"text": "Zanzibar"}'), 422)


def test_strange_field_names_are_pointed_to_without_harm_and_cut():
    body = {"text": "a", "a/b~c": 1, "x" * 5_000: 2}

    told = _problem(extract(an_app(), body), 422)

    pointers = {error["pointer"] for error in told["errors"]}
    assert "/a~1b~0c" in pointers
    assert max(len(pointer) for pointer in pointers) < 100


def test_of_very_many_errors_some_are_told():
    told = _problem(extract(an_app(), {"text": "a"} | {f"x{number}": 1 for number in range(1_000)}), 422)

    assert len(told["errors"]) == SHOWN


@pytest.mark.parametrize(
    ("header", "status"),
    [
        pytest.param("text/plain", 415, id="text"),
        pytest.param("application/x-www-form-urlencoded", 415, id="plain-form"),
        pytest.param("application/xml", 415, id="xml"),
        pytest.param("", 415, id="none"),
        pytest.param("application/json; charset=utf-16", 400, id="other-charset"),
        pytest.param("application/json; charset=UTF-8", 200, id="utf-8-said"),
        pytest.param("Application/JSON", 200, id="capitals"),
        pytest.param(";;;\x7f", 415, id="rubbish"),
    ],
)
def test_the_kind_of_body_must_be_one_that_is_read(header, status):
    answer = extract(an_app(), content=b'{"text": "a b"}', headers={"content-type": header})

    assert answer.status_code == status
    if status != 200:
        _problem(answer, status)


def test_a_compressed_body_is_refused_unread():
    bomb = gzip.compress(b'{"text": "' + b"a" * 1_000_000 + b'"}')

    _problem(extract(an_app(), content=bomb, headers={"content-encoding": "gzip"}), 415, "unsupported-media-type")


# ── size ────────────────────────────────────────────────────────────────────────────────────────────────────────

SMALL = Settings(max_file_bytes=1_000, max_characters=100)


def test_a_body_announced_too_large_is_refused_before_any_of_it_is_read():
    assert raw(an_app(settings=SMALL), [b"x" * 500] * 9, [(b"content-length", b"4500")]) == (413, 0)


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param([], id="chunked"),
        pytest.param([(b"content-length", b"10")], id="length-lies"),
        pytest.param([(b"content-length", b"-1")], id="length-below-zero"),
        pytest.param([(b"content-length", "١".encode())], id="other-digits"),
    ],
)
def test_a_body_over_the_limit_is_read_no_further_than_the_limit(headers):
    assert raw(an_app(settings=SMALL), [b"x" * 500] * 9, headers) == (413, 3)


def test_a_body_of_exactly_the_limit_is_read_and_one_byte_more_is_not():
    body = json.dumps({"text": "a"}).encode()
    fits = body + b" " * (1_000 - len(body))

    assert extract(an_app(settings=SMALL), content=fits).status_code == 200
    _problem(extract(an_app(settings=SMALL), content=fits + b" "), 413, "too-large")


def test_an_article_over_the_limit_is_refused_with_the_option_that_raises_it():
    told = _problem(extract(an_app(settings=SMALL), {"text": "a" * 101}), 413, "too-large")

    assert "ACCORDING_MAX_CHARACTERS" in told["detail"]


# ── forms ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("form", "status"),
    [
        pytest.param({"data": {"title": "x"}, "files": {"file": ("a.exe", b"MZ\x90\x00Zanzibar")}}, 415, id="program"),
        pytest.param({"files": {"file": ("a.txt", b"")}}, 422, id="empty-file"),
        pytest.param({"files": {"other": ("a.txt", b"Zanzibar")}}, 422, id="wrong-name"),
        pytest.param({"files": [("file", ("a.txt", b"a")), ("file", ("b.txt", b"b"))]}, 422, id="two-files"),
        pytest.param({"files": {"file": ("a.txt", b"a")}, "data": {"text": "b"}}, 422, id="text-and-file"),
        pytest.param({"files": {"title": (None, b"x")}}, 422, id="neither"),
        pytest.param({"files": {"file": ("a.txt", b"a")}, "data": {"published": "Zanzibar"}}, 422, id="bad-date"),
        pytest.param({"files": {"file": ("a.txt", b"a")}, "data": {"foo": "Zanzibar"}}, 422, id="unknown-field"),
        pytest.param({"files": {"file": ("a.pdf", b"Zanzibar")}}, 415, id="no-pdf"),
        pytest.param({"files": {"file": ("a.docx", b"PK\x03\x04Zanzibar")}}, None, id="no-docx"),
        pytest.param({"files": {"file": ("a.txt", b"a")}, "data": {"published": "1704067200"}}, 422, id="seconds"),
        pytest.param({"files": {"text": (None, b"Zanzibar\x00")}}, 422, id="nul-in-form"),
        pytest.param({"files": {"text": (None, b"Zo\xeb in Zanzibar")}}, 400, id="latin-1-in-form"),
    ],
)
def test_a_form_that_cannot_be_taken_is_told_what_is_wrong(form, status):
    answer = ask(an_app(), "POST", "/v1/extract", **form)

    _problem(answer, answer.status_code if status is None else status)
    assert answer.status_code < 500


@pytest.mark.parametrize(
    ("header", "body"),
    [
        pytest.param("multipart/form-data", b"Zanzibar", id="no-boundary"),
        pytest.param("multipart/form-data; boundary=x", b"Zanzibar", id="no-parts"),
        pytest.param("multipart/form-data; boundary=x", b"--x\r\nZanzibar", id="cut-off"),
        pytest.param("multipart/form-data; boundary=x", b"--x\r\n\r\n\r\n--x--", id="part-without-name"),
        pytest.param(
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nZanzibar',
            id="file-cut-off",
        ),
        pytest.param("multipart/form-data; boundary=" + "x" * 5_000, b"--" + b"x" * 5_000, id="long-boundary"),
        pytest.param(
            "multipart/form-data; boundary=x",
            b"".join(b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' for _ in range(5_000)) + b"--x--",
            id="many-fields",
        ),
    ],
)
def test_a_broken_form_is_the_senders_error(header, body):
    _problem(extract(an_app(), content=body, headers={"content-type": header}), 422, "invalid-request")


def test_a_form_with_text_is_read_like_json():
    answer = ask(an_app(), "POST", "/v1/extract", files={"text": (None, "Ines said 3 are."), "outlet": (None, "")})

    assert answer.status_code == 200
    assert answer.json()["article"]["text"] == "Ines said 3 are."
    assert answer.json()["article"]["outlet"] is None


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("../../etc/passwd.txt", id="path"),
        pytest.param('a"\r\nSet-Cookie: x=1.txt', id="header"),
        pytest.param("<script>.txt", id="markup"),
        pytest.param("x" * 1_000 + ".txt", id="long"),
        pytest.param("\u202etxt.exe.txt", id="bidi"),
    ],
)
def test_a_hostile_file_name_gives_a_harmless_id(name):
    answer = ask(an_app(), "POST", "/v1/extract", files={"file": (name, b"Ines said 3 are.")})

    assert answer.status_code == 200
    assert answer.json()["article"]["id"].replace("-", "").replace(".", "").replace("_", "").isalnum()
    assert len(answer.json()["article"]["id"]) <= 200


# ── where it comes from, and where it goes ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({}, 200, id="program"),
        pytest.param({"sec-fetch-site": "same-origin", "origin": "http://localhost"}, 200, id="own-page"),
        pytest.param({"origin": "http://localhost"}, 200, id="own-page-plain-http"),
        pytest.param({"sec-fetch-site": "cross-site", "origin": "http://evil"}, 403, id="foreign-page"),
        pytest.param({"sec-fetch-site": "same-site"}, 403, id="neighbour-port"),
        pytest.param({"origin": "http://evil"}, 403, id="foreign-page-plain-http"),
        pytest.param({"origin": "null"}, 403, id="sandboxed-page"),
    ],
)
def test_only_programs_and_the_own_page_may_ask(headers, status):
    answer = extract(an_app(), {"text": "Zanzibar"}, headers=headers)

    assert answer.status_code == status
    if status != 200:
        _problem(answer, status, "foreign-page")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        pytest.param("GET", "/nothing", 404, id="nothing-there"),
        pytest.param("GET", "/../../etc/passwd", 404, id="path"),
        pytest.param("GET", "/%00", 404, id="nul"),
        pytest.param("GET", "/static/../app.py", 404, id="out-of-static"),
        pytest.param("GET", "/static/%2e%2e/app.py", 404, id="out-of-static-escaped"),
        pytest.param("GET", "/static/%00", 404, id="nul-in-static"),
        pytest.param("GET", "/problems/Zanzibar", 404, id="no-such-problem"),
        pytest.param("GET", "/docs", 404, id="no-foreign-scripts"),
        pytest.param("GET", "/v1/extract", 405, id="get"),
        pytest.param("DELETE", "/v1/models", 405, id="delete"),
        pytest.param("POST", "/static/page.css", 405, id="post-to-static"),
        pytest.param("PATCH", "/", 405, id="patch"),
    ],
)
def test_wrong_addresses_and_methods_are_problems_too(method, path, status):
    _problem(ask(an_app(), method, path), status)
