"""Which sign, unit and currency belong to a number, and is it one end of a range?

Leaves bounds to `qualifiers` and nouns to `counted`.
"""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from service.lexicon.numbers import CHANGES, DASHES
from service.lexicon.units import (
    AMBIGUOUS_WORDS,
    CEDI_SIGNS,
    CODES,
    CURRENCY_SIGNS,
    CURRENCY_WORDS,
    DOLLAR_PREFIXES,
    LETTER_SIGNS,
    LOOSE_LETTERS,
    MEASURES,
    METRE,
    NATIONAL,
    PERCENT,
    PERCENTAGE_POINT,
    POUND_MASS,
    SHARED,
    SHARED_CURRENCIES,
    SINGULARS,
    SQUARE,
    SYMBOLS,
    TEMPERATURE_SCALES,
    TIMES,
    Unit,
)
from service.reading.digits import EXACTLY
from service.reading.numerals import ONE, Numeral, past_hyphen, read_numeral
from service.reading.tokens import Line

_PERCENT_SIGNS = frozenset({"%", "％", "٪", "percent", "pct", "percents"})
FAR = 4  # times as much: hardly the two ends of one range
WEIGHING = frozenset("weigh weighs weighed weighing weight weights".split())
_MINUS = frozenset("-−")
_OPENING = frozenset("([")
_RESTRICTED = frozenset({"foot", "second", "stone", "st"})  # "12 foot soldiers", "two second homes"
_WHOLES = frozenset({3, 4, 5, 10, 20, 100, 1_000, 10_000, 100_000, 1_000_000})

_CURRENCY_TEXTS = (
    CODES | CURRENCY_SIGNS.keys() | LETTER_SIGNS.keys() | {prefix.upper() for prefix in DOLLAR_PREFIXES} | {"GH"}
)


class Amount(NamedTuple):
    """A number with its sign, currency, % and unit. `after` is where the noun would follow."""

    numeral: Numeral
    first: int
    stop: int
    low: Decimal | None
    high: Decimal | None
    unit: Unit | None = None
    after: int = 0
    ranges: bool = False


class _After(NamedTuple):
    """What stands behind the digits: `stop` ends the figure (a % is part of it), `after` ends the unit word."""

    stop: int
    after: int
    unit: Unit | None


def read_amount(line: Line, numeral: Numeral) -> Amount:
    first, unit = _currency_before(line, numeral)
    behind = _After(numeral.stop, numeral.after, unit) if unit else _behind(line, numeral)
    first, negative = _sign(line, first, behind.unit)
    value = None if numeral.value is None else _value(numeral, behind.unit)
    unit = PERCENT if numeral.shape == "fraction" else behind.unit
    if value is not None and negative:
        value = -value
    return Amount(numeral, first, behind.stop, value, value, unit, behind.after)


def _value(numeral: Numeral, unit: Unit | None) -> Decimal:
    assert numeral.value is not None
    if numeral.shape == "fraction":
        return as_percent(numeral.value)
    return EXACTLY.multiply(numeral.value, unit.factor) if unit else numeral.value


def as_percent(part: Decimal) -> Decimal:
    return EXACTLY.multiply(part, Decimal(100)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def read_ratio(line: Line, numeral: Numeral) -> Amount | None:
    """ "one in five", "nine out of 10": a share, where the second number is a round whole."""
    joint = line.keys(numeral.stop, 2)
    width = 1 if joint[:1] == ("in",) else 2 if joint == ("out", "of") else 0
    if not width or numeral.shape != "count" or numeral.value is None:
        return None
    whole = read_numeral(line, numeral.stop + width)
    if whole is None or whole.value is None or whole.shape != "count" or not 0 < numeral.value < whole.value:
        return None
    if whole.value not in _WHOLES and not (width == 1 and numeral.value == 1 and whole.value < 1000):
        return None
    if _behind(line, whole).unit or numeral.value % 1:
        return None
    share = as_percent(EXACTLY.divide(numeral.value, whole.value))
    return Amount(numeral, numeral.first, whole.stop, share, share, PERCENT, whole.stop)


def read_and_half(line: Line, numeral: Numeral) -> Amount | None:
    """ "An hour and a half": the half belongs to the hour."""
    at = numeral.first
    unit = MEASURES.get(line.key(at - 2)) if at >= 3 else None
    opened = line.key(at - 1) == "and" and line.key(at - 3) in {"a", "an"}
    if numeral.shape != "fraction" or line.key(numeral.stop - 1) != "half" or not opened:
        return None
    if unit is None or unit.kind != "time":
        return None
    value = Decimal("1.5")
    whole = numeral._replace(first=at - 3, value=value, shape="count")
    return Amount(whole, at - 3, numeral.stop, value, value, unit, numeral.stop)


# ── before the digits ─────────────────────────────────────────────────────────────────────────────────────────────


def _near(line: Line, index: int) -> bool:
    """Whether at most one character stands between this token and the next."""
    return 0 <= line[index + 1].start - line[index].end <= 1


def _currency_before(line: Line, numeral: Numeral) -> tuple[int, Unit | None]:
    at = numeral.first - 1
    if not _near(line, at):
        return numeral.first, None
    sign = CURRENCY_SIGNS.get(line.key(at))
    if sign and not _cent(line, at):
        return _with_letters(line, at, sign)
    dotted = at - 1 if line.key(at) == "." and line.touching(at - 1) else at
    letters = line[dotted].text
    if letters in CODES:
        return dotted, _code(letters)
    if letters in LETTER_SIGNS and numeral.shape == "count" and (letters not in LOOSE_LETTERS or not numeral.plain):
        tied = (
            line.touching(at)
            and (len(numeral.plain) > 2 or numeral.plain == "")
            and line[numeral.first].kind == "digits"
        )
        if tied or (len(letters) > 1 and line[numeral.first].kind == "digits"):
            return dotted, LETTER_SIGNS[letters]
    return numeral.first, None


def _cent(line: Line, at: int) -> bool:
    """Whether the sign at `at` is a "¢" that belongs to the digits before it, or to none."""
    return line.key(at) == "¢" and line.key(at - 1) != "gh"


def _with_letters(line: Line, at: int, sign: Unit) -> tuple[int, Unit]:
    """ "US$", "HK $", "CN¥", "GH¢"."""
    letters = line[at - 1]
    if line.key(at) in CEDI_SIGNS:
        return at - (letters.key == "gh" and _near(line, at - 1)), sign
    if letters.kind != "word" or not letters.text.isupper() or not _near(line, at - 1):
        return at, sign
    if line.key(at) == "$" and letters.key in DOLLAR_PREFIXES and (line.touching(at - 1) or len(letters.text) > 1):
        return at - 1, DOLLAR_PREFIXES[letters.key]
    if line.key(at) == "¥" and letters.key in {"cn", "cny", "rmb"}:
        return at - 1, Unit("CNY", "money")
    return at, sign


def _code(letters: str) -> Unit:
    return Unit("CNY" if letters == "RMB" else letters, "money")


def _sign(line: Line, first: int, unit: Unit | None) -> tuple[int, bool]:
    at = first - 1
    key = line.key(at)
    if key == "minus":
        both = line.key(at - 1) in {"or", "/"} and line.key(at - 2) == "plus"  # "plus or minus 8 percent" is no debt
        return (first, False) if both else (at, True)
    if key in _MINUS and line.key(at - 1) == "minus" and line.touching(at) and line.touching(at - 1):
        return at - 1, True
    free = not line.touching(at - 1) or line.key(at - 1) in _OPENING
    measured = unit is not None and unit.kind in {"percent", "temperature"}
    if (key in _MINUS or (key == "–" and measured)) and line.touching(at) and free:
        return at, True
    return first, False


# ── behind the digits ─────────────────────────────────────────────────────────────────────────────────────────────


def _behind(line: Line, numeral: Numeral) -> _After:
    index = numeral.after
    if numeral.shape == "times":
        return _After(numeral.stop, index, TIMES)
    if numeral.shape == "vague":
        index += line.key(index) == "of"
    if line[index].kind not in {"word", "sign"}:
        return _After(numeral.stop, numeral.after, None)
    percent = _percent(line, index)
    if percent:
        return percent
    sign = CURRENCY_WORDS["cent"] if line.key(index) == "¢" else CURRENCY_SIGNS.get(line.key(index))
    if sign and line.touching(index - 1) and line[index + 1].kind != "digits":
        return _After(index + 1, index + 1, sign)
    tied = past_hyphen(line, index)
    for reader in (_times, _money_words, _measure):
        found = reader(line, tied, numeral)
        if found:
            after, unit = found
            return _After(numeral.stop, after, unit)
    return _After(numeral.stop, numeral.after, None)


def _percent(line: Line, index: int) -> _After | None:
    index = past_hyphen(line, index)
    stop = _percent_stop(line, index)
    if stop is None:
        return None
    point = past_hyphen(line, stop)
    if line.key(point) in {"point", "points"} or line.key(index) in {"pp", "ppt", "ppts"}:
        stop = point + (line.key(point) in {"point", "points"})
        return _After(stop, stop, PERCENTAGE_POINT)
    return None if line.key(index) == "percentage" else _After(stop, stop, PERCENT)


def _percent_stop(line: Line, index: int) -> int | None:
    key = line.key(index)
    if key in _PERCENT_SIGNS or key == "percentage":
        return index + 1
    if key == "per":
        cent = past_hyphen(line, index + 1)
        return cent + 1 if line.key(cent) == "cent" else None
    return index + 1 if key in {"pc", "pp", "ppt", "ppts"} and line[index - 1].kind == "digits" else None


def _times(line: Line, index: int, numeral: Numeral) -> tuple[int, Unit] | None:
    token = line[index]
    if token.text == "times" and numeral.shape != "fraction":
        return index + 1, TIMES
    tied = token.text == "x" and line.touching(index - 1) and line[index - 1].kind == "digits"
    return (index + 1, TIMES) if tied else None


def _money_words(line: Line, index: int, numeral: Numeral) -> tuple[int, Unit] | None:
    if line.keys(index, 4) == ("u", ".", "s", "."):
        index += 3  # "U.S. dollars"
        first = "us"
    else:
        first = line.key(index)
    if line[index].text in CODES:
        return index + 1, _code(line[index].text)
    for nation, at in ((first, index + 1), (f"{first}-{line.key(index + 1)}", index + 2)):
        code = NATIONAL.get((nation, SINGULARS.get(line.key(at), line.key(at))))
        if code:
            return at + 1, Unit(code, SHARED if code in SHARED_CURRENCIES else "money")
    unit = CURRENCY_WORDS.get(first)
    if first == "p" and line.touching(index - 1) and line[index - 1].kind == "digits":
        unit = CURRENCY_WORDS["pence"]
    if unit is None or (first in AMBIGUOUS_WORDS and numeral.scale == ONE and first == "won"):
        return None
    if first in {"pound", "pounds"} and _heavy(line, index):
        return index + 1, POUND_MASS
    return index + 1, unit


def _heavy(line: Line, index: int) -> bool:
    """Whether the pounds at `index` weigh: "a 500-pound bomb", "50 pounds of explosives"."""
    following = line.key(index + 1)
    weighed = any(line.key(index - back) in WEIGHING for back in range(2, 6) if index >= back)
    ounces = following == "and" and line.key(index + 3) in {"ounce", "ounces"}
    tied = line.key(index - 1) in DASHES and line.touching(index - 1)
    return tied or weighed or ounces or following in {"of", "heavier", "lighter", "overweight"}


def _measure(line: Line, index: int, numeral: Numeral) -> tuple[int, Unit] | None:
    for reader in (_squared, _temperature, _worded_measure):
        found = reader(line, index)
        if found:
            return _per_hour(line, *found)
    return _per_hour(line, *symbol) if (symbol := _symbol(line, index)) else _restricted(line, index, numeral)


def _squared(line: Line, index: int) -> tuple[int, Unit] | None:
    key = line.key(index)
    if key in {"km", "m", "cm"} and line.touching(index) and line.key(index + 1) in {"2", "3"}:
        name = "metre" if key == "m" else MEASURES[key].name  # km2 is two tokens
        cubic = line.key(index + 1) == "3"
        return index + 2, Unit(f"{'cubic' if cubic else 'square'} {name}", "volume" if cubic else "area")
    if key not in SQUARE and key != "cubic":
        return None
    at = past_hyphen(line, index + 1 + (line.key(index + 1) == "."))
    length = METRE if line.key(at) == "m" else MEASURES.get(line.key(at))
    if length is None or length.kind != "length":
        return None
    return at + 1, Unit(f"cubic {length.name}", "volume") if key == "cubic" else Unit(f"square {length.name}", "area")


def _temperature(line: Line, index: int) -> tuple[int, Unit] | None:
    key = line.key(index)
    if key in {"degree", "degrees", "°"}:
        at = past_hyphen(line, index + 1)
        scale = line[at]
        known = scale.key in TEMPERATURE_SCALES and (len(scale.key) > 1 or scale.text.isupper())
        return (at + 1, MEASURES[TEMPERATURE_SCALES[scale.key]]) if known else (index + 1, MEASURES["degree"])
    if key in {"celsius", "fahrenheit", "centigrade"}:
        return index + 1, MEASURES[TEMPERATURE_SCALES[key]]
    return None


def _worded_measure(line: Line, index: int) -> tuple[int, Unit] | None:
    key = line.key(index)
    if key in {"nautical", "light", "metric", "acre"}:
        at = past_hyphen(line, index + 1)
        compound = MEASURES.get(f"{key}-{line.key(at)}") or MEASURES.get(f"{key} {line.key(at)}")
        return (at + 1, compound) if compound else None
    if key in {"km", "m"} and line.key(index + 1) == "/" and line.key(index + 2) in {"h", "hr", "s"}:
        return index + 3, MEASURES["km/h" if key == "km" else "m/s"]
    if key in _RESTRICTED or key == "quarter":  # "two quarters" last, a "two-quarter" is a share gone wrong
        return None
    return (index + 1, MEASURES[key]) if key in MEASURES else None


def _per_hour(line: Line, after: int, unit: Unit) -> tuple[int, Unit]:
    if unit.kind == "length" and line.key(after) in {"per", "an", "a"} and line.key(after + 1) in {"hour", "second"}:
        return after + 2, Unit(f"{unit.name} per {line.key(after + 1)}", "speed")
    return after, unit


def _symbol(line: Line, index: int) -> tuple[int, Unit] | None:
    token = line[index]
    if line[index - 1].kind == "digits" and token.text == "m":
        return index + 1, METRE
    unit = SYMBOLS.get(token.text)
    return (index + 1, unit) if unit and line.touching(index - 1) and line[index - 1].kind == "digits" else None


def _restricted(line: Line, index: int, numeral: Numeral) -> tuple[int, Unit] | None:
    key = line.key(index)
    if key not in _RESTRICTED:
        return None
    if key == "st":
        return (index + 1, MEASURES[key]) if line.touching(index - 1) else None
    if key == "stone" and line[index + 1].kind in {"sign", "end"} and line.key(index + 1) not in DASHES:
        return index + 1, MEASURES[key]
    single = numeral.value is not None and numeral.value <= 1
    meant = single or line.key(index - 1) in DASHES or line.key(index + 1) in {"tall", "high", "deep", "wide", "long"}
    return (index + 1, MEASURES[key]) if meant else None


# ── ranges ────────────────────────────────────────────────────────────────────────────────────────────────────────


def read_range(line: Line, amount: Amount) -> Amount | None:
    """The range that begins with `amount` ("50 to 60", "between $5 and $7 billion"), or None."""
    if amount.low is None or amount.unit in (TIMES,) or amount.ranges:
        return None
    opening = line.key(amount.first - 1)
    for at in _joints(line, amount, opening):
        numeral = read_numeral(line, at)
        if numeral is None or numeral.value is None:
            continue
        joined = _join(amount, read_amount(line, numeral))
        if joined and line.key(at - 1) == "or" and not _neighbours(joined):
            return None
        if joined and line.key(at - 1) == "to" and _changed_by(line, joined):
            return None
        if joined and not (opening == "from" and _tells_of_change(line, amount.first - 1)):
            opens = opening in {"from", "between"}
            return joined._replace(first=amount.first - 1) if opens else joined
    return None


def _joints(line: Line, amount: Amount, opening: str) -> Iterator[int]:
    """Where a second end could begin: behind "to", "or", a dash, or the "and" that answers "between"."""
    for index in dict.fromkeys((amount.stop, amount.after)):
        at = past_hyphen(line, index)  # 5-to-7
        if line.key(at) in DASHES and line.touching(at - 1) and not line.touching(at):
            at += 1  # "a 7- or 8-inch screen"
        key = line.key(at)
        if key in {"to", "or"} or (key == "and" and opening == "between"):
            second = past_hyphen(line, at + 1)
        elif line.key(index) in DASHES and (line.touching(index) or not line.touching(index - 1)):
            second = index + 1
        else:
            continue
        for skipped in range(3):  # over "US" and "$"
            yield second + skipped
            if line[second + skipped].text not in _CURRENCY_TEXTS | _MINUS:  # "-10 to -5 degrees"
                break


def _join(left: Amount, right: Amount) -> Amount | None:
    unit = right.unit or left.unit
    if left.unit and right.unit and left.unit != right.unit:
        return None
    if left.unit and not right.unit and left.unit.kind != "money":
        return None
    if left.low is None or right.low is None or left.numeral.shape != right.numeral.shape:
        return None
    low = left.low if left.unit == right.unit or unit is None else EXACTLY.multiply(left.low, unit.factor)
    scale = right.numeral.scale
    if scale > ONE and left.numeral.scale == ONE and EXACTLY.multiply(low, scale) < right.low:
        low = EXACTLY.multiply(low, scale)
    if low >= right.low:
        return None
    return Amount(left.numeral, left.first, right.stop, low, right.low, unit, right.after, ranges=True)


def _neighbours(joined: Amount) -> bool:
    """ "two or three" is a range, "25 or 40" a choice."""
    assert joined.low is not None
    assert joined.high is not None
    return joined.high <= 6 or joined.high * 2 <= joined.low * 3


def _tells_of_change(line: Line, opening: int) -> bool:
    return any(line.key(opening - back) in CHANGES for back in range(1, 7) if opening - back >= 0)


def _changed_by(line: Line, joined: Amount) -> bool:
    """ "Rose 12p to 345p" tells by how much and to where; "rose 2 to 3 per cent" is a range."""
    assert joined.low is not None
    assert joined.high is not None
    far = joined.high > joined.low * FAR
    return far and any(line.key(joined.first - back) in CHANGES for back in (1, 2))


def is_shared(unit: Unit | None) -> bool:
    """Whether the unit is a currency that several countries have, and that the article has to tell apart."""
    return unit is not None and unit.kind == SHARED
