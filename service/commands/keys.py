"""How are API keys made, shown and ended?"""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from service.commands.shared import MOST_DAYS, Dollars, opened

if TYPE_CHECKING:
    from service.keys import ApiKey, NewKey


@click.group(short_help="Make, list and end the keys of the HTTP service.")
def keys() -> None:
    """Make, list and end the API keys of the HTTP service. Once there is one, every request needs one."""


@keys.command(short_help="Make a key; it is shown once.")
@click.argument("name")
@click.option("--owner", metavar="OWNER", help="Whose extractions and jobs it sees; the name, if left out.")
@click.option(
    "--scopes", metavar="A,B", help="extract, read, jobs, review, metrics, admin; the first four if left out."
)
@click.option("--per-minute", type=click.IntRange(1), metavar="N", help="Most requests in a minute.")
@click.option("--cost-per-day", type=Dollars(), metavar="USD", help="Most cost of a day (UTC).")
@click.option(
    "--days", type=click.IntRange(1, MOST_DAYS), metavar="N", help="Days after which it ends; never, if left out."
)
def create(
    name: str,
    owner: str | None,
    scopes: str | None,
    per_minute: int | None,
    cost_per_day: float | None,
    days: int | None,
) -> None:
    """Make a key for whoever NAME names. The key alone goes to standard output, this once."""
    from service.keys import USUAL
    from service.keys import create as create_key

    now = datetime.now(UTC)
    with opened() as store, store.writing() as connection:
        made = create_key(
            connection,
            name=name,
            owner=owner,
            scopes=scopes.split(",") if scopes is not None else USUAL,
            requests_per_minute=per_minute,
            cost_per_day=cost_per_day,
            expires=None if days is None else now + timedelta(days=days),
            now=now,
        )
    _hand_over(made)


@keys.command("list", short_help="List the keys.")
def list_() -> None:
    """List the keys with their limits and last use. The keys themselves are nowhere kept."""
    from service.keys import listed, spent_on

    now = datetime.now(UTC)
    with opened() as store, store.reading() as connection:
        found = listed(connection)
        costs = spent_on(connection, now.date(), [key.id for key in found])
    if not found:
        click.echo("There are no API keys. Make one with `according keys create NAME`.")
    for key in found:
        state = key.state(now)
        click.echo(f"{key.id}  {click.style(f'{state:<7}', fg='green' if state == 'valid' else 'red')}  {_words(key)}")
        used = f"last used {key.last_used:%Y-%m-%d %H:%M}" if key.last_used is not None else "never used"
        click.echo(f"{'':<12}  {'':<7}  {used}, ${costs.get(key.id, 0.0):.2f} today")


@keys.command(short_help="End a key.")
@click.argument("key_id", metavar="ID")
def revoke(key_id: str) -> None:
    """End the key of that ID. Running services know within five seconds."""
    from service.keys import revoke as revoke_key

    with opened() as store, store.writing() as connection:
        ended = revoke_key(connection, key_id, now=datetime.now(UTC))
    click.echo(f"{ended.id} ({ended.name}) is revoked.")


@keys.command(short_help="Put a new key in the place of one.")
@click.argument("key_id", metavar="ID")
@click.option(
    "--overlap-hours",
    type=click.IntRange(0, MOST_DAYS * 24),
    default=168,
    show_default=True,
    help="Both are valid for so long.",
)
def rotate(key_id: str, overlap_hours: int) -> None:
    """Make a key like that of ID, which ends after the overlap. The new key alone goes to standard output."""
    from service.keys import rotate as rotate_key

    now = datetime.now(UTC)
    with opened() as store, store.writing() as connection:
        made = rotate_key(connection, key_id, now=now, overlap=timedelta(hours=overlap_hours))
    click.echo(f"{key_id} ends within {overlap_hours} hours.", err=True)
    _hand_over(made)


def _hand_over(made: "NewKey") -> None:
    click.echo(made.secret)
    click.echo(f"This is the key of {_words(made.key)}. It is shown only now: keep it safe.", err=True)


def _words(key: "ApiKey") -> str:
    limits = [f"{key.requests_per_minute}/min"] if key.requests_per_minute is not None else []
    limits += [f"${key.cost_per_day:g}/day"] if key.cost_per_day is not None else []
    limits += [f"until {key.expires:%Y-%m-%d %H:%M} UTC"] if key.expires is not None else []
    owner = f" (owner {key.owner})" if key.owner != key.name else ""
    return f"{key.name}{owner}: {', '.join((*key.scopes, *limits))}"
