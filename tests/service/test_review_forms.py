"""Forms of reviewers become verdicts; what does not fit is refused with its field."""

import pytest
from builders import a_claim, a_figure, a_source
from starlette.datastructures import FormData

from service.errors import InputError
from service.records import Span
from service.review.records import Filters
from service.web.review_forms import MOST_FIGURES, as_typed, claim_in, filters_of, said_in, spans_in

LENA, OMAR = a_source(name="Lena"), a_source(name="Omar", role="mayor")


def a_form(*more, **fields):
    given = {"action": "edit", "version": "3", "seconds": "4.5"} | fields
    return FormData([*given.items(), *more])


def figure(**changes):
    given = {"span": "0-2", "qualifier": "exact", "low": "40", "high": "40", "unit": "", "counted": "", "measure": ""}
    return [(f"figure_{name}", value) for name, value in (given | changes).items()]


@pytest.mark.parametrize(
    ("words", "spans"),
    [
        pytest.param("", (), id="empty"),
        pytest.param("3-5", (Span(3, 5),), id="one"),
        pytest.param("20-31 3-5", (Span(3, 5), Span(20, 31)), id="in-the-texts-order"),
    ],
)
def test_places_are_read(words, spans):
    assert spans_in(words, field="content") == spans


@pytest.mark.parametrize(
    "words", ["5-3", "4-4", "3", "a-b", "-1-4", "1-2,3-4", "1-2  3-4", "1-99999999999", "1-2\n3-4"]
)
def test_what_is_no_place_is_refused_by_its_field(words):
    with pytest.raises(InputError) as raised:
        spans_in(words, field="cue")

    assert raised.value.field == "cue"


@pytest.mark.parametrize("action", ["accept", "reject", "skip", "discard"])
def test_a_verdict_without_a_change_holds_no_claim(action):
    said = said_in(a_form(action=action, audit="1"), claim=a_claim(), speakers=())

    assert (said.action, said.version, said.seconds, said.audit, said.new) == (action, 3, 4.5, True, None)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        pytest.param({"action": "burn"}, "action", id="no-action"),
        pytest.param({"version": "x"}, "version", id="no-version"),
        pytest.param({"version": "-1"}, "version", id="version-below-nothing"),
        pytest.param({"seconds": "nan"}, "form", id="seconds-not-a-number"),
        pytest.param({"seconds": "inf"}, "form", id="seconds-without-end"),
        pytest.param({"look": "third"}, "look", id="no-look"),
    ],
)
def test_what_does_not_fit_is_refused(fields, field):
    with pytest.raises(InputError) as raised:
        said_in(a_form(**({"action": "accept"} | fields)), claim=a_claim(), speakers=())

    assert raised.value.field == field


def test_a_form_that_says_nothing_more_leaves_the_claim_as_it_was_but_for_what_it_shows():
    claim = a_claim(negated=True)
    changed = claim_in(a_form(), claim, ())

    assert changed.content == claim.content
    assert changed.source.name == claim.source.name
    assert (changed.negated, changed.hedged, changed.figures) == (False, False, ())


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        pytest.param({"speaker": "1"}, ("Omar", "person", "mayor"), id="picked"),
        pytest.param({"speaker": "outlet"}, (None, "outlet", None), id="the-outlet"),
        pytest.param({"speaker": "unspecified"}, (None, "unspecified", None), id="nobody"),
        pytest.param(
            {"speaker": "other", "speaker_name": " Ada ", "speaker_kind": "organization", "speaker_role": "chair"},
            ("Ada", "organization", "chair"),
            id="typed",
        ),
        pytest.param({"speaker": "other", "speaker_kind": "anonymous"}, (None, "anonymous", None), id="nameless"),
    ],
)
def test_the_speaker_is_picked_or_typed(fields, told):
    source = claim_in(a_form(**fields), a_claim(), (LENA, OMAR)).source

    assert (source.name, source.kind, source.role) == told


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        pytest.param({"speaker": "2"}, "speaker", id="behind-the-last"),
        pytest.param({"speaker": "-1"}, "speaker", id="before-the-first"),
        pytest.param({"speaker": "²"}, "speaker", id="digits-that-are-none"),
        pytest.param({"speaker": "other"}, "speaker_name", id="without-a-name"),
        pytest.param({"stance": "shouts"}, "stance", id="no-stance"),
    ],
)
def test_a_speaker_or_stance_that_is_none_is_refused(fields, field):
    with pytest.raises(InputError) as raised:
        claim_in(a_form(**fields), a_claim(), (LENA, OMAR))

    assert raised.value.field == field


def test_figures_are_read_row_by_row():
    rows = [*figure(), *figure(span="5-7", qualifier="at_least", low="3", high="", counted="boats")]
    figures = claim_in(a_form(*rows), a_claim(), ()).figures

    assert [(each.low, each.high, each.qualifier, each.counted) for each in figures] == [
        ("40", "40", "exact", None),
        ("3", None, "at_least", "boats"),
    ]


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(figure(qualifier="perhaps"), id="no-bound"),
        pytest.param(figure(low="many"), id="no-number"),
        pytest.param(figure(low="1e999999"), id="a-power-of-ten"),
        pytest.param(figure() * (MOST_FIGURES + 1), id="too-many"),
    ],
)
def test_figures_that_are_none_are_refused(row):
    with pytest.raises(InputError) as raised:
        claim_in(a_form(*row), a_claim(), ())

    assert raised.value.field.startswith("figures")


def test_what_was_typed_can_be_shown_again_even_where_it_cannot_stand():
    typed = as_typed(
        a_form(*figure(low="many"), speaker="1", stance="denies"), a_claim(figures=(a_figure(),)), (LENA, OMAR)
    )

    assert (typed.figures[0].low, typed.source.name, typed.stance) == ("many", "Omar", "denies")


def test_what_cannot_even_be_read_stays_as_it_was():
    claim = a_claim()
    typed = as_typed(a_form(content="x", speaker="99", stance="shouts"), claim, ())

    assert (typed.content, typed.source, typed.stance) == (claim.content, claim.source, claim.stance)


def test_empty_filters_ask_nothing():
    assert filters_of({"speaker": " ", "doubtful": "0", "other": "x"}) == Filters()
    assert filters_of({"unit": "count", "mine": "1"}) == Filters(unit="count", mine=True)
