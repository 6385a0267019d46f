import asyncio
import contextlib
import json

import pytest
from readings import a_reading
from scripted import ONE_CALL, ScriptedCompleter, a_completion

from service.asking import ModelExtractor
from service.errors import BadAnswer, NoAnswer, PromptError, Refused, SetupError
from service.records import Usage
from service.settings import Settings

# Three paragraphs, each a segment of its own at 500 characters.
FILLER = "The tide came in and went out again over the long grey sand of the bay. " * 6
READING = a_reading(
    "\n\n".join(
        f"{{S{number} Person {number}}} said {{F{number} {number}0}} crates fell. {FILLER}" for number in (1, 2, 3)
    )
)
SETTINGS = Settings(segment_characters=500)


def a_said_claim(number, **changes):
    given = {"p": [f"{number}|{number}0|fell"], "s": "S1", "m": "S1", "q": "said", "o": "indirect", "f": [], "x": []}
    return given | changes


GOOD = {number: [a_said_claim(number)] for number in (1, 2, 3)}


def answers_of(completer, settings=SETTINGS, reading=READING):
    async def gather():
        return [answer async for answer in ModelExtractor(completer, settings).drafts(reading)]

    return {answer.segment: answer for answer in asyncio.run(gather())}


def test_every_segment_is_asked_about_and_says_what_it_cost():
    answers = answers_of(ScriptedCompleter(GOOD))

    assert sorted(answers) == [1, 2, 3]
    assert all(len(answer.drafts) == 1 and not answer.failures for answer in answers.values())
    assert [answer.usage for answer in answers.values()] == [ONE_CALL] * 3


def test_later_segments_mean_their_own_speakers_by_their_own_marks():
    carried = answers_of(ScriptedCompleter(GOOD))[2].drafts[0]
    own = answers_of(ScriptedCompleter(GOOD | {2: [a_said_claim(2, s="S2", m="S2")]}))[2].drafts[0]

    assert (carried.speaker, own.speaker) == ("S1", "S2")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        pytest.param(NoAnswer("it was busy", reason="rate_limited"), "rate_limited", id="busy"),
        pytest.param(Refused("it would not"), "refused", id="refused"),
        pytest.param(BadAnswer("it rambled"), "schema_failed", id="bad-answer"),
    ],
)
def test_a_failed_segment_is_a_failure_and_loses_no_other(error, reason):
    answers = answers_of(ScriptedCompleter(GOOD | {2: error}))

    (failure,) = answers[2].failures
    assert (failure.segment, failure.reason) == (2, reason)
    assert failure.message == f"Sentences 2 to 2: {error}"
    assert answers[2].drafts == ()
    assert answers[2].usage == ONE_CALL
    assert len(answers[1].drafts) == len(answers[3].drafts) == 1


def test_a_truncated_answer_keeps_its_complete_claims_beside_a_failure():
    cut = a_completion([a_said_claim(2)], status="truncated")

    answer = answers_of(ScriptedCompleter(GOOD | {2: cut}))[2]

    assert len(answer.drafts) == 1
    assert answer.failures[0].reason == "truncated"
    assert "after 1 complete claim, which is kept" in answer.failures[0].message


def test_a_broken_answer_keeps_what_can_be_read_of_it():
    raw = a_completion([a_said_claim(2)]).raw.replace("]}]}", "]}, {]")

    answer = answers_of(ScriptedCompleter(GOOD | {2: BadAnswer("broken", raw=raw)}))[2]

    assert len(answer.drafts) == 1
    assert answer.failures[0].reason == "schema_failed"


def test_an_answer_of_which_nothing_can_be_read_is_kept_as_a_rejection():
    answer = answers_of(ScriptedCompleter(GOOD | {2: BadAnswer("broken", raw="Dear reader, " * 1000)}))[2]

    (rejection,) = answer.rejected
    assert rejection.reason == "unreadable"
    assert rejection.raw.startswith("Dear reader, ")
    assert len(rejection.raw) == 2_000


def test_one_bad_claim_is_rejected_and_the_rest_stay():
    said = [a_said_claim(1), a_said_claim(1, f=[{"n": "F77", "c": None, "d": None}]), {"p": None}]

    answer = answers_of(ScriptedCompleter(GOOD | {1: said}))[1]

    assert len(answer.drafts) == 1
    assert [rejection.reason for rejection in answer.rejected] == ["no_such_figure", "malformed"]
    assert answer.failures == ()


def test_no_claims_is_no_failure():
    answer = answers_of(ScriptedCompleter(GOOD | {1: []}))[1]

    assert (answer.drafts, answer.failures) == ((), ())


def test_an_article_without_sentences_asks_nothing():
    completer = ScriptedCompleter(GOOD)

    assert answers_of(completer, reading=a_reading("")) == {}
    assert completer.prompts == []


def test_a_segment_is_handed_over_while_another_still_waits():
    async def first_of_two():
        never = asyncio.Event()
        completer = ScriptedCompleter(GOOD, waits={1: never, 3: never})
        drafts = ModelExtractor(completer, SETTINGS).drafts(READING)
        async with contextlib.aclosing(drafts):
            first = await asyncio.wait_for(anext(drafts), timeout=5)
        return first, completer.cancelled

    first, cancelled = asyncio.run(first_of_two())

    assert first.segment == 2
    assert cancelled == 2, "calls under way end when nobody listens any longer"


@pytest.mark.parametrize("most", [1, 2])
def test_no_more_calls_are_under_way_than_allowed(most):
    completer = ScriptedCompleter(GOOD, waits={1: 0.01, 2: 0.01, 3: 0.01})

    answers = answers_of(completer, SETTINGS.model_copy(update={"concurrency": most}))

    assert completer.most_at_once == most
    assert len(answers) == 3


def test_what_can_never_succeed_is_raised():
    with pytest.raises(SetupError, match="no key"):
        answers_of(ScriptedCompleter(dict.fromkeys((1, 2, 3), SetupError("no key"))))


def test_each_question_has_a_delimiter_of_its_own():
    completer = ScriptedCompleter(GOOD)
    answers_of(completer)

    delimiters = {prompt.user.partition(">")[0] for prompt in completer.prompts}

    assert len(delimiters) == 3
    assert not any(delimiter.removeprefix("<article ") in completer.prompts[0].system for delimiter in delimiters)


def test_the_extractor_is_named_for_its_model_and_its_prompt():
    extractor = ModelExtractor(ScriptedCompleter({}, name="openai/some-model"), SETTINGS)

    assert extractor.name == "openai/some-model"
    assert extractor.prompt.name == "extract_claims.v1"
    assert len(extractor.prompt.fingerprint) == 64


def test_a_prompt_that_is_not_there_is_found_out_before_any_call():
    with pytest.raises(PromptError, match="no_such_prompt"):
        ModelExtractor(ScriptedCompleter({}), Settings(prompt="no_such_prompt"))


def test_usage_is_counted_over_all_segments():
    total = Usage()
    for answer in answers_of(ScriptedCompleter(GOOD)).values():
        total = total.plus(answer.usage)

    assert (total.calls, total.prompt_tokens, total.completion_tokens) == (3, 3000, 300)


# ── listened to while the model writes ────────────────────────────────────────────────────────────────────────────


class Talking:
    """A completer that says each claim as soon as it has it, and ends its answer at a sign."""

    name = "talking/test"

    def __init__(self, claims, sign=None, error=None):
        self._claims = claims
        self._sign = sign
        self._error = error

    async def complete(self, prompt, *, meter, hear=None):
        for claim in self._claims if hear else ():
            hear(json.dumps(claim))
        if self._sign is not None:
            await self._sign.wait()
        if self._error is not None:
            raise self._error
        return a_completion(self._claims, model=self.name)


ONE_SEGMENT = Settings(stream=True)
TWO_CLAIMS = [a_said_claim(1), a_said_claim(3, s="S2", m="S2")]


def test_a_claim_is_handed_over_while_its_segment_is_still_being_answered():
    async def first_while_talking():
        sign = asyncio.Event()
        drafts = ModelExtractor(Talking(TWO_CLAIMS, sign), ONE_SEGMENT).drafts(READING)
        async with contextlib.aclosing(drafts):
            early = [await asyncio.wait_for(anext(drafts), timeout=5) for _ in TWO_CLAIMS]
            sign.set()
            return early, [answer async for answer in drafts]

    early, rest = asyncio.run(first_while_talking())

    assert [len(answer.drafts) for answer in early] == [1, 1]
    assert [(answer.drafts, answer.answered_by) for answer in rest] == [((), "talking/test")]


def test_listening_changes_nothing_but_the_time():
    def drafts_of(settings):
        async def gather():
            extractor = ModelExtractor(Talking([*TWO_CLAIMS, TWO_CLAIMS[0], {"p": ["99 nothing"]}]), settings)
            return [answer async for answer in extractor.drafts(READING)]

        answers = asyncio.run(gather())
        return [draft for answer in answers for draft in answer.drafts], [
            rejection.reason for answer in answers for rejection in answer.rejected
        ]

    assert drafts_of(ONE_SEGMENT) == drafts_of(Settings())


def test_what_was_heard_before_a_failure_is_said_once():
    async def gather():
        raw = json.dumps({"c": TWO_CLAIMS})
        extractor = ModelExtractor(Talking(TWO_CLAIMS, error=BadAnswer("it rambled", raw=raw)), ONE_SEGMENT)
        return [answer async for answer in extractor.drafts(READING)]

    answers = asyncio.run(gather())

    assert sum(len(answer.drafts) for answer in answers) == 2
    assert [failure.reason for answer in answers for failure in answer.failures] == ["schema_failed"]
