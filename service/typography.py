"""Do these words stand in that text, whatever quotes, dashes and spaces they are set with?

Folds typography only: never letters, case or digits, so that nothing is found that is not there. Offsets always
refer to the text as received.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from service.records import Span

_FOLDED = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′`´ʼ", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
    }
)
_ELLIPSIS = "…"
LIGATURES = dict(zip(range(0xFB00, 0xFB07), ("ff", "fi", "fl", "ffi", "ffl", "st", "st"), strict=True))
"""What typesetting joined is the same letters: "ﬁve" is a number."""


_HIDDEN = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e01ef]"
    "|(?<![\U0001f000-\U0001faff\u2600-\u27bf\ufe0f])\u200d"  # a joiner between pictures makes one of them
)


def has_hidden(text: str) -> bool:
    """Whether there are characters that no reader sees: zero-width, direction-changing, tags."""
    return _HIDDEN.search(text) is not None


class Folded(NamedTuple):
    """Text with its typography folded, and for each of its characters the place in the original."""

    text: str
    places: tuple[int, ...]
    end: int  # just after the last character, in the original

    def span(self, start: int, end: int) -> Span:
        """The original's span for `[start, end)` of the folded text."""
        return Span(self.places[start], self.places[end - 1] + 1)


@lru_cache(maxsize=64)  # the same sentence is folded for several claims
def fold(text: str, *, offset: int = 0) -> Folded:
    """Quotes, dashes and spaces made plain, runs of spaces made one, invisible characters left out."""
    letters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text, offset):
        if character.isspace():
            if letters and letters[-1] != " ":
                letters.append(" ")
                places.append(place)
        elif character == _ELLIPSIS:
            letters.extend("...")
            places.extend([place] * 3)
        elif character.isascii() or unicodedata.category(character) not in ("Cf", "Mn", "Cc"):
            letters.append(character.translate(_FOLDED))
            places.append(place)
    return Folded("".join(letters), tuple(places), offset + len(text))


def occurrences(words: str, folded: Folded) -> Iterator[Span]:
    """Every place where `words` stand as whole words. "5%" stands neither in "15%" nor in "1.5%"."""
    wanted = fold(words).text.strip()
    if not wanted:
        return
    start = folded.text.find(wanted)
    while start >= 0:
        end = start + len(wanted)
        if not _goes_on(folded.text, start - 1, start) and not _goes_on(folded.text, end - 1, end):
            yield folded.span(start, end)
        start = folded.text.find(wanted, start + 1)


_JOINS_NUMBER = re.compile(r"[.,]")


def _goes_on(text: str, before: int, after: int) -> bool:
    """Whether a word or number runs on across the border between two neighbouring characters."""
    if before < 0 or after >= len(text):
        return False
    left, right = text[before], text[after]
    if left.isalnum() and right.isalnum():
        return True
    if left.isdigit() and right == "%":
        return True
    if left.isdigit() and _JOINS_NUMBER.match(right):
        return text[after + 1 : after + 2].isdigit()
    if _JOINS_NUMBER.match(left) and right.isdigit():
        return before > 0 and text[before - 1].isdigit()
    return False


def stands(words: str, span: Span, text: str) -> bool:
    """Whether `words` stand in what `span` cuts out of `text`, up to typography."""
    return next(iter(occurrences(words, fold(span.of(text), offset=span.start))), None) is not None
