"""Which day, month, year or interval is meant, seen from the day the article was published?

Only arithmetic: values are ISO 8601 strings, None where the day of publication is needed and not known. Whatever could
lie before or after is taken to lie before, unless `ahead` says that the text looks forward.
"""

import re
from calendar import monthrange
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from service.lexicon.calendar import PERIODS

_NEARLY_A_YEAR = 320  # days; one so long ago would be named with its year, so the one that comes soon is meant


def day_value(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def month_value(year: int, month: int) -> str:
    return f"{year:04d}-{month:02d}"


def day_of_month(month: int, day: int, published: date | None, *, ahead: bool = False) -> str | None:
    """The last such day up to publication (or the next from then on)."""
    if published is None:
        return None
    years = range(published.year, published.year + 9) if ahead else range(published.year, published.year - 9, -1)
    for year in years:  # 29 February may lie some years off
        value = day_value(year, month, day)
        if value and (value >= published.isoformat() if ahead else value <= published.isoformat()):
            long_ago = not ahead and (published - date.fromisoformat(value)).days > _NEARLY_A_YEAR
            return (day_value(year + 1, month, day) or value) if long_ago else value
    return None


def nearest_month(month: int, published: date | None, *, ahead: bool = False) -> str | None:
    if published is None:
        return None
    if ahead:
        return month_value(published.year + (month < published.month), month)
    return month_value(published.year - (month > published.month), month)


def last_day(value: str | None) -> str | None:
    """The day on which a month or year ends."""
    if value is None or not re.fullmatch(r"\d{4}(-\d\d)?", value):
        return None
    year, month = int(value[:4]), int(value[5:] or 12)
    return day_value(year, month, monthrange(year, month)[1]) if year else None


def _days_on(day: date, days: int) -> date | None:
    try:
        return day + timedelta(days=days)
    except OverflowError:  # at the two ends of the calendar
        return None


def _interval(start: date | None, end: date | None) -> str | None:
    return f"{start.isoformat()}/{end.isoformat()}" if start and end else None


def weekday(number: int, published: date | None, *, which: str = "") -> str | None:
    """The last such weekday up to publication; `which` is "last", "next", "this" or ""."""
    if published is None:
        return None
    back = (published.weekday() - number) % 7
    if which == "next":
        back -= 7
    elif which == "last" and back == 0:
        back = 7
    elif which == "this":
        back = published.weekday() - number
    day = _days_on(published, -back)
    return day.isoformat() if day else None


def week(published: date, weeks: int) -> str | None:
    """The ISO week so many weeks from publication, Monday to Sunday."""
    to_monday = 7 * weeks - published.weekday()
    return _interval(_days_on(published, to_monday), _days_on(published, to_monday + 6))


def period(unit: str, steps: int, published: date | None) -> str | None:
    """ "last month" is one step back, "this year" none."""
    if published is None:
        return None
    if unit == "week":
        return week(published, steps)
    moved = shift(published, unit, steps)
    if moved is None:
        return None
    return {"day": moved.isoformat(), "month": moved.isoformat()[:7], "year": moved.isoformat()[:4]}.get(unit)


def shift(published: date, unit: str, steps: int) -> date | None:
    try:
        match PERIODS[unit]:
            case "days":
                return published + relativedelta(days=steps)
            case "weeks":
                return published + relativedelta(weeks=steps)
            case "months":
                return published + relativedelta(months=steps)
            case _:
                return published + relativedelta(years=steps)
    except (OverflowError, ValueError):
        return None


def ago(unit: str, count: int, published: date | None) -> str | None:
    """ "two days ago" is a day, "two months ago" a month, "two years ago" a year."""
    if published is None or unit not in PERIODS or count > 9999:
        return None
    moved = shift(published, unit, -count)
    if moved is None:
        return None
    return moved.isoformat()[: {"day": 10, "week": 10, "month": 7, "year": 4}[unit]]


def past(unit: str, count: int, published: date | None) -> str | None:
    """ "the past week": from so long before publication until then."""
    if published is None or unit not in PERIODS or count > 9999:
        return None
    start = shift(published, unit, -count)
    return f"{start.isoformat()}/{published.isoformat()}" if start else None


def weekend(published: date | None, *, which: str = "") -> str | None:
    """Saturday and Sunday of the last weekend up to publication, or of the next one."""
    if published is None:
        return None
    to_saturday = -((published.weekday() - 5) % 7) + (7 if which == "next" else 0)
    return _interval(_days_on(published, to_saturday), _days_on(published, to_saturday + 1))


def quarter_value(quarter: int, year: int) -> str:
    return f"{month_value(year, 3 * quarter - 2)}/{month_value(year, 3 * quarter)}"


def half_value(half: int, year: int) -> str:
    return f"{month_value(year, 6 * half - 5)}/{month_value(year, 6 * half)}"


def clock_value(hour: int, minute: int, half: str) -> str | None:
    """ "20:00" for 8 PM; `half` is "am", "pm" or "" for a 24-hour clock."""
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    return f"{hour:02d}:{minute:02d}" if hour < 24 and minute < 60 else None
