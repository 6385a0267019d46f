"""How does an extraction fit a spreadsheet?

One row a figure, or a claim that has none. Words that a spreadsheet would take for a formula get an apostrophe;
columns of numbers stay numbers.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from decimal import Decimal

from service.records import ExtractedClaim, Extraction, Figure
from service.rendering.words import doubts_of, visible

COLUMNS = (
    "document", "title", "outlet", "published", "claim", "speaker", "kind", "role", "principal", "via", "mode",
    "stance", "hedged", "negated", "words", "start", "end", "figure", "low", "high", "qualifier", "unit", "counted",
    "measure", "when", "where", "confidence", "needs_review", "doubts", "status", "model", "extraction_id",
)  # fmt: skip

# What spreadsheets take for the start of a formula, or skip on the way to one; with the full-width forms.
_SKIPPED = " \u00a0\u200b\ufeff\x00"
_FORMULA = frozenset("=+-@＝＋－＠\t\r\n")

Cell = str | int | float | Decimal | None


def safe(cell: Cell) -> str | int | float:
    """The cell as it goes into the file: words guarded with an apostrophe, numbers as they are."""
    match cell:
        case None:
            return ""
        case Decimal():
            return f"{cell:f}"
        case str():
            start = cell.lstrip(_SKIPPED)[:1]
            return f"'{visible(cell)}" if start in _FORMULA else visible(cell)
        case _:
            return cell


def header() -> str:
    """The line of column names."""
    return _written([COLUMNS])


def rows(extraction: Extraction) -> str:
    """The extraction's lines, without the header; empty where there is nothing to list."""
    return _written([safe(row.get(column)) for column in COLUMNS] for row in _rows(extraction))


def _written(lines: Iterable[Iterable[object]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(lines)
    return buffer.getvalue()


def _rows(extraction: Extraction) -> Iterator[dict[str, Cell]]:
    if not extraction.claims and extraction.status != "complete":
        yield _document(extraction)  # a failure must not look like an article without claims
    for claim in extraction.claims:
        row = _document(extraction) | _claim(claim, extraction)
        if not claim.figures:
            yield row
        for figure in claim.figures:
            yield row | _figure(figure, extraction.article.text)


def _document(extraction: Extraction) -> dict[str, Cell]:
    article = extraction.article
    return {
        "document": article.id,
        "title": article.title,
        "outlet": article.outlet,
        "published": article.published.isoformat() if article.published else None,
        "status": extraction.status,
        "model": extraction.model,
        "extraction_id": extraction.extraction_id,
    }


def _claim(claim: ExtractedClaim, extraction: Extraction) -> dict[str, Cell]:
    source, doubtful = claim.source, claim.id in extraction.needs_review
    return {
        "claim": claim.id,
        "speaker": source.name,
        "kind": source.kind,
        "role": source.role,
        "principal": source.principal,
        "via": "; ".join(source.via),
        "mode": claim.mode,
        "stance": claim.stance,
        "hedged": str(claim.hedged).lower(),
        "negated": str(claim.negated).lower(),
        "words": claim.text,
        "start": claim.content[0].start,
        "end": claim.content[-1].end,
        "when": "; ".join(when.value for when in claim.when if when.value),
        "where": "; ".join(claim.where),
        "confidence": claim.confidence,
        "needs_review": str(doubtful).lower(),
        "doubts": "; ".join(doubts_of(claim, doubtful=doubtful)),
    }


def _figure(figure: Figure, text: str) -> dict[str, Cell]:
    return {
        "figure": figure.span.of(text),
        "low": None if figure.low is None else Decimal(figure.low),
        "high": None if figure.high is None else Decimal(figure.high),
        "qualifier": figure.qualifier,
        "unit": figure.unit,
        "counted": figure.counted,
        "measure": figure.measure,
    }
