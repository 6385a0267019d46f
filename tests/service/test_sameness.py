"""Whether two grounded claims say the same."""

import pytest
from builders import TEXT, a_figure, a_grounded, a_reading, a_source, span_of

from service.records import Span
from service.sameness import covered, figures_of, same_speaker, sentences_of, shared


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [
        pytest.param([(0, 10)], [(0, 10)], 1.0, id="the-same"),
        pytest.param([(0, 10)], [(10, 20)], 0.0, id="side-by-side"),
        pytest.param([(0, 10)], [(5, 15)], 1 / 3, id="half-and-half"),
        pytest.param([(0, 4), (6, 10)], [(0, 10)], 0.8, id="in-pieces"),
    ],
)
def test_the_share_of_the_characters_of_both(one, other, share):
    assert shared([Span(*each) for each in one], [Span(*each) for each in other]) == pytest.approx(share)
    assert shared([Span(*each) for each in other], [Span(*each) for each in one]) == pytest.approx(share)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param({}, {"kind": "organization"}, True, id="one-name-whatever-the-kind"),
        pytest.param({}, {"name": "Omar Diallo"}, False, id="two-names"),
        pytest.param({"name": None, "kind": "outlet"}, {"name": None, "kind": "outlet"}, True, id="the-outlet"),
        pytest.param({"name": None, "kind": "outlet"}, {"name": None, "kind": "unspecified"}, False, id="nobodies"),
    ],
)
def test_speakers_are_the_same_by_name_or_where_nobody_is_named_by_kind(one, other, same):
    first, second = (a_grounded(content="lost", source=a_source(**each)) for each in (one, other))

    assert same_speaker(first, second) is same


def test_figures_are_the_same_by_value_and_bounds_in_whatever_order():
    forty, two = a_figure(), a_figure(low="2", high="2", qualifier="exact")

    one = a_grounded(content="lost", figures=(forty, two))
    other = a_grounded(content="lost", figures=(two, forty.model_copy(update={"counted": "boxes"})))
    less = a_grounded(content="lost", figures=(two, forty.model_copy(update={"qualifier": "about"})))

    assert figures_of(one) == figures_of(other) != figures_of(less)


def test_a_content_may_lie_in_several_sentences():
    reading = a_reading()
    whole = Span(span_of("at least").start, span_of("denied").end)

    assert sentences_of([whole], reading) == [sentence.number for sentence in reading.sentences]
    assert sentences_of([span_of("denied")], reading) == [len(reading.sentences)]
    assert TEXT[whole.start :].startswith("at least")


@pytest.mark.parametrize(
    ("span", "inside"),
    [
        pytest.param((2, 4), True, id="inside"),
        pytest.param((0, 5), True, id="all-of-it"),
        pytest.param((4, 6), False, id="over-its-end"),
        pytest.param((6, 8), False, id="between"),
    ],
)
def test_a_span_is_covered_where_one_content_holds_all_of_it(span, inside):
    assert covered(Span(*span), [Span(0, 5), Span(10, 20)]) is inside
