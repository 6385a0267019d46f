"""From a pasted article to marked claims, in a real browser.

Needs Chromium and its driver; skipped where they are missing, unless ACCORDING_REQUIRE_BROWSER is set.
"""

import json
import time
from datetime import UTC, datetime

import pytest
from builders import a_figure
from web_app import Scripted, an_app, claims_in, running

from service import keys
from service.records import Article
from service.rendering.words import reading_of
from service.settings import Settings
from service.store.store import Store
from service.web.app import create_app

pytestmark = [pytest.mark.browser, pytest.mark.network]

TEXT = "\U0001f4e6 Ines said at least 40 \U0001f6a2 were lost.\n\nOmar said maybe 12 were. Ines said 3 sank."
HOSTILE = (
    "Mina said <script>alert(1)</script> 3 are. Omar said <img src=x onerror=alert(2)> 4 are. "
    'Lena said </script></div><svg/onload=alert(3)> "{{7*7}}" \u202e5 are\u200b.'
)


class Page:
    """The home page, as a person uses it."""

    def __init__(self, driver, address):
        self.driver = driver
        self.address = address
        self.look(1280, 800)
        driver.get(address)

    def look(self, width, height, *, dark=False):
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        still = {"name": "prefers-reduced-motion", "value": "reduce"}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme, still]})

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
            if self.all("#alarm:not([hidden])"):
                break
            time.sleep(0.02)
        pytest.fail(f"waited for {what}: {self.one('#status').text} {self.one('#alarm').text}")

    def ask(self, text, *, wait=True):
        # Typed characters outside the basic plane are refused by the driver; a paste is what people do.
        self.run("document.getElementById('text').value = arguments[0]", text)
        self.one("#go").click()
        if wait:
            self.wait(lambda: self.one("#save").is_displayed(), "the result")

    def is_clean(self):
        """Nothing blocked by the page's policy, no dialogue opened, no error on the console, nothing foreign loaded."""
        loaded = self.run("return performance.getEntriesByType('resource').map((entry) => entry.name)")
        foreign = [name for name in loaded if not name.startswith(self.address)]
        errors = [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]
        return (self.run("return violations"), self.run("return alerts"), errors, foreign) == ([], [], [], [])


@pytest.fixture
def page(chromium):
    with running(an_app()) as address:
        yield Page(chromium, address)


def test_the_text_is_shown_as_it_is_with_its_claims_marked(page):
    page.ask(TEXT)

    marks = [mark.get_property("textContent") for mark in page.all("#article-text .claim")]
    assert page.one("#article-text").get_property("textContent") == TEXT
    assert "".join(marks) == "".join(claim.text for claim in claims_in(Article(id="x", text=TEXT)))
    assert [figure.text for figure in page.all("#article-text .figure")] == ["at least 40", "12", "3"]
    assert [cue.text for cue in page.all("#article-text .cue")] == ["said"] * 3
    assert [mention.text for mention in page.all("#article-text .mention")] == ["Ines", "Omar", "Ines"]
    assert page.is_clean()


def test_claims_stand_under_their_speakers_with_figures_and_doubts(page):
    page.ask(TEXT)

    assert [heading.text for heading in page.all("#claims .speaker")] == ["Ines", "Omar"]
    assert [item.text for item in page.all("#claims .figures li")] == ["at least 40 → ≥ 40", "3 → 3", "12 → 12"]
    assert [item.text for item in page.all("#claims .doubtful .doubts li")] == ["it says maybe"]
    assert page.one("#summary").text.startswith("3 claims by 2 speakers · 3 figures · 1 needs review")
    assert [chip.text.split("\n") for chip in page.all("#legend .chip")] == [["Ines", "2"], ["Omar", "1"]]


def test_each_speaker_has_a_colour_that_text_and_list_share(page):
    page.ask(TEXT)

    colours = "return [...document.querySelectorAll(arguments[0])].map((found) => found.className.match(/hue-\\w+/)[0])"
    assert page.run(colours, "#legend .chip") == ["hue-0", "hue-1"]
    assert page.run(colours, "#claims .group") == ["hue-0", "hue-1"]
    assert page.run(colours, "#article-text .claim.first") == ["hue-0", "hue-1", "hue-0"]


def test_pointing_at_a_claim_shows_who_says_it_and_how_sure_that_is(page):
    from selenium.webdriver import ActionChains

    page.ask(TEXT)
    ActionChains(page.driver).move_to_element(page.all("#article-text .claim")[0]).perform()

    page.wait(lambda: page.one("#detail").is_displayed(), "the detail")
    detail = page.one("#detail").text
    assert "Ines" in detail
    assert "at least 40 → ≥ 40" in detail
    assert "confidence 0.90" in detail
    assert "+ its speaker stands in its sentence" in detail


def test_on_a_phone_a_touched_claim_shows_its_detail_at_the_foot_of_the_screen(page):
    page.look(390, 844)
    page.ask(TEXT)
    page.all("#article-text .claim")[1].click()

    detail = page.one("#detail")
    page.wait(detail.is_displayed, "the detail")
    assert page.run("return arguments[0].getBoundingClientRect().bottom === innerHeight", detail)
    page.one("#summary").click()
    assert not detail.is_displayed()


def test_a_claim_of_the_list_leads_to_its_place_in_the_text(page):
    page.ask(TEXT)
    page.one("#claims .doubtful .words").click()

    assert "".join(mark.get_property("textContent") for mark in page.all("#article-text .selected")) == "maybe 12 were"


def test_one_speaker_can_be_shown_alone(page):
    page.ask(TEXT)
    page.all("#legend .chip")[1].click()

    assert [group.is_displayed() for group in page.all("#claims .group")] == [False, True]
    assert page.all("#legend .chip")[1].get_attribute("aria-pressed") == "true"
    assert len(page.all("#article-text .claim.first.dim")) == 2


def test_everything_can_be_reached_by_keyboard(page):
    from selenium.webdriver import ActionChains, Keys

    page.ask(TEXT)
    page.all("#legend .chip")[-1].send_keys(Keys.TAB)
    first = page.driver.switch_to.active_element
    page.wait(lambda: page.one("#detail").is_displayed(), "the detail on focus")
    described = first.get_attribute("aria-describedby")
    label = first.get_attribute("aria-label")
    ActionChains(page.driver).send_keys(Keys.ESCAPE).perform()
    closed = not page.one("#detail").is_displayed()
    first.send_keys(Keys.ENTER)

    assert (described, closed) == ("detail", True)
    assert label.endswith("claim of Ines")
    assert page.one("#claims .item.selected").get_attribute("data-claim").endswith("#1")
    assert "words" in page.driver.switch_to.active_element.get_attribute("class")


def test_hostile_text_stays_text(page):
    page.one("#title").send_keys("<b>bold</b><script>alert(4)</script>")
    page.ask(HOSTILE)

    shown = page.one("#article-text").get_property("textContent")
    assert shown == HOSTILE.replace("\u202e", "\\u202e").replace("\u200b", "\\u200b")
    assert page.one("#article-title").text == "<b>bold</b><script>alert(4)</script>"
    assert page.all("#result script, #result img, #result svg, #result b") == []
    assert [escape.text for escape in page.all("#article-text .escape")] == ["\\u202e", "\\u200b"]
    assert page.is_clean()


def test_the_pages_policy_would_stop_a_script_that_got_in(page):
    page.run(
        "const made = document.createElement('div'); made.innerHTML = '<img src=x onerror=alert(9)>';"
        "document.body.append(made)"
    )
    page.wait(lambda: page.run("return violations.length"), "the policy's report")

    assert page.run("return alerts") == []
    page.driver.get_log("browser")


def test_a_file_is_read(page, tmp_path):
    (tmp_path / "port.txt").write_text(TEXT, encoding="utf-8")
    page.one("#file").send_keys(str(tmp_path / "port.txt"))
    page.one("#published").send_keys("03052026")
    page.one("#go").click()
    page.wait(lambda: page.one("#save").is_displayed(), "the result")

    assert page.one("#article-text").get_property("textContent") == TEXT
    assert page.one("#article-facts").text == "published 2026-03-05"
    assert page.is_clean()


def test_the_example_fills_the_form(page):
    page.one("#example").click()
    page.wait(lambda: page.one("#text").get_property("value"), "the example")

    assert "Marrow Bridge" in page.one("#text").get_property("value")
    assert page.one("#title").get_property("value") == "Two tolls after the Marrow Bridge collapse"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("FAILS", "Nothing could be extracted.", id="all-failed"),
        pytest.param("Ines said 3 are. FAILS", "Incomplete: 1 part of the article", id="a-part-failed"),
    ],
)
def test_what_was_not_read_is_said_loudly(page, text, said):
    page.ask(text, wait=False)
    page.wait(lambda: page.one("#alarm").is_displayed(), "the alarm")

    assert said in page.one("#alarm").text
    assert "no answer in 4 tries" in page.one("#alarm").text


def test_a_problem_is_told_in_its_words(chromium):
    with running(an_app(settings=Settings(max_file_bytes=100))) as address:
        page = Page(chromium, address)
        page.ask("x" * 200, wait=False)
        page.wait(lambda: page.one("#alarm").is_displayed(), "the alarm")
        told = page.one("#alarm").text
        page.driver.get_log("browser")  # the browser itself notes the status

    assert "The article or the body is too large" in told
    assert "ACCORDING_MAX_FILE_BYTES" in told


def test_a_key_is_asked_for_where_one_is_needed_and_kept_in_the_tab_alone(chromium, tmp_path):
    settings = Settings(store=str(tmp_path / "store.sqlite"))
    with running(an_app(settings=settings)) as address:
        hidden = not Page(chromium, address).one("#key").is_displayed()
    with Store.open(settings.store) as store, store.writing() as connection:
        secret = keys.create(connection, name="desk", now=datetime.now(UTC)).secret

    with running(an_app(settings=settings)) as address:
        page = Page(chromium, address)
        page.ask(TEXT, wait=False)
        page.wait(lambda: page.one("#alarm").is_displayed(), "the refusal")
        refused = page.one("#alarm").text
        page.one("#key").send_keys(secret)
        page.ask(TEXT)
        page.driver.get(address)
        kept = page.run("return [document.getElementById('key').value, {...localStorage}, document.cookie]")
        page.ask(TEXT)
        page.driver.get_log("browser")  # the browser itself notes the refusal

    assert hidden
    assert "An API key is needed here" in refused
    assert kept == [secret, {}, ""]


def test_without_an_article_nothing_is_sent(page):
    page.one("#go").click()

    assert page.one("#status").text == "Paste an article or choose a file first."


def test_claims_show_while_later_ones_are_still_found_and_can_be_stopped(chromium):
    stream = Scripted(seconds=0.3)
    with running(an_app(stream)) as address:
        page = Page(chromium, address)
        page.ask("Ines said 1 is. " * 50, wait=False)
        page.wait(lambda: len(page.all("#claims .item")) >= 2, "claims on the way")
        page.one("#stop").click()
        page.wait(lambda: page.one("#status").text == "Stopped.", "the stop")
        stopped = stream.ended.wait(5)

    assert stopped


@pytest.mark.parametrize("width", [320, 390, 768, 1280, 1920])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nothing_is_wider_than_the_screen(page, width, dark):
    page.look(width, 800, dark=dark)
    page.ask("Ines said " + "x" * 500 + " 3 are. Lena said a\u0301" + "\u0301" * 200 + " 漢字" * 300 + " are.")

    assert page.run("return document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_words_stand_out_from_what_is_behind_them(page, dark):
    page.look(1280, 800, dark=dark)
    page.ask(TEXT)

    contrasts = page.run(CONTRASTS)

    assert {name: ratio for name, ratio in contrasts.items() if ratio < 4.5} == {}
    assert len(contrasts) > 8


CONTRASTS = """
const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
const rgb = (colour) => {
  context.clearRect(0, 0, 1, 1); context.fillStyle = colour; context.fillRect(0, 0, 1, 1);
  return [...context.getImageData(0, 0, 1, 1).data];
};
const back = (element) => {
  for (let here = element; here; here = here.parentElement) {
    const found = rgb(getComputedStyle(here).backgroundColor);
    if (found[3] === 255) return found;
  }
  return [255, 255, 255, 255];
};
const light = ([r, g, b]) => [r, g, b].map((part) => part / 255)
  .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
  .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
const names = [".tagline", "#go", "#example", ".help", "#summary", ".chip", ".chip .count", "#article-text .claim",
  "#article-text .cue", "#article-text .figure", "#claims .words", "#claims .facts", "#claims .figures strong",
  "#claims .doubts li", "#claims .tag"];
const found = {};
for (const name of names) {
  const element = document.querySelector(name);
  if (!element) continue;
  const [one, other] = [light(rgb(getComputedStyle(element).color)), light(back(element))];
  found[name] = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}
return found;
"""

FIGURES = [
    a_figure(),
    a_figure(low="1200000", high="1200000", qualifier="exact", unit="USD", counted=None),
    a_figure(low="1234567.50", high="2000000", qualifier="range", unit="kilometre per hour", measure=None),
    a_figure(low="66.67", high="66.67", qualifier="about", unit="percent"),
    a_figure(low=None, high="1", qualifier="at_most", unit="percentage_point"),
    a_figure(low="1", high="1", qualifier="exact", unit="hour", counted=None),
    a_figure(low="1", high=None, qualifier="more_than", unit="square foot", counted=None),
    a_figure(low="-3", high="-3", qualifier="exact", unit="degree Celsius", counted=None),
    a_figure(low="2", high="2", qualifier="exact", unit="hour", counted="hours"),
    a_figure(low=None, high=None, qualifier="vague", unit="hour"),
    a_figure(low=None, high=None, qualifier="vague", counted=None, measure=None),
    a_figure(low="2", high="2", qualifier="less_than", unit="times", counted=None, measure=None),
]


def test_the_page_reads_figures_as_the_command_line_does(page):
    read = page.driver.execute_async_script(
        "const [figures, done] = arguments;"
        "import('/static/words.js').then("
        "  (words) => done(figures.map(words.readingOf)), (error) => done(String(error)))",
        [json.loads(figure.model_dump_json()) for figure in FIGURES],
    )

    assert read == [reading_of(figure) for figure in FIGURES]


@pytest.mark.parametrize("text", ["", "plain", "😀", "a😀b", "😀😀 İ\u0307 e\u0301 👩\u200d🚀 \U0010ffff end"])
def test_the_page_finds_every_offset_in_any_script(page, text):
    cut = page.driver.execute_async_script(
        "const [text, length, done] = arguments;"
        "import('/static/words.js').then((words) => {"
        "  const at = words.utf16Offsets(text);"
        "  done(Array.from({ length }, (_, index) => text.slice(at(index), at(index + 1))));"
        "}, (error) => done(String(error)))",
        text,
        len(text),
    )

    assert cut == list(text)


@pytest.fixture
def without_scripts(chromium):
    chromium.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    yield
    chromium.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


@pytest.mark.usefixtures("without_scripts")
def test_without_scripts_the_answer_is_a_table(page):
    page.one("#text").send_keys("Ines said at least 40 were lost.")
    page.one("#go").click()
    page.wait(lambda: page.all("pre.table"), "the table")

    assert "at least 40 → ≥ 40" in page.one("pre.table").text


@pytest.fixture(scope="module")
def reader(chromium):
    """The page over the real pipeline, with the example read by the embedded model."""
    with running(create_app(Settings())) as address:
        page = Page(chromium, address)
        page.one("#example").click()
        page.wait(lambda: page.one("#text").get_property("value"), "the example")
        page.one("#go").click()
        page.wait(lambda: page.one("#save").is_displayed(), "the result", seconds=60)
        yield page


def test_the_example_shows_a_toll_under_the_one_who_gave_it(reader):
    told = {group.get_attribute("data-key"): group.text for group in reader.all("#claims .group")}

    assert [name for name, words in told.items() if "≥ 14" in words] == ["Dolores Anquetil"]
    assert reader.is_clean()


def test_the_teasers_of_the_example_hold_no_claims(reader):
    assert "Ferry fares" in reader.one("#article-text").text
    assert "Ferry fares" not in reader.one("#claims").text
