"""The pages as they come over the wire; how they look and act is for the browser to test."""

import re

import pytest
from web_app import an_app, ask

from service.settings import Settings
from service.web.problems import KINDS

HOSTILE = "<script>alert(1)</script> {{7*7}} Mina said <img src=x onerror=alert(1)> 3 are."


def test_the_home_page_offers_the_models_that_can_be_used():
    page = ask(an_app(), "GET", "/")

    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert re.findall(r'<option value="([^"]*)"( selected)?', page.text) == [("embedded", " selected"), ("ollama/", "")]


def test_a_default_model_that_is_not_in_the_list_can_be_chosen_too():
    page = ask(an_app(settings=Settings(model="stub/slow")), "GET", "/")

    assert '<option value="stub/slow" selected' in page.text


@pytest.mark.parametrize("path", ["/", "/problems/busy"])
def test_a_page_holds_no_script_or_style_of_its_own_and_nothing_foreign(path):
    text = ask(an_app(), "GET", path).text

    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*src=)", text)
    assert not re.search(r"""(?:src|href|action)=["'](?!/)""", text)


def test_what_pages_load_is_there_and_loads_nothing_foreign():
    app = an_app()
    wanted = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', ask(app, "GET", "/").text))
    wanted |= {"/static/words.js", "/static/example.txt"}

    for path in wanted:
        answer = ask(app, "GET", path)
        assert answer.status_code == 200
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", answer.text)


def test_scripts_never_write_markup():
    script = ask(an_app(), "GET", "/static/page.js").text

    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|DOMParser", script)


def test_without_scripts_the_form_is_answered_with_a_plain_table():
    form = {"text": (None, "Ines said at least 40 are."), "title": (None, "Crates"), "published": (None, "2026-03-05")}

    page = ask(an_app(), "POST", "/", files=form)

    assert page.status_code == 200
    assert "at least 40 → ≥ 40" in page.text
    assert "<title>Crates · according</title>" in page.text


def test_hostile_text_is_text_on_a_plain_page():
    page = ask(an_app(), "POST", "/", files={"text": (None, HOSTILE), "title": (None, HOSTILE)})

    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert "<img" not in page.text.replace('<img src="/static/icon.svg"', "")
    assert "{{7*7}}" in page.text
    assert "&lt;img src=x onerror=alert(1)&gt;" in page.text


@pytest.mark.parametrize(
    ("form", "status"),
    [
        pytest.param({"text": (None, "  ")}, 422, id="blank"),
        pytest.param({"text": (None, "a"), "model": (None, "stub/no-key")}, 503, id="not-set-up"),
        pytest.param({"text": (None, "a"), "published": (None, "soon")}, 422, id="no-date"),
        pytest.param({"text": (None, "FAILS")}, 502, id="failed"),
    ],
)
def test_without_scripts_a_problem_is_a_page(form, status):
    page = ask(an_app(), "POST", "/", files=form)

    assert page.status_code == status
    assert page.headers["content-type"].startswith("text/html")
    assert "<h1" in page.text


def test_a_foreign_page_cannot_send_the_plain_form():
    page = ask(an_app(), "POST", "/", files={"text": (None, "a")}, headers={"origin": "http://evil"})

    assert page.status_code == 403


@pytest.mark.parametrize("code", KINDS)
def test_each_kind_of_problem_has_a_page_that_its_type_links_to(code):
    page = ask(an_app(), "GET", f"/problems/{code}")

    assert page.status_code == 200
    assert KINDS[code].title in page.text.replace("&#39;", "'")
