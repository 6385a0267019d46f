"""Who sees to it that every chunk of a job is worked on until it is done?

The only place that knows DBOS. Each chunk is one workflow; who has taken it and has not ended it is written in the
database, and whoever finds its owner dead puts it in line again. Which articles of a chunk are still to be done is not
known here: that stands in the job's own tables, so that a chunk may be worked on again without harm.

DBOS has no server, opens no port and calls nobody; what its makers sell beside it stays off.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

from dbos import DBOS, DBOSClient, DBOSConfig, DBOSPortableJSONSerializer
from sqlalchemy import Connection, Engine, text

# Pinned, for DBOS would otherwise strand the chunks of older releases: raise it only where `work`'s arguments change.
VERSION = "1"
APPLICATION = "according"
QUEUE = "according_chunks"
WORKFLOW = "work_on_chunk"
SCHEMA = "dbos"  # on PostgreSQL; SQLite has none
UNUSED_SECONDS = 60.0  # for a queue of the engine's own
LOOK_SECONDS = 0.3  # between two looks into the queue; DBOS comes down from a longer one only by a tenth each time
UNCHANGED = 1_000_000  # recoveries: a chunk is never given up here, for its articles' own attempts are counted
LOWEST_FIRST = 1_000  # DBOS begins with the lowest number

Work = Callable[[str, int], Awaitable[None]]


class Chunks:
    """The line of chunks: written to by whoever sees a new job. Needs the tables that `Worker.start` makes."""

    def __init__(self, engine: Engine, *, version: str = VERSION) -> None:
        self._version = version
        self._client = DBOSClient(
            system_database_engine=engine,
            dbos_system_schema=SCHEMA,
            serializer=DBOSPortableJSONSerializer(),
            application_name=APPLICATION,
            lazy=True,
        )

    def enqueue(self, connection: Connection, job: str, chunks: Iterable[int], *, priority: int) -> None:
        """In the caller's transaction; the same chunk is never in line twice."""
        for chunk in chunks:
            self._client.enqueue_in_transaction(
                connection,
                {
                    "workflow_name": WORKFLOW,
                    "queue_name": QUEUE,
                    "workflow_id": workflow_id(job, chunk),
                    "app_version": self._version,
                    "priority": LOWEST_FIRST - priority,
                },
                job,
                chunk,
            )

    def jobs(self, most: int = 2_000) -> set[str]:
        """Jobs of which the line knows chunks that have ended or wait; the oldest first."""
        return {name.rpartition(":")[0] for name in self._names(most=most)}

    def lost(self, job: str, chunks: Sequence[int]) -> list[int]:
        """Those of the chunks that nobody works on and nobody will."""
        names = {workflow_id(job, chunk): chunk for chunk in chunks}
        under_way = set(self._names(workflow_ids=list(names), status=["ENQUEUED", "PENDING"]))
        return [chunk for name, chunk in names.items() if name not in under_way]

    def forget(self, job: str) -> None:
        """Nothing of a job that has ended is kept in the line, save what a worker is just leaving."""
        over = ["ENQUEUED", "SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
        while found := self._names(workflow_id_prefix=f"{job}:", status=over, most=1_000):
            self._client.delete_workflows(found)

    def _names(self, *, most: int = 10_000, **asked: Any) -> list[str]:
        found = self._client.list_workflows(queue_name=QUEUE, limit=most, load_input=False, load_output=False, **asked)
        return [workflow.workflow_id for workflow in found]

    def close(self) -> None:
        self._client.destroy()


def workflow_id(job: str, chunk: int) -> str:
    return f"{job}:{chunk}"


class Line:
    """One process's place at the line of chunks: takes some at a time and hands them to `work`, in the event loop that
    calls `start`. There is one in a process."""

    def __init__(self, engine: Engine, *, worker: str, at_once: int, work: Work, version: str = VERSION) -> None:
        self._engine = engine
        self._version = version
        _quiet()
        config: DBOSConfig = {
            "name": APPLICATION,
            "system_database_engine": engine,
            "executor_id": worker,
            "application_version": version,
            "serializer": DBOSPortableJSONSerializer(),
            "dbos_system_schema": SCHEMA,
            "use_listen_notify": False,
            "notification_listener_polling_interval_sec": 0.5,
            "scheduler_polling_interval_sec": 3600.0,
            "enable_otlp": False,
            "log_level": "ERROR",
            "conductor_key": None,
        }
        self._dbos = DBOS(config=config)

        @DBOS.workflow(name=WORKFLOW, max_recovery_attempts=UNCHANGED)
        async def work_on_chunk(job: str, chunk: int) -> None:
            await work(job, chunk)

        # DBOS keeps the limits of its other queues in the database, one set for all workers; these are our own.
        self._queue: Any = self._dbos._registry._register_internal_queue(
            QUEUE, worker_concurrency=at_once, polling_interval_sec=LOOK_SECONDS
        )
        unused: Any = self._dbos._registry.get_internal_queue()
        unused._polling_interval_sec = UNUSED_SECONDS

    def start(self) -> None:
        """Blocks for a second or two, and makes the engine's tables where they are missing."""
        asyncio.get_running_loop()  # DBOS takes the one that is running for its own
        DBOS.launch()
        self.adopt()

    def close(self) -> None:
        """Takes no further chunk."""
        self._queue._worker_concurrency = 0

    def owners(self) -> set[str]:
        """The workers that have taken chunks and not ended them."""
        pending = self._dbos._sys_db.list_workflows(
            status="PENDING", queue_name=QUEUE, load_input=False, load_output=False
        )
        return {workflow.executor_id for workflow in pending if workflow.executor_id}

    def take_over(self, dead: str) -> int:
        """Puts the chunks of a dead worker in line again; tells how many. Whoever is first has them, others none."""
        self.adopt()
        return len(DBOS._recover_pending_workflows([dead]))

    def adopt(self) -> None:
        """Chunks of a release with another version are worked on by this one."""
        place = f"{SCHEMA}." if self._engine.dialect.name == "postgresql" else ""
        with self._engine.begin() as connection:
            connection.execute(
                text(
                    f"UPDATE {place}workflow_status SET application_version = :version WHERE queue_name = :queue "
                    "AND status IN ('ENQUEUED', 'PENDING') AND application_version <> :version"
                ),
                {"version": self._version, "queue": QUEUE},
            )

    def stop(self) -> None:
        """Ends the engine's threads; may take some seconds."""
        DBOS.destroy(destroy_registry=True)


def _quiet() -> None:
    logger = logging.getLogger("dbos")
    logger.setLevel(logging.ERROR)
    logger.propagate = True
