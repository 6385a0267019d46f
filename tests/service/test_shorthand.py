import json
from itertools import chain

import jsonschema
import pytest

from service.prompting import shipped_prompts
from service.records import Stance
from service.shorthand import CLAIMS_PADDED_TO, MARKS_PADDED_TO, ModelClaim, answer_schema, padded

LARGEST = json.loads(
    answer_schema(speakers=MARKS_PADDED_TO[-1], figures=MARKS_PADDED_TO[-1], claims=CLAIMS_PADDED_TO[-1])
)
SCHEMA = json.loads(answer_schema(speakers=8, figures=16, claims=32))


def nodes_in(node):
    if isinstance(node, dict):
        yield node
    for value in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from nodes_in(value)


def an_answer(*said, p=("1 a … b",)):
    return {"c": [{"p": list(p), "s": list(said)}]}


# ── what can be said ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param({"c": []}, id="no-claims"),
        pytest.param(an_answer("outlet"), id="outlet"),
        pytest.param(an_answer("S8", "S1", "F16", {"d": "lost"}, {"c": "men"}), id="marks"),
        pytest.param(an_answer({"other": "a spokesman"}, {"other": "40"}), id="words"),
        pytest.param(an_answer("S1", "implied", "denies", "hedged", {"q": "said"}, {"via": "S2"}), id="besides"),
        pytest.param(an_answer("S1", {"in": "Velm"}, p=("1 a … b", "2")), id="two-passages"),
    ],
)
def test_the_schema_takes_what_the_form_can_say(answer):
    assert jsonschema.validate(answer, SCHEMA) is None
    assert [ModelClaim.model_validate(claim).passages[0] for claim in answer["c"]] == [c["p"][0] for c in answer["c"]]


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(an_answer("S9"), id="speaker-mark-that-is-not-shown"),
        pytest.param(an_answer("S1", "F17"), id="figure-mark-that-is-not-shown"),
        pytest.param(an_answer("S1", "40"), id="a-number-for-a-figure"),
        pytest.param(an_answer("The mayor"), id="a-name-for-a-speaker"),
        pytest.param(an_answer("S1", {"via": "The mayor"}), id="a-name-for-a-via"),
        pytest.param(an_answer("S1", "doubts"), id="stance-of-its-own"),
        pytest.param(an_answer("S1", {"d": "x" * 121}), id="endless-words"),
        pytest.param(an_answer("S1", p=["1"] * 7), id="endless-passages"),
        pytest.param({"c": [{"p": ["1"]}]}, id="no-speaker-key"),
        pytest.param({"c": [{"p": ["1"], "s": ["S1"], "mood": "grim"}]}, id="key-of-its-own"),
        pytest.param({"claims": []}, id="wrong-wrapper"),
    ],
)
def test_the_schema_takes_nothing_else(answer):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(answer, SCHEMA)


@pytest.mark.parametrize("path", sorted(shipped_prompts().glob("*.examples.jsonl")), ids=lambda path: path.stem)
def test_every_example_keeps_to_the_schema_that_constrains_the_answer(path):
    examples = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]

    assert [jsonschema.validate(example["answer"], SCHEMA) for example in examples] == [None] * len(examples)


# ── what strict dialects take ─────────────────────────────────────────────────────────────────────────────────────


def test_every_object_is_closed_and_requires_all_its_keys():
    objects = [node for node in nodes_in(LARGEST) if node.get("type") == "object"]

    assert len(objects) == 8
    assert all(node["additionalProperties"] is False for node in objects)
    assert all(node["required"] == list(node["properties"]) for node in objects)


def test_no_two_choices_begin_with_the_same_key():
    (choices,) = (node["anyOf"] for node in nodes_in(LARGEST) if "anyOf" in node)
    keys = [next(iter(choice["properties"])) for choice in choices if choice.get("type") == "object"]

    assert len(keys) == len(set(keys)) == 6


def test_definitions_are_typed_lists_of_words_that_refer_to_nothing():
    definitions = LARGEST["$defs"].values()

    assert [definition["type"] for definition in definitions] == ["string", "string"]
    assert [node for definition in definitions for node in nodes_in(definition) if "$ref" in node] == []


def test_a_reference_stands_alone():
    assert {len(node) for node in nodes_in(LARGEST) if "$ref" in node} == {1}


def test_only_keywords_are_used_that_a_door_knows_to_strip_or_all_dialects_take():
    names = set(LARGEST["properties"]) | {"p", "s", "d", "c", "q", "in", "other", "via", "S", "F"}

    assert set(chain.from_iterable(nodes_in(LARGEST))) - names == {
        *("type", "properties", "required", "additionalProperties", "items", "enum", "anyOf", "$defs", "$ref"),
        *("maxItems", "maxLength"),
    }


def test_the_largest_schema_has_fewer_choices_of_words_than_any_dialect_allows():
    enums = [node["enum"] for node in nodes_in(LARGEST) if "enum" in node]

    assert sum(map(len, enums)) < 1_000
    assert max(sum(map(len, enum)) for enum in enums) < 15_000


def test_the_schema_stays_small():
    assert len(json.dumps(SCHEMA, separators=(",", ":"))) < 1_600
    assert len(json.dumps(LARGEST, separators=(",", ":"))) < 5_000


def test_marks_stand_once_in_the_schema_however_often_they_are_used():
    assert answer_schema(speakers=64, figures=32, claims=64).count('"S64"') == 1


@pytest.mark.parametrize(
    ("count", "size"),
    [(0, 8), (8, 8), (9, 16), (256, 256), (1_000, 256)],
    ids=["none", "full", "one-more", "top", "over"],
)
def test_marks_are_padded_to_few_sizes(count, size):
    assert padded(count, (8, 16, 256)) == size


def test_every_stance_but_the_plain_one_can_be_said():
    (held,) = (
        choice["enum"] for choice in SCHEMA["properties"]["c"]["items"]["properties"]["s"]["items"]["anyOf"][2:3]
    )

    assert set(held) == {*Stance.__args__, "hedged", "implied"} - {"asserts"}
