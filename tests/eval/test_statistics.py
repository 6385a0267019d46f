"""Rates with their counts, and intervals that respect articles."""

import pytest

from eval.statistics import Ratio, clustered_wilson


@pytest.mark.parametrize(
    ("ratio", "words", "value"),
    [
        pytest.param(Ratio(hits=3, total=4), "0.750 (3/4)", 0.75, id="three of four"),
        pytest.param(Ratio(hits=0, total=4), "0.000 (0/4)", 0.0, id="none of four"),
        pytest.param(Ratio(hits=0, total=0), "n/a", None, id="nothing to count"),
    ],
)
def test_a_rate_keeps_its_counts(ratio, words, value):
    assert str(ratio) == words
    assert ratio.value == value


@pytest.mark.parametrize(
    ("hits", "totals", "low", "high"),
    [
        pytest.param([4] * 10, [4] * 10, 0.886577, 1.0, id="all right in ten articles"),
        pytest.param(
            [3, 5, 2, 7, 4, 6, 1, 8, 0, 5, 4, 3],
            [4, 8, 5, 8, 6, 9, 5, 8, 3, 6, 7, 4],
            0.497913,
            0.788015,
            id="twelve uneven articles",
        ),
    ],
)
def test_intervals_are_those_of_wilson_on_the_effective_number(hits, totals, low, high):
    interval = clustered_wilson(hits, totals)

    assert interval is not None
    assert interval == pytest.approx((low, high), abs=1e-6)


def test_an_article_without_anything_to_count_changes_no_interval():
    hits, totals = [3, 2, 4, 4, 1, 3, 2, 4, 3, 2], [4] * 10

    assert clustered_wilson([*hits, 0], [*totals, 0]) == clustered_wilson(hits, totals)


def test_claims_that_go_right_or_wrong_by_the_article_give_a_wider_interval():
    by_article = clustered_wilson([8, 0] * 10, [8] * 20)
    scattered = clustered_wilson([4] * 20, [8] * 20)

    assert by_article is not None
    assert scattered is not None
    assert by_article.high - by_article.low > 2 * (scattered.high - scattered.low)


def test_below_ten_articles_there_is_no_interval():
    assert clustered_wilson([3] * 9, [4] * 9) is None
    assert clustered_wilson([3] * 9 + [0], [4] * 9 + [0]) is None
