"""How is a claim that we know of shown to a model?

In the short form that it answers in, with the marks that it is shown; the other direction is for `drafts`.
"""

from collections.abc import Iterator, Mapping

from service.drafts import as_shown
from service.records import DraftFigure, Grounded, Reading, Sentence, Span
from service.shorthand import SPEAKERLESS

EDGE = 2  # words given of each end of a stretch, and more where they stand twice in its sentence


def written(claim: Grounded, reading: Reading, marks: Mapping[str, str]) -> dict[str, object]:
    """The claim in short form; `marks` has what the reading's marks are called in this prompt."""
    draft = claim.draft
    own = _named(draft.speaker, reading, marks)
    said: list[object] = [own]
    mention = _mark_at(claim.source.mention, reading, marks)
    said += [mention] if mention is not None and mention != own else []
    said += ["implied"] if draft.mode == "implied" else []
    for figure in draft.figures:
        said += _figure(figure, reading, marks)
    said += [draft.stance] if draft.stance != "asserts" else []
    said += ["hedged"] if draft.hedged else []
    said += [{"via": _named(via, reading, marks)} for via in draft.via]
    said += [{"in": as_shown(place)} for place in draft.where]
    return {"p": [part for span in claim.content for part in _stretches(span, reading)], "s": said}


def _named(speaker: str, reading: Reading, marks: Mapping[str, str]) -> object:
    """By a mark of the speaker's name where one is shown, else by any mark of theirs, else in words."""
    if speaker in SPEAKERLESS:
        return speaker
    mention = reading.mention_by_mark.get(speaker)
    if mention is None:
        return {"other": as_shown(speaker)}
    if mention.speaker is None:
        return marks.get(speaker, "unresolved")
    known = reading.speakers[mention.speaker]
    shown = [mark for mark in known.mentions if mark in marks]
    named = [mark for mark in shown if reading.mention_by_mark[mark].form == "name"]
    return marks[(named or shown)[0]] if shown else {"other": as_shown(known.name)}


def _mark_at(place: Span | None, reading: Reading, marks: Mapping[str, str]) -> str | None:
    if place is None:
        return None
    return next((marks[found.mark] for found in reading.mentions_in(place) if found.mark in marks), None)


def _figure(figure: DraftFigure, reading: Reading, marks: Mapping[str, str]) -> Iterator[object]:
    yield marks.get(figure.figure) or {"other": as_shown(figure.figure)}
    if figure.measure:
        yield {"d": as_shown(figure.measure)}
    found = reading.figure_by_mark.get(figure.figure)
    after = reading.article.text[found.span.end :][:200].lstrip(" -") if found is not None else ""
    if figure.counted and not after.startswith(figure.counted):
        yield {"c": as_shown(figure.counted)}


def _stretches(span: Span, reading: Reading) -> Iterator[str]:
    sentence = reading.sentence_at(span.start)
    while sentence is not None and sentence.span.start < span.end:
        part = Span(max(span.start, sentence.span.start), min(span.end, sentence.span.end))
        yield _edges(part, sentence, reading)
        sentence = reading.sentence(sentence.number + 1)


def _edges(part: Span, sentence: Sentence, reading: Reading) -> str:
    """The number of its sentence with its first and last words, as many as are needed to stand there once."""
    text = reading.article.text
    shown = as_shown(sentence.span.of(text))
    words = as_shown(part.of(text)).split()
    for count in range(EDGE, len(words) // 2):
        first, last = " ".join(words[:count]), " ".join(words[-count:])
        if shown.count(first) == 1 and shown.count(last) == 1:
            return f"{sentence.number} {first} … {last}"
    return f"{sentence.number} {' '.join(words)}"
