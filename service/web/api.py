"""What does the service answer to programs?

The addresses under /v1, and the two that say whether the service lives and can work. Reading the request, running the
extraction and telling errors are files of their own.
"""

import asyncio

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.requests import ClientDisconnect

from service.models import ModelStatus
from service.records import Article, Extraction, Record
from service.rendering.lines import as_json
from service.store.extractions import find
from service.store.store import Store
from service.web import documentation, idempotency
from service.web.bodies import Asked
from service.web.context import Context, context_of
from service.web.guard import caller_of
from service.web.problems import FieldError, Problem
from service.web.streaming import Ended, Watched, events, is_wanted

router = APIRouter()


class ModelList(Record):
    """What can be named as `model`, and what each still needs here."""

    default: str
    models: tuple[ModelStatus, ...]


class Health(Record):
    """Says "ok"; anything else is a problem document."""

    status: str


@router.post(
    "/v1/extract",
    operation_id="extract",
    summary="Read an article: who claims what, with which figures, and how sure we are",
    description=documentation.EXTRACT,
    response_class=Response,
    responses=documentation.EXTRACT_RESPONSES,
    openapi_extra={"requestBody": documentation.EXTRACT_BODY, "parameters": [documentation.KEY_PARAMETER]},
    tags=["extraction"],
)
async def extract(request: Request) -> Response:
    context = context_of(request)
    key = idempotency.key_of(request)
    if key is not None and is_wanted(request):
        raise _not_with_key("Ask without text/event-stream, or without the key.")
    asked = await context.asked_by(request)
    request.scope["log_fields"] |= {"model": context.model_of(asked), "streamed": is_wanted(request)}
    if key is not None:
        return await _once(request, context, asked, key)
    watched = context.watch(request, asked)
    if is_wanted(request):
        return await _streamed(request, watched, context)
    return answer(await finished(request, watched))


async def _once(request: Request, context: Context, asked: Asked, key: str) -> Response:
    """The answer to a request that may have been made before: the stored extraction then."""
    if not asked.form.store:
        raise _not_with_key("The first answer can be told again only where it is kept: leave out `store`, or the key.")
    caller = caller_of(request, needs="extract")
    store = await context.store()
    found: list[Extraction] = []

    async def work() -> idempotency.Answer:
        found.append(await finished(request, context.watch(request, asked)))
        return idempotency.Answer(200, found[0].extraction_id)

    told = await idempotency.once(
        store,
        work,
        owner=caller.owner,
        key=key,
        fingerprint=asked.fingerprint,
        request_id=request.scope["request_id"],
    )
    if (error := idempotency.told_again(told)) is not None:
        return error
    extraction = found[0] if found else await stored(store, told.body, owner=caller.owner)
    if extraction is None:
        raise Problem("gone")
    response = answer(extraction)
    response.headers.update(idempotency.REPLAYED if told.replayed else {})
    return response


def _not_with_key(message: str) -> Problem:
    return Problem("invalid-request", message, errors=[FieldError(pointer="", message=message)])


async def stored(store: Store, extraction_id: str, *, owner: str) -> Extraction | None:
    """The extraction as it was kept, None where the owner has none of that id."""

    def look() -> Extraction | None:
        with store.reading() as connection:
            return find(connection, extraction_id, owner=owner)

    return await asyncio.to_thread(look)


async def _streamed(request: Request, watched: Watched, context: Context) -> Response:
    try:
        first = await watched.upcoming()
    except Ended:
        await watched.close()
        raise ClientDisconnect from None
    except BaseException:
        await watched.close()
        raise
    assert first is not None  # only a ping is None
    return StreamingResponse(
        events(first, watched, request_id=request.scope["request_id"], ping_seconds=context.ping_seconds),
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


async def finished(request: Request, watched: Watched) -> Extraction:
    """The whole extraction, once it is there."""
    try:
        while not isinstance(item := await watched.upcoming(), Extraction):
            if isinstance(item, Article):
                request.scope["log_fields"]["characters"] = len(item.text)
    except Ended:
        raise ClientDisconnect from None
    finally:
        await watched.close()
    request.scope["log_fields"] |= {"claims": len(item.claims), "extraction": item.status}
    return item


def answer(extraction: Extraction) -> Response:
    """The extraction as a response. One in which every part failed is an error, and still holds what is known."""
    if extraction.status == "failed":
        raise Problem("model-failed", more={"extraction": extraction.model_dump(mode="json")})
    return Response(as_json(extraction), media_type="application/json")


@router.get(
    "/v1/models",
    operation_id="list_models",
    summary="Which models can be used here, and what the others still need",
    tags=["extraction"],
)
async def models(request: Request) -> ModelList:
    caller_of(request, needs="extract")
    context = context_of(request)
    return ModelList(default=context.settings.model, models=tuple(context.describe_models()))


@router.get(
    "/metrics",
    operation_id="metrics",
    summary="What Prometheus counts: needs a key of the scope “metrics”, or no keys and this machine",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "Text for Prometheus"}},
    tags=["health"],
)
async def metrics(request: Request) -> Response:
    caller_of(request, needs="metrics")
    exposition = await asyncio.to_thread(context_of(request).metrics.exposition)
    return Response(exposition, media_type=CONTENT_TYPE_LATEST)


@router.get("/healthz", operation_id="health", summary="Whether the service lives", tags=["health"])
async def health() -> Health:
    return Health(status="ok")


@router.get(
    "/readyz",
    operation_id="readiness",
    summary="Whether the service can read articles",
    responses=documentation.problem_responses("not-ready", "stopping"),
    tags=["health"],
)
async def readiness(request: Request) -> Health:
    context = context_of(request)
    if context.stop.is_set():
        raise Problem("stopping")
    missing = list(await asyncio.to_thread(context.missing))
    trouble = await asyncio.to_thread(context.keeping.trouble)
    if trouble is not None:
        # Its words may name the machine that the database is on, and anybody may ask here.
        structlog.get_logger("according.web").warning("store_unusable", why=trouble)
        missing.append("The store cannot be used; the log says why.")
    if missing:
        raise Problem("not-ready", "; ".join(missing))
    return Health(status="ok")
