"""How does an extraction read as a report?

Markdown that shows the article's words as words: nothing in them becomes a link, an image, a heading or HTML.
"""

import re
from collections.abc import Iterator

from service.records import ExtractedClaim, Extraction
from service.rendering.words import (
    alarm_of,
    by_speaker,
    counted,
    doubts_of,
    marks_of,
    pieces_of,
    published_of,
    reading_of,
    skipped_summary,
    summary_of,
    visible,
)

_SPECIAL = re.compile(r"(?<!&)#|[\\`*_\[\]|~^$]")  # the "#" of an entity must stay bare
_HTML = {"&": "&amp;", "<": "&lt;", ">": "&gt;", ":": "&#58;", "@": "&#64;"}  # the last two would begin a link


def escaped(text: str) -> str:
    """The words with all that Markdown or HTML would act on put out of action."""
    parts = "".join(_HTML.get(character, character) for character in visible(text))
    return _SPECIAL.sub(lambda found: "\\" + found[0], parts).replace("www.", "www&#46;").strip()


def markdown(extraction: Extraction) -> str:
    """The report, ending in a newline."""
    return "\n".join(_lines(extraction)) + "\n"


def _lines(extraction: Extraction) -> Iterator[str]:
    article = extraction.article
    yield f"# {escaped(article.title or article.id)}"
    yield ""
    facts = [
        escaped(article.outlet) if article.outlet else None,
        published_of(extraction),
        f"document {escaped(article.id)}",
        f"model {escaped(extraction.model)}",
        f"prompt {escaped(extraction.prompt.name)}" if extraction.prompt else None,
        escaped(extraction.software),
        f"text sha256 `{extraction.sha256[:12]}`",
    ]
    yield " · ".join(fact for fact in facts if fact)
    yield ""
    if alarm := alarm_of(extraction):
        yield f"> **{alarm}**"
        yield from (f"> - part {failure.segment}: {escaped(failure.message)}" for failure in extraction.failures)
        yield ""
    yield summary_of(extraction) + "."
    for spoken in by_speaker(extraction):
        yield ""
        yield f"## {escaped(spoken.name)}" + (f" ({escaped(spoken.details)})" if spoken.details else "")
        yield ""
        for claim in spoken.claims:
            yield from _claim(claim, extraction)
    yield from _notes(extraction)


def _claim(claim: ExtractedClaim, extraction: Extraction) -> Iterator[str]:
    doubtful = claim.id in extraction.needs_review
    words = "".join(
        f"**{escaped(piece.text)}**" if piece.figure else _spaced(piece.text)
        for piece in pieces_of(claim, extraction.article.text)
    )
    marks = "".join(f"; {escaped(mark)}" for mark in marks_of(claim))
    yield f"- {'**?** ' if doubtful else ''}“{words.strip()}” *({claim.confidence:.2f}{marks})*"
    for figure in claim.figures:
        written = escaped(figure.span.of(extraction.article.text))
        yield f"  - {written} → **{escaped(reading_of(figure))}**"
    for doubt in doubts_of(claim, doubtful=doubtful):
        yield f"  - {'doubt' if doubtful else 'note'}: {escaped(doubt)}"


def _spaced(text: str) -> str:
    """Escaped words that keep the spaces at their ends, so that a figure beside them stays apart."""
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{' ' if before else ''}{escaped(text)}{' ' if after and text.strip() else ''}"


def _notes(extraction: Extraction) -> Iterator[str]:
    notes = [escaped(notice.message) for notice in extraction.notices]
    if skipped := skipped_summary(extraction):
        notes.append(escaped(skipped))
    if extraction.rejected:
        notes.append(f"{counted(len(extraction.rejected), 'draft')} dropped:")
        notes += [f"dropped: {escaped(rejection.message)}" for rejection in extraction.rejected]
    if notes:
        yield ""
        yield "## Notes"
        yield ""
        yield from (f"- {note}" for note in notes)
