"""A fitted confidence: measured on articles that it was not fitted on, and written with where it comes from."""

import json
import random
from pathlib import Path

import pytest
from click.testing import CliRunner
from goldmakers import STARTER, a_gold_claim, a_number
from runmakers import given_to_a_stranger, off_by_one, write_run

from eval.calibrate import (
    AsRecorded,
    Calibration,
    Case,
    Cases,
    Isotonic,
    Logistic,
    best,
    cases_of,
    confidence_of,
    fits,
    folds,
)
from eval.cli import main
from eval.goldset import open_gold_set
from eval.score import Task
from service.errors import InputError

NEWSROOM = STARTER.parent / "newsroom"
TEXT = "Ada Lund said two cars burned. Ben Roy said nine sheds fell. Cy Dow said it rained."


def drawn(number: int = 3_000, *, articles: int = 60, seed: int = 0) -> Cases:
    """Claims that all came with 0.9: right in 95% without the signal `blurred`, in 40% with it."""
    source = random.Random(seed)
    cases = []
    for at in range(number):
        blurred = source.random() < 0.3
        right = source.random() < (0.4 if blurred else 0.95)
        signals = frozenset({"blurred"} if blurred else {"clear"})
        cases.append(Case(f"a{at % articles}", 0.5 if blurred else 0.9, signals, not right))
    return Cases(tuple(cases), missed=0)


def test_every_way_of_fitting_finds_the_rates_that_were_put_in():
    for fit in fits(drawn(), target=0.1):
        if fit.method != "as_recorded":
            assert confidence_of(fit.parameters, 0.5, frozenset({"blurred"})) == pytest.approx(0.4, abs=0.04), (
                fit.method
            )
            assert confidence_of(fit.parameters, 0.9, frozenset({"clear"})) == pytest.approx(0.95, abs=0.02), fit.method
            assert (fit.queue.expected_calibration_error or 0) < 0.03
    assert (fits(drawn(), target=0.1)[0].queue.expected_calibration_error or 0) > 0.04


def test_signals_tell_apart_what_one_recorded_confidence_does_not():
    flat = Cases(tuple(case._replace(confidence=0.8) for case in drawn().cases), missed=0)

    found = {fit.method: fit for fit in fits(flat, target=0.1)}

    assert found["isotonic"].queue.auroc == pytest.approx(0.5, abs=0.05)
    assert (found["signals"].queue.auroc or 0) > 0.7
    assert best(list(found.values())).method == "signals"
    parameters = found["signals"].parameters
    assert isinstance(parameters, Logistic)
    assert parameters.weights["blurred"] < -1 < 1 < parameters.weights["clear"] - parameters.weights["blurred"]


def test_an_article_is_judged_by_parameters_fitted_without_it():
    """Every article has a signal of its own and is all right or all wrong: what it tells of itself must not show."""
    cases = [
        Case(f"a{article}", 0.5, frozenset({f"only in a{article}"}), article % 2 == 0)
        for article in range(40)
        for _ in range(10)
    ]

    found = {fit.method: fit for fit in fits(Cases(tuple(cases), 0), target=0.1)}

    # On its own articles this fit would be perfect; on others it knows nothing.
    assert found["signals"].queue.brier > 0.24
    assert (found["signals"].queue.auroc or 0) <= 0.5


def test_folds_are_equal_and_do_not_depend_on_order():
    names = [f"a{number}" for number in range(57)]

    found = folds(names)

    assert found == folds(reversed(names))
    sizes = [list(found.values()).count(fold) for fold in set(found.values())]
    assert sum(sizes) == 57
    assert max(sizes) - min(sizes) <= 1


def test_the_order_of_claims_never_matters():
    cases = drawn(400)
    shuffled = Cases(tuple(random.Random(3).sample(cases.cases, len(cases.cases))), missed=0)

    assert fits(cases, target=0.1) == fits(shuffled, target=0.1)


def test_a_fit_never_turns_the_order_of_confidences_round():
    source = random.Random(5)
    cases = [Case(f"a{at % 20}", round(source.random(), 2), frozenset(), source.random() < 0.5) for at in range(300)]

    for fit in fits(Cases(tuple(cases), 0), target=0.1):
        if fit.method == "isotonic":
            steps = [confidence_of(fit.parameters, at / 100, frozenset()) for at in range(101)]
            assert steps == sorted(steps)
            assert min(steps) > 0
            assert max(steps) < 1


@pytest.mark.parametrize(
    ("parameters", "recorded", "fitted"),
    [
        pytest.param(AsRecorded(), 0.37, 0.37, id="as it came"),
        pytest.param(Isotonic(points=((0.2, 0.1), (0.6, 0.5))), 0.4, 0.3, id="between two points"),
        pytest.param(Isotonic(points=((0.2, 0.1), (0.6, 0.5))), 0.6, 0.5, id="at a point"),
        pytest.param(Isotonic(points=((0.2, 0.1), (0.6, 0.5))), 0.1, 0.1, id="below all points"),
        pytest.param(Isotonic(points=((0.2, 0.1), (0.6, 0.5))), 0.9, 0.5, id="above all points"),
        pytest.param(Logistic(method="logistic", base=0.0, slope=1.0), 0.7, 0.7, id="log-odds kept"),
        pytest.param(Logistic(method="signals", base=0.0, weights={"x": 9.0, "y": -2.0}), 0.7, 0.119203, id="a signal"),
    ],
)
def test_parameters_give_a_confidence(parameters, recorded, fitted):
    assert confidence_of(parameters, recorded, frozenset({"y", "z"})) == pytest.approx(fitted, abs=1e-6)


def test_what_is_wrong_is_a_speaker_a_figure_a_repetition_or_what_gold_does_not_list():
    gold = [
        a_gold_claim("two cars burned", "Ada Lund", TEXT, figures=[a_number("two", TEXT, "2")]),
        a_gold_claim("nine sheds fell", "Ben Roy", TEXT, figures=[a_number("nine", TEXT, "9")]),
        a_gold_claim("it rained", "Cy Dow", TEXT, optional=True),
    ]
    answers = [
        gold[0].model_copy(update={"confidence": 0.9, "id": "p1"}),
        gold[0].model_copy(update={"confidence": 0.8, "id": "p2"}),
        off_by_one(gold[1]).model_copy(update={"confidence": 0.7, "id": "p3"}),
        gold[2].model_copy(update={"confidence": 0.6, "id": "p4"}),
        a_gold_claim("Ada Lund said", "Ben Roy", TEXT, confidence=0.5),
    ]
    task = Task("d", TEXT, answers, gold)

    everything = cases_of([task], [{"p3": ("blurred",)}])
    listed = cases_of([task], [{}], unlisted="left_out")

    found = sorted((case.confidence, case.wrong) for case in everything.cases)
    assert found in (
        [(0.5, True), (0.7, True), (0.8, True), (0.9, False)],
        [(0.5, True), (0.7, True), (0.8, False), (0.9, True)],  # either of the two may stand for the gold claim
    )
    assert {case.confidence: case.signals for case in everything.cases}[0.7] == {"blurred"}
    assert {case.confidence for case in listed.cases} == {0.7, 0.8, 0.9}
    assert everything.missed == 0


def test_without_a_confidence_there_is_nothing_to_calibrate():
    claim = a_gold_claim("it rained", "Cy Dow", TEXT)

    with pytest.raises(InputError, match="has no confidence"):
        cases_of([Task("d", TEXT, [claim], [claim])], [{}])
    with pytest.raises(InputError, match="two articles"):
        fits(Cases((), 0), target=0.1)


def test_the_parameters_are_written_with_the_hash_of_the_gold_set(tmp_path: Path):
    ready = open_gold_set(NEWSROOM, ())
    source = random.Random(4)
    run = write_run(
        tmp_path / "run",
        ready,
        lambda claim: given_to_a_stranger(claim) if source.random() < 0.2 else claim,
        place=NEWSROOM,
        confidence=lambda claim: 0.6 if claim.source.name == "Quentin Marsh" and source.random() < 0.7 else 0.9,
    )

    result = CliRunner().invoke(main, ["calibrate", str(run), "--target-error", "0.15"])

    assert result.exit_code == 0, result.output
    written = Calibration.model_validate_json((run / "calibration.json").read_bytes())
    assert written.goldset_sha256 == ready.gold.sha256
    assert written.chosen.queue.brier <= written.recorded.queue.brier
    assert written.chosen.recommended.threshold is not None
    assert json.loads((run / "calibration.json").read_bytes())["format"] == "according-calibration/1"
    first = result.output.splitlines()[0]
    assert first.startswith(f"newsroom@{ready.gold.sha256[:8]} | ")
    assert first.endswith("| small-1 | no prompt")
