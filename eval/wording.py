"""When are two names, two counted nouns or two measures the same?

Compares words of annotations and answers only; nothing here gives offsets. The tables are those of the guidelines, kept
apart from the service's word lists so that a scorer never shares a mistake with what it scores.
"""

import re
from collections.abc import Mapping
from functools import cache, lru_cache

HONORIFICS = frozenset("mr mrs ms miss dr sir dame lord lady prof professor mx".split())
ARTICLES = frozenset("the a an".split())
PREPOSITIONS = frozenset(
    "of in on at from for with by to who which that whose near during under over aboard among across since".split()
)
_QUOTES_AND_DASHES = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "‑": "-", "\u00a0": " "}
)

# Each name stands for the words that mean it; a word in two groups ("dead") matches both.
SYNONYMS: Mapping[str, str] = {
    "killed": "killed, killing, slain, death, dead, toll, fatality, martyred",
    "died": "died, death, dead, toll, fatality, perished",
    "injured": "injured, injury, wounded, hurt",
    "arrested": "arrested, detained",
    "kidnapped": "kidnapped, abducted",
    "taken hostage": "taken hostage, held hostage, hostage",
    "took part": "took part, participated, joined",
    "missing": "missing, gone missing, unaccounted",
    "rescued": "rescued, saved",
    "fell": "fell, dropped, declined, decreased",
    "rose": "rose, increased, climbed, grew",
}
IRREGULAR_LEMMAS: Mapping[str, str] = {
    form: lemma
    for lemma, forms in {
        "take": "took taken taking",
        "hold": "held holding",
        "lose": "lost losing",
        "rise": "rose risen rising",
        "fall": "fell fallen",
        "grow": "grew grown",
        "slay": "slain slew",
        "die": "died dying dies",
        "leave": "left leaving",
        "shoot": "shot shooting",
        "find": "found",
        "put": "put putting",
        "cost": "cost costs costing",
        "have": "had has having",
        "be": "was were is are been being",
        "make": "made making",
        "bring": "brought",
        "sell": "sold",
        "buy": "bought",
        "pay": "paid",
        "go": "went gone going",
        "give": "gave given giving",
        "draw": "drew drawn",
        "drive": "drove driven driving",
        "build": "built",
        "send": "sent",
        "win": "won winning",
        "injure": "injured injuring injures",
        "dead": "dead",
        "missing": "missing",
    }.items()
    for form in forms.split()
}
IRREGULAR_PLURALS: Mapping[str, str] = {
    "people": "person",
    "persons": "person",
    "men": "man",
    "women": "woman",
    "children": "child",
    "policemen": "policeman",
    "fishermen": "fisherman",
    "lives": "life",
    "wives": "wife",
    "knives": "knife",
    "feet": "foot",
    "crises": "crisis",
    "buses": "bus",
    "gases": "gas",
    "troops": "troops",
}
UNIT_SYNONYMS: Mapping[str, str] = {
    "%": "percent",
    "per cent": "percent",
    "percentage": "percent",
    "percentage points": "percentage_point",
    "percentage point": "percentage_point",
    "km": "kilometre",
    "kilometer": "kilometre",
    "meter": "metre",
    "centimeter": "centimetre",
    "millimeter": "millimetre",
    "liter": "litre",
    "kg": "kilogram",
    "kilogramme": "kilogram",
    "tonne": "tonne",
    "time": "times",
}

_WORD = re.compile(r"\w+")


@lru_cache(maxsize=65_536)
def fold_name(name: str) -> str:
    """A name without its case, article, honorific, possessive, and typography."""
    words = name.translate(_QUOTES_AND_DASHES).casefold().replace(".", "").split()
    while len(words) > 1 and (words[0] in ARTICLES or words[0] in HONORIFICS):
        words = words[1:]
    return " ".join(words).removesuffix("'s").strip(" ,'\"")


@lru_cache(maxsize=65_536)
def head_of(counted: str) -> str:
    """The head noun of what is counted, in the singular: "army soldiers in the camp" gives "soldier"."""
    words = _WORD.findall(counted.translate(_QUOTES_AND_DASHES).casefold().replace("'s ", " "))
    for position, word in enumerate(words):
        if position > 0 and word in PREPOSITIONS:
            words = words[:position]
            break
    return singular(words[-1]) if words else ""


def same_counted(predicted: str | None, gold: str | None) -> bool:
    """Same head noun, or null in both."""
    if predicted is None or gold is None:
        return predicted is gold
    return head_of(predicted) == head_of(gold)


def same_measure(predicted: str | None, gold: str | None) -> bool:
    """Same lemma, or a synonym by the table, or null in both."""
    if predicted is None or gold is None:
        return predicted is gold
    return bool(_measure_keys(predicted) & _measure_keys(gold))


def same_unit(predicted: str | None, gold: str | None) -> bool:
    """Same unit, whatever its spelling or number; null only equals null."""
    if predicted is None or gold is None:
        return predicted is gold
    return fold_unit(predicted) == fold_unit(gold)


def fold_unit(unit: str) -> str:
    if len(unit) == 3 and unit.isupper():
        return unit
    plain = " ".join(unit.casefold().replace("_", " ").split())
    if plain in UNIT_SYNONYMS:
        return UNIT_SYNONYMS[plain]
    words = plain.split()
    if words and plain not in ("times", "celsius", "degree celsius"):
        words[-1] = singular(words[-1])
    return UNIT_SYNONYMS.get(" ".join(words), "_".join(words))


def singular(word: str) -> str:
    """A noun in the singular by its ending; the same rule on both sides is what matters."""
    if word in IRREGULAR_PLURALS:
        return IRREGULAR_PLURALS[word]
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "xes", "ches", "shes", "zes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


@lru_cache(maxsize=65_536)
def _measure_keys(measure: str) -> frozenset[str]:
    phrase = _lemmas(measure)
    return frozenset({phrase} | {name for name, phrases in _synonym_phrases().items() if phrase in phrases})


@cache
def _synonym_phrases() -> Mapping[str, frozenset[str]]:
    return {name: frozenset(map(_lemmas, words.split(", "))) for name, words in SYNONYMS.items()}


def _lemmas(phrase: str) -> str:
    lemmas = [lemma_of_verb(word) for word in _WORD.findall(phrase.translate(_QUOTES_AND_DASHES).casefold())]
    return " ".join([lemma for lemma in lemmas if lemma not in ("be", *ARTICLES)] or lemmas)


def lemma_of_verb(word: str) -> str:
    """A verb's stem by its ending; regular forms of one verb meet, which is all that comparing needs."""
    if word in IRREGULAR_LEMMAS:
        return IRREGULAR_LEMMAS[word]
    for ending in ("ing", "ed"):
        stem = word.removesuffix(ending)
        if stem != word and len(stem) >= 3:
            return _base(stem)
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        return _base(word[:-1].removesuffix("e") if word.endswith(("sses", "ches", "shes", "xes")) else word[:-1])
    return _base(word)


def _base(stem: str) -> str:
    """Undoes what -ed and -ing do to a stem: carri- to carry, stopp- to stop, and final -e away on both sides."""
    if stem.endswith("i"):
        return stem[:-1] + "y"
    if len(stem) > 3 and stem[-1] == stem[-2] and stem[-1] not in "lsz":
        return stem[:-1]
    return stem[:-1] if len(stem) > 3 and stem.endswith("e") else stem
