"""What must not come of an answer, whatever the article told the model?

An answer may be silent where the article is not, and may hold the prompt. Both are made harmless here: silence becomes
a failure in words, and what stands in the prompt alone is taken out. Claims themselves are held by `grounding`.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from typing import Any

from service.records import Claim, Failure, Reading, Sentence, Span

RUN = 8  # words in a row that the prompt has too; shorter runs are common English
TAKEN_OUT = "[words of the prompt]"
DEEPEST = 40  # of an answer's JSON; what lies deeper is nothing of ours
_WORD = re.compile(r"[^\W_]+")
_NONCE = re.compile(r"<article ([^>\s]{4,80})>")
LEAST_SAYING = 2  # sentences that say who says something, from which on no claim at all is silence
REACH = 200  # characters around a verb of saying in which its speaker is looked for
NEAR = 40  # characters between a speaker and a verb of saying
SHARE = 0.5  # of those sentences that must have a claim, where the article addresses a model


class Redaction:
    """Takes the words of a prompt out of what a model wrote, save those that the article has too."""

    def __init__(self, system: str, user: str, article: str) -> None:
        self._prompt = _runs_of(system)
        self._article = article
        self._nonces = tuple(set(_NONCE.findall(user)))

    def words(self, said: str) -> str:
        """`said` without runs of the prompt's words, and without its delimiter."""
        for nonce in self._nonces:
            said = said.replace(nonce, TAKEN_OUT)
        plain = said.replace("\\n", "  ")  # a line end as JSON writes it; of the same length, so that places hold
        found = list(_WORD.finditer(plain))
        pieces: list[str] = []
        place = end = 0  # what is before `place` is done; the run under way lasts to `end`
        for index in range(len(found) - RUN + 1):
            stretch = found[index : index + RUN]
            if _key(stretch) not in self._prompt or _key(stretch) in self._of_article:
                continue
            if stretch[0].start() > end or end == 0:
                pieces += [said[place : stretch[0].start()], TAKEN_OUT]
            place = end = stretch[-1].end()
        return "".join([*pieces, said[place:]])

    @cached_property
    def _of_article(self) -> frozenset[tuple[str, ...]]:
        """Made only where an answer has something of the prompt."""
        return frozenset(_runs(self._article))

    def value(self, said: Any, depth: int = 0) -> Any:
        """Parsed JSON with every string of it so treated."""
        if isinstance(said, str):
            return self.words(said)
        if depth > DEEPEST:
            return None
        if isinstance(said, list):
            return [self.value(item, depth + 1) for item in said]
        if isinstance(said, dict):
            return {self.words(str(key)): self.value(item, depth + 1) for key, item in said.items()}
        return said


@lru_cache(maxsize=8)
def _runs_of(system: str) -> frozenset[tuple[str, ...]]:
    return frozenset(_runs(system))


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    found = list(_WORD.finditer(text))
    for index in range(len(found) - RUN + 1):
        yield _key(found[index : index + RUN])


def _key(words: Sequence[re.Match[str]]) -> tuple[str, ...]:
    return tuple(word[0].casefold() for word in words)


# ── silence ───────────────────────────────────────────────────────────────────────────────────────────────────────


def passed_over(claims: Sequence[Claim], reading: Reading) -> Failure | None:
    """A failure where the answer is silent of what the article plainly says: nothing at all of several sentences that
    name who says something, or less than half of them where the article gives orders to a model."""
    saying = [sentence for sentence in reading.sentences if _says_who(sentence, reading)]
    placed = (reading.sentence_at(piece.start) for claim in claims for piece in claim.content)
    numbers = {sentence.number for sentence in placed if sentence is not None}
    told = [sentence for sentence in saying if sentence.number in numbers]
    ordered = any(notice.code == "instruction" for notice in reading.notices)
    if len(told) == len(saying):
        return None
    if ordered and len(told) < SHARE * len(saying):
        why = "the article also has words that address a language model, which may have obeyed"
    elif not claims and len(saying) >= LEAST_SAYING:
        why = "that is no article without claims"
    else:
        return None
    message = (
        f"There are claims for {len(told)} of the {len(saying)} sentences that name who says something: {why}. "
        "Read those sentences, or ask another model."
    )
    return Failure(segment=0, reason="passed_over", message=message)


def _says_who(sentence: Sentence, reading: Reading) -> bool:
    """Whether a speaker is named near a verb of saying, in a sentence that gives no orders itself."""
    if any(n.code == "instruction" and n.span is not None and n.span.overlaps(sentence.span) for n in reading.notices):
        return False
    for cue in reading.cues_in(sentence.span):
        if cue.form not in ("verb", "according_to"):
            continue
        around = Span(max(sentence.span.start, cue.span.start - REACH), min(sentence.span.end, cue.span.end + REACH))
        for mention in reading.mentions_in(around):
            first, second = sorted((mention.span, cue.span))
            if mention.form != "pronoun" and second.start - first.end <= NEAR:
                return True
    return False
