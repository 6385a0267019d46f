"""How are results committed without a disk's wait for each?

Those that come within a few milliseconds go into one transaction; each waits until its own is committed.
"""

import asyncio
import contextlib
import logging
from collections.abc import Sequence

from service.jobs import ledger
from service.jobs.ledger import Outcome
from service.store.database import StoreDown
from service.store.store import Store

GATHER_SECONDS = 0.005
LONGEST = 2_000  # characters of a message
MOST = 64  # results in a transaction
STORE_SECONDS = 0.5  # between two tries at a store that is down


log = logging.getLogger("according.jobs")


class Keeper:
    """Commits outcomes. Lives in one event loop."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: list[tuple[Outcome, asyncio.Future[None]]] = []
        self._worker: asyncio.Task[None] | None = None

    async def keep(self, outcome: Outcome) -> None:
        """Returns once it is committed, however long the store is away. What cannot be kept is kept as a failure."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((outcome, future))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())
        await future

    async def _work(self) -> None:
        while self._waiting:
            await asyncio.sleep(GATHER_SECONDS)
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            try:
                await self._commit([outcome for outcome, _ in batch])
            except Exception as error:  # one of them cannot be kept: each by itself shows which
                log.warning("results are kept one by one: %s", error)
                for outcome, future in batch:
                    await self._by_itself(outcome, future)
            for _, future in batch:
                if not future.done():
                    future.set_result(None)

    async def _by_itself(self, outcome: Outcome, future: asyncio.Future[None]) -> None:
        try:
            await self._commit([outcome])
        except Exception as error:
            message = f"The result cannot be kept: {type(error).__name__}: {error}"
            failure = outcome._replace(extraction=None, article=None, error="unexpected", message=message[:LONGEST])
            try:
                await self._commit([failure])
            except Exception as another:
                if not future.done():
                    future.set_exception(another)

    async def _commit(self, outcomes: Sequence[Outcome]) -> None:
        while True:
            try:
                return await asyncio.to_thread(self._write, outcomes)
            except StoreDown as error:  # it comes back; until then, what was paid for is kept here
                log.warning("results wait for the store: %s", error)
            await asyncio.sleep(STORE_SECONDS)

    def _write(self, outcomes: Sequence[Outcome]) -> None:
        with self._store.writing() as connection:
            ledger.keep_outcomes(connection, outcomes)

    async def close(self) -> None:
        if self._worker is not None:
            self._worker.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._worker
