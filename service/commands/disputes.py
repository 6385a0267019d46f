"""How is it asked on a command line who disagrees about what?

Reads articles as `extract` does, or takes extractions that were written before. Parses, calls and prints; everything
heavy is imported inside the command.
"""

import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from service.commands.reading import (
    Outcome,
    documents_option,
    max_characters_option,
    model_option,
    never_choke,
    out_option,
    outcomes_of,
    progress,
    published_option,
    reader_of,
    target_of,
    verdict,
)
from service.commands.shared import NOTHING, give_up, settings_of

if TYPE_CHECKING:
    from service.disputes.records import Dispute, Told
    from service.records import Extraction

FORMATS = ("table", "json", "jsonl", "markdown")


@click.command(short_help="Show who gives which figure for the same thing.")
@click.argument("articles", nargs=-1, metavar="FILE|-|FOLDER …")
@model_option
@click.option(
    "--extractions",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Read no article, but what `extract --format jsonl` wrote.",
)
@click.option("--format", "shape", type=click.Choice(FORMATS), default="table", show_default=True)
@click.option("--contested", is_flag=True, help="Only where two figures cannot both be right.")
@published_option
@out_option
@documents_option
@max_characters_option
def disputes(
    articles: tuple[str, ...],
    model: str | None,
    extractions: Path | None,
    shape: str,
    contested: bool,
    published: datetime | None,
    out: Path | None,
    documents: Path | None,
    max_characters: int | None,
) -> None:
    """Show who gives which figure for the same thing, in one article or in many, and whether the figures clash.

    Ends with 0 where all articles were read, 1 where some or some parts failed, 2 where nothing was.
    """
    if (extractions is None) == (not articles and documents is None):
        raise click.UsageError("Name files or folders, or --documents; or --extractions alone.")
    never_choke()
    outcomes, total = (
        _from_file(extractions)
        if extractions is not None
        else _from_articles(articles, documents, model, max_characters, published)
    )
    code = verdict(outcomes, total=total)
    if code == NOTHING and total:
        sys.exit(code)
    from service.disputes.find import find_disputes

    found = find_disputes([told for outcome in outcomes for told in _told(outcome.extraction)])
    if contested:
        found = tuple(dispute for dispute in found if dispute.contested)
    with target_of(out) as target:
        target.write(_written(found, shape, colour=out is None and sys.stdout.isatty()))
        target.keep = True
    sys.exit(code)


def _from_articles(
    articles: Sequence[str],
    documents: Path | None,
    model: str | None,
    max_characters: int | None,
    published: datetime | None,
) -> tuple[list[Outcome], int]:
    import asyncio

    from service.errors import AccordingError
    from service.inbox import About, find

    try:
        settings = settings_of(model=model, max_characters=max_characters)
        found = find(articles, documents, settings, stdin=sys.stdin.buffer)
        reader = reader_of(settings)
    except AccordingError as error:
        give_up(error)
    about = About(published=published.date() if published else None)
    outcomes: list[Outcome] = []

    async def run() -> None:
        with progress(len(found)) as tell:
            async for outcome in outcomes_of(found, reader, about):
                outcomes.append(outcome)
                tell(outcome)

    asyncio.run(run())
    return outcomes, len(found)


def _from_file(path: Path) -> tuple[list[Outcome], int]:
    from service.errors import AccordingError

    try:
        read = [Outcome(extraction.article.id, extraction=extraction) for extraction in _extractions(path)]
    except AccordingError as error:
        give_up(error)
    return read, len(read)


def _extractions(path: Path) -> "Iterator[Extraction]":
    """One of each line; InputError names the first line that is none."""
    from pydantic import ValidationError

    from service.errors import InputError
    from service.records import Extraction

    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                try:
                    yield Extraction.model_validate_json(line)
                except ValidationError as error:
                    first = error.errors(include_url=False, include_input=False)[0]
                    field = ".".join(str(part) for part in first["loc"]) or "line"
                    fix = "Write the file with `according extract --format jsonl`."
                    message = f"{path}:{number}: {field}: {first['msg']}."
                    raise InputError(message, field=field, fix=fix) from None


def _told(extraction: "Extraction | None") -> "Iterator[Told]":
    from service.disputes.records import Told

    if extraction is not None:
        yield from (Told(article=extraction.article, claim=claim) for claim in extraction.claims)


def _written(found: "Sequence[Dispute]", shape: str, *, colour: bool) -> str:
    from service.rendering.disputes import disputes_markdown, disputes_table
    from service.rendering.lines import as_json

    match shape:
        case "json":
            return "[\n" + ",\n".join(as_json(dispute, indent=2) for dispute in found) + "\n]\n" if found else "[]\n"
        case "jsonl":
            return "".join(as_json(dispute) + "\n" for dispute in found)
        case "markdown":
            return disputes_markdown(found)
        case _:
            return disputes_table(found, colour=colour)
