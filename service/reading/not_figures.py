"""Which numbers are no figures by the company they keep?

Ages, sections, names, scores, and "one" where nobody counts. What is told by the form alone is asked in `codes`; dates
and clock times in `dates`.
"""

from service.lexicon.calendar import MONTH_SHORTS, MONTHS, WEEKDAYS
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
    IDLE_NOUNS,
    INDEX_NAMES,
    LABEL_WORDS,
    NUMBER_WORDS,
    ORDINALS,
    SECTION_WORDS,
    SERIES_NAMES,
    SPEAKING,
    STREETS,
    VOTES_AND_MATCHES,
)
from service.reading.amounts import Amount, read_amount
from service.reading.codes import Skip, cluster_stop, in_capitals, opens_sentence
from service.reading.counted import looks_plural, noun_phrase
from service.reading.digits import read_mantissa
from service.reading.numerals import ONE, past_hyphen, read_numeral
from service.reading.qualifiers import Qualified
from service.reading.tokens import Line

_FUNCTION_WORDS = DETERMINERS | PREPOSITIONS | CONJUNCTIONS | PRONOUNS | VERBS | ADVERBS
_BOUND_ENDINGS = frozenset(phrase[-1] for phrase in BOUNDS_BEFORE)
_COUNTED_WORDS = NUMBER_WORDS - ORDINALS
_PLACES = frozenset("in at near from across on to around outside within throughout inside around".split())
_AFTER_AGE = frozenset("said told died who was is were has had from and a an of says".split())
_POINTING = frozenset("the this that any every each no not as another".split())
_CHAINED = frozenset({"age", "section_number"})
_MONTHS = MONTHS.keys() | MONTH_SHORTS.keys() | WEEKDAYS.keys()


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
    digits = amount.numeral.plain
    person = name.kind == "word" and name.key in PEOPLE
    named = name.capitalised and name.key not in _MONTHS and name.key not in _FUNCTION_WORDS
    if not digits or amount.ranges or not (person or named):
        return False
    if comma == "(":
        return following.key == ")"
    closed = following.key in {",", ".", ";", ")", "–", "—"} or following.kind == "end" or following.key in _AFTER_AGE
    return comma == "," and closed and (person or len(digits) == 2)


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
    if before.key in INDEX_NAMES and digits and not _counts_noun(line, amount):
        return True
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
    if line.key(at) != "one" or amount.numeral.stop != at + 1 or amount.ranges:
        return False
    if amount.unit:
        return line.key(at - 1) == "not"  # "not one dollar"
    if qualified.first < amount.first or qualified.stop > amount.stop:
        return False
    if line.key(at + 1) == "of":
        return not _one_of_counted(line, at + 2)
    before = line.key(at - 1)
    if line.key(at + 1) in CASUALTIES:
        return False
    found = noun_phrase(line, at + 1)
    if not found or before in _POINTING:
        return True
    if before in LEADING_CASUALTIES or _casualty_follows(line, found[1]) or _counted_beside(line, at, found[1]):
        return False
    noun = line.key(found[1] - 1)
    return noun in IDLE_NOUNS or looks_plural(noun) or _one_who_speaks(line, at, found)


def _one_who_speaks(line: Line, at: int, noun: tuple[int, int]) -> bool:
    """ "One resident said", "one official, who asked not to be named": somebody, and not a count."""
    behind = line.key(noun[1])
    person = any(line.key(index) in PEOPLE for index in range(*noun))
    return behind in SPEAKING or (person and (opens_sentence(line, at) or behind in {",", "who", "in", "from", "of"}))


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
        line[at - back].kind == "digits" or line.key(at - back) in _COUNTED_WORDS for back in range(2, min(7, at + 1))
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
    stop = cluster_stop(line, amount.stop)
    if line.key(dash + 2) in DASHES and line[dash + 3].kind == "digits" and line.touching(dash + 2):
        return Skip(amount.first, stop, "number_code")
    right = read_mantissa(line, dash + 1)
    if right is None or "." in right[0] or right[1] != dash + 2:
        return None
    after = line[dash + 2]
    if after.key in {"%", "percent"} or (after.kind == "word" and line.touching(dash + 1)):
        return None
    low, high = int(amount.numeral.plain), int(right[0])
    if low >= high or (_match_near(line, amount.first, stop) and not _measures(line, dash + 1)):
        years = len(amount.numeral.plain) == 4 and len(right[0]) == 2 and 1800 < low < 2100
        return Skip(amount.first, dash + 2, "date" if years else "score")
    return None


def _measures(line: Line, index: int) -> bool:
    """Whether the number at `index` has a unit or a noun of its own, as no score has."""
    numeral = read_numeral(line, index)
    if numeral is None:
        return False
    right = read_amount(line, numeral)
    return right.unit is not None or _counts_noun(line, right)


def _match_near(line: Line, first: int, stop: int) -> bool:
    near = range(max(0, first - 6), min(line.size, stop + 5))
    return any(line.key(at) in VOTES_AND_MATCHES for at in near)
