"""What is kept is found again just as it was, on both kinds of database."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import count

import pytest
from builders import a_draft, a_figure, a_source, an_article, an_extracted_claim
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from storing import an_extraction
from timing import cpu_seconds

from service.errors import InputError
from service.records import (
    Check,
    Failure,
    Flag,
    Notice,
    PromptVersion,
    Reason,
    Rejection,
    SkippedNumber,
    Span,
    Usage,
    When,
)
from service.store.extractions import article_key, delete_article, find, keep, load_article
from service.store.tables import articles, claim_figures, claim_flags, claims, extractions, job_articles, jobs

NUMBERS = count()
HERE = datetime(2026, 3, 5, 12, tzinfo=timezone(timedelta(hours=-5)))


def _id():
    return f"e{next(NUMBERS)}"


def _count(connection, table):
    return connection.scalar(select(func.count()).select_from(table))


# ── found as it was kept ──────────────────────────────────────────────────────────────────────────────────────

# All that an article may hold: everything but halves of surrogate pairs and NUL, which are refused at the doors.
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)
# What models and messages say is kept even with NUL.
said = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
spans = st.builds(lambda start, length: Span(start, start + length), st.integers(0, 10**9), st.integers(1, 10**6))
decimals = st.none() | st.decimals(allow_nan=False, allow_infinity=False).map(str)
shares = st.floats(0, 1)
figures = st.builds(
    a_figure,
    span=spans,
    low=decimals,
    high=decimals,
    unit=st.none() | said,
    counted=st.none() | said,
    measure=st.none() | said,
)
sources = st.builds(
    a_source,
    name=st.none() | said,
    aliases=st.lists(said, max_size=3).map(tuple),
    role=st.none() | said,
    accept=st.lists(st.none() | said, max_size=2).map(tuple),
)
found_claims = st.builds(
    an_extracted_claim,
    content=st.lists(spans, min_size=1, max_size=3).map(tuple),
    source=sources,
    text=said,
    confidence=shares,
    figures=st.lists(figures, max_size=3).map(tuple),
    when=st.lists(st.builds(When, span=spans, value=st.none() | said), max_size=2).map(tuple),
    flags=st.lists(st.builds(Flag, code=st.sampled_from("abc"), field=said, message=said), max_size=3).map(tuple),
    reasons=st.lists(
        st.builds(Reason, signal=said, effect=st.floats(allow_nan=False, allow_infinity=False), words=said), max_size=2
    ).map(tuple),
    checks=st.lists(st.builds(Check, field=said, status=st.just("absent")), max_size=2).map(tuple),
)
some_articles = st.builds(
    an_article,
    text=words,
    id=words.filter(bool),
    title=st.none() | words,
    outlet=st.none() | words,
    published=st.none() | st.dates(),
)


@st.composite
def some_extractions(draw):
    listed = tuple(
        claim.model_copy(update={"id": f"c{number}"})
        for number, claim in enumerate(draw(st.lists(found_claims, max_size=4)))
    )
    return an_extraction(
        draw(some_articles),
        extraction_id=_id(),
        claims=listed,
        needs_review=tuple(claim.id for claim in listed if draw(st.booleans())),
        created=draw(st.datetimes(datetime(1970, 1, 2), timezones=st.just(UTC) | st.just(HERE.tzinfo))),
        model=draw(said),
        settings=draw(st.dictionaries(said, st.none() | said | st.booleans() | st.integers(), max_size=3)),
        seconds=draw(st.floats(0, 1e9)),
        prompt=draw(st.none() | st.builds(PromptVersion, name=said, fingerprint=said)),
        rejected=(Rejection(segment=1, reason=draw(said), message=draw(said), raw=draw(said), draft=a_draft()),),
        failures=(Failure(segment=2, reason="no_answer", message=draw(said)),),
        notices=(Notice(code="hidden", message=draw(said), span=draw(spans)),),
        skipped_numbers=(SkippedNumber(span=draw(spans), reason="date"),),
        usage=Usage(calls=2, cost_usd=draw(st.none() | st.floats(0, 1e6))),
    )  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(extraction=some_extractions())
def test_an_extraction_is_found_just_as_it_was_kept(any_store, extraction):
    with any_store.writing() as connection:
        keep(connection, extraction)

    with any_store.reading() as connection:
        assert find(connection, extraction.extraction_id) == extraction


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("İstanbul'da ﬁyat \u0130 ẞ ŉ", id="grows-when-folded"),
        pytest.param("👩🏽‍🚒 said \U0001f1ea\U0001f1fa 40", id="pictures-of-several-parts"),
        pytest.param("a\u2028b\u0085c\u001cd\r\ne\tf\u000bg", id="line-ends-of-all-kinds"),
        pytest.param("Z" + "\u0301" * 5_000, id="heap-of-accents"),
        pytest.param("\x01\x1b[2J\x7f\ufffe\uffff\U0010ffff", id="controls-and-non-characters"),
        pytest.param("\u202etfel\u202c \u200b\u00ad", id="directions-and-hidden"),
        pytest.param("e\u0301 is not \u00e9", id="not-normalised"),
        pytest.param("%_\\'\"; drop table claims; --", id="sql"),
    ],
)
def test_text_comes_back_character_by_character(any_store, text):
    extraction = an_extraction(
        an_article(text, title=text[:900]), claims=(an_extracted_claim(text=text, source=a_source(name=text)),)
    )
    with any_store.writing() as connection:
        keep(connection, extraction)

    with any_store.reading() as connection:
        assert find(connection, "x") == extraction


@pytest.mark.parametrize("field", ["id", "text", "title", "outlet", "language"])
def test_an_article_with_a_nul_is_refused_by_both_databases(any_store, field):
    article = an_article(**{field: "a\x00b"})

    with pytest.raises(InputError, match=rf"The article's {field} holds a NUL character"), any_store.writing() as where:
        keep(where, an_extraction(article))
    with any_store.reading() as connection:
        assert _count(connection, articles) == 0


def test_half_a_surrogate_pair_is_refused_in_words(any_store):
    extraction = an_extraction(an_article(), claims=(an_extracted_claim(text="\ud800"),))

    with pytest.raises(InputError, match="is no JSON"), any_store.writing() as connection:
        keep(connection, extraction)


def test_what_is_kept_twice_is_there_once(any_store):
    extraction = an_extraction(an_article(), claims=(an_extracted_claim(),))
    for _ in range(2):
        with any_store.writing() as connection:
            keep(connection, extraction)

    with any_store.reading() as connection:
        assert [_count(connection, table) for table in (articles, extractions, claims, claim_figures)] == [1, 1, 1, 1]


def test_nobody_finds_what_is_anothers(any_store):
    with any_store.writing() as connection:
        keep(connection, an_extraction(an_article()), owner="ada")

    with any_store.reading() as connection:
        assert find(connection, "x", owner="ada") is not None
        assert find(connection, "x", owner="ben") is None
        assert find(connection, "x") is None
        assert find(connection, "a\x00", owner="ada") is None


def test_keeping_a_hundred_claims_costs_some_milliseconds(tmp_path):
    from service.store.store import Store

    listed = tuple(an_extracted_claim(id=f"harbour#{number}") for number in range(100))
    with Store.open(str(tmp_path / "store.sqlite")) as store, store.writing() as connection:
        keep(connection, an_extraction(an_article(), extraction_id="first", claims=listed))
        seconds = cpu_seconds(lambda: keep(connection, an_extraction(an_article(), extraction_id=_id(), claims=listed)))

    assert seconds < 0.1  # about 0.01 on an idle machine


# ── articles ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        pytest.param({}, True, id="all-the-same"),
        pytest.param({"title": "Crates"}, False, id="other-title"),
        pytest.param({"published": date(2026, 3, 6)}, False, id="other-day"),
        pytest.param({"published": None}, False, id="no-day"),
        pytest.param({"id": "quay"}, False, id="other-id"),
        pytest.param({"outlet": "", "title": None}, False, id="empty-is-not-none"),
        pytest.param({"text": "Other words."}, False, id="other-text"),
    ],
)
def test_an_article_is_kept_once_when_all_of_it_is_the_same(any_store, changes, same):
    article = an_article(**changes)
    with any_store.writing() as connection:
        key = article_key(connection, an_article())
        other = article_key(connection, article)

        assert (key == other) is same
        assert load_article(connection, other) == article
        assert article_key(connection, an_article(), owner="ada") != key


def test_an_article_that_is_not_there_is_none(any_store):
    with any_store.reading() as connection:
        assert load_article(connection, 404) is None


@pytest.fixture
def filled(any_store):
    """Two owners, one article read twice and one read once; the first stands in a job."""
    now = datetime(2026, 3, 5, tzinfo=UTC)
    harbour, quay = an_article(), an_article("The quay is shut.", id="quay")
    flagged = an_extracted_claim(flags=(Flag(code="unit", field="figures", message="which unit?"),))
    with any_store.writing() as connection:
        keep(connection, an_extraction(harbour, extraction_id="1", claims=(flagged,)))
        keep(connection, an_extraction(harbour, extraction_id="2", claims=(an_extracted_claim(),)))
        keep(connection, an_extraction(quay, extraction_id="3"))
        keep(connection, an_extraction(harbour, extraction_id="4"), owner="ada")
        job = {"id": "j", "state": "done", "model": "stub", "options": {}, "total": 1, "created": now}
        connection.execute(jobs.insert(), [job])
        row = {"job": "j", "position": 0, "id": "harbour", "chunk": 0, "state": "done", "article": 1}
        connection.execute(job_articles.insert(), [row])
    return any_store


@pytest.mark.parametrize("length", [0, 12, 64], ids=["id", "beginning-of-hash", "hash"])
def test_an_article_goes_with_all_that_was_found_in_it(filled, length):
    article = an_article()
    with filled.writing() as connection:
        gone = delete_article(connection, article.sha256[:length] or article.id)

    assert gone.sha256s == (article.sha256,)
    assert (gone.articles, gone.extractions, gone.claims) == (1, 2, 2)
    with filled.reading() as connection:
        left = {table.name: _count(connection, table) for table in (articles, extractions, claims, claim_figures)}
        assert left == {"articles": 2, "extractions": 2, "claims": 2, "claim_figures": 0}
        assert _count(connection, claim_flags) == 0
        assert _count(connection, job_articles) == 0
        assert find(connection, "4", owner="ada") is not None


@pytest.mark.parametrize("name", ["nowhere", "0" * 64, "4", "har%", an_article().sha256[:11]])
def test_nothing_is_deleted_where_no_article_is_called_so(filled, name):
    with filled.writing() as connection:
        assert delete_article(connection, name).articles == 0
        assert _count(connection, articles) == 3


def test_a_beginning_that_fits_two_hashes_is_refused(any_store):
    with any_store.writing() as connection:
        for number in range(2):
            article_key(connection, an_article(f"Text {number}.", id=f"a{number}"))
        connection.execute(articles.update().values(sha256="ab" * 8 + func.substr(articles.c.sha256, 1, 48)))

        with pytest.raises(InputError, match="Several articles' hashes begin with"):
            delete_article(connection, "ab" * 8)


def test_of_two_that_are_kept_at_once_one_alone_is_what_the_model_says_now(any_store):
    if any_store.is_sqlite:
        pytest.skip("SQLite has one writer at a time")
    first, second = (
        an_extraction(an_article(), extraction_id=name, claims=(an_extracted_claim(),)) for name in ("first", "second")
    )

    def keep_second():
        with any_store.writing() as connection:
            keep(connection, second)

    with ThreadPoolExecutor(1) as threads:
        with any_store.writing() as connection:
            article_key(connection, an_article())
        with any_store.writing() as connection:
            keep(connection, first)
            keeping = threads.submit(keep_second)
            wait([keeping], timeout=1)
        keeping.result(timeout=10)

    with any_store.reading() as connection:
        current = connection.scalars(select(claims.c.extraction).where(claims.c.current)).all()
    assert current == ["second"]
