"""Which one-to-one pairing has the greatest total weight?

Knows nothing of claims or figures: whole numbers in, pairs out.
"""

from collections.abc import Sequence


def best_pairs(weights: Sequence[Sequence[int]]) -> list[tuple[int, int]]:
    """The (row, column) pairs of the heaviest assignment; pairs of weight 0 or below are never made.

    Weights must be whole, with every total below 2**53, so that equal totals are equal and no rounding decides.
    """
    if not weights or not weights[0]:
        return []
    if len(weights) == 1:
        row = weights[0]
        column = max(range(len(row)), key=lambda position: (row[position], -position))
        return [(0, column)] if row[column] > 0 else []
    if not any(weight > 0 for row in weights for weight in row):
        return []
    import numpy
    from scipy.optimize import linear_sum_assignment  # half a second to import: only when there is something to pair

    table = numpy.array(weights, dtype=numpy.float64)
    rows, columns = linear_sum_assignment(numpy.maximum(table, 0), maximize=True)
    return [(int(row), int(column)) for row, column in zip(rows, columns, strict=True) if table[row, column] > 0]
