"""How right are the predicted claims of an article?

Judges pair by pair what was paired by `align`, and says what is wrong with each claim. Counting is left to `tally`,
rates to `measures`; running models and printing to others.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Literal, NamedTuple

from eval.align import THRESHOLD, Aligner, Alignment, Pair
from eval.figures import Fidelity, FigurePair, is_vague, values_of
from eval.numerals import values_in
from eval.sources import SourceVerdict, judge_source, words_of_name
from service.goldfiles import GoldClaim
from service.records import Figure, Record

PredictedFigureVerdict = Literal["right", "distorted", "misplaced", "invented"]


class JudgedFigure(Record):
    """A predicted figure that is not vague: `right` (value, bounds, unit, in its claim), `invented` (no such number in
    the text), `distorted` (a gold figure of its claim, but changed), or `misplaced` (a number of some other claim)."""

    predicted: int  # position of the claim
    figure: int
    verdict: PredictedFigureVerdict


class JudgedPair(Record):
    """A predicted claim held against the gold claim it stands for."""

    predicted: int
    gold: int
    similarity: float
    optional: bool
    source: SourceVerdict
    figures: tuple[FigurePair, ...]
    stance_right: bool
    mode_right: bool
    hedge_right: bool
    when_right: int


class Judgement(Record):
    """All that can be said of one article's predictions. Numbers are positions in `predicted` and `gold`."""

    document: str
    predicted: tuple[GoldClaim, ...]
    gold: tuple[GoldClaim, ...]
    pairs: tuple[JudgedPair, ...]
    missed: tuple[int, ...]
    spurious: tuple[int, ...]
    duplicates: tuple[int, ...]
    predicted_figures: tuple[JudgedFigure, ...]
    invented_speakers: tuple[int, ...]  # predicted claims whose speaker's name is nowhere in the text
    text_gold: int
    text_right: int
    rejected: int | None = None  # drafts that found no place in the text; None where that is not known


# ── judging ───────────────────────────────────────────────────────────────────────────────────────────────────────


class Task(NamedTuple):
    """One article to score."""

    document: str
    text: str
    predicted: Sequence[GoldClaim]
    gold: Sequence[GoldClaim]
    rejected: int | None = None


def judge_all(tasks: Iterable[Task], *, threshold: float = THRESHOLD) -> tuple[Judgement, ...]:
    return tuple(judge_task(task, threshold=threshold) for task in tasks)


def judge_task(task: Task, *, threshold: float = THRESHOLD) -> Judgement:
    """Pairs the claims of one article and judges every pair; order never matters."""
    [judgement] = judge_at(task, (threshold,))
    return judgement


def judge_at(task: Task, thresholds: Sequence[float]) -> tuple[Judgement, ...]:
    """One article at several pairing thresholds; where they pair alike, the judgement is one and the same object."""
    aligner = Aligner(task.text, task.predicted, task.gold)
    judged: dict[Alignment, Judgement] = {}
    found = []
    for threshold in thresholds:
        alignment = aligner.at(threshold)
        if alignment not in judged:
            judged[alignment] = _judge(task, alignment, aligner)
        found.append(judged[alignment])
    return tuple(found)


def _judge(task: Task, alignment: Alignment, aligner: Aligner) -> Judgement:
    predicted, gold = task.predicted, task.gold
    pairs = tuple(_judge_pair(pair, predicted, gold, aligner) for pair in alignment.pairs)
    missed = _rest(gold, {pair.gold for pair in pairs})
    unpaired = set(_rest(predicted, {pair.predicted for pair in pairs}))
    numbers = _numbers_in(task.text) | {
        value for claim in gold for figure in claim.figures for value in values_of(figure)
    }
    text_gold, text_right = _text_attributed(predicted, gold)
    return Judgement(
        document=task.document,
        predicted=tuple(predicted),
        gold=tuple(gold),
        pairs=_with_wrong_claims(pairs, predicted, gold),
        missed=tuple(position for position in missed if not gold[position].optional),
        spurious=tuple(sorted(unpaired - set(alignment.duplicates))),
        duplicates=alignment.duplicates,
        predicted_figures=_judge_predicted_figures(pairs, predicted, set(alignment.duplicates), numbers),
        invented_speakers=_invented_speakers(task.text, predicted),
        text_gold=text_gold,
        text_right=text_right,
        rejected=task.rejected,
    )


# An article is judged for every model.
_numbers_in = lru_cache(maxsize=256)(values_in)
_words_in = lru_cache(maxsize=256)(words_of_name)


def _invented_speakers(text: str, predicted: Sequence[GoldClaim]) -> tuple[int, ...]:
    """A name may be put together from several places, but each of its words must stand somewhere."""
    there = _words_in(text)
    return tuple(
        position
        for position, claim in enumerate(predicted)
        if claim.source.name is not None and not words_of_name(claim.source.name) <= there
    )


def _rest(claims: Sequence[GoldClaim], taken: set[int]) -> tuple[int, ...]:
    return tuple(position for position in range(len(claims)) if position not in taken)


def _judge_pair(pair: Pair, predicted: Sequence[GoldClaim], gold: Sequence[GoldClaim], aligner: Aligner) -> JudgedPair:
    ours, theirs = predicted[pair.predicted], gold[pair.gold]
    found = sum(
        any(when.value == other.value and when.span.overlaps(other.span) for other in ours.when) for when in theirs.when
    )
    return JudgedPair(
        predicted=pair.predicted,
        gold=pair.gold,
        similarity=pair.similarity,
        optional=theirs.optional,
        source=aligner.source(pair.predicted, pair.gold),
        figures=aligner.figures(pair.predicted, pair.gold),
        stance_right=ours.stance == theirs.stance,
        mode_right=ours.mode == theirs.mode,
        hedge_right=ours.hedged == theirs.hedged,
        when_right=found,
    )


def _with_wrong_claims(
    pairs: Sequence[JudgedPair], predicted: Sequence[GoldClaim], gold: Sequence[GoldClaim]
) -> tuple[JudgedPair, ...]:
    """A gold figure that its pair omits, but that another predicted claim holds, went into the wrong claim."""
    judged = []
    for pair in pairs:
        if not any(figure.error == "omitted" for figure in pair.figures):
            judged.append(pair)
            continue
        elsewhere = [
            figure for position, claim in enumerate(predicted) if position != pair.predicted for figure in claim.figures
        ]
        figures = tuple(
            figure.model_copy(update={"error": "wrong_claim"})
            if figure.error == "omitted" and is_among(gold[pair.gold].figures[figure.gold], elsewhere)
            else figure
            for figure in pair.figures
        )
        judged.append(pair.model_copy(update={"figures": figures}))
    return tuple(judged)


def is_among(figure: Figure, others: Iterable[Figure]) -> bool:
    return any(figure.span.overlaps(other.span) and values_of(figure) == values_of(other) for other in others)


def _judge_predicted_figures(
    pairs: Sequence[JudgedPair], predicted: Sequence[GoldClaim], duplicates: set[int], numbers: frozenset[Decimal]
) -> tuple[JudgedFigure, ...]:
    by_claim = {pair.predicted: pair for pair in pairs}
    judged = []
    for position, claim in enumerate(predicted):
        pair = by_claim.get(position)
        if position in duplicates or (pair is not None and pair.optional):
            continue
        levels = {figure.predicted: figure.fidelity for figure in pair.figures} if pair else {}
        for number, figure in enumerate(claim.figures):
            if not is_vague(figure):
                verdict = _verdict(figure, levels.get(number), numbers)
                judged.append(JudgedFigure(predicted=position, figure=number, verdict=verdict))
    return tuple(judged)


def _verdict(figure: Figure, level: Fidelity | None, numbers: frozenset[Decimal]) -> PredictedFigureVerdict:
    if level is not None and level >= Fidelity.BOUNDS:
        return "right"
    if not values_of(figure) <= numbers:
        return "invented"
    return "misplaced" if level is None else "distorted"


def _text_attributed(predicted: Sequence[GoldClaim], gold: Sequence[GoldClaim]) -> tuple[int, int]:
    """Characters of gold content, and how many some prediction gives to the right speaker, however claims were cut."""
    covers = [(claim.source, _characters(claim)) for claim in predicted]
    total = right = 0
    for claim in gold:
        if not claim.optional:
            characters = _characters(claim)
            total += len(characters)
            given: set[int] = set()
            for source, cover in covers:
                if not cover.isdisjoint(characters) and judge_source(source, claim.source) == "right":
                    given |= cover & characters
            right += len(given)
    return total, right


def _characters(claim: GoldClaim) -> set[int]:
    return {offset for span in claim.content for offset in range(span.start, span.end)}


def faults_of(judgement: Judgement) -> Mapping[int, tuple[str, ...]]:
    """What is wrong with each predicted claim, by its position: nothing, where its speaker and all figures are right.

    Claims paired with optional gold are left out. Strict: an answer that gold merely accepts, and one that gives no
    speaker, have a fault.
    """
    faults = {pair.predicted: pair_faults(pair, judgement) for pair in judgement.pairs if not pair.optional}
    faults |= {position: ("repeated",) for position in judgement.duplicates}
    return faults | {position: ("not in gold",) for position in judgement.spurious}


def pair_faults(pair: JudgedPair, judgement: Judgement) -> tuple[str, ...]:
    """ "speaker wrong", "value", "omitted" …: nothing where speaker and figures are right; vague figures aside."""
    faults = [] if pair.source == "right" else [f"speaker {pair.source}"]
    gold = judgement.gold[pair.gold]
    faults += [
        each.error.replace("_", " ") for each in pair.figures if each.error and not is_vague(gold.figures[each.gold])
    ]
    taken = {each.predicted for each in pair.figures}
    for figure in judgement.predicted_figures:
        if figure.predicted == pair.predicted and figure.figure not in taken:
            faults.append("invented" if figure.verdict == "invented" else "added")
    return tuple(faults)
