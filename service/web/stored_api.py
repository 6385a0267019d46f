"""What is kept, and how is it found and deleted?

Extractions by their id, claims by what they say, and articles with all that was found in them. Everybody sees what is
their own and nothing else. How it is kept is left to `store`.
"""

import asyncio
import hashlib
import re

from fastapi import APIRouter, Request
from fastapi.responses import Response

from service.cached import forget_answers
from service.records import Extraction
from service.rendering.lines import as_json
from service.settings import Settings
from service.store.extractions import delete_article
from service.store.search import ClaimPage, ClaimQuery, find_claims
from service.store.store import Store
from service.web import documentation
from service.web.api import stored
from service.web.bodies import Day, refuse_foreign_pages
from service.web.context import context_of
from service.web.guard import caller_of
from service.web.problems import Problem
from service.web.queries import from_query, next_link

router = APIRouter(tags=["stored"])

ID = re.compile(r"[A-Za-z0-9-]{1,36}")


class ClaimsAsked(ClaimQuery):
    """The same in an address, where a number would be taken for seconds since 1970."""

    since: Day | None = None
    until: Day | None = None


@router.get(
    "/v1/extractions/{extraction_id}",
    operation_id="get_extraction",
    summary="An extraction, just as it was answered",
    response_class=Response,
    responses={
        200: {"model": Extraction, "description": "The extraction"},
        304: {"description": "It is what the ETag in If-None-Match stands for"},
        **documentation.problem_responses("not-found", *documentation.STORED),
    },
)
async def extraction(request: Request, extraction_id: str) -> Response:
    caller = caller_of(request, needs="read")
    store = await context_of(request).store()
    found = await stored(store, extraction_id, owner=caller.owner) if ID.fullmatch(extraction_id) else None
    if found is None:
        raise Problem("not-found", "No extraction of this id is kept here.")
    return with_etag(request, as_json(found))


def with_etag(request: Request, content: str) -> Response:
    """The content with a strong ETag, or 304 where the client has it already."""
    body = content.encode()
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"etag": etag, "cache-control": "private, no-cache"}
    known = [each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")]
    if etag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")


@router.get(
    "/v1/claims",
    operation_id="find_claims",
    summary="Claims among all that are kept: by speaker, words, figure, flag or day",
    description=documentation.CLAIMS,
    response_class=Response,
    responses={
        200: {"model": ClaimPage, "description": "One page", "headers": documentation.NEXT},
        **documentation.problem_responses("invalid-request", *documentation.STORED),
    },
    openapi_extra={"parameters": documentation.parameters_of(ClaimsAsked)},
)
async def claims(request: Request) -> Response:
    caller = caller_of(request, needs="read")
    query = ClaimQuery(**dict(from_query(request, ClaimsAsked)))
    store = await context_of(request).store()

    def look() -> ClaimPage:
        with store.reading() as connection:
            return find_claims(connection, query, owner=caller.owner)

    page = await asyncio.to_thread(look)
    return Response(as_json(page), headers=next_link(request, page.next), media_type="application/json")


@router.delete(
    "/v1/articles/{name:path}",
    operation_id="delete_article",
    summary="Forget an article: its text, all that was found in it, and models' answers about it",
    description=documentation.DELETE_ARTICLE,
    status_code=204,
    response_class=Response,
    responses=documentation.problem_responses("foreign-page", "not-found", "invalid-request", *documentation.STORED),
)
async def forget_article(request: Request, name: str) -> Response:
    refuse_foreign_pages(request)
    caller = caller_of(request, needs="extract")
    context = context_of(request)
    store = await context.store()
    if "\x00" in name or not await asyncio.to_thread(_forget, store, context.settings, name, caller.owner):
        raise Problem("not-found", "No article of this id or hash is kept here.")
    return Response(status_code=204)


def _forget(store: Store, settings: Settings, name: str, owner: str) -> bool:
    with store.writing() as connection:
        gone = delete_article(connection, name, owner=owner)
        # Before the commit: if they cannot be cleared, nothing is gone and the same may be asked again.
        forget_answers(settings.cache, gone.sha256s)
    return gone.articles > 0
