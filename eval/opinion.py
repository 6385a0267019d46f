"""What would the service's own reading say of the annotated figures?

A second opinion for annotators, asked for by name: where the two differ either may be right, so every difference is a
warning and a clean check never depends on it.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

from eval.wording import same_unit
from service.goldfiles import CLAIMS_FILE, GoldClaim, GoldSet, Problem, Row, find_texts, read_texts
from service.records import Figure, FoundFigure


def second_opinion(gold: GoldSet, *, texts: Sequence[Path] = ()) -> tuple[Problem, ...]:
    """Where reading sees another value, bound or unit, or a figure in the content that the annotation has not."""
    from service.reading.reader import read

    found = find_texts(gold.documents, read_texts(texts))
    rows: dict[str, list[Row[GoldClaim]]] = {}
    for row in gold.claim_rows:
        rows.setdefault(row.record.document, []).append(row)
    problems: list[Problem] = []
    for document in gold.documents:
        text = found[document.id].text
        if text is not None:
            figures = read(document.article(text)).figures
            for row in rows.get(document.id, ()):
                problems.extend(_of_claim(row, figures, text, str(gold.folder / CLAIMS_FILE)))
    return tuple(problems)


def _of_claim(row: Row[GoldClaim], figures: Sequence[FoundFigure], text: str, file: str) -> Iterator[Problem]:
    for number, figure in enumerate(row.record.figures):
        readings = [read for read in figures if read.span.overlaps(figure.span)]
        if readings and not any(_same(read, figure) for read in readings):
            words = f"{figure.span.of(text)!r}, {_bounds(figure)}"
            message = f"is read as {_bounds(readings[0])}"
            yield _warning(file, row.line, f"figures.{number}", words, message)
    annotated = [figure.span for figure in row.record.figures] + [when.span for when in row.record.when]
    for read in figures:
        inside = any(content.holds(read.span) for content in row.record.content)
        if inside and not any(span.overlaps(read.span) for span in annotated):
            yield _warning(file, row.line, "figures", repr(read.span.of(text)), "is read as a figure of this claim")


def _same(read: FoundFigure, figure: Figure) -> bool:
    bounds = ((read.low, figure.low), (read.high, figure.high))
    equal = all((one is None) == (other is None) and _equal(one, other) for one, other in bounds)
    return equal and read.qualifier == figure.qualifier and same_unit(read.unit, figure.unit)


def _equal(one: str | None, other: str | None) -> bool:
    return one is None or other is None or Decimal(one) == Decimal(other)


def _bounds(figure: Figure | FoundFigure) -> str:
    return f"{figure.qualifier}, low {figure.low}, high {figure.high}, unit {figure.unit}"


def _warning(file: str, line: int, field: str, value: str, message: str) -> Problem:
    fix = "Look again; either may be right."
    return Problem(severity="warning", file=file, line=line, field=field, value=value, message=message, fix=fix)
