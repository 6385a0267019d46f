"""Files are read apart: whatever a parser does, it costs its own process and nobody else."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import CancelledError
from pathlib import Path

import pytest

from service import file_work
from service.errors import SetupError, TooLarge, UnsupportedFile
from service.file_work import Limits, Work, off_loop, parse_apart
from service.files import read_article

ROOT = Path(__file__).parents[2]
MISBEHAVING = ROOT / "tests" / "hostile" / "misbehaving.py"
PAGE = b"<html lang=en><title>Flood</title><p>The river rose for two days."
QUICK = Limits(memory=600_000_000, cpu_seconds=1, seconds=60)
warm_only = pytest.mark.skipif(not file_work.WARM, reason="this platform has no helper")


@pytest.fixture(params=[pytest.param("warm", marks=warm_only), "cold"])
def way(request, monkeypatch):
    monkeypatch.setattr(file_work, "WARM", request.param == "warm")
    return request.param


@pytest.fixture
def helpers(monkeypatch):
    """Helpers of this test alone, whose page reader does whatever the page says."""
    monkeypatch.setattr(file_work, "_PYTHON", (sys.executable, "-I", "-B", str(MISBEHAVING)))
    made = file_work._Helpers()
    monkeypatch.setattr(file_work, "_helpers", made)
    yield made
    made.end()


def parse(words, limits=QUICK, **changes):
    return parse_apart(words.encode(), **({"kind": "html", "max_characters": 5_000, "limits": limits} | changes))


def processes(words):
    """Running processes with these words in their command line."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            command = (place / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            state = (place / "stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if words in command and state != "Z":
            found.append(int(place.name))
    return found


def gone(words, seconds=10):
    until = time.monotonic() + seconds
    while (left := processes(words)) and time.monotonic() < until:
        time.sleep(0.02)
    return left == []


def wait_for(found, seconds=10):
    until = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_what_is_found_is_the_same_from_the_helper_and_from_scratch(way):
    found = parse_apart(PAGE, kind="html", max_characters=100)

    assert found["text"] == "The river rose for two days."
    assert (found["title"], found["language"]) == ("Flood", "en")


@pytest.mark.parametrize(
    ("words", "error", "told"),
    [
        pytest.param("crash", UnsupportedFile, "breaks the program", id="crashes"),
        pytest.param("end", UnsupportedFile, "breaks the program", id="ends without an answer"),
        pytest.param("half", UnsupportedFile, "breaks the program", id="ends in mid-answer"),
        pytest.param("endless", UnsupportedFile, "breaks the program", id="answers without end"),
        pytest.param("loop in C", UnsupportedFile, "never lets it end", id="computes where it hears nothing"),
    ],
)
def test_a_file_that_breaks_its_reader_is_refused_with_what_to_do(way, helpers, words, error, told):
    with pytest.raises(error, match=told) as caught:
        parse(words)

    assert caught.value.field == "file"
    assert ".txt" in caught.value.fix
    assert parse("on")["text"] == "read on"


def test_a_file_that_takes_too_much_is_told_by_what_it_takes(way, helpers, monkeypatch):
    assert "memory" in parse("hoard")["message"]
    assert "time" in parse("loop")["message"]

    if way == "cold":  # a process from scratch has its start in the same wait
        monkeypatch.setattr(file_work, "STARTING_SECONDS", 1)
    with pytest.raises(TooLarge, match=r"more than 0\.2 seconds"):
        parse("sleep", Limits(seconds=0.2))


def test_a_reader_can_neither_write_files_nor_see_keys(way, helpers, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "canary")

    assert parse("write")["text"].startswith("refused")
    assert "KEY" not in parse("environment")["text"]


def test_a_text_beyond_the_limit_is_counted_and_not_sent(way, helpers):
    assert parse("many characters", max_characters=999) == {
        "error": "too_many_characters",
        "characters": 1_000,
        "title": None,
        "outlet": None,
    }
    found = parse("many characters", max_characters=1_000)
    assert found["text"] == "😀" * 1_000
    assert len(found["title"]) == 2_000


def test_without_a_process_the_service_is_not_set_up(way, monkeypatch):
    monkeypatch.setattr(file_work, "_PYTHON", ("/nowhere/python",))
    monkeypatch.setattr(file_work, "_helpers", file_work._Helpers())

    with pytest.raises(SetupError, match="No process can be started"):
        parse("on")


# ── the helper ──────────────────────────────────────────────────────────────────────────────────────────────────────


@warm_only
def test_a_helper_that_was_killed_is_replaced(helpers):
    parse("on")
    first = helpers.get()._process.pid
    os.kill(first, signal.SIGKILL)

    assert parse("on")["text"] == "read on"
    assert helpers.get()._process.pid != first


@warm_only
def test_a_helper_that_ends_at_once_is_not_tried_for_ever(helpers, monkeypatch):
    monkeypatch.setattr(file_work, "_PYTHON", (sys.executable, "-I", "-c", "pass"))

    with pytest.raises(SetupError, match="ends at once"):
        parse("on")


@warm_only
def test_signals_to_the_whole_service_do_not_end_the_helper(helpers):
    parse("on")
    helper = helpers.get()._process
    for number in (signal.SIGTERM, signal.SIGINT):
        os.kill(helper.pid, number)

    assert parse("on")["text"] == "read on"
    assert helpers.get()._process is helper


OWNER = """
import os, sys
from service import file_work
from service.file_work import Limits, parse_apart

file_work._PYTHON = (sys.executable, "-I", "-B", sys.argv[1])

def act():
    return parse_apart(sys.argv[2].encode(), kind="html", max_characters=100, limits=Limits())["text"]

"""
FORKED = """
first = act()
pid = os.fork()
if pid == 0:
    os._exit(7 if act() == "read on" else 8)
_, status = os.waitpid(pid, 0)
print(first, os.waitstatus_to_exitcode(status), act())
"""


def owner(deed, tmp_path, page):
    """A process that reads `page`. `tmp_path` is in the command lines of all its processes, to find them by."""
    script = tmp_path / "misbehaving.py"
    script.write_text(MISBEHAVING.read_text().replace("Path(__file__).parents[2]", f"Path({str(ROOT)!r})"))
    command = [sys.executable, "-W", "error", "-c", OWNER + deed, str(script), page]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@warm_only
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_however_the_service_ends_no_reader_and_no_helper_stay(tmp_path, number):
    with owner("act()", tmp_path, "sleep") as process:
        wait_for(lambda: len(processes(str(tmp_path))) == 3)  # itself, its helper, and a reader
        process.send_signal(number)
        process.communicate()

    assert gone(str(tmp_path))


@warm_only
def test_a_process_that_ends_by_itself_leaves_nothing_and_says_nothing(tmp_path):
    with owner("print(act())", tmp_path, "on") as process:
        told, complaints = process.communicate()

    assert (told, complaints) == ("read on\n", "")
    assert gone(str(tmp_path))


@warm_only
def test_a_copy_of_a_process_has_a_helper_of_its_own(tmp_path):
    with owner(FORKED, tmp_path, "on") as process:
        told, complaints = process.communicate()

    assert (told, complaints) == ("read on 7 read on\n", "")
    assert gone(str(tmp_path))


# ── threads, event loops, cancelling ────────────────────────────────────────────────────────────────────────────


def test_from_many_threads_each_gets_its_own_answer(way):
    found = {}
    threads = [
        threading.Thread(
            target=lambda n=number: found.update(
                {n: read_article(b"<p>Page %d" % n, filename="a.html", max_bytes=100, max_characters=100).text}
            )
        )
        for number in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == {number: f"Page {number}" for number in range(12)}


def test_a_cancelled_reading_ends_at_once(way, helpers):
    async def act():
        reading = asyncio.create_task(off_loop(lambda work: parse("sleep", Limits(), work=work)))
        await asyncio.sleep(1)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading

    asyncio.run(act())

    wait_for(lambda: not any(thread.name == "file" for thread in threading.enumerate()))
    assert parse("on")["text"] == "read on"
    if way == "warm":
        helper = helpers.get()._process.pid
        assert gone_children(helper)


def gone_children(parent, seconds=5):
    def children():
        found = []
        for place in Path("/proc").glob("[0-9]*/stat"):
            try:
                state, ppid = place.read_text().rpartition(")")[2].split()[:2]
            except OSError:
                continue
            if int(ppid) == parent and state != "Z":
                found.append(place)
        return found

    until = time.monotonic() + seconds
    while children() and time.monotonic() < until:
        time.sleep(0.02)
    return children() == []


def test_what_is_cancelled_before_it_begins_is_never_begun(way):
    work = Work()
    work.cancel()

    with pytest.raises(CancelledError):
        parse_apart(PAGE, kind="html", max_characters=100, work=work)


@warm_only
def test_a_cancellation_between_the_line_and_the_reader_leaves_no_connection_open(helpers, monkeypatch):
    work, pairs = Work(), []
    pair, get = socket.socketpair, helpers.get

    def recorded(*which):
        pairs.append(pair(*which))
        return pairs[-1]

    def get_and_cancel():
        helper = get()
        monkeypatch.setattr(socket, "socketpair", recorded)
        work.cancel()
        return helper

    monkeypatch.setattr(helpers, "get", get_and_cancel)
    with pytest.raises(CancelledError):
        parse("on", work=work)

    assert [end.fileno() for ends in pairs for end in ends] == [-1, -1]


def test_few_read_at_once_and_who_stands_in_line_can_leave(helpers, monkeypatch):
    monkeypatch.setattr(file_work, "_line", file_work._Line(1))
    first, second = Work(), Work()
    ended = []

    def read(work, name):
        try:
            parse("sleep", Limits(), work=work)
        except CancelledError:
            ended.append(name)

    threads = [
        threading.Thread(target=read, args=(first, "1st")),
        threading.Thread(target=read, args=(second, "2nd")),
    ]
    threads[0].start()
    wait_for(lambda: file_work._line._taken == 1)
    threads[1].start()
    time.sleep(0.1)
    second.cancel()
    threads[1].join(5)
    assert ended == ["2nd"]

    first.cancel()
    threads[0].join(5)
    assert ended == ["2nd", "1st"]
    assert file_work._line._taken == 0


def test_slow_files_leave_the_loops_shared_threads_to_others(helpers):
    async def act():
        many = [asyncio.create_task(off_loop(lambda work: parse("sleep", Limits(), work=work))) for _ in range(40)]
        await asyncio.sleep(0.2)
        async with asyncio.timeout(5):
            free = await asyncio.to_thread(lambda: "free")
        for task in many:
            task.cancel()
        await asyncio.gather(*many, return_exceptions=True)
        return free

    assert asyncio.run(act()) == "free"


def test_an_error_of_the_reading_reaches_whoever_awaits_it():
    with pytest.raises(UnsupportedFile, match="no text"):
        asyncio.run(
            off_loop(
                lambda work: read_article(
                    b"<p hidden>x", filename="a.html", max_bytes=100, max_characters=100, work=work
                )
            )
        )
