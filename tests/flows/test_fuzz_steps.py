"""Random bytes to the readers of files, random drafts to grounding, clocks that jump: nothing crashes, nothing is made
up, and no time is below nought."""

import random
import time
from datetime import UTC, datetime, timedelta

import pytest
from hostile.documents import a_pdf, a_word_document
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service import html_text
from service.choose import make_extractor
from service.errors import InputError
from service.files import read_article
from service.grounding import ground
from service.pipeline import extract
from service.reading.reader import read
from service.records import Article, Draft, DraftFigure, Grounded, Passage, Rejection, Span
from service.settings import Settings
from service.vendor.faults import _retry_after

FEW = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
MANY = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
PAGE = b"<!doctype html><html lang=en><title>Flood</title><style>.x{}</style><article>It rained.</article>"
SOUND = {
    "a.html": PAGE,
    "a.pdf": a_pdf(["Rain fell on the town.", "It rained."], pages=2),
    "a.docx": a_word_document("Rain fell.", "It rained."),
    "a.txt": "Été, 40 crates.\r\n“Rain”".encode(),
}

# ── files ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def mutated(data, seed, changes):
    """`data` with bytes changed, taken out, doubled and moved."""
    chance, made = random.Random(seed), bytearray(data)
    for _ in range(changes):
        at = chance.randrange(len(made) + 1)
        match chance.randrange(4):
            case 0:
                made[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del made[at : at + chance.randrange(1, 60)]
            case 2:
                made[at:at] = made[at : at + chance.randrange(1, 200)] * chance.randrange(1, 5)
            case _:
                made[at:at] = chance.choice([b"<", b"(" * 50, b"\xff", b"0" * 30, b"/Kids[2 0 R]", b"<p><div hidden>"])
    return bytes(made)


def is_read_or_refused(data, name, content_type=None):
    began, fix = time.monotonic(), "none is needed"
    try:
        article = read_article(
            data, filename=name, content_type=content_type, max_bytes=1_000_000, max_characters=50_000
        )
    except InputError as refused:
        fix = refused.fix
    else:
        assert article.text.strip()
        assert article.sha256
    assert fix
    assert time.monotonic() - began < 60


@FEW
@given(name=st.sampled_from(sorted(SOUND)), seed=st.integers(0, 10**6), changes=st.integers(1, 40))
def test_a_damaged_file_is_read_or_refused_with_what_to_do(name, seed, changes):
    is_read_or_refused(mutated(SOUND[name], seed, changes), name)


@MANY
@given(data=st.binary(max_size=300), name=st.sampled_from(["a.txt", "a.md", None, "a", "a.html"]), charset=st.text())
def test_bytes_of_any_kind_are_read_or_refused_with_what_to_do(data, name, charset):
    is_read_or_refused(data, name, f"text/plain; charset={charset}")


PIECES = (
    "<p> </p> <div\0hidden> <style> </style> .a{display:none} <article> <!-- --> rain <br> <table><td> <svg><p> &amp "
    '<script\0type=\'application/ld+json\'> {"datePublished":"2025-02-30"} </script> &#x0; &#xD800; <template> '
    "<html\0lang='-'> <meta\0property='og:title'\0content="
).split()


@MANY
@given(st.lists(st.sampled_from([piece.replace("\0", " ") for piece in PIECES]), max_size=60))
def test_a_page_of_any_tags_is_read_without_a_crash(pieces):
    page = html_text.read_page("".join(pieces))

    assert all(line.strip() for line in page.text.splitlines())


# ── grounding ───────────────────────────────────────────────────────────────────────────────────────────────────────

WORDS = (
    "Ines Okafor said at least 40 crates were lost. “We counted 12 boats twice,” she told Omar. The İ 😀 line denied "
    "that ３ sailors\u200b were hurt in 2O24; it rose 1,5% and 1.5%."
).split(" ")
words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=30).map(" ".join)
any_words = st.one_of(words, st.text(max_size=20), st.sampled_from(["S1", "F1", "S99", "outlet", "unspecified", ""]))
spans = st.tuples(st.integers(0, 400), st.integers(1, 80)).map(lambda pair: Span(pair[0], pair[0] + pair[1]))
drafts = st.builds(
    Draft,
    content=st.lists(
        st.one_of(spans, st.builds(Passage, sentence=st.integers(-2, 9), first=any_words, last=any_words)),
        min_size=1,
        max_size=3,
    ).map(tuple),
    speaker=any_words,
    mention=st.one_of(st.none(), any_words, spans),
    via=st.lists(any_words, max_size=2).map(tuple),
    cue=st.one_of(st.none(), any_words, spans),
    mode=st.sampled_from(["direct", "indirect", "mixed", "implied", "none"]),
    figures=st.lists(st.builds(DraftFigure, figure=any_words, counted=st.one_of(st.none(), any_words)), max_size=3).map(
        tuple
    ),
    where=st.lists(any_words, max_size=2).map(tuple),
)


@MANY
@given(text=words, draft=drafts)
def test_whatever_is_proposed_of_whatever_article_only_its_own_words_are_placed(text, draft):
    found = ground(draft, read(Article(id="x", text=text)))

    if isinstance(found, Rejection):
        assert found.message
        return
    assert isinstance(found, Grounded)
    for span in found.content:
        assert 0 <= span.start < span.end <= len(text)
        assert span.of(text).strip()
    named = (found.source.name, *found.source.aliases, found.source.principal, *found.source.via, *found.where)
    assert [name for name in named if name is not None and name not in text] == []
    assert all(any(piece.holds(figure.span) for piece in found.content) for figure in found.figures)
    assert all(figure.counted is None or figure.counted in text for figure in found.figures)


# ── clocks ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def wild_clock(monkeypatch):
    """The wall clock goes back an hour each time that somebody looks."""
    hours = iter(range(10**6))
    monkeypatch.setattr(time, "time", lambda: 1_800_000_000.0 - 3_600 * next(hours))


@pytest.mark.usefixtures("wild_clock")
def test_a_clock_that_goes_back_makes_no_time_negative():
    import asyncio

    article = Article(id="x", text="Ines Okafor said at least 40 crates were lost.")
    chosen = Settings()
    extraction = asyncio.run(extract(article, extractor=make_extractor("embedded", chosen), settings=chosen))

    assert extraction.seconds >= 0
    assert read_article(PAGE, filename="a.html", max_bytes=10_000, max_characters=100).text == "It rained."


@pytest.mark.usefixtures("wild_clock")
def test_a_wait_until_a_moment_that_is_past_is_no_wait():
    class Limited(Exception):
        past = (datetime.now(UTC) - timedelta(days=3_000)).strftime("%a, %d %b %Y %H:%M:%S GMT")
        litellm_response_headers = {"retry-after": past}  # noqa: RUF012

    assert _retry_after(Limited()) == 0
