"""What do the counts of judged articles come to?

Every measure is a ratio of summed counts with its interval: nothing is averaged. What is counted is for `tally` to say.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from eval.align import THRESHOLD
from eval.score import Judgement, Task, judge_at
from eval.statistics import Interval, Ratio, clustered_wilson, rule_of_three
from eval.tally import Tally, add, tally
from service.records import Record

THRESHOLDS = (0.3, 0.5, 0.7)  # every report shows these


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


class ScoreSheet:
    """Counts articles as they are judged, at several pairing thresholds, and keeps nothing of them but the counts.

    Several judgements of one article are repeats: counts add up, and intervals take their average as the article's, for
    asking a model again adds no article. The order of articles never matters.
    """

    def __init__(self, thresholds: Sequence[float] = (THRESHOLD,)) -> None:
        self.thresholds = tuple(thresholds)
        self._tallies: tuple[dict[str, Tally], ...] = tuple({} for _ in self.thresholds)
        self._repeats: Counter[str] = Counter()

    def add(self, judgements: Sequence[Judgement]) -> None:
        """Counts one article, judged at each threshold in their order."""
        document = judgements[0].document
        self._repeats[document] += 1
        last, counts = None, Tally()
        for judgement, tallies in zip(judgements, self._tallies, strict=True):
            if judgement is not last:  # most articles are paired alike at every threshold
                last, counts = judgement, tally(judgement)
            before = tallies.get(document)
            tallies[document] = counts if before is None else add((before, counts))

    def scores(self) -> tuple[Scores, ...]:
        """The measures at each threshold."""
        return tuple(
            _scores(tallies, self._repeats, threshold)
            for threshold, tallies in zip(self.thresholds, self._tallies, strict=True)
        )


def _scores(by_article: Mapping[str, Tally], repeats: Mapping[str, int], threshold: float) -> Scores:
    tallies = tuple(by_article.values())
    times = [repeats[document] for document in by_article]
    total = add(tallies)
    measures = []
    for measure in MEASURES:
        totals = [measure.total(counts) for counts in tallies]
        interval = clustered_wilson(
            [measure.hits(counts) / number for counts, number in zip(tallies, times, strict=True)],
            [each / number for each, number in zip(totals, times, strict=True)],
        )
        measures.append(
            Score(
                key=measure.key,
                group=measure.group,
                label=measure.label,
                ratio=measure.of(total),
                interval=interval,
                articles=sum(each > 0 for each in totals),
                mistakes=measure.mistakes,
            )
        )
    return Scores(
        threshold=threshold, articles=len(tallies), total=total, by_article=by_article, measures=tuple(measures)
    )


def score(judgements: Iterable[Judgement], *, threshold: float = THRESHOLD) -> Scores:
    """The measures over some judged articles."""
    sheet = ScoreSheet((threshold,))
    for judgement in judgements:
        sheet.add((judgement,))
    return sheet.scores()[0]


def score_at(tasks: Iterable[Task], thresholds: Sequence[float]) -> tuple[Scores, ...]:
    """The same predictions at several pairing thresholds: a ranking that flips between them is no ranking.

    Goes through the tasks once and keeps none of them.
    """
    sheet = ScoreSheet(thresholds)
    for task in tasks:
        sheet.add(judge_at(task, thresholds))
    return sheet.scores()
