"""Can two figures both hold?

Compares bounds as exact decimals. "About" and its like allow a tenth either way; vague words have the least number
that they can mean.
"""

import re
from decimal import Decimal
from typing import NamedTuple

from service.disputes.records import Relation
from service.records import Figure

ABOUT = Decimal("0.1")  # "about 40" is still said of 36 and of 44
VAGUE_LEAST = {
    "multiple": 2, "several": 3, "dozens": 24, "scores": 40, "hundreds": 200, "thousands": 2_000,
    "lakhs": 200_000, "millions": 2_000_000, "crores": 20_000_000, "billions": 2_000_000_000,
}  # fmt: skip

_WORD = re.compile(r"[a-z]+")


class Bounds(NamedTuple):
    """From `low` to `high`, each None where it is open; `more` and `less` where the bound itself is shut out."""

    low: Decimal | None
    high: Decimal | None
    more: bool = False
    less: bool = False

    def meets(self, other: "Bounds") -> bool:
        """Whether some number lies in both."""
        return not _above(self, other) and not _above(other, self)

    @property
    def value(self) -> Decimal | None:
        """The number that is named: the lower one of two."""
        return self.high if self.low is None else self.low


NONE_AT_ALL = Bounds(Decimal(0), Decimal(0))


def bounds_of(figure: Figure, words: str) -> Bounds | None:
    """What a figure says; None for vague words that have no least number."""
    if figure.low is None and figure.high is None:
        least = next((VAGUE_LEAST[word] for word in _WORD.findall(words.lower()) if word in VAGUE_LEAST), None)
        return None if least is None else Bounds(Decimal(least), None)
    low = None if figure.low is None else Decimal(figure.low)
    high = None if figure.high is None else Decimal(figure.high)
    return Bounds(low, high, more=figure.qualifier == "more_than", less=figure.qualifier == "less_than")


def stretched(bounds: Bounds, figure: Figure, *, open_above: bool) -> Bounds:
    """The bounds with the room that "about" leaves; `open_above`: what was counted so far may not be all."""
    if open_above and bounds.low == bounds.high:
        return Bounds(bounds.low, None)
    if figure.qualifier != "about" or bounds.low is None or bounds.high is None:
        return bounds
    return Bounds(bounds.low * (1 - ABOUT), bounds.high * (1 + ABOUT))


def relation_of(one: Bounds, other: Bounds, *, denied: bool) -> Relation:
    """`denied`: one side denies what the other asserts, so that the same number is a contradiction."""
    return "contradicts" if one.meets(other) == denied else "compatible"


def _above(one: Bounds, other: Bounds) -> bool:
    """Whether the first lies wholly above the second."""
    if one.low is None or other.high is None:
        return False
    return one.low > other.high or (one.low == other.high and (one.more or other.less))
