"""Known answers for the measures: worked by hand, at both extremes, and whatever the order."""

import weakref
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from goldmakers import a_gold_claim, a_number, starter
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.figures import Fidelity, fidelity, figure_error
from eval.measures import MEASURES, SMALL_IS_GOOD, Scores, score, score_at
from eval.score import Task, judge_all, judge_task
from eval.tally import add, tally
from service.goldfiles import GoldClaim
from service.records import Figure, Source, Span

STRIKE = (
    "The minister said 42 people were hired. The union said about 1.2 million workers struck. "
    "Output fell 3 percent, the bank said. Analysts expect a recovery. Prices will double, said the union."
)


def scores_of_starter(change: Callable[[GoldClaim], GoldClaim]) -> Scores:
    """The starter set's own claims as predictions, after a change to each."""
    gold = starter()
    return score(
        judge_all(
            Task(
                document.id,
                document.text or "",
                [change(claim) for claim in gold.claims_of[document.id]],
                gold.claims_of[document.id],
            )
            for document in gold.documents
        )
    )


def test_the_worked_example_gives_the_counts_worked_out_by_hand():
    gold = [
        a_gold_claim("42 people were hired", "minister", STRIKE, figures=[a_number("42", STRIKE, "42")]),
        a_gold_claim(
            "about 1.2 million workers struck",
            "union",
            STRIKE,
            figures=[a_number("about 1.2 million", STRIKE, "1200000", qualifier="about")],
        ),
        a_gold_claim(
            "Output fell 3 percent", "bank", STRIKE, figures=[a_number("3 percent", STRIKE, "3", unit="percent")]
        ),
        a_gold_claim("a recovery", "analysts", STRIKE, optional=True),
    ]
    predicted = [
        a_gold_claim(
            "about 1.2 million workers struck",
            "union",
            STRIKE,
            figures=[a_number("1.2 million", STRIKE, "1200000")],
        ),
        a_gold_claim("42 people were hired", "minister", STRIKE, figures=[a_number("42", STRIKE, "24")]),
        a_gold_claim(
            "Output fell 3 percent",
            None,
            STRIKE,
            kind="unresolved",
            figures=[a_number("3 percent", STRIKE, "3", unit="percent")],
        ),
        a_gold_claim("people were hired", "minister", STRIKE),
        a_gold_claim("Prices will double", "union", STRIKE, figures=[a_number("double", STRIKE, "7", unit="times")]),
    ]

    counts = tally(judge_task(Task("d", STRIKE, predicted, gold)))

    assert (counts.gold, counts.predicted, counts.paired) == (3, 5, 3)
    assert (counts.source_right, counts.source_abstained) == (2, 1)
    assert (counts.duplicates, counts.spurious, counts.missed) == (1, 1, 0)
    assert (counts.figures_gold, counts.figures_value, counts.figures_bounds) == (3, 2, 1)
    assert (counts.error_bound_lost, counts.error_value) == (1, 1)
    assert (counts.figures_predicted, counts.figures_right, counts.figures_distorted) == (4, 1, 1)
    assert counts.figures_invented == 2  # 24 and 7 stand nowhere in the text


def test_recall_of_speakers_is_claim_recall_times_attempts_times_selective_accuracy():
    def some_wrong(claim: GoldClaim) -> GoldClaim:
        number = int(claim.id.rsplit("#", 1)[1])
        kind = "unresolved" if number % 5 == 0 else claim.source.kind
        name = "Nobody Known" if number % 3 == 0 and claim.source.name else claim.source.name
        return claim.model_copy(update={"source": claim.source.model_copy(update={"name": name, "kind": kind})})

    scores = scores_of_starter(some_wrong)
    total = scores.total

    attempts = total.paired - total.source_abstained
    product = (total.paired / total.gold) * (attempts / total.paired) * (total.source_right / attempts)
    assert scores["attribution_recall"].value == pytest.approx(product)
    assert 0 < total.source_right < total.paired


def test_perfect_predictions_score_one_everywhere():
    scores = scores_of_starter(lambda claim: claim)

    values = {each.key: each.ratio.value for each in scores.measures}
    wanted = {each.key: 0.0 if each.key in SMALL_IS_GOOD else 1.0 for each in MEASURES}
    assert values == wanted | {"drafts_rejected": None}  # gold claims are no run: nobody knows what was rejected


def test_every_number_off_by_one_leaves_no_fidelity_and_no_other_trace():
    def off_by_one(claim: GoldClaim) -> GoldClaim:
        figures = tuple(
            figure.model_copy(
                update={
                    bound: str(Decimal(value) + 1)
                    for bound in ("low", "high")
                    if (value := getattr(figure, bound)) is not None
                }
            )
            for figure in claim.figures
        )
        return claim.model_copy(update={"figures": figures})

    scores = scores_of_starter(off_by_one)

    assert scores["number_fidelity_value"].value == 0
    assert scores["number_fidelity"].value == 0
    assert scores["who_said_which_number"].value == 0
    assert scores["figures_right"].value == 0
    assert scores["attribution_accuracy"].value == 1
    assert scores["claim_f1"].value == 1


def test_strangers_as_speakers_leave_no_attribution_and_no_other_trace():
    def stranger(claim: GoldClaim) -> GoldClaim:
        return claim.model_copy(update={"source": Source(name="Quentin Marsh", kind="person")})

    scores = scores_of_starter(stranger)

    for key in ("attribution_accuracy", "attribution_accuracy_lenient", "attribution_recall", "text_attributed_right"):
        assert scores[key].value == 0, key
    assert scores["who_said_which_number"].value == 0
    assert scores["who_said_which_number_lenient"].value == 0
    assert scores["number_fidelity"].value == 1


def test_nothing_to_count_is_none_and_printed_as_not_available():
    scores = score(judge_all([Task("d", "Nothing is claimed here.", [], [])]))

    assert {each.ratio.value for each in scores.measures} == {None}
    assert {str(each.ratio) for each in scores.measures} == {"n/a"}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["as in gold", "turned round"])
def test_two_speakers_of_one_claim_score_one_in_any_order(order):
    text = "The mayor and the bishop said nine houses burned."
    both = [
        a_gold_claim("nine houses burned", name, text, figures=[a_number("nine", text, "9")])
        for name in ("mayor", "bishop")
    ]

    scores = score(judge_all([Task("d", text, [both[position] for position in order], both)]))

    assert scores["attribution_recall"].value == 1
    assert scores["who_said_which_number"].value == 1


def test_an_optional_claim_is_neither_credited_nor_blamed():
    text = "Ada Lund said two cars burned. Ben Roy said it rained."
    gold = [
        a_gold_claim("two cars burned", "Ada Lund", text, figures=[a_number("two", text, "2")]),
        a_gold_claim("it rained", "Ben Roy", text, optional=True),
    ]

    with_it = tally(judge_task(Task("d", text, gold, gold)))
    without = tally(judge_task(Task("d", text, gold[:1], gold)))

    assert with_it.optional == 1
    assert replace(with_it, optional=0) == without


def test_text_attributed_right_does_not_depend_on_how_claims_were_cut():
    text = "Ada Lund said two cars burned and a shed fell."
    gold = [a_gold_claim(words, "Ada Lund", text) for words in ("two cars burned", "a shed fell")]
    whole = [a_gold_claim("two cars burned and a shed fell", "Ada Lund", text)]

    scores = score(judge_all([Task("d", text, whole, gold)]))

    assert scores["text_attributed_right"].value == 1
    assert str(scores["claim_recall"]) == "0.500 (1/2)"


def test_a_figure_put_into_another_claim_is_in_the_wrong_claim_and_not_omitted():
    text = "Ada Lund said two cars burned. Ben Roy said roofs were lost in the storm."
    gold = [
        a_gold_claim("two cars burned", "Ada Lund", text, figures=[a_number("two", text, "2")]),
        a_gold_claim("roofs were lost in the storm", "Ben Roy", text),
    ]
    moved = [
        gold[0].model_copy(update={"figures": ()}),
        gold[1].model_copy(update={"figures": gold[0].figures}),
    ]

    counts = tally(judge_task(Task("d", text, moved, gold)))

    assert (counts.error_wrong_claim, counts.error_omitted) == (1, 0)
    assert counts.figures_misplaced == 1


def test_a_repeated_claim_lowers_precision_but_not_recall():
    text = "Ada Lund said two cars burned."
    gold = [a_gold_claim("two cars burned", "Ada Lund", text, figures=[a_number("two", text, "2")])]

    counts = tally(judge_task(Task("d", text, gold * 3, gold)))

    assert (counts.duplicates, counts.spurious, counts.predicted, counts.paired) == (2, 0, 3, 1)
    assert counts.figures_repeated == 2


TWELVE = {"low": "12", "high": "12", "qualifier": "exact"}


@pytest.mark.parametrize(
    ("gold", "predicted", "error"),
    [
        pytest.param({}, {}, None, id="all right"),
        pytest.param({}, {"low": "13", "high": "13"}, "value", id="another value"),
        pytest.param({}, {"low": "1200", "high": "1200"}, "scale", id="hundred times too much"),
        pytest.param({}, {"low": "1.2", "high": "1.2"}, "scale", id="ten times too little"),
        pytest.param({}, {"low": "21", "high": "21"}, "value", id="near miss of scale: digits turned"),
        pytest.param({"low": "-12", "high": "-12"}, {}, "direction", id="sign lost"),
        pytest.param({"high": None, "qualifier": "at_least"}, {}, "bound_lost", id="at least lost"),
        pytest.param({"qualifier": "about"}, {}, "bound_lost", id="about lost"),
        pytest.param(
            {"high": None, "qualifier": "at_least"},
            {"low": None, "qualifier": "at_most"},
            "direction",
            id="at least turned into at most",
        ),
        pytest.param(
            {"high": None, "qualifier": "at_least"},
            {"high": None, "qualifier": "more_than"},
            "qualifier",
            id="near miss of a bound: more than for at least",
        ),
        pytest.param({"high": "15", "qualifier": "range"}, {}, "range_collapsed", id="range to its lower end"),
        pytest.param({"unit": "percent"}, {"unit": "percentage_point"}, "percent_vs_points", id="points for percent"),
        pytest.param({"unit": "EUR"}, {"unit": "USD"}, "unit", id="another currency"),
        pytest.param({"unit": "hour"}, {"unit": None}, "unit", id="unit lost"),
        pytest.param({"counted": "soldiers"}, {"counted": "police"}, "counted", id="others counted"),
        pytest.param({"measure": "killed"}, {"measure": "wounded"}, "counted", id="wounded for killed"),
        pytest.param({"measure": "wounded"}, {"measure": "injured"}, None, id="injured is wounded"),
        pytest.param({"counted": "army soldiers"}, {"counted": "soldier in the camp"}, None, id="same head noun"),
    ],
)
def test_what_is_wrong_with_a_figure_has_a_name(gold, predicted, error):
    base = TWELVE | {"span": Span(0, 2)}

    ours, theirs = Figure(**(base | predicted)), Figure(**(base | gold))

    assert figure_error(ours, theirs) == error
    assert (fidelity(ours, theirs) is Fidelity.FULL) == (error is None)


def test_values_are_compared_as_decimals_without_tolerance():
    figure = Figure(span=Span(0, 2), **TWELVE)

    assert fidelity(figure.model_copy(update={"low": "12.0", "high": "12.00"}), figure) is Fidelity.FULL
    assert fidelity(figure.model_copy(update={"low": "12.01", "high": "12.01"}), figure) is Fidelity.NOTHING


def _perturbed(claim: GoldClaim, choice: int) -> GoldClaim:
    """One of some ways in which a prediction may differ."""
    if choice == 1:
        return claim.model_copy(update={"source": Source(name="Quentin Marsh", kind="person")})
    if choice == 2:
        return claim.model_copy(update={"figures": ()})
    if choice == 3:
        first = claim.content[0]
        return claim.model_copy(update={"content": (Span(first.start, first.start + max(1, len(first))),)})
    if choice == 4:
        return claim.model_copy(update={"stance": "denies", "hedged": not claim.hedged})
    return claim


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_the_order_of_claims_and_articles_never_matters(data):
    gold = starter()
    tasks, shuffled = [], []
    for document in gold.documents:
        claims = gold.claims_of[document.id]
        picked = data.draw(st.lists(st.tuples(st.sampled_from(claims), st.integers(0, 4)), max_size=16))
        predicted = [_perturbed(claim, choice) for claim, choice in picked]
        tasks.append(Task(document.id, document.text or "", predicted, claims))
        shuffled.append(
            Task(
                document.id,
                document.text or "",
                data.draw(st.permutations(predicted)),
                data.draw(st.permutations(list(claims))),
            )
        )

    straight = score(judge_all(tasks))
    mixed = score(judge_all(data.draw(st.permutations(shuffled))))

    assert straight.total == mixed.total
    assert straight.measures == mixed.measures
    assert straight.by_article == mixed.by_article


def test_scores_at_several_thresholds_are_those_of_each_threshold():
    gold = starter()
    tasks = [
        Task(document.id, document.text or "", gold.claims_of[document.id][::2], gold.claims_of[document.id])
        for document in gold.documents
    ]

    together = score_at(tasks, (0.3, 0.7))

    assert together == tuple(score(judge_all(tasks, threshold=each), threshold=each) for each in (0.3, 0.7))


def test_counts_of_articles_add_up():
    scores = scores_of_starter(lambda claim: claim)

    assert add(scores.by_article.values()) == scores.total
    assert scores.articles == 3


def test_articles_are_scored_as_they_come_by_and_let_go():
    gold = starter()
    texts = {document.id: document.text or "" for document in gold.documents}
    held: list[weakref.ref[GoldClaim]] = []

    def passing():
        for name, claims in gold.claims_of.items():
            answered = [claim.model_copy(update={"confidence": 0.5}) for claim in claims]
            held.append(weakref.ref(answered[0]))
            assert sum(each() is not None for each in held) <= 2  # this article's, and at most the one before
            yield Task(name, texts[name], answered, claims)

    [scores] = score_at(passing(), (0.5,))

    assert scores.articles == len(held) == 3
    assert str(scores["claim_f1"]) == "1.000 (80/80)"
