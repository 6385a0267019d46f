"""The stand-in for a model: its pure parts, and the same over HTTP."""

import asyncio
import json
import random
import subprocess
import sys
import urllib.error
import urllib.request

import pytest
from conftest import ROOT
from hypothesis import given, settings, strategies

from service.choose import make_extractor
from service.drafts import read_drafts
from service.errors import InputError
from service.goldfiles import load_gold_set
from service.pipeline import extract
from service.prompting import load_template, write_prompt
from service.reading.reader import read
from service.reading.segments import split
from service.records import DraftFigure, Passage, Span
from service.settings import Settings
from service.simulated.answers import all_said, load_gold
from service.simulated.mistakes import another_number, mistaken, without_bound
from service.simulated.names import Errors, goldset_folder, parse_name
from service.simulated.page import read_page
from service.simulated.server import Replies, serving
from service.simulated.writing import write_claim

STARTER = goldset_folder(str(ROOT / "goldsets" / "starter"))
GOLD = load_gold(STARTER)
SET = load_gold_set(STARTER)


def a_sheet(number=0):
    """An article of the starter set as a model is shown it."""
    document = SET.documents[number]
    reading = read(document.article(document.text))
    (segment,) = split(reading, characters=24_000)
    prompt = write_prompt(segment, reading, load_template("extract_claims.v1"), nonce="n", max_output_tokens=4_000)
    return reading, prompt, read_page(prompt.user)


# ── names ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_name_says_gold_set_rates_and_form():
    model = parse_name("simulated/newsroom:missed=10%,swapped=0.05,form=free,seed=3,obedient")

    assert model.goldset == "newsroom"
    assert (model.errors.missed, model.errors.swapped, model.errors.changed) == (0.1, 0.05, 0.0)
    assert (model.form, model.seed, model.obedient) == ("free", 3, True)


def test_errors_sets_the_five_rates_of_claims_and_gives_way_to_one_that_is_named():
    errors = parse_name("simulated/newsroom:missed=0,errors=20%").errors

    assert (errors.missed, errors.swapped, errors.changed, errors.unbound, errors.invented) == (0, 0.2, 0.2, 0.2, 0.2)
    assert errors.limited == 0


@pytest.mark.parametrize(
    ("name", "says"),
    [
        pytest.param("simulated/", "names no simulated model", id="no-gold-set"),
        pytest.param("simulated/newsroom:mist=1", "'mist=1' is no option", id="unknown-option"),
        pytest.param("simulated/newsroom:missed=often", "gives no rate", id="no-number"),
        pytest.param("simulated/newsroom:missed=2", "missed=2.0", id="beyond-one"),
        pytest.param("simulated/newsroom:form=verse", "form='verse'", id="unknown-form"),
    ],
)
def test_a_name_that_says_nothing_known_is_refused_with_the_options(name, says):
    with pytest.raises(InputError, match="simulated") as caught:
        parse_name(name)

    assert says in str(caught.value)
    assert "missed" in caught.value.fix


def test_a_gold_set_that_is_not_there_is_named():
    with pytest.raises(InputError, match="no gold set 'nowhere'"):
        make_extractor("simulated/nowhere", Settings())


# ── what it says ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("form", ["marks", "free"])
@pytest.mark.parametrize("number", range(len(SET.documents)))
def test_a_claim_that_is_written_and_read_again_is_the_same(form, number):
    reading, prompt, page = a_sheet(number)
    text = reading.article.text

    for said in all_said(GOLD, page):
        (draft,), rejected = read_drafts([write_claim(said, page, form)], prompt.shown, reading)

        assert rejected == []
        assert [words_at(piece, reading) for piece in draft.content] == [piece.words for piece in said.pieces]
        assert named(draft.speaker, reading) in (said.name, marked(said, page))
        assert (draft.stance, draft.hedged) == (said.stance, said.hedged)
        assert [figure_words(figure, reading) for figure in draft.figures] == [
            marked_figure(figure, page) if form == "marks" else figure.words for figure in said.figures
        ]
        assert draft.where == said.where
        if said.cue:
            assert draft.cue == said.cue or (isinstance(draft.cue, Span) and draft.cue.of(text) == said.cue)


def words_at(piece, reading):
    if isinstance(piece, Span):
        return piece.of(reading.article.text)
    assert isinstance(piece, Passage)
    sentence = reading.sentence(piece.sentence).span.of(reading.article.text)
    start = sentence.index(piece.first)
    return sentence[start : sentence.index(piece.last, start) + len(piece.last)]


def named(speaker, reading):
    mention = reading.mention_by_mark.get(speaker)
    return mention.span.of(reading.article.text) if mention else speaker


def marked(said, page):
    return dict(page.speakers()).get(said.name_mark)


def marked_figure(figure, page):
    marks = {mark.name: line.words[mark.start : mark.end] for line in page.lines for mark in line.marked("F")}
    return marks.get(figure.mark, figure.words)


def figure_words(figure: DraftFigure, reading):
    found = reading.figure_by_mark.get(figure.figure)
    return found.span.of(reading.article.text) if found else figure.figure


def test_it_knows_a_sentence_in_whatever_article_it_stands():
    reading, _, _ = a_sheet()
    moved = reading.article.model_copy(update={"text": f"A line of somebody else's.\n\n{reading.article.text}"})
    again = read(moved)
    (segment,) = split(again, characters=24_000)
    prompt = write_prompt(segment, again, load_template("extract_claims.v1"), nonce="n", max_output_tokens=4_000)

    said = all_said(GOLD, read_page(prompt.user))

    assert len(said) == len(SET.claims_of[SET.documents[0].id])
    assert all(piece.sentence > 1 for claim in said for piece in claim.pieces)


def test_an_article_that_no_gold_set_has_gets_no_claims():
    assert all_said(GOLD, read_page("<article n>\n[1] Nobody wrote this.\n</article n>")) == ()


@settings(max_examples=25, deadline=None)
@given(strategies.randoms(use_true_random=False), strategies.integers(1, 50))
def test_mistakes_are_the_same_in_whatever_order_claims_are_asked_for(shuffle: random.Random, seed: int):
    _, _, page = a_sheet()
    said = list(all_said(GOLD, page))
    errors = Errors(missed=0.3, swapped=0.3, changed=0.3, unbound=0.3, invented=0.3)

    def made(claims):
        return {claim.id: claim for claim in mistaken(claims, page, errors=errors, form="free", seed=seed)}

    before = made(said)
    shuffle.shuffle(said)

    assert made(said) == before


@pytest.mark.parametrize(
    ("words", "bare"),
    [
        pytest.param("at least 40", "40", id="at-least"),
        pytest.param("more than two dozen", "two dozen", id="words"),
        pytest.param("40", None, id="no-bound"),
        pytest.param("some", None, id="nothing-else"),
    ],
)
def test_a_bound_is_dropped_where_there_is_one(words, bare):
    assert without_bound(words) == bare


@pytest.mark.parametrize("words", ["at least 40", "eleven", "$1.2 billion", "half", "dozens of", "ninety"])
def test_another_number_is_another_number(words):
    other = another_number(words)

    assert other is not None
    assert other != words


@pytest.mark.parametrize("kind", ["missed", "swapped", "changed", "invented"])
def test_stated_rates_are_made_within_their_interval(kind):
    gold = load_gold_set(goldset_folder(str(ROOT / "goldsets" / "newsroom")))
    source = load_gold(gold.folder)
    asked = made = 0
    for document in gold.documents[:30]:
        reading = read(document.article(document.text))
        (segment,) = split(reading, characters=24_000)
        prompt = write_prompt(segment, reading, load_template("extract_claims.v1"), nonce="n", max_output_tokens=9_000)
        page = read_page(prompt.user)
        said = all_said(source, page)
        names = tuple(claim.source.name for claim in gold.claims_of[document.id] if claim.source.name)
        able = [claim for claim in said if kind not in ("swapped", "changed") or can(kind, claim, page, names)]
        result = mistaken(able, page, errors=Errors(**{kind: 0.2}), form="free", seed=1, names=names)
        asked += len(able)
        made += len(able) - len(result) if kind == "missed" else sum(bool(claim.mistakes) for claim in result)

    assert abs(made / asked - 0.2) < 3 * (0.2 * 0.8 / asked) ** 0.5


def can(kind, claim, page, names):
    return bool(mistaken([claim], page, errors=Errors(**{kind: 1.0}), form="free", seed=1, names=names)[0].mistakes)


# ── over HTTP ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def server():
    with serving(Replies(parse_name("simulated/starter"), GOLD)) as running:
        yield running


def post(server, body, path="/chat/completions"):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(server.base + path, data, {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as response:
        return response.read().decode()


def a_request(**changes):
    _, prompt, _ = a_sheet()
    messages = [{"role": "system", "content": prompt.system}, {"role": "user", "content": prompt.user}]
    return {"model": "m", "messages": messages} | changes


@pytest.mark.network
def test_it_answers_as_openai_does_with_usage(server):
    answer = json.loads(post(server, a_request()))

    message = answer["choices"][0]["message"]
    assert len(json.loads(message["content"])["c"]) == len(SET.claims_of[SET.documents[0].id])
    assert answer["usage"]["prompt_tokens"] > answer["usage"]["completion_tokens"] > 0


@pytest.mark.network
def test_a_tool_that_is_named_is_called(server):
    tools = [{"type": "function", "function": {"name": "claims", "parameters": {}}}]

    message = json.loads(post(server, a_request(tools=tools)))["choices"][0]["message"]

    assert message["content"] is None
    assert json.loads(message["tool_calls"][0]["function"]["arguments"])["c"]


@pytest.mark.network
def test_a_streamed_answer_is_the_whole_one_in_pieces(server):
    lines = [line[6:] for line in post(server, a_request(stream=True)).split("\n") if line.startswith("data: ")]

    chunks = [json.loads(line) for line in lines[:-1]]
    text = "".join(choice["delta"].get("content", "") for chunk in chunks for choice in chunk["choices"])
    assert lines[-1] == "[DONE]"
    assert text == json.loads(post(server, a_request()))["choices"][0]["message"]["content"]
    assert chunks[-1]["usage"]["completion_tokens"] > 0


@pytest.mark.network
def test_an_answer_that_is_too_long_is_cut_and_says_so(server):
    choice = json.loads(post(server, a_request(max_tokens=20)))["choices"][0]

    assert choice["finish_reason"] == "length"
    assert len(choice["message"]["content"]) == 80


@pytest.mark.network
@pytest.mark.parametrize(
    ("body", "path"), [(b"no json", "/chat/completions"), (b"{}", "/chat/completions"), (b"{}", "/x")]
)
def test_what_is_no_question_is_a_bad_request(server, body, path):
    with pytest.raises(urllib.error.HTTPError) as caught:
        post(server, body, path)

    assert caught.value.code == 400
    caught.value.close()


NOISE = [
    pytest.mark.network,
    pytest.mark.filterwarnings("ignore:Item '.*' on TypedDict class:UserWarning"),
    pytest.mark.filterwarnings(
        "ignore:Accessing the 'model_(computed_)?fields' attribute on the instance:DeprecationWarning"
    ),
]


def extracted(options, number=0, **changes):
    """An article by the whole way: prompt, LiteLLM, HTTP, answer, grounding."""
    chosen = Settings(**({"attempts": 6} | changes))

    async def run():
        from service.vendor.libraries import close_connections

        try:
            extractor = make_extractor(f"simulated/{STARTER}{options}", chosen)
            document = SET.documents[number]
            return await extract(document.article(document.text), extractor=extractor, settings=chosen)
        finally:
            await close_connections()

    return asyncio.run(run())


def in_short(extraction):
    return [(claim.text, claim.source.name, claim.source.kind, len(claim.figures)) for claim in extraction.claims]


class TestTheWholeWay:
    pytestmark = NOISE

    @pytest.mark.parametrize("form", ["marks", "free"])
    def test_without_mistakes_every_gold_claim_comes_back(self, form):
        extraction = extracted(f":form={form}")

        gold = SET.claims_of[SET.documents[0].id]
        assert extraction.status == "complete"
        assert extraction.model.startswith("simulated/")
        assert {claim.content for claim in extraction.claims} == {tuple(sorted(claim.content)) for claim in gold}
        assert extraction.usage.calls == 1

    @pytest.mark.parametrize("mode", ["schema", "tools", "json"])
    @pytest.mark.parametrize("stream", [False, True])
    def test_every_mode_of_answer_gives_the_same_claims(self, mode, stream):
        assert in_short(extracted("", answer_mode=mode, stream=stream)) == in_short(extracted(""))

    def test_refused_requests_are_tried_again(self):
        extraction = extracted(":limited=60%,seed=4")

        assert extraction.status == "complete"
        assert extraction.usage.retries >= 1

    def test_a_truncated_answer_keeps_its_claims_and_says_so(self):
        extraction = extracted(":truncated=1")

        assert extraction.status == "partial"
        assert 0 < len(extraction.claims) < len(in_short(extracted("")))

    def test_a_malformed_answer_is_a_failure(self):
        extraction = extracted(":malformed=1")

        assert extraction.status != "complete"
        assert extraction.failures

    def test_a_slow_answer_is_a_failure_in_time(self):
        extraction = extracted(":slow=1,delay=2", call_seconds=0.3, attempts=1)

        assert extraction.failures[0].reason == "timeout"


@pytest.mark.network
def test_it_can_be_served_in_the_foreground():
    command = [sys.executable, "-m", "service.simulated", f"{STARTER}:missed=10%", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        line = process.stdout.readline()
        process.terminate()

    assert line.startswith("http://127.0.0.1:")
    assert "simulated/" in line
