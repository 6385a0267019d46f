import asyncio

import pytest
from readings import a_reading, one_segment
from scripted import ONE_CALL, ScriptedCompleter

from service.errors import BadAnswer, CompletionError, NoAnswer, Refused
from service.fallback import FallbackCompleter
from service.models import Meter, NotSetUp
from service.prompting import load_template, write_prompt

READING = a_reading("{S1 Ines Okafor} said {F1 at least 40} crates were lost.")
PROMPT = write_prompt(
    one_segment(READING), READING, load_template("extract_claims.v1"), nonce="c0ffee", max_output_tokens=500
)


def ask(*said):
    completers = [ScriptedCompleter({1: each}, name=f"scripted/{number}") for number, each in enumerate(said, 1)]
    meter = Meter()
    fallback = FallbackCompleter(completers)
    try:
        return asyncio.run(fallback.complete(PROMPT, meter=meter)), meter.usage, completers
    except CompletionError as error:
        return error, meter.usage, completers


def test_the_first_that_answers_is_asked_alone():
    answer, usage, (_, second) = ask([], NoAnswer("not needed"))

    assert (answer.model, usage.calls, second.prompts) == ("scripted/1", 1, [])


@pytest.mark.parametrize(
    "error",
    [NoAnswer("nobody there"), BadAnswer("no JSON"), Refused("no"), NotSetUp("no key")],
    ids=lambda error: type(error).__name__,
)
def test_the_next_one_answers_where_one_fails_and_both_are_paid(error):
    answer, usage, _ = ask(error, [])

    assert answer.model == "scripted/2"
    assert usage == ONE_CALL.plus(ONE_CALL)


def test_where_all_fail_each_says_why():
    error, _, _ = ask(NoAnswer("nobody there", reason="timeout"), NotSetUp("no key"))

    assert str(error) == "nobody there Then: no key"
    assert error.reason == "not_set_up"


def test_a_broken_answer_that_holds_something_is_not_lost():
    error, _, _ = ask(BadAnswer("cut", raw='{"c":['), NoAnswer("nobody there"))

    assert isinstance(error, BadAnswer)
    assert error.raw == '{"c":['


def test_it_is_named_as_it_was_asked_for():
    assert FallbackCompleter([ScriptedCompleter({}, name="a/b"), ScriptedCompleter({}, name="c/d")]).name == "a/b|c/d"
