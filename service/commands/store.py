"""What does `according store` show, and how is what was kept searched, saved and deleted?"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from service.commands.filters import chosen, question
from service.commands.shared import MOST_DAYS, in_words, opened, settings_of, settings_or_give_up, store_of

if TYPE_CHECKING:
    from service.store.retention import Kept
    from service.store.search import StoredClaim


_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group(invoke_without_command=True, short_help="Show, search, save and clean what was kept.")
@click.pass_context
def store(context: click.Context) -> None:
    """Show what was kept of articles, claims and jobs; search it, save it to a file, delete of it."""
    if context.invoked_subcommand is None:
        context.invoke(info)


@store.command(short_help="Say where the store is and what it holds.")
def info() -> None:
    """Say where the store is, how large it is and what it holds."""
    from service.store.retention import overview

    with opened() as kept:
        _show(overview(kept))


def _show(kept: "Kept") -> None:
    click.echo(f"{kept.name}, {kept.size / 1e6:,.1f} MB, shape {kept.shape}")
    for name, count in kept.rows.items():
        if count:
            click.echo(f"  {name.replace('_', ' ')}: {count:,}")
    if not kept.words_indexed:
        click.echo("  Words are found by looking at every claim: this PostgreSQL lacks the extension pg_trgm.")


@store.command(short_help="Bring the store to the newest shape.")
def migrate() -> None:
    """Bring the store to the newest shape, as every other command does by itself when it opens it."""
    with opened() as kept:
        from service.store.store import HEAD

        click.echo(f"{kept.name} has shape {HEAD}.")


@store.command(short_help="List kept claims.")
@chosen
@click.option("--order", type=click.Choice(["new", "doubtful"]), default="new", show_default=True)
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True)
@click.option("--cursor", metavar="CURSOR", help="Of the page before, to see the next.")
def claims(order: str, limit: int, cursor: str | None, **given: Any) -> None:
    """List the claims that were kept, page by page: all of them, or those that all of the options fit."""
    query = question(given, order=order, limit=limit, cursor=cursor)
    with opened() as kept:
        from service.store.search import find_claims

        with kept.reading() as connection:
            page = find_claims(connection, query)
    for found in page.claims:
        click.echo(_said(found))
    if not page.claims:
        click.echo("No claims.")
    if page.next:
        click.echo(f"More: --cursor {page.next}", err=True)


def _said(found: "StoredClaim") -> str:
    from service.rendering.words import visible

    claim = found.claim
    doubt = ", to review" if found.needs_review else ""
    where = f"{found.article}, {found.published}" if found.published else found.article
    who = claim.source.name or claim.source.kind
    return visible(f"{who}: {claim.text}") + f"\n    {visible(where)} · {claim.confidence:.2f}{doubt} · {claim.id}"


@store.command(short_help="Write the whole store to one file.")
@click.argument("file", type=_FILE)
def backup(file: Path) -> None:
    """Write the store as it is now to FILE, while others may go on to use it."""
    from service.store.backup import back_up

    with opened() as kept:
        counts = back_up(kept, file)
    click.echo(f"{file}: {sum(counts.values()):,} rows, {file.stat().st_size / 1e6:,.1f} MB")


@store.command(short_help="Bring a store back from a backup.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Lose what the store holds now.")
def restore(file: Path, replace: bool) -> None:
    """Bring the store back as FILE has it, all or nothing: into a new store, of whichever kind of database."""
    from service.store.backup import restore as bring_back

    with in_words():
        counts = bring_back(store_of(settings_of()), file, replace=replace)
    click.echo(f"{sum(counts.values()):,} rows brought back.")


@store.command(short_help="Delete what is old.")
@click.option("--older-than", type=click.IntRange(0, MOST_DAYS), metavar="DAYS", help="ACCORDING_KEEP_DAYS if not set.")
def clean(older_than: int | None) -> None:
    """Delete extractions, finished jobs, deliveries and answered requests that are older."""
    from service.store.retention import clean as delete_old

    days = settings_or_give_up().keep_days if older_than is None else older_than
    if days is None:
        raise click.UsageError("Say how old with --older-than DAYS or ACCORDING_KEEP_DAYS.")
    with opened() as kept:
        gone = delete_old(kept, datetime.now(UTC) - timedelta(days=days))
    told = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in gone.items() if count)
    click.echo(f"Deleted: {told}." if told else "Nothing was older.")


@store.command("delete-article", short_help="Delete an article with all that was found in it.")
@click.argument("name")
def delete_article(name: str) -> None:
    """Delete the article of that id, or of that hash (12 or more of its first characters), with its claims, its part
    in jobs, and the answers of models about it."""
    from service.cached import forget_answers
    from service.store.extractions import delete_article as delete

    settings = settings_or_give_up()
    with opened(settings) as kept, kept.writing() as connection:
        gone = delete(connection, name)
        # Before the commit: if they cannot be cleared, nothing is gone and the same may be asked again.
        forgotten = forget_answers(settings.cache, gone.sha256s)
    if not gone.articles:
        raise click.UsageError(f"No article is called {name!r}.")
    click.echo(
        f"Deleted: articles {gone.articles}, extractions {gone.extractions}, claims {gone.claims}, "
        f"answers of models {forgotten}."
    )
