"""How is it asked on a command line who claims what?

Parses, calls and prints; `reading` reads the articles. Everything heavy is imported inside the command, so that help
comes at once.
"""

import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from service.commands.keeping import Keeper
from service.commands.reading import (
    Outcome,
    Reader,
    check_samples,
    documents_option,
    max_characters_option,
    model_option,
    never_choke,
    out_option,
    outcomes_of,
    progress,
    published_option,
    reader_of,
    samples_option,
    target_of,
    verdict,
)
from service.commands.shared import NOTHING, Dollars, give_up, settings_of

if TYPE_CHECKING:
    from service.inbox import About, Unopened
    from service.records import Extraction

FORMATS = ("table", "json", "jsonl", "claims-jsonl", "markdown", "csv")


@click.command(short_help="Say who claims what in articles.")
@click.argument("articles", nargs=-1, metavar="FILE|-|FOLDER …")
@model_option
@click.option("--format", "shape", type=click.Choice(FORMATS), default="table", show_default=True)
@published_option
@click.option("--title", metavar="TEXT", help="Headline, where the file has none; for one article.")
@click.option("--outlet", metavar="NAME", help="Who published them.")
@out_option
@documents_option
@max_characters_option
@click.option(
    "--confidence",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Weights fitted by `eval calibrate` instead of the ones shipped.",
)
@samples_option
@click.option("--verify", metavar="MODEL", help="A second model that is asked about doubtful claims.")
@click.option("--max-cost", type=Dollars(), metavar="USD", help="Make no call beyond it.")
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
        check_samples(samples, settings.model)
        if no_cache:
            settings = settings.model_copy(update={"cache": None})
        found = find(articles, documents, settings, stdin=sys.stdin.buffer)
        if title is not None and len(found) > 1:
            raise click.UsageError("--title is for one article; there are several.")
        about = About(title=title, outlet=outlet, published=published.date() if published else None)
        reader = reader_of(settings)
    except AccordingError as error:
        give_up(error)
    never_choke()
    one = len(found) == 1 and len(articles) == 1 and not Path(articles[0]).is_dir()
    with target_of(out) as target:
        sheet = _Sheet(shape, target.write, one=one, colour=out is None and sys.stdout.isatty())
        keeper = Keeper(None if no_store else settings.store)
        code = _extract_all(found, reader, about, sheet, keeper, fail_fast)
        target.keep = code != NOTHING
    sys.exit(code)


def _extract_all(
    found: Sequence["Unopened"],
    reader: Reader,
    about: "About",
    sheet: "_Sheet",
    keeper: Keeper,
    fail_fast: bool,
) -> int:
    import asyncio

    outcomes: list[Outcome] = []

    async def run() -> None:  # returns nothing: asyncio writes out what the main task returns when it ends
        with progress(len(found)) as tell:
            async for outcome in outcomes_of(found, reader, about):
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
    return verdict(outcomes, total=len(found))


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
