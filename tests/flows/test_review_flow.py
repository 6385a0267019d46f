"""From extraction over verdicts to gold, weights and examples, as from a command line."""

import json
import subprocess
import sys

import pytest
from builders import an_article
from click.testing import CliRunner
from reviewing import BO, fill, next_of, say

from service.cli import main
from service.review import people
from service.store.store import Store


@pytest.fixture
def store(tmp_path, monkeypatch):
    place = tmp_path / "store.sqlite"
    monkeypatch.setenv("ACCORDING_STORE", str(place))
    with Store.open(str(place)) as opened:
        yield opened


def told(*words):
    return CliRunner().invoke(main, ["review", *map(str, words)])


def judged(store, stories, *, wrong=lambda item: bool(item.claim.flags)):
    """All claims of some stories, of which those with a doubt are wrong."""
    with store.writing() as connection:
        fill(connection, stories)
        for _ in range(4 * stories):
            item = next_of(connection)
            say(connection, item.binding, "reject" if wrong(item) else "accept", audit=item.audit, seconds=3.0)


def test_reviewed_articles_become_gold_that_eval_checks_and_scores(store, tmp_path):
    judged(store, 3)

    done = told("export", "--goldset", tmp_path / "gold")

    assert done.exit_code == 0, done.output
    assert "3 articles, 9 claims" in done.output
    for words in (["check", "gold"], ["score", "gold/claims.jsonl", "gold"]):
        ran = subprocess.run(
            [sys.executable, "-m", "eval", *(str(tmp_path / word) if "gold" in word else word for word in words)],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr


def test_weights_fitted_to_verdicts_are_used_by_extract(store, tmp_path):
    judged(store, 12)
    weights = tmp_path / "weights.json"

    done = told("calibrate", "--out", weights)

    assert done.exit_code == 0, done.output
    fitted = json.loads(weights.read_text())
    assert fitted["fitted"]["claims"] == 48
    assert fitted["fitted"]["wrong"] == 12
    assert fitted["weights"]["speaker_resolved"] < -1
    article = tmp_path / "harbour.txt"
    article.write_text(an_article().text)
    ran = CliRunner().invoke(main, ["extract", str(article), "--confidence", str(weights), "--format", "json"])
    assert ran.exit_code == 0, ran.output
    assert "fitted for embedded, 2026-03-06, 48 claims" in ran.output


def test_too_few_verdicts_fit_no_weights(store, tmp_path):
    judged(store, 2)

    done = told("calibrate", "--out", tmp_path / "weights.json")

    assert done.exit_code == 2
    assert "8 claims of embedded in 2 articles are judged; weights need 30" in done.output
    assert not (tmp_path / "weights.json").exists()


def test_examples_are_written_as_a_prompt_takes_them(store, tmp_path):
    judged(store, 2)

    done = told("examples", "--out", tmp_path / "own.examples.jsonl", "--most", "2")

    assert done.exit_code == 0, done.output
    lines = (tmp_path / "own.examples.jsonl").read_text().splitlines()
    assert all(json.loads(line)["answer"]["c"] for line in lines)


def test_without_verdicts_there_are_no_examples(store, tmp_path):
    assert told("examples", "--out", tmp_path / "own.jsonl").exit_code == 1


def test_people_are_named_listed_and_revoked(store):
    added = told("people", "add", "ana", "--role", "adjudicator")
    token = added.output.splitlines()[0]
    with store.reading() as connection:
        assert people.person_of(connection, token).role == "adjudicator"

    assert "ana  adjudicator  since" in told("people", "list").output
    assert told("people", "add", "ana").exit_code == 2
    assert told("people", "revoke", "ana").exit_code == 0
    assert "revoked" in told("people", "list").output


def test_progress_is_told_in_words(store):
    assert "Nobody has judged anything yet." in told("progress").output
    judged(store, 3)
    with store.writing() as connection:
        item = next_of(connection, BO, look="second", second_share=1.0)
        say(connection, item.binding, "accept", BO, look="second")

    words = told("progress").output

    assert "0 claims are open, 12 are done, 1 wait to be settled." in words
    assert "9 accepted, 0 corrected, 3 rejected, 0 added, 0 discarded, by 2 people." in words
    assert "Second looks that came to the same: 0% (0 of 1)" in words


def test_without_a_store_it_is_said_how_to_have_one(monkeypatch):
    monkeypatch.setenv("ACCORDING_STORE", "off")

    done = told("progress")

    assert done.exit_code == 2
    assert "ACCORDING_STORE is off" in done.output
