"""Who disagrees about what, among all that is kept?

The page that shows figures about the same thing side by side, and the address that answers the same to programs. What
reviewers made of a claim counts, and what they rejected does not. What a dispute is is left to `disputes`.
"""

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Iterator

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import Field
from sqlalchemy import Connection, and_, func, or_, select

from service.disputes.find import find_disputes
from service.disputes.records import Dispute, Statement, Told, pairs
from service.records import Article, ExtractedClaim, Record
from service.rendering.disputes import RELATIONS, amount, heading, in_words, speaker
from service.rendering.lines import as_json
from service.review.log import standing_of
from service.review.verdicts import article_of, log_of
from service.store.folding import fold
from service.store.tables import articles, claim_figures, claims, reviews, verdicts
from service.web import documentation
from service.web.context import context_of
from service.web.desk import Desk, at_desk
from service.web.guard import caller_of
from service.web.problems import Problem
from service.web.queries import from_query

router = APIRouter()

MOST_CLAIMS = 2_000  # held against each other at once: a second's work, and some 50 MB with their articles
MOST_CHARACTERS = 8_000_000  # of their articles
KEPT = 8  # answers, for the next page or the next filter


class DisputesAsked(Record):
    """Which disputes are wanted. `place` and `counted` stand somewhere in what a dispute tells, `article` is an id."""

    place: str | None = Field(default=None, max_length=200)
    counted: str | None = Field(default=None, max_length=200)
    article: str | None = Field(default=None, max_length=200)
    contested: bool = False
    limit: int = Field(default=50, ge=1, le=200)


class Disputes(Record):
    """The newest `considered` claims with figures were held against each other; `complete` says whether those are all.
    `total` counts what was asked for, of which `disputes` are at most `limit`."""

    disputes: tuple[Dispute, ...]
    total: int
    considered: int
    complete: bool


class _Read(Record):
    """What was held against each other: claims, the article of each id, and whether there are more."""

    told: tuple[Told, ...]
    keys: dict[str, tuple[int, ...]]
    complete: bool


class _Found(Record):
    disputes: tuple[Dispute, ...]
    keys: dict[str, tuple[int, ...]]
    considered: int
    complete: bool


# ── the doors ─────────────────────────────────────────────────────────────────────────────────────────────────────


@router.get(
    "/v1/disputes",
    operation_id="find_disputes",
    summary="Who gives which figure for the same thing, among the claims that are kept",
    description=documentation.DISPUTES,
    response_class=Response,
    responses={
        200: {"model": Disputes, "description": "The disputes, those with figures that clash first"},
        **documentation.problem_responses(
            "key-needed", "scope-missing", "no-store", "invalid-request", "rate-limited", "store-down"
        ),
    },
    openapi_extra={"parameters": documentation.DISPUTES_PARAMETERS},
    tags=["stored"],
)
async def answer(request: Request) -> Response:
    caller = caller_of(request, needs="read")
    asked = from_query(request, DisputesAsked)
    context = context_of(request)
    if not context.keeping:
        raise Problem("no-store")

    def look() -> Disputes:
        store = context.keeping.store()
        assert store is not None  # one is set
        with store.reading() as connection:
            found = _found(connection, owner=caller.owner, article=asked.article)
        return _answered(found, asked)

    return Response(as_json(await asyncio.to_thread(look)), media_type="application/json")


@router.get("/disputes", include_in_schema=False)
async def shown(request: Request) -> Response:
    """The same for people, with links into the articles."""
    asked = from_query(request, DisputesAsked)

    def work(desk: Desk) -> Response:
        found = _found(desk.connection, owner=desk.reviewer.owner, article=asked.article)
        told = _answered(found, asked)
        return desk.page(
            "disputes",
            asked=asked,
            told=told,
            shown=[_shown(desk, dispute, found) for dispute in told.disputes],
            relations=RELATIONS,
        )

    return await at_desk(request, work, writes=False)


class Side(Record):
    """A statement as the page shows it. `address` leads to its place in the text."""

    statement: Statement
    amount: str
    speaker: str
    address: str
    before: str  # of the sentence, before the figure
    words: str
    after: str


class Shown(Record):
    """A dispute as the page shows it."""

    heading: str
    contested: bool
    sides: tuple[Side, ...]
    relations: tuple[tuple[str, str], ...]  # kind, words


PAIRS_SHOWN = 8


def _shown(desk: Desk, dispute: Dispute, found: _Found) -> Shown:
    told = sorted(pairs(dispute), key=lambda pair: _ORDER.index(pair.relation))
    return Shown(
        heading=heading(dispute),
        contested=dispute.contested,
        sides=tuple(_side(desk, statement, found) for statement in dispute.statements),
        relations=tuple((pair.relation, in_words(pair)) for pair in told[:PAIRS_SHOWN]),
    )


_ORDER = ("contradicts", "updates", "adds_up", "compatible", "agrees")
CONTEXT = 160  # characters on each side of a figure


def _side(desk: Desk, statement: Statement, found: _Found) -> Side:
    keys = found.keys.get(statement.article, ())
    key = keys[0] if len(keys) == 1 else next((key for key in keys if _stands_in(desk, key, statement)), None)
    begun = statement.span.start - statement.sentence_span.start
    before, after = statement.sentence[:begun], statement.sentence[begun + len(statement.words) :]
    return Side(
        statement=statement,
        amount=amount(statement),
        speaker=speaker(statement),
        address="" if key is None else f"/review/articles/{key}#at-{statement.span.start}",
        before=before if len(before) <= CONTEXT else f"… {before[-CONTEXT:]}",
        words=statement.words,
        after=after if len(after) <= CONTEXT else f"{after[:CONTEXT]} …",
    )


def _stands_in(desk: Desk, key: int, statement: Statement) -> bool:
    """Articles of the same id can have different texts."""
    text = article_of(desk.connection, key, owner=desk.reviewer.owner).text
    return statement.sentence_span.of(text) == statement.sentence


def _answered(found: _Found, asked: DisputesAsked) -> Disputes:
    wanted = [dispute for dispute in found.disputes if _is_wanted(dispute, asked)]
    wanted.sort(key=lambda dispute: not dispute.contested)  # the order stays within both
    return Disputes(
        disputes=tuple(wanted[: asked.limit]),
        total=len(wanted),
        considered=found.considered,
        complete=found.complete,
    )


def _is_wanted(dispute: Dispute, asked: DisputesAsked) -> bool:
    if asked.contested and not dispute.contested:
        return False
    if asked.place and fold(asked.place) not in fold(dispute.place or ""):
        return False
    if asked.counted:
        words = (dispute.about, *(statement.counted or "" for statement in dispute.statements))
        return any(fold(asked.counted) in fold(each) for each in words)
    return True


# ── the claims ────────────────────────────────────────────────────────────────────────────────────────────────────

_kept: OrderedDict[tuple[object, ...], _Found] = OrderedDict()
_one_at_a_time = threading.Lock()


def _found(connection: Connection, *, owner: str, article: str | None) -> _Found:
    """What there is now; kept until a claim or a verdict comes or goes."""
    newest = select(func.max(claims.c.key), func.count()).where(claims.c.owner == owner, claims.c.current)
    said = select(func.max(verdicts.c.key)).where(verdicts.c.owner == owner)
    state = (*connection.execute(newest).one(), connection.scalar(said))
    place = (str(connection.engine.url), owner, article, *state)
    with _one_at_a_time:  # the same question from many is worked out once
        if place not in _kept:
            read = _read(connection, owner=owner, article=article)
            _kept[place] = _Found(
                disputes=find_disputes(read.told), keys=read.keys, considered=len(read.told), complete=read.complete
            )
            while len(_kept) > KEPT:
                _kept.popitem(last=False)
        _kept.move_to_end(place)
        return _kept[place]


def _read(connection: Connection, *, owner: str, article: str | None) -> _Read:
    """The newest claims with figures as they stand after review, with whole articles as far as there is room."""
    figured = select(claim_figures.c.claim).where(claim_figures.c.claim == claims.c.key).exists()
    dropped = reviews.c.state.in_(("rejected", "discarded"))
    asked = (
        select(claims.c.article, claims.c.binding, claims.c.record, reviews.c.state)
        .outerjoin(reviews, and_(reviews.c.owner == claims.c.owner, reviews.c.binding == claims.c.binding))
        .where(claims.c.owner == owner, claims.c.current, figured, or_(reviews.c.state.is_(None), ~dropped))
    )
    if article is not None:
        of_name = select(articles.c.key).where(articles.c.owner == owner, articles.c.id == article)
        asked = asked.where(claims.c.article.in_(of_name))
    told: list[Told] = []
    texts: dict[int, Article] = {}
    keys: dict[str, tuple[int, ...]] = {}
    characters, complete = 0, True
    newest = asked.order_by(claims.c.article.desc(), claims.c.key)
    for row in connection.execute(newest.limit(MOST_CLAIMS + 1)):
        if row.article not in texts:
            text = article_of(connection, row.article)
            characters += len(text.text)
            if texts and characters > MOST_CHARACTERS:
                complete = False
                break
            texts[row.article] = text
            keys[text.id] = (*keys.get(text.id, ()), row.article)
            told.extend(_added(connection, row.article, text, owner=owner))
        if len(told) >= MOST_CLAIMS:
            complete = False
            break
        claim = ExtractedClaim.model_validate_json(row.record)
        held = standing_of(log_of(connection, row.binding, owner=owner)).claim if row.state == "edited" else None
        told.append(Told(article=texts[row.article], claim=held or claim))
    return _Read(told=tuple(told), keys=keys, complete=complete)


def _added(connection: Connection, key: int, article: Article, *, owner: str) -> Iterator[Told]:
    """What reviewers added."""
    asked = select(reviews.c.binding).where(
        reviews.c.owner == owner, reviews.c.article == key, reviews.c.state == "added"
    )
    for binding in connection.scalars(asked):
        claim = standing_of(log_of(connection, binding, owner=owner)).claim
        if claim is not None and claim.figures:
            yield Told(article=article, claim=claim)
