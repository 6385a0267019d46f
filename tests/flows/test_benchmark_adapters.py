"""Each adapter turns a benchmark's row into what its scorer reads."""

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
