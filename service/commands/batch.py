"""How is a batch of articles worked through from a command line?

A job in the store, worked on by processes of its own, and written out when it is done. Parses, calls and prints;
everything heavy is imported inside the command, so that help comes at once.
"""

import contextlib
import os
import re
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from service.commands.jobs import SHOWN_FAILURES, clock, tell_failures
from service.commands.reading import Day, check_samples, model_option, samples_option
from service.commands.shared import NOTHING, PARTLY, Dollars, give_up, settings_of
from service.commands.worker import child_command, default_processes

if TYPE_CHECKING:
    from service.jobs.jobs import Jobs
    from service.jobs.records import ArticleResult, JobOrder, JobView
    from service.settings import Settings

LOOK_SECONDS = 0.5
PLAIN_SECONDS = 10.0  # between two lines where there is no terminal
DRAIN_SECONDS = 10.0
_UNSAFE = re.compile(r"[^\w.-]+")


@click.command(short_help="Work through many articles, whatever happens meanwhile.")
@click.argument("inputs", nargs=-1, required=True, metavar="IN…", type=click.Path(exists=True, path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@model_option
@click.option("--published", type=Day(["%Y-%m-%d"]), metavar="YYYY-MM-DD", help="Where the text has none.")
@click.option("--outlet", metavar="NAME", help="Who published them, where the text does not say.")
@samples_option
@click.option("--verify", metavar="MODEL", help="A second model that is asked about doubtful claims.")
@click.option("--max-cost", type=Dollars(), metavar="USD", help="Begin no article beyond it.")
@click.option("--per-minute", type=click.IntRange(1, 1_000_000), metavar="N", help="Begin at most N articles a minute.")
@click.option("--processes", type=click.IntRange(0), metavar="N", help="0: other workers of the store do it.")
@click.option("--concurrency", type=click.IntRange(1), metavar="N", help="Articles under way at once in a process.")
@click.option("--again", is_flag=True, help="Read all anew, even what an earlier batch has done.")
def batch(
    inputs: tuple[Path, ...],
    out: Path,
    model: str | None,
    published: datetime | None,
    outlet: str | None,
    samples: int | None,
    verify: str | None,
    max_cost: float | None,
    per_minute: int | None,
    processes: int | None,
    concurrency: int | None,
    again: bool,
) -> None:
    """Work through many articles: files, folders, or .jsonl files whose lines have a "text".

    OUT is a file of lines of JSON in the order of the articles, or a folder for a file each if it is one or ends in /.
    What was interrupted goes on when the same command is given again. Ends with 0 where all were read, 1 where some or
    some parts failed, 2 where nothing was.
    """
    from service.errors import AccordingError
    from service.jobs.jobs import Jobs
    from service.jobs.records import JobOptions, JobOrder
    from service.store.store import Store

    try:
        settings = settings_of(model=model)
        own = None
        if settings.store is None:
            own = out.parent / f"{out.name}.according.sqlite"
            settings = settings.model_copy(update={"store": str(own)})
        assert settings.store is not None
        os.environ["ACCORDING_STORE"] = settings.store  # the worker processes inherit it
        check_samples(samples, settings.model)
        _check_model(settings)
        if verify is not None:
            _check_model(settings.model_copy(update={"model": verify}))
        _check_out(out, inputs)
        order = JobOrder(
            model=settings.model,
            name=f"batch {out.name}"[:200],
            max_cost=max_cost,
            per_minute=per_minute,
            options=JobOptions(
                samples=samples, verify=verify, outlet=outlet, published=published.date() if published else None
            ),
        )
        with _output(out) as output, Store.open(settings.store) as store:
            jobs = Jobs(store, settings)
            view = _ordered(jobs, order, inputs, settings, again=again)
            count = default_processes(settings.model) if processes is None else processes
            command = child_command(concurrency=concurrency, model=settings.model, drain=DRAIN_SECONDS)
            view = _work(jobs, view, output, command, count)
            code = _end(jobs, view, output)
    except AccordingError as error:
        give_up(error)
    if own is not None and code == 0:
        _remove(own)
    sys.exit(code)


def _check_model(settings: "Settings") -> None:
    """Raises InputError or SetupError before anything is taken in; a stand-in would start its server for it."""
    if not settings.model.startswith("simulated/"):
        from service.choose import make_extractor

        make_extractor(settings.model, settings)


def _check_out(out: Path, inputs: tuple[Path, ...]) -> None:
    """Raises InputError where the last article would be lost, as where OUT was left out after *.txt."""
    from service.errors import InputError
    from service.inbox import ENDINGS

    if out.is_file() and (out.suffix.lower() in ENDINGS or any(out.samefile(path) for path in inputs)):
        message = f"OUT {out} is an article and would be overwritten."
        raise InputError(message, field="out", fix="Name another file, such as found.jsonl, or a folder, last.")


def _ordered(
    jobs: "Jobs", order: "JobOrder", inputs: tuple[Path, ...], settings: "Settings", *, again: bool
) -> "JobView":
    """The job of exactly this input: a new one, or the one that was begun before."""
    from service.commands.orders import items_of, order_id
    from service.errors import InputError
    from service.jobs.records import JobLimits

    job = order_id(order, settings.model, items_of(inputs, settings, order))
    known = jobs.view(job)
    if known is not None and (again or known.state == "incoming"):
        jobs.delete(job)
        known = None
    if known is None:
        click.echo("according: taking in the articles …", err=True)
        return jobs.submit(order, items_of(inputs, settings, order), job_id=job)
    if known.state == "cancelled":
        raise InputError(f"The job {job} was cancelled.", field="job", fix="--again reads all anew.")
    click.echo(f"according: going on with job {job}, {known.done:,} of {known.total:,} done", err=True)
    if known.failed:
        known = jobs.retry(job)
    if not known.ended and (known.max_cost, known.per_minute) != (order.max_cost, order.per_minute):
        known = jobs.change(job, JobLimits(max_cost=order.max_cost, per_minute=order.per_minute))
    return known


def _work(jobs: "Jobs", view: "JobView", output: "_Output", command: list[str], processes: int) -> "JobView":
    """Until the job has ended, or stands still."""
    from service.jobs.supervisor import POLL_SECONDS, Supervisor
    from service.store.database import StoreDown

    supervisor = Supervisor(command, processes, drain_seconds=DRAIN_SECONDS, say=lambda words: _say(words))
    due, told = 0.0, threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):  # `docker stop` is as good a wish as Ctrl-C
        signal.signal(number, lambda *_: told.set())
    try:
        with _progress(view) as tell:
            while not (told.is_set() or view.ended or (view.paused and view.waiting)):
                supervisor.look()
                if time.monotonic() >= due:
                    with contextlib.suppress(StoreDown):  # the workers wait for it too
                        view = jobs.view(view.id) or view
                        output.write(jobs, view.id)
                        tell(view)
                    due = time.monotonic() + LOOK_SECONDS
                told.wait(POLL_SECONDS)
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a second Ctrl-C waits for nobody
        if told.is_set():
            _say("ending what is under way …")
    finally:
        supervisor.stop()
    if told.is_set():
        view = jobs.view(view.id) or view
        _say(f"job {view.id} stands at {view.done:,} of {view.total:,}; the same command goes on with it")
        sys.exit(PARTLY)
    return view


def _end(jobs: "Jobs", view: "JobView", output: "_Output") -> int:
    output.write(jobs, view.id)
    if view.paused:
        _say(f"job {view.id} stands still: {view.paused}. Give the same command with another --max-cost, or none.")
        return PARTLY if view.done else NOTHING
    output.finish()
    tell_failures(jobs.failures(view.id, limit=SHOWN_FAILURES), view.failed)
    _say(f"{view.done:,} of {view.total:,} articles are in {output.place} (job {view.id})")
    if not view.done:
        return NOTHING
    return PARTLY if view.done < view.total or view.partial else 0


def _say(words: str) -> None:
    click.echo(f"according: {words}", err=True)


def _remove(store: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        Path(f"{store}{ending}").unlink(missing_ok=True)
    shutil.rmtree(f"{store}.workers", ignore_errors=True)


# ── what is written ───────────────────────────────────────────────────────────────────────────────────────────────


class _Output:
    """Extractions in the order of their articles, each as soon as those before it have ended."""

    def __init__(self, place: Path, file: IO[str] | None) -> None:
        self.place = place
        self._file = file  # None: a file for each article
        self._last = -1

    def write(self, jobs: "Jobs", job: str) -> None:
        """All that can be written now."""
        from service.rendering import lines
        from service.store.extractions import find

        for result in jobs.results(job, after=self._last, states=("done", "failed", "cancelled", "waiting")):
            if result.state == "waiting":
                return
            if result.extraction is not None:
                with jobs.store.reading() as connection:
                    extraction = find(connection, result.extraction)
                if extraction is not None:
                    self._add(result, lines.as_json(extraction))
            self._last = result.position

    def _add(self, result: "ArticleResult", words: str) -> None:
        if self._file is not None:
            self._file.write(words + "\n")
            return
        name = _UNSAFE.sub("_", result.id).strip("._")[:120]
        target = self.place / (f"{name}.json" if name == result.id else f"{name}-{result.position}.json")
        partial = target.with_suffix(".json.partial")
        partial.write_text(words + "\n", encoding="utf-8")
        partial.replace(target)

    def finish(self) -> None:
        """The file gets its name."""
        if self._file is not None:
            self._file.flush()
            os.fsync(self._file.fileno())
            Path(self._file.name).replace(self.place)


@contextlib.contextmanager
def _output(out: Path) -> Iterator[_Output]:
    """Raises InputError where nothing can be written there, or another batch is just doing so."""
    import fcntl

    from service.errors import InputError

    try:
        if out.is_dir() or str(out).endswith("/") or not out.suffix:
            out.mkdir(parents=True, exist_ok=True)
            yield _Output(out, None)
            return
        file = Path(f"{out}.partial").open("a", encoding="utf-8", newline="")  # noqa: SIM115 - closed below
    except OSError as error:
        message = f"{out} cannot be written: {error.strerror}."
        raise InputError(message, field="out", fix="Check the folder and its rights.") from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            message = f"Another batch is writing {out}."
            raise InputError(message, field="out", fix="Wait for it, or name another file.") from None
        file.truncate(0)
        try:
            yield _Output(out, file)
        finally:
            file.flush()
            if not os.fstat(file.fileno()).st_size:  # nothing came of it
                Path(file.name).unlink(missing_ok=True)


# ── how far it is ─────────────────────────────────────────────────────────────────────────────────────────────────


@contextlib.contextmanager
def _progress(view: "JobView") -> Iterator[Callable[["JobView"], object]]:
    """A bar in a terminal, plain lines now and then elsewhere; on standard error."""
    if not sys.stderr.isatty():
        yield _plain()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("Reading"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[words]}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=view.total, words="")

        def tell(now: "JobView") -> None:
            ended = now.done + now.failed + now.cancelled
            progress.update(task, completed=ended, words=_words(now))

        yield tell


def _plain() -> Callable[["JobView"], object]:
    due = time.monotonic() + PLAIN_SECONDS

    def tell(view: "JobView") -> None:
        nonlocal due
        if time.monotonic() >= due:
            due += PLAIN_SECONDS
            _say(", ".join(filter(None, (f"{view.done + view.failed:,} of {view.total:,}", _words(view)))))

    return tell


def _words(view: "JobView") -> str:
    words = []
    if view.per_minute_now:
        words.append(f"{view.per_minute_now:,.0f} a minute")
    if view.failed:
        words.append(f"{view.failed:,} failed")
    if view.cost is not None:
        words.append(f"${view.cost:.4f}")
    if view.seconds_left is not None:
        words.append(f"{clock(view.seconds_left)} left")
    return ", ".join(words)
