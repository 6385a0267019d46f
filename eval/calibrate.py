"""How likely is a claim right, given the confidence it came with and what that was made of?

Fits on a scored run. Every figure given for a fit is cross-fitted: an article's claims are judged by parameters that
were fitted without it. The parameters written are those of all articles, with the hash of the gold set they come from.
"""

import hashlib
import math
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from pydantic import Field

from eval.align import THRESHOLD
from eval.queue import Item, Queue, Recommendation, queue_figures, recommend
from eval.score import Task, faults_of, judge_task
from service.errors import InputError
from service.records import Record

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

FOLDS = 10
LEAST, MOST = 0.02, 0.98  # nothing here is certain, as in the service's own confidence
PENALTY = 1.0  # of squared weights: a signal seen twice says little
MIN_SEEN = 5  # claims that must have a signal before it gets a weight
ROUNDS = 50
NEARLY = 1e-10

Method = Literal["as_recorded", "isotonic", "logistic", "signals"]
Unlisted = Literal["wrong", "left_out"]


class Case(NamedTuple):
    """A predicted claim with its outcome."""

    article: str
    confidence: float
    signals: frozenset[str]
    wrong: bool


class Cases(NamedTuple):
    """All claims of a run, and how many gold claims it missed."""

    cases: tuple[Case, ...]
    missed: int


class AsRecorded(Record):
    """The confidence as it came."""

    method: Literal["as_recorded"] = "as_recorded"


class Isotonic(Record):
    """Straight lines between points of (recorded confidence, chance of being right), both never falling."""

    method: Literal["isotonic"] = "isotonic"
    points: tuple[tuple[float, float], ...]


class Logistic(Record):
    """Log-odds of being right: `base`, plus `slope` for each unit of log-odds of the recorded confidence, plus the
    weight of each signal that the claim has."""

    method: Literal["logistic", "signals"]
    base: float
    slope: float = 0.0
    weights: Mapping[str, float] = {}


Parameters = Annotated[AsRecorded | Isotonic | Logistic, Field(discriminator="method")]


def confidence_of(parameters: Parameters, recorded: float, signals: frozenset[str]) -> float:
    """The fitted confidence of a claim that was recorded with another, for these reasons."""
    match parameters:
        case Isotonic(points=points):
            return _within(_between(points, recorded))
        case Logistic(base=base, slope=slope, weights=weights):
            # In a fixed order: sums of the same weights must be the same to the last digit.
            total = base + slope * _log_odds(recorded) + sum(weights[name] for name in sorted(signals & weights.keys()))
            return _within(1 / (1 + math.exp(-max(min(total, 500.0), -500.0))))
        case _:
            return recorded


def _between(points: Sequence[tuple[float, float]], recorded: float) -> float:
    place = bisect_left(points, recorded, key=lambda point: point[0])
    low, high = points[max(place - 1, 0)], points[min(place, len(points) - 1)]
    if high[0] <= low[0] or recorded >= high[0]:
        return high[1]
    return low[1] + (recorded - low[0]) / (high[0] - low[0]) * (high[1] - low[1])


class Fit(Record):
    """One way of fitting: its parameters on all articles, and the figures of its cross-fitted confidences."""

    method: Method
    parameters: Parameters
    queue: Queue
    recommended: Recommendation


class Calibration(Record):
    """What `calibrate` writes. `chosen` is the fit with the lowest cross-fitted Brier score; `recorded` is the
    confidence as it came, for comparing."""

    format: Literal["according-calibration/1"] = "according-calibration/1"
    goldset: str
    goldset_sha256: str
    model: str
    prompt: str | None
    software: str
    threshold: float
    unlisted: Unlisted
    folds: int
    articles: int
    claims: int
    brier_of: Mapping[str, float]
    chosen: Fit
    recorded: Fit


# ── outcomes ──────────────────────────────────────────────────────────────────────────────────────────────────────


def cases_of(
    tasks: Iterable[Task],
    signals: Iterable[Mapping[str, Sequence[str]]],
    *,
    threshold: float = THRESHOLD,
    unlisted: Unlisted = "wrong",
) -> Cases:
    """The claims of some tasks with their outcome; `signals` go with the tasks: names by claim id.

    Wrong is a claim with a wrong speaker or none, with any figure not as in gold, or that repeats another. One that
    gold does not list is wrong too, or left out where gold is known to be incomplete. Claims that stand for optional
    gold are left out. Raises InputError for a claim without a confidence.
    """
    cases: list[Case] = []
    missed = 0
    for task, listed in zip(tasks, signals, strict=True):
        judgement = judge_task(task, threshold=threshold)
        missed += len(judgement.missed)
        for position, faults in sorted(faults_of(judgement).items()):
            if unlisted == "left_out" and position in judgement.spurious:
                continue
            claim = judgement.predicted[position]
            if claim.confidence is None:
                raise InputError(
                    f"claim {claim.id!r} of {task.document} has no confidence.",
                    field="confidence",
                    fix="Calibrate a run that `run` has written.",
                )
            names = frozenset(listed.get(claim.id, ()))
            cases.append(Case(task.document, claim.confidence, names, bool(faults)))
    return Cases(tuple(cases), missed)


# ── fitting ───────────────────────────────────────────────────────────────────────────────────────────────────────


def fits(cases: Cases, *, target: float) -> tuple[Fit, ...]:
    """Each way of fitting, with its cross-fitted figures; `signals` only where claims have any.

    Raises InputError where there are no claims, or fewer than two articles.
    """
    rows = sorted(cases.cases, key=lambda case: (case.article, case.confidence, sorted(case.signals), case.wrong))
    if len({case.article for case in rows}) < 2:
        raise InputError(
            "there are not two articles with predicted claims.", field="run", fix="Calibrate on more articles."
        )
    usable = [name for name in _FITTERS if name != "signals" or any(case.signals for case in rows)]
    return tuple(_fit(name, rows, cases.missed, target) for name in usable)


def best(found: Sequence[Fit]) -> Fit:
    """The one with the lowest Brier score; the simpler one, listed first, of those that are equal."""
    return min(found, key=lambda fit: fit.queue.brier)


def _fit(method: Method, rows: Sequence[Case], missed: int, target: float) -> Fit:
    fitter = _FITTERS[method]
    fold_of = folds({case.article for case in rows})
    without = {fold: fitter([case for case in rows if fold_of[case.article] != fold]) for fold in set(fold_of.values())}
    items = [
        Item(
            case.article,
            confidence_of(without[fold_of[case.article]], case.confidence, case.signals),
            case.wrong,
        )
        for case in rows
    ]
    queue = queue_figures(items, missed=missed)
    assert queue is not None  # there are articles with claims
    return Fit(method=method, parameters=fitter(rows), queue=queue, recommended=recommend(items, target=target))


def folds(articles: Iterable[str]) -> dict[str, int]:
    """Which fold each article is in: by the hash of its id, so that neither order nor chance decides."""
    order = sorted(articles, key=lambda name: (hashlib.sha256(name.encode("utf-8")).digest(), name))
    return {name: place % FOLDS for place, name in enumerate(order)}


def _isotonic(rows: Sequence[Case]) -> Isotonic:
    """Pools neighbours until the share right never falls with the confidence."""
    pools: list[list[float]] = []  # lowest, highest confidence, claims, right ones
    for case in sorted(rows, key=lambda case: case.confidence):
        if pools and pools[-1][1] == case.confidence:
            pools[-1][2] += 1
            pools[-1][3] += not case.wrong
        else:
            pools.append([case.confidence, case.confidence, 1, float(not case.wrong)])
    merged: list[list[float]] = []
    for pool in pools:
        merged.append(pool)
        while len(merged) > 1 and merged[-2][3] * merged[-1][2] >= merged[-1][3] * merged[-2][2]:
            last = merged.pop()
            merged[-1] = [merged[-1][0], last[1], merged[-1][2] + last[2], merged[-1][3] + last[3]]
    points = []
    for low, high, number, right in merged:
        chance = round(_within((right + 1) / (number + 2)), 6)  # a pool of three right ones is not certainty
        points += [(low, chance), (high, chance)] if high > low else [(low, chance)]
    return Isotonic(points=tuple(_never_falling(points)))


def _never_falling(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Small pools were drawn towards one half, and may have fallen below their neighbours."""
    highest, kept = 0.0, []
    for recorded, chance in points:
        highest = max(highest, chance)
        kept.append((recorded, highest))
    return kept


def _logistic(rows: Sequence[Case]) -> Logistic:
    base, slope = _weights([[_log_odds(case.confidence)] for case in rows], rows)
    return Logistic(method="logistic", base=base, slope=slope)


def _signals(rows: Sequence[Case]) -> Logistic:
    """Fits the weights anew, from nothing but which signals a claim has; rare ones keep none."""
    seen: dict[str, int] = {}
    for case in rows:
        for name in case.signals:
            seen[name] = seen.get(name, 0) + 1
    names = sorted(name for name, number in seen.items() if number >= MIN_SEEN)
    base, *weights = _weights([[float(name in case.signals) for name in names] for case in rows], rows)
    return Logistic(method="signals", base=base, weights=dict(zip(names, weights, strict=True)))


_FITTERS: Mapping[Method, Callable[[Sequence[Case]], AsRecorded | Isotonic | Logistic]] = {
    "as_recorded": lambda _: AsRecorded(),
    "logistic": _logistic,
    "isotonic": _isotonic,
    "signals": _signals,
}


def _weights(features: Sequence[Sequence[float]], rows: Sequence[Case]) -> list[float]:
    """Ridge-penalised logistic regression by Newton's method: the base first, unpenalised, then a weight each."""
    import numpy

    table: NDArray[float64] = numpy.array([[1.0, *feature] for feature in features])
    right = numpy.array([not case.wrong for case in rows], dtype=numpy.float64)
    # A little off the ends, as one more right and one more wrong claim would do, so that the base stays finite.
    right = (right * len(right) + 0.5) / (len(right) + 1)
    penalty = numpy.diag([NEARLY] + [PENALTY] * (table.shape[1] - 1))
    weights = numpy.zeros(table.shape[1])
    for _ in range(ROUNDS):
        chance = 1 / (1 + numpy.exp(-numpy.clip(table @ weights, -30, 30)))
        spread = numpy.maximum(chance * (1 - chance), NEARLY)
        step = numpy.linalg.solve(
            table.T @ (table * spread[:, None]) + penalty, table.T @ (right - chance) - penalty @ weights
        )
        weights = weights + step
        if float(numpy.abs(step).max()) < 1e-9:
            break
    return [round(float(weight), 6) for weight in weights]


def _log_odds(confidence: float) -> float:
    chance = _within(confidence)
    return math.log(chance / (1 - chance))


def _within(chance: float) -> float:
    return min(max(chance, LEAST), MOST)


def calibrate(cases: Cases, *, target: float, method: Method | None = None, **about: Any) -> Calibration:
    """Fits in every way and keeps the best, or `method`; `about` is what the run and the gold set were."""
    found = fits(cases, target=target)
    chosen = best(found) if method is None else next((fit for fit in found if fit.method == method), None)
    if chosen is None:
        raise InputError(
            "method = 'signals' cannot be fitted: the run has stored no signals.",
            field="method",
            fix="Leave --method out, or run again.",
        )
    return Calibration(
        folds=min(FOLDS, chosen.queue.articles),
        articles=chosen.queue.articles,
        claims=chosen.queue.claims,
        brier_of={fit.method: fit.queue.brier for fit in found},
        chosen=chosen,
        recorded=found[0],
        **about,
    )
