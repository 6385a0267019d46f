"""How do disputes look, in a terminal and in a report?

Who says how many, side by side, and what the figures are to each other in words. All words of articles pass through
`visible` or `escaped`, so that none of them acts on a terminal or becomes markup.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import fields

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from service.disputes.records import Dispute, Pair, Relation, Statement, pairs
from service.records import Figure, Source
from service.rendering.markdown import escaped
from service.rendering.words import amount_of, counted, speaker_name, visible

RELATIONS: dict[Relation, str] = {
    "agrees": "say the same",
    "compatible": "can both be right",
    "contradicts": "cannot both be right",
    "adds_up": "are part and total",
    "updates": "are an earlier and a later count",
}
PAIRS_SHOWN = 12  # of one dispute; the rest is in the JSON
CONTEXT = 300  # characters of a sentence

_ORDER: tuple[Relation, ...] = ("contradicts", "updates", "adds_up", "compatible", "agrees")
_COLOURS: dict[Relation, str] = {"contradicts": "bold red", "updates": "yellow", "adds_up": "cyan"}


def disputes_table(disputes: Sequence[Dispute], *, width: int | None = None, colour: bool = False) -> str:
    """The disputes as lines of at most `width` columns (the terminal's if None), ending in a newline."""
    console = Console(file=io.StringIO(), width=width, force_terminal=colour, color_system="auto" if colour else None)
    console.print(summary(disputes), highlight=False)
    for dispute in disputes:
        console.print()
        console.print(Text(heading(dispute), style="bold cyan"))
        console.print(Padding(_statements(dispute), (0, 0, 0, 1)), highlight=False)
        for style, words in _relations(dispute):
            console.print(Padding(Text(words, style=style), (0, 0, 0, 1)), highlight=False)
    assert isinstance(console.file, io.StringIO)
    return "\n".join(line.rstrip() for line in console.file.getvalue().split("\n"))


def disputes_markdown(disputes: Sequence[Dispute]) -> str:
    """The report, ending in a newline."""
    return "\n".join(_markdown(disputes)) + "\n"


def summary(disputes: Sequence[Dispute]) -> str:
    """One line of counts."""
    if not disputes:
        return "No two figures were found to be about the same thing."
    contested = sum(dispute.contested for dispute in disputes)
    return f"{counted(len(disputes), 'thing')} told with more than one figure, {contested} with figures that clash"


def heading(dispute: Dispute) -> str:
    """What it is about, where and when."""
    return " · ".join(visible(words) for words in (dispute.about, dispute.place, dispute.time) if words)


def in_words(pair: Pair) -> str:
    """ "≥ 11 (Jeeyand Baloch) and 2 (Zia Langove) cannot both be right"."""
    return f"{_said(pair.first)} and {_said(pair.second)} {RELATIONS[pair.relation]}"


def _said(statement: Statement) -> str:
    return f"{amount(statement)} ({speaker(statement)})"


def amount(statement: Statement) -> str:
    """The number as we read it; "none" where a claim says that there were none."""
    if statement.figure is None:
        return "none"
    if statement.low is None and statement.high is None:
        return visible(statement.words)
    return visible(amount_of(_figure(statement)))


def speaker(statement: Statement) -> str:
    name = speaker_name(Source(name=statement.speaker, kind=statement.kind), outlet=statement.outlet)
    return f"{name}, denying it" if statement.stance == "denies" else name


def _figure(statement: Statement) -> Figure:
    shared = Figure.model_fields.keys() & {field.name for field in fields(Statement)}
    return Figure(**{name: getattr(statement, name) for name in shared})


def _statements(dispute: Dispute) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(justify="right", overflow="fold")
    grid.add_column(overflow="fold", max_width=32)
    grid.add_column(overflow="fold")
    for statement in dispute.statements:
        where = Text(visible(statement.claim), style="dim")
        context = Text.assemble(where, "  ", visible(_context(statement)))
        grid.add_row(Text(amount(statement), style="bold magenta"), Text(speaker(statement)), context)
    return grid


def _context(statement: Statement) -> str:
    sentence = " ".join(statement.sentence.split())
    return sentence if len(sentence) <= CONTEXT else f"{sentence[:CONTEXT].rstrip()} …"


def _relations(dispute: Dispute) -> Iterator[tuple[str, str]]:
    told = sorted(pairs(dispute), key=lambda pair: _ORDER.index(pair.relation))
    for pair in told[:PAIRS_SHOWN]:
        yield _COLOURS.get(pair.relation, "dim"), f"→ {in_words(pair)}"
    if len(told) > PAIRS_SHOWN:
        yield "dim", f"→ and {counted(len(told) - PAIRS_SHOWN, 'more pair')} (see --format json)"


def _markdown(disputes: Sequence[Dispute]) -> Iterator[str]:
    yield "# Disputes"
    yield ""
    yield f"{summary(disputes)}."
    for dispute in disputes:
        yield ""
        yield f"## {' · '.join(escaped(words) for words in (dispute.about, dispute.place, dispute.time) if words)}"
        yield ""
        yield "| figure | who says so | article | sentence |"
        yield "|---|---|---|---|"
        for statement in dispute.statements:
            cells = (amount(statement), speaker(statement), statement.article, _context(statement))
            yield "| " + " | ".join(escaped(cell) for cell in cells) + " |"
        yield ""
        yield from (f"- {escaped(words)}" for _, words in _relations(dispute))
