"""Gold sets come in as folders and as tables, the same each way."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from goldmakers import STARTER, starter

from eval.gold_rows import export_jsonl
from eval.goldset import open_articles, open_gold_set
from service.errors import InputError

CONTRAST = STARTER.parent / "contrast"


def test_a_jsonl_file_of_articles_is_the_same_gold_set(tmp_path: Path):
    [path] = export_jsonl(starter(), tmp_path)

    ready = open_gold_set(path, ())

    assert ready.gold.claims == starter().claims
    assert ready.gold.sha256 == starter().sha256
    assert ready.gold.info.name == "starter"
    assert [row.record for row in ready.gold.skipped_rows] == [row.record for row in starter().skipped_rows]


def test_an_article_needs_no_hash_where_its_text_is_there(tmp_path: Path):
    path = tmp_path / "mine.jsonl"
    claim = {"id": "c", "content": [[14, 29]], "source": {"name": "Ada Lund", "kind": "person"}, "mode": "indirect"}
    path.write_text(json.dumps({"id": "a", "text": "Ada Lund said two cars burned.", "claims": [claim]}) + "\n")

    ready = open_gold_set(path, ())

    assert ready.gold.claims[0].document == "a"
    assert ready.articles()[0].sha256 == ready.gold.documents[0].sha256


@pytest.mark.parametrize(
    ("row", "message"),
    [
        pytest.param("{oops", r"mine\.jsonl:1", id="no-json"),
        pytest.param('{"text": "x"}', r"row 1: id", id="no-id"),
        pytest.param('{"id": "a", "text": "x", "claims": [{"id": "c"}]}', r"row 1: content", id="claim"),
        pytest.param('["a"]', r"not a JSON object", id="list"),
    ],
)
def test_a_row_that_is_no_article_is_named(tmp_path: Path, row: str, message: str):
    path = tmp_path / "mine.jsonl"
    path.write_text(row + "\n")

    with pytest.raises(InputError, match=message):
        open_gold_set(path, ())


def test_a_file_of_a_folder_stands_for_the_folder():
    assert open_gold_set(STARTER / "claims.jsonl", ()).name == open_gold_set(STARTER, ()).name


def test_any_other_file_is_refused():
    with pytest.raises(InputError, match=r"README\.md' is no gold set"):
        open_gold_set(STARTER / "README.md", ())


@pytest.mark.parametrize(
    ("folder", "choice"),
    [
        pytest.param(STARTER, {}, id="all"),
        pytest.param(STARTER, {"limit": 2}, id="limit"),
        pytest.param(CONTRAST, {"split": "test", "limit": 7}, id="split"),
    ],
)
def test_the_articles_alone_are_those_of_the_whole_set_with_its_hash(folder: Path, choice: dict):
    lean = open_articles(folder, (), **choice)
    whole = open_gold_set(folder, ()).of_split(choice.get("split")).first(choice.get("limit"))

    assert lean.sha256 == whole.gold.sha256
    assert tuple(lean.articles()) == whole.articles()


def test_a_wrong_claim_is_told_before_any_article_is_read(tmp_path: Path):
    for path in STARTER.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes().replace(b'"mode": "direct"', b'"mode": "loud"'))

    with pytest.raises(InputError, match=r"claims\.jsonl:\d+: mode = 'loud'"):
        open_articles(tmp_path, ())


READ = """
import json, sys
from pathlib import Path
from eval.goldset import open_gold_set
told = {}
for place in sys.argv[1:]:
    ready = open_gold_set(Path(place), ())
    told[place] = [ready.gold.sha256, len(ready.gold.skipped_rows), ready.gold.info.name]
try:
    open_gold_set(Path("hf:no-such-folder-here/at-all"), ())
except Exception as error:
    told["error"] = [type(error).__name__, str(error)]
print(json.dumps(told))
"""


@pytest.mark.network
def test_parquet_files_and_hub_folders_come_back_as_the_same_gold_set(tmp_path: Path):
    # In processes of their own: the library takes seconds to load and warns of its own affairs.
    hub = tmp_path / "starter"
    export = [sys.executable, "-m", "eval", "export", str(STARTER), "--to", "hub-folder", "--out", str(hub)]
    subprocess.run(export, check=True, capture_output=True)
    places = [f"hf:{hub}", str(hub / "data" / "claims.parquet")]

    shown = subprocess.run(
        [sys.executable, "-c", READ, *places],
        check=True,
        capture_output=True,
        text=True,
        env={"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "cache"), "PYTHONPATH": str(STARTER.parent.parent)},
    )

    told = json.loads(shown.stdout)
    assert [told[place] for place in places] == [[starter().sha256, len(starter().skipped_rows), "starter"]] * 2
    assert told["error"][0] == "InputError"
    assert "goldset = 'hf:no-such-folder-here/at-all' cannot be read" in told["error"][1]
