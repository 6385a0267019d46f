"""How much can a rate be trusted?

A rate keeps its counts, and nothing to count is None. Intervals treat the article as the unit that was drawn: claims of
one article share a writer and a subject, so they are worth fewer than as many claims of different articles.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from service.records import Record

MIN_ARTICLES = 10  # below this, intervals of any kind mislead; counts are shown alone
LEVEL = 0.95


class Ratio(Record):
    """Hits out of a total. Prints "0.750 (3/4)", or "n/a" where there was nothing to count."""

    hits: int
    total: int

    @property
    def value(self) -> float | None:
        return self.hits / self.total if self.total else None

    def __str__(self) -> str:
        return f"{self.hits / self.total:.3f} ({self.hits}/{self.total})" if self.total else "n/a"


class Interval(NamedTuple):
    """A confidence interval of a rate."""

    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.low:.3f} to {self.high:.3f}"


def clustered_wilson(hits: Sequence[int], totals: Sequence[int], *, level: float = LEVEL) -> Interval | None:
    """Wilson's interval for sum(hits) / sum(totals), one pair for each article, on the effective number of claims.

    The effective number is what gives a binomial rate the variance that the rate has between articles; at rates of 0
    and 1, where that variance is nil, it is the plain number. Student's t on the number of articles less one stands in
    for the normal quantile. None below `MIN_ARTICLES` articles that have something to count.
    """
    counted = [(hit, total) for hit, total in zip(hits, totals, strict=True) if total]
    articles = len(counted)
    if articles < MIN_ARTICLES:
        return None
    number = sum(total for _, total in counted)
    rate = sum(hit for hit, _ in counted) / number
    squares = sum((hit - rate * total) ** 2 for hit, total in counted)
    variance = articles / (articles - 1) * squares / number**2
    binomial = rate * (1 - rate)
    effective = min(number, binomial / variance) if binomial > 0 and variance > 0 else number
    return _wilson(rate, effective, _t_quantile(articles - 1, 0.5 + level / 2))


def _wilson(rate: float, number: float, quantile: float) -> Interval:
    square = quantile * quantile
    centre = (rate + square / (2 * number)) / (1 + square / number)
    half = quantile / (1 + square / number) * math.sqrt(rate * (1 - rate) / number + square / (4 * number**2))
    return Interval(max(0.0, centre - half), min(1.0, centre + half))


def _t_quantile(degrees: int, probability: float) -> float:
    from scipy.special import stdtrit  # scipy.stats would take a second to import

    return float(stdtrit(degrees, probability))
