"""How are articles read from a command line?

Parses, calls and prints. Everything heavy is imported inside the command, so that help comes at once.
"""

import io
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from service.commands.keeping import Keeper
from service.commands.shared import NOTHING, PARTLY, give_up, settings_of

if TYPE_CHECKING:
    from service.extractors import Extractor
    from service.inbox import About, Unopened
    from service.judging import Judge
    from service.records import Extraction
    from service.settings import Settings

FORMATS = ("table", "json", "jsonl", "claims-jsonl", "markdown", "csv")
AT_ONCE = 4  # articles under way at a model elsewhere; the embedded one reads them one by one


class _Day(click.DateTime):
    """A date whose error speaks to people."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(f"{value!r} is no date. Write it as YYYY-MM-DD, such as 2026-03-05.", param, ctx)


@click.command(short_help="Say who claims what in articles.")
@click.argument("articles", nargs=-1, metavar="FILE|-|FOLDER …")
@click.option("--model", metavar="NAME", help="Who reads them (see `according models`); embedded if not set.")
@click.option("--format", "shape", type=click.Choice(FORMATS), default="table", show_default=True)
@click.option("--published", type=_Day(["%Y-%m-%d"]), metavar="YYYY-MM-DD", help="What “on Monday” is counted from.")
@click.option("--title", metavar="TEXT", help="Headline, where the file has none; for one article.")
@click.option("--outlet", metavar="NAME", help="Who published them.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write there, all or nothing.")
@click.option(
    "--documents",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Read the articles of a gold set's documents.jsonl.",
)
@click.option("--max-characters", type=click.IntRange(1), metavar="N", help="Longest article; 200,000 if not set.")
@click.option(
    "--confidence",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Weights fitted by `eval calibrate` instead of the ones shipped.",
)
@click.option("--samples", type=click.IntRange(1, 20), metavar="K", help="Ask a model K times; agreement makes surer.")
@click.option("--verify", metavar="MODEL", help="A second model that is asked about doubtful claims.")
@click.option("--max-cost", type=click.FloatRange(0, min_open=True), metavar="USD", help="Make no call beyond it.")
@click.option("--no-cache", is_flag=True, help="Ask anew, and keep no answer for the next time.")
@click.option("--no-store", is_flag=True, help="Keep nothing of what is found (see `according store`).")
@click.option("--fail-fast", is_flag=True, help="Stop at the first article that fails.")
def extract(
    articles: tuple[str, ...],
    model: str | None,
    shape: str,
    published: datetime | None,
    title: str | None,
    outlet: str | None,
    out: Path | None,
    documents: Path | None,
    max_characters: int | None,
    confidence: Path | None,
    samples: int | None,
    verify: str | None,
    max_cost: float | None,
    no_cache: bool,
    no_store: bool,
    fail_fast: bool,
) -> None:
    """Say who claims what in articles: .txt, .md, .html, .pdf and .docx files, folders of them, or - for
    standard input.

    Ends with 0 where all were read, 1 where some or some parts failed, 2 where nothing was.
    """
    from service.errors import AccordingError
    from service.inbox import About, find

    if not articles and documents is None:
        raise click.UsageError("Name a file, a folder, or - for standard input; or --documents.")
    try:
        settings = settings_of(
            model=model,
            max_characters=max_characters,
            confidence=confidence,
            samples=samples,
            verify=verify,
            max_cost=max_cost,
        )
        if no_cache:
            settings = settings.model_copy(update={"cache": None})
        found = find(articles, documents, settings, stdin=sys.stdin.buffer)
        if title is not None and len(found) > 1:
            raise click.UsageError("--title is for one article; there are several.")
        about = About(title=title, outlet=outlet, published=published.date() if published else None)
        reader = _reader(settings)
    except AccordingError as error:
        give_up(error)
    _never_choke()
    one = len(found) == 1 and len(articles) == 1 and not Path(articles[0]).is_dir()
    with _target(out) as target:
        sheet = _Sheet(shape, target.write, one=one, colour=out is None and sys.stdout.isatty())
        keeper = Keeper(None if no_store else settings.store)
        code = _extract_all(found, reader, about, sheet, keeper, fail_fast)
        target.keep = code != NOTHING
    sys.exit(code)


def _never_choke() -> None:
    """A terminal that lacks a character of the article gets its escape, not an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _extract_all(
    found: Sequence["Unopened"],
    reader: "_Reader",
    about: "About",
    sheet: "_Sheet",
    keeper: Keeper,
    fail_fast: bool,
) -> int:
    import asyncio

    outcomes: list[_Outcome] = []

    async def run() -> None:  # returns nothing: asyncio writes out what the main task returns when it ends
        with _progress(len(found)) as tell:
            async for outcome in _outcomes(found, reader, about):
                outcomes.append(outcome)
                if outcome.extraction is not None:
                    sheet.add(outcome.extraction)
                    await asyncio.to_thread(keeper.keep, outcome.extraction)
                tell(outcome)
                if fail_fast and not outcome.complete:
                    break

    try:
        asyncio.run(run())
    finally:
        keeper.close()
    sheet.end()
    return _verdict(outcomes, total=len(found))


class _Outcome(NamedTuple):
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


async def _outcomes(found: Sequence["Unopened"], reader: "_Reader", about: "About") -> AsyncIterator[_Outcome]:
    """In the order given, with a few under way ahead where the model is elsewhere."""
    import asyncio

    ahead = AT_ONCE if "/" in reader.extractor.name else 1
    tasks: list[asyncio.Task[_Outcome]] = []
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


async def _outcome(unopened: "Unopened", reader: "_Reader", about: "About") -> _Outcome:
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
                return _Outcome(unopened.name, extraction=item)
    except AccordingError as error:
        return _Outcome(unopened.name, error=str(error))
    except Exception as error:  # one bad article must not lose the others; the kind of error leads to its cause
        return _Outcome(unopened.name, error=f"unexpected {type(error).__name__}: {error}")
    return _Outcome(unopened.name, error="the extraction ended without a result")


def _verdict(outcomes: Sequence[_Outcome], *, total: int) -> int:
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


class _Sheet:
    """Extractions on their way out, in one of the formats; each is written as soon as it is there."""

    def __init__(self, shape: str, write: Callable[[str], object], *, one: bool, colour: bool) -> None:
        self._shape = shape
        self._write = write
        self._one = one
        self._colour = colour
        self._count = 0

    def add(self, extraction: "Extraction") -> None:
        self._write(self._lead() + self._body(extraction))
        self._count += 1

    def end(self) -> None:
        if self._shape == "json" and not self._one:
            self._write("\n]\n" if self._count else "[]\n")

    def _lead(self) -> str:
        from service.rendering import sheet

        match self._shape:
            case "csv" if not self._count:
                return sheet.header()
            case "json" if not self._one:
                return ",\n" if self._count else "[\n"
            case "table" if self._count:
                return "\n" + "─" * 40 + "\n\n"
            case "markdown" if self._count:
                return "\n---\n\n"
        return ""

    def _body(self, extraction: "Extraction") -> str:
        from service.rendering import lines, sheet
        from service.rendering.markdown import markdown
        from service.rendering.table import table

        match self._shape:
            case "json":
                return lines.as_json(extraction, indent=2) + ("\n" if self._one else "")
            case "jsonl":
                return lines.as_json(extraction) + "\n"
            case "claims-jsonl":
                return lines.claims_jsonl(extraction)
            case "markdown":
                return markdown(extraction)
            case "csv":
                return sheet.rows(extraction)
            case _:
                return table(extraction, colour=self._colour)


class _Target:
    """Where to write. `keep` says whether a file that was asked for shall appear."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self.write = write
        self.keep = False


@contextmanager
def _target(out: Path | None) -> Iterator[_Target]:
    """Standard output at once, or a file that appears only when all is written."""
    if out is None:
        yield _Target(_print)
        return
    import tempfile

    try:
        file = tempfile.NamedTemporaryFile(  # noqa: SIM115 - closed below, before it gets its name
            "w", encoding="utf-8", newline="", dir=out.parent, prefix=f".{out.name}.", delete=False
        )
    except OSError as error:
        raise click.UsageError(f"--out {out}: {error.strerror}") from None
    written, target = Path(file.name), _Target(file.write)
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


def _say_nothing(_: _Outcome) -> None:
    """One article needs no telling how far it is."""


@contextmanager
def _progress(total: int) -> Iterator[Callable[[_Outcome], object]]:
    """Tells on standard error how far it is: a bar in a terminal, plain lines elsewhere; nothing for one article."""
    if total < 2:
        yield _say_nothing
        return
    if sys.stderr.isatty() and not sys.stdout.isatty():
        with click.progressbar(length=total, label="Reading", file=sys.stderr, show_pos=True) as bar:
            yield lambda _: bar.update(1)
        return
    number = 0

    def tell(outcome: _Outcome) -> None:
        from service.rendering.words import counted, visible

        nonlocal number
        number += 1
        found = outcome.extraction
        words = f"{counted(len(found.claims), 'claim')}, {found.seconds:.2f} s" if found else "failed"
        if found and found.status != "complete":
            words += f", {found.status.upper()}"
        click.echo(f"[{number}/{total}] {visible(outcome.name)}: {words}", err=True)

    yield tell


class _Reader(NamedTuple):
    """Who reads the articles, who is asked for a second opinion, and how."""

    extractor: "Extractor"
    judge: "Judge | None"
    settings: "Settings"


def _reader(settings: "Settings") -> _Reader:
    from service.calls import Calls
    from service.choose import make_extractor, make_judge

    calls = Calls(settings)
    return _Reader(make_extractor(settings.model, settings, calls), make_judge(settings, calls), settings)
