"""How are workers started from a command line?

Parses, calls and prints. Everything heavy is imported inside the command, so that help comes at once.
"""

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from service.commands.shared import COUNTS_FOLDER, Address, counted_together, give_up, joined, settings_of, store_of

if TYPE_CHECKING:
    from service.jobs.workers import Post
    from service.settings import Settings


@click.command(short_help="Work on jobs.")
@click.option("--processes", type=click.IntRange(1), metavar="N", help="Processes; one for each core if embedded.")
@click.option("--concurrency", type=click.IntRange(1), metavar="N", help="Articles under way at once in a process.")
@click.option("--model", metavar="NAME", help="The model that the number of processes goes by.")
@click.option("--drain", type=click.FloatRange(0), default=20.0, show_default=True, help="Seconds to end in.")
@click.option(
    "--metrics",
    type=Address(),
    metavar="[HOST:]PORT",
    help="Tell Prometheus there, at /metrics, what the workers count; HOST is 127.0.0.1 unless named.",
)
@click.option("--child", is_flag=True, hidden=True)
@click.option("--apart", nargs=2, hidden=True, metavar="JOB CHUNK")
def worker(
    processes: int | None,
    concurrency: int | None,
    model: str | None,
    drain: float,
    metrics: tuple[str, int] | None,
    child: bool,
    apart: tuple[str, str] | None,
) -> None:
    """Work on jobs until ended: on this machine or others, as many as there shall be, with the same ACCORDING_STORE.

    A process that dies is started again; what it was working on goes on in another.
    """
    from service.errors import AccordingError

    try:
        settings = settings_of(model=model)
        store = store_of(settings)
        if child or apart is not None:
            from service.jobs.process import run_apart, run_worker

            post = post_for(settings, store, concurrency=concurrency, drain=drain)
            if apart is not None:
                sys.exit(run_apart(post, apart[0], int(apart[1])))
            return run_worker(post)
        _check(store)
        count = processes or default_processes(settings.model)
        command = child_command(concurrency=concurrency, model=model, drain=drain)
        with _told_at(metrics):
            supervise(command, count, drain_seconds=drain)
    except AccordingError as error:
        give_up(error)
    sys.exit(0)


def post_for(settings: "Settings", store: str, *, concurrency: int | None, drain: float) -> "Post":
    from service.jobs.workers import Post
    from service.telemetry import tracing_of

    counts = None
    if os.environ.get(COUNTS_FOLDER):  # whoever started this process tells what it counts
        from service.counting import WorkCounts, check_folder

        check_folder()
        counts = WorkCounts(settings)
    return Post(
        store=store,
        settings=settings,
        concurrency=concurrency or settings.concurrency,
        drain_seconds=drain,
        apart=[sys.executable, "-m", "service.cli", "worker", "--model", settings.model, "--apart"],
        counts=counts,
        tracing=tracing_of(os.environ),
    )


def child_command(*, concurrency: int | None, model: str | None, drain: float) -> list[str]:
    command = [sys.executable, "-m", "service.cli", "worker", "--child", "--drain", str(drain)]
    if concurrency is not None:
        command += ["--concurrency", str(concurrency)]
    if model is not None:
        command += ["--model", model]
    return command


def default_processes(model: str) -> int:
    """Computing wants a process for each core; waiting for a model elsewhere does not."""
    from service.models import computes_here

    return len(os.sched_getaffinity(0)) if computes_here(model) else 1


def _check(store: str) -> None:
    """Raises SetupError before any process is started. A store that is down is waited for by each."""
    from service.store.database import StoreDown
    from service.store.store import Store
    from service.telemetry import tracing_of

    tracing_of(os.environ).shut_down()
    try:
        Store.open(store).close()
    except StoreDown as error:
        click.echo(f"according: {error} The workers wait for it.", err=True)


@contextlib.contextmanager
def _told_at(address: tuple[str, int] | None) -> Iterator[None]:
    """What all workers count is told there, as long as the block lasts. Raises SetupError."""
    if address is None:
        yield
        return
    with counted_together():
        from service.counting import told_at

        with told_at(*address):
            click.echo(f"according: counts at http://{joined(*address)}/metrics", err=True)
            yield


def supervise(command: Sequence[str], processes: int, *, drain_seconds: float) -> None:
    from service.jobs.supervisor import POLL_SECONDS, Supervisor

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    supervisor = Supervisor(
        command, processes, drain_seconds=drain_seconds, say=lambda words: click.echo(f"according: {words}", err=True)
    )
    click.echo(f"according: {processes} worker process{'es' if processes > 1 else ''}; Ctrl-C ends them", err=True)
    try:
        while not stop.wait(POLL_SECONDS):
            supervisor.look()
    finally:
        supervisor.stop()
