"""What do several answers to one question have in common?

Asks for each segment as often as was set, and makes one answer of what comes: claims of the same words are one claim,
with the speaker and the figures that most answers give it. How many agree goes with it as a signal; nothing is dropped
for being said once.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from service.asking import ModelExtractor
from service.extractors import SegmentDrafts
from service.grounding import ground
from service.models import Completer, Completion, Hear, Meter, Prompt
from service.prompting import Excerpt
from service.records import Draft, Grounded, Notice, PromptVersion, Reading, Usage
from service.sameness import SAME_CONTENT, figures_of, same_speaker, sentences_of, shared, speaker_of
from service.settings import Settings


class SampledCompleter:
    """Asks `completer` for its answer number `sample`."""

    def __init__(self, completer: Completer, sample: int) -> None:
        self._completer = completer
        self._sample = sample

    @property
    def name(self) -> str:
        return self._completer.name

    async def complete(self, prompt: Prompt, *, meter: Meter, hear: Hear | None = None) -> Completion:
        numbered = prompt.model_copy(update={"sample": self._sample})
        return await self._completer.complete(numbered, meter=meter, hear=hear)


def sampled(completer: Completer, settings: Settings, *, excerpts: bool = False) -> "SamplingExtractor":
    """One extractor for `settings.samples` answers of a model. Raises PromptError as ModelExtractor does."""
    whole = settings.model_copy(update={"stream": False})  # claims cannot be told before all answers are there
    numbers = range(1, settings.samples + 1)
    return SamplingExtractor(
        [ModelExtractor(SampledCompleter(completer, number), whole, excerpts=excerpts) for number in numbers]
    )


class SamplingExtractor:
    """Several extractors of one name and prompt as one. None of them may hand over a segment bit by bit."""

    def __init__(self, extractors: Sequence[ModelExtractor]) -> None:
        self._extractors = tuple(extractors)

    @property
    def name(self) -> str:
        return self._extractors[0].name

    @property
    def prompt(self) -> PromptVersion:
        return self._extractors[0].prompt

    async def drafts(self, reading: Reading, excerpts: Sequence[Excerpt] | None = None) -> AsyncIterator[SegmentDrafts]:
        """Each segment as soon as its last answer is there. Leaving early ends the calls under way."""
        answered: asyncio.Queue[SegmentDrafts | None] = asyncio.Queue()

        async def listen(extractor: ModelExtractor) -> None:
            async with aclosing(extractor.drafts(reading, excerpts)) as drafts:  # type: ignore[type-var]
                async for answer in drafts:
                    answered.put_nowait(answer)

        tasks = [asyncio.create_task(listen(extractor)) for extractor in self._extractors]
        everything = asyncio.gather(*tasks)
        everything.add_done_callback(lambda _: answered.put_nowait(None))
        waiting: dict[int, list[SegmentDrafts]] = defaultdict(list)
        try:
            while (answer := await answered.get()) is not None:
                waiting[answer.segment].append(answer)
                if len(waiting[answer.segment]) == len(tasks):
                    yield merged(waiting.pop(answer.segment), reading)
            await everything  # raises what no segment can be blamed for
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, everything, return_exceptions=True)


# ── one answer of several ───────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class _Cluster:
    """What several answers say of the same words; `said` has at most one claim of each answer."""

    said: dict[int, Grounded] = field(default_factory=dict)

    @property
    def first(self) -> Grounded:
        return next(iter(self.said.values()))


def merged(answers: Sequence[SegmentDrafts], reading: Reading) -> SegmentDrafts:
    """One answer of several to the same question. Those that failed altogether count as not received; where none was
    received, the segment has failed."""
    usage = Usage()
    for answer in answers:
        usage = usage.plus(answer.usage)
    received = [answer for answer in answers if answer.drafts or not answer.failures]
    if not received:
        rejected = tuple(rejection for answer in answers for rejection in answer.rejected)
        return answers[0].model_copy(update={"usage": usage, "rejected": rejected})
    unplaced: dict[str, Draft] = {}
    clusters: list[_Cluster] = []
    by_sentence: dict[int, list[_Cluster]] = defaultdict(list)
    for number, answer in enumerate(received):
        placed: list[Grounded] = []
        for draft in answer.drafts:
            found = ground(draft, reading)
            if isinstance(found, Grounded):
                placed.append(found)
            else:
                unplaced.setdefault(draft.model_dump_json(), draft)
        for claim in _put_with_others(placed, number, by_sentence, reading):
            cluster = _Cluster({number: claim})
            clusters.append(cluster)
            for sentence in sentences_of(claim.content, reading):
                by_sentence[sentence].append(cluster)
    clusters.sort(key=lambda cluster: cluster.first.content)
    return SegmentDrafts(
        segment=answers[0].segment,
        drafts=(*(_winner(cluster, len(received)) for cluster in clusters), *unplaced.values()),
        rejected=tuple({r.model_dump_json(): r for answer in answers for r in answer.rejected}.values()),
        failures=received[0].failures if all(answer.failures for answer in received) else (),
        notices=_told(answers, received),
        usage=usage,
        answered_by=next((answer.answered_by for answer in received if answer.answered_by), None),
    )


def _put_with_others(
    claims: Sequence[Grounded], answer: int, by_sentence: dict[int, list[_Cluster]], reading: Reading
) -> list[Grounded]:
    """Puts each claim of one answer to what others have said of its words, the best matches first; two speakers of the
    same words stay two. Gives back those of which nobody has said anything yet."""
    near: list[tuple[bool, float, int, _Cluster]] = []
    for index, claim in enumerate(claims):
        around = {id(each): each for number in sentences_of(claim.content, reading) for each in by_sentence[number]}
        for cluster in around.values():
            share = shared(claim.content, cluster.first.content)
            if share >= SAME_CONTENT:
                near.append((same_speaker(claim, cluster.first), share, index, cluster))
    near.sort(key=lambda each: (not each[0], -each[1], each[2]))
    put: set[int] = set()
    for _, _, index, cluster in near:
        if index not in put and answer not in cluster.said:
            cluster.said[answer] = claims[index]
            put.add(index)
    return [claim for index, claim in enumerate(claims) if index not in put]


def _winner(cluster: _Cluster, received: int) -> Draft:
    """The claim with the speaker and figures that most answers give; of these, the one in the words that most give."""
    claims = list(cluster.said.values())
    variants = Counter((speaker_of(claim), figures_of(claim)) for claim in claims)
    variant, votes = variants.most_common(1)[0]  # of equals, the one that was said first
    agreeing = [claim for claim in claims if (speaker_of(claim), figures_of(claim)) == variant]
    wordings = Counter((claim.content, claim.draft.stance, claim.draft.hedged) for claim in agreeing)
    wording = wordings.most_common(1)[0][0]
    chosen = next(c for c in agreeing if (c.content, c.draft.stance, c.draft.hedged) == wording)
    signals = chosen.draft.signals | {"agreement": round(votes / received, 3)}
    return chosen.draft.model_copy(update={"signals": signals})


def _told(answers: Sequence[SegmentDrafts], received: Sequence[SegmentDrafts]) -> tuple[Notice, ...]:
    """A notice where some answers failed, in whole or in part: the others stand in for them."""
    failures = [failure for answer in answers for failure in answer.failures]
    if not failures:
        return ()
    why = "; ".join(dict.fromkeys(f"{failure.reason}: {failure.message}" for failure in failures))
    message = f"Of {len(answers)} answers, {len(received)} can be used. {why}"
    return (Notice(code="sample_failed", message=message),)
