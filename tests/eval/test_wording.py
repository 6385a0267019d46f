"""When two names, nouns, measures and units mean the same."""

import pytest

from eval.wording import fold_name, same_counted, same_measure, same_unit


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param("killed", "killed", True, id="same word"),
        pytest.param("killed", "dead", True, id="dead may be killed"),
        pytest.param("died", "deaths", True, id="deaths may have died"),
        pytest.param("killed", "died", False, id="near miss: killed is not died"),
        pytest.param("injured", "wounded", True, id="wounded"),
        pytest.param("killed", "wounded", False, id="killed is not wounded"),
        pytest.param("participated", "took part", True, id="took part"),
        pytest.param("taken hostage", "took hostage", True, id="forms of one verb"),
        pytest.param("were stopped", "stopping", True, id="doubled consonant"),
        pytest.param("carried", "carrying", True, id="y and i"),
        pytest.param("rescued", "rescue", True, id="final e"),
        pytest.param("arrested", None, False, id="null on one side"),
        pytest.param(None, None, True, id="null on both"),
    ],
)
def test_measures_are_compared_by_lemma_and_synonym(one, other, same):
    assert same_measure(one, other) is same
    assert same_measure(other, one) is same


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param("Pakistani soldiers", "soldiers", True, id="modifier"),
        pytest.param("vessels of the company", "vessel", True, id="of-phrase"),
        pytest.param("company vessels", "vessels of the company", True, id="either side of the head"),
        pytest.param("soldiers", "police", False, id="others"),
        pytest.param("people", "persons", True, id="people and persons"),
        pytest.param("buses", "bus", True, id="es plural"),
        pytest.param("countries", "country", True, id="ies plural"),
        pytest.param("soldiers", None, False, id="null on one side"),
    ],
)
def test_what_is_counted_is_compared_by_its_head(one, other, same):
    assert same_counted(one, other) is same
    assert same_counted(other, one) is same


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param("percent", "per cent", True, id="per cent"),
        pytest.param("percent", "percentage_point", False, id="points"),
        pytest.param("hour", "hours", True, id="plural"),
        pytest.param("km", "kilometre", True, id="abbreviation"),
        pytest.param("kilometer", "kilometre", True, id="spelling"),
        pytest.param("EUR", "USD", False, id="currencies"),
        pytest.param(None, "hour", False, id="null"),
    ],
)
def test_units_are_compared_whatever_their_spelling(one, other, same):
    assert same_unit(one, other) is same


def test_names_lose_case_article_honorific_and_possessive():
    assert fold_name("The Ward Workers’ League") == fold_name("ward workers' League")
    assert fold_name("Dr. Ada Lund's") == "ada lund"
    assert fold_name("The") == "the"
