import asyncio

import pytest
from builders import an_article

from service.choose import make_extractor
from service.errors import InputError, SetupError
from service.pipeline import extract
from service.settings import Settings


@pytest.mark.parametrize("name", ["", "gibberish", "/model", "openai/", "../../etc/passwd", "Open AI/x", "openai/a b"])
def test_what_is_no_models_name_is_refused_with_the_way_to_write_one(name):
    with pytest.raises(InputError, match="provider/name") as refused:
        make_extractor(name, Settings())

    assert refused.value.field == "model"


def test_a_model_whose_key_is_missing_is_refused_before_any_call(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)

    with pytest.raises(SetupError, match="OPENAI_API_KEY"):
        make_extractor("openai/some-model", Settings())


def test_saved_answers_stand_in_for_the_model_and_what_was_not_saved_is_a_failure(tmp_path):
    settings = Settings(replay=tmp_path)

    extraction = asyncio.run(
        extract(an_article(), extractor=make_extractor("openai/some-model", settings), settings=settings)
    )

    assert extraction.status == "failed"
    assert [failure.reason for failure in extraction.failures] == ["not_recorded"]
    assert extraction.settings["replayed"] is True


@pytest.mark.parametrize("name", ["embedded", "openai/some-model"])
def test_weights_that_are_no_use_are_told_of_before_any_article_is_read(name, tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    mine = tmp_path / "mine.json"
    mine.write_text('{"model": "embedded", "base": 0, "weights": [], "review_below": 0.5}', encoding="utf-8")

    with pytest.raises(SetupError, match=r"mine\.json.*weights: .*eval calibrate RUN --weights FILE"):
        make_extractor(name, Settings(confidence=mine))
