"""`run` from the command line: subjects, repeats, costs, and changed gold."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result
from goldmakers import STARTER
from storing import an_extraction, as_extracted

from eval.cli import main
from eval.goldset import open_gold_set
from eval.store import read_run
from service.goldfiles import CLAIMS_FILE
from service.records import Article, Extraction, PromptVersion, Usage

CONTRAST = STARTER.parent / "contrast"


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("click.get_app_dir", lambda name: str(tmp_path / "home" / name))
    monkeypatch.delenv("ACCORDING_TEXTS", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str | None, str]]:
    """A model that answers every second article with its gold claims and the others with nothing, for ten cents."""
    made: list[tuple[str, str | None, str]] = []
    sets = [open_gold_set(folder, ()) for folder in (STARTER, CONTRAST)]
    known = {name: claims for ready in sets for name, claims in ready.gold.claims_of.items()}
    order = {document.id: number for ready in sets for number, document in enumerate(ready.gold.documents)}

    async def extract(article: Article, *, extractor: SimpleNamespace, settings: object, judge=None) -> Extraction:
        made.append((extractor.name, extractor.prompt and extractor.prompt.name, article.id))
        answered = known[article.id] if order[article.id] % 2 == 0 else ()
        usage = Usage(calls=1, cost_usd=0.1)
        return an_extraction(article, model=extractor.name, seconds=0.5, claims=as_extracted(answered), usage=usage)

    def make_extractor(name: str, settings, calls=None) -> SimpleNamespace:
        prompt = None if name == "embedded" else PromptVersion(name=settings.prompt, fingerprint=settings.prompt * 8)
        return SimpleNamespace(name=name, prompt=prompt)

    monkeypatch.setattr("service.pipeline.extract", extract)
    monkeypatch.setattr("service.choose.make_extractor", make_extractor)
    return made


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(main, ["run", *arguments, "--out", "runs"])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_each_model_with_each_prompt_has_its_own_run_and_report(calls):
    models, prompts = ["--model", "a/x", "--model", "embedded"], ["--prompt", "p.v1", "--prompt", "p.v2"]

    result = run(str(STARTER), *models, *prompts)

    folders = sorted(path.name for path in Path("runs").iterdir())
    assert folders == ["starter.a-x.p.v1", "starter.a-x.p.v2", "starter.embedded"]
    assert "| a/x | prompt p.v2@p.v2p.v2 |" in result.stdout
    assert len(calls) == 9


def test_repeats_change_no_rate_and_make_no_interval_narrower(calls):
    once = json.loads(run(str(CONTRAST), "--model", "embedded", "--limit", "40", "--json").stdout)[0]
    more = json.loads(
        run(str(CONTRAST), "--model", "embedded", "--limit", "40", "--json", "--resume", "--repeat", "3").stdout
    )[0]

    assert len(calls) == 40 * 3
    assert more["articles"] == 40
    for one, other in zip(once["measures"], more["measures"], strict=True):
        assert other["total"] == 3 * one["total"]
        assert other["value"] == one["value"]
        assert other["interval"] == pytest.approx(one["interval"])


def test_an_edited_gold_claim_is_scored_again_without_a_call(calls):
    folder = Path("set")
    folder.mkdir()
    for path in STARTER.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    before = json.loads(run(str(folder), "--model", "embedded", "--json").stdout)[0]
    claims = folder / CLAIMS_FILE
    lines = claims.read_text(encoding="utf-8").splitlines(keepends=True)
    claims.write_text("".join(lines[:1]).replace('"stance": "asserts"', '"stance": "denies"') + "".join(lines[1:]))
    calls.clear()

    after = json.loads(run(str(folder), "--model", "embedded", "--json", "--resume").stdout)[0]

    assert calls == []
    assert after["signature"] != before["signature"]
    assert after["counts"]["stance_right"] == before["counts"]["stance_right"] - 1


def test_a_run_stopped_at_its_cost_is_incomplete_and_says_how_to_go_on(calls):
    stopped = run(str(STARTER), "--model", "embedded", "--max-cost", "0.25")
    finished = run(str(STARTER), "--model", "embedded", "--max-cost", "0.35", "--resume")

    assert stopped.exit_code == 3
    assert "ended early: stopped at --max-cost 0.25" in stopped.stdout
    assert "--resume" in stopped.stderr
    assert finished.exit_code == 0
    assert len(calls) == 3


def test_fewer_articles_than_before_throw_nothing_away(calls):
    run(str(STARTER), "--model", "embedded")
    limited = json.loads(run(str(STARTER), "--model", "embedded", "--limit", "1", "--resume", "--json").stdout)[0]
    run(str(STARTER), "--model", "embedded", "--resume")

    assert limited["articles"] == 1
    assert len(calls) == 3
    assert len(read_run(Path("runs/starter.embedded")).results) == 3


def test_the_table_of_prompts_is_made_from_the_runs(calls):
    run(str(STARTER), "--model", "a/x", "--prompt", "p.v1")

    shown = CliRunner().invoke(main, ["prompts"])

    assert shown.exit_code == 0
    assert "| `p.v1@p.v1p.v1` | `a/x` | starter@" in shown.output


def test_the_table_is_written_into_the_page_of_prompts(calls, monkeypatch):
    from eval.prompt_table import BEGIN, END

    Path("prompts").mkdir()
    Path("prompts/README.md").write_text(f"words\n{BEGIN}\n{END}\n")
    monkeypatch.setattr("service.prompting.shipped_prompts", lambda: Path("prompts"))
    run(str(STARTER), "--model", "a/x", "--prompt", "p.v1")

    shown = CliRunner().invoke(main, ["prompts", "--write"])

    assert "1 lines written" in shown.output
    assert "`p.v1@p.v1p.v1`" in Path("prompts/README.md").read_text(encoding="utf-8")
