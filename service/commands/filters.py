"""By which options are claims chosen that were kept?"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, get_args

import click

if TYPE_CHECKING:
    from service.store.search import ClaimQuery

_DAY = click.DateTime(["%Y-%m-%d"])
_OPTIONS = (
    click.option("--speaker", metavar="NAME", help="Whose name or other name holds this."),
    click.option("--text", metavar="WORDS", help='Whose content holds all of these; "in quotes", side by side.'),
    click.option("--flag", metavar="CODE", help="With this doubt."),
    click.option("--kind", metavar="KIND", help="With a speaker of this kind: person, organization, anonymous …"),
    click.option("--model", metavar="NAME", help="As this model read them."),
    click.option("--article", metavar="NAME", help="Of the article of this id or hash."),
    click.option("--job", metavar="ID", help="Of this job."),
    click.option("--older", is_flag=True, help="Also what the same model said of the article before."),
    click.option("--needs-review/--no-review", default=None, help="Doubtful ones, or all others."),
    click.option("--since", type=_DAY, metavar="YYYY-MM-DD", help="Published, else read, on that day or later."),
    click.option("--until", type=_DAY, metavar="YYYY-MM-DD", help="On that day or before."),
    click.option("--low", type=float, metavar="NUMBER", help="With a figure of at least this."),
    click.option("--high", type=float, metavar="NUMBER", help="With a figure of at most this."),
    click.option("--counted", metavar="WORDS", help="With a figure that counts this."),
    click.option("--unit", metavar="UNIT", help="With a figure in this unit."),
)


def chosen(command: Callable[..., Any]) -> Callable[..., Any]:
    """Gives a command the options; they arrive by name, for `question`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def question(given: dict[str, Any], **more: Any) -> "ClaimQuery":
    """What the options ask for. Ends the program in words where one cannot be used."""
    from pydantic import ValidationError

    from service.records import Kind
    from service.store.search import ClaimQuery

    days = {name: given[name].date() for name in ("since", "until") if given[name] is not None}
    try:
        return ClaimQuery(**(given | days | more))
    except ValidationError as error:
        problem = error.errors()[0]
        option = str(problem["loc"][0]).replace("_", "-")
        known = f" It is one of {', '.join(get_args(Kind))}." if option == "kind" else ""
        raise click.UsageError(f"--{option}: {problem['msg']}.{known}") from None
