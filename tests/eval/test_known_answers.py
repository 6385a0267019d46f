"""Answers known beforehand: reference scores, both extremes, a model of stated error rates, and intervals that hold."""

import random
from collections.abc import Callable
from functools import partial

import pytest
from goldmakers import STARTER, a_gold_claim, a_number, starter
from runmakers import given_to_a_stranger, off_by_one, with_mistakes

from eval.goldset import ReadySet, open_gold_set
from eval.measures import HALLUCINATIONS, MEASURES, SMALL_IS_GOOD, Scores, score
from eval.score import Task, faults_of, judge_all, judge_task
from eval.sources import names_of
from eval.statistics import Paired, clustered_wilson, paired_difference, swap_test
from eval.wording import fold_name
from service.goldfiles import GoldClaim
from service.records import Source

NEWSROOM = STARTER.parent / "newsroom"


@pytest.fixture(scope="module")
def newsroom() -> ReadySet:
    return open_gold_set(NEWSROOM, ())


def scored(ready: ReadySet, change: Callable[[GoldClaim], GoldClaim | None]) -> Scores:
    """The gold claims as predictions, after a change to each; None leaves a claim out."""
    predicted = [changed for claims in ready.gold.claims_of.values() for claim in claims if (changed := change(claim))]
    return score(judge_all(ready.tasks(predicted)))


# ── the reference's worked example, in our own words ──────────────────────────────────────────────────────────────
# Three gold claims and an optional one; five predictions: one speaker not given, two figures changed, one claim
# repeated, one made up. Counts and rates are those of the reference code: gold 3, paired 3, right 2, abstained 1,
# repeated 1, not in gold 1; figures right 1, changed 2, invented 1.

PORT = (
    "The mayor said 42 boats were lost. The guild said about 1.2 million nets were torn. "
    "Landings fell 3 percent, the agency said. Traders expect a recovery. Prices will double, said the guild."
)
PORT_GOLD = [
    a_gold_claim("42 boats were lost", "mayor", PORT, figures=[a_number("42", PORT, "42")]),
    a_gold_claim(
        "about 1.2 million nets were torn",
        "guild",
        PORT,
        figures=[a_number("about 1.2 million", PORT, "1200000", qualifier="about")],
    ),
    a_gold_claim("Landings fell 3 percent", "agency", PORT, figures=[a_number("3 percent", PORT, "3", unit="percent")]),
    a_gold_claim("a recovery", "traders", PORT, optional=True),
]
PORT_PREDICTED = [
    a_gold_claim("about 1.2 million nets were torn", "guild", PORT, figures=[a_number("1.2 million", PORT, "1200000")]),
    a_gold_claim("42 boats were lost", "mayor", PORT, figures=[a_number("42", PORT, "24")]),
    a_gold_claim(
        "Landings fell 3 percent",
        None,
        PORT,
        kind="unresolved",
        figures=[a_number("3 percent", PORT, "3", unit="percent")],
    ),
    a_gold_claim("boats were", "mayor", PORT),
    a_gold_claim("Prices will double", "guild", PORT, figures=[a_number("double", PORT, "7", unit="times")]),
]


@pytest.mark.parametrize(
    ("key", "rate"),
    [
        pytest.param("attribution_recall", "0.667 (2/3)", id="attribution accuracy of all gold"),
        pytest.param("claim_recall", "1.000 (3/3)", id="claim recall"),
        pytest.param("attempt_rate", "0.667 (2/3)", id="attempts"),
        pytest.param("selective_accuracy", "1.000 (2/2)", id="selective accuracy"),
        pytest.param("claim_precision", "0.600 (3/5)", id="claim precision"),
        pytest.param("claim_f1", "0.750 (6/8)", id="claim F1"),
        pytest.param("number_fidelity", "0.333 (1/3)", id="number fidelity"),
        pytest.param("number_fidelity_value", "0.667 (2/3)", id="values alone"),
        pytest.param("figures_right", "0.250 (1/4)", id="predicted figures right"),
        pytest.param("who_said_which_number", "0.000 (0/3)", id="who said which number"),
        pytest.param("claims_ungrounded", "0.400 (2/5)", id="24 and 7 stand nowhere"),
        pytest.param("drafts_rejected", "0.167 (1/6)", id="one draft of six found no place"),
    ],
)
def test_the_reference_example_gives_the_reference_rates(key, rate):
    scores = score(judge_all([Task("port", PORT, PORT_PREDICTED, PORT_GOLD, rejected=1)]))

    assert str(scores[key]) == rate


def test_the_reference_example_says_what_is_wrong_with_each_claim():
    faults = faults_of(judge_task(Task("port", PORT, PORT_PREDICTED, PORT_GOLD)))

    assert faults == {
        0: ("bound lost",),
        1: ("value",),
        2: ("speaker abstained",),
        3: ("repeated",),
        4: ("not in gold",),
    }


def test_recall_of_speakers_is_printed_with_its_factors():
    scores = score(judge_all([Task("port", PORT, PORT_PREDICTED, PORT_GOLD)]))

    assert str(scores.identity) == (
        "attribution recall 0.667 (2/3) = claims found 1.000 (3/3) × speaker given 0.667 (2/3) × right 1.000 (2/2)"
    )


@pytest.mark.parametrize("seed", range(5))
def test_recall_of_speakers_is_the_product_of_its_factors(newsroom: ReadySet, seed):
    source = random.Random(seed)

    def change(claim: GoldClaim) -> GoldClaim | None:
        if source.random() < 0.2:
            return claim.model_copy(update={"source": Source(name=None, kind="unresolved")})
        return with_mistakes(source.randrange(10**9), missed=0.2, speaker=0.3)(claim)

    identity = scored(newsroom, change).identity

    product = 1.0
    for factor in (identity.claim_recall, identity.attempt_rate, identity.selective_accuracy):
        assert factor.value is not None
        assert 0 < factor.value < 1
        product *= factor.value
    assert identity.recall.value == pytest.approx(product)


# ── the extremes ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_perfect_answers_score_one_everywhere_and_make_nothing_up(newsroom: ReadySet):
    scores = scored(newsroom, lambda claim: claim)

    for each in scores.measures:
        wanted = {0.0} if each.key in SMALL_IS_GOOD else {1.0}
        assert each.ratio.value in wanted | ({None} if each.key == "drafts_rejected" else set()), each.key
    assert {each.key for each in scores.measures} == {measure.key for measure in MEASURES}


def test_every_number_off_by_one_leaves_no_fidelity(newsroom: ReadySet):
    scores = scored(newsroom, off_by_one)

    for key in ("number_fidelity", "number_fidelity_bounds", "number_fidelity_value", "who_said_which_number"):
        assert scores[key].value == 0, key
    assert scores["attribution_recall"].value == 1
    assert scores.total.error_value + scores.total.error_scale == scores.total.figures_gold


def test_speakers_swapped_for_others_of_the_article_leave_no_attribution(newsroom: ReadySet):
    def swapped(claim: GoldClaim) -> GoldClaim | None:
        return _with_another_speaker(claim, newsroom.gold.claims_of[claim.document])

    scores = scored(newsroom, swapped)

    for key in ("attribution_accuracy", "attribution_accuracy_lenient", "attribution_recall", "who_said_which_number"):
        assert scores[key].value == 0, key
        assert scores[key].total > 500
    assert scores["number_fidelity"].value == 1
    assert scores["speakers_invented"].value == 0  # they are all named in the text: wrong, but not made up


def _with_another_speaker(claim: GoldClaim, among: tuple[GoldClaim, ...]) -> GoldClaim:
    """Somebody of the same article who is neither this speaker, nor the principal, nor accepted, either way round."""
    own = claim.source
    taken = names_of(own) | {fold_name(name) for name in (own.principal, *own.accept) if name is not None}
    for other in (each.source for each in among):
        principal = set() if other.principal is None else {fold_name(other.principal)}
        outlet = other.kind == "outlet" and (own.kind == "outlet" or None in own.accept)
        if other.name is not None and not outlet and taken.isdisjoint(names_of(other) | principal):
            return claim.model_copy(update={"source": other})
    return given_to_a_stranger(claim).model_copy(
        update={"source": Source(name=claim.document and "the", kind="anonymous")}
    )


@pytest.mark.parametrize("turned", [False, True], ids=["as in gold", "turned round"])
def test_two_speakers_of_one_claim_score_one_in_any_order(turned):
    text = "The mayor and the bishop said nine houses burned."
    both = [
        a_gold_claim("nine houses burned", name, text, figures=[a_number("nine", text, "9")])
        for name in ("mayor", "bishop")
    ]

    scores = score(judge_all([Task("d", text, both[::-1] if turned else both, both)]))

    assert {scores[key].value for key in ("attribution_recall", "who_said_which_number", "claim_f1")} == {1}


def test_repeats_of_the_same_answers_change_no_rate_and_make_no_interval_narrower(newsroom: ReadySet):
    tasks = newsroom.tasks(
        [changed for claims in newsroom.gold.claims_of.values() for claim in claims if (changed := off_by_one(claim))][
            ::2
        ]
    )

    once, thrice = score(judge_all(tasks)), score(judge_all(tasks * 3))

    assert thrice.articles == once.articles
    for one, other in zip(once.measures, thrice.measures, strict=True):
        assert (other.ratio.hits, other.ratio.total) == (3 * one.ratio.hits, 3 * one.ratio.total)
        assert (one.interval is None) == (other.interval is None)
        assert other.interval == pytest.approx(one.interval)


# ── made up ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_was_never_seen_has_an_upper_bound_and_the_rule_of_three(newsroom: ReadySet):
    scores = scored(newsroom, lambda claim: claim)

    for each in scores.hallucinations:
        if each.key != "drafts_rejected":
            assert each.upper is not None
            assert 0 < each.upper < 0.01, each.key
            assert each.rule_of_three == 3 / each.articles, each.key
    assert tuple(each.key for each in scores.hallucinations) == HALLUCINATIONS


def test_what_was_seen_has_an_upper_bound_above_its_rate_and_no_rule_of_three(newsroom: ReadySet):
    found = scored(newsroom, with_mistakes(1, speaker=0.1)).measure("speakers_invented")

    assert found.upper is not None
    assert found.ratio.value is not None
    assert found.ratio.value < found.upper < 0.2
    assert found.rule_of_three is None


def test_below_ten_articles_no_bound_is_given():
    gold = starter()
    scores = score(
        judge_all(
            Task(document.id, document.text or "", gold.claims_of[document.id], gold.claims_of[document.id])
            for document in gold.documents
        )
    )

    assert {(each.upper, each.rule_of_three) for each in scores.hallucinations} == {(None, None)}


@pytest.mark.parametrize(
    ("name", "made_up"),
    [
        pytest.param("mayor", 0, id="named"),
        pytest.param("the mayor of U.S. port", 1, id="near miss: a word too many"),
        pytest.param("Traders", 0, id="other case"),
        pytest.param("Quentin Marsh", 1, id="nowhere"),
        pytest.param(None, 0, id="nobody named"),
    ],
)
def test_a_speaker_is_made_up_when_a_word_of_the_name_stands_nowhere(name, made_up):
    claim = a_gold_claim("42 boats were lost", name, PORT, kind="person" if name else "outlet")

    scores = score(judge_all([Task("port", PORT, [claim], PORT_GOLD)]))

    assert scores["claims_ungrounded"].hits == made_up


# ── a model of stated error rates ─────────────────────────────────────────────────────────────────────────────────

MISSED, SPEAKER, NUMBER = 0.10, 0.15, 0.08


def synthetic(articles: int) -> list[Task]:
    """Articles of four to nine claims, each with a figure and one of three speakers; nothing is predicted yet."""
    source = random.Random(11)
    speakers = ("Ada Lund", "Ben Roy", "Cy Dow")
    tasks = []
    for number in range(articles):
        lines = [f"Ward {at} of borough {number} lost {at + 20} lamps" for at in range(source.randrange(4, 10))]
        text = ". ".join(f"{speakers[at % 3]} said {line}" for at, line in enumerate(lines))
        gold = [
            a_gold_claim(line, speakers[at % 3], text, figures=[a_number(f"{at + 20} lamps", text, str(at + 20))])
            for at, line in enumerate(lines)
        ]
        tasks.append(Task(f"s{number:03}", text, (), gold))
    return tasks


def test_a_model_of_stated_error_rates_is_measured_at_those_rates_within_its_intervals():
    tasks = synthetic(40)
    truth = {
        "claim_recall": 1 - MISSED,
        "attribution_accuracy": 1 - SPEAKER,
        "attribution_recall": (1 - MISSED) * (1 - SPEAKER),
        "number_fidelity": (1 - MISSED) * (1 - NUMBER),
        "who_said_which_number": (1 - MISSED) * (1 - SPEAKER) * (1 - NUMBER),
    }
    held = dict.fromkeys(truth, 0)
    tries = 30
    for seed in range(tries):
        change = with_mistakes(seed, missed=MISSED, speaker=SPEAKER, number=NUMBER)
        answered = [
            task._replace(predicted=[changed for claim in task.gold if (changed := change(claim))]) for task in tasks
        ]
        scores = score(judge_all(answered))
        for key, rate in truth.items():
            interval = scores.measure(key).interval
            assert interval is not None
            held[key] += interval.low <= rate <= interval.high

    # 95% of 30 is 28.5; fewer than 25 would come by chance once in 300 times.
    assert min(held.values()) >= 25, held


# ── intervals that hold (bench/interval_coverage.py does it at length) ────────────────────────────────────────────


def _articles(source: random.Random, number: int, lift: float) -> list[Paired]:
    """Articles of one to fifteen claims that are hard or easy for both models, drawn anew each time."""
    drawn = []
    for _ in range(number):
        claims, ease = source.randrange(1, 16), source.gauss(0, 0.1)
        first, second = (min(max(0.75 + ease + more, 0), 1) for more in (0, lift))
        rights = [sum(source.random() < rate for _ in range(claims)) for rate in (first, second)]
        drawn.append(Paired(rights[0], claims, rights[1], claims))
    return drawn


def test_intervals_of_a_rate_hold_the_truth_as_often_as_they_say():
    source = random.Random(17)
    tries, held = 400, 0
    whole = _articles(source, 40_000, 0)
    truth = sum(one.first_hits for one in whole) / sum(one.first_total for one in whole)
    for _ in range(tries):
        drawn = _articles(source, 20, 0)
        interval = clustered_wilson([one.first_hits for one in drawn], [one.first_total for one in drawn])
        assert interval is not None
        held += interval.low <= truth <= interval.high

    assert 0.92 <= held / tries <= 0.985


def test_intervals_of_a_difference_hold_the_truth_and_the_test_errs_as_seldom_as_it_says():
    source = random.Random(19)
    tries, held, found = 400, 0, 0
    for _ in range(tries):
        drawn = _articles(source, 20, 0)
        difference, test = paired_difference(drawn), swap_test(drawn, draws=499)
        assert difference is not None
        assert difference.interval is not None
        assert test is not None
        held += difference.interval.low <= 0 <= difference.interval.high
        found += test.two_sided < 0.05

    assert 0.92 <= held / tries <= 0.985
    assert found / tries <= 0.08


def test_a_difference_of_the_smallest_size_said_to_show_shows_four_times_of_five():
    source = random.Random(23)
    smallest = []
    for _ in range(50):
        difference = paired_difference(_articles(source, 30, 0))
        assert difference is not None
        assert difference.smallest is not None
        smallest.append(difference.smallest)
    typical = sorted(smallest)[len(smallest) // 2]

    shown = 0
    draw = partial(_articles, source, 30, typical * 1.05)  # a rate of 1 cannot rise: a little is lost there
    for _ in range(200):
        test = swap_test(draw(), draws=499)
        assert test is not None
        shown += test.two_sided < 0.05

    assert 0.7 <= shown / 200 <= 0.9
