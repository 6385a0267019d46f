"""How many requests may one key make in a minute?"""

import pytest

from service.web.rates import SWEEP_AFTER, Rates


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


def test_no_sixty_seconds_hold_more_than_the_limit():
    clock = Clock()
    rates = Rates(clock)
    taken = []
    for second in range(600):
        clock.now = 1000.0 + second
        taken += [clock.now for _ in range(3) if rates.take("a", 10).allowed]

    windows = [sum(start <= at < start + 60 for at in taken) for start in taken]
    assert max(windows) == 10
    assert len(taken) == 100


def test_the_answer_tells_what_is_left_and_until_when():
    clock = Clock()
    rates = Rates(clock)
    first = rates.take("a", 2)
    clock.now += 20.5
    second, third = rates.take("a", 2), rates.take("a", 2)

    assert [(each.allowed, each.left, each.reset) for each in (first, second, third)] == [
        (True, 1, 60),
        (True, 0, 40),
        (False, 0, 40),
    ]
    assert third.headers() == {"ratelimit-policy": '"key";q=2;w=60', "ratelimit": '"key";r=0;t=40'}


def test_waiting_as_long_as_was_said_is_enough():
    clock = Clock()
    rates = Rates(clock)
    rates.take("a", 1)
    clock.now += rates.take("a", 1).reset

    assert rates.take("a", 1).allowed


@pytest.mark.parametrize("refused", [0, 50])
def test_refused_requests_count_for_nothing(refused):
    clock = Clock()
    rates = Rates(clock)
    rates.take("a", 1)
    for _ in range(refused):
        clock.now += 1
        rates.take("a", 1)
    clock.now = 1060.0

    assert rates.take("a", 1).allowed


def test_keys_do_not_count_for_each_other():
    rates = Rates(Clock())
    rates.take("a", 1)

    assert not rates.take("a", 1).allowed
    assert rates.take("b", 1).allowed


def test_keys_that_have_gone_quiet_take_no_room():
    clock = Clock()
    rates = Rates(clock)
    for number in range(SWEEP_AFTER):
        rates.take(f"old{number}", 5)
    clock.now += 61
    rates.take("new", 5)

    assert len(rates._times) == 1
