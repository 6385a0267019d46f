"""What can be done from a command line?

Parses, calls and prints. Everything heavy is imported inside the command that needs it, so that help comes at once.
"""

import os
import sys

import click

from service.commands.cache import cache
from service.commands.extract import extract
from service.commands.review import review
from service.commands.shared import give_up, settings_of, settings_or_give_up


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="according", prog_name="according", message="%(prog)s %(version)s")
def main() -> None:
    """Reads news articles: who claims what, with which figures, and how sure we are."""


main.add_command(extract)
main.add_command(cache)
main.add_command(review)


# ── serve ───────────────────────────────────────────────────────────────────────────────────────────────────────


@main.command(short_help="Answer over HTTP, with a page to try it.")
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="0.0.0.0 opens it to the network: anyone may use it."
)
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
@click.option("--workers", type=click.IntRange(1), default=1, show_default=True, help="Processes.")
def serve(host: str, port: int, workers: int) -> None:
    """Answer over HTTP: a page at /, the API at /v1/extract, its description at /openapi.json."""
    import uvicorn

    from service.errors import AccordingError

    try:
        settings_of()
        _try_to_listen(host, port)
    except AccordingError as error:
        give_up(error)
    click.echo(f"according: http://{host}:{port}/", err=True)
    # By name, for each process makes its own; open streams hear of a signal by themselves, others get some seconds.
    uvicorn.run(
        "service.web.app:from_environment",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=15,
    )


def _try_to_listen(host: str, port: int) -> None:
    """Raises SetupError in words where the address cannot be had; the server itself would only write to its log."""
    import socket

    from service.errors import SetupError

    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as error:
        raise SetupError(
            f"Nothing can listen at {host}, port {port}: {error.strerror}. Name others with --host and --port."
        ) from None


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
