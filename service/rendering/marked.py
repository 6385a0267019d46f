"""How is an article shown with claims marked in it, piece by piece?

Cuts the text at the ends of every span; each piece knows what covers it and where it begins, so that a browser can say
which characters somebody marked. Letters that no reader sees are pieces of their own, to be shown as escapes.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from service.records import Span
from service.rendering.words import escaped, is_hidden


class Layer(NamedTuple):
    """Something to mark: what it is, where, and the claim that it belongs to."""

    kind: str  # content, mention, cue, figure, doubt, other
    span: Span
    claim: str | None = None


class Marked(NamedTuple):
    """A piece of the text; `kinds` are the layers over it, `first` those that begin with it."""

    start: int  # in characters of the article
    text: str
    kinds: tuple[str, ...]
    first: tuple[str, ...]
    last: tuple[str, ...]
    claim: str | None
    hidden: str | None  # how to show a letter that no reader would see


def pieces(text: str, layers: Sequence[Layer]) -> Iterator[Marked]:
    """The text in pieces that join back to it."""
    edges = sorted({0, len(text), *(edge for layer in layers for edge in layer.span)})
    starts: dict[int, list[Layer]] = {}
    ends: dict[int, list[Layer]] = {}
    for layer in layers:
        starts.setdefault(layer.span.start, []).append(layer)
        ends.setdefault(layer.span.end, []).append(layer)
    over: list[Layer] = []
    for start, end in pairwise(edges):
        for layer in ends.get(start, ()):
            over.remove(layer)
        over.extend(starts.get(start, ()))
        piece = Marked(
            start,
            text[start:end],
            _kinds(over),
            _kinds(layer for layer in over if layer.span.start == start),
            _kinds(layer for layer in over if layer.span.end == end),
            next((layer.claim for layer in over if layer.claim is not None), None),
            None,
        )
        yield from _shown(piece)


def _kinds(layers: Iterable[Layer]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(layer.kind for layer in layers))


def _shown(piece: Marked) -> Iterator[Marked]:
    """The piece, cut once more round each letter that must be shown as an escape."""
    begun = 0
    for place, letter in enumerate(piece.text):
        if is_hidden(letter):
            if begun < place:
                yield piece._replace(start=piece.start + begun, text=piece.text[begun:place])
            yield piece._replace(start=piece.start + place, text=letter, hidden=escaped(letter))
            begun = place + 1
    if begun < len(piece.text):
        yield piece._replace(start=piece.start + begun, text=piece.text[begun:])
