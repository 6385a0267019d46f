"""What do workers read and write in the tables of jobs?

The truth about each article: waiting until its result is committed, and then never touched by a worker again. Functions
on a connection; what those who order jobs do there is left to `board`.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Float, Row, and_, bindparam, case, cast, func, insert, select, update

from service.jobs.records import CRASHED, DAY_LIMIT, ENDED, JobOptions
from service.keys import cost_per_day, spend
from service.keys import spent as key_spent
from service.records import Article, Extraction, Usage
from service.store.extractions import article_key, keep_all
from service.store.tables import articles, job_articles, jobs, workers

SUSPECT = 2  # crashes of a process after which its articles are worked on one by one, in a process of their own
_ARTICLE = ("id", "text", "title", "outlet", "published", "language")


class JobRow(NamedTuple):
    """What a worker has to know of a job."""

    id: str
    owner: str
    model: str
    options: JobOptions
    api_key: str | None
    max_cost: float | None
    per_minute: int | None


class Waiting(NamedTuple):
    """An article to be worked on; `article` and its `key` in the store are None where its file must be read first."""

    position: int
    id: str
    key: int | None
    article: Article | None
    file_name: str | None


class OpenChunk(NamedTuple):
    """A chunk's waiting articles. `suspect`: one of them may have killed the processes that worked on them. `by_day`:
    the key that the job was ordered with has a daily limit of cost."""

    job: JobRow
    articles: tuple[Waiting, ...]
    suspect: bool
    spent: "Spent"
    by_day: bool


class Outcome(NamedTuple):
    """What came of one article: an extraction, or an error by its code and in words, or both."""

    job: JobRow
    position: int
    key: int | None = None  # of an article that is in the store already
    extraction: Extraction | None = None
    article: Article | None = None  # where it was read from a file
    error: str | None = None
    message: str | None = None

    @property
    def state(self) -> str:
        return "done" if self.error is None else "failed"

    @property
    def usage(self) -> Usage:
        return self.extraction.usage if self.extraction is not None else Usage()


# ── working on a chunk ────────────────────────────────────────────────────────────────────────────────────────────


def open_chunk(connection: Connection, job: str, chunk: int) -> OpenChunk | None:
    """The chunk's waiting articles, each of whose attempts is counted here; None where there is nothing to do."""
    row = connection.execute(select(jobs).where(jobs.c.id == job)).first()
    if row is None or row.state not in ("queued", "running") or row.paused is not None:
        return None
    day = None if row.api_key is None else day_of(connection, row.api_key)
    if day is not None and day.over():
        pause(connection, _job(row), day.words)
        return None
    mine = and_(job_articles.c.job == job, job_articles.c.chunk == chunk, job_articles.c.state == "waiting")
    found = connection.execute(
        select(
            job_articles.c.position,
            job_articles.c.id.label("name"),
            job_articles.c.attempts,
            job_articles.c.file_name,
            job_articles.c.article,
            *(articles.c[column] for column in _ARTICLE),
        )
        .select_from(job_articles.outerjoin(articles, job_articles.c.article == articles.c.key))
        .where(mine)
        .order_by(job_articles.c.position)
    ).all()
    if not found:
        return None
    suspect = any(each.attempts >= SUSPECT for each in found)
    if not suspect:  # a suspect's attempts are counted one by one, by `begin_alone`
        connection.execute(update(job_articles).where(mine).values(attempts=job_articles.c.attempts + 1))
    if row.started is None:
        connection.execute(update(jobs).where(jobs.c.id == job, jobs.c.started.is_(None)).values(started=_now()))
    so_far = NOTHING_SPENT if row.max_cost is None else spent(connection, job)
    return OpenChunk(_job(row), tuple(_waiting(each) for each in found), suspect, so_far, day is not None)


def _job(row: Row[Any]) -> JobRow:
    options = JobOptions.model_validate(row.options)
    return JobRow(row.id, row.owner, row.model, options, row.api_key, row.max_cost, row.per_minute)


def _waiting(row: Row[Any]) -> Waiting:
    article = Article(**{name: getattr(row, name) for name in _ARTICLE}) if row.article is not None else None
    return Waiting(row.position, row.name, row.article, article, row.file_name)


def file_of(connection: Connection, job: str, position: int) -> bytes | None:
    mine = and_(job_articles.c.job == job, job_articles.c.position == position)
    found: bytes | None = connection.scalar(select(job_articles.c.file).where(mine))
    return found


def begin_alone(connection: Connection, job: str, position: int) -> None:
    """Counts an attempt at an article that is worked on by itself."""
    mine = _still_waiting(job, [position])
    connection.execute(update(job_articles).where(mine).values(attempts=job_articles.c.attempts + 1))


def release(connection: Connection, job: str, positions: Sequence[int]) -> None:
    """Takes back the attempt at articles that were left alone for reasons that are not theirs."""
    left = case((job_articles.c.attempts > 0, job_articles.c.attempts - 1), else_=0)
    connection.execute(update(job_articles).where(_still_waiting(job, positions)).values(attempts=left))


def keep_outcomes(connection: Connection, outcomes: Sequence[Outcome]) -> None:
    """Each result with its article's new state. One that came before, or that nobody waits for any more, is left as it
    is: the article has one result, whatever happened to those who worked on it."""
    by_job: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        by_job.setdefault(outcome.job.id, []).append(outcome)
    for job in sorted(by_job):  # in one order by all workers, so that none waits for another in a circle
        _keep_of_job(connection, by_job[job][0].job, sorted(by_job[job], key=lambda each: each.position))


def _keep_of_job(connection: Connection, job: JobRow, outcomes: Sequence[Outcome]) -> None:
    mine = _still_waiting(job.id, [outcome.position for outcome in outcomes])
    waiting = set(connection.scalars(select(job_articles.c.position).where(mine).with_for_update()))
    outcomes = [outcome for outcome in outcomes if outcome.position in waiting]
    if not outcomes:
        return
    keys = [_key_of(connection, outcome) for outcome in outcomes]
    connection.execute(_SETTLE, [_settled(outcome, key) for outcome, key in zip(outcomes, keys, strict=True)])
    found = [
        (outcome.extraction, key)
        for outcome, key in zip(outcomes, keys, strict=True)
        if outcome.extraction is not None and key is not None
    ]
    keep_all(connection, found, owner=job.owner, job=job.id)
    if job.api_key is not None:
        cost = sum(outcome.usage.cost_usd or 0.0 for outcome in outcomes)
        spend(connection, job.api_key, cost=cost, articles=len(outcomes), day=_now().date())


def _key_of(connection: Connection, outcome: Outcome) -> int | None:
    if outcome.article is None:
        return outcome.key
    return article_key(connection, outcome.article, owner=outcome.job.owner)


_MORE_COST = cast(bindparam("more_cost"), Float)  # PostgreSQL wants to know the type of a null too
_ITS_ARTICLE = cast(bindparam("its_article"), job_articles.c.article.type)
_SETTLE = (
    update(job_articles)
    .where(job_articles.c.job == bindparam("its_job"), job_articles.c.position == bindparam("its_position"))
    .values(
        state=bindparam("state"),
        extraction=bindparam("extraction"),
        status=bindparam("status"),
        error=bindparam("error"),
        message=bindparam("message"),
        finished=bindparam("finished"),
        article=func.coalesce(_ITS_ARTICLE, job_articles.c.article),
        file=case((_ITS_ARTICLE.is_(None), job_articles.c.file), else_=None),
        cost=case(
            (_MORE_COST.is_(None), job_articles.c.cost),
            else_=func.coalesce(job_articles.c.cost, 0.0) + _MORE_COST,
        ),
        calls=job_articles.c.calls + bindparam("more_calls"),
        prompt_tokens=job_articles.c.prompt_tokens + bindparam("more_prompt_tokens"),
        completion_tokens=job_articles.c.completion_tokens + bindparam("more_completion_tokens"),
    )
)


def _settled(outcome: Outcome, article: int | None) -> dict[str, Any]:
    usage = outcome.usage
    return {
        "its_job": outcome.job.id,
        "its_position": outcome.position,
        "state": outcome.state,
        "extraction": outcome.extraction.extraction_id if outcome.extraction is not None else None,
        "status": outcome.extraction.status if outcome.extraction is not None else None,
        "error": outcome.error,
        "message": outcome.message,
        "finished": _now(),
        "its_article": article,
        "more_cost": usage.cost_usd,
        "more_calls": usage.calls,
        "more_prompt_tokens": usage.prompt_tokens,
        "more_completion_tokens": usage.completion_tokens,
    }


def put_back(connection: Connection, job: JobRow, position: int, usage: Usage) -> None:
    """An article that came to no end for a reason that is not its own goes on waiting; what it cost is counted."""
    mine = _still_waiting(job.id, [position])
    connection.execute(update(job_articles).where(mine).values(**_more(usage)))
    release(connection, job.id, [position])
    if job.api_key is not None:
        spend(connection, job.api_key, cost=usage.cost_usd or 0.0, articles=0, day=_now().date())


def _more(usage: Usage) -> dict[str, Any]:
    """Adds to what earlier attempts cost."""
    more: dict[str, Any] = {
        name: job_articles.c[name] + getattr(usage, name) for name in ("calls", "prompt_tokens", "completion_tokens")
    }
    if usage.cost_usd is not None:
        more["cost"] = func.coalesce(job_articles.c.cost, 0.0) + usage.cost_usd
    return more


def park(connection: Connection, job: str, position: int, message: str) -> None:
    """An article that kills whoever works on it is failed."""
    failed = {"state": "failed", "error": CRASHED, "message": message, "finished": _now()}
    connection.execute(update(job_articles).where(_still_waiting(job, [position])).values(failed))


def _still_waiting(job: str, positions: Sequence[int]) -> Any:
    return and_(job_articles.c.job == job, job_articles.c.position.in_(positions), job_articles.c.state == "waiting")


# ── limits ────────────────────────────────────────────────────────────────────────────────────────────────────────


class Spent(NamedTuple):
    """US dollars so far, and articles that they went to."""

    cost: float
    articles: int


NOTHING_SPENT = Spent(0.0, 0)


def spent(connection: Connection, job: str) -> Spent:
    query = select(func.sum(job_articles.c.cost), func.count(job_articles.c.cost)).where(job_articles.c.job == job)
    cost, count = connection.execute(query).one()
    return Spent(cost or 0.0, count)


def pause(connection: Connection, job: JobRow, words: str) -> None:
    """Begins no further article of the job, unless its limit has been changed meanwhile."""
    same = jobs.c.max_cost.is_(None) if job.max_cost is None else jobs.c.max_cost == job.max_cost
    connection.execute(update(jobs).where(jobs.c.id == job.id, jobs.c.paused.is_(None), same).values(paused=words))


class Day(NamedTuple):
    """What an API key has cost today (UTC) and may cost in a day, in US dollars."""

    spent: float
    limit: float

    def over(self, expected: float = 0.0) -> bool:
        """Whether nothing more may begin; `expected` is what those under way and the next one are likely to cost."""
        return self.spent >= self.limit or self.spent + expected > self.limit

    @property
    def words(self) -> str:
        return f"{DAY_LIMIT}: ${self.spent:.4f} of ${self.limit:g}; it goes on after midnight (UTC)"


def day_of(connection: Connection, key: str) -> Day | None:
    """None for a key without a daily limit."""
    limit = cost_per_day(connection, key)
    return None if limit is None else Day(key_spent(connection, key, _now().date()), limit)


def over_the_day_no_more(connection: Connection) -> list[str]:
    """Jobs that stand still because of their key's daily limit, and need not any longer."""
    query = select(jobs.c.id, jobs.c.api_key).where(jobs.c.paused.startswith(DAY_LIMIT), jobs.c.state.not_in(ENDED))
    still = connection.execute(query.order_by(jobs.c.id)).all()
    days = {key: day_of(connection, key) for key in {row.api_key for row in still}}
    return [row.id for row in still if (day := days[row.api_key]) is None or not day.over()]


def reserve_start(connection: Connection, job: str, *, now: float, per_minute: int) -> float:
    """When the next article of the job may begin, in seconds since 1970; the moment is nobody else's."""
    gap = 60 / per_minute
    following = case((jobs.c.next_start > now, jobs.c.next_start + gap), else_=now + gap)
    turn = update(jobs).where(jobs.c.id == job).values(next_start=following).returning(jobs.c.next_start)
    found = connection.scalar(turn)
    return now if found is None else float(found) - gap


class Standing(NamedTuple):
    """Whether a job goes on, and with which limits. What is under way of a job that has ended is of no more use."""

    open: bool
    ended: bool
    max_cost: float | None
    per_minute: int | None


def standings(connection: Connection, names: Sequence[str]) -> dict[str, Standing]:
    """Of these jobs; one that was deleted is not there."""
    query = select(jobs.c.id, jobs.c.state, jobs.c.paused, jobs.c.max_cost, jobs.c.per_minute)
    return {
        row.id: Standing(
            row.state not in ENDED and row.paused is None, row.state in ENDED, row.max_cost, row.per_minute
        )
        for row in connection.execute(query.where(jobs.c.id.in_(names)))
    }


# ── the line, and who stands in it ────────────────────────────────────────────────────────────────────────────────


def queued(connection: Connection) -> list[str]:
    """Jobs that are not wholly in line yet, in the order in which they should be."""
    query = select(jobs.c.id).where(jobs.c.state == "queued")
    return list(connection.scalars(query.order_by(jobs.c.priority.desc(), jobs.c.created)))


class Part(NamedTuple):
    """Chunks of a job that are to be put in line next."""

    chunks: tuple[int, ...]
    priority: int


def next_part(connection: Connection, job: str, *, most: int) -> Part | None:
    """The next chunks to put in line, in this very transaction; None where the job needs no more."""
    row = connection.execute(select(jobs).where(jobs.c.id == job).with_for_update()).first()
    if row is None or row.state != "queued":
        return None
    query = (
        select(job_articles.c.chunk)
        .where(job_articles.c.job == job, job_articles.c.state == "waiting", job_articles.c.chunk >= row.enqueued)
        .distinct()
        .order_by(job_articles.c.chunk)
        .limit(most)
    )
    chunks = tuple(connection.scalars(query))
    done = len(chunks) < most
    changes: dict[str, Any] = {"enqueued": row.chunks if done else chunks[-1] + 1}
    if done:
        changes["state"] = "running"
    connection.execute(update(jobs).where(jobs.c.id == job).values(changes))
    return Part(chunks, row.priority)


def open_chunks(connection: Connection, *, most: int) -> dict[str, list[int]]:
    """Chunks with waiting articles, of jobs that are wholly in line and go on."""
    query = (
        select(job_articles.c.job, job_articles.c.chunk)
        .join(jobs, jobs.c.id == job_articles.c.job)
        .where(jobs.c.state == "running", jobs.c.paused.is_(None), job_articles.c.state == "waiting")
        .distinct()
        .limit(most)
    )
    found: dict[str, list[int]] = {}
    for row in connection.execute(query):
        found.setdefault(row.job, []).append(row.chunk)
    return found


def back_in_line(connection: Connection, job: str, chunks: Sequence[int]) -> None:
    """Gives what is waiting of these chunks new ones, and the job back to whoever puts jobs in line."""
    first = connection.scalar(select(jobs.c.chunks).where(jobs.c.id == job).with_for_update())
    mine = and_(job_articles.c.job == job, job_articles.c.chunk.in_(chunks), job_articles.c.state == "waiting")
    if (
        first is None
        or not connection.execute(update(job_articles).where(mine).values(chunk=job_articles.c.chunk + first)).rowcount
    ):
        return
    enqueued = case((jobs.c.state == "running", first), else_=jobs.c.enqueued)
    open_ = update(jobs).where(jobs.c.id == job, jobs.c.state.not_in(ENDED))
    connection.execute(open_.values(state="queued", enqueued=enqueued, chunks=first + max(chunks) + 1))


def running(connection: Connection) -> list[str]:
    return list(connection.scalars(select(jobs.c.id).where(jobs.c.state == "running")))


def sign_in(connection: Connection, worker: str, *, host: str, pid: int) -> None:
    connection.execute(insert(workers).values(id=worker, host=host, pid=pid, started=_now(), seen=_now()))


def seen(connection: Connection, worker: str) -> None:
    connection.execute(update(workers).where(workers.c.id == worker).values(seen=_now()))


def sign_out(connection: Connection, worker: str) -> None:
    connection.execute(workers.delete().where(workers.c.id == worker))


def _now() -> datetime:
    return datetime.now(UTC)
