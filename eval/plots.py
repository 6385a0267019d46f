"""How do rates, curves and counts look as drawings inside a page?

Plain SVG as text, drawn for a width of 360 so that it is legible on a phone, coloured by the page's style sheet: light,
dark or on paper. Whatever comes from outside is escaped here. What is drawn is for the report to say.
"""

import math
from collections.abc import Callable, Sequence
from html import escape
from typing import NamedTuple

WIDTH = 360
SERIES = 6  # colours and shapes; further series begin anew
_ROW = 40
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 12, 12, 40
_PLOT_HEIGHT = 268
_LOG_FROM = 20.0  # ratio of the largest to the smallest value from which the axis is logarithmic
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


class Rate(NamedTuple):
    """A rate to draw: `value` None is n/a; `low` and `high` are None where there is no interval."""

    label: str
    series: int
    value: float | None
    low: float | None
    high: float | None
    words: str


class Dot(NamedTuple):
    """A model in the plane: `x` a cost or a time, `y` a rate."""

    label: str
    series: int
    x: float
    y: float
    low: float | None = None
    high: float | None = None


class Curve(NamedTuple):
    """Points from left to right, both coordinates from 0 to 1; `spread` has an interval for each point, or is empty."""

    label: str
    series: int
    points: Sequence[tuple[float, float]]
    spread: Sequence[tuple[float, float] | None] = ()


def intervals(title: str, rates: Sequence[Rate]) -> str:
    """A dot with its interval for each model, on a scale from 0 to 1."""
    bottom = len(rates) * _ROW
    left, right = 6.0, WIDTH - 6.0
    place = _scale(0, 1, left, right)
    parts = [_line(place(tick), 4, place(tick), bottom + 4, "grid") for tick in _TICKS]
    parts += [
        _text(place(tick), bottom + 18, f"{tick:g}", "tick", "start" if tick == 0 else "end" if tick == 1 else "middle")
        for tick in _TICKS
    ]
    for number, rate in enumerate(rates):
        top = number * _ROW
        parts.append(_text(left, top + 14, _short(rate.label, 30), "label", "start"))
        parts.append(_text(right, top + 14, rate.words, "label number", "end"))
        if rate.value is None:
            continue
        height = top + 27.0
        if rate.low is not None and rate.high is not None:
            parts.append(_line(place(rate.low), height, place(rate.high), height, f"whisker s{rate.series % SERIES}"))
            parts += [
                _line(place(end), height - 4, place(end), height + 4, f"whisker s{rate.series % SERIES}")
                for end in (rate.low, rate.high)
            ]
        parts.append(_marker(place(rate.value), height, rate.series))
    words = "; ".join(f"{rate.label}: {rate.words}" for rate in rates)
    return _svg(bottom + 24, f"{title}. {words}.", parts)


def scatter(title: str, dots: Sequence[Dot], *, across: str, upwards: str, unit: Callable[[float], str]) -> str:
    """Rates against a cost or a time; the axis is logarithmic where values lie far apart."""
    values = [dot.x for dot in dots]
    logarithmic = min(values) > 0 and max(values) / min(values) >= _LOG_FROM
    ticks = _log_ticks(min(values), max(values)) if logarithmic else _ticks(max(values))
    low, high = (min(ticks[0], min(values)), max(ticks[-1], max(values))) if logarithmic else (0.0, ticks[-1])
    inner = _scale(math.log(low), math.log(high), _LEFT, WIDTH - _RIGHT - 8) if logarithmic else None
    plain = _scale(low, high or 1.0, _LEFT, WIDTH - _RIGHT - 8)
    place: Callable[[float], float] = (lambda value: inner(math.log(value))) if inner else plain
    up = _scale(0, 1, _PLOT_HEIGHT - _BOTTOM, _TOP)
    parts = _frame(upwards, across, up)
    parts += [_text(place(tick), _PLOT_HEIGHT - _BOTTOM + 16, unit(tick), "tick", "middle") for tick in ticks]
    parts += [_line(place(tick), _TOP, place(tick), _PLOT_HEIGHT - _BOTTOM, "grid") for tick in ticks]
    for dot in dots:
        x, y = place(dot.x), up(dot.y)
        if dot.low is not None and dot.high is not None:
            parts.append(_line(x, up(dot.low), x, up(dot.high), f"whisker s{dot.series % SERIES}"))
        parts.append(_marker(x, y, dot.series))
    words = "; ".join(f"{dot.label}: {unit(dot.x)}, {dot.y:.3f}" for dot in dots)
    return _svg(_PLOT_HEIGHT, f"{title}. {words}.", parts)


def curves(title: str, drawn: Sequence[Curve], *, across: str, upwards: str, dots: bool = False) -> str:
    """Curves in the unit square with its diagonal, which is what knows nothing (queue) or is perfect (calibration)."""
    place = _scale(0, 1, _LEFT, WIDTH - _RIGHT)
    up = _scale(0, 1, _PLOT_HEIGHT - _BOTTOM, _TOP)
    parts = _frame(upwards, across, up)
    parts += [_line(place(tick), _TOP, place(tick), _PLOT_HEIGHT - _BOTTOM, "grid") for tick in _TICKS]
    parts += [
        _text(place(tick), _PLOT_HEIGHT - _BOTTOM + 16, f"{tick:.0%}", "tick", "end" if tick == 1 else "middle")
        for tick in _TICKS
    ]
    parts.append(_line(place(0), up(0), place(1), up(1), "diagonal"))
    for curve in drawn:
        path = " ".join(f"{place(x):.1f},{up(y):.1f}" for x, y in curve.points)
        parts.append(f'<polyline class="curve s{curve.series % SERIES}" points="{path}"/>')
        for (x, y), spread in zip(curve.points, curve.spread or [None] * len(curve.points), strict=True):
            if spread is not None:
                parts.append(
                    _line(place(x), up(spread[0]), place(x), up(spread[1]), f"whisker s{curve.series % SERIES}")
                )
            if dots:
                parts.append(_marker(place(x), up(y), curve.series))
    return _svg(_PLOT_HEIGHT, f"{title}. The table beside it has the numbers.", parts)


def bar(value: float, *, series: int) -> str:
    """A bar for a table's cell: `value` is its share of the longest."""
    width = max(0.0, min(1.0, value)) * 100
    return (
        '<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="s{series % SERIES}" width="{width:.1f}" height="8" rx="2"/></svg>'
    )


def key(series: int) -> str:
    """The mark of a series, for legends and tables."""
    return f'<svg class="key" viewBox="0 0 14 14" aria-hidden="true">{_marker(7, 7, series)}</svg>'


# ── pieces ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _svg(height: float, words: str, parts: Sequence[str]) -> str:
    return (
        f'<svg class="plot" viewBox="0 0 {WIDTH} {height:g}" role="img" aria-label="{escape(words)}">'
        + "".join(parts)
        + "</svg>"
    )


def _frame(upwards: str, across: str, up: Callable[[float], float]) -> list[str]:
    bottom = _PLOT_HEIGHT - _BOTTOM
    parts = [_line(_LEFT, up(tick), WIDTH - _RIGHT, up(tick), "grid") for tick in _TICKS]
    parts += [_text(_LEFT - 6, up(tick) + 4, f"{tick:.2g}", "tick", "end") for tick in _TICKS]
    middle = (_TOP + bottom) / 2
    parts.append(_text((_LEFT + WIDTH - _RIGHT) / 2, _PLOT_HEIGHT - 4, across, "axis", "middle"))
    parts.append(
        f'<text class="axis" text-anchor="middle" transform="translate(11 {middle:g}) rotate(-90)">'
        f"{escape(upwards)}</text>"
    )
    return parts


def _scale(low: float, high: float, start: float, end: float) -> Callable[[float], float]:
    extent = (high - low) or 1.0
    return lambda value: start + (min(max(value, low), high) - low) / extent * (end - start)


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _text(x: float, y: float, words: str, kind: str, anchor: str) -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _marker(x: float, y: float, series: int) -> str:
    """A shape of its own for each series, so that colour is never needed to tell them apart."""
    kind = series % SERIES
    if kind == 0:
        return f'<circle class="dot s0" cx="{x:.1f}" cy="{y:.1f}" r="5"/>'
    if kind == 1:
        return f'<rect class="dot s1" x="{x - 4.5:.1f}" y="{y - 4.5:.1f}" width="9" height="9"/>'
    corners = {
        2: ((0, -6), (6, 4.5), (-6, 4.5)),
        3: ((0, -6), (6, 0), (0, 6), (-6, 0)),
        4: ((0, 6), (6, -4.5), (-6, -4.5)),
        5: ((-2, -6), (2, -6), (2, -2), (6, -2), (6, 2), (2, 2), (2, 6), (-2, 6), (-2, 2), (-6, 2), (-6, -2), (-2, -2)),
    }[kind]
    points = " ".join(f"{x + across:.1f},{y + down:.1f}" for across, down in corners)
    return f'<polygon class="dot s{kind}" points="{points}"/>'


def _short(words: str, length: int) -> str:
    return words if len(words) <= length else words[: length - 1] + "…"


def _ticks(highest: float) -> list[float]:
    """From 0 by steps of 1, 2 or 5 to at least the highest value, in about four steps."""
    if highest <= 0:
        return [0.0, 1.0]
    rough = highest / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)
    count = math.ceil(highest / step - 1e-9)
    return [step * number for number in range(count + 1)]


def _log_ticks(lowest: float, highest: float) -> list[float]:
    first, last = math.floor(math.log10(lowest)), math.ceil(math.log10(highest))
    every = max(1, math.ceil((last - first) / 5))
    return [10.0**power for power in range(first, last + every, every)]
