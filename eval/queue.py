"""How many errors does a reviewer catch who reads the least confident claims first?

Also whether a confidence says what it promises. Equal confidences are taken in every order at once: each claim of a tie
counts with the tie's mean, so that the order of claims never matters. Where confidences come from is left to others.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from eval.statistics import MIN_ARTICLES, Interval, Ratio, clustered_wilson
from service.records import Record

BINS = 5  # of equal size; more of them make a perfect confidence look uncalibrated
SHARES = (0.05, 0.10, 0.20, 0.30)  # of the queue, reviewed
MOST_ERRORS = 0.9
BAND_DRAWS = 400
CURVE_POINTS = 101


class Item(NamedTuple):
    """A predicted claim in the queue."""

    article: str
    confidence: float
    wrong: bool


class Bin(Record):
    """A fifth of the claims, by confidence: `right` should be near the mean `confidence`."""

    low: float
    high: float
    confidence: float
    right: float
    claims: int
    interval: Interval | None  # of `right`, clustered by article


class Review(Record):
    """What reviewing the least confident share of the queue brings."""

    share: float
    reviewed: int
    caught: float | None  # of all errors, missed claims included: those are in no queue
    band: Interval | None  # of `caught`, drawing articles anew
    found: float  # errors for each claim reviewed: the yield
    lift: float | None  # times as many as in any order
    of_perfect: float | None = None  # share of what a perfect order of the queue would have caught by then
    of_perfect_band: Interval | None = None


class CurvePoint(NamedTuple):
    """Accepting the most confident `coverage` of the claims lets through an error rate of `risk`; reviewing the other
    end first, as large a share finds `caught` of the errors in the queue."""

    coverage: float
    risk: float
    caught: float | None


class Queue(Record):
    """How good a confidence is. None where there is nothing to count, such as no errors at all."""

    articles: int
    claims: int
    wrong: int
    missed: int
    brier: float
    expected_calibration_error: float | None  # debiased
    bins: tuple[Bin, ...]
    auroc: float | None  # chance that a wrong claim is less confident than a right one
    auroc_band: Interval | None = None  # drawing articles anew
    aurc: float
    augrc: float
    augrc_oracle: float
    augrc_random: float
    reviews: tuple[Review, ...]
    reviews_to_most: float | None  # share of the queue to be read for 90% of its errors
    curve: tuple[CurvePoint, ...]


def queue_figures(items: Sequence[Item], *, missed: int = 0) -> Queue | None:
    """All figures of a queue; `missed` gold claims have no prediction and are in no queue. None without claims."""
    if not items:
        return None
    order = sorted(items, key=lambda item: (item.confidence, item.article, item.wrong))
    expected = _expected(order)
    number, wrong = len(order), sum(item.wrong for item in order)
    caught = _running_sums(expected)
    bands = _bands(order, wrong, missed)
    let_through = _running_sums(expected[::-1])
    return Queue(
        articles=len({item.article for item in order}),
        claims=number,
        wrong=wrong,
        missed=missed,
        brier=math.fsum((item.confidence - (not item.wrong)) ** 2 for item in order) / number,
        expected_calibration_error=_calibration_error(order, expected),
        bins=_bins(order, expected),
        auroc=_auroc(order, wrong),
        auroc_band=bands.auroc,
        aurc=math.fsum(sum_ / (place + 1) for place, sum_ in enumerate(let_through)) / number,
        augrc=math.fsum(let_through) / number**2,
        augrc_oracle=math.fsum(range(1, wrong + 1)) / number**2,
        augrc_random=wrong * (number + 1) / (2 * number**2),
        reviews=_reviews(caught, wrong, missed, bands),
        reviews_to_most=_reviews_to_most(caught, wrong),
        curve=_curve(caught, let_through, wrong),
    )


def _expected(order: Sequence[Item]) -> list[float]:
    """How wrong each claim is on average over all orders of the claims of equal confidence."""
    expected: list[float] = []
    for _, group in groupby(order, key=lambda item: item.confidence):
        tied = list(group)
        expected += [sum(item.wrong for item in tied) / len(tied)] * len(tied)
    return expected


def _running_sums(values: Sequence[float]) -> list[float]:
    sums, total = [], 0.0
    for value in values:
        total += value
        sums.append(total)
    return sums


# ── does it say what it promises? ─────────────────────────────────────────────────────────────────────────────────


def _slices(number: int) -> list[slice]:
    """Bins of equal size, the first ones larger by one where it does not come out even."""
    small, larger = divmod(number, BINS)
    starts = [place * small + min(place, larger) for place in range(BINS + 1)]
    return [slice(low, high) for low, high in pairwise(starts) if high > low]


def _calibration_error(order: Sequence[Item], expected: Sequence[float]) -> float | None:
    """Root mean square distance of confidence and share right, less what chance alone adds to it."""
    if len(order) < 2 * BINS:
        return None
    total = 0.0
    for part in _slices(len(order)):
        size = part.stop - part.start
        right = 1 - math.fsum(expected[part]) / size
        confidence = math.fsum(item.confidence for item in order[part]) / size
        total += size / len(order) * ((right - confidence) ** 2 - right * (1 - right) / (size - 1))
    return math.sqrt(max(total, 0.0))


def _bins(order: Sequence[Item], expected: Sequence[float]) -> tuple[Bin, ...]:
    bins = []
    for part in _slices(len(order)):
        items, wrong = order[part], expected[part]
        sizes = Counter(item.article for item in items)
        names = sorted(sizes)
        right = dict.fromkeys(names, 0.0)
        for item, one in zip(items, wrong, strict=True):
            right[item.article] += 1 - one
        bins.append(
            Bin(
                low=items[0].confidence,
                high=items[-1].confidence,
                confidence=math.fsum(item.confidence for item in items) / len(items),
                right=1 - math.fsum(wrong) / len(items),
                claims=len(items),
                interval=clustered_wilson([right[name] for name in names], [sizes[name] for name in names]),
            )
        )
    return tuple(bins)


# ── does it put the wrong ones first? ─────────────────────────────────────────────────────────────────────────────


def _auroc(order: Sequence[Item], wrong: int) -> float | None:
    right = len(order) - wrong
    if not wrong or not right:
        return None
    won, right_before = 0.0, 0
    for _, group in groupby(order, key=lambda item: item.confidence):
        tied = list(group)
        wrong_here = sum(item.wrong for item in tied)
        right_here = len(tied) - wrong_here
        won += wrong_here * (right - right_before - right_here / 2)
        right_before += right_here
    return won / (wrong * right)


class _Bands(NamedTuple):
    """The middle 95% over drawn sets of articles; by share of the queue, where it is of a review."""

    auroc: Interval | None = None
    caught: Mapping[float, Interval] = {}
    of_perfect: Mapping[float, Interval] = {}


def _reviews(caught: Sequence[float], wrong: int, missed: int, bands: _Bands) -> tuple[Review, ...]:
    number = len(caught)
    reviews = []
    for share in SHARES:
        reviewed = math.ceil(share * number - 1e-9)
        found = caught[reviewed - 1] / reviewed
        reviews.append(
            Review(
                share=share,
                reviewed=reviewed,
                caught=caught[reviewed - 1] / (wrong + missed) if wrong + missed else None,
                band=bands.caught.get(share),
                found=found,
                lift=found * number / wrong if wrong else None,
                of_perfect=caught[reviewed - 1] / min(reviewed, wrong) if wrong else None,
                of_perfect_band=bands.of_perfect.get(share),
            )
        )
    return tuple(reviews)


def _reviews_to_most(caught: Sequence[float], wrong: int) -> float | None:
    if not wrong:
        return None
    enough = MOST_ERRORS * wrong - 1e-9
    return next(place for place, sum_ in enumerate(caught, start=1) if sum_ >= enough) / len(caught)


def _bands(order: Sequence[Item], wrong: int, missed: int) -> _Bands:
    """The middle 95% over drawn sets of as many articles; missed claims stay in proportion."""
    import numpy

    articles = sorted({item.article for item in order})
    if len(articles) < MIN_ARTICLES or not wrong:
        return _Bands()
    number_of = {name: place for place, name in enumerate(articles)}
    confidence = numpy.array([item.confidence for item in order])
    errors = numpy.array([item.wrong for item in order], dtype=numpy.float64)
    article = numpy.array([number_of[item.article] for item in order])
    _, ties = numpy.unique(confidence, return_inverse=True)
    # Within a tie by article, so that the order in which claims came never matters.
    steady = numpy.lexsort((errors, article, confidence))
    errors, article, ties = errors[steady], article[steady], ties[steady]
    source = numpy.random.default_rng(0)
    drawn = _Drawn([], {share: [] for share in SHARES}, {share: [] for share in SHARES})
    for _ in range(BAND_DRAWS):
        times = numpy.bincount(source.integers(0, len(articles), len(articles)), minlength=len(articles))[article]
        sizes = numpy.bincount(ties, weights=times)
        found = numpy.bincount(ties, weights=times * errors)
        number, all_wrong = sizes.sum(), found.sum()
        if not all_wrong:
            continue
        right = sizes - found
        if right.sum():
            won = found * (right.sum() - numpy.cumsum(right) + right / 2)
            drawn.auroc.append(float(won.sum() / (all_wrong * right.sum())))
        reached, sums = numpy.cumsum(sizes), numpy.cumsum(found)
        for share in SHARES:
            reviewed = math.ceil(share * number - 1e-9)
            part = float(numpy.interp(reviewed, [0, *reached], [0, *sums]))
            drawn.caught[share].append(part / float(all_wrong * (1 + missed / wrong)))
            drawn.of_perfect[share].append(part / float(min(reviewed, all_wrong)))
    return _Bands(
        auroc=_middle(drawn.auroc) if drawn.auroc else None,
        caught={share: _middle(each) for share, each in drawn.caught.items()},
        of_perfect={share: _middle(each) for share, each in drawn.of_perfect.items()},
    )


class _Drawn(NamedTuple):
    """What each drawn set gave."""

    auroc: list[float]
    caught: dict[float, list[float]]
    of_perfect: dict[float, list[float]]


def _middle(drawn: Sequence[float]) -> Interval:
    import numpy

    low, high = numpy.quantile(drawn, (0.025, 0.975))
    return Interval(float(low), float(high))


def _curve(caught: Sequence[float], let_through: Sequence[float], wrong: int) -> tuple[CurvePoint, ...]:
    number = len(caught)
    places = sorted({max(1, round(step * number / (CURVE_POINTS - 1))) for step in range(1, CURVE_POINTS)})
    return tuple(
        CurvePoint(place / number, let_through[place - 1] / place, caught[place - 1] / wrong if wrong else None)
        for place in places
    )


# ── from which confidence on may claims pass unread? ──────────────────────────────────────────────────────────────

STEPS = 20  # coverages tried; trying every claim would find a lucky one


class Recommendation(Record):
    """Accepting claims from `threshold` on keeps their error rate below the target: so says the upper end of its
    interval. None where no threshold does, or too few articles tell."""

    target: float
    threshold: float | None
    accepted: Ratio
    wrong: Ratio
    upper: float | None


def recommend(items: Sequence[Item], *, target: float) -> Recommendation:
    """The lowest of twenty thresholds whose accepted claims stay under the target error, by Wilson's upper bound."""
    order = sorted(items, key=lambda item: -item.confidence)
    for step in range(STEPS, 0, -1):
        place = math.ceil(step * len(order) / STEPS) - 1
        if place < 0:
            break
        threshold = order[place].confidence
        accepted = [item for item in order if item.confidence >= threshold]
        wrong = Counter(item.article for item in accepted if item.wrong)
        sizes = Counter(item.article for item in accepted)
        names = sorted(sizes)
        interval = clustered_wilson([wrong[name] for name in names], [sizes[name] for name in names])
        if interval is not None and interval.high <= target:
            return Recommendation(
                target=target,
                threshold=threshold,
                accepted=Ratio(hits=len(accepted), total=len(order)),
                wrong=Ratio(hits=wrong.total(), total=len(accepted)),
                upper=interval.high,
            )
    nothing = Ratio(hits=0, total=0)
    return Recommendation(
        target=target, threshold=None, accepted=Ratio(hits=0, total=len(order)), wrong=nothing, upper=None
    )
