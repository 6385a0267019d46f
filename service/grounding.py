"""Where in the article does a draft's evidence stand?

Never guesses: a draft whose words are absent, or stand in two places, is rejected with the reason in words. What is
grounded says of each field how it was found; whether the parts agree with each other is for `checks`.
"""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from service.lexicon.bodies import BODY_WORDS, GENERIC_BODIES
from service.lexicon.function_words import FUNCTION_WORDS
from service.lexicon.roles import ANONYMOUS, DOCUMENTS
from service.records import (
    Check,
    Draft,
    DraftFigure,
    FieldStatus,
    Figure,
    FoundFigure,
    Grounded,
    Kind,
    Passage,
    Reading,
    Rejection,
    Sentence,
    Source,
    Span,
    SpeakerMention,
    When,
    distance,
    words_of,
)
from service.speaking import check_speaker
from service.typography import Folded, fold, occurrences
from service.verification import check_content, check_counted, match_figure, whole_figures

NEGATIONS = re.compile(r"\b(?:not|no(?!\.\s?\d)|never|none|without|cannot|neither|nor)\b|n['’]t\b", re.IGNORECASE)
SPEAKERLESS: dict[str, Kind] = {"outlet": "outlet", "unspecified": "unspecified", "unresolved": "unresolved"}
_HEAD_ENDS = re.compile(r"\s(?:in|of|from|at|for|with|near|on|who|that|and)\s|,")
_MARK = re.compile(r"[SF]\d+")
_WORD = re.compile(r"[^\W\d_]+")


class _Unplaced(Exception):
    """Carries the reason why a draft has no place; never leaves this module."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


def ground(draft: Draft, reading: Reading) -> Grounded | Rejection:
    """The draft with spans for its content, speaker, cue and figures, or why it has none."""
    try:
        given = _place_content(draft, reading)
        content = _apart(whole_figures(span, reading) for span in given)
        speaker = _place_speaker(draft, content, reading)
    except _Unplaced as unplaced:
        return Rejection(segment=draft.segment, reason=unplaced.reason, message=unplaced.message, draft=draft)
    cue, cue_checks = _place_cue(draft, content, reading)
    figures, figure_checks = _place_figures(draft, content, reading)
    text = reading.article.text
    words = words_of(content, text)
    return Grounded(
        draft=draft,
        content=content,
        source=speaker.source,
        cue=cue,
        figures=figures,
        when=tuple(When(span=found.span, value=found.value) for span in content for found in reading.dates_in(span)),
        where=tuple(place for place in draft.where if place in words),
        negated=NEGATIONS.search(words) is not None,
        checks=(
            *check_content(content, given, draft.stance == "denies", reading),
            speaker.check or check_speaker(speaker.source, speaker.known, cue, content, reading),
            *cue_checks,
            *figure_checks,
        ),
    )


# ── content ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _place_content(draft: Draft, reading: Reading) -> tuple[Span, ...]:
    marks = (figure.figure for figure in draft.figures)
    needed = [reading.figure_by_mark[mark] for mark in marks if mark in reading.figure_by_mark]
    placed = []
    for piece in draft.content:
        span = piece if isinstance(piece, Span) else _place_passage(piece, needed, reading)
        if reading.sentence_at(span.start) is None or reading.sentence_at(span.end - 1) is None:
            raise _Unplaced("outside_body", "the content is not in the article's body")
        placed.append(_tidy(span, reading.article.text))
    return _apart(placed)


def _apart(spans: Iterable[Span]) -> tuple[Span, ...]:
    """In the text's order; raises _Unplaced where two share words."""
    content = tuple(sorted(spans))
    for first, second in pairwise(content):
        if first.overlaps(second):
            raise _Unplaced("content_overlaps_itself", "two pieces of the content cover the same words")
    return content


def _place_passage(passage: Passage, needed: list[FoundFigure], reading: Reading) -> Span:
    sentence = reading.sentence(passage.sentence)
    if sentence is None:
        raise _Unplaced("no_such_sentence", f"there is no sentence {passage.sentence}")
    folded = fold(sentence.span.of(reading.article.text), offset=sentence.span.start)
    starts = [found.start for found in occurrences(passage.first, folded)]
    ends = [found.end for found in occurrences(passage.last, folded)]
    for words, found in ((passage.first, starts), (passage.last, ends)):
        if not found:
            raise _Unplaced("words_absent", _absent(words, sentence, reading))
    stretches = [Span(start, end) for start in starts for end in ends if _long_enough(passage, start, end)]
    if not stretches:
        raise _Unplaced(
            "words_out_of_order",
            f"in sentence {sentence.number}, {passage.last!r} does not come after {passage.first!r}",
        )
    if len(stretches) > 1:
        own = [figure.span for figure in needed if sentence.span.holds(figure.span)]
        stretches = [stretch for stretch in stretches if own and all(stretch.holds(span) for span in own)]
    if len(stretches) != 1:
        raise _Unplaced(
            "words_ambiguous",
            f"in sentence {sentence.number}, {passage.first!r} to {passage.last!r} can be read in more than one way",
        )
    return stretches[0]


def _long_enough(passage: Passage, start: int, end: int) -> bool:
    return end - start >= max(len(passage.first.strip()), len(passage.last.strip()))


def _absent(words: str, sentence: Sentence, reading: Reading) -> str:
    message = f"{words!r} does not stand in sentence {sentence.number}"
    elsewhere = next(iter(occurrences(words, _whole(reading))), None)
    if elsewhere is not None:
        return f"{message}; the article has it elsewhere"
    near = get_close_matches(words, sentence.span.of(reading.article.text).split(), n=1)
    return f"{message}; the nearest there is {near[0]!r}" if near else message


def _whole(reading: Reading) -> Folded:
    return _folded_article(reading.article.text)


@lru_cache(maxsize=4)  # of its own: among sentences it would be pushed out, and be folded again for every speaker
def _folded_article(text: str) -> Folded:
    return fold(text)


_CLOSERS = {'"': '"', "“": "”", "„": "“", "'": "'", "‘": "’", "«": "»", "‹": "›"}


def _tidy(span: Span, text: str) -> Span:
    """Without outer spaces, a final full stop, and quotation marks that enclose all of it."""
    start, end = span
    while True:
        before = (start, end)
        while start < end - 1 and (text[start].isspace() or text[start] in ",;:"):
            start += 1
        while end > start + 1 and (text[end - 1].isspace() or text[end - 1] in ",;:" or _is_final_stop(text, end)):
            end -= 1
        if (
            end - start > 2
            and _CLOSERS.get(text[start]) == text[end - 1]
            and text[start] not in text[start + 1 : end - 1]
        ):
            start, end = start + 1, end - 1
        if (start, end) == before:
            return Span(start, end)


_ABBREVIATED = re.compile(r"(?:\b(?:[A-Z]|[ap]\.m|etc|Inc|Ltd|Co|Corp|Jr|Sr|vs|No))\.$")


def _is_final_stop(text: str, end: int) -> bool:
    """A full stop that ends a sentence, not an abbreviation ("U.S.") and not a set of dots."""
    if text[end - 1] != "." or text[end - 2 : end - 1] == ".":
        return False
    return _ABBREVIATED.search(text, max(0, end - 8), end) is None


# ── speaker ─────────────────────────────────────────────────────────────────────────────────────────────────────


class _Speaker(NamedTuple):
    """A source, the index of its speaker in the reading where it is listed there, and what is settled of it already."""

    source: Source
    known: int | None = None
    check: Check | None = None


def _place_speaker(draft: Draft, content: tuple[Span, ...], reading: Reading) -> _Speaker:
    mention = _place_mention(draft, content, reading)
    via = tuple(name for mark in draft.via if (name := _name_of(mark, reading)) is not None)
    if draft.speaker in SPEAKERLESS:
        kind = SPEAKERLESS[draft.speaker]
        return _Speaker(Source(name=None, kind=kind, mention=mention, via=via, accept=draft.accept))
    named = reading.mention_by_mark.get(draft.speaker)
    if named is None:
        return _speaker_in_words(draft, content, via, reading)
    if named.speaker is None:
        words = named.span.of(reading.article.text)
        source = Source(name=None, kind="unresolved", mention=mention or named.span, via=via, accept=draft.accept)
        message = f"the text does not settle who {words!r} is"
        return _Speaker(source, check=Check(field="source", status="absent", message=message))
    speaker = reading.speakers[named.speaker]
    source = Source(
        name=speaker.name,
        aliases=speaker.aliases,
        principal=speaker.principal,
        kind=speaker.kind,
        role=speaker.role,
        mention=mention,
        via=via,
        accept=draft.accept,
    )
    return _Speaker(source, named.speaker)


def _speaker_in_words(draft: Draft, content: tuple[Span, ...], via: tuple[str, ...], reading: Reading) -> _Speaker:
    words = draft.speaker
    if _MARK.fullmatch(words):
        raise _Unplaced("no_such_speaker", f"there is no speaker {words} in what the model was shown")
    found = _named_in_body(words, reading)
    if found is None:
        raise _Unplaced("speaker_absent", f"the speaker {words!r} is not in the article's body")
    text = reading.article.text
    known = _listed(found.of(text), reading)
    if known is not None:
        return _place_speaker(draft.model_copy(update={"speaker": known.mark}), content, reading)
    if not _can_speak(found, reading):
        raise _Unplaced("no_speaker", f"{words!r} stands in the article, but names nobody who could speak")
    mention = _place_mention(draft, content, reading)
    name = found.of(text)
    return _Speaker(Source(name=name, kind=_kind_of(name), mention=mention, via=via, accept=draft.accept))


def _named_in_body(words: str, reading: Reading) -> Span | None:
    """Where the article's own sentences have these words first; bylines and teasers name nobody who speaks."""
    for found in occurrences(words, _whole(reading)):
        sentence = reading.sentence_at(found.start)
        if sentence is not None and sentence.span.holds(found):
            return _trimmed(found, reading.article.text)
    capital = words[:1].upper() + words[1:]  # "locals" are also those of "Locals say …"
    for found in occurrences(capital, _whole(reading)) if capital != words else ():
        sentence = reading.sentence_at(found.start)
        if sentence is not None and sentence.span.start == found.start:
            return _trimmed(found, reading.article.text)
    return None


def _trimmed(span: Span, text: str) -> Span:
    """Without the marks and spaces around it: a name keeps only the stop of an abbreviation."""
    start, end = span
    while start < end - 1 and not text[start].isalnum():
        start += 1
    while end > start + 1 and not (text[end - 1].isalnum() or text[end - 1] in ".)"):
        end -= 1
    return Span(start, end)


def _can_speak(found: Span, reading: Reading) -> bool:
    """Whether one word at least is no figure, no attributing verb and no mere function word: "the", "40" and "said"
    stand in every article and name nobody; nor do words that address a program."""
    text = reading.article.text
    if any(notice.code == "instruction" and notice.span and notice.span.overlaps(found) for notice in reading.notices):
        return False
    taken = [figure.span for figure in reading.figures_in(found)]
    taken += [cue.span for cue in reading.cues_in(found) if cue.form in ("verb", "according_to")]
    words = (Span(*word.span()) for word in _WORD.finditer(text, *found))
    return any(
        not any(span.overlaps(word) for span in taken) and not _holds_together(word, text, reading) for word in words
    )


def _holds_together(word: Span, text: str, reading: Reading) -> bool:
    """A function word, in small letters or at a sentence's start: "WHO", "US" and a Mrs "May" are names."""
    letters = word.of(text)
    if letters.casefold() not in FUNCTION_WORDS:
        return False
    sentence = reading.sentence_at(word.start)
    return letters.islower() or len(letters) == 1 or (sentence is not None and word.start == sentence.span.start)


def _kind_of(name: str) -> Kind:
    """The kind of a speaker of whom only the words are known, by the noun that heads them."""
    head = (_HEAD_ENDS.split(name, maxsplit=1)[0].split() or name.split())[-1].lower()
    if head in ANONYMOUS:
        return "anonymous"
    if head in DOCUMENTS:
        return "document"
    if head in BODY_WORDS or head in GENERIC_BODIES:
        return "organization"
    return "person" if any(word[0].isupper() for word in name.split()) else "anonymous"


def _listed(words: str, reading: Reading) -> SpeakerMention | None:
    """A mention of the one speaker who bears these words as a name or alias."""
    bare = words.rstrip(".")  # "Corp." and "Corp" are one: a name may end the sentence that reading had it from
    bearers = [
        speaker
        for speaker in reading.speakers
        if bare in [name.rstrip(".") for name in (speaker.name, *speaker.aliases)]
    ]
    return reading.mention_by_mark[bearers[0].mentions[0]] if len(bearers) == 1 and bearers[0].mentions else None


def _name_of(mark: str, reading: Reading) -> str | None:
    mention = reading.mention_by_mark.get(mark)
    if mention is not None:
        return None if mention.speaker is None else reading.speakers[mention.speaker].name
    found = _named_in_body(mark, reading)
    return found.of(reading.article.text) if found is not None and _can_speak(found, reading) else None


def _place_mention(draft: Draft, content: tuple[Span, ...], reading: Reading) -> Span | None:
    """The words that name the speaker here; words inside the content are not the speaker's own naming."""
    found: Span | None
    match draft.mention:
        case None:
            return None
        case Span():
            found = _inside(draft.mention, reading)
        case mark if mark in reading.mention_by_mark:
            found = reading.mention_by_mark[mark].span
        case words:
            found = _nearest(words, content, reading)
    if found is None or any(span.overlaps(found) for span in content):
        return None
    return found


def _inside(span: Span, reading: Reading) -> Span | None:
    return span if span.end <= len(reading.article.text) else None


# ── cue ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _place_cue(draft: Draft, content: tuple[Span, ...], reading: Reading) -> tuple[Span | None, tuple[Check, ...]]:
    if draft.cue is None:
        return None, ()
    found = _inside(draft.cue, reading) if isinstance(draft.cue, Span) else _nearest(draft.cue, content, reading)
    if found is None:
        return None, (Check(field="cue", status="absent", message=f"{draft.cue!r} is not near the claim"),)
    return found, (Check(field="cue", status="verified"),)


REACH = 400  # characters around a claim in which its speaker or cue may be named by words alone


def _nearest(words: str, content: tuple[Span, ...], reading: Reading) -> Span | None:
    """The occurrence of `words` nearest to the content, within reach; one in its own sentence before all others."""
    text = reading.article.text
    start = max(0, content[0].start - REACH)
    end = min(len(text), content[-1].end + REACH)
    own = reading.sentence_at(content[0].start)
    found = list(occurrences(words, fold(text[start:end], offset=start)))
    here = [span for span in found if own is not None and own.span.holds(span)]
    return min(here or found, key=lambda span: distance(span, content), default=None)


# ── figures ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _place_figures(
    draft: Draft, content: tuple[Span, ...], reading: Reading
) -> tuple[tuple[Figure, ...], tuple[Check, ...]]:
    """Every figure that reading found inside the content, with what the draft says each one counts.

    A draft cannot add a number that is not there, nor lose one that is: it only says what is counted.
    """
    inside = [found for span in content for found in reading.figures_in(span)]
    said: dict[str, DraftFigure] = {}
    checks: list[Check] = []
    for figure in draft.figures:
        match = match_figure(figure.figure, content, reading)
        if match.found is None:
            checks.append(Check(field=f"figures.{figure.figure}", status=match.status, message=match.message))
            continue
        said[match.found.mark] = figure
        checks.append(Check(field=f"figures.{match.found.mark}", status=match.status, message=match.message))
        counted = check_counted(figure, match.found, content, reading)
        checks += [counted] if counted is not None else []
    for found in inside:
        if found.mark not in said:
            left = f"the draft left out {found.span.of(reading.article.text)!r}" if draft.figures else None
            status: FieldStatus = "resolved" if left else "verified"
            checks.append(Check(field=f"figures.{found.mark}", status=status, message=left))
    return tuple(_figure(found, said.get(found.mark), content, reading) for found in inside), tuple(checks)


def _figure(found: FoundFigure, said: DraftFigure | None, content: tuple[Span, ...], reading: Reading) -> Figure:
    counted = _standing(said.counted, content, reading) if said is not None else None
    measure = _standing(said.measure, content, reading, lemma=True) if said is not None else None
    return Figure(
        span=found.span,
        low=found.low,
        high=found.high,
        qualifier=found.qualifier,
        unit=found.unit,
        counted=counted or found.counted,
        measure=measure,
    )


_NORMALISED_MEASURES = frozenset({"killed", "died"})  # "deaths", "dead" and "toll" are written so


def _standing(words: str | None, content: tuple[Span, ...], reading: Reading, *, lemma: bool = False) -> str | None:
    """`words` where they stand near the claim, else None: nothing is counted that the text does not name."""
    if not words:
        return None
    if lemma and words in _NORMALISED_MEASURES:
        return words
    # Of "take hostage", both words stand in "took 18 people hostage", apart from each other.
    parts = words.split() if lemma else [words]
    return words if all(_nearest(part, content, reading) is not None for part in parts) else None
