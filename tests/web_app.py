"""The web application over a scripted pipeline: every "NAME said WORDS." is a claim, and nothing else is."""

import asyncio
import contextlib
import re
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

from service.calls import Calls
from service.errors import InputError, SetupError
from service.extractors import Extractor, SegmentDrafts
from service.records import (
    Article,
    ExtractedClaim,
    Extraction,
    Failure,
    Figure,
    Flag,
    Reading,
    Reason,
    Source,
    Span,
)
from service.settings import Settings
from service.web.app import create_app
from service.web.protocol import HastyProtocol

_SAID = re.compile(r"(?P<who>\w+) (?P<cue>said) (?P<what>[^.]+)\.")
_NUMBER = re.compile(r"(at least )?(\d+)")


class Nobody:
    """An extractor whose name is all that is used."""

    prompt = None

    def __init__(self, name: str) -> None:
        self.name = name

    async def drafts(self, reading: Reading) -> AsyncIterator[SegmentDrafts]:
        yield SegmentDrafts(segment=1)


def make_extractor(name: str, settings: Settings, calls: Calls | None = None) -> Extractor:
    if name == "stub/no-key":
        raise SetupError("stub/no-key needs a key. Set STUB_KEY.")
    if name not in ("embedded", "stub/slow"):
        raise InputError(f"{name!r} names no model.", field="model", fix="Use embedded or stub/slow.")
    return Nobody(name)


def claims_in(article: Article) -> list[ExtractedClaim]:
    claims = []
    for number, found in enumerate(_SAID.finditer(article.text), 1):
        content, name = Span(*found.span("what")), found["who"]
        figures = tuple(
            Figure(
                span=Span(*number.span()),
                low=number[2],
                high=None if number[1] else number[2],
                qualifier="at_least" if number[1] else "exact",
            )
            for number in _NUMBER.finditer(article.text, *content)
        )
        doubtful = "maybe" in found["what"]
        claims.append(
            ExtractedClaim(
                id=f"{article.id}#{number}",
                document=article.id,
                content=(content,),
                source=Source(name=name, kind="person", mention=Span(*found.span("who"))),
                cue=Span(*found.span("cue")),
                mode="indirect",
                figures=figures,
                text=content.of(article.text),
                confidence=0.4 if doubtful else 0.9,
                reasons=(Reason(signal="named", effect=0.8, words="its speaker stands in its sentence"),),
                flags=(Flag(code="maybe", field="content", message="it says maybe"),) if doubtful else (),
            )
        )
    return claims


def extraction_of(article: Article, *, failures: tuple[Failure, ...] = (), **changes: Any) -> Extraction:
    claims = tuple(claims_in(article))
    given: dict[str, Any] = {
        "extraction_id": "00000000-0000-4000-8000-000000000000",
        "article": article,
        "sha256": article.sha256,
        "model": "embedded",
        "software": "according 0.1.0",
        "created": datetime(2026, 3, 5, tzinfo=UTC),
        "seconds": 0.1,
        "status": ("partial" if claims else "failed") if failures else "complete",
        "claims": claims,
        "needs_review": tuple(claim.id for claim in claims if claim.confidence < 0.7),
        "failures": failures,
    }
    return Extraction(**(given | changes))


class Scripted:
    """The pipeline's stand-in. `before(n)` is called before the n-th claim, where the claim is made; "FAILS" in a text
    makes a part of it fail, "CRASHES" is an error that nobody foresaw."""

    def __init__(self, before: Callable[[int], None] = lambda number: None, *, seconds: float = 0) -> None:
        self.before = before
        self.seconds = seconds
        self.ended = threading.Event()

    async def __call__(
        self,
        article: Article,
        *,
        extractor: Extractor,
        settings: Settings,
        judge: object = None,
        file_sha256: str | None = None,
    ) -> AsyncIterator[ExtractedClaim | Failure | Extraction]:
        try:
            if "CRASHES" in article.text:
                raise ValueError(f"never foreseen: {article.text}")
            for number, claim in enumerate(claims_in(article), 1):
                self.before(number)
                await asyncio.sleep(self.seconds)
                yield claim
            failures = (Failure(segment=2, reason="no_answer", message="no answer in 4 tries"),)
            failures = failures if "FAILS" in article.text else ()
            for failure in failures:
                yield failure
            yield extraction_of(article, failures=failures, model=extractor.name, file_sha256=file_sha256)
        finally:
            self.ended.set()


def an_app(stream: Any = None, *, settings: Settings | None = None, **changes: Any) -> FastAPI:
    given: dict[str, Any] = {
        "make_extractor": make_extractor,
        "extract_stream": stream or Scripted(),
        "missing": lambda: (),
    }
    return create_app(settings or Settings(), **(given | changes))


def ask(app: FastAPI, method: str, url: str, **request: Any) -> httpx.Response:
    """One request, without a server."""

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.request(method, url, **request)

    return asyncio.run(send())


def extract(app: FastAPI, body: Any = None, **request: Any) -> httpx.Response:
    """POST /v1/extract with `body` as JSON, or with `content` as it is."""
    if body is not None:
        request["json"] = body
    elif "content" in request:
        request["headers"] = {"content-type": "application/json"} | request.get("headers", {})
    return ask(app, "POST", "/v1/extract", **request)


def raw(app: FastAPI, chunks: list[bytes], headers: list[tuple[bytes, bytes]]) -> tuple[int, int]:
    """One request as ASGI messages, so that length and body can disagree; returns status and chunks taken."""
    taken: list[bytes] = []
    status: list[int] = []

    async def receive() -> dict[str, Any]:
        if len(taken) < len(chunks):
            taken.append(chunks[len(taken)])
            return {"type": "http.request", "body": taken[-1], "more_body": len(taken) < len(chunks)}
        await asyncio.sleep(10)
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            status.append(message["status"])

    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": "POST",
        "path": "/v1/extract",
        "raw_path": b"/v1/extract",
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "headers": [(b"content-type", b"application/json"), *headers],
    }
    asyncio.run(app(scope, receive, send))
    return status[0], len(taken)


@contextlib.contextmanager
def running(app: FastAPI) -> Iterator[str]:
    """A real server on this machine's loopback, for what needs a wire; yields its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(
            app, http=HastyProtocol, log_config=None, access_log=False, lifespan="on", timeout_graceful_shutdown=2
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        until = time.monotonic() + 20
        while not server.started and time.monotonic() < until:
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=10)
