import asyncio
import json
import logging
import os
import subprocess
import sys
import time
from email.utils import formatdate
from typing import NamedTuple

import pytest
from readings import a_reading, one_segment
from wire import Reply, a_wire, claims, fault

from service.allowance import Allowance
from service.asking import ModelExtractor
from service.errors import AccordingError, BadAnswer, InputError, NoAnswer, Refused, SetupError
from service.models import Completion, Meter, NotSetUp
from service.pacing import Pace
from service.prompting import load_template, write_prompt
from service.records import Usage
from service.settings import Settings
from service.vendor.completer import VendorCompleter
from service.vendor.dialects import choose_mode
from service.vendor.faults import without_secrets
from service.vendor.libraries import close_connections, import_libraries

pytestmark = [
    pytest.mark.network,
    # LiteLLM's own, when it reads a stream; the first also on every import of its types by pydantic
    pytest.mark.filterwarnings("ignore:Item '.*' on TypedDict class:UserWarning"),
    pytest.mark.filterwarnings(
        "ignore:Accessing the 'model_(computed_)?fields' attribute on the instance:DeprecationWarning"
    ),
]

CANARY = "sk-canary-5e7d20c4"
READING = a_reading("{S1 Ines Okafor} said {F1 at least 40} crates were lost.")
PROMPT = write_prompt(
    one_segment(READING), READING, load_template("extract_claims.v1"), nonce="c0ffee", max_output_tokens=500
)
CLAIM = {"p": ["1|at least 40|were lost"], "s": "S1", "m": "S1", "q": "said", "o": "indirect", "f": [], "x": []}
CUT = json.dumps({"c": [CLAIM, CLAIM]})[:-20]  # inside the second claim

MODES = [
    pytest.param({"answer_mode": mode, "stream": stream}, id=f"{mode}{'-streamed' if stream else ''}")
    for mode in ("schema", "tools", "json")
    for stream in (False, True)
]


@pytest.fixture(scope="session")
def libraries():
    """Imported once: it takes seconds."""
    return import_libraries()


@pytest.fixture(scope="module")
def server():
    with a_wire() as wire:
        yield wire


@pytest.fixture
def wire(server, libraries, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)
    return server


class Outcome(NamedTuple):
    completion: Completion | None
    error: AccordingError | None
    usage: Usage
    slept: list[float]


def ask(wire, *replies, name="openai/some-model", prompt=PROMPT, calls=None, hear=None, **settings) -> Outcome:
    """One question to a server that says `replies`; waiting between tries is only written down."""
    if replies:
        wire.will_say(*replies)
    slept: list[float] = []

    async def sleep(seconds):
        slept.append(seconds)

    async def complete():
        given = {"api_base": wire.base, "answer_mode": "schema", "call_seconds": 5} | settings
        completer = VendorCompleter(name, Settings(**given), allowance=calls, sleep=sleep, jitter=lambda: 0.5)
        meter = Meter()
        try:
            return Outcome(await completer.complete(prompt, meter=meter, hear=hear), None, meter.usage, slept)
        except AccordingError as error:
            return Outcome(None, error, meter.usage, slept)
        finally:
            await close_connections()

    return asyncio.run(complete())


# ── what goes over the wire ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("settings", MODES)
def test_a_good_answer_is_read_and_paid_in_every_mode(wire, settings):
    outcome = ask(wire, claims(CLAIM, CLAIM), **settings)

    assert outcome.completion.claims == (CLAIM, CLAIM)
    assert (outcome.completion.status, outcome.completion.model) == ("complete", "some-model")
    assert outcome.usage == Usage(calls=1, prompt_tokens=1000, cached_tokens=600, completion_tokens=100)
    assert len(wire.requests) == 1


@pytest.mark.parametrize("settings", MODES)
def test_no_claims_is_an_answer_and_not_asked_again(wire, settings):
    outcome = ask(wire, claims(), **settings)

    assert (outcome.completion.claims, outcome.completion.status, outcome.usage.calls) == ((), "complete", 1)


def test_the_schema_is_sent_strict_in_the_providers_dialect(wire):
    ask(wire, claims(CLAIM), name="openai/some-model")
    strict = wire.requests[0]["response_format"]["json_schema"]
    ask(wire, claims(CLAIM), name="hosted_vllm/some-model")
    local = wire.requests[0]["response_format"]["json_schema"]

    assert (strict["strict"], strict["name"]) == (True, "claims")
    assert "maxLength" not in json.dumps(strict)
    assert strict["schema"]["$defs"]["S"]["enum"][0] == "S1"
    assert local["schema"] == PROMPT.answer_schema


def test_in_tool_mode_the_model_is_made_to_call_one_tool(wire):
    ask(wire, claims(CLAIM), answer_mode="tools")
    request = wire.requests[0]

    assert request["tool_choice"] == {"type": "function", "function": {"name": "claims"}}
    assert request["tools"][0]["function"]["parameters"]["required"] == ["c"]
    assert "response_format" not in request


def test_in_plain_mode_the_schema_costs_no_tokens(wire):
    ask(wire, claims(CLAIM), answer_mode="json")

    assert wire.requests[0]["response_format"] == {"type": "json_object"}
    assert wire.requests[0]["messages"] == [
        {"role": "system", "content": PROMPT.system},
        {"role": "user", "content": PROMPT.user},
    ]


def test_caps_and_settings_reach_the_model(wire):
    ask(wire, claims(CLAIM), temperature=0.25)

    assert (wire.requests[0]["max_tokens"], wire.requests[0]["temperature"]) == (500, 0.25)


def test_a_local_server_needs_no_key(wire, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY")

    assert ask(wire, claims(CLAIM)).completion.claims == (CLAIM,)
    assert wire.authorizations == ["Bearer none"]


# ── one retry policy ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("settings", MODES)
@pytest.mark.parametrize(
    ("trouble", "wait"),
    [
        pytest.param(fault(429, headers={"retry-after": "7"}), 7.0, id="429-with-retry-after"),
        pytest.param(fault(429), 0.5, id="429"),
        pytest.param(fault(500), 0.5, id="500"),
        pytest.param(fault(503, headers={"retry-after": "3"}), 3.0, id="503-with-retry-after"),
    ],
)
def test_a_call_that_gets_no_answer_is_tried_again_after_the_wait_that_is_asked_for(wire, trouble, wait, settings):
    outcome = ask(wire, trouble, claims(CLAIM), **settings)

    assert outcome.completion.claims == (CLAIM,)
    assert outcome.slept == [wait]
    assert (outcome.usage.calls, outcome.usage.retries) == (2, 1)


def test_retry_after_may_be_a_date(wire):
    later = formatdate(time.time() + 20, usegmt=True)

    outcome = ask(wire, fault(429, headers={"retry-after": later}), claims(CLAIM))

    assert 17 < outcome.slept[0] <= 20


def test_tries_are_limited_and_further_apart_each_time_in_one_layer_only(wire):
    outcome = ask(wire, *[fault(500, "out of order")] * 10, attempts=4)

    assert len(wire.requests) == 4
    assert outcome.slept == [0.5, 1.0, 2.0]
    assert isinstance(outcome.error, NoAnswer)
    assert "out of order" in str(outcome.error)
    assert outcome.usage == Usage(calls=4, retries=3)


def test_a_wait_beyond_the_deadline_is_not_begun(wire):
    outcome = ask(wire, fault(429, headers={"retry-after": "900"}), claims(CLAIM), request_seconds=60)

    assert (outcome.error.reason, outcome.error.retry_after) == ("rate_limited", 900)
    assert (len(wire.requests), outcome.slept) == (1, [])


@pytest.mark.parametrize("settings", MODES)
def test_a_slow_answer_is_given_up_and_asked_for_again(wire, settings):
    outcome = ask(wire, claims(CLAIM, delay=1.0), claims(CLAIM), call_seconds=0.3, **settings)

    assert outcome.completion.claims == (CLAIM,)
    assert outcome.usage.retries == 1


def test_a_model_that_never_answers_in_time_is_a_failure_that_says_so(wire):
    outcome = ask(wire, *[claims(CLAIM, delay=0.6)] * 2, call_seconds=0.2, attempts=2)

    assert outcome.error.reason == "timeout"


def test_a_server_that_is_not_there_is_no_answer(wire):
    outcome = ask(wire, api_base="http://127.0.0.1:9/v1", attempts=2)

    assert isinstance(outcome.error, NoAnswer)
    assert outcome.usage.calls == 2


@pytest.mark.parametrize(
    "settings", [pytest.param({"answer_mode": mode}, id=mode) for mode in ("schema", "tools", "json")]
)
def test_a_connection_cut_in_mid_body_is_tried_again(wire, settings):
    outcome = ask(wire, claims(CLAIM, cut_after=60), claims(CLAIM), **settings)

    assert outcome.completion.claims == (CLAIM,)
    assert outcome.usage.retries == 1


# ── answers that are cut short ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("settings", MODES)
def test_a_truncated_answer_keeps_its_complete_claims_and_is_not_paid_twice(wire, settings):
    outcome = ask(wire, Reply(CUT, finish="length"), **settings)

    assert outcome.completion.claims == (CLAIM,)
    assert outcome.completion.status == "truncated"
    assert len(wire.requests) == 1
    assert outcome.usage.completion_tokens == 100


def test_an_answer_truncated_before_its_first_claim_is_still_truncated(wire):
    completion = ask(wire, Reply('{"c":[{"p":["1|at', finish="length")).completion

    assert (completion.claims, completion.status) == ((), "truncated")


@pytest.mark.parametrize("mode", ["schema", "tools", "json"])
def test_a_stream_cut_after_a_complete_claim_is_kept_as_truncated(wire, mode):
    pieces = len(json.dumps({"c": [CLAIM]})) // 7 + 3

    outcome = ask(wire, claims(CLAIM, CLAIM, cut_after=pieces), answer_mode=mode, stream=True)

    assert outcome.completion.claims == (CLAIM,)
    assert outcome.completion.status == "truncated"


def test_a_stream_cut_before_that_is_tried_again(wire):
    outcome = ask(wire, claims(CLAIM, cut_after=3), claims(CLAIM), stream=True)

    assert (outcome.completion.status, outcome.usage.retries) == ("complete", 1)


@pytest.mark.parametrize(
    "pause", [pytest.param(0.3, id="seven characters a third of a second"), pytest.param(20.0, id="falls silent")]
)
def test_a_stream_too_slow_to_be_whole_in_time_is_left(wire, pause):
    began = time.monotonic()
    outcome = ask(wire, claims(CLAIM, CLAIM, pause=pause), stream=True, call_seconds=1, attempts=1)

    assert isinstance(outcome.error, NoAnswer)
    assert outcome.error.reason == "timeout"
    assert time.monotonic() - began < 10


def test_of_a_stream_that_slows_down_the_complete_claims_are_kept(wire):
    pieces = len(json.dumps({"c": [CLAIM]})) // 7 + 3

    outcome = ask(wire, claims(CLAIM, *[CLAIM] * 30, pause=2.0 / pieces), stream=True, call_seconds=5, attempts=1)

    assert outcome.completion.claims[0] == CLAIM
    assert outcome.completion.status == "truncated"


def test_nobody_listens_for_ever_to_a_stream_that_does_not_stop(wire):
    endless = Reply(json.dumps({"c": [CLAIM]}) + " and so on" * 20_000)

    began = time.monotonic()
    outcome = ask(wire, endless, stream=True, call_seconds=60)

    assert (outcome.completion.claims, outcome.completion.status) == ((CLAIM,), "complete")
    assert time.monotonic() - began < 5


# ── answers that are no answer ────────────────────────────────────────────────────────────────────────────────────

USELESS = [
    pytest.param(claims({"claim": "forty crates were lost"}), "Field required", id="wrong-schema"),
    pytest.param(Reply("The claims are as follows."), "not JSON", id="prose"),
    pytest.param(Reply('{"c": [{"p": '), "not whole JSON", id="broken-json"),
    pytest.param(Reply('{"note": "none"}'), "no list of claims", id="no-list"),
]


@pytest.mark.parametrize("settings", MODES)
@pytest.mark.parametrize(("useless", "complaint"), USELESS)
def test_a_useless_answer_is_asked_for_once_more_with_the_reason(wire, useless, complaint, settings):
    outcome = ask(wire, useless, claims(CLAIM), **settings)

    assert outcome.completion.claims == (CLAIM,)
    assert complaint in json.dumps(wire.requests[1]["messages"][2:])
    assert wire.requests[1]["messages"][:2] == wire.requests[0]["messages"]
    assert outcome.usage == Usage(calls=2, retries=1, prompt_tokens=2000, cached_tokens=1200, completion_tokens=200), (
        "both are paid"
    )


@pytest.mark.parametrize("settings", MODES)
@pytest.mark.parametrize(("useless", "complaint"), USELESS)
def test_a_model_that_is_useless_twice_has_failed(wire, useless, complaint, settings):
    outcome = ask(wire, useless, useless, claims(CLAIM), **settings)

    assert isinstance(outcome.error, BadAnswer)
    assert outcome.error.reason == "schema_failed"
    assert complaint in str(outcome.error)
    assert outcome.error.raw == useless.text
    assert len(wire.requests) == 2


def test_a_useless_answer_goes_with_the_error_where_asking_again_fails(wire):
    half = Reply(json.dumps({"c": [CLAIM]})[:-1] + ", {")

    outcome = ask(wire, half, fault(500), attempts=1)

    assert isinstance(outcome.error, BadAnswer)
    assert outcome.error.reason == "no_answer"
    assert outcome.error.raw == half.text


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Reply(json.dumps({"claims": [CLAIM]})), id="wrong-wrapper-key"),
        pytest.param(Reply(f"```json\n{json.dumps([CLAIM])}\n```"), id="list-in-a-fence"),
    ],
)
def test_a_wrong_wrapping_is_no_reason_to_ask_again(wire, answer):
    assert ask(wire, answer).completion.claims == (CLAIM,)
    assert len(wire.requests) == 1


def test_one_good_claim_is_enough_not_to_ask_again(wire):
    assert len(ask(wire, claims(CLAIM, {"p": 1})).completion.claims) == 2
    assert len(wire.requests) == 1


def test_a_model_that_answers_beside_the_tool_is_asked_again(wire):
    outcome = ask(wire, claims(CLAIM, as_content=True), claims(CLAIM), answer_mode="tools")

    assert outcome.completion.claims == (CLAIM,)
    assert len(wire.requests) == 2


# ── a model that will not, a provider that cannot ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "refusal",
    [
        pytest.param(Reply(refusal="I cannot help with violence."), id="refusal-field"),
        pytest.param(Reply("I'm sorry, but I can't assist with that."), id="in-words"),
        pytest.param(Reply("", finish="content_filter"), id="filtered-answer"),
        pytest.param(fault(400, "blocked by the content management policy"), id="filtered-prompt"),
    ],
)
@pytest.mark.parametrize("settings", MODES)
def test_a_refusal_is_a_refusal_and_nobody_insists(wire, refusal, settings):
    outcome = ask(wire, refusal, claims(CLAIM), **settings)

    assert isinstance(outcome.error, Refused)
    assert len(wire.requests) == 1


@pytest.mark.parametrize(
    ("trouble", "kind", "reason", "words"),
    [
        pytest.param(fault(401), NotSetUp, "not_set_up", "Check the provider's API key", id="401"),
        pytest.param(fault(403), NotSetUp, "not_set_up", "Check the provider's API key", id="403"),
        pytest.param(fault(404, "no such model"), NotSetUp, "not_set_up", "Check the model's name", id="404"),
        pytest.param(fault(429, "insufficient_quota"), NotSetUp, "not_set_up", "Add credit", id="no-credit"),
        pytest.param(
            fault(400, "maximum context length is 4096"), BadAnswer, "too_long", "SEGMENT_CHARACTERS", id="long"
        ),
        pytest.param(fault(400, "unknown option"), BadAnswer, "bad_request", "unknown option", id="400"),
    ],
)
def test_what_would_fail_again_is_not_tried_again_and_says_what_to_do(wire, trouble, kind, reason, words):
    outcome = ask(wire, trouble, claims(CLAIM))

    assert isinstance(outcome.error, kind)
    assert outcome.error.reason == reason
    assert words in str(outcome.error)
    assert (len(wire.requests), outcome.usage) == (1, Usage(calls=1))


def test_a_server_that_takes_no_schema_is_asked_in_plain_json(wire):
    outcome = ask(wire, fault(400, "response_format of type json_schema is not supported"), claims(CLAIM))

    assert outcome.completion.claims == (CLAIM,)
    assert [request["response_format"]["type"] for request in wire.requests] == ["json_schema", "json_object"]


def test_a_model_whose_key_is_missing_is_known_before_any_call(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)

    with pytest.raises(SetupError, match=r"openai/x cannot be called yet\. Set OPENAI_API_KEY"):
        VendorCompleter("openai/x", Settings())


def test_an_unknown_provider_is_a_wrong_request_and_no_failed_call(wire):
    outcome = ask(wire, name="nobody/nothing", api_base=None)

    assert isinstance(outcome.error, InputError)
    assert outcome.error.field == "model"
    assert "no provider 'nobody'" in str(outcome.error)
    assert outcome.usage.calls == 0


# ── secrets ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(fault(401, f"Incorrect API key provided: {CANARY}"), id="echoed"),
        pytest.param(fault(429, f"Bearer {CANARY} is over its limit"), id="rate-limit"),
        pytest.param(fault(500, f"authorization={CANARY}"), id="server-error"),
        pytest.param(Reply(refusal=f"not for {CANARY}"), id="refusal"),
        pytest.param(Reply(f"no JSON for {CANARY}"), id="prose"),
    ],
)
def test_a_key_never_appears_in_errors_logs_or_output(wire, trouble, capfd, caplog):
    caplog.set_level(logging.DEBUG)

    outcome = ask(wire, trouble, trouble, attempts=2)

    assert wire.authorizations[0] == f"Bearer {CANARY}", "the canary was there to be leaked"
    seen = [str(outcome.error), repr(outcome.error), repr(outcome.error.__cause__), *capfd.readouterr(), caplog.text]
    assert [text for text in seen if CANARY in text] == []


@pytest.mark.parametrize(
    "said",
    ["key sk-proj-abcdefgh1234 is wrong", "Bearer abcdefgh12345678", "AIzaSyA1234567890abcdefghijkl"],
    ids=["openai", "bearer", "google"],
)
def test_what_looks_like_a_key_is_masked_whoever_it_belongs_to(said):
    assert "[key]" in without_secrets(said, {})
    assert "abcdefgh" not in without_secrets(said, {})


# ── whole, with the segments around it ────────────────────────────────────────────────────────────────────────────


def test_an_invented_number_becomes_no_draft(wire):
    invented = CLAIM | {"f": [{"n": "F7", "c": "crates", "d": "lost"}]}
    wire.will_say(claims(CLAIM, invented))

    async def gather():
        completer = VendorCompleter("openai/some-model", Settings(api_base=wire.base, answer_mode="schema"))
        answers = [answer async for answer in ModelExtractor(completer, Settings()).drafts(READING)]
        await close_connections()
        return answers

    (answer,) = asyncio.run(gather())

    assert len(answer.drafts) == 1
    assert [rejection.reason for rejection in answer.rejected] == ["no_such_figure"]
    assert answer.usage.calls == 1


# ── how a mode is chosen ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "settings", "mode"),
    [
        pytest.param("hosted_vllm/anything", {}, "schema", id="server-that-constrains"),
        pytest.param("openai/anything", {"api_base": "http://127.0.0.1:9"}, "schema", id="own-server"),
        pytest.param("openai/gpt-4o-mini", {}, "schema", id="capability-table"),
        pytest.param("openai/gpt-4", {}, "tools", id="tools-only"),
        pytest.param("openai/nobody-knows-it", {}, "json", id="unknown"),
        pytest.param("openai/gpt-4o-mini", {"answer_mode": "tools"}, "tools", id="asked-for"),
    ],
)
def test_the_answers_form_is_the_strictest_that_the_model_is_known_to_take(libraries, name, settings, mode):
    assert choose_mode(name, Settings(**settings), libraries.litellm) == mode


def test_a_known_price_is_counted(wire, libraries):
    priced = {"input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6, "litellm_provider": "openai", "mode": "chat"}
    libraries.litellm.register_model({"openai/a-priced-model": priced})
    os.environ["OPENAI_BASE_URL"] = wire.base
    try:
        outcome = ask(wire, claims(CLAIM, tokens=(1000, 100, 0)), name="openai/a-priced-model", api_base=None)
    finally:
        del os.environ["OPENAI_BASE_URL"]

    assert outcome.usage.cost_usd == pytest.approx(1000 * 1e-6 + 100 * 2e-6)


PRICED = {"input_cost_per_token": 1e-3, "output_cost_per_token": 1e-3, "litellm_provider": "openai", "mode": "chat"}


def test_no_call_is_made_that_may_cost_more_than_is_allowed(wire, libraries, monkeypatch):
    libraries.litellm.register_model({"openai/a-dear-model": PRICED})
    monkeypatch.setenv("OPENAI_BASE_URL", wire.base)
    allowance = Allowance(max_cost=5.0)
    first = ask(wire, claims(CLAIM, tokens=(1000, 100, 0)), name="openai/a-dear-model", api_base=None, calls=allowance)
    poorer = Allowance(max_cost=0.1)
    second = ask(wire, claims(CLAIM), name="openai/a-dear-model", api_base=None, calls=poorer)

    assert allowance.spent == pytest.approx(1.1)
    assert first.completion is not None
    assert (second.error.reason, wire.requests) == ("max_cost", [])
    assert "ACCORDING_MAX_COST" in str(second.error)


def test_a_limit_of_cost_that_could_not_be_kept_is_told_before_any_call(wire, monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", wire.base)

    outcome = ask(wire, claims(CLAIM), name="openai/of-no-price", api_base=None, calls=Allowance(max_cost=5.0))

    assert isinstance(outcome.error, SetupError)
    assert "No price is known for openai/of-no-price" in str(outcome.error)
    assert wire.requests == []


def test_all_that_call_one_model_share_its_pace(wire):
    pace = Pace(most=1, start=1)
    wire.will_always_say(claims(CLAIM, delay=0.05))

    async def both():
        settings = Settings(api_base=wire.base, answer_mode="schema")
        completers = [VendorCompleter("openai/some-model", settings, pace=pace) for _ in range(2)]
        await asyncio.gather(*(completer.complete(PROMPT, meter=Meter()) for completer in completers))
        await close_connections()

    asyncio.run(both())

    assert wire.times[1] - wire.times[0] >= 0.05


@pytest.mark.parametrize("mode", ["schema", "tools", "json"])
def test_each_claim_is_heard_while_the_model_writes(wire, mode):
    heard = []

    outcome = ask(wire, claims(CLAIM, CLAIM | {"q": "added"}), answer_mode=mode, stream=True, hear=heard.append)

    assert [json.loads(claim) for claim in heard] == list(outcome.completion.claims)


def test_this_door_is_light_until_the_first_call():
    code = (
        "import os, sys; os.environ['OPENAI_API_KEY'] = 'x'\n"
        "from service.settings import Settings; from service.vendor.completer import VendorCompleter\n"
        "VendorCompleter('openai/x', Settings())\n"
        "print(sorted({'litellm', 'instructor', 'openai', 'httpx', 'aiohttp'} & sys.modules.keys()))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
