"""How are many articles ordered, followed and fetched over HTTP?

Addresses under /v1/jobs. What is ordered is read by `orders`, what is told while work goes on is written by
`following`; the work itself is done by other processes. Everybody sees their own jobs and no others.
"""

import asyncio
import hashlib
import uuid
from collections.abc import Callable, Iterator
from functools import partial
from typing import Literal, TypeVar

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import ConfigDict, Field

from service.errors import InputError
from service.jobs.jobs import JobEnded, Jobs
from service.jobs.records import ArticleResult, JobLimits, JobOrder, JobPage, JobView
from service.keys import Caller
from service.records import Record
from service.rendering.lines import as_json
from service.web import documentation, idempotency
from service.web.bodies import from_json, media_type_of, read_body, refuse_foreign_pages
from service.web.context import Context, context_of
from service.web.following import gather, parts, progress, result_lines
from service.web.guard import caller_of
from service.web.orders import Ordered, read_order
from service.web.problems import FieldError, Problem
from service.web.queries import from_query, next_link
from service.web.stored_api import ID
from service.web.streaming import is_wanted

router = APIRouter(tags=["jobs"])

FAILURES = 20  # told with a job; the results hold all
Done = TypeVar("Done")


class JobDetails(JobView):
    """How far a job is, with the first of its articles that failed, and why."""

    failures: tuple[ArticleResult, ...] = ()


class LimitsRequest(JobLimits):
    """What is to be changed of a job; what is left out stays."""

    model_config = ConfigDict(strict=True)


class JobListQuery(Record):
    """Which page of the jobs."""

    model_config = ConfigDict(strict=True)

    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = Field(default=None, max_length=500)


class ResultsQuery(Record):
    """Which results, and how."""

    model_config = ConfigDict(strict=True)

    order: Literal["input", "done"] = Field(
        default="input",
        description="“input”: as they were sent, up to the first that has not ended; “done”: all that have ended",
    )
    after: int | None = Field(
        default=None, ge=0, lt=1 << 31, description="only positions after this one; not with order=done"
    )
    extractions: bool = Field(default=True, description="whether lines hold the extractions, or just their ids")


# ── ordering ──────────────────────────────────────────────────────────────────────────────────────────────────────


@router.post(
    "/v1/jobs",
    operation_id="create_job",
    summary="Have many articles read: as JSON, as lines of JSON, or as files",
    description=documentation.CREATE_JOB,
    status_code=202,
    response_class=Response,
    responses=documentation.CREATE_JOB_RESPONSES,
    openapi_extra={"requestBody": documentation.job_body(), "parameters": documentation.job_parameters()},
)
async def create(request: Request) -> Response:
    context = context_of(request)
    caller = caller_of(request, needs="jobs", spends=True)
    if context.stop.is_set():
        raise Problem("stopping", headers={"retry-after": "5"})
    key = idempotency.key_of(request)
    store = await context.store()
    with context.uploads.place(1, caller.owner):
        async with read_order(request, context.settings) as ordered:
            request.scope["log_fields"] |= {"model": ordered.order.model or context.settings.model}
            await asyncio.to_thread(_check_models, context, ordered.order)
            jobs = Jobs(store, context.settings)
            submit = partial(_submit, jobs, ordered, caller, key, request)
            if key is None:
                return _accepted(await submit())
            told = await idempotency.once(
                store,
                submit,
                owner=caller.owner,
                key=key,
                fingerprint=ordered.fingerprint,
                request_id=request.scope["request_id"],
            )
    return idempotency.told_again(told) or _accepted(told)


def _check_models(context: Context, order: JobOrder) -> None:
    """Raises Problem or SetupError for a model that could not be used, before any article is taken in."""
    for field, model in (("/model", order.model), ("/settings/verify", order.options.verify)):
        if model is not None:
            try:
                context.extractor(model)
            except InputError as error:
                errors = [FieldError(pointer=field, message=error.fix)]
                raise Problem("invalid-request", error.fix, errors=errors) from None


async def _submit(
    jobs: Jobs, ordered: Ordered, caller: Caller, key: str | None, request: Request
) -> idempotency.Answer:
    def work() -> JobView:
        job_id = None if key is None else _job_id(caller.owner, key, ordered.fingerprint)
        return jobs.submit(ordered.order, ordered.items(), owner=caller.owner, api_key=caller.key_id, job_id=job_id)

    view = await asyncio.to_thread(work)
    request.scope["log_fields"] |= {"job": view.id, "articles": view.total}
    return idempotency.Answer(202, as_json(view))


def _job_id(owner: str, key: str, fingerprint: str) -> str:
    """The same for the same order, so that it is not taken in twice even where the first answer was never kept."""
    digest = hashlib.sha256("\0".join((owner, key, fingerprint)).encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))


def _accepted(answer: idempotency.Answer) -> Response:
    view = JobView.model_validate_json(answer.body)
    headers = {"location": f"/v1/jobs/{view.id}"} | (idempotency.REPLAYED if answer.replayed else {})
    return Response(answer.body, 202, headers=headers, media_type="application/json")


# ── following ─────────────────────────────────────────────────────────────────────────────────────────────────────


@router.get(
    "/v1/jobs",
    operation_id="list_jobs",
    summary="Your jobs, newest first",
    response_class=Response,
    responses={
        200: {"model": JobPage, "description": "One page", "headers": documentation.NEXT},
        **documentation.problem_responses("invalid-request", *documentation.STORED),
    },
    openapi_extra={"parameters": documentation.parameters_of(JobListQuery)},
)
async def listing(request: Request) -> Response:
    query = from_query(request, JobListQuery)
    page = await _with_jobs(request, lambda jobs, owner: jobs.list(owner=owner, limit=query.limit, cursor=query.cursor))
    return Response(as_json(page), headers=next_link(request, page.next), media_type="application/json")


@router.get(
    "/v1/jobs/{job_id}",
    operation_id="get_job",
    summary="How far a job is: progress, rate, cost, time left, and what failed",
    description=documentation.GET_JOB,
    response_class=Response,
    responses={
        200: {
            "model": JobDetails,
            "description": "How far it is",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        },
        **documentation.problem_responses("not-found", *documentation.STORED),
    },
)
async def details(request: Request, job_id: str) -> Response:
    def look(jobs: Jobs, owner: str) -> JobDetails | None:
        view = jobs.view(job_id, owner=owner)
        if view is None:
            return None
        failures = jobs.failures(job_id, owner=owner, limit=FAILURES) if view.failed else ()
        return JobDetails(**dict(view), failures=failures)

    found = _known(await _with_jobs(request, look, job_id))
    if not is_wanted(request):
        return Response(as_json(found), media_type="application/json")
    context = context_of(request)
    owner = caller_of(request, needs="jobs").owner
    jobs = Jobs(await context.store(), context.settings)
    looks = partial(_or_none, partial(look, jobs, owner))
    return StreamingResponse(
        progress(request, looks, found, context.stop, ping_seconds=context.ping_seconds),
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


@router.get(
    "/v1/jobs/{job_id}/results",
    operation_id="get_job_results",
    summary="What became of a job's articles, one a line",
    description=documentation.GET_RESULTS,
    response_class=Response,
    responses={
        200: {
            "description": "Lines of JSON",
            "content": {"application/x-ndjson": {"schema": {"type": "string"}}},
        },
        **documentation.problem_responses("not-found", "invalid-request", *documentation.STORED),
    },
    openapi_extra={"parameters": documentation.parameters_of(ResultsQuery)},
)
async def results(request: Request, job_id: str) -> Response:
    query = from_query(request, ResultsQuery)
    if query.after is not None and query.order == "done":
        raise Problem("invalid-request", "`after` counts in the order of the input; leave out order=done.")
    context = context_of(request)

    def first(jobs: Jobs, owner: str) -> tuple[str, Iterator[str]] | None:
        if jobs.view(job_id, owner=owner) is None:
            return None
        in_order = query.order == "input"
        lines = result_lines(jobs, job_id, owner=owner, in_order=in_order, after=query.after, whole=query.extractions)
        return gather(lines), lines

    part, lines = _known(await _with_jobs(request, first, job_id))
    return StreamingResponse(
        parts(part, lines, context.stop),
        media_type="application/x-ndjson",
        headers={"content-disposition": f'attachment; filename="{job_id}.jsonl"'},
    )


# ── changing ──────────────────────────────────────────────────────────────────────────────────────────────────────


@router.post(
    "/v1/jobs/{job_id}/cancel",
    operation_id="cancel_job",
    summary="Begin no further article; what is done stays",
    response_class=Response,
    responses={
        200: {"model": JobView, "description": "The job as it is now"},
        **documentation.problem_responses("foreign-page", "not-found", *documentation.STORED),
    },
)
async def cancel(request: Request, job_id: str) -> Response:
    return await _changed(request, job_id, lambda jobs, owner: jobs.cancel(job_id, owner=owner))


@router.post(
    "/v1/jobs/{job_id}/retry",
    operation_id="retry_job",
    summary="Put the failed articles, and no others, in line again",
    response_class=Response,
    responses={
        200: {"model": JobView, "description": "The job as it is now"},
        **documentation.problem_responses("foreign-page", "not-found", "job-cancelled", *documentation.STORED),
    },
)
async def retry(request: Request, job_id: str) -> Response:
    caller_of(request, needs="jobs", spends=True)

    def again(jobs: Jobs, owner: str) -> JobView | None:
        view = jobs.view(job_id, owner=owner)
        if view is not None and view.state == "cancelled":
            raise Problem("job-cancelled")
        return None if view is None else jobs.retry(job_id, owner=owner)

    return await _changed(request, job_id, again)


@router.patch(
    "/v1/jobs/{job_id}",
    operation_id="change_job",
    summary="Set other limits, or none; a job that stood still for its old one goes on",
    response_class=Response,
    responses={
        200: {"model": JobView, "description": "The job as it is now"},
        **documentation.problem_responses(
            "foreign-page", "not-found", "job-ended", "busy", *documentation.JSON_BODY, *documentation.STORED
        ),
    },
    openapi_extra={"requestBody": documentation.limits_body(LimitsRequest)},
)
async def change(request: Request, job_id: str) -> Response:
    context = context_of(request)
    media_type_of(request, "application/json")
    with context.at_the_door(request, caller_of(request, needs="jobs").owner):
        body = await read_body(request, limit=context.settings.max_file_bytes)
    limits = from_json(LimitsRequest, body)

    return await _changed(request, job_id, lambda jobs, owner: jobs.change(job_id, limits, owner=owner))


@router.delete(
    "/v1/jobs/{job_id}",
    operation_id="delete_job",
    summary="Forget a job and its list of articles; what was found in them stays",
    status_code=204,
    response_class=Response,
    responses=documentation.problem_responses("foreign-page", "not-found", *documentation.STORED),
)
async def forget(request: Request, job_id: str) -> Response:
    refuse_foreign_pages(request)
    _known(await _with_jobs(request, lambda jobs, owner: jobs.delete(job_id, owner=owner) or None, job_id))
    return Response(status_code=204)


async def _changed(request: Request, job_id: str, change: Callable[[Jobs, str], JobView | None]) -> Response:
    refuse_foreign_pages(request)
    view = _known(await _with_jobs(request, change, job_id))
    return Response(as_json(view), media_type="application/json")


async def _with_jobs(request: Request, ask: Callable[[Jobs, str], Done], job_id: str | None = None) -> Done:
    """What the jobs answer, asked in a thread. Raises Problem where there is no such job of the caller's."""
    owner = caller_of(request, needs="jobs").owner
    if job_id is not None and not ID.fullmatch(job_id):
        raise _no_job()
    context = context_of(request)
    jobs = Jobs(await context.store(), context.settings)
    try:
        return await asyncio.to_thread(ask, jobs, owner)
    except JobEnded:
        raise Problem("job-ended") from None
    except InputError as error:
        if error.field == "job":  # it went while it was asked about
            raise _no_job() from None
        raise


def _or_none(look: Callable[[], JobDetails | None]) -> JobDetails | None:
    try:
        return look()
    except InputError:
        return None


def _known(found: Done | None) -> Done:
    if found is None:
        raise _no_job()
    return found


def _no_job() -> Problem:
    return Problem("not-found", "There is no such job here.")
