"""How are a job's results and progress told while it goes on?

Results as lines of JSON, some read from the store at a time, so that no job is too large to be told; progress as
server-sent events. Both end where the service stops.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator

from fastapi import Request
from starlette.requests import ClientDisconnect

from service.jobs.jobs import Jobs
from service.jobs.records import ArticleResult, ArticleState, JobView
from service.records import Record
from service.rendering.lines import as_json
from service.store.database import StoreDown
from service.store.extractions import find
from service.store.store import Store
from service.web.problems import Problem
from service.web.streaming import event

PART = 256_000  # characters of lines that are sent together; one line may be longer
LOOK_SECONDS = 1.0  # between looks at how far a job is
ALL: tuple[ArticleState, ...] = ("waiting", "done", "failed", "cancelled")


class ResultLine(Record):
    """What became of one article. `extraction` follows in the same line, null where there is none."""

    position: int
    id: str
    state: ArticleState
    status: str | None
    error: str | None
    message: str | None
    attempts: int
    cost: float | None
    extraction_id: str | None


def result_lines(
    jobs: Jobs, job_id: str, *, owner: str, in_order: bool, after: int | None, whole: bool
) -> Iterator[str]:
    """One line an article. In order: up to the first that has not ended; else all that have, the first to end first."""
    if in_order:
        results = jobs.results(job_id, owner=owner, in_order=True, after=after, states=ALL)
    else:
        results = jobs.results(job_id, owner=owner, in_order=False)
    for result in results:
        if result.state == "waiting":
            return
        yield _line(result, jobs.store, owner=owner, whole=whole)


def _line(result: ArticleResult, store: Store, *, owner: str, whole: bool) -> str:
    told = result.model_dump(include=set(ResultLine.model_fields)) | {"extraction_id": result.extraction}
    line = as_json(ResultLine(**told))
    if not whole:
        return line + "\n"
    found = None
    if result.extraction is not None:
        with store.reading() as connection:
            found = find(connection, result.extraction, owner=owner)
    return f'{line[:-1]},"extraction":{"null" if found is None else as_json(found)}}}\n'


def gather(lines: Iterator[str]) -> str:
    """The next lines, about as many as are sent together; empty after the last."""
    part: list[str] = []
    size = 0
    for line in lines:
        part.append(line)
        size += len(line)
        if size >= PART:
            break
    return "".join(part)


async def parts(first: str, lines: Iterator[str], stop: asyncio.Event) -> AsyncIterator[bytes]:
    """All lines, from the first part on, which was read while an error could still be a response.

    Breaks the connection off where the service stops, so that nobody takes what they have for the whole.
    """
    part = first
    while part:
        yield part.encode()
        if stop.is_set():
            raise ClientDisconnect
        part = await asyncio.to_thread(gather, lines)


# ── progress ──────────────────────────────────────────────────────────────────────────────────────────────────────


def mark(view: JobView) -> str:
    """Tells two states of a job apart; the id of its event, so that who comes back hears only what is new."""
    paused = "p" if view.paused else ""
    return f"{view.state}-{view.done}-{view.partial}-{view.failed}-{view.cancelled}{paused}"


async def progress(
    request: Request,
    look: Callable[[], JobView | None],
    first: JobView,
    stop: asyncio.Event,
    *,
    ping_seconds: float,
) -> AsyncIterator[bytes]:
    """An event for each change, the last one named `done`; comments meanwhile. Ends early where the service stops."""
    told = request.headers.get("last-event-id", "")
    loop = asyncio.get_running_loop()
    view: JobView | None = first
    last = loop.time()
    while view is not None:
        if mark(view) != told or view.ended:
            told, last = mark(view), loop.time()
            yield _named(event("done" if view.ended else "progress", as_json(view), number=0), told)
        if view.ended:
            return
        if loop.time() - last >= ping_seconds:
            last = loop.time()
            yield b": still working\n\n"
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), min(LOOK_SECONDS, ping_seconds))
            problem = Problem("stopping").response(request.scope.get("request_id"))
            yield b"event: problem\ndata: " + bytes(problem.body) + b"\n\n"
            return
        with contextlib.suppress(StoreDown):  # it may be back at the next look
            view = await asyncio.to_thread(look)
    problem = Problem("not-found", "The job was deleted.").response(request.scope.get("request_id"))
    yield b"event: problem\ndata: " + bytes(problem.body) + b"\n\n"


def _named(told: bytes, name: str) -> bytes:
    return told.replace(b"\nid: 0\n", f"\nid: {name}\n".encode(), 1)
