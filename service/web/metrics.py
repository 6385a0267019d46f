"""What can be counted of the service's work?

For Prometheus, at /metrics. Labels are few and known beforehand: routes by their pattern, models by the settings, and
never a word of what was read. Several processes count together in a folder that `serve` makes. Looking into the store
is done when asked, and no more often than every few seconds.
"""

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from sqlalchemy import func, select

from service.errors import SetupError
from service.records import Extraction, Usage
from service.settings import Settings
from service.store.tables import job_articles, jobs
from service.web.keeping import Keeping
from service.web.work import Workshop

FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # the client library's own variable; it reads it when it is imported
LOOK_AGAIN = 10.0  # seconds that an answer of the store counts
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER = "other"
# Codes of this program's own; whatever else comes is counted as "other".
OUTCOMES = frozenset(
    "complete truncated cancelled bad_request broken_off completion_failed max_cost no_answer no_schema not_confirmed "
    "not_set_up rate_limited refused schema_failed timeout too_long unreadable".split()
)
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600)  # borders of the histograms


class Metrics:
    """The counters of one process. May be told from any thread."""

    def __init__(self, settings: Settings, keeping: Keeping, shops: Mapping[str, Workshop]) -> None:
        # They are a second series for each one, which nothing here uses.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._shops = shops
        self._models = known_models(settings)
        self._registry = registry = CollectorRegistry()
        self._stored = Stored(keeping)
        self.requests = Counter("according_http_requests", "Requests", ("method", "route", "status"), registry=registry)
        self.request_seconds = Histogram(
            "according_http_request_seconds",
            "Time from request to the end of its answer, streams left out",
            ("method", "route"),
            buckets=SECONDS,
            registry=registry,
        )
        self.in_flight = Gauge(
            "according_http_in_flight", "Requests under way", registry=registry, multiprocess_mode="livesum"
        )
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
        self.places = Gauge(
            "according_places",
            "Articles at work and in line, by what they wait for",
            ("shop", "state"),
            registry=registry,
            multiprocess_mode="livesum",
        )

    # ── being told ────────────────────────────────────────────────────────────────────────────────────────────────

    def request(self, method: str, route: str, status: int, seconds: float, *, streamed: bool) -> None:
        method = method if method in METHODS else OTHER
        self.requests.labels(method, route, str(status)).inc()
        if not streamed:
            self.request_seconds.labels(method, route).observe(seconds)
        self._look_at_shops()

    def _look_at_shops(self) -> None:
        for name, shop in self._shops.items():
            self.places.labels(name, "working").set(shop.working)
            self.places.labels(name, "in_line").set(shop.in_line)

    def extraction(self, extraction: Extraction) -> None:
        model = self._model(extraction.model)
        self.extractions.labels(model, extraction.status).inc()
        self.extraction_seconds.labels(model).observe(extraction.seconds)
        self.claims.labels(model).inc(len(extraction.claims))
        self.for_review.labels(model).inc(len(extraction.needs_review))

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

    # ── telling ───────────────────────────────────────────────────────────────────────────────────────────────────

    def exposition(self) -> bytes:
        """All of it as text. Asks the store: call it in a thread."""
        self._look_at_shops()
        folder = os.environ.get(FOLDER)
        counted = self._registry
        if folder:
            _forget_dead(Path(folder))
            counted = CollectorRegistry()
            MultiProcessCollector(counted, path=folder)  # type: ignore[no-untyped-call]
        stored = CollectorRegistry()
        stored.register(self._stored)
        return generate_latest(counted) + generate_latest(stored)


def known_models(settings: Settings) -> frozenset[str]:
    """The names that the settings hold, whole and in parts."""
    names = {"embedded", settings.model, settings.verify or "embedded"}
    for name in tuple(names):
        names.update(part.strip() for whole in name.split("+") for part in whole.split("|"))
    return frozenset(names)


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


class Stored:
    """How much work waits in the store, and since when; asked when Prometheus asks."""

    def __init__(self, keeping: Keeping, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._keeping = keeping
        self._clock = clock
        self._told: tuple[float, list[Metric]] | None = None

    def describe(self) -> Iterable[Metric]:
        return ()  # else it would be asked as soon as it is registered

    def collect(self) -> Iterator[Metric]:
        if not self._keeping:
            return
        if self._told is None or self._clock() - self._told[0] >= LOOK_AGAIN:
            self._told = (self._clock(), list(self._ask()))
        yield from self._told[1]

    def _ask(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("according_store_up", "Whether the store answers")
        try:
            counts, waiting, oldest = self._look()
        except SetupError:
            up.add_metric((), 0)
            yield up
            return
        up.add_metric((), 1)
        yield up
        states = GaugeMetricFamily("according_jobs", "Jobs that are not over", labels=("state",))
        for state in ("queued", "running"):
            states.add_metric((state,), counts.get(state, 0))
        yield states
        yield GaugeMetricFamily("according_job_articles_waiting", "Articles of jobs still to be read", value=waiting)
        yield GaugeMetricFamily(
            "according_job_oldest_seconds", "Age of the oldest job that is not over", value=max(oldest, 0.0)
        )

    def _look(self) -> tuple[dict[str, int], int, float]:
        store = self._keeping.store()
        if store is None:
            return {}, 0, 0.0
        unfinished = jobs.c.state.in_(("queued", "running"))
        with store.reading() as connection:
            asked = select(jobs.c.state, func.count(), func.min(jobs.c.created)).where(unfinished)
            found = connection.execute(asked.group_by(jobs.c.state)).all()
            waiting = connection.scalar(
                select(func.count())
                .select_from(job_articles.join(jobs, jobs.c.id == job_articles.c.job))
                .where(unfinished, job_articles.c.state == "waiting")
            )
        began = min((row[2] for row in found), default=None)
        age = 0.0 if began is None else (datetime.now(UTC) - began).total_seconds()
        return {row[0]: row[1] for row in found}, waiting or 0, age
