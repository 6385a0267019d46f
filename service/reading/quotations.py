"""Which words stand in quotation marks?

Pairs the marks of each body paragraph for itself, so that an odd mark spoils one paragraph at most. Says nothing of
who is quoted, nor whether the marks quote or only keep a word at arm's length."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from service.reading.paragraphs import BULLET
from service.records import Paragraph, Quotation, Span

DEEPEST = 2  # a quotation in a quotation; marks further in are passed over

_MARK = re.compile(r"``|''|[\"'“”„‟‘’‚‛«»‹›「」『』｢｣`´＂]")
_ELIDED = re.compile(r"['’‘`](?:\d{2}s?\b|(?:em|til|cause|tis|twas|n|bout|round|cos)\b)", re.IGNORECASE)

Family = Literal["double", "single", "guillemet", "small_guillemet", "corner", "white_corner"]
Direction = Literal["open", "close", "either", "none"]

_FAMILIES: dict[str, Family] = {
    **dict.fromkeys(('"', "“", "”", "„", "‟", "＂", "``", "''"), "double"),
    **dict.fromkeys(("'", "‘", "’", "‚", "‛", "`", "´"), "single"),
    **dict.fromkeys("«»", "guillemet"),
    **dict.fromkeys("‹›", "small_guillemet"),
    **dict.fromkeys("「」｢｣", "corner"),
    **dict.fromkeys("『』", "white_corner"),
}  # fmt: skip
_OPENS_AFTER = frozenset("([{<—–-/:;,¡¿“‘\"'„‚«‹`「『*_|•=")
_SCARE_WORDS = 3  # words in single marks after which an "s’" closes them rather than marks a possessive


class _Mark(NamedTuple):
    start: int
    end: int
    family: Family
    direction: Direction
    weak: bool = False  # may be the apostrophe of a possessive ("soldiers’ camp")


class _Open(NamedTuple):
    mark: _Mark
    depth: int


class _Pair(NamedTuple):
    opened: _Open
    start: int  # of the closing mark, or where the next quotation cuts this one off
    end: int
    closed: bool


def find_quotations(text: str, paragraphs: Sequence[Paragraph]) -> tuple[Quotation, ...]:
    """Quotations of the body paragraphs in order, outer before inner.

    One that is not closed ends with its paragraph; where the next body paragraph opens with the same kind of mark,
    its quotation `continues` the one before."""
    found: list[Quotation] = []
    carried: Family | None = None  # of a quotation that ran to the end of the paragraph before
    for paragraph in paragraphs:
        if paragraph.role != "body":
            continue
        quotations, ran_out = _in_paragraph(text, paragraph.span, carried)
        found.extend(quotations)
        carried = ran_out
    return tuple(found)


def _in_paragraph(text: str, span: Span, carried: Family | None) -> tuple[list[Quotation], Family | None]:
    bullet = BULLET.match(text, span.start, span.end)
    opening = bullet.end() if bullet else span.start
    marks = list(_marks(text, span))
    pairs, left_open = _pair(text, marks, opening)
    quotations = []
    for pair in pairs:
        inner = _trimmed(text, pair.opened.mark.end, pair.start)
        if inner is not None:
            whole = Span(pair.opened.mark.start, pair.end if pair.closed else inner.end)
            quotations.append(Quotation(span=whole, inner=inner, depth=pair.opened.depth, closed=pair.closed))
    for unclosed in left_open:
        inner = _trimmed(text, unclosed.mark.end, span.end)
        if inner is not None:
            whole = Span(unclosed.mark.start, span.end)
            quotations.append(Quotation(span=whole, inner=inner, depth=unclosed.depth, closed=False))
    quotations.sort(key=lambda quotation: (quotation.span.start, -quotation.span.end))
    if quotations and carried and quotations[0].span.start == opening and marks[0].family == carried:
        quotations[0] = quotations[0].model_copy(update={"continues": True})
    outer = left_open[0].mark.family if left_open and left_open[0].depth == 1 else None
    return quotations, outer


def _trimmed(text: str, start: int, end: int) -> Span | None:
    words = text[start:end]
    if not words.strip():
        return None
    return Span(start + len(words) - len(words.lstrip()), start + len(words.rstrip()))


# ── marks ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _marks(text: str, span: Span) -> Iterator[_Mark]:
    for found in _MARK.finditer(text, span.start, span.end):
        before = text[found.start() - 1] if found.start() > span.start else " "
        after = text[found.end()] if found.end() < span.end else " "
        shape = found.group()
        family = _FAMILIES[shape]
        direction = _direction(text, found, before, after)
        if direction != "none":
            weak = family == "single" and before in "sS" and after == " "
            yield _Mark(found.start(), found.end(), family, direction, weak)


def _direction(text: str, found: re.Match[str], before: str, after: str) -> Direction:
    shape = found.group()
    if shape in "「『｢":
        return "open"
    if shape in "」』｣":
        return "close"
    opens = (before.isspace() or before in _OPENS_AFTER) and not after.isspace()
    if shape in "«‹":
        # »German« and « French » use them the other way round.
        return "close" if not before.isspace() and before not in _OPENS_AFTER and not after.isalnum() else "open"
    if shape in "»›":
        return "open" if opens and (after.isalnum() or after in "“‘„\"'") else "close"
    closes = not before.isspace()
    if _FAMILIES[shape] == "single":
        return _single_direction(text, found, before, after)
    if shape in ("„", "``", "‟"):
        return "open"
    if shape == "“":
        return "either" if not opens and closes else "open"  # „German“
    if shape == "”":
        return "either" if opens and not before.isalnum() else "close"  # ”Finnish”
    if opens and after in ".,;:!?)]" and not text.startswith("..", found.end()):
        return "close"  # an end that slipped over a space or a line break
    if opens and (before not in _OPENS_AFTER or before in "([{"):
        return "open"
    if closes and not after.isalnum() and before not in "([{":
        return "close"
    return "either"


def _single_direction(text: str, found: re.Match[str], before: str, after: str) -> Direction:
    shape = found.group()
    if shape == "‚":
        # A low mark that looks like a comma, and is often typed as one.
        return "open" if before.isspace() and not after.isspace() else "none"
    if before.isalnum() and after.isalnum():
        return "none"  # don't
    if _ELIDED.match(text, found.start()) and not before.isalnum():
        return "none" if shape != "‘" or after.isdigit() else "open"  # the ’90s, get ’em
    opens = (before.isspace() or before in _OPENS_AFTER) and not after.isspace()
    if shape in ("‘", "‛", "`"):
        return "open" if opens else "none"
    if opens and shape == "'" and not (before in "\"'" and not after.isalnum()):
        return "open"
    return "close" if not before.isspace() else "none"


# ── pairs ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _pair(text: str, marks: Sequence[_Mark], opening: int) -> tuple[list[_Pair], list[_Open]]:
    """Pairs of marks, and the marks left open, outermost first."""
    balance = _balance_after(marks)
    closers = _closers_after(marks)
    pairs: list[_Pair] = []
    stack: list[_Open] = []
    passed_over: Counter[Family] = Counter()  # opened too deep inside, and not yet closed
    for place, mark in enumerate(marks):
        level = _level(stack, mark.family)
        if mark.direction != "open" and level is not None:
            if _is_possessive(text, marks, place, stack[level].mark):
                continue
            if passed_over[mark.family]:
                passed_over[mark.family] -= 1
                continue
            pairs.append(_Pair(stack[level], mark.start, mark.end, closed=True))
            del stack[level:]  # what was open inside had no end of its own: an apostrophe, or a slip
        elif mark.direction != "close" and _may_open(mark, closers[place], opening):
            if level is not None and balance[place] < level + 2:
                if mark.family != "single":  # the mark before lost its end: nothing is left to close both
                    pairs.append(_Pair(stack[level], mark.start, mark.start, closed=False))
                del stack[level:]
            if len(stack) < DEEPEST:
                stack.append(_Open(mark, len(stack) + 1))
            else:
                passed_over[mark.family] += 1
    # Of single marks only one that opens the paragraph may stay open: any other was an apostrophe.
    return pairs, [left for left in stack if left.mark.family != "single" or left.mark.start == opening]


def _level(stack: Sequence[_Open], family: Family) -> int | None:
    """The innermost open mark of that family."""
    return next((level for level in range(len(stack) - 1, -1, -1) if stack[level].mark.family == family), None)


def _balance_after(marks: Sequence[_Mark]) -> list[int]:
    """For each mark: closing less opening marks of its family in the rest of the paragraph."""
    worth = {"open": -1, "close": 1}
    counts: Counter[Family] = Counter()
    after = [0] * len(marks)
    for place in range(len(marks) - 1, -1, -1):
        mark = marks[place]
        after[place] = counts[mark.family]
        counts[mark.family] += worth.get(mark.direction, 0)
    return after


def _closers_after(marks: Sequence[_Mark]) -> list[bool]:
    """For each mark: whether one of its family after it could close."""
    seen: set[Family] = set()
    after = [False] * len(marks)
    for place in range(len(marks) - 1, -1, -1):
        after[place] = marks[place].family in seen
        if marks[place].direction != "open":
            seen.add(marks[place].family)
    return after


def _is_possessive(text: str, marks: Sequence[_Mark], place: int, opened: _Mark) -> bool:
    """Whether the mark after an "s" belongs to the word ("the soldiers’ camp’") and another one closes."""
    mark = marks[place]
    if not mark.weak:
        return False
    following = next((other for other in marks[place + 1 : place + 9] if other.family == mark.family), None)
    if following is None or following.direction != "close":
        return False
    words = text[opened.end : min(mark.start, opened.end + 80)]
    return mark.start - opened.end >= 80 or words.count(" ") >= _SCARE_WORDS


def _may_open(mark: _Mark, closes_later: bool, opening: int) -> bool:
    return mark.family != "single" or closes_later or mark.start == opening
