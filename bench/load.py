"""How is the service put under load on one machine?

A model that answers after a set time, the service as a real process with two keys, and requests over plain sockets, so
that asking weighs little beside answering. Used by `overload.py` and `soak.py`.
"""

import asyncio
import contextlib
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).parent.parent
TEXT = "Ira Vance said that ships were waiting off the port. Nobody else was at pier {number} that morning.\n"
# What a model answers, in the form that the prompt asks for.
CLAIM = {"p": ["1"], "s": "Ira Vance", "q": "said", "o": "indirect", "f": [], "x": []}
PATIENCE = 60.0  # seconds for one request


# ── the model ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def slow_model(seconds: float, port: int) -> None:
    """An OpenAI-compatible server whose every answer takes `seconds` and is the same. Runs until cancelled."""
    said = json.dumps({"c": [CLAIM]})
    payload = json.dumps(
        {
            "id": "stub",
            "object": "chat.completion",
            "created": 1,
            "model": "stub",
            "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": said}}],
            "usage": {"prompt_tokens": 1000, "completion_tokens": 10, "total_tokens": 1010},
        }
    ).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(payload)}\r\n\r\n".encode()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                request = (await reader.readuntil(b"\r\n\r\n")).lower()
                length = int(request.partition(b"content-length: ")[2].split(b"\r\n", 1)[0] or 0)
                await reader.readexactly(length)
                await asyncio.sleep(seconds)
                writer.write(head + payload)
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", port, backlog=512)
    async with server:
        await server.serve_forever()


# ── the service ───────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Service:
    process: subprocess.Popen[bytes]
    port: int
    keys: dict[str, str]
    log: Path

    def memory(self) -> float:
        """Of the process, in MB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    def cpu(self) -> float:
        """Seconds of processor that it has had."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextlib.contextmanager
def service(*, model_seconds: float, names: tuple[str, ...] = ("flood", "calm")) -> Iterator[Service]:
    """The service with a model behind it that takes `model_seconds`, and a key for each name."""
    with tempfile.TemporaryDirectory() as folder:
        model_port, port = free_port(), free_port()
        environ = os.environ | {
            "ACCORDING_STORE": f"{folder}/store.sqlite",
            "ACCORDING_CACHE": "off",
            "ACCORDING_MODEL": "openai/stub",
            "ACCORDING_API_BASE": f"http://127.0.0.1:{model_port}",
            "OPENAI_API_KEY": "none",
        }

        def run(*command: str, **options: object) -> subprocess.Popen[bytes]:
            return subprocess.Popen([sys.executable, *command], cwd=ROOT, env=environ, **options)  # type: ignore[call-overload,no-any-return]

        made = {}
        for name in names:
            with run("-m", "service.cli", "keys", "create", name, stdout=-1, stderr=subprocess.DEVNULL) as process:
                made[name] = process.communicate()[0].decode().strip()
        model = run(__file__, str(model_seconds), str(model_port))
        log = Path(folder) / "log"
        with log.open("wb") as written:
            process = run("-m", "service.cli", "serve", "--port", str(port), stderr=written)
        try:
            yield Service(process, port, made, log)
        finally:
            process.send_signal(signal.SIGTERM)
            model.kill()
            process.wait(30)
            model.wait(10)


async def ready(service: Service) -> None:
    """Waits until it answers, and has loaded what the first article needs."""
    until = time.monotonic() + 90
    while time.monotonic() < until:
        with contextlib.suppress(OSError, ValueError):
            if (await send(service.port, "GET", "/readyz")).status == 200:
                body = json.dumps({"text": TEXT.format(number="one")}).encode()
                await send(service.port, "POST", "/v1/extract", key=next(iter(service.keys.values())), body=body)
                return
        await asyncio.sleep(0.2)
    raise TimeoutError(service.log.read_text(encoding="utf-8"))


def end(service: Service, failed: list[str]) -> NoReturn:
    """Says what did not hold, and leaves with 1 where anything did not."""
    if service.process.poll() is not None:
        failed = [*failed, f"the service ended with {service.process.returncode}"]
    print("failed: " + "; ".join(failed) if failed else "all held")
    sys.exit(1 if failed else 0)


# ── requests ──────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Answer:
    status: int  # 0: no answer, which must never be
    seconds: float
    body: bytes = b""


async def send(port: int, method: str, path: str, *, key: str = "", body: bytes = b"") -> Answer:
    """One request on a connection of its own. Raises OSError."""
    began = time.monotonic()
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    head += f"Authorization: Bearer {key}\r\n\r\n" if key else "\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(head.encode() + body)
        answer = await reader.read(-1)
    finally:
        writer.close()
    status, _, content = answer.partition(b"\r\n\r\n")
    return Answer(int(status.split(b" ", 2)[1]), time.monotonic() - began, content)


@dataclass
class Tally:
    """What came of many requests."""

    seconds: list[float] = field(default_factory=list)  # of those that were answered with an extraction
    statuses: Counter[int] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)

    def quantile(self, share: float) -> float:
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")

    def line(self) -> str:
        counts = ", ".join(f"{status}: {count}" for status, count in sorted(self.statuses.items()))
        return f"p50 {self.quantile(0.5):.2f} s, p99 {self.quantile(0.99):.2f} s; {counts}; lost {len(self.lost)}"


async def ask(service: Service, name: str, number: int, tally: Tally) -> None:
    """Sends one article, no two alike."""
    body = json.dumps({"text": TEXT.format(number=number)}).encode()
    try:
        async with asyncio.timeout(PATIENCE):
            answer = await send(service.port, "POST", "/v1/extract", key=service.keys[name], body=body)
    except (OSError, TimeoutError, ValueError, IndexError) as error:
        tally.lost.append(type(error).__name__)
        return
    tally.statuses[answer.status] += 1
    if answer.status == 200:
        tally.seconds.append(answer.seconds)
        if b'"status":"complete"' not in answer.body or b'"claims":[{' not in answer.body:
            tally.lost.append("incomplete")


async def in_turn(service: Service, name: str, *, clients: int, seconds: float) -> Tally:
    """Each client sends its next request when the last one was answered."""
    tally, until, numbers = Tally(), time.monotonic() + seconds, iter(range(10**9))

    async def client() -> None:
        while time.monotonic() < until:
            await ask(service, name, next(numbers), tally)

    await asyncio.gather(*(client() for _ in range(clients)))
    return tally


async def at_rate(service: Service, name: str, *, rate: float, seconds: float) -> Tally:
    """Requests come at a steady rate, whether earlier ones were answered or not."""
    tally, began, tasks = Tally(), time.monotonic(), set()
    for number in range(int(rate * seconds)):
        await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
        task = asyncio.create_task(ask(service, name, number, tally))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    await asyncio.gather(*tasks)
    return tally


@contextlib.asynccontextmanager
async def watching(measure: Callable[[], float], *, every: float = 1.0) -> AsyncIterator[list[tuple[float, float]]]:
    """Measures again and again while the block lasts: pairs of seconds and what was measured."""
    seen: list[tuple[float, float]] = []
    began = time.monotonic()

    async def watch() -> None:
        while True:
            seen.append((time.monotonic() - began, measure()))
            await asyncio.sleep(every)

    task = asyncio.create_task(watch())
    try:
        yield seen
    finally:
        task.cancel()


def slope(seen: list[tuple[float, float]], *, after: float) -> float:
    """Growth a minute, of what was seen after so many seconds."""
    late = [(at, value) for at, value in seen if at >= after]
    return statistics.linear_regression(*zip(*late, strict=True)).slope * 60


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(slow_model(float(sys.argv[1]), int(sys.argv[2])))
