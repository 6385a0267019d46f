"""What is the claim in words that a reviewer marked as missed?

Reads the article as extraction does and proposes speaker, figures and times; the reviewer corrects what is wrong. No
model is asked, so that the proposal is there at once and nobody's answer comes into view.
"""

from collections.abc import Sequence
from functools import lru_cache

from service.errors import InputError
from service.grounding import ground
from service.reading.reader import read
from service.records import (
    Article,
    Claim,
    Draft,
    DraftFigure,
    Figure,
    FoundCue,
    FoundFigure,
    Grounded,
    Mode,
    Reading,
    Source,
    Span,
    SpeakerMention,
    distance,
)
from service.unsaid import find_cue, find_mention, find_mode

OUTLET = Source(name=None, kind="outlet")


@lru_cache(maxsize=32)
def reading_of(article: Article) -> Reading:
    """The article as read; kept, for a reviewer marks several places of one article."""
    return read(article)


def propose(article: Article, marked: Span, *, known: Sequence[Claim] = ()) -> Claim:
    """A claim with those words as its content. `known` are the article's other claims, whose speakers often go on.

    Raises InputError where the words are blank or outside the text.
    """
    span = _tight(article, marked)
    reading = reading_of(article)
    mention = _speaker_in(span, reading)
    cue = find_cue(mention.span if mention is not None else None, (span,), reading)
    before = _goes_on(span, known, reading) if mention is None else None
    speaker = _speaker(mention, cue, before)
    mode = find_mode(speaker, (span,), reading, attributed=cue is not None)
    draft = Draft(
        content=(span,),
        speaker=speaker,
        mention=mention.span if mention is not None else None,
        cue=cue.span if cue is not None else None,
        mode=mode,
        figures=tuple(DraftFigure(figure=figure.mark) for figure in reading.figures_in(span)),
    )
    placed = ground(draft, reading)
    if isinstance(placed, Grounded):
        return _claim(article, placed, before or placed.source, mode)
    own = tuple(_figure(figure) for figure in reading.figures_in(span))
    plain: Mode = "none" if before is None else mode
    return Claim(
        id=f"{article.id}#new", document=article.id, content=(span,), source=before or OUTLET, mode=plain, figures=own
    )


def _speaker(mention: SpeakerMention | None, cue: FoundCue | None, before: Source | None) -> str:
    """As drafts name it; a hedge without anybody named is somebody's who is not said."""
    if mention is not None:
        return mention.mark
    if before is not None and before.name is not None:
        return before.name
    return "outlet" if cue is None else "unspecified"


def figure_in(article: Article, marked: Span) -> Figure | None:
    """What reading finds of a figure in those words; None where it finds no number. Raises InputError as above."""
    span = _tight(article, marked)
    found = [figure for figure in reading_of(article).figures if figure.number.overlaps(span)]
    return _figure(found[0]) if found else None


def speakers_in(article: Article, *, known: Sequence[Claim] = ()) -> tuple[Source, ...]:
    """Everybody who could be speaking: those of the claims first, each once."""
    read_ones = (
        Source(name=each.name, aliases=each.aliases, kind=each.kind, role=each.role, principal=each.principal)
        for each in reading_of(article).speakers
    )
    named: dict[tuple[str | None, str], Source] = {}
    for source in (*(claim.source for claim in known), *read_ones):
        named.setdefault((source.name, source.kind), source.model_copy(update={"mention": None}))
    return tuple(named.values())


def _tight(article: Article, marked: Span) -> Span:
    """Without the blanks at its ends, which come along when words are marked with a mouse."""
    if marked.end > len(article.text):
        raise InputError(
            f"[{marked.start}, {marked.end}) ends behind the article's {len(article.text)} characters.",
            field="span",
            fix="Mark words of the article.",
        )
    words = marked.of(article.text)
    start = marked.start + len(words) - len(words.lstrip())
    end = marked.end - (len(words) - len(words.rstrip()))
    if start >= end:
        raise InputError("Only blanks are marked.", field="span", fix="Mark the words of the claim.")
    return Span(start, end)


def _speaker_in(span: Span, reading: Reading) -> SpeakerMention | None:
    """Who is named in the words' sentence, nearest to words of saying."""
    sentence = reading.sentence_at(span.start)
    if sentence is None:
        return None
    near = [
        (distance(mention.span, (cue.span,)), mention.span.start, mention)
        for mention in reading.mentions_in(sentence.span)
        if find_mention(mention.mark, (span,), reading) and (cue := find_cue(mention.span, (span,), reading))
    ]
    return min(near, key=lambda each: each[:2])[2] if near else None


def _goes_on(span: Span, known: Sequence[Claim], reading: Reading) -> Source | None:
    """Quoted words without a name beside them are mostly the last speaker's."""
    before = [claim for claim in known if claim.content[0].start < span.start and claim.source.name is not None]
    quoted = any(quotation.span.holds(span) for quotation in reading.quotations_over(span))
    if not quoted or not before:
        return None
    return max(before, key=lambda claim: claim.content[0]).source.model_copy(update={"mention": None})


def _claim(article: Article, placed: Grounded, source: Source, mode: Mode) -> Claim:
    return Claim(
        id=f"{article.id}#new",
        document=article.id,
        content=placed.content,
        source=source,
        cue=placed.cue,
        mode=mode,
        figures=placed.figures,
        when=placed.when,
        where=placed.where,
        negated=placed.negated,
    )


def _figure(found: FoundFigure) -> Figure:
    return Figure(
        span=found.span,
        low=found.low,
        high=found.high,
        qualifier=found.qualifier,
        unit=found.unit,
        counted=found.counted,
    )
