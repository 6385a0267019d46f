"""Weights fitted to what people said of claims."""

import json
import random

import pytest
from click.testing import CliRunner

from eval.calibrate import weights_of_cases
from eval.cli import main
from service.errors import InputError
from service.fitted import weights_for


def a_case(number, **changes):
    draw = random.Random(number)
    blurred = draw.random() < 0.4
    form = {
        "article": f"a{number % 12}",
        "model": "acme/small",
        "confidence": 0.8,
        "signals": ["blurred"] if blurred else ["clear"],
        "wrong": draw.random() < (0.8 if blurred else 0.1),
        "judged": f"2026-03-0{1 + number % 7}",
    }
    return form | changes


@pytest.fixture
def cases(tmp_path):
    def written(*forms):
        path = tmp_path / "cases.jsonl"
        path.write_text("".join(json.dumps(form) + "\n" for form in forms))
        return path

    return written


def test_verdicts_give_the_weights_of_their_signals(cases, tmp_path):
    path = cases(*map(a_case, range(240)))

    found = weights_of_cases(path, target=0.05, software="according 0")

    assert found.model == "acme/small"
    assert found.weights["blurred"] < -0.5 < 0.5 < found.weights["clear"]
    assert (found.fitted.articles, found.fitted.claims, str(found.fitted.date)) == (12, 240, "2026-03-07")
    assert found.fitted.sets[0].goldset == "verdicts"


def test_the_command_writes_a_file_that_the_service_takes(cases, tmp_path):
    path, weights = cases(*map(a_case, range(60))), tmp_path / "weights.json"

    done = CliRunner().invoke(main, ["calibrate", "--cases", str(path), "--weights", str(weights)])

    assert done.exit_code == 0, done.output
    assert "60 judged claims of 12 articles" in done.output
    assert weights_for("acme/small", weights).fitted.claims == 60
    assert weights_for("embedded", weights).fitted.claims != 60


@pytest.mark.parametrize(
    ("forms", "words"),
    [
        pytest.param([a_case(0), a_case(1, model="other")], "claims of 2 models", id="two-models"),
        pytest.param([], "claims of 0 models", id="none"),
        pytest.param([a_case(0, article="a"), a_case(1, article="a")], "not two articles", id="one-article"),
        pytest.param([a_case(0, confidence=2)], "confidence = 2", id="no-confidence"),
    ],
)
def test_cases_that_fit_nothing_are_refused_with_words(cases, forms, words):
    with pytest.raises(InputError, match=words):
        weights_of_cases(cases(*forms), target=0.05, software="according 0")


@pytest.mark.parametrize("given", [[], ["--weights", "w.json"], ["--cases", "CASES"], ["RUN", "--cases", "CASES"]])
def test_a_run_or_judged_cases_with_a_place_for_weights_must_be_named(cases, tmp_path, given):
    (tmp_path / "run").mkdir()
    places = {"CASES": str(cases(a_case(0))), "RUN": str(tmp_path / "run")}

    done = CliRunner().invoke(main, ["calibrate", *(places.get(word, word) for word in given)])

    assert done.exit_code == 2
    assert "Name a RUN, or judged claims" in done.output
