"""What number is written at this token, in digits or in words?

Knows the grammar of number words, digit groups, scales and fractions. Whether the number is a figure, and what bounds
it and what it counts, is asked elsewhere.
"""

from decimal import Decimal
from typing import Literal, NamedTuple

from service.lexicon.noun_phrases import VERBS
from service.lexicon.numbers import (
    BARE_SCALES,
    DENOMINATORS,
    FOLDS,
    HYPHENS,
    MULTIPLE_ADJECTIVES,
    MULTIPLES,
    ORDINALS,
    SCALES,
    SHORT_SCALES,
    TENS,
    TOUCHING_SCALES,
    TRILLION,
    UNITS,
    VAGUE,
    VAGUE_PLURALS,
    VULGAR,
)
from service.lexicon.units import BEFORE_METRES, CURRENCY_SIGNS, LETTER_SIGNS
from service.reading.digits import EXACTLY, read_mantissa, read_slashed
from service.reading.tokens import Line

Shape = Literal["count", "fraction", "times", "vague"]

ONE, DOZEN, HUNDRED = Decimal(1), Decimal(12), Decimal(100)

_ARTICLES = frozenset({"a", "an"})
_TIMES_SIGNS = frozenset("x×*")
_MINUS = frozenset("-−–")
_MODALS = frozenset({"to", "will", "would", "could", "may", "might", "can"})
_BEFORE_PART = frozenset(
    "by nearly almost about over than under roughly only least around just up some to exactly between barely".split()
)
_AFTER_PART = frozenset("and or to from since in on over this last compared lower higher more less full empty".split())
_AFTER_HALF = frozenset(
    "of a an the its their his her our all those these that this what as were was are is have had said".split()
)
_NOT_BEFORE_HALF = ORDINALS | {"latter", "top", "bottom", "back", "front", "final", "either", "in", "opening"}
_AFTER_DOUBLE = frozenset("the that what its their last previous those".split())


class Numeral(NamedTuple):
    """A number as written. `value` is None for a vague one; a fraction's is between 0 and 1.

    `scale` is what its scale words multiply by, `plain` its digits where it is written in nothing else, and `after`
    where a unit or noun would follow ("half | an | hour").
    """

    first: int
    stop: int
    value: Decimal | None
    shape: Shape = "count"
    scale: Decimal = ONE
    plain: str = ""
    link: int = 0

    @property
    def after(self) -> int:
        return self.link or self.stop


def read_numeral(line: Line, index: int) -> Numeral | None:
    """The longest number that starts at `index`, or None where none does or its digits make no number."""
    token = line[index]
    if token.kind == "digits":
        return _read_digits(line, index)
    if token.kind == "word":
        return _read_worded(line, index)
    return None


def past_hyphen(line: Line, index: int) -> int:
    """`index`, or one more where a hyphen there ties the token before to the one after."""
    tied = line.key(index) in HYPHENS and line.touching(index - 1) and line.touching(index)
    return index + 1 if tied else index


def _follow(line: Line, index: int, *words: str) -> int | None:
    """Where `words` end if they stand at `index`, hyphened or not."""
    for word in words:
        index = past_hyphen(line, index)
        if line.key(index) != word:
            return None
        index += 1
    return index


# ── digits ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _read_digits(line: Line, index: int) -> Numeral | None:
    part = _read_slashed(line, index)
    if part:
        return part
    mantissa = read_mantissa(line, index)
    if mantissa is None:
        return None
    written, stop = mantissa
    power = read_power(line, stop)
    if power:
        return Numeral(index, power[1], EXACTLY.multiply(Decimal(written), power[0]), scale=power[0])
    value, stop = _add_part(line, Decimal(written), stop)
    scale, end = _read_scale(line, index, stop)
    fold = _follow(line, end, "fold")
    if fold and end == stop:
        return Numeral(index, fold, value, "times")
    plain = written if end == index + 1 and written.isdigit() else ""
    whole = Numeral(index, end, EXACTLY.multiply(value, scale), scale=scale, plain=plain)
    return whole if plain == "" else _read_denominator(line, whole) or whole


def read_power(line: Line, index: int) -> tuple[Decimal, int] | None:
    """The "× 10^6" behind a number, or "×10−8" with its exponent set lower by the typesetter, and where it ends."""
    if line.key(index) == "e" and line.touching(index - 1) and line.touching(index):  # 9.1e-31
        at, raised = index + 1, True
    elif line.key(index) in _TIMES_SIGNS and line.key(index + 1) == "10":
        at = index + 2
        raised = line.key(at) == "^"
        at += raised
    else:
        return None
    negative = line.key(at) in _MINUS
    at += negative
    exponent = line.key(at)
    if not (raised or negative) or not line.touching(at - 1) or line[at].kind != "digits" or not 0 < len(exponent) < 3:
        return None
    return Decimal(10) ** (-int(exponent) if negative else int(exponent)), at + 1


def _read_slashed(line: Line, index: int) -> Numeral | None:
    """A fraction such as 2/3 or ¾; 24/7 and 9/11 are none."""
    part = read_slashed(line, index)
    return Numeral(index, index + 3, part, "fraction") if part else None


def _add_part(line: Line, value: Decimal, stop: int) -> tuple[Decimal, int]:
    """Adds "½", " 1/2" or "and a half" that follows a whole number."""
    if line[stop].kind not in {"word", "digits"} and line.key(stop) not in HYPHENS:
        return value, stop
    vulgar = VULGAR.get(line.key(stop))
    if vulgar is not None:
        return value + vulgar, stop + 1
    slashed = (
        read_slashed(line, stop) if line[stop].kind == "digits" and line[stop].start - line[stop - 1].end == 1 else None
    )
    if slashed is not None:
        return value + slashed, stop + 3
    for word, part in (("half", "0.5"), ("quarter", "0.25")):
        end = _follow(line, stop, "and", "a", word)
        if end:
            return value + Decimal(part), end
    return value, stop


def _read_scale(line: Line, first: int, stop: int) -> tuple[Decimal, int]:
    """What the scale words from `stop` on multiply by, and where they end."""
    scale = ONE
    for _ in range(3):  # "1.2 lakh crore"
        index = past_hyphen(line, stop)
        factor = _factor(line, first, index)
        if factor is None:
            break
        scale, stop = EXACTLY.multiply(scale, factor), index + 1
    return scale, stop


def _factor(line: Line, first: int, index: int) -> Decimal | None:
    key = line.key(index)
    factor = scale_word(key) or SHORT_SCALES.get(key)
    if factor is not None:
        return factor
    if key not in TOUCHING_SCALES and key != "t":
        return None
    if not line.touching(index - 1) or line[index - 1].kind != "digits":
        return None
    money = line.key(first - 1) in CURRENCY_SIGNS or line[first - 1].text in LETTER_SIGNS
    if key == "t":
        return TRILLION if money else None
    if money or key == "k":
        return TOUCHING_SCALES[key]
    if key == "b":
        return TOUCHING_SCALES[key] if line[index].text == "B" else None
    return None if _metres(line, index) else TOUCHING_SCALES[key]


def scale_word(key: str) -> Decimal | None:
    if key == "hundred":
        return HUNDRED
    return DOZEN if key in {"dozen", "dozens"} else SCALES.get(key)


def _metres(line: Line, index: int) -> bool:
    """Whether the m at `index`, after digits that are no money, stands for metres."""
    following = line.key(index + 1)
    if following in BEFORE_METRES or (following == ")" and line.key(index - 2) in {"(", "."}):
        return True
    converted = following == "(" and line[index + 2].kind == "digits" and line.key(index + 3) in {"ft", "feet"}
    return converted or (following in HYPHENS and line.touching(index) and line.key(index + 2) != "plus")


# ── words ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _read_worded(line: Line, index: int) -> Numeral | None:
    key = line.key(index)
    if key in _ARTICLES or key == "few":
        return _read_after_article(line, index)
    if key == "half":
        return _read_half(line, index, index)
    if key in VULGAR:
        return Numeral(index, index + 1, VULGAR[key], "fraction")
    if key in VAGUE or key in {"tens", "scores"}:
        return _read_vague(line, index)
    if key in MULTIPLES or key in MULTIPLE_ADJECTIVES or key in FOLDS:
        return _read_multiple(line, index)
    if key in UNITS or key in TENS or (key in BARE_SCALES and line[index - 1].kind != "digits"):
        return _read_cardinal(line, index)
    return None


def _read_after_article(line: Line, index: int) -> Numeral | None:
    """ "a dozen", "a hundred and twenty", "a third of", "a few hundred", "a handful"."""
    following = line.key(index + 1)
    if following == "few" or (line.key(index) == "few" and scale_word(following)):
        scale = index + (2 if following == "few" else 1)
        return Numeral(index, scale + 1, None, "vague") if scale_word(line.key(scale)) else None
    if following == "couple":
        scale = index + (3 if line.key(index + 2) == "of" else 2)
        return Numeral(index, scale + 1, None, "vague") if scale_word(line.key(scale)) else None
    if following == "handful":
        return Numeral(index, index + 2, None, "vague")
    if following == "half":
        return _read_half(line, index, index + 1)
    if following in BARE_SCALES:
        cardinal = _read_cardinal(line, index + 1)
        return cardinal._replace(first=index) if cardinal else None
    if following in DENOMINATORS and not following.endswith("s"):
        return _read_single_part(line, index)
    return None


def _read_single_part(line: Line, index: int) -> Numeral | None:
    """ "a third" is a fraction in "a third of" and "by a third", and an ordinal in "a third attack"."""
    stop = index + 2
    following = line[stop]
    alone = following.kind in {"sign", "end", "taken"} or following.key in VERBS or following.key in _AFTER_PART
    if following.key in {"of", "full", "empty"} or (line.key(index - 1) in _BEFORE_PART and alone):
        part = EXACTLY.divide(ONE, Decimal(DENOMINATORS[line.key(index + 1)]))
        return _of_whole(line, Numeral(index, stop, part, "fraction"))
    return None


def _read_half(line: Line, first: int, index: int) -> Numeral | None:
    if line.key(index - 1) in _NOT_BEFORE_HALF:
        return None
    stop = index + 1
    half = Numeral(first, stop, Decimal("0.5"), "fraction")
    tied = past_hyphen(line, stop)
    whole = _of_whole(line, half)
    if whole != half or scale_word(line.key(tied)):
        return whole if whole != half else _times_scale(half, line, tied)
    if tied != stop:
        return half._replace(shape="count", link=tied) if line.key(tied) in {"hour", "mile", "day", "year"} else None
    follows = line.key(stop) in _AFTER_HALF
    return half if follows or line.key(first - 1) in _BEFORE_PART or first != index else None


def _of_whole(line: Line, part: Numeral) -> Numeral:
    """ "half a million", "a quarter of a million" and "half an hour" are counts; other fractions are shares."""
    index = past_hyphen(line, part.stop + (line.key(part.stop) == "of"))
    if line.key(index) not in _ARTICLES:
        return part
    whole = past_hyphen(line, index + 1)  # half-a-million
    if scale_word(line.key(whole)):
        return _times_scale(part, line, whole)
    if line.key(whole) in _PARTED_UNITS or line.keys(whole, 2) == ("per", "cent"):
        return part._replace(shape="count", link=whole)
    return part


_PARTED_UNITS = frozenset(
    "hour minute second day week month year decade century mile kilometre kilometer km metre meter inch foot yard "
    "tonne ton "
    "litre liter gallon acre hectare kilogram kilo kg pound ounce degree square cubic percent percentage".split()
)


def _times_scale(part: Numeral, line: Line, index: int) -> Numeral:
    assert part.value is not None
    scale, stop = _read_scale(line, part.first, index)
    return Numeral(part.first, stop, EXACTLY.multiply(part.value, scale), scale=scale)


def _read_vague(line: Line, index: int) -> Numeral | None:
    key, stop = line.key(index), index + 1
    if key in {"tens", "scores"} and line.key(stop) != "of":
        return None
    if key in {"several", "multiple"}:
        while scale_word(line.key(stop)) and stop < index + 4:
            stop += 1
    while line.key(stop) == "of" and line.key(stop + 1) in VAGUE_PLURALS and stop < index + 6:
        stop += 2
    if key == "tens" and stop == index + 1:
        return None
    return Numeral(index, stop, None, "vague")


def _read_multiple(line: Line, index: int) -> Numeral | None:
    key, following = line.key(index), line.key(index + 1)
    if key in FOLDS:
        return Numeral(index, index + 1, Decimal(FOLDS[key]), "times")
    if following in {"down", "up", "over", "back"}:
        return None
    if key in MULTIPLES:
        return Numeral(index, index + 1, Decimal(MULTIPLES[key]), "times")
    before = line.key(index - 1)
    if following in _AFTER_DOUBLE or before in _MODALS or before in _BEFORE_PART:
        return Numeral(index, index + 1, Decimal(MULTIPLE_ADJECTIVES[key]), "times")
    return None


def _read_cardinal(line: Line, index: int) -> Numeral | None:
    value, stop = _sum_words(line, index)
    scale = ONE
    if past_hyphen(line, stop) == stop or line.key(past_hyphen(line, stop)) == "and":
        extended, end = _add_part(line, value, stop)
        if end != stop:
            value, stop = extended, end
            scale, stop = _read_scale(line, index, stop)
            value = EXACTLY.multiply(value, scale)
    fold = _follow(line, stop, "fold")
    if fold:
        return Numeral(index, fold, value, "times")
    whole = Numeral(index, stop, value, scale=max(scale, _last_scale(line, index, stop)))
    return _read_denominator(line, whole) or whole


def _last_scale(line: Line, first: int, stop: int) -> Decimal:
    """ "1 to 2 thousand": a scale that ends a number may govern the one before it, too."""
    return ONE if stop - first < 2 else scale_word(line.key(stop - 1)) or ONE


def _sum_words(line: Line, index: int) -> tuple[Decimal, int]:
    """The value of the number words from `index` on, and where they end."""
    total, current, last_scale = Decimal(0), Decimal(0), Decimal("1e30")
    stop = index
    while True:
        at = _past_joint(line, index, stop, current or total)
        added = _next_part(line.key(at), current, last_scale, at == index)
        if added is None:
            return total + current, stop
        part, scale = added
        if scale is None:
            current = part
        else:
            total, current, last_scale = total + EXACTLY.multiply(part, scale), Decimal(0), scale
        stop = at + 1


def _past_joint(line: Line, index: int, stop: int, value: Decimal) -> int:
    """Over the hyphen or the "and" between two number words of one number."""
    if stop == index:
        return stop
    at = past_hyphen(line, stop)
    if line.key(at) == "and" and value >= HUNDRED and not value % 100:
        following = past_hyphen(line, at + 1)
        ends = line.key(following + 1) != "hundred"  # "two hundred and three hundred" are two numbers
        return following if ends and (line.key(following) in UNITS or line.key(following) in TENS) else stop
    return at


def _next_part(key: str, current: Decimal, last_scale: Decimal, first: bool) -> tuple[Decimal, Decimal | None] | None:
    """What `key` makes of the number so far: (new current, None), or (what a scale multiplies, the scale)."""
    if key in UNITS:
        unit, room = Decimal(UNITS[key]), current % 100
        fits = (room == 0 and (unit or first)) or (room >= 20 and room % 10 == 0 and 0 < unit < 10)
        return (current + unit, None) if fits and (first or current or last_scale < 10**30) else None
    if key in TENS:
        return (current + TENS[key], None) if current % 100 == 0 else None
    if key == "hundred":
        return (max(current, ONE) * HUNDRED, None) if (first or 0 < current < 100) else None
    scale = scale_word(key)
    if (
        scale is None
        or scale >= last_scale
        or not (first or current)
        or (key in VAGUE_PLURALS and key[-1] == "s" and first)
    ):
        return None
    return max(current, ONE), scale


def _read_denominator(line: Line, whole: Numeral) -> Numeral | None:
    """ "two-thirds", "one fifth", "2-thirds": the number just read is how many parts of a whole."""
    index = past_hyphen(line, whole.stop)
    word = line.key(index)
    parts = DENOMINATORS.get(word)
    if parts is None or whole.value is None or not 0 < whole.value < parts or whole.value % 1:
        return None
    singular = whole.value == 1
    if singular == (word.endswith("s")) or (word == "quarters" and whole.value != 3):
        return None
    part = Numeral(whole.first, index + 1, EXACTLY.divide(whole.value, Decimal(parts)), "fraction")
    return _of_whole(line, part)
