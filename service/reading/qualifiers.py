"""How is a number bounded by the words around it: at least, more than, up to, about …?

A bound governs only the number it stands before (or right behind). Which numbers there are is asked in `numerals`.
"""

from typing import NamedTuple

from service.lexicon.numbers import (
    BEFORE_LONG_OVER,
    BEFORE_TIME_ONLY,
    BOUNDS_AFTER,
    BOUNDS_BEFORE,
    ENDING_BOUNDS,
    HYPHENS,
    LONGEST_BOUND,
    PHRASAL_OVER,
    SIGNS_BEFORE,
    Bound,
)
from service.reading.amounts import Amount
from service.reading.numerals import past_hyphen
from service.reading.tokens import Line

_ENDINGS = frozenset(phrase[-1] for phrase in BOUNDS_BEFORE)
_AFTER_DURATION = frozenset({"ago", "later", "earlier", "old", "long", "behind", "late"})
_PLACING = frozenset({"under", "over", "above", "below", "about", "around"})
_STRENGTH: dict[Bound, int] = {"exact": 0, "about": 1, "at_least": 2, "more_than": 2, "at_most": 2, "less_than": 2}


class Qualified(NamedTuple):
    """The bound of an amount, and the tokens from its first word to its last."""

    bound: Bound
    first: int
    stop: int


def read_bound(line: Line, amount: Amount) -> Qualified:
    first, bound = _before(line, amount)
    stop, behind = _behind(line, amount)
    if behind and _STRENGTH[behind] > _STRENGTH[bound]:
        bound = behind
    return Qualified(bound, first, stop)


def _before(line: Line, amount: Amount) -> tuple[int, Bound]:
    first, bound = amount.first, "exact"
    strongest: Bound = "exact"
    for _ in range(3):  # "only up to about 50"
        found = _phrase_before(line, first, amount)
        if found is None or (found[1] == bound != "exact"):
            break
        first, bound = found
        if _STRENGTH[bound] >= _STRENGTH[strongest]:
            strongest = bound
    return first, strongest


def _phrase_before(line: Line, first: int, amount: Amount) -> tuple[int, Bound] | None:
    """The longest bounding phrase that ends right before `first`: (where it starts, its bound)."""
    at = first - 1
    sign = SIGNS_BEFORE.get(line.key(at))
    if sign:
        return at, sign
    if line.key(at) in HYPHENS and line.touching(at) and line.touching(at - 1):
        at -= 1  # "nearly-50"
    if line.key(at) in {"a", "an"} and line.key(at - 1) in _ENDINGS:
        at -= 1  # "only a 5% rise"
    if line.key(at) not in _ENDINGS:
        return None
    for length in range(min(LONGEST_BOUND, at + 1), 0, -1):
        phrase = line.keys(at - length + 1, length)
        bound = BOUNDS_BEFORE.get(phrase)
        if bound and _means_it(line, at - length + 1, phrase, amount):
            return at - length + 1, bound
    return None


def _means_it(line: Line, start: int, phrase: tuple[str, ...], amount: Amount) -> bool:
    before = line.key(start - 1)
    if amount.low is None and len(phrase) == 1 and phrase[0] in _PLACING:
        return False  # "under several feet of snow"
    if phrase == ("near",):  # "near $50 a barrel", but not "near 5 farms"
        return amount.unit is not None and amount.unit.kind in {"money", "percent", "temperature"}
    if phrase in BEFORE_TIME_ONLY:
        return amount.unit is not None and amount.unit.kind == "time"
    if phrase == ("over",):
        return _over(line, start, amount, before)
    if phrase == ("up", "to"):
        return before not in {"add", "adds", "added", "adding", "live", "lived"}
    if phrase in {("only",), ("just",), ("all",)}:
        return before not in {"not", "if"} if phrase != ("all",) else before not in {"after", "above", "at"}
    if phrase == ("under",):
        return before not in {"come", "came", "comes", "coming"}
    return True


def _over(line: Line, start: int, amount: Amount, before: str) -> bool:
    """ "over 12 hours" bounds where something lasted, and only dates it elsewhere: "fell over three days"."""
    if amount.unit and amount.unit.kind == "time":
        behind = line.key(amount.after) in _AFTER_DURATION or past_hyphen(line, amount.stop) != amount.stop
        return behind or before in BEFORE_LONG_OVER or start == 0
    return before not in PHRASAL_OVER


def _behind(line: Line, amount: Amount) -> tuple[int, Bound | None]:
    """A bound right behind the number joins its span; one behind the unit word bounds it and stays outside."""
    index = amount.stop
    if line.key(index) == "+" and line.touching(index - 1):
        return index + 1, "at_least"
    tied = past_hyphen(line, index)
    found = _phrase_behind(line, tied)
    if found and (tied != index or line.key(tied) != "plus" or _no_noun(line, found[0])):
        return found
    if amount.after > index:
        found = _phrase_behind(line, amount.after)
        if found and line.key(amount.after) != "plus":
            return index, found[1]
    return index, None


def _phrase_behind(line: Line, index: int) -> tuple[int, Bound] | None:
    for length in (4, 3, 2, 1):
        bound = BOUNDS_AFTER.get(line.keys(index, length))
        if length == 1 and line.key(index) in ENDING_BOUNDS and line[index + 1].kind == "word":
            return None
        if bound and not (length == 1 and bound == "about" and line.key(index) != "odd"):
            followed = line[index + length].kind == "digits" or line.key(index + length) in {"than", "of"}
            return None if followed else (index + length, bound)
    return None


def _no_noun(line: Line, index: int) -> bool:
    """ "100 plus people" is at least 100; "100 plus expenses" cannot be told from it, and "100 plus 20" is a sum."""
    return line[index].kind == "word"
