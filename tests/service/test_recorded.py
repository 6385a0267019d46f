import asyncio

import pytest
from readings import a_reading, one_segment
from scripted import ScriptedCompleter

from service.errors import BadAnswer, NoAnswer
from service.models import Meter
from service.prompting import load_template, write_prompt
from service.recorded import NotRecorded, RecordedCompleter, Recorder
from service.records import Usage

TEMPLATE = load_template("extract_claims.v1")
CLAIM = {"p": ["1|a|b"], "s": "S1", "m": None, "q": None, "o": "indirect", "f": [], "x": []}


def a_prompt(text="{S1 She} said so.", nonce="one"):
    reading = a_reading(text)
    return write_prompt(one_segment(reading), reading, TEMPLATE, nonce=nonce, max_output_tokens=500)


def complete(completer, prompt):
    meter = Meter()
    return asyncio.run(completer.complete(prompt, meter=meter)), meter.usage


def test_an_answer_is_replayed_word_for_word_at_its_cost_on_paper(tmp_path):
    usage = Usage(calls=2, retries=1, prompt_tokens=900, completion_tokens=70, cost_usd=0.01)
    recorder = Recorder(ScriptedCompleter({1: [CLAIM]}, usage=usage), tmp_path)
    recorded = complete(recorder, a_prompt(nonce="one"))

    replayed = complete(RecordedCompleter(recorder.name, tmp_path), a_prompt(nonce="another"))

    assert replayed == recorded
    assert replayed[1] == usage


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("scripted/test", "{S1 She} said no.", id="another-article"),
        pytest.param("scripted/other", "{S1 She} said so.", id="another-model"),
    ],
)
def test_a_question_that_was_not_asked_is_refused(tmp_path, name, text):
    complete(Recorder(ScriptedCompleter({1: [CLAIM]}), tmp_path), a_prompt())

    with pytest.raises(NotRecorded, match="Record it with the model first") as refused:
        complete(RecordedCompleter(name, tmp_path), a_prompt(text))

    assert refused.value.reason == "not_recorded"


def test_a_failure_is_passed_on_and_not_saved_but_paid(tmp_path):
    recorder = Recorder(ScriptedCompleter({1: NoAnswer("busy")}), tmp_path)
    meter = Meter()

    with pytest.raises(NoAnswer, match="busy"):
        asyncio.run(recorder.complete(a_prompt(), meter=meter))

    assert list(tmp_path.rglob("*.json")) == []
    assert meter.usage.calls == 1


def test_a_damaged_file_is_an_error_that_names_it(tmp_path):
    recorder = Recorder(ScriptedCompleter({1: [CLAIM]}), tmp_path)
    complete(recorder, a_prompt())
    (path,) = tmp_path.rglob("*.json")
    path.write_text('{"key": 1')

    with pytest.raises(BadAnswer, match=path.name):
        complete(RecordedCompleter(recorder.name, tmp_path), a_prompt())
