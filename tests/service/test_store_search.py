"""Claims that were kept are found by what is asked of them, page by page."""

from datetime import UTC, date, datetime

import pytest
from builders import a_figure, a_source, an_article, an_extracted_claim
from storing import an_extraction

from service.errors import InputError
from service.records import Flag
from service.store import search
from service.store.extractions import delete_article, keep
from service.store.folding import fold
from service.store.search import ClaimQuery, find_claims


def _claim(number, text, **changes):
    return an_extracted_claim(id=f"c{number}", text=text, figures=changes.pop("figures", ()), **changes)


CLAIMS = (
    _claim(1, "Forty crates were lost", source=a_source(name="Inès Okafor", aliases=("Okafor", "the harbour master")),
           figures=(a_figure(low="40", high=None),), confidence=0.9),
    _claim(2, "The line denied any “losses” at 100% of ports",
           source=a_source(name="Blue Line", aliases=(), kind="organization"),
           figures=(a_figure(low="100", high="100", unit="percent", counted="ports"),), confidence=0.2,
           flags=(Flag(code="unit", field="figures", message="which?"),)),
    _claim(3, "between 10 and 20 crates came back; EU rules", source=a_source(name=None, aliases=(), kind="anonymous"),
           figures=(a_figure(low="10", high="20", counted="crates_back"),
                    a_figure(low="5", high="5", unit="USD", counted="dollars")),
           confidence=0.2),
)  # fmt: skip
OTHER = _claim(
    4, "The quay’s café – naïve, old – is shut", source=a_source(name="Blue Line", aliases=(), kind="organization")
)


@pytest.fixture(scope="module")
def filled(module_store):
    with module_store.writing() as connection:
        first = an_extraction(an_article(), extraction_id="1", claims=CLAIMS, needs_review=("c2",), model="embedded")
        keep(connection, first, job="j")
        second = an_extraction(
            an_article("Second.", id="quay", published=None),
            extraction_id="2",
            claims=(OTHER,),
            created=datetime(2026, 4, 1, tzinfo=UTC),
        )
        keep(connection, second)
        keep(connection, an_extraction(an_article(), extraction_id="3", claims=CLAIMS), owner="ada")
    return module_store


def _found(store, owner="", **asked):
    with store.reading() as connection:
        return [found.claim.id for found in find_claims(connection, ClaimQuery(**asked), owner=owner).claims]


CASES = [
    pytest.param({}, ["c4", "c3", "c2", "c1"], id="all-newest-first"),
    pytest.param({"order": "doubtful"}, ["c2", "c3", "c1", "c4"], id="doubtful-first"),
    pytest.param({"speaker": "okafor"}, ["c1"], id="speaker-by-case"),
    pytest.param({"speaker": "INES OKAFOR"}, ["c1"], id="speaker-by-accent"),
    pytest.param({"speaker": "harbour master"}, ["c1"], id="speaker-by-other-name"),
    pytest.param({"speaker": "okafor the"}, [], id="speaker-not-across-names"),
    pytest.param({"text": "crates"}, ["c3", "c1"], id="word"),
    pytest.param({"text": "crate lost"}, ["c1"], id="parts-of-words-in-any-order"),
    pytest.param({"text": "lost crates"}, ["c1"], id="words-turned-round"),
    pytest.param({"text": '"lost crates"'}, [], id="not-side-by-side"),
    pytest.param({"text": '"crates were"'}, ["c1"], id="side-by-side"),
    pytest.param({"text": "CAFE"}, ["c4"], id="accent-in-text"),
    pytest.param({"text": "quay's"}, ["c4"], id="typographic-apostrophe"),
    pytest.param({"text": "“any "}, ["c2"], id="quotation-mark-left-open"),
    pytest.param({"text": "eu"}, ["c3"], id="two-letters"),
    pytest.param({"text": "100%"}, ["c2"], id="percent-is-no-wildcard"),
    pytest.param({"text": "1%0"}, [], id="percent-stands-for-nothing"),
    pytest.param({"text": "c_ates"}, [], id="underscore-is-no-wildcard"),
    pytest.param({"text": "\\"}, [], id="backslash"),
    pytest.param({"text": "x' or 1=1 --"}, [], id="sql"),
    pytest.param({"text": "a\x00b"}, [], id="nul"),
    pytest.param({"text": "   "}, ["c4", "c3", "c2", "c1"], id="no-words"),
    pytest.param({"text": "folded: crates OR lost NEAR *"}, [], id="words-of-the-index-itself"),
    pytest.param({"speaker": "blue", "text": "line"}, ["c2"], id="speaker-and-text"),
    pytest.param({"flag": "unit"}, ["c2"], id="flag"),
    pytest.param({"flag": "uni"}, [], id="flag-is-whole"),
    pytest.param({"kind": "organization"}, ["c4", "c2"], id="kind"),
    pytest.param({"model": "embedded"}, ["c3", "c2", "c1"], id="model"),
    pytest.param({"job": "j"}, ["c3", "c2", "c1"], id="job"),
    pytest.param({"job": "k"}, [], id="no-such-job"),
    pytest.param({"article": "quay"}, ["c4"], id="article"),
    pytest.param({"article": an_article().sha256[:12]}, ["c3", "c2", "c1"], id="article-by-hash"),
    pytest.param({"article": "qua"}, [], id="article-is-whole"),
    pytest.param({"needs_review": True}, ["c2"], id="to-review"),
    pytest.param({"needs_review": False}, ["c4", "c3", "c1"], id="not-to-review"),
    pytest.param({"since": date(2026, 3, 6)}, ["c4"], id="since-by-day-read"),
    pytest.param({"until": date(2026, 3, 5)}, ["c3", "c2", "c1"], id="until-is-included"),
    pytest.param({"since": date(2026, 3, 5), "until": date(2026, 3, 5)}, ["c3", "c2", "c1"], id="one-day"),
    pytest.param({"low": 40, "high": 40}, ["c1"], id="figure-with-an-open-side"),
    pytest.param({"low": 41}, ["c2"], id="figure-above"),
    pytest.param({"low": 12, "high": 13}, ["c3"], id="inside-a-range"),
    pytest.param({"high": 9}, ["c3"], id="figure-below"),
    pytest.param({"low": 21, "high": 39}, [], id="between-figures"),
    pytest.param({"unit": "percent"}, ["c2"], id="unit"),
    pytest.param({"low": 10, "unit": "USD"}, [], id="all-of-one-figure"),
    pytest.param({"counted": "Crates"}, ["c3", "c1"], id="counted"),
    pytest.param({"counted": "crates_"}, ["c3"], id="counted-underscore"),
    pytest.param({"text": "crates", "kind": "anonymous", "low": 5, "since": date(2026, 1, 1)}, ["c3"], id="together"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "ids"), CASES)
def test_claims_are_found_by_what_is_asked(filled, asked, ids):
    assert _found(filled, **asked) == ids


@pytest.mark.parametrize(("asked", "ids"), CASES)
def test_it_makes_no_difference_how_they_are_looked_for(filled, asked, ids, monkeypatch):
    monkeypatch.setattr(search, "FEW", 0)  # as where every condition is common

    assert _found(filled, **asked) == ids


def test_nobody_finds_claims_of_another(filled):
    for asked in ({}, {"text": "crates"}, {"flag": "unit"}, {"low": 1}, {"kind": "anonymous"}, {"model": "stub"}):
        with filled.reading() as connection:
            page = find_claims(connection, ClaimQuery(**asked), owner="ada")
            assert {found.extraction_id for found in page.claims} <= {"3"}
        assert _found(filled, owner="ben", **asked) == []
    assert _found(filled, owner="ada", article="quay") == []


def test_a_claim_comes_with_where_it_is_from(filled):
    with filled.reading() as connection:
        [found] = find_claims(connection, ClaimQuery(flag="unit")).claims

    assert found.claim == CLAIMS[1]
    assert found.needs_review
    assert (found.extraction_id, found.model, found.article) == ("1", "embedded", "harbour")
    assert (found.sha256, found.published) == (an_article().sha256, date(2026, 3, 5))
    assert found.created == datetime(2025, 1, 1, tzinfo=UTC)


# ── pages ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("order", ["new", "doubtful"])
@pytest.mark.parametrize("asked", [{}, {"text": "sheep"}], ids=["all", "words"])
def test_pages_neither_repeat_nor_leave_out_while_claims_come_and_go(any_store, order, asked):
    def add(name, confidences):
        listed = tuple(
            _claim(number, f"{number} sheep", confidence=confidence) for number, confidence in enumerate(confidences)
        )
        with any_store.writing() as connection:
            keep(connection, an_extraction(an_article(name, id=name), extraction_id=name, claims=listed))

    add("first", [0.5, 0.1, 0.9, 0.5, 0.5, 0.3, 0.7])
    add("gone", [0.4])
    seen, cursor = [], None
    for turn in range(20):
        with any_store.reading() as connection:
            page = find_claims(connection, ClaimQuery(order=order, limit=2, cursor=cursor, **asked))
        seen += [(found.extraction_id, found.claim.id) for found in page.claims]
        cursor = page.next
        if cursor is None:
            break
        add(f"later{turn}", [0.05])
        if turn == 1:
            with any_store.writing() as connection:
                delete_article(connection, "gone")

    assert len(seen) == len(set(seen))
    assert {each for each in seen if each[0] == "first"} == {("first", f"c{number}") for number in range(7)}
    assert not any(name.startswith("later") for name, _ in seen)


def test_the_last_page_says_so(filled):
    with filled.reading() as connection:
        assert find_claims(connection, ClaimQuery(limit=4)).next is None
        assert find_claims(connection, ClaimQuery(limit=3)).next is not None


@pytest.mark.parametrize(
    ("cursor", "asked", "owner"),
    [
        pytest.param("nonsense", {}, "", id="nonsense"),
        pytest.param("é\x00", {}, "", id="not-ascii"),
        pytest.param("W10", {}, "", id="empty-list"),
        pytest.param(None, {"text": "crates"}, "", id="of-another-question"),
        pytest.param(None, {"order": "doubtful"}, "", id="of-another-order"),
        pytest.param(None, {}, "ada", id="of-another-owner"),
    ],
)
def test_a_cursor_that_is_not_of_this_question_is_refused(filled, cursor, asked, owner):
    with filled.reading() as connection:
        given = cursor or find_claims(connection, ClaimQuery(limit=1)).next

        with pytest.raises(InputError, match="does not belong to this question"):
            find_claims(connection, ClaimQuery(cursor=given, **asked), owner=owner)


# ── folding ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("words", "folded"),
    [
        pytest.param("  Two\n\twords ", "two words", id="spaces"),
        pytest.param("Élan façade Über Ångström", "elan facade uber angstrom", id="accents"),
        pytest.param("STRASSE Straße", "strasse strasse", id="sharp-s"),
        pytest.param("İstanbul", "istanbul", id="dotted-i"),
        pytest.param("“so” ‘it’ – goes", "\"so\" 'it' - goes", id="typography"),
        pytest.param("ﬁve ½ ２０", "five 1⁄2 20", id="compatible-forms"),
        pytest.param("ΟΔΟΣ οδος", "οδοσ οδοσ", id="final-sigma"),
        pytest.param("a\x00b", "a\ufffdb", id="nul"),
        pytest.param("zero\u200bwidth", "zerowidth", id="hidden"),
    ],
)
def test_words_that_are_the_same_to_a_reader_are_folded_alike(words, folded):
    assert fold(words) == folded
    assert fold(folded) == folded


def test_of_what_a_model_said_of_an_article_again_and_again_the_last_counts(any_store):
    article = an_article("Two cars burned, she said. ", id="again")
    with any_store.writing() as connection:
        for name in ("first", "second"):
            keep(connection, an_extraction(article, extraction_id=name), job=name)

    assert [claim.extraction_id for claim in _page(any_store)] == ["second"]
    assert {claim.extraction_id for claim in _page(any_store, older=True)} == {"first", "second"}
    assert [claim.extraction_id for claim in _page(any_store, job="first")] == ["first"]


def _page(store, **asked):
    with store.reading() as connection:
        return find_claims(connection, ClaimQuery(**asked)).claims
