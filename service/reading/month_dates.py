"""What date stands here, written with a month, a weekday, a year, or all in digits?"""

from service.lexicon.calendar import (
    DECADES,
    DOUBTFUL_MONTHS,
    MONTH_SHORTS,
    MONTHS,
    NAMED_DAYS,
    PLURAL_WEEKDAYS,
    SEASONS,
    TIME_PREPOSITIONS,
    WEEKDAY_SHORTS,
    WEEKDAYS,
)
from service.lexicon.noun_phrases import DETERMINERS, TITLES_OF_PAPERS
from service.lexicon.numbers import DASHES, ORDINAL_ENDINGS
from service.reading.calendar import day_of_month, day_value, month_value, nearest_month, period, weekday
from service.reading.counted import looks_plural, noun_phrase
from service.reading.moments import Moment, Scene
from service.reading.tokens import Line

_YEAR_PREPOSITIONS = frozenset(
    "in since until till by before after during from to through of between early late mid year fy and the for around "
    "about circa back throughout or than spring summer autumn fall winter into ended ending".split()
)
_OWNERS = frozenset("his her its their my our your a".split())
_PLAUSIBLE = range(1900, 2051)


# ── all in digits ─────────────────────────────────────────────────────────────────────────────────────────────────


def read_numeric_date(scene: Scene, index: int) -> Moment | None:
    """2024-11-16, 16/11/2024, 11/16/2024, 16.11.2024. Where day and month could change places, the value is None."""
    line = scene.line
    keys = line.keys(index, 5)
    if line[index].kind != "digits" or len(keys) < 5 or keys[1] != keys[3] or keys[1] not in {"-", "/", ".", "–"}:
        return None
    if not all(line.touching(at) for at in range(index, index + 4)) or (
        line.touching(index - 1) and line.key(index - 1) in "-/."
    ):
        return None
    first, second, third = keys[0], keys[2], keys[4]
    if not (first.isdigit() and second.isdigit() and third.isdigit()):
        return None
    if len(first) == 4 and len(second) <= 2 and len(third) <= 2:
        value = day_value(int(first), int(second), int(third))
        return Moment(index, _past_time(line, index + 5), value, "day") if value else None
    if len(first) > 2 or len(second) > 2 or len(third) not in {2, 4} or (len(third) == 2 and keys[1] == "-"):
        return None
    return _day_and_month(index, int(first), int(second), int(third) + (2000 if len(third) == 2 else 0))


def _past_time(line: Line, stop: int) -> int:
    """Past the time of 2024-11-16T10:30:00Z, so that it stays one expression."""
    if line.key(stop) != "t" or not line.touching(stop - 1) or line[stop + 1].kind != "digits":
        return stop
    stop += 2
    while (
        line.touching(stop - 1)
        and (line[stop].kind == "digits" or line.key(stop) in {":", ".", "+", "z"})
        and line[stop].kind != "end"
    ):
        stop += 1
    return stop - (line.key(stop - 1) == ".")


def _day_and_month(index: int, first: int, second: int, year: int) -> Moment | None:
    values = {day_value(year, second, first), day_value(year, first, second)} - {None}
    if not values:
        return None
    return Moment(index, index + 5, values.pop() if len(values) == 1 else None, "day")


# ── with the name of a month ──────────────────────────────────────────────────────────────────────────────────────


def read_month_date(scene: Scene, index: int) -> Moment | None:
    line = scene.line
    start = _past_weekday(line, index)
    if start > index:
        dated = _month_first(scene, start) or _day_first(scene, start)
        return dated._replace(first=index) if dated and dated.kind == "day" else None
    return _month_first(scene, index) or _day_first(scene, index)


def _past_weekday(line: Line, index: int) -> int:
    """Where the date begins that may follow a weekday: "Tuesday, 14 May"."""
    key = line.key(index)
    if not line[index].capitalised or (key not in WEEKDAYS and key not in WEEKDAY_SHORTS):
        return index
    at = index + 1
    at += line.key(at) == "."
    at += line.key(at) in {",", "("}
    return at + (line.key(at) == "the")


def month_number(line: Line, index: int) -> tuple[int, int] | None:
    """The month named at `index`, and where its name (with the dot of a short form) ends."""
    token = line[index]
    if token.kind != "word" or not (token.capitalised or (token.key in MONTHS and token.key not in DOUBTFUL_MONTHS)):
        return None
    if token.key in MONTHS:
        return MONTHS[token.key], index + 1
    if token.key in MONTH_SHORTS:
        dotted = line.key(index + 1) == "." and line.touching(index)
        beside = line[index + 1 + dotted].kind == "digits" or line[index - 1].kind == "digits"
        return (MONTH_SHORTS[token.key], index + 1 + dotted) if beside else None
    return None


def _day_number(line: Line, index: int) -> tuple[int, int] | None:
    """A day of the month at `index`, "14" or "14th", and where it ends."""
    token = line[index]
    if token.kind != "digits" or not token.key or len(token.key) > 2 or not 0 < int(token.key) <= 31:
        return None
    tied = line.touching(index)
    following = line.key(index + 1)
    if tied and following in ORDINAL_ENDINGS:
        return int(token.key), index + 2
    if tied and (following in {":", "%", "/"} or line[index + 1].kind == "word"):
        return None
    if tied and following in {".", ","} and line.touching(index + 1) and line[index + 2].kind == "digits":
        return None
    return int(token.key), index + 1


def _year_number(line: Line, index: int) -> tuple[int, int] | None:
    """A year at `index`, behind a comma or not, and where it ends."""
    at = index + (line.key(index) in {",", "of"})
    token = line[at]
    if token.kind != "digits" or len(token.key) != 4 or not 1000 <= int(token.key) < 2200:
        return None
    grouped = line.key(at + 1) == "," and line.touching(at + 1) and line[at + 2].kind == "digits"
    if line.touching(at) and (line.key(at + 1) in {"%", "s"} or grouped):
        return None
    return int(token.key), at + 1


def _month_first(scene: Scene, index: int) -> Moment | None:
    line = scene.line
    month = month_number(line, index)
    if month is None:
        return None
    number, stop = month
    day = _day_number(line, stop + (line.key(stop) == "the"))
    if day and not _counts(line, index, day[1]):
        return _dated(scene, index, number, day[0], day[1])
    return _month_only(scene, index, number, stop)


def _counts(line: Line, index: int, stop: int) -> bool:
    """ "In May 10 people died": the number behind the month counts people."""
    if line.key(stop - 1) == "11" and line.key(index) in {"sept", "september"}:
        return False
    if line.key(index - 1) in {"on", "since", "until", "by", "from"} or line.key(stop) in {",", "at"}:
        return False
    found = noun_phrase(line, stop)
    return found is not None and line.key(index - 1) in {"in", "during"} and looks_plural(line.key(found[1] - 1))


def _day_first(scene: Scene, index: int) -> Moment | None:
    """ "14 December 2024", "the 14th of December", "14-16 December"."""
    line = scene.line
    first = _day_number(line, index)
    if first is None:
        return None
    day, stop = first
    last = _second_day(line, stop)
    at = last[1] if last else stop
    at += line.key(at) == "of"
    month = month_number(line, at)
    if month is None:
        return None
    number, stop = month
    year = _year_number(line, stop)
    if last:
        return _interval(scene, index, number, (day, last[0]), year, stop)
    if year:
        return Moment(index, year[1], day_value(year[0], number, day), "day")
    relative = _of_relative_year(scene, stop)
    if relative:
        return Moment(index, relative[1], relative[0] and day_value(int(relative[0]), number, day), "day")
    return Moment(index, stop, day_of_month(number, day, scene.published, ahead=scene.ahead(index)), "day")


def _second_day(line: Line, stop: int) -> tuple[int, int] | None:
    joint = line.key(stop)
    if joint not in DASHES and joint not in {"to", "and", "through", "until"}:
        return None
    return _day_number(line, stop + 1 + (line.key(stop + 1) == "the"))


def _dated(scene: Scene, first: int, month: int, day: int, stop: int) -> Moment:
    """A day, or the days from one to another, of a named month."""
    line = scene.line
    last = _second_day(line, stop)
    if last and last[0] > day and (line[last[1]].kind != "word" or noun_phrase(line, last[1]) is None):
        return _interval(scene, first, month, (day, last[0]), _year_number(line, last[1]), last[1])
    year = _year_number(line, stop)
    if year:
        return Moment(first, year[1], day_value(year[0], month, day), "day")
    relative = _of_relative_year(scene, stop)
    if relative:
        return Moment(first, relative[1], relative[0] and day_value(int(relative[0]), month, day), "day")
    return Moment(first, stop, day_of_month(month, day, scene.published, ahead=scene.ahead(first)), "day")


def _interval(
    scene: Scene, first: int, month: int, days: tuple[int, int], year: tuple[int, int] | None, stop: int
) -> Moment:
    ends: list[str | None]
    if year:
        ends, stop = [day_value(year[0], month, day) for day in days], year[1]
    else:
        ends = [day_of_month(month, day, scene.published, ahead=scene.ahead(first)) for day in days]
    known = ends[0] and ends[1] and ends[0] < ends[1]
    return Moment(first, stop, f"{ends[0]}/{ends[1]}" if known else None, "day")


def _month_only(scene: Scene, first: int, month: int, stop: int) -> Moment | None:
    line = scene.line
    joint = line.key(stop)
    if joint in DASHES or (joint == "to" and line.key(first - 1) == "from"):
        second = month_number(line, stop + 1)
        if second:
            return _months(scene, first, month, second)
    year = _year_number(line, stop)
    if year:
        return Moment(first, year[1], month_value(year[0], month), "month")
    relative = _of_relative_year(scene, stop)
    if relative:
        return Moment(first, relative[1], relative[0] and month_value(int(relative[0]), month), "month")
    doubtful = line.key(first) in DOUBTFUL_MONTHS
    before = line.key(first - 1)
    if (
        doubtful
        and before not in TIME_PREPOSITIONS
        and not (before in DASHES and line.key(first - 2) in {"mid", "late", "early"})
    ):
        return None
    if before in {"last", "next", "this"}:
        return Moment(first - 1, stop, nearest_month(month, scene.published, ahead=before == "next"), "month")
    return Moment(first, stop, nearest_month(month, scene.published, ahead=scene.ahead(first)), "month")


def _of_relative_year(scene: Scene, stop: int) -> tuple[str | None, int] | None:
    """ "September of last year", "March this year"."""
    line = scene.line
    at = stop + (line.key(stop) == "of")
    steps = {"last": -1, "this": 0, "next": 1}.get(line.key(at))
    if steps is None or line.key(at + 1) != "year":
        return None
    return period("year", steps, scene.published), at + 2


def _months(scene: Scene, first: int, month: int, second: tuple[int, int]) -> Moment:
    last, stop = second
    year = _year_number(scene.line, stop)
    if year:
        value: str | None = f"{month_value(year[0] - (last < month), month)}/{month_value(year[0], last)}"
        return Moment(first, year[1], value, "other")
    end = nearest_month(last, scene.published)
    value = f"{month_value(int(end[:4]) - (last < month), month)}/{end}" if end else None
    return Moment(first, stop, value, "other")


# ── weekdays ──────────────────────────────────────────────────────────────────────────────────────────────────────


def read_weekday(scene: Scene, index: int) -> Moment | None:
    """ "Tuesday" is the last one up to publication, itself included, save where the text looks ahead."""
    line, token = scene.line, scene.line[index]
    if not token.capitalised:
        return None
    if token.key in PLURAL_WEEKDAYS:
        return Moment(index, index + 1, None, "other")
    if token.key not in WEEKDAYS or line.key(index - 1) in NAMED_DAYS or line[index + 1].text in TITLES_OF_PAPERS:
        return None
    before = line.key(index - 1)
    which = {"last": "last", "next": "next", "coming": "next", "this": "this"}.get(before, "")
    value = weekday(WEEKDAYS[token.key], scene.published, which=which or ("next" if scene.ahead(index) else ""))
    return Moment(index - bool(which), index + 1, value, "day")


# ── years and decades ─────────────────────────────────────────────────────────────────────────────────────────────


def read_year(scene: Scene, index: int) -> Moment | None:
    line = scene.line
    if line.key(index) in DECADES:
        before = line.key(index - 1)
        return Moment(index, index + 1, None, "other") if before in {"the", "early", "late"} else None
    decade = _decade(line, index)
    if decade:
        return decade
    season = _season(line, index)
    if season:
        return season
    year = _year_number(line, index) if line[index].kind == "digits" else None
    if year is None or (
        line.touching(index - 1) and line.key(index - 1) not in {"(", "-", "–", "—", "‘", "'", "’", '"', "“", "["}
    ):
        return None
    return _years(line, index, *year)


def _decade(line: Line, index: int) -> Moment | None:
    """ "1990s", "the '90s", "1990's"."""
    key = line.key(index)
    if line[index].kind != "digits" or len(key) not in {2, 4} or not key.endswith("0") or not line.touching(index):
        return None
    stop = index + 1
    if line.key(stop) in {"'", "’"} and line.touching(stop) and line.key(index - 1) == "the":
        stop += 1
    if line.key(stop) != "s":
        return None
    if len(key) == 4:
        return Moment(index, stop + 1, f"{key}/{int(key) + 9}", "other") if 1000 <= int(key) < 2200 else None
    quoted = line.key(index - 1) in {"'", "’", "‘"}
    if not quoted and line.key(index - 1) not in {"the", "early", "late"}:
        return None
    value = f"19{key}/19{int(key) + 9}" if int(key) >= 20 and (quoted or int(key) >= 50) else None
    return Moment(index - quoted, stop + 1, value, "other")


def _season(line: Line, index: int) -> Moment | None:
    """Seasons differ between the hemispheres: found, never resolved."""
    if line.key(index) not in SEASONS:
        return None
    year = _year_number(line, index + 1)
    before = line.key(index - 1)
    if before in {"last", "this", "next"}:
        return Moment(index - 1, index + 1, None, "other")
    return Moment(index, year[1], None, "other") if year else None


def _years(line: Line, index: int, year: int, stop: int) -> Moment | None:
    second = line[stop + 1]
    tied = (line.key(stop) in DASHES or line.key(stop) == "/") and line.touching(stop - 1) and line.touching(stop)
    if tied and second.kind == "digits" and len(second.key) in {2, 4} and year in _PLAUSIBLE:
        last = int(second.key) if len(second.key) == 4 else year // 100 * 100 + int(second.key)
        if year < last < year + 50 and not _named(line, index) and not looks_plural(line.key(stop + 2)):
            return Moment(index, stop + 2, f"{year}/{last}", "year")
    return Moment(index, stop, f"{year:04d}", "year") if _meant(line, index, year, stop) else None


def _named(line: Line, index: int) -> bool:
    before = line[index - 1]
    return before.capitalised and before.key not in _YEAR_PREPOSITIONS


def _meant(line: Line, index: int, year: int, stop: int) -> bool:
    """Whether four digits are a year, and neither a count nor part of a name."""
    before, following = line[index - 1], line[stop]
    found = noun_phrase(line, stop)
    counted = found is not None and looks_plural(line.key(found[1] - 1)) and not line[found[0]].capitalised
    if before.key in _YEAR_PREPOSITIONS or before.key in DASHES:
        if counted and (
            year % 100 == 0
            or year not in _PLAUSIBLE
            or before.key in {"of", "to", "than", "about", "around", "or", "and", "for"}
        ):
            return before.key in {"the", "in"} and year in _PLAUSIBLE and year != 2000
        return year in _PLAUSIBLE or (before.key in {"in", "since", "until", "by", "from"} and not counted)
    own = before.key in _OWNERS or (before.key == "s" and line.key(index - 2) in {"'", "’"})
    if own and year in _PLAUSIBLE and not (counted and year % 100 == 0):
        return found is not None or following.key in {"“", '"', "‘"}
    if year not in _PLAUSIBLE or counted:
        return False
    described = found is not None and not line[found[0]].capitalised
    if before.capitalised:  # "the Tory 2019 pledge", not "Hilal Talks 2025"
        return described and any(line.key(index - back) in DETERMINERS for back in (2, 3))
    if before.key in {"over", "across"}:
        return year % 10 != 0 and following.kind in {"sign", "end"}
    if before.key in {"(", "[", ","} or before.kind == "end":
        return following.kind in {"sign", "end"} or before.key in {"(", "["}
    return before.kind == "word" and before.key in {"is", "was", "on"} and following.kind in {"sign", "end"}
