"""Is there a store, in the shape that this software knows?

Opens it, and brings an older one to the newest shape. What is kept and asked is left to functions that take a
connection, so that their callers say what belongs to one transaction.
"""

import contextlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, inspect, text

from service.errors import SetupError
from service.store.database import StoreDown, address, open_engine, reading, told, writing
from service.store.tables import VERSION_TABLE

if TYPE_CHECKING:
    from types import TracebackType

MIGRATIONS = Path(__file__).parent / "migrations"
KNOWN = tuple(sorted(path.name[1:5] for path in (MIGRATIONS / "versions").glob("r[0-9]*.py")))
HEAD = KNOWN[-1]
_LOCK = 0x6163636F  # of PostgreSQL's advisory locks: one process migrates, the others wait


class OlderStore(SetupError):
    """Older software made the store, and it has not been brought to this software's shape."""


class Store:
    """The database. Safe to share between threads; each process opens its own."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @classmethod
    def open(cls, store: str, *, migrate: bool = True) -> "Store":
        """The store at that path or address, made and brought to the newest shape where need be.

        Raises StoreDown where it does not answer, and SetupError where it is not of a shape known here.
        """
        opened = cls(open_engine(address(store)))
        try:
            opened._bring_to_head(migrate=migrate)
        except BaseException:
            opened.close()
            raise
        return opened

    @property
    def name(self) -> str:
        """Where it is, without a password."""
        url = self.engine.url
        return url.database or "memory" if self.is_sqlite else url.render_as_string(hide_password=True)

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def writing(self) -> AbstractContextManager[Connection]:
        """A transaction, committed at the end."""
        return writing(self.engine)

    def reading(self) -> AbstractContextManager[Connection]:
        """One state of the store to read from."""
        return reading(self.engine)

    def close(self) -> None:
        self.engine.dispose()

    def __enter__(self) -> "Store":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: "TracebackType | None"
    ) -> None:
        self.close()

    def check(self) -> str | None:
        """Why it cannot be used now, in words; None where it can be written and has the newest shape."""
        try:
            with told(), self.engine.connect() as connection:
                found = _version(connection)
                if not self.is_sqlite and connection.scalar(text("show transaction_read_only")) == "on":
                    return "The store can only be read."
                if self.is_sqlite and found:
                    connection.execute(text(f"update {VERSION_TABLE} set version_num = version_num"))
                connection.rollback()
        except StoreDown as error:
            return str(error)
        return None if found == HEAD else f"The store has shape {found}; this software needs {HEAD}."

    def _bring_to_head(self, *, migrate: bool) -> None:
        with self.reading() as connection:
            found = _version(connection)
        self._refuse_newer(found)
        if found == HEAD:
            return
        if not migrate:
            raise OlderStore(
                f"The store {self.name} has shape {found or 'none'}; this software needs {HEAD}. "
                "Run `according store migrate` first."
            )
        with told():
            self.migrate()

    def _refuse_newer(self, found: str | None) -> None:
        if found is not None and found not in KNOWN:
            raise SetupError(
                f"The store {self.name} has shape {found}, which newer software wrote; this one knows {HEAD}. "
                "Install that version of according again, or name another store with ACCORDING_STORE."
            )

    def migrate(self, to: str = HEAD) -> None:
        """Brings the store to that shape, in one transaction. Where several processes try, all succeed."""
        with self.changing_shape() as connection:
            self.bring(connection, to)

    @contextlib.contextmanager
    def changing_shape(self) -> Iterator[Connection]:
        """A transaction in which tables may be made and rebuilt; one process at a time has it, the others wait."""
        with self.engine.connect() as connection:
            if not self.is_sqlite:
                with connection.begin():
                    connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
                    yield connection
                return
            # Rebuilding a table drops the old one, and would drop with it all that refers to it. Can be set
            # outside of transactions only.
            file: Any = connection.connection.driver_connection
            file.execute("pragma foreign_keys=off")
            try:
                with connection.begin():
                    yield connection
                    if connection.exec_driver_sql("pragma foreign_key_check").first() is not None:
                        raise SetupError(f"The store {self.name} has rows that refer to nothing; restore a backup.")
            finally:
                file.execute("pragma foreign_keys=on")

    def bring(self, connection: Connection, to: str) -> None:
        """Brings the store to that shape in the transaction given, which `changing_shape` made."""
        from alembic import command
        from alembic.config import Config

        found = _version(connection)
        self._refuse_newer(found)
        if found is not None and found >= to:
            return  # another process was quicker
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        command.upgrade(config, to)


def _version(connection: Connection) -> str | None:
    """The number of the shape, None for an empty database."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    found: str | None = connection.scalar(text(f"select version_num from {VERSION_TABLE}"))
    return found
