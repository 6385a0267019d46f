"""Answers that only stand in for a model's are known by name and by the settings of their run."""

import pytest

from eval.stand_ins import why_stand_in


@pytest.mark.parametrize(
    ("model", "settings", "word"),
    [
        pytest.param("simulated/10-percent", {}, "simulated", id="simulated"),
        pytest.param("recorded/openai-small", {}, "recorded", id="recorded"),
        pytest.param("Simulated/x", None, "Simulated", id="whatever-case"),
        pytest.param("embedded+simulated/x", {}, "simulated", id="behind-the-built-in-one"),
        pytest.param("openai/small|simulated/x", {}, "simulated", id="where-a-model-fails"),
        pytest.param("openai/small", {"verify": "simulated/x"}, "simulated", id="for-a-second-opinion"),
        pytest.param("openai/small", {"replayed": True}, "replayed", id="replayed-known-by-its-settings-alone"),
    ],
)
def test_answers_that_only_stand_in_for_a_model_are_known(model, settings, word):
    why = why_stand_in(model, settings)

    assert why is not None
    assert word in why
    assert why.endswith("no result")


@pytest.mark.parametrize(
    ("model", "settings"),
    [
        pytest.param("openai/simulated", {}, id="a-model-of-that-name"),
        pytest.param("embedded+openai/small", {"verify": "openai/large"}, id="three-real-ones"),
        pytest.param("openai/small", {"replayed": False}, id="asked-and-not-replayed"),
        pytest.param("openai/small", None, id="nothing-known-of-its-settings"),
        pytest.param("embedded", {"replayed": True}, id="computed-here-whatever-is-saved"),
    ],
)
def test_a_model_that_answered_itself_is_none(model, settings):
    assert why_stand_in(model, settings) is None
