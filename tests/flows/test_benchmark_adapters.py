"""Each adapter turns a benchmark's row into what its scorer reads."""

import importlib.util
import json
import subprocess
import sys

import pytest
from conftest import ROOT

TEXT = 'Mayor Ana Lima said at least 40 homes burned. "We lost the school," she added.'


@pytest.mark.parametrize(
    ("adapter", "key", "expected"),
    [
        pytest.param("ced1k", "claims", {"agent": "Ana Lima", "utterance": "at least 40 homes burned"}, id="ced1k"),
        pytest.param("polnear", "attributions", {"source_text": "Ana Lima", "content": [[20, 44]]}, id="polnear"),
        pytest.param("newsquant", "quantities", {"value": 40.0, "change": ">", "unit": "home"}, id="newsquant"),
    ],
)
def test_an_adapter_writes_a_row_for_its_scorer(adapter, key, expected, tmp_path):
    gold, predictions = tmp_path / "gold.jsonl", tmp_path / "predictions.jsonl"
    gold.write_text(json.dumps({"doc_id": "d1", "text": TEXT}) + "\n", encoding="utf-8")

    subprocess.run(
        [sys.executable, "-m", f"bench.{adapter}", gold, predictions],
        check=True,
        cwd=ROOT,
        timeout=120,
        capture_output=True,
    )

    row = json.loads(predictions.read_text(encoding="utf-8"))
    assert row["doc_id"] == "d1"
    assert expected.items() <= row[key][0].items()


SCORER = """
def doc_counts(gold, predicted, only, floor):
    kept = [each for each in gold["attributions"] if not only or each["type"] == "direct"]
    found = [each["content"] for each in predicted["attributions"]]
    paired = sum(each["content"] in found for each in kept)
    return {"paired": paired, "touch": paired, "pred": len(found), "gold": len(kept)}
"""


@pytest.fixture
def corpus(tmp_path):
    row = {"doc_id": "d1", "text": TEXT, "attributions": [{"content": [[20, 44]], "type": "indirect"}]}
    (tmp_path / "score.py").write_text(SCORER, encoding="utf-8")
    (tmp_path / "dev.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    return tmp_path / "dev.jsonl"


def compared(*arguments):
    command = [sys.executable, "-m", "bench.attributions", *arguments]
    return subprocess.run(command, check=False, cwd=ROOT, timeout=120, capture_output=True, text=True, encoding="utf-8")


def test_peers_stand_beside_ours_with_counts_and_one_that_is_missing_is_named(corpus):
    done = compared("--polnear", str(corpus))

    lines = done.stdout.splitlines()
    assert "| embedded | all | 0.500 (1/2), 1.000 (1/1), 0.667 | 0.500 (1/2), 1.000 (1/1), 0.667 |" in lines
    assert any(line.startswith("| spaCy alone | all | ") for line in lines)
    textacy = importlib.util.find_spec("textacy") is not None
    assert any(line.startswith("| textacy | all |") for line in lines) == textacy
    assert ("textacy was left out: textacy is not installed." in lines) != textacy


def test_a_comparison_without_a_corpus_or_its_scorer_says_what_is_wanted(corpus):
    corpus.with_name("score.py").unlink()

    assert "name the rows of at least one corpus" in compared().stderr
    assert "keep the corpus's scorer beside its rows" in compared("--polnear", str(corpus)).stderr
