"""Which words of the article could attribute something to somebody?

A proposal for people and models to choose from: whether a cue has a speaker and a content is for the parse to say."""

import re
from collections.abc import Iterator

from service.lexicon.cues import (
    ACCORDING_TO,
    CUE_FORMS,
    CUE_NOUNS,
    HEDGE_ADJECTIVES,
    HEDGE_ADVERBS,
    HEDGE_MODALS,
    LOOSE,
    STANCES,
)
from service.records import CueForm, FoundCue, Sentence, Span, Stance

WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
# "May" the month and "said" in a name start with a capital; a cue verb may do so only at the sentence's start.
PHRASE_BY_FIRST: dict[str, list[tuple[str, ...]]] = {}
for _phrase in ACCORDING_TO:
    PHRASE_BY_FIRST.setdefault(_phrase.split()[0], []).append(tuple(_phrase.split()))
TAKES_RESPONSIBILITY = frozenset("claim accept".split())
NOUN_PLURALS = {noun + "s": noun for noun in CUE_NOUNS} | {"testimonies": "testimony", "beliefs": "belief"}
# Before these words "claims", "reports", "estimates" … are nouns.
NOUN_BEFORE = frozenset("the a an this that these those his her its their our any all some no of such in".split())


# Put together once: these are asked about at every word.
_BEFORE_NOUNS = NOUN_BEFORE - {"that"}


def find_cues(text: str, sentences: tuple[Sentence, ...]) -> tuple[FoundCue, ...]:
    """Cues in the order of the text, never overlapping; one pass over each sentence's words."""
    return tuple(cue for sentence in sentences for cue in _cues_of(text, sentence))


def _cues_of(text: str, sentence: Sentence) -> Iterator[FoundCue]:
    words = list(WORD.finditer(text, *sentence.span))
    lowered = [word.group().lower() for word in words]
    skip_to = 0
    for index, word in enumerate(words):
        if index < skip_to:
            continue
        phrase = _phrase_at(lowered, index)
        if phrase:
            skip_to = index + len(phrase)
            span = Span(word.start(), words[skip_to - 1].end())
            yield FoundCue(span=span, lemma=" ".join(phrase), form="according_to", sentence=sentence.number)
            continue
        if word.group()[0].isupper() and index:
            continue
        found = _single(lowered, index)
        if found:
            form, lemma = found
            yield FoundCue(
                span=Span(word.start(), word.end()),
                lemma=lemma,
                form=form,
                stance=_stance(form, lemma, lowered, index),
                sentence=sentence.number,
            )


def _phrase_at(lowered: list[str], index: int) -> tuple[str, ...] | None:
    for phrase in PHRASE_BY_FIRST.get(lowered[index], ()):
        if tuple(lowered[index : index + len(phrase)]) == phrase:
            return phrase
    return None


def _single(lowered: list[str], index: int) -> tuple[CueForm, str] | None:
    word = lowered[index]
    before = lowered[index - 1] if index else ""
    if word in HEDGE_ADVERBS or word in HEDGE_MODALS:
        return "hedge", word
    if word in HEDGE_ADJECTIVES and before in NOUN_BEFORE:
        return "hedge", word
    noun = word if word in CUE_NOUNS else NOUN_PLURALS.get(word)
    lemma = CUE_FORMS.get(word)
    if noun and (lemma is None or before in NOUN_BEFORE):
        return "noun", noun
    if lemma is None or before in _BEFORE_NOUNS:
        return None
    if lemma in LOOSE and not _opens_content(lowered, index):
        return None
    return "verb", lemma


def _opens_content(lowered: list[str], index: int) -> bool:
    """Whether a loose verb is followed by what makes it a cue ("called for", "pointed out that")."""
    following = lowered[index + 1 : index + 4]
    if not following:
        return False
    return following[0] in {"for", "on", "that", "out", "responsibility"} or "that" in following


def _stance(form: CueForm, lemma: str, lowered: list[str], index: int) -> Stance:
    if form != "verb":
        return "asserts"
    if lemma in TAKES_RESPONSIBILITY and "responsibility" in lowered[index + 1 : index + 3]:
        return "claims_responsibility"
    return STANCES[lemma]
