"""In what order does an article become claims?

Only the order, as in the design's one diagram: read, extract, ground, check, weigh. Which model extracts is decided at
the door; saving the result is left to whoever asked for it.
"""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Literal

from service.checks import check
from service.confidence import Weights, weigh
from service.extractors import Extractor, SegmentDrafts
from service.fitted import weights_for
from service.grounding import ground
from service.reading.reader import read
from service.records import (
    Article,
    Draft,
    ExtractedClaim,
    Extraction,
    Failure,
    Flag,
    Grounded,
    Reading,
    Reason,
    Rejection,
    Usage,
    words_of,
)
from service.settings import Settings
from service.signals import signals_of
from service.software import software

AT_ONCE = 20_000  # characters read in some 50 ms: longer articles are read in a thread, for others are waiting


async def extract(article: Article, *, extractor: Extractor, settings: Settings) -> Extraction:
    """Who claims what in the article, with all that could not be placed or failed beside it."""
    extraction: Extraction | None = None
    async for item in extract_stream(article, extractor=extractor, settings=settings):
        if isinstance(item, Extraction):
            extraction = item
    assert extraction is not None  # the stream's last item
    return extraction


async def extract_stream(
    article: Article, *, extractor: Extractor, settings: Settings, file_sha256: str | None = None
) -> AsyncIterator[ExtractedClaim | Failure | Extraction]:
    """Claims and failures as soon as each segment has been read; the last item is the whole Extraction."""
    began = time.monotonic()
    weights = weights_for(extractor.name, settings.confidence)
    review_below = weights.review_below if settings.review_below is None else settings.review_below
    reading = read(article) if len(article.text) <= AT_ONCE else await asyncio.to_thread(read, article)
    answers: list[SegmentDrafts] = []
    claims: list[ExtractedClaim] = []
    rejected: list[Rejection] = []
    async for answer in extractor.drafts(reading):
        answers.append(answer)
        found, dropped = _claims(answer.drafts, reading, weights, first=len(claims) + 1)
        claims.extend(found)
        rejected.extend((*answer.rejected, *dropped))
        for claim in found:
            yield claim
        for failure in answer.failures:
            yield failure
    claims = sorted(claims, key=lambda claim: claim.content[0])
    failures = tuple(failure for answer in answers for failure in answer.failures)
    usage = Usage()
    for answer in answers:
        usage = usage.plus(answer.usage)
    yield Extraction(
        extraction_id=str(uuid.uuid4()),
        article=article,
        sha256=article.sha256,
        file_sha256=file_sha256,
        model=extractor.name,
        prompt=extractor.prompt,
        settings=settings.fingerprint_fields()
        | {"review_below": review_below, "confidence": weights.label, "confidence_base": weights.base},
        software=software(),
        created=datetime.now(UTC),
        seconds=round(time.monotonic() - began, 4),
        status=_status(answers, failures),
        claims=tuple(claims),
        needs_review=tuple(claim.id for claim in claims if claim.confidence < review_below),
        rejected=tuple(rejected),
        failures=failures,
        notices=reading.notices,
        skipped_numbers=reading.skipped_numbers,
        usage=usage,
    )


def _claims(
    drafts: tuple[Draft, ...], reading: Reading, weights: Weights, *, first: int
) -> tuple[list[ExtractedClaim], list[Rejection]]:
    grounded: list[Grounded] = []
    rejected: list[Rejection] = []
    for draft in drafts:
        match ground(draft, reading):
            case Grounded() as placed:
                grounded.append(placed)
            case Rejection() as rejection:
                rejected.append(rejection)
    grounded.sort(key=lambda placed: placed.content[0])
    weighed = zip(grounded, check(grounded, reading), signals_of(grounded, reading), strict=True)
    claims = [
        _claim(placed, flags, weigh(signals, flags, weights), reading, number)
        for number, (placed, flags, signals) in enumerate(weighed, first)
    ]
    return claims, rejected


def _claim(
    placed: Grounded, flags: tuple[Flag, ...], sure: tuple[float, tuple[Reason, ...]], reading: Reading, number: int
) -> ExtractedClaim:
    confidence, reasons = sure
    return ExtractedClaim(
        id=f"{reading.article.id}#{number}",
        document=reading.article.id,
        content=placed.content,
        source=placed.source,
        cue=placed.cue,
        mode=placed.draft.mode,
        stance=placed.draft.stance,
        hedged=placed.draft.hedged,
        negated=placed.negated,
        figures=placed.figures,
        when=placed.when,
        where=placed.where,
        text=words_of(placed.content, reading.article.text),
        confidence=confidence,
        reasons=reasons,
        flags=flags,
        checks=placed.checks,
    )


def _status(answers: list[SegmentDrafts], failures: tuple[Failure, ...]) -> Literal["complete", "partial", "failed"]:
    """`failed` where nothing at all was answered; never "complete" while something failed."""
    if not failures:
        return "complete"
    answered = any(answer.drafts or not answer.failures for answer in answers)
    return "partial" if answered else "failed"
