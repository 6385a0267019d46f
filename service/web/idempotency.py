"""Was this very request made before?

Whoever does not know whether a request arrived sends it again with the same `Idempotency-Key`: the work is done once,
and the first answer is told again for a day. An answer is kept once work has begun, be it an error; a request that was
refused before leaves its key free. While work is under way its row is touched now and then, so that the key of a
process that died is free again soon. Texts of articles are never kept here.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import structlog
from fastapi import Request
from fastapi.responses import Response
from sqlalchemy import ColumnElement, Connection, and_, delete, select, update

from service.errors import AccordingError
from service.store.extractions import insert_new
from service.store.store import Store
from service.store.tables import idempotency
from service.web.problems import MEDIA_TYPE, Problem

HEADER = "idempotency-key"
REPLAYED = {"idempotency-replayed": "true"}
LONGEST = 255  # characters
KEPT = timedelta(hours=24)
LEASE = timedelta(seconds=60)  # a request under way that was not heard of for so long has died
TOUCH_SECONDS = 15.0
RETRY_AFTER = 5  # seconds
BEGUN = frozenset({500, 502, 504})  # of errors, those that come after work has begun


class Answer(NamedTuple):
    """What is told again: a status, and what the answer can be made of anew."""

    status: int
    body: str
    replayed: bool = False


class Place(NamedTuple):
    """One request's own place: `since` is when it was last heard of, and tells it from others with its key."""

    owner: str
    key: str
    since: datetime


def key_of(request: Request) -> str | None:
    """The key that the request carries, if any. Raises Problem where it cannot be one."""
    given = request.headers.getlist(HEADER)
    if not given:
        return None
    key = given[0]
    if len(given) > 1 or not 0 < len(key) <= LONGEST or not (key.isascii() and key.isprintable()):
        raise Problem("bad-idempotency-key")
    return key


# ── the table ─────────────────────────────────────────────────────────────────────────────────────────────────────


def begin(connection: Connection, owner: str, key: str, fingerprint: str, *, now: datetime) -> Place | Answer:
    """A place to work at, or the answer that was given before.

    Raises Problem where the key stands for another request, or the first one is still under way.
    """
    connection.execute(delete(idempotency).where(idempotency.c.created < now - KEPT))
    place = Place(owner, key, now)
    row = {"owner": owner, "key": key, "fingerprint": fingerprint, "created": now}
    if connection.scalar(insert_new(connection, idempotency).values(row).returning(idempotency.c.key)) is not None:
        return place
    mine = and_(idempotency.c.owner == owner, idempotency.c.key == key)
    found = connection.execute(select(idempotency).where(mine).with_for_update()).first()
    if found is None:  # given up in this very moment
        raise _in_use()
    if found.fingerprint != fingerprint:
        raise Problem("idempotency-key-reused")
    if found.status is not None:
        return Answer(found.status, found.body, replayed=True)
    if found.created > now - LEASE:
        raise _in_use()
    connection.execute(update(idempotency).where(mine).values(created=now))
    return place


def touch(connection: Connection, place: Place, *, now: datetime) -> Place | None:
    """Says that work still goes on; None where the place is another's by now."""
    touched = connection.execute(update(idempotency).where(_is(place)).values(created=now))
    return place._replace(since=now) if touched.rowcount else None


def keep(connection: Connection, place: Place, answer: Answer, *, now: datetime) -> None:
    connection.execute(
        update(idempotency).where(_is(place)).values(status=answer.status, body=answer.body, created=now)
    )


def give_up(connection: Connection, place: Place) -> None:
    """Leaves the key free, for nothing was done."""
    connection.execute(delete(idempotency).where(_is(place), idempotency.c.status.is_(None)))


def _is(place: Place) -> ColumnElement[bool]:
    mine = and_(idempotency.c.owner == place.owner, idempotency.c.key == place.key)
    return and_(mine, idempotency.c.created == place.since, idempotency.c.status.is_(None))


def _in_use() -> Problem:
    return Problem("idempotency-key-in-use", headers={"retry-after": str(RETRY_AFTER)})


# ── around a request ──────────────────────────────────────────────────────────────────────────────────────────────


async def once(
    store: Store,
    work: Callable[[], Awaitable[Answer]],
    *,
    owner: str,
    key: str,
    fingerprint: str,
    request_id: str,
) -> Answer:
    """What `work` answers, done once for that key. Raises Problem where it must not be done, and what `work` raises."""

    def first() -> Place | Answer:
        with store.writing() as connection:
            return begin(connection, owner, key, fingerprint, now=datetime.now(UTC))

    found = await asyncio.to_thread(first)
    if isinstance(found, Answer):
        return found
    async with _held(store, found) as held:
        try:
            answer = await work()
        except Problem as problem:
            if problem.kind.status in BEGUN and "extraction" not in problem.more:
                await held.keep(Answer(problem.kind.status, json.dumps(problem.document(request_id))))
            raise
        except AccordingError:
            raise
        except Exception:
            await held.keep(Answer(500, json.dumps(Problem("internal-error").document(request_id))))
            raise
        await held.keep(answer)
    return answer


def told_again(answer: Answer) -> Response | None:
    """The response for an error that was told before; None for other answers, which each address makes itself."""
    if answer.status < 400:
        return None
    return Response(answer.body, answer.status, headers=REPLAYED, media_type=MEDIA_TYPE)


class _Holding:
    def __init__(self, store: Store, place: Place) -> None:
        self._store = store
        self._place: Place | None = place
        self._lock = asyncio.Lock()  # touching and keeping must not overtake each other

    async def keep(self, answer: Answer) -> None:
        """Where the store is away it is told this once, for it is done and paid for; the lease then runs out."""
        async with self._lock:
            place, self._place = self._place, None
            if place is None:
                return
            try:
                await asyncio.to_thread(self._in_store, lambda c: keep(c, place, answer, now=datetime.now(UTC)))
            except AccordingError as error:
                structlog.get_logger("according.web").warning("answer_not_kept", error=type(error).__name__)

    async def give_up(self) -> None:
        async with self._lock:
            place, self._place = self._place, None
            if place is not None:
                await asyncio.to_thread(self._in_store, lambda c: give_up(c, place))

    async def touch_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(TOUCH_SECONDS)
            async with self._lock:
                if (place := self._place) is None:
                    return
                with contextlib.suppress(AccordingError):  # the store is down: the next time, or the lease runs out
                    self._place = await asyncio.to_thread(self._touch, place)

    def _touch(self, place: Place) -> Place | None:
        with self._store.writing() as connection:
            return touch(connection, place, now=datetime.now(UTC))

    def _in_store(self, act: Callable[[Connection], None]) -> None:
        with self._store.writing() as connection:
            act(connection)


@contextlib.asynccontextmanager
async def _held(store: Store, place: Place) -> AsyncIterator[_Holding]:
    """Keeps the place while work goes on; whatever way it ends without an answer, the key is free again."""
    held = _Holding(store, place)
    touching = asyncio.create_task(held.touch_now_and_then())
    try:
        yield held
    finally:
        try:
            await asyncio.shield(held.give_up())  # before the touching ends, so that it is not cut off half-way
        except AccordingError as error:  # its lease runs out by itself
            structlog.get_logger("according.web").warning("key_not_given_up", error=type(error).__name__)
        touching.cancel()
        await asyncio.gather(touching, return_exceptions=True)
