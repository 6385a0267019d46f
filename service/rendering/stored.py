"""How do claims that were kept leave the store as lines, for a spreadsheet, and as a table of columns?

One row a claim: its figures stand in one cell in CSV and in lists in Parquet. The claims come one after the other and
none is held longer than its part of the file takes.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from service.rendering.sheet import safe

if TYPE_CHECKING:
    import pyarrow as pa

    from service.store.search import StoredClaim

GROUP = 10_000  # rows of a part of a Parquet file
COLUMNS = (
    "extraction_id", "created", "model", "article", "sha256", "title", "outlet", "published", "claim", "speaker",
    "aliases", "kind", "role", "principal", "via", "mode", "stance", "hedged", "negated", "words", "content",
    "mention", "cue", "figures", "when", "where", "confidence", "needs_review", "flags",
)  # fmt: skip


def as_lines(claims: "Iterable[StoredClaim]") -> Iterator[str]:
    """Each as one line of JSON, with all that is known of it."""
    for stored in claims:
        yield stored.model_dump_json() + "\n"


def as_csv(claims: "Iterable[StoredClaim]") -> Iterator[str]:
    """A line of column names, then one for each claim; no cell is taken for a formula."""
    yield _line(COLUMNS)
    for stored in claims:
        row = _row(stored)
        yield _line(safe(_cell(row[column])) for column in COLUMNS)


def write_parquet(claims: "Iterable[StoredClaim]", path: Path) -> int:
    """Writes the file in parts of some thousand rows; returns how many rows. Numbers of figures are decimal strings,
    spans are pairs of characters of the article."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema, count, rows = _schema(), 0, iter(claims)
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        while part := [_row(stored) for stored in islice(rows, GROUP)]:
            writer.write_table(pa.Table.from_pylist(part, schema=schema))
            count += len(part)
    return count


def _row(stored: "StoredClaim") -> dict[str, Any]:
    claim, source = stored.claim, stored.claim.source
    return {
        "extraction_id": stored.extraction_id,
        "created": stored.created,
        "model": stored.model,
        "article": stored.article,
        "sha256": stored.sha256,
        "title": stored.title,
        "outlet": stored.outlet,
        "published": stored.published,
        "claim": claim.id,
        "speaker": source.name,
        "aliases": list(source.aliases),
        "kind": source.kind,
        "role": source.role,
        "principal": source.principal,
        "via": list(source.via),
        "mode": claim.mode,
        "stance": claim.stance,
        "hedged": claim.hedged,
        "negated": claim.negated,
        "words": claim.text,
        "content": [list(span) for span in claim.content],
        "mention": source.mention and list(source.mention),
        "cue": claim.cue and list(claim.cue),
        "figures": [figure.model_dump() | {"span": list(figure.span)} for figure in claim.figures],
        "when": [{"span": list(when.span), "value": when.value} for when in claim.when],
        "where": list(claim.where),
        "confidence": claim.confidence,
        "needs_review": stored.needs_review,
        "flags": [flag.code for flag in claim.flags],
    }


def _schema() -> "pa.Schema":
    import pyarrow as pa

    words, span = pa.string(), pa.list_(pa.int64())
    bounds = ("low", "high", "qualifier", "unit", "counted", "measure")
    figure = pa.struct([("span", span), *((name, words) for name in bounds)])
    kinds = {
        "created": pa.timestamp("us", tz="UTC"),
        "published": pa.date32(),
        "hedged": pa.bool_(),
        "negated": pa.bool_(),
        "needs_review": pa.bool_(),
        "confidence": pa.float64(),
        "content": pa.list_(span),
        "mention": span,
        "cue": span,
        "figures": pa.list_(figure),
        "when": pa.list_(pa.struct([("span", span), ("value", words)])),
        **dict.fromkeys(("aliases", "via", "where", "flags"), pa.list_(words)),
    }
    return pa.schema([(name, kinds.get(name, words)) for name in COLUMNS])


def _cell(value: Any) -> Any:
    match value:
        case bool():
            return str(value).lower()
        case str() | int() | float() | None:
            return value
        case [int(), int()]:
            return _item(value)
        case list():
            return "; ".join(map(_item, value))
        case _:
            return str(value.isoformat())


def _item(value: Any) -> str:
    match value:
        case {"low": low, "high": high, "qualifier": qualifier, "unit": unit, "counted": counted}:
            bounds = low if low == high else f"{low or ''}…{high or ''}"
            return " ".join(filter(None, (qualifier, bounds, unit, counted)))
        case {"value": when}:
            return when or ""
        case [start, end]:
            return f"{start}-{end}"
        case _:
            return str(value)


def _line(cells: Iterable[object]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(list(cells))
    return buffer.getvalue()
