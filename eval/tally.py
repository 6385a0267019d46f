"""How often was what right in an article?

Whole numbers, one set for each judged article: all that rates, intervals and tests need to know of it. What each count
is divided by is for `measures` to say.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter

from eval.figures import Fidelity, is_vague
from eval.score import JudgedPair, Judgement, is_among
from service.goldfiles import GoldClaim


@dataclass(frozen=True, slots=True)
class Tally:
    """The counts of one article, or of several together.

    All that is kept of an article once it is judged, so it has slots and not the size of a pydantic record.
    """

    gold: int = 0
    predicted: int = 0
    paired: int = 0
    missed: int = 0
    spurious: int = 0
    duplicates: int = 0
    optional: int = 0  # pairs with an optional gold claim, left out of every other count
    source_right: int = 0
    source_lenient: int = 0  # right ones too
    source_abstained: int = 0
    text_gold: int = 0  # characters
    text_right: int = 0
    figures_gold: int = 0
    figures_value: int = 0
    figures_bounds: int = 0
    figures_full: int = 0
    said_right: int = 0
    said_lenient: int = 0
    vague_gold: int = 0
    vague_found: int = 0
    figures_predicted: int = 0
    figures_right: int = 0
    figures_distorted: int = 0
    figures_misplaced: int = 0
    figures_invented: int = 0
    figures_repeated: int = 0  # in duplicates, left out of the predicted figures
    claims_ungrounded: int = 0  # predicted ones with a speaker or a figure that the text has not
    speakers_named: int = 0
    speakers_invented: int = 0
    drafts: int = 0  # claims and rejected drafts, where it is known how many were rejected
    drafts_rejected: int = 0
    stance_right: int = 0
    mode_right: int = 0
    hedge_right: int = 0
    when_gold: int = 0
    when_right: int = 0
    error_value: int = 0
    error_scale: int = 0
    error_direction: int = 0
    error_range_collapsed: int = 0
    error_percent_vs_points: int = 0
    error_unit: int = 0
    error_bound_lost: int = 0
    error_qualifier: int = 0
    error_counted: int = 0
    error_wrong_claim: int = 0
    error_omitted: int = 0

    def __getitem__(self, name: str) -> int:
        value: int = getattr(self, name)
        return value

    def counts(self) -> dict[str, int]:
        return {name: self[name] for name in COUNTS}


COUNTS = tuple(field.name for field in fields(Tally))
FIGURE_ERRORS = tuple(name for name in COUNTS if name.startswith("error_"))


def add(tallies: Iterable[Tally]) -> Tally:
    """The sum of some tallies, count by count."""
    rows = [_row(tally) for tally in tallies]
    return Tally(*map(sum, zip(*rows, strict=True)))


_row = attrgetter(*COUNTS)


def tally(judgement: Judgement) -> Tally:
    """The counts of one article. Pairs with optional gold claims leave every count but their own."""
    pairs = [pair for pair in judgement.pairs if not pair.optional]
    counts = Counter(
        gold=len(pairs) + len(judgement.missed),
        predicted=len(pairs) + len(judgement.spurious) + len(judgement.duplicates),
        paired=len(pairs),
        missed=len(judgement.missed),
        spurious=len(judgement.spurious),
        duplicates=len(judgement.duplicates),
        optional=len(judgement.pairs) - len(pairs),
        text_gold=judgement.text_gold,
        text_right=judgement.text_right,
        figures_predicted=len(judgement.predicted_figures),
    )
    for pair in pairs:
        counts.update(_pair_counts(pair, judgement))
    for position in judgement.missed:
        counts.update(_missed_counts(judgement.gold[position], judgement.predicted))
    counts.update(f"figures_{figure.verdict}" for figure in judgement.predicted_figures)
    counts["figures_repeated"] = sum(
        not is_vague(figure) for position in judgement.duplicates for figure in judgement.predicted[position].figures
    )
    counts.update(_hallucination_counts(judgement))
    return Tally(**counts)


def _hallucination_counts(judgement: Judgement) -> dict[str, int]:
    """Of every predicted claim that is counted, repeated ones too: each would reach a reader."""
    counted = set(range(len(judgement.predicted))) - {pair.predicted for pair in judgement.pairs if pair.optional}
    speakers = counted & set(judgement.invented_speakers)
    figures = {figure.predicted for figure in judgement.predicted_figures if figure.verdict == "invented"}
    known = judgement.rejected is not None
    return {
        "claims_ungrounded": len(speakers | figures),
        "speakers_named": sum(judgement.predicted[position].source.name is not None for position in counted),
        "speakers_invented": len(speakers),
        "drafts": len(judgement.predicted) + (judgement.rejected or 0) if known else 0,
        "drafts_rejected": judgement.rejected or 0,
    }


def _pair_counts(pair: JudgedPair, judgement: Judgement) -> Counter[str]:
    gold = judgement.gold[pair.gold]
    counts = Counter(
        source_right=int(pair.source == "right"),
        source_lenient=int(pair.source in ("right", "lenient")),
        source_abstained=int(pair.source == "abstained"),
        stance_right=int(pair.stance_right),
        mode_right=int(pair.mode_right),
        hedge_right=int(pair.hedge_right),
        when_gold=len(gold.when),
        when_right=pair.when_right,
    )
    predicted = judgement.predicted[pair.predicted]
    for figure in pair.figures:
        if is_vague(gold.figures[figure.gold]):
            counts["vague_gold"] += 1
            counts["vague_found"] += figure.predicted is not None and is_vague(predicted.figures[figure.predicted])
            continue
        full = figure.fidelity >= Fidelity.FULL
        counts["figures_gold"] += 1
        counts["figures_value"] += figure.fidelity >= Fidelity.VALUE
        counts["figures_bounds"] += figure.fidelity >= Fidelity.BOUNDS
        counts["figures_full"] += full
        counts["said_right"] += full and pair.source == "right"
        counts["said_lenient"] += full and pair.source in ("right", "lenient")
        if figure.error is not None:
            counts[f"error_{figure.error}"] += 1
    return counts


def _missed_counts(claim: GoldClaim, predicted: Sequence[GoldClaim]) -> Counter[str]:
    exact = [figure for figure in claim.figures if not is_vague(figure)]
    elsewhere = [figure for other in predicted for figure in other.figures]
    misplaced = sum(is_among(figure, elsewhere) for figure in exact)
    return Counter(
        when_gold=len(claim.when),
        figures_gold=len(exact),
        vague_gold=len(claim.figures) - len(exact),
        error_wrong_claim=misplaced,
        error_omitted=len(exact) - misplaced,
    )
