"""How is an extraction kept, and found again just as it was?

Articles are kept once, however often they are read. What is asked across claims is left to `search`.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

from pydantic_core import PydanticSerializationError
from sqlalchemy import Connection, Table, delete, exists, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from service.errors import InputError
from service.records import Article, ExtractedClaim, Extraction, Record
from service.store.bindings import binding_of
from service.store.folding import fold, plain
from service.store.tables import (
    articles,
    claim_figures,
    claim_flags,
    claims,
    extractions,
    job_articles,
    reviews,
    verdicts,
)

SHORTEST_PREFIX = 12  # characters of a hash that may stand for it
_ABOUT = ("title", "outlet", "published", "language")


class Deleted(Record):
    """What went with an article. `sha256s` are the hashes of texts, by which answers of models are kept too."""

    sha256s: tuple[str, ...] = ()
    articles: int = 0
    extractions: int = 0
    claims: int = 0


# ── articles ──────────────────────────────────────────────────────────────────────────────────────────────────


def article_key(connection: Connection, article: Article, *, owner: str = "") -> int:
    """The key under which this very article is kept; keeps it first where need be.

    Raises InputError for one that holds a NUL character, which PostgreSQL cannot keep.
    """
    _check(article)
    row = {
        "owner": owner,
        "fingerprint": _fingerprint(article),
        "id": article.id,
        "sha256": article.sha256,
        "text": article.text,
        "created": datetime.now(UTC),
        **{name: getattr(article, name) for name in _ABOUT},
    }
    mine = (articles.c.owner == owner) & (articles.c.fingerprint == row["fingerprint"])
    while True:
        # Locked against being deleted before the transaction ends; SQLite has but one writer.
        found = connection.scalar(select(articles.c.key).where(mine).with_for_update(read=True, key_share=True))
        if found is None:
            found = connection.scalar(insert_new(connection, articles).values(row).returning(articles.c.key))
        if found is not None:
            return int(found)


def load_article(connection: Connection, key: int) -> Article | None:
    """The article under that key, None where it was deleted."""
    columns = (articles.c.id, articles.c.text, *(articles.c[name] for name in _ABOUT))
    row = connection.execute(select(*columns).where(articles.c.key == key)).mappings().first()
    return None if row is None else Article(**row)


def delete_article(connection: Connection, name: str, *, owner: str = "") -> Deleted:
    """Deletes the articles of that id, or of that hash of their text (or the only one whose hash begins so), with
    all that was found in them. Nothing is deleted where there is none.

    Raises InputError where several hashes begin so.
    """
    keys = named(connection, name, owner=owner)
    if not keys:
        return Deleted()
    chosen = articles.c.key.in_(keys)
    hashes = connection.scalars(select(articles.c.sha256).where(chosen).distinct().order_by(articles.c.sha256))
    gone = Deleted(
        sha256s=tuple(hashes),
        articles=len(keys),
        extractions=_count(connection, extractions, keys),
        claims=_count(connection, claims, keys),
    )
    _hand_on_verdicts(connection, keys, owner=owner)
    connection.execute(delete(job_articles).where(job_articles.c.article.in_(keys)))
    connection.execute(delete(articles).where(chosen))  # the database deletes what refers to them
    return gone


def _hand_on_verdicts(connection: Connection, keys: list[int], *, owner: str) -> None:
    """What was said of a text holds for another article with the same one, if there is any."""
    gone = articles.alias()
    same = (articles.c.sha256 == gone.c.sha256) & (articles.c.owner == owner) & articles.c.key.not_in(keys)
    pairs = select(gone.c.key, func.min(articles.c.key)).join(articles, same).where(gone.c.key.in_(keys))
    for key, twin in connection.execute(pairs.group_by(gone.c.key)).all():
        for table in (verdicts, reviews):
            connection.execute(update(table).where(table.c.article == key).values(article=twin))


def named(connection: Connection, name: str, *, owner: str) -> list[int]:
    """The keys of the articles that are called so, as in `delete_article`."""
    mine = select(articles.c.key, articles.c.sha256).where(articles.c.owner == owner)
    found = connection.execute(mine.where(articles.c.id == name)).all()
    if not found and _is_hash(name):
        begins = articles.c.sha256.startswith(name.lower(), autoescape=True)
        found = connection.execute(mine.where(begins)).all()
        if len({row.sha256 for row in found}) > 1:
            raise InputError(
                f"Several articles' hashes begin with {name!r}.", field="article", fix="Give more of the hash."
            )
    return [row.key for row in found]


def _is_hash(name: str) -> bool:
    return SHORTEST_PREFIX <= len(name) <= 64 and all(letter in "0123456789abcdefABCDEF" for letter in name)


def _count(connection: Connection, table: Table, keys: list[int]) -> int:
    return connection.scalar(select(func.count()).select_from(table).where(table.c.article.in_(keys))) or 0


def _check(article: Article) -> None:
    for field in ("id", "text", "title", "outlet", "language"):
        words = getattr(article, field)
        if words is not None and "\x00" in words:
            raise InputError(f"The article's {field} holds a NUL character (U+0000).", field=field, fix="Take it out.")


def _fingerprint(article: Article) -> str:
    published = None if article.published is None else article.published.isoformat()
    parts = [article.id, article.sha256, article.title, article.outlet, published, article.language]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


# ── extractions ───────────────────────────────────────────────────────────────────────────────────────────────


def keep(connection: Connection, extraction: Extraction, *, owner: str = "", job: str | None = None) -> None:
    """Keeps the extraction with its article and claims. Nothing happens where one of its id is kept already."""
    article = article_key(connection, extraction.article, owner=owner)
    row, rows = _rows_of(extraction, article, owner=owner, job=job)
    if connection.scalar(insert_new(connection, extractions).values(row).returning(extractions.c.id)) is not None:
        _keep_claims(connection, rows, extraction.claims)
        _retire(connection, [row])
        _close_judged(connection, [row])


def keep_all(
    connection: Connection, found: Sequence[tuple[Extraction, int]], *, owner: str = "", job: str | None = None
) -> None:
    """Keeps extractions that are new, each of an article that is kept already under that key: a few statements for
    all of them."""
    made = [_rows_of(extraction, article, owner=owner, job=job) for extraction, article in found]
    _insert(connection, extractions, (row for row, _ in made))
    rows = [row for _, its_rows in made for row in its_rows]
    _keep_claims(connection, rows, [claim for extraction, _ in found for claim in extraction.claims])
    _retire(connection, [row for row, _ in made])
    _close_judged(connection, [row for row, _ in made])


def _rows_of(
    extraction: Extraction, article: int, *, owner: str, job: str | None
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The extraction's row, and those of its claims."""
    try:
        rest = extraction.model_dump_json(exclude={"article", "claims"})
        records = [claim.model_dump_json() for claim in extraction.claims]
    except PydanticSerializationError as error:
        raise InputError(f"The extraction is no JSON: {error}.", field="extraction", fix="Extract it again.") from None
    row = {
        "id": extraction.extraction_id,
        "owner": owner,
        "article": article,
        "model": plain(extraction.model),
        "status": extraction.status,
        "created": extraction.created,
        "claims": len(extraction.claims),
        "cost": extraction.usage.cost_usd,
        "job": job,
        "rest": rest,
    }
    shared = {
        "owner": owner,
        "extraction": extraction.extraction_id,
        "article": article,
        "day": extraction.article.published or _day(extraction.created),
    }
    doubtful = frozenset(extraction.needs_review)
    return row, [
        shared
        | _row(claim, record, needs_review=claim.id in doubtful)
        | {"binding": binding_of(claim, sha256=extraction.sha256), "current": True, "open": True}
        for claim, record in zip(extraction.claims, records, strict=True)
    ]


def _keep_claims(connection: Connection, rows: list[dict[str, Any]], found: Sequence[ExtractedClaim]) -> None:
    if rows:
        keys = connection.scalars(insert(claims).returning(claims.c.key, sort_by_parameter_order=True), rows).all()
        _insert(connection, claim_figures, _figures(keys, found))
        _insert(connection, claim_flags, _flags(keys, found))


def _retire(connection: Connection, made: Iterable[dict[str, Any]]) -> None:
    """What the same models had said of these articles before is not what they say now."""
    of_model: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in made:
        of_model[row["model"]].append(row)
    for model, rows in of_model.items():
        its_articles = [row["article"] for row in rows]
        # Others who keep what the same model says of them wait for us, and then see what is kept here.
        turn = select(articles.c.key).where(articles.c.key.in_(its_articles)).order_by(articles.c.key)
        connection.execute(turn.with_for_update(key_share=True)).all()
        before = select(extractions.c.id).where(
            extractions.c.article.in_(its_articles),
            extractions.c.model == model,
            extractions.c.id.not_in([row["id"] for row in rows]),
        )
        older = claims.c.article.in_(its_articles) & claims.c.current & claims.c.extraction.in_(before)
        connection.execute(update(claims).where(older).values(current=False, open=False))


def _close_judged(connection: Connection, made: Iterable[dict[str, Any]]) -> None:
    """What somebody has judged before is not asked again."""
    said = (reviews.c.owner == claims.c.owner) & (reviews.c.binding == claims.c.binding) & (reviews.c.state != "open")
    new = update(claims).where(claims.c.extraction.in_([row["id"] for row in made]), exists().where(said))
    connection.execute(new.values(open=False))


def find(connection: Connection, extraction_id: str, *, owner: str = "") -> Extraction | None:
    """The extraction just as it was kept, None where the owner has none of that id."""
    query = (
        select(extractions.c.rest, extractions.c.article)
        .where(extractions.c.id == plain(extraction_id))
        .where(extractions.c.owner == owner)
    )
    row = connection.execute(query).first()
    article = load_article(connection, row.article) if row is not None else None
    if row is None or article is None:
        return None
    mine = select(claims.c.record).where(claims.c.extraction == extraction_id).order_by(claims.c.key)
    return assembled(row.rest, article, connection.scalars(mine))


def assembled(rest: str, article: Article, records: Iterable[str]) -> Extraction:
    """The extraction whose parts, each as JSON, these are."""
    whole = f'{rest[:-1]},"article":{article.model_dump_json()},"claims":[{",".join(records)}]}}'
    return Extraction.model_validate_json(whole)


def insert_new(connection: Connection, table: Table) -> "postgresql.Insert | sqlite.Insert":
    """An insertion that leaves alone what is there already."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()


def _row(claim: ExtractedClaim, record: str, *, needs_review: bool) -> dict[str, Any]:
    source = claim.source
    names = [name for name in (source.name, *source.aliases) if name]
    return {
        "id": plain(claim.id),
        "speaker": plain(source.name),
        "speaker_folded": "\n".join(dict.fromkeys(map(fold, names))) or None,
        "kind": source.kind,
        "folded": fold(claim.text),
        "stance": claim.stance,
        "confidence": claim.confidence,
        "needs_review": needs_review,
        "record": record,
    }


def _figures(keys: Iterable[int], found: Iterable[ExtractedClaim]) -> Iterator[dict[str, Any]]:
    for key, claim in zip(keys, found, strict=True):
        for position, figure in enumerate(claim.figures):
            yield {
                "claim": key,
                "position": position,
                "low": _bound(figure.low, figure.high),
                "high": _bound(figure.high, figure.low),
                "qualifier": figure.qualifier,
                "unit": plain(figure.unit),
                "counted_folded": None if figure.counted is None else fold(figure.counted),
                "measure_folded": None if figure.measure is None else fold(figure.measure),
            }


def _bound(*bounds: str | None) -> float | None:
    return next((float(bound) for bound in bounds if bound is not None), None)


def _flags(keys: Iterable[int], found: Iterable[ExtractedClaim]) -> Iterator[dict[str, Any]]:
    for key, claim in zip(keys, found, strict=True):
        for code in dict.fromkeys(flag.code for flag in claim.flags):
            yield {"claim": key, "code": plain(code)}


def _insert(connection: Connection, table: Table, rows: Iterable[dict[str, Any]]) -> None:
    if listed := list(rows):
        connection.execute(insert(table), listed)
