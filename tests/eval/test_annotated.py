"""What a gold set does not annotate is taken out of the comparison."""

import pytest
from goldmakers import a_gold_claim, a_number, place

from eval.annotated import blank, fit
from eval.measures import score
from eval.score import Task, judge_all

TEXT = "Ada Lund said four boats sank. She added that the quay held."


def a_task(**source: object) -> Task:
    gold = a_gold_claim("the quay held", "She", TEXT, source={"mention": place("She", TEXT)})
    four = a_number("four", TEXT, "4")
    predicted = [
        a_gold_claim("the quay held", "Ada Lund", TEXT, source=source, figures=[four], stance="denies", hedged=True),
        a_gold_claim("four boats sank", None, TEXT, kind="outlet"),
    ]
    return Task("d", TEXT, predicted, [gold])


def test_a_set_that_annotates_everything_passes_through_untouched():
    task = a_task()
    scores = score(judge_all([task]))

    assert fit(task, None) is task
    assert blank(scores, None) is scores


def test_fields_that_are_not_annotated_leave_both_sides():
    fitted = fit(a_task(), ("content", "name"))

    assert [claim.figures for claim in fitted.predicted] == [()]
    assert [claim.source.kind for claim in fitted.predicted] == ["person"]


@pytest.mark.parametrize(
    ("mention", "right"),
    [
        pytest.param("She", "1.000 (1/1)", id="named-at-the-marked-words"),
        pytest.param("Ada Lund", "0.000 (0/1)", id="near-miss-named-elsewhere"),
    ],
)
def test_a_speaker_is_judged_by_place_where_only_places_are_marked(mention, right):
    task = a_task(mention=place(mention, TEXT))

    scores = score(judge_all([fit(task, ("content", "mention"))]))

    assert str(scores["attribution_recall"]) == right


def test_a_rate_over_every_pair_is_na_where_its_field_is_not_annotated():
    scores = score(judge_all([fit(a_task(), ("content", "name", "stance"))]))

    blanked = blank(scores, ("content", "name", "stance"))

    assert str(scores["hedge"]) == "0.000 (0/1)"
    assert (str(blanked["hedge"]), str(blanked["mode"]), str(blanked["stance"])) == ("n/a", "n/a", "0.000 (0/1)")
