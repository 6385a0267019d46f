"""How is the service started?

Looks beforehand at what would fail or be unsafe, and says so in words. What is served is left to `web`.
"""

import contextlib
import os
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from service.commands.shared import counted_together, give_up, joined, settings_of

if TYPE_CHECKING:
    from service.settings import Settings

DRAIN_SECONDS = 15  # requests under way at a stop have so long; open streams hear of it at once
CONNECTIONS = 1_000  # of one process, idle ones included; more are told to come back
LONGEST_HEAD = 32_768  # bytes of a request's headers
BACKLOG = 512  # connections that the kernel keeps while all are busy


@click.command(short_help="Answer over HTTP, with a page to try it.")
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="0.0.0.0 opens it to the network: make a key first."
)
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
@click.option("--workers", type=click.IntRange(1), default=1, show_default=True, help="Processes.")
@click.option(
    "--job-workers",
    type=click.IntRange(0),
    default=1,
    show_default=True,
    metavar="N",
    help="Processes that work on jobs, beside those that answer; 0 where `according worker` does it elsewhere.",
)
@click.option("--open", "open_", is_flag=True, help="Without API keys, answer other machines too.")
def serve(host: str, port: int, workers: int, job_workers: int, open_: bool) -> None:
    """Answer over HTTP: a page at /, the API at /v1/extract, its description at /openapi.json.

    Jobs sent to /v1/jobs are worked on by processes beside it (--job-workers).

    Once there are API keys (`according keys create`), every request needs one.
    """
    from service.errors import AccordingError

    try:
        settings = settings_of()
        _refuse_open_door(host, settings, open_=open_ or settings.open)
        _try_to_listen(host, port)
    except AccordingError as error:
        give_up(error)
    if open_:
        os.environ["ACCORDING_OPEN"] = "true"  # each process reads its own settings
    click.echo(f"according: http://{joined(host, port)}/", err=True)
    with counted_together(), job_workers_beside(job_workers if settings.store is not None else 0):
        _run(host, port, workers)


@contextlib.contextmanager
def job_workers_beside(count: int) -> Iterator[None]:
    """So many processes that work on jobs, for as long as the block lasts; one that dies is started again.

    They end by themselves where this process dies, however it does.
    """
    if not count:
        yield
        return
    from service.commands.worker import child_command
    from service.jobs.supervisor import POLL_SECONDS, Supervisor

    command = child_command(concurrency=None, model=None, drain=DRAIN_SECONDS)
    supervisor = Supervisor(
        command, count, drain_seconds=DRAIN_SECONDS, say=lambda words: click.echo(f"according: {words}", err=True)
    )
    stop = threading.Event()

    def watch() -> None:
        while not stop.wait(POLL_SECONDS):
            supervisor.look()

    watching = threading.Thread(target=watch, name="job-workers", daemon=True)
    watching.start()
    try:
        yield
    finally:
        stop.set()
        watching.join()
        supervisor.stop()


def _run(host: str, port: int, workers: int) -> None:
    import uvicorn

    # By name, for each process makes its own; open streams hear of a signal by themselves, others get some seconds.
    uvicorn.run(
        "service.web.app:from_environment",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        http="service.web.protocol:HastyProtocol",
        ws="none",
        h11_max_incomplete_event_size=LONGEST_HEAD,
        limit_concurrency=CONNECTIONS,
        backlog=BACKLOG,
        reset_contextvars=True,  # else one request's trace may be taken for the parent of the next
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )


def _refuse_open_door(host: str, settings: "Settings", *, open_: bool) -> None:
    """Raises SetupError where anybody on the network could ask, and nobody said that they may."""
    import ipaddress

    from service import keys
    from service.errors import SetupError
    from service.store.database import StoreDown
    from service.store.store import Store

    try:
        local = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = False
    if local or open_:
        return
    if settings.store is not None:
        try:
            with Store.open(settings.store) as store, store.reading() as connection:
                if keys.are_needed(connection):
                    return
        except StoreDown as error:
            # It comes up and answers nobody until it knows who has a key.
            click.echo(f"according: {error}", err=True)
            return
    where = "" if settings.store is not None else "set ACCORDING_STORE to a file or database to keep it in, "
    raise SetupError(
        f"--host {host} lets other machines in, and there is no API key. To let in those with a key, {where}"
        "run `according keys create NAME` first. To let in anybody, give --open."
    )


def _try_to_listen(host: str, port: int) -> None:
    """Raises SetupError in words where the address cannot be had; the server itself would only write to its log."""
    import socket

    from service.errors import SetupError

    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as error:
        raise SetupError(
            f"Nothing can listen at {host}, port {port}: {error.strerror}. Name others with --host and --port."
        ) from None
