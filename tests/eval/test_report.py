"""Reports in plain text, and the command that makes reports of any form."""

import json

from boardmakers import HOSTILE, a_board, a_set
from click.testing import CliRunner
from runmakers import write_run

from eval.board import gather
from eval.cli import main
from eval.report import scores_text


def test_plain_text_has_recall_taken_apart_and_upper_bounds_of_what_was_made_up(tmp_path):
    entry = next(entry for entry in a_board(tmp_path).entries if entry.label == "acme/bad")

    text = scores_text(entry.signature, entry.scores)

    identity = "Attribution recall 0.750 (18/24) = claims found 0.875 (21/24) × speaker given 1.000 (21/21) × right"
    assert identity in text
    assert " 0.143 (3/21), at most " in text.partition("Made up, with upper bounds: ")[2]
    assert text.startswith(f"{entry.signature}\n")


def test_a_rate_that_was_never_seen_has_the_rule_of_three_beside_it(tmp_path):
    ready = a_set(tmp_path)
    entry = gather(ready, [write_run(tmp_path / "run", ready)]).entries[0]

    text = scores_text(entry.signature, entry.scores)

    assert "… invented 0.000 (0/24), at most " in text
    assert ", by the rule of three 0.250" in text


def call(*arguments: str):
    return CliRunner().invoke(main, list(arguments), catch_exceptions=False)


def test_the_command_writes_a_page_and_says_when_a_run_is_incomplete(tmp_path):
    ready = a_set(tmp_path / "gold", hostile=True)
    whole = write_run(tmp_path / "whole", ready, place=ready.gold.folder)
    part = write_run(tmp_path / "part", ready, place=ready.gold.folder, failed=["d-Bel"])
    page = tmp_path / "page.html"

    done = call("report", str(whole), "--html", str(page))
    incomplete = call("report", str(whole), str(part), "--json")

    assert (done.exit_code, incomplete.exit_code) == (0, 3)
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert json.loads(incomplete.stdout)[0]["entries"][1]["unfinished"] == {"d-Bel": "rate_limited: too many requests"}
    assert HOSTILE not in page.read_text(encoding="utf-8")


def test_the_command_prints_markdown_for_a_pull_request(tmp_path):
    ready = a_set(tmp_path / "gold", number=1)
    run = write_run(tmp_path / "run", ready)

    shown = call("report", str(run), "--goldset", str(ready.gold.folder), "--markdown")

    assert shown.stdout.startswith("### harbours@")
