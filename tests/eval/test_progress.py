"""Progress: what a line says, and how often one is written."""

from io import StringIO

import pytest
from storing import an_outcome

from eval.progress import Count, Progress, telling
from service.records import Failure, Usage


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def a_count(clock: Clock, *, total=100, done=0) -> Count:
    count = Count("set stub", total=total, done=done, clock=clock)
    count.start()
    return count


@pytest.mark.parametrize(
    ("seconds", "left"),
    [
        pytest.param(0.5, "45 s", id="seconds"),
        pytest.param(10.0, "15 min", id="minutes"),
        pytest.param(100.0, "2 h 30 min", id="hours"),
    ],
)
def test_the_time_left_is_judged_by_the_last_results(seconds, left):
    clock = Clock()
    count = a_count(clock)
    for _ in range(10):
        clock.now += seconds
        count.add(an_outcome(0))

    assert count.words() == f"set stub: 10 of 100 articles, 0 failed, {left} left"


def test_what_an_earlier_try_did_makes_nothing_look_quicker():
    clock = Clock()
    count = a_count(clock, done=90)
    clock.now = 5
    count.add(an_outcome(0))

    assert count.seconds_left == 45


def test_costs_add_up_and_unknown_ones_are_not_shown_as_nothing():
    count = a_count(Clock())
    count.add(an_outcome(0))
    unknown = count.words()
    count.add(an_outcome(1, usage=Usage(calls=1, cost_usd=0.25)))

    assert "$" not in unknown
    assert "$0.2500" in count.words()


def test_off_a_terminal_a_line_is_written_for_each_tenth():
    clock, stream = Clock(), StringIO()
    count = a_count(clock)
    progress = Progress([count], stream, live=False, clock=clock)
    for _ in range(100):
        count.add(an_outcome(0))
        progress.moved(count)

    assert len(stream.getvalue().splitlines()) == 10


def test_off_a_terminal_a_slow_run_says_something_all_the_same():
    clock, stream = Clock(), StringIO()
    count = a_count(clock)
    progress = Progress([count], stream, live=False, clock=clock)
    for _ in range(3):
        clock.now += 31
        count.add(an_outcome(0))
        progress.moved(count)

    assert len(stream.getvalue().splitlines()) == 3


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_every_run_has_its_own_row():
    stream = Terminal()
    counts = [a_count(Clock(), total=4, done=2), Count("set other", total=4, done=0)]
    counts[1].add(an_outcome(0, status="failed", failures=(Failure(segment=0, reason="timeout", message="x"),)))

    with telling(counts, stream):
        pass

    shown = stream.getvalue()
    assert "set stub" in shown
    assert "2/4" in shown
    assert "1 failed (1 busy)" in shown
