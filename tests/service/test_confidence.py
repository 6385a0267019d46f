"""A confidence is the sum of its reasons, in words."""

import math
from pathlib import Path

import pytest

from service import checks
from service.confidence import FLAG_WEIGHTS, LEAST, MOST, Weights, by_hand, chance, log_odds, weigh, words_of_signal
from service.records import Flag


def flags(*codes):
    return tuple(Flag(code=code, field="source", message=f"about {code}") for code in codes)


def some_weights(**weights: float) -> Weights:
    return Weights(model="small-1", base=0.4, weights=weights, review_below=0.5)


@pytest.mark.parametrize("code", sorted(FLAG_WEIGHTS))
def test_every_doubt_lowers_confidence_and_is_given_in_its_own_words(code):
    alone, _ = weigh(frozenset(), (), by_hand("small-1"))

    doubted, reasons = weigh(frozenset(), flags(code), by_hand("small-1"))

    assert doubted < alone
    assert [reason.words for reason in reasons] == [f"about {code}"]


def test_every_flag_that_checks_can_raise_has_a_weight():
    source = Path(checks.__file__).read_text(encoding="utf-8")

    raised = {part.split('"')[0] for part in source.split('code="')[1:]}

    assert raised == set(FLAG_WEIGHTS)


def test_the_reasons_and_the_base_add_up_to_the_confidence():
    weights = some_weights(quiet=0.21, loud=-1.3, odd=0.004)

    confidence, reasons = weigh(frozenset({"quiet", "loud", "unheard"}), flags("odd"), weights)

    total = weights.base + sum(reason.effect for reason in reasons)
    assert confidence == pytest.approx(1 / (1 + math.exp(-total)), abs=0.0005)
    assert [(reason.signal, reason.effect) for reason in reasons] == [
        ("loud", -1.3),
        ("quiet", 0.21),
        ("odd", 0.004),
        ("unheard", 0.0),
    ]


@pytest.mark.parametrize(
    ("weight", "confidence"), [pytest.param(-30.0, LEAST, id="least"), pytest.param(30.0, MOST, id="most")]
)
def test_confidence_is_never_certain(weight, confidence):
    assert weigh(frozenset({"loud"}), (), some_weights(loud=weight))[0] == confidence


def test_a_doubt_counts_once_however_often_it_is_raised():
    once, _ = weigh(frozenset(), flags("loud"), some_weights(loud=-0.5))

    twice, reasons = weigh(frozenset({"loud"}), flags("loud", "loud"), some_weights(loud=-0.5))

    assert twice == once
    assert [reason.words for reason in reasons] == ["about loud"]


def test_the_order_of_signals_never_matters():
    names = [f"sign:{number}" for number in range(40)]
    weights = {name: 0.1 / (number + 1) for number, name in enumerate(names)}

    assert log_odds(names, weights, base=0.3) == log_odds(reversed(names), weights, base=0.3)
    assert chance(0.0) == 0.5


@pytest.mark.parametrize(
    ("name", "words"),
    [
        pytest.param("figure:money", "a figure is money", id="listed"),
        pytest.param("own:sentence:dash", "the article's own voice; its sentence has a dash", id="own voice"),
        pytest.param("my:own_sign", "my own sign", id="nobody wrote words for it"),
    ],
)
def test_a_signal_is_explained_in_words(name, words):
    assert words_of_signal(name) == words


def test_weights_say_where_they_come_from():
    weights = some_weights(loud=1.0)

    assert weights.label == "set by hand, none is fitted for small-1"
    assert weights.fingerprint == some_weights(loud=1.0).fingerprint != some_weights(loud=1.1).fingerprint
