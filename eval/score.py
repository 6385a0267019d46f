"""How right are the predicted claims of an article?

Judges pair by pair, then counts. Counts are whole numbers, one set for each article, and every measure is a ratio of
their sums: nothing is averaged. Running models and printing are left to others.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Literal, NamedTuple

from eval.align import THRESHOLD, Pair, align, similarity_grid
from eval.figures import Fidelity, FigurePair, is_vague, pair_figures, values_of
from eval.numerals import values_in
from eval.sources import SourceVerdict, judge_source, words_of_name
from eval.statistics import Interval, Ratio, clustered_wilson, rule_of_three
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


class Tally(Record):
    """The counts of one article, or of several together."""

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


def add(tallies: Iterable[Tally]) -> Tally:
    """The sum of some tallies, count by count."""
    total: Counter[str] = Counter()
    for tally in tallies:
        total.update(dict(tally))
    return Tally(**total)


# ── judging ───────────────────────────────────────────────────────────────────────────────────────────────────────


def judge(
    text: str,
    predicted: Sequence[GoldClaim],
    gold: Sequence[GoldClaim],
    *,
    document: str = "",
    threshold: float = THRESHOLD,
    grid: tuple[tuple[int, ...], ...] | None = None,
    rejected: int | None = None,
) -> Judgement:
    """Pairs the claims of one article and judges every pair; order never matters."""
    alignment = align(text, predicted, gold, threshold=threshold, grid=grid)
    pairs = tuple(_judge_pair(pair, predicted, gold) for pair in alignment.pairs)
    missed = _rest(gold, {pair.gold for pair in pairs})
    unpaired = set(_rest(predicted, {pair.predicted for pair in pairs}))
    numbers = _numbers_in(text) | {value for claim in gold for figure in claim.figures for value in values_of(figure)}
    text_gold, text_right = _text_attributed(predicted, gold)
    return Judgement(
        document=document,
        predicted=tuple(predicted),
        gold=tuple(gold),
        pairs=_with_wrong_claims(pairs, predicted, gold),
        missed=tuple(position for position in missed if not gold[position].optional),
        spurious=tuple(sorted(unpaired - set(alignment.duplicates))),
        duplicates=alignment.duplicates,
        predicted_figures=_judge_predicted_figures(pairs, predicted, set(alignment.duplicates), numbers),
        invented_speakers=_invented_speakers(text, predicted),
        text_gold=text_gold,
        text_right=text_right,
        rejected=rejected,
    )


# An article is judged for every model, at every threshold.
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


def _judge_pair(pair: Pair, predicted: Sequence[GoldClaim], gold: Sequence[GoldClaim]) -> JudgedPair:
    ours, theirs = predicted[pair.predicted], gold[pair.gold]
    found = sum(
        any(when.value == other.value and when.span.overlaps(other.span) for other in ours.when) for when in theirs.when
    )
    return JudgedPair(
        predicted=pair.predicted,
        gold=pair.gold,
        similarity=pair.similarity,
        optional=theirs.optional,
        source=judge_source(ours.source, theirs.source),
        figures=pair_figures(ours.figures, theirs.figures),
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
        elsewhere = [
            figure for position, claim in enumerate(predicted) if position != pair.predicted for figure in claim.figures
        ]
        figures = tuple(
            figure.model_copy(update={"error": "wrong_claim"})
            if figure.error == "omitted" and _is_among(gold[pair.gold].figures[figure.gold], elsewhere)
            else figure
            for figure in pair.figures
        )
        judged.append(pair.model_copy(update={"figures": figures}))
    return tuple(judged)


def _is_among(figure: Figure, others: Iterable[Figure]) -> bool:
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


# ── counting ──────────────────────────────────────────────────────────────────────────────────────────────────────


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
    misplaced = sum(_is_among(figure, elsewhere) for figure in exact)
    return Counter(
        when_gold=len(claim.when),
        figures_gold=len(exact),
        vague_gold=len(claim.figures) - len(exact),
        error_wrong_claim=misplaced,
        error_omitted=len(exact) - misplaced,
    )


# ── measures ──────────────────────────────────────────────────────────────────────────────────────────────────────


class Measure(NamedTuple):
    """A rate of the report: which counts it divides, and what it means in words."""

    key: str
    group: str
    label: str
    hits: Callable[[Tally], int]
    total: Callable[[Tally], int]

    mistakes: bool = False  # small is good: reported with an upper bound

    def of(self, tally: Tally) -> Ratio:
        return Ratio(hits=self.hits(tally), total=self.total(tally))


def _measure(key: str, group: str, label: str, hits: str, total: str, *, mistakes: bool = False) -> Measure:
    return Measure(key, group, label, lambda tally: tally[hits], lambda tally: tally[total], mistakes)


WHO_SAID = "Who said which number"
SPEAKERS = "Speakers"
NUMBERS = "Numbers"
MADE_UP = "Made up"
CLAIMS = "Claims"
MANNER = "How and when it is said"

MEASURES: tuple[Measure, ...] = (
    _measure("who_said_which_number", WHO_SAID, "gold figures all right, speaker too", "said_right", "figures_gold"),
    _measure("who_said_which_number_lenient", WHO_SAID, "… lenient on the speaker", "said_lenient", "figures_gold"),
    _measure("attribution_accuracy", SPEAKERS, "attribution accuracy (of paired)", "source_right", "paired"),
    _measure("attribution_accuracy_lenient", SPEAKERS, "… lenient", "source_lenient", "paired"),
    _measure("attribution_recall", SPEAKERS, "attribution recall (of all gold)", "source_right", "gold"),
    _measure("attribution_recall_lenient", SPEAKERS, "… lenient", "source_lenient", "gold"),
    Measure(
        "attempt_rate", SPEAKERS, "speaker given at all", lambda t: t.paired - t.source_abstained, lambda t: t.paired
    ),
    Measure(
        "selective_accuracy",
        SPEAKERS,
        "speaker right where given",
        lambda t: t.source_right,
        lambda t: t.paired - t.source_abstained,
    ),
    _measure("text_attributed_right", SPEAKERS, "text attributed right (characters)", "text_right", "text_gold"),
    _measure("number_fidelity_value", NUMBERS, "number fidelity: value", "figures_value", "figures_gold"),
    _measure("number_fidelity_bounds", NUMBERS, "… and bounds, unit", "figures_bounds", "figures_gold"),
    _measure("number_fidelity", NUMBERS, "… and what is counted, measure", "figures_full", "figures_gold"),
    _measure("figures_right", NUMBERS, "predicted figures: right", "figures_right", "figures_predicted"),
    _measure("figures_distorted", NUMBERS, "… distorted", "figures_distorted", "figures_predicted", mistakes=True),
    _measure("figures_misplaced", NUMBERS, "… misplaced", "figures_misplaced", "figures_predicted", mistakes=True),
    _measure("figures_invented", NUMBERS, "… invented", "figures_invented", "figures_predicted", mistakes=True),
    _measure("vague_found", NUMBERS, "vague figures found", "vague_found", "vague_gold"),
    _measure(
        "claims_ungrounded",
        MADE_UP,
        "claims with something made up",
        "claims_ungrounded",
        "predicted",
        mistakes=True,
    ),
    _measure(
        "speakers_invented",
        MADE_UP,
        "speakers named nowhere in the text",
        "speakers_invented",
        "speakers_named",
        mistakes=True,
    ),
    _measure(
        "drafts_rejected", MADE_UP, "drafts without a place in the text", "drafts_rejected", "drafts", mistakes=True
    ),
    _measure("claim_precision", CLAIMS, "claim precision", "paired", "predicted"),
    _measure("claim_recall", CLAIMS, "claim recall", "paired", "gold"),
    Measure("claim_f1", CLAIMS, "claim F1", lambda t: 2 * t.paired, lambda t: t.gold + t.predicted),
    _measure("stance", MANNER, "stance (of paired)", "stance_right", "paired"),
    _measure("mode", MANNER, "mode (of paired)", "mode_right", "paired"),
    _measure("hedge", MANNER, "hedge (of paired)", "hedge_right", "paired"),
    _measure("when", MANNER, "when (of gold times)", "when_right", "when_gold"),
)

SMALL_IS_GOOD = frozenset(measure.key for measure in MEASURES if measure.mistakes)
HALLUCINATIONS = ("claims_ungrounded", "speakers_invented", "figures_invented", "drafts_rejected")
FIGURE_ERRORS = tuple(name for name in Tally.model_fields if name.startswith("error_"))


class Score(Record):
    """A measure over all articles, with its interval where there are articles enough."""

    key: str
    group: str
    label: str
    ratio: Ratio
    interval: Interval | None
    articles: int = 0  # those with something to count
    mistakes: bool = False

    @property
    def upper(self) -> float | None:
        """What the rate may still be; None below ten articles."""
        return self.interval.high if self.interval else None

    @property
    def rule_of_three(self) -> float | None:
        """The pessimistic bound of a rate that was never seen: three in as many articles. None once it was."""
        return rule_of_three(self.articles) if self.ratio.total and not self.ratio.hits else None


class Identity(Record):
    """Where recall of speakers is lost: recall is claim recall × attempt rate × selective accuracy."""

    recall: Ratio
    claim_recall: Ratio
    attempt_rate: Ratio
    selective_accuracy: Ratio

    def __str__(self) -> str:
        found, given, right = self.claim_recall, self.attempt_rate, self.selective_accuracy
        return f"attribution recall {self.recall} = claims found {found} × speaker given {given} × right {right}"


class Scores(Record):
    """What a set of predictions is worth on a gold set."""

    threshold: float
    articles: int
    total: Tally
    by_article: Mapping[str, Tally]
    measures: tuple[Score, ...]

    def __getitem__(self, key: str) -> Ratio:
        """The ratio of one measure."""
        return self.measure(key).ratio

    def measure(self, key: str) -> Score:
        return next(score for score in self.measures if score.key == key)

    @property
    def identity(self) -> Identity:
        return Identity(
            recall=self["attribution_recall"],
            claim_recall=self["claim_recall"],
            attempt_rate=self["attempt_rate"],
            selective_accuracy=self["selective_accuracy"],
        )

    @property
    def hallucinations(self) -> tuple[Score, ...]:
        """The rates of what was made up, each to be shown with its upper bound."""
        return tuple(self.measure(key) for key in HALLUCINATIONS)


class Task(NamedTuple):
    """One article to score."""

    document: str
    text: str
    predicted: Sequence[GoldClaim]
    gold: Sequence[GoldClaim]
    rejected: int | None = None


def judge_all(tasks: Iterable[Task], *, threshold: float = THRESHOLD) -> tuple[Judgement, ...]:
    return tuple(judge_task(task, threshold=threshold) for task in tasks)


def judge_task(
    task: Task, *, threshold: float = THRESHOLD, grid: tuple[tuple[int, ...], ...] | None = None
) -> Judgement:
    return judge(
        task.text,
        task.predicted,
        task.gold,
        document=task.document,
        threshold=threshold,
        grid=grid,
        rejected=task.rejected,
    )


def score(judgements: Iterable[Judgement], *, threshold: float = THRESHOLD) -> Scores:
    """The measures over some judged articles; the order of articles never matters.

    Several judgements of one article are repeats: counts add up, and intervals take their average as the article's, for
    asking a model again adds no article.
    """
    tallies: dict[str, list[Tally]] = {}
    for judgement in judgements:
        tallies.setdefault(judgement.document, []).append(tally(judgement))
    by_article = {document: each[0] if len(each) == 1 else add(each) for document, each in tallies.items()}
    repeats = [len(each) for each in tallies.values()]
    total = add(by_article.values())
    measures = []
    for measure in MEASURES:
        ratios = [measure.of(counts) for counts in by_article.values()]
        interval = clustered_wilson(
            [ratio.hits / times for ratio, times in zip(ratios, repeats, strict=True)],
            [ratio.total / times for ratio, times in zip(ratios, repeats, strict=True)],
        )
        measures.append(
            Score(
                key=measure.key,
                group=measure.group,
                label=measure.label,
                ratio=measure.of(total),
                interval=interval,
                articles=sum(ratio.total > 0 for ratio in ratios),
                mistakes=measure.mistakes,
            )
        )
    return Scores(
        threshold=threshold, articles=len(by_article), total=total, by_article=by_article, measures=tuple(measures)
    )


def score_at(tasks: Sequence[Task], thresholds: Sequence[float]) -> tuple[Scores, ...]:
    """The same predictions at several pairing thresholds: a ranking that flips between them is no ranking."""
    grids = [similarity_grid(task.text, task.predicted, task.gold) for task in tasks]
    return tuple(
        score(
            (judge_task(task, threshold=threshold, grid=grid) for task, grid in zip(tasks, grids, strict=True)),
            threshold=threshold,
        )
        for threshold in thresholds
    )
