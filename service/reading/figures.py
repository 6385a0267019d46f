"""Which numbers of the text are figures: how much or how many, bounded how, in what unit, of what?

Every digit run and number word of the sentences comes back once: inside a figure, inside a date found before, or as a
skipped number with its reason. Time is linear in the text: each number looks only a few tokens around itself.
Nothing is parsed, and who says the figure is asked elsewhere.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from service.lexicon.noun_phrases import CASUALTIES
from service.lexicon.numbers import NUMBER_STARTERS, NUMBER_WORDS, VULGAR
from service.lexicon.units import COUNTRY_OF_WORD, USUALLY, Unit
from service.reading.amounts import Amount, is_shared, read_amount, read_and_half, read_range, read_ratio
from service.reading.codes import Skip, read_skip, unread
from service.reading.counted import read_counted
from service.reading.digits import EXACTLY
from service.reading.not_figures import read_objection, read_score
from service.reading.numerals import read_numeral
from service.reading.qualifiers import Qualified, read_bound
from service.reading.tokens import Line, find_links, read_line, word_key
from service.records import FoundDate, FoundFigure, Qualifier, Sentence, SkippedNumber, Span

_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"[^\W\d_]+")
_STARTS = NUMBER_STARTERS | VULGAR.keys() | {"a", "an", "few"}
_ARTICLES = frozenset({"a", "an", "few"})
_LOWER, _UPPER = frozenset({"at_least", "more_than"}), frozenset({"at_most", "less_than"})
_CONVERTED = frozenset({"length", "area", "mass", "volume", "speed", "temperature", "money"})


class Quantity(NamedTuple):
    """A figure before it is written down: tokens `[first, stop)` with its bound, and what it counts."""

    amount: Amount
    first: int
    stop: int
    qualifier: Qualifier
    low: Decimal | None
    high: Decimal | None
    counted: Span | None


def find_figures(
    text: str, sentences: Sequence[Sentence], dates: Sequence[FoundDate]
) -> tuple[tuple[FoundFigure, ...], tuple[SkippedNumber, ...]]:
    """All figures of `sentences` in order, marked F1, F2 …, and all numbers that are none."""
    figures: list[FoundFigure] = []
    skipped: list[SkippedNumber] = []
    currencies = _Currencies(text)
    taken = _spans_by_sentence(dates)
    for sentence in sentences:
        if not holds_number(text, sentence.span):
            continue
        links = find_links(text, sentence.span)
        line = read_line(text, sentence.span, tuple(sorted((*taken.get(sentence.number, ()), *links))))
        quantities, skips = read_sentence(line)
        for quantity in quantities:
            figures.append(_write(line, quantity, f"F{len(figures) + 1}", sentence.number, currencies))
        found = [(line.span(skip.first, skip.stop), skip.reason) for skip in skips]
        found += [(link, "number_code") for link in links if _DIGIT.search(text, *link)]
        skipped += [SkippedNumber(span=span, reason=reason) for span, reason in sorted(found)]
    return tuple(figures), tuple(skipped)


def holds_number(text: str, span: Span) -> bool:
    """A quick look that spares the other sentences their tokens."""
    if _DIGIT.search(text, *span) or any(text.find(sign, *span) >= 0 for sign in VULGAR):
        return True
    return not NUMBER_STARTERS.isdisjoint(_WORD.findall(word_key(span.of(text))))


def _spans_by_sentence(dates: Sequence[FoundDate]) -> dict[int, tuple[Span, ...]]:
    spans: dict[int, list[Span]] = {}
    for date in dates:
        spans.setdefault(date.sentence, []).append(date.span)
    return {number: tuple(sorted(found)) for number, found in spans.items()}


class _Currencies:
    """Whose rupees, shillings or francs this article means; its words are counted once at most."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._words: Counter[str] | None = None
        self._codes: dict[str, str | None] = {}

    def code(self, name: str) -> str | None:
        if name not in self._codes:
            if self._words is None:
                # With a capital only: "swat", "dar" and "galle" are other words.
                self._words = Counter(word.lower() for word in _WORD.findall(self._text) if word[0].isupper())
            self._codes[name] = _country(name, self._words)
        return self._codes[name]


def _country(name: str, words: Counter[str]) -> str | None:
    votes: Counter[str] = Counter()
    for word, code in COUNTRY_OF_WORD[name].items():
        votes[code] += words[word]
    (first, most), (_, next_most) = votes.most_common(2)
    return first if most > next_most else USUALLY.get(name)


# ── one sentence ──────────────────────────────────────────────────────────────────────────────────────────────────


def read_sentence(line: Line) -> tuple[list[Quantity], list[Skip]]:
    quantities: list[Quantity] = []
    skips: list[Skip] = []
    for found in _read_numbers(line):
        if isinstance(found, Skip):
            skips.append(found)
        else:
            quantities.append(found)
    return _share_nouns(line, _share_bounds(line, _join_bounds(line, quantities))), skips


def _read_numbers(line: Line) -> Iterator[Quantity | Skip]:
    index, last = 0, None
    while index < line.size:
        token = line[index]
        if token.kind != "digits" and token.key not in _STARTS:
            index += 1
            continue
        found = _read_number(line, index, last)
        if found is None:
            index += 1
            continue
        yield found
        last = found if isinstance(found, Skip) else None
        index = max(index + 1, found.stop)
        if isinstance(found, Quantity) and found.amount.unit and line[found.amount.after - 1].key == "second":
            index = max(index, found.amount.after)  # the unit, not the ordinal


def _read_number(line: Line, index: int, last: Skip | None) -> Quantity | Skip | None:
    """The figure or skipped number whose first digits or number word stand at `index`."""
    skip = None if line.key(index) in _ARTICLES else read_skip(line, index)
    if skip:
        return skip
    numeral = read_numeral(line, index)
    if numeral is None:
        must = line[index].kind == "digits" or line.key(index) in NUMBER_WORDS
        return unread(line, index) if must else None
    amount = read_amount(line, numeral)
    score = read_score(line, amount)
    if score:
        return score
    amount = read_and_half(line, numeral) or read_ratio(line, numeral) or read_range(line, amount) or amount
    qualified = read_bound(line, amount)
    if qualified.stop > amount.stop and amount.unit is None and not amount.ranges:
        behind = read_amount(line, numeral._replace(link=qualified.stop))  # "15-plus years"
        amount = amount._replace(unit=behind.unit, after=behind.after)
    return read_objection(line, amount, qualified, last) or _quantity(line, amount, qualified)


def _quantity(line: Line, amount: Amount, qualified: Qualified) -> Quantity:
    counted = read_counted(line, amount, qualified.stop)
    low, high = amount.low, amount.high
    qualifier: Qualifier = qualified.bound
    if amount.numeral.shape == "vague":
        qualifier = "vague"
    elif amount.ranges:
        qualifier = "range"
    low, high = bounded(qualifier, low, high)
    return Quantity(amount, qualified.first, qualified.stop, qualifier, low, high, counted)


def bounded(qualifier: Qualifier, low: Decimal | None, high: Decimal | None) -> tuple[Decimal | None, Decimal | None]:
    if qualifier in _LOWER:
        return low, None
    if qualifier in _UPPER:
        return None, high
    return low, high


# ── figures beside each other ─────────────────────────────────────────────────────────────────────────────────────


def _join_bounds(line: Line, quantities: list[Quantity]) -> list[Quantity]:
    """ "more than 50 but fewer than 60" is one range."""
    joined: list[Quantity] = []
    for quantity in quantities:
        before = joined[-1] if joined else None
        if before and _answers(line, before, quantity):
            counted = quantity.counted or before.counted
            amount = before.amount._replace(stop=quantity.amount.stop, unit=quantity.amount.unit, ranges=True)
            joined[-1] = Quantity(amount, before.first, quantity.stop, "range", before.low, quantity.high, counted)
        else:
            joined.append(quantity)
    return joined


def _answers(line: Line, lower: Quantity, upper: Quantity) -> bool:
    if lower.qualifier not in _LOWER or upper.qualifier not in _UPPER or lower.low is None or upper.high is None:
        return False
    between = [line.key(at) for at in range(lower.stop, min(upper.first, lower.stop + 4)) if line.key(at) != ","]
    same = lower.amount.unit in (None, upper.amount.unit)
    return upper.first - lower.stop < 4 and between in (["but"], ["and"]) and same and lower.low < upper.high


def _share_bounds(line: Line, quantities: list[Quantity]) -> list[Quantity]:
    """A conversion in brackets after a figure shares its bound: "some seven miles (11 km)"."""
    shared: list[Quantity] = []
    for quantity in quantities:
        before = shared[-1] if shared else None
        if before and _converts(line, before, quantity):
            low, high = bounded(before.qualifier, quantity.amount.low, quantity.amount.high)
            quantity = quantity._replace(qualifier=before.qualifier, low=low, high=high, counted=before.counted)
        shared.append(quantity)
    return shared


def _converts(line: Line, before: Quantity, quantity: Quantity) -> bool:
    left, right = before.amount.unit, quantity.amount.unit
    if left is None or right is None or quantity.qualifier != "exact" or before.amount.ranges != quantity.amount.ranges:
        return False
    opened = line.key(quantity.first - 1) in {"(", "["} and 0 <= quantity.first - 1 - before.amount.after <= 1
    return opened and left.kind == right.kind and left.kind in _CONVERTED and left != right


def _share_nouns(line: Line, quantities: list[Quantity]) -> list[Quantity]:
    """ "seven soldiers were killed and 15 injured": the second shares the noun of the first."""
    shared: list[Quantity] = []
    for quantity in quantities:
        before = shared[-1] if shared else None
        if before and _leaves_noun_out(line, before, quantity):
            quantity = quantity._replace(counted=before.counted)
        shared.append(quantity)
    return shared


def _leaves_noun_out(line: Line, before: Quantity, quantity: Quantity) -> bool:
    if quantity.counted or quantity.amount.unit or before.amount.unit or before.counted is None:
        return False
    at = quantity.stop
    after = line.key(at + (line.key(at) in {"were", "was", "are", "of", "others", "more"}))
    joined = line.key(quantity.first - 1) in {"and", "to", "but", "or"} and quantity.first - before.stop < 12
    picked = line.key(at) == "of" and after in {"which", "whom", "them", "those"}
    return after in CASUALTIES or picked or (joined and line[at].kind in {"sign", "end"})


# ── writing it down ───────────────────────────────────────────────────────────────────────────────────────────────


def _write(line: Line, quantity: Quantity, mark: str, sentence: int, currencies: _Currencies) -> FoundFigure:
    amount = quantity.amount
    unit = amount.unit
    counted = quantity.counted.of(line.text) if quantity.counted else None
    if unit and is_shared(unit):
        code = currencies.code(unit.name)
        unit = Unit(code, "money") if code else None
        counted = counted if code else _currency_word(line, amount) or counted
    return FoundFigure(
        mark=mark,
        span=line.span(quantity.first, quantity.stop),
        number=line.span(amount.first, amount.stop),
        low=decimal_string(quantity.low),
        high=decimal_string(quantity.high),
        qualifier=quantity.qualifier,
        unit=unit.name if unit else None,
        counted=counted,
        sentence=sentence,
    )


def _currency_word(line: Line, amount: Amount) -> str | None:
    """The "rupees" of a country that is not known are what the number counts."""
    word = line[amount.after - 1]
    return word.text if word.kind == "word" and amount.after > amount.stop else None


def decimal_string(value: Decimal | None) -> str | None:
    """Plain digits, without exponent or trailing zeros: "1200000", "0.5"."""
    if value is None:
        return None
    return format(EXACTLY.normalize(value), "f") if value else "0"
