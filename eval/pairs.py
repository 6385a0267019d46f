"""Does a model tell the two members of a minimal pair apart?

A pair counts only if all its members are right. They are judged from the claims paired one to one, whatever else the
report says of them; how single claims are counted is for the score to say.

A member is wholly right when
- every gold claim has its prediction, with the right speaker (lenient), stance, hedge and negation, and the same
  figures: values, bounds, qualifier and unit, the head noun counted, and none besides;
- every prediction left over lies in a gold claim whose speaker it has right: a claim cut in two is forgiven, a claim
  given to somebody else is not;
- the claims that the members do not share are right in the field that the phenomenon is about.

The last point alone is the narrower number, "right in its field".
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from eval.align import THRESHOLD
from eval.figures import Fidelity, is_vague
from eval.score import JudgedPair, Judgement, Task, judge_all
from eval.sources import SourceVerdict, judge_source
from eval.statistics import Ratio
from eval.wording import fold_name, same_counted, same_measure
from service.goldfiles import GoldClaim, GoldDocument
from service.records import Figure, Record

NEARLY_ALL = 0.9  # similarity of contents from which they say the same: a word or two more or less
NO_PHENOMENON = "other"
_LENIENT: frozenset[SourceVerdict] = frozenset({"right", "lenient"})


class PairVerdict(Record):
    """One pair: `whole` if every member is wholly right, `field` if what tells them apart is."""

    pair: str
    phenomenon: str
    whole: bool
    field: bool


class PhenomenonScore(Record):
    """The pairs of one phenomenon, or all of them."""

    phenomenon: str
    whole: Ratio
    field: Ratio


class PairScores(Record):
    """All pairs of a gold set; `left_out` are those with a member that was not scored."""

    total: PhenomenonScore
    by_phenomenon: tuple[PhenomenonScore, ...]
    verdicts: tuple[PairVerdict, ...]
    left_out: tuple[str, ...]


class PairSheet:
    """Judges pairs as their members come by, in any order; a pair's articles are let go as soon as it is judged.

    Of several answers to an article the first counts.
    """

    def __init__(self, documents: Iterable[GoldDocument], *, threshold: float = THRESHOLD) -> None:
        self._members: dict[str, list[GoldDocument]] = {}
        for document in documents:
            if document.pair is not None:
                self._members.setdefault(document.pair, []).append(document)
        self._pair_of = {document.id: pair for pair, listed in self._members.items() for document in listed}
        self._threshold = threshold
        self._waiting: dict[str, dict[str, Task]] = {}
        self._verdicts: dict[str, PairVerdict] = {}

    def add(self, task: Task) -> None:
        pair = self._pair_of.get(task.document)
        if pair is None or pair in self._verdicts:
            return
        there = self._waiting.setdefault(pair, {})
        there.setdefault(task.document, task)
        members = self._members[pair]
        if len(there) == len(members) > 1:
            phenomenon = next(iter(members[0].phenomena), NO_PHENOMENON)
            tasks = [self._waiting[pair][document.id] for document in members]
            self._verdicts[pair] = judge_members(pair, phenomenon, tasks, threshold=self._threshold)
            del self._waiting[pair]

    def scores(self) -> PairScores | None:
        """The pairs by phenomenon; None where documents are not in pairs."""
        if not self._members:
            return None
        verdicts = [self._verdicts[pair] for pair in self._members if pair in self._verdicts]
        phenomena = sorted({verdict.phenomenon for verdict in verdicts})
        return PairScores(
            total=_score("all pairs", verdicts),
            by_phenomenon=tuple(
                _score(name, [verdict for verdict in verdicts if verdict.phenomenon == name]) for name in phenomena
            ),
            verdicts=tuple(verdicts),
            left_out=tuple(pair for pair in self._members if pair not in self._verdicts),
        )


def score_pairs(
    documents: Iterable[GoldDocument], tasks: Iterable[Task], *, threshold: float = THRESHOLD
) -> PairScores | None:
    """The pairs among the documents, by phenomenon; None where documents are not in pairs."""
    sheet = PairSheet(documents, threshold=threshold)
    for task in tasks:
        sheet.add(task)
    return sheet.scores()


def judge_members(pair: str, phenomenon: str, tasks: Sequence[Task], *, threshold: float = THRESHOLD) -> PairVerdict:
    """Judges one pair; where the phenomenon is unknown its field is all of a claim."""
    judgements = judge_all(tasks, threshold=threshold)
    field_right = FIELDS.get(phenomenon, _claim_right)
    apart = _told_apart(tasks)
    field = all(_all_right(judgement, field_right, among) for judgement, among in zip(judgements, apart, strict=True))
    whole = all(
        _all_right(judgement, _claim_right, range(len(judgement.gold))) and _nothing_wrong_besides(judgement)
        for judgement in judgements
    )
    return PairVerdict(pair=pair, phenomenon=phenomenon, whole=whole and field, field=field)


def _score(phenomenon: str, verdicts: Sequence[PairVerdict]) -> PhenomenonScore:
    return PhenomenonScore(
        phenomenon=phenomenon,
        whole=Ratio(hits=sum(verdict.whole for verdict in verdicts), total=len(verdicts)),
        field=Ratio(hits=sum(verdict.field for verdict in verdicts), total=len(verdicts)),
    )


# ── which claims tell the members apart ───────────────────────────────────────────────────────────────────────────


def _told_apart(tasks: Sequence[Task]) -> list[list[int]]:
    """For each member, the gold claims that some other member has not word for word and field for field.

    All of them where the members have the same claims.
    """
    said = [[_as_said(claim, task.text) for claim in task.gold] for task in tasks]
    apart = [
        [position for position, claim in enumerate(claims) if not all(claim in others for others in said)]
        for claims in said
    ]
    return apart if any(apart) else [list(range(len(claims))) for claims in said]


def _as_said(claim: GoldClaim, text: str) -> dict[str, Any]:
    """A claim without its place in the text."""
    form = claim.model_dump(
        mode="json", include={"mode", "stance", "hedged", "negated", "where", "source", "figures", "when"}
    )
    form["source"].pop("mention")
    for item in (*form["figures"], *form["when"]):
        item["span"] = text[item["span"][0] : item["span"][1]]
    return form | {"content": [span.of(text) for span in claim.content]}


# ── what is right ─────────────────────────────────────────────────────────────────────────────────────────────────


class _Held(NamedTuple):
    """A predicted claim held against its gold claim."""

    judged: JudgedPair
    predicted: GoldClaim
    gold: GoldClaim


FieldRight = Callable[[_Held], bool]


def _all_right(judgement: Judgement, right: FieldRight, among: Iterable[int]) -> bool:
    """Whether these gold claims are all found and right; optional ones need not be found."""
    held = {
        pair.gold: _Held(pair, judgement.predicted[pair.predicted], judgement.gold[pair.gold])
        for pair in judgement.pairs
    }
    return all(right(held[position]) for position in among if position in held) and not any(
        position not in held and not judgement.gold[position].optional for position in among
    )


def _nothing_wrong_besides(judgement: Judgement) -> bool:
    """Every prediction left over lies in a gold claim whose speaker it has right."""
    return all(
        any(
            _overlap(judgement.predicted[position], gold)
            and judge_source(judgement.predicted[position].source, gold.source) in _LENIENT
            for gold in judgement.gold
        )
        for position in (*judgement.spurious, *judgement.duplicates)
    )


def _overlap(one: GoldClaim, other: GoldClaim) -> bool:
    return any(span.overlaps(against) for span in one.content for against in other.content)


def _claim_right(held: _Held) -> bool:
    return (
        _source_right(held) and _stance_right(held) and _hedge_right(held) and _negation_right(held)
    ) and _figures_right(held)


def _source_right(held: _Held) -> bool:
    return held.judged.source in _LENIENT


def _stance_right(held: _Held) -> bool:
    return held.judged.stance_right


def _hedge_right(held: _Held) -> bool:
    return held.judged.hedge_right


def _negation_right(held: _Held) -> bool:
    return held.predicted.negated == held.gold.negated


def _figures_right(held: _Held) -> bool:
    """The same figures up to the head noun counted; what is said of them (`measure`) is left aside."""
    return len(held.predicted.figures) == len(held.gold.figures) and all(
        figure.predicted is not None
        and _same_figure(held.predicted.figures[figure.predicted], held.gold.figures[figure.gold], figure.fidelity)
        for figure in held.judged.figures
    )


def _same_figure(predicted: Figure, gold: Figure, fidelity: Fidelity) -> bool:
    same_value = is_vague(predicted) if is_vague(gold) else fidelity >= Fidelity.BOUNDS
    return same_value and same_counted(predicted.counted, gold.counted)


def _measures_right(held: _Held) -> bool:
    return all(
        figure.predicted is not None
        and same_measure(held.predicted.figures[figure.predicted].measure, held.gold.figures[figure.gold].measure)
        for figure in held.judged.figures
    )


def _content_right(held: _Held) -> bool:
    return held.judged.similarity >= NEARLY_ALL


def _via_right(held: _Held) -> bool:
    ours, theirs = ({fold_name(name) for name in claim.source.via} for claim in (held.predicted, held.gold))
    return ours == theirs


def _times_right(held: _Held) -> bool:
    """As many times as gold has, each with its value, at its place."""
    return len(held.predicted.when) == len(held.gold.when) == held.judged.when_right


def _both(*rights: FieldRight) -> FieldRight:
    return lambda held: all(right(held) for right in rights)


FIELDS: Mapping[str, FieldRight] = {
    "speaker_swapped": _source_right,
    "pronoun_reference": _source_right,
    "via_chain": _both(_source_right, _via_right),
    "nested_quote_figure": _both(_source_right, _figures_right),
    "arguments_exchanged": _both(_content_right, _figures_right),
    "denied_confirmed": _stance_right,
    "hedge": _hedge_right,
    "negation": _negation_right,
    "time": _times_right,
    "killed_wounded": _measures_right,
    "bound_dropped": _figures_right,
    "range_vs_point": _figures_right,
    "digit_percent": _figures_right,
    "subset": _figures_right,
    "unit": _figures_right,
}
