"""The main job on real articles, which are not ours to ship: ACCORDING_TEXTS names the folder that holds them."""

import asyncio
import os
import re
from pathlib import Path

import pytest

from service.choose import make_extractor
from service.pipeline import extract
from service.records import Article
from service.settings import Settings

TEXTS = os.environ.get("ACCORDING_TEXTS")
IDS = [f"kalat-{number:03}" for number in range(5)]
TEASERS = {
    "kalat-000": ["Genocide", "Shafiq Mengal", "Fishermen", "Google", "Sammi Deen", "110 New", "Forty", "eleventh day"],
    "kalat-001": ["Related post"],
    "kalat-002": ["Verified reports"],
    "kalat-004": ["auto-published", "agency feed"],
}

pytestmark = pytest.mark.skipif(not TEXTS, reason="ACCORDING_TEXTS names no folder with the five articles")


@pytest.fixture(scope="module")
def extractions():
    settings = Settings()
    extractor = make_extractor("embedded", settings)
    found = {}
    for name in IDS:
        text = (Path(TEXTS) / f"{name}.txt").read_bytes().decode("utf-8")
        article = Article(id=name, text=text)
        found[name] = asyncio.run(extract(article, extractor=extractor, settings=settings))
    return found


@pytest.mark.parametrize("name", IDS)
def test_every_span_cuts_out_its_own_words_and_nothing_is_invented(extractions, name):
    extraction = extractions[name]
    text = extraction.article.text

    assert extraction.status == "complete"
    assert len(extraction.claims) >= 15
    for claim in extraction.claims:
        assert " … ".join(span.of(text) for span in claim.content) == claim.text
        assert claim.source.name is None or claim.source.name in text
        if claim.cue is not None:
            assert re.fullmatch(r"\w[\w\s'’-]*", claim.cue.of(text))
        for figure in claim.figures:
            assert any(span.holds(figure.span) for span in claim.content)
            assert figure.counted is None or figure.counted in text


@pytest.mark.parametrize("name", sorted(TEASERS))
def test_no_teaser_of_another_article_is_taken_for_a_claim(extractions, name):
    claimed = " ".join(claim.text for claim in extractions[name].claims)

    assert [words for words in TEASERS[name] if words in claimed] == []


@pytest.mark.parametrize(
    ("speaker", "principal", "counted", "measure", "low", "high", "qualifier"),
    [
        pytest.param(
            "Jeeyand Baloch", "Baloch Liberation Army", "soldiers", "killed", "11", None, "at_least", id="eleven"
        ),
        pytest.param("Zia Langove", None, "soldiers", "killed", "2", "2", "exact", id="only-two"),
        pytest.param("Zia Langove", None, "security personnel", "take", "18", "18", "exact", id="hostages"),
        pytest.param("Zia Langove", None, "attackers", "participated", "50", "60", "range", id="attackers"),
        pytest.param("Zia Langove", None, "soldiers", "stationed", "20", "20", "exact", id="stationed"),
        pytest.param(
            "Jeeyand Baloch", "Baloch Liberation Army", None, "held", "12", None, "more_than", id="hours-held"
        ),
    ],
)
def test_who_says_how_many_is_kept_apart(extractions, speaker, principal, counted, measure, low, high, qualifier):
    claims = [
        (claim, figure)
        for claim in extractions["kalat-000"].claims
        for figure in claim.figures
        if (figure.low, figure.high, figure.qualifier) == (low, high, qualifier) and claim.source.name == speaker
    ]

    assert len(claims) == 1
    claim, figure = claims[0]
    assert claim.source.principal == principal
    assert counted is None or figure.counted == counted
    assert measure in (figure.measure or claim.text)
