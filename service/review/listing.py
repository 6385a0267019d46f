"""Which claims does an article have, and where do they stand?

Those that were extracted and those that reviewers added, in the text's order; also the disputes between two looks.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, and_, func, select

from service.records import Article, ExtractedClaim, Record, words_of
from service.review.log import last_of, standing_of
from service.review.records import Listed, Verdict
from service.review.verdicts import article_log, article_of, verdict_of
from service.store.tables import articles, claims, extractions, reviews, verdicts


class ArticleView(Record):
    """An article with its claims; `models` are those whose claims are shown."""

    key: int
    article: Article
    models: tuple[str, ...]
    claims: tuple[Listed, ...]

    @property
    def open(self) -> int:
        return sum(listed.standing.state == "open" for listed in self.claims)


class Dispute(Record):
    """A claim on which two looks differ."""

    binding: str
    version: int
    article_key: int
    first: Verdict
    second: Verdict


def article_view(connection: Connection, key: int, *, owner: str = "", model: str | None = None) -> ArticleView:
    """The current claims of an article, of one model or of all. Raises InputError where there is no such article."""
    article = article_of(connection, key, owner=owner)
    logs = _by_binding(article_log(connection, key, owner=owner))
    extracted = _extracted(connection, key, owner=owner, model=model)
    listed = {row.binding: _listed(row, logs.get(row.binding, ())) for row in extracted}
    for binding, log in logs.items():
        of = next((verdict.model for verdict in reversed(log) if verdict.model is not None), None)
        if binding not in listed and of in (None, model or of) and (added := _added(binding, log, article)) is not None:
            listed[binding] = added
    return ArticleView(
        key=key,
        article=article,
        models=tuple(dict.fromkeys(row.model for row in extracted)),
        claims=tuple(sorted(listed.values(), key=lambda each: each.claim.content[0])),
    )


class ListedArticle(Record):
    """An article in a list, with how many of its current claims are done."""

    key: int
    id: str
    title: str | None
    outlet: str | None
    published: date | None
    claims: int
    done: int


MOST_LISTED = 200


def articles_listed(connection: Connection, *, owner: str = "", name: str | None = None) -> tuple[ListedArticle, ...]:
    """The articles read last, newest first; `name` is looked for in ids and titles."""
    done = func.count(claims.c.binding.distinct()).filter(reviews.c.state != "open")
    asked = (
        select(
            articles.c.key,
            articles.c.id,
            articles.c.title,
            articles.c.outlet,
            articles.c.published,
            func.count(claims.c.binding.distinct()).label("claims"),
            done.label("done"),
        )
        .join(claims, and_(claims.c.article == articles.c.key, claims.c.current))
        .outerjoin(reviews, and_(reviews.c.owner == claims.c.owner, reviews.c.binding == claims.c.binding))
        .where(articles.c.owner == owner)
        .group_by(articles.c.key)
        .order_by(articles.c.key.desc())
        .limit(MOST_LISTED)
    )
    if name:
        asked = asked.where(
            articles.c.id.icontains(name, autoescape=True) | articles.c.title.icontains(name, autoescape=True)
        )
    return tuple(ListedArticle.model_validate(dict(row._mapping)) for row in connection.execute(asked))


def disputes(connection: Connection, *, owner: str = "") -> tuple[Dispute, ...]:
    """All that wait for somebody to settle them, oldest first."""
    waiting = select(reviews.c.binding, reviews.c.version).where(reviews.c.owner == owner, reviews.c.dispute)
    versions = {row.binding: row.version for row in connection.execute(waiting)}
    asked = select(verdicts).where(verdicts.c.owner == owner, verdicts.c.binding.in_(versions))
    logs = _by_binding([verdict_of(row) for row in connection.execute(asked.order_by(verdicts.c.key))])
    found = []
    for binding, log in logs.items():
        first, second = last_of(log, "first"), last_of(log, "second")
        if first is not None and second is not None:
            found.append(
                Dispute(
                    binding=binding,
                    version=versions[binding],
                    article_key=first.article,
                    first=first,
                    second=second,
                )
            )
    return tuple(found)


def _by_binding(log: Sequence[Verdict]) -> Mapping[str, Sequence[Verdict]]:
    logs: dict[str, list[Verdict]] = defaultdict(list)
    for verdict in log:
        logs[verdict.binding].append(verdict)
    return logs


def _extracted(connection: Connection, key: int, *, owner: str, model: str | None) -> list[Row[Any]]:
    asked = (
        select(claims.c.key, claims.c.binding, claims.c.record, claims.c.needs_review, extractions.c.model)
        .join(extractions, extractions.c.id == claims.c.extraction)
        .where(claims.c.owner == owner, claims.c.article == key, claims.c.current)
        .order_by(claims.c.key)
    )
    return list(connection.execute(asked if model is None else asked.where(extractions.c.model == model)))


def _listed(row: Row[Any], log: Sequence[Verdict]) -> Listed:
    claim = ExtractedClaim.model_validate_json(row.record)
    return Listed(
        key=row.key,
        binding=row.binding,
        version=len(log),
        claim=claim,
        text=claim.text,
        confidence=claim.confidence,
        needs_review=row.needs_review,
        model=row.model,
        standing=standing_of(log),
    )


def _added(binding: str, log: Sequence[Verdict], article: Article) -> Listed | None:
    """What a reviewer added, unless it was taken back; also what was judged and is in no extraction any more."""
    standing = standing_of(log)
    claim = standing.claim
    if claim is None:
        return None
    return Listed(
        key=None,
        binding=binding,
        version=len(log),
        claim=claim,
        text=words_of(claim.content, article.text),
        confidence=None,
        needs_review=False,
        model=None,
        standing=standing,
    )
