"""How do verdicts become gold?

An article is gold once every current claim of it is judged. What was missed is in no queue: it is in the gold only
where somebody added it. What was discarded is optional: it counts neither for nor against anybody. Each claim tells
whose answer was in view when it was judged: such claims never score that model in a headline.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import pairwise
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
from service.lexicon.numbers import BARE_SCALES, TENS, UNITS
from service.records import Claim, Record, Span
from service.review.listing import ArticleView, article_view
from service.review.log import claim_after, holding
from service.review.missed import reading_of
from service.review.records import Listed, Verdict
from service.review.verdicts import article_log
from service.store.bindings import binding_of
from service.store.tables import articles, verdicts

GUIDELINES = "3.2"
NOT_CLAIMED = "not claimed"
_WORDS = frozenset({*UNITS, *TENS, *BARE_SCALES} - {"one"})
_NUMBER = re.compile(r"\d(?:[\d.,]*\d)?|[^\W\d_]+")


class Exported(Record):
    """What was written. `unfinished` are articles with verdicts that still have open claims; `warnings` say what the
    guidelines do not allow and only a reviewer can put right."""

    documents: int
    claims: int
    optional: int
    assisted: int
    blind: int
    unfinished: tuple[str, ...]
    warnings: tuple[str, ...] = ()


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
    claims_of = {view.key: tuple(_claims(connection, view, owner=owner)) for view in views}
    claims = [claim for view in views for claim in claims_of[view.key]]
    write_gold_set(
        folder,
        info=GoldSetInfo(
            name=name or folder.resolve().name or "reviewed",
            version=today.isoformat(),
            language=views[0].article.language or "en",
            guidelines=GUIDELINES,
            origin="Claims reviewed by people, with the model's answers in view unless a claim says blind.",
            annotators=_annotators(connection, [view.key for view in views], owner=owner),
        ),
        documents=(_document(view, texts=texts) for view in views),
        claims=claims,
        skipped=(number for view in views for number in _skipped(view, claims_of[view.key])),
    )
    return Exported(
        documents=len(views),
        claims=len(claims),
        optional=sum(claim.optional for claim in claims),
        assisted=sum(claim.assisted_by is not None for claim in claims),
        blind=sum(bool(claim.blind) for claim in claims),
        unfinished=tuple(left),
        warnings=tuple(words for view in views for words in _warnings(view, claims_of[view.key])),
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
    seen: set[str] = set()
    for listed in view.claims:
        held = holding(logs.get(listed.binding, ()))
        claim = None if held is None else _kept(listed, held)
        if held is None or claim is None:
            continue
        said = binding_of(claim, sha256=view.article.sha256)
        if said not in seen:  # what one model's claim was changed to, another may have said by itself
            seen.add(said)
            yield _gold_claim(claim, held, f"{view.article.id}#{len(seen)}", view.article.id)


def _kept(listed: Listed, held: Verdict) -> Claim | None:
    """What holds; also what was discarded, for nobody said that it is wrong."""
    return claim_after(held) or (listed.claim if held.action == "discard" else None)


def _gold_claim(claim: Claim, held: Verdict, name: str, document: str) -> GoldClaim:
    """What holds, with whose answer was in view when it was said."""
    form = claim.model_dump(include=set(GoldClaim.model_fields) - {"confidence"})
    form |= {"id": name, "document": document, "assisted_by": held.model, "blind": held.blind or None}
    form["optional"] = held.action == "discard"
    if claim.mode == "implied" and None not in claim.source.accept:
        form["source"]["accept"] = (*claim.source.accept, None)  # as the guidelines have it
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


def _skipped(view: ArticleView, claims: Sequence[GoldClaim]) -> Iterator[GoldSkippedNumber]:
    """Every number that no claim has as a figure or a time, with why reading passed it over where it did."""
    article, reading = view.article, reading_of(view.article)
    taken = _Places(
        [figure.span for claim in claims for figure in claim.figures]
        + [when.span for claim in claims for when in claim.when]
    )
    found = [(each.span, each.reason) for each in reading.skipped_numbers]
    found += [(each.span, "date") for each in reading.dates if _numbers_in(each.span.of(article.text))]
    found += [(each.number, NOT_CLAIMED) for each in reading.figures]
    found += [(span, NOT_CLAIMED) for span in _numbers_in(article.text)]
    for span, reason in found:
        if taken.free(span):
            taken.take(span)
            yield GoldSkippedNumber(document=article.id, span=span, reason=reason)


def _numbers_in(text: str) -> list[Span]:
    """The numbers of a text, each word of one by itself."""
    found = _NUMBER.finditer(text)
    return [Span(*match.span()) for match in found if match[0][0].isdecimal() or match[0].lower() in _WORDS]


class _Places:
    """Stretches of a text that are taken."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self._taken = bytearray()
        for span in spans:
            self.take(span)

    def take(self, span: Span) -> None:
        self._taken.extend(bytes(max(0, span.end - len(self._taken))))
        self._taken[span.start : span.end] = b"\1" * (span.end - span.start)

    def free(self, span: Span) -> bool:
        return not any(self._taken[span.start : span.end])


def _warnings(view: ArticleView, claims: Sequence[GoldClaim]) -> Iterator[str]:
    """What an export cannot put right."""
    pieces = sorted(((span, claim) for claim in claims for span in claim.content), key=lambda piece: piece[0])
    for (one, first), (other, second) in pairwise(pieces):
        same = first.content == second.content and first.source.name != second.source.name
        if one.overlaps(other) and first.id != second.id and not same:
            yield f"{first.id} and {second.id} share words of {view.article.id}: give them to one of the two."
    for claim in claims:
        if claim.source.kind == "unresolved":
            yield f"{claim.id} has a speaker that nobody resolved: say who it is."


def _annotators(connection: Connection, keys: Sequence[int], *, owner: str) -> tuple[str, ...]:
    asked = select(verdicts.c.reviewer).where(verdicts.c.owner == owner, verdicts.c.article.in_(keys))
    return tuple(connection.execute(asked.distinct().order_by(verdicts.c.reviewer)).scalars())
