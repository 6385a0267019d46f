"""How far do two annotators agree?

Scores each against the other with the same measures as a model, and adds Krippendorff's alpha, which takes off the
agreement that chance would give.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from eval.measures import Scores, score
from eval.score import JudgedPair, Judgement, Task, judge_all
from eval.sources import names_of
from service.goldfiles import GoldClaim, GoldDocument, by_document
from service.records import Figure, Record, Source, words_of


class Alpha(Record):
    """Krippendorff's alpha over some units; None where all values are one and the same, or there are none."""

    label: str
    value: float | None
    units: int
    agreed: int

    def __str__(self) -> str:
        alpha = "n/a" if self.value is None else f"{self.value:.3f}"
        return f"{alpha} ({self.agreed}/{self.units} alike)"


class Difference(Record):
    """One thing that two annotators saw differently."""

    document: str
    start: int
    cause: str
    words: str
    first: str | None
    second: str | None

    def __str__(self) -> str:
        both = f"A {self.first or '–'} | B {self.second or '–'}"
        return f"{self.document}:{self.start}: {self.cause}: “{self.words}”: {both}"


class Agreement(Record):
    """The measures with each annotator as gold in turn, alphas, and every difference."""

    documents: int
    first_as_gold: Scores
    second_as_gold: Scores
    alphas: tuple[Alpha, ...]
    differences: tuple[Difference, ...]

    @property
    def causes(self) -> tuple[tuple[str, int], ...]:
        """How many differences have each cause, most frequent first."""
        return tuple(Counter(difference.cause for difference in self.differences).most_common())


class _Matched(NamedTuple):
    document: str
    first: GoldClaim
    second: GoldClaim


def agree(
    documents: Sequence[GoldDocument],
    texts: dict[str, str],
    first: Sequence[GoldClaim],
    second: Sequence[GoldClaim],
    *,
    threshold: float,
) -> Agreement:
    """Compares two annotations of the same documents; those that neither has claims in are left out."""
    ours, theirs = by_document(first), by_document(second)
    shared = [document.id for document in documents if document.id in ours or document.id in theirs]
    forward = [Task(name, texts[name], theirs.get(name, ()), ours.get(name, ())) for name in shared]
    back = [Task(name, texts[name], ours.get(name, ()), theirs.get(name, ())) for name in shared]
    judged = judge_all(forward, threshold=threshold)
    matched = [
        _Matched(judgement.document, judgement.gold[pair.gold], judgement.predicted[pair.predicted])
        for judgement in judged
        for pair in judgement.pairs
    ]
    return Agreement(
        documents=len(shared),
        first_as_gold=score(judged, threshold=threshold),
        second_as_gold=score(judge_all(back, threshold=threshold), threshold=threshold),
        alphas=(_content_alpha(forward), *_paired_alphas(matched)),
        differences=tuple(
            difference for judgement in judged for difference in _differences(judgement, texts[judgement.document])
        ),
    )


# ── alphas ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _paired_alphas(matched: Sequence[_Matched]) -> tuple[Alpha, ...]:
    labels = _SpeakerLabels(matched)
    speakers = [(labels.of(name, first), labels.of(name, second)) for name, first, second in matched]
    return (
        alpha("speaker (paired claims)", speakers),
        alpha("kind of source (paired claims)", [(m.first.source.kind, m.second.source.kind) for m in matched]),
        alpha("mode (paired claims)", [(m.first.mode, m.second.mode) for m in matched]),
        alpha("stance (paired claims)", [(m.first.stance, m.second.stance) for m in matched]),
        alpha("hedged (paired claims)", [(str(m.first.hedged), str(m.second.hedged)) for m in matched]),
    )


def _content_alpha(tasks: Iterable[Task]) -> Alpha:
    """Over characters: is this one part of a claim?"""
    cells: Counter[tuple[str, str]] = Counter()
    for task in tasks:
        ours, theirs = _covered(task.gold), _covered(task.predicted)
        both = len(ours & theirs)
        cells["in", "in"] += both
        cells["in", "out"] += len(ours) - both
        cells["out", "in"] += len(theirs) - both
        cells["out", "out"] += len(task.text) - len(ours | theirs)
    return _alpha_of_cells("is content (characters)", cells)


def _covered(claims: Iterable[GoldClaim]) -> set[int]:
    return {offset for claim in claims for span in claim.content for offset in range(span.start, span.end)}


def alpha(label: str, units: Sequence[tuple[str, str]]) -> Alpha:
    """Nominal alpha of two annotators; each unit holds what the first and the second said."""
    return _alpha_of_cells(label, Counter(units))


def _alpha_of_cells(label: str, cells: Counter[tuple[str, str]]) -> Alpha:
    cells = +cells
    units, agreed = sum(cells.values()), sum(number for (one, other), number in cells.items() if one == other)
    values = sorted({value for pair in cells for value in pair})
    if len(values) < 2:
        return Alpha(label=label, value=None, units=units, agreed=agreed)
    import krippendorff
    import numpy

    # How many annotators gave each value, a row for each sort of unit, repeated as often as it occurs.
    rows = [[(one == value) + (other == value) for value in values] for one, other in cells]
    counts = numpy.repeat(numpy.array(rows), list(cells.values()), axis=0)
    value = krippendorff.alpha(value_counts=counts, level_of_measurement="nominal")
    return Alpha(label=label, value=float(value), units=units, agreed=agreed)


class _SpeakerLabels:
    """One label for each speaker of an article: sources that share a name or alias, of either annotator, are one."""

    def __init__(self, matched: Iterable[_Matched]) -> None:
        self._parents: dict[tuple[str, str], tuple[str, str]] = {}
        for document, first, second in matched:
            for claim in (first, second):
                names = [(document, name) for name in sorted(names_of(claim.source))]
                for name in names:
                    self._parents[self._root(name)] = self._root(names[0])

    def of(self, document: str, claim: GoldClaim) -> str:
        names = sorted(names_of(claim.source))
        return "/".join(self._root((document, names[0]))) if names else f"{document}/<{claim.source.kind}>"

    def _root(self, name: tuple[str, str]) -> tuple[str, str]:
        while self._parents.setdefault(name, name) != name:
            name = self._parents[name]
        return name


# ── differences ───────────────────────────────────────────────────────────────────────────────────────────────────


def _differences(judgement: Judgement, text: str) -> Iterator[Difference]:
    found = [
        *(_of_one(judgement, "claim only in A", judgement.gold[position], text) for position in judgement.missed),
        *(
            _of_one(judgement, "claim only in B", judgement.predicted[position], text)
            for position in (*judgement.spurious, *judgement.duplicates)
        ),
        *(difference for pair in judgement.pairs for difference in _of_pair(judgement, pair, text)),
    ]
    yield from sorted(found, key=lambda difference: (difference.start, difference.cause))


def _of_one(judgement: Judgement, cause: str, claim: GoldClaim, text: str) -> Difference:
    speaker = _speaker(claim.source)
    return Difference(
        document=judgement.document,
        start=claim.content[0].start,
        cause=cause,
        words=words_of(claim.content, text),
        first=speaker if cause.endswith("A") else None,
        second=speaker if cause.endswith("B") else None,
    )


def _of_pair(judgement: Judgement, pair: JudgedPair, text: str) -> Iterator[Difference]:
    ours, theirs = judgement.gold[pair.gold], judgement.predicted[pair.predicted]

    def difference(cause: str, first: object, second: object) -> Difference:
        return Difference(
            document=judgement.document,
            start=ours.content[0].start,
            cause=cause,
            words=words_of(ours.content, text),
            first=None if first is None else str(first),
            second=None if second is None else str(second),
        )

    if pair.source != "right":
        cause = "speaker (lenient match)" if pair.source == "lenient" else "speaker"
        yield difference(cause, _speaker(ours.source), _speaker(theirs.source))
    for field in ("mode", "stance", "hedged"):
        if getattr(ours, field) != getattr(theirs, field):
            yield difference(field, getattr(ours, field), getattr(theirs, field))
    for figures in pair.figures:
        if figures.error is not None:
            first = _figure_words(ours.figures[figures.gold], text)
            second = None if figures.predicted is None else _figure_words(theirs.figures[figures.predicted], text)
            yield difference(f"figure: {figures.error}", first, second)
    held = {figures.predicted for figures in pair.figures}
    for position, figure in enumerate(theirs.figures):
        if position not in held:
            yield difference("figure: only in B", None, _figure_words(figure, text))
    if pair.when_right < max(len(ours.when), len(theirs.when)):
        yield difference("when", [when.value for when in ours.when], [when.value for when in theirs.when])


def _speaker(source: Source) -> str:
    return f"{source.name or source.kind} ({source.kind})" if source.name else source.kind


def _figure_words(figure: Figure, text: str) -> str:
    bounds = figure.low if figure.low == figure.high else f"{figure.low or ''}…{figure.high or ''}"
    parts = [bounds, figure.qualifier, figure.unit, figure.counted, figure.measure]
    return f"{figure.span.of(text)} [{', '.join(part for part in parts if part)}]"
