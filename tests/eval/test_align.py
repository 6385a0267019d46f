"""Which predicted claim stands for which gold claim."""

import pytest
from goldmakers import a_gold_claim, a_number
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.align import Aligner, align, masked_words, similarity_grid
from eval.assignment import best_pairs
from service.records import Span

FIRE = (
    "Ada Lund said nine houses burned on the hill. Ben Roy said twelve houses burned on the hill. "
    "The firm paid 300 workers."
)


def pairs_of(predicted, gold, **options):
    alignment = align(FIRE, predicted, gold, **options)
    return [(pair.predicted, pair.gold) for pair in alignment.pairs]


def test_claims_pair_by_what_they_say_whatever_the_speaker_and_the_number():
    gold = [
        a_gold_claim("nine houses burned on the hill", "Ada Lund", FIRE),
        a_gold_claim("The firm paid 300 workers", "Cy Dow", FIRE),
    ]
    predicted = [
        a_gold_claim("The firm paid 300 workers", "Ada Lund", FIRE, figures=[a_number("300", FIRE, "900")]),
        a_gold_claim("nine houses burned on the hill", "Cy Dow", FIRE),
    ]

    assert pairs_of(predicted, gold) == [(0, 1), (1, 0)]


def test_a_right_speaker_never_outweighs_a_better_pairing_of_contents():
    nine, twelve = "nine houses burned on the hill", "twelve houses burned on the hill"
    gold = [a_gold_claim(nine, "Ada Lund", FIRE), a_gold_claim(twelve, "Ben Roy", FIRE)]
    swapped = [a_gold_claim(nine, "Ben Roy", FIRE), a_gold_claim(twelve, "Ada Lund", FIRE)]

    assert pairs_of(swapped, gold) == [(0, 0), (1, 1)]


def test_among_equal_pairings_the_one_with_right_speakers_wins_then_the_one_with_right_figures():
    content = "nine houses burned on the hill"
    figure, wrong = a_number("nine", FIRE, "9"), a_number("nine", FIRE, "8")
    gold = [
        a_gold_claim(content, "Ada Lund", FIRE, figures=[figure]),
        a_gold_claim(content, "Ben Roy", FIRE, figures=[wrong]),
    ]

    by_speaker = [
        a_gold_claim(content, "Ben Roy", FIRE, figures=[figure]),
        a_gold_claim(content, "Ada Lund", FIRE, figures=[wrong]),
    ]
    by_figure = [
        a_gold_claim(content, "Cy Dow", FIRE, figures=[wrong]),
        a_gold_claim(content, "Cy Dow", FIRE, figures=[figure]),
    ]

    assert pairs_of(by_speaker, gold) == [(0, 1), (1, 0)]
    assert pairs_of(by_figure, gold) == [(0, 1), (1, 0)]


def test_claims_less_alike_than_the_threshold_are_not_paired():
    gold = [a_gold_claim("nine houses burned on the hill", "Ada Lund", FIRE)]
    predicted = [a_gold_claim("twelve houses burned on the hill", "Ada Lund", FIRE)]

    # Elsewhere in the text, but the same words once the number is masked: exactly one half.
    assert similarity_grid(FIRE, predicted, gold) == ((500_000,),)
    assert pairs_of(predicted, gold, threshold=0.5) == [(0, 0)]
    assert pairs_of(predicted, gold, threshold=0.500001) == []


def test_numbers_in_digits_and_words_are_masked_and_other_words_are_not():
    text = "At least 1,200 of twenty-five million third parties"

    assert masked_words([Span(0, len(text))], text) == {"at", "least", "of", "parties"}


def test_what_repeats_a_gold_claim_already_taken_is_a_duplicate():
    gold = [a_gold_claim("nine houses burned on the hill", "Ada Lund", FIRE)]
    predicted = [
        a_gold_claim("houses burned", "Ada Lund", FIRE),
        a_gold_claim("nine houses burned on the hill", "Ada Lund", FIRE),
        a_gold_claim("The firm paid 300 workers", "Ada Lund", FIRE),
    ]

    alignment = align(FIRE, predicted, gold)

    assert [(pair.predicted, pair.gold) for pair in alignment.pairs] == [(1, 0)]
    assert alignment.duplicates == (0,)


def test_a_hundred_claims_with_many_figures_still_pair_one_to_one():
    text = " ".join(f"Town {number} lost {number} of its houses." for number in range(120))
    claims, start = [], 0
    for number in range(120):
        words = f"Town {number} lost {number} of its houses"
        start = text.index(words, start)
        figure = a_number(words, text, str(number)).model_copy(update={"span": Span(start + 5, start + 6)})
        claim = a_gold_claim(words, "Ada Lund", text, figures=[figure])
        claims.append(claim.model_copy(update={"content": (Span(start, start + len(words)),)}))

    alignment = align(text, claims[::-1], claims)

    assert [(pair.predicted, pair.gold) for pair in alignment.pairs] == [(119 - at, at) for at in range(119, -1, -1)]


@pytest.mark.parametrize(
    ("weights", "pairs"),
    [
        pytest.param([], [], id="no rows"),
        pytest.param([[]], [], id="no columns"),
        pytest.param([[0, 0]], [], id="nothing to gain"),
        pytest.param([[5, 9]], [(0, 1)], id="one row"),
        pytest.param([[9, 8], [8, 1]], [(0, 1), (1, 0)], id="best total beats best pair"),
        pytest.param([[3, 0], [2, 0]], [(0, 0)], id="a row may stay alone"),
    ],
)
def test_the_heaviest_assignment_is_found(weights, pairs):
    assert best_pairs(weights) == pairs


def twins() -> tuple[list, list]:
    """Predictions that say the same of the same place, told apart by figures, confidence or id alone."""
    content = "nine houses burned on the hill"
    right, wrong = a_number("nine", FIRE, "9"), a_number("nine", FIRE, "8")
    gold = [
        a_gold_claim(content, "Ada Lund", FIRE, figures=[right]).model_copy(update={"id": "g1"}),
        a_gold_claim(content, "Ben Roy", FIRE, figures=[right]).model_copy(update={"id": "g2"}),
        a_gold_claim("The firm paid 300 workers", "Cy Dow", FIRE).model_copy(update={"id": "g3"}),
    ]
    said = [
        ("Cy Dow", right, 0.9),
        ("Cy Dow", right, 0.2),
        ("Cy Dow", right, None),
        ("Cy Dow", wrong, 0.9),
        ("Ada Lund", wrong, 0.5),
        ("Ada Lund", wrong, 0.4),
    ]
    predicted = [
        a_gold_claim(content, name, FIRE, figures=[figure]).model_copy(
            update={"id": f"p{number}", "confidence": confidence}
        )
        for number, (name, figure, confidence) in enumerate(said)
    ]
    predicted += [predicted[0].model_copy(update={"id": "p9"})]
    return predicted, gold


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_predictions_alike_in_content_are_paired_whatever_their_order(data):
    predicted, gold = twins()
    number = data.draw(st.integers(1, len(predicted)))
    predicted = data.draw(st.permutations(predicted))[:number]

    def told(ours, theirs):
        alignment = align(FIRE, ours, theirs)
        return (
            {(ours[pair.predicted].id, theirs[pair.gold].id) for pair in alignment.pairs},
            {ours[position].id for position in alignment.duplicates},
        )

    straight = told(predicted, gold)
    mixed = told(data.draw(st.permutations(predicted)), data.draw(st.permutations(gold)))

    assert straight == mixed


def test_of_two_predictions_that_say_the_same_the_surer_one_is_paired():
    content = "nine houses burned on the hill"
    gold = [a_gold_claim(content, "Ada Lund", FIRE)]
    sure, unsure = (gold[0].model_copy(update={"confidence": confidence}) for confidence in (0.9, 0.2))

    assert pairs_of([unsure, sure], gold) == [(1, 0)]
    assert pairs_of([sure, unsure], gold) == [(0, 0)]


def test_an_aligner_pairs_at_every_threshold_as_a_fresh_one_does():
    predicted, gold = twins()
    aligner = Aligner(FIRE, predicted, gold)

    assert [aligner.at(each) for each in (0.7, 0.3, 0.5)] == [
        align(FIRE, predicted, gold, threshold=each) for each in (0.7, 0.3, 0.5)
    ]
