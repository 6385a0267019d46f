"""Which weights does the confidence of `embedded` get from our gold sets?

    python -m bench.fit_confidence [--texts DIR] [--date 2026-11-22]

Extracts every article of the sets below, scores the claims, fits the weights of their signs, writes
`service/confidence.json` with where they come from, and renews the figures in `docs/confidence.md`. The same articles,
code and date give the same bytes. `kalat` is stand-off: its texts are found in `--texts`, or where
`python -m eval texts add` has put them; without them nothing is written.
"""

import argparse
import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

from eval.calibrate import Cases, cases_of, cross_fitted, weights_of
from eval.goldset import ReadySet, open_gold_set
from eval.lines import number
from eval.queue import Item, Queue, Recommendation, queue_figures, recommend
from service.choose import make_extractor
from service.confidence import FittedOn, Weights, words_of_signal
from service.fitted import SHIPPED
from service.goldfiles import claim_from_form, gold_form
from service.pipeline import extract
from service.records import ExtractedClaim
from service.settings import Settings
from service.software import software

ROOT = Path(__file__).parent.parent
CARD = ROOT / "docs" / "confidence.md"
BEGIN, END = "<!-- figures: python -m bench.fit_confidence -->\n", "<!-- end of figures -->\n"
MODEL = "embedded"
# What is for looking at; never a split named test.
SETS = (("newsroom", "dev"), ("kalat-retold", None), ("starter", None), ("kalat", "dev"), ("contrast", "dev"))
TARGET = 0.25  # share of wrong claims among those that nobody reviews; what errors cost is for the newsroom to say
SHOWN = 12  # weights in the card, each way


class Part(NamedTuple):
    """A gold set's share in the fit; the name of each case's article begins with the set's."""

    on: FittedOn
    cases: Cases


async def read_part(name: str, split: str | None, texts: Sequence[Path]) -> Part:
    ready = open_gold_set(ROOT / "goldsets" / name, texts).of_split(split)
    if any(document.split == "test" for document in ready.gold.documents):
        raise SystemExit(f"{name} has documents of split test: they are for measuring, not for fitting.")
    extractor, settings = make_extractor(MODEL, Settings()), Settings()
    extractions = [await extract(article, extractor=extractor, settings=settings) for article in ready.articles()]
    claims = [claim for extraction in extractions for claim in extraction.claims]
    found = cases_of(
        (tasks := ready.tasks([claim_from_form(gold_form(claim)) for claim in claims])),
        [_signals(claims, task.document) for task in tasks],
        groups=_groups(name, ready),
    )
    on = FittedOn(
        goldset=name,
        sha256=ready.gold.sha256,
        split=split,
        articles=len(ready.gold.documents),
        claims=len(found.cases),
        wrong=sum(case.wrong for case in found.cases),
    )
    return Part(on, found)


def _signals(claims: Sequence[ExtractedClaim], document: str) -> dict[str, tuple[str, ...]]:
    return {
        claim.id: tuple(reason.signal for reason in claim.reasons) for claim in claims if claim.document == document
    }


def _groups(name: str, ready: ReadySet) -> dict[str, str]:
    """Twins of a minimal pair share nearly all their words: neither may be judged by weights fitted on the other."""
    return {document.id: f"{name}:{document.pair or document.id}" for document in ready.gold.documents}


# ── the model card's figures ──────────────────────────────────────────────────────────────────────────────────────


def figures(parts: Sequence[Part], cases: Cases, weights: Weights) -> Iterator[str]:
    """The part of the card that is written by this script, in Markdown."""
    items = cross_fitted(cases)
    everything = queue_figures(items, missed=cases.missed)
    assert everything is not None
    fitted = weights.fitted
    assert fitted is not None
    yield f"Fitted {fitted.date} for `{weights.model}`, {len(weights.weights)} weights, `{weights.fingerprint}`."
    yield "Wrong is a claim with another speaker or none, any figure not as in gold, a repetition, or one that gold"
    yield "does not list. Every figure is cross-fitted: claims are judged by weights fitted without their article (or"
    yield "their pair, in `contrast`); brackets hold 95% intervals over articles."
    yield ""
    yield "| set | articles | claims | wrong | AUROC | caught in the least confident 20% | of a perfect order |"
    yield "|---|---|---|---|---|---|---|"
    for part in parts:
        own = [item for item in items if item.article.startswith(f"{part.on.goldset}:")]
        split = f", {part.on.split}" if part.on.split else ""
        yield _row(f"{part.on.goldset}{split}", part.on.articles, own)
    news = [item for item in items if not item.article.startswith("contrast:")]
    yield _row("all but contrast", sum(part.on.articles for part in parts if part.on.goldset != "contrast"), news)
    yield _row("all", sum(part.on.articles for part in parts), items)
    yield ""
    yield from _curves(everything)
    yield from _review_line(recommend(items, target=TARGET), weights)
    yield from _weightiest(weights, cases)


def _row(name: str, articles: int, items: Sequence[Item]) -> str:
    queue = queue_figures(items)
    if queue is None or not queue.wrong:
        return f"| {name} | {articles} | {len(items)} | 0 | n/a | n/a | n/a |"
    review = next(each for each in queue.reviews if each.share == 0.2)
    caught = f"{review.found * review.reviewed:.0f}/{queue.wrong}"
    auroc = f"{number(queue.auroc)}{_between(queue.auroc_band)}"
    perfect = f"{number(review.of_perfect)}{_between(review.of_perfect_band)}"
    return f"| {name} | {articles} | {queue.claims} | {queue.wrong} | {auroc} | {caught} | {perfect} |"


def _between(interval: tuple[float, float] | None) -> str:
    return f" ({interval[0]:.2f}–{interval[1]:.2f})" if interval is not None else ""


def _curves(queue: Queue) -> Iterator[str]:
    error = number(queue.expected_calibration_error)
    yield f"Brier score {queue.brier:.3f}, calibration error {error} (debiased), on all."
    yield ""
    yield "| a fifth of the claims, by confidence | mean confidence | right | claims |"
    yield "|---|---|---|---|"
    for each in queue.bins:
        right = f"{each.right:.3f}{_between(each.interval)}"
        yield f"| {each.low:.2f} to {each.high:.2f} | {each.confidence:.3f} | {right} | {each.claims} |"
    yield ""
    yield "| least confident, reviewed | claims | wrong for each claim | errors caught | of a perfect order |"
    yield "|---|---|---|---|---|"
    for one in queue.reviews:
        share = number(one.found * one.reviewed / queue.wrong) if queue.wrong else "n/a"
        perfect = f"{number(one.of_perfect)}{_between(one.of_perfect_band)}"
        yield f"| {one.share:.0%} | {one.reviewed} | {one.found:.2f} | {share} | {perfect} |"
    yield ""


def _review_line(found: Recommendation, weights: Weights) -> Iterator[str]:
    if found.threshold is None:
        yield f"No threshold keeps errors under {TARGET:g} for sure: review every claim."
    else:
        yield (
            f"`review_below` is {weights.review_below:g}: of the claims from there on, {found.accepted}, {found.wrong} "
            f"are wrong, at most {number(found.upper)} (target {TARGET:g})."
        )
    yield ""


def _weightiest(weights: Weights, cases: Cases) -> Iterator[str]:
    seen = {name: sum(name in case.signals for case in cases.cases) for name in weights.weights}
    ordered = sorted(
        ((weight, name) for name, weight in weights.weights.items() if seen[name]), key=lambda pair: (pair[0], pair[1])
    )
    yield f"The base is {weights.base:+.2f}. The largest weights of signs that these claims had:"
    yield ""
    yield "| sign | in words | claims | log-odds |"
    yield "|---|---|---|---|"
    for weight, name in (*ordered[:SHOWN], *ordered[-SHOWN:]):
        yield f"| `{name}` | {words_of_signal(name)} | {seen[name]} | {weight:+.2f} |"


def renew(card: str, lines: Sequence[str]) -> str:
    """The card with its figures replaced."""
    before, begin, rest = card.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"{CARD} lacks the marks between which the figures stand.")
    return before + begin + "\n" + "\n".join(lines) + "\n\n" + end + after


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--texts", type=Path, action="append", default=[], help="folder with the texts of kalat")
    parser.add_argument("--date", type=date.fromisoformat, default=datetime.now(UTC).date())
    asked = parser.parse_args()
    parts = [asyncio.run(read_part(name, split, asked.texts)) for name, split in SETS]
    cases = Cases(
        tuple(case for part in parts for case in part.cases.cases), missed=sum(part.cases.missed for part in parts)
    )
    weights = weights_of(
        cases,
        model=MODEL,
        sets=[part.on for part in parts],
        target=TARGET,
        on=asked.date,
        command="python -m bench.fit_confidence",
        software=software(),
    )
    lines = list(figures(parts, cases, weights))
    card = renew(CARD.read_text(encoding="utf-8"), lines)
    SHIPPED.write_text(weights.model_dump_json(indent=1) + "\n", encoding="utf-8")
    CARD.write_text(card, encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
