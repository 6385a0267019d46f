"""What is said of the things that a figure counts?

The verb or participle in the text, for one figure inside one claim; the noun is left to `counting`."""

import re

from service.embedded.counting import (
    CAPTIVE,
    CHANGE_NOUNS,
    CHANGING,
    LENGTHS,
    PLAIN_NOUNS,
    REPORTING,
    RESULTING,
    TALLIES,
    TIMES_UNITS,
    amount_of,
    noun_of,
    number_word,
    of_quality,
    past_time,
)
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
    {
        ("take", "part"),
        ("lose", "life"),
        ("meet", "death"),
        ("take", "fire"),
        ("catch", "fire"),
        ("let", "go"),
        ("take", "control"),
    }
)
PARTICLES = frozenset("off over out up down away".split())
SEARCHING = frozenset("look search wait hunt".split())
# A number after these only says where, whence, how often or among how many.
PLACES = frozenset("in at from across on among without near into through out over to off along".split())
REDUCING = frozenset("cut raise reduce slash lower lift bring take".split())
# "Are feared buried": the second verb says what became of them.
FEARING = frozenset("fear believe think presume report suspect confirm".split())
# Behind an amount these make it say only when or where.
FRAMES = frozenset("ago later earlier before after beforehand afterwards since previously sooner".split())
DIRECTIONS = frozenset(
    """north south east west northeast northwest southeast southwest north-east north-west south-east south-west away
    from off below above behind beneath inland upstream downstream offshore out outside""".split()
)
IDIOM_WORDS = 2  # from "took" to "control" of "took full control"
SHORT = 5  # words of "in a critical condition"
FIRST = 20_000  # characters that tell what an article is about
WORD = re.compile(r"[a-z]+")


# Put together once: these are asked about at every word.
_NOT_SIZED = TALLIES | DEATH_NOUNS | CHANGE_NOUNS | {"minimum", "maximum"}
_CHANGES = CHANGING | REDUCING
_CONDITIONS = STATES | CAPTIVE


def measure(parsed: Parsed, figure: FoundFigure, content: frozenset[int], *, violent: bool) -> str | None:
    """The word as written, "killed" or "died" for deaths, None where only the words around the claim have a verb."""
    number = number_word(parsed, figure)
    if number is None:
        return None
    if number.pos_ == "VERB" and figure.unit == "times":
        return str(number.text)  # "doubled"
    quality = of_quality(amount_of(number, figure.unit)) if figure.unit is not None else None
    if quality is not None:
        return str(quality.text) if quality.head.i in content else None
    if figure.unit is None and any(child.lower_ == "of" and child.dep_ == "quantmod" for child in number.children):
        return None  # the 29 of "three of 29 registers"
    noun = _counted_noun(number, figure)
    if noun is None:
        return None
    if figure.unit is not None and noun.head.lower_ == "with" and noun.head.head.pos_ in {"VERB", "AUX"}:
        return None  # "fled with $600,000"
    found = _around(noun, content, counts=figure.unit is None, violent=violent)
    return found if found is None or found in {"killed", "died"} else " ".join(found.split())


def _counted_noun(number: Token, figure: FoundFigure) -> Token | None:
    if figure.unit is None:
        noun = noun_of(number)
        if noun is not None and noun.head.dep_ == "prep" and noun.head.head == number:
            return number  # "18 of the soldiers": what befell the 18
        return noun if noun is not None else number
    amount = past_time(amount_of(number, figure.unit), figure.unit)
    if _frames(amount, number, figure.unit):
        return None
    if amount.head.lemma_.lower() in CHANGE_NOUNS and amount.dep_ in {"compound", "nummod", "amod", "nmod"}:
        return None if figure.unit in TIMES_UNITS else amount
    if amount.head.pos_ in PLAIN_NOUNS and amount.dep_ in {"compound", "nummod", "amod", "nmod", "predet"}:
        # "half the guests", "twice the amount"
        share = figure.unit in {"percent", "times"} and amount == number and number.is_alpha
        return amount.head if share else None  # not "a five-year term"
    if amount.dep_ == "pobj" and figure.unit in TIMES_UNITS and not _lasts(amount.head):
        return None
    return amount


def _frames(amount: Token, number: Token, unit: str) -> bool:
    """ "Nine days after the fire", "40 km south of the town", "over six years", "up 12 per cent"."""
    following = amount.doc[amount.i + 1].lower_ if amount.i + 1 < len(amount.doc) else ""
    if unit in TIMES_UNITS:
        over = any(child.lower_ == "over" and child.dep_ == "quantmod" for child in number.children)
        return following in FRAMES or (over and amount.dep_ == "npadvmod")
    if unit in LENGTHS:
        fell = following == "from" and amount.head.lemma_.lower() in CHANGING
        return following in DIRECTIONS and amount.dep_ != "dobj" and not fell
    before = amount.doc[min(amount.i, number.i) - 1].lower_ if min(amount.i, number.i) > 0 else ""
    behind = amount.doc[max(min(amount.i, number.i) - 2, 0)].pos_ if before else ""
    return unit == "percent" and before in {"up", "down"} and behind not in {"VERB", "AUX"}


def _lasts(preposition: Token) -> bool:
    """ "Worked for six hours", "arrived in six hours"; not "rose in six months", "over six years", and not "resulted in
    a halt for six hours", where the halt lasts."""
    lemma = preposition.head.lemma_.lower()
    if lemma in RESULTING:
        return False
    changes = lemma in CHANGING
    return preposition.lower_ == "for" or (preposition.lower_ in {"in", "within"} and not changes)


def _around(noun: Token, content: frozenset[int], *, counts: bool, violent: bool) -> str | None:
    death = "killed" if violent else "died"
    if noun.head.lemma_.lower() in CHANGE_NOUNS and noun.dep_ in {"compound", "nummod", "amod", "nmod"}:
        return str(noun.head.text)  # "a 90 per cent surge in thefts"
    if noun.lemma_.lower() in DEATH_NOUNS:
        return death
    own = _own_participle(noun, death)
    ruled = noun.dep_ in {"nsubj", "nsubjpass", "dobj"} and noun.head.pos_ == "VERB" and noun.head.i in content
    if own is not None and not ruled:
        return own
    if counts and _only_places(noun):
        return None
    token = noun
    while token.head != token:
        head = token.head
        if token.dep_ in {"pobj", "prep", "appos", "conj"} and head.lemma_.lower() in DEATH_NOUNS:
            return death
        if _only_describes(token) or _denominator(token):
            return None
        if head.pos_ in {"VERB", "AUX"}:
            share = _participle_of_tally(head)
            if share is not None:
                return share
            if head.lemma_.lower() in REPORTING and token.dep_ not in {"nsubj", "nsubjpass", "agent"}:
                return None
            return _of_verb(head, token, death) if head.i in content else _death_beside(head, death)
        if head.dep_ == "acomp" and head.head.lemma_ == "be" and token.dep_ == "prep":
            return _lacking(head, token)
        token = head
    return None


def _lacking(quality: Token, joint: Token) -> str | None:
    """ "Short" of "are short of 90 nurses"."""
    return str(quality.text) if quality.pos_ == "ADJ" and joint.lower_ == "of" else None


def _only_describes(token: Token) -> bool:
    """ "A wall of 12 metres", "an offer of $2m": the size of a thing, of which something else is said."""
    if token.dep_ != "pobj" or token.head.lower_ != "of":
        return False
    thing = token.head.head
    sized = thing.lemma_.lower() not in _NOT_SIZED
    sized = sized and not (token.pos_ == "NUM" and token.is_alpha)  # "its crew of four walked away"
    return thing.pos_ in PLAIN_NOUNS and sized and not thing.like_num


def _participle_of_tally(verb: Token) -> str | None:
    """ "Filled" of "the share of posts filled rose to 40 per cent"."""
    for child in verb.children:
        if child.dep_ in {"nsubj", "nsubjpass", "dobj"} and child.lemma_.lower() in TALLIES:
            for word in child.subtree:
                if word.tag_ == "VBN" and word.dep_ in {"acl", "amod"}:
                    return str(word.text)
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
    if noun.head.lower_ == "into" and top.lemma_.lower() in SEARCHING:
        return False
    while top.dep_ == "prep":
        top = top.head
    changes = top.lemma_.lower() in _CHANGES or any(
        child.dep_ in {"dobj", "nsubj"} and child.lemma_.lower() in DEATH_NOUNS for child in top.children
    )
    scale = noun.head.lower_ in {"to", "from", "at"} and changes
    return not scale


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
    verb = _past_participle_before(verb, argument)
    for child in verb.children:
        if child.dep_ in {"acomp", "oprd", "attr", "advmod"} and child.lower_ in _CONDITIONS:
            if child.lower_ == "dead":
                return death
            return f"{verb.text} {child.text}" if child.lower_ in CAPTIVE else str(child.text)
        # "raising the death toll to 23"
        if child != argument and child.dep_ in {"dobj", "nsubj"} and child.lemma_.lower() in DEATH_NOUNS:
            return death
        told = child.dep_ in {"oprd", "xcomp", "acomp", "advcl"} and child.tag_ == "VBN" and child.i == verb.i + 1
        if told and verb.lemma_.lower() in FEARING:
            return _phrase(child)
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


def _past_participle_before(verb: Token, argument: Token) -> Token:
    """ "Named" of "two clerks held at the gate were named": the parse often takes "held" for the verb and "were named"
    for another one beside it, though no "and" joins them."""
    if argument.dep_ != "nsubj" or any(child.dep_ in {"aux", "auxpass", "cc", "dobj"} for child in verb.children):
        return verb
    for child in verb.children:
        roles = {word.dep_ for word in child.children}
        if child.dep_ == "conj" and "auxpass" in roles and not roles & {"nsubj", "nsubjpass"}:
            return child
    return verb


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
        small = child.dep_ == "prt" or (child.dep_ == "advmod" and child.lower_ in PARTICLES)
        if beside and (small or (child.dep_ == "prep" and child.lower_ == "off")):
            return f"{verb.text} {child.text}"
        if beside and child.dep_ == "prep" and child.lower_ in {"for", "into"} and verb.lemma_.lower() in SEARCHING:
            return f"{verb.text} {child.text}"
        if child.lower_ in CAPTIVE and child.i > verb.i:
            return f"{verb.text} {child.text}"
        if 0 < child.i - verb.i <= IDIOM_WORDS and (verb.lemma_.lower(), child.lemma_.lower()) in IDIOMS:
            return str(verb.doc[verb.i : child.i + 1].text)
    return str(verb.text)


def is_violent(text: str, *, least: int = 2) -> bool:
    """Whether a text has that many words of violence, so that its dead were killed."""
    return len({word for word in WORD.findall(text[:FIRST].lower()) if word in VIOLENCE}) >= least
