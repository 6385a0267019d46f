"""How is the database opened and spoken to?

One file of SQLite where nothing else is said, PostgreSQL by its address; the same questions to both. What is kept there
and asked of it is left to the other files of the package.
"""

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, ProgrammingError, SQLAlchemyError

from service.errors import SetupError

_SIGNATURE = b"SQLite format 3\x00"
CONNECT_SECONDS = 10  # longest wait for a server that says nothing at all
BUSY_SECONDS = 30.0  # longest wait for another process that is writing
FIX = "Name a file or a database with ACCORDING_STORE (a path, sqlite:///PATH or postgresql://USER@HOST/NAME)."


class StoreDown(SetupError):
    """The database cannot be reached or written now; the same may work later."""


def address(store: str) -> URL:
    """A path or an address as SQLAlchemy's. Raises SetupError for what is neither."""
    if "://" not in store:
        return URL.create("sqlite", database=str(Path(store).expanduser()))
    try:
        url = make_url(store)
    except ArgumentError as error:
        raise SetupError(f"The store {store!r} cannot be used: {error}. {FIX}") from None
    if url.get_backend_name() == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() != "sqlite":
        raise SetupError(f"The store is in {url.get_backend_name()}, which is not supported. {FIX}")
    if url.database in (None, "", ":memory:"):
        raise SetupError(f"The store {store!r} keeps nothing: it has no file. {FIX}")
    return url


def open_engine(url: URL, *, pool_size: int = 8, begins: bool = True) -> Engine:
    """An engine with what both engines need here. Nothing is asked of the database yet.

    SQLite writes ahead (readers never wait), syncs at each commit, waits for other writers, and takes its write lock at
    the beginning of a transaction, since upgrading a read lock fails at once where two do so. Without `begins` that is
    left to whoever uses the engine, and to Python before the first statement that writes. Errors repeat no values:
    these are articles.
    """
    if url.get_backend_name() == "postgresql":
        waits = {} if "connect_timeout" in url.query else {"connect_timeout": CONNECT_SECONDS}
        return create_engine(
            url, pool_size=pool_size, max_overflow=8, pool_pre_ping=True, hide_parameters=True, connect_args=waits
        )
    _check_file(url.database or "")
    engine = create_engine(
        url, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False}, hide_parameters=True
    )
    event.listen(engine, "connect", _set_up_sqlite)
    if begins:
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "connect", lambda connection, _: setattr(connection, "isolation_level", "IMMEDIATE"))
    return engine


def _check_file(database: str) -> None:
    """Makes the folder, and a file for its owner alone: articles, hashes of keys and what signs sessions are in it.
    What is in one that is there is looked at here, for SQLite's own words help nobody."""
    if database.startswith("file:"):  # an address of SQLite's own, with its options
        return
    path = Path(database)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            raise SetupError(f"The store {path} is a folder. {FIX}")
        if not path.exists():
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # what SQLite puts beside it gets the same rights
        if path.is_file() and path.stat().st_size:
            with path.open("rb") as file:
                if file.read(len(_SIGNATURE)) != _SIGNATURE:
                    raise SetupError(f"{path} is no SQLite database. {FIX}")
    except OSError as error:
        raise SetupError(f"The store {path} cannot be made: {error.strerror}. {FIX}") from None


def _set_up_sqlite(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # we begin transactions ourselves
    # Older SQLite, as on Debian 12, lacks it, and the job engine's tables need it.
    connection.create_function("unixepoch", -1, _unixepoch)
    if connection.execute("pragma page_count").fetchone() == (0,):  # cannot be set once there is a table
        connection.execute("pragma auto_vacuum=incremental")
    for pragma in (
        "secure_delete=on",  # what is deleted is gone from the file
        "journal_mode=wal",
        "synchronous=full",
        "foreign_keys=on",
        f"busy_timeout={int(BUSY_SECONDS * 1e3)}",
    ):
        connection.execute(f"pragma {pragma}")


def _unixepoch(*given: Any) -> float:
    return time.time() if "subsec" in given else int(time.time())


def _begin_sqlite(connection: Connection) -> None:
    reads = connection.get_execution_options().get("reads", False)
    connection.exec_driver_sql("begin" if reads else "begin immediate")


@contextlib.contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction, committed at the end. Raises StoreDown in words where the database does not answer."""
    with told(), engine.begin() as connection:
        yield connection


@contextlib.contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One state of the database to read from, whoever writes meanwhile. Raises StoreDown likewise."""
    with told(), engine.connect().execution_options(reads=True) as connection:
        yield connection


@contextlib.contextmanager
def told() -> Iterator[None]:
    """Says in words that the database does not answer; a statement that it should not have been asked passes."""
    try:
        yield
    except (IntegrityError, DataError, ProgrammingError):
        raise
    except DBAPIError as error:
        raise StoreDown(
            f"The store does not answer: {error.orig}. Try again; if it stays, look at what ACCORDING_STORE names, or "
            "ask `according doctor`."
        ) from error
    except (OSError, SQLAlchemyError) as error:
        raise StoreDown(f"The store cannot be used: {error}. {FIX}") from error
