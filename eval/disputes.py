"""How often are two figures rightly said to be about the same thing?

Holds the pairs that the service finds, from gold claims or from extracted ones, against the pairs of disputes.jsonl. A
pair is told by its two gold figures; an extracted figure stands for the gold figure whose number it overlaps, in the
claim that its own is aligned with or in another of the same speaker. Whether the annotated pairs make sense is for the
tests of the gold sets to say.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple, get_args

from pydantic import Field

from eval.align import THRESHOLD, align
from eval.goldset import ReadySet
from eval.sources import judge_source
from eval.statistics import Interval, Ratio, clustered_wilson
from service.disputes.find import find_disputes
from service.disputes.records import Relation, Statement, Told, pairs
from service.errors import InputError
from service.goldfiles import GoldClaim, GoldRecord, read_rows
from service.records import Article, Record, Span

DISPUTES_FILE = "disputes.jsonl"
NO_SPLIT = "none"
ALL_SPLITS = "all"
RELATIONS: tuple[Relation, ...] = get_args(Relation)

Figure = tuple[str, int]  # a gold claim's id, and which of its figures
Key = frozenset[Figure]


class FigureReference(GoldRecord):
    """A figure of a gold claim, by its place in the claim."""

    claim: str
    figure: int = Field(ge=0)

    @property
    def key(self) -> Figure:
        return self.claim, self.figure


class GoldPair(GoldRecord):
    """A line of disputes.jsonl. `different`: two figures that must not be paired, though they look alike. `optional`
    pairs are counted neither for nor against."""

    id: str
    a: FigureReference
    b: FigureReference
    relation: Relation | Literal["different"]
    about: str
    optional: bool = False

    @property
    def key(self) -> Key:
        return frozenset((self.a.key, self.b.key))


class Share(Record):
    """Hits and total of one article."""

    article: str
    hits: int
    total: int


class Rate(Record):
    """A rate over pairs, with Wilson's interval clustered by article, and what each article gives to it."""

    ratio: Ratio
    interval: Interval | None
    shares: tuple[Share, ...] = ()


class DisputeScores(Record):
    """What was found of one split.

    Sets are annotated exhaustively, so a pair that is not listed is wrong, and so is one of a figure that is no gold
    figure. `relations` is the share of right pairs that have the right relation; `by_relation` is recall.
    """

    claims: str  # "gold" or the model that extracted them
    split: str
    precision: Rate
    recall: Rate
    relations: Ratio
    by_relation: Mapping[str, Ratio]
    hard: Ratio  # of the figures that only look alike, how many were paired
    unlisted: int
    unplaced: int  # found pairs with a figure that stands for no gold figure
    optional: int  # found pairs that are counted neither way


class DisputeReport(Record):
    """The scores of one gold set: for gold claims and for each model, split by split."""

    goldset: str
    threshold: float
    scores: tuple[DisputeScores, ...]


def load_pairs(folder: Path, gold: ReadySet) -> tuple[GoldPair, ...]:
    """The annotated pairs of a set; InputError where there are none, or one names a figure that is not there."""
    path = folder / DISPUTES_FILE
    if not path.exists():
        raise InputError(f"{folder} has no {DISPUTES_FILE}.", field="goldset", fix="Name a gold set with pairs.")
    rows, problems = read_rows(path, GoldPair)
    if problems:
        raise InputError(str(problems[0]), field=problems[0].field, fix=problems[0].fix)
    figures = {claim.id: len(claim.figures) for claim in gold.gold.claims}
    for row in rows:
        for side in (row.record.a, row.record.b):
            if side.figure >= figures.get(side.claim, 0):
                raise InputError(
                    f"{path}:{row.line}: {side.claim!r} has no figure {side.figure}.",
                    field="claim",
                    fix="Name a claim of claims.jsonl, and count its figures from 0.",
                )
    return tuple(row.record for row in rows)


def score_disputes(
    gold: ReadySet,
    annotated: Sequence[GoldPair],
    *,
    predicted: Mapping[str, Sequence[GoldClaim]] | None = None,
    model: str = "gold",
    threshold: float = THRESHOLD,
) -> tuple[DisputeScores, ...]:
    """The scores of each split, from the gold claims themselves or from `predicted` ones by document."""
    splits: dict[str, list[Article]] = defaultdict(list)
    for document, article in zip(gold.gold.documents, gold.articles(), strict=True):
        splits[document.split or NO_SPLIT].append(article)
    document_of = {claim.id: claim.document for claim in gold.gold.claims}
    scores = []
    for split, articles in sorted(splits.items()):
        ids = {article.id for article in articles}
        listed = [pair for pair in annotated if document_of[pair.a.claim] in ids]
        claims = gold.gold.claims_of if predicted is None else predicted
        stands_for = None if predicted is None else _stands_for(gold, predicted, ids, threshold)
        scores.append(_Split(listed, _found(articles, claims, stands_for), document_of).scores(model, split))
    return tuple(scores)


# ── which gold figure an extracted one stands for ─────────────────────────────────────────────────────────────────


def _stands_for(
    gold: ReadySet, predicted: Mapping[str, Sequence[GoldClaim]], ids: Iterable[str], threshold: float
) -> dict[tuple[str, Figure], Figure]:
    """By document and extracted figure. Claims may be cut in other places than gold's: a figure that is not in the
    aligned claim stands for the one at its place that the same speaker gives."""
    found: dict[tuple[str, Figure], Figure] = {}
    for document in ids:
        ours, theirs = predicted.get(document, ()), gold.gold.claims_of.get(document, ())
        partners = {
            pair.predicted: pair.gold for pair in align(gold.texts[document], ours, theirs, threshold=threshold).pairs
        }
        for place, claim in enumerate(ours):
            aligned = [theirs[partners[place]]] if place in partners else []
            others = [other for other in theirs if judge_source(claim.source, other.source) in ("right", "lenient")]
            for number, figure in enumerate(claim.figures):
                if wanted := next(_figures_at(figure.span, [*aligned, *others]), None):
                    found[document, (claim.id, number)] = wanted
    return found


def _figures_at(span: Span, claims: Iterable[GoldClaim]) -> Iterator[Figure]:
    for claim in claims:
        for position, figure in enumerate(claim.figures):
            if span.overlaps(figure.span):
                yield claim.id, position


class _FoundPair(NamedTuple):
    """`key` is None where a figure stands for no gold figure."""

    document: str
    key: Key | None
    relation: Relation


def _found(
    articles: Sequence[Article],
    claims: Mapping[str, Sequence[GoldClaim]],
    stands_for: Mapping[tuple[str, Figure], Figure] | None,
) -> Iterator[_FoundPair]:
    told = [Told(article=article, claim=claim) for article in articles for claim in claims.get(article.id, ())]
    seen: set[Key] = set()
    for dispute in find_disputes(told):
        for pair in pairs(dispute):
            if pair.first.figure is None or pair.second.figure is None:
                continue  # a claim of none has no figure that could have been annotated
            one, other = (_gold_figure(side, stands_for) for side in (pair.first, pair.second))
            key = frozenset((one, other)) if one is not None and other is not None else None
            if key is None:
                yield _FoundPair(pair.first.article, None, pair.relation)
            elif len(key) == 2 and key not in seen:
                seen.add(key)
                yield _FoundPair(pair.first.article, key, pair.relation)


def _gold_figure(side: Statement, stands_for: Mapping[tuple[str, Figure], Figure] | None) -> Figure | None:
    assert side.figure is not None  # those without were left out
    own = (side.claim, side.figure)
    return own if stands_for is None else stands_for.get((side.article, own))


# ── counting ──────────────────────────────────────────────────────────────────────────────────────────────────────


class _Split:
    """Counts one split, article by article."""

    def __init__(self, listed: Sequence[GoldPair], found: Iterable[_FoundPair], document_of: Mapping[str, str]) -> None:
        self._listed = {pair.key: pair for pair in listed}
        self._document = {pair.key: document_of[pair.a.claim] for pair in listed}
        self._wanted = [pair for pair in listed if pair.relation != "different" and not pair.optional]
        self._all = tuple(found)
        self._found = {pair.key: pair for pair in self._all if pair.key is not None}

    def scores(self, claims: str, split: str) -> DisputeScores:
        hits, wrong, unlisted, optional = self._sorted()
        unplaced = [pair for pair in self._all if pair.key is None]
        met = [pair for pair in self._wanted if pair.key in self._found]
        hard = [pair for pair in self._listed.values() if pair.relation == "different" and not pair.optional]
        right = Counter(pair.relation for pair in met if self._found[pair.key].relation == pair.relation)
        wanted, found = Counter(pair.relation for pair in self._wanted), Counter(pair.relation for pair in met)
        return DisputeScores(
            claims=claims,
            split=split,
            precision=self._rate(hits, [*wrong, *unlisted, *unplaced]),
            recall=_rate(
                Counter(self._document[pair.key] for pair in met),
                Counter(self._document[pair.key] for pair in self._wanted),
            ),
            relations=Ratio(hits=right.total(), total=len(met)),
            by_relation={name: Ratio(hits=found[name], total=wanted[name]) for name in RELATIONS},
            hard=Ratio(hits=len(wrong), total=len(hard)),
            unlisted=len(unlisted),
            unplaced=len(unplaced),
            optional=len(optional),
        )

    def _sorted(self) -> tuple[list[_FoundPair], list[_FoundPair], list[_FoundPair], list[_FoundPair]]:
        """What was found: rightly, wrongly, not listed, and counted neither way."""
        hits: list[_FoundPair] = []
        wrong: list[_FoundPair] = []
        unlisted: list[_FoundPair] = []
        optional: list[_FoundPair] = []
        for pair in self._all:
            if pair.key is None:
                continue
            gold = self._listed.get(pair.key)
            if gold is None:
                unlisted.append(pair)
            elif gold.optional:
                optional.append(pair)
            else:
                (wrong if gold.relation == "different" else hits).append(pair)
        return hits, wrong, unlisted, optional

    @staticmethod
    def _rate(right: Sequence[_FoundPair], wrong: Sequence[_FoundPair]) -> Rate:
        hits = Counter(pair.document for pair in right)
        return _rate(hits, hits + Counter(pair.document for pair in wrong))


def _rate(hits: Counter[str], totals: Counter[str]) -> Rate:
    return _of(Share(article=name, hits=hits[name], total=totals[name]) for name in sorted(totals))


def _of(shares: Iterable[Share]) -> Rate:
    shares = tuple(shares)
    hits, totals = [share.hits for share in shares], [share.total for share in shares]
    return Rate(ratio=Ratio(hits=sum(hits), total=sum(totals)), interval=clustered_wilson(hits, totals), shares=shares)


# ── several sets ──────────────────────────────────────────────────────────────────────────────────────────────────


def summed(reports: Sequence[DisputeReport]) -> tuple[DisputeScores, ...]:
    """The sums over several sets: of each split, and last of all splits where there are more than one."""
    rows = [(report.goldset, scores) for report in reports for scores in report.scores]
    splits = sorted({scores.split for _, scores in rows})
    found = []
    for claims in dict.fromkeys(scores.claims for _, scores in rows):
        found += [_sum(claims, split, [row for row in rows if row[1].split == split]) for split in splits]
        if len(splits) > 1:
            found.append(_sum(claims, ALL_SPLITS, rows))
    return tuple(found)


def _sum(claims: str, split: str, rows: Sequence[tuple[str, DisputeScores]]) -> DisputeScores:
    of_these = [(name, scores) for name, scores in rows if scores.claims == claims]
    every = [scores for _, scores in of_these]
    return DisputeScores(
        claims=claims,
        split=split,
        precision=_joined((name, scores.precision) for name, scores in of_these),
        recall=_joined((name, scores.recall) for name, scores in of_these),
        relations=_added(scores.relations for scores in every),
        by_relation={name: _added(scores.by_relation[name] for scores in every) for name in RELATIONS},
        hard=_added(scores.hard for scores in every),
        unlisted=sum(scores.unlisted for scores in every),
        unplaced=sum(scores.unplaced for scores in every),
        optional=sum(scores.optional for scores in every),
    )


def _joined(rates: Iterable[tuple[str, Rate]]) -> Rate:
    """Articles of two sets are two articles, whatever their names."""
    return _of(
        share.model_copy(update={"article": f"{name}/{share.article}"}) for name, rate in rates for share in rate.shares
    )


def _added(ratios: Iterable[Ratio]) -> Ratio:
    ratios = tuple(ratios)
    return Ratio(hits=sum(ratio.hits for ratio in ratios), total=sum(ratio.total for ratio in ratios))
