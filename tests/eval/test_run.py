"""Runs: every article once, failures apart, stopping cleanly, and going on where one stopped."""

import asyncio
from pathlib import Path

import pytest
from storing import ARTICLES, an_extraction, an_info, keys_of

from eval.run import Lane, Stop, close_lanes, open_lanes, run_lanes
from eval.store import Run, RunWriter, read_run
from service.errors import InputError, NoAnswer, SetupError
from service.records import Article, Extraction, Failure, Usage


async def answer(article: Article) -> Extraction:
    return an_extraction(article)


def paid(dollars: float):
    async def extract(article: Article) -> Extraction:
        await asyncio.sleep(0.001)
        return an_extraction(article, usage=Usage(calls=1, cost_usd=dollars))

    return extract


def a_lane(folder: Path, extract, *, model="stub", repeats=1, resume=False) -> Lane:
    info = an_info(model=model, repeats=repeats)
    keys = keys_of(info)
    writer = RunWriter(folder / model, info, keys=keys, resume=resume)
    return Lane(f"set {model}", model, lambda: ARTICLES, keys, extract, writer)


def run_all(*lanes: Lane, **options) -> list[Run]:
    asyncio.run(run_lanes(lanes, **options))
    close_lanes(lanes)
    return [read_run(lane.writer.folder) for lane in lanes]


def test_every_article_gives_one_result_with_its_claims_in_gold_form(tmp_path):
    [run] = run_all(a_lane(tmp_path, answer))

    assert sorted(result.document for result in run.results) == [article.id for article in ARTICLES]
    assert {len(result.claims) for result in run.whole(run.results)} == {1}
    assert run.results[0].sha256 == ARTICLES[0].sha256
    assert not run.incomplete


def test_no_more_articles_are_under_way_than_allowed(tmp_path):
    under_way, most = 0, 0

    async def slow(article: Article) -> Extraction:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.001)
        under_way -= 1
        return an_extraction(article)

    run_all(a_lane(tmp_path, slow), most=3)

    assert most == 3


def test_models_are_asked_at_the_same_time(tmp_path):
    order: list[str] = []

    def noting(name: str):
        async def extract(article: Article) -> Extraction:
            order.append(name)
            await asyncio.sleep(0.001)
            return an_extraction(article)

        return extract

    run_all(a_lane(tmp_path, noting("a"), model="a"), a_lane(tmp_path, noting("b"), model="b"), most=1)

    assert order[:4] == ["a", "b", "a", "b"]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        pytest.param(NoAnswer("too many requests", reason="rate_limited"), "rate_limited", id="rate limit"),
        pytest.param(InputError("too long.", field="text", fix="Cut it."), "InputError", id="refused article"),
        pytest.param(ZeroDivisionError("oops"), "unexpected", id="a fault of ours"),
    ],
)
def test_a_failed_article_is_a_failure_and_loses_no_other(tmp_path, error, reason):
    async def fails_once(article: Article) -> Extraction:
        if article.id == "a1":
            raise error
        return an_extraction(article)

    [run] = run_all(a_lane(tmp_path, fails_once))

    [failed] = run.unfinished
    assert (failed.document, failed.failures[0].reason) == ("a1", reason)
    assert len(run.finished) == 4
    assert run.incomplete


def test_each_repeat_asks_every_article_once_more(tmp_path):
    asked: list[str] = []

    async def extract(article: Article) -> Extraction:
        asked.append(article.id)
        return an_extraction(article)

    [run] = run_all(a_lane(tmp_path, extract, repeats=3))

    assert sorted(asked) == sorted([article.id for article in ARTICLES] * 3)
    assert len(run.finished) == 15


def test_a_model_that_is_not_set_up_is_not_asked_about_every_article(tmp_path, capsys):
    asked: list[str] = []

    async def refused(article: Article) -> Extraction:
        asked.append(article.id)
        raise SetupError("no key. Set one.")

    [run, other] = run_all(a_lane(tmp_path, refused), a_lane(tmp_path, answer, model="fine"), most=1)

    assert asked == ["a0"]
    assert run.info.stopped == "no key. Set one."
    assert len(run.missing) == 4
    assert not other.incomplete
    assert "no key. Set one." in capsys.readouterr().err


def test_the_cost_stays_within_what_is_allowed_and_the_run_says_that_it_is_incomplete(tmp_path):
    [run] = run_all(a_lane(tmp_path, paid(1.0)), max_cost=3.5)

    assert len(run.finished) == 3
    assert run.usage.cost_usd == 3.0
    assert run.incomplete
    assert run.info.stopped is not None
    assert "--max-cost 3.5" in run.info.stopped


def test_a_larger_allowance_goes_on_and_counts_what_was_spent_before(tmp_path):
    run_all(a_lane(tmp_path, paid(1.0)), max_cost=2)
    [same] = run_all(a_lane(tmp_path, paid(1.0), resume=True), max_cost=2)
    [run] = run_all(a_lane(tmp_path, paid(1.0), resume=True), max_cost=5)

    assert len(same.finished) == 2
    assert not run.incomplete
    assert run.info.stopped is None


def test_a_model_without_a_price_is_named_where_a_cost_is_given(tmp_path, capsys):
    async def unpriced(article: Article) -> Extraction:
        return an_extraction(article, usage=Usage(calls=1))

    [run] = run_all(a_lane(tmp_path, unpriced), max_cost=1)

    assert not run.incomplete
    assert capsys.readouterr().err.count("no price is known") == 1


def test_what_is_under_way_comes_home_when_a_run_is_asked_to_stop(tmp_path):
    stop = Stop()

    async def stopping(article: Article) -> Extraction:
        stop.ask("interrupted")
        await asyncio.sleep(0.001)
        return an_extraction(article)

    [run] = run_all(a_lane(tmp_path, stopping), most=2, stop=stop)

    assert 1 <= len(run.finished) <= 2
    assert run.info.stopped == "interrupted"


def test_going_on_asks_only_for_what_failed(tmp_path):
    async def half(article: Article) -> Extraction:
        if article.id in ("a1", "a3"):
            failure = Failure(segment=1, reason="timeout", message="x")
            return an_extraction(article, status="failed", claims=(), failures=(failure,))
        return an_extraction(article)

    asked: list[str] = []

    async def noting(article: Article) -> Extraction:
        asked.append(article.id)
        return an_extraction(article)

    run_all(a_lane(tmp_path, half))
    [run] = run_all(a_lane(tmp_path, noting, resume=True))

    assert sorted(asked) == ["a1", "a3"]
    assert not run.incomplete


def test_progress_tells_failures_and_rate_limits_apart(tmp_path, capsys):
    async def busy(article: Article) -> Extraction:
        if article.id == "a1":
            raise NoAnswer("x", reason="rate_limited")
        if article.id == "a2":
            raise NoAnswer("x", reason="refused")
        return an_extraction(article, usage=Usage(calls=1, cost_usd=0.5))

    run_all(a_lane(tmp_path, busy))

    last = capsys.readouterr().err.splitlines()[-1]
    assert last == "set stub: 5 of 5 articles, 2 failed (1 for rate limits or time-outs), $1.5000"


def test_two_runs_never_share_a_folder(tmp_path):
    from goldmakers import STARTER

    from eval.goldset import open_articles
    from eval.subjects import make_subjects
    from service.settings import Settings

    chosen = open_articles(STARTER, ())
    subjects = make_subjects(["embedded"], [], Settings())

    with pytest.raises(InputError, match="Two of the runs"):
        open_lanes([chosen, chosen], subjects, tmp_path)
