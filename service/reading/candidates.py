"""What is a mention made of, before it is known whose it is?

The words of a sentence, and the questions about their neighbours that several kinds of mention ask."""

import re
from dataclasses import dataclass
from typing import NamedTuple

from service.lexicon.bodies import ANAPHORIC_BODIES, BODY_WORDS, GENERIC_BODIES
from service.lexicon.cues import CUE_FORMS
from service.lexicon.function_words import (
    ADVERBS,
    AUXILIARIES,
    DETERMINERS,
    FUNCTION_WORDS,
)
from service.lexicon.nations import CALENDAR
from service.lexicon.roles import ANONYMOUS, DOCUMENTS, MODIFIERS, ROLES, SPOKES_ROLES
from service.lexicon.titles import HONORIFICS, RANKS, RETIRED
from service.records import Sentence, Span, SpeakerForm

WORD = re.compile(r"[^\W_]+(?:[’'\-–&][^\W_]+)*")
JOINED_ARTICLES = frozenset("el- al- ul- an- as- ad-".split())  # "el-Nour"
TITLES = HONORIFICS | RANKS | RETIRED
NOUN_HEADS = ROLES | ANONYMOUS | DOCUMENTS | GENERIC_BODIES | frozenset(ANAPHORIC_BODIES)
POSSESSIVE = frozenset({"’s ", "'s ", "’ ", "' "})
MOST_MODIFIERS = 6  # words between an article and a role; more are another phrase


# Put together once: these are asked about at every word.
_BETWEEN = ADVERBS | AUXILIARIES | {"long"}
_NO_THAT = DETERMINERS - {"that"}
_NO_THE = DETERMINERS - {"the"}


class Token(NamedTuple):
    """A word of a sentence, with what is asked of it again and again worked out once.

    `gap` is what stands between it and the word before; `joined` says that this is only a space."""

    start: int
    end: int
    word: str
    gap: str
    lower: str
    capital: bool
    joined: bool

    @classmethod
    def of(cls, start: int, end: int, word: str, gap: str) -> "Token":
        capital = word[0].isupper() or (word[:3] in JOINED_ARTICLES and word[3:4].isupper())
        return cls(start, end, word, gap, word.lower(), capital, gap in {" ", "\u00a0"})


@dataclass(frozen=True)
class Candidate:
    """Words that could name a speaker. `name` leaves out title and article; `title` is the role before it."""

    span: Span
    form: SpeakerForm
    name: str
    sentence: int
    title: str = ""
    principal: str = ""  # the words before a spokesperson's role: for whom they speak
    gender: str = ""  # "m", "f", or "" where unknown
    speaking: bool = False  # a cue stands beside it
    the: bool = False  # "the" stands before it, as before few names of people
    place: bool = False
    person: bool = False
    acronym: str = ""
    head: str = ""  # of a role or body: its noun
    full: str = ""  # with the words after the noun: "clerk of the court"
    definite: bool = False
    role_at: int | None = None  # where the role begins that a comma parts from the name


def tokens_of(text: str, sentence: Sentence) -> list[Token]:
    """The sentence's words, possessive endings cut off so that they separate names."""
    tokens: list[Token] = []
    end = sentence.span.start
    for match in WORD.finditer(text, *sentence.span):
        word = match.group()
        stop = match.end()
        if word[-2:] in {"’s", "'s"} and len(word) > 2:
            word, stop = word[:-2], stop - 2
        tokens.append(Token.of(match.start(), stop, word, text[end : match.start()]))
        end = stop
    return tokens


def is_speaking(tokens: list[Token], start: int, stop: int) -> bool:
    """Whether a cue stands right beside the words."""
    if start and tokens[start - 1].lower in CUE_FORMS and tokens[start].joined:
        return True
    if start > 1 and tokens[start - 1].lower == "to" and tokens[start - 2].lower == "according":
        return True
    if start > 2 and tokens[start - 2].lower == "to" and tokens[start - 3].lower == "according":
        return True
    at = stop
    while at < len(tokens) and at < stop + 3 and tokens[at].joined:
        if tokens[at].lower in CUE_FORMS:
            return True
        if tokens[at].lower not in _BETWEEN and not tokens[at].lower.endswith("ly"):
            return False
        at += 1
    return False


def phrase_start(tokens: list[Token], head: int) -> int:
    """Where the noun phrase of a role begins, its article included."""
    begin = head
    for index in range(head - 1, max(0, head - MOST_MODIFIERS) - 1, -1):
        token, after = tokens[index], tokens[index + 1]
        if _inside_name(tokens, index):
            continue
        possessive = after.gap in {"’s ", "'s ", "’ ", "' "}
        bracket = after.gap == ") " or (after.gap == " (" and after.word.isupper())
        if not (after.joined or possessive or bracket):
            break
        if token.lower in _NO_THAT:  # "said that police": no article
            return index
        known = token.capital or token.lower in MODIFIERS or token.lower in GENERIC_BODIES or token.lower in ROLES
        known = (
            (known and token.lower not in CALENDAR)
            or possessive
            or token.lower in BODY_WORDS
            or "-" in token.word
            or token.word.isdigit()
        )
        if token.word != "US" and (token.lower in FUNCTION_WORDS or token.lower in CUE_FORMS or not known):
            # An unknown word is a modifier only where an article stands before it.
            if token.lower in FUNCTION_WORDS or token.lower in CUE_FORMS:
                break
            return _unknown_start(tokens, index, begin)
        begin = index
    return begin


def _unknown_start(tokens: list[Token], index: int, begin: int) -> int:
    """Where the phrase begins whose modifier at `index` is in no list: at an article up to two words before it, at a
    comma before "disaster officials", else behind it."""
    for at in range(index, max(0, index - 2), -1):
        if not tokens[at].joined and tokens[at].gap not in POSSESSIVE:
            return at if at == index and index and tokens[at].gap in {", ", "; "} else begin
        before = tokens[at - 1]
        if before.lower in _NO_THAT:
            return at - 1
        if before.lower in FUNCTION_WORDS or before.lower in CUE_FORMS or before.lower in CALENDAR or before.capital:
            return begin
    return begin


def _inside_name(tokens: list[Token], index: int) -> bool:
    """Whether a little word stands inside a body's name: "Department of Care spokeswoman"."""
    token = tokens[index]
    if token.lower not in {"of", "for", "and"} or not (token.joined and tokens[index + 1].capital and index):
        return False
    before = tokens[index - 1]
    field = token.lower == "and" and index > 2 and tokens[index - 2].lower in {"of", "for"}
    return before.capital and (before.lower in BODY_WORDS or field)


def principal_of(role: str) -> str:
    """For whom a spokesperson speaks: the words before the noun, or after "for" or "of"."""
    words = role.split()
    at = next(i for i, word in enumerate(words) if word.strip(".,").lower() in SPOKES_ROLES)
    after = words[at + 1 :]
    if after and after[0].lower() in {"for", "of"}:
        return " ".join(after[1:])
    before = [word for word in words[:at] if word.lower() not in {"chief", "senior", "official", "lead", "deputy"}]
    if before and before[0].lower() in _NO_THE:
        return "its" if len(before) == 1 else " ".join(before[1:])
    return " ".join(before)
