"""What can be counted of the service's work?

For Prometheus, at /metrics. Labels are few and known beforehand: routes by their pattern, models by the settings, and
never a word of what was read. What is counted of articles and models is `counting`'s. Looking into the store is done
when asked, and no more often than every few seconds.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from sqlalchemy import func, select

from service.counting import OTHER, SECONDS, WorkCounts, exposition
from service.errors import SetupError
from service.settings import Settings
from service.store.tables import job_articles, jobs
from service.web.keeping import Keeping
from service.web.work import Workshop

LOOK_AGAIN = 10.0  # seconds that an answer of the store counts
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Metrics:
    """The counters of one process. May be told from any thread."""

    def __init__(self, settings: Settings, keeping: Keeping, shops: Mapping[str, Workshop]) -> None:
        self._shops = shops
        self._registry = registry = CollectorRegistry()
        self.work = WorkCounts(settings, registry)
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

    # ── telling ───────────────────────────────────────────────────────────────────────────────────────────────────

    def exposition(self) -> bytes:
        """All of it as text. Asks the store: call it in a thread."""
        self._look_at_shops()
        stored = CollectorRegistry()
        stored.register(self._stored)
        return exposition(self._registry) + generate_latest(stored)


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
