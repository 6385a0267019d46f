"""The pace of a model: one more for each good round, half for bad news."""

import asyncio

import pytest

from eval.budget import Budget, Price
from service.pacing import Pace


def pace_after(steps, **options) -> Pace:
    """One article at a time, each with what came of it."""

    async def go() -> Pace:
        pace = Pace(**options)
        for step in steps:
            ticket = await pace.enter()
            await pace.leave(ticket, **({"seconds": 0.01, "congested": False} | step))
        return pace

    return asyncio.run(go())


GOOD, BUSY, RETRIED, SLOW = {}, {"congested": True}, {"retried": True}, {"seconds": 9.0}


@pytest.mark.parametrize(
    ("steps", "limit"),
    [
        pytest.param([], 8, id="start"),
        pytest.param([GOOD] * 9, 9, id="one-more-after-a-round"),
        pytest.param([GOOD] * 1000, 32, id="never-above-the-most"),
        pytest.param([BUSY], 4, id="halved"),
        pytest.param([BUSY, BUSY], 2, id="halved-again-by-later-news"),
        pytest.param([BUSY] * 9, 1, id="never-below-one"),
        pytest.param([RETRIED] * 100, 8, id="no-growth-where-tries-were-needed"),
        pytest.param([GOOD] * 8 + [SLOW] * 200, 10, id="no-growth-where-articles-only-wait"),
    ],
)
def test_the_limit_follows_what_comes_back(steps, limit):
    assert pace_after(steps).limit == limit


def test_one_burst_of_refusals_halves_the_limit_once():
    async def go() -> int:
        pace = Pace()
        tickets = [await pace.enter() for _ in range(8)]
        for ticket in tickets:
            await pace.leave(ticket, seconds=0.01, congested=True)
        return pace.limit

    assert asyncio.run(go()) == 4


def test_with_a_cost_to_keep_to_one_article_goes_first():
    async def go() -> list[int]:
        pace = Pace(probe=True)
        ticket = await pace.enter()
        before = pace.limit
        await pace.leave(ticket, seconds=0.01, congested=False)
        return [before, pace.limit]

    assert asyncio.run(go()) == [1, 8]


def test_who_waits_is_let_in_when_there_is_room():
    async def go() -> bool:
        pace = Pace(most=1)
        ticket = await pace.enter()
        waiting = asyncio.create_task(pace.enter())
        await asyncio.sleep(0)
        early = waiting.done()
        await pace.leave(ticket, seconds=0.01, congested=False)
        await asyncio.wait_for(waiting, 1)
        return early

    assert asyncio.run(go()) is False


def test_what_is_under_way_is_counted_at_the_price_so_far():
    budget, price = Budget(1.0), Price()
    price.add(0.4)

    held = [budget.reserve(price), budget.reserve(price), budget.reserve(price)]
    budget.settle(0.4, 0.1)

    assert held == [0.4, 0.4, None]
    assert budget.reserve(price) == 0.4


def test_without_an_allowance_there_is_no_end():
    budget, price = Budget(None, spent=1e9), Price()
    price.add(5.0)

    assert budget.reserve(price) == 5.0
