"""Subjects: each model with each prompt, once."""

import shutil

import pytest

from eval.subjects import make_subjects, server_of
from service.confidence import Weights
from service.errors import InputError, PromptError, SetupError
from service.prompting import shipped_prompts
from service.settings import Settings

SERVER = Settings(api_base="http://user:secret@127.0.0.1:9/v1")


def another_prompt(folder, words="Answer well.\n\n"):
    for ending in (".md", ".examples.jsonl"):
        shutil.copy(shipped_prompts() / f"extract_claims.v1{ending}", folder / f"extract_claims.v9{ending}")
    path = folder / "extract_claims.v9.md"
    path.write_text(words + path.read_text(encoding="utf-8"), encoding="utf-8")
    return str(path)


def test_each_model_with_each_prompt_is_a_subject(tmp_path):
    prompts = ["extract_claims.v1", another_prompt(tmp_path)]

    subjects = make_subjects(["hosted_vllm/a", "hosted_vllm/b"], prompts, SERVER)

    assert [(subject.model, subject.prompt_name) for subject in subjects] == [
        ("hosted_vllm/a", "extract_claims.v1"),
        ("hosted_vllm/a", "extract_claims.v9"),
        ("hosted_vllm/b", "extract_claims.v1"),
        ("hosted_vllm/b", "extract_claims.v9"),
    ]


def test_a_model_without_a_prompt_is_one_subject(tmp_path):
    subjects = make_subjects(["embedded", "embedded"], ["extract_claims.v1", another_prompt(tmp_path)], SERVER)

    assert [subject.label for subject in subjects] == ["embedded"]


def test_prompts_of_other_wording_have_other_keys(tmp_path):
    one, other = make_subjects(["hosted_vllm/a"], ["extract_claims.v1", another_prompt(tmp_path)], SERVER)
    asked = {"goldset": "set", "sha256": "0", "place": tmp_path, "documents": ["a"], "repeats": 1}

    assert one.info(**asked).key != other.info(**asked).key


def test_a_servers_address_is_noted_without_a_password(tmp_path):
    [subject] = make_subjects(["hosted_vllm/a"], [], SERVER)

    info = subject.info(goldset="set", sha256="0", place=tmp_path, documents=["a"], repeats=1)

    assert info.server == "http://127.0.0.1:9/v1"
    assert "secret" not in info.model_dump_json()


@pytest.mark.parametrize(
    ("model", "prompt", "error"),
    [
        pytest.param("nonsense", "extract_claims.v1", InputError, id="model"),
        pytest.param("hosted_vllm/a", "no_such.v1", PromptError, id="prompt"),
    ],
)
def test_one_that_cannot_be_used_is_told_before_any_is_asked(model, prompt, error):
    with pytest.raises(error):
        make_subjects([model], [prompt], SERVER)


def test_a_missing_key_is_told(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)

    with pytest.raises(SetupError, match="OPENAI_API_KEY"):
        make_subjects(["openai/x"], [], Settings())


@pytest.mark.parametrize(
    ("model", "address", "kept"),
    [
        pytest.param("hosted_vllm/a", "http://127.0.0.1:9/v1/", "http://127.0.0.1:9/v1", id="as it is"),
        pytest.param("hosted_vllm/a", "https://me:secret@Host:8/v1", "https://host:8/v1", id="name and password"),
        pytest.param("hosted_vllm/a", "https://me:se@cret@host/v1", "https://host/v1", id="at sign in a password"),
        pytest.param("hosted_vllm/a", "https://me:se/cret@host/v1", "https://host/v1", id="slash in a password"),
        pytest.param("hosted_vllm/a", "https://host/v1?key=secret#secret", "https://host/v1", id="key in the query"),
        pytest.param("hosted_vllm/a", "me:secret@host:8", "host:8", id="no scheme"),
        pytest.param("hosted_vllm/a", None, None, id="none"),
        pytest.param("embedded", "http://127.0.0.1:9/v1", None, id="computed here"),
    ],
)
def test_what_is_kept_of_an_address_names_the_server_and_never_a_secret(model, address, kept):
    assert server_of(model, address) == kept


def test_two_servers_behind_one_models_name_are_two_questions(tmp_path):
    keys = set()
    for address in ("http://one/v1", "http://two/v1", "http://user:secret@two/v1"):
        [subject] = make_subjects(["hosted_vllm/a"], [], Settings(api_base=address))
        info = subject.info(goldset="set", sha256="0", place=tmp_path, documents=["a"], repeats=1)
        keys.add(info.key)

    assert len(keys) == 2


def test_a_run_names_the_weights_of_its_confidences_so_that_others_ask_anew(tmp_path):
    path = tmp_path / "mine.json"
    mine = Weights(model="embedded", base=0.5, weights={}, review_below=0.5)
    path.write_text(mine.model_dump_json(), encoding="utf-8")
    told = {"goldset": "g", "sha256": "0" * 64, "place": tmp_path, "documents": ["a"], "repeats": 1}

    (shipped,) = make_subjects(["embedded"], [], Settings())
    (own,) = make_subjects(["embedded"], [], Settings(confidence=path))

    assert str(shipped.info(**told).settings["confidence"]).startswith("fitted for embedded, ")
    assert own.info(**told).settings["confidence"] == mine.label
    assert own.info(**told).key != shipped.info(**told).key
