"""How are jobs looked at and steered from a command line?

Parses, calls and prints. Everything heavy is imported inside the command, so that help comes at once.
"""

import contextlib
import json
import sys
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from service.commands.shared import NOTHING, PARTLY, Dollars, opened, settings_or_give_up

if TYPE_CHECKING:
    from service.jobs.jobs import Jobs
    from service.jobs.records import ArticleResult, JobView

SHOWN_FAILURES = 10


@click.group(name="jobs", short_help="Look at jobs, and steer them.")
def jobs() -> None:
    """Look at jobs, and steer them. JOB is a job's id, or as much of its beginning as no other has."""


@contextlib.contextmanager
def _opened() -> Iterator["Jobs"]:
    """The jobs of the store that is set; errors in words."""
    from service.jobs.jobs import Jobs

    settings = settings_or_give_up()
    with opened(settings) as store:
        yield Jobs(store, settings)


def _named(found: "Jobs", beginning: str) -> str:
    """The id that begins so. Raises InputError where there is none, or several."""
    from service.errors import InputError

    if found.view(beginning) is not None:
        return beginning
    if not beginning:  # an unset variable of a script is not to be the only job there is
        raise InputError("JOB is empty.", field="job", fix="`according jobs list` shows those there are.")
    matching: list[str] = []
    cursor: str | None = None
    while True:
        page = found.list(limit=200, cursor=cursor)
        matching += [view.id for view in page.jobs if view.id.startswith(beginning)]
        cursor = page.next
        if cursor is None:
            break
    if len(matching) == 1:
        return matching[0]
    words = f"{len(matching)} jobs begin with {beginning!r}." if matching else f"There is no job {beginning!r}."
    raise InputError(words, field="job", fix="`according jobs list` shows those there are.")


@jobs.command(name="list", short_help="List the newest jobs.")
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="As lines of JSON.")
def list_jobs(limit: int, as_json: bool) -> None:
    """List the newest jobs."""
    from service.rendering.words import visible

    with _opened() as found:
        views = found.list(limit=limit).jobs
    for view in views:
        if as_json:
            click.echo(view.model_dump_json())
        else:
            click.echo(f"{view.id}  {view.created:%Y-%m-%d %H:%M}  {_short(view):<40}  {visible(view.name or '')}")
    if not views and not as_json:
        click.echo("There is no job. `according batch IN OUT` begins one.", err=True)


@jobs.command(short_help="Say how far a job is.")
@click.argument("job")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def show(job: str, as_json: bool) -> None:
    """Say how far a job is, and what failed in it."""
    with _opened() as found:
        name = _named(found, job)
        view = found.view(name)
        failures = found.failures(name, limit=SHOWN_FAILURES)
        assert view is not None
    if as_json:
        click.echo(view.model_dump_json(indent=2))
        return
    for line in _lines(view):
        click.echo(line)
    tell_failures(failures, view.failed)


@jobs.command(short_help="Begin no further article of a job.")
@click.argument("job")
def cancel(job: str) -> None:
    """Begin no further article of a job; what is under way ends at once, what is done stays."""
    with _opened() as found:
        click.echo(_short(found.cancel(_named(found, job))))


@jobs.command(short_help="Try the failed articles again.")
@click.argument("job")
def retry(job: str) -> None:
    """Try the failed articles of a job again, and no others."""
    with _opened() as found:
        click.echo(_short(found.retry(_named(found, job))))


@jobs.command(short_help="Set other limits.")
@click.argument("job")
@click.option("--max-cost", type=Dollars(), metavar="USD", help="Begin no article beyond it.")
@click.option("--no-max-cost", is_flag=True, help="Whatever it costs.")
@click.option("--per-minute", type=click.IntRange(1, 1_000_000), metavar="N", help="Begin at most N articles a minute.")
@click.option("--no-per-minute", is_flag=True, help="As many a minute as the workers can.")
@click.option("--priority", type=click.IntRange(-100, 100), metavar="N", help="Higher goes first.")
def change(job: str, no_max_cost: bool, no_per_minute: bool, **given: Any) -> None:
    """Set other limits, or none; a job that stood still for its old one goes on."""
    from service.jobs.records import JobLimits

    limits = {name: value for name, value in given.items() if value is not None}
    for name, none in (("max_cost", no_max_cost), ("per_minute", no_per_minute)):
        if none and name in limits:
            option = name.replace("_", "-")
            raise click.UsageError(f"--{option} and --no-{option} exclude each other.")
        limits |= {name: None} if none else {}
    if not limits:
        raise click.UsageError(
            "Say what to change: --max-cost, --no-max-cost, --per-minute, --no-per-minute, --priority."
        )
    with _opened() as found:
        click.echo(_short(found.change(_named(found, job), JobLimits(**limits))))


@jobs.command(short_help="Write what was found, a line for each article.")
@click.argument("job")
@click.option("--failures", is_flag=True, help="What failed, and why, instead.")
def results(job: str, failures: bool) -> None:
    """Write a job's extractions as lines of JSON in the order of its articles, as far as they are done.

    Ends with 1 where some are not, 2 where none is.
    """
    from service.rendering import lines
    from service.store.extractions import find

    written, missing = 0, 0
    with _opened() as found:
        name = _named(found, job)
        for result in found.results(name, states=("done", "failed", "waiting", "cancelled")):
            missing += result.state != "done"
            if failures:
                if result.state == "failed":
                    click.echo(json.dumps({"id": result.id, "error": result.error, "message": result.message}))
                continue
            if result.extraction is None:
                continue
            with found.store.reading() as connection:
                extraction = find(connection, result.extraction)
            if extraction is not None:
                sys.stdout.write(lines.as_json(extraction) + "\n")
                written += 1
    if not failures:
        sys.exit(NOTHING if not written else PARTLY if missing else 0)


@jobs.command(short_help="Forget a job; what was found stays.")
@click.argument("job")
def delete(job: str) -> None:
    """Forget a job and its list of articles. What was found in them stays in the store."""
    with _opened() as found:
        name = _named(found, job)
        found.delete(name)
        click.echo(f"{name} is deleted")


# ── words ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _short(view: "JobView") -> str:
    state = "paused" if view.paused else view.state
    words = f"{state}, {view.done + view.failed + view.cancelled:,}/{view.total:,}"
    return words + (f", {view.failed:,} failed" if view.failed else "")


def _lines(view: "JobView") -> Iterator[str]:
    yield f"{view.id}  {view.name or ''}".rstrip()
    yield f"  state     {view.state}" + (f" ({view.paused})" if view.paused else "")
    counts = ("done", "partial", "failed", "cancelled", "waiting")
    yield f"  articles  {view.total:,}: " + ", ".join(f"{getattr(view, name):,} {name}" for name in counts)
    yield f"  model     {view.model}"
    if view.per_minute_now is not None:
        left = f", {clock(view.seconds_left)} left" if view.seconds_left is not None else ""
        yield f"  rate      {view.per_minute_now:,.0f} a minute{left}"
    if view.usage.calls:
        cost = "unknown" if view.cost is None else f"${view.cost:.4f}"
        tokens = view.usage.prompt_tokens + view.usage.completion_tokens
        yield f"  cost      {cost}, {view.usage.calls:,} calls, {tokens:,} tokens"
    for name in ("created", "started", "finished"):
        moment: datetime | None = getattr(view, name)
        if moment is not None:
            yield f"  {name:<9} {moment:%Y-%m-%d %H:%M:%S} UTC"


def tell_failures(failures: "tuple[ArticleResult, ...]", total: int) -> None:
    """On standard error."""
    from service.rendering.words import visible

    if not failures:
        return
    click.echo(f"{total} failed:", err=True)
    for failure in failures:
        click.echo(f"  {visible(failure.id)}: {visible(failure.message or failure.error or '')}", err=True)
    if total > len(failures):
        click.echo(f"  and {total - len(failures)} more", err=True)


def clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"
