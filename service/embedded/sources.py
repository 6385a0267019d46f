"""Which words of a sentence name the one who speaks?

The grammar of it: subjects, agents, "according to". Who the words stand for is left to `resolution`."""

from collections.abc import Iterator
from dataclasses import dataclass

from service.embedded.parsing import Doc, Parsed, Token
from service.lexicon.roles import DOCUMENTS, ROLES
from service.records import Span

NOBODY = frozenset(
    "i we you one this that there what everyone anyone someone nobody everybody these those which all it".split()
) - {"it"}
ISSUED = frozenset("issue release publish make give send post write put share circulate file produce".split())
OWNERS = frozenset("its his her their".split())
RELATIVE = frozenset("who which that".split())
KEPT_PREPOSITIONS = frozenset("of for in within at from on".split())
HAD_BY = frozenset("obtained seen reviewed viewed read heard shared quoted cited leaked examined signed".split())
FINDINGS = frozenset("study report survey poll statement analysis review audit census communique".split())
MADE_BY = frozenset("by from of".split())


@dataclass(frozen=True)
class Named:
    """The words that name a speaker: `head` is their noun's position, `span` all of them."""

    head: int
    span: Span
    document: str = ""  # the noun of what they made, where they speak through a report or statement


def subject_of(verb: Token, *, depth: int = 0) -> Token | None:
    """Who does what the verb says: its own subject or agent, or that of the verb it hangs on."""
    own = [child for child in verb.children if child.dep_ in {"nsubj", "nsubjpass", "agent"}]
    passive = any(child.dep_ in {"nsubjpass", "auxpass"} for child in verb.children)
    if passive:
        return next((word for child in own if child.dep_ == "agent" for word in child.children), None)
    # "which the group claims exploit": the nearer of two subjects is the verb's own.
    subject = next((child for child in reversed(own) if child.dep_ == "nsubj"), None)
    if subject is not None:
        if subject.lower_ in RELATIVE and verb.dep_ == "relcl":
            return verb.head
        return subject
    if depth > 4:
        return None
    return _inherited(verb, depth)


def _inherited(verb: Token, depth: int) -> Token | None:
    head = verb.head
    if verb.dep_ == "acl" and head.pos_ in {"NOUN", "PROPN", "PRON"}:
        # "The union issued a statement saying": whoever issued it speaks, not the paper.
        issued = head.lower_ in DOCUMENTS and head.dep_ == "dobj" and head.head.lemma_.lower() in ISSUED
        return subject_of(head.head, depth=depth + 1) if issued else head
    if verb.dep_ == "pcomp" and head.head.pos_ in {"VERB", "AUX"}:
        passive = next((child for child in head.head.children if child.dep_ == "nsubjpass"), None)
        return passive if passive is not None else subject_of(head.head, depth=depth + 1)
    if verb.dep_ in {"conj", "advcl", "xcomp", "dep", "parataxis"} and head.pos_ in {"VERB", "AUX"} and head != verb:
        return next((child for child in head.children if child.dep_ == "nsubjpass"), subject_of(head, depth=depth + 1))
    return None


def named_by(parsed: Parsed, noun: Token) -> Iterator[Named]:
    """The speakers that a subject names: "residents and police" are two; of a report, whoever made it."""
    for one in (noun, *conjuncts_of(noun)):
        maker = _maker(one) if one.lemma_.lower() in DOCUMENTS or one.lower_ in DOCUMENTS else None
        if maker is not None and maker.pos_ in {"PROPN", "NOUN", "PRON"}:
            for each in (maker, *conjuncts_of(maker)):
                yield Named(each.i, _phrase(parsed, each), one.lower_)
        elif names_somebody(one) and one.pos_ in {"NOUN", "PROPN", "PRON", "ADJ", "NUM", "X", "DET"}:
            yield Named(one.i, _phrase(parsed, one))


def names_somebody(noun: Token) -> bool:
    """Not "what" or "everyone"; "one" only with those whom it is of: "one of the drivers"."""
    one_of = noun.lower_ == "one" and any(child.dep_ == "prep" and child.lower_ == "of" for child in noun.children)
    return one_of or noun.lower_ not in NOBODY


def conjuncts_of(noun: Token) -> list[Token]:
    found: list[Token] = []
    front = [noun]
    while front:
        token = front.pop()
        for child in token.children:
            # "Ada Obi, head of the port and a member of the board, said" is one speaker
            told_of = token.pos_ == "PROPN" and child.lemma_.lower() in ROLES
            told_of = told_of and any(word.dep_ == "det" and word.lower_ in {"a", "an"} for word in child.children)
            if child.dep_ == "conj" and child.pos_ in {"NOUN", "PROPN"} and not told_of:
                found.append(child)
                front.append(child)
    return found


def _maker(document: Token) -> Token | None:
    """ "the group" of "the group's statement", "a report by the group", "a statement released by the group"."""
    for child in document.children:
        if child.dep_ == "poss" and (child.pos_ in {"PROPN", "NOUN"} or child.lower_ in OWNERS):
            return child
    before = document.doc[document.i - 1] if document.i else None
    named = before is not None and before.dep_ == "compound" and before.pos_ == "PROPN" and before.head == document
    if before is not None and named and document.lemma_.lower() in FINDINGS:
        return before  # "a Labour Watch study"
    for child in document.children:
        if child.dep_ == "prep" and child.lower_ in MADE_BY - {"of"}:
            return next((word for word in child.children if word.dep_ == "pobj"), None)
        if child.dep_ == "acl" and child.lower_ not in HAD_BY:
            for agent in child.children:
                if agent.dep_ in {"agent", "prep"} and agent.lower_ in MADE_BY:
                    return next((word for word in agent.children if word.dep_ == "pobj"), None)
    return None


def _phrase(parsed: Parsed, noun: Token) -> Span:
    """The noun with its article, modifiers and short prepositional phrases."""
    doc: Doc = parsed.doc
    first = noun.left_edge.i
    while first < noun.i and (doc[first].is_punct or doc[first].dep_ in {"cc", "advmod", "preconj"}):
        first += 1
    for child in noun.children:
        if child.i < noun.i and child.dep_ in {"relcl", "acl", "punct", "cc"} and child.lower_ not in {"-", '"', "'"}:
            first = max(first, child.right_edge.i + 1)
    last = noun.i
    for child in noun.children:
        short = child.right_edge.i - child.left_edge.i < 8
        if child.i == last + 1 and child.dep_ == "prep" and child.lower_ in KEPT_PREPOSITIONS and short:
            last = child.right_edge.i
    while last > noun.i and doc[last].is_punct:
        last -= 1
    return parsed.span(min(first, noun.i), last)
