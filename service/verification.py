"""Does the text say of each field what a draft says of it?

A quote that can be located says nothing about its figure, bound, unit or negation, so each field is looked at on its
own: `verified` stands there as said, `resolved` follows from it, `contradicted` is at odds with it, `absent` is
not there. Where the words of a draft stand is left to `grounding`, which asks; who
says it to `speaking`, what a status is worth to `confidence`.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from service.lexicon.numbers import NUMBER_STARTERS
from service.records import (
    Check,
    DraftFigure,
    FieldStatus,
    FoundFigure,
    Reading,
    Span,
)
from service.typography import fold, occurrences, stands

# ── content ─────────────────────────────────────────────────────────────────────────────────────────────────────

_NEGATION_BEFORE = re.compile(
    r"(?:\b(?:not|never|cannot|nor|neither)|n['’]t|\bno longer)\s(?:\w{2,12}\s)?$", re.IGNORECASE
)
NEGATION_REACH = 24  # characters before a content in which a negation belongs to its first word


LONGEST_FIGURE = 120  # characters; a longer one is none of ours


def whole_figures(span: Span, reading: Reading) -> Span:
    """`span`, widened where it cuts through a figure: "40 were lost" loses the "at least" that stands before it."""
    for edge in (span.start, span.end):
        for figure in reading.figures_in(Span(max(0, edge - LONGEST_FIGURE), edge + LONGEST_FIGURE)):
            if figure.span.start < edge < figure.span.end:
                span = Span(min(span.start, figure.span.start), max(span.end, figure.span.end))
    return span


def check_content(content: Sequence[Span], given: Sequence[Span], denied: bool, reading: Reading) -> Iterator[Check]:
    """`content` as it was placed, `given` as the draft had it before its figures were made whole."""
    text = reading.article.text
    widened = [span for span, before in zip(content, given, strict=True) if span != before]
    if widened:
        message = f"the draft cut through {widened[0].of(text)[:60]!r}"
        yield Check(field="content", status="resolved", message=message)
    else:
        yield Check(field="content", status="verified")
    cut = None if denied else _negation_before(content[0], reading)
    if cut is None:
        yield Check(field="negated", status="verified")
    else:
        yield Check(field="negated", status="contradicted", message=f"the text has {cut.of(text)!r} right before this")


def _negation_before(span: Span, reading: Reading) -> Span | None:
    sentence = reading.sentence_at(span.start)
    if sentence is None:
        return None
    start = max(sentence.span.start, span.start - NEGATION_REACH)
    found = _NEGATION_BEFORE.search(reading.article.text, start, span.start)
    if found is None or reading.cues_in(Span(*found.span())):
        return None  # "did not say | that …" is no part of what is said
    return Span(*found.span())


# ── figures ─────────────────────────────────────────────────────────────────────────────────────────────────────


class FigureSaid(NamedTuple):
    """Which figure of the text a draft's words mean, and how far they say the same; `found` is None where none is."""

    status: FieldStatus
    found: FoundFigure | None = None
    message: str | None = None


def match_figure(said: str, content: Sequence[Span], reading: Reading) -> FigureSaid:
    """The figure inside `content` that a mark or words mean."""
    inside = [found for span in content for found in reading.figures_in(span)]
    for found in inside:
        if found.mark == said:
            return FigureSaid("verified", found)
    elsewhere = reading.figure_by_mark.get(said)
    if elsewhere is not None:
        words = elsewhere.span.of(reading.article.text)
        return FigureSaid(
            "contradicted",
            message=f"figure {words!r} is not in the claim's words; it stands in sentence {elsewhere.sentence}",
        )
    return _in_words(said, content, inside, reading)


def _in_words(said: str, content: Sequence[Span], inside: Sequence[FoundFigure], reading: Reading) -> FigureSaid:
    text = reading.article.text
    partly: FoundFigure | None = None
    unread = False
    for span in content:
        for place in occurrences(said, fold(span.of(text), offset=span.start)):
            over = [found for found in inside if found.span.overlaps(place)]
            for found in over:
                if place.holds(found.span):
                    return FigureSaid("verified", found)
                if place.holds(_value(found, text)):
                    partly = partly or found
            unread = unread or (not over and _holds_number(place, reading))
    if partly is not None:
        bound = _left_out(said, partly, text)
        message = f"the draft left out {bound!r}" if bound else None
        return FigureSaid("resolved" if bound else "verified", partly, message)
    if unread:
        return FigureSaid("verified")
    return FigureSaid("contradicted", message=_missing(said, reading))


def _value(found: FoundFigure, text: str) -> Span:
    """The number without what stands around it: no currency sign, no "from" of a range, no "percentage points"."""
    words = found.number.of(text)
    first = _OPENING_WORDS.match(words)
    last = _POINTS.search(words)
    start = found.number.start + (first.end() if first else 0)
    return Span(start, max(start + 1, found.number.start + (last.start() if last else len(words))))


_OPENING_WORDS = re.compile(r"[^\w.]*(?:(?:from|between)\s)?", re.IGNORECASE)
_POINTS = re.compile(r"[\s-](?:percentage[\s-])?points?$", re.IGNORECASE)


def _left_out(said: str, found: FoundFigure, text: str) -> str:
    """The words that bound the figure and that the draft does not have; signs of a currency are no loss."""
    before = Span(found.span.start, _value(found, text).start).of(text) if found.span != found.number else ""
    after = text[found.number.end : found.span.end]
    left = " ".join(words.strip() for words in (before, after) if words.strip() and words.strip() not in said)
    return left if any(letter.isalpha() for letter in left) or left in "~≈<>≤≥" else ""


def _holds_number(place: Span, reading: Reading) -> bool:
    words = place.of(reading.article.text).casefold()
    return any(letter.isdigit() for letter in words) or any(
        word in NUMBER_STARTERS or word == "one" for word in re.findall(r"[a-z]+", words)
    )


def _missing(said: str, reading: Reading) -> str:
    text = reading.article.text
    digits = re.sub(r"\D", "", said)
    near = [f for f in reading.figures if digits and digits in re.sub(r"\D", "", f.span.of(text))]
    message = f"figure {said!r} is not in the claim's words"
    if near:
        return f"{message}; the article has {near[0].span.of(text)!r} in sentence {near[0].sentence}"
    return f"{message}, nor is it anywhere in the article"


def check_counted(said: DraftFigure, found: FoundFigure, content: Sequence[Span], reading: Reading) -> Check | None:
    """Whether the figure counts what the draft says; None where it says nothing of it."""
    if not said.counted:
        return None
    text = reading.article.text
    field = f"figures.{found.mark}.counted"
    if found.counted is not None and _same_noun(said.counted, found.counted):
        return Check(field=field, status="verified")
    reach = _until_next_figure(found, content, reading)
    if next(iter(occurrences(said.counted, fold(reach.of(text), offset=reach.start))), None) is not None:
        return Check(field=field, status="verified")
    if _named_around(said.counted, content, reading):
        return Check(field=field, status="resolved")
    own = f"; the text has {found.counted!r}" if found.counted else ""
    message = f"{said.counted!r} is not what {found.span.of(text)!r} counts there{own}"
    return Check(field=field, status="absent", message=message)


def _same_noun(said: str, found: str) -> bool:
    """One has the other's last word, the head of the noun."""
    return said.casefold().split()[-1:] == found.casefold().split()[-1:]


def _until_next_figure(found: FoundFigure, content: Sequence[Span], reading: Reading) -> Span:
    holding = next((span for span in content if span.holds(found.span)), found.span)
    following = (f.span.start for f in reading.figures_in(holding) if f.span.start >= found.span.end)
    return Span(found.number.start, max(found.span.end, min(following, default=holding.end)))


NOUN_REACH = 1_000  # characters, where sentences have no end
SENTENCES_BACK = 3  # in which the noun may stand that a figure counts: "Eleven were killed. Four more died later."


def _named_around(words: str, content: Sequence[Span], reading: Reading) -> bool:
    """Whether the noun stands in the claim's own sentences or just before; its head is enough, in either number."""
    first = reading.sentence_at(content[0].start)
    last = reading.sentence_at(content[-1].start)
    if first is None or last is None:
        return False
    opening = reading.sentence(max(1, first.number - SENTENCES_BACK)) or first
    start = max(opening.span.start, content[0].start - NOUN_REACH)
    near = Span(start, min(last.span.end, content[-1].end + NOUN_REACH))
    head = words.split()[-1]
    return any(stands(form, near, reading.article.text) for form in (words, head, f"{head}s", head.removesuffix("s")))
