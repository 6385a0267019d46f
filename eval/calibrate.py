"""How likely is a claim right, given the confidence it came with and what that was made of?

Fits on a scored run. Every figure given for a fit is cross-fitted: an article's claims are judged by parameters that
were fitted without it. The parameters written are those of all articles, with the hash of the gold set they come from.
"""

import hashlib
import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from pydantic import Field

from eval.align import THRESHOLD
from eval.goldset import ArticleSet
from eval.queue import Item, Queue, Recommendation, queue_figures, recommend
from eval.runs import StoredRun
from eval.score import Task, faults_of, judge_task
from service.confidence import FLAG_WEIGHTS, LEAST, MOST, Fitted, FittedOn, Weights, chance, log_odds
from service.errors import InputError
from service.goldfiles import GoldRecord, read_rows
from service.records import Record

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

FOLDS = 10
PENALTY = 5.0  # of squared weights: a signal seen twice says little; anything from 3 to 20 orders claims as well
MIN_SEEN = 5  # claims that must have a signal before it gets a weight
RARE = 20  # claims from which on what a doubt is worth is for them to say alone
ROUNDS = 50
DIGITS = 3  # of weights: reasons show all that counts, and add up
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
            return chance(log_odds(signals, weights, base=base) + slope * _log_odds(recorded))
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
    groups: Mapping[str, str] | None = None,
) -> Cases:
    """The claims of some tasks with their outcome; `signals` go with the tasks: names by claim id. `groups` names what
    an article is judged together with, such as its twin of a minimal pair; it is its own group where it is not there.

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
            group = (groups or {}).get(task.document, task.document)
            cases.append(Case(group, claim.confidence, names, bool(faults)))
    return Cases(tuple(cases), missed)


# ── fitting ───────────────────────────────────────────────────────────────────────────────────────────────────────


def fits(cases: Cases, *, target: float) -> tuple[Fit, ...]:
    """Each way of fitting, with its cross-fitted figures; `signals` only where claims have any.

    Raises InputError where there are no claims, or fewer than two articles.
    """
    rows = _in_order(cases)
    usable = [name for name in _FITTERS if name != "signals" or any(case.signals for case in rows)]
    return tuple(_fit(name, rows, cases.missed, target) for name in usable)


def _in_order(cases: Cases) -> list[Case]:
    rows = sorted(cases.cases, key=lambda case: (case.article, case.confidence, sorted(case.signals), case.wrong))
    if len({case.article for case in rows}) < 2:
        raise InputError(
            "there are not two articles with predicted claims.", field="run", fix="Calibrate on more articles."
        )
    return rows


def best(found: Sequence[Fit]) -> Fit:
    """The one with the lowest Brier score; the simpler one, listed first, of those that are equal."""
    return min(found, key=lambda fit: fit.queue.brier)


def _fit(method: Method, rows: Sequence[Case], missed: int, target: float) -> Fit:
    items = _judged(method, rows)
    queue = queue_figures(items, missed=missed)
    assert queue is not None  # there are articles with claims
    parameters = _FITTERS[method](rows)
    return Fit(method=method, parameters=parameters, queue=queue, recommended=recommend(items, target=target))


def cross_fitted(cases: Cases) -> tuple[Item, ...]:
    """Each claim with the confidence that weights of its signals give it, fitted without its article; in an order of
    their own. Raises InputError for fewer than two articles."""
    return tuple(_judged("signals", _in_order(cases)))


def _judged(method: Method, rows: Sequence[Case]) -> list[Item]:
    fitter = _FITTERS[method]
    fold_of = folds({case.article for case in rows})
    without = {fold: fitter([case for case in rows if fold_of[case.article] != fold]) for fold in set(fold_of.values())}
    return [
        Item(
            case.article,
            confidence_of(without[fold_of[case.article]], case.confidence, case.signals),
            case.wrong,
        )
        for case in rows
    ]


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
        share = round(_within((right + 1) / (number + 2)), 6)  # a pool of three right ones is not certainty
        points += [(low, share), (high, share)] if high > low else [(low, share)]
    return Isotonic(points=tuple(_never_falling(points)))


def _never_falling(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Small pools were drawn towards one half, and may have fallen below their neighbours."""
    highest, kept = 0.0, []
    for recorded, share in points:
        highest = max(highest, share)
        kept.append((recorded, highest))
    return kept


def _logistic(rows: Sequence[Case]) -> Logistic:
    base, slope = _weights([[_log_odds(case.confidence)] for case in rows], rows)
    return Logistic(method="logistic", base=base, slope=slope)


def _signals(rows: Sequence[Case]) -> Logistic:
    """Fits the weights anew, from nothing but which signals a claim has; rare ones get none, but that rare doubts start
    from what they are worth by hand. A doubt that would raise the confidence is worth nothing."""
    seen = Counter(name for case in rows for name in case.signals)
    names = sorted({name for name, number in seen.items() if number >= MIN_SEEN} | FLAG_WEIGHTS.keys())
    nothing: dict[str, float] = {}
    while True:
        kept = [name for name in names if name not in nothing]
        prior = [FLAG_WEIGHTS.get(name, 0.0) if seen[name] < RARE else 0.0 for name in kept]
        base, *found = _weights([[float(name in case.signals) for name in kept] for case in rows], rows, prior)
        weights = {name: round(weight, DIGITS) for name, weight in zip(kept, found, strict=True)}
        raising = [name for name, weight in weights.items() if name in FLAG_WEIGHTS and weight > 0]
        if not raising:
            return Logistic(
                method="signals", base=round(base, DIGITS), weights=dict(sorted((weights | nothing).items()))
            )
        nothing |= dict.fromkeys(raising, 0.0)


_FITTERS: Mapping[Method, Callable[[Sequence[Case]], AsRecorded | Isotonic | Logistic]] = {
    "as_recorded": lambda _: AsRecorded(),
    "logistic": _logistic,
    "isotonic": _isotonic,
    "signals": _signals,
}


def _weights(
    features: Sequence[Sequence[float]], rows: Sequence[Case], prior: Sequence[float] | None = None
) -> list[float]:
    """Ridge-penalised logistic regression by Newton's method: the base first, unpenalised, then a weight each, drawn
    towards its `prior`, which is nought unless given."""
    import numpy

    table: NDArray[float64] = numpy.array([[1.0, *feature] for feature in features])
    right = numpy.array([not case.wrong for case in rows], dtype=numpy.float64)
    # A little off the ends, as one more right and one more wrong claim would do, so that the base stays finite.
    right = (right * len(right) + 0.5) / (len(right) + 1)
    penalty = numpy.diag([NEARLY] + [PENALTY] * (table.shape[1] - 1))
    start = numpy.zeros(table.shape[1])
    if prior is not None:
        start[1:] = prior
    weights = start.copy()
    for _ in range(ROUNDS):
        likely = 1 / (1 + numpy.exp(-numpy.clip(table @ weights, -30, 30)))
        spread = numpy.maximum(likely * (1 - likely), NEARLY)
        step = numpy.linalg.solve(
            table.T @ (table * spread[:, None]) + penalty, table.T @ (right - likely) - penalty @ (weights - start)
        )
        weights = weights + step
        if float(numpy.abs(step).max()) < 1e-9:
            break
    return [round(float(weight), 6) for weight in weights]


def _log_odds(confidence: float) -> float:
    within = _within(confidence)
    return math.log(within / (1 - within))


def _within(confidence: float) -> float:
    return min(max(confidence, LEAST), MOST)


def calibrate(cases: Cases, *, target: float, method: Method | None = None, **about: Any) -> Calibration:
    """Fits in every way and keeps the best, or `method`; `about` is what the run and the gold set were."""
    found = fits(cases, target=target)
    chosen = best(found) if method is None else next((fit for fit in found if fit.method == method), None)
    if chosen is None:
        raise _no_signals()
    return Calibration(
        folds=min(FOLDS, chosen.queue.articles),
        articles=chosen.queue.articles,
        claims=chosen.queue.claims,
        brier_of={fit.method: fit.queue.brier for fit in found},
        chosen=chosen,
        recorded=found[0],
        **about,
    )


# ── weights for the service ───────────────────────────────────────────────────────────────────────────────────────

REVIEWED = 0.2  # share of the queue whose yield a weights file tells


def weights_of(
    cases: Cases, *, model: str, sets: Sequence[FittedOn], target: float, on: date, command: str, software: str
) -> Weights:
    """What the service takes as a file: weights of signals fitted on all claims, with where they come from.

    `review_below` is the recommended threshold for the target error; 1, so that every claim is reviewed, where no
    threshold keeps it. Raises InputError where the claims have no signals or are of fewer than two articles.
    """
    fit = next((each for each in fits(cases, target=target) if each.method == "signals"), None)
    if fit is None or not isinstance(fit.parameters, Logistic):
        raise _no_signals()
    queue, threshold = fit.queue, fit.recommended.threshold
    review = next(each for each in queue.reviews if each.share == REVIEWED)
    in_queue = queue.wrong or None
    return Weights(
        model=model,
        base=fit.parameters.base,
        weights=fit.parameters.weights,
        review_below=1.0 if threshold is None else round(threshold, DIGITS),
        fitted=Fitted(
            date=on,
            command=command,
            software=software,
            sets=tuple(sets),
            folds=min(FOLDS, queue.articles),
            articles=queue.articles,
            claims=queue.claims,
            wrong=queue.wrong,
            brier=round(queue.brier, 4),
            calibration_error=_rounded(queue.expected_calibration_error),
            auroc=_rounded(queue.auroc),
            caught=_rounded(review.found * review.reviewed / in_queue if in_queue else None),
            caught_perfect=_rounded(min(review.reviewed, in_queue) / in_queue if in_queue else None),
            target_error=target,
        ),
    )


def weights_of_run(cases: Cases, run: StoredRun, gold: ArticleSet, *, split: str | None, target: float) -> Weights:
    """The weights that a stored run's claims give its model, dated by the day on which the run was made."""
    on = FittedOn(
        goldset=gold.info.name,
        sha256=gold.sha256,
        split=split,
        articles=len(run.finished(gold)),
        claims=len(cases.cases),
        wrong=sum(case.wrong for case in cases.cases),
    )
    return weights_of(
        cases,
        model=run.info.model,
        sets=[on],
        target=target,
        on=run.info.created.date(),
        command="python -m eval calibrate",
        software=run.info.software,
    )


class JudgedCase(GoldRecord):
    """A line of a file of judged claims, such as `according review calibrate` writes."""

    article: str
    model: str
    confidence: float = Field(ge=0, le=1)
    signals: tuple[str, ...]
    wrong: bool
    judged: date


def weights_of_cases(path: Path, *, target: float, software: str) -> Weights:
    """The weights that people's verdicts on claims of one model give it, dated by the last of them.

    Raises InputError where a line cannot be used, or the claims are of several models or of fewer than two articles.
    """
    rows, problems = read_rows(path, JudgedCase)
    if problems:
        raise InputError(f"{problems[0]}", field="cases", fix="Write the file anew.")
    listed = [row.record for row in rows]
    models = sorted({each.model for each in listed})
    if len(models) != 1:
        raise InputError(
            f"{path} has claims of {len(models)} models.", field="model", fix="Give the claims of one model."
        )
    cases = Cases(tuple(Case(each.article, each.confidence, frozenset(each.signals), each.wrong) for each in listed), 0)
    on = FittedOn(
        goldset="verdicts",
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        articles=len({case.article for case in cases.cases}),
        claims=len(cases.cases),
        wrong=sum(case.wrong for case in cases.cases),
    )
    return weights_of(
        cases,
        model=models[0],
        sets=[on],
        target=target,
        on=max(each.judged for each in listed),
        command="according review calibrate",
        software=software,
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _no_signals() -> InputError:
    return InputError(
        "method = 'signals' cannot be fitted: the run has stored no signals.",
        field="method",
        fix="Leave --method and --weights out, or run again.",
    )
