"""Runs: one line an article, failures apart, and going on where one stopped."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from eval.run import ARTICLES_FILE, ArticleResult, RunInfo, RunWriter, read_run, run_articles, run_folder
from service.errors import InputError, NoAnswer
from service.records import Article, ExtractedClaim, Extraction, Failure, Source, Span

TEXT = "Ada Lund said two cars burned."
ARTICLES = tuple(Article(id=f"a{number}", text=TEXT) for number in range(5))


def an_extraction(article: Article, **changes) -> Extraction:
    claim = ExtractedClaim(
        id=f"{article.id}#1",
        document=article.id,
        content=(Span(14, 29),),
        source=Source(name="Ada Lund", kind="person"),
        mode="indirect",
        text="two cars burned",
        confidence=0.9,
    )
    given = {
        "extraction_id": "x",
        "article": article,
        "sha256": article.sha256,
        "model": "stub",
        "software": "according 0",
        "created": datetime(2025, 1, 1, tzinfo=UTC),
        "seconds": 0.1,
        "status": "complete",
        "claims": (claim,),
        "needs_review": (),
    }
    return Extraction(**(given | changes))


def an_info(**changes) -> RunInfo:
    given = {
        "goldset": "set",
        "goldset_sha256": "0" * 64,
        "model": "stub",
        "prompt": None,
        "software": "according 0",
        "settings": {},
        "documents": tuple(article.id for article in ARTICLES),
        "created": datetime(2025, 1, 1, tzinfo=UTC),
    }
    return RunInfo(**(given | changes))


def run_all(extract, *, articles=ARTICLES, concurrency=2) -> list[ArticleResult]:
    results: list[ArticleResult] = []
    asyncio.run(run_articles(articles, extract, results.append, model="stub", prompt=None, concurrency=concurrency))
    return results


async def answer(article: Article) -> Extraction:
    return an_extraction(article)


def test_every_article_gives_one_result_with_its_claims_in_gold_form():
    results = run_all(answer)

    assert sorted(result.document for result in results) == [article.id for article in ARTICLES]
    assert {len(result.claims) for result in results} == {1}
    assert results[0].claims[0].confidence == 0.9
    assert results[0].sha256 == ARTICLES[0].sha256


def test_no_more_articles_are_under_way_than_allowed():
    under_way, most = 0, 0

    async def slow(article: Article) -> Extraction:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.001)
        under_way -= 1
        return an_extraction(article)

    run_all(slow, concurrency=3)

    assert most == 3


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        pytest.param(NoAnswer("too many requests", reason="rate_limited"), "rate_limited", id="rate limit"),
        pytest.param(InputError("too long.", field="text", fix="Cut it."), "InputError", id="refused article"),
        pytest.param(ZeroDivisionError("oops"), "unexpected", id="a fault of ours"),
    ],
)
def test_a_failed_article_is_a_failure_and_loses_no_other(error, reason):
    async def fails_once(article: Article) -> Extraction:
        if article.id == "a1":
            raise error
        return an_extraction(article)

    by_id = {result.document: result for result in run_all(fails_once)}

    assert by_id["a1"].status == "failed"
    assert by_id["a1"].failures[0].reason == reason
    assert {result.status for name, result in by_id.items() if name != "a1"} == {"complete"}


def write(folder: Path, results, *, resume=False, info=None) -> RunWriter:
    writer = RunWriter(folder, info or an_info(), articles=ARTICLES, resume=resume)
    for result in results:
        writer.append(result)
    writer.close()
    return writer


def test_a_run_is_read_as_it_was_written_and_tells_what_is_missing(tmp_path):
    failed = ArticleResult(
        document="a1",
        sha256=ARTICLES[1].sha256,
        published=None,
        model="stub",
        prompt=None,
        status="failed",
        seconds=0,
        failures=(Failure(segment=0, reason="rate_limited", message="x"),),
    )
    done = run_all(answer, articles=ARTICLES[:1])

    write(tmp_path, [*done, failed])
    run = read_run(tmp_path)

    assert run.finished == tuple(done)
    assert run.unfinished == (failed,)
    assert run.missing == ("a2", "a3", "a4")
    assert run.incomplete


def test_going_on_keeps_finished_articles_and_repeats_the_one_cut_off(tmp_path):
    write(tmp_path, run_all(answer, articles=ARTICLES[:3]))
    path = tmp_path / ARTICLES_FILE
    path.write_bytes(path.read_bytes()[:-40])  # as after kill -9 in the middle of a write

    writer = write(tmp_path, [], resume=True)

    assert [result.document for result in writer.results] == [result.document for result in run_all(answer)[:2]]
    write(tmp_path, run_all(answer, articles=ARTICLES[2:]), resume=True)
    assert not read_run(tmp_path).incomplete


@pytest.mark.parametrize("change", [{"model": "other"}, {"prompt": "p@1"}, {"software": "according 1"}])
def test_results_of_another_model_prompt_or_software_are_not_kept(tmp_path, change):
    write(tmp_path, run_all(answer))

    assert write(tmp_path, [], resume=True, info=an_info(**change)).results == []


def test_a_folder_that_holds_a_run_is_not_written_over(tmp_path):
    write(tmp_path, run_all(answer))

    with pytest.raises(InputError, match="--resume"):
        write(tmp_path, [])


def test_a_broken_line_in_the_middle_is_named(tmp_path):
    write(tmp_path, run_all(answer))
    path = tmp_path / ARTICLES_FILE
    path.write_bytes(b"{oops\n" + path.read_bytes())

    with pytest.raises(InputError, match=r"articles\.jsonl:1"):
        read_run(tmp_path)


def test_a_models_name_becomes_one_folder_name():
    assert run_folder(Path("runs"), "set", "openai/gpt-5:x") == Path("runs/set.openai-gpt-5-x")
