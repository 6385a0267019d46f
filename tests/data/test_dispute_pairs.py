"""Pairs of figures in the gold sets: they point at figures that exist, and their relations fit the numbers."""

import json
import re
from collections import Counter
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

import pytest
from pydantic import BaseModel, ConfigDict, Field

from service.goldfiles import GoldClaim, load_gold_set
from service.records import Figure

GOLDSETS = Path(__file__).parents[2] / "goldsets"
SETS = sorted(path.parent.name for path in GOLDSETS.glob("*/disputes.jsonl"))
ABOUT_WORDS = 10  # a label of our own, and no sentence

Relation = Literal["agrees", "compatible", "contradicts", "adds_up", "updates", "different"]


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Reference(Strict):
    claim: str
    figure: int = Field(ge=0)


class Pair(Strict):
    id: str = Field(pattern=r"^d\d{3,4}$")
    a: Reference
    b: Reference
    relation: Relation
    about: str = Field(min_length=1)
    optional: bool = False
    note: str | None = Field(default=None, min_length=1)

    @property
    def key(self) -> frozenset[Reference]:
        return frozenset((self.a, self.b))


class Bounds(NamedTuple):
    """The numbers that a figure allows; `open_low` and `open_high`: the bound itself is shut out."""

    low: Decimal
    high: Decimal
    open_low: bool = False
    open_high: bool = False


class Found(NamedTuple):
    """A pair with what it points at."""

    pair: Pair
    claim_a: GoldClaim
    claim_b: GoldClaim

    @property
    def figures(self) -> tuple[Figure, Figure]:
        return self.claim_a.figures[self.pair.a.figure], self.claim_b.figures[self.pair.b.figure]

    @property
    def comparable(self) -> bool:
        """Whether arithmetic has a say: one unit, two numbers, and nobody who says that a number does not hold."""
        a, b = self.figures
        claims = self.claim_a, self.claim_b
        plain = all(
            claim.stance != "denies" and not _negates_the_number(claim, figure)
            for claim, figure in zip(claims, self.figures, strict=True)
        )
        return plain and a.unit == b.unit and "vague" not in (a.qualifier, b.qualifier)


def _negates_the_number(claim: GoldClaim, figure: Figure) -> bool:
    """Whether the number is what is denied ("they do not pay ten"). "No more than 30" is meant as it stands."""
    return claim.negated and figure.qualifier not in ("at_least", "at_most")


@cache
def pairs_of(name: str) -> tuple[Pair, ...]:
    lines = (GOLDSETS / name / "disputes.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(Pair.model_validate(json.loads(line)) for line in lines)


@cache
def claims_of(name: str) -> dict[str, GoldClaim]:
    return {claim.id: claim for claim in load_gold_set(GOLDSETS / name).claims}


def found(*relations: Relation) -> list[Found]:
    return [
        Found(pair, claims_of(name)[pair.a.claim], claims_of(name)[pair.b.claim])
        for name in SETS
        for pair in pairs_of(name)
        if pair.relation in relations
    ]


def bounds(figure: Figure) -> Bounds:
    low = Decimal(figure.low) if figure.low is not None else Decimal("-Infinity")
    high = Decimal(figure.high) if figure.high is not None else Decimal("Infinity")
    return Bounds(low, high, figure.qualifier == "more_than", figure.qualifier == "less_than")


def overlap(a: Bounds, b: Bounds) -> bool:
    low, high = max(a.low, b.low), min(a.high, b.high)
    if low != high:
        return low < high
    return not any((side.open_low and side.low == low) or (side.open_high and side.high == high) for side in (a, b))


def shown(pairs: list[Found]) -> list[str]:
    return [f"{one.pair.a.claim}.{one.pair.a.figure} {one.pair.b.claim}.{one.pair.b.figure}" for one in pairs]


# ── the files ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_sets_with_figures_to_compare_have_pairs():
    assert {"kalat", "kalat-retold", "newsroom", "starter"} <= set(SETS)


@pytest.mark.parametrize("name", SETS)
def test_every_pair_points_at_two_figures_of_two_claims(name):
    claims = claims_of(name)

    for pair in pairs_of(name):
        assert pair.a.claim != pair.b.claim, pair.id
        for reference in (pair.a, pair.b):
            assert reference.figure < len(claims[reference.claim].figures), pair.id


@pytest.mark.parametrize("name", SETS)
def test_no_pair_stands_there_twice_in_either_order(name):
    twice = [key for key, times in Counter(pair.key for pair in pairs_of(name)).items() if times > 1]

    assert twice == []


@pytest.mark.parametrize("name", SETS)
def test_pairs_are_numbered_from_one(name):
    pairs = pairs_of(name)

    assert [pair.id for pair in pairs] == [f"d{number:03d}" for number in range(1, len(pairs) + 1)]


@pytest.mark.parametrize("name", SETS)
def test_both_figures_of_a_pair_are_of_one_split(name):
    splits = {document.id: document.split for document in load_gold_set(GOLDSETS / name).documents}
    claims = claims_of(name)

    for pair in pairs_of(name):
        assert len({splits[claims[side.claim].document] for side in (pair.a, pair.b)}) == 1, pair.id


def test_labels_are_short_so_that_no_text_is_carried_into_a_stand_off_set():
    assert [pair.about for name in SETS for pair in pairs_of(name) if len(pair.about.split()) > ABOUT_WORDS] == []


def test_a_pair_that_must_not_be_paired_says_why():
    assert [one.pair for one in found("different") if one.pair.note is None] == []


# ── how many ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_there_are_enough_pairs_and_enough_that_only_look_alike():
    assert len(found("agrees", "compatible", "contradicts", "adds_up", "updates")) >= 80
    assert len(found("different")) >= 60


def test_the_test_split_of_newsroom_has_its_share():
    splits = {document.id: document.split for document in load_gold_set(GOLDSETS / "newsroom").documents}
    claims = claims_of("newsroom")
    of_test = [pair for pair in pairs_of("newsroom") if splits[claims[pair.a.claim].document] == "test"]

    assert sum(pair.relation != "different" for pair in of_test) >= 25
    assert sum(pair.relation == "different" for pair in of_test) >= 15


@pytest.mark.parametrize("name", SETS)
def test_a_card_counts_its_pairs_as_the_file_does(name):
    card = (GOLDSETS / name / "README.md").read_text(encoding="utf-8")
    splits = {document.id: document.split for document in load_gold_set(GOLDSETS / name).documents}
    counted = Counter(
        (splits[claims_of(name)[pair.a.claim].document], relation)
        for pair in pairs_of(name)
        for relation in (pair.relation, "all", *(["optional"] if pair.optional else []))
    )
    header = ("agrees", "compatible", "contradicts", "adds_up", "updates", "different", "all", "optional")
    rows = re.findall(r"^\| `(dev|test)` \| ((?:\d+ \| )+\d+) \|$", card, flags=re.MULTILINE)

    assert {split for split, _ in counted} == {split for split, _ in rows}
    for split, cells in rows:
        assert [int(cell) for cell in cells.split(" | ")] == [counted[split, relation] for relation in header]


# ── relations and numbers ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        pytest.param(Bounds(Decimal(11), Decimal("Infinity")), Bounds(Decimal(2), Decimal(2)), False, id="floor above"),
        pytest.param(
            Bounds(Decimal(11), Decimal("Infinity")), Bounds(Decimal(12), Decimal(12)), True, id="floor below"
        ),
        pytest.param(Bounds(Decimal(9), Decimal(9)), Bounds(Decimal(9), Decimal(9)), True, id="equal"),
        pytest.param(
            Bounds(Decimal(9), Decimal("Infinity"), open_low=True), Bounds(Decimal(9), Decimal(9)), False, id="shut out"
        ),
        pytest.param(Bounds(Decimal(4), Decimal(6)), Bounds(Decimal(6), Decimal(8)), True, id="touching ranges"),
    ],
)
def test_two_figures_overlap_where_one_number_fits_both(a, b, expected):
    assert overlap(a, b) is expected
    assert overlap(b, a) is expected


def test_figures_that_agree_have_one_value_and_the_same_bounds():
    wrong = [one for one in found("agrees") if bounds(one.figures[0]) != bounds(one.figures[1])]

    assert shown(wrong) == []
    assert [one for one in found("agrees") if one.figures[0].unit != one.figures[1].unit] == []


def test_figures_that_contradict_have_no_number_in_common():
    numbers = [one for one in found("contradicts") if one.comparable]

    assert len(numbers) > 20
    assert shown([one for one in numbers if overlap(*map(bounds, one.figures))]) == []


def test_a_denied_figure_contradicts_what_it_would_have_held():
    denied = [one for one in found("contradicts") if "denies" in (one.claim_a.stance, one.claim_b.stance)]

    assert denied
    assert shown([one for one in denied if not overlap(*map(bounds, one.figures))]) == []
    assert shown([one for one in denied if one.claim_a.stance == one.claim_b.stance]) == []


def test_compatible_figures_have_a_number_in_common_or_say_why_they_need_none():
    apart = [one for one in found("compatible") if one.comparable and not overlap(*map(bounds, one.figures))]

    assert shown([one for one in apart if one.pair.note is None]) == []


def test_compatible_figures_are_not_the_same():
    same = [
        one
        for one in found("compatible")
        if one.comparable
        and one.figures[0].qualifier == one.figures[1].qualifier
        and bounds(one.figures[0]) == bounds(one.figures[1])
    ]

    assert shown(same) == []


def test_a_part_comes_first_and_is_no_more_than_its_whole():
    parts = [one for one in found("adds_up") if one.comparable]

    assert len(parts) > 10
    assert shown([one for one in parts if bounds(one.figures[0]).low > bounds(one.figures[1]).high]) == []


def test_what_is_updated_changes_its_number():
    same = [one for one in found("updates") if one.comparable and bounds(one.figures[0]) == bounds(one.figures[1])]

    assert shown(same) == []


# ── pairs that the set is for ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("names", "bounds_of_two", "relation"),
    [
        pytest.param(("Jeeyand Baloch", "Zia Langove"), (("11", None), ("2", "2")), "contradicts", id="Iskalko"),
        pytest.param(
            ("local sources", "Baloch Liberation Army"), (("4", "4"), ("5", "5")), "contradicts", id="Zamuran"
        ),
        pytest.param(("official sources", "official sources"), (("12", None), ("23", "23")), "adds_up", id="12 of 23"),
        pytest.param(("security forces", "official sources"), (("11", "11"), ("23", "23")), "adds_up", id="11 of 23"),
    ],
)
def test_the_best_known_pairs_of_the_five_articles_are_there(names, bounds_of_two, relation):
    claims = claims_of("kalat")
    hits = [
        one.pair.relation
        for one in (Found(pair, claims[pair.a.claim], claims[pair.b.claim]) for pair in pairs_of("kalat"))
        if (one.claim_a.source.name, one.claim_b.source.name) == names
        and tuple((figure.low, figure.high) for figure in one.figures) == bounds_of_two
    ]

    assert hits == [relation]
