"""Verdicts as gold, as examples, and as cases to fit confidence to."""

import json
from datetime import date

import pytest
from readings import a_reading
from reviewing import ANA, BO, CY, NOW, a_story, fill, next_of, plain, say
from sqlalchemy import select
from storing import an_extraction

from eval.check import check_gold_set
from service.errors import InputError
from service.goldfiles import load_gold_set
from service.records import Article, Span
from service.review import gold, listing, verdicts
from service.review.examples import examples
from service.review.judged import judged_cases
from service.review.queue import Filters
from service.review.records import Said
from service.store.extractions import keep
from service.store.tables import claims

TODAY = date(2026, 3, 6)


@pytest.fixture
def store(any_store):
    with any_store.writing() as connection:
        fill(connection, 2)
    return any_store


def judge(connection, article, actions, *, person=ANA, **said):
    """Gives the actions to the claims of an article, in the text's order."""
    key = connection.scalar(select(claims.c.article).where(claims.c.id == f"{article}#1"))
    view = listing.article_view(connection, key)
    for listed, action in zip(view.claims, actions, strict=False):
        say(connection, listed.binding, action, person, **(said if action == "edit" else {}))
    return view


def exported(connection, folder, **asked):
    return gold.export(connection, folder, today=TODAY, **asked)


def test_what_is_reviewed_becomes_a_gold_set_that_checks(store, tmp_path):
    with store.writing() as connection:
        view = judge(connection, "story-0", ["accept", "reject", "accept", "discard"])
        done = exported(connection, tmp_path / "gold")

    checked = check_gold_set(tmp_path / "gold")
    assert [str(problem) for problem in checked.problems if problem.severity == "error"] == []
    assert (done.documents, done.claims, done.assisted, done.blind, done.optional) == (1, 3, 3, 0, 1)
    found = load_gold_set(tmp_path / "gold")
    assert [claim.assisted_by for claim in found.claims] == ["embedded"] * 3
    assert [claim.optional for claim in found.claims] == [False, False, True]
    assert found.info.annotators == ("ana",)
    assert found.documents[0].sha256 == view.article.sha256


def test_every_number_is_in_the_gold_or_listed_with_a_reason(any_store, tmp_path):
    text = "Tom Adeyo said 9 tents burned on 3 May 2025.\nTwenty boats, 14 lamps and a dozen carts stood at No. 7 quay."
    claim = a_story()[1][0].model_copy(
        update={"content": (Span(15, 29),), "figures": (), "source": a_story()[1][1].source, "cue": Span(10, 14)}
    )
    claim = claim.model_copy(update={"source": claim.source.model_copy(update={"mention": Span(0, 9)})})
    with any_store.writing() as connection:
        keep(connection, an_extraction(Article(id="story-0", text=text), claims=(claim,)))
        judge(connection, "story-0", ["accept"])
        exported(connection, tmp_path / "gold")

    checked = check_gold_set(tmp_path / "gold")
    skipped = {row.record.span.of(text): row.record.reason for row in load_gold_set(tmp_path / "gold").skipped_rows}
    assert checked.errors == 0
    assert skipped["9"] == skipped["14"] == gold.NOT_CLAIMED
    assert any(words.startswith("3 May") for words in skipped)


@pytest.mark.parametrize(("unfinished", "documents"), [(False, 1), (True, 2)])
def test_an_article_with_open_claims_is_left_out_unless_asked_for(store, tmp_path, unfinished, documents):
    with store.writing() as connection:
        judge(connection, "story-0", ["accept"] * 4)
        judge(connection, "story-1", ["accept"])

        done = exported(connection, tmp_path / "gold", unfinished=unfinished)

    assert done.documents == documents
    assert done.unfinished == (() if unfinished else ("story-1",))


def test_nothing_reviewed_is_said_in_words(store, tmp_path):
    with store.writing() as connection, pytest.raises(InputError, match="No article is reviewed to its end"):
        exported(connection, tmp_path / "gold")


def test_a_folder_with_other_files_is_not_written_to(store, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")

    with store.writing() as connection:
        judge(connection, "story-0", ["accept"] * 4)
        with pytest.raises(InputError, match="other files"):
            exported(connection, tmp_path)


def test_a_stand_off_set_holds_no_text(store, tmp_path):
    with store.writing() as connection:
        judge(connection, "story-0", ["accept"] * 4)
        exported(connection, tmp_path / "gold", texts=False)

    assert "quay" not in (tmp_path / "gold" / "documents.jsonl").read_text()


def test_what_was_settled_is_what_is_exported(store, tmp_path):
    with store.writing() as connection:
        view = judge(connection, "story-0", ["accept"] * 4)
        first = view.claims[0].binding
        say(connection, first, "reject", BO, look="second")
        say(connection, first, "reject", CY, look="settling")

        assert exported(connection, tmp_path / "gold").claims == 3


def test_what_was_judged_blind_is_nobodys_model(store, tmp_path):
    with store.writing() as connection:
        view = judge(connection, "story-0", ["accept"] * 4)
        new = plain(view.claims[0].claim, content=(Span(0, 5),), figures=())
        said = Said(action="add", version=0, new=new, blind=True)
        verdicts.add_missed(connection, view.key, said, ANA, now=NOW)

        done = exported(connection, tmp_path / "gold")

    assert (done.claims, done.assisted, done.blind) == (5, 4, 1)


def test_what_two_models_came_to_say_alike_is_one_gold_claim(store, tmp_path):
    with store.writing() as connection:
        fill(connection, 1, model="other")
        article, found = a_story(0)
        changed = found[0].model_copy(update={"hedged": True})
        keep(connection, an_extraction(article, extraction_id="o2", model="other", claims=(changed, *found[1:])))
        view = judge(connection, "story-0", ["accept"] * 4)
        hedged = next(listed for listed in view.claims if listed.claim.hedged)
        plain_one = next(listed for listed in view.claims if listed.claim.content == hedged.claim.content)
        for listed in view.claims:
            if listed.standing.state == "open" and listed.binding != hedged.binding:
                version = len(verdicts.log_of(connection, listed.binding))
                if version == 0:
                    say(connection, listed.binding, "accept")
        say(connection, hedged.binding, "edit", new=plain(plain_one.claim, hedged=False))

        assert exported(connection, tmp_path / "gold").claims == 4


def test_contents_that_overlap_are_the_reviewers_to_put_right(store, tmp_path):
    with store.writing() as connection:
        view = judge(connection, "story-0", ["accept"] * 4)
        first = view.claims[0].claim
        wider = plain(first, content=(Span(first.content[0].start, first.content[0].end - 5),))
        verdicts.add_missed(connection, view.key, Said(action="add", version=0, new=wider), ANA, now=NOW)

        done = exported(connection, tmp_path / "gold")

    assert len(done.warnings) == 1
    assert "share words of story-0" in done.warnings[0]


# ── cases to fit to ───────────────────────────────────────────────────────────────────────────────────────────


def test_judged_claims_are_cases_with_the_signals_of_their_confidence(any_store):
    with any_store.writing() as connection:
        fill(connection, 8)
        for number in range(8):
            judge(connection, f"story-{number}", ["reject", "accept", "accept", "discard"])
        with pytest.raises(InputError, match="24 claims of embedded in 8 articles"):
            judged_cases(connection, model="embedded")
        fill(connection, 2, first=8)
        for number in (8, 9):
            judge(connection, f"story-{number}", ["reject", "accept", "accept", "accept"])

        cases = judged_cases(connection, model="embedded")

    assert len(cases) == 32
    assert sum(case.wrong for case in cases) == 10
    assert {case.signals for case in cases if case.wrong} == {("own:thin", "speaker_resolved")}


# ── examples ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_sentences_with_all_claims_judged_become_examples(store):
    with store.writing() as connection:
        judge(connection, "story-0", ["accept"] * 4)
        judge(connection, "story-1", ["accept"])  # the rest of its paragraph is open

        lines = examples(connection, most=10)

    shown = [json.loads(line) for line in lines]
    assert shown
    for example in shown:
        reading = a_reading("\n".join(line.partition("] ")[2] for line in example["sentences"]))
        marks = {item.mark for item in (*reading.mentions, *reading.figures)}
        said = {part for claim in example["answer"]["c"] for part in claim["s"] if isinstance(part, str)}
        assert marks == said
        assert example["teaches"] == "accepted by a reviewer"


def test_corrected_sentences_are_the_first_examples(store):
    with store.writing() as connection:
        judge(connection, "story-0", ["accept"] * 4)
        view = judge(connection, "story-1", ["accept"] * 3)
        last = view.claims[3]
        say(connection, last.binding, "edit", new=plain(last.claim, stance="confirms"))

        first = json.loads(examples(connection, most=1)[0])

    assert first["teaches"] == "corrected by a reviewer"
    assert "confirms" in json.dumps(first["answer"])


def test_a_queue_narrowed_to_an_article_leads_to_its_gold(store, tmp_path):
    with store.writing() as connection:
        for _ in range(4):
            item = next_of(connection, filters=Filters(article="story-1"))
            say(connection, item.binding, "accept")

        assert exported(connection, tmp_path / "gold").documents == 1
