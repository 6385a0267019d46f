"""How do commands read articles: open, extract, tell how far it is, and say at the end what went wrong?

Shared by the commands that read articles; what each makes of an extraction is left to them. Everything heavy is
imported inside the functions, so that help comes at once.
"""

import io
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from service.commands.shared import NOTHING, PARTLY

if TYPE_CHECKING:
    from service.extractors import Extractor
    from service.inbox import About, Unopened
    from service.judging import Judge
    from service.records import Extraction
    from service.settings import Settings

AT_ONCE = 4  # articles under way at a model elsewhere; the embedded one reads them one by one


class Day(click.DateTime):
    """A date whose error speaks to people."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(f"{value!r} is no date. Write it as YYYY-MM-DD, such as 2026-03-05.", param, ctx)


model_option = click.option(
    "--model", metavar="NAME", help="Who reads them (see `according models`); embedded if not set."
)
published_option = click.option(
    "--published", type=Day(["%Y-%m-%d"]), metavar="YYYY-MM-DD", help="What “on Monday” is counted from."
)
out_option = click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write there, all or nothing.")
documents_option = click.option(
    "--documents",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Read the articles of a gold set's documents.jsonl.",
)
max_characters_option = click.option(
    "--max-characters", type=click.IntRange(1), metavar="N", help="Longest article; 200,000 if not set."
)
samples_option = click.option(
    "--samples", type=click.IntRange(1, 20), metavar="K", help="Ask a model K times; agreement makes surer."
)


def check_samples(samples: int | None, model: str) -> None:
    """Raises UsageError where somebody waits for an agreement that there cannot be."""
    if model == "embedded" and samples is not None and samples > 1:
        raise click.UsageError("embedded gives the same answer each time; name a model for --samples with --model.")


def never_choke() -> None:
    """A terminal that lacks a character of the article gets its escape, not an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


class Reader(NamedTuple):
    """Who reads the articles, who is asked for a second opinion, and how."""

    extractor: "Extractor"
    judge: "Judge | None"
    settings: "Settings"


def reader_of(settings: "Settings") -> Reader:
    from service.calls import Calls
    from service.choose import make_extractor, make_judge

    calls = Calls(settings)
    return Reader(make_extractor(settings.model, settings, calls), make_judge(settings, calls), settings)


class Outcome(NamedTuple):
    """What became of one article: an extraction, or an error in words."""

    name: str
    extraction: "Extraction | None" = None
    error: str | None = None

    @property
    def complete(self) -> bool:
        return self.extraction is not None and self.extraction.status == "complete"

    @property
    def worked(self) -> bool:
        return self.extraction is not None and self.extraction.status != "failed"


async def outcomes_of(found: Sequence["Unopened"], reader: Reader, about: "About") -> AsyncIterator[Outcome]:
    """In the order given, with a few under way ahead where the model is elsewhere."""
    import asyncio

    from service.models import computes_here

    ahead = 1 if computes_here(reader.extractor.name) else AT_ONCE
    tasks: list[asyncio.Task[Outcome]] = []
    waiting = iter(found)
    try:
        while True:
            while len(tasks) < ahead and (upcoming := next(waiting, None)) is not None:
                tasks.append(asyncio.create_task(_outcome(upcoming, reader, about)))
            if not tasks:
                return
            yield await tasks.pop(0)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _outcome(unopened: "Unopened", reader: Reader, about: "About") -> Outcome:
    from service.errors import AccordingError
    from service.pipeline import extract_stream
    from service.records import Extraction

    try:
        article, file_sha256 = unopened.open(reader.settings, about)
        items = extract_stream(
            article,
            extractor=reader.extractor,
            settings=reader.settings,
            judge=reader.judge,
            file_sha256=file_sha256,
        )
        async for item in items:
            if isinstance(item, Extraction):
                return Outcome(unopened.name, extraction=item)
    except AccordingError as error:
        return Outcome(unopened.name, error=str(error))
    except Exception as error:  # one bad article must not lose the others; the kind of error leads to its cause
        return Outcome(unopened.name, error=f"unexpected {type(error).__name__}: {error}")
    return Outcome(unopened.name, error="the extraction ended without a result")


def verdict(outcomes: Sequence[Outcome], *, total: int) -> int:
    """Lists on standard error what went wrong; returns the exit code."""
    from service.rendering.words import alarm_of, visible

    wrong = [outcome for outcome in outcomes if not outcome.complete]
    if wrong:
        click.echo(f"{len(wrong)} of {total} not read completely:", err=True)
    for outcome in wrong:
        said = outcome.error or (alarm_of(outcome.extraction) if outcome.extraction else None) or ""
        click.echo(f"  {visible(outcome.name)}: {visible(said)}", err=True)
    if len(outcomes) < total:
        click.echo(f"stopped there: {total - len(outcomes)} not tried (--fail-fast)", err=True)
    if not any(outcome.worked for outcome in outcomes):
        return NOTHING
    return PARTLY if wrong else 0


class Target:
    """Where to write. `keep` says whether a file that was asked for shall appear."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self.write = write
        self.keep = False


@contextmanager
def target_of(out: Path | None) -> Iterator[Target]:
    """Standard output at once, or a file that appears only when all is written."""
    if out is None:
        yield Target(_print)
        return
    import tempfile

    try:
        file = tempfile.NamedTemporaryFile(  # noqa: SIM115 - closed below, before it gets its name
            "w", encoding="utf-8", newline="", dir=out.parent, prefix=f".{out.name}.", delete=False
        )
    except OSError as error:
        raise click.UsageError(f"--out {out}: {error.strerror}") from None
    written, target = Path(file.name), Target(file.write)
    try:
        with file:
            yield target
        if target.keep:
            written.chmod(0o666 & ~_umask())  # temporary files are made for their owner alone
            written.replace(out)
    finally:
        written.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _print(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _say_nothing(_: Outcome) -> None:
    """One article needs no telling how far it is."""


@contextmanager
def progress(total: int) -> Iterator[Callable[[Outcome], object]]:
    """Tells on standard error how far it is: a bar in a terminal, plain lines elsewhere; nothing for one article."""
    if total < 2:
        yield _say_nothing
        return
    if sys.stderr.isatty() and not sys.stdout.isatty():
        with click.progressbar(length=total, label="Reading", file=sys.stderr, show_pos=True) as bar:
            yield lambda _: bar.update(1)
        return
    number = 0

    def tell(outcome: Outcome) -> None:
        from service.rendering.words import counted, visible

        nonlocal number
        number += 1
        found = outcome.extraction
        words = f"{counted(len(found.claims), 'claim')}, {found.seconds:.2f} s" if found else "failed"
        if found and found.status != "complete":
            words += f", {found.status.upper()}"
        click.echo(f"[{number}/{total}] {visible(outcome.name)}: {words}", err=True)

    yield tell
