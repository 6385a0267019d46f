"""A job from the order to the message that it is done: a real server, a real worker, a real receiver."""

import base64
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from conftest import ROOT
from receiving import Receiver, receiving
from standardwebhooks import Webhook

pytestmark = pytest.mark.network

SECRET = "whsec_" + base64.b64encode(b"7" * 32).decode()
COUNT = 12
WAIT = 120  # seconds; importing the models takes most of it on a busy machine


@contextlib.contextmanager
def serving(tmp_path):
    """`according serve` with one worker beside it; yields its address and its process."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environ = os.environ | {
        "ACCORDING_STORE": str(tmp_path / "store.sqlite"),
        "ACCORDING_WEBHOOK_SECRET": SECRET,
        "ACCORDING_WEBHOOK_PRIVATE": "1",
    }
    command = [sys.executable, "-m", "service.cli", "serve", "--port", str(port), "--job-workers", "1"]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=log, stderr=log)
    try:
        address = f"http://127.0.0.1:{port}"
        until = time.monotonic() + WAIT
        while time.monotonic() < until and process.poll() is None:
            with contextlib.suppress(httpx.TransportError):
                httpx.get(f"{address}/healthz")
                break
            time.sleep(0.2)
        yield address, process
    finally:
        process.kill()
        process.wait()


def children_of(pid):
    """Of any of its threads."""
    found = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(each) for threads in found for each in threads.read_text().split()]


def lives(pid):
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def wait_for(condition, seconds=WAIT):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.1)
    return False


def the_last_event(address, job):
    """What the stream of the job's progress ends with."""
    name, last = "", {}
    with httpx.stream("GET", f"{address}/v1/jobs/{job}", headers={"accept": "text/event-stream"}, timeout=WAIT) as told:
        for line in told.iter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            if line.startswith("data: "):
                last = json.loads(line.removeprefix("data: "))
    return name, last


def test_a_job_goes_from_its_order_to_the_message_that_it_is_done(tmp_path):
    lines = [
        json.dumps({"id": f"a{number}", "text": f"Mayor Ana Reyes said at least {number + 20} bridges were damaged."})
        for number in range(COUNT)
    ]
    with receiving(Receiver(503, 204)) as receiver, serving(tmp_path) as (address, process):

        def order():
            return httpx.post(
                f"{address}/v1/jobs",
                params={"name": "Night", "webhook": receiver.url()},
                content="\n".join(lines),
                headers={"content-type": "application/x-ndjson", "idempotency-key": "night-1"},
                timeout=60,
            )

        first, again = order(), order()
        assert first.status_code == 202, first.text
        job = first.json()["id"]
        assert again.content == first.content

        name, last = the_last_event(address, job)
        counted = httpx.get(f"{address}/metrics").text
        results = [json.loads(line) for line in httpx.get(f"{address}/v1/jobs/{job}/results").text.splitlines()]
        found = httpx.get(f"{address}/v1/claims", params={"speaker": "reyes", "low": 25, "high": 25}).json()
        assert wait_for(lambda: receiver.came, 30), "the message counts what is there when it is written"
        gone = httpx.delete(f"{address}/v1/articles/a5")
        left = httpx.get(f"{address}/v1/claims", params={"low": 25, "high": 25}).json()

        assert (name, last["state"], last["done"], last["failed"]) == ("done", "done", COUNT, 0)
        assert f'according_extractions_total{{model="embedded",status="complete"}} {COUNT}.0' in counted
        assert [line["position"] for line in results] == list(range(COUNT))
        for line in results:
            article = line["extraction"]["article"]["text"]
            for claim in line["extraction"]["claims"]:
                start, end = claim["content"][0]
                assert article[start:end] == claim["text"]
        assert [claim["article"] for claim in found["claims"]] == ["a5"]
        assert (gone.status_code, left["claims"]) == (204, [])

        assert wait_for(lambda: len(receiver.came) >= 2, 30), "the message is tried again after five seconds"
        told = [Webhook(SECRET).verify(body, headers) for _, headers, body in receiver.came]
        assert told[0] == told[1]
        assert (told[0]["type"], told[0]["data"]["id"], told[0]["data"]["done"]) == ("job.done", job, COUNT)

        workers = children_of(process.pid)
        assert workers
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) in (0, -signal.SIGTERM)
        assert wait_for(lambda: not any(map(lives, workers)), 30), "the worker ends with the service"


def test_a_worker_that_is_killed_is_started_again_and_the_job_goes_on(tmp_path):
    with serving(tmp_path) as (address, process):
        assert wait_for(lambda: children_of(process.pid), 30)
        [worker] = children_of(process.pid)
        articles = [{"id": f"a{number}", "text": f"Omar Diaz said {number + 2} boats sank."} for number in range(5)]
        job = httpx.post(f"{address}/v1/jobs", json={"articles": articles}, timeout=60).json()["id"]
        os.kill(worker, signal.SIGKILL)

        name, last = the_last_event(address, job)

        assert (name, last["done"], last["failed"]) == ("done", 5, 0)
        assert children_of(process.pid) != [worker]
        process.send_signal(signal.SIGTERM)
        process.wait(60)
