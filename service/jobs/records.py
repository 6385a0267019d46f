"""What is a job: what is ordered, what is worked on, and what is told of it?"""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from service.records import Article, Record, Usage
from service.settings import Settings

MOST_PRIORITY = 100
MOST_PER_MINUTE = 1_000_000

JobState = Literal["incoming", "queued", "running", "done", "cancelled"]
ArticleState = Literal["waiting", "done", "failed", "cancelled"]

CRASHED = "crashed"  # the code of an article that killed the process that worked on it
COST_LIMIT = "cost limit reached"
DAY_LIMIT = "daily limit of the API key reached"

ENDED: frozenset[JobState] = frozenset({"done", "cancelled"})


class JobOptions(Record):
    """What differs from the worker's own settings, and what is said of all files of the job. None: as the worker's."""

    samples: int | None = Field(default=None, ge=1, le=20)
    verify: str | None = Field(default=None, min_length=1, max_length=400)
    review_below: float | None = Field(default=None, ge=0, le=1)
    segment_characters: int | None = Field(default=None, ge=500, le=1_000_000)
    max_characters: int | None = Field(default=None, ge=1)
    outlet: str | None = Field(default=None, max_length=200)
    published: date | None = None

    def applied_to(self, settings: Settings) -> Settings:
        """The settings that the job's articles are worked on with."""
        names = ("samples", "verify", "review_below", "segment_characters", "max_characters")
        given = {name: getattr(self, name) for name in names}
        return settings.model_copy(update={name: value for name, value in given.items() if value is not None})


class JobOrder(Record):
    """What somebody wants done. `model` empty: the one in the settings of whoever takes the order."""

    model: str | None = Field(default=None, min_length=1, max_length=400)
    name: str | None = Field(default=None, max_length=200)
    priority: int = Field(default=0, ge=-MOST_PRIORITY, le=MOST_PRIORITY, description="higher goes first")
    max_cost: float | None = Field(
        default=None, gt=0, allow_inf_nan=False, description="US dollars; no article is begun beyond it"
    )
    per_minute: int | None = Field(
        default=None, ge=1, le=MOST_PER_MINUTE, description="most articles begun in a minute, by all workers"
    )
    webhook: str | None = Field(default=None, max_length=2_000, description="address that is told when the job ends")
    options: JobOptions = JobOptions()


class JobLimits(Record):
    """What may be changed of a job that has not ended. What is not set stays as it is; None takes a limit away."""

    max_cost: float | None = Field(default=None, gt=0, allow_inf_nan=False, description="US dollars; null: no limit")
    per_minute: int | None = Field(
        default=None, ge=1, le=MOST_PER_MINUTE, description="most articles begun in a minute; null: no limit"
    )
    priority: int = Field(
        default=0, ge=-MOST_PRIORITY, le=MOST_PRIORITY, description="higher goes first; for what is not in line yet"
    )


class JobFile(Record):
    """A file that holds an article. It is read by a worker, not by whoever brings it."""

    id: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    name: str = Field(min_length=1, max_length=1_000)
    data: bytes


JobItem = Article | JobFile


class JobView(Record):
    """How far a job is. `done` counts articles with claims or none, `partial` those of them where a part failed.

    `waiting` holds those under way too. `paused` says in words why none of them is begun.
    """

    id: str
    name: str | None
    state: JobState
    paused: str | None = None
    model: str
    priority: int
    options: JobOptions
    total: int
    done: int
    partial: int
    failed: int
    cancelled: int
    waiting: int
    per_minute_now: float | None = Field(default=None, description="articles ended in the last minute")
    seconds_left: float | None = None
    cost: float | None = Field(default=None, description="US dollars so far; null where nobody knows")
    max_cost: float | None
    per_minute: int | None
    usage: Usage
    webhook: str | None
    created: datetime
    started: datetime | None
    finished: datetime | None

    @property
    def ended(self) -> bool:
        return self.state in ENDED


class JobPage(Record):
    """Jobs, newest first; `next` asks for those after them."""

    jobs: tuple[JobView, ...]
    next: str | None = None


class ArticleResult(Record):
    """What became of one article of a job. `extraction` is the id of what was found, `status` its own.

    `error` is a code and `message` says the same in words; both are there for failed articles only.
    """

    position: int
    id: str
    state: ArticleState
    status: Literal["complete", "partial", "failed"] | None = None
    extraction: str | None = None
    error: str | None = None
    message: str | None = None
    attempts: int = 0
    cost: float | None = None
    finished: datetime | None = None
