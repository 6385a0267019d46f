"""Requests made from the service's own description, and what is wrong with the answers.

Whatever is described is asked, also what is new. The application, with a store in a folder of its own, is for the
caller to give."""

import json
from collections import Counter
from typing import NamedTuple

import schemathesis
from fastapi import FastAPI
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import from_schema
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished
from schemathesis.engine.recorder import ScenarioRecorder
from web_app import running

from service.web.orders import LINES

CHECKS = (
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "missing_required_header",
    "unsupported_method",
    "use_after_free",
    "ensure_resource_availability",
)
REFUSALS = ("400", "401", "403", "404", "405", "406", "408", "409", "413", "415", "422", "428", "429")
PLANNED = {502, 503, 504}  # a model that failed, a service that is full or not set up, a time limit


@schemathesis.serializer(*LINES)
def _as_lines(_context: object, value: object) -> bytes:
    """What a JSON line each would be; other things as they are."""
    lines = value if isinstance(value, list) else [value]
    return b"".join(json.dumps(line, default=str).encode("utf-8", "surrogatepass") + b"\n" for line in lines)


class Fuzzed(NamedTuple):
    """How many answers of which status came, and what was wrong with some."""

    statuses: Counter[int]
    failures: tuple[str, ...]

    @property
    def unplanned(self) -> int:
        return sum(count for status, count in self.statuses.items() if status >= 500 and status not in PLANNED)


def fuzz(app: FastAPI, *, cases: int, seed: int = 1) -> Fuzzed:
    """Asks each operation `cases` times in each phase: examples, borders, at random, one operation after another."""
    statuses: Counter[int] = Counter()
    failures: dict[str, str] = {}
    with running(app) as address:  # over a wire: an application lives in one event loop
        config = SchemathesisConfig(seed=seed)
        schema = schemathesis.openapi.from_url(f"{address}/openapi.json", config=config)
        schema.config.checks.update(included_check_names=list(CHECKS))
        schema.config.checks.negative_data_rejection.expected_statuses = [*REFUSALS, "5xx"]
        schema.config.generation.update(max_examples=cases, no_shrink=True, database="none", deterministic=True)
        for event in from_schema(schema).execute():
            match event:
                case FatalError():
                    raise event.exception
                case NonFatalError():
                    failures[event.label] = f"{event.label}: {event.value!r}"
                case ScenarioFinished():
                    _count(event.recorder, statuses, failures)
    return Fuzzed(statuses, tuple(failures.values()))


def _count(recorder: ScenarioRecorder, statuses: Counter[int], failures: dict[str, str]) -> None:
    for number, interaction in recorder.interactions.items():
        if interaction.response is None:
            failures[recorder.label] = f"{recorder.label}: no answer"
            continue
        statuses[interaction.response.status_code] += 1
        for check in recorder.checks.get(number, ()):
            if check.failure_info is not None:
                key = f"{recorder.label} {check.name} {interaction.response.status_code}"
                said = check.failure_info.failure.message[:300]
                body = interaction.request.body[:300] if interaction.request.body else b""
                failures.setdefault(key, f"{key}: {said} | {interaction.request.uri} {body!r}")
