"""Which words of a sentence say that somebody says something, and what is said?

From the parse of one sentence. Free-standing quotations are left to `quoting`, who the speakers are to `resolution`."""

from collections.abc import Iterator

from service.embedded.acts import Attribution, Rule, tokens_under
from service.embedded.parsing import Parsed, Token
from service.embedded.phrases import according_to, said_by_noun
from service.embedded.sources import named_by, subject_of
from service.lexicon.cues import (
    ACCORDING_TO,
    ASCRIBING,
    ASK_SOMEBODY,
    CUE_FORMS,
    CUE_NOUNS,
    HEARING,
    HEDGE_PASSIVES,
    LIKENING,
    MENTAL,
    NAMING,
    PUTTING,
    SPEECH_HEADS,
    STANCES,
    TAKE_INFINITIVE,
    TAKE_NOUN,
)
from service.records import Stance

SKIPPED_AUXILIARIES = frozenset("would could should might may must can".split())
FINITE_OPENERS = frozenset("whether if".split())
PHRASE_OPENERS = frozenset(phrase.split()[0] for phrase in ACCORDING_TO)
TAKING = frozenset("take takes took taking taken".split())  # "took responsibility for"
HEARINGS = frozenset("court inquest inquiry jury tribunal hearing coroner judge magistrate panel commission".split())
STATES = frozenset("dead buried trapped missing killed drowned lost injured wounded kidnapped".split())
OCCASIONS = frozenset("statement interview post tweet report letter speech briefing conference message video".split())
TALLIES = frozenset(
    "toll count account estimate post report version story".split()
)  # they are put at a number, and put none
WANTING = frozenset("want wants wanted".split())
SHARES = frozenset("half third thirds quarter quarters fifth fifths tenth dozen dozens".split())
EMPTY_NOUNS = frozenset(
    "it them this that comment question questions request requests concern interest what role".split()
)


def find_attributions(parsed: Parsed, inside: frozenset[int]) -> tuple[Attribution, ...]:
    """Every attribution of the sentence; `inside` are the tokens within quotation marks, whose cues are the quoted
    speaker's own words."""
    found: list[Attribution] = []
    for token in parsed.doc:
        if token.i in inside:
            continue
        attribution = _at(parsed, token, inside)
        if attribution is not None and attribution.content:
            found.append(attribution)
    return tuple(found)


def _at(parsed: Parsed, token: Token, inside: frozenset[int]) -> Attribution | None:
    lower = token.lower_
    if lower in PUTTING and token.tag_.startswith("VB"):
        put = _putting(parsed, token)
        if put is not None:
            return put
    if lower in WANTING and token.tag_.startswith("VB"):
        return _wanting(parsed, token)
    if lower in PHRASE_OPENERS and (phrase := according_to(parsed, token)) is not None:
        return phrase
    if lower in HEARING and token.tag_.startswith("VB") and (heard := _heard(parsed, token)) is not None:
        return heard
    if token.tag_.startswith("VB"):
        called = _called(parsed, token, inside)
        if called is not None:
            return called
    if lower in TAKING and token.tag_.startswith("VB"):
        return _of_verb(parsed, token, "claim") if _responsibility(token, "claim") else None
    if token.tag_.startswith("VB") and lower in CUE_FORMS:
        return _of_verb(parsed, token, CUE_FORMS[lower])
    if token.pos_ == "NOUN" and token.lemma_.lower() in CUE_NOUNS:
        return said_by_noun(parsed, token)
    return None


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
    subject = _quoted_as(verb) or subject_of(verb)
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
    if not any(_is_amount(parsed.doc[i]) for i in amount):
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
        whole=True,
    )


def _quoted_as(verb: Token) -> Token | None:
    """ "The paper quotes a guard as saying": the guard says it."""
    if verb.dep_ != "pcomp" or verb.head.lower_ != "as":
        return None
    quoting = verb.head.head
    cites = CUE_FORMS.get(quoting.lower_) in {"quote", "cite"}
    return next((child for child in quoting.children if child.dep_ == "dobj"), None) if cites else None


def _is_amount(token: Token) -> bool:
    return token.like_num or token.lower_ in SHARES or any(character.isdigit() for character in token.text)


def _called(parsed: Parsed, verb: Token, inside: frozenset[int]) -> Attribution | None:
    """ "Dismissed [the claim] as [a fantasy]", "called [the plan] [a farce]", "attributed [the rise] to [the drought]":
    one claim of both. With the second in quotation marks any verb will do: "brushed [it] off as [“small talk”]"."""
    lower = verb.lower_
    known = lower in LIKENING or lower in NAMING or lower in ASCRIBING
    if not known and not any(child.lower_ == "as" and inside & tokens_under(child) for child in verb.children):
        return None
    subject = subject_of(verb)
    if subject is None or _unreal(verb) or any(child.dep_ in {"neg", "nsubjpass"} for child in verb.children):
        return None
    objects = [child for child in verb.children if child.dep_ in {"dobj", "oprd"} and child.i > verb.i]
    what = objects[0] if objects else None
    if lower == "refer" or lower.startswith("referr"):
        joint = next((child for child in verb.children if child.dep_ == "prep" and child.lower_ == "to"), None)
        what = next((child for child in joint.children if child.dep_ == "pobj"), None) if joint is not None else None
    if what is None or what.lower_.endswith(("self", "selves")):
        return None
    said = _second_part(verb, what, objects, inside)
    if not said:
        return None
    content = (tokens_under(what) | said) - _joint(verb, said)
    return Attribution(
        cue=(verb.i,),
        lemma=CUE_FORMS.get(lower, verb.lemma_.lower()),
        stance="asserts",
        rule="noun_object",
        content=content - {verb.i},
        frame=tokens_under(verb) - content,
        sources=tuple(named_by(parsed, subject)),
        whole=lower not in ASCRIBING,
    )


def _second_part(verb: Token, what: Token, objects: list[Token], inside: frozenset[int]) -> frozenset[int]:
    """What the first thing is called, likened to or put down to."""
    if verb.lower_ in NAMING:
        apposed = (child for child in what.children if child.dep_ == "appos" and child.i in inside)
        return next((tokens_under(part) for part in (*objects[1:], *apposed)), frozenset())
    wanted = "to" if verb.lower_ in ASCRIBING else "as"
    for head in (verb, what):
        for child in head.children:
            if child.i > what.i and child.lower_ == wanted and child.dep_ in {"prep", "dative"}:
                return tokens_under(child) - {child.i}
            opener = child.left_edge
            if wanted == "to" and child.i > what.i and child.dep_ in {"advcl", "xcomp"} and opener.lower_ == "to":
                return tokens_under(child) - {opener.i}  # "to fuel prices": the parse takes a noun for a verb
    return frozenset()


def _joint(verb: Token, said: frozenset[int]) -> frozenset[int]:
    """The "as" or "to" between the two."""
    before = min(said) - 1
    return frozenset({before}) if verb.doc[before].lower_ in {"as", "to"} else frozenset()


def _heard(parsed: Parsed, verb: Token) -> Attribution | None:
    """ "The court heard that …", "…, a jury was told": said to them by somebody who is not named."""
    subject = next((child for child in verb.children if child.dep_ in {"nsubj", "nsubjpass"}), None)
    if subject is None or subject.lemma_.lower() not in HEARINGS or _unreal(verb):
        return None
    passive = subject.dep_ == "nsubjpass"
    if passive != (verb.lower_ == "told") or any(child.dep_ in {"neg", "agent", "prep"} for child in verb.children):
        return None
    content = _clauses(verb) or _parenthesis(parsed, verb, "say")
    frame = tokens_under(verb) - content
    return Attribution((verb.i,), "hear", "asserts", "clause", content, frame, unspecified=True)


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
    elif lemma in HEDGE_PASSIVES and (state := _state(verb)) is not None:
        content = tokens_under(subject) | tokens_under(state)
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


def _state(verb: Token) -> Token | None:
    """ "Dead" of "two are feared dead"."""
    return next((child for child in verb.children if child.i > verb.i and child.lower_ in STATES), None)


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
