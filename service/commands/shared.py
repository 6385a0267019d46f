"""What do the commands share: settings at the door, and a clear end where they cannot go on?"""

import os
import sys
from typing import TYPE_CHECKING, Any, NoReturn

import click

if TYPE_CHECKING:
    from service.settings import Settings

PARTLY, NOTHING = 1, 2  # exit codes
MOST_DAYS = 36_500  # of an age or a term; a calendar ends somewhere


def settings_of(**changes: Any) -> "Settings":
    from service.secret_files import take_in
    from service.settings import Settings

    take_in(os.environ)
    given = {name: value for name, value in changes.items() if value is not None}
    return Settings.from_environment(os.environ).model_copy(update=given)


def settings_or_give_up() -> "Settings":
    from service.errors import AccordingError

    try:
        return settings_of()
    except AccordingError as error:
        give_up(error)


def give_up(error: Exception) -> NoReturn:
    from service.rendering.words import visible

    click.echo(f"Error: {visible(str(error))}", err=True)
    sys.exit(NOTHING)
