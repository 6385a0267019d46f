import asyncio

import pytest

from service.allowance import Allowance, NothingLeft, Price
from service.records import Usage


class Clock:
    """Time that passes only where somebody sleeps."""

    def __init__(self):
        self.now = 0.0
        self.slept = []

    def __call__(self):
        return self.now

    async def sleep(self, seconds):
        self.slept.append(round(seconds, 3))
        self.now += seconds


async def pay(allowance, price, usage):
    async with allowance.reserved(price) as settle:
        settle(usage)


def test_without_limits_nothing_waits_and_what_was_spent_is_known():
    allowance = Allowance()

    asyncio.run(pay(allowance, Price(10**9, 10**6), Usage(calls=1, cost_usd=0.25)))

    assert allowance.spent == 0.25


def test_a_call_that_may_go_over_the_limit_is_refused_with_the_way_to_raise_it():
    allowance = Allowance(max_cost=1.0)

    async def calls():
        await pay(allowance, Price(0, 0.6), Usage(cost_usd=0.5))
        await pay(allowance, Price(0, 0.6), Usage(cost_usd=0.5))

    with pytest.raises(NothingLeft, match=r"up to \$0\.6000, and \$0\.5000 of \$1 are left\. Raise ACCORDING_MAX_COST"):
        asyncio.run(calls())
    assert allowance.spent == 0.5


def test_a_call_within_the_limit_is_made():
    allowance = Allowance(max_cost=1.0)

    async def calls():
        await pay(allowance, Price(0, 0.5), Usage(cost_usd=0.5))
        await pay(allowance, Price(0, 0.5), Usage(cost_usd=0.5))

    asyncio.run(calls())

    assert allowance.spent == 1.0


def test_a_call_waits_for_what_those_under_way_give_back():
    allowance = Allowance(max_cost=1.0)
    order = []

    async def call(name, ready):
        async with allowance.reserved(Price(0, 0.7)) as settle:
            order.append(name)
            await ready.wait()
            settle(Usage(cost_usd=0.1))

    async def both():
        ready = asyncio.Event()
        first = asyncio.create_task(call("first", ready))
        second = asyncio.create_task(call("second", ready))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert order == ["first"]
        ready.set()
        await asyncio.gather(first, second)

    asyncio.run(both())

    assert order == ["first", "second"]
    assert allowance.spent == pytest.approx(0.2)


def test_a_call_that_is_cancelled_gives_its_room_back():
    allowance = Allowance(max_cost=1.0)

    async def cancelled():
        async def call():
            async with allowance.reserved(Price(0, 1.0)):
                await asyncio.sleep(60)

        task = asyncio.create_task(call())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await pay(allowance, Price(0, 1.0), Usage(cost_usd=0.3))

    asyncio.run(cancelled())

    assert allowance.spent == 0.3


def test_tokens_run_in_evenly_and_what_was_not_used_comes_back():
    clock = Clock()
    allowance = Allowance(tokens_per_minute=600, clock=clock, sleep=clock.sleep)

    async def calls():
        await pay(allowance, Price(600, 0), Usage(prompt_tokens=200, completion_tokens=100))  # 300 left
        await pay(allowance, Price(400, 0), Usage(prompt_tokens=400))  # 100 short: 10 s
        assert clock.slept == [10.0]

    asyncio.run(calls())


def test_a_call_larger_than_a_minutes_tokens_is_made_at_a_full_bucket():
    clock = Clock()
    allowance = Allowance(tokens_per_minute=60, clock=clock, sleep=clock.sleep)

    async def calls():
        await pay(allowance, Price(180, 0), Usage(prompt_tokens=180))
        await pay(allowance, Price(60, 0), Usage(prompt_tokens=60))

    asyncio.run(calls())

    assert sum(clock.slept) == pytest.approx(180)  # the debt of 120 first, then a full minute
