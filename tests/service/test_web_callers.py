"""Who presents this key, and what has it cost today?"""

import asyncio
from datetime import UTC, datetime

import pytest

from service import keys
from service.errors import SetupError
from service.store.database import StoreDown
from service.store.store import Store
from service.web.callers import FRESH_SECONDS, KNOWN_SECONDS, TOUCH_SECONDS, Callers
from service.web.keeping import AGAIN_AFTER, Keeping

NOW = datetime.now(UTC)


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


class World:
    """A store that can be down, and what one process makes of it."""

    def __init__(self, path):
        self.path = str(path)
        self.down = False
        self.opened = 0
        self.clock = Clock()
        self.store = Store.open(self.path)
        self.keeping = Keeping(self.path, open_store=self.open, clock=self.clock)
        self.callers = Callers(self.keeping, clock=self.clock)

    def open(self, address):
        self.opened += 1
        return self if not self.down else self._fail()

    def reading(self):
        return self.store.reading() if not self.down else self._fail()

    def writing(self):
        return self.store.writing() if not self.down else self._fail()

    def check(self):
        return None

    def close(self):
        self.store.close()

    def _fail(self):
        raise StoreDown("The store does not answer.")

    def make(self, **given):
        with self.store.writing() as connection:
            return keys.create(connection, name="desk", now=NOW, **given)

    def revoke(self, key_id):
        with self.store.writing() as connection:
            keys.revoke(connection, key_id, now=datetime.now(UTC))

    def knows(self, *steps):
        """What comes of each step, in one event loop: a caller, or the class of an error."""

        async def all_of_them():
            told = []
            for step in steps:
                try:
                    made = step()
                    told.append(await made if asyncio.iscoroutine(made) else made)
                except (keys.WrongKey, SetupError) as error:
                    told.append(type(error))
            return told

        return asyncio.run(all_of_them())

    def later(self, seconds):
        def go():
            self.clock.now += seconds

        return go


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path / "store.sqlite")
    yield world
    world.callers.close()
    world.close()


def test_a_revoked_key_ends_within_seconds(world):
    new = world.make()

    def ask():
        return world.callers.caller(new.secret)

    first, _, soon, _, late = world.knows(ask, lambda: world.revoke(new.key.id), ask, world.later(FRESH_SECONDS), ask)

    assert first.owner == soon.owner == "desk"
    assert late is keys.WrongKey


def test_those_who_were_known_go_on_for_a_while_when_the_store_is_down(world):
    new, stranger = world.make(), world.make()

    def ask(key=new):
        return world.callers.caller(key.secret)

    def fall():
        world.down = True

    told = world.knows(ask, fall, world.later(KNOWN_SECONDS - 1), ask, lambda: ask(stranger), world.later(2), ask)

    assert told[3].owner == "desk"
    assert told[4] is told[6] is StoreDown


def test_nobody_is_let_in_before_it_is_known_whether_keys_are_needed(world):
    world.down = True

    def rise():
        world.down = False

    needed = world.callers.keys_are_needed
    told = world.knows(needed, rise, world.later(AGAIN_AFTER), needed, world.make, world.later(FRESH_SECONDS), needed)

    assert [told[0], told[3], told[6]] == [StoreDown, False, True]


def test_what_was_known_of_needing_keys_holds_while_the_store_is_down(world):
    def fall():
        world.down = True

    needed = world.callers.keys_are_needed

    assert world.knows(needed, fall, world.later(3600), needed)[-1] is False


def test_a_store_that_is_down_is_not_asked_by_every_request(world):
    world.down = True

    world.knows(*[world.callers.keys_are_needed] * 20, world.later(AGAIN_AFTER), world.callers.keys_are_needed)

    assert world.opened == 2


def test_many_who_come_at_once_with_one_key_ask_the_store_once(world, monkeypatch):
    new, asked = world.make(), []
    authenticate = keys.authenticate
    monkeypatch.setattr(keys, "authenticate", lambda *given, **named: asked.append(1) or authenticate(*given, **named))

    async def at_once():
        return await asyncio.gather(*(world.callers.caller(new.secret) for _ in range(50)))

    assert {caller.owner for caller in asyncio.run(at_once())} == {"desk"}
    assert len(asked) == 1


def test_what_is_spent_counts_at_once_and_is_written_down(world):
    new = world.make(cost_per_day=1.0)

    async def story():
        caller = await world.callers.caller(new.secret)
        for _ in range(4):
            world.callers.charge(caller, 0.3)
        return await world.callers.caller(new.secret)

    after = asyncio.run(story())
    world.callers.close()

    with world.store.reading() as connection:
        assert keys.spent(connection, new.key.id, datetime.now(UTC).date()) == pytest.approx(1.2)
        assert keys.listed(connection)[0].last_used is not None
    assert after.has_spent_all


def test_what_is_spent_while_the_store_is_down_is_written_when_it_is_back(world):
    new = world.make()

    async def story():
        caller = await world.callers.caller(new.secret)
        world.down = True
        for _ in range(100):
            world.callers.charge(caller, 0.01)
        while world.callers._writing:
            await asyncio.sleep(0.01)
        held = len(world.callers._unwritten)
        world.down = False
        world.callers.charge(caller, 0.01)
        return held

    held = asyncio.run(story())
    world.callers.close()

    assert held == 1, "added up, so that it takes no room"
    with world.store.reading() as connection:
        assert keys.spent(connection, new.key.id, datetime.now(UTC).date()) == pytest.approx(1.01)


def test_a_key_that_is_used_often_is_written_once_a_minute(world, monkeypatch):
    new, written = world.make(), []
    monkeypatch.setattr(keys, "touch", lambda connection, key_id, *, now: written.append(key_id))

    def ask():
        return world.callers.caller(new.secret)

    world.knows(ask, ask, world.later(TOUCH_SECONDS / 2), ask, world.later(TOUCH_SECONDS), ask)
    world.callers.close()

    assert written == [new.key.id] * 2


def test_without_a_store_there_are_no_keys():
    callers = Callers(Keeping(None))

    assert asyncio.run(callers.keys_are_needed()) is False
    assert Keeping(None).trouble() is None
    callers.close()


def test_a_store_that_cannot_be_opened_is_told_in_words(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("no folder")

    assert "store" in Keeping(str(blocked / "store.sqlite")).trouble()
