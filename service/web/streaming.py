"""How do claims reach a client one by one?

As server-sent events: first `article` with the text that offsets refer to, `claim` and `failure` as each is known, then
one last event: `done` with the whole extraction, or `problem` where it ends early. Comments keep the line open
meanwhile. What stops an extraction early (the client has gone, time is up, the service stops) is watched here.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable

import structlog
from fastapi import Request

from service.errors import InputError, PromptError, SetupError
from service.records import Article, ExtractedClaim, Extraction, Failure
from service.rendering.lines import as_json
from service.web.envelope import places_of
from service.web.problems import Problem, from_error

Item = Article | ExtractedClaim | Failure | Extraction

PING_SECONDS = 15.0  # proxies tend to cut a silent line after 30 to 60 seconds
_NAMES: dict[type, str] = {Article: "article", ExtractedClaim: "claim", Failure: "failure", Extraction: "done"}


class Ended(Exception):
    """After the last item, or because the client has gone."""


class Watched:
    """Items of an extraction, as long as somebody waits for them and time lasts.

    Ends with Problem `time-limit` or `stopping`, and quietly where the client has gone (`gone` is then true).
    """

    def __init__(
        self,
        items: AsyncGenerator[Item, None],
        *,
        request: Request,
        stop: asyncio.Event,
        seconds: float,
        ended: Callable[[], None] = lambda: None,
    ) -> None:
        self.gone = False
        self._items = items
        self._ended = ended
        self._seconds = seconds
        self._deadline = asyncio.get_running_loop().time() + seconds
        self._upcoming: asyncio.Task[Item] | None = None
        self._ends = (asyncio.create_task(_until_gone(request)), asyncio.create_task(_until_set(stop)))

    async def upcoming(self, *, ping_seconds: float | None = None) -> Item | None:
        """The next item, or None where `ping_seconds` passed without one.

        Raises Ended after the last item and where the client has gone, Problem where it must end, and
        whatever the extraction raises.
        """
        if self._upcoming is None:
            self._upcoming = asyncio.create_task(_next(self._items))
        left = self._deadline - asyncio.get_running_loop().time()
        patience = left if ping_seconds is None else min(left, ping_seconds)
        gone, stop = self._ends
        await asyncio.wait({self._upcoming, gone, stop}, timeout=max(patience, 0), return_when="FIRST_COMPLETED")
        if self._upcoming.done():
            done, self._upcoming = self._upcoming, None
            return done.result()
        if gone.done():
            self.gone = True
            raise Ended
        if stop.done():
            raise Problem("stopping", headers={"retry-after": "5"})
        if ping_seconds is None or ping_seconds >= left:
            option = "the option ACCORDING_REQUEST_SECONDS raises this"
            raise Problem("time-limit", f"Not finished within {self._seconds:g} seconds; {option}.")
        return None

    async def close(self) -> None:
        """Ends the extraction, if it still goes on."""
        tasks = [task for task in (self._upcoming, *self._ends) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._items.aclose()
        self._ended()


async def _next(items: AsyncGenerator[Item, None]) -> Item:
    async for item in items:
        return item
    raise Ended


async def _until_set(event: asyncio.Event) -> None:
    await event.wait()


async def _until_gone(request: Request) -> None:
    """Returns when the client has hung up; the body has been read to its end before."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def event(name: str, data: str, *, number: int) -> bytes:
    """One event on the wire. `data` is JSON on one line, so that nothing in it can end the event."""
    return f"event: {name}\nid: {number}\ndata: {data}\n\n".encode()


async def events(
    first: Item, watched: Watched, *, request_id: str, ping_seconds: float = PING_SECONDS
) -> AsyncIterator[bytes]:
    """The whole stream, from the first item on, which was awaited while an error could still be a response."""
    number, item = 1, first
    yield event(_NAMES[type(first)], as_json(first), number=number)
    try:
        while not isinstance(item, Extraction):
            upcoming = await watched.upcoming(ping_seconds=ping_seconds)
            if upcoming is None:
                yield b": still reading\n\n"
                continue
            number, item = number + 1, upcoming
            yield event(_NAMES[type(item)], as_json(item), number=number)
    except Ended:
        return
    except Exception as error:  # the status is long sent: an error can only be told as an event
        document = _problem(error, request_id).document(request_id)
        yield event("problem", json.dumps(document), number=number + 1)
    finally:
        await watched.close()


def _problem(error: Exception, request_id: str) -> Problem:
    match error:
        case Problem():
            return error
        case InputError() | SetupError() | PromptError():
            return from_error(error)
        case _:
            log = structlog.get_logger("according.web")
            log.error("unexpected_error", request_id=request_id, error=type(error).__name__, at=places_of(error))
            return Problem("internal-error")


def is_wanted(request: Request) -> bool:
    """Whether the client asks for a stream."""
    return "text/event-stream" in request.headers.get("accept", "")
