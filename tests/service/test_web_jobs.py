"""Jobs over HTTP: followed, fetched, changed, and nobody else's business."""

import asyncio
import json
import tracemalloc

import pytest
from job_app import ONE, a_key, a_storing_app, ask, finish, lines_of, order, post_lines, problem, rows_in

from service.jobs.jobs import Jobs
from service.records import Extraction
from service.store.database import StoreDown


@pytest.fixture
def app(tmp_path):
    return a_storing_app(tmp_path)


# ── following ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_job_tells_how_far_it_is_and_what_failed(app):
    job = order(app, 4)
    finish(app, job, positions={0, 1, 2}, failing={1})

    told = ask(app, "GET", f"/v1/jobs/{job}").json()

    assert (told["state"], told["done"], told["failed"], told["waiting"]) == ("running", 2, 1, 1)
    assert [(each["id"], each["error"], each["message"]) for each in told["failures"]] == [
        ("a1", "no_answer", "no answer in 4 tries")
    ]


def test_jobs_are_listed_newest_first_page_by_page(app):
    made = [order(app, 1) for _ in range(5)]
    address, seen = "/v1/jobs?limit=2", []

    for _ in range(10):
        page = ask(app, "GET", address)
        seen += [each["id"] for each in page.json()["jobs"]]
        if (link := page.headers.get("link")) is None:
            break
        address = link.partition("<")[2].partition(">")[0]

    assert seen == made[::-1]


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "cursor=Zanzibar", "Zanzi=1"])
def test_a_list_that_cannot_be_had_is_the_askers_error(app, query):
    problem(ask(app, "GET", f"/v1/jobs?{query}"), 422, "invalid-request")


def test_results_come_in_the_order_of_the_input_up_to_the_first_that_is_not_there(app):
    job = order(app, 5)
    finish(app, job, positions={0, 1, 3}, failing={1})

    first = lines_of(ask(app, "GET", f"/v1/jobs/{job}/results"))
    finish(app, job, positions={2, 4})
    rest = lines_of(ask(app, "GET", f"/v1/jobs/{job}/results?after={first[-1]['position']}"))

    assert [(line["position"], line["state"]) for line in first] == [(0, "done"), (1, "failed")]
    assert first[1]["message"] == "no answer in 4 tries"
    assert first[1]["extraction"] is None
    assert [line["position"] for line in rest] == [2, 3, 4]
    extraction = Extraction.model_validate(first[0]["extraction"])
    assert extraction.extraction_id == first[0]["extraction_id"]
    assert ask(app, "GET", f"/v1/extractions/{extraction.extraction_id}").json() == first[0]["extraction"]


def test_results_come_as_they_end_where_that_is_asked(app):
    job = order(app, 4)
    for position in (2, 0, 3):
        finish(app, job, positions={position})

    lines = lines_of(ask(app, "GET", f"/v1/jobs/{job}/results?order=done"))

    assert [line["position"] for line in lines] == [2, 0, 3]


def test_results_can_be_had_without_the_extractions(app):
    job = order(app, 1)
    finish(app, job)

    [line] = lines_of(ask(app, "GET", f"/v1/jobs/{job}/results?extractions=false"))

    assert "extraction" not in line
    assert line["extraction_id"]


@pytest.mark.parametrize(
    "query",
    ["order=Zanzibar", "after=-1", "after=x", "after=99999999999999999999", "order=done&after=1", "extractions=Zanzi"],
)
def test_results_that_cannot_be_had_so_are_the_askers_error(app, query):
    job = order(app, 1)

    problem(ask(app, "GET", f"/v1/jobs/{job}/results?{query}"), 422, "invalid-request")


def test_a_file_of_results_has_a_harmless_name(app):
    job = order(app, 1)

    answer = ask(app, "GET", f"/v1/jobs/{job}/results")

    assert answer.headers["content-disposition"] == f'attachment; filename="{job}.jsonl"'
    problem(ask(app, "GET", '/v1/jobs/a"%0d%0aSet-Cookie:%20x/results'), 404)


def test_results_of_many_articles_are_never_held_in_memory(app, monkeypatch):
    monkeypatch.setattr("service.web.following.PART", 20_000)
    monkeypatch.setattr("service.jobs.jobs.PAGE", 20)
    text = "Ines said 3 boats sank. Omar said 4 did. " * 10
    lines = [{"id": f"a{number}", "text": f"{number} {text}"} for number in range(160)]
    job = post_lines(app, *lines).json()["id"]
    finish(app, job)
    path = f"/v1/jobs/{job}/results"

    def most_of(query):
        tracemalloc.start()
        size = asyncio.run(_counted(app, path + query))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return size, peak

    most_of("?after=150")
    few, little = most_of("?after=139")
    all_, peak = most_of("")

    assert all_ > 7 * few
    assert peak < 2 * little


async def _counted(app, url):
    """How many bytes come, of which none is kept."""
    size = 0

    async def receive():
        await asyncio.sleep(60)

    async def send(message):
        nonlocal size
        size += len(message.get("body", b""))

    path, _, query = url.partition("?")
    scope = {"type": "http", "asgi": {"version": "3.0", "spec_version": "2.4"}, "http_version": "1.1", "method": "GET"}
    scope |= {
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "scheme": "http",
    }
    scope |= {"client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), "headers": [(b"host", b"localhost")]}
    await app(scope, receive, send)
    return size


# ── progress as a stream ────────────────────────────────────────────────────────────────────────────────────────────

STREAM = {"accept": "text/event-stream"}


def events_of(text):
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n") if line and not line.startswith(":"))
        if fields:
            found.append((fields["event"], fields.get("id"), json.loads(fields["data"])))
    return found


def test_progress_comes_as_events_until_the_job_is_done(app, monkeypatch):
    monkeypatch.setattr("service.web.following.LOOK_SECONDS", 0.02)
    job = order(app, 3)
    left = [2, 1, 0]
    view = Jobs.view

    def going_on(jobs, job_id, *, owner=""):
        if left:
            finish(app, job_id, positions={left.pop()})
        return view(jobs, job_id, owner=owner)

    monkeypatch.setattr(Jobs, "view", going_on)

    answer = ask(app, "GET", f"/v1/jobs/{job}", headers=STREAM)

    told = events_of(answer.text)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert [(name, data["done"]) for name, _, data in told] == [("progress", 1), ("progress", 2), ("done", 3)]
    assert len({number for _, number, _ in told}) == 3


def test_who_comes_back_hears_only_what_is_new(app):
    job = order(app, 2)
    finish(app, job)
    whole = ask(app, "GET", f"/v1/jobs/{job}", headers=STREAM)
    last = events_of(whole.text)[-1][1]

    again = events_of(ask(app, "GET", f"/v1/jobs/{job}", headers=STREAM | {"last-event-id": last}).text)

    assert [(name, number) for name, number, _ in again] == [("done", last)]


@pytest.mark.parametrize(
    ("end", "kind"), [pytest.param("stop", "stopping", id="stops"), pytest.param("delete", "not-found", id="deleted")]
)
def test_progress_ends_where_the_service_stops_or_the_job_goes(tmp_path, monkeypatch, end, kind):
    app = a_storing_app(tmp_path, ping_seconds=0.02)
    job = order(app, 1)
    view, looks = Jobs.view, []

    def then(jobs, job_id, *, owner=""):
        looks.append(1)
        if len(looks) == 3:
            if end == "delete":
                jobs.delete(job_id, owner=owner)
            else:
                app.state.context.stop._loop.call_soon_threadsafe(app.state.context.stop.set)
        return view(jobs, job_id, owner=owner)

    monkeypatch.setattr(Jobs, "view", then)

    answer = ask(app, "GET", f"/v1/jobs/{job}", headers=STREAM)

    told = events_of(answer.text)
    assert told[0][0] == "progress"
    assert (told[-1][0], told[-1][2]["type"]) == ("problem", f"/problems/{kind}")
    assert ": still working" in answer.text


def test_progress_goes_on_when_the_store_is_back(app, monkeypatch):
    monkeypatch.setattr("service.web.following.LOOK_SECONDS", 0.02)
    job = order(app, 1)
    view, looks = Jobs.view, []

    def away_for_a_while(jobs, job_id, *, owner=""):
        looks.append(1)
        if 1 < len(looks) < 4:
            raise StoreDown("The store does not answer.")
        if len(looks) == 4:
            finish(app, job_id)
        return view(jobs, job_id, owner=owner)

    monkeypatch.setattr(Jobs, "view", away_for_a_while)

    told = events_of(ask(app, "GET", f"/v1/jobs/{job}", headers=STREAM).text)

    assert [name for name, _, _ in told] == ["progress", "done"]


# ── changing ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_job_can_be_cancelled_and_is_not_taken_up_again(app):
    job = order(app, 3)
    finish(app, job, positions={0})

    answer = ask(app, "POST", f"/v1/jobs/{job}/cancel")

    assert (answer.status_code, answer.json()["state"], answer.json()["cancelled"]) == (200, "cancelled", 2)
    assert ask(app, "POST", f"/v1/jobs/{job}/cancel").json()["state"] == "cancelled"
    problem(ask(app, "POST", f"/v1/jobs/{job}/retry"), 409, "job-cancelled")
    states = [line["state"] for line in lines_of(ask(app, "GET", f"/v1/jobs/{job}/results"))]
    assert states == ["done", "cancelled", "cancelled"]


def test_limits_are_changed_and_taken_away(app):
    job = order(app, 3, max_cost=1.0, per_minute=5)

    def change(limits):
        answer = ask(app, "PATCH", f"/v1/jobs/{job}", json=limits)
        assert answer.status_code == 200, answer.text
        told = answer.json()
        return told["max_cost"], told["per_minute"], told["priority"]

    assert change({"max_cost": 2.5, "priority": 7}) == (2.5, 5, 7)
    assert change({"per_minute": None}) == (2.5, None, 7)
    assert change({}) == (2.5, None, 7)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        pytest.param({"max_cost": 0}, "/max_cost", id="nothing"),
        pytest.param({"per_minute": "5"}, "/per_minute", id="words"),
        pytest.param({"priority": None}, "/priority", id="no-priority"),
        pytest.param({"max_costs": 5}, "/max_costs", id="unknown"),
    ],
)
def test_limits_that_are_none_are_refused_by_name(app, body, pointer):
    job = order(app, 1)

    answer = problem(ask(app, "PATCH", f"/v1/jobs/{job}", json=body), 422, "invalid-request")

    assert [error["pointer"] for error in answer["errors"]] == [pointer]


def test_what_has_ended_has_no_limits(app):
    job = order(app, 1)
    finish(app, job)

    problem(ask(app, "PATCH", f"/v1/jobs/{job}", json={"max_cost": 1}), 409, "job-ended")
    problem(ask(app, "PATCH", "/v1/jobs/none", json={"max_cost": 1}), 404, "not-found")


def test_the_failed_articles_and_no_others_are_tried_again(app):
    job = order(app, 3)
    finish(app, job, failing={1})

    answer = ask(app, "POST", f"/v1/jobs/{job}/retry")

    told = answer.json()
    assert answer.status_code == 200
    assert (told["done"], told["failed"], told["waiting"]) == (2, 0, 1)


def test_a_job_that_is_deleted_leaves_what_was_found(app):
    job = order(app, 2)
    finish(app, job)

    assert ask(app, "DELETE", f"/v1/jobs/{job}").status_code == 204

    assert rows_in(app) | {"jobs": 0, "job_articles": 0} == rows_in(app)
    assert rows_in(app)["extractions"] == 2
    problem(ask(app, "DELETE", f"/v1/jobs/{job}"), 404, "not-found")


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ""), ("GET", "/results"), ("POST", "/cancel"), ("POST", "/retry"), ("DELETE", "")],
)
def test_a_job_of_somebody_else_is_not_there(app, method, path):
    anna, bob = a_key(app, "anna"), a_key(app, "bob")
    made = ask(app, "POST", "/v1/jobs", json={"articles": ONE}, headers=anna).json()

    problem(ask(app, method, f"/v1/jobs/{made['id']}{path}", headers=bob), 404, "not-found")
    problem(ask(app, method, f"/v1/jobs/{made['id'][:-1]}x{path}", headers=anna), 404, "not-found")
    assert ask(app, "GET", "/v1/jobs", headers=bob).json()["jobs"] == []
    assert ask(app, "GET", f"/v1/jobs/{made['id']}", headers=anna).status_code == 200


def test_a_cursor_of_another_owner_is_refused(app):
    anna, bob = a_key(app, "anna"), a_key(app, "bob")
    for _ in range(2):
        ask(app, "POST", "/v1/jobs", json={"articles": ONE}, headers=anna)
    cursor = ask(app, "GET", "/v1/jobs?limit=1", headers=anna).json()["next"]

    problem(ask(app, "GET", f"/v1/jobs?cursor={cursor}", headers=bob), 422)


def test_the_same_ids_may_stand_in_two_jobs_and_of_two_owners(app):
    anna, bob = a_key(app, "anna"), a_key(app, "bob")

    answers = [ask(app, "POST", "/v1/jobs", json={"articles": ONE}, headers=who) for who in (anna, bob, anna)]

    assert [answer.status_code for answer in answers] == [202] * 3
    assert len({answer.json()["id"] for answer in answers}) == 3


# ── whatever comes ──


def test_a_line_of_results_may_hold_what_ends_lines_elsewhere(app):
    text = "Ines said 3\u2028 boats\u0085 sank."
    job = post_lines(app, {"id": "a\u2028b", "text": text}).json()["id"]
    finish(app, job)

    answer = ask(app, "GET", f"/v1/jobs/{job}/results")

    assert len(answer.text.splitlines()) == 1
    assert json.loads(answer.text)["extraction"]["article"]["text"] == text
