"""How does one extraction run beside the others, and who waits for whom?"""

import asyncio
import contextlib

import pytest

from service.web.problems import Problem
from service.web.work import LINES, Doorway, Workshop


async def _work(shop, who, done, *, until):
    async def items():
        await until.wait()
        yield who

    async for item in shop.items(items, in_thread=False, who=who):
        done.append(item)


async def _settle():
    for _ in range(20):
        await asyncio.sleep(0)


def test_who_sends_too_much_waits_behind_themselves():
    async def story():
        shop, done, until = Workshop(slots=1, waiting=5), [], asyncio.Event()
        tasks = [asyncio.create_task(_work(shop, "flood", done, until=until)) for _ in range(5)]
        await _settle()
        tasks.append(asyncio.create_task(_work(shop, "calm", done, until=until)))
        await _settle()
        until.set()
        await asyncio.gather(*tasks)
        return done

    assert asyncio.run(story()) == ["flood", "flood", "calm", "flood", "flood", "flood"]


def test_a_full_line_refuses_its_own_and_lets_others_stand_in_theirs():
    async def story():
        shop, until = Workshop(slots=1, waiting=2), asyncio.Event()
        tasks = [asyncio.create_task(_work(shop, "flood", [], until=until)) for _ in range(4)]
        await _settle()
        full = shop.is_full("flood"), shop.is_full("calm"), shop.in_line
        until.set()
        return full, await asyncio.gather(*tasks, return_exceptions=True)

    full, answers = asyncio.run(story())

    assert full == (True, False, 2)
    assert [type(answer) for answer in answers] == [type(None)] * 3 + [Problem]
    assert answers[-1].headers == {"retry-after": "5"}


def test_all_lines_together_have_an_end():
    async def story():
        shop, until = Workshop(slots=1, waiting=1), asyncio.Event()
        tasks = [asyncio.create_task(_work(shop, str(number), [], until=until)) for number in range(LINES + 2)]
        await _settle()
        in_line = shop.in_line
        until.set()
        answers = await asyncio.gather(*tasks, return_exceptions=True)
        return in_line, sum(isinstance(answer, Problem) for answer in answers), shop

    in_line, refused, shop = asyncio.run(story())

    assert (in_line, refused) == (LINES, 1)
    assert (shop.working, shop.in_line) == (0, 0)


@pytest.mark.parametrize("turn", ["waiting", "just-called"])
def test_who_leaves_the_line_leaves_no_gap(turn):
    async def story():
        shop, done, until = Workshop(slots=1, waiting=5), [], asyncio.Event()
        first, leaver, last = (
            asyncio.create_task(_work(shop, who, done, until=until)) for who in ("first", "leaver", "last")
        )
        await _settle()
        if turn == "just-called":
            shop._leave()  # its turn comes, and it hears of the end before it can begin
            shop.working += 1
        leaver.cancel()
        await _settle()
        until.set()
        await asyncio.gather(first, leaver, last, return_exceptions=True)
        return done, shop

    done, shop = asyncio.run(story())

    assert done == ["first", "last"]
    assert shop.in_line == 0


def test_one_name_takes_half_of_the_doorway_at_most():
    doorway = Doorway(40)
    with doorway.place(10, "flood"), doorway.place(10, "flood"):
        with pytest.raises(Problem), doorway.place(1, "flood"):
            pass
        with doorway.place(10, "calm"), doorway.place(10), pytest.raises(Problem), doorway.place(1, "third"):
            pass
    with doorway.place(30, "flood"):  # one, of whatever size
        pass
    assert doorway._taken == {}


def test_without_names_the_doorway_is_for_all():
    doorway = Doorway(2)

    with doorway.place(1), doorway.place(0), pytest.raises(Problem), doorway.place(1):
        pass


def test_many_small_bodies_come_in_where_few_large_ones_do():
    doorway = Doorway(1_000)

    with contextlib.ExitStack() as stack:
        for _ in range(500):
            stack.enter_context(doorway.place(1, "desk"))
        with pytest.raises(Problem), doorway.place(1, "desk"):
            pass
