"""What can be counted of the work itself, whoever asked for it: a request or a job?

Articles, claims, questions to models, tokens and cost, for Prometheus. Models are named only where the settings name
them, and no label holds a word of what was read. Several processes count together in a folder that their parent makes.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    generate_latest,
    start_http_server,
)
from prometheus_client.core import Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

from service.errors import SetupError
from service.records import Extraction, Usage
from service.settings import Settings

log = logging.getLogger("according.counts")

FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # the client library's own variable; it reads it when it is imported
OTHER = "other"
# Codes of this program's own; whatever else comes is counted as "other".
OUTCOMES = frozenset(
    "complete truncated cancelled bad_request broken_off completion_failed max_cost no_answer no_schema not_confirmed "
    "not_set_up rate_limited refused schema_failed timeout too_long unreadable".split()
)
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600)  # borders of the histograms


@contextmanager
def _lost_counts() -> Iterator[None]:
    """A folder of counts that somebody deletes must not cost an article that is paid for."""
    try:
        yield
    except OSError as error:
        log.warning("not counted: %s", error)


class WorkCounts:
    """The counters of one process. May be told from any thread."""

    def __init__(self, settings: Settings, registry: CollectorRegistry | None = None) -> None:
        # They are a second series for each one, which nothing here uses.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._models = known_models(settings)
        registry = registry or CollectorRegistry()
        self.extractions = Counter("according_extractions", "Articles read", ("model", "status"), registry=registry)
        self.extraction_seconds = Histogram(
            "according_extraction_seconds", "Time an article took", ("model",), buckets=SECONDS, registry=registry
        )
        self.claims = Counter("according_claims", "Claims found", ("model",), registry=registry)
        self.for_review = Counter(
            "according_claims_for_review", "Claims found that somebody should look at", ("model",), registry=registry
        )
        self.calls = Counter(
            "according_model_calls", "Questions to models, repeats not counted", ("model", "outcome"), registry=registry
        )
        self.retries = Counter("according_model_retries", "Repeats of questions", ("model",), registry=registry)
        self.call_seconds = Histogram(
            "according_model_call_seconds", "Time a question took", ("model",), buckets=SECONDS, registry=registry
        )
        self.tokens = Counter("according_model_tokens", "Tokens", ("model", "kind"), registry=registry)
        self.cost = Counter("according_model_cost_usd", "US dollars, where known", ("model",), registry=registry)

    @_lost_counts()
    def extraction(self, extraction: Extraction) -> None:
        model = self._model(extraction.model)
        self.extractions.labels(model, extraction.status).inc()
        self.extraction_seconds.labels(model).observe(extraction.seconds)
        self.claims.labels(model).inc(len(extraction.claims))
        self.for_review.labels(model).inc(len(extraction.needs_review))

    @_lost_counts()
    def model_call(self, model: str, *, outcome: str, seconds: float, usage: Usage) -> None:
        model = self._model(model)
        self.calls.labels(model, outcome if outcome in OUTCOMES else OTHER).inc()
        self.call_seconds.labels(model).observe(seconds)
        if usage.retries:
            self.retries.labels(model).inc(usage.retries)
        self.tokens.labels(model, "input").inc(usage.prompt_tokens)
        self.tokens.labels(model, "cached").inc(usage.cached_tokens)
        self.tokens.labels(model, "output").inc(usage.completion_tokens)
        self.cost.labels(model).inc(usage.cost_usd or 0.0)

    def _model(self, name: str) -> str:
        """Callers may name any model; each name would be kept for ever."""
        return name if name in self._models else OTHER


def check_folder() -> None:
    """Raises SetupError where processes shall count together in a folder that is not there."""
    folder = os.environ.get(FOLDER)
    if folder and not Path(folder).is_dir():
        raise SetupError(f"{FOLDER} names no folder: {folder}. Make it, empty, or unset the variable.")


def known_models(settings: Settings) -> frozenset[str]:
    """The names that the settings hold, whole and in parts."""
    names = {"embedded", settings.model, settings.verify or "embedded"}
    for name in tuple(names):
        names.update(part.strip() for whole in name.split("+") for part in whole.split("|"))
    return frozenset(names)


# ── processes that count together ─────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def told_at(host: str, port: int) -> Iterator[None]:
    """Answers Prometheus at /metrics for the block, with what all processes count. Raises SetupError."""
    registry = CollectorRegistry()
    registry.register(_Together())
    try:
        server, thread = start_http_server(port, host, registry)
    except (OSError, UnicodeError) as error:  # the latter where a host's name is no name at all
        why = getattr(error, "strerror", None) or "this is no host"
        raise SetupError(f"Counts cannot be told at {host}, port {port}: {why}. Name others with --metrics.") from None
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def exposition(registry: CollectorRegistry) -> bytes:
    """As text: what `registry` counts, or what all processes do that count together."""
    if os.environ.get(FOLDER):
        registry = CollectorRegistry()
        registry.register(_Together())
    return generate_latest(registry)


class _Together(Collector):
    def collect(self) -> Iterator[Metric]:
        folder = Path(os.environ[FOLDER])
        _forget_dead(folder)
        yield from MultiProcessCollector(None, path=str(folder)).collect()  # type: ignore[no-untyped-call]


def _forget_dead(folder: Path) -> None:
    """What ended processes had under way is under way no more; their counts stay."""
    for pid in {path.stem.rpartition("_")[2] for path in folder.glob("gauge_live*.db")}:
        if pid.isdigit() and not _lives(int(pid)):
            mark_process_dead(int(pid), str(folder))  # type: ignore[no-untyped-call]


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
