"""Which sentences does a model read in one call?

Counts characters, not tokens: the limit is set with that in mind. Leaves the wording of the call to prompting."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from service.records import Reading, Segment, Sentence, Span


def split(reading: Reading, *, characters: int) -> tuple[Segment, ...]:
    """Runs of whole sentences of at most `characters` characters together, cut between paragraphs where possible.

    Only the sentences count, not what stands between them. A longer sentence is a segment of its own. No sentences,
    no segments."""
    return tuple(
        Segment(
            number=number,
            span=Span(run[0].span.start, run[-1].span.end),
            first=run[0].number,
            last=run[-1].number,
        )
        for number, run in enumerate(_runs(reading.sentences, characters), start=1)
    )


def _runs(sentences: Sequence[Sentence], limit: int) -> Iterator[list[Sentence]]:
    run: list[Sentence] = []
    length = 0
    for _, group in groupby(sentences, key=lambda sentence: sentence.paragraph):
        for part in _parts(list(group), limit):
            added = _length(part)
            if run and length + added > limit:
                yield run
                run, length = [], 0
            run.extend(part)
            length += added
    if run:
        yield run


def _parts(paragraph: list[Sentence], limit: int) -> Iterator[list[Sentence]]:
    """A paragraph whole, or sentence by sentence where it does not fit into one segment."""
    if _length(paragraph) <= limit:
        yield paragraph
    else:
        yield from ([sentence] for sentence in paragraph)


def _length(sentences: Sequence[Sentence]) -> int:
    return sum(sentence.span.end - sentence.span.start for sentence in sentences)
