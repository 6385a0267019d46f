"""Readings written down as text with their marks in it: "{S1 Ines Okafor} said {F1 at least 40} crates were lost." """

import re
from collections.abc import Mapping
from typing import Any

from service.records import (
    Article,
    FoundCue,
    FoundFigure,
    Paragraph,
    Reading,
    Segment,
    Sentence,
    Span,
    Speaker,
    SpeakerMention,
)

_MARK = re.compile(r"\{([SF]\d+) ([^{}]*)\}")


def a_reading(
    marked: str, *, same: Mapping[str, str] | None = None, cues: tuple[str, ...] = ("said",), **article: Any
) -> Reading:
    """Sentences end at line ends, paragraphs at empty lines. `same` says which marks name the speaker of another
    ({"S2": "S1"}; "" for one that is not known); a mark that is all lower case or "She" is a pronoun or role."""
    text, spans = _unmarked(marked)
    paragraphs, sentences = _parts(text)
    mentions, speakers = _mentions(text, spans, sentences, same or {})
    figures = tuple(
        FoundFigure(
            mark=mark, span=span, number=span, low="1", high="1", qualifier="exact", sentence=_at(span, sentences)
        )
        for mark, span in spans
        if mark.startswith("F")
    )
    return Reading(
        article=Article(**({"id": "test", "text": text} | article)),
        paragraphs=paragraphs,
        sentences=sentences,
        quotations=(),
        figures=figures,
        skipped_numbers=(),
        dates=(),
        speakers=speakers,
        mentions=mentions,
        cues=_cues(text, sentences, cues),
    )


def one_segment(reading: Reading) -> Segment:
    sentences = reading.sentences
    return Segment(
        number=1, span=Span(sentences[0].span.start, sentences[-1].span.end), first=1, last=sentences[-1].number
    )


def _unmarked(marked: str) -> tuple[str, list[tuple[str, Span]]]:
    text = ""
    spans = []
    place = 0
    for found in _MARK.finditer(marked):
        text += marked[place : found.start()]
        spans.append((found[1], Span(len(text), len(text) + len(found[2]))))
        text += found[2]
        place = found.end()
    return text + marked[place:], spans


def _parts(text: str) -> tuple[tuple[Paragraph, ...], tuple[Sentence, ...]]:
    paragraphs: list[Paragraph] = []
    sentences: list[Sentence] = []
    for block in re.finditer(r"[^\n]+(?:\n[^\n]+)*", text):
        for line in re.finditer(r"[^\n]+", block[0]):
            span = Span(block.start() + line.start(), block.start() + line.end())
            sentences.append(Sentence(number=len(sentences) + 1, span=span, paragraph=len(paragraphs)))
        paragraphs.append(Paragraph(span=Span(*block.span()), role="body"))
    return tuple(paragraphs), tuple(sentences)


def _at(span: Span, sentences: tuple[Sentence, ...]) -> int:
    return next(sentence.number for sentence in sentences if sentence.span.holds(span))


def _mentions(
    text: str, spans: list[tuple[str, Span]], sentences: tuple[Sentence, ...], same: Mapping[str, str]
) -> tuple[tuple[SpeakerMention, ...], tuple[Speaker, ...]]:
    names = {mark: span.of(text) for mark, span in spans if mark.startswith("S")}
    entities = [mark for mark in names if mark not in same]
    mentions = tuple(
        SpeakerMention(
            mark=mark,
            span=span,
            form="pronoun" if span.of(text) in ("He", "She", "They") else "name",
            speaker=None if same.get(mark, mark) == "" else entities.index(same.get(mark, mark)),
            sentence=_at(span, sentences),
        )
        for mark, span in spans
        if mark.startswith("S")
    )
    speakers = tuple(
        Speaker(
            name=names[entity],
            kind="person",
            mentions=tuple(mark for mark in names if same.get(mark, mark) == entity),
        )
        for entity in entities
    )
    return mentions, speakers


def _cues(text: str, sentences: tuple[Sentence, ...], words: tuple[str, ...]) -> tuple[FoundCue, ...]:
    found = (Span(*match.span()) for word in words for match in re.finditer(rf"\b{word}\b", text))
    return tuple(
        FoundCue(span=span, lemma=span.of(text), form="verb", sentence=_at(span, sentences)) for span in sorted(found)
    )
