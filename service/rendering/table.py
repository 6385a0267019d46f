"""How does an extraction look in a terminal?

Claims under their speakers, figures read out, doubts in words. Colours are the console's business: piped, or with
NO_COLOR, the same lines come plain. All words of the article pass through `visible`.
"""

import io
from collections.abc import Iterator
from itertools import chain

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from service.records import ExtractedClaim, Extraction
from service.rendering.words import (
    Spoken,
    alarm_of,
    by_speaker,
    counted,
    doubts_of,
    marks_of,
    pieces_of,
    published_of,
    reading_of,
    skipped_summary,
    summary_of,
    visible,
)

REJECTED_SHOWN = 5  # the rest is in the JSON


def table(extraction: Extraction, *, width: int | None = None, colour: bool = False) -> str:
    """The extraction as lines of at most `width` columns (the terminal's if None), ending in a newline.

    A narrow table gets narrower columns, never cut words. NO_COLOR is honoured.
    """
    console = Console(file=io.StringIO(), width=width, force_terminal=colour, color_system="auto" if colour else None)
    console.print(Group(*_parts(extraction)), highlight=False, soft_wrap=False)
    assert isinstance(console.file, io.StringIO)
    # Columns come padded with spaces up to the full width, which a file or a pager has no use for.
    return "\n".join(line.rstrip() for line in console.file.getvalue().split("\n"))


def _parts(extraction: Extraction) -> Iterator[RenderableType]:
    yield from _heading(extraction)
    for spoken in by_speaker(extraction):
        yield Text()
        yield _speaker(spoken)
        yield _claims(spoken, extraction)
    if not extraction.claims and extraction.status == "complete":
        yield Text("\nThe article was read through; no claims were found in it.")
    yield from _footnotes(extraction)


def _heading(extraction: Extraction) -> Iterator[RenderableType]:
    article = extraction.article
    yield Text(visible(article.title or article.id), style="bold")
    facts = [
        visible(article.id) if article.title else None,
        visible(article.outlet) if article.outlet else None,
        published_of(extraction),
        f"model {visible(extraction.model)}",
        f"{extraction.seconds:.2f} s",
    ]
    yield Text(" · ".join(fact for fact in facts if fact), style="dim")
    if alarm := alarm_of(extraction):
        yield Text(f"!! {alarm}", style="bold red")
        yield from (_item(f"part {failure.segment}: {failure.message}", "red") for failure in extraction.failures)
    yield Text(summary_of(extraction))


def _speaker(spoken: Spoken) -> RenderableType:
    words = Text(spoken.name, style="bold cyan")
    if spoken.details:
        words.append(f" ({spoken.details})", style="cyan")
    words.append(f"  {counted(len(spoken.claims), 'claim')}", style="dim")
    return words


def _claims(spoken: Spoken, extraction: Extraction) -> RenderableType:
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=1, no_wrap=True)
    grid.add_column(width=4, no_wrap=True, justify="right")
    grid.add_column(overflow="fold")
    for claim in spoken.claims:
        doubtful = claim.id in extraction.needs_review
        mark = Text("?" if doubtful else " ", style="bold yellow")
        sure = Text(f"{claim.confidence:.2f}", style="yellow" if doubtful else "green")
        grid.add_row(mark, sure, _words(claim, extraction, doubtful=doubtful))
    return Padding(grid, (0, 0, 0, 1))


def _words(claim: ExtractedClaim, extraction: Extraction, *, doubtful: bool) -> RenderableType:
    words = Text(overflow="fold")
    for piece in pieces_of(claim, extraction.article.text):
        words.append(visible(piece.text), style="bold magenta" if piece.figure else "")
    lines: list[RenderableType] = [words]
    for figure in claim.figures:
        written = visible(figure.span.of(extraction.article.text))
        lines.append(_hanging(" ", Text.assemble(written, " → ", (reading_of(figure), "bold")), "magenta"))
    if marks := marks_of(claim):
        lines.append(_hanging(" ", Text(", ".join(marks), style="italic"), "dim"))
    for doubt in doubts_of(claim, doubtful=doubtful):
        lines.append(_hanging("?" if doubtful else "!", Text(doubt), "yellow" if doubtful else "dim"))
    return Group(*lines)


def _hanging(sign: str, words: Text, style: str) -> RenderableType:
    """A line under a claim whose second row starts under its first word."""
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=1)
    grid.add_column(overflow="fold")
    words.stylize(style)
    grid.add_row(Text(sign, style=style), words)
    return grid


def _footnotes(extraction: Extraction) -> Iterator[RenderableType]:
    rejected = extraction.rejected
    notes = [
        _item(visible(notice.message), "yellow" if notice.code in ("instruction", "hidden_text") else "")
        for notice in extraction.notices
    ]
    if skipped := skipped_summary(extraction):
        notes.append(_item(skipped, "dim"))
    if rejected:
        said = f"{counted(len(rejected), 'draft')} dropped, for no place in the text could be found for all they say:"
        shown = (_item(f"  {visible(rejection.message)}", "dim") for rejection in rejected[:REJECTED_SHOWN])
        notes.extend(chain((_item(said, ""),), shown))
        if len(rejected) > REJECTED_SHOWN:
            notes.append(_item(f"  and {len(rejected) - REJECTED_SHOWN} more (see --format json)", "dim"))
    usage = extraction.usage
    if usage.calls:
        cost = "price not known" if usage.cost_usd is None else f"${usage.cost_usd:.4f}"
        tokens = f"{usage.prompt_tokens:,} tokens in, {usage.completion_tokens:,} out"
        notes.append(_item(f"{counted(usage.calls, 'model call')}: {tokens}, {cost}", "dim"))
    if notes:
        yield Text("\nNotes", style="bold")
        yield from notes


def _item(words: str, style: str) -> RenderableType:
    inner = words.lstrip()
    return Padding(_hanging("-", Text(visible(inner)), style), (0, 0, 0, 1 + len(words) - len(inner)))
