"""The page: whole in itself, nothing taken for markup, no text that the gold set does not carry."""

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import pytest
from boardmakers import HOSTILE, PLACES, TEXT, a_board, a_set, with_gold
from runmakers import write_run

from eval.board import gather
from eval.html_report import CLASSES, report_page, script_json


class Parsed(HTMLParser):
    """A page's elements, and the text of its scripts and styles."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.inside: dict[str, list[str]] = {"script": [], "style": []}
        self.text = ""
        self._in = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._in = tag if tag in self.inside else ""
        if self._in:
            self.inside[tag].append("")

    def handle_endtag(self, tag):
        if tag == self._in:
            self._in = ""

    def handle_data(self, data):
        if self._in:
            self.inside[self._in][-1] += data
        else:
            self.text += data

    def attributes(self, name: str) -> list[str]:
        return [value or "" for _, attributes in self.elements for key, value in attributes.items() if key == name]


def data_of(page: str):
    return json.loads(Parsed(page).inside["script"][0])


def test_the_policy_allows_this_style_and_this_script_and_nothing_else(tmp_path):
    parsed = Parsed(report_page([a_board(tmp_path)]))

    policy = next(attributes["content"] for tag, attributes in parsed.elements if attributes.get("http-equiv"))
    (style,), (_, script) = parsed.inside["style"], parsed.inside["script"]
    for name, text in (("style-src", style), ("script-src", script)):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{name} 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy


def test_the_page_points_nowhere_but_into_itself(tmp_path):
    page = report_page([a_board(tmp_path)])
    parsed = Parsed(page)

    assert not parsed.attributes("src")
    assert all(link.startswith("#") for link in parsed.attributes("href"))
    assert not parsed.attributes("style")
    assert not [name for _, attributes in parsed.elements for name in attributes if name.startswith("on")]
    assert not [word for word in ("http://", "https://", "@import", "url(") if word in page]


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("</script><script>alert(1)</script>", id="end-of-script"),
        pytest.param("<!-- <script>", id="comment-that-hides-the-end"),
        pytest.param("a & b &lt;", id="ampersands"),
        pytest.param("\u2028\u2029", id="line-separators"),
        pytest.param("\ud800", id="half-a-character"),
    ],
)
def test_data_for_the_script_holds_no_character_that_could_end_it(words):
    written = script_json({"words": words})

    assert not re.search(r"[<>&\u2028\u2029]", written)
    assert written.isascii()
    assert json.loads(written) == {"words": words}


def test_hostile_words_are_words_everywhere(tmp_path):
    page = report_page([a_board(tmp_path, hostile=True)])
    parsed = Parsed(page)

    assert "alert" not in "".join(parsed.inside["script"][1:] + parsed.inside["style"])
    assert "<img" not in page
    assert len(parsed.inside["script"]) == 2
    assert data_of(page)["sets"][0]["documents"][0]["title"] == HOSTILE


def test_texts_of_a_stand_off_set_stay_out_unless_asked_for(tmp_path):
    board = a_board(tmp_path, standing=True)

    page, whole = report_page([board]), report_page([board], with_texts=True)

    words = "put the damage at"
    assert words in TEXT
    assert words not in page
    assert "Nobody was hurt" not in page
    assert "four boats sank" not in page
    assert all(document["text"] is None for document in data_of(page)["sets"][0]["documents"])
    assert "too many requests" not in page  # a failure's message may quote the article
    assert data_of(whole)["sets"][0]["documents"][0]["text"] == TEXT.format(place="Arn")


def test_runs_that_are_no_result_are_marked_loudly_and_have_no_rank(tmp_path):
    page = report_page([a_board(tmp_path)])
    ranks = re.findall(r'class="rank">\s*(\S+)\s*</td>', page)

    assert ranks == ["1", "2", "–", "–"]
    assert page.count('class="warning" role="note"') == 2
    assert "<strong>simulated/perfect is not ranked.</strong>" in page
    assert "<strong>acme/broken is not ranked.</strong> Incomplete: 11 of 12 articles finished." in page


def test_each_headline_has_its_signature_and_its_counts(tmp_path):
    board = a_board(tmp_path)
    page = report_page([board])

    for entry in board.entries:
        assert str(entry.signature) in page
    lead = page[page.index('class="lead"') : page.index("</table>")]
    rates = re.findall(r'<span class="rate">([^<]+)</span>\s*<span class="counts">(\d+/\d+)</span>', lead)
    assert len(rates) == 4 * 5
    assert ("1.000", "24/24") in rates


def test_the_browser_has_as_many_claims_of_each_class_as_the_table(tmp_path):
    board = a_board(tmp_path)
    (data,) = data_of(report_page([board]))["sets"]

    for place, entry in enumerate(board.entries):
        answers = [document["answers"][str(entry.number)] for document in data["documents"]]
        found = dict.fromkeys(CLASSES, 0)
        for answer in (each for each in answers if "claims" in each):
            found["missed"] += len(answer["missed"])
            found["spurious"] += len(answer["spurious"])
            found["repeated"] += len(answer["repeated"])
            for pair in answer["pairs"]:
                for name in pair["classes"]:
                    found[name] += 1
        for row in board.errors:
            if row.group in ("Claims", "Speakers"):
                assert found[row.slug] == row.counts[place].hits, (entry.label, row.label)
    bad = next(entry for entry in board.entries if entry.label == "acme/bad")
    marked = [document["answers"][str(bad.number)]["pairs"] for document in data["documents"]]
    assert sum("figure" in pair["classes"] for pairs in marked for pair in pairs) == 3


def test_large_sets_keep_the_articles_with_most_errors(tmp_path):
    board = a_board(tmp_path)

    page = report_page([board], browsed=9)

    kept = [document["id"] for document in data_of(page)["sets"][0]["documents"]]
    assert len(kept) == 9
    assert {f"d-{PLACES[place]}" for place in (0, 1, 2, 4, 5, 6, 8, 9, 10)} == set(kept)
    assert "9 of 12 articles are kept here" in page


def test_without_figures_costs_or_confidence_nothing_is_made_up(tmp_path):
    ready = a_set(tmp_path, number=2)
    ready = with_gold(ready, lambda claim: claim.model_copy(update={"figures": ()}))
    run = write_run(tmp_path / "run", ready)

    page = report_page([gather(ready, [run])])

    assert "Accuracy against cost" not in page
    assert "Counts only" in page
    lead = page[page.index('class="lead"') : page.index("</table>")]
    assert "Who said which number" not in lead
    assert "Attribution recall" in lead
