"""Stored runs: what holds when a run is gone on with, and what is read back."""

from pathlib import Path

import pytest
from storing import ARTICLES, an_info, an_outcome, keys_of

from eval.store import ARTICLES_FILE, ASIDE_FILE, RUN_FILE, RunWriter, code_hash, read_run, run_folder
from service.errors import InputError
from service.records import Failure, PromptVersion, Usage


def write(folder: Path, outcomes=(), *, resume=False, info=None, articles=ARTICLES) -> RunWriter:
    info = info or an_info()
    writer = RunWriter(folder, info, keys=keys_of(info, articles), resume=resume)
    for outcome in outcomes:
        writer.append(outcome)
    writer.close()
    return writer


def lines(folder: Path) -> list[bytes]:
    return (folder / ARTICLES_FILE).read_bytes().splitlines()


BUSY = (Failure(segment=0, reason="rate_limited", message="x"),)


def test_a_run_is_read_as_it_was_written_and_tells_what_is_missing(tmp_path):
    write(tmp_path, [an_outcome(0), an_outcome(1, status="failed", claims=(), failures=BUSY)])

    run = read_run(tmp_path)

    assert run.finished_documents == ("a0",)
    assert [claim.confidence for result in run.whole(run.finished) for claim in result.claims] == [0.9]
    assert [result.document for result in run.unfinished] == ["a1"]
    assert run.unfinished[0].congested
    assert run.failures == {"rate_limited": 1}
    assert run.missing == ("a2", "a3", "a4")
    assert run.incomplete


def test_going_on_keeps_what_is_finished_and_repeats_what_was_cut_off(tmp_path):
    write(tmp_path, [an_outcome(number) for number in range(3)])
    path = tmp_path / ARTICLES_FILE
    path.write_bytes(path.read_bytes()[:-40])  # as after kill -9 in the middle of a write

    writer = write(tmp_path, [an_outcome(number) for number in range(2, 5)], resume=True)

    assert writer.done == {("a0", 1), ("a1", 1)}
    assert not read_run(tmp_path).incomplete
    assert len(lines(tmp_path)) == 5


def test_a_line_that_lacks_only_its_end_is_repeated(tmp_path):
    write(tmp_path, [an_outcome(0), an_outcome(1)])
    path = tmp_path / ARTICLES_FILE
    path.write_bytes(path.read_bytes()[:-1])

    assert write(tmp_path, resume=True).done == {("a0", 1)}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"prompt_fingerprint": "other"}, id="prompt"),
        pytest.param({"software": "according 1"}, id="software"),
        pytest.param({"code": "changed"}, id="code"),
        pytest.param({"schema_version": "9"}, id="schema"),
        pytest.param({"settings": {"temperature": 1.0}}, id="settings"),
    ],
)
def test_answers_to_another_question_are_set_aside_not_mixed_in_and_not_lost(tmp_path, change):
    write(tmp_path, [an_outcome(0)])

    writer = write(tmp_path, resume=True, info=an_info(**change))

    assert writer.done == set()
    assert read_run(tmp_path).results == ()
    assert len((tmp_path / ASIDE_FILE).read_bytes().splitlines()) == 1


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"text": "Ada Lund said three cars burned."}, id="text"),
        pytest.param({"published": "2024-02-29"}, id="publication-date"),
        pytest.param({"title": "Another"}, id="title"),
    ],
)
def test_an_article_that_was_changed_is_asked_again_and_no_other(tmp_path, change):
    write(tmp_path, [an_outcome(number) for number in range(5)])
    changed = (ARTICLES[0].model_validate(ARTICLES[0].model_dump() | change), *ARTICLES[1:])

    writer = write(tmp_path, resume=True, articles=changed)

    assert writer.done == {(f"a{number}", 1) for number in range(1, 5)}


def test_changed_gold_claims_change_nothing_of_what_was_extracted(tmp_path):
    write(tmp_path, [an_outcome(number) for number in range(5)])

    writer = write(tmp_path, resume=True, info=an_info(goldset_sha256="f" * 64))

    assert len(writer.done) == 5
    assert not (tmp_path / ASIDE_FILE).exists()


def test_articles_that_are_not_planned_now_stay_stored_but_are_not_in_the_run(tmp_path):
    write(tmp_path, [an_outcome(number) for number in range(5)])

    write(tmp_path, resume=True, info=an_info(documents=("a0",)), articles=ARTICLES[:1])

    assert read_run(tmp_path).finished_documents == ("a0",)
    assert len(lines(tmp_path)) == 5
    assert len(write(tmp_path, resume=True).done) == 5


def test_a_failed_article_that_succeeds_later_has_one_line_and_what_both_tries_cost(tmp_path):
    spent = Usage(calls=2, prompt_tokens=10, cost_usd=0.5)
    write(tmp_path, [an_outcome(0, status="failed", claims=(), failures=BUSY, usage=spent)])
    writer = write(tmp_path, [an_outcome(0, usage=Usage(calls=1, prompt_tokens=7, cost_usd=0.25))], resume=True)

    run = read_run(tmp_path)
    write(tmp_path, resume=True)

    assert writer.spent == spent
    assert [result.tries for result in run.results] == [2]
    assert (run.usage.calls, run.usage.prompt_tokens, run.usage.cost_usd) == (3, 17, 0.75)
    assert len(lines(tmp_path)) == 1
    assert read_run(tmp_path).usage == run.usage


def test_an_article_is_finished_when_each_of_its_repeats_is(tmp_path):
    info = an_info(repeats=2, documents=("a0", "a1"))
    write(tmp_path, [an_outcome(0), an_outcome(0, repeat=2), an_outcome(1)], info=info)

    run = read_run(tmp_path)

    assert run.finished_documents == ("a0",)
    assert [result.repeat for result in run.finished] == [1, 2]
    assert run.missing == ("a1",)


def test_a_folder_that_holds_a_run_is_not_written_over(tmp_path):
    write(tmp_path, [an_outcome(0)])

    with pytest.raises(InputError, match="--resume"):
        write(tmp_path)
    assert len(lines(tmp_path)) == 1


def test_the_folder_of_another_model_is_not_gone_on_with(tmp_path):
    write(tmp_path, [an_outcome(0)])

    with pytest.raises(InputError, match="holds a run of stub on set"):
        write(tmp_path, resume=True, info=an_info(model="other"))


def test_two_writers_cannot_have_the_same_folder(tmp_path):
    info = an_info()
    first = RunWriter(tmp_path, info, keys=keys_of(info), resume=False)

    with pytest.raises(InputError, match="another process"):
        RunWriter(tmp_path, info, keys=keys_of(info), resume=True)
    first.close()
    assert write(tmp_path, resume=True).done == set()


def test_a_broken_line_in_the_middle_is_named(tmp_path):
    write(tmp_path, [an_outcome(0)])
    path = tmp_path / ARTICLES_FILE
    path.write_bytes(b"{oops\n" + path.read_bytes())

    with pytest.raises(InputError, match=r"articles\.jsonl:1"):
        read_run(tmp_path)


def test_a_folder_without_a_run_is_told(tmp_path):
    with pytest.raises(InputError, match=RUN_FILE):
        read_run(tmp_path)


@pytest.mark.parametrize(
    ("given", "folder"),
    [
        pytest.param(("set", "openai/gpt-5:x"), "set.openai-gpt-5-x", id="model"),
        pytest.param(("set", "openai/x", "extract_claims.v1"), "set.openai-x.extract-claims.v1", id="prompt"),
    ],
)
def test_model_and_prompt_become_one_folder_name(given, folder):
    assert run_folder(Path("runs"), *given) == Path("runs") / folder


def test_the_prompts_whole_fingerprint_counts_not_only_its_name():
    one, other = (an_info(prompt_fingerprint=PromptVersion(name="p", fingerprint=f).fingerprint) for f in ("a", "b"))

    assert one.key != other.key


def test_the_codes_hash_is_the_same_each_time():
    assert code_hash() == code_hash.__wrapped__()
