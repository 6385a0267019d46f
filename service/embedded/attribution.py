"""Which words of a sentence say that somebody says something, and what is said?

From the parse of one sentence. Free-standing quotations are left to `quoting`, who the speakers are to `resolution`."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from service.embedded.parsing import Parsed, Token
from service.embedded.sources import Named, named_by, subject_of
from service.lexicon.cues import (
    ACCORDING_TO,
    ASK_SOMEBODY,
    CUE_FORMS,
    CUE_NOUNS,
    HEDGE_ADVERBS,
    HEDGE_PASSIVES,
    MENTAL,
    PUTTING,
    SPEECH_HEADS,
    STANCES,
    TAKE_INFINITIVE,
    TAKE_NOUN,
)
from service.records import Stance

Rule = Literal[
    "clause", "parenthesis", "infinitive", "noun_object", "accusation", "appeal", "responsibility", "according_to",
    "cue_noun", "passive", "quotation", "hedge",
]  # fmt: skip
SKIPPED_AUXILIARIES = frozenset("would could should might may must can".split())
FINITE_OPENERS = frozenset("whether if".split())
OCCASIONS = frozenset("statement interview post tweet report letter speech briefing conference message video".split())
TALLIES = frozenset("toll count account estimate post report".split())  # they are put at a number, and put none
WANTING = frozenset("want wants wanted".split())
SHARES = frozenset("half third thirds quarter quarters fifth fifths tenth dozen dozens".split())
EMPTY_NOUNS = frozenset(
    "it them this that comment question questions request requests concern interest what role".split()
)


@dataclass(frozen=True)
class Attribution:
    """One act of saying. Positions are of tokens in its sentence; `frame` are the words that attribute."""

    cue: tuple[int, ...]
    lemma: str
    stance: Stance
    rule: Rule
    content: frozenset[int]
    frame: frozenset[int]
    sources: tuple[Named, ...] = ()
    unspecified: bool = False  # attributed, but to nobody: "it is believed"
    coordinated: bool = False  # joined to another verb, whose subject it shares
    follows: bool = False  # a participle that goes on with the speaker of the verb before it ("adding that")


def find_attributions(parsed: Parsed, inside: frozenset[int]) -> tuple[Attribution, ...]:
    """Every attribution of the sentence; `inside` are the tokens within quotation marks, whose cues are the quoted
    speaker's own words."""
    found: list[Attribution] = []
    for token in parsed.doc:
        if token.i in inside:
            continue
        attribution = _at(parsed, token)
        if attribution is not None and attribution.content:
            found.append(attribution)
    return tuple(found)


def _at(parsed: Parsed, token: Token) -> Attribution | None:
    lower = token.lower_
    if lower in PUTTING and token.tag_.startswith("VB"):
        put = _putting(parsed, token)
        if put is not None:
            return put
    if lower in WANTING and token.tag_.startswith("VB"):
        return _wanting(parsed, token)
    if lower in {"according", "as", "in"}:
        return _according_to(parsed, token)
    if token.tag_.startswith("VB") and lower in CUE_FORMS:
        return _of_verb(parsed, token, CUE_FORMS[lower])
    if token.pos_ == "NOUN" and token.lemma_.lower() in CUE_NOUNS:
        return _of_noun(parsed, token)
    return None


def tokens_under(token: Token) -> frozenset[int]:
    return frozenset(each.i for each in token.subtree)


# ── verbs ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _of_verb(parsed: Parsed, verb: Token, lemma: str) -> Attribution | None:
    children = list(verb.children)
    if any(child.dep_ == "neg" for child in children) or _unreal(verb):
        return None
    passive = any(child.dep_ in {"nsubjpass", "auxpass"} for child in children)
    if passive:
        return _passive(parsed, verb, lemma)
    if verb.tag_ == "VBN" and verb.dep_ in {"acl", "amod"} and not any(child.dep_ == "agent" for child in children):
        return None
    rule, content = _said(parsed, verb, lemma)
    if not content:
        return None
    subject = subject_of(verb)
    sources = tuple(named_by(parsed, subject)) if subject is not None else ()
    follows = verb.tag_ == "VBG" and not any(child.dep_ == "nsubj" for child in children) and verb.dep_ != "acl"
    if not sources and not follows:
        return None
    frame = tokens_under(verb) - content
    return Attribution(
        cue=_cue_tokens(verb, rule),
        lemma=lemma,
        stance=_stance(lemma, rule),
        rule=rule,
        content=content,
        frame=frame,
        sources=sources,
        coordinated=verb.dep_ == "conj" and not any(child.dep_ == "nsubj" for child in children),
        follows=follows,
    )


def _putting(parsed: Parsed, verb: Token) -> Attribution | None:
    """ "Put [the toll] at [12]", "spoke of [24 dead]": the small word belongs to the cue."""
    what = next((child for child in verb.children if child.dep_ == "dobj"), None)
    joints = PUTTING[verb.lower_]
    near = [*verb.children, *(what.subtree if what is not None else ())]
    joint = next((word for word in near if word.dep_ == "prep" and word.lower_ in joints and word.i > verb.i), None)
    subject = subject_of(verb)
    nobody = subject is None or subject.lemma_.lower() in TALLIES
    if joint is None or nobody or (what is None) != ("of" in joints) or _unreal(verb):
        return None
    amount = tokens_under(joint) - {joint.i}
    if not any(parsed.doc[i].like_num or parsed.doc[i].lower_ in SHARES for i in amount):
        return None
    content = amount | (tokens_under(what) - {joint.i} if what is not None else frozenset())
    return Attribution(
        cue=(verb.i,),
        lemma=verb.lower_,
        stance="asserts",
        rule="noun_object",
        content=content,
        frame=tokens_under(verb) - content,
        sources=tuple(named_by(parsed, subject)),
    )


def _wanting(parsed: Parsed, verb: Token) -> Attribution | None:
    """ "Wants [him to go]", "wants [an inquiry]": a demand; "wants to win" is none."""
    subject = subject_of(verb)
    wish = next((child for child in verb.children if child.dep_ in {"ccomp", "dobj"} and child.pos_ != "PRON"), None)
    if subject is None or wish is None or _unreal(verb) or any(child.dep_ == "neg" for child in verb.children):
        return None
    content = tokens_under(wish)
    named = tuple(named_by(parsed, subject))
    return Attribution((verb.i,), "want", "demands", "appeal", content, tokens_under(verb) - content, named)


def _unreal(verb: Token) -> bool:
    """ "would say", "to say": nobody has said it."""
    for child in verb.children:
        if child.dep_ == "aux" and child.tag_ == "MD" and child.lower_ in SKIPPED_AUXILIARIES:
            return True
        if child.dep_ == "aux" and child.lower_ == "to":
            return verb.head.lemma_.lower() not in SPEECH_HEADS or verb.dep_ not in {"xcomp", "advcl"}
        if child.dep_ == "mark" and child.lower_ in FINITE_OPENERS:
            return True
    return False


def _said(parsed: Parsed, verb: Token, lemma: str) -> tuple[Rule, frozenset[int]]:
    """What stands as the verb's content, by the first construction that fits."""
    for rule, content in _constructions(parsed, verb, lemma):
        content -= {verb.i}
        if content:
            return rule, content
    return "clause", frozenset()


def _constructions(parsed: Parsed, verb: Token, lemma: str) -> Iterator[tuple[Rule, frozenset[int]]]:
    yield "responsibility", _responsibility(verb, lemma)
    if lemma in {"accuse", "blame"}:
        yield "accusation", _accusation(verb)
        return
    yield "appeal", _appeal(verb, lemma)
    yield "clause", _clauses(verb)
    if lemma in TAKE_INFINITIVE:
        yield "infinitive", _infinitive(verb)
    yield "parenthesis", _parenthesis(parsed, verb, lemma)
    if lemma in {"deny", "admit"}:  # "denied having signed"
        gerunds = (
            child
            for child in verb.children
            if child.dep_ in {"xcomp", "pcomp", "advcl"} and child.left_edge.tag_ == "VBG"
        )
        yield "infinitive", next((tokens_under(child) for child in gerunds), frozenset())
    if lemma in TAKE_NOUN:
        yield "noun_object", _noun_object(verb, lemma)
    if lemma in {"describe", "report", "confirm"}:  # "described gunfire echoing", "confirmed 11 rebels killed"
        yield "noun_object", _small_clause(verb)
    if lemma == "call":  # "called the plan a disaster"
        yield "noun_object", _naming(verb)
    if lemma == "warn":
        yield "noun_object", _after(verb, {"of", "about"})


def _responsibility(verb: Token, lemma: str) -> frozenset[int]:
    if lemma not in {"claim", "accept"}:
        return frozenset()
    for noun in verb.children:
        if noun.dep_ == "dobj" and noun.lower_ in {"responsibility", "credit"}:
            return _after(noun, {"for"}) or _after(verb, {"for"})
    return frozenset()


def _after(word: Token, prepositions: set[str]) -> frozenset[int]:
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
    deed = _after(verb, {"of", "for"}) or _after(whom, {"of", "for"})
    if not deed:
        return frozenset()
    joints = {
        child.i for word in (verb, whom) for child in word.children if child.dep_ == "prep" and child.i + 1 in deed
    }
    return (tokens_under(whom) | deed) - joints


def _appeal(verb: Token, lemma: str) -> frozenset[int]:
    """ "the council to act" of "urged the council to act"; "a truce" of "called for a truce"."""
    if lemma in {"call", "appeal"}:
        whom = _after(verb, {"on", "to", "upon"})
        act = next((child for child in verb.children if child.dep_ in {"xcomp", "advcl"} and _to(child)), None)
        if whom and act is not None:
            return whom | tokens_under(act)
        return _after(verb, {"for"})
    if lemma not in ASK_SOMEBODY:
        return frozenset()
    act = next((child for child in verb.children if child.dep_ in {"xcomp", "ccomp"} and _to(child)), None)
    if act is None:
        return frozenset()
    whom_word = next((child for child in verb.children if child.dep_ in {"dobj", "dative"}), None)
    return tokens_under(act) | (tokens_under(whom_word) if whom_word is not None else frozenset())


def _to(verb: Token) -> bool:
    return any(child.dep_ == "aux" and child.lower_ == "to" for child in verb.children)


def _clauses(verb: Token) -> frozenset[int]:
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


def _parenthesis(parsed: Parsed, verb: Token, lemma: str) -> frozenset[int]:
    """ "The raid, he said, was over": the sentence around the verb."""
    if not any(child.dep_ == "nsubj" for child in verb.children) or lemma in MENTAL - {"believe"}:
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
    objects = any(child.dep_ in {"dobj", "attr", "acomp", "xcomp", "ccomp", "oprd"} for child in verb.children)
    if opened and closed and not objects and verb.dep_ != "ROOT":
        return tokens_under(verb.head) - own
    return frozenset()


def _noun_object(verb: Token, lemma: str) -> frozenset[int]:
    for child in verb.children:
        if child.dep_ == "dobj" and child.lower_ not in EMPTY_NOUNS and child.pos_ != "PRON":
            content = tokens_under(child) - _where_said(verb)
            if lemma == "describe":
                content |= frozenset().union(
                    *(tokens_under(part) for part in verb.children if part.dep_ == "prep" and part.lower_ == "as")
                )
            return content
    return frozenset()


def _naming(verb: Token) -> frozenset[int]:
    whom = next((child for child in verb.children if child.dep_ == "dobj" and child.pos_ != "PRON"), None)
    what = next((child for child in verb.children if child.dep_ == "oprd"), None)
    return tokens_under(whom) | tokens_under(what) if whom is not None and what is not None else frozenset()


def _small_clause(verb: Token) -> frozenset[int]:
    """A participle after the verb with a subject of its own."""
    for child in verb.children:
        participle = child.dep_ in {"advcl", "dep", "xcomp"} and child.i > verb.i and child.tag_ in {"VBG", "VBN"}
        if participle and any(word.dep_ in {"nsubj", "nsubjpass"} and word.i > verb.i for word in child.children):
            return tokens_under(child)
    return frozenset()


def _passive(parsed: Parsed, verb: Token, lemma: str) -> Attribution | None:
    """ "it is believed that", "is said to have", "were reported", "was confirmed by the police"."""
    subject = next((child for child in verb.children if child.dep_ == "nsubjpass"), None)
    if subject is None:
        return None
    agent = subject_of(verb)
    sources = tuple(named_by(parsed, agent)) if agent is not None else ()
    clause = _clauses(verb)
    infinitive = next((child for child in verb.children if child.dep_ == "xcomp" and _to(child)), None)
    content: frozenset[int] = frozenset()
    if subject.lower_ == "it" and clause:
        content = clause
    elif infinitive is not None and (lemma in HEDGE_PASSIVES or lemma == "expect"):
        content = tokens_under(subject) | (
            tokens_under(infinitive) - {c.i for c in infinitive.children if c.lower_ == "to"}
        )
    elif lemma in {"report", "confirm", "deny", "announce"} and subject.pos_ in {"NOUN", "PROPN"} and not clause:
        content = tokens_under(subject)
    if not content or (not sources and lemma not in HEDGE_PASSIVES | {"expect", "estimate"}):
        return None
    return Attribution(
        cue=(verb.i,),
        lemma=lemma,
        stance=_stance(lemma, "passive"),
        rule="passive",
        content=content,
        frame=tokens_under(verb) - content,
        sources=sources,
        unspecified=not sources,
    )


def _cue_tokens(verb: Token, rule: Rule) -> tuple[int, ...]:
    if rule == "responsibility":
        noun = next((child.i for child in verb.children if child.dep_ == "dobj"), verb.i)
        return tuple(range(min(verb.i, noun), max(verb.i, noun) + 1)) if abs(noun - verb.i) < 4 else (verb.i,)
    if rule == "appeal" and verb.i + 1 < len(verb.doc) and verb.nbor(1).lower_ in {"for", "on", "upon"}:
        return (verb.i, verb.i + 1)
    return (verb.i,)


def _stance(lemma: str, rule: Rule) -> Stance:
    if rule == "responsibility":
        return "claims_responsibility"
    if rule == "appeal":
        return "demands"
    return STANCES.get(lemma, "asserts")


# ── "according to", nouns ─────────────────────────────────────────────────────────────────────────────────────────


def _according_to(parsed: Parsed, token: Token) -> Attribution | None:
    doc = parsed.doc
    for phrase in ACCORDING_TO:
        words = phrase.split()
        if [each.lower_ for each in doc[token.i : token.i + len(words)]] == words and len(words) > 1:
            break
    else:
        return None
    last = doc[token.i + len(words) - 1]
    noun = next((child for child in last.children if child.dep_ in {"pobj", "dobj"}), None)
    if noun is None:
        return None
    frame = tokens_under(token) | tokens_under(last) | set(range(token.i, last.i + 1))
    top = token.head if token.head.i not in frame else last.head
    while top.i in frame and top.head != top:
        top = top.head
    while top.pos_ not in {"VERB", "AUX"} and top.head != top:
        top = top.head
    content = tokens_under(top) - frame
    return Attribution(
        cue=tuple(range(token.i, last.i + 1)),
        lemma=phrase,
        stance="asserts",
        rule="according_to",
        content=content,
        frame=frozenset(frame),
        sources=tuple(named_by(parsed, noun)),
        unspecified=noun.lemma_.lower() in {"detail", "information"},
    )


def _of_noun(parsed: Parsed, noun: Token) -> Attribution | None:
    """ "the minister's claim that", "a warning by the ministry that", "rejected the claim that"."""
    clause = next(
        (
            child
            for child in noun.children
            if child.dep_ in {"acl", "ccomp", "relcl"}
            and any(mark.dep_ == "mark" and mark.lower_ == "that" for mark in child.children)
        ),
        None,
    )
    if clause is None:
        return None
    verb = noun.head
    stance: Stance = "asserts"
    speaker = next((child for child in noun.children if child.dep_ == "poss"), None)
    if speaker is None:
        for child in noun.children:
            if child.dep_ == "prep" and child.lower_ in {"by", "from"}:
                speaker = next((word for word in child.children if word.dep_ == "pobj"), None)
    if verb.pos_ == "VERB" and noun.dep_ in {"dobj", "pobj"} and (speaker is None or verb.lemma_ in {"deny", "reject"}):
        speaker = subject_of(verb)
        if STANCES.get(CUE_FORMS.get(verb.lower_, ""), "") == "denies":
            stance = "denies"
    if speaker is None:
        return None
    content = tokens_under(clause)
    cue = verb.i if stance == "denies" else noun.i
    return Attribution(
        cue=(cue,),
        lemma=noun.lemma_.lower(),
        stance=stance,
        rule="cue_noun",
        content=content,
        frame=tokens_under(noun) - content,
        sources=tuple(named_by(parsed, speaker)),
    )


def list_opener(parsed: Parsed) -> Attribution | None:
    """ "The ministry said:" before a list: who speaks, with nothing said in the sentence itself."""
    if not parsed.doc.text.rstrip().endswith(":"):
        return None
    for verb in reversed(parsed.doc):
        subject = subject_of(verb) if verb.tag_ in {"VBD", "VBZ", "VBP"} and verb.lower_ in CUE_FORMS else None
        if subject is not None:
            lemma = CUE_FORMS[verb.lower_]
            named = tuple(named_by(parsed, subject))
            return Attribution((verb.i,), lemma, STANCES[lemma], "clause", frozenset(), frozenset(), named)
    return None


def hedge_adverb(parsed: Parsed, tokens: frozenset[int]) -> int | None:
    """The position of "reportedly" and its like among `tokens`."""
    return next((i for i in sorted(tokens) if parsed.doc[i].lower_ in HEDGE_ADVERBS), None)
