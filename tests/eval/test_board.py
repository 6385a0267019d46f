"""Boards: who may be ranked, which errors are counted, and which gold set a run belongs to."""

import pytest
from boardmakers import a_board, a_set, on_port_claims, with_all_mistakes, with_gold
from runmakers import given_to_a_stranger, off_by_one, write_run

from eval.board import gather, in_sets
from service.errors import InputError
from service.goldfiles import claim_line


def entry_of(board, label):
    return next(entry for entry in board.entries if entry.label == label)


def test_complete_runs_of_models_are_ranked_by_the_headline_and_others_never(tmp_path):
    board = a_board(tmp_path)

    ranks = {entry.label: entry.rank for entry in board.entries}
    assert ranks == {"acme/good": 1, "acme/bad": 2, "simulated/perfect": None, "acme/broken": None}
    assert entry_of(board, "simulated/perfect").doubts == ("simulated answers, not a model's: no result",)
    assert entry_of(board, "acme/broken").doubts == ("incomplete: 11 of 12 articles finished",)
    assert entry_of(board, "acme/broken").scores.articles == 11
    assert entry_of(board, "acme/broken").failures == {"rate_limited": 1}
    assert board.compared.names == ("acme/good", "acme/bad")


def test_few_articles_are_not_enough_for_a_rank(tmp_path):
    ready = a_set(tmp_path, number=9)
    runs = [write_run(tmp_path / "a", ready, model="a/a"), write_run(tmp_path / "b", ready, off_by_one, model="b/b")]

    board = gather(ready, runs)

    assert [entry.rank for entry in board.entries] == [None, None]
    assert board.why_unranked.startswith("Not ranked: 9 articles cannot tell models apart")


def test_a_run_on_fewer_articles_is_not_held_against_the_others(tmp_path):
    ready = a_set(tmp_path)
    runs = [
        write_run(tmp_path / "a", ready, with_all_mistakes, model="a/a"),
        write_run(tmp_path / "b", ready, off_by_one, model="b/b"),
        write_run(tmp_path / "c", ready, model="c/c", documents=list(ready.texts)[:10]),
    ]

    board = gather(ready, runs)

    assert entry_of(board, "c/c").doubts == ("scored on 10 articles, not on the 12 of the others",)
    assert entry_of(board, "c/c").rank is None
    assert board.compared.names == ("a/a", "b/b")


def test_a_model_whose_answers_the_annotators_saw_is_not_ranked(tmp_path):
    ready = a_set(tmp_path)
    seen = with_gold(ready, lambda claim: claim.model_copy(update={"assisted_by": "acme/seen"}))

    board = gather(seen, [write_run(tmp_path / "a", ready, model="acme/seen")])

    assert any("with this model's answers in view" in doubt for doubt in board.entries[0].doubts)


def test_errors_are_counted_by_class(tmp_path):
    board = a_board(tmp_path)
    place = board.entries.index(entry_of(board, "acme/bad"))

    counts = {row.label: str(row.counts[place]) for row in board.errors}

    assert counts == {
        "missed": "0.125 (3/24)",
        "wrong speaker": "0.143 (3/21)",
        "value": "0.125 (3/24)",
        "omitted": "0.125 (3/24)",
        "invented": "0.143 (3/21)",
    }
    good = board.entries.index(entry_of(board, "acme/good"))
    assert all(row.counts[good].hits == 0 for row in board.errors)


def test_phenomena_are_scored_over_the_articles_that_are_tagged(tmp_path):
    board = a_board(tmp_path)
    place = board.entries.index(entry_of(board, "acme/bad"))

    (denial,) = board.phenomena

    assert (denial.name, denial.articles) == ("denial", 3)
    # One claim missed, one a stranger's, one with a wrong number: of six.
    assert str(denial.rates["who_said_which_number"][place]) == "0.500 (3/6)"


def test_confidence_is_held_against_errors_and_missed_claims(tmp_path):
    queue = entry_of(a_board(tmp_path), "acme/bad").confidence

    assert (queue.claims, queue.wrong, queue.missed) == (21, 6, 3)
    # Three wrong ones are as unsure as three right ones and less than twelve, three are as sure as those twelve.
    assert queue.auroc == pytest.approx((3 * 12 + 3 * 3 / 2 + 3 * 12 / 2) / (6 * 15))


def test_several_answers_to_one_article_are_no_more_articles(tmp_path):
    ready = a_set(tmp_path)

    once = gather(ready, [write_run(tmp_path / "a", ready, on_port_claims(given_to_a_stranger))]).entries[0]
    thrice = gather(ready, [write_run(tmp_path / "b", ready, on_port_claims(given_to_a_stranger), repeats=3)]).entries[
        0
    ]

    first, second = (entry.scores.measure("attribution_recall") for entry in (once, thrice))
    assert (first.ratio.hits, second.ratio.hits) == (12, 36)
    assert first.interval == second.interval


def test_a_file_of_predictions_stands_beside_runs(tmp_path):
    ready = a_set(tmp_path)
    path = tmp_path / "mine.jsonl"
    path.write_text("".join(claim_line(claim) + "\n" for claim in ready.gold.claims[:2]))

    entry = gather(ready, [path]).entries[0]

    assert (entry.label, entry.effort) == ("mine", None)
    assert entry.notes == ("11 of 12 documents have no prediction and count as read without claims.",)
    assert str(entry.scores["claim_recall"]) == "0.083 (2/24)"


def test_a_changed_gold_set_is_said_and_a_changed_text_refused(tmp_path):
    ready = a_set(tmp_path / "one", number=2)
    other = with_gold(ready, lambda claim: claim.model_copy(update={"hedged": True}))
    run = write_run(tmp_path / "run", ready)

    assert any("no longer the one of the run" in note for note in gather(other, [run]).entries[0].notes)

    swapped = a_set(tmp_path / "three", number=2, hostile=True)
    foreign = write_run(tmp_path / "foreign", swapped)
    with pytest.raises(InputError, match="another text"):
        gather(ready, [foreign])


def test_a_run_on_some_of_the_articles_knows_its_gold_set_again(tmp_path):
    ready = a_set(tmp_path)
    run = write_run(tmp_path / "run", ready.first(3))

    assert gather(ready, [run]).entries[0].notes == ()


def test_a_run_of_replayed_answers_is_known_by_its_settings_and_never_ranked(tmp_path):
    ready = a_set(tmp_path / "gold")
    runs = [
        write_run(tmp_path / name, ready, model=f"acme/{name}", settings={"replayed": name == "saved"})
        for name in ("asked", "also-asked", "saved")
    ]

    board = gather(ready, runs)

    assert {entry.label: entry.rank for entry in board.entries} == {
        "acme/asked": 1,
        "acme/also-asked": 1,
        "acme/saved": None,
    }
    assert board.compared is not None
    assert "acme/saved" not in board.compared.names


def test_a_folder_of_runs_stands_for_the_runs_in_it(tmp_path):
    ready = a_set(tmp_path / "gold", number=2)
    place = ready.gold.folder
    runs = [write_run(tmp_path / "runs" / name, ready, place=place) for name in ("a", "b")]

    found = in_sets([tmp_path / "runs"], [], [])

    assert [(each.name, paths) for each, paths in found] == [(ready.name, tuple(runs))]


def test_a_run_whose_gold_set_is_gone_says_how_to_name_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ready = a_set(tmp_path / "gold", number=2)
    run = write_run(tmp_path / "run", ready, place=tmp_path / "gone")

    with pytest.raises(InputError, match="--goldset"):
        in_sets([run], [], [])


def test_predictions_need_a_gold_set_with_their_documents(tmp_path):
    ready = a_set(tmp_path / "gold", number=1)
    path = tmp_path / "mine.jsonl"
    path.write_text(claim_line(ready.gold.claims[0].model_copy(update={"document": "elsewhere"})) + "\n")

    with pytest.raises(InputError, match="--goldset"):
        in_sets([path], [ready.gold.folder], [])
