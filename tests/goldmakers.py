"""Makers of gold claims from words: offsets are found in the text, never typed."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from service.goldfiles import GoldClaim, GoldSet, load_gold_set
from service.records import Figure, Source, Span

STARTER = Path(__file__).parent.parent / "goldsets" / "starter"


@cache
def starter() -> GoldSet:
    return load_gold_set(STARTER)


def place(words: str, text: str, *, after: int = 0) -> Span:
    start = text.index(words, after)
    return Span(start, start + len(words))


def a_number(words: str, text: str, value: str, **changes: Any) -> Figure:
    """An exact plain count unless told otherwise."""
    given = {"span": place(words, text), "low": value, "high": value, "qualifier": "exact"}
    return Figure(**(given | changes))


def a_gold_claim(
    content: str | Sequence[str],
    name: str | None,
    text: str,
    *,
    document: str = "d",
    kind: str = "person",
    figures: Sequence[Figure] = (),
    source: dict[str, Any] | None = None,
    **changes: Any,
) -> GoldClaim:
    """A claim whose content is found by its words; `source` adds aliases, principal, accept."""
    words = [content] if isinstance(content, str) else content
    given = {
        "id": f"{document}#{name}:{words[0]}",
        "document": document,
        "content": [place(part, text) for part in words],
        "source": Source(**({"name": name, "kind": kind} | (source or {}))),
        "mode": "none" if kind == "outlet" else "indirect",
        "figures": figures,
    }
    return GoldClaim(**(given | changes))
