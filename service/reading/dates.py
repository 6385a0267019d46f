"""When, says the text? Dates, clock times and relative expressions, resolved against the day of publication.

A value is an ISO 8601 date, date-time, month, year or interval. It is None where the day of publication would be needed
and is not known, where the order of day and month is unclear, and where the words fix no time ("recent months", "8 PM"
of no named day). A duration ("for three days") is a figure, not a date. The arithmetic is in `calendar`.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date

from service.lexicon.calendar import DATE_STARTERS, DATE_WORDS, EDGES, PARTS_OF_DAY
from service.lexicon.numbers import TENS, UNITS
from service.reading.calendar import last_day
from service.reading.clock import read_clock
from service.reading.moments import Moment, Scene
from service.reading.month_dates import read_month_date, read_numeric_date, read_weekday, read_year
from service.reading.relative_dates import read_day_number, read_quarter, read_relative
from service.reading.tokens import Line, find_links, read_line
from service.records import FoundDate, Sentence, Span

_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"[^\W\d_]+")
_PREFIX_HOURS = frozenset({"hours", "morning", "evening", "night", "afternoon", "eve"})
_STARTS = DATE_STARTERS | UNITS.keys() | TENS.keys()

_READERS: tuple[Callable[[Scene, int], Moment | None], ...] = (
    read_numeric_date,
    read_clock,
    read_month_date,
    read_day_number,
    read_weekday,
    read_quarter,
    read_relative,
    read_year,
)


def find_dates(text: str, sentences: Sequence[Sentence], *, published: date | None) -> tuple[FoundDate, ...]:
    """All dates and clock times of `sentences`, in order; spans do not overlap. Time is linear in the text."""
    found: list[FoundDate] = []
    known: dict[str, str] = {}
    for sentence in sentences:
        if _holds_date(text, sentence.span):
            line = read_line(text, sentence.span, find_links(text, sentence.span))
            scene = Scene(line, published, known)
            for moment in _join_intervals(scene.line, _read_moments(scene)):
                span = scene.line.span(moment.first, moment.stop)
                found.append(FoundDate(span=span, value=moment.value, sentence=sentence.number))
    return tuple(found)


def _holds_date(text: str, span: Span) -> bool:
    if _DIGIT.search(text, *span):
        return True
    return not DATE_WORDS.isdisjoint(_WORD.findall(span.of(text).lower()))


def _read_moments(scene: Scene) -> Iterator[Moment]:
    index, floor = 0, 0
    while index < scene.line.size:
        token = scene.line[index]
        moment = _read_moment(scene, index) if token.kind == "digits" or token.key in _STARTS else None
        if moment is None:
            index += 1
            continue
        moment = _with_part_of_day(scene.line, _with_prefix(scene.line, moment, floor))
        yield moment
        _remember(scene, moment.value)
        index = floor = moment.stop


def _remember(scene: Scene, value: str | None) -> None:
    if value and "/" not in value:
        for unit, length in (("day", 10), ("month", 7), ("year", 4)):
            if len(value) >= length:
                scene.known[unit] = value[:length]


def _join_intervals(line: Line, moments: Iterator[Moment]) -> list[Moment]:
    """ "Between April and July", "from 2014 to 2020"."""
    joined: list[Moment] = []
    for moment in moments:
        before = joined[-1] if joined else None
        if before and _opens_interval(line, before, moment):
            first = before.first - (line.key(before.first - 1) == "between")
            joined[-1] = Moment(first, moment.stop, _from_to(before.value, moment), "other")
        else:
            joined.append(moment)
    return joined


def _opens_interval(line: Line, start: Moment, end: Moment) -> bool:
    if start.kind != end.kind or start.kind not in {"day", "month", "year"} or end.first - start.stop != 1:
        return False
    return (line.key(start.first - 1), line.key(start.stop)) in {("between", "and"), ("from", "to"), ("from", "until")}


def _from_to(start: str | None, end: Moment) -> str | None:
    if start is None or end.value is None or "/" in start + end.value or "T" in start + end.value:
        return None
    if end.kind == "month":
        # "between April and July 2024", "between November and February": the first month is the last one before.
        year = int(end.value[:4]) - (start[5:] > end.value[5:])
        start = f"{min(year, int(start[:4])) if start[:4] < end.value[:4] else year:04d}{start[4:]}"
    return f"{start}/{end.value}" if start < end.value else None


def _read_moment(scene: Scene, index: int) -> Moment | None:
    for reader in _READERS:
        moment = reader(scene, index)
        if moment:
            return _with_clock(scene, moment)
    return None


def _with_clock(scene: Scene, moment: Moment) -> Moment:
    """ "January 31 at 8 PM", "8 PM on January 31": one moment, a date-time where both are known."""
    line = scene.line
    at = moment.stop + (line.key(moment.stop) in {"at", ",", "on", "around"})
    if at > moment.stop and line.key(moment.stop) == "at" and line.key(at) in {"around", "about"}:
        at += 1
    if moment.kind == "clock":
        if line.key(at) == "the" or line.key(moment.stop) == ",":
            return moment
        day = read_month_date(scene, at) or read_weekday(scene, at) or read_relative(scene, at)
        if day is None or day.kind != "day":
            return moment
        return Moment(moment.first, day.stop, _date_time(day.value, moment.clock), "day", moment.clock)
    if moment.kind != "day":
        return moment
    if line.key(moment.stop) in PARTS_OF_DAY and line.key(moment.stop + 1) == "at":
        at = moment.stop + 2
    clock = read_clock(scene, at)
    if clock is None or clock.kind != "clock":
        return moment
    return Moment(moment.first, clock.stop, _date_time(moment.value, clock.clock), "day", clock.clock)


def _date_time(day: str | None, clock: str | None) -> str | None:
    single = day is not None and "/" not in day and "T" not in day
    return f"{day}T{clock}" if clock and single else day


def _with_prefix(line: Line, moment: Moment, floor: int) -> Moment:
    """ "early hours of Saturday", "late Tuesday", "mid-May"."""
    first = moment.first
    before = line.key(first - 1)
    if line.keys(first - 2, 2) == ("end", "of") and moment.kind in {"month", "year"} and first - 2 >= floor > -1:
        first -= 2 + (line.key(first - 3) == "the")
        return moment._replace(first=max(first, floor), value=last_day(moment.value), kind="day")
    if before == "of" and line.key(first - 2) in _PREFIX_HOURS and moment.kind == "day":
        first -= 2
        first -= line.key(first - 1) in EDGES | {"wee", "small"}
    elif before in EDGES and moment.kind != "clock":
        first -= 1
    elif before in {"-", "‑"} and line.key(first - 2) in EDGES and line.touching(first - 1):
        first -= 2
    return moment._replace(first=first) if first >= floor else moment


def _with_part_of_day(line: Line, moment: Moment) -> Moment:
    """ "Tuesday night", "the evening of" stay dates of that day."""
    if moment.kind == "day" and line.key(moment.stop) in PARTS_OF_DAY:
        return moment._replace(stop=moment.stop + 1)
    return moment
