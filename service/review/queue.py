"""Which claim should this person look at next?

The one where a look is likeliest to find an error: the least sure that nobody else has in hand. Not the near twin of
what they just had, and every tenth one by chance, so that what all claims are like is known too. What is in hand is
leased for minutes, and free again by itself.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, exists, func, not_, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from service.records import ExtractedClaim, Record
from service.review.doubts import doubts_of
from service.review.log import SKIP_RETURNS, standing_of
from service.review.records import Filters, Item, Look, Person, Standing, Verdict
from service.review.verdicts import article_log, article_of, free_leases, given_by, log_of
from service.sameness import shared
from service.store.folding import fold
from service.store.tables import articles, claim_figures, claim_flags, claims, extractions, leases, reviews, verdicts

LEASE = timedelta(minutes=5)
AUDIT_EVERY = 10  # verdicts of a person, after which one claim comes by chance
LOOKED_THROUGH = 400  # claims at the head of the queue, for one that is no near twin
LAST_SEEN = 3
EARLIER_LOOKED = 200  # newest verdicts on an article, for those on similar claims
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
    asked = filters or Filters()
    wanted = _wanted(person, owner=owner, filters=asked, look=look, second_share=second_share, now=now)
    mine = connection.execute(wanted.where(leases.c.reviewer == person.name, leases.c.until > now).limit(1)).first()
    if mine is not None:
        until = take(connection, mine.binding, person, owner=owner, audit=mine.audit, now=now)
        return _item(connection, mine, owner=owner, look=look, audit=mine.audit, until=until)
    audit = look == "first" and asked == Filters() and _is_chance_due(connection, person, owner=owner)
    while True:
        found = _by_chance(connection, wanted) if audit else _least_sure(connection, wanted, person, owner=owner)
        if found is None:
            return None
        until = take(connection, found.binding, person, owner=owner, audit=audit, now=now)
        # Somebody may have been quicker: in taking it, or in judging it. What they did is seen from here on.
        row = connection.execute(wanted.where(claims.c.key == found.key)).first() if until is not None else None
        if row is not None:
            return _item(connection, row, owner=owner, look=look, audit=audit, until=until)


def item(connection: Connection, key: int, *, owner: str = "") -> Item | None:
    """The claim of that key, whoever has it in hand; None where there is none."""
    row = connection.execute(_shown().where(claims.c.owner == owner, claims.c.key == key)).first()
    return None if row is None else _item(connection, row, owner=owner, look="first", audit=False, until=None)


def take(
    connection: Connection, binding: str, person: Person, *, owner: str = "", audit: bool = False, now: datetime
) -> datetime | None:
    """Leases the claim to this person, and gives free what else they had. None where somebody else has it in hand."""
    row = {"owner": owner, "binding": binding, "reviewer": person.name, "until": now + LEASE, "audit": audit}
    taking = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(leases).values(row)
    taking = taking.on_conflict_do_update(
        index_elements=[leases.c.owner, leases.c.binding],
        set_={"reviewer": person.name, "until": row["until"], "audit": audit},
        where=or_(leases.c.reviewer == person.name, leases.c.until <= now),
    )
    taken = connection.execute(taking.returning(leases.c.binding)).first()
    if taken is None:
        return None
    rest = and_(leases.c.binding != binding, or_(leases.c.reviewer == person.name, leases.c.until <= now))
    free_leases(connection, rest, owner=owner)
    return now + LEASE


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
    conditions = list(_narrowed(filters or Filters(), owner=owner))
    plain = filters is None or filters == Filters()
    waiting = _counted(connection, claims.c.open, conditions, joined=not plain)
    skipped = _counted(connection, _skipped(now), conditions, joined=True)
    done = _counted(connection, not_(claims.c.open), conditions, joined=not plain)
    second = _second(person, second_share, owner=owner, now=now)
    return Counts(
        open=sum(waiting.values()) - sum(skipped.values()),
        doubtful=waiting.get(True, 0) - skipped.get(True, 0),
        done=sum(done.values()),
        skipped=sum(skipped.values()),
        second=_number(connection, and_(*second), conditions) if second_share else 0,
        disputes=_number(connection, reviews.c.dispute, conditions),
    )


def _counted(
    connection: Connection,
    condition: ColumnElement[bool],
    conditions: Sequence[ColumnElement[bool]],
    *,
    joined: bool,
) -> dict[bool, int]:
    """How many claims there are of those that need review, and of the others. Without joins an index has it all."""
    asked = select(claims.c.needs_review, func.count(claims.c.binding.distinct()))
    chosen = (_joined(asked) if joined else asked).where(condition, *conditions)
    return {row[0]: row[1] for row in connection.execute(chosen.group_by(claims.c.needs_review))}


def _number(connection: Connection, condition: ColumnElement[bool], conditions: Sequence[ColumnElement[bool]]) -> int:
    asked = _joined(select(func.count(claims.c.binding.distinct())))
    return int(connection.execute(asked.where(condition, *conditions)).scalar_one())


def _skipped(now: datetime) -> ColumnElement[bool]:
    return and_(reviews.c.state == "open", reviews.c.skipped_until > now)


# ── choosing ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _is_chance_due(connection: Connection, person: Person, *, owner: str) -> bool:
    theirs = select(func.count()).where(verdicts.c.owner == owner, verdicts.c.reviewer == person.name)
    return int(connection.execute(theirs).scalar_one()) % AUDIT_EVERY == AUDIT_EVERY - 1


class _Head(NamedTuple):
    """A claim that could come next."""

    key: int
    binding: str


def _least_sure(connection: Connection, wanted: Select[Any], person: Person, *, owner: str) -> _Head | None:
    """Unlike what they judged last, where the head of the queue has such a claim."""
    last = [_bag(verdict) for verdict in given_by(connection, person, owner=owner, limit=LAST_SEEN)]
    asked = wanted.with_only_columns(claims.c.key, claims.c.binding, claims.c.folded)
    first = None
    with connection.execute(asked.order_by(claims.c.confidence, claims.c.key).limit(LOOKED_THROUGH)) as head:
        for row in head:
            found = _Head(row.key, row.binding)
            if not any(_twins(_words(row.folded), seen) for seen in last):
                return found
            first = first or found
    return first


def _by_chance(connection: Connection, wanted: Select[Any]) -> _Head | None:
    """The first by its binding, which is a hash: all that are judged up to it are a fair sample of all claims, however
    each of them came to be judged."""
    asked = wanted.with_only_columns(claims.c.key, claims.c.binding)
    row = connection.execute(asked.order_by(claims.c.binding, claims.c.key.desc()).limit(1)).first()
    return None if row is None else _Head(row.key, row.binding)


def _bag(verdict: Verdict) -> frozenset[str]:
    return _words(fold(verdict.old.text)) if verdict.old is not None else frozenset()


def _words(folded: str) -> frozenset[str]:
    return frozenset(folded.split())


def _twins(one: frozenset[str], other: frozenset[str]) -> bool:
    return bool(one and other) and len(one & other) >= TWINS * len(one | other)


# ── what is wanted, as conditions ─────────────────────────────────────────────────────────────────────────────────


def _wanted(
    person: Person, *, owner: str, filters: Filters, look: Look, second_share: float, now: datetime
) -> Select[Any]:
    free = or_(leases.c.binding.is_(None), leases.c.until <= now, leases.c.reviewer == person.name)
    if look == "second":
        stage = and_(*_second(person, second_share, owner=owner, now=now))
    elif filters.mine:
        stage = and_(claims.c.open, reviews.c.state == "open", _has_skipped(person, owner))
    else:
        stage = _open_first(now)
    return _shown().where(*_narrowed(filters, owner=owner), stage, free)


def _open_first(now: datetime) -> ColumnElement[bool]:
    returned = or_(reviews.c.skipped_until.is_(None), reviews.c.skipped_until <= now)
    return and_(claims.c.open, or_(reviews.c.binding.is_(None), and_(reviews.c.state == "open", returned)))


def _second(person: Person, share: float, *, owner: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Which claims get a second look is decided by their hash: nobody chooses it. By its end, for its beginning decides
    which come by chance."""
    return (
        reviews.c.state.in_(("accepted", "rejected", "edited")),
        reviews.c.second_reviewer.is_(None),
        reviews.c.reviewer != person.name,
        func.substr(reviews.c.binding, 57) < f"{min(int(share * 16**8), 16**8 - 1):08x}",
        not_(_has_skipped(person, owner, look="second", since=now - SKIP_RETURNS)),
    )


def _has_skipped(
    person: Person, owner: str, *, look: Look = "first", since: datetime | None = None
) -> ColumnElement[bool]:
    skips = exists().where(
        verdicts.c.owner == owner,
        verdicts.c.binding == claims.c.binding,
        verdicts.c.reviewer == person.name,
        verdicts.c.action == "skip",
        verdicts.c.look == look,
    )
    return skips if since is None else skips.where(verdicts.c.created > since)


def _narrowed(filters: Filters, *, owner: str) -> Iterator[ColumnElement[bool]]:
    yield claims.c.owner == owner
    yield claims.c.current
    if filters.speaker is not None:
        yield claims.c.speaker_folded.contains(fold(filters.speaker), autoescape=True)
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
            leases.c.audit,
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
        earlier=()
        if blind
        else earlier(
            article_log(connection, row.article, owner=owner, newest=EARLIER_LOOKED), claim, binding=row.binding
        ),
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
