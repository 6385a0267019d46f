"""How long may a connection keep the server waiting?"""

import contextlib
import json
import socket
import time

import pytest
from web_app import Scripted, an_app, running

from service.settings import Settings
from service.web import protocol

pytestmark = pytest.mark.network


@pytest.fixture
def hasty(monkeypatch):
    """Servers of this test have less patience."""
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.3)
    monkeypatch.setattr(protocol, "TAKING_SECONDS", 0.5)
    monkeypatch.setattr(protocol, "LINGER_SECONDS", 0.5)


@contextlib.contextmanager
def connected(address):
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        yield connection


def seconds_until_hung_up(connection):
    began = time.monotonic()
    with contextlib.suppress(ConnectionResetError):
        assert connection.recv(1) == b""
    return time.monotonic() - began


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"GET /heal", id="part-of-a-line"),
        pytest.param(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: ", id="part-of-the-head"),
    ],
)
def test_who_does_not_finish_the_head_is_hung_up_on(hasty, sent):
    with running(an_app()) as address, connected(address) as connection:
        connection.sendall(sent)

        assert 0.1 < seconds_until_hung_up(connection) < 5


def test_bytes_that_trickle_in_gain_no_time(hasty):
    with running(an_app()) as address, connected(address) as connection:
        began = time.monotonic()
        with contextlib.suppress(ConnectionError):
            while time.monotonic() - began < 5:
                connection.sendall(b"G")
                time.sleep(0.05)

    assert time.monotonic() - began < 5


def answer_on(connection):
    """All of the small answer, which may come in several parts."""
    answer = b""
    while not answer.endswith(b"}"):
        part = connection.recv(10_000)
        assert part, "the answer is cut off"
        answer += part
    return answer


def test_a_second_request_of_a_connection_has_its_own_time(hasty):
    whole = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with running(an_app()) as address, connected(address) as connection:
        for _ in range(3):
            connection.sendall(whole[:10])
            time.sleep(0.15)
            connection.sendall(whole[10:])
            assert b"200" in answer_on(connection).split(b"\r\n")[0]
            time.sleep(0.4)  # idle, which is the server's own keep-alive
        connection.sendall(whole[:10])
        assert seconds_until_hung_up(connection) < 5


def test_a_body_has_more_time_than_a_head(hasty):
    head = (
        b"POST /v1/extract HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 26\r\n\r\n"
    )
    with running(an_app()) as address, connected(address) as connection:
        connection.sendall(head)
        for part in (b'{"text": "Ines ', b'said 3 is"}'):
            time.sleep(0.4)
            connection.sendall(part)

        assert connection.recv(100).startswith(b"HTTP/1.1 200")


def test_who_takes_nothing_of_the_answer_gives_the_place_free(hasty):
    stream = Scripted()
    app = an_app(stream, computing=1, waiting=0)
    text = "Ines said 1 is. " * 12_000  # its claims are more than the kernel holds for a reader
    body = f'{{"text": "{text}"}}'.encode()
    head = (
        f"POST /v1/extract HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nContent-Length: {len(body)}\r\n"
    )
    with running(app) as address, connected(address) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(head.encode() + b"Content-Type: application/json\r\n\r\n" + body)

        assert stream.ended.wait(30)
        until = time.monotonic() + 20
        context = app.state.context
        while (context.metrics.in_flight._value.get() or context.computing.working) and time.monotonic() < until:
            time.sleep(0.05)
        assert app.state.context.metrics.in_flight._value.get() == 0
        assert app.state.context.computing.working == 0


# ── answers that come early ───────────────────────────────────────────────────────────────────────────────────────

TOO_LARGE = b"POST /v1/extract HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


def all_of(connection):
    parts = []
    while part := connection.recv(65_536):
        parts.append(part)
    return b"".join(parts)


@pytest.mark.parametrize(
    ("length", "body"),
    [
        pytest.param(b"Content-Length: 20000000", b"x" * 20_000_000, id="announced"),
        pytest.param(b"Transfer-Encoding: chunked", b"100000\r\n" + b"x" * 0x100000 + b"\r\n0\r\n\r\n", id="chunked"),
    ],
)
def test_who_sends_too_much_can_send_all_of_it_and_then_read_why_it_is_refused(length, body):
    app = an_app(settings=Settings(max_file_bytes=400))
    with running(app) as address, connected(address) as connection:
        connection.sendall(TOO_LARGE + length + b"\r\n\r\n")
        time.sleep(0.2)  # so that the answer is there before the body
        connection.sendall(body)
        head, _, told = all_of(connection).partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 413 ")
    assert json.loads(told)["type"] == "/problems/too-large"


def trickle(connection, *, seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        connection.sendall(b"x")
        time.sleep(0.02)


def test_who_goes_on_sending_after_the_answer_is_hung_up_on(hasty):
    app = an_app(settings=Settings(max_file_bytes=400))
    with running(app) as address, connected(address) as connection:
        connection.sendall(TOO_LARGE + b"Content-Length: 20000000\r\n\r\n")
        began = time.monotonic()
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            trickle(connection, seconds=10)

        assert 0.4 < time.monotonic() - began < 5
