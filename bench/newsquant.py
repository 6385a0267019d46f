"""How well does reading find the quantities of NewsQuant?

usage: python -m bench.newsquant DEV.jsonl PREDICTIONS.jsonl

Writes one line a sentence, for the benchmark's own scorer: {"doc_id", "quantities": [{"value" or "low"+"high",
"change", "unit"}]}. NewsQuant's conventions differ from ours, and all that turns ours into its stands here: the unit of
a plain count is its noun, fractions are parts of one, ages and idle ones are quantities, "dozens" has a value, and a
change "from 3 to 5" is one quantity with two ends.
"""

import re

from bench.adapting import run
from service.lexicon.noun_phrases import DETERMINERS
from service.reading.counted import noun_phrase
from service.reading.dates import find_dates
from service.reading.figures import find_figures
from service.reading.numerals import read_numeral
from service.reading.tokens import read_line
from service.records import FoundFigure, Sentence, SkippedNumber, Span

MONEY = {
    "USD": "dollar", "GBP": "pound sterling", "EUR": "euro", "CNY": "chinese yuan", "ILS": "shekel",
    "JPY": "japanese yen",
    "AUD": "australian dollar", "NZD": "new zealand dollar", "HKD": "hong kong dollar", "CAD": "canadian dollar",
    "SGD": "singaporean dollar", "DKK": "danish krone", "ZAR": "south african rand", "MYR": "malaysian ringgit",
    "INR": "indian rupee", "CHF": "swiss franc", "BRL": "brazilian real", "RUB": "russian ruble",
}  # fmt: skip
UNITS = {
    "percent": "percentage", "percentage_point": "percentage", "times": "count", "tonne": "metric ton",
    "gigatonne": "gigaton",
    "degree Celsius": "celsius", "degree Fahrenheit": "fahrenheit",
}  # fmt: skip
SYMBOLS = {
    "kw": "kilowatt", "kwh": "kilowatt hour", "hz": "hertz", "mhz": "megahertz", "ghz": "gigahertz", "gb": "gigabyte",
    "tb": "terabyte", "mb": "megabyte", "gwh": "gigawatt hour", "mw": "megawatt", "gw": "gigawatt",
    "hp": "horsepower", "ksi": "kilopound per square inch",
    "w": "watt", "mm": "millimetre", "rpm": "revolution per minute", "bps": "basis point", "mp": "megapixel",
    "v": "volt",
    "kv": "kilovolt", "ev": "electron volt", "nm": "nanometre", "ppg": "point per game", "apg": "assist per game",
}  # fmt: skip
CHANGE = {
    "exact": "=",
    "range": "=",
    "vague": "=",
    "about": "~",
    "at_least": ">",
    "more_than": ">",
    "at_most": "<",
    "less_than": "<",
}
VAGUE = {
    "dozens": (12, None), "hundreds": (100, 1000), "thousands": (1_000, 10_000), "millions": (10**6, 10**7),
    "tens of thousands": (10**4, 10**5), "hundreds of thousands": (10**5, 10**6), "billions": (10**9, 10**10),
}  # fmt: skip
PER = re.compile(
    r"^(?: ?[\w-]{1,20})?(?: ?[\w-]{1,20})?[- ](?:per|a|an|each)[- ]"
    r"(day|week|month|year|hour|barrel|share|game|century|minute|night|litre|ton)\b"
    r"(?! (?:ago|earlier|later))"
)
LOST_SIGNS = (
    (re.compile(r"\bPS(?=\d)"), "£"),
    (re.compile(r"\bY=(?=\d)"), "¥"),
    (re.compile(r"\b(HK|AU|NZ|US|S) \$(?=\d)"), r"\1$"),
)
"""The benchmark's texts were turned into ASCII."""
SINGULARS = {"people": "people", "men": "man", "women": "woman", "children": "child", "feet": "foot"}


def quantities(text: str) -> list[dict[str, object]]:
    for lost, sign in LOST_SIGNS:
        text = lost.sub(sign, text)
    sentence = Sentence(number=1, span=Span(0, len(text)), paragraph=0)
    dates = find_dates(text, [sentence], published=None)
    figures, skipped = find_figures(text, [sentence], dates)
    found = [row for figure in figures for row in _figure(text, figure)]
    return _join_changes(text, found) + [row for skip in skipped if (row := _skip(text, skip))]


def _figure(text: str, figure: FoundFigure) -> list[dict[str, object]]:
    unit = _unit(text, figure)
    row: dict[str, object] = {"unit": unit, "change": CHANGE[figure.qualifier], "span": figure.span}
    if figure.qualifier == "vague":
        words = figure.number.of(text).lower()
        if words not in VAGUE:
            return []
        low, high = VAGUE[words]
        return [row | ({"value": low} if high is None else {"low": low, "high": high})]
    share = 100 if figure.unit == "percent" and not re.search(r"%|cent|pc|pct", figure.span.of(text)) else 1
    if figure.low and figure.high and figure.low != figure.high:
        if re.search(r"\bor\b", figure.span.of(text)):  # "two or three": NewsQuant has two quantities
            return [row | {"value": float(figure.low)}, row | {"value": float(figure.high)}]
        return [row | {"low": float(figure.low), "high": float(figure.high)}]
    pence = 100 if figure.unit == "GBP" and text[figure.span.end : figure.span.end + 1] == "p" else 1
    return [row | {"value": float(figure.low or figure.high or 0) / share * pence}]


def _unit(text: str, figure: FoundFigure) -> str:
    behind = text[figure.span.end :]
    if figure.unit == "percent" and not re.search(r"%|cent|pc|pct", figure.span.of(text)):
        return f"% {_singular(figure.counted or '')}".strip()
    if figure.unit:
        name = MONEY.get(figure.unit) or UNITS.get(figure.unit, figure.unit)
    else:
        name = SYMBOLS.get((figure.counted or "").lower()) or _singular(figure.counted or "-")
    per = PER.match(behind)
    return f"{name} per {per.group(1)}" if per and " per " not in name else name


def _singular(words: str) -> str:
    *modifiers, head = words.split() or [""]
    if head.lower() in SINGULARS:
        head = SINGULARS[head.lower()]
    elif head.endswith("s") and not head.endswith("ss") and len(head) > 3:
        head = head[:-3] + "y" if head.endswith("ies") else head[:-1]
    return " ".join([*modifiers, head])


def _join_changes(text: str, found: list[dict[str, object]]) -> list[dict[str, object]]:
    """ "from 3 to 5" after a verb of change: we read two figures, NewsQuant one."""
    joined: list[dict[str, object]] = []
    for row in found:
        before = joined[-1] if joined else None
        span = row["span"]
        assert isinstance(span, Span)
        if before and "value" in before and "value" in row:
            start = before["span"]
            assert isinstance(start, Span)
            opened = re.search(
                r"\bfrom (?:up to )?$", text[max(0, start.start - 12) : start.start]
            ) or "up to" in start.of(text)
            if opened and re.fullmatch(r"\s*[\w.]*\s*(?:per barrel)?\s*to\s*", text[start.end : span.start]):
                joined[-1] = row | {"low": before["value"], "high": row["value"], "value": None}
                continue
        joined.append(row)
    return joined


def _skip(text: str, skip: SkippedNumber) -> dict[str, object] | None:
    line = read_line(text, skip.span)
    numeral = read_numeral(line, 0)
    if numeral is None or numeral.value is None:
        return None
    behind = text[skip.span.end :]
    if skip.reason == "age":
        month = re.match(r"[- ]month", behind)
        return {"value": float(numeral.value), "change": "=", "unit": f"{'month' if month else 'year'} of age"}
    if skip.reason == "not_counted" and skip.span.of(text).lower() == "one":
        one = Span(skip.span.end, len(text))
        line = read_line(text, one)
        of = 2 if line.key(0) == "of" and line.key(1) in DETERMINERS else 0
        noun = noun_phrase(line, of)
        return {"value": 1.0, "change": "=", "unit": _singular(line.span(*noun).of(text))} if noun else None
    return None


def predict(row: dict[str, str]) -> dict[str, object]:
    rows = [{key: value for key, value in found.items() if key != "span"} for found in quantities(row["text"])]
    return {"doc_id": row["doc_id"], "quantities": rows}


if __name__ == "__main__":
    run(__doc__ or "", predict)
