"""May this request come in?"""

import asyncio
import threading
from datetime import UTC, datetime

import httpx
import pytest
import structlog
from starlette.responses import Response
from web_app import Scripted, an_app, ask, extract

from service import keys
from service.settings import Settings
from service.store.store import Store
from service.web.guard import caller_of

NOW = datetime.now(UTC)
TEXT = "Ines said 40 crates were lost."


@pytest.fixture
def settings(tmp_path):
    return Settings(store=str(tmp_path / "store.sqlite"))


@pytest.fixture
def make_key(settings):
    """Makes keys in the store of `settings`; returns the header that presents one."""

    def make(name="desk", **given):
        with Store.open(settings.store) as store, store.writing() as connection:
            return bearer(keys.create(connection, name=name, now=NOW, **given).secret)

    return make


def bearer(secret):
    return {"authorization": f"Bearer {secret}"}


def kind(answer):
    return answer.json()["type"].removeprefix("/problems/")


# ── without keys ────────────────────────────────────────────────────────────────────────────────────────────────


def from_elsewhere(app, path="/v1/models", *, server="10.0.0.5", host="10.0.0.5", headers=()):
    """One request to a server's outward address; returns its status."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "server": (server, 8000),
        "client": ("10.0.0.9", 1),
        "headers": [(b"host", host.encode()), *headers],
    }
    statuses = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    asyncio.run(app(scope, receive, send))
    return statuses[0]


@pytest.mark.parametrize(
    ("given", "status"),
    [
        pytest.param({"server": "127.0.0.1", "host": "127.0.0.1:8000"}, 200, id="this-machine"),
        pytest.param({"server": "::1", "host": "[::1]:8000"}, 200, id="this-machine-v6"),
        pytest.param({"server": "127.0.0.1", "host": "localhost"}, 200, id="by-name"),
        pytest.param({"server": "/run/according.sock", "host": "localhost"}, 200, id="socket-of-this-machine"),
        pytest.param({}, 401, id="another-machine"),
        pytest.param({"server": "::", "host": "[::1]"}, 401, id="all-addresses"),
        pytest.param({"server": "127.0.0.1", "host": "attacker.example"}, 421, id="name-made-to-lead-here"),
        pytest.param({"server": "127.0.0.1", "host": "127.0.0.1.attacker.example"}, 421, id="name-like-an-address"),
        pytest.param({"server": "127.0.0.1", "host": "localhost.attacker.example"}, 421, id="name-like-localhost"),
        pytest.param(
            {"server": "127.0.0.1", "host": "localhost", "headers": [(b"x-forwarded-for", b"8.8.8.8")]},
            401,
            id="through-a-proxy",
        ),
    ],
)
@pytest.mark.parametrize("stored", [True, False], ids=["store", "no-store"])
def test_without_keys_only_this_machine_is_answered(settings, stored, given, status):
    app = an_app(settings=settings if stored else Settings())

    assert from_elsewhere(app, **given) == status


@pytest.mark.parametrize(
    ("hosts", "host", "status"),
    [
        pytest.param(None, "news.example", 421, id="not-told"),
        pytest.param("news.example", "news.example:443", 200, id="told"),
        pytest.param("other.example, News.Example", "NEWS.example.", 200, id="as-one-of-several"),
        pytest.param("news.example", "10.0.0.5", 200, id="address"),
        pytest.param("news.example", "xnews.example", 421, id="another"),
    ],
)
def test_opened_to_all_it_goes_by_the_names_it_was_told(hosts, host, status):
    assert from_elsewhere(an_app(settings=Settings(open=True, hosts=hosts)), host=host) == status


def test_opened_to_all_it_still_keeps_its_counts_to_itself():
    app = an_app(settings=Settings(open=True))

    assert from_elsewhere(app, "/metrics") == 403
    assert from_elsewhere(app, "/metrics", server="127.0.0.1", host="localhost") == 200


# ── with keys ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        pytest.param("GET", "/", 200, id="home"),
        pytest.param("GET", "/healthz", 200, id="lives"),
        pytest.param("GET", "/readyz", 200, id="ready"),
        pytest.param("GET", "/openapi.json", 200, id="description"),
        pytest.param("GET", "/static/page.css", 200, id="file"),
        pytest.param("GET", "/problems/key-needed", 200, id="problem's-page"),
        pytest.param("POST", "/", 401, id="form"),
        pytest.param("GET", "/v1/models", 401, id="models"),
        pytest.param("POST", "/v1/extract", 401, id="extract"),
        pytest.param("GET", "/metrics", 401, id="metrics"),
        pytest.param("GET", "/nothing", 401, id="nothing"),
        pytest.param("GET", "/healthz/x", 401, id="path-like-an-open-one"),
        pytest.param("GET", "/static", 401, id="folder-itself"),
    ],
)
def test_once_there_is_a_key_almost_everything_needs_one(settings, make_key, method, path, status):
    make_key()

    answer = ask(an_app(settings=settings), method, path)

    assert answer.status_code == status
    if status == 401:
        assert answer.headers["www-authenticate"] == 'Bearer realm="according"'
        assert kind(answer) == "key-needed"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        pytest.param("Bearer {}", None, id="right"),
        pytest.param("bearer  {}", None, id="small-and-blanks"),
        pytest.param("Bearer {}0", "wrong-key", id="longer"),
        pytest.param("Bearer nonsense", "wrong-key", id="nonsense"),
        pytest.param("Basic {}", "key-needed", id="another-scheme"),
        pytest.param("{}", "key-needed", id="bare"),
        pytest.param("Bearer ", "key-needed", id="empty"),
    ],
)
def test_a_key_comes_as_a_bearer_token(settings, make_key, header, expected):
    presented = header.format(make_key()["authorization"].removeprefix("Bearer "))

    answer = ask(an_app(settings=settings), "GET", "/v1/models", headers={"authorization": presented})

    assert (None if answer.status_code == 200 else kind(answer)) == expected
    if expected == "wrong-key":
        assert 'error="invalid_token"' in answer.headers["www-authenticate"]


def test_a_key_in_the_address_is_no_key(settings, make_key):
    secret = make_key()["authorization"].removeprefix("Bearer ")

    assert ask(an_app(settings=settings), "GET", f"/v1/models?key={secret}&authorization={secret}").status_code == 401


@pytest.mark.parametrize(
    ("scopes", "path", "status"),
    [
        pytest.param(("extract",), "/v1/models", 200, id="has-it"),
        pytest.param(("read",), "/v1/models", 403, id="has-another"),
        pytest.param(("metrics",), "/metrics", 200, id="metrics"),
        pytest.param(("extract", "read", "jobs", "review"), "/metrics", 403, id="usual-ones-count-nothing"),
        pytest.param(("admin",), "/metrics", 200, id="admin"),
    ],
)
def test_a_key_opens_what_its_scopes_name(settings, make_key, scopes, path, status):
    answer = ask(an_app(settings=settings), "GET", path, headers=make_key(scopes=scopes))

    assert answer.status_code == status
    if status == 403:
        assert kind(answer) == "scope-missing"


def test_an_article_is_not_read_for_a_key_that_may_not_send_one(settings, make_key):
    stream = Scripted()

    answer = extract(an_app(stream, settings=settings), {"text": TEXT}, headers=make_key(scopes=("read",)))

    assert (answer.status_code, stream.ended.is_set()) == (403, False)


def test_handlers_learn_who_asks(settings, make_key):
    app = an_app(settings=settings)
    seen = []

    async def who(request):
        seen.append(caller_of(request, needs="read"))
        return Response()

    app.add_route("/who", who)
    ask(app, "GET", "/who", headers=make_key(owner="paper"))

    assert [(caller.owner, caller.key_id is not None) for caller in seen] == [("paper", True)]


def test_with_keys_any_name_will_do_unless_names_are_set(settings, make_key):
    header = [(b"authorization", make_key()["authorization"].encode())]
    named = settings.model_copy(update={"hosts": "news.example"})

    assert from_elsewhere(an_app(settings=settings), host="any.example", headers=header) == 200
    assert from_elsewhere(an_app(settings=named), host="any.example", headers=header) == 421
    assert from_elsewhere(an_app(settings=named), host="news.example", headers=header) == 200


# ── limits ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_who_asks_too_often_is_told_when_to_come_back_and_others_are_not(settings, make_key):
    app = an_app(settings=settings)
    often, other, free = make_key(requests_per_minute=2), make_key("other", requests_per_minute=2), make_key("free")

    answers = [ask(app, "GET", "/v1/models", headers=often) for _ in range(3)]
    others = [ask(app, "GET", "/v1/models", headers=header) for header in (other, free)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer.headers["ratelimit"].split(";")[1] for answer in answers] == ["r=1", "r=0", "r=0"]
    assert answers[2].headers["ratelimit-policy"] == '"key";q=2;w=60'
    assert 0 < int(answers[2].headers["retry-after"]) <= 60
    assert kind(answers[2]) == "rate-limited"
    assert [answer.status_code for answer in others] == [200, 200]
    assert "ratelimit" not in others[1].headers


def test_a_key_that_has_spent_its_day_may_look_and_not_ask(settings, make_key):
    header = make_key(cost_per_day=0.5)
    with Store.open(settings.store) as store, store.writing() as connection:
        (key,) = keys.listed(connection)
        keys.spend(connection, key.id, cost=0.5, articles=1, day=datetime.now(UTC).date())
    app = an_app(settings=settings)

    asked, looked = extract(app, {"text": TEXT}, headers=header), ask(app, "GET", "/v1/models", headers=header)

    assert (asked.status_code, kind(asked), looked.status_code) == (429, "budget-spent", 200)
    assert 0 < int(asked.headers["retry-after"]) <= 86_400
    assert "$0.50 of $0.5" in asked.json()["detail"]


def test_one_key_that_floods_keeps_no_other_out(settings, make_key):
    flood, calm = make_key("flood"), make_key("calm")
    go = threading.Event()
    app = an_app(Scripted(lambda number: go.wait(10)), settings=settings, computing=1, waiting=2)

    async def story():
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost", timeout=30) as client:

            def send(header):
                return asyncio.create_task(client.post("/v1/extract", json={"text": TEXT}, headers=header))

            many = [send(flood) for _ in range(6)]
            while sum(task.done() for task in many) < 3:
                await asyncio.sleep(0.01)
            other = send(calm)
            await asyncio.sleep(0.1)
            go.set()
            return [answer.status_code for answer in await asyncio.gather(*many)], (await other).status_code

    statuses, other = asyncio.run(story())

    assert sorted(statuses) == [200, 200, 200, 503, 503, 503]
    assert other == 200


# ── what is kept of it ──────────────────────────────────────────────────────────────────────────────────────────


def test_the_log_names_the_key_by_its_id_and_never_shows_it(settings, make_key):
    header = make_key()
    secret = header["authorization"].removeprefix("Bearer ")
    app = an_app(settings=settings)

    async def all_of_them():
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            for body in ({"text": TEXT}, {"text": 1}, {"text": f"CRASHES {secret}"}):
                await client.post("/v1/extract", json=body, headers=header)
            await client.post("/v1/extract", json={"text": TEXT}, headers=bearer(secret + "0"))

    with structlog.testing.capture_logs() as logs:
        asyncio.run(all_of_them())

    requests = [log for log in logs if log["event"] == "request"]
    assert [log.get("key") for log in requests] == [keys.id_of(secret)] * 3 + [None]
    assert [log["status"] for log in requests] == [200, 422, 500, 401]
    assert secret.rpartition("_")[2][:20] not in str(logs)
    assert "crates" not in str(logs)


def test_the_description_says_where_a_key_is_needed(settings):
    schema = ask(an_app(settings=settings), "GET", "/openapi.json").json()

    assert schema["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    asked = schema["paths"]["/v1/extract"]["post"]
    assert asked["security"] == [{"key": []}, {}]
    assert {"401", "403", "421", "429", "503"} <= set(asked["responses"])
    told = asked["responses"]["503"]["content"]["application/problem+json"]["examples"]
    assert {"store-down", "busy", "stopping"} <= set(told)
    assert "security" not in schema["paths"]["/healthz"]["get"]


@pytest.mark.parametrize("needed", [True, False])
def test_the_home_page_asks_for_a_key_where_one_is_needed(settings, make_key, needed):
    if needed:
        make_key()

    page = ask(an_app(settings=settings), "GET", "/").text

    assert ('id="key-field" hidden' in page) is not needed
