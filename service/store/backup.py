"""How is a whole store written to one file, and brought back?

The file is the same for every kind of database, so that a store can also be moved from one kind to another: lines of
JSON, packed with gzip, first what it is, then each row with its table's name, last how many there were. What the job
engine keeps in tables of its own is not in it.
"""

import base64
import gzip
import json
import os
import tempfile
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from itertools import groupby
from pathlib import Path
from typing import Any, TextIO

from sqlalchemy import Connection, Date, DateTime, LargeBinary, MetaData, Table, insert, inspect, select, text
from sqlalchemy.exc import DataError, IntegrityError

from service.errors import SetupError
from service.software import software
from service.store.database import address, open_engine, told
from service.store.store import HEAD, KNOWN, Store
from service.store.tables import VERSION_TABLE, metadata

_ANY_FORM = "according store, form "
FORM = f"{_ANY_FORM}1"
AT_ONCE = 1_000  # rows
_PASSING = "workers"  # who is at work now means nothing later
Counts = dict[str, int]
_BROKEN = (OSError, EOFError, ValueError, KeyError, TypeError, zlib.error, IntegrityError, DataError)


def back_up(store: Store, path: Path) -> Counts:
    """Writes the store as it is at one moment, whoever writes meanwhile; returns the rows by table. The file appears
    only when all is written. Raises SetupError where it cannot be written, or would take the store's own place."""
    if store.is_sqlite and path.resolve() == Path(store.name).resolve():
        raise SetupError(f"The backup {path} would overwrite the store itself. Name another file.")
    _refuse_other(path)
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            written = Path(file.name)
            try:
                with gzip.open(file, "wt", encoding="utf-8", compresslevel=3) as lines, store.reading() as connection:
                    counts = _write(connection, lines)
                file.flush()
                os.fsync(file.fileno())
                written.replace(path)
            finally:
                written.unlink(missing_ok=True)
    except OSError as error:
        raise SetupError(f"The backup {path} cannot be written: {error.strerror or error}.") from None
    return counts


def _refuse_other(path: Path) -> None:
    """A backup takes the place of an older one, and of nothing else. Raises SetupError."""
    if not path.is_file() or not path.stat().st_size:
        return
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            older = str(json.loads(lines.readline())["form"]).startswith(_ANY_FORM)
    except PermissionError:
        return  # told where it is written
    except _BROKEN:
        older = False
    if not older:
        raise SetupError(f"{path} is no backup of a store, and would be overwritten. Name another file.")


def _write(connection: Connection, lines: TextIO) -> Counts:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("set transaction isolation level repeatable read, read only")
    made = datetime.now(UTC).isoformat(timespec="seconds")
    lines.write(json.dumps({"form": FORM, "shape": HEAD, "software": software(), "made": made}) + "\n")
    counts: Counts = {}
    for table in _tables(connection):
        counts[table.name] = 0
        rows = connection.execution_options(yield_per=AT_ONCE).execute(select(table).order_by(*table.primary_key))
        for row in rows:
            lines.write(json.dumps([table.name, [_plain(value) for value in row]], ensure_ascii=False) + "\n")
            counts[table.name] += 1
    lines.write(json.dumps({"rows": counts}) + "\n")
    return counts


def restore(store: str, path: Path, *, replace: bool = False) -> Counts:
    """Brings a store back, all or nothing, to the newest shape if it was written by older software.

    Raises SetupError for a file that is no whole backup, and for a store that holds something, unless `replace`.
    """
    target = Store(open_engine(address(store)))
    try:
        with told(), target.changing_shape() as connection:
            if not replace and _holds(connection):
                raise SetupError(f"The store {target.name} is not empty. Add --replace to lose what it holds.")
            try:
                with gzip.open(path, "rt", encoding="utf-8") as lines:
                    counts = _read(target, connection, lines)
            except _BROKEN as error:
                said = str(getattr(error, "orig", error)).partition("\n")[0]
                raise SetupError(f"{path} is no whole backup of a store ({said}); nothing was changed.") from None
        with target.writing() as connection:
            connection.exec_driver_sql("analyze")
        return counts
    finally:
        target.close()


def _read(store: Store, connection: Connection, lines: TextIO) -> Counts:
    head = json.loads(next(lines, "{}"))
    if head.get("form") != FORM:
        raise ValueError(f"it does not begin with {FORM!r}")
    if head["shape"] not in KNOWN:
        raise ValueError(f"newer software wrote it: its shape is {head['shape']}, this software knows {HEAD}")
    _drop_all(connection)
    store.bring(connection, head["shape"])
    counts: Counts = {}
    tables = {table.name: table for table in _tables(connection)}
    said = _insert(connection, tables, lines, counts)
    if {name: count for name, count in said.items() if count} != counts:
        raise ValueError("it is cut off or was changed: its rows are not as many as it says")
    _count_on(connection, tables.values())
    store.bring(connection, HEAD)
    return counts


def _insert(connection: Connection, tables: dict[str, Table], lines: TextIO, counts: Counts) -> Counts:
    said: Counts = {}

    def rows() -> Iterator[tuple[str, list[Any]]]:
        for line in lines:
            found = json.loads(line)
            if isinstance(found, dict):
                said.update(found["rows"])
                continue
            if said:
                raise ValueError("it goes on after its end")
            yield found[0], found[1]

    for name, group in groupby(rows(), key=lambda row: row[0]):
        table = tables[name]
        makers = [_maker(column.type) for column in table.columns]
        names = [column.name for column in table.columns]
        batch: list[dict[str, Any]] = []
        for _, values in group:
            made = (None if value is None else make(value) for make, value in zip(makers, values, strict=True))
            batch.append(dict(zip(names, made, strict=True)))
            counts[name] = counts.get(name, 0) + 1
            if len(batch) == AT_ONCE:
                connection.execute(insert(table), batch)
                batch = []
        if batch:
            connection.execute(insert(table), batch)
    return said


def _tables(connection: Connection) -> list[Table]:
    """Ours, as they are in the database now, each after those that it refers to."""
    found = MetaData()
    there = inspect(connection).get_table_names()
    found.reflect(connection, only=[name for name in metadata.tables if name in there and name != _PASSING])
    return found.sorted_tables


def _holds(connection: Connection) -> bool:
    return any(connection.execute(select(table).limit(1)).first() is not None for table in _tables(connection))


def _drop_all(connection: Connection) -> None:
    there = set(inspect(connection).get_table_names())
    names = ["claim_words", *(table.name for table in reversed(metadata.sorted_tables)), VERSION_TABLE]
    for name in names:
        if name in there:
            connection.exec_driver_sql(f"drop table {name}")


def _count_on(connection: Connection, tables: Any) -> None:
    """Lets PostgreSQL count keys on from where the rows end; SQLite does so by itself."""
    if connection.dialect.name != "postgresql":
        return
    for name in (table.name for table in tables if "key" in table.c and table.c.key.autoincrement is True):
        connection.execute(
            text(
                f"select setval(pg_get_serial_sequence('{name}', 'key'), coalesce(max(key), 1), max(key) is not null)"
                f" from {name}"
            )
        )


def _plain(value: Any) -> Any:
    match value:
        case datetime() | date():
            return value.isoformat()
        case bytes():
            return base64.b64encode(value).decode()
        case _:
            return value


def _maker(kind: Any) -> Callable[[Any], Any]:
    """What makes a value for a column of this kind from what stands in the file."""
    match kind:
        case DateTime():
            return datetime.fromisoformat
        case Date():
            return date.fromisoformat
        case LargeBinary():
            return base64.b64decode
        case _:
            return lambda value: value
