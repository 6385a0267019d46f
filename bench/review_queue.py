"""How many errors does a reviewer catch who works through the queue, and do the dashboard's figures tell the truth?

    python -m bench.review_queue [--write]

Extracts the articles of the gold sets below with `embedded`, keeps them in a store, and lets a simulated reviewer with
known errors work through the real queue to its end; gold says what is wrong. Prints the section of docs/review.md
between its marks, or writes it there. The same articles, code and seeds give the same figures, times of day aside.
"""

import argparse
import asyncio
import random
import statistics
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy
import numpy.typing
from sqlalchemy import Connection

from eval.calibrate import FOLDS, Case, Cases, folds, weights_of
from eval.goldset import ReadySet, open_gold_set
from eval.measures import Scores, score_at
from eval.score import Judgement, Task, faults_of, judge_task
from service.choose import make_extractor
from service.confidence import FittedOn, chance, log_odds
from service.errors import InputError
from service.goldfiles import GoldClaim, claim_from_form, gold_form, load_claims
from service.pipeline import extract
from service.records import Claim, ExtractedClaim, Extraction
from service.review import figures, queue, verdicts
from service.review.gold import export
from service.review.records import Action, Item, Person, Said
from service.settings import Settings
from service.software import software
from service.store.extractions import keep
from service.store.store import Store

ROOT = Path(__file__).parent.parent
CARD = ROOT / "docs" / "review.md"
BEGIN, END = "<!-- figures: python -m bench.review_queue --write -->\n", "<!-- end of figures -->\n"
MODEL = "embedded"
SETS = (("newsroom", "dev"), ("kalat-retold", None), ("starter", None))  # what is for looking at, never a test split
CATCHES, SPOILS = 0.9, 0.02  # chances that a wrong claim is put right, and that a right one is rejected
SECOND_SHARE = 0.2
SEED = 20_260_306
SHARES = (0.05, 0.10, 0.20, 0.30)
DRAWS = 2_000
BEGAN = datetime(2026, 3, 6, 9, tzinfo=UTC)
ONE, OTHER = Person(name="one"), Person(name="other")


class Truth(NamedTuple):
    """What is known of a claim: whether it is wrong by gold, and what gold has in its place, if anything."""

    wrong: bool
    right: GoldClaim | None


class Look(NamedTuple):
    """A claim that the reviewer was shown."""

    article: str
    audit: bool
    wrong: bool
    caught: bool


class World(NamedTuple):
    """Extractions, the truth by article and claim id, how many gold claims each article misses, and its tasks."""

    extractions: tuple[Extraction, ...]
    truth: Mapping[tuple[str, str], Truth]
    missed: Mapping[str, int]
    tasks: Mapping[str, Task]
    group_of: Mapping[str, str]
    sets: tuple[str, ...]


# ── what there is to review ───────────────────────────────────────────────────────────────────────────────────────


async def read_world() -> World:
    extractor, settings = make_extractor(MODEL, Settings()), Settings()
    extractions: list[Extraction] = []
    tasks: dict[str, Task] = {}
    truth: dict[tuple[str, str], Truth] = {}
    missed: dict[str, int] = {}
    group_of: dict[str, str] = {}
    sets = []
    for name, split in SETS:
        ready = open_gold_set(ROOT / "goldsets" / name, ()).of_split(split)
        sets.append(f"`{name}`" + (f" ({split})" if split else "") + f" {ready.gold.sha256[:8]}")
        for article in ready.articles():
            extraction = await extract(article, extractor=extractor, settings=settings)
            extractions.append(extraction)
            task = ready.task(article.id, [claim_from_form(gold_form(claim)) for claim in extraction.claims])
            assert article.id not in tasks
            tasks[article.id] = task
            judgement = judge_task(task)
            missed[article.id] = len(judgement.missed)
            truth |= {(article.id, name): each for name, each in _truth(judgement)}
        group_of |= _groups(name, ready)
    return World(tuple(extractions), truth, missed, tasks, group_of, tuple(sets))


def _groups(name: str, ready: ReadySet) -> dict[str, str]:
    return {document.id: f"{name}:{document.pair or document.id}" for document in ready.gold.documents}


def _truth(judgement: Judgement) -> Iterator[tuple[str, Truth]]:
    paired = {pair.predicted: judgement.gold[pair.gold] for pair in judgement.pairs}
    faults = faults_of(judgement)
    for position, claim in enumerate(judgement.predicted):
        yield claim.id, Truth(bool(faults.get(position)), paired.get(position))


def cross_fitted(world: World) -> tuple[Extraction, ...]:
    """The extractions with confidences from weights that were fitted without the claim's article."""
    cases = {
        (extraction.article.id, claim.id): Case(
            world.group_of[extraction.article.id],
            claim.confidence,
            _signals(claim),
            world.truth[extraction.article.id, claim.id].wrong,
        )
        for extraction in world.extractions
        for claim in extraction.claims
    }
    fold_of = folds({case.article for case in cases.values()})
    fitted = {
        fold: weights_of(
            Cases(tuple(case for case in cases.values() if fold_of[case.article] != fold), 0),
            model=MODEL,
            sets=[_nothing()],
            target=0.25,
            on=BEGAN.date(),
            command="",
            software=software(),
        )
        for fold in range(min(FOLDS, len(fold_of)))
    }
    changed = []
    for extraction in world.extractions:
        weights = fitted[fold_of[world.group_of[extraction.article.id]]]
        claims = tuple(
            claim.model_copy(
                update={"confidence": chance(log_odds(_signals(claim), weights.weights, base=weights.base))}
            )
            for claim in extraction.claims
        )
        changed.append(extraction.model_copy(update={"claims": claims}))
    return tuple(changed)


def _nothing() -> FittedOn:
    return FittedOn(goldset="", sha256="", articles=0, claims=0, wrong=0)


def _signals(claim: ExtractedClaim) -> frozenset[str]:
    return frozenset(reason.signal for reason in claim.reasons) | {flag.code for flag in claim.flags}


# ── the reviewer ──────────────────────────────────────────────────────────────────────────────────────────────────


class Reviewer:
    """Knows gold and errs with known chances. Takes seconds for a claim, more to write one anew."""

    def __init__(self, world: World, seed: int) -> None:
        self._world = world
        self._draw = random.Random(seed)

    def says(self, item: Item) -> tuple[Action, Claim | None, float]:
        truth = self._world.truth[item.article.id, item.claim.id]
        if truth.wrong:
            if self._draw.random() >= CATCHES:
                return "accept", None, self._seconds(6)
            if truth.right is None:
                return "reject", None, self._seconds(6)
            return "edit", _as_claim(truth.right), self._seconds(14)
        spoils = self._draw.random() < SPOILS
        return ("reject" if spoils else "accept"), None, self._seconds(6)

    def _seconds(self, median: float) -> float:
        return round(median * self._draw.lognormvariate(0, 0.5), 1)


def _as_claim(gold: GoldClaim) -> Claim:
    return Claim(**{name: getattr(gold, name) for name in Claim.model_fields})


def review(connection: Connection, world: World, after: Callable[[int], None], *, seed: int = SEED) -> tuple[Look, ...]:
    """Works through the queue to its end; what was shown, in its order. `after` is called with how many are done."""
    reviewer, now, looks = Reviewer(world, seed), BEGAN, []
    while (item := queue.next_item(connection, ONE, now=now)) is not None:
        truth = world.truth[item.article.id, item.claim.id]
        action, new, seconds = reviewer.says(item)
        now += timedelta(seconds=seconds)
        said = Said(action=action, version=item.version, new=new, seconds=seconds, audit=item.audit)
        try:
            verdicts.give(connection, item.binding, said, ONE, now=now)
        except InputError:  # gold may hold what no reviewer could mark, such as figures across pieces
            said = said.model_copy(update={"action": "reject", "new": None})
            verdicts.give(connection, item.binding, said, ONE, now=now)
        looks.append(Look(item.article.id, item.audit, truth.wrong, truth.wrong and said.action != "accept"))
        after(len(looks))
    return tuple(looks)


def look_again(connection: Connection, world: World) -> int:
    """Another reviewer's blind looks at a share of the claims; how many."""
    reviewer, now, number = Reviewer(world, SEED + 1), BEGAN + timedelta(days=1), 0
    asked = {"look": "second", "second_share": SECOND_SHARE}
    while (item := queue.next_item(connection, OTHER, now=now, **asked)) is not None:  # type: ignore[arg-type]
        action, new, seconds = reviewer.says(item)
        said = Said(action=action, version=item.version, new=new, seconds=seconds, look="second")
        try:
            verdicts.give(connection, item.binding, said, OTHER, now=now)
        except InputError:
            said = said.model_copy(update={"action": "reject", "new": None})
            verdicts.give(connection, item.binding, said, OTHER, now=now)
        number += 1
    return number


# ── what came of it ───────────────────────────────────────────────────────────────────────────────────────────────


class Band(NamedTuple):
    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.2f} ({self.low:.2f}-{self.high:.2f})"


def banded(looks: Sequence[Look], share: float, *, each: bool) -> Band:
    """What the first `share` of the looks brings: errors caught of all wrong claims, or for `each` claim looked at; and
    where 95% of the values lie when articles are drawn anew."""
    names = sorted({look.article for look in looks})
    place = numpy.array([names.index(look.article) for look in looks])
    caught = numpy.array([look.caught for look in looks], dtype=float)
    wrong = numpy.array([look.wrong for look in looks], dtype=float)

    def value(weights: "numpy.typing.NDArray[numpy.float64]") -> float:
        here = weights[place]
        reviewed = share * here.sum()
        taken = numpy.clip(reviewed - (numpy.cumsum(here) - here), 0, here)
        return float((taken * caught).sum() / (reviewed if each else (here * wrong).sum()))

    drawn = numpy.random.default_rng(SEED).multinomial(len(names), [1 / len(names)] * len(names), size=DRAWS)
    values = [value(weights.astype(float)) for weights in drawn]
    low, high = numpy.quantile(values, [0.025, 0.975])
    return Band(value(numpy.ones(len(names))), float(low), float(high))


def in_document_order(looks: Sequence[Look], order: Sequence[str]) -> list[Look]:
    """The same looks article by article."""
    place = {name: number for number, name in enumerate(order)}
    return sorted(looks, key=lambda look: place[look.article])


def true_alpha(world: World, draws: int = 40) -> float:
    """What two such reviewers agree to where both look at everything."""
    import krippendorff

    values = {"accept": 0, "edit": 1, "reject": 2}
    coded: tuple[list[int], list[int]] = ([], [])
    draw = random.Random(SEED + 2)
    for _ in range(draws):
        for truth in world.truth.values():
            for rows in coded:
                rows.append(values[_drawn(truth, draw)])
    return float(krippendorff.alpha(reliability_data=coded, level_of_measurement="nominal"))


def _drawn(truth: Truth, draw: random.Random) -> str:
    if truth.wrong and draw.random() < CATCHES:
        return "reject" if truth.right is None else "edit"
    return "reject" if not truth.wrong and draw.random() < SPOILS else "accept"


def scores_of(world: World, predicted: Mapping[str, Sequence[GoldClaim]]) -> Scores:
    tasks = [task._replace(predicted=predicted.get(name, ())) for name, task in world.tasks.items()]
    return score_at(tasks, [0.5])[0]


# ── the section ───────────────────────────────────────────────────────────────────────────────────────────────────


def section(world: World) -> str:
    lines: list[str] = []
    wrong = sum(truth.wrong for truth in world.truth.values())
    lines.append(
        f"{len(world.extractions)} articles, {len(world.truth)} claims of `{MODEL}`, {wrong} of them wrong by gold; "
        f"{sum(world.missed.values())} gold claims are in no queue. Sets: {', '.join(world.sets)}. The reviewer is a "
        f"program: it puts a wrong claim right with a chance of {CATCHES}, spoils a right one with {SPOILS} "
        f"(seed {SEED}). Brackets hold 95% of values when articles are drawn anew ({DRAWS} draws)."
    )
    for title, extractions in (
        ("Confidences as shipped. Their weights were fitted on these very sets", world.extractions),
        ("Confidences from weights fitted without the claim's article", cross_fitted(world)),
    ):
        lines += ["", f"**{title}.**", "", *_variant(world, extractions)]
    return "\n".join(lines) + "\n"


def _variant(world: World, extractions: Sequence[Extraction]) -> Iterator[str]:
    number = len(world.truth)
    marks = {round(share * number): share for share in (0.1, 0.3)}
    seen: dict[float, figures.Progress] = {}
    with (
        tempfile.TemporaryDirectory() as folder,
        Store.open(f"{folder}/store.sqlite") as store,
        store.writing() as connection,
    ):
        for extraction in extractions:
            keep(connection, extraction)

        def after(done: int) -> None:
            if done in marks:
                seen[marks[done]] = figures.progress(connection)

        looks = review(connection, world, after)
        again = look_again(connection, world)
        seen[1.0] = figures.progress(connection)
        export(connection, Path(folder) / "gold", today=BEGAN.date())
        exported = load_claims(Path(folder) / "gold" / "claims.jsonl")
    yield from _yields(looks, [extraction.article.id for extraction in extractions])
    yield ""
    yield from _dashboard(world, looks, seen, again)
    yield ""
    yield from _before_and_after(world, exported)


def _yields(looks: Sequence[Look], order: Sequence[str]) -> Iterator[str]:
    yield (
        "| reviewed | errors caught, queue | … in the articles' order | … in any order "
        "| for each claim looked at | … in any order |"
    )
    yield "| --- | --- | --- | --- | --- | --- |"
    by_article = in_document_order(looks, order)
    for share in SHARES:
        cells = [
            banded(looks, share, each=False),
            banded(by_article, share, each=False),
            f"{share * CATCHES:.2f}",
            banded(looks, share, each=True),
            f"{CATCHES * sum(look.wrong for look in looks) / len(looks):.2f}",
        ]
        yield f"| {share:.0%} | " + " | ".join(map(str, cells)) + " |"


def _dashboard(
    world: World, looks: Sequence[Look], seen: Mapping[float, figures.Progress], again: int
) -> Iterator[str]:
    """The dashboard's figures beside what they stand for: what such a reviewer finds, wrong or spoiled."""
    base = sum(truth.wrong for truth in world.truth.values()) / len(world.truth)
    anywhere = CATCHES * base + SPOILS * (1 - base)
    yield "| reviewed | found in the queue's order | in truth | in a fair sample | in truth | lift | in truth |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for share, told in sorted(seen.items()):
        shown = [look for look in looks[: round(share * len(looks))] if not look.audit]
        found = statistics.fmean(CATCHES if look.wrong else SPOILS for look in shown)
        yield (
            f"| {share:.0%} | {_rate(told.found)} | {found:.2f} | {_rate(told.by_chance)} | {anywhere:.2f} "
            f"| {'n/a' if told.lift is None else f'{told.lift:.1f}'} | {found / anywhere:.1f} |"
        )
    last = seen[1.0]
    alpha = "n/a" if last.alpha is None else f"{last.alpha:.2f}"
    yield ""
    yield (
        f"{again} claims had a blind second look (a share of {SECOND_SHARE}): alpha {alpha}, in truth "
        f"{true_alpha(world):.2f}. Median seconds for a claim: {last.seconds:g}."
    )


def _rate(rate: figures.Rate) -> str:
    return "none yet" if rate.value is None else f"{rate.value:.2f} ({rate.hits}/{rate.total})"


def _before_and_after(world: World, exported: Sequence[GoldClaim]) -> Iterator[str]:
    by_article: dict[str, list[GoldClaim]] = {}
    for claim in exported:
        by_article.setdefault(claim.document, []).append(claim)
    before = scores_of(world, {name: task.predicted for name, task in world.tasks.items()})
    after = scores_of(world, by_article)
    yield "| scored against gold | as extracted | as exported after review |"
    yield "| --- | --- | --- |"
    for key, label in (
        ("who_said_which_number", "who said which number"),
        ("attribution_accuracy", "speaker right, of paired claims"),
        ("number_fidelity", "figures right"),
        ("claim_precision", "claims that gold has"),
        ("claim_recall", "gold claims found"),
    ):
        yield f"| {label} | {_score(before, key)} | {_score(after, key)} |"


def _score(scores: Scores, key: str) -> str:
    ratio = scores[key]
    return "n/a" if ratio.value is None else f"{ratio.value:.3f} ({ratio.hits}/{ratio.total})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--write", action="store_true", help="Into docs/review.md.")
    asked = parser.parse_args()
    written = section(asyncio.run(read_world()))
    print(written)
    if asked.write:
        before, _, rest = CARD.read_text(encoding="utf-8").partition(BEGIN)
        _, _, after = rest.partition(END)
        CARD.write_text(f"{before}{BEGIN}\n{written}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
