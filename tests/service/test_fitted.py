"""Which weights hold for a model: the user's, the shipped ones, or those set by hand."""

import os
from pathlib import Path

import pytest

from service.confidence import FLAG_WEIGHTS, Weights
from service.errors import SetupError
from service.fitted import SHIPPED, read_weights, weights_for
from service.lexicon.signals import SIGNAL_WORDS


def written(path: Path, **changes: object) -> Path:
    weights = Weights(model="openai/small", base=0.1, weights={"kind:person": 0.2}, review_below=0.4)
    path.write_text(weights.model_copy(update=changes).model_dump_json(), encoding="utf-8")
    return path


def test_the_shipped_weights_were_fitted_and_say_on_what():
    shipped = weights_for("embedded")

    assert shipped.fitted is not None
    assert shipped.label.startswith("fitted for embedded, ")
    assert shipped.fitted.claims == sum(each.claims for each in shipped.fitted.sets)
    assert shipped.fitted.wrong == sum(each.wrong for each in shipped.fitted.sets)
    assert "test" not in {each.split for each in shipped.fitted.sets}
    assert all(len(each.sha256) == 64 for each in shipped.fitted.sets)


def test_no_shipped_doubt_raises_a_confidence():
    shipped = weights_for("embedded").weights

    assert {code for code in FLAG_WEIGHTS if shipped.get(code, 1.0) > 0} == set()


def test_every_shipped_weight_is_of_a_sign_with_words():
    plain = {name.removeprefix("own:") for name in weights_for("embedded").weights} - FLAG_WEIGHTS.keys()

    assert plain - SIGNAL_WORDS.keys() == set()


def test_a_file_holds_for_the_model_that_it_was_fitted_for_and_for_no_other(tmp_path: Path):
    mine = written(tmp_path / "mine.json")

    assert weights_for("openai/small", mine).weights == {"kind:person": 0.2}
    assert weights_for("embedded", mine) == read_weights(SHIPPED)
    assert weights_for("openai/large", mine).label == "set by hand, none is fitted for openai/large"


def test_a_changed_file_is_read_again(tmp_path: Path):
    mine = written(tmp_path / "mine.json")
    assert weights_for("openai/small", mine).base == 0.1

    written(mine, base=0.7)
    os.utime(mine, ns=(1, 1))

    assert weights_for("openai/small", mine).base == 0.7


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(None, "cannot be read: No such file", id="not there"),
        pytest.param("{", "the whole file: Invalid JSON", id="no JSON"),
        pytest.param(
            '{"model": "m", "base": 0, "weights": {"a": "x"}, "review_below": 0.5}', "weights.a: ", id="no number"
        ),
        pytest.param('{"model": "m", "base": 0, "weights": {}, "review_below": 5}', "review_below: ", id="no share"),
        pytest.param('{"model": "m", "base": NaN, "weights": {}, "review_below": 0}', "base: ", id="not finite"),
        pytest.param('{"format": "according-calibration/1"}', "format: ", id="another of our files"),
    ],
)
def test_a_file_that_is_no_use_is_refused_with_its_field_and_what_to_do(tmp_path: Path, content, told):
    path = tmp_path / "mine.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")

    with pytest.raises(SetupError) as refused:
        weights_for("embedded", path)

    assert told in str(refused.value)
    assert str(path) in str(refused.value)
    assert "eval calibrate RUN --weights FILE" in str(refused.value)
