"""The table of prompts is made from runs that measured something, and from nothing else."""

from pathlib import Path

import pytest
from goldmakers import STARTER
from storing import an_info

from eval.goldset import open_articles, open_gold_set
from eval.prompt_table import BEGIN, END, find_runs, measure, table, with_table
from eval.results import Outcome
from eval.store import RunWriter
from service.errors import InputError
from service.prompting import shipped_prompts

READY = open_gold_set(STARTER, ())


def stored(folder: Path, *, model="openai/small", prompt="extract_claims.v1@12345678", left_out=0, **changes) -> None:
    """A run that answers with the gold claims themselves."""
    articles = READY.articles()
    info = an_info(
        goldset="starter",
        goldset_sha256=READY.gold.sha256,
        model=model,
        prompt=prompt,
        documents=tuple(article.id for article in articles),
        **changes,
    )
    keys = {article.id: info.article_key(article) for article in articles}
    writer = RunWriter(folder, info, keys=keys, resume=False)
    for article in articles[left_out:]:
        writer.append(
            Outcome(
                document=article.id,
                repeat=1,
                key=keys[article.id],
                sha256=article.sha256,
                published=None,
                status="complete",
                seconds=0.1,
                claims=READY.gold.claims_of[article.id],
            )
        )
    writer.close()


def test_a_complete_run_is_a_line_with_its_counts_and_signature(tmp_path):
    stored(tmp_path / "one")

    [found] = find_runs([tmp_path])
    row = table([measure(found, open_articles(STARTER, ()))]).splitlines()[-1]

    assert row.startswith(f"| `extract_claims.v1@12345678` | `openai/small` | starter@{READY.gold.sha256[:8]} | 3 |")
    assert "1.000 (36/36)" in row
    assert row.endswith("| n/a | according 0, 2025-01-01 |")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"model": "simulated/good"}, id="simulated"),
        pytest.param({"model": "recorded/small"}, id="recorded"),
        pytest.param({"left_out": 1}, id="incomplete"),
        pytest.param({"prompt": None}, id="no-prompt"),
    ],
)
def test_what_is_no_measurement_of_a_prompt_is_left_out(tmp_path, change):
    stored(tmp_path / "one", **change)

    assert find_runs([tmp_path]) == ()


def test_the_newest_of_several_runs_counts(tmp_path):
    stored(tmp_path / "old", created="2025-01-01T00:00:00Z")
    stored(tmp_path / "new", created="2025-02-01T00:00:00Z")

    assert [run.folder.name for run in find_runs([tmp_path])] == ["new"]


def test_the_table_takes_the_place_between_its_markers():
    page = f"before\n{BEGIN}\nold\n{END}\nafter\n"

    assert with_table(page, "new", path=Path("x")) == f"before\n{BEGIN}\nnew\n{END}\nafter\n"


def test_a_page_without_markers_is_refused():
    with pytest.raises(InputError, match="no place for the table"):
        with_table("before", "new", path=Path("x"))


def test_the_page_of_prompts_has_a_place_for_the_table():
    page = (shipped_prompts() / "README.md").read_text(encoding="utf-8")

    assert with_table(page, "x", path=Path("README.md")) != page
