"""The stand-in for a model when it is asked for a second opinion: its pure parts, and the same over HTTP."""

import asyncio
import json

import pytest
from builders import a_draft, a_source, an_article, span_of

from service.choose import make_judge
from service.extractors import SegmentDrafts
from service.goldfiles import GoldClaim, GoldDocument, GoldSetInfo, write_gold_set
from service.pipeline import extract
from service.records import Figure
from service.settings import Settings
from service.simulated.answers import Gold, gold_article
from service.simulated.names import Errors, parse_name
from service.simulated.page import read_page
from service.simulated.verdicts import read_questions, verdicts

pytestmark = [
    pytest.mark.network,
    pytest.mark.filterwarnings("ignore:Item '.*' on TypedDict class:UserWarning"),
    pytest.mark.filterwarnings("ignore:Accessing the 'model_(computed_)?fields' attribute:DeprecationWarning"),
]

ARTICLE = an_article()
LOST = GoldClaim(
    id="harbour#1",
    document="harbour",
    content=(span_of("at least 40 crates were lost"),),
    source=a_source(),
    mode="indirect",
    figures=(Figure(span=span_of("at least 40"), low="40", high=None, qualifier="at_least", counted="crates"),),
)
DENIED = GoldClaim(
    id="harbour#2",
    document="harbour",
    content=(span_of("any losses"),),
    source=a_source(name="The shipping line", aliases=(), role=None, kind="organization", mention=None),
    mode="indirect",
    stance="denies",
)
GOLD = Gold([gold_article(ARTICLE, (LOST, DENIED))])
SHOWN = "The harbour master, Ines Okafor, said at least 40 crates were lost."


def answered(*statements, sentences=(SHOWN,), **errors):
    listed = [f"{number}. {words}" for number, words in enumerate(statements, 1)]
    page = read_page("\n".join(("<article 1a2b>", *sentences, "", "Statements:", *listed, "</article 1a2b>", "JSON:")))
    questions = read_questions(page)
    assert questions is not None
    said = json.loads(verdicts(questions, GOLD, errors=Errors(**errors), seed=1, key="k"))["c"]
    assert [each["n"] for each in said] == list(range(1, len(statements) + 1))
    return [each["a"] for each in said]


RIGHT = "Ines Okafor says: “at least 40 crates were lost”. Figures: at least 40 (crates)."


@pytest.mark.parametrize(
    ("statement", "verdict"),
    [
        pytest.param(RIGHT, "yes", id="as-gold-has-it"),
        pytest.param(RIGHT.replace("Ines Okafor", "Okafor"), "yes", id="by-the-family-name"),
        pytest.param(RIGHT.replace("at least 40 crates", "40 crates"), "yes", id="most-of-its-words"),
        pytest.param(RIGHT.replace("Ines Okafor", "Omar Diallo"), "no", id="another-speaker"),
        pytest.param(RIGHT.replace("Ines Okafor", "the article itself"), "no", id="the-outlet"),
        pytest.param(RIGHT.replace("Figures: at least 40", "Figures: at least 41"), "no", id="another-number"),
        pytest.param(RIGHT.replace("Figures: at least 40", "Figures: 40"), "no", id="bound-dropped"),
        pytest.param(RIGHT.partition(" Figures")[0], "no", id="figure-left-out"),
        pytest.param(RIGHT.replace("says:", "denies:"), "no", id="turned-round"),
        pytest.param(RIGHT.replace("at least 40 crates were lost", "nobody was there at all"), "no", id="other-words"),
        pytest.param("The shipping line denies: “any losses”.", "yes", id="denial"),
        pytest.param("The shipping line says: “any losses”.", "no", id="denial-taken-for-a-claim"),
    ],
)
def test_a_statement_is_held_against_gold(statement, verdict):
    assert answered(statement) == [verdict]


def test_it_has_no_opinion_on_an_article_that_it_does_not_know():
    assert answered(RIGHT, sentences=("Nobody has ever written this.",)) == ["unclear"]


def test_a_statement_over_two_lines_is_one():
    assert answered(RIGHT.replace("crates were", "crates\nwere"), "The shipping line denies: “any losses”.") == [
        "yes",
        "yes",
    ]


@pytest.mark.parametrize(
    ("errors", "said"),
    [
        pytest.param({"misjudged": 1}, ["no", "yes"], id="always-wrong"),
        pytest.param({"undecided": 1}, ["unclear", "unclear"], id="never-sure"),
        pytest.param({"missed": 1, "swapped": 1}, ["yes", "no"], id="errors-of-claims-are-none-of-verdicts"),
    ],
)
def test_it_misjudges_as_often_as_is_stated(errors, said):
    assert answered(RIGHT, RIGHT.replace("Ines Okafor", "Omar Diallo"), **errors) == said


def test_of_many_statements_about_the_stated_share_is_misjudged():
    said = answered(*[RIGHT] * 400, misjudged=0.25)

    assert 70 <= said.count("no") <= 130


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(("[1] {S1 Ines Okafor} said so.",), id="sentences-with-numbers"),
        pytest.param(("Statements:", "[1] {S1 Ines Okafor} said so."), id="an-article-with-that-line"),
        pytest.param(("Ines Okafor said so.",), id="no-statements"),
    ],
)
def test_a_page_that_asks_for_claims_is_no_question(rows):
    assert read_questions(read_page("\n".join(("<article 1>", *rows, "</article 1>")))) is None


def test_the_rates_of_a_judge_are_said_in_its_name():
    model = parse_name("simulated/newsroom:errors=20%,misjudged=10%,undecided=0.05")

    assert (model.errors.misjudged, model.errors.undecided, model.errors.missed) == (0.1, 0.05, 0.2)
    assert parse_name("simulated/newsroom:errors=20%").errors.misjudged == 0


# ── over HTTP ─────────────────────────────────────────────────────────────────────────────────────────────────────


class Scripted:
    """A right claim, and the same words of another."""

    name = "scripted/one"
    prompt = None

    async def drafts(self, reading):
        words = (span_of("at least 40 crates were lost"),)
        yield SegmentDrafts(
            segment=1,
            drafts=(
                a_draft(content=words, speaker="Ines Okafor", cue="said"),
                a_draft(content=words, speaker="The shipping line", cue="said"),
            ),
        )


@pytest.fixture
def folder(tmp_path):
    write_gold_set(
        tmp_path / "gold",
        info=GoldSetInfo(name="harbour", version="1", language="en", guidelines="3", origin="invented"),
        documents=[GoldDocument(id="harbour", sha256=ARTICLE.sha256, text=ARTICLE.text)],
        claims=[LOST, DENIED],
        skipped=[],
    )
    return tmp_path / "gold"


def judged_by(name):
    settings = Settings(verify=name, review_below=1, attempts=1)

    async def ask():
        from service.vendor.libraries import close_connections

        try:
            judge = make_judge(settings)
            return await extract(ARTICLE, extractor=Scripted(), settings=settings, judge=judge)
        finally:
            await close_connections()

    return asyncio.run(ask())


@pytest.mark.parametrize(
    ("options", "doubted"),
    [
        pytest.param("", {"The shipping line"}, id="that-never-errs"),
        pytest.param(":misjudged=100%", {"Ines Okafor"}, id="that-always-errs"),
        pytest.param(":undecided=100%", set(), id="that-is-never-sure"),
    ],
)
def test_a_simulated_judge_is_asked_like_any_other(folder, options, doubted):
    extraction = judged_by(f"simulated/{folder}{options}")

    flagged = {claim.source.name for claim in extraction.claims if any(flag.code == "judge_no" for flag in claim.flags)}
    assert len(extraction.claims) == 2
    assert flagged == doubted
    assert extraction.usage.calls == 1
    assert extraction.usage.completion_tokens > 0
    assert [notice for notice in extraction.notices if notice.code == "judge_failed"] == []


@pytest.mark.parametrize("fault", ["limited", "malformed", "truncated"])
def test_a_simulated_judge_fails_like_any_other_and_nothing_is_lost(folder, fault):
    extraction = judged_by(f"simulated/{folder}:{fault}=100%")

    assert len(extraction.claims) == 2
    assert extraction.status == "complete"
    assert "judge_failed" in {notice.code for notice in extraction.notices}
