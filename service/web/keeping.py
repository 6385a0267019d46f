"""Is there a store, and does it answer?

Opened when first needed, and looked for again where it was down: the service starts without it. What is kept there is
left to `store`.
"""

import threading
import time
from collections.abc import Callable

from service.errors import SetupError
from service.store.store import Store

AGAIN_AFTER = 2.0  # seconds between tries to open a store that is down


class Keeping:
    """One store for all requests of a process."""

    def __init__(
        self,
        address: str | None,
        *,
        open_store: Callable[[str], Store] = Store.open,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._address = address
        self._open_store = open_store
        self._clock = clock
        self._lock = threading.Lock()
        self._store: Store | None = None
        self._failed: tuple[float, SetupError] | None = None

    def __bool__(self) -> bool:
        """Whether one is set, be it down or not."""
        return self._address is not None

    def store(self) -> Store | None:
        """The store, or None where none is set. Blocks while it is opened: call it in a thread.

        Raises StoreDown or SetupError.
        """
        if self._address is None or self._store is not None:
            return self._store
        self._tell_failure()
        with self._lock:
            if self._store is None:
                self._tell_failure()
                try:
                    self._store = self._open_store(self._address)
                except SetupError as error:
                    self._failed = (self._clock(), error)
                    raise
        return self._store

    def trouble(self) -> str | None:
        """What is wrong with it in words; None where it can be written to, and where none is set. Blocks likewise."""
        try:
            store = self.store()
            return None if store is None else store.check()
        except SetupError as error:
            return str(error)

    def close(self) -> None:
        with self._lock:
            if self._store is not None:
                self._store.close()

    def _tell_failure(self) -> None:
        """A database that is down is not asked anew by each of the requests that come meanwhile."""
        if self._failed is not None and self._clock() - self._failed[0] < AGAIN_AFTER:
            error = self._failed[1]
            raise type(error)(str(error))
