"""Which sentences is a model worth asking about, after the built-in extractor has read all of them?

Those with claims that it doubts, and those that plainly say something of which it has no claim. The model is shown
them alone, with what was found as proposals; its claims take their place, and all others stay as they are. How it is
asked is left to `asking` and `prompting`.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from service.checks import check
from service.confidence import Weights, weigh
from service.extractors import Extractor, SegmentDrafts
from service.fitted import CASCADE
from service.grounding import ground
from service.prompting import Excerpt
from service.records import Draft, Grounded, PromptVersion, Reading, Record, Rejection, Segment, Span
from service.sameness import SAME_PLACE, covered, same_speaker, sentences_of, shared
from service.signals import signals_of

ALONE = 1  # the number of the segment that holds what no model was asked about


class Model(Extractor, Protocol):
    """An extractor that can be asked about some sentences alone."""

    def drafts(self, reading: Reading, excerpts: Sequence[Excerpt] | None = None) -> AsyncIterator[SegmentDrafts]: ...


class Proposal(Record):
    """A claim of the built-in extractor, and how sure it is; `placed` is None where it has no place in the text."""

    draft: Draft
    placed: Grounded | None
    rejection: Rejection | None = None
    confidence: float = 0.0
    sentences: frozenset[int]


class CascadeExtractor:
    """`propose` reads everything; `model` is asked where a proposal is less sure than `below`, or is missing.

    One question holds at most `characters` characters of sentences that are asked about.
    """

    def __init__(
        self,
        propose: Callable[[Reading], tuple[Draft, ...]],
        model: Model,
        *,
        weights: Weights,
        below: float,
        characters: int,
    ) -> None:
        self._propose = propose
        self._model = model
        self._weights = weights
        self._below = below
        self._characters = characters

    @property
    def name(self) -> str:
        return f"{CASCADE}+{self._model.name}"

    @property
    def prompt(self) -> PromptVersion | None:
        return self._model.prompt

    async def drafts(self, reading: Reading) -> AsyncIterator[SegmentDrafts]:
        """What no model need be asked about first, then each excerpt as it is answered."""
        proposals, excerpts = await asyncio.to_thread(self._prepared, reading)
        asked = {number for excerpt in excerpts for number in excerpt.asked}
        alone = tuple(each.draft for each in proposals if not each.sentences & asked)
        yield SegmentDrafts(segment=ALONE, drafts=alone)
        if not excerpts:
            return
        by_sentence = _by_sentence(proposals)
        by_segment = {excerpt.segment.number: _of(excerpt.asked, by_sentence) for excerpt in excerpts}
        async for answer in self._model.drafts(reading, excerpts):
            yield joined(answer, by_segment[answer.segment], reading, self._model.name)

    def _prepared(self, reading: Reading) -> tuple[list[Proposal], list[Excerpt]]:
        proposals = weighed(self._propose(reading), reading, self._weights)
        asked = doubtful(proposals, reading, below=self._below)
        return proposals, list(cut(asked, proposals, reading, characters=self._characters))


# ── what to ask about ───────────────────────────────────────────────────────────────────────────────────────────────


def weighed(drafts: Iterable[Draft], reading: Reading, weights: Weights) -> list[Proposal]:
    """Each draft with its place and how sure we are of it."""
    found = [(draft, ground(draft, reading)) for draft in drafts]
    placed = [each for _, each in found if isinstance(each, Grounded)]
    sure = (
        weigh(signals, flags, weights)[0]
        for signals, flags in zip(signals_of(placed, reading), check(placed, reading), strict=True)
    )
    return [
        Proposal(
            draft=draft,
            placed=each if isinstance(each, Grounded) else None,
            rejection=each if isinstance(each, Rejection) else None,
            confidence=next(sure) if isinstance(each, Grounded) else 0.0,
            sentences=frozenset(sentences_of(_content(draft, each), reading)),
        )
        for draft, each in found
    ]


def _content(draft: Draft, found: Grounded | Rejection) -> tuple[Span, ...]:
    if isinstance(found, Grounded):
        return found.content
    return tuple(piece for piece in draft.content if isinstance(piece, Span))


def doubtful(proposals: Sequence[Proposal], reading: Reading, *, below: float) -> frozenset[int]:
    """The numbers of the sentences to ask about. A claim is asked about in all of its sentences."""
    asked = {number for each in proposals if each.confidence < below for number in each.sentences}
    asked.update(_uncovered(proposals, reading))
    by_sentence = _by_sentence(proposals)
    waiting = list(asked)
    while waiting:
        for each in by_sentence.get(waiting.pop(), ()):
            waiting.extend(each.sentences - asked)
            asked.update(each.sentences)
    return frozenset(asked)


def _by_sentence(proposals: Iterable[Proposal]) -> Mapping[int, Sequence[Proposal]]:
    found: dict[int, list[Proposal]] = defaultdict(list)
    for each in proposals:
        for number in each.sentences:
            found[number].append(each)
    return found


def _of(numbers: Iterable[int], by_sentence: Mapping[int, Sequence[Proposal]]) -> list[Proposal]:
    """The proposals that stand in any of these sentences, each once."""
    return list({id(each): each for number in numbers for each in by_sentence.get(number, ())}.values())


def _uncovered(proposals: Sequence[Proposal], reading: Reading) -> Iterator[int]:
    """Sentences with a figure outside all claims, or with words of saying and no claim at all."""
    contents = sorted(span for each in proposals if each.placed is not None for span in each.placed.content)
    claimed = {number for each in proposals for number in each.sentences}
    for figure in reading.figures:
        if figure.qualifier != "vague" and not covered(figure.span, contents):
            yield figure.sentence
    for cue in reading.cues:
        if cue.form != "hedge" and cue.sentence not in claimed and reading.sentence(cue.sentence) is not None:
            yield cue.sentence


def cut(
    asked: frozenset[int], proposals: Sequence[Proposal], reading: Reading, *, characters: int
) -> Iterator[Excerpt]:
    """The sentences in as few questions as hold them; those of one claim stay together."""
    run: list[int] = []
    length, number = 0, ALONE + 1
    by_sentence = _by_sentence(proposals)
    for group in _groups(sorted(asked), proposals):
        added = sum(reading.sentences[each - 1].span.end - reading.sentences[each - 1].span.start for each in group)
        if run and length + added > characters:
            yield _excerpt(number, run, by_sentence, reading)
            run, length, number = [], 0, number + 1
        run.extend(group)
        length += added
    if run:
        yield _excerpt(number, run, by_sentence, reading)


def _groups(asked: Sequence[int], proposals: Sequence[Proposal]) -> Iterator[list[int]]:
    """Runs of sentences, cut where no claim reaches over."""
    reach: dict[int, int] = {}
    for each in proposals:
        if each.sentences:
            reach[min(each.sentences)] = max(reach.get(min(each.sentences), 0), *each.sentences)
    group: list[int] = []
    until = 0
    for number in asked:
        if group and number > until:
            yield group
            group = []
        group.append(number)
        until = max(until, reach.get(number, number))
    if group:
        yield group


def _excerpt(
    number: int, asked: Sequence[int], by_sentence: Mapping[int, Sequence[Proposal]], reading: Reading
) -> Excerpt:
    first, last = reading.sentences[asked[0] - 1].span.start, reading.sentences[asked[-1] - 1].span.end
    wanted = frozenset(asked)
    return Excerpt(
        segment=Segment(number=number, span=Span(first, last), first=asked[0], last=asked[-1]),
        asked=tuple(asked),
        beside=tuple(each - 1 for each in asked if each - 1 > 0 and each - 1 not in wanted and _leans(each, reading)),
        proposals=tuple(each.placed for each in _of(asked, by_sentence) if each.placed is not None),
    )


def _leans(number: int, reading: Reading) -> bool:
    """Whether a sentence is hardly understood without the one before: it does not itself say by name who speaks."""
    span = reading.sentences[number - 1].span
    mentions = reading.mentions_in(span)
    named = any(each.form != "pronoun" and each.speaker is not None for each in mentions)
    return not named or not reading.cues_in(span) or any(each.form == "pronoun" for each in mentions)


# ── what the model's claims are worth beside the proposals ────────────────────────────────────────────────────────


def joined(answer: SegmentDrafts, proposals: Sequence[Proposal], reading: Reading, model: str) -> SegmentDrafts:
    """The model's claims, each with how it stands to the proposals, and the proposals that they do not replace.

    An answer that is not whole (it failed, broke off, or has claims of no use) speaks only for the sentences that it
    has usable claims for. A proposal that a whole answer has not is a rejection with that reason.
    """
    found = [(draft, ground(draft, reading)) for draft in answer.drafts]
    placed = [each for _, each in found if isinstance(each, Grounded)]
    unusable = len(placed) < len(found) or any(each.reason != "repeated" for each in answer.rejected)
    entire = not answer.failures and not unusable
    spoken = {number for each in placed for number in sentences_of(each.content, reading)}
    stay = [] if entire else [each for each in proposals if not each.sentences & spoken]
    gone = proposals if entire else [each for each in proposals if each.sentences & spoken]
    drafts = [_compared(each, gone) if isinstance(each, Grounded) else draft for draft, each in found]
    drafts += [_signed(each.draft, "cascade:unanswered") for each in stay]
    dropped = [rejection for each in gone if (rejection := _dropped(each, placed, answer.segment, model)) is not None]
    return answer.model_copy(update={"drafts": tuple(drafts), "rejected": (*answer.rejected, *dropped)})


def _compared(claim: Grounded, proposals: Sequence[Proposal]) -> Draft:
    """The model's draft with a signal. A confirmed one keeps what the built-in extractor knew of its sentence."""
    near = [(shared(claim.content, each.placed.content), each) for each in proposals if each.placed is not None]
    for share, each in near:
        if share >= SAME_PLACE and each.placed is not None and same_speaker(claim, each.placed):
            return _signed(claim.draft, "cascade:confirmed", **each.draft.signals)
    return _signed(claim.draft, "cascade:corrected" if any(share for share, _ in near) else "cascade:added")


def _signed(draft: Draft, signal: str, **others: float) -> Draft:
    return draft.model_copy(update={"signals": {**others, **draft.signals, signal: 1.0}})


def _dropped(proposal: Proposal, placed: Sequence[Grounded], segment: int, model: str) -> Rejection | None:
    if proposal.placed is None:
        return proposal.rejection
    if any(shared(each.content, proposal.placed.content) for each in placed):
        return None
    message = f"{model} was shown this as a proposal, and has no claim in its place"
    return Rejection(segment=segment, reason="not_confirmed", message=message, draft=proposal.draft)
