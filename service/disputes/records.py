"""What is a dispute, and what is it made of?

Only the records; `find` makes them. They serialise with `model_dump` of the dispute, and every span counts characters
of the article that the statement names. What there are many of is kept small, in slots.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from service.records import Article, Claim, DecimalString, Kind, Qualifier, Record, Span, Stance

Relation = Literal["agrees", "compatible", "contradicts", "adds_up", "updates"]


class Told(Record):
    """A claim with the article that holds it; the claim may be extracted or gold."""

    article: Article
    claim: Claim


@dataclass(frozen=True, slots=True)
class Statement:
    """One side's figure. `figure` is its index in the claim, null where a claim says that there were none; then
    `low` and `high` are "0" and `words` are those that say so."""

    article: str
    title: str | None
    outlet: str | None
    published: date | None
    claim: str
    figure: int | None
    speaker: str | None
    kind: Kind
    low: DecimalString | None
    high: DecimalString | None
    qualifier: Qualifier
    unit: str | None
    counted: str | None
    measure: str | None
    words: str
    span: Span
    stance: Stance
    sentence: str  # in which the figure stands, for context
    sentence_span: Span


@dataclass(frozen=True, slots=True)
class Related:
    """What two statements are to each other, by their places in the dispute; `first` stands before `second`."""

    first: int
    second: int
    relation: Relation


class Dispute(Record):
    """Figures about the same thing: what it is in the texts' own words, where and when it was where that is known.

    `time` is an ISO 8601 date or interval. Each statement is in at least one relation; statements without one between
    them were not held against each other.
    """

    about: str
    place: str | None
    time: str | None
    statements: tuple[Statement, ...]
    relations: tuple[Related, ...]

    @property
    def contested(self) -> bool:
        """Whether two of the statements cannot both be right."""
        return any(related.relation == "contradicts" for related in self.relations)


class Pair(NamedTuple):
    """Two statements about the same thing, and what they are to each other."""

    first: Statement
    second: Statement
    relation: Relation


def pairs(dispute: Dispute) -> Iterator[Pair]:
    """Each pair of statements that were held against each other, in the order of the statements."""
    for related in dispute.relations:
        yield Pair(dispute.statements[related.first], dispute.statements[related.second], related.relation)
