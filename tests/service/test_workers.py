"""The living are told from the dead, and dead processes are replaced."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from jobmakers import SETTINGS, Extracting, a_job
from sqlalchemy import func, select

from service.jobs import liveness as liveness_module
from service.jobs import workers as workers_module
from service.jobs.apart import OUR_ERROR, Apart
from service.jobs.jobs import Jobs
from service.jobs.liveness import LockFiles, Sessions, liveness, new_worker_id
from service.jobs.supervisor import Supervisor, words_of
from service.jobs.workers import Post, work
from service.store.database import StoreDown, open_engine
from service.store.store import Store
from service.store.tables import extractions, workers

HOLD = """
import sys, time
from pathlib import Path
from service.jobs.liveness import LockFiles
life = LockFiles(Path(sys.argv[1]), sys.argv[2])
life.hold()
print("held", flush=True)
time.sleep(60)
"""


def wait_until(condition, seconds=20.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.05)


# ── who is alive ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_no_two_workers_have_one_id():
    first, second = new_worker_id(), new_worker_id()

    assert first != second
    assert first.split(":")[1] == str(os.getpid())


def test_a_worker_that_never_was_is_dead(tmp_path):
    assert LockFiles(tmp_path / "workers", "host:1:a").is_dead("host:2:b")


def test_a_worker_lives_as_long_as_its_process(tmp_path):
    process = subprocess.Popen([sys.executable, "-c", HOLD, tmp_path, "host:1:a"], stdout=subprocess.PIPE)
    try:
        assert process.stdout.readline() == b"held\n"
        other = LockFiles(tmp_path, "host:2:b")
        assert not other.is_dead("host:1:a")

        process.send_signal(signal.SIGSTOP)
        assert not other.is_dead("host:1:a")  # it may wake

        process.kill()
        process.wait()
        assert other.is_dead("host:1:a")
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_a_worker_that_has_left_leaves_nothing(tmp_path):
    life = LockFiles(tmp_path / "workers", "host:1:a")
    assert life.hold()
    assert life.hold()

    life.release()

    assert list(tmp_path.iterdir()) == []
    assert LockFiles(tmp_path / "workers", "host:2:b").is_dead("host:1:a")


@pytest.mark.postgres
def test_sessions_of_the_database_tell_the_living_from_the_dead(postgres, monkeypatch):
    monkeypatch.setattr(liveness_module, "SETTLED_SECONDS", 0)
    with Store.open(postgres) as store:
        first, second = Sessions(store.engine, "host:1:a"), Sessions(store.engine, "host:2:b")
        assert first.hold()
        assert [second.is_dead("host:1:a") for _ in range(3)] == [False] * 3

        first.release()

        assert [second.is_dead("host:1:a") for _ in range(2)] == [False, True]  # free at two looks


@pytest.mark.postgres
def test_nobody_is_dead_while_the_database_has_just_started(postgres, monkeypatch):
    monkeypatch.setattr(liveness_module, "SETTLED_SECONDS", 1e9)
    with Store.open(postgres) as store:
        life = Sessions(store.engine, "host:2:b")

        assert [life.is_dead("host:1:a") for _ in range(3)] == [False] * 3


def test_each_kind_of_store_has_its_own_sign_of_life(any_store):
    life = liveness(any_store, "host:1:a")

    assert isinstance(life, LockFiles) == any_store.is_sqlite
    assert life.hold()
    life.release()


# ── the supervisor ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_dead_process_is_replaced_and_all_end_with_their_supervisor():
    said = []
    supervisor = Supervisor([sys.executable, "-c", "input()"], 2, drain_seconds=1, say=said.append)
    supervisor.look()
    first = supervisor.pids

    os.kill(first[0], signal.SIGKILL)
    wait_until(lambda: supervisor.look() or (len(supervisor.pids) == 2 and supervisor.pids[0] != first[0]))
    last = supervisor.pids
    supervisor.stop()

    assert last[1] == first[1]
    assert "SIGKILL" in said[0]
    assert supervisor.pids == []
    for pid in last:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_one_that_dies_again_and_again_is_started_less_often():
    said = []
    supervisor = Supervisor([sys.executable, "-c", "raise SystemExit(7)"], 1, drain_seconds=1, say=said.append)

    wait_until(lambda: supervisor.look() or len(said) == 3)
    supervisor.stop()

    assert [words.rpartition("another starts in ")[2] for words in said] == ["0.5 s", "1 s", "2 s"]
    assert "exit code 7" in said[0]


def test_where_no_process_can_be_started_it_is_said_and_tried_later(tmp_path):
    said = []
    supervisor = Supervisor([str(tmp_path / "nowhere")], 1, drain_seconds=1, say=said.append)

    supervisor.look()
    supervisor.look()

    assert said == ["no worker can be started (No such file or directory); tried again in 5 s"]
    assert supervisor.pids == []


def test_a_process_that_does_not_end_when_asked_is_killed(monkeypatch):
    monkeypatch.setattr("service.jobs.supervisor.KILL_SECONDS", 0.2)
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    supervisor = Supervisor([sys.executable, "-c", stubborn], 1, drain_seconds=0.1, say=print)
    supervisor.look()
    time.sleep(0.5)

    began = time.monotonic()
    supervisor.stop()

    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    ("code", "words"),
    [
        pytest.param(0, "exit code 0", id="by-itself"),
        pytest.param(-9, "SIGKILL", id="by-a-signal"),
        pytest.param(-99, "signal 99", id="by-one-without-a-name"),
    ],
)
def test_the_end_of_a_process_is_told_in_words(code, words):
    assert words_of(code) == words


# ── processes for suspects ────────────────────────────────────────────────────────────────────────────────────────


def crashes_of(script, tmp_path):
    async def collect():
        command = [sys.executable, "-c", script, str(tmp_path / "seen")]
        return [crash async for crash in Apart(command).crashes("job", 4)]

    return asyncio.run(collect())


def test_the_article_under_way_at_the_crash_is_known(tmp_path):
    script = """
import os, pathlib, signal, sys
seen = pathlib.Path(sys.argv[1])
assert sys.argv[2:] == ["job", "4"]
if seen.exists():
    sys.exit(0)
seen.touch()
print("begin 7\\nend 7\\nnoise\\nbegin 8", flush=True)
os.kill(os.getpid(), signal.SIGSEGV)
"""
    assert crashes_of(script, tmp_path) == [(8, "Working on it ended its process each time (SIGSEGV).")]


def test_a_process_that_could_not_work_blames_no_article(tmp_path, monkeypatch):
    monkeypatch.setattr("service.jobs.apart.AGAIN_SECONDS", 0.01)
    script = f"""
import pathlib, sys
seen = pathlib.Path(sys.argv[1])
if seen.exists():
    sys.exit(0)
seen.touch()
print("begin 8", flush=True)
sys.exit({OUR_ERROR})
"""
    assert crashes_of(script, tmp_path) == []


# ── a whole worker ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_worker_waits_for_a_store_that_is_not_there_yet(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(workers_module, "STORE_SECONDS", 0.05)
    here, tries = Store.open, []

    def not_yet(name):
        tries.append(name)
        if len(tries) < 3:
            raise StoreDown("The store does not answer: nobody there.")
        return here(name)

    monkeypatch.setattr(Store, "open", not_yet)
    post = Post(str(tmp_path / "store.sqlite"), SETTINGS, concurrency=1, warm=lambda _: None)

    async def run():
        stop = asyncio.Event()
        await work(post, stop, lambda _: stop.set())

    asyncio.run(run())

    assert len(tries) == 3
    assert caplog.text.count("waiting for the store: The store does not answer: nobody there.") == 2


def test_a_worker_that_waits_for_its_store_ends_when_it_is_told(monkeypatch):
    def never(name):
        raise StoreDown("The store does not answer.")

    monkeypatch.setattr(Store, "open", never)

    async def run():
        stop = asyncio.Event()
        working = asyncio.create_task(work(Post("away", SETTINGS, concurrency=1), stop))
        await asyncio.sleep(0.1)
        stop.set()
        await asyncio.wait_for(working, 5)

    asyncio.run(run())


def listening():
    """Sockets on which this process waits for others."""
    links = []
    for path in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # the one that lists the folder
            links.append(str(path.readlink()))
    lines = [line for kind in ("tcp", "tcp6") for line in Path(f"/proc/self/net/{kind}").read_text().split("\n")]
    rows = [line.split() for line in lines]
    return [row[1] for row in rows if len(row) > 9 and row[3] == "0A" and f"socket:[{row[9]}]" in links]


def a_post(address, extractor, *, concurrency):
    return Post(
        address,
        SETTINGS,
        concurrency=concurrency,
        make_extractor=lambda name, settings, calls=None: extractor,
        make_judge=lambda settings, calls: None,
        warm=lambda _: None,
    )


def test_a_worker_does_a_job_opens_no_port_and_leaves_nothing_in_line(any_store, any_address):
    extractor = Extracting()
    view = a_job(any_store, 70)
    ports = []

    async def run():
        stop = asyncio.Event()
        post = a_post(any_address, extractor, concurrency=8)
        working = asyncio.create_task(work(post, stop))
        for _ in range(600):
            await asyncio.sleep(0.1)
            if (await asyncio.to_thread(Jobs(any_store, SETTINGS).view, view.id)).ended:
                break
        ports.extend(listening())
        stop.set()
        await working

    asyncio.run(run())

    from service.jobs.engine import Chunks

    assert Jobs(any_store, SETTINGS).view(view.id).done == 70
    assert sorted(extractor.asked) == sorted(f"a{number}" for number in range(70))
    assert ports == []
    engine = open_engine(any_store.engine.url, begins=False)
    chunks = Chunks(engine)
    assert chunks.jobs() == {view.id}
    assert chunks.lost(view.id, [0, 999]) == [0, 999]  # nobody works on them any more
    chunks.forget(view.id)
    assert chunks.jobs() == set()
    chunks.close()
    engine.dispose()
    with any_store.reading() as connection:
        assert connection.execute(select(workers)).all() == []


@pytest.fixture
def a_small_disk(tmp_path):
    """A folder with room for some megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(folder)], capture_output=True, text=True
    )
    if mounted.returncode:
        pytest.skip(f"no disk can be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk):
    """Leaves no room at all; deleting the file gives it back."""
    path = disk / "of-somebody-else"
    with path.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"\0" * 4096)
    return path


def test_a_job_waits_for_room_on_a_full_disk_and_loses_nothing(a_small_disk, caplog):
    address = str(a_small_disk / "store.sqlite")
    full = asyncio.Event()

    async def ten_before_it_is_full(_):
        if len(extractor.asked) > 10:
            await full.wait()

    extractor = Extracting(ten_before_it_is_full)
    with Store.open(address) as store:
        port, view = Jobs(store, SETTINGS), a_job(store, 60)
        seen = {}

        async def until(condition):
            async with asyncio.timeout(200):
                while not condition():
                    await asyncio.sleep(0.05)

        def done():
            return port.view(view.id).done

        async def run():
            stop = asyncio.Event()
            post = a_post(address, extractor, concurrency=2)
            working = asyncio.create_task(work(post, stop))
            await until(lambda: done() >= 10)
            filler = fill(a_small_disk)
            full.set()
            await until(lambda: "results wait for the store" in caplog.text)
            seen["full"] = done()
            await asyncio.sleep(2)
            seen["later"] = done()
            filler.unlink()
            await until(lambda: port.view(view.id).ended)
            stop.set()
            await working

        asyncio.run(run())

        assert seen["full"] == seen["later"] < 60
        told = port.view(view.id)
        assert (told.done, told.failed, told.waiting) == (60, 0, 0)
        assert sorted(extractor.asked) == sorted(f"a{number}" for number in range(60))
        with store.reading() as connection:
            assert connection.scalar(select(func.count()).select_from(extractions)) == 60
