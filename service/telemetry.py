"""What is told of the work to those who collect traces?

A span for each request, each extraction and each question to a model, by OpenTelemetry's conventions. Those for models
(GenAI) are not final: their names stand here alone. Nothing that was read, asked or answered is ever told. Without an
address to send to nothing happens, and nothing is imported.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from service.errors import SetupError
from service.records import Extraction, Usage

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer

ADDRESSES = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
FLUSH_SECONDS = 3  # what is left at the end has so long to be sent

Value = str | int | float | bool | None

# What the conventions call the providers that LiteLLM calls otherwise.
_PROVIDERS = {
    "azure": "azure.ai.openai",
    "bedrock": "aws.bedrock",
    "gemini": "gcp.gemini",
    "vertex_ai": "gcp.vertex_ai",
    "mistral": "mistral_ai",
    "watsonx": "ibm.watsonx.ai",
    "xai": "x_ai",
}


class Traced:
    """A span that may be none. Values that are None are left out."""

    def __init__(self, span: "Span | None" = None) -> None:
        self._span = span

    def tell(self, **attributes: Value) -> None:
        """Attributes by name, with "__" for each dot."""
        if self._span is not None:
            for name, value in attributes.items():
                if value is not None:
                    self._span.set_attribute(name.replace("__", "."), value)

    def failed(self, kind: str) -> None:
        """`kind` is a code or a class: never a message, which may hold what was read."""
        if self._span is not None:
            from opentelemetry.trace import StatusCode

            self._span.set_attribute("error.type", kind)
            self._span.set_status(StatusCode.ERROR)

    def rename(self, name: str) -> None:
        if self._span is not None:
            self._span.update_name(name)

    def end(self) -> None:
        if self._span is not None:
            self._span.end()


class Tracing:
    """Begins spans where there is a tracer. One for each process, made at the door."""

    def __init__(self, tracer: "Tracer | None" = None, *, shut_down: Callable[[], object] = lambda: None) -> None:
        self._tracer = tracer
        self.shut_down = shut_down  # sends what is left; blocks for some seconds at most

    def __bool__(self) -> bool:
        return self._tracer is not None

    @contextmanager
    def request(self, method: str, headers: Mapping[str, str]) -> Iterator[Traced]:
        """The span of a request, part of the caller's own trace where the request names one."""
        if self._tracer is None:
            yield Traced()
            return
        from opentelemetry.trace import SpanKind
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        parent = TraceContextTextMapPropagator().extract(headers)
        with self._tracer.start_as_current_span(
            method, context=parent, kind=SpanKind.SERVER, record_exception=False, set_status_on_exception=False
        ) as span:
            traced = Traced(span)
            traced.tell(http__request__method=method)
            yield traced

    def extraction(self, model: str) -> Traced:
        """The span of an extraction, from now on the parent of what its task and those made by it begin. Its caller
        ends it."""
        if self._tracer is None:
            return Traced()
        from opentelemetry import context, trace

        span = self._tracer.start_span("extract")
        # Never detached: what is to see it runs in tasks made from this one's context, which ends with the request.
        context.attach(trace.set_span_in_context(span))
        traced = Traced(span)
        traced.tell(according__model=model)
        return traced

    @contextmanager
    def model_call(self, name: str, *, max_tokens: int, temperature: float) -> Iterator[Traced]:
        """The span of one question to the model of that name, repeats included."""
        if self._tracer is None:
            yield Traced()
            return
        from opentelemetry.trace import SpanKind

        provider, _, model = name.partition("/")
        with self._tracer.start_as_current_span(
            f"chat {model}", kind=SpanKind.CLIENT, record_exception=False, set_status_on_exception=False
        ) as span:
            traced = Traced(span)
            traced.tell(
                gen_ai__operation__name="chat",
                gen_ai__provider__name=_PROVIDERS.get(provider, provider),
                gen_ai__request__model=model,
                gen_ai__request__max_tokens=max_tokens,
                gen_ai__request__temperature=temperature,
                gen_ai__output__type="json",
            )
            yield traced


def tell_extraction(traced: Traced, extraction: Extraction) -> None:
    traced.tell(
        according__status=extraction.status,
        according__characters=len(extraction.article.text),
        according__claims=len(extraction.claims),
        according__claims_for_review=len(extraction.needs_review),
        according__cost_usd=extraction.usage.cost_usd,
    )
    if extraction.status == "failed":
        traced.failed("model-failed")


def tell_answer(traced: Traced, *, usage: Usage, model: str | None) -> None:
    """What a question cost, and which model the provider says has answered."""
    traced.tell(
        gen_ai__response__model=model,
        gen_ai__usage__input_tokens=usage.prompt_tokens,
        gen_ai__usage__output_tokens=usage.completion_tokens,
        gen_ai__usage__cache_read__input_tokens=usage.cached_tokens,
        according__retries=usage.retries,
        according__cost_usd=usage.cost_usd,
    )


def tracing_of(environ: Mapping[str, str]) -> Tracing:
    """Sends traces where OpenTelemetry's own variables say; without them none are made.

    Raises SetupError where they are set and the extra `tracing` is not installed.
    """
    if not any(environ.get(name) for name in ADDRESSES) or environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return Tracing()
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise SetupError(
            f"Traces cannot be sent: {error.name} is not installed. "
            f"pip install 'according[tracing]', or unset {ADDRESSES[1]}."
        ) from None
    named = environ.get("OTEL_SERVICE_NAME") or "service.name=" in environ.get("OTEL_RESOURCE_ATTRIBUTES", "")
    # Our own provider, not the process's: libraries that make spans by themselves would tell what was asked.
    provider = TracerProvider(resource=Resource.create({} if named else {"service.name": "according"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(timeout=FLUSH_SECONDS)))
    return Tracing(provider.get_tracer("according"), shut_down=provider.shutdown)
