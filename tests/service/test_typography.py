import pytest

from service.records import Span
from service.typography import fold, has_hidden, occurrences


def found(words, text):
    return [span.of(text) for span in occurrences(words, fold(text))]


@pytest.mark.parametrize(
    ("words", "text", "expected"),
    [
        pytest.param("rose 15%", "Prices rose 15%.", ["rose 15%"], id="verbatim"),
        pytest.param("5%", "Prices rose 15%.", [], id="tail-of-another-number"),
        pytest.param("5%", "Prices rose 1.5%.", [], id="decimals-of-another-number"),
        pytest.param("15", "Prices rose 15%.", [], id="percent-sign-cut-off"),
        pytest.param("15", "He paid 15,000 for it.", [], id="head-of-a-longer-number"),
        pytest.param("1,000", "He paid 1,000, then left.", ["1,000"], id="comma-after-the-number"),
        pytest.param("man", "The woman left.", [], id="part-of-a-word"),
        pytest.param('"no comment"', "She said “no comment” twice.", ["“no comment”"], id="curly-quotes"),
        pytest.param("2-3 days", "It took 2–3  days.", ["2–3  days"], id="dash-and-spaces"),
        pytest.param("it's", "He says it’s late.", ["it’s"], id="apostrophe"),
        pytest.param(
            "unemployment", "The un\u200bemployment rate", ["un\u200bemployment"], id="zero-width-space-inside"
        ),
        pytest.param("wait...", "Please wait… he said", ["wait…"], id="ellipsis"),
        pytest.param(
            "İstanbul", "In İstanbul, İstanbul", ["İstanbul", "İstanbul"], id="letters-that-grow-in-lower-case"
        ),
        pytest.param("The Bank", "the bank said", [], id="case-is-never-folded"),
        pytest.param("  ", "the bank said", [], id="blank"),
    ],
)
def test_words_are_found_up_to_typography_and_never_inside_other_words(words, text, expected):
    assert found(words, text) == expected


def test_offsets_count_from_where_the_folded_part_began():
    text = "He said so. She said so."

    spans = list(occurrences("said", fold(text[12:], offset=12)))

    assert spans == [Span(16, 20)]
    assert spans[0].of(text) == "said"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("plain words", False, id="plain"),
        pytest.param("un\u200bseen", True, id="zero-width"),
        pytest.param("left\u202eright", True, id="direction-override"),
        pytest.param("tags\U000e0041", True, id="tag-character"),
        pytest.param("co\u200dop", True, id="joiner-in-a-word"),
        pytest.param("a family 👨\u200d👩\u200d👧", False, id="joined-pictures"),
    ],
)
def test_characters_that_nobody_sees_are_noticed(text, expected):
    assert has_hidden(text) is expected
