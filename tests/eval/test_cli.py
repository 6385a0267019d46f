"""The evaluation from a shell: what is printed, where, and the exit code."""

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result
from goldmakers import STARTER, starter
from storing import an_extraction, as_extracted

from eval.cli import main
from service.errors import NoAnswer, SetupError
from service.goldfiles import CLAIMS_FILE, DOCUMENTS_FILE, claim_line, gold_form
from service.records import Article, Extraction

GOLD = str(STARTER)


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("click.get_app_dir", lambda name: str(tmp_path / "home" / name))
    monkeypatch.delenv("ACCORDING_TEXTS", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A model that answers with the gold claims themselves, fails on `fail…`, and notes every call."""
    made: list[str] = []

    async def extract(article: Article, *, extractor: SimpleNamespace, settings: object, judge=None) -> Extraction:
        made.append(article.id)
        if extractor.name == "fails-on-nurses" and article.id == "nurses-march":
            raise NoAnswer("too many requests", reason="rate_limited")
        claims = as_extracted(starter().claims_of[article.id])
        return an_extraction(article, model=extractor.name, seconds=0.5, claims=claims)

    def make_extractor(name: str, settings: object, calls: object = None) -> SimpleNamespace:
        if name == "no/key":
            raise SetupError("no/key needs NO_API_KEY. Set it.")
        return SimpleNamespace(name=name, prompt=None)

    monkeypatch.setattr("service.pipeline.extract", extract)
    monkeypatch.setattr("service.choose.make_extractor", make_extractor)
    return made


def call(*arguments: str) -> Result:
    result = CliRunner().invoke(main, list(arguments))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_help_loads_nothing_heavy():
    heavy = "{'pydantic', 'rich', 'numpy', 'scipy', 'datasets', 'krippendorff', 'yaml', 'spacy', 'litellm'}"
    code = f"import sys, eval.cli; print(sorted({heavy} & set(sys.modules)))"

    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert shown.stdout == "[]\n"


def test_check_of_a_clean_set_says_so():
    result = call("check", GOLD)

    assert result.exit_code == 0
    assert result.stdout == "starter: 3 documents, 40 claims, 37 figures: clean\n"


def test_check_names_problems_and_ends_with_one(tmp_path):
    spoiled = tmp_path / "set"
    spoiled.mkdir()
    for path in STARTER.iterdir():
        (spoiled / path.name).write_bytes(path.read_bytes().replace(b'"low": "43"', b'"low": "forty"'))

    result = call("check", str(spoiled))

    assert result.exit_code == 1
    assert "claims.jsonl:2: error: figures.0.low = 'forty': 'forty' is not a decimal number" in result.stdout


def test_a_run_is_written_scored_and_signed(calls, tmp_path):
    result = call("run", GOLD, "--model", "stub", "--out", "runs")

    assert result.exit_code == 0
    assert result.stdout.startswith(f"starter@{starter().sha256[:8]} | stub | no prompt | according")
    assert "align one-to-one τ 0.5" in result.stdout
    assert "gold figures all right, speaker too 1.000 (36/36)" in " ".join(result.stdout.split())
    assert "counts only; intervals need 10" in result.stdout
    assert "starter stub: 3 of 3 articles, 0 failed" in result.stderr
    lines = (tmp_path / "runs" / "starter.stub" / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    assert sorted(json.loads(line)["document"] for line in lines) == sorted(calls)


def test_a_failed_article_is_named_not_scored_and_ends_with_three(calls):
    result = call("run", GOLD, "--model", "fails-on-nurses", "--out", "runs", "--json")

    [report] = json.loads(result.stdout)
    assert result.exit_code == 3
    assert report["articles"] == 2
    assert report["counts"]["missed"] == 0
    assert [each["document"] for each in report["unfinished"]] == ["nurses-march"]
    assert report["unfinished"][0]["failures"][0]["reason"] == "rate_limited"
    assert {measure["signature"] for measure in report["measures"]} == {report["signature"]}


def test_going_on_calls_only_for_what_is_not_finished(calls, monkeypatch):
    call("run", GOLD, "--model", "stub", "--out", "runs", "--limit", "2")
    calls.clear()

    result = call("run", GOLD, "--model", "stub", "--out", "runs", "--resume")

    assert calls == ["nurses-march"]
    assert "1.000 (40/40)" in result.stdout


def test_several_models_each_have_their_report(calls):
    result = call("run", GOLD, "--model", "one", "--model", "two", "--out", "runs")

    assert "| one |" in result.stdout
    assert "| two |" in result.stdout


def test_a_model_that_is_not_set_up_is_told_without_a_traceback(calls):
    result = call("run", GOLD, "--model", "no/key", "--out", "runs")

    assert result.exit_code == 2
    assert result.stderr == "Error: no/key needs NO_API_KEY. Set it.\n"


def test_a_stored_run_is_scored_without_a_call(calls):
    call("run", GOLD, "--model", "stub", "--out", "runs")
    calls.clear()

    result = call("score", "runs/starter.stub", GOLD)

    assert calls == []
    assert "claim F1 1.000 (80/80)" in " ".join(result.stdout.split())


def test_predictions_in_gold_form_are_scored_and_missing_documents_told(tmp_path):
    claims = starter().claims_of["ferry-sinking"]
    path = tmp_path / "mine.jsonl"
    path.write_text("".join(claim_line(claim) + "\n" for claim in claims), encoding="utf-8")

    result = call("score", str(path), GOLD, "--json")
    told = call("score", str(path), GOLD)

    counts = json.loads(result.stdout)["counts"]
    assert (counts["gold"], counts["paired"], counts["missed"]) == (40, 13, 27)
    assert "2 of 3 documents have no prediction and count as read without claims" in told.stdout


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"document": "elsewhere"}, "document = 'elsewhere' is not in starter", id="unknown document"),
        pytest.param({"content": [[0, 99_999]]}, "content ends at 99999", id="beyond the text"),
        pytest.param({"mode": "loud"}, "mine.jsonl:1: mode = 'loud'", id="no such mode"),
    ],
)
def test_predictions_that_do_not_fit_are_refused(tmp_path, change, message):
    path = tmp_path / "mine.jsonl"
    path.write_text(json.dumps(gold_form(starter().claims[0]) | change), encoding="utf-8")

    result = call("score", str(path), GOLD)

    assert result.exit_code == 2
    assert message in result.stderr


def test_agreement_takes_documents_from_the_set_around_the_passes(tmp_path):
    folder = tmp_path / "set"
    lines = (STARTER / CLAIMS_FILE).read_text(encoding="utf-8").splitlines(keepends=True)
    for name, kept in (("a", lines), ("b", lines[:-1])):
        (folder / "passes" / name).mkdir(parents=True)
        (folder / "passes" / name / CLAIMS_FILE).write_text("".join(kept), encoding="utf-8")
    (folder / DOCUMENTS_FILE).write_bytes((STARTER / DOCUMENTS_FILE).read_bytes())

    result = call("agreement", str(folder / "passes" / "a"), str(folder / "passes" / "b"), "--differences")

    assert result.exit_code == 0
    assert "1 difference: claim only in A 1." in result.stdout
    assert "nurses-march:1072: claim only in A: “A similar march in 2019 … drew 8,000 people”" in result.stdout


def test_a_recorded_folder_of_texts_is_looked_in(tmp_path):
    folder, texts = tmp_path / "set", tmp_path / "texts"
    folder.mkdir()
    texts.mkdir()
    for path in STARTER.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    documents = [json.loads(line) for line in (folder / DOCUMENTS_FILE).read_text(encoding="utf-8").splitlines()]
    for document in documents:
        (texts / f"{document['id']}.txt").write_bytes(document.pop("text").encode("utf-8"))
    (folder / DOCUMENTS_FILE).write_text("\n".join(map(json.dumps, documents)), encoding="utf-8")

    without = call("score", str(folder / CLAIMS_FILE), str(folder))
    added = call("texts", "add", str(texts))
    with_texts = call("score", str(folder / CLAIMS_FILE), str(folder))

    assert without.exit_code == 2
    assert "texts add DIR" in without.stderr
    assert added.exit_code == 0
    assert call("texts", "list").stdout == f"{texts.resolve()}\n"
    assert with_texts.exit_code == 0


CONTRAST = STARTER.parent / "contrast"


def test_pairs_are_reported_by_phenomenon_with_counts():
    shown = call("score", str(CONTRAST / CLAIMS_FILE), str(CONTRAST), "--split", "dev")

    rows = {" ".join(line.split()) for line in shown.output.splitlines()}
    assert {"negation 1.000 (6/6) 1.000 (6/6)", "all pairs 1.000 (93/93) 1.000 (93/93)"} <= rows


def test_pairs_are_in_the_json_too_each_with_its_verdict():
    shown = json.loads(call("score", str(CONTRAST / CLAIMS_FILE), str(CONTRAST), "--json").output)

    assert shown["pairs"]["total"]["whole"] == {"hits": 183, "total": 183, "value": 1.0}
    assert shown["pairs"]["by_phenomenon"]["hedge"]["field"] == {"hits": 12, "total": 12, "value": 1.0}
    assert shown["pairs"]["each"]["c001"] == {"phenomenon": "speaker_swapped", "whole": True, "field": True}


def test_a_set_without_pairs_has_none_in_its_report():
    shown = call("score", str(STARTER / CLAIMS_FILE), GOLD)

    assert "Pairs" not in shown.output


def test_only_the_documents_of_a_split_are_scored():
    shown = json.loads(call("score", str(CONTRAST / CLAIMS_FILE), str(CONTRAST), "--split", "test", "--json").output)

    assert shown["articles"] == 180
    assert shown["pairs"]["left_out"] == []


def test_only_the_documents_of_a_split_are_run(calls):
    assert call("run", GOLD, "--model", "echo", "--split", "dev", "--out", "runs").exit_code == 0
    assert sorted(calls) == ["ferry-sinking", "kettle-results", "nurses-march"]


def test_a_split_that_is_not_there_is_refused_and_the_splits_are_named(calls):
    shown = call("run", GOLD, "--model", "echo", "--split", "tset")

    assert shown.exit_code == 2
    assert "split = 'tset' is none of starter" in shown.output
    assert "Its splits are dev." in shown.output
    assert calls == []


def test_a_set_is_described_by_its_counts():
    shown = call("describe", GOLD)

    lines = shown.output.splitlines()
    assert lines[0] == "starter 1.0: 3 documents, 615 words, 40 claims, 37 figures, 10 times, 9 skipped numbers"
    assert lines[1] == "split: dev 3"
    assert "unit: count 23, percent 6, EUR 3, hour 1, minute 1, percentage point 1, times 1, week 1" in lines


def test_a_description_is_there_as_json_too():
    [described] = json.loads(call("describe", GOLD, "--json").output)

    assert described["claims"] == 40
    assert described["tables"]["stance"]["asserts"] == 32


def test_agreement_can_be_asked_of_some_documents_only():
    gold = str(CONTRAST)

    shown = json.loads(call("agreement", gold, gold, "--document", "c001a", "--document", "c001b", "--json").output)

    assert shown["documents"] == 2


def test_a_document_that_neither_set_has_is_refused():
    shown = call("agreement", GOLD, GOLD, "--document", "ferry")

    assert shown.exit_code == 2
    assert "document = 'ferry'" in shown.output
