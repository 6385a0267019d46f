"""A model for jobs that costs nothing but time: a server that waits and counts, an extractor that calls it, and a
worker process that has this extractor.

    python -m bench.job_stub serve [--milliseconds 200] [--port 0]
    python -m bench.job_stub worker URL --store STORE [--concurrency 32]

The server counts how often it was asked about each article, and how many it has under way; `GET /counts` tells. An
article whose id begins with "poison" kills the process that asks about it, once the server has counted.
"""

import argparse
import asyncio
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from urllib.request import urlopen

from service.calls import Calls
from service.extractors import Extractor, SegmentDrafts
from service.jobs.process import run_apart, run_worker
from service.jobs.workers import Post
from service.records import Article, Draft, PromptVersion, Reading, Span, Usage
from service.settings import Settings

TEXT = "Ada Lund said {number} cars burned in the harbour. The mayor denied it."


def an_article(number: int) -> Article:
    return Article(id=f"a{number:06}", text=TEXT.format(number=number + 2))


# ── the server ────────────────────────────────────────────────────────────────────────────────────────────────────


class StubServer:
    """Answers after a while. `asked` counts by article, `under_way` those who are still waiting."""

    def __init__(self, milliseconds: float) -> None:
        self._seconds = milliseconds / 1000
        self.asked: Counter[str] = Counter()
        self.under_way = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                body = await self._answer(head.split(b" ", 2)[1].decode().removeprefix("/"))
                lead = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
                writer.write(lead.encode() + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, name: str) -> bytes:
        if name == "counts":
            return json.dumps({"asked": self.asked, "under_way": self.under_way}).encode()
        self.asked[name] += 1
        self.under_way += 1
        try:
            await asyncio.sleep(self._seconds)
        finally:
            self.under_way -= 1
        return b"{}"


async def serve(milliseconds: float, port: int) -> None:
    stub = StubServer(milliseconds)
    server = await asyncio.start_server(stub.serve, "127.0.0.1", port, backlog=1000)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def counts(url: str) -> tuple[dict[str, int], int]:
    """How often each article was asked about, and how many are under way."""
    with urlopen(f"{url}/counts", timeout=10) as answer:  # on the loopback interface, as the caller says
        said = json.load(answer)
    return said["asked"], said["under_way"]


# ── the extractor ─────────────────────────────────────────────────────────────────────────────────────────────────


class StubExtractor:
    """Asks the server, then says that the first sentence is a claim."""

    prompt: PromptVersion | None = None

    def __init__(self, name: str, url: str, *, cost: float | None = None) -> None:
        self.name = name
        self._host, _, port = url.removeprefix("http://").partition(":")
        self._port = int(port)
        self._cost = cost
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def drafts(self, reading: Reading) -> AsyncIterator[SegmentDrafts]:
        name = reading.article.id
        await self._ask(name)
        if name.startswith("poison"):
            os.kill(os.getpid(), signal.SIGSEGV)
        text = reading.article.text
        start = text.index("said ") + len("said ")
        draft = Draft(content=(Span(start, text.index(".")),), speaker="Ada Lund", mode="indirect")
        usage = Usage(calls=1, prompt_tokens=100, completion_tokens=10, cost_usd=self._cost)
        yield SegmentDrafts(segment=1, drafts=(draft,), usage=usage)

    async def _ask(self, name: str) -> None:
        reader, writer = self._free.pop() if self._free else await asyncio.open_connection(self._host, self._port)
        try:
            writer.write(f"GET /{name} HTTP/1.1\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]))
        except BaseException:
            writer.close()
            raise
        self._free.append((reader, writer))


# ── the worker ────────────────────────────────────────────────────────────────────────────────────────────────────


def post(url: str, store: str, *, concurrency: int, drain: float = 5.0, version: str | None = None) -> Post:
    def make(name: str, settings: Settings, calls: Calls | None = None) -> Extractor:
        del settings, calls
        return StubExtractor(name, url, cost=0.01)

    return Post(
        store=store,
        settings=Settings(store=store, model="stub/stub"),
        concurrency=concurrency,
        drain_seconds=drain,
        make_extractor=make,
        apart=(*worker_command(url, store, concurrency=1), "--apart"),
        warm=lambda _: None,
        version=version,
    )


def worker_command(url: str, store: str, *, concurrency: int) -> list[str]:
    options = ["--store", store, "--concurrency", str(concurrency)]
    return [sys.executable, "-m", "bench.job_stub", "worker", url, *options]


def main() -> None:
    parser = argparse.ArgumentParser(description="A model for jobs that costs nothing but time.")
    kinds = parser.add_subparsers(dest="kind", required=True)
    serving = kinds.add_parser("serve")
    serving.add_argument("--milliseconds", type=float, default=200)
    serving.add_argument("--port", type=int, default=0)
    working = kinds.add_parser("worker")
    working.add_argument("url")
    working.add_argument("--store", required=True)
    working.add_argument("--concurrency", type=int, default=32)
    working.add_argument("--version", help="of the line of chunks, as a later release may have")
    working.add_argument("--apart", nargs=2)
    given = parser.parse_args()
    if given.kind == "serve":
        asyncio.run(serve(given.milliseconds, given.port))
        return
    made = post(given.url, given.store, concurrency=given.concurrency, version=given.version)
    if given.apart:
        sys.exit(run_apart(made, given.apart[0], int(given.apart[1])))
    run_worker(made)


if __name__ == "__main__":
    main()
