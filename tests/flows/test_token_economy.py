"""The answer form stays as cheap as it was made, and loses nothing of what is scored."""

import json
import sys
from importlib.util import module_from_spec, spec_from_file_location
from urllib.request import Request, urlopen

import pytest
from conftest import ROOT

_spec = spec_from_file_location("bench_tokens", ROOT / "bench" / "tokens.py")
tokens = sys.modules["bench_tokens"] = module_from_spec(_spec)
_spec.loader.exec_module(tokens)

FULL_MARK = 0.97  # of the starter's claims; a gold claim that reading has no marks for cannot be said in full


@pytest.fixture(scope="module")
def starter():
    return list(tokens.articles_of("starter", None, (), tokens.Settings().prompt))


@pytest.mark.parametrize("fields", ["same", "full"])
def test_a_claim_costs_less_than_a_third_of_langextracts_tokens(starter, fields):
    own = sum(tokens.count(tokens.written(asked.claims, asked)) for asked in starter)

    assert 3 * own < tokens.their_tokens(starter, fields, indented=True)


def test_content_speaker_and_figures_alone_cost_at_most_about_a_third(starter):
    own = sum(tokens.count(tokens.written(asked.claims, asked, lean=True)) for asked in starter)

    assert 2.9 * own < tokens.their_tokens(starter, "lean", indented=True)


@pytest.mark.parametrize("field", ["content", "speaker", "mention", "cue", "mode", "stance and hedge"])
def test_a_claim_in_short_form_says_all_that_it_should(starter, field):
    kept = sum((tokens.come_back(asked) for asked in starter), tokens.Counter())

    assert kept[field] >= FULL_MARK * kept["claims"] > 30


def test_what_stands_before_the_article_is_short():
    assert tokens.count(tokens.load_template(tokens.Settings().prompt).system) < 1_000


@pytest.mark.network
def test_the_server_counts_what_each_model_is_asked():
    body = json.dumps({"model": "a", "messages": [{"role": "user", "content": "one two three"}]}).encode()
    with tokens.Counting() as server, urlopen(Request(f"http://127.0.0.1:{server.port}/v1", data=body)) as answered:
        answer = json.load(answered)

    assert server.asked == {"a": [3]}
    assert json.loads(answer["choices"][0]["message"]["content"]) == {"extractions": []}


def test_an_example_of_ours_is_one_of_theirs():
    ferry = tokens.same_examples("extract_claims.v1", "lean")[0]

    assert ferry["text"].startswith("Coast guard commander Ida Brandt said at least 14 passengers")
    assert ferry["claims"][0] == {
        "words": "at least 14 passengers were rescued off Hamra and two drowned",
        "attributes": {"speaker": "Coast guard commander Ida Brandt", "figures": ["at least 14", "two"]},
    }
