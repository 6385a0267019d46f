"""Is the worker of that id still alive?

Known from what the operating system and the database let go of by themselves when a process dies: a locked file beside
a SQLite store, a session's advisory lock in PostgreSQL. No clock has to be right for it.
"""

import contextlib
import fcntl
import hashlib
import os
import secrets
import socket
from pathlib import Path
from typing import IO, Protocol

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from service.store.store import Store

SETTLED_SECONDS = 4  # a database that has just started: its workers are still coming back
# A host that lost its power says nothing; the database asks its connections, and gives up after some nine seconds.
_KEEPALIVE = "set tcp_keepalives_idle = 3; set tcp_keepalives_interval = 2; set tcp_keepalives_count = 3"


def new_worker_id() -> str:
    """host:pid:random, never the same twice."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(4)}"


class Liveness(Protocol):
    """A worker's own sign of life, and its look at those of others."""

    def hold(self) -> bool:
        """Makes sure that the own sign is there. False where it is not to be had just now."""
        ...

    def is_dead(self, other: str) -> bool:
        """Whether that worker is gone for certain."""
        ...

    def release(self) -> None: ...


def liveness(store: Store, worker: str) -> Liveness:
    if not store.is_sqlite:
        return Sessions(store.engine, worker)
    return LockFiles(Path(f"{store.engine.url.database}.workers"), worker)


class LockFiles:
    """Files beside the store, each locked by its worker as long as that lives."""

    def __init__(self, folder: Path, worker: str) -> None:
        self._folder = folder
        self._worker = worker
        self._file: IO[str] | None = None

    def hold(self) -> bool:
        if self._file is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            file = self._path(self._worker).open("w")
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._file = file
        return True

    def is_dead(self, other: str) -> bool:
        try:
            file = self._path(other).open("r+")
        except FileNotFoundError:
            return True
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return False
            self._path(other).unlink(missing_ok=True)
            return True

    def release(self) -> None:
        if self._file is not None:
            self._path(self._worker).unlink(missing_ok=True)
            self._file.close()
            self._file = None
        with contextlib.suppress(OSError):
            self._folder.rmdir()  # the last one out

    def _path(self, worker: str) -> Path:
        return self._folder / worker.replace(":", "_").replace("/", "_")


class Sessions:
    """Advisory locks of PostgreSQL, each held by its worker's own session.

    When the database restarts, all sessions end though the workers live. So a worker counts as dead only when its lock
    was free at two looks, and not while the database has just started; the living take theirs back within a second.
    """

    def __init__(self, engine: Engine, worker: str) -> None:
        self._engine = engine
        self._worker = worker
        self._session: Connection | None = None
        self._suspected: set[str] = set()

    def hold(self) -> bool:
        try:
            if self._session is not None:
                self._session.execute(text("select 1"))
                return True
            session = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            for statement in _KEEPALIVE.split("; "):
                session.execute(text(statement))
            if session.scalar(text("select pg_try_advisory_lock(:key)"), {"key": _key(self._worker)}):
                self._session = session
                return True
            session.close()
        except DBAPIError:
            if self._session is not None:
                self._session.invalidate()
                self._session.close()
                self._session = None
        return False

    def is_dead(self, other: str) -> bool:
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as session:
            age = session.scalar(text("select extract(epoch from now() - pg_postmaster_start_time())"))
            if age is None or age < SETTLED_SECONDS:
                self._suspected.clear()
                return False
            key = {"key": _key(other)}
            if not session.scalar(text("select pg_try_advisory_lock(:key)"), key):
                self._suspected.discard(other)
                return False
            session.execute(text("select pg_advisory_unlock(:key)"), key)
        if other in self._suspected:
            self._suspected.discard(other)
            return True
        self._suspected.add(other)
        return False

    def release(self) -> None:
        if self._session is not None:
            with contextlib.suppress(DBAPIError):
                self._session.execute(text("select pg_advisory_unlock(:key)"), {"key": _key(self._worker)})
            self._session.close()
            self._session = None


def _key(worker: str) -> int:
    """PostgreSQL's locks go by numbers of 64 bits."""
    return int.from_bytes(hashlib.sha256(f"according worker {worker}".encode()).digest()[:8], signed=True)
