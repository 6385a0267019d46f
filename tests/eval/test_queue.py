"""What a reviewer catches who begins with the least confident claims: worked by hand, and at both extremes."""

import random

import pytest

from eval.queue import Item, Queue, queue_figures, recommend

# Three wrong of ten; two pairs of equal confidence.
CONFIDENCES = (0.1, 0.2, 0.2, 0.5, 0.6, 0.7, 0.7, 0.8, 0.9, 0.95)
WRONG = (True, True, False, False, True, False, False, False, False, False)


def queue(items: list[Item], **options: int) -> Queue:
    found = queue_figures(items, **options)
    assert found is not None
    return found


def ten() -> list[Item]:
    return [
        Item(f"a{at}", confidence, wrong) for at, (confidence, wrong) in enumerate(zip(CONFIDENCES, WRONG, strict=True))
    ]


def many(*, articles: int = 40, each: int = 10, wrong_below: float = 0.3, seed: int = 0) -> list[Item]:
    """Claims that are wrong exactly where their confidence is low."""
    source = random.Random(seed)
    confidences = [(f"a{article:02}", source.random()) for article in range(articles) for _ in range(each)]
    return [Item(article, confidence, confidence < wrong_below) for article, confidence in confidences]


def test_the_worked_queue_gives_the_figures_worked_out_by_hand():
    found = queue(ten(), missed=1)

    assert (found.claims, found.wrong, found.missed, found.articles) == (10, 3, 1, 10)
    # Reviewing three reads the claim at 0.1 and both at 0.2: two of four errors, the missed one among them.
    assert [(each.reviewed, each.caught) for each in found.reviews] == [
        (1, pytest.approx(1 / 4)),
        (1, pytest.approx(1 / 4)),
        (2, pytest.approx(1.5 / 4)),  # either of the two at 0.2 comes first, one of them wrong
        (3, pytest.approx(2 / 4)),
    ]
    assert [each.found for each in found.reviews] == pytest.approx([1, 1, 0.75, 2 / 3])
    assert found.reviews[1].lift == pytest.approx(1 / 0.3)
    assert found.reviews_to_most == 0.5
    # Of 21 pairs of a wrong and a right claim the wrong one is less confident in 18; one pair is a tie.
    assert found.auroc == pytest.approx(18.5 / 21)
    assert found.aurc == pytest.approx(0.1019246, abs=1e-7)
    assert (found.augrc, found.augrc_oracle, found.augrc_random) == pytest.approx((0.085, 0.06, 0.165))
    assert found.brier == pytest.approx(0.15325)


def test_the_calibration_error_takes_off_what_chance_adds():
    # Fifths of two, a tie counted with its mean: right 0.25, 0.75, 0.5, 1, 1; confidence 0.15, 0.35, 0.65, 0.75, 0.925.
    squares = (0.01, 0.16, 0.0225, 0.0625, 0.005625)
    chance = (0.1875, 0.1875, 0.25, 0, 0)
    expected = sum(square - noise for square, noise in zip(squares, chance, strict=True)) / 5

    assert expected < 0
    assert queue(ten()).expected_calibration_error == 0  # no more than chance would show


def test_a_confidence_too_high_by_a_fifth_has_a_calibration_error_of_a_fifth():
    source = random.Random(1)
    items = [Item(f"a{at % 50}", 0.9, source.random() < 0.3) for at in range(5_000)]

    assert queue(items).expected_calibration_error == pytest.approx(0.2, abs=0.02)


def test_a_confidence_that_knows_every_error_catches_as_many_as_are_read():
    items = many()
    found = queue(items)
    share_wrong = found.wrong / found.claims

    assert found.auroc == 1
    assert found.augrc == pytest.approx(found.augrc_oracle)
    assert found.reviews[1].found == 1
    assert found.reviews[1].lift == pytest.approx(1 / share_wrong)
    assert found.reviews_to_most == pytest.approx(0.9 * share_wrong, abs=0.01)


def test_one_confidence_for_all_is_no_better_than_any_order():
    found = queue([item._replace(confidence=0.5) for item in many()])

    assert found.auroc == 0.5
    assert found.augrc == pytest.approx(found.augrc_random)
    assert [each.lift for each in found.reviews] == pytest.approx([1, 1, 1, 1])


def test_the_order_of_claims_never_matters():
    items = [item._replace(confidence=round(item.confidence, 1)) for item in many()]
    shuffled = random.Random(2).sample(items, len(items))

    assert queue(items) == queue(shuffled)
    assert recommend(items, target=0.2) == recommend(shuffled, target=0.2)


def test_bands_need_ten_articles_and_hold_the_rate():
    assert queue(many(articles=9)).reviews[0].band is None
    for each in queue(many()).reviews:
        assert each.band is not None
        assert each.caught is not None
        assert each.band.low <= each.caught <= each.band.high


def test_a_review_is_held_against_a_perfect_order():
    perfect = queue(many())
    worked = queue(ten()).reviews[2]

    assert [each.of_perfect for each in perfect.reviews] == [1, 1, 1, 1]
    assert perfect.reviews[0].of_perfect_band == (1, 1)
    assert (worked.share, worked.of_perfect) == (0.2, pytest.approx(0.75))  # 1.5 of the 2 that could be caught


def test_the_band_of_the_order_holds_it():
    found = queue([item._replace(confidence=round(item.confidence, 1)) for item in many(wrong_below=0.37)])

    assert found.auroc is not None
    assert found.auroc_band is not None
    assert found.auroc_band.low <= found.auroc <= found.auroc_band.high < 1
    assert queue(many(articles=9)).auroc_band is None


def test_without_errors_there_is_nothing_to_catch():
    found = queue([item._replace(wrong=False) for item in ten()])

    assert (found.auroc, found.reviews_to_most, found.augrc) == (None, None, 0)
    assert {each.caught for each in found.reviews} == {None}
    assert {each.lift for each in found.reviews} == {None}
    assert queue_figures([]) is None


def test_the_curve_ends_at_the_error_rate_of_all_claims():
    found = queue(many())

    assert found.curve[-1].coverage == 1
    assert found.curve[-1].risk == pytest.approx(found.wrong / found.claims)
    assert found.curve[-1].caught == 1
    risks = [point.risk for point in found.curve]
    assert risks == sorted(risks)


def test_the_threshold_is_the_lowest_whose_upper_bound_stays_under_the_target():
    items = many(articles=60)  # wrong below 0.3

    found = recommend(items, target=0.05)

    assert found.threshold == pytest.approx(0.3, abs=0.03)
    assert found.upper is not None
    assert (found.wrong.value or 0) <= found.upper <= 0.05
    assert found.accepted.total == 600


@pytest.mark.parametrize(
    ("items", "target"),
    [
        pytest.param(many(wrong_below=1.1), 0.05, id="everything is wrong"),
        pytest.param(many(articles=9), 0.05, id="too few articles tell"),
        pytest.param(many(articles=10, each=3), 0.01, id="too few claims for so small a target"),
    ],
)
def test_no_threshold_is_better_than_one_that_may_not_hold(items, target):
    found = recommend(items, target=target)

    assert found.threshold is None
    assert found.wrong.value is None
