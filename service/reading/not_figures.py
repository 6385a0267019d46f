"""Which numbers of a text are no figures, and why?

Ordinals, ages, names, codes, scores, list numbers, idioms, and "one" where nobody counts. Dates and clock times are
asked for in `dates`; those that it did not take are named here.
"""

from typing import NamedTuple

from service.lexicon.noun_phrases import (
    ADVERBS,
    CASUALTIES,
    CONJUNCTIONS,
    DETERMINERS,
    GROWING_PEOPLE,
    LASTING_THINGS,
    LEADING_CASUALTIES,
    PEOPLE,
    PREPOSITIONS,
    PRONOUNS,
    VERBS,
)
from service.lexicon.numbers import (
    BOUNDS_BEFORE,
    DASHES,
    HYPHEN_PREFIXES,
    HYPHENS,
    LABEL_WORDS,
    NUMBER_WORDS,
    ORDINAL_ENDINGS,
    ORDINALS,
    SCALES,
    SECTION_WORDS,
    SERIES_NAMES,
    SHORT_SCALES,
    STREETS,
    TENS,
    TOUCHING_SCALES,
    VOTES_AND_MATCHES,
    VULGAR,
    ZERO_WIDTH,
)
from service.lexicon.units import CODES, LETTER_SIGNS, MEASURES, TECHNICAL
from service.reading.amounts import Amount
from service.reading.counted import looks_plural, noun_phrase
from service.reading.numerals import ONE, past_hyphen, read_mantissa, read_numeral
from service.reading.qualifiers import Qualified
from service.reading.tokens import Line

_FUNCTION_WORDS = DETERMINERS | PREPOSITIONS | CONJUNCTIONS | PRONOUNS | VERBS | ADVERBS
_BOUND_ENDINGS = frozenset(phrase[-1] for phrase in BOUNDS_BEFORE)
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
_PLACES = frozenset("in at near from across on to around outside within throughout inside around".split())
_PHONE_WORDS = frozenset(
    "call phone tel telephone hotline whatsapp dial contact helpline mobile fax number cell".split()
)
_FAMOUS_DAYS = frozenset({("9", "11"), ("26", "11"), ("7", "7"), ("7", "11")})
_AFTER_AGE = frozenset("said told died who was is were has had from and a an of says".split())
_BEFORE_ORDINAL = TENS.keys() | {"hundred", "thousand"}
_CHAINED = frozenset({"age", "section_number"})
_MONTHS = frozenset(
    "january february march april may june july august september october november december jan feb mar apr jun jul aug "
    "sep sept oct nov dec monday tuesday wednesday thursday friday saturday sunday".split()
)
_IDIOMS = tuple(
    tuple(idiom.split())
    for idiom in """one another|one by one|one on one|one to one|one off|one time|one way|one sided|one day|one thing
        one 's
        one ’s|one - off|24 / 7|50 50|fifty fifty|20 20|9 to 5|nine to five|zero tolerance|zero sum|half time|half way
        half brother|half sister|half hearted|half truth|half baked|four by four|360 degree|seven a side|five a side
        one person one vote|one size|one stop|one step|two fold path|one nil|two faced""".replace("\n", "|").split("|")
)
_IDIOMS_BEFORE = frozenset(
    {("no", "one"), ("number", "one"), ("day", "one"), ("square", "one"), ("ground", "zero"), ("net", "zero")}
    | {("cloud", "nine"), ("any", "one"), ("every", "one"), ("this", "one"), ("that", "one"), ("which", "one")}
    | {("year", "zero"), ("patient", "zero"), ("from", "zero"), ("or", "two"), ("back", "one"), ("in", "half")}
)


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


def read_objection(line: Line, amount: Amount, qualified: Qualified, last: Skip | None) -> Skip | None:
    """What speaks against a number once its value and unit are known: ages, scores, sections, names, idle ones."""
    for test, reason in ((_age, "age"), (_section, "section_number"), (_name, "name")):
        if test(line, amount):
            return Skip(amount.first, amount.stop, reason)
    if last and last.reason == "name" and amount.numeral.plain and amount.first - last.stop <= 0 and not amount.unit:
        return None if _counts_noun(line, amount) else Skip(amount.first, amount.stop, "name")
    if last and last.reason in _CHAINED and _goes_on(line, last, amount):
        return Skip(amount.first, amount.stop, last.reason)
    if _idle_one(line, amount, qualified):
        return Skip(amount.first, amount.stop, "not_counted")
    return None


def unread(line: Line, index: int) -> Skip:
    """Why a digit run or number word that starts no number is none."""
    key = line.key(index)
    if line[index].kind == "digits":
        return Skip(index, _cluster_stop(line, index), "number_code")
    if key in ORDINALS:
        return Skip(index, index + 1, "ordinal")
    return Skip(index, index + 1, "idiom" if key == "half" or key.startswith(("doubl", "tripl")) else "not_counted")


# ── told by their form ────────────────────────────────────────────────────────────────────────────────────────────


def _idiom(line: Line, index: int) -> Skip | None:
    key = line.key(index)
    if (line.key(index - 1), key) in _IDIOMS_BEFORE and not (key == "half" and line.key(index + 1) == "a"):
        return Skip(index, index + 1, "idiom")
    for idiom in _IDIOMS:
        if idiom[0] == key:
            stop = _match(line, index, idiom)
            if stop:
                return Skip(index, stop, "idiom")
    return _famous_day(line, index)


def _match(line: Line, index: int, idiom: tuple[str, ...]) -> int | None:
    for word in idiom:
        index = past_hyphen(line, index)
        if line.key(index) != word[0] and line.key(index) != word:
            return None
        index += 1
        if len(word) == 2 and word[0] in "'’":  # a possessive is two tokens
            if line.key(index) != "s":
                return None
            index += 1
        elif line.key(index - 1) != word:
            return None
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
    groups, stop = [len(line[index].text)], index + 1
    while len(groups) < 8:
        at = stop
        while line.key(at) in {"-", ")", "(", "."} and at < stop + 2:
            at += 1
        if line[at].kind != "digits" or line[at].start - line[stop - 1].end > 2:
            break
        groups.append(len(line[at].text))
        stop = at + 1
    if sum(groups) < 7 or sum(groups) > 16:
        return None
    plus = line.key(index - 1) == "+" and line.touching(index - 1) and sum(groups) >= 8
    called = any(line.key(index - back) in _PHONE_WORDS for back in range(1, 5) if back <= index)
    shaped = line.key(index + 1) in {"-", ")"} and groups in ([3, 3, 4], [3, 4], [1, 3, 3, 4])
    separated = "," not in line.text[line[index].start : line[stop - 1].end]
    if (plus or shaped or (called and separated)) and (separated or plus):
        return Skip(index, stop, "phone_number")
    return None


def _cluster_stop(line: Line, index: int) -> int:
    """Where the unbroken run of digits, letters and joints from `index` on has its last digits."""
    at, stop = index, index + 1
    while line.touching(at):
        following = line[at + 1]
        joint = following.key in _JOINTS and line.touching(at + 1) and line[at + 2].kind in {"digits", "word"}
        if following.kind not in {"digits", "word"} and not joint and following.key not in ZERO_WIDTH:
            break
        at += 1
        if following.kind == "digits" or (following.kind == "word" and line[at - 1].kind == "digits"):
            stop = at + 1
    return stop


def _code(line: Line, index: int) -> Skip | None:
    stop = _cluster_stop(line, index)
    return _code_by_start(line, index, stop) or _code_by_end(line, index, stop)


def _code_by_start(line: Line, index: int, stop: int) -> Skip | None:
    """Letters or signs tied to the front of the digits: G20, F-16, #5, ID.3."""
    before, earlier = line[index - 1], line[index - 2]
    if not line.touching(index - 1):
        return None
    if before.kind == "word" and before.text not in LETTER_SIGNS and before.text not in CODES:
        return Skip(index - 1, stop, "name" if before.capitalised else "number_code")
    if before.kind == "word" and len(before.text) == 1 and _short(line, index):
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
    return mantissa is not None and len(mantissa[0]) < 3 and not _scaled(line.key(mantissa[1]))


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
        return _by_suffix(line, index, end, stop)
    inside = line.touching(end) and line[end + 1].kind == "digits"
    if inside and (following.key in ZERO_WIDTH or following.key in {"×", "^", "*"}):
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


# ── told by their company ─────────────────────────────────────────────────────────────────────────────────────────


def _age(line: Line, amount: Amount) -> bool:
    before, earlier = line.key(amount.first - 1), line.key(amount.first - 2)
    if before in {"aged", "ages", "age", "turned", "turning"} or (before, earlier) == ("of", "age"):
        return amount.unit is None or amount.unit.kind == "time"
    if earlier == "aged" and before in {"under", "over", "between", "from", "above", "below", "about", "around"}:
        return True
    if amount.unit and amount.unit.kind == "time":
        return _years_old(line, amount)
    if amount.unit or amount.low is None or not 0 < amount.low < 125:
        return False
    if before in {"under", "over", "above", "below"} and earlier in GROWING_PEOPLE:
        return noun_phrase(line, amount.after) is None
    return _after_person(line, amount)


def _years_old(line: Line, amount: Amount) -> bool:
    old = past_hyphen(line, amount.after)
    if line.keys(amount.after, 2) == ("of", "age"):
        return True
    if line.key(old) not in {"old", "olds"}:
        return False
    following = noun_phrase(line, old + 1)
    return not following or not any(line.key(at) in LASTING_THINGS for at in range(*following))


def _after_person(line: Line, amount: Amount) -> bool:
    """ "Smith, 34," and "Ahmed Khan (34)"."""
    comma, name, following = line.key(amount.first - 1), line[amount.first - 2], line[amount.stop]
    person = name.kind == "word" and name.key in PEOPLE
    capital = name.capitalised and name.key not in _MONTHS and name.key not in _FUNCTION_WORDS
    if not (person or capital) or amount.numeral.scale != ONE or amount.ranges:
        return False
    if comma == "(":
        return following.key == ")" and amount.numeral.plain != "" and not (amount.numeral.plain or "0") < "0"
    closed = following.key in {",", ".", ";", ")", "–", "—"} or following.kind == "end" or following.key in _AFTER_AGE
    return comma == "," and closed and amount.numeral.plain != "" and len(amount.numeral.plain) == 2


def _section(line: Line, amount: Amount) -> bool:
    if amount.unit or (amount.numeral.plain == "" and line[amount.numeral.first].kind != "digits"):
        return False
    dotted = line.key(amount.first - 1) == "."
    label = line[amount.first - 2 if dotted else amount.first - 1]
    if label.key in {"no", "nos"}:
        return label.capitalised or dotted
    return label.key in SECTION_WORDS and not _counts_noun(line, amount)


def _counts_noun(line: Line, amount: Amount) -> bool:
    """Whether a plural in small letters follows, as after a figure: "18 soldiers"."""
    found = noun_phrase(line, past_hyphen(line, amount.after))
    if not found:
        return False
    last = line[found[1] - 1]
    return looks_plural(last.key) and not last.capitalised


def _name(line: Line, amount: Amount) -> bool:
    before = line[amount.first - 1]
    if amount.unit or amount.low is None or before.kind != "word" or amount.numeral.scale != ONE:
        return False
    if line[amount.first].start - before.end > 1 or amount.numeral.shape != "count":
        return False
    digits = line[amount.numeral.first].kind == "digits"
    if before.key in LABEL_WORDS and not before.capitalised:
        single = digits or amount.low < 20
        return single and not _counts_noun(line, amount) and amount.numeral.scale == ONE
    if digits and _address(line, amount.stop):
        return True
    if not before.capitalised or before.key in _MONTHS or before.key in _BOUND_ENDINGS or before.key in _FUNCTION_WORDS:
        return False
    if before.key in SERIES_NAMES or before.key in LABEL_WORDS:
        return digits or not _counts_noun(line, amount)
    if not digits or "," in line.text[line[amount.first].start : line[amount.stop - 1].end]:
        return False
    return not _counts_noun(line, amount) or not _free_of_name(line, amount.first - 1)


def _address(line: Line, index: int) -> bool:
    """ "700 Science Drive": capitals up to a word for streets."""
    for at in range(index, index + 4):
        if not line[at].capitalised:
            return False
        if line.key(at) in STREETS:
            return at > index
    return False


def _free_of_name(line: Line, index: int) -> bool:
    """Whether the capitalised word before a counted noun is a place or opens the sentence: "In Kalat 18 soldiers"."""
    if opens_sentence(line, index) or in_capitals(line):
        return True
    start = index
    while line[start - 1].capitalised and start > index - 4:
        start -= 1
    return line.key(start - 1) in _PLACES or line.key(start) in _PLACES or line[start - 1].kind == "taken"


def _goes_on(line: Line, last: Skip, amount: Amount) -> bool:
    """ "aged 5, 7 and 9": whether this number only continues the list of the one before."""
    between = {line.key(index) for index in range(last.stop, min(amount.first, last.stop + 3))}
    near = 0 < amount.first - last.stop <= 2 and between <= {",", "and", "or", "to", "&"} | DASHES
    return near and amount.unit is None and noun_phrase(line, amount.after) is None


def _idle_one(line: Line, amount: Amount, qualified: Qualified) -> bool:
    """Whether "one" only points ("one of the best", "the one who"), where nothing is counted."""
    at = amount.numeral.first
    if line.key(at) != "one" or amount.numeral.stop != at + 1 or amount.ranges or amount.unit:
        return False
    if qualified.first < amount.first or qualified.stop > amount.stop:
        return False
    if line.key(at + 1) == "of":
        return not _one_of_counted(line, at + 2)
    before = line.key(at - 1)
    if line.key(at + 1) in CASUALTIES:
        return False
    found = noun_phrase(line, at + 1)
    if not found or before in {"the", "this", "that", "any", "every", "each"}:
        return True
    return not (
        before in LEADING_CASUALTIES or _casualty_follows(line, found[1]) or _counted_beside(line, at, found[1])
    )


def _one_of_counted(line: Line, index: int) -> bool:
    if line.key(index) in {"which", "whom", "them", "those"}:
        return True
    at = index + (line.key(index) in DETERMINERS)
    at += line.key(at) in _BOUND_ENDINGS
    numeral = read_numeral(line, at)
    if numeral and numeral.value is not None and numeral.shape == "count":
        return True
    found = noun_phrase(line, at)
    simple = found is not None and found[1] - found[0] <= 2 and looks_plural(line.key(found[1] - 1))
    return simple and found is not None and _casualty_follows(line, found[1])


def _casualty_follows(line: Line, index: int) -> bool:
    return any(line.key(at) in CASUALTIES for at in range(index, min(index + 4, line.size)))


def _counted_beside(line: Line, at: int, stop: int) -> bool:
    """ "one soldier and two civilians", "two civilians and one soldier"."""
    following = stop + 1 if line.key(stop) in {"and", ","} else 0
    if following:
        other = read_numeral(line, following)
        return other is not None and other.value is not None and other.shape == "count"
    joint = line.key(at - 1) in {"and", ","}
    return joint and any(
        line[at - back].kind == "digits" or line.key(at - back) in NUMBER_WORDS - ORDINALS
        for back in range(2, min(7, at + 1))
    )


# ── scores ────────────────────────────────────────────────────────────────────────────────────────────────────────


def read_score(line: Line, amount: Amount) -> Skip | None:
    """ "2-1", "80-19", and "50-50": two numbers over a dash that are no range."""
    if amount.unit or not amount.numeral.plain:
        return None
    dash, second = amount.stop, line[amount.stop + 1]
    tied = line.key(dash) in DASHES and line.touching(dash - 1) and line.touching(dash)
    if not tied or second.kind != "digits" or not second.key:
        return None
    stop = _cluster_stop(line, amount.stop)
    if line.key(dash + 2) in DASHES and line[dash + 3].kind == "digits" and line.touching(dash + 2):
        return Skip(amount.first, stop, "number_code")
    right = read_mantissa(line, dash + 1)
    if right is None or "." in right[0] or right[1] != dash + 2:
        return None
    after = line[dash + 2]
    if after.key in {"%", "percent"} or (after.kind == "word" and line.touching(dash + 1)):
        return None
    low, high = int(amount.numeral.plain), int(right[0])
    if low >= high or _match_near(line, amount.first, stop):
        years = len(amount.numeral.plain) == 4 and len(right[0]) == 2 and 1800 < low < 2100
        return Skip(amount.first, dash + 2, "date" if years else "score")
    return None


def _match_near(line: Line, first: int, stop: int) -> bool:
    near = range(max(0, first - 6), min(line.size, stop + 5))
    return any(line.key(at) in VOTES_AND_MATCHES for at in near)
