"""What is handed round in reviewing: a claim to look at, a verdict, and what follows from several?"""

from datetime import datetime
from typing import Literal

from pydantic import Field

from service.records import Article, Claim, ExtractedClaim, Record, Span

Action = Literal["accept", "reject", "edit", "add", "skip", "discard", "undo"]
Look = Literal["first", "second", "settling"]
State = Literal["open", "accepted", "rejected", "edited", "added", "discarded"]
Role = Literal["reviewer", "adjudicator", "admin"]

LOCAL = "local"  # the one person of a machine that nobody else reaches

STATE_AFTER: dict[Action, State] = {
    "accept": "accepted",
    "reject": "rejected",
    "edit": "edited",
    "add": "added",
    "discard": "discarded",
}


class Person(Record):
    """Who reviews. Adjudicators settle disputes and undo others' verdicts; admins also name people."""

    name: str = Field(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")
    role: Role = "reviewer"

    @property
    def settles(self) -> bool:
        return self.role != "reviewer"


class Said(Record):
    """A verdict as it comes in. `version` is that of the item as it was shown: somebody else may have been faster."""

    action: Action
    version: int = Field(ge=0)
    new: Claim | None = None  # for edit and add
    seconds: float | None = Field(default=None, ge=0, le=86_400)
    look: Look = "first"
    blind: bool = False
    audit: bool = False
    undoes: int | None = None  # the key of a verdict, for undo


class Verdict(Record):
    """A verdict as it is kept: `old` is the claim that was shown, `new` what it should have been."""

    key: int
    binding: str
    article: int
    action: Action
    look: Look
    old: ExtractedClaim | None
    new: Claim | None
    reviewer: str
    seconds: float | None
    model: str | None
    blind: bool
    audit: bool
    confidence: float | None
    undoes: int | None
    created: datetime


class Standing(Record):
    """What follows from all verdicts on a claim. `claim` is what holds: None where it was rejected or is open."""

    state: State = "open"
    reviewer: str | None = None
    claim: Claim | None = None
    second_reviewer: str | None = None
    dispute: bool = False
    skipped_until: datetime | None = None
    verdict: int | None = None  # the key of the one that holds


class Doubt(Record):
    """Why a claim should be looked at, in words, with the place in the text where there is one."""

    words: str
    field: str | None = None
    span: Span | None = None
    effect: float | None = None  # in log-odds


class Filters(Record):
    """Which claims of the queue are wanted; None asks nothing."""

    speaker: str | None = None
    flag: str | None = None
    model: str | None = None
    article: str | None = None
    unit: str | None = None  # of a figure; "count" for figures without one
    doubtful: bool = False  # only what needs review
    mine: bool = False  # only what this person has skipped


class Item(Record):
    """A claim in front of a reviewer, with all that the page shows of it."""

    key: int
    binding: str
    version: int
    claim: ExtractedClaim
    article_key: int
    article: Article
    extraction: str
    model: str
    standing: Standing
    doubts: tuple[Doubt, ...]
    earlier: tuple[Verdict, ...] = ()  # on this claim or on similar ones of the article
    look: Look = "first"
    audit: bool = False
    leased_until: datetime | None = None


class Listed(Record):
    """A claim in a list: of the queue, of an article, of what somebody did."""

    key: int | None  # None for claims that a reviewer added
    binding: str
    version: int
    claim: Claim
    text: str
    confidence: float | None
    needs_review: bool
    model: str | None
    standing: Standing
