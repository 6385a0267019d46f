"""Which predicted claim stands for which gold claim?

One to one, by the best total over what the claims say. Numbers are masked and the source is left out: a field that is
scored must not decide the pairing, or a wrong answer would turn into a missed and a needless one.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from eval.assignment import best_pairs
from eval.figures import Fidelity, FigurePair, pair_figures
from eval.numerals import FRACTIONS, SCALES, TENS, UNITS
from eval.sources import SourceVerdict, judge_source
from service.goldfiles import GoldClaim, claim_line
from service.records import Span, words_of

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


class Alignment(NamedTuple):
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
    text: str, predicted: Sequence[GoldClaim], gold: Sequence[GoldClaim], *, threshold: float = THRESHOLD
) -> Alignment:
    """Pairs the claims of one article at one threshold, as `Aligner` says."""
    return Aligner(text, predicted, gold).at(threshold)


class Aligner:
    """Pairs the claims of one article at any threshold; the order in which either side lists them never matters.

    Among pairings of equal total similarity the one with most right sources wins, then most lenient ones, then most
    right figures: two speakers may say the same thing in the same words. What does not depend on the threshold is
    worked out once, and only for claims that are alike enough to be paired.
    """

    def __init__(self, text: str, predicted: Sequence[GoldClaim], gold: Sequence[GoldClaim]) -> None:
        self._predicted, self._gold = predicted, gold
        self._grid = similarity_grid(text, predicted, gold)
        self._rows, self._columns = _canonical(predicted), _canonical(gold)
        self._sources: dict[tuple[int, int], SourceVerdict] = {}
        self._figures: dict[tuple[int, int], tuple[FigurePair, ...]] = {}
        self._weights = _Weights(predicted, gold)

    def at(self, threshold: float) -> Alignment:
        """The best pairing of claims that are at least that much alike."""
        bar, grid = max(1, round(threshold * GRID)), self._grid
        weights = [
            [
                self._weight(row, column) if (similarity := grid[row][column]) and similarity >= bar else 0
                for column in self._columns
            ]
            for row in self._rows
        ]
        pairs = [(self._rows[row], self._columns[column]) for row, column in best_pairs(weights)]
        taken = {row for row, _ in pairs}
        used = {column for _, column in pairs}
        duplicates = tuple(
            row
            for row in range(len(self._predicted))
            if row not in taken and any(grid[row][column] >= bar for column in used)
        )
        return Alignment(
            pairs=tuple(Pair(row, column, grid[row][column] / GRID) for row, column in sorted(pairs)),
            duplicates=duplicates,
        )

    def source(self, row: int, column: int) -> SourceVerdict:
        """Whether a predicted claim has the speaker of a gold one."""
        if (row, column) not in self._sources:
            self._sources[row, column] = judge_source(self._predicted[row].source, self._gold[column].source)
        return self._sources[row, column]

    def figures(self, row: int, column: int) -> tuple[FigurePair, ...]:
        """The figures of a gold claim, each with the one of a predicted claim that stands for it."""
        if (row, column) not in self._figures:
            self._figures[row, column] = pair_figures(self._predicted[row].figures, self._gold[column].figures)
        return self._figures[row, column]

    def _weight(self, row: int, column: int) -> int:
        figures = sum(pair.fidelity >= Fidelity.BOUNDS for pair in self.figures(row, column))
        return self._weights.packed(self._grid[row][column], self.source(row, column), figures)


class _Weights:
    """Packs similarity, right sources, lenient sources and right figures into one whole number, in that order.

    Each place is wide enough for its greatest total, so that a lower one never outweighs a higher one. Where an
    article has so many claims that totals would not be exact, similarities are taken a little coarser.
    """

    def __init__(self, predicted: Sequence[GoldClaim], gold: Sequence[GoldClaim]) -> None:
        most_pairs = min(len(predicted), len(gold))
        self._sources = most_pairs + 1
        self._figures = 1 + sum(len(claim.figures) for claim in gold)
        places = self._sources * self._sources * self._figures
        self._coarseness = 1 + most_pairs * GRID * places // LARGEST_TOTAL

    def packed(self, similarity: int, source: SourceVerdict, figures: int) -> int:
        weight = max(1, similarity // self._coarseness)
        weight = weight * self._sources + (source == "right")
        weight = weight * self._sources + (source in ("right", "lenient"))
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
    """Positions in an order that depends on the claims alone, so that ties fall the same way every time.

    By place in the text; where claims have the same content, by all that they say, then the surer one first, then by
    id: only claims that are alike in everything are left in the order given, and there it makes no difference.
    """
    several = {content for content, number in Counter(claim.content for claim in claims).items() if number > 1}

    def standing(position: int) -> tuple[tuple[Span, ...], str, float, str]:
        claim = claims[position]
        if claim.content not in several:
            return claim.content, "", 0.0, ""
        said = claim_line(claim.model_copy(update={"id": "", "note": None, "confidence": None}))
        return claim.content, said, -1.0 if claim.confidence is None else -1.0 - claim.confidence, claim.id

    return sorted(range(len(claims)), key=standing)
