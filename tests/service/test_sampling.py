"""Several answers to one question, made one."""

import asyncio
import json

import pytest
from readings import a_reading
from scripted import ONE_CALL, ScriptedCompleter, a_completion
from wire import Reply, a_wire

from service.choose import make_extractor
from service.errors import BadAnswer, NoAnswer, SetupError
from service.extractors import SegmentDrafts
from service.pipeline import extract
from service.recorded import RecordedCompleter, Recorder
from service.records import Article, Draft, Failure, Span
from service.sampling import merged, sampled
from service.settings import SAMPLING_TEMPERATURE, Settings
from service.vendor.libraries import close_connections

READING = a_reading(
    "{S1 Ines Okafor} and {S2 Omar Diallo} said {F1 40} crates were lost, then {F2 12} boats sank.\nThe quay is long."
)
TEXT = READING.article.text


def a_draft(words, speaker="S1"):
    start = TEXT.index(words)
    content = (Span(start, start + len(words)),)
    return Draft(content=content, speaker=speaker, mode="indirect", cue="said")


def an_answer(*drafts, **changes):
    return SegmentDrafts(segment=1, drafts=drafts, usage=ONE_CALL, **changes)


BUSY = NoAnswer("it was busy", reason="rate_limited")
LOST = "40 crates were lost"
BARE = "crates were lost"
SANK = "12 boats sank"


def failed(*drafts):
    failure = Failure(segment=1, reason="rate_limited", message="it was busy")
    return an_answer(*drafts, failures=(failure,))


@pytest.mark.parametrize(
    ("answers", "speaker", "agreement"),
    [
        pytest.param([a_draft(LOST), a_draft(LOST), a_draft(LOST)], "S1", 1.0, id="all-agree"),
        pytest.param([a_draft(LOST), a_draft(LOST, "S2"), a_draft(LOST, "S2")], "S2", 0.667, id="the-most-win"),
        pytest.param([a_draft(LOST), a_draft(LOST, "S2")], "S1", 0.5, id="of-equals-the-first"),
        pytest.param([a_draft(LOST), a_draft(BARE), a_draft(BARE)], "S1", 0.667, id="figures-count-too"),
        pytest.param([a_draft(LOST), None, None], "S1", 0.333, id="said-once-and-kept"),
        pytest.param([a_draft(LOST), a_draft(f"said {LOST}"), None], "S1", 0.667, id="most-words-are-the-same"),
    ],
)
def test_a_claim_is_what_most_answers_say_of_its_words(answers, speaker, agreement):
    each = [an_answer(*(() if draft is None else (draft,))) for draft in answers]

    (draft,) = merged(each, READING).drafts

    assert (draft.speaker, draft.signals["agreement"]) == (speaker, agreement)


def test_other_words_are_another_claim():
    both = merged([an_answer(a_draft(LOST)), an_answer(a_draft(SANK)), an_answer(a_draft("lost, then 12"))], READING)

    assert [draft.signals["agreement"] for draft in both.drafts] == [0.333] * 3


def test_two_speakers_of_the_same_words_stay_two_in_whatever_order_they_come():
    one, other = a_draft(LOST, "S1"), a_draft(LOST, "S2")

    both = merged([an_answer(one, other), an_answer(other, one)], READING)

    assert {(draft.speaker, draft.signals["agreement"]) for draft in both.drafts} == {("S1", 1.0), ("S2", 1.0)}


def test_of_several_wordings_the_commonest_is_kept():
    short, long = a_draft(LOST), a_draft("said 40 crates were lost")

    (draft,) = merged([an_answer(long), an_answer(short), an_answer(short)], READING).drafts

    assert (draft.content, draft.signals["agreement"]) == (short.content, 1.0)


def test_a_draft_without_a_place_is_handed_on_once_to_be_rejected():
    nowhere = a_draft(LOST, "Carla Mensah")

    both = merged([an_answer(nowhere), an_answer(nowhere, a_draft(LOST))], READING)

    assert [(draft.speaker, draft.signals) for draft in both.drafts] == [
        ("S1", {"agreement": 0.5}),
        ("Carla Mensah", {}),
    ]


@pytest.mark.parametrize(
    ("answers", "agreement", "failures", "told"),
    [
        pytest.param([an_answer(a_draft(LOST)), failed()], 1.0, 0, "Of 2 answers, 1 can be used", id="one-failed"),
        pytest.param([an_answer(a_draft(LOST)), an_answer()], 0.5, 0, None, id="no-claims-is-an-answer"),
        pytest.param([an_answer(a_draft(LOST)), failed(a_draft(LOST))], 1.0, 0, "2 can be used", id="one-broke-off"),
        pytest.param([failed(a_draft(LOST)), failed()], 1.0, 1, "1 can be used", id="the-only-one-broke-off"),
    ],
)
def test_an_answer_that_failed_does_not_count(answers, agreement, failures, told):
    whole = merged(answers, READING)

    assert [draft.signals["agreement"] for draft in whole.drafts] == [agreement]
    assert len(whole.failures) == failures
    assert [notice.code for notice in whole.notices] == (["sample_failed"] if told else [])
    assert all(told in notice.message for notice in whole.notices)
    assert whole.usage.calls == 2


def test_where_all_fail_the_segment_has_failed():
    whole = merged([failed(), failed()], READING)

    assert [failure.reason for failure in whole.failures] == ["rate_limited"]
    assert (whole.drafts, whole.usage.calls) == ((), 2)


# ── asking ────────────────────────────────────────────────────────────────────────────────────────────────────────

CLAIM = {"p": ["1 40 … lost"], "s": ["S1", "F1"]}


def answers_of(said, samples=3, **settings):
    completer = ScriptedCompleter(said)
    extractor = sampled(completer, Settings(samples=samples, **settings))

    async def gather():
        return [answer async for answer in extractor.drafts(READING)]

    return asyncio.run(gather()), completer


def test_each_answer_is_asked_for_by_its_number():
    answers, completer = answers_of(lambda prompt: [CLAIM] if prompt.sample < 3 else BUSY)

    assert sorted(prompt.sample for prompt in completer.prompts) == [1, 2, 3]
    assert len({prompt.key for prompt in completer.prompts}) == 1
    assert [draft.signals["agreement"] for answer in answers for draft in answer.drafts] == [1.0]
    assert answers[0].usage.calls == 3
    assert answers[0].notices[0].code == "sample_failed"


def test_claims_are_not_told_before_all_answers_are_there():
    answers, _ = answers_of(lambda _: [CLAIM], stream=True)

    assert [len(answer.drafts) for answer in answers] == [1]


def test_what_can_never_succeed_is_raised():
    with pytest.raises(SetupError, match="no key"):
        answers_of(lambda _: SetupError("no key"))


def test_a_broken_answer_counts_with_what_can_be_read_of_it():
    raw = a_completion([CLAIM]).raw.replace("]}]}", "]}, {]")

    answers, _ = answers_of(lambda prompt: BadAnswer("broken", raw=raw) if prompt.sample == 1 else [CLAIM])

    assert [draft.signals["agreement"] for draft in answers[0].drafts] == [1.0]
    assert answers[0].failures == ()


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        pytest.param({"samples": 3}, SAMPLING_TEMPERATURE, id="several-equal-answers-are-no-use"),
        pytest.param({"samples": 3, "temperature": 0.3}, 0.3, id="as-it-was-set"),
        pytest.param({}, 0.0, id="one-answer"),
    ],
)
def test_several_answers_are_asked_for_at_a_temperature_that_lets_them_differ(given, asked):
    settings = Settings(**given)

    assert settings.sampling.temperature == asked
    assert settings.fingerprint_fields()["temperature"] == asked


def test_each_answer_is_saved_and_replayed_as_itself(tmp_path):
    spoken = ScriptedCompleter(lambda prompt: [CLAIM] if prompt.sample == 1 else [])

    async def gather(completer):
        found = sampled(completer, Settings(samples=2))
        return [answer async for answer in found.drafts(READING)]

    said = asyncio.run(gather(Recorder(spoken, tmp_path)))
    again = asyncio.run(gather(RecordedCompleter(spoken.name, tmp_path)))

    assert [draft.signals["agreement"] for draft in said[0].drafts] == [0.5]
    assert again == said


def test_agreement_raises_a_confidence_and_is_told_in_words():
    def extraction(said):
        extractor = sampled(ScriptedCompleter(said), Settings(samples=3))
        article = Article(id="port", text=TEXT)
        return asyncio.run(extract(article, extractor=extractor, settings=Settings(samples=3)))

    (once,) = extraction(lambda prompt: [CLAIM] if prompt.sample == 1 else []).claims
    (always,) = extraction(lambda _: [CLAIM]).claims

    assert always.confidence > once.confidence
    assert {reason.signal for reason in always.reasons} >= {"agreement:some", "agreement:half", "agreement:all"}
    assert {reason.signal for reason in once.reasons} & {"agreement:half", "agreement:all"} == set()


@pytest.mark.network
@pytest.mark.filterwarnings("ignore:Accessing the 'model_(computed_)?fields' attribute:DeprecationWarning")
def test_the_same_over_a_real_connection(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "k")

    async def ask(settings):
        found = make_extractor("openai/some-model", settings)
        extraction = await extract(Article(id="port", text=TEXT), extractor=found, settings=settings)
        await close_connections()
        return extraction

    with a_wire() as wire:
        wire.will_say(
            Reply(text=json.dumps({"c": [CLAIM]})),
            Reply(text=json.dumps({"c": [CLAIM]})),
            Reply(status=400, error="not now"),
        )
        extraction = asyncio.run(ask(Settings(api_base=wire.base, samples=3, attempts=1, concurrency=1)))

    assert [request["temperature"] for request in wire.requests] == [SAMPLING_TEMPERATURE] * 3
    assert extraction.usage.calls == 3
    assert extraction.status == "complete"
    assert [notice.code for notice in extraction.notices] == ["sample_failed"]
    assert "agreement:all" in {reason.signal for reason in extraction.claims[0].reasons}
