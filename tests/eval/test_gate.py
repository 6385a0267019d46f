"""When a change may pass: exit codes, and what is refused without statistics."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from goldmakers import STARTER
from runmakers import Change, given_to_a_stranger, write_run

from eval.cli import main
from eval.compare import Comparison, MeasureDifference
from eval.gate import Gated, Outcome, gate
from eval.goldset import ReadySet, open_gold_set
from eval.statistics import Difference, Interval, Paired, Ratio, paired_difference, swap_test
from service.goldfiles import GoldClaim

NEWSROOM = STARTER.parent / "newsroom"


@pytest.fixture(scope="module")
def newsroom() -> ReadySet:
    return open_gold_set(NEWSROOM, ())


def measured(key: str, articles: list[Paired]) -> MeasureDifference:
    sums = [int(sum(one[place] for one in articles)) for place in range(4)]
    return MeasureDifference(
        key=key,
        group="",
        label=key,
        mistakes=False,
        first=Ratio(hits=sums[0], total=sums[1]),
        second=Ratio(hits=sums[2], total=sums[3]),
        difference=paired_difference(articles),
        test=swap_test(articles),
    )


def gated(articles: list[Paired], *, margin: float = 0.05, made_up: int = 0, **unread: str) -> Gated:
    ungrounded = measured("claims_ungrounded", []).model_copy(update={"second": Ratio(hits=made_up, total=200)})
    comparison = Comparison(first="a", second="b", measures=(measured("attribution_recall", articles), ungrounded))
    return gate(comparison, margin=margin, budget=0.01, unread=unread)


@pytest.mark.parametrize(
    ("articles", "outcome"),
    [
        pytest.param([Paired(8, 10, 8, 10)] * 20, Outcome.HELD, id="the same on every article"),
        pytest.param([Paired(8, 10, 9, 10)] * 20, Outcome.HELD, id="better everywhere"),
        pytest.param([Paired(8, 10, 6, 10)] * 20, Outcome.REGRESSED, id="worse everywhere"),
        pytest.param([Paired(80, 100, 78, 100)] * 20, Outcome.HELD, id="worse everywhere, but within the margin"),
        pytest.param([Paired(8, 10, 8, 10)] * 9, Outcome.INCONCLUSIVE, id="too few articles, however equal"),
        pytest.param([Paired(8, 10, 6, 10), Paired(6, 10, 8, 10)] * 6, Outcome.INCONCLUSIVE, id="to and fro"),
        pytest.param([Paired(0, 0, 0, 0)] * 20, Outcome.INCONCLUSIVE, id="nothing to count"),
    ],
)
def test_a_gate_holds_only_what_the_articles_can_show(articles, outcome):
    assert gated(articles).outcome is outcome


def test_more_made_up_than_allowed_fails_whatever_the_rates():
    equal = [Paired(8, 10, 8, 10)] * 20

    assert gated(equal, made_up=2).outcome is Outcome.HELD  # 0.01 is allowed
    assert gated(equal, made_up=3).outcome is Outcome.REGRESSED
    assert "0.015 (3/200)" in gated(equal, made_up=3).reasons[0]


def test_an_unfinished_article_comes_before_everything_else():
    found = gated([Paired(8, 10, 2, 10)] * 20, made_up=9, d7="failed: rate_limited")

    assert found.outcome is Outcome.INCOMPLETE
    assert found.reasons == ("d7: failed: rate_limited",)


def test_one_headline_that_regressed_is_enough_to_fail():
    comparison = Comparison(
        first="a",
        second="b",
        measures=(
            measured("attribution_recall", [Paired(8, 10, 8, 10)] * 20),
            measured("number_fidelity", [Paired(8, 10, 6, 10)] * 20),
            measured("claims_ungrounded", []),
        ),
    )

    found = gate(comparison, margin=0.05, budget=0, unread={})

    assert found.outcome is Outcome.REGRESSED
    assert found.reasons[0].startswith("number fidelity: 0.800 (160/200) before, 0.600 (120/200) now")


def test_an_inconclusive_gate_says_how_many_articles_would_tell():
    found = gated([Paired(8, 10, 6, 10), Paired(6, 10, 8, 10)] * 10, margin=0.02)

    difference = found.measures[0].measure.difference
    assert isinstance(difference, Difference)
    assert isinstance(difference.interval, Interval)
    assert f"about {difference.articles_for(0.02)} articles" in found.reasons[0]


# ── from a shell ──────────────────────────────────────────────────────────────────────────────────────────────────


def dropping_every(nth: int) -> Change:
    count = 0

    def change(claim: GoldClaim) -> GoldClaim | None:
        nonlocal count
        count += 1
        return None if count % nth == 0 else claim

    return change


@pytest.mark.parametrize(
    ("change", "options", "failed", "code", "word"),
    [
        pytest.param(None, [], [], 0, "held", id="the same answers"),
        pytest.param(dropping_every(4), [], [], 1, "regressed", id="a quarter of the claims gone"),
        pytest.param(given_to_a_stranger, ["--made-up", "1"], [], 1, "regressed", id="all speakers wrong"),
        pytest.param(dropping_every(60), [], [], 2, "inconclusive", id="a loss about the margin"),
        pytest.param(None, [], ["nr-003"], 3, "nr-003", id="an article failed"),
        pytest.param(None, ["--margin", "two"], [], 4, "margin", id="not a margin"),
        pytest.param(None, ["--goldset", "nowhere"], [], 4, "nowhere", id="no gold set"),
    ],
)
def test_the_exit_code_says_what_came_of_it(tmp_path: Path, newsroom: ReadySet, change, options, failed, code, word):
    before = write_run(tmp_path / "before", newsroom, model="before", place=NEWSROOM)
    now = write_run(tmp_path / "now", newsroom, change or (lambda claim: claim), model="now", failed=failed)

    result = CliRunner().invoke(main, ["gate", str(now), "--against", str(before), *options])

    assert result.exit_code == code, result.output
    assert word in result.output
