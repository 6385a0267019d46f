"""Which of the claims that are kept does somebody look for?

Pages by a cursor that says where the last one ended, so that claims that come meanwhile neither repeat nor push out
others. Case, accents and typography make no difference to words.
"""

import re
from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field
from sqlalchemy import Connection, Select, select

from service.records import ExtractedClaim, Kind, Record
from service.store.folding import fold
from service.store.tables import articles, claims, extractions

LONGEST_PAGE = 200
SHORTEST_INDEXED = 3  # characters: the index of words holds every three that follow each other

_TERMS = re.compile(r'"([^"]*)"|([^\s"]+)')


class ClaimQuery(Record):
    """What a claim must be; what is null does not matter. All of it must hold.

    `speaker` and `text` stand somewhere in the names and in the content, `text` word by word unless in quotation
    marks. `low` and `high` bound a figure, `counted` and `unit` are that same figure's. `since` and `until` are days
    of publication, else of extraction, both included. `article` is an id or a hash (or 12 and more of its first
    characters). `limit` and `cursor` choose the page.
    """

    speaker: str | None = Field(default=None, max_length=500)
    text: str | None = Field(default=None, max_length=500)
    flag: str | None = Field(default=None, max_length=64)
    kind: Kind | None = None
    model: str | None = Field(default=None, max_length=500)
    article: str | None = Field(default=None, max_length=200)
    needs_review: bool | None = None
    since: date | None = None
    until: date | None = None
    low: float | None = Field(default=None, allow_inf_nan=False)
    high: float | None = Field(default=None, allow_inf_nan=False)
    counted: str | None = Field(default=None, max_length=500)
    unit: str | None = Field(default=None, max_length=100)
    job: str | None = Field(default=None, max_length=36)
    order: Literal["new", "doubtful"] = "new"
    limit: int = Field(default=50, ge=1, le=LONGEST_PAGE)
    cursor: str | None = Field(default=None, max_length=500)


class StoredClaim(Record):
    """A claim, and where it is from. `needs_review` is what was said when it was extracted."""

    claim: ExtractedClaim
    needs_review: bool
    extraction_id: str
    created: datetime  # of the extraction
    model: str
    article: str  # its id
    sha256: str
    title: str | None
    outlet: str | None
    published: date | None


class ClaimPage(Record):
    """`next` is the cursor of the page after this one, null on the last."""

    claims: tuple[StoredClaim, ...]
    next: str | None


def find_claims(connection: Connection, query: ClaimQuery, *, owner: str = "") -> ClaimPage:
    """One page of the owner's claims. Raises InputError for a cursor that is not of this very question."""
    statement = matching(connection, query, owner=owner)
    order = (claims.c.key.desc(),) if query.order == "new" else (claims.c.confidence, claims.c.key)
    if query.cursor is not None:
        statement = statement.where(_after(query, owner))
    rows = connection.execute(statement.order_by(*order).limit(query.limit + 1)).all()
    page = rows[: query.limit]
    following = _cursor(query, owner, page[-1]) if len(rows) > query.limit else None
    return ClaimPage(claims=tuple(map(stored_claim, page)), next=following)


def matching(connection: Connection, query: ClaimQuery, *, owner: str) -> Select[Any]:
    """The rows of claims that the query wants, in no order and without its cursor and limit, for `stored_claim`."""
    words = tuple(_terms(query.text))
    named_as = (fold(query.speaker),) if query.speaker else ()
    tables = claims.join(extractions, extractions.c.id == claims.c.extraction).join(
        articles, articles.c.key == claims.c.article
    )
    statement = select(
        claims.c.key,
        claims.c.record,
        claims.c.confidence,
        claims.c.needs_review,
        extractions.c.id.label("extraction_id"),
        extractions.c.created,
        extractions.c.model,
        articles.c.id.label("article"),
        articles.c.sha256,
        articles.c.title,
        articles.c.outlet,
        articles.c.published,
    ).select_from(tables)
    return statement.where(
        claims.c.owner == owner,
        *_words(connection, words, named_as),
        *_plain(query),
        *_figure(query),
        *_article(connection, query, owner),
    )


def stored_claim(row: Any) -> StoredClaim:
    found = dict(row._mapping)
    return StoredClaim(
        claim=ExtractedClaim.model_validate_json(found.pop("record")),
        **{name: found[name] for name in StoredClaim.model_fields if name != "claim"},
    )
