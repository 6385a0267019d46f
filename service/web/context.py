"""What do all pages and addresses share?

The settings, the ways to the models, the places to work at, and the sign that the service is being stopped: made once
by `app`, handed to every handler.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from fastapi import Request

from service.errors import InputError
from service.extractors import Extractor
from service.models import ModelStatus, computes_here, names_a_file
from service.records import Article, ExtractedClaim, Extraction, Failure, Notice
from service.review.queue import Counts
from service.settings import Settings
from service.store import extractions
from service.store.database import StoreDown
from service.store.store import Store
from service.telemetry import Tracing, tell_extraction
from service.web.bodies import Asked, length_of, read_asked
from service.web.callers import Callers
from service.web.guard import caller_of
from service.web.keeping import Keeping
from service.web.metrics import Metrics
from service.web.problems import Problem
from service.web.rates import Rates
from service.web.streaming import Item, Watched, is_wanted
from service.web.work import Doorway, Workshop

KEPT_EXTRACTORS = 16  # by name; each may hold a connection pool or a parser

MakeExtractor = Callable[[str, Settings], Extractor]


class ExtractStream(Protocol):
    """The pipeline, as far as the web knows it: items as they come, the last one the whole."""

    def __call__(
        self, article: Article, *, extractor: Extractor, settings: Settings, file_sha256: str | None = None
    ) -> AsyncIterator[ExtractedClaim | Failure | Extraction]: ...


@dataclass(frozen=True)
class Context:
    """`computing` places are for models that use this machine's processor, `calling` ones for those that wait."""

    settings: Settings
    make_extractor: MakeExtractor
    extract_stream: ExtractStream
    describe_models: Callable[[], Sequence[ModelStatus]]
    missing: Callable[[], Sequence[str]]  # what the service cannot work without, in words
    computing: Workshop
    calling: Workshop
    doorway: Doorway
    uploads: Doorway
    keeping: Keeping
    callers: Callers
    metrics: Metrics
    tracing: Tracing
    ping_seconds: float
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    logins: Rates = field(default_factory=Rates)  # tries of reviewers, by address
    counted: dict[tuple[str, str], tuple[object, Counts]] = field(default_factory=dict)  # queues, by owner and person
    extractors: dict[tuple[str, bool], Extractor] = field(default_factory=dict)

    def model_of(self, asked: Asked) -> str:
        return asked.form.model or self.settings.model

    def workshop_for(self, model: str) -> Workshop:
        return self.computing if computes_here(model) else self.calling

    async def asked_by(self, request: Request) -> Asked:
        """What the request asks; its body is not read where it could not be worked on anyway."""
        if self.stop.is_set():
            raise Problem("stopping", headers={"retry-after": "5"})
        caller = caller_of(request, needs="extract", spends=True)
        if self.calling.is_full(caller.owner):
            self.computing.refuse_if_full(caller.owner)
        with self.at_the_door(request, caller.owner):
            return await read_asked(request, self.settings)

    def at_the_door(self, request: Request, owner: str) -> contextlib.AbstractContextManager[None]:
        """Room for the body, as large as it says or may be. Raises Problem `busy`."""
        most, length = self.settings.max_file_bytes, length_of(request)
        return self.doorway.place(most if length is None else min(length, most), owner)

    async def store(self) -> Store:
        """The store. Raises Problem where none is set, StoreDown where it does not answer."""
        store = await asyncio.to_thread(self.keeping.store)
        if store is None:
            raise Problem("not-set-up", "Nothing is kept here; whoever runs the service sets ACCORDING_STORE.")
        return store

    def extractor(self, model: str, *, streamed: bool = False) -> Extractor:
        """The extractor of that name, made once; `streamed` listens to its model while that writes.

        Raises InputError or SetupError.
        """
        if model != self.settings.model and names_a_file(model):
            raise InputError(
                f"{model!r} names a file of the server.",
                field="model",
                fix="Name a model that GET /v1/models lists; whoever runs the service sets others as ACCORDING_MODEL.",
            )
        wanted = (model, streamed or self.settings.stream)
        if wanted not in self.extractors:
            made = self.make_extractor(model, self.settings.model_copy(update={"stream": wanted[1]}))
            while len(self.extractors) >= KEPT_EXTRACTORS:
                self.extractors.pop(next(iter(self.extractors)))
            self.extractors[wanted] = made
        return self.extractors[wanted]

    def watch(self, request: Request, asked: Asked) -> Watched:
        """The extraction that was asked for, under way as soon as its items are."""
        model = self.model_of(asked)
        caller = caller_of(request, needs="extract", spends=True)
        in_thread = computes_here(model)
        streamed = is_wanted(request) and not in_thread

        traced = self.tracing.extraction(model)

        async def items() -> AsyncGenerator[Item, None]:
            settings = self.settings
            article = await asked.article(settings)
            extractor = self.extractor(model, streamed=streamed)
            # Before any work: where it is down, nothing must be paid for that is then lost.
            store = await asyncio.to_thread(self.keeping.store) if asked.form.store else None
            yield article
            async for item in self.extract_stream(
                article, extractor=extractor, settings=settings, file_sha256=asked.file_sha256
            ):
                if isinstance(item, Extraction):
                    self.callers.charge(caller, item.usage.cost_usd or 0.0)
                    self.metrics.work.extraction(item)
                    tell_extraction(traced, item)
                    if store is not None:
                        item = await asyncio.to_thread(_kept, store, item, caller.owner)
                yield item

        working = self.workshop_for(model).items(items, in_thread=in_thread, who=caller.owner)
        return Watched(
            working, request=request, stop=self.stop, seconds=self.settings.request_seconds, ended=traced.end
        )


NOT_KEPT = "The store went away meanwhile: this extraction is not kept, and its id leads nowhere."


def _kept(store: Store, extraction: Extraction, owner: str) -> Extraction:
    """The extraction, with a notice where it could not be kept: it is paid for, and must not be lost with the store."""
    try:
        with store.writing() as connection:
            extractions.keep(connection, extraction, owner=owner)
    except StoreDown:
        notice = Notice(code="not_kept", message=NOT_KEPT)
        return extraction.model_copy(update={"notices": (*extraction.notices, notice)})
    return extraction


def context_of(request: Request) -> Context:
    context = request.app.state.context
    assert isinstance(context, Context)
    return context
