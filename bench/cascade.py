"""How much better is `embedded+MODEL`, for how much of what MODEL alone would cost?

    python -m bench.cascade [GOLDSET …] [--model simulated/GOLDSET:errors=10%] [--thresholds 0,0.5,…] [--articles N]
        [--longest TOKENS]

Reads the articles (of newsroom: its dev split) with the built-in extractor, with the cascade at several thresholds, and
with the model alone, and prints a Markdown table: which share of the sentences was asked about, which share of the
model's own tokens that took, and how good the claims are. In a model's name, GOLDSET stands for each set's own name.
"""

import argparse
import asyncio
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from eval.goldset import ReadySet, open_gold_set
from eval.measures import Scores, score
from eval.score import Judgement, judge_task
from service.asking import ModelExtractor
from service.calls import Calls
from service.cascade import CascadeExtractor
from service.choose import InProcess, make_completer
from service.embedded.extractor import EmbeddedExtractor
from service.extractors import Extractor
from service.fitted import CASCADE, weights_for
from service.goldfiles import GoldClaim
from service.models import Completer, Completion, Hear, Meter, Prompt
from service.pipeline import extract
from service.records import Draft, Extraction, Reading, Usage
from service.settings import Settings

ROOT = Path(__file__).parent.parent
SPLITS = {"newsroom": "dev"}
MEASURES = {
    "who_said_which_number": "who said which number",
    "attribution_accuracy": "attribution accuracy",
    "attribution_recall": "attribution recall",
    "claim_precision": "claim precision",
}


class Watched:
    """A completer whose questions are counted: how many sentences they ask about, and how many characters go there and
    back besides the instructions, which are the same for every article and which providers keep."""

    def __init__(self, completer: Completer) -> None:
        self._completer = completer
        self.sentences = self.characters = 0

    @property
    def name(self) -> str:
        return self._completer.name

    async def complete(self, prompt: Prompt, *, meter: Meter, hear: Hear | None = None) -> Completion:
        shown = prompt.shown
        self.sentences += len(shown.asked) if shown.asked is not None else shown.last - shown.first + 1
        completion = await self._completer.complete(prompt, meter=meter, hear=hear)
        self.characters += len(prompt.user) + len(completion.raw)
        return completion


class Remembered:
    """The built-in extractor's drafts, made once for each article: they are the same at every threshold."""

    def __init__(self) -> None:
        self._propose = EmbeddedExtractor().drafts
        self._made: dict[str, tuple[Draft, ...]] = {}

    def __call__(self, reading: Reading) -> tuple[Draft, ...]:
        key = reading.article.sha256
        if key not in self._made:
            self._made[key] = self._propose(reading)
        return self._made[key]


class Row(NamedTuple):
    """What one way of reading all articles came to."""

    label: str
    sentences: int
    characters: int
    usage: Usage
    failed: int
    scores: Scores

    @property
    def tokens(self) -> int:
        return self.usage.prompt_tokens + self.usage.completion_tokens


class Bench:
    def __init__(self, sets: Sequence[ReadySet], model: str, settings: Settings) -> None:
        self._sets = sets
        self._settings = settings
        calls = Calls(settings)
        self._watched = {
            each.gold.info.name: Watched(make_completer(model.replace("GOLDSET", each.gold.info.name), settings, calls))
            for each in sets
        }
        self._propose = Remembered()

    async def alone(self) -> Row:
        return await self._row("the model alone", lambda completer: ModelExtractor(completer, self._settings))

    async def embedded(self) -> Row:
        return await self._row("embedded", lambda _: InProcess(CASCADE, self._propose))

    async def cascade(self, below: float) -> Row:
        def make(completer: Completer) -> Extractor:
            return CascadeExtractor(
                self._propose,
                ModelExtractor(completer, self._settings, excerpts=True),
                weights=weights_for(CASCADE),
                below=below,
                characters=self._settings.segment_characters,
            )

        return await self._row(f"cascade below {below:g}", make)

    async def _row(self, label: str, make: Callable[[Completer], Extractor]) -> Row:
        judged: list[Judgement] = []
        usage, failed = Usage(), 0
        for each in self._sets:
            watched = self._watched[each.gold.info.name]
            watched.sentences = watched.characters = 0
            extractor = make(watched)
            for document in each.gold.documents:
                article = document.article(each.texts[document.id])
                extraction = await extract(article, extractor=extractor, settings=self._settings)
                usage = usage.plus(extraction.usage)
                failed += bool(extraction.failures)
                judged.append(judge_task(each.task(document.id, as_gold(extraction))))
                print(f"{label}: {document.id} read", file=sys.stderr, flush=True)
        sentences = sum(watched.sentences for watched in self._watched.values())
        characters = sum(watched.characters for watched in self._watched.values())
        return Row(label, sentences, characters, usage, failed, score(judged))


def as_gold(extraction: Extraction) -> list[GoldClaim]:
    """Its claims as a gold set has them, for scoring."""
    known = GoldClaim.model_fields
    return [
        GoldClaim.model_validate({key: value for key, value in claim.model_dump().items() if key in known})
        for claim in extraction.claims
    ]


def chosen(name: str, articles: int | None) -> ReadySet:
    return open_gold_set(ROOT / "goldsets" / name, ()).of_split(SPLITS.get(name)).first(articles)


def table(rows: Sequence[Row], alone: Row) -> str:
    heads = [
        "read with",
        "sentences asked about",
        "tokens",
        "share of tokens",
        "… besides the instructions",
        "failed",
        *MEASURES.values(),
    ]
    lines = [f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}"]
    for row in rows:
        shares = [_share(row.tokens, alone.tokens), _share(row.characters, alone.characters)]
        cells = [row.label, f"{row.sentences:,} of {alone.sentences:,}", f"{row.tokens:,}", *shares, str(row.failed)]
        cells += [str(row.scores[key]) for key in MEASURES]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2f}" if whole else "n/a"


async def measured(bench: Bench, thresholds: Sequence[float]) -> str:
    alone = await bench.alone()
    rows = [await bench.embedded(), *[await bench.cascade(below) for below in thresholds], alone]
    return table(rows, alone)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("goldsets", nargs="*", default=["kalat-retold", "starter"])
    parser.add_argument("--model", default="simulated/GOLDSET:errors=10%")
    parser.add_argument("--thresholds", default="0,0.3,0.5,0.6,0.7,0.8,0.9,1")
    parser.add_argument("--articles", type=int, help="how many articles of each set, the first ones; all if not given")
    parser.add_argument("--longest", type=int, default=8_000, metavar="TOKENS", help="of one answer")
    given = parser.parse_args()
    sets = [chosen(name, given.articles) for name in given.goldsets]
    settings = Settings(call_seconds=600, max_output_tokens=given.longest)
    thresholds = [float(each) for each in given.thresholds.split(",")]
    print(f"{given.model}, {', '.join(given.goldsets)}: {sum(len(each.gold.documents) for each in sets)} articles\n")
    print(asyncio.run(measured(Bench(sets, given.model, settings), thresholds)))


if __name__ == "__main__":
    main()
