"""Which claim should this person look at next?

The one where a look is likeliest to find an error: the least sure that nobody else has in hand. Not the near twin of
what they just had, and every tenth one by chance, so that what the rest is like is known too. What is in hand is leased
for minutes, and free again by itself.
"""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, delete, exists, func, insert, or_, select

from service.records import ExtractedClaim, Record
from service.review.doubts import doubts_of
from service.review.log import standing_of
from service.review.records import Filters, Item, Look, Person, Standing, Verdict
from service.review.verdicts import article_log, article_of, given_by, log_of
from service.sameness import shared
from service.store.tables import articles, claim_figures, claim_flags, claims, extractions, leases, reviews, verdicts

LEASE = timedelta(minutes=5)
AUDIT_EVERY = 10  # verdicts of a person, after which one claim comes by chance
LOOKED_THROUGH = 40  # claims at the head of the queue, for one that is no near twin
LAST_SEEN = 3
TWINS = 0.6  # of the words of both
SIMILAR = 0.5  # of the characters of both


class Counts(Record):
    """How the queue stands, for some filters."""

    open: int
    doubtful: int  # of those, how many need review
    done: int
    skipped: int
    second: int  # waiting for this person's second look
    disputes: int


def next_item(
    connection: Connection,
    person: Person,
    *,
    owner: str = "",
    filters: Filters | None = None,
    look: Look = "first",
    second_share: float = 0.0,
    now: datetime,
) -> Item | None:
    """The claim to look at now, leased for this person; None where nothing is left.

    What they hold already comes first, so that a page that is loaded again shows the same claim.
    """
    wanted = _wanted(person, owner=owner, filters=filters or Filters(), look=look, second_share=second_share, now=now)
    mine = connection.execute(wanted.where(leases.c.reviewer == person.name, leases.c.until > now).limit(1)).first()
    chosen, audit = (mine, False) if mine is not None else _choose(connection, wanted, person, owner=owner, look=look)
    if chosen is None:
        return None
    until = take(connection, chosen.binding, person, owner=owner, now=now)
    return _item(connection, chosen, owner=owner, look=look, audit=audit, until=until)


def item(connection: Connection, key: int, *, owner: str = "") -> Item | None:
    """The claim of that key, whoever has it in hand; None where there is none."""
    row = connection.execute(_shown().where(claims.c.owner == owner, claims.c.key == key)).first()
    return None if row is None else _item(connection, row, owner=owner, look="first", audit=False, until=None)


def take(connection: Connection, binding: str, person: Person, *, owner: str = "", now: datetime) -> datetime:
    """Leases the claim to this person, and gives free what else they had."""
    connection.execute(
        delete(leases).where(
            leases.c.owner == owner,
            or_(leases.c.binding == binding, leases.c.reviewer == person.name, leases.c.until <= now),
        )
    )
    until = now + LEASE
    connection.execute(insert(leases).values(owner=owner, binding=binding, reviewer=person.name, until=until))
    return until


def counts(
    connection: Connection,
    person: Person,
    *,
    owner: str = "",
    filters: Filters | None = None,
    second_share: float = 0.0,
    now: datetime,
) -> Counts:
    """How many claims wait, and how many are done."""
    asked = filters or Filters()
    base = _joined(select(func.count(claims.c.binding.distinct())))
    narrowed = base.where(*_narrowed(asked, owner=owner))
    free = _open_first(now)

    def count(*conditions: ColumnElement[bool]) -> int:
        return connection.execute(narrowed.where(*conditions)).scalar() or 0

    return Counts(
        open=count(free),
        doubtful=count(free, claims.c.needs_review),
        done=count(reviews.c.state != "open"),
        skipped=count(reviews.c.state == "open", reviews.c.skipped_until > now),
        second=count(*_second(person, second_share)) if second_share else 0,
        disputes=count(reviews.c.dispute),
    )


# ── choosing ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _choose(
    connection: Connection, wanted: Select[Any], person: Person, *, owner: str, look: Look
) -> tuple[Row[Any] | None, bool]:
    """A row, and whether it came by chance."""
    theirs = connection.execute(
        select(func.count()).where(verdicts.c.owner == owner, verdicts.c.reviewer == person.name)
    ).scalar_one()
    if look == "first" and theirs % AUDIT_EVERY == AUDIT_EVERY - 1:
        return _by_chance(connection, wanted, f"{person.name}/{theirs}"), True
    head = connection.execute(wanted.order_by(claims.c.confidence, claims.c.key).limit(LOOKED_THROUGH)).all()
    last = [_bag(verdict) for verdict in given_by(connection, person, owner=owner, limit=LAST_SEEN)]
    fresh = (row for row in head if not any(_twins(_words(row.folded), seen) for seen in last))
    return next(fresh, head[0] if head else None), False


def _by_chance(connection: Connection, wanted: Select[Any], seed: str) -> Row[Any] | None:
    """Bindings are hashes, so that the next one after a hash is any one."""
    place = hashlib.sha256(seed.encode("utf-8")).hexdigest()
    ordered = wanted.order_by(claims.c.binding, claims.c.key.desc()).limit(1)
    return connection.execute(ordered.where(claims.c.binding >= place)).first() or connection.execute(ordered).first()


def _bag(verdict: Verdict) -> frozenset[str]:
    return _words(verdict.old.text) if verdict.old is not None else frozenset()


def _words(text: str) -> frozenset[str]:
    return frozenset(text.casefold().split())


def _twins(one: frozenset[str], other: frozenset[str]) -> bool:
    return bool(one and other) and len(one & other) >= TWINS * len(one | other)


# ── what is wanted, as conditions ─────────────────────────────────────────────────────────────────────────────────


def _wanted(
    person: Person, *, owner: str, filters: Filters, look: Look, second_share: float, now: datetime
) -> Select[Any]:
    free = or_(leases.c.binding.is_(None), leases.c.until <= now, leases.c.reviewer == person.name)
    if look == "second":
        stage = and_(*_second(person, second_share))
    elif filters.mine:
        stage = and_(reviews.c.state == "open", _has_skipped(person, owner))
    else:
        stage = _open_first(now)
    return _shown().where(*_narrowed(filters, owner=owner), stage, free)


def _open_first(now: datetime) -> ColumnElement[bool]:
    returned = or_(reviews.c.skipped_until.is_(None), reviews.c.skipped_until <= now)
    return or_(reviews.c.binding.is_(None), and_(reviews.c.state == "open", returned))


def _second(person: Person, share: float) -> tuple[ColumnElement[bool], ...]:
    """Which claims get a second look is decided by their hash: nobody can guess or choose it."""
    return (
        reviews.c.state.in_(("accepted", "rejected", "edited")),
        reviews.c.second_reviewer.is_(None),
        reviews.c.reviewer != person.name,
        claims.c.binding < f"{min(int(share * 16**8), 16**8 - 1):08x}",
    )


def _has_skipped(person: Person, owner: str) -> ColumnElement[bool]:
    return exists().where(
        verdicts.c.owner == owner,
        verdicts.c.binding == claims.c.binding,
        verdicts.c.reviewer == person.name,
        verdicts.c.action == "skip",
    )


def _narrowed(filters: Filters, *, owner: str) -> Iterator[ColumnElement[bool]]:
    yield claims.c.owner == owner
    yield claims.c.current
    if filters.speaker is not None:
        yield claims.c.speaker_folded.contains(filters.speaker.casefold(), autoescape=True)
    if filters.model is not None:
        yield extractions.c.model == filters.model
    if filters.article is not None:
        yield articles.c.id == filters.article
    if filters.doubtful:
        yield claims.c.needs_review
    if filters.flag is not None:
        yield exists().where(claim_flags.c.claim == claims.c.key, claim_flags.c.code == filters.flag)
    if filters.unit is not None:
        unit = claim_figures.c.unit.is_(None) if filters.unit == "count" else claim_figures.c.unit == filters.unit
        yield exists().where(claim_figures.c.claim == claims.c.key, unit)


def _shown() -> Select[Any]:
    return _joined(
        select(
            claims.c.key,
            claims.c.binding,
            claims.c.record,
            claims.c.folded,
            claims.c.extraction,
            extractions.c.model,
            claims.c.article,
            reviews.c.version,
        )
    )


def _joined(asked: Select[Any]) -> Select[Any]:
    return (
        asked.select_from(claims)
        .join(extractions, extractions.c.id == claims.c.extraction)
        .join(articles, articles.c.key == claims.c.article)
        .outerjoin(reviews, and_(reviews.c.owner == claims.c.owner, reviews.c.binding == claims.c.binding))
        .outerjoin(leases, and_(leases.c.owner == claims.c.owner, leases.c.binding == claims.c.binding))
    )


# ── what the page shows ───────────────────────────────────────────────────────────────────────────────────────────


def _item(
    connection: Connection, row: Row[Any], *, owner: str, look: Look, audit: bool, until: datetime | None
) -> Item:
    claim = ExtractedClaim.model_validate_json(row.record)
    log = log_of(connection, row.binding, owner=owner)
    blind = look == "second"
    return Item(
        key=row.key,
        binding=row.binding,
        version=row.version or 0,
        claim=claim,
        article_key=row.article,
        article=article_of(connection, row.article),
        extraction=row.extraction,
        model=row.model,
        standing=Standing() if blind else standing_of(log),
        doubts=doubts_of(claim),
        earlier=() if blind else earlier(article_log(connection, row.article, owner=owner), claim, binding=row.binding),
        look=look,
        audit=audit,
        leased_until=until,
    )


def earlier(log: Sequence[Verdict], claim: ExtractedClaim, *, binding: str) -> tuple[Verdict, ...]:
    """Verdicts on this claim, and on others that share most of its words in the text."""
    return tuple(
        verdict
        for verdict in log
        if verdict.binding == binding
        or any(shared(about.content, claim.content) >= SIMILAR for about in (verdict.old, verdict.new) if about)
    )
