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
    MEASURE_GROUPS,
    MEASURE_PHRASES,
    NOUN_GROUPS,
    PEOPLE_OF,
    PERSON_GROUPS,
    STATES,
    THINGS,
    TOLL,
    WEAK_MEASURES,
)

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
_PLAIN = str.maketrans({"’": "'", "‘": "'", "‑": "-"})


@lru_cache(maxsize=16_384)
def noun_of(counted: str | None) -> str | None:
    """The group of the head noun, or the noun in the singular; None where it names no thing of its own."""
    head = head_of(counted)
    return None if head is None or head in GENERIC_NOUNS else NOUN_GROUPS.get(head, head)


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


def measure_of(measure: str | None, counted: str | None, content: str = "") -> str | None:
    """The group of what is said of them, or its last telling word; None where that says nothing.

    `content`, in lower case, is where a verb's other words are looked for: "led … to safety".
    """
    group = _measure_of(measure, counted)
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
    return group


@lru_cache(maxsize=16_384)
def _measure_of(measure: str | None, counted: str | None) -> str | None:
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
        if noun in PERSON_GROUPS and word in _MAYBE_DEAD:
            return "killed"
        if head in BODIES and word in FOUND_BODIES:
            return "killed"
        if noun in THINGS and word == "lost":
            return "destroyed"
        if word in MEASURE_GROUPS:
            return MEASURE_GROUPS[word]
    if not words or all(word in WEAK_MEASURES for word in words):
        return IMPLIED.get(head) if head else None
    return _stem(words[0])


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


def _stem(word: str) -> str:
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsz":
        word = word[:-1]
    return word.removesuffix("e") if len(word) > 3 else word
