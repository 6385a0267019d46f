"""What do the readers of public corpora have in common?

Attributions as claims, documents, hashes, and a count of what had to be left out. Each corpus's own form is for the
module that has its name.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from service.errors import InputError
from service.goldfiles import GoldClaim, GoldDocument, GoldSetInfo, words_sha256
from service.records import Mode, Record, Source, Span

GUIDELINES = "those of the corpus"
BY_MENTION = "speakers are judged by the words that name them, not by resolved names"
WHOLE = "one entry is a whole utterance: clauses of it show as repeated, so claim precision is a floor"
NO_CONTENT = "attributions left out: they have no content"
NOT_THERE = "attributions left out: their words do not stand at their offsets"
MODES: Mapping[str, Mode] = {"direct": "direct", "mixed": "mixed", "indirect": "indirect"}
_OPENING, _CLOSING = '“"«', '”"»'


class Corpus(Record):
    """A corpus read into our form; `texts` by document id. `notes` say what was left out and how it was read."""

    info: GoldSetInfo
    documents: tuple[GoldDocument, ...]
    claims: tuple[GoldClaim, ...]
    texts: Mapping[str, str]
    notes: tuple[str, ...] = ()


class Attribution(NamedTuple):
    """One act of saying: fragments of the words said, of who says them, and of the words that attribute them."""

    content: tuple[Span, ...]
    source: tuple[Span, ...]
    cue: tuple[Span, ...]


class CorpusReader:
    """Gathers documents, claims and what was left out."""

    def __init__(self) -> None:
        self.documents: dict[str, GoldDocument] = {}
        self.claims: list[GoldClaim] = []
        self.texts: dict[str, str] = {}
        self.left_out: Counter[str] = Counter()

    def add(self, document: GoldDocument, text: str, claims: Iterable[GoldClaim]) -> None:
        self.documents[document.id] = document
        self.texts[document.id] = text
        in_order = sorted(claims, key=lambda claim: claim.content[0])
        self.claims += [
            claim.model_copy(update={"id": f"{document.id}#{number}"}) for number, claim in enumerate(in_order, start=1)
        ]

    def corpus(self, info: GoldSetInfo, *notes: str) -> Corpus:
        left_out = tuple(f"{number} {what}" for what, number in sorted(self.left_out.items()))
        return Corpus(
            info=info,
            documents=tuple(self.documents.values()),
            claims=tuple(self.claims),
            texts=self.texts,
            notes=(*notes, *left_out),
        )


def rows_of(path: Path, needed: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, line in enumerate(text_of(path).split("\n"), start=1):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        try:
            row = json.loads(line)
        except ValueError as error:
            raise InputError(f"{where}: not JSON ({error}).", field="line", fix="Write one object a line.") from None
        missing = [name for name in ("doc_id", "text", needed) if not isinstance(row, dict) or name not in row]
        if missing:
            raise InputError(
                f"{where}: {missing[0]} is missing.",
                field=missing[0],
                fix=f"A row of this form has doc_id, text and {needed}.",
            )
        yield where, row


def spans_of(pairs: Iterable[Sequence[int]], text: str, where: str) -> tuple[Span, ...]:
    spans = tuple(sorted(Span(*pair) for pair in pairs))
    for span in spans:
        if not 0 <= span.start < span.end <= len(text):
            raise InputError(
                f"{where}: [{span.start}, {span.end}] lies outside the text of {len(text)} characters.",
                field="span",
                fix="Give [start, end) in characters of the row's own text.",
            )
    return spans


def claim_of(document: str, attribution: Attribution, text: str) -> GoldClaim:
    """An attribution as a claim; its id is given once all claims of the article are in order."""
    if attribution.source:
        name = " ".join(" ".join(span.of(text) for span in attribution.source).split()).rstrip(",")
        source = Source(name=name, kind="person", mention=max(attribution.source, key=lambda span: span[1] - span[0]))
    else:
        source = Source(name=None, kind="unspecified")
    return GoldClaim(
        id=document,
        document=document,
        content=attribution.content,
        source=source,
        cue=attribution.cue[0] if attribution.cue else None,
        mode=mode_of(attribution.content, text),
    )


def mode_of(content: Sequence[Span], text: str) -> Mode:
    """Read off the quotation marks: all of it between them, some of it, or none."""
    words = [span.of(text).strip() for span in content]
    if all(each[:1] in _OPENING and each[-1:] in _CLOSING for each in words):
        return "direct"
    return "mixed" if any(mark in each for each in words for mark in _OPENING) else "indirect"


def document_of(
    name: str,
    text: str,
    *,
    title: str | None = None,
    outlet: str | None = None,
    published: date | None = None,
    split: str | None = None,
) -> GoldDocument:
    return GoldDocument(
        id=name,
        title=title or None,
        outlet=outlet or None,
        published=published,
        language="en",
        sha256=hashlib.sha256(text.encode("utf-8")).hexdigest(),
        words_sha256=words_sha256(text),
        split=split or None,
    )


def info_of(name: str, origin: str, *, annotates: tuple[str, ...]) -> GoldSetInfo:
    return GoldSetInfo(
        name=name,
        version="1.0",
        language="en",
        guidelines=GUIDELINES,
        origin=f"{origin} Texts and annotations stay with their owners: not to be passed on.",
        annotates=annotates,
    )


def date_of(value: str | None) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        return None


def text_of(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")  # bytes: read_text() would change line ends, and offsets with them
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path}: not UTF-8 at byte {error.start}.", field="file", fix="Use it as published."
        ) from None
