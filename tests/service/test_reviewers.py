"""Who may review in a browser, and what a forged form, an old session or a guessed token get."""

import asyncio
import re
from datetime import UTC, datetime

import httpx
import pytest
from reviewing import fill
from web_app import an_app

from service.review import people
from service.review.records import Person
from service.settings import Settings
from service.store.store import Store
from service.web.reviewing import LOGINS_PER_MINUTE
from service.web.sessions import COOKIE

NOW = datetime(2026, 3, 6, 9, tzinfo=UTC)
ANA = Person(name="ana")


@pytest.fixture
def store(tmp_path):
    kept = Store.open(str(tmp_path / "store.sqlite"))
    with kept.writing() as connection:
        fill(connection, 1)
    yield kept
    kept.close()


@pytest.fixture
def app(store, tmp_path):
    made = an_app(settings=Settings(store=str(tmp_path / "store.sqlite")))
    yield made
    made.state.context.callers.close()
    made.state.context.keeping.close()


class Browser:
    """A client with its cookies. Synchronous, one request after the other."""

    def __init__(self, app, base="http://localhost", client="127.0.0.1"):
        self.app, self.base, self.address, self.cookies = app, base, client, httpx.Cookies()

    def ask(self, method, url, **request):
        async def send():
            transport = httpx.ASGITransport(app=self.app, client=(self.address, 1))
            async with httpx.AsyncClient(transport=transport, base_url=self.base, cookies=self.cookies) as client:
                response = await client.request(method, url, **request)
                self.cookies = client.cookies
                return response

        return asyncio.run(send())

    def get(self, url="/review", **request):
        return self.ask("GET", url, **request)

    def token(self):
        return re.search(r'name="form_token" value="([^"]+)"', self.get().text)[1]

    def post(self, url, *, form_token=None, headers=None, **fields):
        given = {"form_token": self.token() if form_token is None else form_token} | fields
        return self.ask("POST", url, data=given, headers=headers)

    def log_in(self, token):
        return self.post("/review/login", token=token)

    def judged(self, **more):
        place = re.search(r'action="(/review/claims/[0-9a-f]{64}/verdicts)"', self.get().text)[1]
        return self.post(place, action="accept", version="0", **more)


def named(store, person=ANA):
    with store.writing() as connection:
        return people.name_person(connection, person, now=datetime.now(UTC))


def revoke(store, name="ana"):
    with store.writing() as connection:
        people.revoke(connection, name, now=NOW)


def test_where_nobody_is_named_whoever_sits_at_the_machine_reviews(app):
    assert Browser(app).judged().status_code == 303


@pytest.mark.parametrize("header", ["forwarded", "x-forwarded-for", "x-real-ip"])
def test_from_elsewhere_nobody_reviews_without_a_name(app, header):
    answer = Browser(app).get(headers={header: "203.0.113.9"})

    assert answer.status_code == 403
    assert "reviewers-needed" in answer.text


def test_another_name_for_this_machine_is_refused(app):
    assert Browser(app, base="http://evil.example").get().status_code != 200


@pytest.mark.parametrize("path", ["/review", "/review/articles/1", "/review/history", "/disputes"])
def test_where_people_are_named_everybody_logs_in(app, store, path):
    named(store)
    answer = Browser(app).get(path)

    assert answer.status_code == 401
    assert 'name="token"' in answer.text
    assert "crates" not in answer.text


def test_a_token_opens_and_logging_out_closes(app, store):
    browser, token = Browser(app), named(store)
    entered = browser.log_in(token)
    inside = browser.get()
    browser.post("/review/logout")

    assert (entered.status_code, entered.headers["location"]) == (303, "/review")
    assert "ana" in inside.text
    assert browser.get().status_code == 401


@pytest.mark.parametrize(
    ("to", "leads"),
    [
        pytest.param("/review/articles?q=x", "/review/articles?q=x", id="a-page-of-ours"),
        pytest.param("/disputes", "/disputes", id="disputes"),
        pytest.param("https://evil.example/review", "/review", id="another-site"),
        pytest.param("//evil.example/review", "/review", id="another-host"),
        pytest.param("/review//evil.example", "/review", id="two-slashes"),
        pytest.param("/review\\evil", "/review", id="backslash"),
        pytest.param("/reviewers", "/review", id="another-page"),
        pytest.param("/review\r\nset-cookie: x=1", "/review", id="line-ends"),
    ],
)
def test_logging_in_leads_to_pages_of_ours_alone(app, store, to, leads):
    browser = Browser(app)

    assert browser.post("/review/login", token=named(store), to=to).headers["location"] == leads


@pytest.mark.parametrize("guess", ["", "x", "ana", "\x00", "x" * 10_000])
def test_a_guessed_token_opens_nothing(app, store, guess):
    named(store)
    browser = Browser(app)

    assert browser.log_in(guess).status_code == 401
    assert browser.get().status_code == 401


def test_who_guesses_too_often_has_to_wait_and_others_need_not(app, store):
    token, guesser, other = named(store), Browser(app, client="203.0.113.9"), Browser(app, client="203.0.113.10")
    guessed = [guesser.log_in("wrong").status_code for _ in range(LOGINS_PER_MINUTE)]
    refused = guesser.log_in(token)

    assert guessed == [401] * LOGINS_PER_MINUTE
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 60
    assert guesser.get().status_code == 401
    assert other.log_in(token).status_code == 303


def test_a_revoked_token_opens_nothing_from_that_moment_on(app, store):
    browser, token = Browser(app), named(store)
    browser.log_in(token)
    before = browser.get().status_code
    revoke(store)

    assert (before, browser.get().status_code) == (200, 401)
    assert browser.log_in(token).status_code == 401


def test_a_new_token_does_not_bring_old_sessions_back(app, store):
    old, new, token = Browser(app), Browser(app), named(store)
    old.log_in(token)
    revoke(store)
    again = named(store)
    new.log_in(again)

    assert (old.get().status_code, new.get().status_code) == (401, 200)


def test_a_role_holds_as_of_now(app, store):
    browser = Browser(app)
    browser.log_in(named(store, Person(name="ana", role="admin")))
    revoke(store)

    assert browser.get("/review/differences").status_code == 401


# ── forged forms ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"form_token": ""}, id="no-token"),
        pytest.param({"form_token": "x" * 32}, id="another-token"),
        pytest.param({"headers": {"sec-fetch-site": "cross-site"}}, id="another-site"),
        pytest.param({"headers": {"sec-fetch-site": "same-site"}}, id="a-neighbour"),
        pytest.param({"headers": {"origin": "http://evil.example"}}, id="another-origin"),
        pytest.param({"headers": {"origin": "null"}}, id="no-origin"),
    ],
)
def test_a_form_of_another_page_says_nothing(app, fields):
    answer = Browser(app).judged(**fields)

    assert answer.status_code == 403
    assert "foreign-page" in answer.text


def test_a_token_of_another_session_says_nothing(app):
    assert Browser(app).judged(form_token=Browser(app).token()).status_code == 403


@pytest.mark.parametrize("headers", [{}, {"origin": "http://localhost"}, {"sec-fetch-site": "same-origin"}])
def test_our_own_form_is_taken(app, headers):
    assert Browser(app).judged(headers=headers).status_code == 303


def test_nothing_is_said_by_looking(app):
    browser = Browser(app)
    place = re.search(r'action="(/review/claims/[0-9a-f]{64}/verdicts)"', browser.get().text)[1]

    assert browser.ask("GET", f"{place}?action=accept&version=0").status_code == 405


# ── sessions ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_session_that_somebody_prepared_is_not_the_one_that_is_entered(app, store):
    prepared, victim, token = Browser(app), Browser(app), named(store)
    prepared.get()
    victim.cookies.set(COOKIE, prepared.cookies[COOKIE], domain="localhost.local")
    form_token = prepared.token()
    victim.post("/review/login", form_token=form_token, token=token)

    assert prepared.get().status_code == 401
    assert victim.get().status_code == 200
    assert victim.token() != form_token


@pytest.mark.parametrize(
    ("base", "flags"),
    [
        pytest.param("http://localhost", {"httponly", "samesite=strict"}, id="plain"),
        pytest.param("https://localhost", {"httponly", "samesite=strict", "secure"}, id="https"),
    ],
)
def test_the_cookie_is_for_our_pages_alone(app, base, flags):
    cookie = Browser(app, base=base).get().headers["set-cookie"]

    assert {part.strip().lower() for part in cookie.split(";")} >= flags | {"path=/"}
    assert ("secure" in cookie.lower()) == ("secure" in flags)


@pytest.mark.parametrize("forged", ["x", "e30=.x.y", "bm90IGpzb24=.aaaa.bbbb"])
def test_a_forged_cookie_is_nobody(app, store, forged):
    named(store)
    browser = Browser(app)
    browser.cookies.set(COOKIE, forged, domain="localhost.local")

    assert browser.get().status_code == 401


def test_other_pages_set_no_cookie(app):
    browser = Browser(app)

    assert "set-cookie" not in browser.get("/").headers
    assert "set-cookie" not in browser.get("/v1/models").headers
