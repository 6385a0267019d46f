"""What time is meant, seen from the day of publication: "last week", "two days ago", "the third quarter"?"""

from service.lexicon.calendar import (
    FEASTS,
    LONG_PERIODS,
    MOVING_FEASTS,
    PERIODS,
    QUARTERS,
    SHORT_PERIODS,
    TIME_PREPOSITIONS,
)
from service.lexicon.noun_phrases import DETERMINERS
from service.lexicon.numbers import DASHES, ORDINAL_ENDINGS
from service.reading.calendar import (
    ago,
    day_of_month,
    day_value,
    half_value,
    last_day,
    past,
    period,
    quarter_value,
    weekend,
)
from service.reading.counted import noun_phrase
from service.reading.moments import Moment, Scene
from service.reading.month_dates import month_number
from service.reading.numerals import read_numeral
from service.reading.tokens import Line

_SINGULARS = {f"{unit}s": unit for unit in PERIODS} | {unit: unit for unit in PERIODS}
_PARTS = frozenset({"morning", "afternoon", "evening", "night"})
_DAYS = {"today": 0, "tonight": 0, "yesterday": -1, "tomorrow": 1}
_STEPS = {"last": -1, "this": 0, "next": 1}
_SPANNING = frozenset({"past", "last", "previous", "recent", "coming", "next"})
_LOOSE = frozenset({"few", "several", "couple", "many"})
_ON_WEEKENDS = frozenset({"over", "at", "during", "by", "until"})
_BEFORE_DAY_NUMBER = frozenset({"on", "by", "before", "until", "since", "from", "after"})
_AGO = frozenset({"ago", "earlier", "later"})
_LONGEST_AGO = 12  # tokens from the number to "ago"
_ALL_UNITS = _SINGULARS.keys() | SHORT_PERIODS | LONG_PERIODS


def read_relative(scene: Scene, index: int) -> Moment | None:
    line = scene.line
    key = line.key(index)
    if key in _DAYS:
        return Moment(index, index + 1, period("day", _DAYS[key], scene.published), "day")
    if key == "overnight":
        adverb = noun_phrase(line, index + 1) is None
        return Moment(index, index + 1, None, "other") if adverb else None
    if key in {"earlier", "later"}:
        inner = read_relative(scene, index + 1) if line.key(index + 1) in _STEPS else None
        return inner._replace(first=index) if inner else None
    if key in {"same", "previous", "following"}:
        return _same(scene, index)
    if key == "that" and line.key(index + 1) in PERIODS and line.key(index + 2) not in {"'", "’"}:
        return Moment(index, index + 2, scene.known.get(line.key(index + 1)), "other")
    if key == "the" and line.key(index + 1) == "weekend" and line.key(index - 1) in _ON_WEEKENDS:
        which = "next" if line.key(index - 1) in {"by", "until"} or scene.ahead(index) else ""
        return Moment(index, index + 2, weekend(scene.published, which=which), "other")
    if key == "end":
        return _end(scene, index)
    if key in FEASTS or key in MOVING_FEASTS:
        return _feast(scene, index)
    return _stepped(scene, index) or _spanning(scene, index) or _ago(scene, index)


def _same(scene: Scene, index: int) -> Moment | None:
    """ "the same evening", "the previous day": a time known only from the text before."""
    line = scene.line
    unit = line.key(index + 1)
    if line.key(index - 1) != "the" or unit not in PERIODS.keys() | _PARTS:
        return None
    year = scene.known.get("year")
    value = scene.known.get(unit) if line.key(index) == "same" else None
    if unit == "year" and year and line.key(index) != "same":
        value = f"{int(year) + (-1 if line.key(index) == 'previous' else 1):04d}"
    return Moment(index - 1, index + 2, value, "other")


def _end(scene: Scene, index: int) -> Moment | None:
    """ "the end of the month", "the end of this year"; of a named month or year it is read with that."""
    line = scene.line
    which, unit = line.key(index + 2), line.key(index + 3)
    if line.key(index + 1) != "of" or which not in {"the", "this", "next", "last"}:
        return None
    if unit not in {"month", "year", "century", "decade"}:
        return None
    value = last_day(period(unit, _STEPS.get(which, 0), scene.published)) if unit in PERIODS else None
    return Moment(index - (line.key(index - 1) == "the"), index + 4, value, "other")


def _feast(scene: Scene, index: int) -> Moment | None:
    line = scene.line
    eve = line.key(index + 1)
    stop = index + 1 + (eve in {"day", "eve"})
    timed = line.key(index - 1) in TIME_PREPOSITIONS | {"at", "over"}
    if not line[index].capitalised or not timed or noun_phrase(line, stop) is not None:
        return None
    known = FEASTS.get(line.key(index))
    if known is None:
        return Moment(index, stop, None, "other")
    month, day = known
    ahead = scene.ahead(index)
    return Moment(index, stop, day_of_month(month, day - (eve == "eve"), scene.published, ahead=ahead), "day")


def read_day_number(scene: Scene, index: int) -> Moment | None:
    """ "On the 14th", "before the 15th of next month"."""
    line = scene.line
    ordinal = line[index].kind == "digits" and line.touching(index) and line.key(index + 1) in ORDINAL_ENDINGS
    if not ordinal or line.key(index - 1) != "the" or line.key(index - 2) not in _BEFORE_DAY_NUMBER:
        return None
    number = line.key(index)
    if not number or len(number) > 2 or not 0 < int(number) <= 31:
        return None
    which = line.key(index + 3) if line.key(index + 2) == "of" else ""
    if which in {"this", "next", "last", "the"} and line.key(index + 4) == "month":
        month, stop = period("month", _STEPS.get(which, 0), scene.published), index + 5
    elif line[index + 2].kind in {"sign", "end"}:
        month, stop = period("month", 0, scene.published), index + 2
        if month and scene.published and not scene.ahead(index) and int(number) > scene.published.day:
            month = period("month", -1, scene.published)
    else:
        return None
    value = day_value(int(month[:4]), int(month[5:]), int(number)) if month else None
    return Moment(index - 1, stop, value, "day")


def _stepped(scene: Scene, index: int) -> Moment | None:
    """ "last week", "this month", "next year", "last night", "this morning"."""
    line = scene.line
    steps = _STEPS.get(line.key(index))
    unit = line.key(index + 1)
    if steps is None or (line.key(index) == "last" and line.key(index - 1) == "the"):
        return None
    if unit in PERIODS and unit != "day":
        return Moment(index, index + 2, period(unit, steps, scene.published), "year" if unit == "year" else "other")
    if unit == "weekend":
        return Moment(index, index + 2, weekend(scene.published, which=line.key(index)), "other")
    if unit in _PARTS:
        day = -1 if (steps, unit) == (-1, "night") else steps
        return Moment(index, index + 2, period("day", day, scene.published), "day")
    return None


def _spanning(scene: Scene, index: int) -> Moment | None:
    """ "the past week", "the last three years", "recent months", "the past few days"."""
    line = scene.line
    at = index + (line.key(index) == "the")
    which = line.key(at)
    if which not in _SPANNING or (at == index and which != "recent" and line.key(index - 1) == "the"):
        return None
    if (
        at == index
        and which in {"last", "next", "previous", "coming"}
        and line.key(index - 1) not in {"in", "for", "over"}
    ):
        return None
    count, stop = _count(line, at + 1)
    unit = line.key(stop)
    if which == "previous" and stop == at + 1 and unit in PERIODS:
        return _same(scene, at)
    if which == "recent" and not unit.endswith("s"):
        return None
    if unit not in _ALL_UNITS or (count is None and stop == at + 1 and which in {"last", "next"}):
        return None
    known = _SINGULARS.get(unit) if which in {"past", "last"} else None
    loose = count is None and (stop > at + 1 or unit not in PERIODS)
    value = None if known is None or loose else past(known, count or 1, scene.published)
    if (unit, which) == ("decade", "past") and count is None and scene.published:
        value = f"{scene.published.year - 10:04d}/{scene.published.year:04d}"
    return Moment(index, stop + 1, value, "other")


def _count(line: Line, index: int) -> tuple[int | None, int]:
    if line.key(index) in _LOOSE:
        return None, index + 1 + (line.key(index + 1) == "of")
    numeral = read_numeral(line, index)
    if numeral is None:
        return None, index
    whole = numeral.value is not None and numeral.value == numeral.value.to_integral_value() and numeral.value < 10_000
    return (int(numeral.value) if whole and numeral.value is not None else None), numeral.stop


def _ago(scene: Scene, index: int) -> Moment | None:
    """ "two days ago", "a week ago", "decades ago", "three days later"."""
    line = scene.line
    if _AGO.isdisjoint(line.keys(index + 1, _LONGEST_AGO)):
        return None
    count, stop = (1, index + 1) if line.key(index) in {"a", "an"} else _count(line, index)
    if line.key(index) in {"a", "an"} and line.key(index + 1) in _LOOSE | {"dozen", "hundred", "half"}:
        count, stop = _count(line, index if line.key(index + 1) in {"dozen", "hundred"} else index + 1)
    if stop == index or line.key(stop) not in _ALL_UNITS:
        return None
    ending = line.key(stop + 1)
    if ending not in _AGO or line.key(stop + 2) == "than":
        return None
    unit = _SINGULARS.get(line.key(stop))
    value = ago(unit, count, scene.published) if unit and count is not None and ending == "ago" else None
    return Moment(index, stop + 2, value, "day" if value and len(value) == 10 else "other")


# ── quarters and halves of a year ─────────────────────────────────────────────────────────────────────────────────


def read_quarter(scene: Scene, index: int) -> Moment | None:
    """ "the third quarter of 2024", "third quarter (July–September) of the year", "Q3 2024", "first half of 2024"."""
    line = scene.line
    if line.key(index) == "q" and line.touching(index) and line.key(index + 1) in {"1", "2", "3", "4"}:
        return _quarter(scene, index, index + 2, int(line.key(index + 1)), quarter=True)
    number = QUARTERS.get(line.key(index))
    tied = index + 1 + (line.key(index + 1) in DASHES)
    part = line.key(tied)
    if number is None or part not in {"quarter", "half"} or (part == "half" and number > 2):
        return None
    return _quarter(scene, index, tied + 1, number, quarter=part == "quarter")


def _quarter(scene: Scene, first: int, stop: int, number: int, *, quarter: bool) -> Moment | None:
    line = scene.line
    bracketed = _bracketed_months(line, stop)
    stop = bracketed or stop
    year, stop, said = _of_year(scene, stop)
    sure = quarter and (line.key(first) == "q" or line.key(first - 1) in {"in", "for", "the"} | DETERMINERS)
    tied = quarter and line.key(first + 1) in DASHES  # "the first-quarter report"
    if not (bracketed or said or tied or (sure and line.key(first) == "q")):
        return None
    if year is None and scene.published:
        month = 3 * number - 2 if quarter else 6 * number - 5
        year = scene.published.year - (month > scene.published.month and not scene.ahead(first))
    make = quarter_value if quarter else half_value
    return Moment(first, stop, make(number, year) if year else None, "other")


def _bracketed_months(line: Line, index: int) -> int | None:
    """Where "(July–September)" ends."""
    if line.key(index) != "(":
        return None
    month = month_number(line, index + 1)
    if month is None or line.key(month[1]) not in DASHES | {"to"}:
        return None
    second = month_number(line, month[1] + 1)
    return second[1] + 1 if second and line.key(second[1]) == ")" else None


def _of_year(scene: Scene, stop: int) -> tuple[int | None, int, bool]:
    """(the year named behind a quarter, where it ends, whether one was named at all)."""
    line = scene.line
    at = stop + (line.key(stop) in {"of", "in"})
    token = line[at]
    if token.kind == "digits" and len(token.key) == 4 and 1900 <= int(token.key) < 2200:
        return int(token.key), at + 1, True
    if line.keys(at, 2) == ("the", "year") and at > stop:
        return None, at + 2, True
    if line.key(at) in {"this", "last"} and line.key(at + 1) == "year":
        value = period("year", _STEPS[line.key(at)], scene.published)
        return (int(value) if value else None), at + 2, True
    return None, stop, False
