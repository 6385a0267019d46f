"""Disputes on the command line, run as people run them."""

import json
import os

import pytest
from click.testing import CliRunner
from web_app import Scripted, make_extractor

from service import cli
from service.disputes.records import Dispute, Related, Statement
from service.records import Span
from service.rendering.disputes import disputes_markdown, disputes_table

CLASH = "Ines said 40 crates were lost. Omar said 12 crates were lost."


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Every "NAME said WORDS." is a claim; no parser is loaded."""
    for name in [name for name in os.environ if name.startswith("ACCORDING_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ACCORDING_CACHE", "off")
    monkeypatch.setattr("service.choose.make_extractor", make_extractor)
    monkeypatch.setattr("service.pipeline.extract_stream", Scripted())
    monkeypatch.chdir(tmp_path)
    (tmp_path / "port.txt").write_text(CLASH, encoding="utf-8")
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(cli.main, ["disputes", *map(str, arguments)])


def a_statement(words: str, speaker: str, **changes) -> Statement:
    given = {
        "article": "port", "title": None, "outlet": None, "published": None, "claim": f"port#{words}", "figure": 0,
        "speaker": speaker, "kind": "person", "low": words, "high": words, "qualifier": "exact", "unit": None,
        "counted": "crates", "measure": "lost", "words": words, "span": Span(0, 2), "stance": "asserts",
        "sentence": f"{speaker} said {words} crates were lost.", "sentence_span": Span(0, 30),
    }  # fmt: skip
    return Statement(**(given | changes))


def a_dispute(*statements: Statement, **changes) -> Dispute:
    given = {
        "about": "crates lost", "place": "Dorn", "time": "2026-03-03", "statements": statements,
        "relations": (Related(first=0, second=1, relation="contradicts"),),
    }  # fmt: skip
    return Dispute(**(given | changes))


def test_no_article_and_no_extractions_is_a_wrong_call(folder):
    result = run()

    assert result.exit_code == 2
    assert "--extractions" in result.output


def test_articles_and_extractions_together_are_a_wrong_call(folder):
    (folder / "kept.jsonl").write_text("", encoding="utf-8")

    assert run("port.txt", "--extractions", "kept.jsonl").exit_code == 2


def test_an_article_that_is_not_there_ends_with_two(folder):
    assert run("nowhere.txt").exit_code == 2


def test_one_article_of_two_that_fails_ends_with_one(folder):
    assert run("port.txt", "nowhere.txt").exit_code == 1


@pytest.mark.parametrize("shape", ["table", "json", "jsonl", "markdown"])
def test_extractions_kept_before_show_the_same_as_the_articles(folder, shape):
    kept = CliRunner().invoke(cli.main, ["extract", "port.txt", "--format", "jsonl", "--out", "kept.jsonl"])
    assert kept.exit_code == 0

    from_articles = run("port.txt", "--format", shape)
    from_file = run("--extractions", "kept.jsonl", "--format", shape)

    assert from_articles.exit_code == from_file.exit_code == 0
    assert from_articles.stdout == from_file.stdout


def test_a_broken_line_of_extractions_is_named(folder):
    (folder / "kept.jsonl").write_text("{}\n", encoding="utf-8")

    result = run("--extractions", "kept.jsonl")

    assert result.exit_code == 2
    assert "kept.jsonl:1" in result.output


def test_json_without_disputes_is_an_empty_list(folder):
    (folder / "quiet.txt").write_text("Ines said nothing was lost.", encoding="utf-8")

    assert json.loads(run("quiet.txt", "--format", "json").stdout) == []


def test_a_table_says_who_says_how_many_and_that_it_clashes():
    shown = disputes_table([a_dispute(a_statement("40", "Ines"), a_statement("12", "Omar"))], width=120)

    assert "crates lost · Dorn · 2026-03-03" in shown
    assert "40 (Ines) and 12 (Omar) cannot both be right" in shown
    assert "Omar said 12 crates were lost." in shown


def test_a_denial_and_a_claim_of_none_are_said_so():
    denied = a_statement("12", "Omar", stance="denies")
    none = a_statement("no crates were lost", "Ines", figure=None, low="0", high="0")

    assert "none (Ines) and 12 (Omar, denying it)" in disputes_table([a_dispute(none, denied)], width=120)


def test_words_of_articles_act_neither_on_a_terminal_nor_as_markup():
    hostile = a_dispute(a_statement("40", "Ines\x1b[31m"), a_statement("12", "<b>Omar</b>"), about="[crates](x) | lost")

    assert "\x1b" not in disputes_table([hostile], width=120)
    written = disputes_markdown([hostile])
    assert "<b>" not in written
    assert "\\[crates\\]" in written


def test_no_dispute_is_said_in_words():
    assert disputes_table([]) == "No two figures were found to be about the same thing.\n"
