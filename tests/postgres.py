"""A store to test with: SQLite always, PostgreSQL where its programs are.

Starts a cluster of its own on a socket in a temporary folder. Tests that need it are skipped where there is none,
unless ACCORDING_REQUIRE_POSTGRES is set.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text

from service.store.store import Store

REQUIRED = bool(os.environ.get("ACCORDING_REQUIRE_POSTGRES"))
_USER = "postgres"


def _programs() -> Path | None:
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    on_path = [Path(found).parent for found in (shutil.which("initdb"),) if found]
    return next((folder for folder in (*on_path, *installed) if (folder / "initdb").exists()), None)


class Cluster:
    """A PostgreSQL server of the tests' own. With `fsync` it loses nothing when it crashes, and is slower."""

    def __init__(self, programs: Path, folder: Path, *, fsync: bool = False) -> None:
        self._programs = programs
        self._folder = folder
        self._data = folder / "data"
        self._fsync = fsync
        if os.geteuid() == 0:  # which PostgreSQL refuses to run as
            shutil.chown(folder, _USER, _USER)
        self._run("initdb", "-D", self._data, "-U", _USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")

    def start(self) -> None:
        options = f"-c listen_addresses= -c unix_socket_directories={self._folder} -c max_connections=100"
        if not self._fsync:
            options += " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        self._run("pg_ctl", "-D", self._data, "-l", self._folder / "log", "-w", "-o", options, "start")

    def stop(self, mode: str = "fast") -> None:
        """`immediate` is a crash. Nothing happens where it is stopped already."""
        if (self._data / "postmaster.pid").exists():
            self._run("pg_ctl", "-D", self._data, "-m", mode, "-w", "stop")

    def address(self, database: str) -> str:
        return f"postgresql://{_USER}@/{database}?host={self._folder}"

    def create(self) -> str:
        """The address of a new, empty database."""
        name = f"t{uuid4().hex[:12]}"
        self._say(f"create database {name}")
        return self.address(name)

    def drop(self, address: str) -> None:
        name = address.partition("@/")[2].partition("?")[0]
        self._say(f"drop database if exists {name} with (force)")

    def _say(self, statement: str) -> None:
        engine = create_engine(
            self.address("postgres").replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT"
        )
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()

    def _run(self, program: str, *arguments: object) -> None:
        as_user = {"user": _USER, "group": _USER, "extra_groups": []} if os.geteuid() == 0 else {}
        done = subprocess.run(
            [str(self._programs / program), *map(str, arguments)],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=120,
            text=True,
            **as_user,
        )
        assert done.returncode == 0, done.stderr


def _new_cluster(*, fsync: bool) -> Iterator[Cluster]:
    programs = _programs()
    if programs is None:
        (pytest.fail if REQUIRED else pytest.skip)("PostgreSQL's programs are not installed")
    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # short: a socket's path has at most 107 characters
    try:
        cluster = Cluster(programs, folder, fsync=fsync)
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    """One server for all tests, which none may stop."""
    yield from _new_cluster(fsync=False)


@pytest.fixture
def own_postgres() -> Iterator[Cluster]:
    """A server that the test may stop, crash and start; it loses nothing that was committed."""
    yield from _new_cluster(fsync=True)


@pytest.fixture
def postgres(postgres_cluster: Cluster) -> Iterator[str]:
    """The address of a new, empty database."""
    address = postgres_cluster.create()
    yield address
    postgres_cluster.drop(address)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def any_address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a store may be made: a file, then a database of PostgreSQL."""
    if request.param == "postgresql":
        found: str = request.getfixturevalue("postgres")
        return found
    return str(tmp_path / "store.sqlite")


@pytest.fixture
def any_store(any_address: str) -> Iterator[Store]:
    """An empty store, of both kinds."""
    with Store.open(any_address) as store:
        yield store
