"""What can be asked of jobs?

The one port for doors. Nothing here works on articles, and nothing here needs a worker to be there: jobs are rows in
the store, which workers find by themselves.
"""

import uuid
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row

from service.errors import InputError
from service.jobs import board
from service.jobs.records import ENDED, ArticleResult, ArticleState, JobItem, JobLimits, JobOrder, JobPage, JobView
from service.settings import Settings
from service.store.store import Store

PAGE = 200
BATCH_BYTES = 8_000_000
ENDED_ARTICLES: tuple[ArticleState, ...] = ("done", "failed")


class JobEnded(InputError):
    """Nothing of the job is left to be changed."""


class Jobs:
    """The jobs of a store. All methods block; asynchronous doors call them in a thread."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self.store = store
        self.settings = settings

    def submit(
        self,
        order: JobOrder,
        items: Iterable[JobItem],
        *,
        owner: str = "",
        api_key: str | None = None,
        job_id: str | None = None,
    ) -> JobView:
        """Takes in all items, batch by batch, and only then lets workers see the job.

        With a `job_id` that the owner has already, that job is told and no item is read. Raises InputError where there
        is no item, or two have the same id; nothing is kept then.
        """
        job = job_id or str(uuid.uuid4())
        model = order.model or self.settings.model
        with self.store.writing() as connection:
            row = board.row_of(connection, job, owner=owner)
            if row is not None and row.state != "incoming":
                return self._view(connection, row)
            if row is None and board.is_taken(connection, job):
                raise InputError(f"The id {job!r} is taken.", field="job", fix="Leave it out, or name another.")
            if row is not None:  # whoever brought it did not come to the end
                board.remove(connection, job)
            board.begin(connection, job, order, model=model, owner=owner, api_key=api_key)
        try:
            total = self._take_in(job, items, owner)
            with self.store.writing() as connection:
                if not board.complete(connection, job, total):
                    raise _gone(job)
        except BaseException:
            with self.store.writing() as connection:
                board.remove(connection, job)
            raise
        view = self.view(job, owner=owner)
        if view is None:
            raise _gone(job)
        return view

    def _take_in(self, job: str, items: Iterable[JobItem], owner: str) -> int:
        total = 0
        for batch in board.batches(items, most=PAGE, most_bytes=BATCH_BYTES):
            with self.store.writing() as connection:
                board.add(connection, job, batch, first=total, owner=owner)
            total += len(batch)
        if not total:
            raise InputError("The job has no article.", field="articles", fix="Give it at least one.")
        return total

    def view(self, job_id: str, *, owner: str = "") -> JobView | None:
        """How far the job is, or None where the owner has no such job."""
        with self.store.reading() as connection:
            row = board.row_of(connection, job_id, owner=owner)
            return None if row is None else self._view(connection, row)

    def list(self, *, owner: str = "", limit: int = 50, cursor: str | None = None) -> JobPage:
        """The owner's jobs, newest first, at most 200. Raises InputError for a cursor that is none of theirs."""
        with self.store.reading() as connection:
            rows, following = board.page(connection, owner=owner, limit=max(1, min(limit, PAGE)), cursor=cursor)
            return JobPage(jobs=board.views(connection, rows, now=datetime.now(UTC)), next=following)

    def results(
        self,
        job_id: str,
        *,
        owner: str = "",
        in_order: bool = True,
        after: int | None = None,
        states: tuple[ArticleState, ...] = ENDED_ARTICLES,
    ) -> Iterator[ArticleResult]:
        """What became of the articles, page by page.

        In order of position after the one given, else as they ended (then `after` says nothing). Raises InputError
        where there is no such job.
        """
        self._known(job_id, owner)
        return self._in_order(job_id, after, states) if in_order else self._as_ended(job_id, states)

    def _in_order(self, job: str, after: int | None, states: tuple[ArticleState, ...]) -> Iterator[ArticleResult]:
        last = -1 if after is None else after
        while True:
            with self.store.reading() as connection:
                found = board.articles_of(connection, job, states=states, after=last, limit=PAGE)
            yield from found
            if len(found) < PAGE:
                return
            last = found[-1].position

    def _as_ended(self, job: str, states: tuple[ArticleState, ...]) -> Iterator[ArticleResult]:
        last: tuple[datetime, int] | None = None
        while True:
            with self.store.reading() as connection:
                found = board.articles_as_ended(connection, job, states=states, after=last, limit=PAGE)
            yield from found
            if len(found) < PAGE or found[-1].finished is None:
                return
            last = (found[-1].finished, found[-1].position)

    def failures(self, job_id: str, *, owner: str = "", limit: int = 20) -> tuple[ArticleResult, ...]:
        """The first articles that failed, and why."""
        self._known(job_id, owner)
        with self.store.reading() as connection:
            return tuple(board.articles_of(connection, job_id, states=("failed",), after=-1, limit=limit))

    def cancel(self, job_id: str, *, owner: str = "") -> JobView:
        """Begins no further article; calls under way end within a second. What is done stays."""
        with self.store.writing() as connection:
            self._row(connection, job_id, owner)
            board.cancel(connection, job_id)
            return self._view(connection, self._row(connection, job_id, owner))

    def retry(self, job_id: str, *, owner: str = "") -> JobView:
        """Puts the failed articles, and no others, in line again."""
        with self.store.writing() as connection:
            row = self._row(connection, job_id, owner)
            if row.state == "cancelled":
                raise InputError("The job was cancelled.", field="job", fix="Order what is missing as a new job.")
            board.retry(connection, job_id)
            return self._view(connection, self._row(connection, job_id, owner))

    def change(self, job_id: str, limits: JobLimits, *, owner: str = "") -> JobView:
        """Sets other limits; a job that stood still for its old limit goes on. Raises InputError."""
        with self.store.writing() as connection:
            row = self._row(connection, job_id, owner)
            if row.state in ENDED:
                raise JobEnded("The job has ended.", field="job", fix="Order a new one.")
            board.change(connection, job_id, limits.model_dump(exclude_unset=True))
            return self._view(connection, self._row(connection, job_id, owner))

    def delete(self, job_id: str, *, owner: str = "") -> bool:
        """Forgets the job and its list of articles, whether it has ended or not; extractions stay in the store.

        False where the owner has no such job.
        """
        with self.store.writing() as connection:
            if board.row_of(connection, job_id, owner=owner) is None:
                return False
            board.remove(connection, job_id)
            return True

    def _known(self, job: str, owner: str) -> None:
        with self.store.reading() as connection:
            self._row(connection, job, owner)

    def _row(self, connection: Connection, job: str, owner: str) -> Row[Any]:
        row = board.row_of(connection, job, owner=owner)
        if row is None:
            raise InputError(
                f"There is no job {job!r}.", field="job", fix="`according jobs list` shows those there are."
            )
        return row

    @staticmethod
    def _view(connection: Connection, row: Row[Any]) -> JobView:
        return board.views(connection, [row], now=datetime.now(UTC))[0]


def _gone(job: str) -> InputError:
    return InputError(f"The job {job!r} was deleted while it came in.", field="job", fix="Order it again.")
