"""What is said of the things that a figure counts?

The verb or participle in the text, for one figure inside one claim; the noun is left to `counting`."""

import re

from service.embedded.counting import CAPTIVE, CHANGING, PLAIN_NOUNS, TIMES_UNITS, amount_of, noun_of, number_word
from service.embedded.parsing import Parsed, Token
from service.records import FoundFigure

DEATH_NOUNS = frozenset("death toll fatality fatalities dead deaths casualty killing".split())
VIOLENCE = frozenset(
    """attack attacked attackers attacks blast bomb bombing bombs explosion shooting shot gunmen militants insurgents
    fighters rebels clash clashes clashed raid ambush ambushed strike strikes shelling fighting battle war killed kill
    soldiers troops militant terrorist terrorists gunfire assault fired rocket drone missile grenade
    airstrike""".split()
)
LIGHT = frozenset("be have do include leave bring raise rise reach stand see suffer".split())
STATES = frozenset("dead injured wounded missing homeless displaced hurt killed alive underground".split())
# The verb alone would say something else.
IDIOMS = frozenset(
    {("take", "part"), ("lose", "life"), ("meet", "death"), ("take", "fire"), ("catch", "fire"), ("let", "go")}
)
PARTICLES = frozenset("off over out up down away".split())
SEARCHING = frozenset("look search wait hunt".split())
# A number after these only says where, whence, how often or among how many.
PLACES = frozenset("in at from across on among between with without near into through out over to off along".split())
REDUCING = frozenset("cut raise reduce slash lower lift bring take".split())
SHORT = 5  # words of "in a critical condition"
FIRST = 20_000  # characters that tell what an article is about
WORD = re.compile(r"[a-z]+")


def measure(parsed: Parsed, figure: FoundFigure, content: frozenset[int], *, violent: bool) -> str | None:
    """The word as written, "killed" or "died" for deaths, None where only the words around the claim have a verb."""
    number = number_word(parsed, figure)
    if number is None:
        return None
    if number.pos_ == "VERB" and figure.unit == "times":
        return str(number.text)  # "doubled"
    noun = _counted_noun(number, figure)
    if noun is None:
        return None
    found = _around(noun, content, counts=figure.unit is None or noun.head.lower_ == "with", violent=violent)
    return found if found is None or found in {"killed", "died"} else " ".join(found.split())


def _counted_noun(number: Token, figure: FoundFigure) -> Token | None:
    if figure.unit is None:
        noun = noun_of(number)
        if noun is not None and noun.head.dep_ == "prep" and noun.head.head == number:
            return number  # "18 of the soldiers": what befell the 18
        return noun if noun is not None else number
    amount = amount_of(number, figure.unit)
    if amount.head.pos_ in PLAIN_NOUNS and amount.dep_ in {"compound", "nummod", "amod", "nmod", "predet"}:
        # "half the guests", "twice the amount"
        share = figure.unit in {"percent", "times"} and amount == number and number.is_alpha
        return amount.head if share else None  # not "a five-year term"
    if amount.dep_ == "pobj" and figure.unit in TIMES_UNITS and not _lasts(amount.head):
        return None
    return amount


def _lasts(preposition: Token) -> bool:
    """ "Worked for six hours", "arrived in six hours"; not "rose in six months", "over six years"."""
    changes = preposition.head.lemma_.lower() in CHANGING
    return preposition.lower_ == "for" or (preposition.lower_ in {"in", "within"} and not changes)


def _around(noun: Token, content: frozenset[int], *, counts: bool, violent: bool) -> str | None:
    death = "killed" if violent else "died"
    if noun.lemma_.lower() in DEATH_NOUNS:
        return death
    own = _own_participle(noun, death)
    if own is not None:
        return own
    if counts and _only_places(noun):
        return None
    token = noun
    while token.head != token:
        head = token.head
        if token.dep_ in {"pobj", "prep", "appos", "conj"} and head.lemma_.lower() in DEATH_NOUNS:
            return death
        if head.pos_ in {"VERB", "AUX"}:
            return _of_verb(head, token, death) if head.i in content else _death_beside(head, death)
        if _denominator(token):
            return None
        token = head
    return None


def _own_participle(noun: Token, death: str) -> str | None:
    for child in noun.children:
        if child.dep_ == "acl" and child.tag_ == "VBN":
            return _phrase(child)
        if child.dep_ in {"amod", "acomp"} and child.lower_ in STATES:
            return death if child.lower_ == "dead" else str(child.text)
        if child.dep_ == "relcl" and any(word.dep_ == "nsubjpass" for word in child.children):
            return _phrase(child)
    return None


def _only_places(noun: Token) -> bool:
    """ "In two towns", "from four sides"; but "slashed from 52 to 13"."""
    if noun.dep_ != "pobj" or noun.head.lower_ not in PLACES or noun.lemma_.lower() in DEATH_NOUNS:
        return False
    top = noun.head.head
    while top.dep_ == "prep":
        top = top.head
    changes = top.lemma_.lower() in CHANGING | REDUCING or any(
        child.dep_ in {"dobj", "nsubj"} and child.lemma_.lower() in DEATH_NOUNS for child in top.children
    )
    scale = noun.head.lower_ in {"to", "from", "at"} and changes
    return not (scale or (noun.head.lower_ == "with" and top.pos_ not in {"VERB", "AUX"}))


def _denominator(token: Token) -> bool:
    """ "The 29 registers" of "three of the 29 registers"."""
    return (
        token.dep_ == "pobj"
        and token.head.lower_ == "of"
        and bool(token.head.head.like_num or token.head.head.lower_ in {"dozen", "half", "most"})
    )


def _death_beside(verb: Token, death: str) -> str | None:
    """ "Put the toll at 12", where the verb is the speaker's."""
    tolls = (child for child in verb.children if child.dep_ in {"dobj", "nsubj"})
    return death if any(child.lemma_.lower() in DEATH_NOUNS for child in tolls) else None


def _of_verb(verb: Token, argument: Token, death: str) -> str | None:
    for child in verb.children:
        if child.dep_ in {"acomp", "oprd", "attr", "advmod"} and child.lower_ in STATES | CAPTIVE:
            if child.lower_ == "dead":
                return death
            return f"{verb.text} {child.text}" if child.lower_ in CAPTIVE else str(child.text)
        # "raising the death toll to 23"
        if child != argument and child.dep_ in {"dobj", "nsubj"} and child.lemma_.lower() in DEATH_NOUNS:
            return death
    lemma = verb.lemma_.lower()
    if lemma == "be" and argument.dep_ == "nsubj":
        return _state_of(verb)
    if lemma in LIGHT:
        after = (word for word in verb.subtree if word.i > argument.i and word.lower_ in STATES)
        state = next(after, None)
        if state is not None:
            return death if state.lower_ == "dead" else str(state.text)
        return None if lemma in {"be", "have"} else str(verb.text)
    return _phrase(verb)


def _state_of(verb: Token) -> str | None:
    """ "In a critical condition", "unaccounted for"."""
    for child in verb.children:
        if child.i != verb.i + 1:
            continue
        end = child.right_edge.i
        number = any(word.like_num for word in child.subtree)
        if (
            child.dep_ == "prep"
            and child.lower_ in {"in", "at", "on", "under"}
            and end - child.i < SHORT
            and not number
        ):
            nested = (word.i for word in child.subtree if word.dep_ == "prep" and word.i > child.i)
            return str(verb.doc[child.i : next(nested, end + 1)].text)
        if child.dep_ == "acomp" and end - child.i <= 1 and child.lower_ not in {"more", "less"}:
            return str(verb.doc[child.i : end + 1].text)
    return None


def _phrase(verb: Token) -> str:
    """The verb, with the particle or noun that makes its meaning ("taken hostage", "took part")."""
    for child in verb.children:
        beside = child.i == verb.i + 1
        if beside and (child.dep_ == "prt" or (child.dep_ == "advmod" and child.lower_ in PARTICLES)):
            return f"{verb.text} {child.text}"
        if beside and child.dep_ == "prep" and child.lower_ == "for" and verb.lemma_.lower() in SEARCHING:
            return f"{verb.text} {child.text}"
        if child.lower_ in CAPTIVE and child.i > verb.i:
            return f"{verb.text} {child.text}"
        if 0 < child.i - verb.i <= 2 and (verb.lemma_.lower(), child.lemma_.lower()) in IDIOMS:
            return str(verb.doc[verb.i : child.i + 1].text)
    return str(verb.text)


def is_violent(text: str, *, least: int = 2) -> bool:
    """Whether a text has that many words of violence, so that its dead were killed."""
    return len({word for word in WORD.findall(text[:FIRST].lower()) if word in VIOLENCE}) >= least
