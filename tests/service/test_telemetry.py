"""What is told of the work to those who collect traces?"""

import asyncio
import subprocess
import sys

import httpx
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from web_app import an_app, ask, extract
from wire import a_wire, claims, fault

from service.errors import SetupError
from service.settings import Settings
from service.telemetry import Tracing, tracing_of
from service.vendor.libraries import import_libraries
from service.web.app import create_app

TEXT = "Ines said that 40 crates were lost at the quay."
SAID = {"p": ["1"], "s": "Ines", "q": "said", "o": "indirect", "f": [], "x": []}
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.fixture
def exporter():
    return InMemorySpanExporter()


@pytest.fixture
def tracing(exporter):
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return Tracing(provider.get_tracer("according"), shut_down=provider.shutdown)


def test_a_request_and_its_extraction_are_one_trace_of_the_callers(tracing, exporter):
    answer = extract(
        an_app(tracing=tracing), {"text": TEXT}, headers={"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
    )

    inner, outer = exporter.get_finished_spans()
    assert (inner.name, outer.name) == ("extract", "POST /v1/extract")
    assert {f"{span.context.trace_id:032x}" for span in (inner, outer)} == {TRACE}
    assert inner.parent.span_id == outer.context.span_id
    assert outer.kind == SpanKind.SERVER
    assert dict(outer.attributes) == {
        "http.request.method": "POST",
        "http.route": "/v1/extract",
        "http.response.status_code": 200,
        "according.request_id": answer.headers["x-request-id"],
    }
    assert inner.attributes["according.model"] == "embedded"
    assert (inner.attributes["according.claims"], inner.attributes["according.characters"]) == (1, len(TEXT))


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_each_extraction_has_its_own_request_for_parent(tracing, exporter, accept):
    app = an_app(tracing=tracing)

    async def several():
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            same = {"json": {"text": TEXT}, "headers": {"accept": accept}}
            await client.post("/v1/extract", **same)
            await asyncio.gather(*(client.post("/v1/extract", **same) for _ in range(5)))

    asyncio.run(several())

    spans = exporter.get_finished_spans()
    requests = {span.context.span_id for span in spans if span.name == "POST /v1/extract"}
    parents = {span.parent.span_id for span in spans if span.name == "extract"}
    assert len(requests) == 6
    assert parents == requests


def test_an_error_is_told_by_its_kind_and_never_by_its_words(tracing, exporter):
    extract(an_app(tracing=tracing), {"text": "CRASHES for Ines at the quay"})

    told = [span.to_json() for span in exporter.get_finished_spans()]
    failed = exporter.get_finished_spans()[-1]
    assert failed.status.status_code == StatusCode.ERROR
    assert failed.attributes["error.type"] == "ValueError"
    assert [words for words in told if "quay" in words or "Ines" in words] == []


@pytest.mark.network
@pytest.mark.filterwarnings("ignore:Item '.*' on TypedDict class:UserWarning")
@pytest.mark.filterwarnings(
    "ignore:Accessing the 'model_(computed_)?fields' attribute on the instance:DeprecationWarning"
)
@pytest.mark.parametrize(
    ("reply", "told"),
    [
        pytest.param(claims(SAID), {"gen_ai.usage.input_tokens": 1000, "gen_ai.usage.output_tokens": 100}, id="answer"),
        pytest.param(fault(401), {"error.type": "not_set_up"}, id="turned-away"),
    ],
)
def test_a_call_of_a_model_is_told_by_the_conventions_without_what_was_said(
    tracing, exporter, monkeypatch, reply, told
):
    import_libraries()
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    with a_wire() as wire:
        wire.will_always_say(reply)
        settings = Settings(model="openai/x", api_base=wire.base, attempts=1)
        answer = ask(
            create_app(settings, missing=lambda: (), tracing=tracing), "POST", "/v1/extract", json={"text": TEXT}
        )

    call, extraction, request = exporter.get_finished_spans()
    assert answer.status_code in (200, 502)
    assert (call.name, call.kind) == ("chat x", SpanKind.CLIENT)
    assert [call.parent.span_id, extraction.parent.span_id] == [extraction.context.span_id, request.context.span_id]
    expected = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "x",
        "gen_ai.request.temperature": 0.0,
        "gen_ai.output.type": "json",
    }
    assert expected.items() | told.items() <= dict(call.attributes).items()
    assert call.attributes["gen_ai.request.max_tokens"] > 0
    everything = " ".join(span.to_json() for span in exporter.get_finished_spans())
    assert [word for word in ("Ines", "crates", "quay", '"c":') if word in everything] == []


@pytest.mark.parametrize(
    "environ",
    [
        pytest.param({}, id="nothing-set"),
        pytest.param({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, id="empty"),
        pytest.param(
            {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_SDK_DISABLED": "true"}, id="switched-off"
        ),
    ],
)
def test_without_an_address_there_are_no_traces(environ):
    assert not tracing_of(environ)


def test_an_extra_that_is_missing_is_told_with_the_fix(monkeypatch):
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)

    with pytest.raises(SetupError, match=r"according\[tracing\]"):
        tracing_of({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"})


def test_nothing_heavy_is_imported_for_traces_that_are_not_made():
    code = "import sys, service.telemetry, service.calls\nservice.telemetry.tracing_of({})\n"
    code += "print([name for name in sys.modules if name.startswith(('opentelemetry', 'google'))])"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)

    assert done.stdout.strip() == "[]"
