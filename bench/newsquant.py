"""How well does reading find the quantities of NewsQuant?

usage: python -m bench.newsquant DEV.jsonl PREDICTIONS.jsonl

Writes one line a sentence, for the benchmark's own scorer: {"doc_id", "quantities": [{"value" or "low"+"high",
"change", "unit"}]}. NewsQuant's conventions differ from ours, and all that turns ours into its stands here: the unit of
a plain count is its noun, fractions are parts of one, ages and idle ones are quantities, "dozens" has a value, and a
change "from 3 to 5" is one quantity with two ends.
"""

import re
from fractions import Fraction

from bench.adapting import run
from service.lexicon.noun_phrases import DETERMINERS, PREPOSITIONS
from service.lexicon.units import MEASURES
from service.reading.counted import noun_phrase
from service.reading.dates import find_dates
from service.reading.figures import find_figures
from service.reading.numerals import read_numeral
from service.reading.tokens import read_line
from service.records import FoundFigure, Sentence, SkippedNumber, Span

MONEY = {
    "USD": "dollar", "GBP": "pound sterling", "EUR": "euro", "CNY": "chinese yuan", "ILS": "shekel",
    "JPY": "japanese yen", "AUD": "australian dollar", "NZD": "new zealand dollar", "HKD": "hong kong dollar",
    "CAD": "canadian dollar", "SGD": "singaporean dollar", "TWD": "new taiwan dollar", "DKK": "danish krone",
    "SEK": "swedish krona", "NOK": "norwegian krone", "ZAR": "south african rand", "MYR": "malaysian ringgit",
    "INR": "indian rupee", "PKR": "pakistani rupee", "LKR": "sri lankan rupee", "NPR": "nepalese rupee",
    "CHF": "swiss franc", "BRL": "brazilian real", "RUB": "russian ruble", "KRW": "south korean won",
    "THB": "thai baht", "IDR": "indonesian rupiah", "PHP": "philippine peso", "VND": "vietnamese dong",
    "MXN": "mexican peso", "TRY": "turkish lira", "PLN": "polish zloty", "UAH": "ukrainian hryvnia",
    "SAR": "saudi riyal", "QAR": "qatari riyal", "AED": "united arab emirates dirham", "NGN": "nigerian naira",
    "GHS": "ghanaian cedi", "KES": "kenyan shilling", "EGP": "egyptian pound", "BDT": "bangladeshi taka",
}  # fmt: skip
UNITS = {
    "percent": "percentage", "percentage_point": "percentage", "times": "count", "tonne": "metric ton",
    "gigatonne": "gigaton", "degree Celsius": "celsius", "degree Fahrenheit": "fahrenheit",
}  # fmt: skip
SYMBOLS = {
    "kw": "kilowatt", "kwh": "kilowatt hour", "hz": "hertz", "khz": "kilohertz", "mhz": "megahertz",
    "ghz": "gigahertz", "gb": "gigabyte", "tb": "terabyte", "mb": "megabyte", "kb": "kilobyte",
    "gwh": "gigawatt hour", "mwh": "megawatt hour", "mw": "megawatt", "gw": "gigawatt", "w": "watt",
    "hp": "horsepower", "bhp": "brake horsepower", "ksi": "kilopound per square inch",
    "psi": "pound per square inch", "mm": "millimetre", "cm": "centimetre", "nm": "nanometre", "km": "kilometre",
    "mg": "milligram", "kg": "kilogram", "dl": "decilitre", "ml": "millilitre", "l": "litre", "cm3": "cubic centimetre",
    "rpm": "revolution per minute", "bps": "basis point", "bpd": "barrel per day",
    "mp": "megapixel", "v": "volt", "kv": "kilovolt",
    "ev": "electron volt", "mah": "milliampere hour", "amp": "ampere", "db": "decibel", "mbps": "megabit per second",
    "fps": "frame per second", "ppg": "point per game", "apg": "assist per game", "rpg": "rebound per game",
    "msv": "millisievert", "kcal": "kilocalorie", "bpm": "beat per minute", "mpg": "mile per gallon", "ppm":
    "part per million", "h": "hour", "s": "second", "m": "metre", "g": "gram",
    "f": "fahrenheit", "c": "celsius", "ms": "millisecond",
    "gbps": "gigabit per second", "lb": "pound", "lbs": "pound", "rupee": "indian rupee",
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
    "tens of millions": (10**7, 10**8), "hundreds of millions": (10**8, 10**9),
}  # fmt: skip
PER = re.compile(
    r"^(?: ?(?!(?:from|than|to|in|for|at|on|by|with|as|and|or)\b)\w[\w.-]{0,19}){0,3}?[- ](?:per|a|an|each)[- ]"
    r"(day|week|month|year|hour|minute|second|night|century|decade|barrel|share|game|litre|ton|tonne|gallon|person|head|"
    r"ounce|kilogram|kilometre|mile|acre|hectare|unit|euro|dollar|pound)\b"
    r"(?![- ](?:ago|earlier|later))"
)
OVER = re.compile(r"^ ?([A-Za-zμ]{1,4})/([A-Za-z]{1,3}[23]?)\b")
"""A rate in symbols: "10 mg/kg"."""
TORQUE = re.compile(r"^[- ]?(?:lb\.?|pound)[- ](?:ft|feet|foot)\b")
CENTS = re.compile(r"^[- ]?(?:cents?\b|¢)")
PENCE = re.compile(r"^(?:p\b| ?pence\b)")
AVERAGED = re.compile(r"\baverag(?:ed|es|ing) (?:of )?(?:just |only )?$")
SPAN_OF_TIME = re.compile(r"\b(?:last|past|next|previous) (.+) (second|minute|hour|day|week|month|year|decade)s$")
AGE_RANGE = re.compile(r"^\d{1,2}(?: to |-|–)(\d{1,2})\b")
AGED = re.compile(r"[A-Z][a-z]+ [A-Z][a-z]+ $")
VERB = re.compile(r"^ (?:has|had|who|was|is|said|of|from|told)\b")
"""Many of the benchmark's texts lost their commas: "Ann Smith 44 has"."""
OF = re.compile(r"\b(?:of|ratio|score) (?:\w+ )?$")
TIMES = frozenset("second minute hour day week month year decade".split())
ALIKE = 30  # how many times larger a number with the same unit can be
NETWORK = re.compile(r"(?<![\w.])([2-6])G\b")
LOST_SIGNS = (
    (re.compile(r"\bPS(?=\d)"), "£"),
    (re.compile(r"\bY=(?=\d)"), "¥"),
    (re.compile(r"\b(HK|AU|NZ|US|S) \$(?=\d)"), r"\1$"),
)
"""The benchmark's texts were turned into ASCII."""
# Words before a number that belong to its noun in NewsQuant ("the top three seeds"), and those that do not.
SKIPPED_WORDS = frozenset("last next first past same other more only just very entire whole full final".split())
DROPPED_WORDS = frozenset("and or most more of the".split())
LEMMAS = {
    "best": "good", "better": "good", "worst": "bad", "worse": "bad", "biggest": "big", "bigger": "big",
    "largest": "large", "newer": "new", "newest": "new", "older": "old", "oldest": "old", "lower": "low",
    "lowest": "low", "longer": "long", "later": "late", "men": "man", "women": "woman",
}  # fmt: skip
SINGULARS = {
    "people": "people", "men": "man", "women": "woman", "children": "child", "feet": "foot", "teeth": "tooth",
    "mice": "mouse", "geese": "goose", "lives": "life", "wives": "wife", "knives": "knife", "movies": "movie",
    "ties": "tie", "pies": "pie", "series": "series", "buses": "bus", "gases": "gas", "lens": "lens",
    "halves": "half", "loaves": "loaf", "leaves": "leaf", "calves": "calf", "wolves": "wolf", "thieves": "thief",
    "crises": "crisis", "gunmen": "gunman", "policemen": "policeman", "firemen": "fireman", "others": "other",
}  # fmt: skip


def quantities(text: str) -> list[dict[str, object]]:
    for lost, sign in LOST_SIGNS:
        text = lost.sub(sign, text)
    sentence = Sentence(number=1, span=Span(0, len(text)), paragraph=0)
    dates = find_dates(text, [sentence], published=None)
    figures, skipped = find_figures(text, [sentence], dates)
    found = [row for figure in figures for row in _figure(text, figure)]
    spans = [row for date in dates if (row := _span_of_time(date.span.of(text)))]
    networks = [
        {"value": float(each[1]), "change": "=", "unit": "generation wireless"} for each in NETWORK.finditer(text)
    ]
    return (
        _shared_units(text, _join_changes(text, found))
        + [row for skip in skipped if (row := _skip(text, skip))]
        + spans
        + networks
    )


def _span_of_time(words: str) -> dict[str, object] | None:
    """ "The last 200 days" is a time to us, and days to NewsQuant."""
    told = SPAN_OF_TIME.search(words)
    numeral = read_numeral(read_line(told[1], Span(0, len(told[1]))), 0) if told else None
    if told is None or numeral is None or numeral.value is None:
        return None
    return {"value": float(numeral.value), "change": "=", "unit": told[2]}


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
        small = 100 if _in_cents(text, figure) else 1
        ends = [float(Fraction(end) * small) for end in (figure.low, figure.high)]
        return [row | {"low": ends[0], "high": ends[1]}]
    if figure.qualifier == "exact" and AVERAGED.search(text[max(0, figure.span.start - 30) : figure.span.start]):
        row["change"] = "~"
    small = 100 if _in_cents(text, figure) else 1
    value = Fraction(figure.low or figure.high or 0)
    if share > 1:  # we write two decimals of a third, NewsQuant as many as it has
        near = (value / share).limit_denominator(20)
        value = near * share if abs(near - value / share) < Fraction(1, 10_000) else value
    return [row | {"value": float(value / share * small)}]


def _in_cents(text: str, figure: FoundFigure) -> bool:
    """Cents and pence keep their number in NewsQuant; we write them in dollars and pounds."""
    behind = text[figure.span.end : figure.span.end + 8]
    pence = figure.unit == "GBP" and PENCE.match(behind)
    return bool(pence or (figure.unit == "USD" and (CENTS.match(behind) or figure.span.of(text).endswith("¢"))))


def _unit(text: str, figure: FoundFigure) -> str:
    behind = text[figure.span.end :]
    if figure.unit == "percent" and not re.search(r"%|cent|pc|pct", figure.span.of(text)):
        return f"% {_singular(figure.counted or '')}".strip()
    if TORQUE.match(behind):
        return "pound foot"
    rate = OVER.match(behind)
    if rate and rate[2].lower() in SYMBOLS and (figure.unit or rate[1].lower() in SYMBOLS):
        upper = SYMBOLS.get(rate[1].lower()) or figure.unit or ""
        return f"{upper} per {SYMBOLS[rate[2].lower()]}"
    if figure.unit:
        name = MONEY.get(figure.unit) or UNITS.get(figure.unit, figure.unit)
        if _in_cents(text, figure):
            # The benchmark takes "p" for points.
            name = "cent" if figure.unit == "USD" else "penny" if "pence" in behind[:7] else "point"
    else:
        first = (figure.counted or "-").split()[0].lower()
        rupees = "indian rupee" if re.match(r"Rs\b", figure.number.of(text)) else None
        name = rupees or SYMBOLS.get(first) or _noun(text, figure)
    per = PER.match(behind)
    return f"{name} per {per.group(1)}" if per and " per " not in name and per.group(1) != name else name


def _noun(text: str, figure: FoundFigure) -> str:
    """The noun counted with the words on both sides of the number; of "517 rushing yards" the yards alone."""
    name = _singular(figure.counted or "-")
    head = name.split()[-1].lower()
    if head in MEASURES:
        return MEASURES[head].name
    before = text[max(0, figure.number.start - 40) : figure.span.start].split()
    own: list[str] = []
    while figure.counted and before and before[-1].isalpha() and len(own) < 2:
        if before[-1].lower() in DETERMINERS:
            return " ".join([*own, name])
        if not before[-1].islower() or before[-1] in SKIPPED_WORDS or before[-1] in PREPOSITIONS:
            break
        own.insert(0, before.pop())
    return name


def _singular(words: str) -> str:
    own = re.split(r"['’]s? ", words)[-1]  # "banks" of "the country's banks"
    *modifiers, head = own.split() or [""]
    if head.lower() in SINGULARS:
        head = SINGULARS[head.lower()]
    elif re.search(r"(?:ch|sh|x|ss)es$", head):
        head = head[:-2]
    elif head.endswith("s") and not head.endswith("ss") and len(head) > 3:
        head = head[:-3] + "y" if head.endswith("ies") else head[:-1]
    kept = [LEMMAS.get(word, word) for word in modifiers if word not in DROPPED_WORDS]
    return " ".join([*kept, head])


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
                rate = before["unit"] if " per " in str(before["unit"]) else row["unit"]
                joined[-1] = row | {"low": before["value"], "high": row["value"], "value": None, "unit": rate}
                continue
        joined.append(row)
    return joined


def _shared_units(text: str, found: list[dict[str, object]]) -> list[dict[str, object]]:
    """ "Sold 40 lots after 35": the bare number takes the unit of a count or measure before it, if it is as large."""
    shared: list[dict[str, object]] = []
    for row in found:
        before = next((each for each in reversed(shared) if _can_be_shared(each)), None)
        span, value = row["span"], row.get("value")
        assert isinstance(span, Span)
        if row["unit"] == "-" and before and isinstance(value, float) and not OF.search(text[: span.start]):
            other = before.get("value")
            if isinstance(other, float) and value < ALIKE * abs(other) and abs(other) < ALIKE * value:
                row = row | {"unit": before["unit"]}
        shared.append(row)
    return shared


def _can_be_shared(row: dict[str, object]) -> bool:
    unit = str(row["unit"])
    return unit not in {"-", "percentage", "count", *MONEY.values(), *TIMES} and not unit.startswith("%")


def _skip(text: str, skip: SkippedNumber) -> dict[str, object] | None:
    line = read_line(text, skip.span)
    numeral = read_numeral(line, 0)
    if numeral is None or numeral.value is None:
        return None
    behind = text[skip.span.end :]
    bare_age = skip.reason == "name" and 15 < numeral.value < 100 and AGED.search(text[: skip.span.start])
    if skip.reason == "age" or (bare_age and VERB.match(behind)):
        unit = f"{'month' if re.match(r'[- ]month', behind) else 'year'} of age"
        if (until := AGE_RANGE.match(text[skip.span.start :])) is not None:
            return {"low": float(numeral.value), "high": float(until[1]), "change": "=", "unit": unit}
        return {"value": float(numeral.value), "change": "=", "unit": unit}
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
