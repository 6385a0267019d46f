"""How do claims that were kept leave the store for other programs?"""

import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from service.commands.filters import chosen, question
from service.commands.shared import opened

if TYPE_CHECKING:
    from service.store.search import ClaimQuery, StoredClaim
    from service.store.store import Store

AT_ONCE = 500  # claims in memory, save where a part of a Parquet file is put together


@click.command(short_help="Write kept claims as JSONL, CSV or Parquet.")
@click.option("--format", "shape", type=click.Choice(["jsonl", "csv", "parquet"]), default="jsonl", show_default=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write there, all or nothing.")
@chosen
def export(shape: str, out: Path | None, **given: Any) -> None:
    """Write the claims that were kept, newest first: all of them, or those that all of the options fit."""
    if shape == "parquet" and out is None:
        raise click.UsageError("--format parquet needs --out FILE.")
    query = question(given)
    try:
        with opened() as store:
            if out is not None and store.is_sqlite and out.resolve() == Path(store.name).resolve():
                raise click.UsageError(f"--out {out} would overwrite the store itself. Name another file.")
            _export(_each(store, query), shape, out)
    except OSError as error:
        raise click.UsageError(f"--out {out}: {error.strerror or error}") from None


def _export(claims: "Iterable[StoredClaim]", shape: str, out: Path | None) -> None:
    from service.rendering.stored import as_csv, as_lines, write_parquet

    write = as_csv if shape == "csv" else as_lines
    if out is None:
        sys.stdout.writelines(write(claims))
        return
    with _appearing(out) as written:
        if shape == "parquet":
            write_parquet(claims, written)
        else:
            with written.open("w", encoding="utf-8", newline="") as file:
                file.writelines(write(claims))


@contextmanager
def _appearing(out: Path) -> Iterator[Path]:
    """A file beside `out` that takes its name when all is written."""
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.") as folder:
        written = Path(folder) / out.name
        yield written
        written.replace(out)


def _each(store: "Store", query: "ClaimQuery") -> "Iterator[StoredClaim]":
    """All that the query wants, some at a time; claims that come meanwhile are newer and not among them."""
    from service.store.search import page_of, stored_claims

    after = None
    while True:
        with store.reading() as connection:
            places = page_of(connection, query, owner="", after=after, limit=AT_ONCE)
            found = stored_claims(connection, places)
        yield from found
        if len(places) < AT_ONCE:
            return
        after = places[-1]
