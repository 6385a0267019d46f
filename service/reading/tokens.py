"""Which words, digit runs and signs does a sentence consist of, and where do they stand?

Says nothing of what they mean. Offsets are those of the text itself; `key` is for looking words up, never for counting.
"""

import re
from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

from service.lexicon.numbers import DIGITS, SEPARATORS
from service.records import Span
from service.typography import LIGATURES

Kind = Literal["digits", "word", "sign", "taken", "end"]

_TOKEN = re.compile(r"([^\W\d_]+)|(\d+)|(\S)")
# Web addresses, and what a terminal reads as a link or a colour.
_LINK = re.compile(r"(?:https?://|\bwww\.)\S+|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b\[[0-9;]*[A-Za-z]?", re.IGNORECASE)
_LINK_MARKS = ("://", "www.", "WWW.", "\x1b")
_KINDS: tuple[Kind, ...] = ("end", "word", "digits", "sign")  # by the number of the group that matched
_PADDING = 12  # so that looking a few tokens past either end finds END, and needs no test


class Token(NamedTuple):
    """`key` is the word in lower case, the digits in ASCII ("" for digits not in the table), or the sign, in
    ASCII where it separates digits."""

    kind: Kind
    start: int
    end: int
    text: str
    key: str

    @property
    def capitalised(self) -> bool:
        """Whether it begins like a name, or is written like one ("iPhone")."""
        return self.kind == "word" and (self.text[0].isupper() or self.text[1:2].isupper())


END = Token("end", -1, -2, "", "")


class Line:
    """The tokens of one sentence. `line[i]` is END before the first and after the last of them."""

    __slots__ = ("_keys", "_tokens", "key", "mantissas", "size", "text")

    def __init__(self, text: str, tokens: list[Token]) -> None:
        self.text = text
        self.size = len(tokens)
        self._tokens = tokens + [END] * (2 * _PADDING)
        self.mantissas: dict[int, tuple[str, int] | None] = {}  # digits already read, by where they start
        self._keys = [token.key for token in self._tokens]
        # Asked a hundred times for each number, so without a call in between.
        self.key: Callable[[int], str] = self._keys.__getitem__

    def __getitem__(self, index: int) -> Token:
        return self._tokens[index]  # a small negative index lands in the padding

    def touching(self, index: int) -> bool:
        """Whether nothing stands between this token and the next one."""
        return self._tokens[index].end == self._tokens[index + 1].start

    def keys(self, start: int, count: int) -> tuple[str, ...]:
        return tuple(self._keys[start : start + count])

    def span(self, first: int, stop: int) -> Span:
        return Span(self._tokens[first].start, self._tokens[stop - 1].end)


def _digits_key(words: str) -> str:
    digits = words if words.isascii() else words.translate(DIGITS)
    return digits if digits.isascii() else ""


def word_key(words: str) -> str:
    """Words for looking them up: what typesetting joined ("ﬁve") is the same letters. Has no offsets of the text."""
    return (words if words.isascii() else words.translate(LIGATURES)).lower()


def find_links(text: str, span: Span) -> tuple[Span, ...]:
    """The web addresses and terminal codes in `span`, whose digits and words say nothing."""
    if all(text.find(mark, *span) < 0 for mark in _LINK_MARKS):
        return ()
    return tuple(Span(*match.span()) for match in _LINK.finditer(text, *span))


def read_line(text: str, span: Span, taken: tuple[Span, ...] = ()) -> Line:
    """The tokens of `span`. Those inside `taken` (spans in order) keep their places and lose their meaning."""
    tokens: list[Token] = []
    for match in _TOKEN.finditer(text, span.start, span.end):
        words = match.group()
        kind = _KINDS[match.lastindex or 0]
        if kind == "digits":
            key = _digits_key(words)
        else:
            key = word_key(words) if kind == "word" else SEPARATORS.get(words, words)
        tokens.append(Token(kind, match.start(), match.end(), words, key))
    return Line(text, list(_hide(tokens, taken)) if taken else tokens)


def _hide(tokens: list[Token], taken: tuple[Span, ...]) -> Iterator[Token]:
    waiting = iter(taken)
    hidden = next(waiting, None)
    for token in tokens:
        while hidden and hidden.end <= token.start:
            hidden = next(waiting, None)
        inside = hidden is not None and hidden.start <= token.start
        yield token._replace(kind="taken", key="") if inside else token
