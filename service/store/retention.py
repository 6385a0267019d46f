"""What has been kept long enough, and how large is what is kept?"""

import contextlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, delete, exists, func, or_, select, text, tuple_

from service.records import Record
from service.store.database import told
from service.store.store import HEAD, Store
from service.store.tables import (
    articles,
    deliveries,
    extractions,
    idempotency,
    job_articles,
    jobs,
    metadata,
    spending,
    verdicts,
    workers,
)

AT_ONCE = 500  # rows in one transaction, so that others who write wait for a moment only
OVER = ("done", "cancelled")  # states of jobs


class Kept(Record):
    """What the store holds: `rows` by table, its size in bytes, and whether words are found by an index."""

    name: str
    shape: str
    size: int
    rows: Mapping[str, int]
    words_indexed: bool


def overview(store: Store) -> Kept:
    """Counts every row, which takes a second for a million claims. Raises StoreDown."""
    with store.reading() as connection:
        rows = {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in metadata.sorted_tables
        }
        if store.is_sqlite:
            size = sum(path.stat().st_size for end in ("", "-wal") if (path := Path(store.name + end)).exists())
            indexed = True
        else:
            size = connection.scalar(text("select pg_database_size(current_database())")) or 0
            indexed = bool(connection.scalar(text("select to_regclass('ix_claims_folded_trigrams') is not null")))
    return Kept(name=store.name, shape=HEAD, size=size, rows=rows, words_indexed=indexed)


def clean(store: Store, before: datetime) -> dict[str, int]:
    """Deletes what is over and older: extractions with their claims, articles that nothing refers to any more and
    nobody has judged, jobs that are over or whose articles never came to their end, what was delivered or given up,
    answered requests. Returns the rows by table.

    Small steps: may be stopped and begun again. Raises StoreDown.
    """
    unread = ~exists().where(extractions.c.article == articles.c.key)
    unwanted = ~exists().where(job_articles.c.article == articles.c.key)
    unjudged = ~exists().where(verdicts.c.article == articles.c.key)
    broken_off = and_(jobs.c.state == "incoming", jobs.c.created < before)
    over: tuple[tuple[Table, ColumnElement[bool]], ...] = (
        (jobs, or_(and_(jobs.c.state.in_(OVER), jobs.c.finished < before), broken_off)),
        (deliveries, and_(deliveries.c.state != "waiting", deliveries.c.created < before)),
        (extractions, and_(extractions.c.created < before, _of_no_job())),
        (articles, and_(articles.c.created < before, unread, unwanted, unjudged)),
        (idempotency, idempotency.c.created < before),
        (spending, spending.c.day < before.date()),
        (workers, workers.c.seen < before),
    )
    gone = {table.name: _delete(store, table, condition) for table, condition in over}
    _give_back(store)
    return gone


def _of_no_job() -> ColumnElement[bool]:
    """An extraction of a job goes with or after it, so that a job's results are whole as long as it is there."""
    return or_(extractions.c.job.is_(None), ~exists().where(jobs.c.id == extractions.c.job))


def _delete(store: Store, table: Table, condition: ColumnElement[bool]) -> int:
    """Locks rows, then asks again: what refers to them may have come between a look and the lock. What others have
    locked they are just using."""
    key = table.primary_key.columns.values()
    some = select(*key).where(condition).limit(AT_ONCE).with_for_update(skip_locked=True)
    count = 0
    while True:
        with store.writing() as connection:
            chosen = [tuple(row) for row in connection.execute(some)]
            over = delete(table).where(tuple_(*key).in_(chosen), condition)
            count += connection.execute(over).rowcount if chosen else 0
        if len(chosen) < AT_ONCE:
            return count


def _give_back(store: Store) -> None:
    """Lets the file of SQLite shrink; PostgreSQL uses the room again by itself."""
    if store.is_sqlite:
        with store.writing() as connection:
            # Merged anew, the index forgets the words that were deleted.
            connection.execute(text("insert into claim_words (claim_words) values ('optimize')"))
        with told(), contextlib.closing(store.engine.raw_connection()) as connection:  # outside of any transaction
            file: Any = connection.driver_connection
            # As a script, for a single statement without rows is stepped once, which frees one page.
            file.executescript("pragma incremental_vacuum; pragma wal_checkpoint(truncate)")
