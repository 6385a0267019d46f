"""What can be done from a command line?

Parses, calls and prints. Everything heavy is imported inside the command that needs it, so that help comes at once.
"""

import os
import sys

import click

from service.commands.batch import batch
from service.commands.cache import cache
from service.commands.disputes import disputes
from service.commands.export import export
from service.commands.extract import extract
from service.commands.jobs import jobs
from service.commands.keys import keys
from service.commands.review import review
from service.commands.serve import serve
from service.commands.shared import settings_or_give_up
from service.commands.store import store
from service.commands.worker import worker


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="according", prog_name="according", message="%(prog)s %(version)s")
def main() -> None:
    """Reads news articles: who claims what, with which figures, and how sure we are."""


main.add_command(extract)
main.add_command(batch)
main.add_command(serve)
main.add_command(worker)
main.add_command(jobs)
main.add_command(keys)
main.add_command(cache)
main.add_command(review)
main.add_command(disputes)
main.add_command(store)
main.add_command(export)


# ── models, doctor ──────────────────────────────────────────────────────────────────────────────────────────────


@main.command(short_help="List what can read articles here.")
def models() -> None:
    """List what can read articles here, and what each still needs."""
    from service.models import describe_models

    settings = settings_or_give_up()
    described = describe_models(os.environ, api_base=settings.api_base)
    width = max(len(model.name) for model in described)
    for model in described:
        colour = {"ready": "green", "unchecked": "yellow"}.get(model.status)
        default = "  (default)" if model.name == settings.model else ""
        state = click.style(f"{model.status:<9}", fg=colour, dim=colour is None)
        click.echo(f"{model.name:<{width}}  {state}  {model.about}{default}")
        if model.needs:
            click.echo(f"{'':<{width}}  {'':<9}  {model.needs}")


@main.command(short_help="Look whether everything needed is here.")
def doctor() -> None:
    """Look whether everything needed is here, and say what to do where it is not."""
    from service.doctor import examine

    settings = settings_or_give_up()
    broken = False
    for finding in examine(settings, os.environ):
        broken |= finding.needed and not finding.ok
        word, colour = (
            ("ok", "green") if finding.ok else ("missing", "red") if finding.needed else ("not set", "yellow")
        )
        click.echo(f"{click.style(f'{word:<8}', fg=colour)}{finding.name}: {finding.words}")
        if finding.fix:
            click.echo(f"{'':<8}→ {finding.fix}")
    if broken:
        click.echo("Something that is needed is missing.", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
