"""Gold that was judged with a model's answer in view scores that model apart."""

import json

import pytest
from boardmakers import a_set, with_gold
from goldmakers import a_gold_claim
from runmakers import write_run

from eval.assisted import assisted, without_assisted
from eval.board import gather
from eval.goldset import ArticleSet
from eval.html_report import report_page
from eval.report import scores_json, scores_text
from eval.runs import load_run
from eval.score import Task
from eval.scored import score_run
from eval.summary import boards_markdown, boards_text

TEXT = "Ada Lund said two cars burned. Ben Roy said nine sheds fell."
CARS = a_gold_claim("two cars burned", "Ada Lund", TEXT)
SHEDS = a_gold_claim("nine sheds fell", "Ben Roy", TEXT)


def seen_by(model, claim):
    return claim.model_copy(update={"assisted_by": model})


@pytest.mark.parametrize(
    ("gold", "predicted", "recall", "precision"),
    [
        pytest.param([CARS, SHEDS], [CARS], (1, 2), (1, 1), id="nothing-assisted"),
        pytest.param([seen_by("m", CARS), SHEDS], [CARS], (0, 1), (0, 0), id="found-counts-for-nothing"),
        pytest.param([seen_by("m", CARS), SHEDS], [SHEDS], (1, 1), (1, 1), id="missed-counts-against-nothing"),
        pytest.param([seen_by("other", CARS), SHEDS], [CARS], (1, 2), (1, 1), id="another-models-answer"),
    ],
)
def test_claims_judged_with_the_models_answer_in_view_count_neither_way(gold, predicted, recall, precision):
    task = Task("d", TEXT, predicted, gold)

    found = without_assisted([task], "m", threshold=0.5, annotates=None)

    assert (found.scores["claim_recall"].hits, found.scores["claim_recall"].total) == recall
    assert (found.scores["claim_precision"].hits, found.scores["claim_precision"].total) == precision
    assert found.set_aside == assisted(gold, "m")


def half_seen(ready):
    return with_gold(ready, lambda claim: seen_by("acme/seen", claim) if claim.source.kind == "person" else claim)


def test_a_board_scores_a_seen_model_both_ways(tmp_path):
    ready = half_seen(a_set(tmp_path))
    runs = [write_run(tmp_path / name, ready, model=f"acme/{name}") for name in ("seen", "unseen")]

    board = gather(ready, runs)

    seen, unseen = (next(each for each in board.entries if each.label == f"acme/{name}") for name in ("seen", "unseen"))
    assert unseen.unassisted is None
    assert seen.unassisted.set_aside == 12
    assert seen.scores["claim_recall"].total == 24
    assert seen.unassisted.scores["claim_recall"].total == 12
    assert "Without the 12 claims judged with this model's answer in view" in boards_text([board])
    assert "Without the 12 claims judged with its answer in view" in boards_markdown([board])
    assert "Without the 12 claims judged with its answer in view" in report_page([board])


def test_a_run_by_itself_is_scored_both_ways(tmp_path):
    ready = half_seen(a_set(tmp_path))
    stored = load_run(write_run(tmp_path / "run", ready, model="acme/seen"))

    scored = score_run(stored, ready_articles(ready), threshold=0.5)

    assert scored.unassisted is not None
    words = scores_text(scored.signature, scored.scores, unassisted=scored.unassisted)
    form = scores_json(scored.signature, scored.scores, unassisted=scored.unassisted)
    assert "Without the 12 claims judged" in words
    assert json.loads(json.dumps(form))["unassisted"]["set_aside"] == 12


def ready_articles(ready):
    return ArticleSet(
        info=ready.gold.info,
        sha256=ready.gold.sha256,
        place=ready.gold.folder,
        documents=ready.gold.documents,
        texts=ready.texts,
        claims_of=lambda name: ready.gold.claims_of.get(name, ()),
    )
