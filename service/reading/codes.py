"""Which numbers are no figures by the way they are written?

Ordinals, list numbers, telephone numbers, names and codes with digits in them, and set phrases. What only a number's
company tells (ages, sections, "one") is asked in `not_figures`.
"""

from typing import NamedTuple

from service.lexicon.numbers import (
    HYPHEN_PREFIXES,
    HYPHENS,
    IDIOMS,
    IDIOMS_BEFORE,
    NUMBER_WORDS,
    ORDINAL_ENDINGS,
    ORDINALS,
    SCALES,
    SECTION_WORDS,
    SERIES_NAMES,
    SHORT_SCALES,
    TENS,
    TOUCHING_SCALES,
    VULGAR,
    ZERO_WIDTH,
)
from service.lexicon.units import CODES, LETTER_SIGNS, LOOSE_LETTERS, MEASURES, TECHNICAL
from service.reading.digits import read_mantissa
from service.reading.numerals import past_hyphen, read_numeral, read_power
from service.reading.tokens import Line

_SUFFIXES = (
    TOUCHING_SCALES.keys()
    | SHORT_SCALES.keys()
    | SCALES.keys()
    | MEASURES.keys()
    | VULGAR.keys()
    | TECHNICAL
    | {"pc", "pct", "percent", "pp", "ppt", "fold", "hundred", "dozen", "yo", "odd"}
)
_LETTER_SUFFIXES = frozenset("mkKMbBtTglLhpxCFWVc")  # no G: 3G is a name
_JOINTS = frozenset("-‐‑–./:_,+'’x")
_LONGEST_CODE = 60  # tokens; what goes on is read as a code of its own
_PHONE_WORDS = frozenset(
    "call text ring phone tel telephone hotline whatsapp dial contact helpline mobile fax number cell".split()
)
_FAMOUS_DAYS = frozenset({("9", "11"), ("26", "11"), ("7", "7"), ("7", "11")})
_BEFORE_ORDINAL = TENS.keys() | {"hundred", "thousand"}


class Skip(NamedTuple):
    """Tokens `[first, stop)` that hold a number and no figure."""

    first: int
    stop: int
    reason: str


def read_skip(line: Line, index: int) -> Skip | None:
    """What can be told to be no figure before its value is read: idioms, ordinals, codes, telephone numbers."""
    for reader in (_idiom, _ordinal, _list_number):
        found = reader(line, index)
        if found:
            return found
    return _phone(line, index) or _code(line, index) if line[index].kind == "digits" else _capital(line, index)


def unread(line: Line, index: int) -> Skip:
    """Why a digit run or number word that starts no number is none."""
    key = line.key(index)
    if line[index].kind == "digits":
        return Skip(index, cluster_stop(line, index), "number_code")
    if key in ORDINALS:
        return Skip(index, index + 1, "ordinal")
    return Skip(index, index + 1, "idiom" if key == "half" or key.startswith(("doubl", "tripl")) else "not_counted")


def _idiom(line: Line, index: int) -> Skip | None:
    key = line.key(index)
    if (line.key(index - 1), key) in IDIOMS_BEFORE and not (key == "half" and line.key(index + 1) == "a"):
        return Skip(index, index + 1, "idiom")
    for idiom in IDIOMS.get(key, ()):
        stop = _match(line, index, idiom)
        if stop:
            return Skip(index, stop, "idiom")
    return _famous_day(line, index)


def _match(line: Line, index: int, idiom: tuple[str, ...]) -> int | None:
    """Where `idiom` ends if it stands at `index`, hyphened or not."""
    for word in idiom:
        index = past_hyphen(line, index)
        if line.key(index) != word:
            return None
        index += 1
    return index


def _famous_day(line: Line, index: int) -> Skip | None:
    day = (line.key(index), line.key(index + 2))
    if day in _FAMOUS_DAYS and line.key(index + 1) == "/":
        return Skip(index, index + 3, "date")
    return None


def _ordinal(line: Line, index: int) -> Skip | None:
    token = line[index]
    if token.kind == "digits":
        ending = line.key(index + 1) in ORDINAL_ENDINGS and line.touching(index)
        if ending and line.key(index + 1) == "st" and not token.key.endswith("1"):
            return None  # "12st 4lb"
        return Skip(index, index + 2, "ordinal") if ending else None
    numeral = read_numeral(line, index)
    if numeral is None or numeral.shape != "count" or line.key(numeral.stop - 1) not in _BEFORE_ORDINAL:
        return None
    last = past_hyphen(line, numeral.stop)
    if last != numeral.stop and line.key(last) in ORDINALS:
        return Skip(index, last + 1, "ordinal")
    return None


def _list_number(line: Line, index: int) -> Skip | None:
    """ "1. ", "2) ", "(3)" where a sentence begins."""
    token = line[index]
    if token.kind != "digits" or len(token.text) > 3:
        return None
    opened = line.key(index - 1) in {"(", "["}
    starts = index == 0 or (index == 1 and line.key(0) in {"(", "•", "-", "–", "*", "#", "["})
    closing = line.key(index + 1)
    if starts and line.touching(index) and closing in {".", ")", "]"} and line[index + 2].kind != "digits":
        return Skip(index, index + 1, "list_number")
    noted = opened and closing == "]" and line.key(index - 1) == "["
    return Skip(index, index + 1, "list_number") if noted else None


def _phone(line: Line, index: int) -> Skip | None:
    plus = line.key(index - 1) == "+" and line.touching(index - 1)
    tied = line.key(index + 1) in {"-", ")"}
    called = any(line.key(index - back) in _PHONE_WORDS for back in range(1, 5))
    if not (plus or tied or called):
        return None
    groups, stop = _phone_groups(line, index)
    if not 7 <= sum(groups) <= 16:
        return None
    shaped = tied and (groups == [3, 4] or (len(groups) > 2 and sum(groups) >= 10))
    return Skip(index, stop, "phone_number") if shaped or called or (plus and sum(groups) >= 8) else None


def _phone_groups(line: Line, index: int) -> tuple[list[int], int]:
    """How many digits stand in each group from `index` on, and where the last of them ends."""
    groups, stop = [len(line[index].text)], index + 1
    while len(groups) < 8:
        at = stop
        while line.key(at) in {"-", ")", "(", "."} and at < stop + 2:
            at += 1
        if line[at].kind != "digits" or line[at].start - line[stop - 1].end > 2:
            break
        groups.append(len(line[at].text))
        stop = at + 1
    return groups, stop


def cluster_stop(line: Line, index: int) -> int:
    """Where the unbroken run of digits, letters and joints from `index` on has its last digits."""
    at, stop = index, index + 1
    while line.touching(at) and at < index + _LONGEST_CODE:
        following = line[at + 1]
        joint = following.key in _JOINTS and line.touching(at + 1) and line[at + 2].kind in {"digits", "word"}
        if following.kind not in {"digits", "word"} and not joint and following.key not in ZERO_WIDTH:
            break
        at += 1
        if following.kind == "digits" or (following.kind == "word" and line[at - 1].kind == "digits"):
            stop = at + 1
    return stop


def _code(line: Line, index: int) -> Skip | None:
    stop = cluster_stop(line, index)
    return _code_by_start(line, index, stop) or _code_by_end(line, index, stop)


def _code_by_start(line: Line, index: int, stop: int) -> Skip | None:
    """Letters or signs tied to the front of the digits: G20, F-16, #5, ID.3."""
    before, earlier = line[index - 1], line[index - 2]
    if not line.touching(index - 1):
        return None
    if before.kind == "word" and before.text not in LETTER_SIGNS and before.text not in CODES:
        return Skip(index - 1, stop, "name" if before.capitalised else "number_code")
    if before.kind == "word" and (len(before.text) == 1 or before.text in LOOSE_LETTERS) and _short(line, index):
        return Skip(index - 1, stop, "name")
    if before.key in {"#", "@", "_", "/", "&"} or before.key in ZERO_WIDTH:
        return Skip(index, stop, "number_code")
    if earlier.kind != "word" or not line.touching(index - 2) or earlier.text in LETTER_SIGNS or earlier.text in CODES:
        return None
    if before.key == "." and earlier.capitalised and earlier.key not in SECTION_WORDS:
        return Skip(index - 2, stop, "name")
    free = earlier.key in HYPHEN_PREFIXES or earlier.key in NUMBER_WORDS
    if before.key in HYPHENS and not free and (earlier.capitalised or earlier.key in SERIES_NAMES):
        return Skip(index - 2, stop, "name")
    return None


def _short(line: Line, index: int) -> bool:
    """Whether R2 or N7 is meant, not R500 million."""
    mantissa = read_mantissa(line, index)
    if mantissa is None or _scaled(line.key(mantissa[1])):
        return False
    return len(mantissa[0]) < 3 or (line[index - 1].text in LOOSE_LETTERS and mantissa[1] == index + 1)


def _scaled(key: str) -> bool:
    return key in SCALES or key in SHORT_SCALES or key in TOUCHING_SCALES


def _code_by_end(line: Line, index: int, stop: int) -> Skip | None:
    """Digits that no number is made of, or letters tied to their end: 3D, 4x4, 1.2.3, 10:1."""
    mantissa = read_mantissa(line, index)
    if mantissa is None:
        return Skip(index, stop, "number_code")
    end = mantissa[1]
    following = line[end]
    if not line.touching(end - 1):
        return None
    if following.kind == "word":
        return None if read_power(line, end) else _by_suffix(line, index, end, stop)
    inside = line.touching(end) and line[end + 1].kind == "digits"
    if inside and (following.key in ZERO_WIDTH or following.key in {"×", "^", "*"}) and not read_power(line, end):
        return Skip(index, stop, "number_code")
    if following.key in {":", "/"} and line.touching(end) and line[end + 1].kind == "digits":
        if following.key == "/" and read_fraction(line, index):
            return None
        minutes = following.key == ":" and len(line.key(end + 1)) == 2
        reason = "number_code" if following.key == "/" else "clock_time" if minutes else "score"
        return Skip(index, stop, reason)
    return None


def read_fraction(line: Line, index: int) -> bool:
    numeral = read_numeral(line, index)
    return numeral is not None and (numeral.shape == "fraction" or numeral.stop > index + 2)


def _by_suffix(line: Line, index: int, end: int, stop: int) -> Skip | None:
    suffix = line[end]
    if suffix.key == "s":
        return Skip(index, end + 1, _plural_digits(line, index))
    if suffix.key == "yo":
        return Skip(index, end, "age")
    letter = len(suffix.text) == 1 and suffix.key not in VULGAR
    known = suffix.text in _LETTER_SUFFIXES if letter else suffix.key in _SUFFIXES or suffix.text in CODES
    if known and not (line.touching(end) and line[end + 1].kind == "digits" and suffix.key not in {"km", "m"}):
        return None
    return Skip(index, stop, "name" if suffix.text.isupper() else "number_code")


def _plural_digits(line: Line, index: int) -> str:
    """ "her 30s", "under-18s" are ages, "the 1990s" a decade."""
    if len(line.key(index)) != 2:
        return "decade"
    near = {line.key(index - back) for back in range(1, 4) if back <= index}
    return "age" if near & {"his", "her", "their", "my", "under", "over", "aged"} else "decade"


def _capital(line: Line, index: int) -> Skip | None:
    """ "the Big Ten", "Seven Sisters": a capital inside a sentence that is no headline."""
    token = line[index]
    if not token.capitalised or token.key not in NUMBER_WORDS or opens_sentence(line, index) or in_capitals(line):
        return None
    beside = line[index + 1].capitalised or (line[index - 1].capitalised and not opens_sentence(line, index - 1))
    return Skip(index, index + 1, "name") if beside else None


def opens_sentence(line: Line, index: int) -> bool:
    before = line[index - 1]
    return (
        index == 0
        or (before.kind == "sign" and before.key not in {",", ")", "-", "–", "’", "'", "&"})
        or before.key == "–"
    )


def in_capitals(line: Line) -> bool:
    """Whether the sentence is a headline with most of its words capitalised."""
    words = [
        line[index] for index in range(min(line.size, 40)) if len(line[index].text) > 3 and line[index].kind == "word"
    ]
    return len(words) > 2 and sum(word.capitalised for word in words) > 0.7 * len(words)
