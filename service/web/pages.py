"""What do people see in a browser?

The home page, whose script calls the API; the same form without scripts, answered with the plain table; and a page for
each kind of problem. Templates escape all they are given.
"""

from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from service.errors import SetupError
from service.models import LOCAL, ModelStatus
from service.rendering.table import table
from service.rendering.words import amount_of, marks_of
from service.web.api import finished
from service.web.context import Context, context_of
from service.web.problems import KINDS, TOLD, Problem, from_error

TABLE_WIDTH = 100  # characters

router = APIRouter(include_in_schema=False)

# Made by hand, for autoescaping is off unless asked for, and a misspelt name must not print as nothing.
_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined
)
_templates.filters |= {"amount": amount_of, "marks": marks_of}


def page(name: str, *, status: int = 200, **values: object) -> Response:
    return HTMLResponse(_templates.get_template(name).render(**values), status)


@router.get("/")
async def home(request: Request) -> Response:
    context = context_of(request)
    return page(
        "home.html",
        models=_choices(context),
        default=context.settings.model,
        max_characters=context.settings.max_characters,
        needs_key=await _needs_key(context),
        keeps=bool(context.keeping),
    )


async def _needs_key(context: Context) -> bool:
    try:
        return await context.callers.keys_are_needed()
    except SetupError:
        return True  # nobody is let in before it is known


# Files of this machine, and names of two parts: for those who know what they want.
NOT_OFFERED = (LOCAL, "simulated/", "embedded+")


def _choices(context: Context) -> list[tuple[str, str]]:
    """Value and words for each model that may work here; a provider's entry is its first part, to be completed."""
    choices = [
        (model.name.removesuffix("…"), _words(model))
        for model in context.describe_models()
        if model.status != "missing" and not model.name.startswith(NOT_OFFERED)
    ]
    default = context.settings.model
    if default not in [name for name, _ in choices]:
        choices.insert(0, (default, f"{default} (set for this service)"))
    return choices


def _words(model: ModelStatus) -> str:
    return f"{model.name} ({model.about})"


@router.post("/")
async def plain_result(request: Request) -> Response:
    """For browsers without scripts."""
    context = context_of(request)
    try:
        asked = await context.asked_by(request)
        extraction = await finished(request, context.watch(request, asked))
    except Problem as problem:
        return _told(problem)
    except TOLD as error:
        return _told(from_error(error))
    return page(
        "plain.html",
        status=502 if extraction.status == "failed" else 200,
        table=table(extraction, width=TABLE_WIDTH),
        title=extraction.article.title or extraction.article.id,
    )


def _told(problem: Problem) -> Response:
    return page("problem.html", status=problem.kind.status, kind=problem.kind, detail=problem.detail)


@router.get("/problems/{code}")
async def problem(code: str) -> Response:
    """What a problem's `type` links to."""
    if code not in KINDS:
        raise Problem("not-found")
    return page("problem.html", kind=KINDS[code], detail=None)
