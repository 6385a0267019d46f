"""The report's page in a real browser: nothing loaded, nothing run, every claim found, at any size.

Needs Chromium and its driver; skipped where they are missing, unless ACCORDING_REQUIRE_BROWSER is set.
"""

import base64
import io

import pytest
from boardmakers import HOSTILE, ODD_ID, a_board, a_set
from runmakers import write_run

from eval.board import gather
from eval.html_report import report_page

pytestmark = [pytest.mark.browser, pytest.mark.network]

WATCH = """
window.violations = [];
addEventListener("securitypolicyviolation", (event) => violations.push(`${event.violatedDirective} ${event.sample}`));
window.alerts = [];
window.alert = (words) => alerts.push(words);
"""
SIZES = [
    pytest.param(360, id="small-phone"),
    pytest.param(390, id="phone"),
    pytest.param(768, id="tablet"),
    pytest.param(1280, id="laptop"),
    pytest.param(2560, id="wide"),
]


class Page:
    """A report on disk, as a person opens it."""

    def __init__(self, driver, path):
        self.driver = driver
        self.address = path.as_uri()
        self.look(1280)
        self.open()

    def open(self, fragment=""):
        self.driver.get("about:blank")
        self.driver.get(self.address + fragment)

    def look(self, width, height=800, *, dark=False, paper=False):
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        still = {"name": "prefers-reduced-motion", "value": "reduce"}
        media = {"media": "print" if paper else "", "features": [scheme, still]}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)

    def one(self, selector):
        return self.driver.find_element("css selector", selector)

    def all(self, selector):
        return self.driver.find_elements("css selector", selector)

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def texts(self, selector):
        return [each.get_property("textContent") for each in self.all(selector)]

    def chip(self, words):
        return next(each for each in self.all(".chip") if each.get_property("textContent").startswith(words))

    def press(self, key):
        self.driver.switch_to.active_element.send_keys(key)

    def is_clean(self):
        """Nothing blocked by the page's policy, no dialogue opened, no error on the console, nothing loaded."""
        loaded = self.run("return performance.getEntriesByType('resource').map((entry) => entry.name)")
        errors = [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]
        return (self.run("return violations"), self.run("return alerts"), errors, loaded) == ([], [], [], [])


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """A page with every kind of entry, and words in it that want to be markup."""
    folder = tmp_path_factory.mktemp("report")
    path = folder / "report.html"
    path.write_bytes(report_page([a_board(folder, hostile=True)]).encode())
    return path


@pytest.fixture
def page(chromium, report):
    return Page(chromium, report)


def test_hostile_words_are_shown_as_words_and_nothing_is_loaded(page):
    text = page.one("#paper-text").get_property("textContent")

    assert page.one("#paper-title").get_property("textContent") == HOSTILE
    assert '</script><script>alert(1)</script> & <img src=x onerror=alert(2)>U+2028"U+202EhiddenU+202C' in text
    assert page.all("#paper-text img") == page.all("main script") == []
    assert page.is_clean()


def test_gold_and_answers_stand_side_by_side_with_their_differences_marked(page):
    page.open("#/harbours/d-Cor")

    (right, wrong) = page.all("#rows .claim")
    assert "gold" in right.text.lower()
    heads = [each.text for each in wrong.find_elements("css selector", ".side h3")]
    assert heads[0] == "Gold"
    assert any(head.startswith("acme/good") and "right" in head for head in heads)
    assert any(head.startswith("acme/bad") and "wrong figure" in head for head in heads)
    assert [each.text for each in wrong.find_elements("css selector", ".side .wrong")] == ["31 lorries"]
    assert page.texts("#paper-text .mark.ok") == ["four boats sank off Cor"]
    assert page.texts("#paper-text .mark.bad") == ["the damage at 30 lorries"]


@pytest.mark.parametrize(
    ("document", "badge"),
    [
        pytest.param(ODD_ID, "missed", id="missed"),
        pytest.param("d-Bel", "wrong speaker", id="wrong-speaker"),
        pytest.param("d-Cor", "wrong figure", id="wrong-figure"),
    ],
)
def test_each_kind_of_error_can_be_filtered_and_leads_to_its_article(page, document, badge):
    page.open("#/harbours/d-Dun")
    page.chip(badge).click()

    assert page.one("#pick-article").get_property("selectedOptions")[0].text.startswith(document)
    assert len(page.all("#rows .claim")) == 1
    assert badge in page.one("#rows .badge.bad").text
    assert page.chip(badge).get_attribute("aria-pressed") == "true"


def test_a_model_can_be_put_aside(page):
    page.open("#/harbours/d-Bel")

    page.chip("acme/bad").click()

    assert not [head for head in page.texts(".side h3") if head.startswith("acme/bad")]
    assert page.chip("wrong speaker").get_attribute("disabled")


def test_a_link_leads_to_its_claim_whatever_its_name(page):
    link = next(each for each in page.all("#rows .claim-head a") if each.text)
    address = link.get_attribute("href")
    name = link.text

    page.open("#" + address.partition("#")[2])

    current = page.one("#rows [aria-current=true]")
    assert name.startswith(ODD_ID)
    assert current.find_element("css selector", "a").text == name
    assert page.run("return document.activeElement.getAttribute('aria-current')") == "true"
    assert page.texts("#paper-text .gold-now") == ["four boats sank off Arn"]
    assert page.run(
        "const box = document.activeElement.getBoundingClientRect(); return box.top >= 0 && box.top < innerHeight"
    )


def test_a_link_to_nothing_says_so(page):
    page.open("#/harbours/d-Bel/nowhere")

    assert page.one("#status").text == "That claim is not in this report."
    assert page.is_clean()


def test_counts_in_the_table_lead_to_the_claims(page):
    page.run("document.querySelector('.errors a[href*=\"show=speaker\"]').click()")

    assert page.chip("wrong speaker").get_attribute("aria-pressed") == "true"
    assert [each.text for each in page.all("#models [aria-pressed=true] > span:first-of-type")] == ["acme/bad"]
    assert len(page.all("#rows .claim.bad")) == 1


def test_the_keyboard_is_enough(page):
    from selenium.webdriver.common.keys import Keys

    page.open("#/harbours/d-Bel")
    page.one("#rows .claim").send_keys("")
    page.press(Keys.ARROW_DOWN)
    second = page.run("return document.activeElement.dataset.key")
    page.press("k")
    first = page.run("return document.activeElement.dataset.key")
    page.press("n")
    elsewhere = page.run("return document.activeElement.dataset.key")

    assert (first, second, elsewhere) == ("d-Bel#3", "d-Bel#4", "d-Cor#5")
    assert len(page.all("#rows [tabindex='0']")) == 1


@pytest.mark.parametrize("width", SIZES)
def test_nothing_runs_over_the_edge(page, width):
    page.look(width)
    page.open("#/harbours/d-Bel")

    assert page.run("return document.documentElement.scrollWidth") <= width
    small = page.run(
        """return [...document.querySelectorAll("button, select")].filter((each) => each.offsetParent)
        .filter((each) => each.getBoundingClientRect().height < 32).length"""
    )
    assert small == 0


@pytest.mark.parametrize("dark", [pytest.param(False, id="light"), pytest.param(True, id="dark")])
def test_words_can_be_read_in_either_light(page, dark):
    page.look(1280, dark=dark)
    page.open("#/harbours/d-Bel")

    faint = page.run(
        r"""
        const parse = (colour) => colour.match(/[\d.]+/g).map(Number);
        const linear = (c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
        const light = ([r, g, b]) => 0.2126 * linear(r / 255) + 0.7152 * linear(g / 255) + 0.0722 * linear(b / 255);
        const behind = (element) => {
          for (let each = element; each; each = each.parentElement) {
            const colour = parse(getComputedStyle(each).backgroundColor);
            if (colour.length < 4 || colour[3] > 0) return colour;
          }
          return [255, 255, 255];
        };
        const found = [];
        const all = document.querySelectorAll("main *, header *");
        for (const element of all) {
          const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
          if (!own || !element.getClientRects().length || element.matches("option, :disabled, :disabled *")) continue;
          const style = getComputedStyle(element);
          const ink = parse(element instanceof SVGElement ? style.fill : style.color);
          const [a, b] = [light(ink), light(behind(element))].sort((x, y) => y - x);
          const ratio = (a + 0.05) / (b + 0.05);
          if (ratio < 4.5) found.push(`${element.tagName} ${element.getAttribute("class")} ${ratio.toFixed(2)}`);
        }
        return [...new Set(found)];
        """
    )

    assert faint == []


def test_paper_has_the_tables_and_drawings_in_light_colours(page):
    from pypdf import PdfReader

    page.look(1280, dark=True)
    printed = page.driver.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True, "printBackground": True})
    page.look(1280, dark=True, paper=True)

    pages = PdfReader(io.BytesIO(base64.b64decode(printed["data"]))).pages
    words = " ".join(" ".join(each.extract_text() for each in pages).split())
    assert (round(float(pages[0].mediabox.width)), round(float(pages[0].mediabox.height))) in {(595, 842), (594, 841)}
    for expected in ("Leaderboard", "By article", "All measures", "How to read this", "is not ranked"):
        assert expected in words
    assert page.run("return getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.one("#app").is_displayed()


def test_without_texts_the_page_says_why_and_still_compares(chromium, tmp_path):
    ready = a_set(tmp_path / "gold", standing=True)
    path = tmp_path / "report.html"
    path.write_bytes(report_page([gather(ready, [write_run(tmp_path / "run", ready)])]).encode())

    page = Page(chromium, path)

    assert "does not carry its texts" in page.one("#paper-text").text
    assert page.one("#rows blockquote").text.startswith("characters ")
    assert page.is_clean()
