"""How do verdicts become gold?

An article is gold once every current claim of it is judged. What was missed is in no queue: it is in the gold only
where somebody added it. Each claim tells whose answer was in view when it was judged: such claims never score that
model in a headline.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from sqlalchemy import Connection, select

from service.errors import InputError
from service.goldfiles import (
    GoldClaim,
    GoldDocument,
    GoldSetInfo,
    GoldSkippedNumber,
    write_gold_set,
)
from service.records import Record, Span
from service.review.listing import ArticleView, article_view
from service.review.log import last_of
from service.review.records import Listed, Verdict
from service.review.verdicts import article_log
from service.store.tables import articles, extractions, verdicts

GUIDELINES = "3.2"


class Exported(Record):
    """What was written. `unfinished` are articles with verdicts that still have open claims."""

    documents: int
    claims: int
    assisted: int
    blind: int
    unfinished: tuple[str, ...]


def export(
    connection: Connection,
    folder: Path,
    *,
    owner: str = "",
    name: str | None = None,
    article: str | None = None,
    unfinished: bool = False,
    texts: bool = True,
    today: date,
) -> Exported:
    """Writes a gold set of the articles that are reviewed. `unfinished` takes those too that still have open claims,
    with what is judged of them; without `texts` the set is a stand-off one.

    Raises InputError where the folder holds something else, or nothing is reviewed.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / "goldset.yaml").is_file():
        raise InputError(
            f"{folder} holds other files.", field="goldset", fix="Name a new folder, or the one of a gold set."
        )
    views, left = [], []
    for key in _reviewed(connection, owner=owner, article=article):
        view = article_view(connection, key, owner=owner)
        if view.open and not unfinished:
            left.append(view.article.id)
        else:
            views.append(view)
    if not views:
        raise InputError(
            f"No article is reviewed to its end ({len(left)} are begun).",
            field="goldset",
            fix="Judge every claim of an article, or export with --unfinished.",
        )
    _refuse_namesakes(views)
    claims = [claim for view in views for claim in _claims(connection, view, owner=owner)]
    write_gold_set(
        folder,
        info=GoldSetInfo(
            name=name or folder.name,
            version=today.isoformat(),
            language=views[0].article.language or "en",
            guidelines=GUIDELINES,
            origin="Claims reviewed by people, with the model's answers in view unless a claim says blind.",
            annotators=_annotators(connection, owner=owner),
        ),
        documents=(_document(view, texts=texts) for view in views),
        claims=claims,
        skipped=(number for view in views for number in _skipped(connection, view)),
    )
    return Exported(
        documents=len(views),
        claims=len(claims),
        assisted=sum(claim.assisted_by is not None for claim in claims),
        blind=sum(bool(claim.blind) for claim in claims),
        unfinished=tuple(left),
    )


def _reviewed(connection: Connection, *, owner: str, article: str | None) -> list[int]:
    asked = select(verdicts.c.article).join(articles, articles.c.key == verdicts.c.article)
    asked = asked.where(verdicts.c.owner == owner).distinct().order_by(verdicts.c.article)
    if article is not None:
        asked = asked.where(articles.c.id == article)
    return list(connection.execute(asked).scalars())


def _refuse_namesakes(views: Iterable[ArticleView]) -> None:
    seen: set[str] = set()
    for view in views:
        if view.article.id in seen:
            raise InputError(
                f"Two articles with different texts are called {view.article.id!r}.",
                field="article",
                fix="Export one of them alone with --article, or delete the older one.",
            )
        seen.add(view.article.id)


def _claims(connection: Connection, view: ArticleView, *, owner: str) -> Iterator[GoldClaim]:
    logs: dict[str, list[Verdict]] = {}
    for verdict in article_log(connection, view.key, owner=owner):
        logs.setdefault(verdict.binding, []).append(verdict)
    number = 0
    for listed in view.claims:
        if listed.standing.claim is None:
            continue
        number += 1
        yield _gold_claim(listed, logs[listed.binding], f"{view.article.id}#{number}", view.article.id)


def _gold_claim(listed: Listed, log: list[Verdict], name: str, document: str) -> GoldClaim:
    """What holds, with whose answer was in view when it was said."""
    said = last_of(log, "settling") or last_of(log, "first")
    assert said is not None  # else nothing would stand
    assert listed.standing.claim is not None
    form = listed.standing.claim.model_dump(include=set(GoldClaim.model_fields) - {"confidence"})
    form |= {"id": name, "document": document, "assisted_by": said.model, "blind": said.blind or None}
    return GoldClaim.model_validate(form)


def _document(view: ArticleView, *, texts: bool) -> GoldDocument:
    article = view.article
    return GoldDocument(
        id=article.id,
        title=article.title,
        outlet=article.outlet,
        published=article.published,
        language=article.language,
        sha256=article.sha256,
        text=article.text if texts else None,
    )


def _skipped(connection: Connection, view: ArticleView) -> Iterator[GoldSkippedNumber]:
    """The numbers that the newest extraction passed over and that no reviewed claim holds."""
    asked = select(extractions.c.rest).where(extractions.c.article == view.key).order_by(extractions.c.created.desc())
    rest = json.loads(connection.execute(asked.limit(1)).scalar() or "{}")
    taken = [
        figure.span
        for listed in view.claims
        if (claim := listed.standing.claim) is not None
        for figure in claim.figures
    ]
    for number in rest.get("skipped_numbers", ()):
        span = Span(*number["span"])
        if not any(span.overlaps(other) for other in taken):
            yield GoldSkippedNumber(document=view.article.id, span=span, reason=number["reason"])


def _annotators(connection: Connection, *, owner: str) -> tuple[str, ...]:
    asked = select(verdicts.c.reviewer).where(verdicts.c.owner == owner).distinct().order_by(verdicts.c.reviewer)
    return tuple(connection.execute(asked).scalars())
