"""Which predicted claim stands for which gold claim?

One to one, by the best total over what the claims say. Numbers are masked and the source is left out: a field that is
scored must not decide the pairing, or a wrong answer would turn into a missed and a needless one.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from eval.assignment import best_pairs
from eval.figures import Fidelity, pair_figures
from eval.numerals import FRACTIONS, SCALES, TENS, UNITS
from eval.sources import judge_source
from service.goldfiles import GoldClaim, claim_line
from service.records import Record, Span, words_of

THRESHOLD = 0.5  # similarity below which no pair is made; reports show 0.3 and 0.7 too
GRID = 1_000_000  # similarities are whole millionths, so that equal totals are equal
LARGEST_TOTAL = 2**53  # whole numbers up to here are exact in the assignment's floating point

_TOKEN = re.compile(r"\d[\d.,]*|\w+")
_NUMBER_WORDS = frozenset(UNITS) | frozenset(TENS) | frozenset(SCALES) | frozenset(FRACTIONS)


class Pair(NamedTuple):
    """Positions of a predicted and a gold claim, and how alike they are (0 to 1)."""

    predicted: int
    gold: int
    similarity: float


class Alignment(Record):
    """The pairs of one article; `duplicates` are predictions that repeat a gold claim already taken."""

    pairs: tuple[Pair, ...]
    duplicates: tuple[int, ...]


class _Content(NamedTuple):
    spans: tuple[Span, ...]
    length: int
    words: frozenset[str]


def masked_words(spans: Sequence[Span], text: str) -> frozenset[str]:
    """The words of some spans, without numbers in digits or words."""
    tokens = _TOKEN.findall(words_of(spans, text).lower())
    return frozenset(token for token in tokens if not token[0].isdigit() and token not in _NUMBER_WORDS)


def similarity_grid(
    text: str, predicted: Sequence[GoldClaim], gold: Sequence[GoldClaim]
) -> tuple[tuple[int, ...], ...]:
    """How alike each predicted and each gold claim are, in millionths.

    Half of it is the overlap coefficient of their characters, half the F1 of their words with numbers masked.
    """
    ours = [_content(claim, text) for claim in predicted]
    theirs = [_content(claim, text) for claim in gold]
    return tuple(tuple(_similarity(one, other) for other in theirs) for one in ours)


def align(
    text: str,
    predicted: Sequence[GoldClaim],
    gold: Sequence[GoldClaim],
    *,
    threshold: float = THRESHOLD,
    grid: tuple[tuple[int, ...], ...] | None = None,
) -> Alignment:
    """Pairs the claims of one article; the order in which either side lists them never matters.

    Among pairings of equal total similarity the one with most right sources wins, then most lenient ones, then most
    right figures: two speakers may say the same thing in the same words. `grid` saves working it out again for another
    threshold.
    """
    if not predicted or not gold:
        return Alignment(pairs=(), duplicates=())
    if grid is None:
        grid = similarity_grid(text, predicted, gold)
    bar = max(1, round(threshold * GRID))
    rows, columns = _canonical(predicted), _canonical(gold)
    weigh = _Weigher(predicted, gold)
    weights = [[weigh(row, column, grid[row][column], bar) for column in columns] for row in rows]
    pairs = [(rows[row], columns[column]) for row, column in best_pairs(weights)]
    taken = {row for row, _ in pairs}
    used = {column for _, column in pairs}
    duplicates = tuple(
        row for row in range(len(predicted)) if row not in taken and any(grid[row][column] >= bar for column in used)
    )
    return Alignment(
        pairs=tuple(Pair(row, column, grid[row][column] / GRID) for row, column in sorted(pairs)),
        duplicates=duplicates,
    )


class _Weigher:
    """Packs similarity, right sources, lenient sources and right figures into one whole number, in that order.

    Each place is wide enough for its greatest total, so that a lower one never outweighs a higher one. Where an
    article has so many claims that totals would not be exact, similarities are taken a little coarser.
    """

    def __init__(self, predicted: Sequence[GoldClaim], gold: Sequence[GoldClaim]) -> None:
        self._predicted, self._gold = predicted, gold
        most_pairs = min(len(predicted), len(gold))
        self._sources = most_pairs + 1
        self._figures = 1 + sum(len(claim.figures) for claim in gold)
        places = self._sources * self._sources * self._figures
        self._coarseness = 1 + most_pairs * GRID * places // LARGEST_TOTAL

    def __call__(self, row: int, column: int, similarity: int, bar: int) -> int:
        if similarity < bar:
            return 0
        predicted, gold = self._predicted[row], self._gold[column]
        verdict = judge_source(predicted.source, gold.source)
        figures = sum(pair.fidelity >= Fidelity.BOUNDS for pair in pair_figures(predicted.figures, gold.figures))
        weight = max(1, similarity // self._coarseness)
        weight = weight * self._sources + (verdict == "right")
        weight = weight * self._sources + (verdict in ("right", "lenient"))
        return weight * self._figures + figures


def _content(claim: GoldClaim, text: str) -> _Content:
    return _Content(
        claim.content, sum(span.end - span.start for span in claim.content), masked_words(claim.content, text)
    )


def _similarity(one: _Content, other: _Content) -> int:
    shared = sum(
        max(0, min(span.end, against.end) - max(span.start, against.start))
        for span in one.spans
        for against in other.spans
    )
    shorter, both = min(one.length, other.length), len(one.words) + len(other.words)
    common = 2 * len(one.words & other.words)
    if both == 0:  # nothing but numbers on either side: alike
        common = both = 1
    # (shared / shorter + common / both) / 2, rounded once.
    return (GRID * (shared * both + common * shorter) + shorter * both) // (2 * shorter * both)


def _canonical(claims: Sequence[GoldClaim]) -> list[int]:
    """Positions in an order that depends on what the claims say alone, so that ties fall the same way every time."""
    plain = [claim.model_copy(update={"id": "", "note": None, "confidence": None}) for claim in claims]
    return sorted(range(len(claims)), key=lambda position: claim_line(plain[position]))
