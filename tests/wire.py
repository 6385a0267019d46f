"""A local server that speaks as OpenAI's does, and says what a test wrote down, faults included."""

import json
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Reply:
    """One answer of the server. `text` goes into a tool call where the request names a tool, else into the content."""

    text: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    finish: str = "stop"
    refusal: str | None = None
    error: str | None = None  # the message of an error's body
    code: str | None = None
    delay: float = 0.0  # seconds before the first byte
    cut_after: int | None = None  # bytes of a plain body, or pieces of a stream, after which the connection is cut
    pause: float = 0.0  # seconds after each piece of a stream
    as_content: bool = False  # ignores the tool that the request names
    tokens: tuple[int, int, int] = (1000, 100, 600)  # prompt, completion, cached part of the prompt


def claims(*said: dict[str, Any], **changes: Any) -> Reply:
    """A well-formed answer with these claims."""
    return Reply(text=json.dumps({"c": list(said)}), **changes)


def fault(status: int, error: str = "as scripted", **changes: Any) -> Reply:
    return Reply(status=status, error=error, **changes)


class Wire:
    """What the server was asked, and what it will say next."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.requests: list[dict[str, Any]] = []
        self.authorizations: list[str | None] = []
        self.times: list[float] = []
        self._replies: Iterator[Reply] = iter(())
        self._lock = threading.Lock()

    def will_say(self, *replies: Reply) -> None:
        """One reply for each request to come; after them, errors that name the lack."""
        self._replies = iter(replies)
        self.requests.clear()
        self.authorizations.clear()
        self.times.clear()

    def will_always_say(self, reply: Reply) -> None:
        self.will_say()
        self._replies = iter(lambda: reply, None)

    def reply_to(self, body: dict[str, Any], authorization: str | None) -> Reply:
        with self._lock:
            self.requests.append(body)
            self.authorizations.append(authorization)
            self.times.append(time.monotonic())
            return next(self._replies, fault(500, "the test wrote down no further reply"))


@contextmanager
def a_wire() -> Iterator[Wire]:
    """A server on a free port of 127.0.0.1, for the length of the block."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    wire = Wire(f"http://127.0.0.1:{server.server_port}/v1")
    server.wire = wire  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield wire
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        reply: Reply = self.server.wire.reply_to(body, self.headers.get("authorization"))  # type: ignore[attr-defined]
        time.sleep(reply.delay)
        self.close_connection = True
        try:
            if reply.status == 200 and body.get("stream"):
                self._send(reply, "text/event-stream", _events(reply, body))
            else:
                whole = json.dumps(_error(reply) if reply.status != 200 else _completion(reply, body)).encode()
                self._send(reply, "application/json", [whole[: reply.cut_after]], length=len(whole))
        except (BrokenPipeError, ConnectionResetError):
            pass  # the client has stopped listening

    def _send(self, reply: Reply, kind: str, pieces: Iterable[bytes], *, length: int | None = None) -> None:
        pause = reply.pause if length is None else 0.0
        self.send_response(reply.status)
        self.send_header("content-type", kind)
        self.send_header("connection", "close")
        if length is None:
            self.send_header("transfer-encoding", "chunked")
        else:
            self.send_header("content-length", str(length))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        for piece in pieces:
            self.wfile.write(piece if length is not None else b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.flush()
            time.sleep(pause)
        if length is None and reply.cut_after is None:
            self.wfile.write(b"0\r\n\r\n")


def _error(reply: Reply) -> dict[str, Any]:
    return {"error": {"message": reply.error, "type": "scripted", "code": reply.code}}


def _usage(reply: Reply) -> dict[str, Any]:
    prompt, completion, cached = reply.tokens
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": cached},
    }


def _completion(reply: Reply, body: dict[str, Any]) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": reply.text}
    if reply.refusal is not None:
        message |= {"content": None, "refusal": reply.refusal}
    elif body.get("tools") and not reply.as_content:
        function = {"name": body["tools"][0]["function"]["name"], "arguments": reply.text}
        message |= {"content": None, "tool_calls": [{"id": "call-1", "type": "function", "function": function}]}
    choice = {"index": 0, "finish_reason": reply.finish, "message": message}
    return _envelope(body, "chat.completion", [choice]) | {"usage": _usage(reply)}


def _envelope(body: dict[str, Any], kind: str, choices: list[dict[str, Any]]) -> dict[str, Any]:
    return {"id": "wire-1", "object": kind, "created": 1, "model": body["model"], "choices": choices}


def _events(reply: Reply, body: dict[str, Any]) -> Iterator[bytes]:
    """The text in pieces of seven characters, so that no border falls where a parser would like it."""
    pieces = [reply.text[start : start + 7] for start in range(0, len(reply.text), 7)]
    for number, piece in enumerate(pieces[: reply.cut_after]):
        delta: dict[str, Any] = {"role": "assistant"} if number == 0 else {}
        if body.get("tools"):
            function = {"arguments": piece} | ({"name": body["tools"][0]["function"]["name"]} if number == 0 else {})
            delta["tool_calls"] = [{"index": 0, "id": "call-1", "type": "function", "function": function}]
        else:
            delta["content"] = piece
        yield _event(_envelope(body, "chat.completion.chunk", [{"index": 0, "delta": delta, "finish_reason": None}]))
    if reply.cut_after is not None:
        return
    if reply.refusal is not None:
        delta = {"role": "assistant", "refusal": reply.refusal}
        yield _event(_envelope(body, "chat.completion.chunk", [{"index": 0, "delta": delta, "finish_reason": None}]))
    last = {"index": 0, "delta": {}, "finish_reason": reply.finish}
    yield _event(_envelope(body, "chat.completion.chunk", [last]))
    yield _event(_envelope(body, "chat.completion.chunk", []) | {"usage": _usage(reply)})
    yield b"data: [DONE]\n\n"


def _event(chunk: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(chunk)}\n\n".encode()
