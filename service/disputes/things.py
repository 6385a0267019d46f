"""Of what is a figure said: which noun is counted, and what happened to it?

Compares by the head noun and by groups of words that say the same; everything else is the word itself. Nothing here
gives offsets.
"""

import re
from functools import lru_cache

from service.lexicon.happenings import (
    BODIES,
    FOUND_BODIES,
    GENERIC_NOUNS,
    HARM,
    IMPLIED,
    IRREGULAR_VERBS,
    MEANT,
    MEASURE_GROUPS,
    MEASURE_PHRASES,
    NOUN_GROUPS,
    OPPOSED,
    PEOPLE_OF,
    PERSON_GROUPS,
    PRICED,
    SORTED,
    STATES,
    THINGS,
    TOLL,
    WEAK_MEASURES,
    WHEREABOUTS,
)

MEASURES = frozenset(MEASURE_GROUPS.values()) | {group for _, group in MEASURE_PHRASES}
"""Those that say something of their own."""

_WORD = re.compile(r"[^\W\d_]+(?:[-'][^\W\d_]+)*")
_BREAKS = frozenset(
    "of in on at from for with by to who which that whose near during under over aboard among across since".split()
)
_IRREGULAR = {
    "people": "person", "men": "man", "women": "woman", "children": "child", "policemen": "policeman", "lives": "life",
    "servicemen": "serviceman", "gunmen": "gunman", "troops": "troops", "workmen": "workman", "losses": "loss",
    "guardsmen": "guardsman", "buses": "bus", "bodies": "body", "series": "series", "feet": "foot",
}  # fmt: skip
_AGENTS = ("er", "or", "ist", "ian", "man", "ee", "ant", "nurse")
_MAYBE_DEAD = frozenset({"fell", "lost"})  # of people; of anything else they say something different
_LACK = re.compile(r"\b(?:without|has no|have no|had no|lacked|lack|lacks) ([a-z]+)")
_VERB_BEHIND = re.compile(
    r" (?:[\w'’-]+ ){1,3}(?:had been|has been|have been|were|was|are|is|being) (?:\w+ly )?"
    r"([a-z]+(?:ed|en|shut|hurt|ill))\b"
)
_OF = re.compile(r"\bof (?:a |an |the |its )?([a-z-]+)")
_SURE = re.compile(
    r"\b(?:(confirmed|laborator(?:y|ies))|suspected|thought to|believed to|probable|not tested|untested)\b"
)
# With a second number between they are two figures.
_TOGETHER = re.compile(r"\b(?:dead|killed|deaths) (?:and|or) (?:wounded|injured|hurt|injuries)\b")
_PLAIN = str.maketrans({"’": "'", "‘": "'", "‑": "-"})


@lru_cache(maxsize=16_384)
def noun_of(counted: str | None) -> str | None:
    """The group of the head noun, or the noun in the singular; None where it names no thing of its own."""
    head = head_of(counted)
    if head is None or head in GENERIC_NOUNS:
        return None
    group = NOUN_GROUPS.get(head, head)
    if group == "people" or head == "member":  # "civilian dead", "child victims", "crew members"
        named = (NOUN_GROUPS.get(singular(word)) for word in sorted(modifiers_of(counted)))
        group = next((noun for noun in named if noun in PERSON_GROUPS and noun != "people"), group)
    return group


@lru_cache(maxsize=16_384)
def head_of(counted: str | None) -> str | None:
    """The head noun in the singular: "army soldiers in the camp" gives "soldier"."""
    words = _WORD.findall((counted or "").translate(_PLAIN).lower().replace("'s ", " "))
    stop = next((place for place, word in enumerate(words) if place and word in _BREAKS), len(words))
    head = words[:stop]
    if stop + 1 < len(words) and singular(head[-1]) in PEOPLE_OF and words[stop] == "of":
        head = words[stop + 1 :]  # "members of the security forces"
    return singular(head[-1]) if head else None


def people(noun: str | None) -> bool:
    """Whether a noun names people, as far as its group or its ending shows."""
    return noun in PERSON_GROUPS or (noun is not None and noun not in THINGS and noun.endswith(_AGENTS))


@lru_cache(maxsize=16_384)
def modifiers_of(counted: str | None) -> frozenset[str]:
    """The words before the head noun, lower case: "Pakistani", "female"."""
    words = _WORD.findall((counted or "").translate(_PLAIN).lower())
    stop = next((place for place, word in enumerate(words) if place and word in _BREAKS), len(words))
    return frozenset(words[: max(0, stop - 1)])


def measure_of(
    measure: str | None, counted: str | None, content: str = "", unit: str | None = None, behind: str = ""
) -> str | None:
    """The group of what is said of them, or its last telling word; None where that says nothing.

    `content`, in lower case, is where a verb's other words are looked for: "led … to safety". `behind`, likewise, are
    the words after the figure, whose verb stands in for a measure that was not given.
    """
    if not measure and counted and (verb := _VERB_BEHIND.match(behind)):
        measure = verb[1]
    group = _measure_of(measure, counted, unit)
    if group in (None, "killed", "injured") and _TOGETHER.search(content):
        return "casualties"
    if group in HARM or not content:
        return group
    words = frozenset(_WORD.findall(content))
    if words & TOLL and (noun_of(counted) is None or noun_of(counted) in PERSON_GROUPS or group is None):
        return "killed"
    own = (measure or "").lower().split()
    for phrase, telling in MEASURE_PHRASES:
        parts = phrase.split()
        if own and parts[0] == own[0] and len(parts) > 1 and words.issuperset(parts):
            return telling
        if not own and phrase in content:
            return telling
    if group not in MEASURES and noun_of(counted) not in THINGS:
        for phrase, telling in WHEREABOUTS.items():
            if phrase in content:
                return telling
    if not own and (lack := _LACK.search(content)):
        return f"without {lack[1]}"
    return group


@lru_cache(maxsize=16_384)
def _measure_of(measure: str | None, counted: str | None, unit: str | None) -> str | None:
    head, noun = head_of(counted), noun_of(counted)
    state = next((STATES[word] for word in sorted(modifiers_of(counted)) if word in STATES), None)
    if state is not None:
        return state
    plain = (measure or "").translate(_PLAIN).lower()
    for phrase, group in MEASURE_PHRASES:
        if phrase in plain:
            return group
    words = _WORD.findall(plain)
    for word in words:
        if meant := _meant(word, noun, head, unit):
            return meant
    implied = IMPLIED.get(head) if head else None
    if implied or not words or all(word in WEAK_MEASURES for word in words):
        return implied  # what such a noun says by itself tells more than "141 dead were left"
    return stem(words[0])


def _meant(word: str, noun: str | None, head: str | None, unit: str | None) -> str | None:
    """What one word says of such a thing."""
    if noun in PERSON_GROUPS and word in _MAYBE_DEAD:
        return "killed"
    if head in BODIES and word in FOUND_BODIES:
        return "killed"
    verb = stem(word)
    if noun is not None and (meant := _MEANT.get((noun, verb))):
        return meant
    if noun in THINGS and word == "lost":
        return "destroyed"
    if unit is not None and verb in _PRICED and _is_money(unit):
        return "cost"
    if unit is not None and word in WEAK_MEASURES:
        return None  # of an amount they say only how much it was: "the bill came to …"
    group = MEASURE_GROUPS.get(word) or _BY_STEM.get(verb)
    if unit is not None and group in HARM and unit != "percent":
        return None  # money that is saved, hours in which all were freed
    return None if group == "cost" and unit is None and noun in PERSON_GROUPS else group


def _is_money(unit: str) -> bool:
    return len(unit) == 3 and unit.isupper()


def sorts_of(counted: str | None, content: str) -> frozenset[str]:
    """What tells one thing from another of its name: the bread of "price of bread", the cholera of "cholera cases".

    Empty for nouns that say enough by themselves, but for words that shut out others.
    """
    words = modifiers_of(counted)
    shut = frozenset(word for word in words if word in _SHUT)
    if noun_of(counted) in ("cases", "people") and (sure := _SURE.search(content)):
        shut |= {"confirmed" if sure[1] else "suspected"}
    head = head_of(counted)
    if head not in SORTED:
        return shut
    found = _OF.search(counted or "") or re.search(rf"\b{head}s? of (?:a |an |the |its )?([a-z-]+)", content)
    return (shut | words | ({singular(found[1])} if found else set())) - _SAID_OF_ALL


def sorts_apart(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two things of one name are of two sorts."""
    if not one or not other:
        return False
    if any(len(pair & one) == 1 and len(pair & other) == 1 and not pair & one & other for pair in OPPOSED):
        return True
    return bool(one - _SHUT) and bool(other - _SHUT) and one.isdisjoint(other)


@lru_cache(maxsize=16_384)
def singular(word: str) -> str:
    """A noun in the singular by its ending."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "xes", "ches", "shes", "zes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


@lru_cache(maxsize=16_384)
def stem(word: str) -> str:
    """A verb without its ending, alike for all of its forms; not always a word."""
    word = IRREGULAR_VERBS.get(word) or _without_ending(word)
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "sz":
        word = word[:-1]
    return word.removesuffix("e") if len(word) > 3 else word


def _without_ending(word: str) -> str:
    if len(word) > 4 and word.endswith(("ied", "ies")):
        return word[:-3] + "y"
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and not word.endswith("ss") and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


_BY_STEM = {stem(word): group for word, group in MEASURE_GROUPS.items()}
_MEANT = {(noun, stem(verb)): group for (noun, verb), group in MEANT.items()}
_PRICED = frozenset(stem(verb) for verb in PRICED)
_SHUT = frozenset(word for pair in OPPOSED for word in pair)
_SAID_OF_ALL = frozenset({"total", "average", "final", "official", "full", "overall"})
