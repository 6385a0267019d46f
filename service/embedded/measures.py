"""What is counted, and what is said of it?

For one figure inside one claim: the noun with its modifiers, and the verb or participle in the text."""

import re

from service.embedded.parsing import Parsed, Token
from service.records import FoundFigure

DEATH_NOUNS = frozenset("death toll fatality fatalities dead deaths casualty killing".split())
VIOLENCE = frozenset(
    """attack attacked attackers attacks blast bomb bombing bombs explosion shooting shot gunmen militants insurgents
    fighters rebels clash clashes clashed raid ambush ambushed strike strikes shelling fighting battle war killed kill
    soldiers troops militant terrorist terrorists gunfire assault fired rocket drone missile grenade
    airstrike""".split()
)
CAPTIVE = frozenset("hostage prisoner captive".split())
LIGHT = frozenset("be have do include leave bring raise rise reach stand see suffer".split())
STATES = frozenset("dead injured wounded missing homeless displaced hurt killed".split())
MOST_WORDS = 8
FIRST = 20_000  # characters that tell what an article is about
WORD = re.compile(r"[a-z]+")


def counted_and_measure(parsed: Parsed, figure: FoundFigure, *, violent: bool) -> tuple[str | None, str | None]:
    """The noun as written without its number (or what reading proposes), and the word that tells what befell."""
    positions = [i for i in parsed.tokens_in(figure.number)]
    if not positions:
        return figure.counted, None
    number = _top(parsed, positions)
    noun = _noun(number)
    if noun is not None and noun.lower_ in CAPTIVE:
        noun = next((child for child in noun.children if child.dep_ == "compound" and child.pos_ == "NOUN"), noun)
    counted = _words(parsed, noun, figure) if noun is not None else None
    return figure.counted or counted, _measure(noun if noun is not None else number, violent=violent)


def _top(parsed: Parsed, positions: list[int]) -> Token:
    """The number word that the others hang on."""
    inside = set(positions)
    for i in positions:
        if parsed.doc[i].head.i not in inside:
            return parsed.doc[i]
    return parsed.doc[positions[-1]]


def _noun(number: Token) -> Token | None:
    token = number
    for _ in range(4):
        if (
            token.dep_ in {"nummod", "quantmod", "compound", "amod", "advmod", "npadvmod", "nmod"}
            and token.head != token
        ):
            token = token.head
            if token.pos_ in {"NOUN", "PROPN"} and token.dep_ not in {"compound", "nmod"}:
                return token
        else:
            break
    for child in number.children:  # "18 of the soldiers"
        if child.dep_ == "prep" and child.lower_ == "of":
            return next((word for word in child.children if word.dep_ == "pobj"), None)
    return token if token.pos_ in {"NOUN", "PROPN"} else None


def _words(parsed: Parsed, noun: Token, figure: FoundFigure) -> str | None:
    inside = set(parsed.tokens_in(figure.span))
    first = noun.i
    while first - 1 >= 0 and first - 1 not in inside and noun.i - first < MOST_WORDS:
        before = parsed.doc[first - 1]
        if not before.is_ancestor(noun) and (before.head.i == noun.i or before.head.head.i == noun.i):
            if before.dep_ in {"det", "punct", "prep", "cc", "nsubj", "poss"} or before.pos_ == "VERB":
                break
            first -= 1
            continue
        break
    if any(i in inside for i in range(first, noun.i + 1)):
        return None
    return " ".join(parsed.doc[first : noun.i + 1].text.split())


def _measure(noun: Token, *, violent: bool) -> str | None:
    """The participle or verb said of the noun, as written."""
    death = "killed" if violent else "died"
    if noun.lemma_.lower() in DEATH_NOUNS:
        return death
    for child in noun.children:
        if child.dep_ == "acl" and child.tag_ == "VBN":
            return _phrase(child)
        if child.dep_ in {"amod", "acomp"} and child.lower_ in STATES:
            return death if child.lower_ == "dead" else str(child.text)
        if child.dep_ == "relcl" and any(word.dep_ == "nsubjpass" for word in child.children):
            return _phrase(child)
    token = noun
    while token.head != token:
        head = token.head
        if token.dep_ in {"pobj", "prep", "appos", "conj"} and head.lemma_.lower() in DEATH_NOUNS:
            return death
        if head.pos_ in {"VERB", "AUX"}:
            return _of_verb(head, token, death)
        token = head
    return None


def _of_verb(verb: Token, argument: Token, death: str) -> str | None:
    for child in verb.children:
        if child.dep_ in {"acomp", "oprd", "attr"} and child.lower_ in STATES | CAPTIVE:
            if child.lower_ == "dead":
                return death
            return f"{verb.text} {child.text}" if child.lower_ in CAPTIVE else str(child.text)
        # "raising the death toll to 23"
        if child != argument and child.dep_ in {"dobj", "nsubj"} and child.lemma_.lower() in DEATH_NOUNS:
            return death
    if verb.lemma_.lower() in LIGHT:
        after = (word for word in verb.subtree if word.i > argument.i and word.lower_ in STATES)
        state = next(after, None)
        if state is not None:
            return death if state.lower_ == "dead" else str(state.text)
        return None if verb.lemma_ in {"be", "have"} else str(verb.text)
    return _phrase(verb)


def _phrase(verb: Token) -> str:
    """The verb, with its particle or the noun that makes its meaning ("taken hostage")."""
    for child in verb.children:
        if child.dep_ == "prt" and child.i == verb.i + 1:
            return f"{verb.text} {child.text}"
        if child.lower_ in CAPTIVE and child.i > verb.i:
            return f"{verb.text} {child.text}"
    return str(verb.text)


def is_violent(text: str, *, least: int = 2) -> bool:
    """Whether a text has that many words of violence, so that its dead were killed."""
    return len({word for word in WORD.findall(text[:FIRST].lower()) if word in VIOLENCE}) >= least
