"""Which numbers does a text hold, in digits or in words?

Only finds them and their possible values, for masking, for telling an invented number, and for checking that an
annotation left none out. What a number means (date, age, figure, bound) is for the service's reading to say; this is
kept apart from it so that gold sets are not bent to its mistakes.
"""

import re
from decimal import Decimal, InvalidOperation
from typing import Literal, NamedTuple

from service.records import Span

UNITS = {
    word: Decimal(value)
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
}
TENS = {
    word: Decimal(value)
    for value, word in zip(
        range(20, 100, 10), "twenty thirty forty fifty sixty seventy eighty ninety".split(), strict=True
    )
}
SCALES = {
    "hundred": Decimal(100),
    "thousand": Decimal(1_000),
    "lakh": Decimal(100_000),
    "lakhs": Decimal(100_000),
    "million": Decimal(1_000_000),
    "crore": Decimal(10_000_000),
    "crores": Decimal(10_000_000),
    "billion": Decimal(1_000_000_000),
    "trillion": Decimal(1_000_000_000_000),
    "dozen": Decimal(12),
}
SHORT_SCALES = {  # only right after digits: "1.2m"
    "k": Decimal(1_000),
    "m": Decimal(1_000_000),
    "mn": Decimal(1_000_000),
    "mln": Decimal(1_000_000),
    "bn": Decimal(1_000_000_000),
    "b": Decimal(1_000_000_000),
    "tn": Decimal(1_000_000_000_000),
    "cr": Decimal(10_000_000),
}
FRACTIONS = {
    "half": 2,
    "halves": 2,
    "third": 3,
    "thirds": 3,
    "quarter": 4,
    "quarters": 4,
    "fifth": 5,
    "fifths": 5,
    "sixth": 6,
    "sixths": 6,
    "eighth": 8,
    "eighths": 8,
    "tenth": 10,
    "tenths": 10,
}
SIGNS = {"½": (1, 2), "¼": (1, 4), "¾": (3, 4), "⅓": (1, 3), "⅔": (2, 3)}
MULTIPLES = {
    "twice": 2,
    "double": 2,
    "doubled": 2,
    "doubling": 2,
    "triple": 3,
    "tripled": 3,
    "tripling": 3,
    "thrice": 3,
    "trebled": 3,
    "quadrupled": 4,
    "halved": 50,
    "pair": 2,
    "couple": 2,
}
ORDINALS = frozenset(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth thirtieth fortieth fiftieth hundredth".split()
)
VAGUE = frozenset("dozens hundreds thousands millions billions scores several multiple lakhs crores".split())

Kind = Literal["number", "soft", "vague"]

_TOKEN = re.compile(r"\d[\d.,]*|[^\W\d_]+|[½¼¾⅓⅔]")
_JOINTS = frozenset({" ", "-", "\u00a0", "‑"})


class Numeral(NamedTuple):
    """A number of the text. `soft` ones ("one", "half", "twice") are often no figure; `vague` ones have no value."""

    span: Span
    values: frozenset[Decimal]
    kind: Kind


class _Token(NamedTuple):
    word: str
    span: Span


def find_numerals(text: str) -> tuple[Numeral, ...]:
    """The numbers of a text in their order; a scale or a fraction belongs to the number before it."""
    tokens = [_Token(match[0].lower(), Span(*_trimmed(match))) for match in _TOKEN.finditer(text)]
    numerals: list[Numeral] = []
    position = 0
    while position < len(tokens):
        numeral, taken = _numeral_at(tokens, position, text)
        if numeral is not None:
            numerals.append(numeral)
        position += taken
    return tuple(numerals)


def values_in(text: str) -> frozenset[Decimal]:
    """Every value that some number of the text can have."""
    return frozenset(value for numeral in find_numerals(text) for value in numeral.values)


def holds_number_word(text: str) -> bool:
    """Whether some word names a number in any of its senses, ordinals and "quarters" included."""
    words = {match[0].lower() for match in _TOKEN.finditer(text)}
    return bool(find_numerals(text)) or not words.isdisjoint(ORDINALS | FRACTIONS.keys())


def scales_in(text: str) -> frozenset[Decimal]:
    """The scale words of a text, as factors: "million", "dozen"."""
    return frozenset(SCALES[match[0].lower()] for match in _TOKEN.finditer(text) if match[0].lower() in SCALES)


def _trimmed(match: re.Match[str]) -> tuple[int, int]:
    """Without a comma or full stop that ends a clause rather than parts a number."""
    return match.start(), match.start() + len(match[0].rstrip(".,"))


def _numeral_at(tokens: list[_Token], position: int, text: str) -> tuple[Numeral | None, int]:
    """The numeral that starts at a token, and how many tokens were read."""
    token = tokens[position]
    if token.word[0].isdigit():
        return _in_digits(tokens, position, text)
    if token.word in VAGUE:
        return Numeral(token.span, frozenset(), "vague"), 1
    if token.word in MULTIPLES:
        return Numeral(token.span, frozenset({Decimal(MULTIPLES[token.word])}), "soft"), 1
    if token.word in SIGNS:
        return Numeral(token.span, shares(*map(Decimal, SIGNS[token.word])), "soft"), 1
    if _is_cardinal(token.word):
        return _in_words(tokens, position, text)
    if token.word in FRACTIONS and _is_fraction(tokens, position):
        return Numeral(token.span, shares(Decimal(1), Decimal(FRACTIONS[token.word])), "soft"), 1
    return None, 1


def _is_cardinal(word: str) -> bool:
    return word in UNITS or word in TENS or word in SCALES


def _is_fraction(tokens: list[_Token], position: int) -> bool:
    """ "A third" is a fraction, "the third" is an ordinal; "half" is always one."""
    before = tokens[position - 1].word if position else ""
    return tokens[position].word in ("half", "halves") or before in ("a", "one")


def _in_digits(tokens: list[_Token], position: int, text: str) -> tuple[Numeral, int]:
    span, taken = tokens[position].span, 1
    values = _digit_values(span.of(text))
    while position + taken < len(tokens):
        following = tokens[position + taken]
        gap = text[span.end : following.span.start]
        scale = SHORT_SCALES.get(following.word) if gap == "" else None
        if scale is None and (gap == "" or gap in _JOINTS):
            scale = SCALES.get(following.word)
        if scale is None:
            break
        # The bare number stays possible: "5 m" may be metres.
        values = values | {value * scale for value in values}
        span, taken = Span(span.start, following.span.end), taken + 1
    return Numeral(span, frozenset(values), "number"), taken


def _digit_values(digits: str) -> frozenset[Decimal]:
    """ "1,200" is 1200 or 1.2; "1.200.000" is 1200000: all readings, since no language is known here."""
    readings = {digits.replace(",", ""), digits.replace(".", "").replace(",", ".")}
    if digits.count(".") == 1 and "," not in digits:
        readings.add(digits.replace(".", ""))
    if digits.count(",") == 1 and "." not in digits:
        readings.add(digits.replace(",", "."))
    values = set()
    for reading in readings:
        try:
            values.add(Decimal(reading))
        except InvalidOperation:
            continue
    return frozenset(values)


def _in_words(tokens: list[_Token], position: int, text: str) -> tuple[Numeral, int]:
    """ "Two hundred and fifty", "twenty-five", "two-thirds", "three million"."""
    run = [tokens[position]]
    taken = 1
    while position + taken < len(tokens):
        following, before = tokens[position + taken], run[-1]
        gap = text[before.span.end : following.span.start]
        if gap in _JOINTS and _goes_on(before.word, following.word):
            run.append(following)
            taken += 1
        elif gap in _JOINTS and following.word == "and" and before.word in SCALES and before.word != "dozen":
            after = tokens[position + taken + 1] if position + taken + 1 < len(tokens) else None
            joint = text[following.span.end : after.span.start] if after else ""
            if after is None or joint not in _JOINTS or not (after.word in UNITS or after.word in TENS):
                break
            run.append(after)
            taken += 2
        else:
            break
    span = Span(run[0].span.start, run[-1].span.end)
    following_word = tokens[position + taken] if position + taken < len(tokens) else None
    value = _value([token.word for token in run])
    if following_word and following_word.word in FRACTIONS and text[span.end : following_word.span.start] in _JOINTS:
        fraction = shares(value, Decimal(FRACTIONS[following_word.word]))
        return Numeral(Span(span.start, following_word.span.end), fraction, "soft"), taken + 1
    kind: Kind = "soft" if [token.word for token in run] == ["one"] else "number"
    return Numeral(span, frozenset({value}), kind), taken


def _goes_on(before: str, following: str) -> bool:
    """Whether two number words make one number: "twenty five" does, "two three" does not."""
    if following in SCALES:
        return before in UNITS or before in TENS or before in SCALES
    if before in TENS:
        return following in UNITS and 0 < UNITS[following] < 10
    return before in SCALES and before != "dozen" and (following in UNITS or following in TENS)


def _value(words: list[str]) -> Decimal:
    total, current = Decimal(0), Decimal(0)
    for word in words:
        if word in UNITS or word in TENS:
            current += UNITS.get(word, TENS.get(word, Decimal(0)))
        elif word in ("hundred", "dozen"):
            current = (current or 1) * SCALES[word]
        elif total and not current:  # "one lakh crore"
            total *= SCALES[word]
        else:
            total += (current or 1) * SCALES[word]
            current = Decimal(0)
    return total + current


def shares(part: Decimal, whole: Decimal) -> frozenset[Decimal]:
    """A part of a whole as a percentage with two decimals, as gold sets write it, and as a plain fraction."""
    share = part / whole
    return frozenset({(share * 100).quantize(Decimal("0.01")), share})
