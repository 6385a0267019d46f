"""From a pasted article through the queue to a scored gold set, in a real browser.

Needs Chromium and its driver; skipped where they are missing, unless ACCORDING_REQUIRE_BROWSER is set.
"""

import json
import re
import time
import uuid
from datetime import UTC, date, datetime
from importlib.resources import files
from itertools import pairwise

import httpx
import pytest
from click.testing import CliRunner
from reviewing import BO, CY, fill
from sqlalchemy import select
from web_app import Scripted, an_app, running

from eval.cli import main as eval_main
from service.goldfiles import GoldClaim
from service.records import Extraction, Span
from service.rendering.lines import claims_jsonl
from service.review import people
from service.review.gold import export
from service.review.records import Person
from service.settings import Settings
from service.store.extractions import find
from service.store.store import Store
from service.store.tables import claims, extractions, verdicts

pytestmark = [pytest.mark.browser, pytest.mark.network]

TEXT = (
    "\U0001f4e6 Ines said maybe 40 crates were lost at the quay. Omar said maybe 12 boats sank. "
    "Lena said 3 masts broke. The harbour office counted 9 torn sails. Omar said maybe nobody slept."
)
MARKS = "e" + "\u0301" * 10_000
HOSTILE = (
    "Mina said maybe <script>alert(1)</script> 3 are lost. Omar said maybe <img src=x onerror=alert(2)> 4 are lost. "
    'Lena said maybe </textarea></script></div><svg/onload=alert(3)> "{{7*7}}" \u202e5 are\u200b lost\U000e0041. '
    f"Ada said maybe javascript:alert(4) and ' onmouseover=alert(5) x={MARKS} 6 are lost. Ola said =1+1 7 are lost."
)


class Placed(Scripted):
    """A pipeline whose doubts have a place, and each of whose extractions an id of its own."""

    async def __call__(self, article, **asked):
        async for item in super().__call__(article, **asked):
            if isinstance(item, Extraction):
                placed = tuple(map(_with_place, item.claims))
                item = item.model_copy(update={"extraction_id": str(uuid.uuid4()), "claims": placed})
            yield item


def _with_place(claim):
    """Doubts with the place in the text, as the embedded model has them."""
    start = claim.content[0].start
    flags = tuple(flag.model_copy(update={"span": Span(start, start + len("maybe"))}) for flag in claim.flags)
    return claim.model_copy(update={"flags": flags})


class Desk:
    """A browser, the service, and its store."""

    def __init__(self, driver, address, store):
        self.driver, self.address, self.store = driver, address, store
        self.look(1280, 900)
        driver.delete_all_cookies()
        driver.get_log("browser")

    def look(self, width, height=900, *, dark=False):
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        still = {"name": "prefers-reduced-motion", "value": "reduce"}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme, still]})

    def open(self, path="/review"):
        self.driver.get(self.address + path)

    def one(self, selector):
        return self.driver.find_element("css selector", selector)

    def all(self, selector):
        return self.driver.find_elements("css selector", selector)

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def wait(self, found, what, seconds=20):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if found():
                return
            time.sleep(0.02)
        pytest.fail(f"waited for {what} at {self.driver.current_url}: {self.one('main').text[:600]}")

    def onward(self, act):
        """Does something that leads to another page, and waits until that is there."""
        self.run("window.before = true")
        act()
        self.wait(lambda: self.run("return !window.before && document.readyState === 'complete'"), "the next page")

    def keys(self, *pressed):
        from selenium.webdriver import ActionChains

        ActionChains(self.driver).send_keys(*pressed).perform()

    def press(self, key):
        self.onward(lambda: self.keys(key))

    def paste(self, text, title=""):
        self.open("/")
        self.run("document.getElementById('text').value = arguments[0]", text)
        if title:
            self.one("#title").send_keys(title)
        self.one("#go").click()
        self.wait(lambda: self.one("#save").is_displayed(), "the result")

    def shown(self):
        return self.one("blockquote").get_property("textContent")

    def speaker(self):
        return self.one(".speaker-line strong").text

    def mark(self, words):
        """Marks words of the article with the mouse, from the first letter to the last."""
        from selenium.webdriver.common.actions.action_builder import ActionBuilder

        left, right = self.run(PLACES, words)
        mouse = ActionBuilder(self.driver)
        mouse.pointer_action.move_to_location(*left).pointer_down().move_to_location(*right).pointer_up()
        mouse.perform()

    def states(self):
        """What was said of the claims, by their words; the last holds."""
        with self.store.reading() as connection:
            rows = connection.execute(select(verdicts).order_by(verdicts.c.key)).all()
        return [(row.action, row.reviewer, json.loads(row.old)["text"] if row.old else None) for row in rows]

    def last_new(self):
        with self.store.reading() as connection:
            row = connection.execute(select(verdicts.c.new).order_by(verdicts.c.key.desc()).limit(1)).scalar_one()
        return json.loads(row)

    def is_clean(self):
        """Nothing blocked by the page's policy, no dialogue opened, no error on the console, nothing foreign loaded."""
        loaded = self.run("return performance.getEntriesByType('resource').map((entry) => entry.name)")
        foreign = [name for name in loaded if not name.startswith(self.address)]
        errors = [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]
        return (self.run("return violations"), self.run("return alerts"), errors, foreign) == ([], [], [], [])


# Where on the screen the first and the last of the words are; they are scrolled into view first.
PLACES = """
const box = document.querySelector("#text");
const walker = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
const nodes = []; let whole = "";
while (walker.nextNode()) { nodes.push([whole.length, walker.currentNode]); whole += walker.currentNode.data; }
const start = whole.indexOf(arguments[0]), end = start + arguments[0].length;
const at = (place, last) => {
  const [from, node] = nodes.findLast(([from, node]) => (last ? from < place : from <= place));
  return [node, place - from];
};
const range = document.createRange();
range.setStart(...at(start, false)); range.setEnd(...at(end, true));
range.startContainer.parentElement.scrollIntoView({ block: "center" });
const rects = [...range.getClientRects()].filter((rect) => rect.width > 0);
const first = rects[0], last = rects.at(-1);
return [[Math.ceil(first.left), Math.round(first.top + first.height / 2)],
        [Math.ceil(last.right), Math.round(last.top + last.height / 2)]];
"""


@pytest.fixture
def store(tmp_path):
    kept = Store.open(str(tmp_path / "store.sqlite"))
    yield kept
    kept.close()


def serving(tmp_path, **settings):
    given = Settings(store=str(tmp_path / "store.sqlite"), **settings)
    return running(an_app(Placed(), settings=given))


@pytest.fixture
def desk(chromium, store, tmp_path):
    with serving(tmp_path) as address:
        yield Desk(chromium, address, store)


def log_in(desk, token):
    desk.open("/review")
    desk.one("input[name=token]").send_keys(token)
    desk.onward(desk.one("button.primary").click)
    desk.driver.get_log("browser")  # the browser itself notes that one had to log in


def name(store, *persons):
    with store.writing() as connection:
        return [people.name_person(connection, person, now=datetime.now(UTC)) for person in persons]


# ── the whole way ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_pasted_article_becomes_gold_that_is_scored(desk, store, tmp_path):
    from selenium.webdriver.support.select import Select

    desk.paste(TEXT)
    desk.onward(desk.one("#to-review").click)
    assert desk.shown() == "maybe 40 crates were lost at the quay"
    assert [doubt.text for doubt in desk.all(".doubts li")] == ["it says maybe show"]
    assert desk.one("#text .content").get_property("textContent").startswith("maybe")

    desk.press("a")
    assert desk.one(".done [role=status]").text == "Right: “maybe 40 crates were lost at the quay”"

    desk.keys("e")
    Select(desk.driver.switch_to.active_element).select_by_visible_text("Lena")
    row = desk.one(".figure-row")
    Select(row.find_element("name", "figure_qualifier")).select_by_visible_text("at least")
    row.find_element("name", "figure_high").clear()
    row.find_element("name", "figure_counted").send_keys("boats")
    desk.mark("12 boats sank")
    desk.keys("1")
    assert desk.one("[data-shows=content]").text == "12 boats sank"
    desk.onward(desk.one("#save").click)
    changed = desk.last_new()
    assert changed["source"]["name"] == "Lena"
    assert changed["content"] == [[TEXT.index("12 boats"), TEXT.index("12 boats") + len("12 boats sank")]]
    assert [(each["low"], each["high"], each["qualifier"], each["counted"]) for each in changed["figures"]] == [
        ("12", None, "at_least", "boats")
    ]

    assert desk.shown() == "maybe nobody slept"
    desk.press("x")
    assert desk.shown() == "3 masts broke"
    desk.press("u")
    assert desk.one(".done [role=status]").text == "Taken back: “maybe nobody slept”"
    assert desk.shown() == "maybe nobody slept"
    desk.press("s")
    assert desk.shown() == "3 masts broke"
    desk.press("d")
    assert desk.one("h1").text == "Nothing waits to be judged"

    desk.open("/review?mine=1")
    assert desk.shown() == "maybe nobody slept"
    desk.press("x")
    desk.open("/review/articles")
    desk.onward(desk.one("table a").click)
    desk.mark("harbour office counted 9 torn sails")
    desk.press("m")
    desk.press("\ue007")  # Enter
    assert desk.last_new()["figures"][0]["low"] == "9"
    assert [said[0] for said in desk.states()] == [
        *("accept", "edit", "reject", "undo", "skip", "discard", "reject", "add"),
    ]
    assert desk.is_clean()

    gold = tmp_path / "gold"
    with store.reading() as connection:
        written = export(connection, gold, today=date(2026, 3, 6))
        extraction = find(connection, connection.scalar(select(extractions.c.id)))
    assert (written.claims, written.optional, written.assisted) == (4, 1, 3)
    (tmp_path / "claims.jsonl").write_text(claims_jsonl(extraction), encoding="utf-8")
    scored = CliRunner().invoke(eval_main, ["score", str(tmp_path / "claims.jsonl"), str(gold), "--json"])
    assert scored.exit_code == 0, scored.output
    checked = CliRunner().invoke(eval_main, ["check", str(gold)])
    assert "error" not in re.sub(r"\b0 errors?", "", checked.output.lower()), checked.output
    lines = (gold / "claims.jsonl").read_text(encoding="utf-8").splitlines()
    kept = [GoldClaim.model_validate_json(line) for line in lines]
    assert {claim.source.name for claim in kept if not claim.optional} == {"Ines", "Lena", None}


# ── keys ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_everything_is_done_by_keys_alone(desk):
    desk.paste(TEXT)
    desk.open("/review")

    desk.keys("e")
    focused = desk.driver.switch_to.active_element.get_attribute("name")
    desk.keys("\ue00c")  # Escape
    closed = "editing" not in desk.one("#verdict").get_attribute("class")
    desk.keys("e", "]", "]", "1")
    taken = desk.one("[data-shows=content]").text
    desk.press("\ue007")

    assert (focused, closed) == ("speaker", True)
    assert taken == "maybe 40 crates were lost at the quay. Omar"
    assert desk.states() == [("edit", "local", "maybe 40 crates were lost at the quay")]

    desk.keys("j")
    assert desk.driver.switch_to.active_element.text.startswith("maybe 40 crates")
    desk.keys("?")
    assert desk.one("#help").is_displayed()
    desk.keys("\ue00c")
    assert not desk.one("#help").is_displayed()

    desk.onward(desk.one("#help ~ *, .paper .help a").click)
    desk.keys(".", ".", ".")
    marked = desk.run("return String(document.getSelection())")
    desk.press("m")
    assert marked == "Lena said 3 masts broke."
    assert desk.shown() == "Lena said 3 masts broke"


def test_enter_in_a_field_saves_the_change_and_accepts_nothing(desk):
    desk.paste(TEXT)
    desk.open("/review")
    desk.keys("e")
    field = desk.one("input[name=figure_counted]")
    field.send_keys("crates")
    desk.onward(lambda: field.send_keys("\ue007"))

    assert [said[0] for said in desk.states()] == ["edit"]
    assert desk.last_new()["figures"][0]["counted"] == "crates"


def test_what_cannot_be_saved_stays_in_the_form_with_the_reason(desk):
    desk.paste(TEXT)
    desk.open("/review")
    desk.keys("e")
    field = desk.one("input[name=figure_low]")
    field.clear()
    field.send_keys("many")
    desk.onward(lambda: field.send_keys("\ue007"))

    assert desk.one("[role=alert]").text.startswith("Not saved.")
    assert desk.one("input[name=figure_low]").get_property("value") == "many"
    assert desk.states() == []


def test_a_claim_leads_to_its_place_and_a_place_to_its_claim(desk):
    desk.paste(TEXT + "\n\n" + "Nothing else happened here. " * 300)
    desk.open("/review")
    desk.run("document.querySelector('#text').scrollTop = 9999")
    desk.one(".doubts a").click()
    desk.one("#text .other").click()

    assert desk.run("return document.querySelector('#text').scrollTop") < 100
    assert desk.driver.switch_to.active_element.text.startswith("maybe 12 boats")


# ── several people ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_second_look_is_blind_and_what_differs_is_settled(chromium, store, tmp_path):
    tokens = name(store, Person(name="ana"), BO, CY)
    with store.writing() as connection:
        fill(connection, 1, claims=2)
    with serving(tmp_path, review_second_share=1.0) as address:
        desk = Desk(chromium, address, store)
        log_in(desk, tokens[0])
        first = desk.shown()
        desk.press("a")
        desk.onward(desk.one(".who button").click)
        assert desk.all("input[name=token]")

        log_in(desk, tokens[1])
        desk.open("/review?look=second")
        assert desk.shown() == first
        assert not desk.all(".earlier, .judgement")
        desk.press("x")
        desk.open("/review/differences")
        assert desk.all("button[name=holds]") == []
        desk.onward(desk.one(".who button").click)

        log_in(desk, tokens[2])
        desk.open("/review/differences")
        assert [side.text for side in desk.all(".side h2")] == ["ana: right", "bo: wrong"]
        desk.onward(desk.all("button[name=holds]")[1].click)
        assert "No two looks differ." in desk.one("main").text
        clean = desk.is_clean()

    with store.reading() as connection:
        looks = connection.execute(
            select(verdicts.c.reviewer, verdicts.c.look, verdicts.c.action).order_by(verdicts.c.key)
        ).all()
    assert [tuple(row) for row in looks] == [
        ("ana", "first", "accept"),
        ("bo", "second", "reject"),
        ("cy", "settling", "reject"),
    ]
    assert clean


def test_of_two_reviewers_at_once_the_second_is_told_and_overwrites_nothing(chromium, store, tmp_path):
    tokens = name(store, Person(name="ana"), CY)
    with store.writing() as connection:
        fill(connection, 1, claims=3)
        key = connection.scalar(select(claims.c.key).order_by(claims.c.key).limit(1))
    with serving(tmp_path) as address, httpx.Client(base_url=address, follow_redirects=True) as other:
        desk = Desk(chromium, address, store)
        log_in(desk, tokens[0])
        desk.open(f"/review/claims/{key}")
        _post(other, other.get("/review").text, "/review/login", token=tokens[1])
        shown = other.get(f"/review/claims/{key}").text
        place = re.search(r'action="(/review/claims/[0-9a-f]{64}/verdicts)"', shown)[1]
        given = _post(other, shown, place, action="reject", version="0")

        desk.press("a")
        told = desk.one("main").text
        after = desk.states()
        desk.driver.get_log("browser")  # the browser itself notes the status

    assert given.status_code == 200
    assert "Not saved" in told
    assert "cy has judged this claim since you were shown it" in told
    assert [(action, who) for action, who, _ in after] == [("reject", "cy")]


def _post(client, page, path, **fields):
    token = re.search(r'name="form_token" value="([^"]+)"', page)[1]
    return client.post(path, data={"form_token": token, **fields})


def test_two_reviewers_are_not_shown_the_same_claim(chromium, store, tmp_path):
    tokens = name(store, Person(name="ana"), BO)
    with store.writing() as connection:
        fill(connection, 1, claims=3)
    with serving(tmp_path) as address, httpx.Client(base_url=address, follow_redirects=True) as other:
        desk = Desk(chromium, address, store)
        log_in(desk, tokens[0])
        theirs = _post(other, other.get("/review").text, "/review/login", token=tokens[1]).text
        mine = desk.shown()

    assert mine not in re.search(r"<blockquote[^>]*>(.*?)</blockquote>", theirs)[1]


# ── hostile text ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_hostile_text_stays_text_on_every_page(desk):
    title = "<b>bold</b><script>alert(6)</script>"
    desk.paste(HOSTILE, title)
    desk.open("/review")
    seen = 0
    while desk.all("blockquote"):
        seen += 1
        text = desk.run(
            "return [...document.querySelectorAll('#text [data-start]')].map((each) => each.textContent).join('')"
        )
        assert text == HOSTILE.translate({0x202E: "\\u202e", 0x200B: "\\u200b", 0xE0041: "\\U000e0041"})
        assert desk.all("#text *:not(span), .judged script, .judged img, .judged svg, h2 b") == []
        assert desk.one(".paper h2").text == title
        assert desk.is_clean()
        desk.press("a")
    for path in ("/review/articles", "/review/articles/1", "/review/history", "/review/progress", "/disputes"):
        desk.open(path)
        assert desk.all("main script, main img, main b") == []
        assert desk.is_clean(), path

    assert seen == 5


def test_marked_words_behind_hidden_letters_are_the_right_ones(desk):
    text = "Ines said maybe \u202e\U0001f6a2 12\u200b boats sank and 7 rafts too."
    desk.paste(text)
    desk.open("/review")
    desk.keys("e")
    desk.mark("7 rafts")
    desk.keys("1")
    desk.one(".figure-row .remove").click()
    desk.one(".figure-row .remove").click()
    desk.onward(desk.one("#save").click)

    start = text.index("7 rafts")
    assert desk.last_new()["content"] == [[start, start + len("7 rafts")]]


# ── every page ────────────────────────────────────────────────────────────────────────────────────────────────────

PAGES = [
    "/",
    "/review",
    "/review?speaker=Ines",
    "/review?speaker=none-of-that-name",
    "/review/articles",
    "/review/articles/1",
    "/review/articles/1?blind=1",
    "/review/articles/1/missed?span=0-60",
    "/review/differences",
    "/review/history",
    "/review/progress",
    "/disputes",
    "/disputes?contested=true",
]


@pytest.fixture(scope="module")
def busy(chromium, tmp_path_factory):
    """A desk with verdicts of several days' worth on it."""
    folder = tmp_path_factory.mktemp("busy")
    store = Store.open(str(folder / "store.sqlite"))
    with store.writing() as connection:
        fill(connection, 6)
    with (
        serving(folder) as address,
        httpx.Client(base_url=address, follow_redirects=True) as client,
    ):
        shown = client.get("/review").text
        for action in ("accept", "reject", "accept", "discard", "accept", "skip", "accept", "reject"):
            place = re.search(r'action="(/review/claims/[0-9a-f]{64}/verdicts)"', shown)[1]
            shown = _post(client, shown, place, action=action, version="0", seconds="3.5").text
        yield Desk(chromium, address, store)
    store.close()


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_serious(busy, path, dark):
    busy.look(1280, dark=dark)
    busy.open(path)
    found = axe(busy)
    if path == "/review":
        busy.keys("e")
        found += axe(busy)
        busy.keys("\ue00c", "?")
        found += axe(busy)

    assert found == []


def test_axe_would_tell_of_what_is_serious(busy):
    busy.open("/review/articles")
    busy.run("const made = document.createElement('button'); document.querySelector('main').append(made)")

    assert [rule for rule, *_ in axe(busy)] == ["button-name"]


def axe(desk):
    """What is serious or critical, with the places. From the driver's side, where the page's policy does not hold."""
    desk.run((files("axe_core_python") / "axe.min.js").read_text(encoding="utf-8"))
    result = desk.driver.execute_async_script("axe.run(document).then(arguments[0], (e) => arguments[0](String(e)))")
    return [
        (rule["id"], node["target"], node["failureSummary"])
        for rule in result["violations"]
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("width", [320, 390, 1024, 1440])
def test_nothing_is_wider_than_the_screen(busy, path, width):
    busy.look(width)
    busy.open(path)

    assert busy.run("return document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [390, 1024, 1440])
@pytest.mark.parametrize("query", ["done", "speaker=o"])
def test_the_verdict_buttons_are_in_view_at_once(busy, width, query):
    with busy.store.reading() as connection:
        last = connection.scalar(select(verdicts.c.key).order_by(verdicts.c.key.desc()).limit(1))
    busy.look(width, 844)
    busy.open(f"/review?{query}={last}" if query == "done" else f"/review?{query}")
    assert bool(busy.all(".done")) == (query == "done")
    busy.keys("e")
    editing = busy.run(IN_VIEW)
    busy.keys("\ue00c")

    assert editing == ["Save change", "Leave it"]
    assert busy.run(IN_VIEW) == ["Right", "Wrong", "Change", "Later", "Discard"]


IN_VIEW = """
return [...document.querySelectorAll(".verdicts button:not(#keys)")].filter((button) => {
  const at = button.getBoundingClientRect();
  return at.height > 0 && at.top >= 0 && at.bottom <= innerHeight;
}).map((button) => button.innerText.split(/\\s+(?:.|esc)?$/)[0].trim());
"""


@pytest.mark.parametrize("path", PAGES)
def test_headings_come_in_order(busy, path):
    busy.open(path)
    levels = busy.run(
        "return [...document.querySelectorAll('h1, h2, h3, h4')].filter((each) => each.checkVisibility())"
        ".map((each) => Number(each.tagName[1]))"
    )

    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.fixture
def without_scripts(chromium):
    chromium.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    yield
    chromium.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


@pytest.mark.usefixtures("without_scripts")
@pytest.mark.parametrize("action", ["accept", "reject", "skip", "edit"])
def test_without_scripts_claims_can_be_judged(chromium, store, tmp_path, action):
    from selenium.webdriver.support.select import Select

    with store.writing() as connection:
        fill(connection, 1)
    with serving(tmp_path) as address:
        desk = Desk(chromium, address, store)
        desk.open("/review")
        if action == "edit":
            Select(desk.one("select[name=speaker]")).select_by_visible_text("Tom Adeyo")
        desk.one(f".verdicts button[value={action}]").click()
        desk.wait(lambda: desk.all(".done"), "the next page")
        said = desk.states()

    assert [each[0] for each in said] == [action]
    if action == "edit":
        assert desk.last_new()["source"]["name"] == "Tom Adeyo"


def test_on_paper_the_claim_and_its_text_are_whole(busy):
    busy.look(1280)
    busy.open("/review")
    busy.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    hidden = busy.run(
        "return ['.tabs', '.verdicts', '.ways'].map((name) => document.querySelector(name).checkVisibility())"
    )
    clipped = busy.run("const text = document.querySelector('#text'); return text.scrollHeight > text.clientHeight + 1")
    busy.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})

    assert (hidden, clipped) == ([False, False, False], False)
