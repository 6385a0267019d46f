"""What do the commands have in common?

Options, kinds of arguments, exit codes, and how errors are told. Imports nothing heavy, so that help comes at once.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

EXIT_ERRORS = 1
EXIT_UNUSABLE = 2
EXIT_INCOMPLETE = 3
EXIT_GATE_UNUSABLE = 4

Command = TypeVar("Command", bound=Callable[..., Any])

FOLDER = click.Path(file_okay=False, path_type=Path)
EXISTING = click.Path(exists=True, path_type=Path)
EXISTING_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


class GoldSetPlace(click.ParamType["Path"]):
    """A folder or file that is there, or hf:owner/name."""

    name = "goldset"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        return Path(value) if str(value).startswith("hf:") else EXISTING.convert(value, param, ctx)


GOLDSET = GoldSetPlace()


def texts_option(command: Command) -> Command:
    return click.option(
        "--texts",
        type=FOLDER,
        envvar="ACCORDING_TEXTS",
        show_envvar=True,
        help="Folder with the texts of stand-off gold sets; else those recorded by `texts add`.",
    )(command)


def threshold_option(command: Command) -> Command:
    return click.option(
        "--tau",
        "threshold",
        type=click.FloatRange(0, 1, min_open=True),
        default=0.5,
        show_default=True,
        help="Least similarity of paired claims.",
    )(command)


def json_option(command: Command) -> Command:
    return click.option("--json", "as_json_", is_flag=True, help="Print JSON instead of a table.")(command)


def split_option(command: Command) -> Command:
    return click.option("--split", metavar="SPLIT", help="Only the documents of this split, such as dev or test.")(
        command
    )


def goldset_option(command: Command) -> Command:
    return click.option(
        "--goldset", type=click.Path(path_type=Path), metavar="GOLDSET", help="Where the runs' gold set is now."
    )(command)


@contextmanager
def telling_errors(code: int = EXIT_UNUSABLE) -> Iterator[None]:
    """Errors raised on purpose are for the user to read, not a traceback; they end with exit code 2."""
    from service.errors import AccordingError

    try:
        yield
    except AccordingError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(code)


def recorded() -> Path:
    return Path(click.get_app_dir("according")) / "texts"


def text_folders_of(given: Path | None) -> tuple[Path, ...]:
    from eval.texts import text_folders

    return text_folders(given, recorded())
