"""Which of some models is better on the same articles, by how much, and could it be chance?

Compares each model with the first, article by article: only articles that all have finished, as many repeats averaged
inside the article. What a gold set is too small to show is said. Printing is left to others.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from eval.align import THRESHOLD
from eval.annotated import fields_missing, not_judged
from eval.goldset import ArticleSet
from eval.measures import MEASURES, THRESHOLDS, Measure
from eval.runs import StoredRun, Tasks
from eval.score import Judgement, Task, judge_at, pair_faults
from eval.statistics import Difference, Paired, Ratio, SwapTest, holm, paired_difference, swap_test
from eval.tally import Tally, add, tally
from service.goldfiles import GoldClaim
from service.records import Figure, Record, words_of

HEADLINES = ("who_said_which_number", "attribution_recall", "number_fidelity")
SIGNIFICANT = 0.05

Verdict = Literal["better", "worse", "not shown", "turns with τ", "too few articles", "nothing to count"]


class Contender(NamedTuple):
    """A model's answers to score: for each article that it finished, one task for each repeat."""

    name: str
    tasks: Mapping[str, tuple[Task, ...]]


class MeasureDifference(Record):
    """One rate under the first model and under another. Only headlines are tested: `chance` is the swap test's mid-p,
    `adjusted` by Holm over all headlines and models."""

    key: str
    group: str
    label: str
    mistakes: bool
    first: Ratio
    second: Ratio
    difference: Difference | None
    test: SwapTest | None = None
    adjusted: float | None = None
    turns: bool = False  # the better of the two changes with the pairing threshold

    @property
    def headline(self) -> bool:
        return self.key in HEADLINES

    @property
    def verdict(self) -> Verdict:
        """Of the second model, in words; never better or worse on fewer articles than an interval needs."""
        if self.difference is None:
            return "nothing to count"
        if self.difference.interval is None:
            return "too few articles"
        if self.turns:
            return "turns with τ"
        if self.adjusted is None or self.adjusted >= SIGNIFICANT:
            return "not shown"
        return "better" if (self.difference.value > 0) != self.mistakes else "worse"


class Comparison(Record):
    """A model held against the first one."""

    first: str
    second: str
    measures: tuple[MeasureDifference, ...]

    @property
    def headlines(self) -> tuple[MeasureDifference, ...]:
        return tuple(measure for measure in self.measures if measure.headline)

    def __getitem__(self, key: str) -> MeasureDifference:
        return next(measure for measure in self.measures if measure.key == key)


class Said(Record):
    """A claim in words, and what is wrong with it."""

    words: str
    speaker: str
    figures: tuple[str, ...]
    faults: tuple[str, ...] = ()


class ClaimDifference(Record):
    """A gold claim and what each model made of it; None where it has no claim for it."""

    document: str
    claim: str
    gold: Said
    said: tuple[Said | None, ...]

    @property
    def right(self) -> tuple[bool, ...]:
        return tuple(said is not None and not said.faults for said in self.said)

    @property
    def flip(self) -> bool:
        """Right with one model and wrong with another."""
        return len(set(self.right)) > 1


class Compared(Record):
    """Some models on the same articles; `dropped` names the articles left out, with the models that lack them."""

    names: tuple[str, ...]
    threshold: float
    documents: tuple[str, ...]
    dropped: Mapping[str, tuple[str, ...]]
    not_annotated: tuple[str, ...] = ()  # fields of the gold set, so that measures of them are not compared
    comparisons: tuple[Comparison, ...]
    claims: tuple[ClaimDifference, ...]  # flips first, then other differences


def contenders_of(runs: Sequence[StoredRun], gold: ArticleSet) -> tuple[Contender, ...]:
    """Some stored runs, each with its finished articles among those of the gold set, read as they are needed."""
    return tuple(Contender(run.name, Tasks(run, gold)) for run in runs)


def compare(
    contenders: Sequence[Contender],
    *,
    documents: Sequence[str] | None = None,
    threshold: float = THRESHOLD,
    annotates: Sequence[str] | None = None,
) -> Compared:
    """Holds every other contender against the first, going once through the articles.

    `documents` are those that should be there; unless given, those that any of the contenders has. Measures of fields
    that the gold set does not annotate are left out; `annotates` names those that it does, None stands for all.
    """
    planned = documents if documents is not None else sorted({name for each in contenders for name in each.tasks})
    lacking = {name: tuple(each.name for each in contenders if name not in each.tasks) for name in planned}
    common = tuple(name for name in planned if not lacking[name])
    taus = sorted({*THRESHOLDS, threshold})
    counted = [{tau: _Counts({}) for tau in taus} for _ in contenders]
    claims: list[ClaimDifference] = []
    for name in common:
        first_answers = []
        tasks = [contender.tasks[name] for contender in contenders]
        for listed, at in zip(tasks, counted, strict=True):
            repeats = [judge_at(task, taus) for task in listed]
            for place, tau in enumerate(taus):
                at[tau].tallies[name] = tuple(tally(judgements[place]) for judgements in repeats)
            first_answers.append(repeats[0][taus.index(threshold)])
        claims += _of_article(tasks[0][0].text, first_answers)
    measures = [measure for measure in MEASURES if measure.key not in not_judged(annotates)]
    questions = sum(measure.key in HEADLINES for measure in measures) * (len(contenders) - 1)
    comparisons = [
        Comparison(
            first=contenders[0].name,
            second=contenders[place].name,
            measures=tuple(
                _measured(measure, {tau: (counted[0][tau], counted[place][tau]) for tau in taus}, threshold, questions)
                for measure in measures
            ),
        )
        for place in range(1, len(contenders))
    ]
    return Compared(
        names=tuple(each.name for each in contenders),
        threshold=threshold,
        documents=common,
        dropped={name: models for name, models in lacking.items() if models},
        not_annotated=fields_missing(annotates),
        comparisons=_adjusted(comparisons),
        # Lost ones before gained ones: what the first model had right is what a change may cost.
        claims=tuple(sorted(claims, key=lambda each: (not each.flip, not each.right[0]))),
    )


class _Counts(NamedTuple):
    """One contender's counts of each article at one threshold, one for each repeat."""

    tallies: dict[str, tuple[Tally, ...]]


def _measured(
    measure: Measure, judged: Mapping[float, tuple[_Counts, _Counts]], threshold: float, questions: int
) -> MeasureDifference:
    first, second = judged[threshold]
    articles = _paired(measure, first, second)
    headline = measure.key in HEADLINES
    directions = set()
    for ours, theirs in judged.values() if headline else ():
        low, high = _ratio(measure, ours).value, _ratio(measure, theirs).value
        if low is not None and high is not None and low != high:
            directions.add(high > low)
    return MeasureDifference(
        key=measure.key,
        group=measure.group,
        label=measure.label,
        mistakes=measure.mistakes,
        first=_ratio(measure, first),
        second=_ratio(measure, second),
        difference=paired_difference(articles, questions=questions),
        test=swap_test(articles) if headline else None,
        turns=len(directions) > 1,
    )


def _ratio(measure: Measure, judged: _Counts) -> Ratio:
    return measure.of(add(tally for repeats in judged.tallies.values() for tally in repeats))


def _paired(measure: Measure, first: _Counts, second: _Counts) -> list[Paired]:
    return [
        Paired(*_averaged(measure, first.tallies[name]), *_averaged(measure, second.tallies[name]))
        for name in first.tallies
    ]


def _averaged(measure: Measure, repeats: Sequence[Tally]) -> tuple[float, float]:
    """Several answers to one article are no more articles."""
    ratio = measure.of(add(repeats))
    return ratio.hits / len(repeats), ratio.total / len(repeats)


def _adjusted(comparisons: Sequence[Comparison]) -> tuple[Comparison, ...]:
    tested = [
        (place, measure.key, measure.test.two_sided)
        for place, each in enumerate(comparisons)
        for measure in each.measures
        if measure.test is not None
    ]
    adjusted = holm([chance for _, _, chance in tested])
    known = {(place, key): value for (place, key, _), value in zip(tested, adjusted, strict=True)}
    return tuple(
        each.model_copy(
            update={
                "measures": tuple(
                    measure.model_copy(update={"adjusted": known.get((place, measure.key))})
                    for measure in each.measures
                )
            }
        )
        for place, each in enumerate(comparisons)
    )


# ── claim by claim ────────────────────────────────────────────────────────────────────────────────────────────────


def _of_article(text: str, judgements: Sequence[Judgement]) -> Iterator[ClaimDifference]:
    gold = judgements[0].gold
    pairs = [{pair.gold: pair for pair in judgement.pairs} for judgement in judgements]
    for position, claim in enumerate(gold):
        if claim.optional:
            continue
        said: list[Said | None] = []
        for judgement, by_gold in zip(judgements, pairs, strict=True):
            pair = by_gold.get(position)
            faults = pair_faults(pair, judgement) if pair else ()
            said.append(_said(judgement.predicted[pair.predicted], text, faults) if pair else None)
        if any(each != said[0] for each in said[1:]):
            yield ClaimDifference(document=claim.document, claim=claim.id, gold=_said(claim, text), said=tuple(said))


def _said(claim: GoldClaim, text: str, faults: tuple[str, ...] = ()) -> Said:
    return Said(
        words=words_of(claim.content, text),
        speaker=claim.source.name or f"({claim.source.kind})",
        figures=tuple(figure_in_words(figure) for figure in claim.figures),
        faults=faults,
    )


def figure_in_words(figure: Figure) -> str:
    """ "at least 40 crates lost": a figure's fields in reading order."""
    bounds = [bound for bound in dict.fromkeys((figure.low, figure.high)) if bound is not None]
    qualifier = "" if figure.qualifier in ("exact", "range") else figure.qualifier.replace("_", " ")
    parts = (qualifier, " to ".join(bounds), figure.unit, figure.counted, figure.measure)
    return " ".join(part for part in parts if part)
