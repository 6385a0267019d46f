"""A second model's opinion on doubtful claims."""

import asyncio
import json

import pytest
from builders import a_draft, a_figure, a_grounded, a_source, an_article, span_of
from jsonschema import Draft202012Validator
from scripted import ONE_CALL, ScriptedCompleter, a_completion
from wire import Reply, a_wire

from service.choose import make_judge
from service.drafts import complaint, read_answer
from service.errors import BadAnswer, NoAnswer, PromptError
from service.extractors import SegmentDrafts
from service.judging import Judge, statement
from service.pipeline import extract
from service.reading.reader import read
from service.settings import Settings
from service.shorthand import verdict_schema
from service.vendor.libraries import close_connections

READING = read(an_article())
LOST = a_draft(content=(span_of("at least 40 crates were lost"),), speaker="Ines Okafor", cue="said")
DENIED = a_draft(content=(span_of("any losses"),), speaker="The shipping line", stance="denies", cue="denied")


class Scripted:
    """Hands over, one after another, what the test wrote."""

    name = "scripted/one"
    prompt = None

    def __init__(self, *answers):
        self._answers = answers

    async def drafts(self, reading):
        for answer in self._answers:
            yield answer


BOTH = SegmentDrafts(segment=1, drafts=(LOST, DENIED))


def extraction_of(said, *answers, below=1.0):
    """With every claim doubted, unless `below` says otherwise."""
    completer = ScriptedCompleter(said if callable(said) else lambda _: said, name="scripted/second")
    settings = Settings(review_below=below)
    judge = Judge(completer, settings)
    found = extract(an_article(), extractor=Scripted(*(answers or (BOTH,))), settings=settings, judge=judge)
    return asyncio.run(found), completer


def verdicts(*said):
    return [{"n": number, "a": verdict} for number, verdict in enumerate(said, 1)]


def unjudged():
    return asyncio.run(extract(an_article(), extractor=Scripted(BOTH), settings=Settings(review_below=1)))


@pytest.mark.parametrize(
    ("verdict", "change", "flagged"),
    [
        pytest.param("yes", 1, False, id="yes-raises"),
        pytest.param("no", -1, True, id="no-lowers-and-is-flagged"),
        pytest.param("unclear", 0, False, id="unclear-changes-nothing"),
        pytest.param("No.", -1, True, id="as-models-write-it"),
    ],
)
def test_a_verdict_changes_how_sure_we_are_and_nothing_else(verdict, change, flagged):
    before = unjudged()

    extraction, _ = extraction_of(verdicts(verdict, "unclear"))

    assert [claim.text for claim in extraction.claims] == [claim.text for claim in before.claims]
    lost, was = extraction.claims[0], before.claims[0]
    assert (lost.confidence > was.confidence) - (lost.confidence < was.confidence) == change
    assert [flag.message for flag in lost.flags if flag.code == "judge_no"] == (
        ["a second model (scripted/second) does not find that Ines Okafor says this"] if flagged else []
    )
    assert extraction.claims[1].confidence == before.claims[1].confidence
    assert (extraction.status, extraction.notices) == ("complete", before.notices)
    assert extraction.usage == ONE_CALL


def test_a_confidence_is_still_what_its_reasons_add_up_to():
    extraction, _ = extraction_of(verdicts("yes", "no"))

    effects = [{reason.signal: reason.effect for reason in claim.reasons} for claim in extraction.claims]
    assert effects[0]["judge:yes"] > 0
    assert effects[1]["judge_no"] < 0


def test_only_doubtful_claims_are_asked_about():
    _, sure = extraction_of(verdicts("no"), below=0.0)
    extraction, _ = extraction_of(verdicts("no", "no"), below=0.0)

    assert sure.prompts == []
    assert not any(flag.code == "judge_no" for claim in extraction.claims for flag in claim.flags)


def test_all_claims_of_a_segment_are_asked_about_in_one_call_with_their_sentences():
    _, completer = extraction_of(verdicts("yes", "yes"))

    (prompt,) = completer.prompts
    assert "1. Ines Okafor says: “at least 40 crates were lost”. Figures: at least 40 (crates)." in prompt.user
    assert "2. The shipping line denies: “any losses”." in prompt.user
    assert "The harbour master, Ines Okafor, said" in prompt.user
    assert prompt.answer == "verdicts"
    assert prompt.version.name == "judge_claims.v1"


def test_claims_of_a_segment_that_came_bit_by_bit_are_asked_about_together():
    parts = (SegmentDrafts(segment=1, drafts=(LOST,)), SegmentDrafts(segment=1, drafts=(DENIED,)))

    extraction, completer = extraction_of(verdicts("no", "yes"), *parts)

    assert len(completer.prompts) == 1
    assert [claim.id for claim in extraction.claims] == ["harbour#1", "harbour#2"]
    assert [any(flag.code == "judge_no" for flag in claim.flags) for claim in extraction.claims] == [True, False]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        pytest.param(NoAnswer("it was busy", reason="rate_limited"), "on 2 doubtful claims. it was busy", id="busy"),
        pytest.param(BadAnswer("it rambled", raw="Dear"), "on 2 doubtful claims. it rambled", id="no-json"),
        pytest.param(verdicts("yes"), "on 1 doubtful claim. Its answer leaves them out.", id="one-left-out"),
        pytest.param([{"n": 1, "a": "maybe"}, *verdicts("yes", "no")[1:]], "on 1 doubtful claim", id="no-such-verdict"),
        pytest.param([*verdicts("yes", "no"), {"n": 1, "a": "no"}], "on 1 doubtful claim", id="at-odds-with-itself"),
        pytest.param([*verdicts("yes"), {"n": 9, "a": "no"}], "on 1 doubtful claim", id="no-such-claim"),
    ],
)
def test_what_was_not_answered_is_told_and_changes_no_confidence(said, words):
    extraction, _ = extraction_of(said)
    before = {claim.id: claim.confidence for claim in unjudged().claims}

    (notice,) = [notice for notice in extraction.notices if notice.code == "judge_failed"]
    assert words in notice.message
    assert notice.message.startswith("There is no second opinion of scripted/second ")
    assert extraction.status == "complete"
    heard = {reason.signal for claim in extraction.claims for reason in claim.reasons} & {"judge:yes", "judge_no"}
    if not heard:
        assert {claim.id: claim.confidence for claim in extraction.claims} == before


def test_verdicts_of_an_answer_that_broke_off_are_kept():
    extraction, _ = extraction_of(a_completion(verdicts("no"), status="truncated"))

    assert any(flag.code == "judge_no" for flag in extraction.claims[0].flags)
    assert [notice.code for notice in extraction.notices] == ["judge_failed"]


def test_many_claims_are_asked_about_in_several_calls():
    claims = {number: a_grounded(content="any losses") for number in range(1, 131)}
    completer = ScriptedCompleter(lambda _: verdicts("yes"))

    opinion = asyncio.run(Judge(completer, Settings()).judge({1: claims}, READING))

    assert len(completer.prompts) == 3
    assert sorted(opinion.verdicts) == [1, 65, 129]
    assert opinion.usage.calls == 3


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        pytest.param({"source": a_source(name=None, kind="outlet")}, "the article itself says: “", id="outlet"),
        pytest.param({"source": a_source(name=None, kind="unspecified")}, "somebody who is not named", id="nobody"),
        pytest.param({"draft": {"stance": "demands"}}, "Ines Okafor demands: “", id="stance"),
        pytest.param({"figures": (a_figure(low="3", high="5", qualifier="range"),)}, "3 to 5 (crates)", id="range"),
        pytest.param({"figures": (a_figure(unit="percent", counted=None),)}, "at least 40 percent", id="unit"),
        pytest.param({"source": a_source(name="{S1 <b>}")}, "(S1 ‹b›) says", id="no-marks-of-ours"),
    ],
)
def test_a_claim_is_put_as_a_statement_about_the_text(claim, words):
    assert words in statement(a_grounded(content="at least 40 crates were lost", **claim), READING)


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        pytest.param('{"c":[{"n":1,"a":"yes"}]}', None, id="usable"),
        pytest.param('{"c":[{"n":1,"a":"maybe"},{"n":2,"a":"no"}]}', None, id="one-usable"),
        pytest.param('{"c":[{"n":1,"a":"maybe"}]}', "no verdict of the answer can be used", id="none-usable"),
        pytest.param('{"c":[{"p":["1"],"s":["S1"]}]}', "no verdict of the answer can be used", id="claims"),
        pytest.param('{"c":[]}', "no verdicts", id="empty"),
    ],
)
def test_an_answer_is_complained_of_where_no_verdict_can_be_used(raw, problem):
    said = complaint(read_answer(raw), "verdicts")

    assert (said is None) if problem is None else problem in said


def test_the_schema_allows_a_verdict_on_each_claim_and_nothing_else():
    schema = Draft202012Validator(json.loads(verdict_schema(3)))

    assert schema.is_valid({"c": verdicts("yes", "no", "unclear")})
    assert not schema.is_valid({"c": verdicts("yes", "no")})
    assert not schema.is_valid({"c": verdicts("yes", "no", "maybe")})
    assert not schema.is_valid({"c": [*verdicts("yes", "no"), {"n": 4, "a": "yes"}]})


def test_no_second_model_is_asked_where_none_is_set():
    assert make_judge(Settings()) is None


def test_a_wording_without_the_articles_line_is_refused_before_any_call(tmp_path):
    (tmp_path / "judge_claims.v1.md").write_text("Is it so? {{sentences}}", encoding="utf-8")

    with pytest.raises(PromptError, match="=== article ==="):
        Judge(ScriptedCompleter({}), Settings(prompts=tmp_path))


@pytest.mark.network
@pytest.mark.filterwarnings("ignore:Accessing the 'model_(computed_)?fields' attribute:DeprecationWarning")
def test_the_same_over_a_real_connection_where_a_useless_answer_is_asked_for_again(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "k")

    async def ask(settings):
        judge = make_judge(settings)
        found = await extract(an_article(), extractor=Scripted(BOTH), settings=settings, judge=judge)
        await close_connections()
        return found

    with a_wire() as wire:
        wire.will_say(
            Reply(text=json.dumps({"c": [{"n": 1, "a": "perhaps"}]})),
            Reply(text=json.dumps({"c": verdicts("no", "yes")})),
        )
        settings = Settings(api_base=wire.base, review_below=1, verify="openai/some-model", samples=3)
        extraction = asyncio.run(ask(settings))

    assert len(wire.requests) == 2
    assert [request["temperature"] for request in wire.requests] == [0.0, 0.0]
    assert "no verdict of the answer can be used" in json.dumps(wire.requests[1]["messages"])
    assert [any(flag.code == "judge_no" for flag in claim.flags) for claim in extraction.claims] == [True, False]
    assert extraction.settings["verify"] == "openai/some-model"
