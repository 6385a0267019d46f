"""The web application over a store of its own, with jobs: makers, and what tests ask of answers."""

import asyncio
import atexit
import functools
import json
import tempfile
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy import func, select, update
from web_app import Scripted, an_app, extraction_of

from service import keys
from service.jobs.jobs import Jobs
from service.records import Article
from service.settings import Settings
from service.store import tables
from service.store.extractions import keep, load_article
from service.store.store import Store

TABLES = (tables.articles, tables.extractions, tables.jobs, tables.job_articles, tables.idempotency)
ONE = [{"id": "a", "text": "Ines said 3 are."}]


class Told(Scripted):
    """The scripted pipeline, with an id of its own for each extraction; `asked` counts them."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.asked = 0

    async def __call__(self, article: Article, **given: Any) -> AsyncIterator[Any]:
        self.asked += 1
        async for item in super().__call__(article, **given):
            if hasattr(item, "extraction_id"):
                item = item.model_copy(update={"extraction_id": str(uuid.uuid4())})
            yield item


@functools.cache
def _new_store() -> bytes:
    """An empty store; making one takes most of a second."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.sqlite"
        Store.open(str(path)).close()
        return path.read_bytes()


def a_storing_app(tmp_path: Any, stream: Any = None, *, settings: Settings | None = None, **changes: Any) -> FastAPI:
    """An application whose store and cache are files of the test's own folder."""
    path = tmp_path / "store.sqlite"
    if not path.exists():
        path.write_bytes(_new_store())
    own = (settings or Settings()).model_copy(update={"store": str(path)})
    return an_app(stream or Told(), settings=own, **changes)


def store_of(app: FastAPI) -> Store:
    store = app.state.context.keeping.store()
    assert store is not None
    return store


def jobs_of(app: FastAPI) -> Jobs:
    return Jobs(store_of(app), app.state.context.settings)


def a_key(
    app: FastAPI, owner: str, *, scopes: tuple[str, ...] = ("extract", "read", "jobs"), **limits: Any
) -> dict[str, str]:
    """The header with a new key of that owner."""
    with store_of(app).writing() as connection:
        new = keys.create(connection, name=owner, owner=owner, scopes=scopes, now=datetime.now(UTC), **limits)
    return {"authorization": f"Bearer {new.secret}"}


def rows_in(app: FastAPI) -> dict[str, int]:
    """How many rows each table holds."""
    with store_of(app).reading() as connection:
        return {table.name: connection.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES}


def finish(app: FastAPI, job_id: str, *, owner: str = "", positions: Any = None, failing: Any = ()) -> None:
    """Does what a worker would: keeps an extraction for each article, save those that fail."""
    with store_of(app).writing() as connection:
        rows = connection.execute(
            select(tables.job_articles)
            .where(tables.job_articles.c.job == job_id)
            .order_by(tables.job_articles.c.position)
        ).all()
        for row in rows:
            if positions is not None and row.position not in positions:
                continue
            here = (tables.job_articles.c.job == job_id) & (tables.job_articles.c.position == row.position)
            done: dict[str, Any] = {"finished": datetime.now(UTC), "attempts": 1}
            if row.position in failing:
                done |= {"state": "failed", "error": "no_answer", "message": "no answer in 4 tries"}
            else:
                extraction = extraction_of(load_article(connection, row.article), extraction_id=str(uuid.uuid4()))
                keep(connection, extraction, owner=owner, job=job_id)
                done |= {"state": "done", "status": extraction.status, "extraction": extraction.extraction_id}
            connection.execute(update(tables.job_articles).where(here).values(**done))
        left = connection.scalar(
            select(func.count()).where(tables.job_articles.c.job == job_id, tables.job_articles.c.state == "waiting")
        )
        state = {"state": "running"} if left else {"state": "done", "finished": datetime.now(UTC)}
        connection.execute(
            update(tables.jobs).where(tables.jobs.c.id == job_id).values(started=datetime.now(UTC), **state)
        )


def problem(answer: httpx.Response, status: int, kind: str | None = None) -> dict[str, Any]:
    """The problem document that the answer must be; it repeats nothing of "Zanzibar"."""
    assert answer.status_code == status, answer.text[:500]
    assert answer.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = answer.json()
    assert told["status"] == status
    assert {"type", "title", "detail", "request_id", "errors"} <= told.keys()
    assert kind is None or told["type"] == f"/problems/{kind}"
    assert "Zanzibar" not in answer.text
    return told


# ── asking; one event loop for all, since an application lives in one ─────────────────────────────────────────────────

_runner = asyncio.Runner()
atexit.register(_runner.close)


def many(app: FastAPI, *requests: dict[str, Any]) -> list[httpx.Response]:
    """All of them at once."""

    async def send() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await asyncio.gather(*(client.request(**request) for request in requests))

    return _runner.run(send())


def ask(app: FastAPI, method: str, url: str, **request: Any) -> httpx.Response:
    return many(app, {"method": method, "url": url} | request)[0]


def extract(app: FastAPI, body: Any = None, **request: Any) -> httpx.Response:
    """POST /v1/extract with `body` as JSON, or with `content` as it is."""
    if body is not None:
        request["json"] = body
    elif "content" in request:
        request["headers"] = {"content-type": "application/json"} | request.get("headers", {})
    return ask(app, "POST", "/v1/extract", **request)


def post_lines(app: FastAPI, *lines: Any, query: str = "", **request: Any) -> httpx.Response:
    """POST /v1/jobs with these as lines: records as JSON, bytes as they are."""
    body = b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
    headers = {"content-type": "application/x-ndjson"} | request.pop("headers", {})
    return ask(app, "POST", f"/v1/jobs{query}", content=body, headers=headers, **request)


def articles(count: int, **more: Any) -> list[dict[str, Any]]:
    return [{"id": f"a{number}", "text": f"Ines said {number} boats sank."} | more for number in range(count)]


def order(app: FastAPI, count: int = 3, **more: Any) -> str:
    """The id of a new job of so many articles."""
    answer = ask(app, "POST", "/v1/jobs", json={"articles": articles(count)} | more)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def lines_of(answer: httpx.Response) -> list[dict[str, Any]]:
    """The lines of results that the answer is."""
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in answer.text.split("\n")[:-1]]
