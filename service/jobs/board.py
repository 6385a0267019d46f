"""What stands in the tables of jobs, for those who order them and ask after them?

Functions on a connection, so that callers say what belongs to one transaction. What workers write there is left to
`ledger`.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, case, delete, exists, func, insert, or_, select, update

from service.errors import InputError
from service.jobs.records import COST_LIMIT, ENDED, ArticleResult, ArticleState, JobItem, JobOptions, JobOrder, JobView
from service.records import Article, Usage
from service.store.extractions import article_key
from service.store.tables import extractions, job_articles, jobs

CHUNK = 25  # articles: few enough that the end of a job is shared well, enough that chunks cost little
SHARES = 32  # parts of a small job, so that each worker gets some
MINUTE = timedelta(seconds=60)


# ── taking in ─────────────────────────────────────────────────────────────────────────────────────────────────────


def begin(connection: Connection, job: str, order: JobOrder, *, model: str, owner: str, api_key: str | None) -> None:
    """A job that nobody works on yet, for its articles are still coming in."""
    row = {
        "id": job,
        "owner": owner,
        "name": order.name,
        "state": "incoming",
        "priority": order.priority,
        "model": model,
        "options": order.options.model_dump(mode="json", exclude_none=True),
        "total": 0,
        "max_cost": order.max_cost,
        "per_minute": order.per_minute,
        "webhook": order.webhook,
        "api_key": api_key,
        "created": datetime.now(UTC),
    }
    connection.execute(insert(jobs).values(row))


def add(connection: Connection, job: str, items: Sequence[JobItem], *, first: int, owner: str) -> None:
    """Puts articles at the job's end; the first gets that position. Raises InputError for an id that is there twice."""
    _refuse_twice(connection, job, items, first)
    rows = []
    for position, item in enumerate(items, first):
        row = {"job": job, "position": position, "id": item.id, "chunk": position // CHUNK, "state": "waiting"}
        if isinstance(item, Article):
            try:
                row |= {"article": article_key(connection, item, owner=owner), "file_name": None, "file": None}
            except InputError as error:
                message = f"Article {position + 1}: {error.message}"
                raise InputError(message, field=error.field, fix=error.fix) from None
        else:
            row |= {"article": None, "file_name": item.name, "file": item.data}
        rows.append(row)
    connection.execute(insert(job_articles), rows)


def _refuse_twice(connection: Connection, job: str, items: Sequence[JobItem], first: int) -> None:
    seen: dict[str, int] = {}
    for position, item in enumerate(items, first):
        if "\x00" in item.id:
            raise InputError(f"The id of article {position + 1} holds a NUL character.", field="id", fix="Take it out.")
        if item.id in seen:
            raise _twice(item.id, seen[item.id], position)
        seen[item.id] = position
    mine = select(job_articles.c.id, job_articles.c.position).where(job_articles.c.job == job)
    for row in connection.execute(mine.where(job_articles.c.id.in_(seen))):
        raise _twice(row.id, row.position, seen[row.id])


def _twice(name: str, before: int, after: int) -> InputError:
    return InputError(
        f"Articles {before + 1} and {after + 1} both have the id {name!r}.",
        field="id",
        fix="Give each article of a job its own id.",
    )


def complete(connection: Connection, job: str, total: int) -> bool:
    """Lets workers see the job. False where somebody has deleted it meanwhile."""
    size = min(CHUNK, max(1, -(-total // SHARES)))
    if size != CHUNK:
        smaller = update(job_articles).where(job_articles.c.job == job)
        connection.execute(smaller.values(chunk=job_articles.c.position // size))
    ready = update(jobs).where(jobs.c.id == job, jobs.c.state == "incoming")
    return bool(connection.execute(ready.values(state="queued", total=total, chunks=-(-total // size))).rowcount)


# ── asking ────────────────────────────────────────────────────────────────────────────────────────────────────────


def row_of(connection: Connection, job: str, *, owner: str) -> Row[Any] | None:
    return connection.execute(select(jobs).where(jobs.c.id == job, jobs.c.owner == owner)).first()


def is_taken(connection: Connection, job: str) -> bool:
    """Whether anybody has a job of that id."""
    return connection.scalar(select(jobs.c.id).where(jobs.c.id == job)) is not None


def views(connection: Connection, rows: Sequence[Row[Any]], *, now: datetime) -> tuple[JobView, ...]:
    """How far these jobs are, in their order."""
    counted: dict[str, list[Row[Any]]] = {row.id: [] for row in rows}
    lately = func.sum(case((job_articles.c.finished > now - MINUTE, 1), else_=0)).label("lately")
    sums = [func.sum(job_articles.c[name]).label(name) for name in ("cost", "calls", "prompt_tokens")]
    query = (
        select(
            job_articles.c.job,
            job_articles.c.state,
            job_articles.c.status,
            func.count().label("articles"),
            lately,
            *sums,
            func.sum(job_articles.c.completion_tokens).label("completion_tokens"),
        )
        .where(job_articles.c.job.in_(counted))
        .group_by(job_articles.c.job, job_articles.c.state, job_articles.c.status)
    )
    for group in connection.execute(query):
        counted[group.job].append(group)
    return tuple(_view(row, counted[row.id], now) for row in rows)


def _view(row: Row[Any], groups: Sequence[Row[Any]], now: datetime) -> JobView:
    def count(state: ArticleState, status: str | None = None) -> int:
        return sum(group.articles for group in groups if group.state == state and status in (None, group.status))

    costs = [group.cost for group in groups if group.cost is not None]
    cost = sum(costs) if costs else None
    waiting = count("waiting")
    a_minute = _a_minute(row, sum(group.lately for group in groups), now)
    return JobView(
        id=row.id,
        name=row.name,
        state=row.state,
        paused=row.paused if waiting and row.state not in ENDED else None,
        model=row.model,
        priority=row.priority,
        options=JobOptions.model_validate(row.options),
        total=row.total,
        done=count("done"),
        partial=count("done", "partial"),
        failed=count("failed"),
        cancelled=count("cancelled"),
        waiting=waiting,
        per_minute_now=a_minute,
        seconds_left=round(waiting / a_minute * 60, 1) if a_minute and waiting else None,
        cost=cost,
        max_cost=row.max_cost,
        per_minute=row.per_minute,
        usage=Usage(
            calls=sum(group.calls for group in groups),
            prompt_tokens=sum(group.prompt_tokens for group in groups),
            completion_tokens=sum(group.completion_tokens for group in groups),
            cost_usd=cost,
        ),
        webhook=row.webhook,
        created=row.created,
        started=row.started,
        finished=row.finished,
    )


def _a_minute(row: Row[Any], lately: int, now: datetime) -> float | None:
    """Articles ended in the last minute; counted up to a minute while the job is younger than that."""
    if row.started is None or row.finished is not None:
        return None
    seconds = min(MINUTE.total_seconds(), max(1.0, (now - row.started).total_seconds()))
    return float(round(lately * 60 / seconds, 1))


def page(
    connection: Connection, *, owner: str, limit: int, cursor: str | None
) -> tuple[Sequence[Row[Any]], str | None]:
    """Jobs, newest first, and what asks for the next ones. Raises InputError for a cursor that is none."""
    query = select(jobs).where(jobs.c.owner == owner, jobs.c.state != "incoming")
    if cursor is not None:
        created, last = _read_cursor(cursor, owner)
        query = query.where(or_(jobs.c.created < created, and_(jobs.c.created == created, jobs.c.id < last)))
    found = connection.execute(query.order_by(jobs.c.created.desc(), jobs.c.id.desc()).limit(limit + 1)).all()
    if len(found) <= limit:
        return found, None
    return found[:limit], _write_cursor(found[limit - 1], owner)


def _write_cursor(row: Row[Any], owner: str) -> str:
    words = [row.created.isoformat(), row.id]
    return base64.urlsafe_b64encode(json.dumps([*words, _seal(words, owner)]).encode()).decode().rstrip("=")


def _read_cursor(cursor: str, owner: str) -> tuple[datetime, str]:
    try:
        *words, seal = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if seal == _seal(words, owner):
            return datetime.fromisoformat(words[0]), words[1]
    except (ValueError, TypeError, binascii.Error, IndexError, AttributeError):
        pass
    raise InputError("The cursor is none of this list.", field="cursor", fix="Use `next` of the page before it.")


def _seal(words: Sequence[str], owner: str) -> str:
    """Keeps one owner's cursor from being read as another's; there is nothing secret in it."""
    return hashlib.sha256(json.dumps([*words, owner]).encode()).hexdigest()[:16]


def articles_of(
    connection: Connection,
    job: str,
    *,
    states: Sequence[ArticleState],
    after: int,
    limit: int,
) -> list[ArticleResult]:
    """In order of position, from the one after `after` on."""
    query = _results(job, states).where(job_articles.c.position > after).order_by(job_articles.c.position)
    return [_result(row) for row in connection.execute(query.limit(limit))]


def articles_as_ended(
    connection: Connection, job: str, *, states: Sequence[ArticleState], after: tuple[datetime, int] | None, limit: int
) -> list[ArticleResult]:
    """In the order in which they ended, after that moment and position."""
    ended, position = job_articles.c.finished, job_articles.c.position
    query = _results(job, states).where(ended.is_not(None)).order_by(ended, position)
    if after is not None:
        query = query.where(or_(ended > after[0], and_(ended == after[0], position > after[1])))
    return [_result(row) for row in connection.execute(query.limit(limit))]


_RESULT = tuple(name for name in ArticleResult.model_fields if name in job_articles.c)


def _results(job: str, states: Sequence[ArticleState]) -> Any:
    columns = [job_articles.c[name] for name in _RESULT]
    return select(*columns).where(job_articles.c.job == job, job_articles.c.state.in_(states))


def _result(row: Row[Any]) -> ArticleResult:
    return ArticleResult(**row._mapping)


# ── changing ──────────────────────────────────────────────────────────────────────────────────────────────────────


def cancel(connection: Connection, job: str) -> bool:
    """Whether it was not ended yet."""
    now = datetime.now(UTC)
    open_ = update(jobs).where(jobs.c.id == job, jobs.c.state.not_in(ENDED))
    if not connection.execute(open_.values(state="cancelled", finished=now)).rowcount:
        return False
    waiting = update(job_articles).where(job_articles.c.job == job, job_articles.c.state == "waiting")
    connection.execute(waiting.values(state="cancelled", finished=now, file=None))
    return True


def retry(connection: Connection, job: str) -> int:
    """Failed articles are waiting again; tells how many."""
    failed = and_(job_articles.c.job == job, job_articles.c.state == "failed")
    # What was kept of them holds the failures alone, and would stand beside the new one.
    old = select(job_articles.c.extraction).where(failed, job_articles.c.extraction.is_not(None))
    connection.execute(delete(extractions).where(extractions.c.id.in_(old)))
    fresh = {name: None for name in ("extraction", "status", "error", "message", "finished")}
    again = update(job_articles).where(failed)
    count = connection.execute(again.values(state="waiting", attempts=0, **fresh)).rowcount
    if count:
        put_in_line(connection, job)
    return count


def put_in_line(connection: Connection, job: str) -> None:
    """Waiting articles that no chunk in line holds get new chunks, which workers then find.

    A chunk's number is never used again: whatever is known of an old one does not touch the new.
    """
    first = connection.scalar(select(jobs.c.chunks).where(jobs.c.id == job).with_for_update()) or 0
    waiting = and_(job_articles.c.job == job, job_articles.c.state == "waiting")
    connection.execute(update(job_articles).where(waiting).values(chunk=job_articles.c.chunk + first))
    last = connection.scalar(select(func.max(job_articles.c.chunk)).where(waiting))
    changed = {"state": "queued", "enqueued": first, "paused": None, "finished": None}
    connection.execute(
        update(jobs).where(jobs.c.id == job).values(chunks=first if last is None else last + 1, **changed)
    )


def go_on(connection: Connection, job: str, *, after: str) -> None:
    """Puts a job in line that stands still for a reason that begins so; whoever comes second changes nothing."""
    query = select(jobs.c.id).where(jobs.c.id == job, jobs.c.paused.startswith(after), jobs.c.state.not_in(ENDED))
    if connection.scalar(query.with_for_update()) is not None:
        put_in_line(connection, job)


def change(connection: Connection, job: str, changes: dict[str, Any]) -> None:
    """Sets other limits; what stood still for an old one is put in line again."""
    if changes:
        connection.execute(update(jobs).where(jobs.c.id == job).values(changes))
        go_on(connection, job, after=COST_LIMIT)


def remove(connection: Connection, job: str) -> None:
    connection.execute(delete(jobs).where(jobs.c.id == job))  # the database deletes what refers to it


def close_if_ended(connection: Connection, job: str) -> bool:
    """Ends a job none of whose articles is waiting any more. True for the one caller who ended it."""
    waiting = exists().where(job_articles.c.job == job, job_articles.c.state == "waiting")
    open_ = update(jobs).where(jobs.c.id == job, jobs.c.state.in_(("queued", "running")), ~waiting)
    return bool(connection.execute(open_.values(state="done", finished=datetime.now(UTC), paused=None)).rowcount)


def batches(items: Iterable[JobItem], *, most: int, most_bytes: int) -> Iterable[list[JobItem]]:
    """Items in lots of at most that many, and of about that many bytes."""
    batch: list[JobItem] = []
    size = 0
    for item in items:
        batch.append(item)
        size += len(item.text) if isinstance(item, Article) else len(item.data)
        if len(batch) >= most or size >= most_bytes:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
