"""How much can a rate be trusted, and a difference of two?

A rate keeps its counts, and nothing to count is None. Intervals and tests treat the article as the unit that was drawn:
claims of one article share a writer and a subject, so they are worth fewer than as many claims of different articles.
`bench/interval_coverage.py` measures by simulation how often the intervals hold the truth.
"""

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from service.records import Record

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

MIN_ARTICLES = 10  # below this, intervals of any kind mislead; counts are shown alone
LEVEL = 0.95
POWER = 0.80  # chance of seeing a difference, for the smallest one that is still said to show
EXACT_UP_TO = 14  # articles; 2**14 swaps take no longer than the drawn ones
DRAWN_SWAPS = 9_999
SWAPS_AT_A_TIME = 500
HELD = 1_000_000  # of the swaps of single articles, so that large sets need no more memory
NEARLY = 1e-12  # differences of ratios that are equal but for floating point


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


def clustered_wilson(hits: Sequence[float], totals: Sequence[float], *, level: float = LEVEL) -> Interval | None:
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


def rule_of_three(articles: int) -> float | None:
    """A 95% upper bound for a rate of which some articles show nothing at all, taking each article as one trial.

    The pessimistic bound: claims of one article may all go wrong together. None below `MIN_ARTICLES`.
    """
    return min(1.0, 3 / articles) if articles >= MIN_ARTICLES else None


def _wilson(rate: float, number: float, quantile: float) -> Interval:
    square = quantile * quantile
    centre = (rate + square / (2 * number)) / (1 + square / number)
    half = quantile / (1 + square / number) * math.sqrt(rate * (1 - rate) / number + square / (4 * number**2))
    return Interval(max(0.0, centre - half), min(1.0, centre + half))


def _t_quantile(degrees: int, probability: float) -> float:
    from scipy.special import stdtrit  # scipy.stats would take a second to import

    return float(stdtrit(degrees, probability))


# ── two models on the same articles ───────────────────────────────────────────────────────────────────────────────


class Paired(NamedTuple):
    """One article's counts for a rate under two models: the first is the one compared against."""

    first_hits: float
    first_total: float
    second_hits: float
    second_total: float


class Difference(Record):
    """How much more a rate is with the second model than with the first.

    `interval` is Student's t on the delete-one-article jackknife, `smallest` the smallest difference that as many such
    articles would show with a chance of 80%; both None below `MIN_ARTICLES`, and `smallest` also where no article
    tells the two apart, since the spread is not known then.
    """

    value: float
    articles: int  # those with something to count
    spread: float  # standard error
    interval: Interval | None
    smallest: float | None

    def articles_for(self, difference: float) -> int | None:
        """About how many articles would show a difference of that size with a chance of 80%."""
        if self.smallest is None or difference <= 0:
            return None
        return max(MIN_ARTICLES, math.ceil(self.articles * (self.smallest / difference) ** 2))


def paired_difference(articles: Sequence[Paired], *, level: float = LEVEL, questions: int = 1) -> Difference | None:
    """The difference of two rates over the same articles; None where either model has nothing to count.

    `questions` are asked at once: a difference must be larger to show when more of them are.
    """
    counted = _counted(articles)
    whole = _sums(counted)
    value = _difference(whole)
    if value is None:
        return None
    number = len(counted)
    without = [_difference(Paired(*(total - part for total, part in zip(whole, one, strict=True)))) for one in counted]
    left_out = [each for each in without if each is not None]
    if number < 2 or len(left_out) < number:
        return Difference(value=value, articles=number, spread=0.0, interval=None, smallest=None)
    mean = math.fsum(left_out) / number
    spread = math.sqrt((number - 1) / number * math.fsum((each - mean) ** 2 for each in left_out))
    if number < MIN_ARTICLES:
        return Difference(value=value, articles=number, spread=spread, interval=None, smallest=None)
    quantile = _t_quantile(number - 1, 0.5 + level / 2)
    stricter = _t_quantile(number - 1, 1 - (1 - level) / 2 / questions)
    return Difference(
        value=value,
        articles=number,
        spread=spread,
        interval=Interval(value - quantile * spread, value + quantile * spread),
        smallest=(stricter + _t_quantile(number - 1, POWER)) * spread if spread > NEARLY else None,
    )


class SwapTest(Record):
    """How often swapping the models within whole articles gives a difference beyond the one seen, ties counted half.

    `two_sided`: as large either way; `lower`: as far down; `upper`: as far up. `swaps` were tried, all of them where
    `exact`.
    """

    two_sided: float
    lower: float
    upper: float
    swaps: int
    exact: bool


def swap_test(articles: Sequence[Paired], *, draws: int = DRAWN_SWAPS, seed: int = 0) -> SwapTest | None:
    """Tests that two models are equally good, by swapping them within whole articles; None with nothing to count.

    Every swap is tried where at most `EXACT_UP_TO` articles tell the models apart (the others change nothing when
    swapped); else `draws` seeded ones besides the one seen. The order of the articles never matters.
    """
    import numpy

    whole = _sums(articles)
    seen = _difference(whole)
    if seen is None:
        return None
    apart = sorted(one for one in articles if one[:2] != one[2:])
    gains = numpy.array([_swapping_changes(one) for one in apart], dtype=numpy.float64).reshape(len(apart), 4)
    exact = len(apart) <= EXACT_UP_TO
    below = above = equal = beyond = equally_far = swaps = 0
    for chosen in _every_swap(len(apart)) if exact else _drawn_swaps(len(apart), draws, seed):
        differences = _differences(numpy.array(whole) + chosen @ gains)
        undefined = numpy.isnan(differences)  # counted as far away as can be on either side: never in our favour
        below += int((undefined | (differences < seen - NEARLY)).sum())
        above += int((undefined | (differences > seen + NEARLY)).sum())
        equal += int((numpy.abs(differences - seen) <= NEARLY).sum())
        distance = numpy.abs(differences) - abs(seen)
        beyond += int((undefined | (distance > NEARLY)).sum())
        equally_far += int((numpy.abs(distance) <= NEARLY).sum())
        swaps += len(chosen)
    return SwapTest(
        two_sided=(beyond + equally_far / 2) / swaps,
        lower=min(1.0, (below + equal / 2) / swaps),
        upper=min(1.0, (above + equal / 2) / swaps),
        swaps=swaps,
        exact=exact,
    )


def holm(chances: Sequence[float]) -> tuple[float, ...]:
    """P values adjusted for having asked so many questions, by Holm's method; in the order given."""
    order = sorted(range(len(chances)), key=lambda position: chances[position])
    adjusted = [0.0] * len(chances)
    highest = 0.0
    for rank, position in enumerate(order):
        highest = max(highest, min(1.0, (len(chances) - rank) * chances[position]))
        adjusted[position] = highest
    return tuple(adjusted)


def _counted(articles: Sequence[Paired]) -> list[Paired]:
    return [one for one in articles if one.first_total or one.second_total]


def _sums(articles: Sequence[Paired]) -> Paired:
    return Paired(*(math.fsum(one[place] for one in articles) for place in range(4)))


def _difference(sums: Paired) -> float | None:
    if not sums.first_total or not sums.second_total:
        return None
    return sums.second_hits / sums.second_total - sums.first_hits / sums.first_total


def _swapping_changes(one: Paired) -> tuple[float, float, float, float]:
    hits, total = one.second_hits - one.first_hits, one.second_total - one.first_total
    return hits, total, -hits, -total


def _differences(sums: "NDArray[numpy.float64]") -> "NDArray[numpy.float64]":
    import numpy

    with numpy.errstate(divide="ignore", invalid="ignore"):
        # A rate of 1/0 would count as infinitely good: as undefined as 0/0.
        rates = numpy.where(sums[:, 1::2] > NEARLY, sums[:, ::2] / sums[:, 1::2], numpy.nan)
    differences: NDArray[numpy.float64] = rates[:, 1] - rates[:, 0]
    return differences


def _every_swap(number: int) -> "Iterator[NDArray[numpy.float64]]":
    import numpy

    yield (numpy.arange(2**number)[:, None] >> numpy.arange(number) & 1).astype(numpy.float64)


def _drawn_swaps(number: int, draws: int, seed: int) -> "Iterator[NDArray[numpy.float64]]":
    """The swap of nothing, which is what was seen, and then as many as asked for."""
    import numpy

    yield numpy.zeros((1, number))
    source = numpy.random.default_rng(seed)
    at_a_time = max(1, min(SWAPS_AT_A_TIME, HELD // max(1, number)))
    for start in range(0, draws, at_a_time):
        yield source.integers(0, 2, (min(at_a_time, draws - start), number)).astype(numpy.float64)
