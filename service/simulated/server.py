"""How does a stand-in for a model answer over HTTP?

Speaks as OpenAI's chat completions do, streamed or whole, as text, JSON or a tool call, with usage counts. It listens
on the loopback interface alone and knows no more of an article than the request shows. What it says is for `answers`,
`mistakes` and `obedience`, and for `verdicts` where it is asked for a second opinion.
"""

import json
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from service.records import Record
from service.simulated.answers import Gold, all_said
from service.simulated.mistakes import draw, mistaken
from service.simulated.names import SimulatedModel
from service.simulated.obedience import obey
from service.simulated.page import Page, read_page
from service.simulated.verdicts import read_questions, verdicts
from service.simulated.writing import write_claim

PIECE = 24  # characters of a streamed piece
CHARACTERS_PER_TOKEN = 4  # about, for English and JSON: usage is counted so
MAX_BODY = 20_000_000


class Reply(Record):
    """One answer, before it is put on the wire."""

    text: str
    status: int = 200
    finish: str = "stop"
    delay: float = 0.0
    refusal: str | None = None


class Replies:
    """What a simulated model says to each request; the same to the same article, in whatever order they come."""

    def __init__(self, model: SimulatedModel, gold: Gold) -> None:
        self._model = model
        self._gold = gold
        self._asked: Counter[str] = Counter()
        self._lock = threading.Lock()

    def reply_to(self, system: str, user: str, *, max_tokens: int | None) -> Reply:
        """Deterministic in seed, article, and how often just this article was asked about before."""
        page = read_page(user)
        questions = read_questions(page)
        key = page.key if questions is None else "\n".join(line.words for line in page.beside)
        with self._lock:
            self._asked[key] += 1
            time_asked = str(self._asked[key])
        errors, seed = self._model.errors, self._model.seed

        def falls(kind: str) -> bool:
            return draw(seed, key, kind, time_asked).random() < float(getattr(errors, kind))

        if falls("limited"):
            return Reply(text="", status=429)
        delay = self._model.delay if falls("slow") else 0.0
        if questions is not None:
            text = verdicts(questions, self._gold, errors=errors, seed=seed, key=key)
        elif self._model.obedient:
            obeyed = obey(system, page, [write_claim(said, page, self._model.form) for said in self._said(page)])
            return _fitting(Reply(text=obeyed.text, refusal=obeyed.refusal, delay=delay), max_tokens)
        else:
            text = json.dumps({"c": [write_claim(said, page, self._model.form) for said in self._said(page)]})
        if falls("malformed"):
            text = "Here is the answer: " + text.replace('":', '" = ').replace("{", "(")
        if falls("truncated"):
            cut = draw(seed, key, "cut", time_asked).uniform(0.3, 0.9)
            return Reply(text=text[: int(len(text) * cut)], finish="length", delay=delay)
        return _fitting(Reply(text=text, delay=delay), max_tokens)

    def _said(self, page: Page) -> Iterable[Any]:
        found = self._gold.article_of(page)
        names = found[0].names if found is not None else ()
        said = all_said(self._gold, page)
        model = self._model
        return mistaken(said, page, errors=model.errors, form=model.form, seed=model.seed, names=names)


def _fitting(reply: Reply, max_tokens: int | None) -> Reply:
    """Cut off where the request allows no more."""
    most = max_tokens * CHARACTERS_PER_TOKEN if max_tokens else len(reply.text)
    if len(reply.text) <= most:
        return reply
    return reply.model_copy(update={"text": reply.text[:most], "finish": "length"})


# ── the wire ──────────────────────────────────────────────────────────────────────────────────────────────────────


class _Question(NamedTuple):
    body: dict[str, Any]
    system: str
    user: str


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, replies: Replies, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.replies = replies


class SimulatedServer:
    """A server on the loopback interface; `base` is its address for OpenAI-compatible clients."""

    def __init__(self, replies: Replies, *, port: int = 0) -> None:
        self._server = _Server(replies, port)
        self.base = f"http://127.0.0.1:{self._server.server_port}/v1"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def serve(self) -> None:
        """In the foreground, until interrupted."""
        try:
            self._server.serve_forever()
        finally:
            self._server.server_close()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def serving(replies: Replies) -> Iterator[SimulatedServer]:
    """A running server for the length of the block."""
    server = SimulatedServer(replies)
    server.start()
    try:
        yield server
    finally:
        server.stop()


class _Handler(BaseHTTPRequestHandler):
    server: "_Server"
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Nothing: requests hold articles."""

    def do_GET(self) -> None:
        if self.path == "/v1/models":
            self._send_json(200, {"object": "list", "data": [{"id": "simulated", "object": "model"}]})
        else:
            self._send_json(404, _error("There is nothing here: POST /v1/chat/completions.", "not_found"))

    def do_POST(self) -> None:
        self.close_connection = True
        question = _question(self.rfile.read(min(MAX_BODY, int(self.headers.get("content-length") or 0))))
        if self.path != "/v1/chat/completions" or question is None:
            self._send_json(400, _error("Send messages as JSON to /v1/chat/completions.", "bad_request"))
            return
        limit = question.body.get("max_completion_tokens") or question.body.get("max_tokens")
        reply = self.server.replies.reply_to(question.system, question.user, max_tokens=limit)
        time.sleep(reply.delay)
        with suppress(BrokenPipeError, ConnectionResetError):  # the client has stopped listening
            self._answer(question, reply)

    def _answer(self, question: _Question, reply: Reply) -> None:
        if reply.status != 200:
            self._send_json(reply.status, _error("Too many requests; simulated.", "rate_limit_exceeded"))
        elif question.body.get("stream"):
            self._send_events(_events(question, reply))
        else:
            self._send_json(200, _completion(question, reply))

    def _send_json(self, status: int, value: dict[str, Any]) -> None:
        payload = json.dumps(value).encode()
        self._head(status, "application/json", ("content-length", str(len(payload))))
        self.wfile.write(payload)

    def _send_events(self, events: Iterator[dict[str, Any]]) -> None:
        self._head(200, "text/event-stream", ("transfer-encoding", "chunked"))
        for event in events:
            self._chunk(f"data: {json.dumps(event)}\n\n".encode())
        self._chunk(b"data: [DONE]\n\n")
        self._chunk(b"")

    def _chunk(self, piece: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        self.wfile.flush()

    def _head(self, status: int, kind: str, length: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in (("content-type", kind), length, ("connection", "close")):
            self.send_header(name, value)
        if status == 429:
            self.send_header("retry-after", "0")
        self.end_headers()


def _question(raw: bytes) -> _Question | None:
    try:
        body = json.loads(raw)
        parts = {message["role"]: str(message["content"]) for message in reversed(body["messages"])}
        return _Question(body, parts.get("system", ""), parts["user"])
    except (ValueError, KeyError, TypeError):
        return None


def _error(message: str, code: str) -> dict[str, Any]:
    return {"error": {"message": message, "type": "simulated", "code": code}}


def _envelope(question: _Question, kind: str, choices: list[dict[str, Any]]) -> dict[str, Any]:
    model = question.body.get("model", "simulated")
    return {"id": "simulated", "object": kind, "created": 1, "model": model, "choices": choices}


def _usage(question: _Question, reply: Reply) -> dict[str, int]:
    asked = -(-len(question.system + question.user) // CHARACTERS_PER_TOKEN)
    said = -(-len(reply.text) // CHARACTERS_PER_TOKEN)
    return {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said}


def _tool(question: _Question) -> str | None:
    tools = question.body.get("tools")
    return str(tools[0]["function"]["name"]) if tools else None


def _completion(question: _Question, reply: Reply) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": reply.text}
    if reply.refusal is not None:
        message |= {"content": None, "refusal": reply.refusal}
    elif tool := _tool(question):
        call = {"id": "call-1", "type": "function", "function": {"name": tool, "arguments": reply.text}}
        message |= {"content": None, "tool_calls": [call]}
    choice = {"index": 0, "finish_reason": reply.finish, "message": message}
    return _envelope(question, "chat.completion", [choice]) | {"usage": _usage(question, reply)}


def _events(question: _Question, reply: Reply) -> Iterator[dict[str, Any]]:
    tool = _tool(question)
    for start in range(0, len(reply.text), PIECE):
        piece = reply.text[start : start + PIECE]
        delta: dict[str, Any] = {"role": "assistant"} if start == 0 else {}
        if tool:
            function = {"arguments": piece} | ({"name": tool} if start == 0 else {})
            delta["tool_calls"] = [{"index": 0, "id": "call-1", "type": "function", "function": function}]
        else:
            delta["content"] = piece
        yield _chunk_of(question, delta, None)
    if reply.refusal is not None:
        yield _chunk_of(question, {"role": "assistant", "refusal": reply.refusal}, None)
    yield _chunk_of(question, {}, reply.finish)
    yield _envelope(question, "chat.completion.chunk", []) | {"usage": _usage(question, reply)}


def _chunk_of(question: _Question, delta: dict[str, Any], finish: str | None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return _envelope(question, "chat.completion.chunk", [choice])
