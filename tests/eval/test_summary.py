"""Boards in words: plain text, Markdown and JSON."""

import json

from boardmakers import a_board, a_set
from runmakers import write_run

from eval.board import gather
from eval.summary import boards_json, boards_markdown, boards_text


def test_text_says_what_keeps_a_run_from_being_ranked(tmp_path):
    text = boards_text([a_board(tmp_path)])

    assert "Not ranked: simulated answers, not a model's: no result.\n" in text
    assert "Not ranked: incomplete: 11 of 12 articles finished.\n" in text


def test_markdown_has_ranks_differences_errors_and_signatures(tmp_path):
    board = a_board(tmp_path)

    lines = boards_markdown([board]).splitlines()

    assert "> **Not ranked: simulated/perfect**: simulated answers, not a model's: no result" in lines
    assert [line.split(" | ")[0] for line in lines if line.startswith(("| 1 ", "| 2 ", "| –"))] == [
        "| 1",
        "| 2",
        "| –",
        "| –",
    ]
    assert "| value | 0/24 | 3/24 | 0/24 | 0/22 |" in lines
    assert sum(line.startswith("- `harbours@") for line in lines) == 4
    assert any(line.endswith("| worse |") for line in lines)


def test_names_in_markdown_are_no_markup(tmp_path):
    ready = a_set(tmp_path)
    run = write_run(tmp_path / "run", ready, model="acme/[a](b)|<b>*x*")

    text = boards_markdown([gather(ready, [run])])

    assert r"acme/\[a\](b)\|\<b\>\*x\*" in text


def test_json_holds_every_rate_with_its_signature(tmp_path):
    (board,) = json.loads(json.dumps(boards_json([a_board(tmp_path)])))

    first = board["entries"][0]
    assert (first["label"], first["rank"], board["ranked_by"]) == ("acme/good", 1, "who_said_which_number")
    assert all(measure["signature"] == first["signature"] for measure in first["measures"])
    assert {each["verdict"] for each in board["differences"]} == {"worse"}
    assert board["entries"][1]["confidence"]["missed"] == 3
