"""What do several answers tell, and what a second model?

    python -m bench.second_opinions [GOLDSET …] [--samples 5] [--errors 20%] [--judge MODEL] [--articles N]

Prints Markdown. A simulated model that errs answers several times, each time with mistakes of its own: how good is one
answer, how good are several made one, and how often is a claim right, by how many agree? With --judge instead: how
often are claims right that the built-in extractor doubts, by what the judge says of them?
"""

import argparse
import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from bench.cascade import MEASURES, Remembered, as_gold, chosen
from eval.goldset import ReadySet
from eval.measures import score
from eval.score import Judgement, faults_of, judge_task
from eval.statistics import Ratio
from service.asking import ModelExtractor
from service.calls import Calls
from service.choose import InProcess, make_completer, make_judge
from service.extractors import Extractor
from service.fitted import CASCADE
from service.judging import Judge
from service.pipeline import extract
from service.records import ExtractedClaim, Extraction, Usage
from service.sampling import SampledCompleter, SamplingExtractor
from service.settings import Settings
from service.simulated.names import PREFIX

SIMULATED = "The judge is simulated, and answers from the gold itself: a measure of the machinery, never of quality."
Groups = Mapping[str, Callable[[frozenset[str]], bool]]
VOTES: Groups = {
    "all agree": lambda signals: "agreement:all" in signals,
    "at least half": lambda signals: "agreement:half" in signals and "agreement:all" not in signals,
    "fewer": lambda signals: "agreement:half" not in signals,
}
SAID: Groups = {
    "yes": lambda signals: "judge:yes" in signals,
    "no": lambda signals: "judge_no" in signals,
    "unclear, or no answer": lambda signals: not {"judge:yes", "judge_no"} & signals,
}


async def read(
    each: ReadySet, extractor: Extractor, settings: Settings, judge: Judge | None = None
) -> list[Extraction]:
    articles = (document.article(each.texts[document.id]) for document in each.gold.documents)
    return [await extract(article, extractor=extractor, settings=settings, judge=judge) for article in articles]


def judged(each: ReadySet, extractions: Iterable[Extraction]) -> list[Judgement]:
    return [judge_task(each.task(found.article.id, as_gold(found))) for found in extractions]


def sampling(each: ReadySet, *, errors: str, samples: int, settings: Settings) -> SamplingExtractor:
    """One extractor for each seed: a simulated model makes the same mistakes whenever it is asked."""
    calls = Calls(settings)
    names = [f"simulated/{each.gold.info.name}:errors={errors},seed={seed}" for seed in range(1, samples + 1)]
    return SamplingExtractor(
        [
            ModelExtractor(SampledCompleter(make_completer(name, settings, calls), number), settings)
            for number, name in enumerate(names, 1)
        ]
    )


def signals_of(claim: ExtractedClaim) -> frozenset[str]:
    return frozenset(reason.signal for reason in claim.reasons)


def right_by(
    pairs: Iterable[tuple[Judgement, Extraction]], groups: Groups, asked: frozenset[str] | None = None
) -> list[str]:
    """A line of a table for each group: how many of its claims, of those `asked` about, are right."""
    hits: Counter[str] = Counter()
    totals: Counter[str] = Counter()
    for judgement, extraction in pairs:
        faults = faults_of(judgement)
        for index, claim in enumerate(extraction.claims):
            if index in faults and (asked is None or claim.id in asked):
                group = next(name for name, holds in groups.items() if holds(signals_of(claim)))
                totals[group] += 1
                hits[group] += not faults[index]
    return [f"| {name} | {Ratio(hits=hits[name], total=totals[name])} |" for name in groups]


async def agreement(sets: Sequence[ReadySet], *, errors: str, samples: int) -> list[str]:
    settings = Settings(samples=samples)
    lines = [f"| answers made one | calls | {' | '.join(MEASURES.values())} |", "|" + " --- |" * (2 + len(MEASURES))]
    found: list[tuple[Judgement, Extraction]] = []
    for number in sorted({1, 3, samples}):
        found = []
        for each in sets:
            extractor = sampling(each, errors=errors, samples=number, settings=settings)
            extractions = await read(each, extractor, settings)
            found += zip(judged(each, extractions), extractions, strict=True)
        scores = score(judgement for judgement, _ in found)
        calls = sum(extraction.usage.calls for _, extraction in found)
        lines.append(f"| {number} | {calls} | {' | '.join(str(scores[key]) for key in MEASURES)} |")
    votes = ["", f"| of {samples} answers | claims that are right |", "| --- | --- |", *right_by(found, VOTES)]
    return lines + votes


async def opinions(sets: Sequence[ReadySet], *, model: str) -> list[str]:
    extractor = InProcess(CASCADE, Remembered())
    before: list[tuple[Judgement, Extraction]] = []
    after: list[tuple[Judgement, Extraction]] = []
    for each in sets:
        settings = Settings(verify=model.replace("GOLDSET", each.gold.info.name), call_seconds=600)
        for found, judge in ((before, None), (after, make_judge(settings))):
            extractions = await read(each, extractor, settings, judge)
            found += zip(judged(each, extractions), extractions, strict=True)
    asked = frozenset(claim for _, extraction in before for claim in extraction.needs_review)
    usage = Usage()
    for _, extraction in after:
        usage = usage.plus(extraction.usage)
    spent = f"{usage.calls} calls, {usage.prompt_tokens:,} prompt and {usage.completion_tokens:,} completion tokens."
    failed = sum(notice.code == "judge_failed" for _, extraction in after for notice in extraction.notices)
    return [
        f"| {model} says | doubted claims that are right |",
        "| --- | --- |",
        *right_by(after, SAID, asked),
        "",
        "| | claims let through without a review that are right | wrong claims among them |",
        "| --- | --- | --- |",
        *(
            f"| {name} | {right} | {right.total - right.hits} of {wrong} |"
            for name, pairs in (("before", before), ("after", after))
            for right, wrong in [let_through(pairs)]
        ),
        "",
        f"{len(asked)} doubted claims, {spent} Calls that left claims out: {failed}.",
        *([SIMULATED] if model.startswith(PREFIX) else []),
    ]


def let_through(pairs: Iterable[tuple[Judgement, Extraction]]) -> tuple[Ratio, int]:
    """Of the claims that are not left to a review, those that are right; and how many are wrong in all."""
    right = total = wrong = 0
    for judgement, extraction in pairs:
        faults = faults_of(judgement)
        for index, claim in enumerate(extraction.claims):
            if index in faults:
                wrong += bool(faults[index])
                through = claim.id not in extraction.needs_review
                total += through
                right += through and not faults[index]
    return Ratio(hits=right, total=total), wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("goldsets", nargs="*", default=["kalat-retold", "starter"])
    parser.add_argument("--samples", type=int, default=5)
    parser.add_argument(
        "--errors", default="20%", help="how often each answer of the simulated model errs, in each way"
    )
    parser.add_argument("--judge", help="model that is asked about claims the built-in extractor doubts")
    parser.add_argument("--articles", type=int, help="how many articles of each set, the first ones; all if not given")
    given = parser.parse_args()
    sets = [chosen(name, given.articles) for name in given.goldsets]
    print(f"{', '.join(given.goldsets)}: {sum(len(each.gold.documents) for each in sets)} articles\n")
    if given.judge:
        print("\n".join(asyncio.run(opinions(sets, model=given.judge))))
    else:
        print("\n".join(asyncio.run(agreement(sets, errors=given.errors, samples=given.samples))))


if __name__ == "__main__":
    main()
