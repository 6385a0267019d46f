"""How often do our intervals hold the truth, and how often do our tests cry wolf?

    python bench/interval_coverage.py [--tries 2000]

Draws articles of unequal size whose claims are hard or easy together, for two models at once, and asks eval.statistics
what it makes of them. Prints the share of intervals that hold the truth (wanted: 0.95), the share of tests below 0.05
where there is no difference (wanted: 0.05 or less) and where there is one (power), and how often a recommended
threshold lets through more errors than its target.
"""

import argparse
from collections.abc import Iterator

import numpy
from numpy.typing import NDArray

from eval.queue import Item, recommend
from eval.statistics import Paired, clustered_wilson, paired_difference, swap_test

CLAIMS = 8  # in an article, on average
SHARED, OWN = 1.0, 0.5  # spread of an article's ease in log-odds: for both models, for each
BASES = (1.0, 2.5, 3.8)  # log-odds of being right in an article of middling ease
ARTICLES = (10, 20, 40, 100)
TARGET = 0.15

Numbers = NDArray[numpy.float64]


def chance(log_odds: Numbers) -> Numbers:
    return 1 / (1 + numpy.exp(-log_odds))


def draw(source: numpy.random.Generator, articles: int, base: float, lift: float = 0.0) -> list[Paired]:
    claims = 1 + source.poisson(CLAIMS - 1, articles)
    ease = source.normal(0, SHARED, articles)
    rights = [
        source.binomial(claims, chance(base + more + ease + source.normal(0, OWN, articles))) for more in (0.0, lift)
    ]
    columns = zip(rights[0], claims, rights[1], claims, strict=True)
    return [Paired(*(int(value) for value in row)) for row in columns]


def truth(base: float, lift: float = 0.0) -> tuple[float, float]:
    ease = numpy.random.default_rng(1).normal(0, numpy.hypot(SHARED, OWN), 2_000_000)
    return float(chance(base + ease).mean()), float(chance(base + lift + ease).mean())


def rates(source: numpy.random.Generator, tries: int) -> Iterator[str]:
    yield "rate    articles   Wilson, clustered: holds   width"
    for base in BASES:
        right, _ = truth(base)
        for articles in ARTICLES:
            held, width = 0, 0.0
            for _ in range(tries):
                drawn = draw(source, articles, base)
                interval = clustered_wilson([one.first_hits for one in drawn], [one.first_total for one in drawn])
                assert interval is not None
                held += interval.low <= right <= interval.high
                width += interval.high - interval.low
            yield f"{right:.3f}   {articles:>8}   {held / tries:>24.3f}   {width / tries:.3f}"


def differences(source: numpy.random.Generator, tries: int) -> Iterator[str]:
    yield "rates           articles   jackknife t: holds   swap test below 0.05   smallest said to show, median"
    for base, lift in ((1.5, 0.0), (2.5, 0.0), (1.5, 0.5), (1.5, 1.0)):
        low, high = truth(base, lift)
        for articles in ARTICLES:
            held = found = 0
            smallest = []
            for _ in range(tries):
                drawn = draw(source, articles, base, lift)
                difference, test = paired_difference(drawn), swap_test(drawn, draws=999)
                assert difference is not None
                assert difference.interval is not None
                assert test is not None
                held += difference.interval.low <= high - low <= difference.interval.high
                found += test.two_sided < 0.05
                smallest.append(difference.smallest or 0.0)
            yield (
                f"{low:.3f}, {high:.3f}   {articles:>8}   {held / tries:>18.3f}   {found / tries:>20.3f}"
                f"   {numpy.median(smallest):>29.3f}"
            )


def thresholds(source: numpy.random.Generator, tries: int) -> Iterator[str]:
    """A confidence that knows something: what passes on new articles, from a threshold chosen on the drawn ones."""

    def claims(articles: int) -> list[Item]:
        items = []
        for article in range(articles):
            ease = source.normal(0, SHARED)
            for _ in range(1 + source.poisson(CLAIMS - 1)):
                seen = source.normal(0, 1)
                confidence = float(chance(numpy.array(1.5 + seen)))
                wrong = bool(source.random() > chance(numpy.array(1.5 + seen + ease)))
                items.append(Item(f"a{article}", round(confidence, 3), wrong))
        return items

    yield f"articles   recommended   of these over the target {TARGET:g} in truth"
    whole = claims(20_000)
    confidences = numpy.array([item.confidence for item in whole])
    wrong = numpy.array([item.wrong for item in whole])
    for articles in (20, 40, 100):
        given = over = 0
        for _ in range(max(1, tries // 10)):
            found = recommend(claims(articles), target=TARGET)
            if found.threshold is not None:
                given += 1
                over += bool(wrong[confidences >= found.threshold].mean() > TARGET)
        yield f"{articles:>8}   {given / max(1, tries // 10):>11.3f}   {over / given if given else 0.0:.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tries", type=int, default=2_000)
    tries = parser.parse_args().tries
    source = numpy.random.default_rng(7)
    for table in (rates, differences, thresholds):
        for line in table(source, tries):
            print(line, flush=True)
        print()


if __name__ == "__main__":
    main()
