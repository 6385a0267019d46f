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
    FoundFigure,
    Grounded,
    Mode,
    Reading,
    Sentence,
    Source,
    Span,
    SpeakerMention,
    distance,
)

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
    sentence = reading.sentence_at(span.start)
    mention = _speaker_in(sentence, span, reading) if sentence is not None else None
    speaker = mention.mark if mention is not None else "outlet"
    figures = tuple(DraftFigure(figure=figure.mark) for figure in reading.figures_in(span))
    quoted = any(quotation.span.holds(span) for quotation in reading.quotations_over(span))
    cue = _cue_in(sentence, span, reading) if sentence is not None else None
    mode: Mode = "direct" if quoted else "indirect" if cue is not None else "none" if mention is None else "implied"
    draft = Draft(
        content=(span,),
        speaker=speaker,
        mention=mention.span if mention is not None else None,
        cue=cue,
        mode=mode,
        figures=figures,
    )
    placed = ground(draft, reading)
    source = _goes_on(span, known) if mention is None and quoted else None
    if isinstance(placed, Grounded):
        return _claim(article, placed, source or placed.source, mode)
    own = tuple(_figure(figure) for figure in reading.figures_in(span))
    return Claim(
        id=f"{article.id}#new", document=article.id, content=(span,), source=source or OUTLET, mode=mode, figures=own
    )


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


def _speaker_in(sentence: Sentence, span: Span, reading: Reading) -> SpeakerMention | None:
    """Who is named beside the words, nearest to the words of saying where there are any."""
    named = [mention for mention in reading.mentions_in(sentence.span) if not span.overlaps(mention.span)]
    if not named:
        return None
    cue = _cue_in(sentence, span, reading)
    if cue is None:
        return None
    return min(named, key=lambda mention: distance(mention.span, (cue,)))


def _cue_in(sentence: Sentence, span: Span, reading: Reading) -> Span | None:
    cues = [cue.span for cue in reading.cues_in(sentence.span) if not span.overlaps(cue.span)]
    return min(cues, key=lambda cue: distance(cue, (span,)), default=None)


def _goes_on(span: Span, known: Sequence[Claim]) -> Source | None:
    """Quoted words without a name beside them are mostly the last speaker's."""
    before = [claim for claim in known if claim.content[0].start < span.start]
    return max(before, key=lambda claim: claim.content[0]).source if before else None


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
