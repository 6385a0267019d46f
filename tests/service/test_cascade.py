"""The built-in extractor for all, a model for what it doubts."""

import asyncio
import json

import pytest
from builders import an_article, span_of
from scripted import ONE_CALL, ScriptedCompleter, a_completion
from wire import Reply, a_wire

from service.asking import ModelExtractor
from service.cascade import ALONE, CascadeExtractor, cut, doubtful, weighed
from service.choose import make_extractor
from service.confidence import Weights
from service.errors import BadAnswer, InputError, NoAnswer
from service.pipeline import extract
from service.reading.reader import read
from service.records import Draft, DraftFigure, Usage
from service.settings import Settings
from service.vendor.libraries import close_connections

TEXT = (
    "Harbour master Ines Okafor said at least 40 crates were lost. She denied any fault.\n\n"
    "The quay is long.\n\n"
    "Omar Diallo, her deputy, said 12 boats sank.\n\n"
    "The sea was calm. Nobody knows why."
)
LOST, FAULT, QUAY, SANK, CALM = 1, 2, 3, 4, 5  # the article's sentences
READING = read(an_article(TEXT))
SURE, UNSURE = "test:sure", "test:unsure"
WEIGHTS = Weights(model="embedded", base=0.0, weights={SURE: 5.0, UNSURE: -5.0}, review_below=0.5)


def mark_of(words):
    return next(mention.mark for mention in READING.mentions if words in mention.span.of(TEXT))


def figure_of(words):
    return next(figure.mark for figure in READING.figures if words in figure.span.of(TEXT))


def a_proposal(words, speaker, *, sure=True, **changes):
    given = {"content": (span_of(words, TEXT),), "speaker": mark_of(speaker), "mode": "indirect", "cue": "said"}
    return Draft(**(given | {"signals": {SURE if sure else UNSURE: 1.0}} | changes))


def proposals(*unsure):
    """One for each of three sentences; those named are doubted."""
    forty, twelve = (DraftFigure(figure=figure_of(number)) for number in ("40", "12"))
    return (
        a_proposal("at least 40 crates were lost", "Okafor", sure="lost" not in unsure, figures=(forty,)),
        a_proposal("any fault", "Okafor", sure="fault" not in unsure, cue="denied", stance="denies"),
        a_proposal("12 boats sank", "Diallo", sure="sank" not in unsure, figures=(twelve,)),
    )


def a_cascade(said, drafts, *, below=0.5, characters=24_000):
    completer = ScriptedCompleter(said if callable(said) else lambda _: said)
    extractor = CascadeExtractor(
        lambda _: drafts,
        ModelExtractor(completer, Settings(), excerpts=True),
        weights=WEIGHTS,
        below=below,
        characters=characters,
    )
    return extractor, completer


def answers_of(said, drafts, **changes):
    extractor, completer = a_cascade(said, drafts, **changes)

    async def gather():
        return [answer async for answer in extractor.drafts(READING)]

    return asyncio.run(gather()), completer


def a_said_claim(words, speaker="S1", *besides):
    return {"p": [words], "s": [speaker, *besides]}


def content_of(draft):
    piece = draft.content[0]
    return piece.of(TEXT) if hasattr(piece, "of") else f"{piece.first} … {piece.last}"


def signs_of(draft):
    return {name for name in draft.signals if name.startswith("cascade:")}


# ── what is asked ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_where_nothing_is_doubtful_no_call_is_made():
    answers, completer = answers_of([], proposals())

    assert completer.prompts == []
    assert [answer.segment for answer in answers] == [ALONE]
    assert answers[0].drafts == proposals()
    assert answers[0].usage == Usage()


@pytest.mark.parametrize(
    ("drafts", "below", "asked"),
    [
        pytest.param(proposals("lost"), 0.5, {LOST}, id="a-doubted-claim"),
        pytest.param(proposals("lost"), 0.0, set(), id="nothing-is-doubted-below-nought"),
        pytest.param(proposals(), 1.0, {LOST, FAULT, SANK}, id="everything-is-doubted-below-one"),
        pytest.param(proposals()[:2], 0.5, {SANK}, id="a-figure-in-no-claim"),
        pytest.param((proposals()[0], proposals()[2]), 0.5, {FAULT}, id="words-of-saying-and-no-claim"),
        pytest.param(proposals()[1:], 0.0, {LOST}, id="what-is-missing-is-asked-about-at-any-limit"),
    ],
)
def test_sentences_are_asked_about_where_a_claim_is_doubted_or_missing(drafts, below, asked):
    assert doubtful(weighed(drafts, READING, WEIGHTS), READING, below=below) == asked


def test_a_claim_over_two_sentences_is_asked_about_in_both():
    long = a_proposal(
        "any fault", "Okafor", sure=False, content=(span_of("any fault", TEXT), span_of("The quay", TEXT))
    )

    asked = doubtful(weighed([proposals()[0], long, proposals()[2]], READING, WEIGHTS), READING, below=0.5)

    assert asked == {FAULT, QUAY}


def test_a_draft_without_a_place_is_asked_about_too():
    lost, fault, sank = proposals()
    nobody = fault.model_copy(update={"speaker": "Carla Mensah"})

    assert doubtful(weighed([lost, nobody, sank], READING, WEIGHTS), READING, below=0.5) == {FAULT}


def test_only_those_sentences_are_shown_with_their_proposals_and_what_makes_them_understood():
    _, completer = answers_of([], proposals("fault", "sank"))

    (prompt,) = completer.prompts
    article = prompt.user[prompt.user.index("<article ") :].split("\n")
    assert [line for line in article if line.startswith("[")] == [
        line for line in article if line.startswith(("[2] ", "[4] "))
    ]
    assert any(line.startswith("Harbour master") or "Okafor} said" in line for line in article), "the one before"
    assert "…" in article
    assert "The sea was calm" not in prompt.user
    proposed = json.loads(next(line for line in article if line.startswith("Proposed: ")).removeprefix("Proposed: "))
    assert [claim["p"] for claim in proposed["c"]] == [["2 any fault"], ["4 12 boats sank"]]
    assert proposed["c"][0]["s"][-1] == "denies"
    assert prompt.shown.asked == (FAULT, SANK)


def test_a_proposal_given_back_as_it_was_shown_is_the_same_claim():
    def echo(prompt):
        line = next(line for line in prompt.user.split("\n") if line.startswith("Proposed: "))
        return json.loads(line.removeprefix("Proposed: "))["c"]

    answers, _ = answers_of(echo, proposals("lost", "fault", "sank"))

    (answer,) = answers[1:]
    assert [signs_of(draft) for draft in answer.drafts] == [{"cascade:confirmed"}] * 3
    assert (answer.rejected, answer.failures) == ((), ())


def test_the_instructions_begin_as_in_every_other_call_and_are_the_same_for_every_article():
    _, completer = answers_of([], proposals("sank"))
    whole = ScriptedCompleter(lambda _: [])

    async def ask():
        return [answer async for answer in ModelExtractor(whole, Settings()).drafts(READING)]

    asyncio.run(ask())

    assert completer.prompts[0].system.startswith(whole.prompts[0].system)
    assert "Omar Diallo" not in completer.prompts[0].system
    assert completer.prompts[0].user.startswith("<article ")
    assert completer.prompts[0].version.name == "extract_claims.v1+confirm_claims.v1"


def test_many_sentences_are_asked_about_in_several_calls_and_a_claim_is_never_cut():
    placed = weighed(proposals("lost", "fault", "sank"), READING, WEIGHTS)

    excerpts = list(cut(frozenset({LOST, FAULT, SANK}), placed, READING, characters=70))

    assert [excerpt.asked for excerpt in excerpts] == [(LOST,), (FAULT, SANK)]
    assert [excerpt.segment.number for excerpt in excerpts] == [2, 3]


# ── what comes of the answer ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("said", "sign"),
    [
        pytest.param(a_said_claim("4 12 … sank", "S2", "F1"), "cascade:confirmed", id="the-same"),
        pytest.param(a_said_claim("4 12 … sank", "outlet", "F1"), "cascade:corrected", id="another-speaker"),
        pytest.param(a_said_claim("4 12 boats", "S2", "F1"), "cascade:corrected", id="other-words"),
        pytest.param(a_said_claim("4 her deputy", "S1"), "cascade:added", id="nothing-was-proposed-there"),
    ],
)
def test_a_claim_says_how_it_stands_to_what_was_proposed(said, sign):
    answers, _ = answers_of([said], proposals("sank"))

    (draft,) = answers[1].drafts
    assert signs_of(draft) == {sign}


def test_the_models_claims_take_the_place_of_what_was_doubted_and_the_others_stay():
    answers, _ = answers_of([a_said_claim("4 12 boats", "outlet", "F1")], proposals("sank"))

    alone, answered = answers
    assert [content_of(draft) for draft in alone.drafts] == ["at least 40 crates were lost", "any fault"]
    assert [(content_of(draft), draft.speaker) for draft in answered.drafts] == [("12 boats … 12 boats", "outlet")]
    assert answered.rejected == ()
    assert answered.usage == ONE_CALL
    assert answered.answered_by == "scripted/test"


def test_what_the_model_leaves_out_is_rejected_with_the_reason():
    answers, _ = answers_of([], proposals("sank"))

    (rejection,) = answers[1].rejected
    assert answers[1].drafts == ()
    assert rejection.reason == "not_confirmed"
    assert rejection.draft.content == (span_of("12 boats sank", TEXT),)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        pytest.param(NoAnswer("it was busy", reason="rate_limited"), "rate_limited", id="busy"),
        pytest.param(BadAnswer("it rambled", raw="Dear reader,"), "schema_failed", id="no-json"),
    ],
)
def test_where_the_model_fails_all_stays_and_the_failure_is_told(said, reason):
    answers, _ = answers_of(said, proposals("sank", "fault"))

    failed = answers[1]
    assert [failure.reason for failure in failed.failures] == [reason]
    assert [content_of(draft) for draft in failed.drafts] == ["any fault", "12 boats sank"]
    assert all(signs_of(draft) == {"cascade:unanswered"} for draft in failed.drafts)
    assert failed.usage == ONE_CALL


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(a_completion([a_said_claim("2 any fault", "outlet")], status="truncated"), id="broken-off"),
        pytest.param([a_said_claim("2 any fault", "outlet"), a_said_claim("4 99 whales", "S1")], id="words-not-there"),
        pytest.param([a_said_claim("2 any fault", "outlet"), {"p": None}], id="one-unreadable"),
    ],
)
def test_an_answer_that_is_not_whole_speaks_for_its_own_sentences_only(said):
    answers, _ = answers_of(said, proposals("sank", "fault"))

    by_words = {content_of(draft): signs_of(draft) for draft in answers[1].drafts}
    assert by_words["any fault … any fault"] == {"cascade:corrected"}
    assert by_words["12 boats sank"] == {"cascade:unanswered"}


def test_a_claim_of_a_sentence_that_was_not_asked_about_is_rejected():
    answers, _ = answers_of([a_said_claim("1 at … lost", "S1")], proposals("fault"))

    assert "no_such_sentence" in {rejection.reason for rejection in answers[1].rejected}
    assert [content_of(draft) for draft in answers[0].drafts] == ["at least 40 crates were lost", "12 boats sank"]


def test_the_whole_way_of_an_article_with_a_failing_model_is_partial():
    extractor, _ = a_cascade(NoAnswer("it was busy", reason="rate_limited"), proposals("sank"))

    extraction = asyncio.run(extract(an_article(TEXT), extractor=extractor, settings=Settings()))

    assert extraction.status == "partial"
    assert extraction.model == "embedded+scripted/test"
    assert [claim.text for claim in extraction.claims] == ["at least 40 crates were lost", "any fault", "12 boats sank"]
    assert extraction.settings["confidence"].startswith("fitted for embedded")


@pytest.mark.parametrize("name", ["embedded+", "embedded+embedded", "embedded+gibberish"])
def test_a_cascade_needs_a_models_name(name):
    with pytest.raises(InputError, match="provider/name"):
        make_extractor(name, Settings())


@pytest.mark.network
@pytest.mark.filterwarnings("ignore:Accessing the 'model_(computed_)?fields' attribute:DeprecationWarning")
def test_the_same_over_a_real_connection_with_a_fallback(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    words = json.dumps({"c": [a_said_claim("1", "outlet")]})

    async def ask(settings):
        found = make_extractor("embedded+openai/some-model|openai/other-model", settings)
        extraction = await extract(an_article(TEXT), extractor=found, settings=settings)
        await close_connections()
        return extraction

    with a_wire() as wire:
        wire.will_say(Reply(status=400, error="not this one"), Reply(text=words))
        extraction = asyncio.run(ask(Settings(api_base=wire.base, review_below=1, attempts=1)))

    assert len(wire.requests) == 2
    assert "Proposed: " in wire.requests[1]["messages"][1]["content"]
    assert extraction.model == "embedded+openai/some-model|openai/other-model"
    assert extraction.usage.calls == 2
    assert extraction.status == "complete"
    corrected = {reason.signal for claim in extraction.claims for reason in claim.reasons}
    assert "cascade:corrected" in corrected
