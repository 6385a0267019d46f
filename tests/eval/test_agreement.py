"""Two annotators against each other."""

import pytest
from goldmakers import a_gold_claim, a_number, starter

from eval.agreement import agree, alpha
from service.goldfiles import GoldDocument
from service.records import Article

TEXT = "Ada Lund said two cars burned. Ben Roy said twelve roofs were lost. The storm has passed."
DOCUMENT = GoldDocument(id="d", sha256=Article(id="d", text=TEXT).sha256, text=TEXT)


def compare(first, second):
    return agree([DOCUMENT], {"d": TEXT}, first, second, threshold=0.5)


def cars(**changes):
    given = {"figures": [a_number("two", TEXT, "2", counted="cars", measure="burned")]}
    return a_gold_claim("two cars burned", "Ada Lund", TEXT, **(given | changes))


def roofs(**changes):
    return a_gold_claim("twelve roofs were lost", "Ben Roy", TEXT, **changes)


def test_the_same_annotation_twice_agrees_fully_and_differs_nowhere():
    gold = starter()
    texts = {document.id: document.text or "" for document in gold.documents}

    agreement = agree(gold.documents, texts, gold.claims, gold.claims, threshold=0.5)

    assert {each.value for each in agreement.alphas} == {1.0}
    assert agreement.differences == ()
    assert agreement.first_as_gold["claim_f1"].value == 1


def test_claim_f1_is_the_same_whoever_is_gold_and_recall_turns_into_precision():
    agreement = compare([cars(), roofs()], [cars()])

    assert agreement.first_as_gold["claim_f1"] == agreement.second_as_gold["claim_f1"]
    assert agreement.first_as_gold["claim_recall"] == agreement.second_as_gold["claim_precision"]
    assert str(agreement.first_as_gold["claim_recall"]) == "0.500 (1/2)"


@pytest.mark.parametrize(
    ("first", "second", "cause"),
    [
        pytest.param([cars()], [], "claim only in A", id="only in A"),
        pytest.param([], [cars()], "claim only in B", id="only in B"),
        pytest.param([cars()], [cars(source={"name": "Ben Roy"})], "speaker", id="another speaker"),
        pytest.param([cars()], [cars(source={"kind": "anonymous"})], "speaker (lenient match)", id="another kind"),
        pytest.param([cars()], [cars(mode="direct")], "mode", id="mode"),
        pytest.param([cars()], [cars(stance="denies")], "stance", id="stance"),
        pytest.param([cars()], [cars(hedged=True)], "hedged", id="hedged"),
        pytest.param([cars()], [cars(figures=[])], "figure: omitted", id="figure omitted"),
        pytest.param([cars(figures=[])], [cars()], "figure: only in B", id="figure only in B"),
        pytest.param(
            [cars()],
            [cars(figures=[a_number("two", TEXT, "2", counted="vans", measure="burned")])],
            "figure: counted",
            id="other noun",
        ),
        pytest.param([cars(when=[{"span": (14, 17), "value": "2025"}])], [cars()], "when", id="time"),
    ],
)
def test_every_difference_has_one_cause(first, second, cause):
    agreement = compare(first, second)

    assert agreement.causes == ((cause, 1),)
    assert cause in str(agreement.differences[0])


def test_speakers_named_by_an_alias_are_one_speaker():
    known = cars(source={"aliases": ("Lund",)})
    short = cars(source={"name": "Lund"})

    speaker = compare([known, roofs()], [short, roofs()]).alphas[1]

    assert speaker.label == "speaker (paired claims)"
    assert (speaker.agreed, speaker.units, speaker.value) == (2, 2, 1.0)


def test_alpha_takes_off_what_chance_would_give():
    # Four units, one disagreement: observed 1/4, expected 2*5*3/(8*7).
    value = alpha("x", [("a", "a"), ("a", "a"), ("b", "b"), ("a", "b")]).value

    assert value == pytest.approx(1 - (1 / 4) / (2 * 5 * 3 / (8 * 7)))


@pytest.mark.parametrize("units", [[], [("a", "a")] * 5], ids=["no units", "one value only"])
def test_alpha_of_values_that_never_vary_is_none(units):
    assert alpha("x", units).value is None
    assert str(alpha("x", units)).startswith("n/a")
