"""Makers of valid records: each is complete by default, and takes named changes."""

from datetime import date
from typing import Any

from service.records import (
    Article,
    Claim,
    Draft,
    ExtractedClaim,
    Figure,
    FoundCue,
    Grounded,
    Paragraph,
    Reading,
    Sentence,
    Source,
    Span,
    Speaker,
    SpeakerMention,
)

TEXT = (
    'The harbour master, Ines Okafor, said at least 40 crates were lost. "We counted them twice," she added.\n\n'
    "The shipping line denied any losses."
)


def an_article(text: str = TEXT, **changes: Any) -> Article:
    """An article published on 5 March 2026."""
    return Article(**({"id": "harbour", "text": text, "published": date(2026, 3, 5)} | changes))


def span_of(words: str, text: str = TEXT, *, nth: int = 1) -> Span:
    """Where `words` stand in `text` for the nth time."""
    start = -1
    for _ in range(nth):
        start = text.index(words, start + 1)
    return Span(start, start + len(words))


def a_source(**changes: Any) -> Source:
    return Source(**({"name": "Ines Okafor", "aliases": ("Okafor",), "kind": "person"} | changes))


def a_figure(**changes: Any) -> Figure:
    given = {"span": span_of("at least 40"), "low": "40", "high": None, "qualifier": "at_least", "counted": "crates"}
    return Figure(**(given | {"measure": "lost"} | changes))


def a_claim(**changes: Any) -> Claim:
    given = {
        "id": "harbour#1",
        "document": "harbour",
        "content": (span_of("at least 40 crates were lost"),),
        "source": a_source(mention=span_of("The harbour master, Ines Okafor")),
        "cue": span_of("said"),
        "mode": "indirect",
        "figures": (a_figure(),),
    }
    return Claim(**(given | changes))


def an_extracted_claim(**changes: Any) -> ExtractedClaim:
    given = a_claim().model_dump() | {"text": "at least 40 crates were lost", "confidence": 0.9}
    return ExtractedClaim(**(given | changes))


def a_draft(**changes: Any) -> Draft:
    given: dict[str, Any] = {
        "content": (span_of("at least 40 crates were lost"),),
        "speaker": "Ines Okafor",
        "mode": "indirect",
    }
    return Draft(**(given | changes))


def a_reading(text: str = TEXT, **found: Any) -> Reading:
    """One body paragraph for each block of text, one sentence for each ". "; nothing else but what is given."""
    paragraphs: list[Paragraph] = []
    sentences: list[Sentence] = []
    start = 0
    for block in text.split("\n\n"):
        paragraphs.append(Paragraph(span=Span(start, start + len(block)), role="body"))
        begin = start
        for piece in block.split(". "):
            end = min(begin + len(piece) + 1, start + len(block))
            sentences.append(Sentence(number=len(sentences) + 1, span=Span(begin, end), paragraph=len(paragraphs) - 1))
            begin = end + 1
        start += len(block) + 2
    given: dict[str, Any] = dict.fromkeys(
        ("quotations", "figures", "skipped_numbers", "dates", "speakers", "mentions", "cues"), ()
    )
    return Reading(
        article=an_article(text), paragraphs=tuple(paragraphs), sentences=tuple(sentences), **(given | found)
    )


def a_mention(words: str, text: str = TEXT, *, mark: str, speaker: int | None, **changes: Any) -> SpeakerMention:
    given = {"mark": mark, "span": span_of(words, text), "form": "name", "speaker": speaker, "sentence": 1}
    return SpeakerMention(**(given | changes))


def a_speaker(name: str, **changes: Any) -> Speaker:
    return Speaker(**({"name": name, "kind": "person"} | changes))


def a_cue(words: str, text: str = TEXT, **changes: Any) -> FoundCue:
    given = {"span": span_of(words, text), "lemma": words, "form": "verb", "sentence": 1}
    return FoundCue(**(given | changes))


def a_grounded(text: str = TEXT, *, content: str, **changes: Any) -> Grounded:
    """A claim whose content is those words; `draft` takes changes of the draft."""
    draft = a_draft(content=(span_of(content, text),), **changes.pop("draft", {}))
    given = {
        "draft": draft,
        "content": draft.content,
        "source": a_source(),
        "cue": None,
        "figures": (),
        "when": (),
        "where": (),
        "negated": False,
        "checks": (),
    }
    return Grounded(**(given | changes))
