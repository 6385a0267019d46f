"""What people and programs read of an extraction, in each format."""

import csv
import io
import json
import re

import pytest
from builders import TEXT, a_claim, a_figure, a_source, an_article, an_extracted_claim, span_of
from markdown_it import MarkdownIt
from rich.cells import cell_len
from web_app import extraction_of

from service.goldfiles import claim_from_form
from service.records import Extraction, Failure, Flag, Notice, Reason, Rejection, SkippedNumber, When
from service.rendering import lines, sheet
from service.rendering.markdown import escaped, markdown
from service.rendering.table import table
from service.rendering.words import (
    by_speaker,
    doubts_of,
    marks_of,
    pieces_of,
    reading_of,
    speaker_details,
    speaker_name,
    visible,
)

DENIED = an_extracted_claim(
    id="harbour#2",
    content=(span_of("any losses"),),
    source=a_source(name="shipping line", aliases=(), kind="organization", mention=span_of("The shipping line")),
    cue=span_of("denied"),
    stance="denies",
    figures=(),
    text="any losses",
    confidence=0.4,
    flags=(Flag(code="speaker_resolved", field="source", message="it is not clear which line this is"),),
)


def an_extraction(**changes) -> Extraction:
    given = {"claims": (an_extracted_claim(), DENIED), "needs_review": ("harbour#2",)}
    return extraction_of(an_article(title="Crates lost", outlet="The Tide"), **(given | changes))


# ── words ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("figure", "reading"),
    [
        pytest.param({}, "≥ 40 crates lost", id="at-least"),
        pytest.param({"qualifier": "more_than"}, "> 40 crates lost", id="more-than"),
        pytest.param({"low": None, "high": "40", "qualifier": "at_most"}, "≤ 40 crates lost", id="at-most"),
        pytest.param({"low": None, "high": "40", "qualifier": "less_than"}, "< 40 crates lost", id="less-than"),
        pytest.param({"high": "40", "qualifier": "exact"}, "40 crates lost", id="exact"),
        pytest.param({"high": "40", "qualifier": "about"}, "≈ 40 crates lost", id="about"),
        pytest.param({"high": "60", "qualifier": "range"}, "40–60 crates lost", id="range"),
        pytest.param({"low": "1200000", "high": "1200000", "qualifier": "exact"}, "1,200,000 crates lost", id="long"),
        pytest.param({"low": "2.50", "high": "2.50", "qualifier": "exact"}, "2.50 crates lost", id="decimals"),
        pytest.param({"low": "-3", "high": "-3", "qualifier": "exact"}, "-3 crates lost", id="below-zero"),
        pytest.param({"unit": "percent"}, "≥ 40% crates lost", id="percent"),
        pytest.param({"unit": "percentage_point", "counted": None}, "≥ 40 percentage points lost", id="points"),
        pytest.param({"unit": "times", "counted": None, "measure": None}, "≥ 40×", id="times"),
        pytest.param({"unit": "USD", "counted": "damage", "measure": None}, "≥ USD 40 damage", id="money"),
        pytest.param({"unit": "hour", "counted": None, "measure": "held"}, "≥ 40 hours held", id="hours"),
        pytest.param({"unit": "hour", "counted": "hours", "measure": "held"}, "≥ 40 hours held", id="unit-said-once"),
        pytest.param(
            {"unit": "hour", "low": "1", "high": "1", "qualifier": "exact", "counted": None},
            "1 hour lost",
            id="one-hour",
        ),
        pytest.param(
            {"unit": "kilometre per hour", "counted": None, "measure": None}, "≥ 40 kilometres per hour", id="per"
        ),
        pytest.param({"unit": "square foot", "counted": None, "measure": None}, "≥ 40 square feet", id="feet"),
        pytest.param(
            {"unit": "degree Celsius", "counted": None, "measure": None}, "≥ 40 degrees Celsius", id="degrees"
        ),
        pytest.param({"low": None, "qualifier": "vague"}, "number not stated (crates lost)", id="vague"),
        pytest.param(
            {"low": None, "qualifier": "vague", "unit": "hour", "counted": None},
            "number not stated (hours lost)",
            id="vague-hours",
        ),
        pytest.param(
            {"low": None, "qualifier": "vague", "counted": None, "measure": None}, "number not stated", id="vague-bare"
        ),
        pytest.param({"counted": "cr\x1b[2Jates"}, "≥ 40 cr\\x1b[2Jates lost", id="escape-in-noun"),
    ],
)
def test_a_figure_is_read_out_with_what_it_counts(figure, reading):
    assert reading_of(a_figure(**figure)) == reading


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("plain – “words” 😀 سلام", "plain – “words” 😀 سلام", id="ordinary-kept"),
        pytest.param("a\x1b[2Jb\x9b", "a\\x1b[2Jb\\x9b", id="terminal"),
        pytest.param("a\u202eb\u2066", "a\\u202eb\\u2066", id="bidi"),
        pytest.param("un\u200bem\ufeff", "un\\u200bem\\ufeff", id="zero-width"),
        pytest.param("a\U000e0041b", "a\\U000e0041b", id="tag"),
        pytest.param("a\nb\tc\r", "a b c ", id="one-line"),
        pytest.param("a\u2028b\x85", "a\\u2028b\\x85", id="line-separators"),
        pytest.param("\ud800", "\\ud800", id="lone-surrogate"),
        pytest.param("👩\u200d🚀 می\u200cخواهم", "👩\u200d🚀 می\u200cخواهم", id="joiners-kept"),
    ],
)
def test_characters_that_act_are_written_out(text, shown):
    assert visible(text) == shown


@pytest.mark.parametrize(
    ("source", "name", "details"),
    [
        pytest.param(
            {"role": "harbour master", "principal": "Port"}, "Ines Okafor", "harbour master, for Port", id="all"
        ),
        pytest.param({"role": "Ines Okafor", "principal": "Ines Okafor"}, "Ines Okafor", "", id="nothing-new"),
        pytest.param({"name": None, "kind": "outlet"}, "The article itself (The Tide)", "", id="outlet"),
        pytest.param({"name": None, "kind": "unspecified"}, "Nobody named", "", id="unspecified"),
        pytest.param({"name": None, "kind": "unresolved"}, "A speaker we could not make out", "", id="unresolved"),
        pytest.param({"name": "officials", "kind": "anonymous"}, "officials", "anonymous", id="anonymous"),
    ],
)
def test_a_speaker_is_called_by_name_or_by_what_is_known(source, name, details):
    made = a_source(**source)

    assert (speaker_name(made, outlet="The Tide"), speaker_details(made)) == (name, details)


def test_marks_say_what_is_more_than_a_plain_assertion():
    claim = a_claim(
        stance="denies",
        mode="direct",
        hedged=True,
        negated=True,
        source=a_source(via=("The Tide",)),
        when=(When(span=span_of("twice"), value="2026-03-04"), When(span=span_of("We"), value=None)),
        where=("the quay", "the shed"),
    )

    assert marks_of(claim) == (
        "denies this",
        "quoted",
        "hedged",
        "negated",
        "by way of The Tide",
        "when: 2026-03-04",
        "where: the quay, the shed",
    )
    assert marks_of(a_claim()) == ()


def test_claims_are_grouped_by_speaker_in_the_order_of_the_text():
    first, again = an_extracted_claim(), an_extracted_claim(id="harbour#3", content=(span_of("We counted them twice"),))

    groups = by_speaker(an_extraction(claims=(DENIED, again, first)))

    assert [(group.name, [claim.id for claim in group.claims]) for group in groups] == [
        ("Ines Okafor", ["harbour#1", "harbour#3"]),
        ("shipping line", ["harbour#2"]),
    ]


def test_a_claim_falls_into_pieces_that_join_to_its_words():
    claim = a_claim(content=(span_of("at least 40 crates"), span_of("lost")))

    pieces = list(pieces_of(claim, TEXT))

    assert "".join(piece.text for piece in pieces) == "at least 40 crates … lost"
    assert [piece.text for piece in pieces if piece.figure] == ["at least 40"]


@pytest.mark.parametrize(
    ("changes", "doubtful", "doubts"),
    [
        pytest.param({}, False, (), id="sure"),
        pytest.param({}, True, ("confidence is only 0.90",), id="never-without-a-reason"),
        pytest.param({"reasons": (Reason(signal="a", effect=-1, words="no cue"),)}, True, ("no cue",), id="reason"),
        pytest.param(
            {"reasons": (Reason(signal="a", effect=1, words="a cue"),)}, True, ("confidence is only 0.90",), id="good"
        ),
        pytest.param(
            {"flags": (Flag(code="a", field="cue", message="odd"),)}, False, ("odd",), id="flag-on-a-sure-one"
        ),
    ],
)
def test_doubts_are_given_in_words(changes, doubtful, doubts):
    assert doubts_of(an_extracted_claim(**changes), doubtful=doubtful) == doubts


# ── table ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_table_shows_speakers_figures_and_doubts():
    shown = table(an_extraction(), width=80)

    assert shown.split("\n")[:3] == [
        "Crates lost",
        "harbour · The Tide · published 2026-03-05 · model embedded · 0.10 s",
        "2 claims by 2 speakers, 1 figure, 1 needs review",
    ]
    assert "at least 40 → ≥ 40 crates lost" in shown
    assert re.search(r"^ \? 0\.40 any losses$", shown, re.MULTILINE)
    assert "? it is not clear which line this is" in shown
    assert "denies this" in shown


@pytest.mark.parametrize("width", [30, 50, 80, 200])
def test_no_line_of_a_table_is_wider_than_asked_and_no_word_is_lost(width):
    wide = an_article(
        "Mina said 漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字 and " + "x" * 300 + " are.", title="標題" * 40
    )
    shown = table(extraction_of(wide), width=width)

    assert max(cell_len(line) for line in shown.split("\n")) <= width
    assert "".join(shown.split()).count("x") >= 300
    assert all(line == line.rstrip() for line in shown.split("\n"))


def test_a_table_is_plain_unless_colour_is_asked_for(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")

    assert "\x1b" not in table(an_extraction(), width=80)
    assert "\x1b[" in table(an_extraction(), width=80, colour=True)


def test_no_color_is_honoured(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")

    assert not re.search(r"\x1b\[[\d;]*3\d", table(an_extraction(), width=80, colour=True))


def test_article_text_cannot_act_on_a_terminal_or_as_markup():
    article = an_article("Mina said [red]3[/red] \x1b[2J\u202e are.", title="\x1b]8;;http://x\x07 [bold]")

    shown = table(extraction_of(article), width=80)

    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", shown)
    assert "[red]3[/red] \\x1b[2J\\u202e" in shown


FAILED = (Failure(segment=2, reason="no_answer", message="no answer in 4 tries"),)


@pytest.mark.parametrize(
    ("status", "claims", "words"),
    [
        pytest.param("partial", (DENIED,), "INCOMPLETE", id="partial"),
        pytest.param("failed", (), "FAILED", id="failed"),
    ],
)
@pytest.mark.parametrize(
    "render", [lambda extraction: table(extraction, width=80), markdown], ids=["table", "markdown"]
)
def test_what_was_not_read_is_said_loudly(status, claims, words, render):
    shown = render(an_extraction(status=status, claims=claims, needs_review=(), failures=FAILED))

    assert words in shown
    assert "no answer in 4 tries" in shown
    assert "no claims were found" not in shown


def test_an_article_without_claims_is_said_to_be_read():
    shown = table(an_extraction(claims=(), needs_review=()), width=80)

    assert "The article was read through; no claims were found in it." in shown


def test_notices_left_out_numbers_and_dropped_drafts_are_summed_up():
    extraction = an_extraction(
        notices=(Notice(code="set_aside", message="2 paragraphs were set aside as teasers"),),
        skipped_numbers=(
            SkippedNumber(span=span_of("40"), reason="date"),
            SkippedNumber(span=span_of("40"), reason="date"),
        ),
        rejected=tuple(
            Rejection(segment=1, reason="absent", message=f"the figure {number} is not in the text")
            for number in range(8)
        ),
    )

    shown = table(extraction, width=120)

    assert "2 paragraphs were set aside as teasers" in shown
    assert "2 numbers left out as no figure: date 2" in shown
    assert "8 drafts dropped" in shown
    assert "the figure 4 is not" in shown
    assert "the figure 5 is not" not in shown
    assert "and 3 more" in shown


# ── markdown ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_report_names_what_it_comes_from_and_shows_every_claim():
    report = markdown(an_extraction())

    assert report.startswith("# Crates lost\n")
    assert (
        "## Ines Okafor\n\n- “**at least 40** crates were lost” *(0.90)*\n  - at least 40 → **≥ 40 crates lost**"
        in report
    )
    assert "- **?** “any losses” *(0.40; denies this)*\n  - doubt: it is not clear which line this is" in report


@pytest.mark.parametrize(
    "hostile",
    [
        "![x](http://127.0.0.1/?q=1)",
        "[x](javascript:alert(1))",
        "<img src=x onerror=alert(1)>",
        "http://example.test/x www.example.test",
        "<script>alert(1)</script>",
        "`code` **bold** _it_ ~~no~~ | cell | $x$ \\",
        "[^1]: note &lt;b&gt; &#91;",
        "# heading",
    ],
)
def test_words_of_an_article_stay_words_in_a_report(hostile):
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parseInline(f"before {escaped(hostile)} after")

    kinds = {child.type for token in tokens for child in token.children}
    assert kinds <= {"text", "text_special"}
    shown = "".join(child.content for token in tokens for child in token.children)
    assert shown == f"before {hostile} after"


@pytest.mark.parametrize("text", ["http://a.test", "https://a.test", "www.a.test"])
def test_addresses_in_a_report_are_broken_for_programs_that_look_for_them(text):
    assert not re.search(r"://|www\.", escaped(text))


# ── sheet ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _table_of(*extractions):
    text = sheet.header() + "".join(sheet.rows(extraction) for extraction in extractions)
    return list(csv.DictReader(io.StringIO(text)))


def test_a_sheet_has_a_row_for_each_figure_and_for_each_claim_without_one():
    rows = _table_of(an_extraction())

    assert [(row["claim"], row["low"], row["qualifier"]) for row in rows] == [
        ("harbour#1", "40", "at_least"),
        ("harbour#2", "", ""),
    ]
    assert rows[1]["needs_review"] == "true"
    assert rows[1]["doubts"] == "it is not clear which line this is"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", " =", "\ufeff="])
def test_words_that_a_spreadsheet_would_run_are_guarded(start):
    cell = sheet.safe(f"{start}HYPERLINK(1)")

    assert str(cell).startswith("'")


@pytest.mark.parametrize("words", ["a=b", "1-2", "x@y", "'tis", "", "– dash"])
def test_other_words_are_left_alone(words):
    assert sheet.safe(words) == words


def test_columns_of_numbers_stay_numbers():
    claim = an_extracted_claim(figures=(a_figure(low="-3.2", high="-3.2", qualifier="exact"),))

    (row,) = _table_of(an_extraction(claims=(claim,), needs_review=()))

    assert (float(row["low"]), float(row["high"]), float(row["confidence"])) == (-3.2, -3.2, 0.9)


def test_lines_and_separators_in_words_do_not_break_a_row():
    article = an_article('Mina said 3 "were",\n\u2028lost, so.', title='=1+1,"x"')

    (row,) = _table_of(extraction_of(article))

    assert row["words"] == '3 "were", \\u2028lost, so'
    assert row["title"] == '\'=1+1,"x"'


def test_a_failed_article_has_a_row_that_says_so():
    (row,) = _table_of(an_extraction(status="failed", claims=(), needs_review=(), failures=FAILED))

    assert (row["document"], row["status"], row["claim"]) == ("harbour", "failed", "")


def test_an_article_without_claims_has_no_row():
    assert _table_of(an_extraction(claims=(), needs_review=())) == []


# ── lines ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_claim_line_is_the_gold_format_with_confidence():
    line = lines.claims_jsonl(an_extraction()).split("\n")[0]

    assert json.loads(line) == {
        "id": "harbour#1",
        "document": "harbour",
        "content": [list(span_of("at least 40 crates were lost"))],
        "source": {
            "name": "Ines Okafor",
            "aliases": ["Okafor"],
            "principal": None,
            "kind": "person",
            "role": None,
            "mention": list(span_of("The harbour master, Ines Okafor")),
            "via": [],
            "accept": [],
        },
        "cue": list(span_of("said")),
        "mode": "indirect",
        "stance": "asserts",
        "hedged": False,
        "negated": False,
        "figures": [
            {
                "span": list(span_of("at least 40")),
                "low": "40",
                "high": None,
                "qualifier": "at_least",
                "unit": None,
                "counted": "crates",
                "measure": "lost",
            }
        ],
        "when": [],
        "where": [],
        "confidence": 0.9,
    }


def test_claim_lines_are_read_back_as_gold():
    read = [claim_from_form(json.loads(line)) for line in lines.claims_jsonl(an_extraction()).splitlines()]

    assert [(claim.id, claim.confidence) for claim in read] == [("harbour#1", 0.9), ("harbour#2", 0.4)]


def test_json_is_exact_and_harmless_to_look_at():
    article = an_article("Mina said 3 \u2028\u202e\x85\x7f are.")
    extraction = extraction_of(article)

    written = lines.as_json(extraction)

    assert Extraction.model_validate_json(written) == extraction
    assert len(written.splitlines()) == 1
    assert "\u202e" not in written
