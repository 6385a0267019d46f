"""Where does each sentence of the article begin and end?

Reads body paragraphs only. Knows nothing of what a sentence says; a run of characters that no stop ever ends is cut
all the same, so that nothing after this has to work on a sentence of a megabyte."""

import re
from collections.abc import Iterator, Sequence

from service.lexicon import abbreviations
from service.reading.datelines import after_dateline
from service.reading.paragraphs import BULLET
from service.records import Paragraph, Sentence, Span

LONGEST = 2_000  # characters: some four times the longest sentence of the news we have read

_STOPS = re.compile(r"\.(?: \.){2,}|[.!?…]+|[。！？｡؟।॥۔]+")
_CLOSERS = re.compile(r"(?:[\"'”’»›)\]}」』）〉》*_]|\[\d{1,3}\])*")
_WORD_CHARACTER = re.compile(r"[^\W_]")
_VISIBLE = re.compile(r"\S")
_NEXT_WORD = re.compile(r"[\"'“‘«„(\[*_]*([^\W_]+(?:['’.][^\W_]+)*)?")
_SPEAKER_AFTER = re.compile(r"(?:[A-Z][\w.'’-]{0,30} ){1,4}(\w{2,10})\b")
_ACRONYM = re.compile(r"(?:[A-Za-z]\.){1,6}[A-Za-z]")
_ABBREVIATION_REACH = 16  # characters looked back on for the word before a full stop
_NOT_IN_WORD = re.compile(r"[^\w.'’]")
_MISSING_SPACE = re.compile(r"[A-Z][a-z]+[ ,]")


def find_sentences(text: str, paragraphs: Sequence[Paragraph]) -> tuple[Sentence, ...]:
    """The sentences of the body paragraphs, numbered from 1, without what stands around them: white space, a list
    mark, a dateline."""
    found: list[Sentence] = []
    for index, paragraph in enumerate(paragraphs):
        if paragraph.role == "body":
            for span in _spans(text, paragraph.span):
                found.append(Sentence(number=len(found) + 1, span=span, paragraph=index))
    return tuple(found)


def _spans(text: str, paragraph: Span) -> Iterator[Span]:
    start, end = paragraph
    if (bullet := BULLET.match(text, start, end)) and _WORD_CHARACTER.search(text, bullet.end(), end):
        start = bullet.end()
    start = after_dateline(text, start, end)
    # Where a writer uses no capitals at all, a small letter after a full stop opens a sentence too.
    without_capitals = text[start:end].islower()
    for sentence in _sentences(text, start, end, without_capitals=without_capitals):
        yield from _cut(text, sentence)


def _sentences(text: str, start: int, end: int, *, without_capitals: bool) -> Iterator[Span]:
    pending: Span | None = None  # held back, so that marks without a word can join the sentence before them
    first_word = _WORD_CHARACTER.search(text, start, end)
    for stop in _STOPS.finditer(text, start, end):
        if first_word is None or stop.end() <= first_word.start():
            continue
        closed = _after_closers(text, stop.end(), end)
        if closed < end and not _ends(text, stop, closed, end, without_capitals=without_capitals):
            continue
        if pending is not None:
            yield pending
        pending = Span(start, closed)
        following = _VISIBLE.search(text, closed, end)
        start = following.start() if following else end
        first_word = _WORD_CHARACTER.search(text, start, end)
    if first_word is not None:
        if pending is not None:
            yield pending
        yield Span(start, end)
    elif pending is not None:
        yield Span(pending.start, end if start < end else pending.end)
    elif start < end:
        yield Span(start, end)


def _after_closers(text: str, place: int, end: int) -> int:
    closers = _CLOSERS.match(text, place, end)
    return closers.end() if closers else place


def _ends(text: str, stop: re.Match[str], closed: int, end: int, *, without_capitals: bool) -> bool:
    """Whether a sentence ends with this stop and the marks that close after it (up to `closed`)."""
    marks = stop.group()
    if marks[0] not in ".!?…":
        return True  # Chinese, Arabic, Hindi: the mark has no other use
    if not text[closed].isspace():
        return closed == stop.end() and _lacks_space(text, stop, end)
    following = _VISIBLE.search(text, closed, end)
    if following is None:
        return True
    opening = _NEXT_WORD.match(text, following.start(), min(end, following.start() + 60))
    word = (opening[1] or "") if opening else ""
    if word[:1].islower() and not without_capitals:
        return False
    if marks == ".":
        if closed > stop.end():
            return True
        dash = text[following.start()] in "-–—,;:"  # "QUETTA, N.M. — …" goes on
        return _ends_at_full_stop(_word_before(text, stop.start()), "," if dash else word)
    if closed > stop.end() and marks[-1] in "?!":
        return not _speaker_follows(text, following.start(), end)
    return True


def _lacks_space(text: str, stop: re.Match[str], end: int) -> bool:
    """ "… were killed.The army said …": a space was lost, where both sides are plain words."""
    before = text[max(0, stop.start() - 4) : stop.start()]
    if stop.group() != "." or len(before) < 4 or not before.isascii() or not before.islower() or not before.isalpha():
        return False
    return bool(_MISSING_SPACE.match(text, stop.end(), min(end, stop.end() + 40)))


def _word_before(text: str, place: int) -> str:
    reach = text[max(0, place - _ABBREVIATION_REACH) : place]
    cut = 0
    for mark in _NOT_IN_WORD.finditer(reach):
        cut = mark.end()
    return reach[cut:].strip("'’")


def _ends_at_full_stop(before: str, following: str) -> bool:
    """Whether "before." ends its sentence when `following` comes next, which opens with no small letter."""
    known = before.casefold()
    opener = following.casefold().partition("'")[0].partition("’")[0] in abbreviations.OPENERS
    if known in abbreviations.ALWAYS_INSIDE and (before[:1].isupper() or "." in known or known in ("vs", "viz")):
        return False
    if known in abbreviations.BEFORE_FIGURES:
        return not following[:1].isdigit()
    if known in abbreviations.MONTHS_SHORT and before[:1].isupper():
        return opener and not following[:1].isdigit()
    if known in abbreviations.LAST_BEFORE_CAPITAL:
        return _ends_after_clock(following)
    if len(before) == 1 and before.isupper():
        return opener or not following  # an initial, save in "plan B. The"
    if (known in abbreviations.SOMETIMES_LAST and before[:1].isupper()) or _ACRONYM.fullmatch(before):
        return opener or not following
    return True


def _ends_after_clock(following: str) -> bool:
    known = following.casefold().rstrip(".")
    return following[:1].isupper() and known not in abbreviations.AFTER_CLOCK_TIMES


def _speaker_follows(text: str, place: int, end: int) -> bool:
    """'"Why now?" Sara Khan asked.' is one sentence."""
    speaker = _SPEAKER_AFTER.match(text, place, min(end, place + 140))
    return speaker is not None and speaker[1] in abbreviations.AFTER_QUOTATION


def _cut(text: str, sentence: Span) -> Iterator[Span]:
    """The sentence whole, or in pieces of at most LONGEST characters, at a white space where there is one."""
    start, end = sentence
    while end - start > LONGEST:
        cut = _last_space(text, start, start + LONGEST)
        yield Span(start, len(text[start:cut].rstrip()) + start)
        following = _VISIBLE.search(text, cut, end)
        start = following.start() if following else end
    if start < end:
        yield Span(start, end)


def _last_space(text: str, start: int, limit: int) -> int:
    for place in range(limit, start, -1):
        if text[place].isspace():
            return place
    return limit
