"""Export: what was annotated comes back from Parquet as it was."""

import json
import subprocess
import sys
from pathlib import Path

from goldmakers import STARTER, starter

from service.goldfiles import claim_from_form

READ = """
import json, sys
from datasets import load_dataset
rows = load_dataset("parquet", data_files=sys.argv[1], split="train").to_list()
print(json.dumps(rows))
"""


def test_claims_come_back_from_a_hub_folder_as_they_were(tmp_path: Path):
    # In processes of their own: the library takes seconds to load and warns of its own affairs.
    export = [sys.executable, "-m", "eval", "export", str(STARTER), "--to", "hub-folder", "--out", str(tmp_path)]
    subprocess.run(export, check=True, capture_output=True)
    claims = tmp_path / "data" / "claims.parquet"

    shown = subprocess.run([sys.executable, "-c", READ, str(claims)], check=True, capture_output=True, text=True)

    rows = json.loads(shown.stdout)
    for row in rows:
        row["optional"] = bool(row["optional"])
    assert tuple(claim_from_form(row) for row in rows) == starter().claims
    card = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert card.startswith("---\npretty_name: starter\n")
    assert "license: cc-by-4.0" in card
    assert (tmp_path / "data" / "documents.parquet").exists()
