"""Do two grounded claims say the same?

By the characters that their contents share, by their speakers and by their figures' values.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from service.records import Grounded, Reading, Span

SAME_CONTENT = 0.5  # share of the characters of both from which on two contents are one claim
SAME_PLACE = 0.9  # … from which on nothing but a word at an edge differs


def shared(one: Sequence[Span], other: Sequence[Span]) -> float:
    """Characters of both over characters of either; each list holds spans that do not overlap."""
    both = sum(max(0, min(a.end, b.end) - max(a.start, b.start)) for a in one for b in other)
    return both / (sum(a.end - a.start for a in (*one, *other)) - both)


def same_speaker(one: Grounded, other: Grounded) -> bool:
    return speaker_of(one) == speaker_of(other)


def speaker_of(claim: Grounded) -> tuple[str, str | None]:
    """Kind and name; the kind alone where nobody is named."""
    return ("", claim.source.name) if claim.source.name is not None else (claim.source.kind, None)


def figures_of(claim: Grounded) -> tuple[tuple[str, ...], ...]:
    """What its figures say: low, high, qualifier and unit of each, in order of size."""
    return tuple(sorted((each.low or "", each.high or "", each.qualifier, each.unit or "") for each in claim.figures))


def sentences_of(content: Iterable[Span], reading: Reading) -> list[int]:
    """The numbers of the sentences that hold words of it."""
    numbers: set[int] = set()
    for span in content:
        found = reading.sentence_at(span.start)
        while found is not None and found.span.start < span.end:
            numbers.add(found.number)
            found = reading.sentence(found.number + 1)
    return sorted(numbers)


def covered(span: Span, contents: Sequence[Span]) -> bool:
    """Whether one of `contents`, sorted, holds all of `span`. Of contents that overlap, the last that begin before it
    are looked at."""
    place = bisect_right(contents, (span.start, 2**62))
    return any(each.holds(span) for each in contents[max(0, place - 8) : place])
