"""Makers of stored results."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from eval.results import Outcome
from eval.store import RunInfo
from service.records import Article, Claim, ExtractedClaim, Extraction, Reason, Source, Span

TEXT = "Ada Lund said two cars burned."
ARTICLES = tuple(Article(id=f"a{number}", text=TEXT) for number in range(5))


def a_claim(document: str) -> ExtractedClaim:
    return ExtractedClaim(
        id=f"{document}#1",
        document=document,
        content=(Span(14, 29),),
        source=Source(name="Ada Lund", kind="person"),
        mode="indirect",
        text="two cars burned",
        confidence=0.9,
        reasons=(Reason(signal="named", effect=1.0, words="the speaker is named"),),
    )


def an_extraction(article: Article, **changes: Any) -> Extraction:
    given: dict[str, Any] = {
        "extraction_id": "x",
        "article": article,
        "sha256": article.sha256,
        "model": "stub",
        "software": "according 0",
        "created": datetime(2025, 1, 1, tzinfo=UTC),
        "seconds": 0.1,
        "status": "complete",
        "claims": (a_claim(article.id),),
        "needs_review": (),
    }
    return Extraction(**(given | changes))


def as_extracted(claims: Iterable[Claim]) -> tuple[ExtractedClaim, ...]:
    """Gold claims as the service would answer them."""
    return tuple(
        ExtractedClaim(**{name: getattr(claim, name) for name in Claim.model_fields}, text="", confidence=1)
        for claim in claims
    )


def an_info(**changes: Any) -> RunInfo:
    given: dict[str, Any] = {
        "goldset": "set",
        "goldset_sha256": "0" * 64,
        "model": "stub",
        "prompt": None,
        "software": "according 0",
        "settings": {},
        "documents": tuple(article.id for article in ARTICLES),
        "created": datetime(2025, 1, 1, tzinfo=UTC),
    }
    return RunInfo(**(given | changes))


def keys_of(info: RunInfo, articles: Sequence[Article] = ARTICLES) -> dict[str, str]:
    return {article.id: info.article_key(article) for article in articles}


def an_outcome(number: int, **changes: Any) -> Outcome:
    """The answer to the article of that number, as asked by `an_info()`."""
    article = ARTICLES[number]
    given: dict[str, Any] = {
        "document": article.id,
        "repeat": 1,
        "key": an_info().article_key(article),
        "sha256": article.sha256,
        "published": None,
        "status": "complete",
        "seconds": 0.1,
        "claims": (a_claim(article.id),),
    }
    return Outcome(**(given | changes))
