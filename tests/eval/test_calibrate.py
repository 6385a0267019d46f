"""A fitted confidence: measured on articles that it was not fitted on, and written with where it comes from."""

import json
import random
from datetime import date
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
    cross_fitted,
    fits,
    folds,
    weights_of,
)
from eval.cli import main
from eval.goldset import open_gold_set
from eval.score import Task
from service.confidence import FLAG_WEIGHTS, FittedOn, Weights
from service.errors import InputError
from service.fitted import weights_for

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


def fitted_on(cases: Cases) -> Weights:
    on = FittedOn(goldset="harbour", sha256="0" * 64, articles=60, claims=len(cases.cases), wrong=1)
    return weights_of(
        cases, model="small-1", sets=[on], target=0.15, on=date(2026, 3, 5), command="fit", software="according 1"
    )


def test_the_services_weights_are_those_of_all_claims_with_cross_fitted_figures():
    weights = fitted_on(drawn())

    assert weights.weights["blurred"] < -1
    assert weights.fitted is not None
    assert weights.fitted.claims == 3_000
    assert (weights.fitted.auroc or 0) > 0.7
    assert weights.fitted.caught_perfect == pytest.approx(600 / weights.fitted.wrong, abs=0.0001)
    assert 0.4 < weights.review_below < 0.96
    assert weights.label.startswith("fitted for small-1, 2026-03-05, 3000 claims, ")


def test_the_same_claims_in_any_order_give_the_same_bytes():
    cases = drawn(600)
    shuffled = Cases(tuple(random.Random(8).sample(cases.cases, len(cases.cases))), missed=0)

    assert fitted_on(cases).model_dump_json() == fitted_on(shuffled).model_dump_json()


def test_where_no_threshold_keeps_the_target_every_claim_needs_review():
    cases = Cases(tuple(case._replace(wrong=not case.wrong) for case in drawn(600).cases), missed=0)

    assert fitted_on(cases).review_below == 1


def test_weights_need_signals():
    bare = Cases(tuple(case._replace(signals=frozenset()) for case in drawn(100).cases), missed=0)

    with pytest.raises(InputError, match="no signals"):
        fitted_on(bare)


@pytest.mark.parametrize(
    ("times", "wrong", "low", "high"),
    [
        pytest.param(0, 0.9, -3.0, -3.0, id="never seen: as by hand"),
        pytest.param(400, 0.9, -3.0, -1.0, id="often seen and wrong: as measured"),
        pytest.param(400, 0.02, 0.0, 0.0, id="often seen and right: worth nothing"),
    ],
)
def test_a_doubt_never_raises_a_confidence_and_is_kept_where_it_is_rare(times, wrong, low, high):
    source = random.Random(2)
    doubted = [
        Case(f"a{at % 40}", 0.5, frozenset({"instruction", "plain"}), source.random() < wrong) for at in range(times)
    ]
    others = [Case(f"a{at % 40}", 0.5, frozenset({"plain"}), source.random() < 0.4) for at in range(600)]

    weights = fitted_on(Cases((*doubted, *others), 0)).weights

    assert FLAG_WEIGHTS["instruction"] == -3.0
    assert low <= weights["instruction"] <= high


def test_twins_are_judged_by_weights_fitted_on_neither():
    gold = a_gold_claim("it rained", "Cy Dow", TEXT)
    answer = gold.model_copy(update={"confidence": 0.9, "id": "p"})
    tasks = [Task(name, TEXT, [answer], [gold]) for name in ("c1a", "c1b", "c2a")]

    found = cases_of(tasks, [{}] * 3, groups={"c1a": "c1", "c1b": "c1"})

    assert [case.article for case in found.cases] == ["c1", "c1", "c2a"]


def test_cross_fitted_confidences_know_nothing_of_their_own_article():
    cases = [
        Case(f"a{article}", 0.5, frozenset({f"only in a{article}"}), article % 2 == 0)
        for article in range(20)
        for _ in range(10)
    ]

    items = cross_fitted(Cases(tuple(cases), 0))

    assert all(abs(item.confidence - 0.5) < 0.15 for item in items)


def test_a_run_gives_weights_that_the_service_takes_for_its_model(tmp_path: Path):
    ready = open_gold_set(NEWSROOM, ())
    source = random.Random(4)
    run = write_run(
        tmp_path / "run",
        ready,
        lambda claim: given_to_a_stranger(claim) if source.random() < 0.2 else claim,
        place=NEWSROOM,
    )
    with_signals(run, lambda name: ["stranger"] if name == "Quentin Marsh" else ["known"])
    mine = tmp_path / "mine.json"

    result = CliRunner().invoke(main, ["calibrate", str(run), "--weights", str(mine), *TARGET])

    assert result.exit_code == 0, result.output
    assert "--confidence or ACCORDING_CONFIDENCE" in result.stderr
    weights = weights_for("small-1", mine)
    assert weights.weights["stranger"] < -1
    assert weights.fitted is not None
    assert weights.fitted.sets[0].sha256 == ready.gold.sha256
    first = mine.read_bytes()
    assert CliRunner().invoke(main, ["calibrate", str(run), "--weights", str(mine), *TARGET]).exit_code == 0
    assert mine.read_bytes() == first


TARGET = ["--target-error", "0.15"]


def with_signals(run: Path, signals_of) -> None:
    """Stores with each claim what its confidence was made of, by its speaker's name."""
    path = run / "articles.jsonl"
    forms = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    for form in forms:
        for claim in form["claims"]:
            claim["signals"] = signals_of(claim["source"]["name"])
    path.write_text("".join(json.dumps(form, ensure_ascii=False) + "\n" for form in forms), encoding="utf-8")
