"""What does `according cache` show, and how are kept answers forgotten?"""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from service.commands.shared import MOST_DAYS, give_up, settings_of

if TYPE_CHECKING:
    from service.cached import AnswerCache


@click.group(invoke_without_command=True, short_help="Show or clear the answers of models that are kept.")
@click.pass_context
def cache(context: click.Context) -> None:
    """Show the answers of models that are kept for the next time the same is asked; `cache clear` forgets them."""
    if context.invoked_subcommand is None:
        _show(_open())


@cache.command(short_help="Forget kept answers.")
@click.option("--model", metavar="NAME", help="Only those of this model.")
@click.option("--article", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Only those about it.")
@click.option("--older-than", type=click.IntRange(0, MOST_DAYS), metavar="DAYS", help="Only those that are older.")
def clear(model: str | None, article: Path | None, older_than: int | None) -> None:
    """Forget kept answers: all of them, or those that all of the options fit."""
    kept = _open()
    if kept is None:
        click.echo("No answers are kept.")
        return
    before = datetime.now(UTC) - timedelta(days=older_than) if older_than is not None else None
    from service.errors import AccordingError

    try:
        gone = kept.clear(model=model, article=_hash(article) if article else None, before=before)
    except AccordingError as error:
        give_up(error)
    click.echo(f"{gone:,} forgotten.")


def _hash(path: Path) -> str:
    """Of the text that is read from the file, by which answers about it are known."""
    from service.inbox import About, find

    settings = settings_of()
    [unopened] = find([str(path)], None, settings, stdin=io.BytesIO())
    return unopened.open(settings, About())[0].sha256


def _open() -> "AnswerCache | None":
    from service.cached import AnswerCache
    from service.errors import AccordingError

    try:
        path = settings_of().cache
        return AnswerCache(path) if path is not None and path.exists() else None
    except AccordingError as error:
        give_up(error)


def _show(kept: "AnswerCache | None") -> None:
    if kept is None:
        click.echo("No answers are kept.")
        return
    from service.rendering.words import counted

    size = kept.path.stat().st_size
    click.echo(f"{kept.path}, {size / 1e6:.1f} MB")
    for each in kept.kept():
        cost = f", ${each.usage.cost_usd:.4f}" if each.usage.cost_usd is not None else ""
        tokens = each.usage.prompt_tokens + each.usage.completion_tokens
        days = each.oldest[:10] if each.oldest[:10] == each.newest[:10] else f"{each.oldest[:10]} to {each.newest[:10]}"
        click.echo(f"  {each.model}: {counted(each.answers, 'answer')} of {days}; had cost {tokens:,} tokens{cost}")
