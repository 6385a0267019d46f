"""Where do people sit who look at what is kept?

A transaction of the store, who is looking, and the frame that all their pages share. What stands on a page is left to
`reviewing` and `disputing`.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy import Connection, func, select

from service.review import queue
from service.review.records import Filters
from service.store.store import Store
from service.store.tables import claims, verdicts
from service.web.context import Context, context_of
from service.web.pages import page
from service.web.problems import Problem
from service.web.review_forms import filters_of
from service.web.reviewers import LoginNeeded, Reviewer, form_token, reviewer_of

OUR_PAGES = ("/review", "/disputes")


@dataclass(frozen=True)
class Desk:
    """What every page needs: who looks, the request, and a transaction."""

    request: Request
    connection: Connection
    reviewer: Reviewer
    now: datetime

    @property
    def context(self) -> Context:
        return context_of(self.request)

    @property
    def filters(self) -> Filters:
        return filters_of(self.request.query_params)

    def page(self, name: str, *, status: int = 200, tab: str | None = None, **values: object) -> Response:
        """A page of reviewing; its frame says who reviews and how the queue stands."""
        standing = self._counts()
        return page(
            f"review/{name}.html",
            status=status,
            person=self.reviewer.person,
            counts=standing,
            form_token=form_token(self.request),
            query=query_of(self.request.query_params),
            here=tab or name,
            **values,
        )

    def _counts(self) -> queue.Counts:
        """How the queue stands, counted anew after each claim or verdict that came meanwhile, and every half minute."""
        owner, share = self.reviewer.owner, self.context.settings.review_second_share
        newest = [
            self.connection.scalar(select(func.max(table.c.key)).where(table.c.owner == owner))
            for table in (claims, verdicts)
        ]
        known = self.context.counted
        name = (owner, self.reviewer.person.name)
        state = (*newest, int(time.monotonic() / COUNTED_SECONDS))
        if known.get(name, (None, None))[0] != state:
            while len(known) >= COUNTED_PEOPLE:
                known.pop(next(iter(known)))
            counts = queue.counts(self.connection, self.reviewer.person, owner=owner, second_share=share, now=self.now)
            known[name] = (state, counts)
        return known[name][1]


COUNTED_SECONDS, COUNTED_PEOPLE = 30, 100


def query_of(given: Mapping[str, str]) -> str:
    """The filters of an address, to go on with them."""
    return urlencode({name: value for name, value in given.items() if name != "done" and value})


async def at_desk(request: Request, work: Callable[[Desk], Response], *, writes: bool = True) -> Response:
    """Does the work in a transaction, in a thread. People without a session are asked to log in."""
    context = context_of(request)
    if not context.keeping:
        raise Problem("no-store")

    def in_thread() -> Response:
        store = context.keeping.store()
        assert isinstance(store, Store)  # one is set
        with store.writing() if writes else store.reading() as connection:
            desk = Desk(request, connection, reviewer_of(request, connection), datetime.now(UTC))
            return work(desk)

    try:
        return await asyncio.to_thread(in_thread)
    except LoginNeeded:
        return login_page(request, status=401)


def login_page(request: Request, *, status: int, wrong: str | None = None, to: str | None = None) -> Response:
    """Asks for a token; afterwards it goes on to where somebody wanted to go."""
    wanted = to if to is not None else request.url.path
    return page("review/login.html", status=status, form_token=form_token(request), wrong=wrong, to=ours(wanted))


def ours(address: str) -> str:
    """The address, if it is a page of ours; the queue for everything else."""
    path = address.partition("?")[0]
    mine = any(path == page or path.startswith(f"{page}/") for page in OUR_PAGES)
    odd = "//" in address or "\\" in address or not address.isascii() or not address.isprintable()
    return "/review" if odd or not mine else address
