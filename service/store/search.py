"""Which of the claims that are kept does somebody look for?

Pages by a cursor that says where the last one ended, so that claims that come meanwhile neither repeat nor push out
others. Case, accents and typography make no difference to words.
"""

import base64
import hashlib
import json
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, Literal, NamedTuple

from pydantic import Field
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    and_,
    column,
    func,
    or_,
    select,
    table,
    true,
)

from service.errors import InputError
from service.records import ExtractedClaim, Kind, Record
from service.store.extractions import named
from service.store.folding import fold, plain
from service.store.tables import articles, claim_figures, claim_flags, claims, extractions

LONGEST_PAGE = 200
SHORTEST_INDEXED = 3  # characters: the index of words holds every three that follow each other
FEW = 5_000  # claims; fewer are looked at one by one, more fill a page soon
SOME = 500  # claims; so few that nothing is gained by finding fewer
_WORDS = table("claim_words", column("rowid"), column("claim_words"))  # SQLite's index of words
_OTHER = claims.alias()

_TERMS = re.compile(r'"([^"]*)"|([^\s"]+)')


class ClaimQuery(Record):
    """What a claim must be; what is null does not matter. All of it must hold.

    `speaker` and `text` stand somewhere in the names and in the content, `text` word by word unless in quotation
    marks. `low` and `high` bound a figure, `counted` and `unit` are that same figure's. `since` and `until` are days
    of publication, else of extraction, both included. `article` is an id or a hash (or 12 and more of its first
    characters). Where a model read an article several times, only what it said last counts, unless `older` is asked
    for, or a job is named. `limit` and `cursor` choose the page.
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
    older: bool = False
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
    after = None if query.cursor is None else _place(query, owner)
    places = page_of(connection, query, owner=owner, after=after, limit=query.limit + 1)
    page = places[: query.limit]
    following = _cursor(query, owner, page[-1]) if len(places) > query.limit else None
    return ClaimPage(claims=stored_claims(connection, page), next=following)


class Place(NamedTuple):
    """Where a claim stands in the order of a question."""

    key: int
    confidence: float


def page_of(
    connection: Connection, query: ClaimQuery, *, owner: str, after: Place | None, limit: int
) -> tuple[Place, ...]:
    """The places of the next claims that the query wants, at most `limit`; its own limit and cursor do not matter."""
    conditions = _conditions(connection, query, owner)
    statement = select(claims.c.key, claims.c.confidence).where(*(condition.test for condition in conditions))
    if after is not None:
        statement = statement.where(_later(query, after))
    few = _fewest(connection, conditions)
    if few is not None:
        theirs = statement.where(_unindexed(claims.c.owner) == owner, claims.c.key.in_(few))
        found = [Place(*row) for row in connection.execute(theirs)]
        found.sort(key=lambda place: (-place.key,) if query.order == "new" else (place.confidence, place.key))
        return tuple(found[:limit])
    order = (claims.c.key.desc(),) if query.order == "new" else (claims.c.confidence.asc(), claims.c.key.asc())
    in_order = statement.where(claims.c.owner == owner).order_by(*order).limit(limit)
    return tuple(Place(*row) for row in connection.execute(in_order))


def _unindexed(name: Column[Any]) -> ColumnElement[Any]:
    """The column as it is, but through no index of its own: SQLite would rather sort a third of all claims than go
    through them in order."""
    plain_column: ColumnElement[Any] = func.coalesce(name, name)
    return plain_column


def stored_claims(connection: Connection, places: Sequence[Place]) -> tuple[StoredClaim, ...]:
    """The claims at those places, in their order."""
    tables = claims.join(extractions, extractions.c.id == claims.c.extraction).join(
        articles, articles.c.key == claims.c.article
    )
    statement = select(
        claims.c.key,
        claims.c.record,
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
    rows = connection.execute(statement.where(claims.c.key.in_([place.key for place in places]))).mappings()
    found = {row["key"]: row for row in rows}
    return tuple(_stored_claim(found[place.key]) for place in places)


def _stored_claim(row: RowMapping) -> StoredClaim:
    claim = ExtractedClaim.model_validate_json(row["record"])
    return StoredClaim(claim=claim, **{name: row[name] for name in StoredClaim.model_fields if name != "claim"})


# ── what the query asks for ───────────────────────────────────────────────────────────────────────────────────


class _Condition(NamedTuple):
    """A test of one claim, and where there is an index for it, the keys of all claims that pass, whoever owns them."""

    test: ColumnElement[bool]
    keys: Select[Any] | None = None


def _fewest(connection: Connection, conditions: Iterable[_Condition]) -> list[int] | None:
    """The claims that pass the rarest condition, to look at these alone; None where all conditions are common ones, so
    that going through all claims in order soon fills a page. Databases guess this badly: SQLite for lack of
    statistics, both for words."""
    fewest: list[int] | None = None
    for condition in conditions:
        if condition.keys is not None and (fewest is None or len(fewest) > SOME):
            keys = list(connection.scalars(condition.keys.limit(FEW + 1)))
            if len(keys) <= FEW and (fewest is None or len(keys) < len(fewest)):
                fewest = keys
    return fewest


def _conditions(connection: Connection, query: ClaimQuery, owner: str) -> tuple[_Condition, ...]:
    return (
        *_article(connection, query, owner),
        *_words(connection, query),
        *_flag(query),
        *_days(query, owner),
        *_kind(query, owner),
        *_extraction(query, owner),
        *_figure(query),
        *_newest(query),
    )


def _newest(query: ClaimQuery) -> Iterator[_Condition]:
    if not query.older and query.job is None:
        yield _Condition(claims.c.current)


def _words(connection: Connection, query: ClaimQuery) -> Iterator[_Condition]:
    wanted = [(claims.c.folded, term) for term in _terms(query.text or "")]
    wanted += [(claims.c.speaker_folded, name) for name in (fold(query.speaker or ""),) if name]
    indexed = []
    for place, words in wanted:
        test = place.contains(words, autoescape=True)
        if len(words) < SHORTEST_INDEXED:
            yield _Condition(test)
        elif connection.dialect.name == "sqlite":
            quoted = words.replace('"', '""')
            indexed.append(f'{{{place.name}}}: "{quoted}"')
            yield _Condition(test)
        else:
            yield _Condition(test, select(claims.c.key).where(test))
    if indexed:
        match = _WORDS.c.claim_words.op("match", is_comparison=True)(" AND ".join(indexed))
        yield _Condition(true(), select(_WORDS.c.rowid).where(match))


def _terms(words: str) -> Iterator[str]:
    for phrase, word in _TERMS.findall(fold(words)):
        if term := (phrase or word).strip():
            yield term


def _figure(query: ClaimQuery) -> Iterator[_Condition]:
    """All conditions on figures are about one and the same figure."""
    figure = claim_figures.c
    tests = []
    if query.low is not None or query.high is not None:
        low = -math.inf if query.low is None else query.low
        high = math.inf if query.high is None else query.high
        wide = and_(figure.high > figure.low, figure.low < low, figure.high >= low)  # few are: they have their index
        tests.append(or_(figure.low.between(low, high), wide))
    if query.unit is not None:
        tests.append(figure.unit == plain(query.unit))
    if query.counted is not None:
        tests.append(figure.counted_folded.contains(fold(query.counted), autoescape=True))
    if tests:
        mine = select(figure.claim).where(*tests)
        yield _Condition(mine.where(figure.claim == claims.c.key).exists(), mine)


def _flag(query: ClaimQuery) -> Iterator[_Condition]:
    if query.flag is not None:
        flagged = select(claim_flags.c.claim).where(claim_flags.c.code == plain(query.flag))
        yield _Condition(flagged.where(claim_flags.c.claim == claims.c.key).exists(), flagged)


def _days(query: ClaimQuery, owner: str) -> Iterator[_Condition]:
    def tests(day: ColumnElement[date]) -> Iterator[ColumnElement[bool]]:
        if query.since is not None:
            yield day >= query.since
        if query.until is not None:
            yield day <= query.until

    if query.since is not None or query.until is not None:
        keys = select(claims.c.key).where(claims.c.owner == owner, *tests(claims.c.day))
        yield _Condition(and_(*tests(_unindexed(claims.c.day))), keys)


def _kind(query: ClaimQuery, owner: str) -> Iterator[_Condition]:
    if query.kind is not None:
        keys = select(claims.c.key).where(claims.c.owner == owner, claims.c.kind == query.kind)
        yield _Condition(_unindexed(claims.c.kind) == query.kind, keys)
    if query.needs_review is not None:
        yield _Condition(claims.c.needs_review.is_(query.needs_review))


def _extraction(query: ClaimQuery, owner: str) -> Iterator[_Condition]:
    tests = []
    if query.model is not None:
        tests.append(extractions.c.model == plain(query.model))
    if query.job is not None:
        tests.append(extractions.c.job == plain(query.job))
    if tests:
        mine = select(extractions.c.id).where(extractions.c.owner == owner, *tests)
        keys = select(_OTHER.c.key).join(extractions, extractions.c.id == _OTHER.c.extraction)
        yield _Condition(
            mine.where(extractions.c.id == claims.c.extraction).exists(),
            keys.where(extractions.c.owner == owner, *tests),
        )


def _article(connection: Connection, query: ClaimQuery, owner: str) -> Iterator[_Condition]:
    if query.article is not None:
        test = claims.c.article.in_(named(connection, query.article, owner=owner))
        yield _Condition(test, select(claims.c.key).where(test))


# ── cursors ───────────────────────────────────────────────────────────────────────────────────────────────────


def _later(query: ClaimQuery, after: Place) -> ColumnElement[bool]:
    if query.order == "new":
        return claims.c.key < after.key
    return or_(
        claims.c.confidence > after.confidence,
        and_(claims.c.confidence == after.confidence, claims.c.key > after.key),
    )


def _question(query: ClaimQuery, owner: str) -> str:
    asked = query.model_dump_json(exclude={"limit", "cursor"})
    return hashlib.sha256(f"{owner}\0{asked}".encode()).hexdigest()[:16]


def _cursor(query: ClaimQuery, owner: str, last: Place) -> str:
    said = json.dumps([_question(query, owner), last.key, last.confidence])
    return base64.urlsafe_b64encode(said.encode()).decode().rstrip("=")


def _place(query: ClaimQuery, owner: str) -> Place:
    given = query.cursor or ""
    try:
        said = json.loads(base64.urlsafe_b64decode(given + "=" * (-len(given) % 4)))
        question, key, confidence = said
        place = Place(int(key), float(confidence))
    except (ValueError, TypeError, OverflowError):
        question, place = "", Place(0, 0)
    if question != _question(query, owner) or not 0 < place.key < 2**63 or not 0 <= place.confidence <= 1:
        raise InputError(
            "The cursor does not belong to this question.",
            field="cursor",
            fix="Ask without one, or with all else as it was on the page before.",
        )
    return place
