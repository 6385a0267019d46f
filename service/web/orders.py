"""What job does a request order, and of which articles?

As JSON with all articles in it, as lines of JSON with the order in the address, or as a form with files. The order is
checked here in full; articles are read only when the job takes them in. Leaves the uploads themselves to `uploads`.
"""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from typing import NamedTuple

from fastapi import Request
from pydantic import ConfigDict, Field, ValidationError

from service.errors import InputError
from service.jobs.addresses import check_form
from service.jobs.hooks import read_secrets
from service.jobs.records import MOST_PER_MINUTE, MOST_PRIORITY, JobItem, JobOptions, JobOrder
from service.records import Record
from service.settings import Settings
from service.web.bodies import ArticleText, Day, Name, Words, article_of, from_json, media_type_of, read_body
from service.web.problems import FieldError, Problem, from_error, from_validation
from service.web.queries import from_query, from_strings
from service.web.uploads import Form, Lines, take_in

JSON, FORM = "application/json", "multipart/form-data"
LINES = ("application/x-ndjson", "application/jsonl", "application/x-jsonlines", "application/jsonlines")
MOST_LISTED = 100_000  # articles in one JSON document


class JobSettings(Record):
    """What differs from the service's own settings; `outlet` and `published` are said of all files of the job."""

    model_config = ConfigDict(strict=True)

    samples: int | None = Field(default=None, ge=1, le=20, description="answers asked of the model for each segment")
    verify: Name | None = Field(default=None, description="second model, asked about doubtful claims")
    review_below: float | None = Field(default=None, ge=0, le=1, description="claims less sure than this need review")
    segment_characters: int | None = Field(default=None, ge=500, le=1_000_000, description="most text a call reads")
    outlet: Words | None = Field(default=None, max_length=200, description="of all files")
    published: Day | None = Field(default=None, description="of all files, as YYYY-MM-DD")


class _Wanted(Record):
    model_config = ConfigDict(strict=True)

    model: Name | None = Field(default=None, description="one of GET /v1/models; the service's own choice if left out")
    name: Words | None = Field(default=None, max_length=200, description="for people to know the job by")
    priority: int = Field(default=0, ge=-MOST_PRIORITY, le=MOST_PRIORITY, description="higher goes first")
    max_cost: float | None = Field(
        default=None, gt=0, allow_inf_nan=False, description="US dollars; no article is begun beyond it"
    )
    per_minute: int | None = Field(
        default=None, ge=1, le=MOST_PER_MINUTE, description="most articles begun in a minute"
    )
    webhook: Words | None = Field(
        default=None, min_length=1, max_length=2_000, description="http or https address that is told when the job ends"
    )


class JobRequest(_Wanted):
    """A job as JSON, with all its articles."""

    articles: tuple[ArticleText, ...] = Field(min_length=1, max_length=MOST_LISTED)
    settings: JobSettings = JobSettings()


class JobQuery(_Wanted):
    """A job's order as words: in the address beside lines of articles, or in a form beside files."""

    settings: str | None = Field(default=None, max_length=10_000, description='as JSON, such as {"samples": 3}')


class Ordered(NamedTuple):
    """An order, and its articles. `items` may be asked once; `fingerprint` is of both."""

    order: JobOrder
    items: Callable[[], Iterable[JobItem]]
    fingerprint: str


@contextlib.asynccontextmanager
async def read_order(request: Request, settings: Settings) -> AsyncIterator[Ordered]:
    """What the request orders; its upload is there until the end. Raises Problem where it cannot be taken."""
    media_type = media_type_of(request, JSON, FORM, *LINES)
    if media_type == JSON:
        _refuse_query(request)
        body = await read_body(request, limit=settings.max_file_bytes)
        yield await asyncio.to_thread(_from_json, body, settings)  # large ones take a while
        return
    if media_type == FORM:
        _refuse_query(request)
        form = Form(request.headers["content-type"], settings)
        with contextlib.closing(form):
            await take_in(request, form, limit=settings.max_upload_bytes)
            form.end()
            yield _ordered(from_strings(JobQuery, form.fields), form, settings)
        return
    query = from_query(request, JobQuery)
    _order(query, _settings(query), settings)  # before an upload that may take minutes
    lines = Lines(settings)
    with contextlib.closing(lines):
        await take_in(request, lines, limit=settings.max_upload_bytes)
        yield _ordered(query, lines, settings)


def _refuse_query(request: Request) -> None:
    if request.url.query:
        message = "Say in the body what is wanted; only lines of articles are ordered by the address."
        raise Problem("invalid-request", message, errors=[FieldError(pointer="", message=message)])


def _from_json(body: bytes, settings: Settings) -> Ordered:
    asked = from_json(JobRequest, body)
    said = asked.model_dump_json()

    def items() -> Iterator[JobItem]:
        for number, about in enumerate(asked.articles):
            try:
                yield article_of(about, about.text, settings)
            except InputError as error:
                raise _in_list(number, from_error(error)) from None

    return Ordered(_order(asked, asked.settings, settings), items, _hash(said))


def _in_list(number: int, problem: Problem) -> Problem:
    errors = [
        FieldError(pointer=f"/articles/{number}{error.pointer}", message=error.message) for error in problem.errors
    ]
    return Problem(problem.code, f"Article {number + 1:,}: {problem.detail}", errors=errors)


def _ordered(query: JobQuery, upload: Lines | Form, settings: Settings) -> Ordered:
    order = _order(query, _settings(query), settings)
    return Ordered(order, upload.items, _hash(order.model_dump_json() + upload.fingerprint))


def _hash(said: str) -> str:
    return hashlib.sha256(f"job {said}".encode()).hexdigest()


def _settings(query: JobQuery) -> JobSettings:
    try:
        return JobSettings.model_validate_json(query.settings or "{}")
    except ValidationError as error:
        problem = from_validation(error)
        errors = [each.model_copy(update={"pointer": f"/settings{each.pointer}"}) for each in problem.errors]
        raise Problem("invalid-request", errors[0].message, errors=errors) from None


def _order(asked: _Wanted, own: JobSettings, settings: Settings) -> JobOrder:
    """The order, for the jobs' own door. Which models there are, is for others to say.

    Raises Problem for a webhook that must not be called, SetupError for one that could not be signed.
    """
    if asked.webhook is not None:
        read_secrets(settings.webhook_secret.get_secret_value() if settings.webhook_secret else None)
        try:
            check_form(asked.webhook, private=settings.webhook_private)
        except InputError as error:
            raise from_error(error) from None
    return JobOrder(
        model=asked.model,
        name=asked.name,
        priority=asked.priority,
        max_cost=asked.max_cost,
        per_minute=asked.per_minute,
        webhook=asked.webhook,
        options=JobOptions(**dict(own)),
    )
