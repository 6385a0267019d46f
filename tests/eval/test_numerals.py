"""Which numbers a text holds."""

from decimal import Decimal

import pytest

from eval.numerals import find_numerals, values_in


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("5% of it", [("5", "5")], id="digits"),
        pytest.param("15% of it", [("15", "15")], id="near miss: not 5"),
        pytest.param("over 1,200 left.", [("1,200", "1200")], id="thousands"),
        pytest.param("It rose to 12.", [("12", "12")], id="full stop after a number"),
        pytest.param("€1.4 billion", [("1.4 billion", "1400000000")], id="scale in words"),
        pytest.param("€90m fine", [("90m", "90000000")], id="scale as a letter"),
        pytest.param("90 m away", [("90", "90")], id="near miss: metres"),
        pytest.param("3 lakh and 2 crore", [("3 lakh", "300000"), ("2 crore", "20000000")], id="lakh and crore"),
        pytest.param("twenty-five boats", [("twenty-five", "25")], id="tens and units"),
        pytest.param("two hundred and fifty", [("two hundred and fifty", "250")], id="joined by and"),
        pytest.param("two and fifty", [("two", "2"), ("fifty", "50")], id="near miss of and"),
        pytest.param("three hundred thousand", [("three hundred thousand", "300000")], id="hundreds of thousands"),
        pytest.param("one million two hundred", [("one million two hundred", "1000200")], id="million and hundreds"),
        pytest.param("a dozen eggs", [("dozen", "12")], id="dozen"),
        pytest.param("two dozen eggs", [("two dozen", "24")], id="two dozen"),
        pytest.param("two-thirds of them", [("two-thirds", "66.67")], id="fraction"),
        pytest.param("about a third", [("third", "33.33")], id="one third"),
        pytest.param("the third boat", [], id="near miss: an ordinal"),
        pytest.param("twice as many", [("twice", "2")], id="times"),
        pytest.param("tenants and often", [], id="near miss: words with ten in them"),
    ],
)
def test_numbers_are_found_in_digits_and_words(text, found):
    numerals = find_numerals(text)

    assert [numeral.span.of(text) for numeral in numerals] == [words for words, _ in found]
    for numeral, (_, value) in zip(numerals, found, strict=True):
        assert Decimal(value) in numeral.values


def test_a_number_is_not_found_inside_another():
    assert Decimal(5) not in values_in("15% rose by 1.5 points in 250 towns")


def test_long_runs_are_read_in_linear_time():
    text = "one hundred thousand 1,1,1.1 " * 20_000

    assert len(find_numerals(text)) == 40_000
