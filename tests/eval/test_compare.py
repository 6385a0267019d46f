"""Two models on the same articles: what differs, by how much, and what may be said of it."""

from pathlib import Path

import pytest
from boardmakers import a_set
from click.testing import CliRunner
from goldmakers import STARTER, a_gold_claim, a_number
from runmakers import STRANGER, given_to_a_stranger, off_by_one, with_mistakes, write_run

from eval.cli import main
from eval.compare import HEADLINES, Compared, Contender, compare, contenders_of, figure_in_words
from eval.goldset import ReadySet, open_articles, open_gold_set
from eval.lines import Setting, compared_lines
from eval.measures import MEASURES
from eval.runs import load_run
from eval.score import Task
from service.goldfiles import GoldClaim

NEWSROOM = STARTER.parent / "newsroom"
TEXT = "Ada Lund said two cars burned. Ben Roy said nine sheds fell."


@pytest.fixture(scope="module")
def newsroom() -> ReadySet:
    return open_gold_set(NEWSROOM, ()).first(20)


def gold_of(document: str) -> list[GoldClaim]:
    return [
        a_gold_claim("two cars burned", "Ada Lund", TEXT, document=document, figures=[a_number("two", TEXT, "2")]),
        a_gold_claim("nine sheds fell", "Ben Roy", TEXT, document=document, figures=[a_number("nine", TEXT, "9")]),
    ]


def answers(*, wrong_speakers: int, articles: int = 20, name: str = "x") -> Contender:
    """Two claims an article; the first speaker is wrong in so many articles."""
    tasks = {}
    for number in range(articles):
        document = f"d{number:02}"
        gold = gold_of(document)
        predicted = [given_to_a_stranger(gold[0]) if number < wrong_speakers else gold[0], gold[1]]
        tasks[document] = (Task(document, TEXT, predicted, gold),)
    return Contender(name, tasks)


def test_the_difference_is_that_of_the_rates_and_its_test_is_exact_on_few_articles():
    compared = compare([answers(wrong_speakers=6), answers(wrong_speakers=0)])

    found = compared.comparisons[0]["attribution_recall"]
    assert (str(found.first), str(found.second)) == ("0.850 (34/40)", "1.000 (40/40)")
    assert found.difference is not None
    assert found.difference.value == pytest.approx(0.15)
    assert found.test is not None
    assert found.test.exact
    # Of the 64 swaps of the six articles that differ, two are as far out as what was seen, and count half.
    assert found.test.two_sided == 1 / 64
    assert found.adjusted == 3 / 64  # three headlines are asked
    assert found.verdict == "better"


def test_the_first_model_held_against_the_second_gives_the_opposite():
    there = compare([answers(wrong_speakers=6), answers(wrong_speakers=0)]).comparisons[0]
    back = compare([answers(wrong_speakers=0), answers(wrong_speakers=6)]).comparisons[0]

    for key in HEADLINES:
        one, other = there[key], back[key]
        assert one.difference is not None
        assert other.difference is not None
        assert one.difference.value == pytest.approx(-other.difference.value)
        assert one.test is not None
        assert other.test is not None
        assert one.test.two_sided == other.test.two_sided
        assert one.test.lower == pytest.approx(other.test.upper)


def test_more_models_and_headlines_make_every_chance_larger():
    models = [
        answers(wrong_speakers=7),
        answers(wrong_speakers=0),
        answers(wrong_speakers=1),
        answers(wrong_speakers=2),
    ]

    two = compare(models[:2]).comparisons[0]["attribution_recall"]
    four = compare(models).comparisons[0]["attribution_recall"]

    assert two.test == four.test
    assert two.adjusted is not None
    assert four.adjusted is not None
    assert four.adjusted > two.adjusted
    assert two.difference is not None
    assert four.difference is not None
    assert (four.difference.smallest or 0) > (two.difference.smallest or 1)


def test_a_model_held_against_itself_differs_in_nothing():
    compared = compare([answers(wrong_speakers=5), answers(wrong_speakers=5)])

    for measure in compared.comparisons[0].measures:
        if measure.difference is not None:
            assert measure.difference.value == 0
            assert measure.difference.smallest is None  # the spread is not known
    assert {compared.comparisons[0][key].verdict for key in HEADLINES} == {"not shown"}
    assert compared.claims == ()


def test_below_ten_articles_nobody_is_better():
    found = compare([answers(wrong_speakers=9, articles=9), answers(wrong_speakers=0, articles=9)]).comparisons[0]

    assert found["attribution_recall"].difference is not None
    assert found["attribution_recall"].difference.interval is None
    assert found["attribution_recall"].verdict == "too few articles"


def test_only_articles_that_all_have_finished_count_and_the_others_are_named(tmp_path: Path, newsroom: ReadySet):
    gold = open_articles(NEWSROOM, (), limit=20)
    names = list(newsroom.texts)
    runs = [
        load_run(write_run(tmp_path / "a", newsroom, model="a", failed=[names[0]])),
        load_run(write_run(tmp_path / "b", newsroom, model="b", documents=names[:-1])),
        load_run(write_run(tmp_path / "c", newsroom, model="c")),
    ]

    compared = compare(contenders_of(runs, gold), documents=names)

    assert compared.documents == tuple(names[1:-1])
    assert compared.dropped == {names[0]: ("a",), names[-1]: ("b",)}
    assert runs[0].unread(gold) == {names[0]: "failed: rate_limited: too many requests"}
    assert runs[1].unread(gold) == {names[-1]: "not part of the run"}


def test_claims_lost_come_before_claims_gained_and_those_before_other_differences():
    gold = gold_of("d")
    elsewhere = gold[0].model_copy(update={"source": STRANGER})
    third = a_gold_claim("Ada Lund said", "Ben Roy", TEXT, document="d")
    every = [*gold, third]
    first = [gold[0], off_by_one(gold[1]), given_to_a_stranger(third)]
    second = [elsewhere, gold[1]]

    compared = compare(
        [
            Contender("A", {"d": (Task("d", TEXT, first, every),)}),
            Contender("B", {"d": (Task("d", TEXT, second, every),)}),
        ]
    )

    assert [(each.claim, each.flip, each.right) for each in compared.claims] == [
        (gold[0].id, True, (True, False)),
        (gold[1].id, True, (False, True)),
        (third.id, False, (False, False)),
    ]
    lost, gained, missed = compared.claims
    assert (lost.gold.words, lost.gold.speaker, lost.gold.figures) == ("two cars burned", "Ada Lund", ("2",))
    assert lost.said[1] is not None
    assert (lost.said[1].speaker, lost.said[1].faults) == ("Quentin Marsh", ("speaker wrong",))
    assert gained.said[0] is not None
    assert (gained.said[0].figures, gained.said[0].faults) == (("10",), ("value",))
    assert missed.said[1] is None


def test_repeats_of_an_article_are_averaged_and_are_no_more_articles():
    once, better = answers(wrong_speakers=6), answers(wrong_speakers=0)

    def repeated(contender: Contender) -> Contender:
        return Contender(contender.name, {name: tasks * 3 for name, tasks in contender.tasks.items()})

    single = compare([once, better]).comparisons[0]["attribution_recall"]
    thrice = compare([repeated(once), repeated(better)]).comparisons[0]["attribution_recall"]

    assert thrice.first.total == 3 * single.first.total
    assert thrice.difference == single.difference
    assert thrice.test == single.test


def test_the_order_of_articles_and_claims_never_matters(newsroom: ReadySet, tmp_path: Path):
    runs = [
        load_run(write_run(tmp_path / str(seed), newsroom, with_mistakes(seed, missed=0.1, speaker=rate, number=0.1)))
        for seed, rate in ((1, 0.3), (2, 0.2))
    ]
    gold = open_articles(NEWSROOM, (), limit=20)
    contenders = contenders_of(runs, gold)
    turned = [
        Contender(
            each.name,
            {
                name: tuple(task._replace(predicted=task.predicted[::-1]) for task in each.tasks[name])
                for name in reversed(list(each.tasks))
            },
        )
        for each in contenders
    ]

    straight, mixed = compare(contenders), compare(turned)

    assert straight.comparisons == mixed.comparisons
    assert straight.claims == mixed.claims
    assert straight.comparisons[0]["attribution_recall"].test is not None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({}, "40", id="plain"),
        pytest.param({"high": None, "qualifier": "at_least"}, "at least 40", id="at least"),
        pytest.param({"high": "60", "qualifier": "range"}, "40 to 60", id="range"),
        pytest.param({"low": None, "high": None, "qualifier": "vague", "counted": "homes"}, "vague homes", id="vague"),
        pytest.param({"unit": "percent", "counted": "voters", "measure": "left"}, "40 percent voters left", id="all"),
    ],
)
def test_a_figure_is_told_in_its_own_fields(changes, words):
    assert figure_in_words(a_number("40", "40", "40", **changes)) == words


def test_compared_says_which_threshold_it_paired_at():
    compared: Compared = compare([answers(wrong_speakers=1), answers(wrong_speakers=0)], threshold=0.6)

    assert compared.threshold == 0.6


ATTRIBUTION_ONLY = ("content", "name", "kind")


def test_what_a_gold_set_does_not_annotate_is_not_compared_but_named():
    contenders = [answers(wrong_speakers=6), answers(wrong_speakers=0)]

    compared = compare(contenders, annotates=ATTRIBUTION_ONLY)
    lines = compared_lines(compared, Setting(goldset="set@0", threshold=0.5, software="x"))

    [comparison] = compared.comparisons
    assert [measure.key for measure in comparison.headlines] == ["attribution_recall"]
    assert {measure.key for measure in comparison.measures}.isdisjoint({"hedge", "stance", "mode", "figures_right"})
    assert "Not annotated in this gold set, so not compared: mode, stance, hedged, when, figures." in lines
    assert not any("number fidelity" in line or line.lstrip().startswith("hedge") for line in lines)


def test_where_everything_is_annotated_every_measure_is_compared_and_no_line_says_otherwise():
    compared = compare([answers(wrong_speakers=6), answers(wrong_speakers=0)])
    lines = compared_lines(compared, Setting(goldset="set@0", threshold=0.5, software="x"))

    assert len(compared.comparisons[0].measures) == len(MEASURES)
    assert not any("Not annotated" in line for line in lines)


def test_with_fewer_headlines_to_ask_fewer_questions_are_corrected_for():
    contenders = [answers(wrong_speakers=6), answers(wrong_speakers=0)]

    every, one = compare(contenders), compare(contenders, annotates=ATTRIBUTION_ONLY)
    there, here = (each.comparisons[0]["attribution_recall"] for each in (every, one))

    assert there.test == here.test
    assert here.adjusted == here.test.two_sided
    assert here.adjusted < there.adjusted


def test_replayed_answers_are_marked_in_every_comparison(tmp_path: Path):
    gold = a_set(tmp_path / "gold")
    place = gold.gold.folder
    texts = str(tmp_path / "gold" / "texts")
    asked = write_run(tmp_path / "asked", gold, model="acme/a", place=place)
    replayed = write_run(tmp_path / "replayed", gold, model="acme/a", place=place, settings={"replayed": True})
    said = f"Not a measurement of a model: {replayed}: saved answers were replayed, the model was not asked: no result."

    compared = CliRunner().invoke(main, ["compare", str(asked), str(replayed), "--texts", texts])
    gated = CliRunner().invoke(main, ["gate", str(replayed), "--against", str(asked), "--texts", texts])
    scored = CliRunner().invoke(main, ["score", str(replayed), str(place), "--texts", texts])

    assert said in compared.output.splitlines()
    assert said in gated.output.splitlines()
    assert "Not a measurement of a model: saved answers were replayed" in scored.output
