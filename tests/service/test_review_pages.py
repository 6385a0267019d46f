"""Pages of reviewing and of disputes, without a browser: what they show, what forms do, and what is refused."""

import asyncio
import html
import re
from datetime import UTC, date, datetime

import httpx
import pytest
from reviewing import ANA, NOW, fill, plain, say
from sqlalchemy import select
from storing import an_extraction
from timing import cpu_seconds
from web_app import an_app

from service.disputes.records import Dispute
from service.records import Article, ExtractedClaim, Figure, Source, Span
from service.review import verdicts
from service.review.records import Said
from service.settings import Settings
from service.store.extractions import keep
from service.store.store import Store
from service.store.tables import claims
from service.store.tables import verdicts as kept_verdicts
from service.web import disputing

TOLLS = (
    "A ferry sank off Kessara on 3 March 2026. Ilse Varga said at least 17 people drowned off Kessara on 3 March 2026. "
    "Tern Lines said 9 people drowned off Kessara on 3 March 2026."
)


@pytest.fixture
def store(tmp_path):
    kept = Store.open(str(tmp_path / "store.sqlite"))
    yield kept
    kept.close()


@pytest.fixture
def desk(store, tmp_path):
    desk = Desk(an_app(settings=Settings(store=str(tmp_path / "store.sqlite"), review_second_share=1.0)), store)
    yield desk
    desk.close()


class Desk:
    def __init__(self, app, store):
        self.app, self.store, self.cookies = app, store, httpx.Cookies()

    def ask(self, method, url, **request):
        async def send():
            transport = httpx.ASGITransport(app=self.app, client=("127.0.0.1", 1))
            async with httpx.AsyncClient(
                transport=transport, base_url="http://localhost", cookies=self.cookies, follow_redirects=True
            ) as client:
                response = await client.request(method, url, **request)
                self.cookies = client.cookies
                return response

        return asyncio.run(send())

    def close(self):
        self.app.state.context.callers.close()
        self.app.state.context.keeping.close()

    def get(self, url="/review"):
        return self.ask("GET", url)

    def post(self, url, **fields):
        token = re.search(r'name="form_token" value="([^"]+)"', self.get().text)[1]
        return self.ask("POST", url, data={"form_token": token} | fields)

    def form(self, text):
        """A form as it stands on the page, to be sent back."""
        form = text[text.index('id="verdict"') : text.index("</form>", text.index('id="verdict"'))]
        return {
            name: html.unescape(value) for name, value in re.findall(r'<input[^>]*name="(\w+)" value="([^"]*)"', form)
        }

    def judge(self, url="/review", **fields):
        shown = self.get(url).text
        place = re.search(r'action="(/review/claims/[0-9a-f]{64}/verdicts)"', shown)[1]
        return self.ask("POST", place, data=self.form(shown) | fields)

    def said(self):
        with self.store.reading() as connection:
            rows = connection.execute(select(kept_verdicts).order_by(kept_verdicts.c.key)).all()
        return [verdicts.verdict_of(row) for row in rows]


def tell_tolls(store, *, article="ferry", text=TOLLS):
    """An article in which two speakers give different tolls."""
    found = []
    for number, (speaker, words, low, high, qualifier) in enumerate(
        [
            ("Ilse Varga", "at least 17 people drowned off Kessara on 3 March 2026", "17", None, "at_least"),
            ("Tern Lines", "9 people drowned off Kessara on 3 March 2026", "9", "9", "exact"),
        ],
        1,
    ):
        start = text.index(words)
        end = start + words.index(" people")
        figure = Figure(
            span=Span(start, end), low=low, high=high, qualifier=qualifier, counted="people", measure="drowned"
        )
        found.append(
            ExtractedClaim(
                id=f"{article}#{number}",
                document=article,
                content=(Span(start, start + len(words)),),
                source=Source(name=speaker, kind="person" if number == 1 else "organization"),
                mode="indirect",
                figures=(figure,),
                text=words,
                confidence=0.5,
            )
        )
    about = Article(id=article, text=text, title="A ferry sinks", published=date(2026, 3, 4))
    with store.writing() as connection:
        keep(connection, an_extraction(about, extraction_id=f"x-{article}", claims=tuple(found)))


# ── the pages ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_without_a_store_the_page_says_what_to_set():
    answer = Desk(an_app(settings=Settings()), None).get()

    assert answer.status_code == 404
    assert "ACCORDING_STORE" in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/review/claims/99",
        "/review/claims/99999999999999999999999",
        "/review/claims/-1",
        "/review/articles/99",
        "/review/articles/99999999999999999999999",
        "/review/articles/1/missed",
        "/review/articles/1/missed?span=0-99999999",
        "/review/articles/1/missed?span=0-1 3-4",
        "/review/articles/1/figure?span=x",
        "/review/articles/99/figure?span=0-4",
    ],
)
def test_what_is_not_there_is_told_and_no_error_of_ours(desk, path):
    with desk.store.writing() as connection:
        fill(connection, 1)

    assert desk.get(path).status_code in (404, 422)


@pytest.mark.parametrize(
    "query",
    ["speaker=%25", "speaker=%00", "flag=' or 1=1", "unit=count", "model=x", "mine=1", "look=third", "doubtful=x"],
)
def test_any_filter_is_answered(desk, query):
    with desk.store.writing() as connection:
        fill(connection, 1)

    assert desk.get(f"/review?{query}").status_code in (200, 422)


def test_a_filter_is_kept_while_going_on(desk):
    with desk.store.writing() as connection:
        fill(connection, 4)
    shown = desk.judge("/review?speaker=Lena", action="accept")

    assert shown.url.query.startswith(b"speaker=Lena&done=")
    assert re.search(r'<p class="speaker-line"><strong><bdi>Lena Holt', shown.text)


def test_the_claim_stands_beside_its_text_with_doubts_in_words(desk):
    with desk.store.writing() as connection:
        fill(connection, 1)
    shown = desk.get().text

    assert "taken to be this speaker" in shown
    assert "little speaks for it" in shown
    assert re.search(r'class="content figure content-first figure-first figure-last "[^>]*>2<', shown)


@pytest.mark.parametrize(
    ("action", "told"),
    [("accept", "Right"), ("reject", "Wrong"), ("skip", "Put off"), ("discard", "Discarded"), ("edit", "Changed")],
)
def test_a_verdict_is_kept_told_and_can_be_taken_back(desk, action, told):
    with desk.store.writing() as connection:
        fill(connection, 1)
    after = desk.judge(action=action, seconds="2.5", figure_qualifier="exact")
    undo = re.search(r'action="(/review/verdicts/\d+/undo)"', after.text)[1]
    back = desk.post(undo)

    assert told in after.text
    assert "Taken back" in back.text
    assert back.url.path.startswith("/review/claims/")
    assert [(said.action, said.seconds) for said in desk.said()] == [(action, 2.5), ("undo", None)]


def test_a_verdict_on_what_was_judged_meanwhile_is_not_kept(desk):
    with desk.store.writing() as connection:
        fill(connection, 1)
    shown = desk.get().text
    binding = re.search(r"/review/claims/([0-9a-f]{64})/verdicts", shown)[1]
    with desk.store.writing() as connection:
        say(connection, binding, "reject", ANA)
    answer = desk.ask("POST", f"/review/claims/{binding}/verdicts", data=desk.form(shown) | {"action": "accept"})

    assert answer.status_code == 409
    assert "ana has judged this claim since you were shown it" in answer.text
    assert [said.action for said in desk.said()] == ["reject"]


def test_who_looks_a_second_time_neither_sees_nor_takes_over_what_the_first_look_made_of_it(desk):
    with desk.store.writing() as connection:
        fill(connection, 1, claims=1)
        row = connection.execute(select(claims)).one()
        claim = ExtractedClaim.model_validate_json(row.record)
        new = plain(claim, source=Source(name="Somebody Else", kind="person"), stance="denies")
        verdicts.give(connection, row.binding, Said(action="edit", version=0, new=new), ANA, now=NOW)
    shown = desk.get("/review?look=second").text
    desk.judge("/review?look=second", action="edit", stance="asserts", mode="indirect", figure_qualifier="exact")
    second = desk.said()[-1]

    assert "Somebody Else" not in shown
    assert (second.look, second.new.source.name, second.new.stance) == ("second", claim.source.name, "asserts")


def test_a_missed_claim_is_proposed_and_added(desk):
    with desk.store.writing() as connection:
        fill(connection, 1, claims=2)
        connection.execute(claims.delete().where(claims.c.id == "story-0#1"))
    shown = desk.get("/review/articles/1/missed?span=17-39").text
    desk.ask(
        "POST", "/review/articles/1/missed", data=desk.form(shown) | {"action": "add", "figure_qualifier": "exact"}
    )
    added = desk.said()[0]

    assert (added.action, added.new.source.name) == ("add", "Ines Okafor")
    assert [figure.low for figure in added.new.figures] == ["2"]


def test_while_annotating_blind_nothing_that_was_found_is_shown(desk):
    with desk.store.writing() as connection:
        fill(connection, 1)
    shown = desk.get("/review/articles/1?blind=1").text

    assert "data-claim" not in shown
    assert "/review/claims/" not in shown


@pytest.mark.parametrize("path", ["/review", "/review/progress", "/review/history", "/review/articles", "/disputes"])
def test_pages_are_small(desk, path):
    with desk.store.writing() as connection:
        fill(connection, 2)
    desk.judge(action="accept")
    parts = [
        desk.get(path),
        *map(desk.get, ("/static/page.css", "/static/review.css", "/static/review.js", "/static/icon.svg")),
    ]

    assert sum(len(part.content) for part in parts) < 150_000


def test_progress_draws_what_its_tables_say(desk):
    with desk.store.writing() as connection:
        fill(connection, 3)
    for action in ("accept", "reject") * 5:
        desk.judge(action=action)
    shown = desk.get("/review/progress").text

    assert shown.count("<svg") == 3
    assert shown.count("<circle") == 5
    assert shown.count("<table") == 3
    assert "style=" not in shown


def test_the_queue_is_there_at_once_with_ten_thousand_claims(desk):
    with desk.store.writing() as connection:
        fill(connection, 400, claims=25)
    desk.get()

    assert cpu_seconds(desk.get) < 0.1
    assert cpu_seconds(lambda: desk.judge(action="skip")) < 0.4  # two pages and a form


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        pytest.param({"content": b"a=1&" * 200_000}, 413, id="large"),
        pytest.param({"content": iter([])}, 413, id="of-unknown-length"),
        pytest.param({"data": {f"f{number}": "1" for number in range(5_000)}}, 422, id="many-fields"),
        pytest.param({"files": {"token": b"x"}}, 422, id="a-file"),
        pytest.param({"json": {"token": "x"}}, 403, id="no-form"),
    ],
)
def test_odd_forms_are_refused_before_they_cost_anything(desk, request_, status):
    if "content" in request_ and not isinstance(request_["content"], bytes):

        async def chunks():
            yield b"a=1"

        request_ = {"content": chunks()}
    kind = {"content-type": "application/x-www-form-urlencoded"} if "content" in request_ else {}

    assert desk.ask("POST", "/review/login", headers=kind, **request_).status_code == status


def test_pages_and_forms_work_on_either_database(any_address):
    kept = Store.open(any_address)
    desk = Desk(an_app(settings=Settings(store=any_address, review_second_share=1.0)), kept)
    with kept.writing() as connection:
        fill(connection, 2)
    tell_tolls(kept)
    for action in ("accept", "edit", "reject", "skip", "discard"):
        assert desk.judge(action=action, figure_qualifier="exact", speaker_name="a\x00b").status_code == 200
    paths = ["/review?speaker=%00", "/review?look=second", "/review?mine=1", "/review/articles?q=%00", "/disputes"]
    paths += ["/review/history", "/review/progress", "/review/differences"]
    answers = {path: desk.get(path).status_code for path in paths}
    desk.close()
    kept.close()

    assert set(answers.values()) == {200}


# ── disputes ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_who_says_how_many_stands_side_by_side_with_the_place_in_the_text(desk):
    tell_tolls(desk.store)
    shown = desk.get("/disputes").text

    assert re.findall(r'class="amount">([^<]+)<', shown) == ["≥ 17", "9"]
    assert "≥ 17 (Ilse Varga) and 9 (Tern Lines) cannot both be right" in shown
    assert f'href="/review/articles/1#at-{TOLLS.index("at least 17")}"' in shown
    assert f'id="at-{TOLLS.index("at least 17")}"' in desk.get("/review/articles/1").text


def test_the_api_answers_the_same_disputes(desk):
    tell_tolls(desk.store)
    answer = desk.get("/v1/disputes").json()
    dispute = Dispute.model_validate(answer["disputes"][0])

    assert (answer["total"], answer["considered"], answer["complete"]) == (1, 2, True)
    assert [statement.speaker for statement in dispute.statements] == ["Ilse Varga", "Tern Lines"]
    assert dispute.contested


@pytest.mark.parametrize(
    ("query", "total"),
    [
        pytest.param("contested=true", 1, id="contradictions"),
        pytest.param("place=kessara", 1, id="place"),
        pytest.param("place=Elsewhere", 0, id="another-place"),
        pytest.param("counted=PEOPLE", 1, id="counted"),
        pytest.param("counted=boats", 0, id="counted-otherwise"),
        pytest.param("article=ferry", 1, id="article"),
        pytest.param("article=other", 0, id="another-article"),
    ],
)
def test_disputes_are_narrowed(desk, query, total):
    tell_tolls(desk.store)

    assert desk.get(f"/v1/disputes?{query}").json()["total"] == total
    assert f"{total} thing" in desk.get(f"/disputes?{query}").text


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=x", "contested=perhaps", "other=1", "place=a&place=b"]
)
def test_what_cannot_be_asked_is_refused(desk, query):
    assert desk.get(f"/v1/disputes?{query}").status_code == 422
    assert desk.get(f"/disputes?{query}").status_code == 422


@pytest.mark.parametrize("bound", ["MOST_CLAIMS", "MOST_CHARACTERS"])
def test_no_more_is_held_against_each_other_than_there_is_room_for(desk, monkeypatch, bound):
    tell_tolls(desk.store, article="older", text=f"Long ago. {TOLLS}")
    tell_tolls(desk.store)
    monkeypatch.setattr(disputing, bound, 2 if bound == "MOST_CLAIMS" else len(TOLLS))
    answer = desk.get("/v1/disputes").json()

    assert (answer["considered"], answer["complete"]) == (2, False)
    assert {statement["article"] for statement in answer["disputes"][0]["statements"]} == {"ferry"}


@pytest.mark.parametrize("action", ["reject", "discard"])
def test_what_a_reviewer_dropped_disputes_nothing(desk, action):
    tell_tolls(desk.store)
    before = desk.get("/v1/disputes").json()["total"]
    desk.judge(action=action)

    assert (before, desk.get("/v1/disputes").json()["total"]) == (1, 0)


def test_what_a_reviewer_changed_counts_as_changed(desk):
    tell_tolls(desk.store)
    with desk.store.writing() as connection:
        row = connection.execute(select(claims).order_by(claims.c.key.desc()).limit(1)).one()
        claim = ExtractedClaim.model_validate_json(row.record)
        figures = (claim.figures[0].model_copy(update={"low": "19", "high": "19"}),)
        said = Said(action="edit", version=0, new=plain(claim, figures=figures))
        verdicts.give(connection, row.binding, said, ANA, now=datetime.now(UTC))
    statements = desk.get("/v1/disputes").json()["disputes"][0]["statements"]

    assert [statement["low"] for statement in statements] == ["17", "19"]


def test_hostile_words_in_disputes_stay_words(desk):
    words = "Omar said <script>alert(1)</script>. "
    tell_tolls(desk.store, text=words + TOLLS.replace("A ferry sank", "A <b>ferry</b> sank"))

    assert "<script>alert" not in desk.get("/disputes").text
    assert "<b>" not in desk.get("/disputes").text


def test_the_api_says_what_it_takes(desk):
    asked = desk.get("/openapi.json").json()["paths"]["/v1/disputes"]["get"]

    assert [parameter["name"] for parameter in asked["parameters"]] == [
        "place",
        "counted",
        "article",
        "contested",
        "limit",
    ]


# ── the way there ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_home_page_leads_to_reviewing_only_where_something_is_kept(desk):
    link = re.compile(r'<a [^>]*id="to-review"[^>]*>')

    assert "data-kept" in link.search(desk.get("/").text)[0]
    assert "data-kept" not in link.search(Desk(an_app(settings=Settings()), None).get("/").text)[0]
