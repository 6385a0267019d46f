"""When a minimal pair counts as passed."""

from collections.abc import Callable, Sequence

import pytest
from goldmakers import STARTER, a_gold_claim, a_number, place

from eval.pairs import FIELDS, judge_members, score_pairs
from eval.score import Task
from eval.statistics import Ratio
from service.goldfiles import GoldClaim, GoldDocument, GoldSet, load_gold_set
from service.records import Article, Source, When

Change = Callable[[GoldClaim], GoldClaim]

FIRST = "Police said at least 40 marchers were killed on Monday. The mayor called for calm."
SECOND = "Police said 40 marchers were killed on Monday. The mayor called for calm."


def gold_of(document: str, text: str, *, bound: bool) -> tuple[GoldClaim, ...]:
    words = "at least 40" if bound else "40"
    bounds = {"qualifier": "at_least", "high": None} if bound else {}
    killed = a_number(words, text, "40", counted="marchers", measure="killed", **bounds)
    return (
        a_gold_claim(
            text[len("Police said ") : text.index(".")],
            "Police",
            text,
            document=document,
            kind="organization",
            figures=[killed],
            when=[When(span=place("Monday", text), value="2025-03-03")],
        ),
        a_gold_claim("calm", "mayor", text, document=document, stance="demands"),
    )


GOLD = {"a": gold_of("a", FIRST, bound=True), "b": gold_of("b", SECOND, bound=False)}
TEXTS = {"a": FIRST, "b": SECOND}


def tasks(predicted: dict[str, Sequence[GoldClaim]]) -> list[Task]:
    return [Task(name, TEXTS[name], predicted[name], GOLD[name]) for name in TEXTS]


def verdict(phenomenon: str, **changed: Sequence[GoldClaim]) -> tuple[bool, bool]:
    """Whether the pair passes wholly and in its field, with some members answered otherwise than gold."""
    judged = judge_members("p", phenomenon, tasks({**GOLD, **changed}))
    return judged.whole, judged.field


def with_figure(**changes: object) -> Change:
    return lambda claim: claim.model_copy(update={"figures": (claim.figures[0].model_copy(update=changes),)})


def with_source(**changes: object) -> Change:
    return lambda claim: claim.model_copy(update={"source": Source(**({"name": "x", "kind": "person"} | changes))})


def with_fields(**changes: object) -> Change:
    return lambda claim: claim.model_copy(update=changes)


@pytest.mark.parametrize("phenomenon", [*FIELDS, "a phenomenon of one's own"])
def test_a_perfect_answer_passes(phenomenon):
    assert verdict(phenomenon) == (True, True)


@pytest.mark.parametrize(
    ("phenomenon", "change", "expected"),
    [
        pytest.param("bound_dropped", with_figure(low="14"), (False, False), id="number"),
        pytest.param("bound_dropped", with_figure(qualifier="at_least", high=None), (False, False), id="bound"),
        pytest.param("unit", with_figure(unit="percent"), (False, False), id="unit"),
        pytest.param("subset", with_figure(counted="bystanders"), (False, False), id="counted"),
        pytest.param("subset", with_figure(counted="peaceful marchers"), (True, True), id="near miss: same head"),
        pytest.param("bound_dropped", with_figure(measure="injured"), (True, True), id="measure is not the field"),
        pytest.param("killed_wounded", with_figure(measure="injured"), (False, False), id="measure is the field"),
        pytest.param("bound_dropped", with_fields(figures=()), (False, False), id="figure missing"),
        pytest.param("bound_dropped", with_source(), (False, True), id="wrong speaker, figures right"),
        pytest.param("speaker_swapped", with_source(), (False, False), id="wrong speaker is the field"),
        pytest.param("speaker_swapped", with_source(kind="unresolved", name=None), (False, False), id="no speaker"),
        pytest.param("speaker_swapped", with_source(name="the police"), (True, True), id="lenient on the kind"),
        pytest.param("speaker_swapped", with_figure(low="14"), (False, True), id="wrong number, speaker right"),
        pytest.param("denied_confirmed", with_fields(stance="denies"), (False, False), id="stance"),
        pytest.param("hedge", with_fields(hedged=True), (False, False), id="hedge"),
        pytest.param("negation", with_fields(negated=True), (False, False), id="negation"),
        pytest.param("hedge", with_fields(mode="direct"), (True, True), id="mode is left aside"),
        pytest.param("hedge", with_fields(when=()), (True, True), id="time is left aside"),
        pytest.param("time", with_fields(when=()), (False, False), id="time is the field"),
        pytest.param(
            "via_chain",
            with_source(name="Police", kind="organization", via=("mayor",)),
            (False, False),
            id="through somebody it did not come through",
        ),
    ],
)
def test_one_member_wrong_fails_the_pair(phenomenon, change, expected):
    first, second = GOLD["b"]

    assert verdict(phenomenon, b=[change(first), second]) == expected


def test_a_claim_that_the_members_share_counts_for_the_whole_but_not_for_the_field():
    assert verdict("bound_dropped", b=GOLD["b"][:1]) == (False, True)


def test_a_claim_that_is_not_found_is_not_right():
    assert verdict("bound_dropped", b=GOLD["b"][1:]) == (False, False)


def test_an_answer_for_nothing_at_all_fails_every_pair():
    assert verdict("bound_dropped", a=[], b=[]) == (False, False)


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        pytest.param("on Monday", "Police", (True, True), id="a claim cut in two"),
        pytest.param("on Monday", "mayor", (False, True), id="a part given to somebody else"),
        pytest.param("The mayor called", "Police", (False, True), id="words that nobody claims"),
    ],
)
def test_what_is_left_over_must_be_in_a_claim_of_its_speaker(content, name, expected):
    extra = a_gold_claim(content, name, SECOND, document="b")

    assert verdict("bound_dropped", b=[*GOLD["b"], extra]) == expected


def a_document(name: str, pair: str | None, *phenomena: str) -> GoldDocument:
    text = TEXTS.get(name, FIRST)
    return GoldDocument(id=name, sha256=Article(id=name, text=text).sha256, pair=pair, phenomena=phenomena)


def test_pairs_are_counted_by_phenomenon_and_those_not_scored_left_out():
    documents = [
        *(a_document(name, "p", "bound_dropped") for name in "ab"),
        *(a_document(name, "q", "hedge") for name in "cd"),
        *(a_document(name, "r", "hedge") for name in "ef"),
    ]
    others = [Task(name, FIRST, () if name == "c" else GOLD["a"], GOLD["a"]) for name in "cde"]

    scores = score_pairs(documents, [*tasks(dict(GOLD)), *others])

    counted = {score.phenomenon: (str(score.whole), str(score.field)) for score in scores.by_phenomenon}
    assert counted == {
        "bound_dropped": ("1.000 (1/1)", "1.000 (1/1)"),
        "hedge": ("0.000 (0/1)", "0.000 (0/1)"),
    }
    assert str(scores.total.whole) == "0.500 (1/2)"
    assert scores.left_out == ("r",)


def test_a_pair_of_which_one_member_is_in_the_set_is_left_out():
    scores = score_pairs([a_document("a", "p", "hedge")], tasks(dict(GOLD)))

    assert (scores.verdicts, scores.left_out) == ((), ("p",))


def test_a_set_without_pairs_has_no_pair_scores():
    assert score_pairs([a_document("a", None)], tasks(dict(GOLD))) is None


@pytest.fixture(scope="module")
def contrast() -> GoldSet:
    return load_gold_set(STARTER.parent / "contrast")


def answered(gold: GoldSet, *, blind: bool) -> list[Task]:
    """Every document answered by its own gold, or by a model that sees no difference: every field of its pair's first
    member at the right words."""
    firsts: dict[str | None, GoldDocument] = {}
    answers = []
    for document in gold.documents:
        own = gold.claims_of[document.id]
        first = gold.claims_of[firsts.setdefault(document.pair, document).id]
        fields = ("source", "stance", "hedged", "negated", "figures", "when")
        twin = [
            claim.model_copy(update={name: getattr(other, name) for name in fields})
            for claim, other in zip(own, first, strict=True)
        ]
        answers.append(Task(document.id, document.text or "", twin if blind else own, own))
    return answers


def test_gold_passes_every_shipped_pair(contrast):
    total = score_pairs(contrast.documents, answered(contrast, blind=False)).total

    assert total.whole == total.field == Ratio(hits=183, total=183)


def test_whoever_does_not_see_the_difference_passes_no_shipped_pair_but_those_of_exchanged_arguments(contrast):
    """Exchanged arguments show in the words of the content alone, which are given here."""
    verdicts = score_pairs(contrast.documents, answered(contrast, blind=True)).verdicts

    assert {verdict.phenomenon for verdict in verdicts if verdict.whole or verdict.field} <= {"arguments_exchanged"}
