"""`according serve` as a real process: keys, limits, counts, a log without secrets, and an end in good order."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path

import httpx
import pytest
from conftest import ROOT
from wire import Reply, a_wire, claims

pytestmark = pytest.mark.network

TEXT = "Ines Vance said that ships were waiting off the port of Marrow."
SAID = {"p": ["1"], "s": "Ines Vance", "q": "said", "o": "indirect", "f": [], "x": []}


class Server:
    """One running service, and what it wrote."""

    def __init__(self, folder, *arguments, **environ):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port = listener.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.environ = os.environ | {"ACCORDING_STORE": str(folder / "store.sqlite"), **environ}
        self.log = folder / "log"
        self._arguments = ("serve", "--port", str(self.port), *arguments)
        self.process = None

    def run(self, *arguments):
        command = [sys.executable, "-m", "service.cli", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self.environ, capture_output=True, text=True, check=True, timeout=120
        ).stdout.strip()

    def __enter__(self):
        with self.log.open("wb") as log:
            command = [sys.executable, "-m", "service.cli", *self._arguments]
            self.process = subprocess.Popen(command, cwd=ROOT, env=self.environ, stderr=log)
        until = time.monotonic() + 90
        while time.monotonic() < until and self.process.poll() is None:
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{self.address}/healthz").status_code == 200:
                    return self
            time.sleep(0.1)
        raise TimeoutError(self.log.read_text())

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def extract(self, key, text=TEXT, **given):
        headers = {"authorization": f"Bearer {key}"} if key else {}
        return httpx.post(f"{self.address}/v1/extract", json={"text": text}, headers=headers, timeout=60, **given)

    def get(self, path, **given):
        return httpx.get(f"{self.address}{path}", timeout=60, **given)

    def lines(self):
        return [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]


def test_a_service_with_keys_from_the_first_request_to_its_end(tmp_path):
    server = Server(tmp_path)
    key, other = server.run("keys", "create", "desk", "--per-minute", "3"), server.run("keys", "create", "other")
    counter = server.run("keys", "create", "prometheus", "--scopes", "metrics")
    secret = key.rpartition("_")[2]

    with server:
        without, wrong = server.extract(None), server.extract(key[:-1] + ("0" if key[-1] != "0" else "1"))
        mine = [server.extract(key).status_code for _ in range(4)]
        others = server.extract(other)
        server.run("keys", "revoke", other.split("_")[1])
        until = time.monotonic() + 20
        while server.extract(other, text="x").status_code != 401 and time.monotonic() < until:
            time.sleep(0.2)
        counted = server.get("/metrics", headers={"authorization": f"Bearer {counter}"})
        refused = server.get("/metrics")
        ended = server.stop()

    assert (without.status_code, wrong.status_code, mine, others.status_code) == (401, 401, [200, 200, 200, 429], 200)
    assert time.monotonic() < until, "the revoked key went on"
    assert (counted.status_code, refused.status_code) == (200, 401)
    assert 'according_http_requests_total{method="POST",route="/v1/extract",status="200"}' in counted.text
    assert ended in (0, -signal.SIGTERM)
    assert {line["key"] for line in server.lines() if line.get("route") == "/v1/extract" and "key" in line} == {
        key.split("_")[1],
        other.split("_")[1],
    }
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.name for path in written} >= {"store.sqlite", "log"}
    assert [path.name for path in written if secret[:24].encode() in path.read_bytes()] == []
    assert [word for word in ("Marrow", "Vance") if word in server.log.read_text()] == []
    assert "last used" in server.run("keys", "list")


def test_a_stop_lets_requests_end_and_tells_open_streams(tmp_path):
    with a_wire() as wire:
        wire.will_always_say(Reply(text=claims(SAID).text, delay=5.0))
        server = Server(
            tmp_path,
            ACCORDING_MODEL="openai/x",
            ACCORDING_API_BASE=wire.base,
            ACCORDING_CACHE="off",
            OPENAI_API_KEY="none",
        )
        key = server.run("keys", "create", "desk")
        with server:
            server.extract(key)  # the libraries are loaded
            body = json.dumps({"text": TEXT})
            headers = {"content-type": "application/json", "accept": "text/event-stream"}
            with contextlib.closing(HTTPConnection("127.0.0.1", server.port, timeout=60)) as connection:
                connection.request("POST", "/v1/extract", body, headers | {"authorization": f"Bearer {key}"})
                with connection.getresponse() as stream:
                    assert stream.readline() == b"event: article\n"
                    began = time.monotonic()
                    server.process.send_signal(signal.SIGTERM)
                    rest = stream.read().decode()
                    took = time.monotonic() - began
            ended = server.process.wait(60)

    assert '"/problems/stopping"' in rest
    assert took < 10
    assert ended in (0, -signal.SIGTERM)


def test_several_processes_count_together_and_leave_no_folder(tmp_path):
    folder = tmp_path / "tmp"
    folder.mkdir()
    server = Server(tmp_path, "--workers", "2", TMPDIR=str(folder))

    with server:
        for _ in range(20):
            server.get("/healthz")
        told = server.get("/metrics").text
        made = list(folder.iterdir())
    (line,) = [line for line in told.splitlines() if 'route="/healthz",status="200"' in line and "total" in line]

    assert float(line.split()[-1]) >= 20
    assert [path.name.startswith("according-metrics-") for path in made] == [True]
    assert list(folder.iterdir()) == []


def test_it_starts_without_its_database_says_so_and_goes_on_when_that_comes(tmp_path):
    blocked = tmp_path / "data"
    blocked.write_text("in the way of the store's folder")
    server = Server(tmp_path, ACCORDING_STORE=str(blocked / "store.sqlite"))

    with server:
        unready, asked = server.get("/readyz"), server.extract(None)
        blocked.unlink()
        until = time.monotonic() + 30
        while server.get("/readyz").status_code != 200 and time.monotonic() < until:
            time.sleep(0.2)
        later = server.extract(None)

    assert (unready.status_code, asked.status_code, later.status_code) == (503, 503, 200)
    assert asked.json()["type"] == "/problems/store-down"
    assert asked.headers["retry-after"] == "5"
    assert str(tmp_path) not in unready.text + asked.text
    assert any(str(blocked) in line.get("why", "") for line in server.lines())


@pytest.mark.parametrize(
    ("head", "status"),
    [
        pytest.param("Host: localhost\r\n" + "X-A: " + "a" * 400_000 + "\r\n", b"400", id="long-head"),
        pytest.param("Host: localhost\r\n" + "X-A: b\r\n" * 50_000, b"400", id="many-lines"),
        pytest.param("Host: attacker.example\r\n", b"421", id="another-name"),
        pytest.param("Host: localhost\r\nContent-Encoding: gzip\r\n", b"415", id="compressed"),
        pytest.param("Host: localhost\r\nContent-Length: 5\r\n", b"400", id="two-lengths"),
    ],
)
def test_odd_heads_are_refused_on_the_wire(one_server, head, status):
    with socket.create_connection(("127.0.0.1", one_server.port), timeout=30) as connection:
        request = f"POST /v1/extract HTTP/1.1\r\n{head}Content-Type: application/json\r\nContent-Length: 12\r\n\r\n"
        with contextlib.suppress(ConnectionError):
            connection.sendall(request.encode() + b'{"text":"x"}')
        answered = connection.recv(200)

    assert answered.split(b" ", 2)[1] == status


@pytest.fixture(scope="module")
def one_server(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("served")) as server:
        yield server


def test_a_short_soak_loses_nothing_and_holds_its_memory(monkeypatch):
    monkeypatch.syspath_prepend(str(Path(ROOT) / "bench"))
    import asyncio

    import load
    import soak

    with load.service(model_seconds=0.2) as running:
        # So short that what is loaded once still weighs: the limit of a long one is in bench/soak.py.
        failed = asyncio.run(soak.measure(running, seconds=25, growth=100))
        alive = running.process.poll() is None

    assert (failed, alive) == ([], True)
