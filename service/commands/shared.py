"""What do the commands share: settings and the store at the door, and a clear end where they cannot go on?"""

import math
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

import click

if TYPE_CHECKING:
    from service.settings import Settings
    from service.store.store import Store

PARTLY, NOTHING = 1, 2  # exit codes
COUNTS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # the Prometheus client's own variable
MOST_DAYS = 36_500  # of an age or a term; a calendar ends somewhere


class Dollars(click.FloatRange):
    """An amount over 0 that is one: the floats beyond all amounts are none."""

    def __init__(self) -> None:
        super().__init__(0, min_open=True)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        amount: float = super().convert(value, param, ctx)
        if not math.isfinite(amount):
            self.fail(f"{value!r} is no amount of US dollars, such as 2.50.", param, ctx)
        return amount


class Address(click.ParamType[tuple[str, int]]):
    """PORT on this machine alone, or HOST:PORT; an IPv6 host stands in brackets."""

    name = "address"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, int]:
        found = re.fullmatch(r"(?:([^:]+|\[[0-9a-fA-F:]+\]):)?([0-9]{1,5})", str(value))
        if found is None or not 0 < int(found[2]) < 65_536:
            self.fail(f"{value!r} is no address, such as 9464 or 0.0.0.0:9464.", param, ctx)
        return (found[1] or "127.0.0.1").strip("[]"), int(found[2])


def joined(host: str, port: int) -> str:
    """As in a URL."""
    return f"{f'[{host}]' if ':' in host else host}:{port}"


def settings_of(**changes: Any) -> "Settings":
    from service.secret_files import take_in
    from service.settings import Settings

    take_in(os.environ)
    given = {name: value for name, value in changes.items() if value is not None}
    return Settings.from_environment(os.environ).model_copy(update=given)


def settings_or_give_up() -> "Settings":
    with in_words():
        return settings_of()


def store_of(settings: "Settings") -> str:
    """Where the store is. Raises SetupError where there is none."""
    from service.errors import SetupError

    if settings.store is None:
        raise SetupError(
            "Nothing is kept: ACCORDING_STORE is off. Set it to a file such as according.sqlite, or to "
            "postgresql://USER@HOST/NAME."
        )
    return settings.store


@contextmanager
def opened(settings: "Settings | None" = None) -> "Iterator[Store]":
    """The store that is set, open for the block. Ends the program in words where it, or the block, cannot go on."""
    from service.store.store import Store

    with in_words(), Store.open(store_of(settings or settings_of())) as store:
        yield store


@contextmanager
def in_words() -> Iterator[None]:
    """Ends the program in words where the block cannot go on."""
    from service.errors import AccordingError

    try:
        yield
    except AccordingError as error:
        give_up(error)


@contextmanager
def counted_together() -> Iterator[None]:
    """What this process and those started in the block count for Prometheus is told as one.

    To be entered before the client library is imported, which reads the variable then.
    """
    if COUNTS_FOLDER in os.environ:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="according-metrics-") as folder:
        os.environ[COUNTS_FOLDER] = folder
        try:
            yield
        finally:
            os.environ.pop(COUNTS_FOLDER, None)


def give_up(error: Exception) -> NoReturn:
    from service.rendering.words import visible

    click.echo(f"Error: {visible(str(error))}", err=True)
    sys.exit(NOTHING)
