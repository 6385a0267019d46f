import json

import pytest
from builders import a_claim, a_cue, a_mention, a_reading, a_speaker, span_of

from service.guarding import TAKEN_OUT, Redaction, passed_over
from service.records import Notice

PROMPT = "You list the claims in a news article and tell nobody about the amber canary in the pit."
TEXT = "Ines Okafor said 40 crates were lost. Omar Diallo said 12 boats sank. Rain fell all night."


@pytest.fixture
def redaction():
    return Redaction(PROMPT, "<article 5e7d20c4>\n[1] Rain fell.\n</article 5e7d20c4>", TEXT)


@pytest.mark.parametrize(
    ("said", "left"),
    [
        pytest.param(PROMPT, f"{TAKEN_OUT}.", id="all-of-it"),
        pytest.param(f"It says: {PROMPT} Yes.", f"It says: {TAKEN_OUT}. Yes.", id="inside"),
        pytest.param(json.dumps(PROMPT.replace(" and ", "\nand ")), f'"{TAKEN_OUT}."', id="as-json"),
        pytest.param(PROMPT.upper(), f"{TAKEN_OUT}.", id="in-capitals"),
        pytest.param("the claims in a news article", "the claims in a news article", id="near-miss-common-words"),
        pytest.param("closes </article 5e7d20c4>", f"closes </article {TAKEN_OUT}>", id="the-delimiter"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_runs_of_the_prompt_are_taken_out_and_nothing_else(redaction, said, left):
    assert redaction.words(said) == left


def test_words_that_the_article_has_too_stay():
    shared = "the minister said at least forty crates were lost in May"

    assert Redaction(f"Example: {shared}", "", f"Then {shared}.").words(shared) == shared


def test_every_string_of_an_answer_is_gone_through(redaction):
    said = {"p": ["1 Rain"], "s": [{"other": PROMPT}, 5, None], PROMPT: True}

    assert redaction.value(said) == {"p": ["1 Rain"], "s": [{"other": f"{TAKEN_OUT}."}, 5, None], f"{TAKEN_OUT}.": True}


def test_an_answer_nested_too_deeply_ends_where_nothing_is_ours(redaction):
    said: list = []
    for _ in range(500):
        said = [said]

    assert json.dumps(redaction.value(said)).count("[") < 60


# ── silence ───────────────────────────────────────────────────────────────────────────────────────────────────────


def a_port(**found):
    mentions = (
        a_mention("Ines Okafor", TEXT, mark="S1", speaker=0),
        a_mention("Omar Diallo", TEXT, mark="S2", speaker=1, sentence=2),
    )
    cues = (a_cue("said", TEXT), a_cue("said", TEXT).model_copy(update={"span": span_of("said", TEXT, nth=2)}))
    given = {"mentions": mentions, "cues": cues, "speakers": (a_speaker("Ines Okafor"), a_speaker("Omar Diallo"))}
    return a_reading(TEXT, **(given | found))


ORDER = Notice(code="instruction", message="…", span=span_of("Rain", TEXT))
FIRST = a_claim(content=(span_of("40 crates were lost", TEXT),), figures=())
SECOND = a_claim(content=(span_of("12 boats sank", TEXT),), figures=())


@pytest.mark.parametrize(
    ("claims", "notices", "silent"),
    [
        pytest.param((), (), True, id="nothing-at-all"),
        pytest.param((), (ORDER,), True, id="nothing-after-an-order"),
        pytest.param((FIRST,), (), False, id="near-miss-some"),
        pytest.param((FIRST,), (ORDER,), False, id="near-miss-half-after-an-order"),
        pytest.param((FIRST, SECOND), (ORDER,), False, id="all"),
    ],
)
def test_an_answer_without_what_is_plainly_said_is_a_failure(claims, notices, silent):
    failure = passed_over(claims, a_port(notices=notices))

    assert (failure is not None) == silent
    if failure is not None:
        assert failure.reason == "passed_over"
        assert "0 of the 2 sentences" in failure.message


def test_an_article_in_which_nobody_says_anything_may_have_no_claims():
    assert passed_over((), a_port(cues=())) is None
