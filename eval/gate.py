"""May a change pass: are a model's answers no worse than those of a baseline?

Held only where the gold set can show it: a difference that might hide a loss beyond the margin is inconclusive, not
held. Unfinished articles and made-up speakers or figures are refused before any statistics.
"""

from collections.abc import Mapping, Sequence
from enum import IntEnum

from eval.compare import Comparison, MeasureDifference
from eval.statistics import MIN_ARTICLES, Ratio, holm
from service.records import Record

MARGIN = 0.02  # a loss of two points that a user would not notice
BUDGET = 0.0  # share of claims with a speaker or figure that the text has not
SIGNIFICANT = 0.05


class Outcome(IntEnum):
    """What a gate says, as its exit code."""

    HELD = 0
    REGRESSED = 1
    INCONCLUSIVE = 2
    INCOMPLETE = 3


class MeasureGate(Record):
    """A headline at the gate. `chance` is the one-sided mid-p of a loss as large, by Holm over all headlines asked."""

    measure: MeasureDifference
    chance: float | None
    outcome: Outcome
    why: str


class Gated(Record):
    """The gate's answer with its reasons, the worst first."""

    outcome: Outcome
    margin: float
    budget: float
    ungrounded: Ratio
    measures: tuple[MeasureGate, ...]
    reasons: tuple[str, ...]


def gate(
    comparison: Comparison,
    *,
    margin: float = MARGIN,
    budget: float = BUDGET,
    unread: Mapping[str, str],
) -> Gated:
    """Judges the second model of a comparison against the first, the baseline.

    `unread` names every article that either of them has not finished, and why: with any, nothing is held. All headlines
    that the gold set can judge must be held; one that has regressed is enough to fail, by tests adjusted for asking
    several.
    """
    ungrounded = comparison["claims_ungrounded"].second
    measures = _measures(comparison.headlines, margin)
    over = ungrounded.value is not None and ungrounded.value > budget
    if unread:
        outcome = Outcome.INCOMPLETE
        reasons = [f"{name}: {why}" for name, why in unread.items()]
    elif over:
        outcome = Outcome.REGRESSED
        reasons = [f"claims with a speaker or figure that the text has not: {ungrounded}, more than {budget:g}"]
    else:
        outcome = _worst([measure.outcome for measure in measures]) if measures else Outcome.INCONCLUSIVE
        reasons = [each.why for each in sorted(measures, key=lambda each: _ORDER.index(each.outcome))]
    return Gated(
        outcome=outcome,
        margin=margin,
        budget=budget,
        ungrounded=ungrounded,
        measures=measures,
        reasons=tuple(reasons),
    )


_ORDER = (Outcome.REGRESSED, Outcome.INCONCLUSIVE, Outcome.HELD)


def _worst(outcomes: Sequence[Outcome]) -> Outcome:
    return min(outcomes, key=_ORDER.index)


def _measures(asked: Sequence[MeasureDifference], margin: float) -> tuple[MeasureGate, ...]:
    tested = [measure for measure in asked if measure.test is not None]
    chances = dict(
        zip(
            [measure.key for measure in tested],
            holm([measure.test.lower for measure in tested if measure.test]),
            strict=True,
        )
    )
    return tuple(_measure(measure, chances.get(measure.key), margin) for measure in asked)


def _measure(measure: MeasureDifference, chance: float | None, margin: float) -> MeasureGate:
    outcome, why = _judge(measure, chance, margin)
    rates = f"{measure.first} before, {measure.second} now"
    name = measure.key.replace("_", " ")
    return MeasureGate(measure=measure, chance=chance, outcome=outcome, why=f"{name}: {rates}: {why}")


def _judge(measure: MeasureDifference, chance: float | None, margin: float) -> tuple[Outcome, str]:
    difference = measure.difference
    if difference is None or chance is None:
        return Outcome.INCONCLUSIVE, "one of the two has nothing to count"
    if difference.interval is None:
        return (
            Outcome.INCONCLUSIVE,
            f"{difference.articles} articles with something to count, fewer than {MIN_ARTICLES}",
        )
    loss = f"difference {difference.value:+.3f} ({difference.interval}), margin {margin:g}"
    if difference.value <= -margin and difference.value < 0 and chance < SIGNIFICANT:
        return Outcome.REGRESSED, f"{loss}, chance {chance:.3f}"
    if difference.interval.low > -margin or (margin == 0 and difference.spread == 0 and difference.value >= 0):
        return Outcome.HELD, loss
    needed = difference.articles_for(margin) if margin > 0 else None
    more = f"; a loss of {margin:g} would show with about {needed} articles" if needed else ""
    return Outcome.INCONCLUSIVE, f"{loss}: the loss may be larger than the margin{more}"
