"""`according worker` as real processes: what they count and which traces they send."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from conftest import ROOT
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from prometheus_client.parser import text_string_to_metric_families
from wire import a_wire, claims

from service.jobs.jobs import Jobs
from service.jobs.records import JobOrder
from service.records import Article
from service.settings import Settings
from service.store.store import Store

pytestmark = pytest.mark.network

TEXT = "Ines Vance said that ships were waiting off the port of Marrow."
SAID = {"p": ["1"], "s": "Ines Vance", "q": "said", "o": "indirect", "f": [], "x": []}
MODEL = "openai/gpt-4o-mini"
WAIT = 120  # seconds


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@contextlib.contextmanager
def working(folder, *arguments, **environ):
    """`according worker` with these arguments; yields its process. Its words are in `folder`."""
    with (folder / "log").open("wb") as log:
        command = [sys.executable, "-m", "service.cli", "worker", *arguments]
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ | environ, stderr=log)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_for(found, log):
    until = time.monotonic() + WAIT
    while not (it := found()):
        assert time.monotonic() < until, log.read_text()
        time.sleep(0.1)
    return it


@contextlib.contextmanager
def collecting():
    """An OpenTelemetry collector on a free port; yields its address and the spans that came."""
    spans = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self):
            told = ExportTraceServiceRequest.FromString(self.rfile.read(int(self.headers["content-length"])))
            spans.extend(span for of in told.resource_spans for scope in of.scope_spans for span in scope.spans)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", spans
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_what_workers_do_is_counted_in_one_place_and_traced(tmp_path):
    store, port = str(tmp_path / "store.sqlite"), free_port()
    articles = [Article(id=f"a{number}", text=f"{number}. {TEXT}") for number in range(3)]
    with a_wire() as wire, collecting() as (collector, spans), Store.open(store) as opened:
        wire.will_always_say(claims(SAID))
        jobs = Jobs(opened, Settings(model=MODEL))
        ids = [jobs.submit(JobOrder(max_cost=limit), articles).id for limit in (None, 50.0)]
        environ = {
            "ACCORDING_STORE": store,
            "ACCORDING_MODEL": MODEL,
            "ACCORDING_API_BASE": wire.base,
            "OPENAI_API_KEY": "canary",
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector,
        }
        with working(tmp_path, "--processes", "2", "--metrics", str(port), **environ) as process:
            log = tmp_path / "log"
            wait_for(lambda: all(jobs.view(job).ended for job in ids), log)
            told = httpx.get(f"http://127.0.0.1:{port}/metrics").text
            process.send_signal(signal.SIGTERM)
            ended = process.wait(60)
        assert [jobs.view(job).done for job in ids] == [3, 3]

    seen = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(told)
        for sample in family.samples
    }
    assert seen["according_extractions_total", "complete", MODEL] == 6
    assert seen["according_model_calls_total", "complete", MODEL] == len(wire.requests) == 6
    assert seen["according_claims_total", MODEL] == 6
    assert [word for word in ("canary", "Marrow") if word in told + str(spans)] == []
    assert ended == 0
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}/metrics")

    roots = [span for span in spans if span.name == "extract"]
    calls = [span for span in spans if span.name == "chat gpt-4o-mini"]
    assert len(roots) == len(calls) == 6
    assert {span.parent_span_id for span in roots} == {b""}
    assert {span.parent_span_id for span in calls} == {span.span_id for span in roots}


def test_where_the_counts_cannot_be_told_is_said_before_any_work(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with working(tmp_path, "--metrics", f"127.0.0.1:{port}", ACCORDING_STORE=str(tmp_path / "store")) as process:
            assert process.wait(60) == 2

    said = (tmp_path / "log").read_text()
    assert f"Counts cannot be told at 127.0.0.1, port {port}: Address already in use." in said
    assert "--metrics" in said


def test_a_host_that_is_none_and_a_folder_that_is_gone_are_said_in_words(tmp_path):
    store = str(tmp_path / "store")
    with working(tmp_path, "--metrics", "x..y:9464", ACCORDING_STORE=store) as process:
        assert process.wait(60) == 2
    assert "Counts cannot be told at x..y, port 9464" in (tmp_path / "log").read_text()

    with working(tmp_path, "--child", ACCORDING_STORE=store, PROMETHEUS_MULTIPROC_DIR="/nowhere") as process:
        assert process.wait(60) == 2
    assert "PROMETHEUS_MULTIPROC_DIR names no folder: /nowhere" in (tmp_path / "log").read_text()


@pytest.mark.parametrize("address", ["", "localhost", "host:", "host:x", "0", "65536", "::1"])
def test_an_address_that_is_none_is_refused(tmp_path, address):
    with working(tmp_path, "--metrics", address, ACCORDING_STORE=str(tmp_path / "store")) as process:
        assert process.wait(60) == 2

    assert "is no address, such as 9464 or 0.0.0.0:9464" in (tmp_path / "log").read_text()
