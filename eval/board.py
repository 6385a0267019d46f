"""How do several sets of answers stand beside each other on one gold set?

Gathers for each run, or file of predictions, everything that a report shows: scores, intervals, errors, confidence,
effort, and whether it may be ranked. Who is better than whom is for `compare` to say; drawing and printing are left to
the reports.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from eval.align import THRESHOLD
from eval.annotated import blank
from eval.assisted import Unassisted, assisted, without_assisted
from eval.compare import Compared, Contender, compare
from eval.effort import Effort, effort_of
from eval.goldset import ReadySet, hash_of, is_on_hub, open_gold_set
from eval.measures import MEASURES, THRESHOLDS, Scores, ScoreSheet
from eval.pairs import PairScores, score_pairs
from eval.queue import Item, Queue, queue_figures
from eval.score import Judgement, Task, faults_of, judge_at
from eval.signature import Signature
from eval.stand_ins import why_stand_in
from eval.statistics import MIN_ARTICLES, Ratio
from eval.store import RUN_FILE, Run, RunInfo, read_info, read_run
from eval.tally import FIGURE_ERRORS, Tally, add
from service.errors import InputError
from service.goldfiles import by_document, load_claims
from service.records import Record

HEADLINE = "who_said_which_number"
SECOND_HEADLINE = "attribution_recall"  # where a gold set has no figures
HEADLINES = (HEADLINE, "attribution_accuracy", "attribution_recall", "number_fidelity", "claim_f1")


class Entry(Record):
    """One model's answers, judged. `doubts` say in words why it is not ranked; without any it may be."""

    number: int
    label: str
    signature: Signature
    created: datetime | None = None
    scores: Scores
    others: tuple[Scores, ...]
    judgements: Mapping[str, Judgement]  # of the first repetition
    tasks: Mapping[str, tuple[Task, ...]]
    pairs: PairScores | None = None
    confidence: Queue | None = None
    effort: Effort | None = None
    planned: tuple[str, ...]
    unfinished: Mapping[str, str] = {}
    failures: Mapping[str, int] = {}
    notes: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    unassisted: Unassisted | None = None  # without gold that was judged with these answers in view
    rank: int | None = None


class ErrorCount(Record):
    """One kind of error: `slug` is its name in the claim browser; a count for each entry, in their order."""

    group: str
    label: str
    slug: str
    counts: tuple[Ratio, ...]


class Phenomenon(Record):
    """A phenomenon that articles are tagged with: rates by measure, one for each entry."""

    name: str
    articles: int
    rates: Mapping[str, tuple[Ratio, ...]]


class Board(Record):
    """All entries on one gold set, the ranked ones first. `why_unranked` is for the whole board."""

    ready: ReadySet
    threshold: float
    entries: tuple[Entry, ...]
    why_unranked: str | None = None
    compared: Compared | None = None

    @property
    def headline(self) -> str:
        """The measure that ranks."""
        return _headline(self.entries)

    @cached_property
    def errors(self) -> tuple[ErrorCount, ...]:
        """Every kind of error that some entry makes."""
        totals = [entry.scores for entry in self.entries]
        rows = [
            ErrorCount(group=kind.group, label=kind.label, slug=kind.slug, counts=tuple(map(kind.of, totals)))
            for kind in _ERRORS
        ]
        return tuple(row for row in rows if any(count.hits for count in row.counts))

    @cached_property
    def phenomena(self) -> tuple[Phenomenon, ...]:
        tagged: dict[str, list[str]] = {}
        for document in self.ready.gold.documents:
            for name in document.phenomena:
                tagged.setdefault(name, []).append(document.id)
        measures = [measure for measure in MEASURES if measure.key in HEADLINES]
        found = []
        for name, documents in sorted(tagged.items()):
            here = [
                [entry.scores.by_article[each] for each in documents if each in entry.scores.by_article]
                for entry in self.entries
            ]
            if any(here):
                sums = [add(tallies) for tallies in here]
                rates = {measure.key: tuple(measure.of(each) for each in sums) for measure in measures}
                found.append(Phenomenon(name=name, articles=max(map(len, here)), rates=rates))
        return tuple(found)


class _Given(NamedTuple):
    """What there is of one entry before it is judged."""

    label: str
    signature: Signature
    tasks: dict[str, tuple[Task, ...]]
    planned: tuple[str, ...]
    run: Run | None
    notes: tuple[str, ...]
    doubts: tuple[str, ...]


# ── gathering ─────────────────────────────────────────────────────────────────────────────────────────────────────


def gather(
    ready: ReadySet, paths: Sequence[Path], *, threshold: float = THRESHOLD, software: str = "according"
) -> Board:
    """Judges every run or file of predictions on the gold set, and ranks those that may be ranked.

    Raises InputError where a run was made on other texts, or a prediction lies outside its text.
    """
    given = [
        _from_run(read_run(path), ready, threshold) if path.is_dir() else _from_file(path, ready, threshold, software)
        for path in paths
    ]
    entries = [_judged(number, each, ready, threshold) for number, each in enumerate(_named_apart(given), start=1)]
    return _ranked(ready, _with_other_articles(entries), threshold)


def _from_run(run: Run, ready: ReadySet, threshold: float) -> _Given:
    hashes = {document.id: document.sha256 for document in ready.gold.documents}
    here = [result for name, results in run.answers_of.items() if name in hashes for result in results]
    tasks: dict[str, tuple[Task, ...]] = {}
    for result in run.whole(here):
        if result.sha256 != hashes[result.document]:
            raise InputError(
                f"{run.folder}: {result.document!r} was extracted from another text than the gold set has now.",
                field="sha256",
                fix="Run it again.",
            )
        task = ready.task(result.document, result.claims, rejected=result.rejected)
        tasks[result.document] = (*tasks.get(result.document, ()), task)
    info = run.info
    notes, doubts = [*ready.notes], []
    if info.goldset_sha256 not in (ready.gold.sha256, hash_of(ready.gold, info.documents)):
        notes.append(f"The gold set is no longer the one of the run ({info.goldset_sha256[:8]}): scored as it is now.")
    if run.incomplete:
        doubts.append(f"incomplete: {len(run.finished_documents)} of {len(info.documents)} articles finished")
    if info.stopped:
        doubts.append(f"stopped: {info.stopped}")
    stands_in = why_stand_in(info.model, info.settings)
    if stands_in:
        doubts.append(stands_in)
    in_view = assisted(ready.gold.claims, info.model)
    if in_view:
        doubts.append(f"{in_view} gold claims were annotated with this model's answers in view")
    if info.repeats > 1:
        notes.append(
            f"{info.repeats} answers to each article, averaged inside the article; claims shown are the first's."
        )
    return _Given(
        label=f"{info.model} · {info.prompt.partition('@')[0]}" if info.prompt else info.model,
        signature=Signature(
            goldset=ready.name, model=info.model, prompt=info.prompt, software=info.software, threshold=threshold
        ),
        tasks=tasks,
        planned=info.documents,
        run=run,
        notes=tuple(notes),
        doubts=tuple(doubts),
    )


def _from_file(path: Path, ready: ReadySet, threshold: float, software: str) -> _Given:
    claims = [claim for claim in load_claims(path) if claim.document in ready.texts]
    grouped = by_document(claims)
    without = len(ready.texts) - len(grouped)
    notes = [*ready.notes]
    if without:
        notes.append(f"{without} of {len(ready.texts)} documents have no prediction and count as read without claims.")
    label = path.parent.name if path.name == "claims.jsonl" else path.stem
    tasks = ready.tasks(claims)
    return _Given(
        label=label,
        signature=Signature(goldset=ready.name, model=path.name, software=software, threshold=threshold),
        tasks={task.document: (task,) for task in tasks},
        planned=tuple(ready.texts),
        run=None,
        notes=tuple(notes),
        doubts=tuple(filter(None, [why_stand_in(label)])),
    )


def _named_apart(given: Sequence[_Given]) -> list[_Given]:
    """Labels that differ, so that no table has two rows of one name."""
    several = {label for label, number in Counter(each.label for each in given).items() if number > 1}
    seen: Counter[str] = Counter()
    named = []
    for each in given:
        if each.label in several:
            seen[each.label] += 1
            named.append(each._replace(label=f"{each.label} ({seen[each.label]})"))
        else:
            named.append(each)
    return named


def _judged(number: int, given: _Given, ready: ReadySet, threshold: float) -> Entry:
    annotates = ready.gold.info.annotates
    taus = sorted({*THRESHOLDS, threshold})
    sheet = ScoreSheet(taus)
    judgements: dict[str, Judgement] = {}
    for name, repeats in given.tasks.items():
        for task in repeats:
            judged = judge_at(task, taus)
            sheet.add(judged)
            judgements.setdefault(name, judged[taus.index(threshold)])
    at = {scores.threshold: blank(scores, annotates) for scores in sheet.scores()}
    scores = at.pop(threshold)
    run = given.run
    first = [repeats[0] for repeats in given.tasks.values()]
    every = [task for repeats in given.tasks.values() for task in repeats]
    in_view = run is not None and any(assisted(task.gold, run.info.model) for task in first)
    return Entry(
        number=number,
        label=given.label,
        signature=given.signature,
        created=run.info.created if run else None,
        scores=scores,
        others=tuple(at.values()),
        judgements=judgements,
        tasks=given.tasks,
        pairs=score_pairs(ready.gold.documents, first, threshold=threshold),
        confidence=_confidence(judgements.values()),
        effort=effort_of(run) if run else None,
        planned=given.planned,
        unfinished=_unfinished(run) if run else {},
        failures=dict(run.failures) if run else {},
        notes=given.notes,
        doubts=given.doubts,
        unassisted=without_assisted(every, run.info.model, threshold=threshold, annotates=annotates)
        if run is not None and in_view
        else None,
    )


def _confidence(judgements: Iterable[Judgement]) -> Queue | None:
    items: list[Item] = []
    missed = 0
    for judgement in judgements:
        missed += len(judgement.missed)
        for position, faults in faults_of(judgement).items():
            confidence = judgement.predicted[position].confidence
            if confidence is not None:
                items.append(Item(judgement.document, confidence, bool(faults)))
    return queue_figures(items, missed=missed)


def _unfinished(run: Run) -> dict[str, str]:
    why = {document: "not tried" for document in run.missing}
    for result in run.unfinished:
        failure = result.failures[0] if result.failures else None
        why[result.document] = f"{failure.reason}: {failure.message}" if failure else result.status
    return why


# ── ranking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _headline(entries: Sequence[Entry]) -> str:
    return HEADLINE if any(entry.scores[HEADLINE].total for entry in entries) else SECOND_HEADLINE


def _with_other_articles(entries: Sequence[Entry]) -> list[Entry]:
    """An entry scored on fewer articles than another is not held against it."""
    fair = [frozenset(entry.scores.by_article) for entry in entries if not entry.doubts]
    if len(set(fair)) < 2:
        return list(entries)
    most = max(fair, key=len)
    return [
        entry
        if entry.doubts or frozenset(entry.scores.by_article) == most
        else entry.model_copy(
            update={"doubts": (f"scored on {entry.scores.articles} articles, not on the {len(most)} of the others",)}
        )
        for entry in entries
    ]


def _ranked(ready: ReadySet, entries: Sequence[Entry], threshold: float) -> Board:
    headline = _headline(entries)
    fair = [entry for entry in entries if not entry.doubts and entry.scores[headline].total]
    rest = [entry for entry in entries if entry not in fair]
    fair.sort(key=lambda entry: -(entry.scores[headline].value or 0.0))
    compared = None
    if len(fair) > 1:
        compared = compare(
            [Contender(entry.label, entry.tasks) for entry in fair],
            threshold=threshold,
            annotates=ready.gold.info.annotates,
        )
    why = _why_unranked(fair, headline)
    if why is None:
        values = [entry.scores[headline].value for entry in fair]
        fair = [
            entry.model_copy(update={"rank": 1 + sum((other or 0) > (value or 0) for other in values)})
            for entry, value in zip(fair, values, strict=True)
        ]
    return Board(ready=ready, threshold=threshold, entries=(*fair, *rest), why_unranked=why, compared=compared)


def _why_unranked(fair: Sequence[Entry], headline: str) -> str | None:
    if len(fair) < 2:
        return "Nothing to rank: fewer than two complete runs of real models."
    articles = fair[0].scores.articles
    if articles < MIN_ARTICLES:
        noun = "article" if articles == 1 else "articles"
        return f"Not ranked: {articles} {noun} cannot tell models apart; {MIN_ARTICLES} are the least for an interval."
    orders = {_order(fair, headline, place) for place in range(len(fair[0].others))} | {_order(fair, headline, None)}
    if len(orders) > 1:
        return "Inconclusive: the order changes with the pairing threshold (0.3, 0.5, 0.7)."
    return None


def _order(entries: Sequence[Entry], headline: str, place: int | None) -> tuple[int, ...]:
    """The entries' numbers from best to worst, at one pairing threshold."""
    scores = {entry.number: entry.scores if place is None else entry.others[place] for entry in entries}
    return tuple(sorted(scores, key=lambda number: (-(scores[number][headline].value or 0.0), number)))


# ── kinds of errors ───────────────────────────────────────────────────────────────────────────────────────────────


class _Error(NamedTuple):
    group: str
    label: str
    slug: str
    hits: Callable[[Tally], int]
    total: Callable[[Tally], int]
    measure: str | None = None  # n/a wherever this is

    def of(self, scores: Scores) -> Ratio:
        if self.measure is not None and not scores[self.measure].total:
            return Ratio(hits=0, total=0)
        return Ratio(hits=self.hits(scores.total), total=self.total(scores.total))


def _paired(tally: Tally) -> int:
    return tally.paired


_ERRORS: tuple[_Error, ...] = (
    _Error("Claims", "missed", "missed", lambda t: t.missed, lambda t: t.gold),
    _Error("Claims", "not in gold", "spurious", lambda t: t.spurious, lambda t: t.predicted),
    _Error("Claims", "repeated", "repeated", lambda t: t.duplicates, lambda t: t.predicted),
    _Error("Speakers", "wrong speaker", "speaker", lambda t: t.paired - t.source_lenient - t.source_abstained, _paired),
    _Error("Speakers", "right only leniently", "lenient", lambda t: t.source_lenient - t.source_right, _paired),
    _Error("Speakers", "no speaker given", "abstained", lambda t: t.source_abstained, _paired),
    *(
        _Error(
            "Figures",
            name.removeprefix("error_").replace("_", " "),
            "figure",
            lambda t, name=name: t[name],  # type: ignore[misc]
            lambda t: t.figures_gold,
        )
        for name in FIGURE_ERRORS
    ),
    _Error("Figures", "invented", "figure", lambda t: t.figures_invented, lambda t: t.figures_predicted),
    _Error("Manner", "stance", "manner", lambda t: t.paired - t.stance_right, _paired, "stance"),
    _Error("Manner", "mode", "manner", lambda t: t.paired - t.mode_right, _paired, "mode"),
    _Error("Manner", "hedge", "manner", lambda t: t.paired - t.hedge_right, _paired, "hedge"),
    _Error("Manner", "when", "when", lambda t: t.when_gold - t.when_right, lambda t: t.when_gold),
)


# ── which runs belong to which gold set ───────────────────────────────────────────────────────────────────────────


def in_sets(
    paths: Sequence[Path], goldsets: Sequence[Path], texts: Sequence[Path]
) -> list[tuple[ReadySet, tuple[Path, ...]]]:
    """Every gold set with the runs and files of predictions that are about it.

    A folder of runs stands for all of them. A run names its gold set; a file belongs to those of `goldsets` that have
    its documents. Raises InputError where a gold set is not to be found.
    """
    given = [open_gold_set(place, texts) for place in goldsets]
    ready: dict[str, ReadySet] = {each.gold.info.name: each for each in given}
    grouped: dict[str, list[Path]] = {each.gold.info.name: [] for each in given}
    for path in _spread(paths):
        if path.is_dir():
            info = read_info(path)
            if info.goldset not in ready:
                ready[info.goldset] = open_gold_set(_place_of(info), texts)
            grouped.setdefault(info.goldset, []).append(path)
        else:
            documents = {claim.document for claim in load_claims(path)}
            fitting = [each.gold.info.name for each in given if not documents.isdisjoint(each.texts)]
            if not fitting:
                raise InputError(
                    f"{path}: no gold set is given that has its documents.",
                    field="goldset",
                    fix="Name it with --goldset DIR.",
                )
            for name in fitting:
                grouped[name].append(path)
    return [(ready[name], tuple(listed)) for name, listed in grouped.items() if listed]


def _spread(paths: Sequence[Path]) -> list[Path]:
    """Folders of runs as the runs in them."""
    spread: list[Path] = []
    for path in paths:
        inside = sorted(path.glob(f"*/{RUN_FILE}")) if path.is_dir() and not (path / RUN_FILE).exists() else []
        spread.extend([each.parent for each in inside] or [path])
    return list(dict.fromkeys(spread))


def _place_of(info: RunInfo) -> Path:
    """Where a run's gold set is: where it was when the run was made, or among the gold sets here."""
    places = [Path(info.goldset_place)] if info.goldset_place else []
    places.append(Path("goldsets") / info.goldset)
    for place in places:
        if is_on_hub(place) or place.exists():
            return place
    raise InputError(
        f"goldset = {info.goldset!r} of the run is neither at {' nor at '.join(map(str, places))}.",
        field="goldset",
        fix="Name it with --goldset DIR.",
    )
