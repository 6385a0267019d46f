"""What does a number count, in the words that follow it?

A proposal from word lists and endings, without a parse. Says nothing of what happened to them.
"""

from service.lexicon.noun_phrases import (
    ADVERBS,
    CASUALTIES,
    CONJUNCTIONS,
    DETERMINERS,
    INVARIABLE_PLURALS,
    LY_ADJECTIVES,
    MODIFYING_PLURALS,
    NO_PLURALS,
    NOT_PARTICIPLES,
    PREDICATES,
    PREPOSITIONS,
    PRONOUNS,
    VERBS,
)
from service.lexicon.numbers import DASHES, NUMBER_WORDS
from service.lexicon.units import TECHNICAL
from service.reading.amounts import Amount
from service.reading.numerals import past_hyphen, read_numeral
from service.reading.tokens import Line
from service.records import Span

_STOPS = DETERMINERS | PREPOSITIONS | CONJUNCTIONS | PRONOUNS | VERBS | ADVERBS
_SIDES = frozenset("home north south east west".split())  # "22 home games"
_STATES = frozenset(
    "full empty straight cheaper dearer taller shorter heavier lighter faster slower stronger weaker older younger "
    "bigger smaller larger warmer colder hotter cooler deeper wider richer poorer closer".split()
)
_TAKING = frozenset("suffered sustained received showed had needed required gained backed opposed supported".split())
_MOST_WORDS = 6
_BEFORE_NUMBER = frozenset("last first next past previous other remaining top final".split())
_ORDINALS = frozenset("first second third fourth fifth sixth".split())
_LEADING = frozenset({"more", "further", "additional", "such", "or", "so"})
_WEEKDAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())


def read_counted(line: Line, amount: Amount, after: int) -> Span | None:
    """The noun with its modifiers, where the words after the number give one."""
    measured = amount.unit is not None and amount.unit.kind != "times"
    found = _measured(line, amount) if measured else _plain(line, max(after, amount.after))
    return line.span(*found) if found else None


def _plain(line: Line, index: int) -> tuple[int, int] | None:
    if line.key(index) == "of":
        return _after_of(line, index + 1)
    tied = past_hyphen(line, index)
    if tied == index:
        return noun_phrase(line, index)
    if line.key(tied) == "strong":
        return noun_phrase(line, tied + 1)  # "a 10,000-strong crowd"
    return _tied_noun(line, tied)


def _tied_noun(line: Line, index: int) -> tuple[int, int] | None:
    """The "member" of "a five-member team"."""
    if noun_phrase(line, index) is None:
        return None
    stop = index + 1
    while (
        line.key(stop) in DASHES and line.touching(stop - 1) and line.touching(stop) and line[stop + 1].kind == "word"
    ):
        stop += 2
    return index, stop


def _after_of(line: Line, index: int) -> tuple[int, int] | None:
    """ "two of the nine soldiers", "half of its fighters"."""
    at = index
    while line.key(at) in DETERMINERS and at < index + 2:
        at += 1
    if line.key(at) in {"'", "’"}:
        return None
    at += line.key(at) in _BEFORE_NUMBER and read_numeral(line, at + 1) is not None
    numeral = read_numeral(line, at)
    return noun_phrase(line, numeral.after if numeral else at)


def _measured(line: Line, amount: Amount) -> tuple[int, int] | None:
    """The thing measured: "tonnes of wheat", "a 12-hour siege", "90 per cent surge", "$5 million in aid"."""
    assert amount.unit is not None
    index, kind = amount.after, amount.unit.kind
    key = line.key(index)
    if kind in {"percent", "percentage_point"} and amount.numeral.shape == "fraction" and key in DETERMINERS:
        return _after_of(line, index)
    if key == "of":
        return _after_of(line, index + 1)
    if key == "worth" and line.key(index + 1) == "of":
        return _after_of(line, index + 2)
    if kind == "money" and key == "in":  # "in aid", but not "in a year", "in Quetta"
        return None if line[index + 1].capitalised else noun_phrase(line, index + 1)
    tied = line.key(index - 2) in DASHES and line.touching(index - 2)
    if key in {"'", "’"} and amount.unit.kind == "time":
        return noun_phrase(line, index + 1 + (line.key(index + 1) == "s"))
    if kind in {"percent", "percentage_point", "money"} or tied:
        index = past_hyphen(line, index)
        index += line.key(index) in {"long", "old", "strong"} and line.key(index - 1) in DASHES
        return noun_phrase(line, index)
    return None


def looks_plural(key: str) -> bool:
    if key in INVARIABLE_PLURALS:
        return True
    return len(key) > 3 and key.endswith("s") and not key.endswith(("ss", "us", "is")) and key not in NO_PLURALS


def noun_phrase(line: Line, index: int) -> tuple[int, int] | None:
    """The tokens `[first, stop)` of a noun phrase without article that begins at `index`."""
    while line.key(index) in _LEADING:
        index += 1
    first, stop, last = index, index, ""
    words = 0
    while words < _MOST_WORDS and last not in TECHNICAL and _goes_on(line, index, last):
        last = line.key(index)
        words += 1
        index += 1
        index += line.touching(index - 1) and line[index].kind == "digits"  # CO2
        stop = index
        index = _over_joint(line, index, last)
    return (first, stop) if words and not _no_noun(line, first, stop) else None


def _no_noun(line: Line, first: int, stop: int) -> bool:
    """Whether only a predicate was found: "15 injured", "the two turned vicious"."""
    key = line.key(first)
    if key in _TAKING or (stop - first == 1 and key in {"x", "v"}):  # "1080 x 2400"
        return True
    if stop - first == 1:
        return key in PREDICATES or key in CASUALTIES or key in _STATES
    return (
        _participle(key)
        and not any(looks_plural(line.key(at)) for at in range(first, stop))
        and line.key(first - 1) != "one"
    )


def _goes_on(line: Line, index: int, last: str) -> bool:
    """Whether the word at `index` belongs to the phrase whose word before it is `last` ("" for none)."""
    token = line[index]
    key = token.key
    initials = key in {"us", "it"} and token.text.isupper()
    following = line.key(index + 1)
    initials = initials or (key in _SIDES and looks_plural(following) and following not in _STOPS)
    if token.kind != "word" or (key in _STOPS and not initials) or key in _WEEKDAYS:
        return False
    tied = line.key(index - 1) in DASHES and line.key(index - 2) in _ORDINALS
    if tied or (key in _ORDINALS and not last and following in DASHES and line.touching(index)):
        return True  # "10 first-half points"
    if key in NUMBER_WORDS or (key.endswith("ly") and len(key) > 4 and key not in LY_ADJECTIVES):
        return False
    if line.key(index + 1) in {"'", "’"} and line.key(index + 2) in {"t", "ve", "re", "ll"} and line.touching(index):
        return False  # "wasn't"
    if looks_plural(last):
        return last in MODIFYING_PLURALS and looks_plural(key) and not token.capitalised and key not in PREDICATES
    if key in PREDICATES or key in CASUALTIES or _participle(key):
        return _modifies(line, index)
    return not (key.endswith("ing") and line.key(index - 1) != "of" and not _modifies(line, index))


def _participle(key: str) -> bool:
    return key.endswith("ed") and len(key) > 3 and key not in NOT_PARTICIPLES


def _modifies(line: Line, index: int) -> bool:
    """Whether a participle is an adjective: a noun goes on behind it ("armed men"), no preposition ("killed in")."""
    following = line[index + 1]
    if following.key in DASHES and line.touching(index):
        return True
    if following.key in {"and", "or"}:
        following = line[index + 3] if line[index + 2].kind == "word" else following
    if following.kind != "word" or following.key in _STOPS or following.key.endswith("ly"):
        return False
    return following.key not in PREDICATES and following.key not in CASUALTIES


def _over_joint(line: Line, index: int, last: str) -> int:
    """Over what may stand between two words of one phrase: a hyphen, "(FC)", "'s", the "and" of two modifiers."""
    key = line.key(index)
    if key in DASHES and line.touching(index - 1) and line.touching(index):
        return index + 1
    if key == "(" and line[index + 1].text.isupper() and line.key(index + 2) == ")":
        inside = line[index + 3]
        return index + 3 if inside.kind == "word" and not inside.capitalised else index
    if key == "&" and line.touching(index - 1) and line.touching(index):
        return index + 1  # "R&D centres"
    if key in {"'", "’"} and line.touching(index) and line.key(index + 1) == "s":
        return index + 2
    if key in {"and", "or"} and not looks_plural(last):
        return index + 1 if looks_plural(line.key(index + 2)) and line[index + 1].kind == "word" else index
    return index
