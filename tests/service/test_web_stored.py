"""What is kept over HTTP: found again, searched page by page, and forgotten."""

import json

import jsonschema
import pytest
from job_app import Told, a_key, a_storing_app, ask, extract, jobs_of, problem, rows_in, store_of
from web_app import an_app

from service.cached import AnswerCache
from service.jobs.records import JobOrder
from service.records import Article, Extraction
from service.settings import Settings
from service.store.database import StoreDown

TEXT = "Ines said at least 40 crates were lost. Omar said maybe 12 were."


@pytest.fixture
def app(tmp_path):
    return a_storing_app(tmp_path)


# ── kept, or not ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_extraction_is_found_again_just_as_it_was_answered(app):
    answer = extract(app, {"text": TEXT, "id": "port", "title": "Crates", "published": "2026-03-05"})

    found = ask(app, "GET", f"/v1/extractions/{answer.json()['extraction_id']}")

    assert found.status_code == 200
    assert found.json() == answer.json()
    assert Extraction.model_validate_json(found.content) == Extraction.model_validate_json(answer.content)


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param({"json": {"text": TEXT, "store": False}}, id="json"),
        pytest.param({"files": {"text": (None, TEXT), "store": (None, "false")}}, id="form"),
        pytest.param({"files": {"file": ("a.txt", TEXT.encode()), "store": (None, "false")}}, id="file"),
    ],
)
def test_what_shall_not_be_kept_is_not(app, request_):
    answer = ask(app, "POST", "/v1/extract", **request_)

    assert answer.status_code == 200
    assert rows_in(app)["articles"] == 0
    problem(ask(app, "GET", f"/v1/extractions/{answer.json()['extraction_id']}"), 404, "not-found")


@pytest.mark.parametrize("value", ['"no"', "0", "null", '"false"'])
def test_store_is_true_or_false_and_nothing_else(app, value):
    told = problem(extract(app, content=f'{{"text": "a", "store": {value}}}'.encode()), 422)

    assert told["errors"][0]["pointer"] == "/store"


def test_a_streamed_extraction_is_kept_before_it_is_done(app):
    answer = extract(app, {"text": TEXT}, headers={"accept": "text/event-stream"})

    done = answer.text.rpartition("event: done")[2]
    found = json.loads(done.partition("data: ")[2])
    assert ask(app, "GET", f"/v1/extractions/{found['extraction_id']}").json() == found


def test_an_extraction_that_failed_is_kept_too_for_it_says_why(app):
    answer = extract(app, {"text": "FAILS"})

    kept = ask(app, "GET", f"/v1/extractions/{answer.json()['extraction']['extraction_id']}")
    assert answer.status_code == 502
    assert kept.json()["status"] == "failed"


def test_without_a_store_extractions_are_answered_and_nothing_can_be_looked_up():
    app = an_app()

    assert extract(app, {"text": TEXT}).status_code == 200
    for path in ("/v1/extractions/1", "/v1/claims", "/v1/jobs"):
        assert "ACCORDING_STORE" in problem(ask(app, "GET", path), 503, "not-set-up")["detail"]


def test_while_the_store_is_down_nothing_is_paid_for_that_could_not_be_kept(tmp_path, monkeypatch):
    stream = Told()
    app = a_storing_app(tmp_path, stream)
    store_of(app)

    def down(keeping):
        raise StoreDown("The store does not answer: disk of Zanzibar.")

    monkeypatch.setattr(type(app.state.context.keeping), "store", down)

    problem(extract(app, {"text": TEXT}), 503, "store-down")
    assert stream.asked == 0


def test_what_was_paid_for_is_answered_where_the_store_goes_away_meanwhile_and_says_so(app, monkeypatch):
    def gone(*given, **named):
        raise StoreDown("The store does not answer.")

    store_of(app)
    monkeypatch.setattr("service.web.context.extractions.keep", gone)

    answered = extract(app, {"text": TEXT})

    assert answered.status_code == 200
    assert answered.json()["claims"]
    assert [notice["code"] for notice in answered.json()["notices"]] == ["not_kept"]


# ── ETag ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_who_has_it_already_is_told_so_and_not_sent_it_again(app):
    address = f"/v1/extractions/{extract(app, {'text': TEXT}).json()['extraction_id']}"
    first = ask(app, "GET", address)
    etag = first.headers["etag"]

    again = ask(app, "GET", address, headers={"if-none-match": f'"other", W/{etag}'})

    assert etag.startswith('"')
    assert "no-cache" in first.headers["cache-control"]
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    assert ask(app, "GET", address, headers={"if-none-match": '"other"'}).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/v1/extractions/00000000-0000-4000-8000-000000000009", id="unknown"),
        pytest.param("/v1/extractions/%00", id="nul"),
        pytest.param("/v1/extractions/..%2f..%2fetc%2fpasswd", id="path"),
        pytest.param("/v1/extractions/" + "x" * 500, id="long"),
        pytest.param("/v1/extractions/", id="none"),
        pytest.param("/v1/jobs/%00", id="job-nul"),
        pytest.param("/v1/jobs/..%2f..%2fetc%2fpasswd/results", id="job-path"),
        pytest.param("/v1/jobs/' or 1=1 --", id="job-sql"),
    ],
)
def test_an_id_of_nothing_is_not_found(app, path):
    problem(ask(app, "GET", path), 404, "not-found")


# ── claims ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param({}, ["maybe 12 were", "at least 40 crates were lost"], id="all"),
        pytest.param({"speaker": "omar"}, ["maybe 12 were"], id="speaker"),
        pytest.param({"text": "crates"}, ["at least 40 crates were lost"], id="words"),
        pytest.param({"flag": "maybe"}, ["maybe 12 were"], id="flag"),
        pytest.param({"needs_review": "true"}, ["maybe 12 were"], id="doubtful"),
        pytest.param({"low": "30", "high": "50"}, ["at least 40 crates were lost"], id="figure"),
        pytest.param({"article": "port", "speaker": "nobody"}, [], id="none"),
        pytest.param({"since": "2026-03-05", "until": "2026-03-05", "limit": "1"}, ["maybe 12 were"], id="day"),
        pytest.param({"until": "2026-03-04"}, [], id="before"),
    ],
)
def test_claims_are_found_by_what_they_say(app, query, found):
    extract(app, {"text": TEXT, "id": "port", "published": "2026-03-05"})

    page = ask(app, "GET", "/v1/claims", params=query).json()

    assert [each["claim"]["text"] for each in page["claims"]] == found


def test_pages_follow_each_other_by_their_links_to_the_end(app):
    for number in range(5):
        extract(app, {"text": f"Ines said {number} boats sank.", "id": f"a{number}"})
    address, seen = "/v1/claims?limit=2&speaker=Ines", []

    for _ in range(10):
        page = ask(app, "GET", address)
        seen += [each["article"] for each in page.json()["claims"]]
        if (link := page.headers.get("link")) is None:
            break
        address = link.partition("<")[2].partition(">")[0]
        assert link.endswith('rel="next"')
        assert "speaker=Ines" in address

    assert seen == ["a4", "a3", "a2", "a1", "a0"]
    assert page.json()["next"] is None


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        pytest.param("limit=0", "/limit", id="no-limit"),
        pytest.param("limit=201", "/limit", id="large-limit"),
        pytest.param("limit=Zanzibar", "/limit", id="words-for-limit"),
        pytest.param("limit=1&limit=2", "/limit", id="twice"),
        pytest.param("since=1704067200", "/since", id="seconds"),
        pytest.param("low=NaN", "/low", id="nan"),
        pytest.param("low=1e999", "/low", id="huge"),
        pytest.param("kind=Zanzibar", "/kind", id="unknown-kind"),
        pytest.param("speaker=a%00b", "/speaker", id="nul"),
        pytest.param("speaker=" + "a" * 501, "/speaker", id="long"),
        pytest.param("Zanzi=1", "/Zanzi", id="unknown-name"),
        pytest.param("cursor=Zanzibar", "/cursor", id="forged-cursor"),
    ],
)
def test_a_question_that_cannot_be_asked_is_told_with_its_field(app, query, pointer):
    told = problem(ask(app, "GET", f"/v1/claims?{query}"), 422)

    assert told["errors"][0]["pointer"] == pointer


def test_a_cursor_of_another_question_or_owner_is_refused(app):
    anna, bob = a_key(app, "anna"), a_key(app, "bob")
    for number in range(3):
        extract(app, {"text": f"Ines said {number} boats sank."}, headers=anna)
    cursor = ask(app, "GET", "/v1/claims?limit=1", headers=anna).json()["next"]

    problem(ask(app, "GET", f"/v1/claims?limit=1&cursor={cursor}&speaker=Ines", headers=anna), 422)
    problem(ask(app, "GET", f"/v1/claims?limit=1&cursor={cursor}", headers=bob), 422)
    assert ask(app, "GET", f"/v1/claims?limit=1&cursor={cursor}", headers=anna).status_code == 200


# ── whose it is ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_nobody_sees_or_forgets_what_is_anothers(app):
    anna, bob = a_key(app, "anna"), a_key(app, "bob")
    made = extract(app, {"text": TEXT, "id": "port"}, headers=anna).json()

    problem(ask(app, "GET", f"/v1/extractions/{made['extraction_id']}", headers=bob), 404)
    problem(ask(app, "DELETE", "/v1/articles/port", headers=bob), 404)
    assert ask(app, "GET", "/v1/claims", headers=bob).json()["claims"] == []
    assert len(ask(app, "GET", "/v1/claims", headers=anna).json()["claims"]) == 2


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/v1/extractions/1"), ("GET", "/v1/claims"), ("DELETE", "/v1/articles/1"), ("GET", "/v1/jobs")],
)
def test_a_key_must_be_for_what_it_asks(app, method, path):
    problem(ask(app, method, path, headers=a_key(app, "anna", scopes=("metrics",))), 403, "scope-missing")
    problem(ask(app, method, path), 401, "key-needed")


# ── forgotten ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("by", ["id", "sha256", "prefix"])
def test_an_article_is_forgotten_with_everything_found_in_it(tmp_path, by):
    cache = tmp_path / "answers.sqlite"
    app = a_storing_app(tmp_path, settings=Settings(cache=cache))
    made = extract(app, {"text": TEXT, "id": "desk/port"}).json()
    other = extract(app, {"text": "Omar said 3 are.", "id": "other"}).json()
    jobs_of(app).submit(JobOrder(), [Article(id="desk/port", text=TEXT), Article(id="b", text="Omar said 3 are.")])
    AnswerCache(cache)._do("insert into answers values ('k', 'm', ?, 'p', '2026-01-01', '{}', '{}')", (made["sha256"],))
    name = {"id": "desk/port", "sha256": made["sha256"], "prefix": made["sha256"][:12]}[by]

    answer = ask(app, "DELETE", f"/v1/articles/{name}")

    assert (answer.status_code, answer.content) == (204, b"")
    problem(ask(app, "GET", f"/v1/extractions/{made['extraction_id']}"), 404)
    assert ask(app, "GET", f"/v1/extractions/{other['extraction_id']}").status_code == 200
    assert ask(app, "GET", "/v1/claims?speaker=Ines").json()["claims"] == []
    assert rows_in(app)["job_articles"] == 1
    assert AnswerCache(cache)._do("select count(*) from answers") == [(0,)]
    problem(ask(app, "DELETE", f"/v1/articles/{name}"), 404)


@pytest.mark.parametrize("name", ["nothing", "%00", "..%2f..%2fetc", "a" * 3_000, "%25"])
def test_an_article_that_is_not_there_cannot_be_forgotten(app, name):
    extract(app, {"text": TEXT})

    problem(ask(app, "DELETE", f"/v1/articles/{name}"), 404)
    assert rows_in(app)["articles"] == 1


def test_a_foreign_page_cannot_have_anything_forgotten(app):
    extract(app, {"text": TEXT, "id": "port"})

    problem(ask(app, "DELETE", "/v1/articles/port", headers={"sec-fetch-site": "cross-site"}), 403, "foreign-page")
    assert rows_in(app)["articles"] == 1


# ── no fetching ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"url": "http://127.0.0.1/Zanzibar"}, id="instead"),
        pytest.param({"text": TEXT, "url": "http://169.254.169.254/Zanzibar"}, id="beside"),
        pytest.param({"text": TEXT, "source_url": "file:///etc/Zanzibar"}, id="file"),
    ],
)
def test_no_article_is_fetched_from_an_address_and_that_is_said(app, body):
    told = problem(extract(app, body), 422, "invalid-request")

    assert any("Nothing is fetched" in error["message"] for error in told["errors"])


# ── the description ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_described_of_these_addresses_is_valid(app):
    description = app.openapi()
    names = [operation["operationId"] for path in description["paths"].values() for operation in path.values()]

    assert len(names) == len(set(names))
    assert {"get_extraction", "find_claims", "delete_article", "create_job", "get_job_results"} <= set(names)
    for path in description["paths"].values():
        for operation in path.values():
            for response in operation["responses"].values():
                for media, content in response.get("content", {}).items():
                    if media == "application/json" and "example" in content:
                        jsonschema.validate(
                            content["example"], content["schema"] | {"components": description["components"]}
                        )
