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

from sqlalchemy import Connection, select

from service.records import Record
from service.review.log import agree, claim_after, last_of, standing_verdicts
from service.review.records import STATE_AFTER, Verdict
from service.review.verdicts import verdict_of
from service.store.tables import verdicts

BINS = 5
LONGEST = 600.0  # seconds: who takes longer was called away
FEWEST_PAIRS = 2


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
    """`found` counts looks in the queue's order that ended in an error being put right, `by_chance` the same for the
    claims that came by chance: their quotient is what the order is worth. `alpha` is Krippendorff's, over what two
    looks made of a claim (right as it is, changed, dropped)."""

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
    """All figures over the verdicts that hold, of one model's claims or of all."""
    asked = select(verdicts).where(verdicts.c.owner == owner).order_by(verdicts.c.key)
    if since is not None:
        asked = asked.where(verdicts.c.created >= since)
    logs: dict[str, list[Verdict]] = defaultdict(list)
    for row in connection.execute(asked):
        verdict = verdict_of(row)
        if model is None or verdict.model in (model, None):
            logs[verdict.binding].append(verdict)
    return _counted(list(logs.values()))


def _counted(logs: Sequence[Sequence[Verdict]]) -> Progress:
    valid = [
        verdict
        for log in logs
        for verdict in standing_verdicts(log)
        if verdict.action in STATE_AFTER and verdict.look != "settling"
    ]
    first = [verdict for log in logs if (verdict := last_of(log, "first")) is not None]
    judged = [verdict for verdict in first if verdict.action in ("accept", "edit", "reject")]
    found = _errors(verdict for verdict in judged if not verdict.audit)
    chance = _errors(verdict for verdict in judged if verdict.audit)
    pairs = [
        (one, two) for log in logs if (one := last_of(log, "first")) is not None and (two := last_of(log, "second"))
    ]
    bins = _reliability(judged)
    return Progress(
        verdicts=len(valid),
        **{state: sum(verdict.action == action for verdict in first) for action, state in STATE_AFTER.items()},
        people=len({verdict.reviewer for verdict in valid}),
        seconds=_median(valid),
        seconds_to_accept=_median(verdict for verdict in valid if verdict.action == "accept"),
        seconds_to_edit=_median(verdict for verdict in valid if verdict.action == "edit"),
        found=found,
        by_chance=chance,
        lift=found.value / chance.value if found.value is not None and chance.value else None,
        second_looks=len(pairs),
        same=Rate(hits=sum(agree(one, two) for one, two in pairs), total=len(pairs)),
        alpha=_alpha([(one.action, two.action) for one, two in pairs]),
        brier=_brier(judged),
        calibration_error=_calibration_error(bins),
        reliability=bins,
        days=_days(valid),
    )


def _errors(judged: Iterable[Verdict]) -> Rate:
    given = list(judged)
    return Rate(hits=sum(_was_wrong(verdict) for verdict in given), total=len(given))


def _was_wrong(verdict: Verdict) -> bool:
    return claim_after(verdict) is None or verdict.action == "edit"


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


def _brier(judged: Sequence[Verdict]) -> float | None:
    errors = [(sure - right) ** 2 for sure, right in _sure(judged)]
    return math.fsum(errors) / len(errors) if errors else None


def _reliability(judged: Sequence[Verdict]) -> tuple[Reliability, ...]:
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


def _sure(judged: Iterable[Verdict]) -> list[tuple[float, bool]]:
    return [(verdict.confidence, not _was_wrong(verdict)) for verdict in judged if verdict.confidence is not None]


def _days(given: Sequence[Verdict]) -> tuple[Day, ...]:
    by_day: dict[date, list[Verdict]] = defaultdict(list)
    for verdict in given:
        by_day[verdict.created.date()].append(verdict)
    return tuple(
        Day(day=day, verdicts=len(each), errors=sum(_was_wrong(verdict) for verdict in each), seconds=_median(each))
        for day, each in sorted(by_day.items())
    )
