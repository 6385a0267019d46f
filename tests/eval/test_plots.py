"""Drawings: things are where their numbers say, nothing from outside becomes markup."""

import re
import xml.etree.ElementTree as ElementTree

import pytest

from eval import plots

HOSTILE = '"><script>alert(1)</script>&'


def elements(svg: str, name: str):
    return [each for each in ElementTree.fromstring(svg).iter() if each.tag == name]


def test_a_rate_stands_at_its_value_and_its_interval_around_it():
    svg = plots.intervals("Recall", [plots.Rate("m", 0, 0.5, 0.25, 0.75, "0.500 (1/2)")])

    whisker = next(each for each in elements(svg, "line") if each.get("class") == "whisker s0")
    (dot,) = elements(svg, "circle")
    assert float(dot.get("cx")) == plots.WIDTH / 2
    assert (float(whisker.get("x1")), float(whisker.get("x2"))) == (93.0, 267.0)


def test_nothing_to_count_is_said_but_not_drawn():
    svg = plots.intervals("Recall", [plots.Rate("m", 0, None, None, None, "n/a")])

    assert not elements(svg, "circle")
    assert "n/a" in svg


def test_every_series_has_a_shape_of_its_own():
    shapes = {re.sub(r"s\d", "", plots.key(series)) for series in range(plots.SERIES)}

    assert len(shapes) == plots.SERIES


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        pytest.param((1.0, 8.0), ["0", "2", "4", "6", "8"], id="near"),
        pytest.param((0.001, 1.0), ["0.001", "0.01", "0.1", "1"], id="far-apart-by-powers-of-ten"),
        pytest.param((0.0, 0.0), ["0", "1"], id="free"),
    ],
)
def test_an_axis_has_round_numbers(values, ticks):
    dots = [plots.Dot(str(value), place, value, 0.5) for place, value in enumerate(values)]

    svg = plots.scatter("Cost", dots, across="dollars", upwards="recall", unit=lambda value: f"{value:g}")

    found = [each.text for each in elements(svg, "text") if each.get("class") == "tick"]
    assert found[-len(ticks) :] == ticks


def test_a_curve_runs_through_its_points():
    svg = plots.curves("Queue", [plots.Curve("m", 1, [(0.0, 0.0), (1.0, 1.0)])], across="read", upwards="caught")

    (line,) = elements(svg, "polyline")
    (diagonal,) = (each for each in elements(svg, "line") if each.get("class") == "diagonal")
    start, end = line.get("points").split()
    assert start == f"{diagonal.get('x1')},{diagonal.get('y1')}"
    assert end == f"{diagonal.get('x2')},{diagonal.get('y2')}"


def test_names_never_become_markup():
    drawn = [
        plots.intervals(HOSTILE, [plots.Rate(HOSTILE, 0, 0.5, None, None, HOSTILE)]),
        plots.scatter(HOSTILE, [plots.Dot(HOSTILE, 0, 1, 1)], across=HOSTILE, upwards=HOSTILE, unit=lambda _: HOSTILE),
        plots.curves(HOSTILE, [plots.Curve(HOSTILE, 0, [(0, 0)])], across=HOSTILE, upwards=HOSTILE),
    ]

    assert all(not elements(svg, "script") for svg in drawn)
