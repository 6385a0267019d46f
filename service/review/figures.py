"""How is the reviewing going, in figures?

How much is done, how long it takes, how often a look found an error and how that compares with looking at random, how
far two looks agree, and whether confidences still say what they promise. Everything is counted from the log; a rate
without anything to count is None.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from sqlalchemy import Connection

from service.records import Record
from service.review.log import agree, holding, in_force, last_of, was_wrong
from service.review.records import STATE_AFTER, Verdict
from service.review.verdicts import whole_log

BINS = 5
LONGEST = 600.0  # seconds: who takes longer was called away
FEWEST_PAIRS = 2
FEWEST_BY_CHANCE = 30  # of fewer claims a share of errors is mostly luck, and a quotient of it more so
JUDGING = ("accept", "edit", "reject")


class Rate(Record):
    """`hits` of `total`; None where there is nothing to count."""

    hits: int
    total: int

    @property
    def value(self) -> float | None:
        return self.hits / self.total if self.total else None


class Day(Record):
    """What was done on a day (UTC)."""

    day: date
    verdicts: int
    errors: int
    seconds: float | None  # median for each verdict


class Reliability(Record):
    """A fifth of the judged claims, by confidence: `right` should be near the mean `confidence`."""

    low: float
    high: float
    confidence: float
    right: Rate


class Progress(Record):
    """`found` counts looks in the queue's order that found an error, `by_chance` errors in a fair sample of all claims:
    their quotient is what the order is worth. What settled a dispute counts, not the looks before. `alpha` is
    Krippendorff's, over what two looks made of a claim (right as it is, changed, dropped)."""

    verdicts: int
    accepted: int
    edited: int
    rejected: int
    discarded: int
    added: int
    people: int
    seconds: float | None
    seconds_to_accept: float | None
    seconds_to_edit: float | None
    found: Rate
    by_chance: Rate
    lift: float | None
    second_looks: int
    same: Rate
    alpha: float | None
    brier: float | None
    calibration_error: float | None  # mean distance of a fifth's confidence from its share of right claims
    reliability: tuple[Reliability, ...]
    days: tuple[Day, ...]


def progress(
    connection: Connection, *, owner: str = "", since: datetime | None = None, model: str | None = None
) -> Progress:
    """All figures over the verdicts that hold: of all claims, or of one model's, or of those judged since then."""
    logs = whole_log(connection, owner=owner).values()
    return _counted([log for log in logs if _is_about(log, model) and _is_since(log, since)])


def _is_about(log: Sequence[Verdict], model: str | None) -> bool:
    return model is None or any(verdict.model == model for verdict in log)


def _is_since(log: Sequence[Verdict], since: datetime | None) -> bool:
    return since is None or log[-1].created >= since


def _counted(logs: Sequence[Sequence[Verdict]]) -> Progress:
    valid = [
        verdict
        for log in logs
        for verdict in in_force(log)
        if verdict.action in STATE_AFTER and verdict.look != "settling"
    ]
    held = [verdict for log in logs if (verdict := holding(log)) is not None]
    judged = [_Judged(one, right) for log in logs if (one := last_of(log, "first")) and (right := holding(log))]
    judged = [each for each in judged if each.shown.action in JUDGING and each.held.action in JUDGING]
    frontier = max((each.shown.binding for each in judged if each.shown.audit), default="")
    found = _errors(each for each in judged if not each.shown.audit)
    chance = _errors(each for each in judged if each.shown.binding <= frontier)
    pairs = [
        (one, two) for log in logs if (one := last_of(log, "first")) is not None and (two := last_of(log, "second"))
    ]
    bins = _reliability(judged)
    return Progress(
        verdicts=len(valid),
        **{state: sum(verdict.action == action for verdict in held) for action, state in STATE_AFTER.items()},
        people=len({verdict.reviewer for verdict in valid}),
        seconds=_median(valid),
        seconds_to_accept=_median(verdict for verdict in valid if verdict.action == "accept"),
        seconds_to_edit=_median(verdict for verdict in valid if verdict.action == "edit"),
        found=found,
        by_chance=chance,
        lift=_lift(found, chance),
        second_looks=len(pairs),
        same=Rate(hits=sum(agree(one, two) for one, two in pairs), total=len(pairs)),
        alpha=_alpha([(one.action, two.action) for one, two in pairs]),
        brier=_brier(judged),
        calibration_error=_calibration_error(bins),
        reliability=bins,
        days=_days(valid),
    )


class _Judged(NamedTuple):
    """A claim as it was `shown` to whoever looked first, and the verdict that is `held`."""

    shown: Verdict
    held: Verdict


def _errors(judged: Iterable[_Judged]) -> Rate:
    given = list(judged)
    return Rate(hits=sum(was_wrong(each.held) for each in given), total=len(given))


def _lift(found: Rate, chance: Rate) -> float | None:
    if found.value is None or not chance.value or chance.total < FEWEST_BY_CHANCE:
        return None
    return found.value / chance.value


def _median(given: Iterable[Verdict]) -> float | None:
    seconds = [verdict.seconds for verdict in given if verdict.seconds is not None and verdict.seconds <= LONGEST]
    return round(median(seconds), 1) if seconds else None


def _alpha(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Nominal; None for fewer than two pairs, and where everybody always said the same."""
    if len(pairs) < FEWEST_PAIRS or len({value for pair in pairs for value in pair}) < FEWEST_PAIRS:
        return None
    import krippendorff

    values = sorted({value for pair in pairs for value in pair})
    coded = [[values.index(pair[look]) for pair in pairs] for look in (0, 1)]
    return round(float(krippendorff.alpha(reliability_data=coded, level_of_measurement="nominal")), 3)


# ── calibration ───────────────────────────────────────────────────────────────────────────────────────────────────


def _brier(judged: Sequence[_Judged]) -> float | None:
    errors = [(sure - right) ** 2 for sure, right in _sure(judged)]
    return math.fsum(errors) / len(errors) if errors else None


def _reliability(judged: Sequence[_Judged]) -> tuple[Reliability, ...]:
    """Fifths of equal size; none where there are too few claims for five."""
    pairs = sorted(_sure(judged))
    if len(pairs) < BINS:
        return ()
    edges = [round(number * len(pairs) / BINS) for number in range(BINS + 1)]
    parts = [pairs[start:end] for start, end in pairwise(edges)]
    return tuple(
        Reliability(
            low=part[0][0],
            high=part[-1][0],
            confidence=math.fsum(sure for sure, _ in part) / len(part),
            right=Rate(hits=sum(right for _, right in part), total=len(part)),
        )
        for part in parts
    )


def _calibration_error(bins: Sequence[Reliability]) -> float | None:
    total = sum(each.right.total for each in bins)
    if not total:
        return None
    apart = (abs(each.confidence - (each.right.value or 0.0)) * each.right.total for each in bins)
    return math.fsum(apart) / total


def _sure(judged: Iterable[_Judged]) -> list[tuple[float, bool]]:
    return [(shown.confidence, not was_wrong(held)) for shown, held in judged if shown.confidence is not None]


def _days(given: Sequence[Verdict]) -> tuple[Day, ...]:
    by_day: dict[date, list[Verdict]] = defaultdict(list)
    for verdict in given:
        by_day[verdict.created.date()].append(verdict)
    return tuple(
        Day(day=day, verdicts=len(each), errors=sum(was_wrong(verdict) for verdict in each), seconds=_median(each))
        for day, each in sorted(by_day.items())
    )
