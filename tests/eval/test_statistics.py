"""Rates with their counts, and intervals that respect articles."""

import math

import pytest

from eval.statistics import Paired, Ratio, clustered_wilson, holm, paired_difference, rule_of_three, swap_test


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


# ── two models ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_paired_difference_is_that_of_the_jackknife_worked_out_by_hand():
    # Ten articles of one claim each; the second model alone has three of them right: leaving out one of these gives
    # 2/9, one of the others 3/9, so the spread is that of a mean of ones and noughts.
    articles = [Paired(0, 1, 1, 1)] * 3 + [Paired(0, 1, 0, 1)] * 7

    found = paired_difference(articles)

    assert found is not None
    assert found.value == pytest.approx(0.3)
    assert found.spread == pytest.approx(math.sqrt(0.3 * 0.7 / 9))
    assert found.interval is not None
    assert found.interval.high - found.value == pytest.approx(2.262157 * found.spread, abs=1e-6)
    assert found.smallest == pytest.approx((2.262157 + 0.883404) * found.spread, abs=1e-6)


def test_four_times_the_articles_show_half_the_difference():
    found = paired_difference([Paired(1, 4, 3, 4), Paired(3, 4, 2, 4), Paired(2, 4, 2, 4)] * 10)

    assert found is not None
    assert found.smallest is not None
    assert found.articles_for(found.smallest / 2) == 4 * found.articles
    assert found.articles_for(10.0) == 10  # never fewer than an interval needs


@pytest.mark.parametrize(
    ("articles", "two_sided", "lower", "swaps"),
    [
        pytest.param([Paired(0, 1, 1, 1)] * 3, 1 / 8, 15 / 16, 8, id="three of three"),
        pytest.param([Paired(1, 1, 0, 1)] * 3, 1 / 8, 1 / 16, 8, id="none of three"),
        pytest.param([Paired(0, 1, 1, 1), Paired(1, 1, 0, 1)], 3 / 4, 1 / 2, 4, id="to and fro"),
        pytest.param([Paired(1, 2, 1, 2)] * 5, 1 / 2, 1 / 2, 1, id="no article differs"),
        pytest.param(
            [Paired(0, 1, 1, 1)] * 3 + [Paired(1, 2, 1, 2)] * 9, 1 / 8, 15 / 16, 8, id="others change nothing"
        ),
    ],
)
def test_every_swap_is_tried_on_few_articles(articles, two_sided, lower, swaps):
    found = swap_test(articles)

    assert found is not None
    assert (found.two_sided, found.lower, found.swaps, found.exact) == (two_sided, lower, swaps, True)
    assert found.lower + found.upper == pytest.approx(1)


def test_on_many_articles_swaps_are_drawn_and_always_the_same_whatever_the_order():
    articles = [Paired(at % 3, 4, (at * 7) % 5, 4) for at in range(40)]

    found = swap_test(articles)

    assert found is not None
    assert (found.swaps, found.exact) == (10_000, False)
    assert swap_test(articles[::-1]) == found


def test_drawn_swaps_come_near_to_all_of_them(monkeypatch):
    articles = [Paired(at % 3, 4, min(4, (at * 7) % 5 + 1), 4) for at in range(14)]
    exact = swap_test(articles)

    monkeypatch.setattr("eval.statistics.EXACT_UP_TO", 0)
    drawn = swap_test(articles)

    assert exact is not None
    assert drawn is not None
    assert (exact.exact, drawn.exact) == (True, False)
    assert drawn.two_sided == pytest.approx(exact.two_sided, abs=0.02)


def test_a_swap_that_leaves_a_model_without_anything_to_count_speaks_for_no_difference():
    # Claims predicted: each model has any in one article only, so swapping one of them leaves the other with none.
    found = swap_test([Paired(0, 4, 0, 0), Paired(0, 0, 4, 4)])

    assert found is not None
    assert found.two_sided == 0.75  # two swaps as far out count half, two undefined ones in full


@pytest.mark.parametrize(
    ("chances", "adjusted"),
    [
        pytest.param([], (), id="none"),
        pytest.param([0.02], (0.02,), id="one question"),
        pytest.param([0.04, 0.01, 0.03], (0.06, 0.03, 0.06), id="as published"),
        pytest.param([0.6, 0.5], (1.0, 1.0), id="never above one"),
    ],
)
def test_chances_are_adjusted_for_the_number_of_questions(chances, adjusted):
    assert holm(chances) == pytest.approx(adjusted)


@pytest.mark.parametrize(("articles", "bound"), [(9, None), (10, 0.3), (60, 0.05), (1_000, 0.003)])
def test_the_rule_of_three_takes_articles_for_trials(articles, bound):
    assert rule_of_three(articles) == bound


@pytest.mark.parametrize(
    "articles", [[], [Paired(0, 0, 0, 0)] * 20, [Paired(1, 2, 0, 0)] * 20], ids=["no articles", "nothing", "one model"]
)
def test_nothing_to_count_is_no_difference_of_nought(articles):
    assert paired_difference(articles) is None
    assert swap_test(articles) is None


def test_an_article_without_anything_to_count_changes_no_difference():
    articles = [Paired(at % 3, 4, (at * 7) % 5, 4) for at in range(15)]
    more = [*articles, Paired(0, 0, 0, 0)]

    assert paired_difference(more) == paired_difference(articles)
    assert swap_test(more) == swap_test(articles)
