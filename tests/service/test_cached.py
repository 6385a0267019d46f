import asyncio
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from readings import a_reading, one_segment
from scripted import ONE_CALL, ScriptedCompleter, a_completion

from service.cached import AnswerCache, CachedCompleter
from service.errors import NoAnswer, SetupError
from service.models import Completion, Meter
from service.prompting import load_template, write_prompt
from service.records import Usage


def a_prompt(words="{S1 Ines Okafor} said {F1 at least 40} crates were lost.", nonce="c0ffee"):
    reading = a_reading(words)
    template = load_template("extract_claims.v1")
    return write_prompt(one_segment(reading), reading, template, nonce=nonce, max_output_tokens=500)


def ask(cache, completer, prompt=None, *, settings="0.0"):
    meter = Meter()
    cached = CachedCompleter(completer, cache, settings=settings)
    return asyncio.run(cached.complete(prompt or a_prompt(), meter=meter)), meter.usage


@pytest.fixture
def cache(tmp_path):
    made = AnswerCache(tmp_path / "deep" / "answers.sqlite")
    yield made
    made.close()


def test_the_same_question_is_asked_once_and_the_second_answer_says_where_it_came_from(cache):
    completer = ScriptedCompleter({1: []})

    first, paid = ask(cache, completer)
    second, free = ask(cache, completer, a_prompt(nonce="beef"))

    assert first == second
    assert (paid, free) == (ONE_CALL, Usage(reused=1))
    assert len(completer.prompts) == 1


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"prompt": a_prompt("{S1 Ines Okafor} said {F1 at least 41} crates were lost.")}, id="article"),
        pytest.param({"prompt": a_prompt().model_copy(update={"sample": 2})}, id="sample"),
        pytest.param({"prompt": a_prompt().model_copy(update={"max_tokens": 77})}, id="longest answer"),
        pytest.param({"settings": "1.0"}, id="settings"),
        pytest.param({"completer": ScriptedCompleter({1: []}, name="scripted/other")}, id="model"),
    ],
)
def test_another_question_is_another_answer(cache, change):
    completer = ScriptedCompleter({1: []})
    ask(cache, completer)

    _, usage = ask(cache, **({"completer": completer} | change))

    assert usage == ONE_CALL


def test_failures_and_answers_cut_off_are_not_kept(cache):
    broken = ScriptedCompleter({1: NoAnswer("nobody there")})
    cut = ScriptedCompleter({1: Completion(claims=(), status="truncated", raw="", model="m")})

    with pytest.raises(NoAnswer):
        ask(cache, broken)
    ask(cache, cut)

    assert cache.kept() == ()


def test_what_is_kept_outlives_the_process_and_is_counted_by_model(tmp_path):
    path = tmp_path / "answers.sqlite"
    first = AnswerCache(path)
    ask(first, ScriptedCompleter({1: []}))
    first.close()

    again = AnswerCache(path)
    [kept] = again.kept()
    _, usage = ask(again, ScriptedCompleter({1: NoAnswer("must not be asked")}))
    again.close()

    assert (kept.model, kept.answers, kept.usage) == ("scripted/test", 1, ONE_CALL)
    assert usage == Usage(reused=1)


@pytest.mark.parametrize(
    ("wanted", "gone"),
    [
        pytest.param({}, 2, id="all"),
        pytest.param({"model": "scripted/a"}, 1, id="of a model"),
        pytest.param({"model": "scripted/none"}, 0, id="of no model"),
        pytest.param({"article": a_prompt().article}, 2, id="about an article"),
        pytest.param({"article": "0" * 64}, 0, id="about another"),
        pytest.param({"before": datetime.now(UTC) - timedelta(days=1)}, 0, id="older than a day"),
        pytest.param({"before": datetime.now(UTC) + timedelta(days=1)}, 2, id="older than tomorrow"),
    ],
)
def test_what_is_forgotten_is_what_was_named(cache, wanted, gone):
    for name in ("scripted/a", "scripted/b"):
        ask(cache, ScriptedCompleter({1: []}, name=name))

    assert cache.clear(**wanted) == gone
    assert sum(each.answers for each in cache.kept()) == 2 - gone


def test_words_that_were_forgotten_are_not_left_in_the_file(tmp_path):
    path = tmp_path / "answers.sqlite"
    cache = AnswerCache(path)
    ask(cache, ScriptedCompleter({1: a_completion([{"p": ["1 unmistakable … lost"], "s": ["S1"]}], model="m")}))
    cache.clear()
    cache.close()
    sqlite3.connect(path).execute("pragma wal_checkpoint(truncate)").connection.close()

    assert b"unmistakable" not in path.read_bytes()


@pytest.mark.parametrize("content", [b"this is no database, but some words " * 40, None], ids=["words", "folder"])
def test_a_file_that_cannot_be_used_is_told_with_the_way_out(tmp_path, content):
    path = tmp_path / "answers.sqlite"
    path.mkdir() if content is None else path.write_bytes(content)

    with pytest.raises(SetupError, match="ACCORDING_CACHE=off"):
        AnswerCache(path)
