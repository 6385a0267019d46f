"""In what order does an article become claims?

Only the order, as in the design's one diagram: read, extract, ground, check, weigh. Which model extracts is decided at
the door; saving the result is left to whoever asked for it.
"""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from service.checks import check
from service.confidence import Weights, weigh
from service.extractors import Extractor, SegmentDrafts
from service.fitted import weights_for
from service.grounding import ground
from service.guarding import passed_over
from service.judging import Judge, Opinion
from service.reading.reader import read
from service.records import (
    Article,
    Draft,
    ExtractedClaim,
    Extraction,
    Failure,
    Flag,
    Grounded,
    Notice,
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


async def extract(
    article: Article, *, extractor: Extractor, settings: Settings, judge: Judge | None = None
) -> Extraction:
    """Who claims what in the article, with all that could not be placed or failed beside it."""
    extraction: Extraction | None = None
    async for item in extract_stream(article, extractor=extractor, settings=settings, judge=judge):
        if isinstance(item, Extraction):
            extraction = item
    assert extraction is not None  # the stream's last item
    return extraction


async def extract_stream(
    article: Article,
    *,
    extractor: Extractor,
    settings: Settings,
    judge: Judge | None = None,
    file_sha256: str | None = None,
) -> AsyncIterator[ExtractedClaim | Failure | Extraction]:
    """Claims and failures as soon as they are known; the last item is the whole Extraction.

    Where a segment came claim by claim, what the others of it make doubtful is seen in the Extraction only, and so is
    what `judge` says of doubtful claims: it holds the same claims under the same ids.
    """
    began = time.monotonic()
    weights = weights_for(extractor.name, settings.confidence)
    review_below = weights.review_below if settings.review_below is None else settings.review_below
    reading = read(article) if len(article.text) <= AT_ONCE else await asyncio.to_thread(read, article)
    answers: list[SegmentDrafts] = []
    gathered = _Gathered(reading, weights)
    async for answer in extractor.drafts(reading):
        answers.append(answer)
        for claim in gathered.add(answer):
            yield claim
        for failure in answer.failures:
            yield failure
    opinion = await judge.judge(gathered.doubtful(review_below), reading) if judge is not None else None
    claims = sorted(gathered.claims(opinion), key=lambda claim: claim.content[0])
    failures = tuple(failure for answer in answers for failure in answer.failures)
    silence = passed_over(claims, reading) if not failures else None
    if silence is not None:
        failures = (silence,)
        yield silence
    usage = opinion.usage if opinion is not None else Usage()
    for answer in answers:
        usage = usage.plus(answer.usage)
    yield Extraction(
        extraction_id=str(uuid.uuid4()),
        article=article,
        sha256=article.sha256,
        file_sha256=file_sha256,
        model=extractor.name,
        answered_by=tuple(dict.fromkeys(answer.answered_by for answer in answers if answer.answered_by)),
        prompt=extractor.prompt,
        settings=settings.fingerprint_fields()
        | {"review_below": review_below, "confidence": weights.label, "confidence_base": weights.base},
        software=software(),
        created=datetime.now(UTC),
        seconds=round(time.monotonic() - began, 4),
        status=_status(answers, failures),
        claims=tuple(claims),
        needs_review=tuple(claim.id for claim in claims if claim.confidence < review_below),
        rejected=tuple(gathered.rejected),
        failures=failures,
        notices=(*reading.notices, *_told(answers, opinion)),
        skipped_numbers=reading.skipped_numbers,
        usage=usage,
    )


@dataclass
class _Segment:
    """What came of one segment, at once or bit by bit."""

    parts: int = 0
    placed: list[Grounded] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    claims: list[ExtractedClaim] = field(default_factory=list)


class _Gathered:
    """The claims of an article so far, numbered as they came. Those of one segment are checked beside each other."""

    def __init__(self, reading: Reading, weights: Weights) -> None:
        self.rejected: list[Rejection] = []
        self._reading = reading
        self._weights = weights
        self._count = 0
        self._segments: dict[int, _Segment] = {}

    def add(self, answer: SegmentDrafts) -> list[ExtractedClaim]:
        """The claims of what an extractor said last."""
        self.rejected.extend(answer.rejected)
        placed = self._placed(answer.drafts)
        numbers = range(self._count + 1, self._count + len(placed) + 1)
        self._count += len(placed)
        claims = self._checked(placed, numbers)
        segment = self._segments.setdefault(answer.segment, _Segment())
        segment.parts += 1
        segment.placed.extend(placed)
        segment.numbers.extend(numbers)
        segment.claims.extend(claims)
        return claims

    def doubtful(self, below: float) -> Mapping[int, Mapping[int, Grounded]]:
        """Claims less sure than that by their numbers, for each segment that has any."""
        doubted: dict[int, dict[int, Grounded]] = {}
        for name, segment in self._segments.items():
            for claim, number, placed in zip(self._whole(segment), segment.numbers, segment.placed, strict=True):
                if claim.confidence < below:
                    doubted.setdefault(name, {})[number] = placed
        return doubted

    def claims(self, opinion: Opinion | None = None) -> Iterator[ExtractedClaim]:
        """All of them, with what a second model says of some."""
        for segment in self._segments.values():
            if opinion is not None and any(number in opinion.verdicts for number in segment.numbers):
                yield from self._checked(segment.placed, segment.numbers, opinion)
            else:
                yield from self._whole(segment)

    def _whole(self, segment: _Segment) -> list[ExtractedClaim]:
        """A segment that came bit by bit is checked anew, as a whole."""
        return segment.claims if segment.parts == 1 else self._checked(segment.placed, segment.numbers)

    def _placed(self, drafts: tuple[Draft, ...]) -> list[Grounded]:
        placed = []
        for draft in drafts:
            match ground(draft, self._reading):
                case Grounded() as found:
                    placed.append(found)
                case Rejection() as rejection:
                    self.rejected.append(rejection)
        return sorted(placed, key=lambda found: found.content[0])

    def _checked(
        self, placed: list[Grounded], numbers: Iterable[int], opinion: Opinion | None = None
    ) -> list[ExtractedClaim]:
        doubts = check(placed, self._reading)
        if opinion is not None:
            heard = [opinion.weigh_in(number, found) for number, found in zip(numbers, placed, strict=True)]
            placed = [found for found, _ in heard]
            doubts = tuple((*flags, *own) for flags, (_, own) in zip(doubts, heard, strict=True))
        signals = signals_of(placed, self._reading)
        return [
            _claim(found, flags, weigh(seen, flags, self._weights), self._reading, number)
            for found, flags, seen, number in zip(placed, doubts, signals, numbers, strict=True)
        ]


def _told(answers: list[SegmentDrafts], opinion: Opinion | None) -> Iterator[Notice]:
    for answer in answers:
        yield from answer.notices
    yield from opinion.notices if opinion is not None else ()


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
