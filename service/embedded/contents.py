"""Which words stand as what a cue verb says?

One construction after the other, the first that fits; whether the verb attributes at all is left to `attribution`."""

from collections.abc import Iterator

from service.embedded.acts import Rule, tokens_under
from service.embedded.parsing import Parsed, Token
from service.lexicon.cues import ASK_SOMEBODY, CUE_FORMS, MENTAL, TAKE_INFINITIVE, TAKE_NOUN

FINITE_OPENERS = frozenset("whether if".split())
OCCASIONS = frozenset("statement interview post tweet report letter speech briefing conference message video".split())
EMPTY_NOUNS = frozenset(
    "it them this that comment question questions request requests concern interest what role".split()
)


def said_by(parsed: Parsed, verb: Token, lemma: str) -> tuple[Rule, frozenset[int]]:
    """What stands as the verb's content, by the first construction that fits."""
    for rule, content in _constructions(parsed, verb, lemma):
        content -= {verb.i}
        if content:
            return rule, content
    return "clause", frozenset()


def _constructions(parsed: Parsed, verb: Token, lemma: str) -> Iterator[tuple[Rule, frozenset[int]]]:
    yield "responsibility", taken_on(verb, lemma)
    if lemma in {"accuse", "blame"}:
        yield "accusation", _accusation(verb)
        if lemma == "blame":
            yield "accusation", _noun_object(verb) | after(verb, {"on"})
        return
    yield "appeal", asked_of(verb, lemma)
    yield "clause", clauses_under(verb)
    if lemma in TAKE_INFINITIVE:
        yield "infinitive", _infinitive(verb)
    yield "parenthesis", around(parsed, verb, lemma)
    if lemma in {"deny", "admit"}:  # "denied having signed"
        gerunds = (
            child
            for child in verb.children
            if child.dep_ in {"xcomp", "pcomp", "advcl"}
            and child.left_edge.tag_ == "VBG"
            and child.left_edge.i > verb.i
            and not child.left_edge.nbor(-1).is_punct  # "denied it, calling …" is another act
        )
        yield "infinitive", next((tokens_under(child) for child in gerunds), frozenset())
    if lemma in TAKE_NOUN:
        yield "noun_object", _noun_object(verb)
    if lemma in {"describe", "report", "confirm"}:  # "described gunfire echoing", "confirmed 11 rebels killed"
        yield "noun_object", _small_clause(verb)
    if lemma == "warn":
        yield "noun_object", after(verb, {"of", "about"})


def taken_on(verb: Token, lemma: str) -> frozenset[int]:
    if lemma not in {"claim", "accept"}:
        return frozenset()
    for noun in verb.children:
        if noun.dep_ == "dobj" and noun.lower_ in {"responsibility", "credit"}:
            return after(noun, {"for"}) or after(verb, {"for"})
    return frozenset()


def after(word: Token, prepositions: set[str]) -> frozenset[int]:
    """What stands after a preposition of `word`."""
    for child in word.children:
        if child.i > word.i and child.dep_ in {"prep", "agent"} and child.lower_ in prepositions:
            return tokens_under(child) - {child.i} - _where_said(child)
    return frozenset()


def _where_said(phrase: Token) -> frozenset[int]:
    """ "in a statement", which belongs to the saying and not to what is said, though the parse may hang it there."""
    for token in phrase.subtree:
        if token.dep_ == "prep" and token.lower_ in {"in", "on", "during", "at"} and token.i > phrase.i:
            for noun in token.children:
                if noun.dep_ == "pobj" and noun.lemma_.lower() in OCCASIONS:
                    return tokens_under(token)
    return frozenset()


def _accusation(verb: Token) -> frozenset[int]:
    """ "the army killing farmers" of "accused the army of killing farmers"."""
    whom = next((child for child in verb.children if child.dep_ in {"dobj", "dative"}), None)
    if whom is None:
        return frozenset()
    deed = after(verb, {"of", "for"}) or after(whom, {"of", "for"})
    if not deed:
        return frozenset()
    joints = {
        child.i for word in (verb, whom) for child in word.children if child.dep_ == "prep" and child.i + 1 in deed
    }
    return (tokens_under(whom) | deed) - joints


def asked_of(verb: Token, lemma: str) -> frozenset[int]:
    """ "the council to act" of "urged the council to act"; "a truce" of "called for a truce"."""
    if lemma in {"call", "appeal"}:
        whom = after(verb, {"on", "to", "upon"})
        acts = (child for child in verb.children if child.dep_ in {"xcomp", "advcl"} and to_infinitive(child))
        act = next(acts, None)
        if whom and act is not None:
            return whom | tokens_under(act)
        return after(verb, {"for"})
    if lemma not in ASK_SOMEBODY | {"direct", "instruct"}:
        return frozenset()
    act = next((child for child in verb.children if child.dep_ in {"xcomp", "ccomp"} and to_infinitive(child)), None)
    if act is None:
        return after(verb, {"for"}) if lemma == "ask" else frozenset()
    whom_word = next((child for child in verb.children if child.dep_ in {"dobj", "dative"}), None)
    return tokens_under(act) | (tokens_under(whom_word) if whom_word is not None else frozenset())


def to_infinitive(verb: Token) -> bool:
    return any(child.dep_ == "aux" and child.lower_ == "to" for child in verb.children)


def clauses_under(verb: Token) -> frozenset[int]:
    content: frozenset[int] = frozenset()
    for child in verb.children:
        finite = child.dep_ == "ccomp" or (child.dep_ == "xcomp" and child.tag_ in {"VBP", "VBZ", "VBD"})
        if (finite and not _question(child)) or (content and child.dep_ == "conj" and _goes_on(child)):
            content |= tokens_under(child)
    return content


def _goes_on(clause: Token) -> bool:
    """ "She said the levy failed, but this was kept quiet": a pronoun takes up what was said, so it is said too. And
    "she said that the levy failed, and the wall fell": the parse hangs the second clause on the wrong verb."""
    subject = next((child for child in clause.children if child.dep_ in {"nsubj", "nsubjpass"}), None)
    if subject is None or clause.lower_ in CUE_FORMS:
        return False
    first = next((child for child in clause.head.children if child.dep_ == "ccomp"), None)
    marked = first is not None and any(child.lower_ == "that" for child in first.children)
    joined = any(child.dep_ == "cc" and child.lower_ == "and" for child in clause.head.children)
    return subject.lower_ in {"this", "that", "it", "they"} or (marked and joined and clause.i > clause.head.i)


def _question(clause: Token) -> bool:
    opener = clause.left_edge
    return bool(opener.lower_ in FINITE_OPENERS)


def _infinitive(verb: Token) -> frozenset[int]:
    for child in verb.children:
        if child.dep_ == "xcomp" and child.pos_ in {"VERB", "AUX"}:
            return tokens_under(child) - {aux.i for aux in child.children if aux.lower_ == "to"}
    return frozenset()


def around(parsed: Parsed, verb: Token, lemma: str, *, subject: str = "nsubj") -> frozenset[int]:
    """ "The raid, he said, was over": the sentence around the verb."""
    if not any(child.dep_ == subject for child in verb.children) or lemma in MENTAL - {"believe"}:
        return frozenset()
    own = tokens_under(verb)
    subjects = [child for child in verb.children if child.dep_ in {"nsubj", "nsubjpass"}]
    if verb.dep_ == "parataxis":
        # "The flood, he said, was …": the parse may hang the host's subject on the verb in between.
        strays = (tokens_under(subject) for subject in subjects[:-1])
        return tokens_under(verb.head) - own | frozenset().union(*strays)
    doc = parsed.doc
    first, last = min(own), max(own)
    opened = first > 0 and doc[first - 1].text in {",", '"', "'", "-", "–", "—"}
    closed = last + 1 >= len(doc) or doc[last + 1].is_punct
    whom = {"dobj"} if lemma == "tell" else set()
    objects = any(child.dep_ in {"dobj", "attr", "acomp", "xcomp", "ccomp", "oprd"} - whom for child in verb.children)
    if opened and closed and not objects and verb.dep_ != "ROOT":
        return tokens_under(verb.head) - own
    return frozenset()


def _noun_object(verb: Token) -> frozenset[int]:
    for child in verb.children:
        if child.dep_ == "dobj" and child.lower_ not in EMPTY_NOUNS and child.pos_ != "PRON":
            return tokens_under(child) - _where_said(verb)
    return frozenset()


def _small_clause(verb: Token) -> frozenset[int]:
    """A participle after the verb with a subject of its own."""
    for child in verb.children:
        participle = child.dep_ in {"advcl", "dep", "xcomp"} and child.i > verb.i and child.tag_ in {"VBG", "VBN"}
        if participle and any(word.dep_ in {"nsubj", "nsubjpass"} and word.i > verb.i for word in child.children):
            return tokens_under(child)
    return frozenset()
