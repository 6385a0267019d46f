"""How right is one run, or one file of predictions, on a gold set?

Goes through the articles once: each is read, judged, counted and let go, so that ten thousand of them need no more
memory than one and their counts. Several runs beside each other are for `board` and `compare`.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from eval.annotated import blank
from eval.assisted import Unassisted, assisted, without_assisted
from eval.claim_lines import ClaimLines
from eval.goldset import ArticleSet, refuse_strangers
from eval.measures import THRESHOLDS, Scores, score_at
from eval.pairs import PairScores, PairSheet
from eval.runs import StoredRun, Tasks
from eval.score import Task
from eval.signature import Signature
from eval.stand_ins import why_stand_in
from eval.store import Run
from service.records import Record


class Scored(Record):
    """One set of answers with its scores. `others` are the same answers paired at other thresholds; `stand_in` says in
    words why they are no result, where they are none; `unassisted` leaves out the claims that were judged with these
    answers in view, where there are any."""

    signature: Signature
    scores: Scores
    others: tuple[Scores, ...]
    pairs: PairScores | None
    notes: tuple[str, ...]
    stand_in: str | None = None
    run: Run | None = None
    unassisted: Unassisted | None = None


def score_run(stored: StoredRun, gold: ArticleSet, *, threshold: float) -> Scored:
    """Scores the finished articles of a run; the others are named, not scored.

    Raises InputError where an article was extracted from another text than the gold set has now.
    """
    info = stored.info
    notes = [*gold.notes]
    if info.repeats > 1:
        notes.append(f"{info.repeats} repeats, averaged inside each article: counts are of all of them together.")
    if info.stopped:
        notes.append(f"The run was ended early: {info.stopped}.")
    if info.goldset_sha256 != gold.sha256 and info.goldset_sha256 != gold.sha256_of(info.documents):
        notes.append(f"The gold set is no longer the one of the run ({info.goldset_sha256[:8]}): scored as it is now.")
    reused = stored.run.usage.reused
    if reused:
        notes.append(f"{reused} answers were kept from earlier calls: time and cost are not those of asking.")
    planned = set(info.documents)
    outside = sum(document.id not in planned for document in gold.documents)
    if outside:
        notes.append(f"{outside} of {len(gold.documents)} documents of the gold set were not part of the run.")
    signature = Signature(
        goldset=gold.name, model=info.model, prompt=info.prompt, software=info.software, threshold=threshold
    )
    seen: dict[str, int] = {}
    scores, others, pairs = _in_one_pass(_counted(Tasks(stored, gold).each(), info.model, seen), gold, threshold)
    unassisted = None
    if any(seen.values()):
        again = Tasks(stored, gold).each()
        unassisted = without_assisted(again, info.model, threshold=threshold, annotates=gold.info.annotates)
    return Scored(
        signature=signature,
        scores=scores,
        others=others,
        pairs=pairs,
        notes=tuple(notes),
        stand_in=why_stand_in(info.model, info.settings),
        run=stored.run,
        unassisted=unassisted,
    )


def score_file(path: Path, gold: ArticleSet, *, threshold: float, software: str) -> Scored:
    """Scores predictions written as claims.jsonl; a document without any counts as read without claims.

    Raises InputError where a line is wrong, is of no document of the set, or lies outside its text.
    """
    lines = ClaimLines(path)
    there = [document for document in lines.documents if document not in gold.left_out]
    for document in there:
        if document not in gold.texts:
            refuse_strangers({document: lines.of(document)}, gold.texts, gold.info.name)
    predicted = set(there)
    without = [document.id for document in gold.documents if document.id not in predicted]
    notes = [*gold.notes]
    if without:
        notes.append(
            f"{len(without)} of {len(gold.documents)} documents have no prediction and count as read without claims: "
            f"{', '.join(without[:5])}{' …' if len(without) > 5 else ''}."
        )
    tasks = (gold.task(document.id, lines.of(document.id)) for document in gold.documents)
    scores, others, pairs = _in_one_pass(tasks, gold, threshold)
    return Scored(
        signature=Signature(goldset=gold.name, model=path.name, software=software, threshold=threshold),
        scores=scores,
        others=others,
        pairs=pairs,
        notes=tuple(notes),
        stand_in=why_stand_in(path.stem),
    )


def _in_one_pass(
    tasks: Iterable[Task], gold: ArticleSet, threshold: float
) -> tuple[Scores, tuple[Scores, ...], PairScores | None]:
    """Scores at the threshold asked for and at the others that are always shown, and the pairs."""
    thresholds = sorted({*THRESHOLDS, threshold})
    pairs = PairSheet(gold.documents, threshold=threshold)
    each = {
        scores.threshold: blank(scores, gold.info.annotates) for scores in score_at(_seen_by(pairs, tasks), thresholds)
    }
    return each.pop(threshold), tuple(each.values()), pairs.scores()


def _counted(tasks: Iterable[Task], model: str, seen: dict[str, int]) -> Iterator[Task]:
    for task in tasks:
        seen[task.document] = assisted(task.gold, model)
        yield task


def _seen_by(pairs: PairSheet, tasks: Iterable[Task]) -> Iterator[Task]:
    for task in tasks:
        pairs.add(task)
        yield task
