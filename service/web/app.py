"""Which parts make the web application?

Puts them together and nothing else. Settings and ways to the models are handed in; `from_environment` is for servers
that make the application themselves.
"""

import asyncio
import os
import signal
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from importlib.metadata import version
from pathlib import Path
from types import FrameType
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from service import choose, models, pipeline
from service.calls import Calls
from service.doctor import Missing
from service.models import ModelStatus
from service.secret_files import take_in
from service.settings import Settings
from service.telemetry import Tracing, tracing_of
from service.vendor.libraries import close_connections
from service.web import api, disputing, documentation, jobs_api, pages, reviewing, stored_api
from service.web.callers import Callers
from service.web.context import Context, ExtractStream, MakeExtractor
from service.web.envelope import Envelope
from service.web.guard import OPEN, Guard
from service.web.keeping import Keeping
from service.web.logs import log_as_json
from service.web.metrics import Metrics
from service.web.problems import TOLD, Problem, on_error
from service.web.sessions import Sessions
from service.web.streaming import PING_SECONDS
from service.web.work import Doorway, Workshop

STATIC = Path(__file__).parent / "static"

COMPUTING = 2  # articles computed here at once; more only take each other's time, for they share one interpreter
CALLING = 32  # articles under way at models elsewhere
WAITING = 16  # in line for either
BODIES = 32  # of the largest size, coming in at once
UPLOADS = 4  # of jobs, coming in at once; each takes room on the disk, and a thread while it is put in the store
# The framework would tell of messages and values, wherever a provider is set for the whole process.
OWN_TELEMETRY_ONLY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}


def create_app(
    settings: Settings,
    *,
    make_extractor: MakeExtractor | None = None,
    extract_stream: ExtractStream | None = None,
    describe_models: Callable[[], Sequence[ModelStatus]] | None = None,
    missing: Callable[[], Sequence[str]] | None = None,
    keeping: Keeping | None = None,
    tracing: Tracing | None = None,
    computing: int = COMPUTING,
    calling: int = CALLING,
    waiting: int = WAITING,
    bodies: int = BODIES,
    uploads: int = UPLOADS,
    ping_seconds: float = PING_SECONDS,
) -> FastAPI:
    """The application. `missing` says in words what it cannot work without (for /readyz)."""
    app = FastAPI(
        title=documentation.TITLE,
        description=documentation.DESCRIPTION,
        version=version("according"),
        docs_url=None,  # its pages load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan,
        telemetry=OWN_TELEMETRY_ONLY,
    )
    keeping = keeping or Keeping(settings.store)
    callers = Callers(keeping)
    shops = {
        "computing": Workshop(slots=computing, waiting=waiting),
        "calling": Workshop(slots=calling, waiting=waiting),
    }
    tracing = tracing or Tracing()
    metrics = Metrics(settings, keeping, shops)
    calls = Calls(settings, on_call=metrics.work.model_call, tracing=tracing)
    app.state.context = Context(
        settings=settings,
        make_extractor=make_extractor or partial(choose.make_extractor, calls=calls),
        extract_stream=extract_stream or partial(pipeline.extract_stream, judge=choose.make_judge(settings, calls)),
        describe_models=describe_models or partial(models.describe_models, {}, api_base=settings.api_base),
        missing=missing or Missing(settings),
        computing=shops["computing"],
        calling=shops["calling"],
        doorway=Doorway(bodies * settings.max_file_bytes),
        uploads=Doorway(uploads),
        keeping=keeping,
        callers=callers,
        metrics=metrics,
        tracing=tracing,
        ping_seconds=ping_seconds,
    )
    for router in (api.router, stored_api.router, jobs_api.router):
        app.include_router(router)
    app.include_router(pages.router)
    app.include_router(reviewing.router)
    app.include_router(disputing.router)
    app.mount("/static", Static(directory=STATIC), name="static")
    for error in (Problem, HTTPException, *TOLD):
        app.add_exception_handler(error, on_error)
    app.add_middleware(Sessions, keeping=keeping)
    app.add_middleware(Guard, settings=settings, callers=callers)
    app.add_middleware(Envelope, metrics=metrics, tracing=tracing)  # the last one added is the outermost
    app.openapi = partial(_openapi, app)  # type: ignore[method-assign]
    return app


def from_environment() -> FastAPI:
    """The application as the environment's variables set it, with its log on standard error."""
    log_as_json()
    take_in(os.environ)
    settings = Settings.from_environment(os.environ)
    describe = partial(models.describe_models, dict(os.environ), api_base=settings.api_base)
    return create_app(settings, describe_models=describe, tracing=tracing_of(os.environ))


class Static(StaticFiles):
    """Files that browsers ask about anew each time, so that an upgrade shows at once."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = "no-cache"
        return response


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    # A server waits for open streams before it ends the lifespan, so streams must hear of the signal itself.
    context, loop = app.state.context, asyncio.get_running_loop()
    restore = _on_signals(lambda: loop.call_soon_threadsafe(context.stop.set))
    try:
        yield
    finally:
        context.stop.set()
        restore()
        await close_connections()
        await asyncio.to_thread(context.callers.close)
        await asyncio.to_thread(context.keeping.close)
        await asyncio.to_thread(context.tracing.shut_down)


def _on_signals(tell: Callable[[], object]) -> Callable[[], None]:
    """Calls `tell` on SIGTERM and SIGINT, before whatever handled them so far; returns what undoes it."""
    if threading.current_thread() is not threading.main_thread():
        return lambda: None
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def handle(number: int, frame: FrameType | None) -> None:
        tell()
        handler = before[signal.Signals(number)]
        if callable(handler):
            handler(number, frame)

    def restore() -> None:
        for number, handler in before.items():
            if signal.getsignal(number) is handle:
                signal.signal(number, handler)

    for number, handler in before.items():
        if callable(handler):  # a server's own; without one the process simply ends
            signal.signal(number, handle)
    return restore


def _openapi(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        schema = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        schema["components"]["schemas"] |= documentation.SCHEMAS
        # The framework leaves nulls out of what it is given, and an example without them is not valid any more.
        for (path, method, status), example in documentation.ANSWER_EXAMPLES.items():
            content = schema["paths"][path][method]["responses"][status]["content"]["application/json"]
            content["example"] = example
        documentation.add_keys(schema, open_paths=OPEN)
        app.openapi_schema = schema
    return app.openapi_schema
