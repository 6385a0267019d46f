"""How faithful is a predicted figure to the gold one?

Compares figures of one pair of claims. Values are compared as exact decimals: there is no tolerance, and a figure that
is nearly right is wrong.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import IntEnum
from functools import lru_cache
from typing import Literal

from eval.assignment import best_pairs
from eval.wording import fold_unit, same_counted, same_measure, same_unit
from service.records import Figure, Record

FigureError = Literal[
    "value",
    "scale",
    "direction",
    "range_collapsed",
    "percent_vs_points",
    "unit",
    "bound_lost",
    "qualifier",
    "counted",
    "wrong_claim",
    "omitted",
]

_LOWER = frozenset({"at_least", "more_than"})
_UPPER = frozenset({"at_most", "less_than"})


class Fidelity(IntEnum):
    """How much of a gold figure a predicted one has right; each level holds those before it."""

    NOTHING = 0
    VALUE = 1
    BOUNDS = 2  # low, high, qualifier and unit too
    FULL = 3  # what is counted and what is said of it too


class FigurePair(Record):
    """A gold figure and the predicted one held against it, by their positions in their claims."""

    gold: int
    predicted: int | None
    fidelity: Fidelity
    error: FigureError | None


def is_vague(figure: Figure) -> bool:
    return figure.low is None and figure.high is None


def values_of(figure: Figure) -> frozenset[Decimal]:
    """The one or two numbers of a figure, whichever bound they are."""
    return _values(figure.low, figure.high)


@lru_cache(maxsize=4_096)
def _values(*bounds: str | None) -> frozenset[Decimal]:
    return frozenset(Decimal(bound) for bound in bounds if bound is not None)


def fidelity(predicted: Figure, gold: Figure) -> Fidelity:
    if is_vague(gold) or is_vague(predicted) or values_of(predicted) != values_of(gold):
        return Fidelity.NOTHING
    bounds = _decimal(predicted.low) == _decimal(gold.low) and _decimal(predicted.high) == _decimal(gold.high)
    if not (bounds and predicted.qualifier == gold.qualifier and same_unit(predicted.unit, gold.unit)):
        return Fidelity.VALUE
    if same_counted(predicted.counted, gold.counted) and same_measure(predicted.measure, gold.measure):
        return Fidelity.FULL
    return Fidelity.BOUNDS


def pair_figures(predicted: Sequence[Figure], gold: Sequence[Figure]) -> tuple[FigurePair, ...]:
    """Each gold figure with the predicted one that stands for it, in the order of the gold figures.

    Figures at one place in the text belong together before all else; then those that agree most.
    """
    order = list(range(len(predicted)))
    if len(order) > 1:
        order.sort(key=lambda position: predicted[position].model_dump_json())
    weights = [[_weight(predicted[position], figure) for position in order] for figure in gold]
    chosen = {row: order[column] for row, column in best_pairs(weights)}
    pairs = []
    for position, figure in enumerate(gold):
        partner = chosen.get(position)
        if partner is None:
            pairs.append(FigurePair(gold=position, predicted=None, fidelity=Fidelity.NOTHING, error="omitted"))
        else:
            level = fidelity(predicted[partner], figure)
            both_vague = is_vague(figure) and is_vague(predicted[partner])
            error = None if both_vague else figure_error(predicted[partner], figure)
            pairs.append(FigurePair(gold=position, predicted=partner, fidelity=level, error=error))
    return tuple(pairs)


def _weight(predicted: Figure, gold: Figure) -> int:
    shared = min(predicted.span.end, gold.span.end) - max(predicted.span.start, gold.span.start)
    level = fidelity(predicted, gold)
    return (4 * (shared > 0) + level) * 1_000 + min(max(shared, 0), 999)


def figure_error(predicted: Figure, gold: Figure) -> FigureError | None:
    """What is wrong with a figure that stands for the gold one; None where all of it is right."""
    level = fidelity(predicted, gold)
    if level is Fidelity.FULL:
        return None
    if level is Fidelity.BOUNDS:
        return "counted"
    return _value_error(predicted, gold) if level is Fidelity.NOTHING else _bounds_error(predicted, gold)


def _value_error(predicted: Figure, gold: Figure) -> FigureError:
    ours, theirs = values_of(predicted), values_of(gold)
    if ours == {-value for value in theirs}:
        return "direction"
    if len(theirs) == 2 and len(ours) == 1:
        return "range_collapsed"
    if len(ours) == len(theirs) and _differ_by_powers_of_ten(ours, theirs):
        return "scale"
    return "value"


def _bounds_error(predicted: Figure, gold: Figure) -> FigureError:
    if not same_unit(predicted.unit, gold.unit):
        units = {fold_unit(unit) for unit in (predicted.unit, gold.unit) if unit is not None}
        return "percent_vs_points" if units == {"percent", "percentage_point"} else "unit"
    opposite = (predicted.qualifier in _LOWER and gold.qualifier in _UPPER) or (
        predicted.qualifier in _UPPER and gold.qualifier in _LOWER
    )
    if opposite:
        return "direction"
    return "bound_lost" if predicted.qualifier == "exact" else "qualifier"


def _differ_by_powers_of_ten(ours: Iterable[Decimal], theirs: Iterable[Decimal]) -> bool:
    pairs = list(zip(sorted(ours), sorted(theirs), strict=True))
    return bool(pairs) and all(
        one != 0 and other != 0 and one.normalize().as_tuple().digits == other.normalize().as_tuple().digits
        for one, other in pairs
    )


def _decimal(bound: str | None) -> Decimal | None:
    return None if bound is None else Decimal(bound)
