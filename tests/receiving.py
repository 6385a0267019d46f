"""A receiver of webhooks on this machine, that does what a test wrote down."""

import contextlib
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Receiver:
    """Answers with `statuses` one after the other, then the last for ever; keeps what came, with its headers."""

    def __init__(self, *statuses: int, location: str | None = None, seconds: float = 0, dripping: bool = False) -> None:
        self.statuses = list(statuses) or [204]
        self.location = location
        self.seconds = seconds
        self.dripping = dripping
        self.came: list[tuple[str, dict[str, str], str]] = []
        self.port = 0

    def url(self, path: str = "/hook", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers.get("content-length", 0))).decode()
        self.came.append((handler.path, dict(handler.headers.items()), body))
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        time.sleep(self.seconds)
        with contextlib.suppress(OSError):  # who asked has gone
            if self.dripping:
                for letter in b"HTTP/1.1 200 OK\r\n" + b"x-a: b\r\n" * 100:
                    handler.wfile.write(bytes([letter]))
                    handler.wfile.flush()
                    time.sleep(0.05)
            handler.send_response(status)
            if self.location:
                handler.send_header("location", self.location)
            handler.send_header("content-length", "0")
            handler.end_headers()


@contextlib.contextmanager
def receiving(receiver: Receiver) -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            receiver.answer(self)

        do_GET = do_POST  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)
