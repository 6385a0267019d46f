"""What does a model's claim leave unsaid, because the article says it?

Words are worth their price only where they add something. Which words name the speaker here, with which cue, and
whether it is quoted, mostly follows from where the claim and its speaker stand. What a model did say is never
overruled; where a claim stands exactly is for `grounding`.
"""

from collections.abc import Iterable, Sequence

from service.records import FoundCue, Mode, Passage, Reading, Sentence, Span, SpeakerMention
from service.typography import fold, occurrences

NEAR = 2  # sentences between a claim and the words that name its speaker, where no paragraph holds both


def find_places(content: Iterable[Span | Passage], reading: Reading) -> tuple[Span, ...]:
    """About where each passage stands: from its first words to its last, or all of its sentence."""
    return tuple(piece if isinstance(piece, Span) else _stretch(piece, reading) for piece in content)


def _stretch(passage: Passage, reading: Reading) -> Span:
    sentence = reading.sentences[passage.sentence - 1].span
    folded = fold(sentence.of(reading.article.text), offset=sentence.start)
    start = min((found.start for found in occurrences(passage.first, folded)), default=sentence.start)
    end = max((found.end for found in occurrences(passage.last, folded)), default=sentence.end)
    return Span(start, end) if start < end else sentence


def find_mention(speaker: str, places: Sequence[Span], reading: Reading) -> SpeakerMention | None:
    """The mention whose mark is given for the speaker, where it stands near enough to be what names them here."""
    mention = reading.mention_by_mark.get(speaker)
    own = reading.sentence(mention.sentence) if mention is not None else None
    if mention is None or own is None or any(place.overlaps(mention.span) for place in places):
        return None
    sentences = [sentence for place in places if (sentence := reading.sentence_at(place.start)) is not None]
    return mention if any(_near(own, sentence) for sentence in sentences) else None


def _near(one: Sentence, other: Sentence) -> bool:
    return one.paragraph == other.paragraph or abs(one.number - other.number) <= NEAR


def find_cue(mention: Span | None, places: Sequence[Span], reading: Reading) -> FoundCue | None:
    """The attributing words nearest to the mention; where nobody is named, the hedge nearest to the claim. None of
    those that the claim itself holds."""
    near = mention or places[0]
    sentence = reading.sentence_at(near.start)
    if sentence is None:
        return None
    cues = [
        cue
        for cue in reading.cues_in(sentence.span)
        if (cue.form == "hedge") == (mention is None) and not any(cue.span.overlaps(place) for place in places)
    ]
    return min(cues, key=lambda cue: max(cue.span.start - near.end, near.start - cue.span.end), default=None)


def find_mode(speaker: str, places: Sequence[Span], reading: Reading, *, attributed: bool) -> Mode:
    """How the claim is said: by its quotation marks, and by whether words of its own attribute it."""
    if speaker == "outlet":
        return "none"
    quotations = [reading.quotations_over(place) for place in places]
    whole = (
        any(quotation.span.holds(place) for quotation in over) for place, over in zip(places, quotations, strict=True)
    )
    if all(whole):
        return "direct"
    if any(quotations):
        return "mixed"
    return "indirect" if attributed or speaker == "unspecified" else "implied"
