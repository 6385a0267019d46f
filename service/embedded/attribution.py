"""Which words of a sentence say that somebody says something, and what is said?

From the parse of one sentence. Free-standing quotations are left to `quoting`, who the speakers are to `resolution`."""

from service.embedded.acts import Attribution, Rule, tokens_under
from service.embedded.contents import around, asked_of, clauses_under, said_by, taken_on, to_infinitive
from service.embedded.parsing import Parsed, Token
from service.embedded.phrases import according_to, said_by_noun
from service.embedded.sources import named_by, subject_of
from service.lexicon.cues import (
    ACCORDING_TO,
    ASCRIBING,
    CUE_FORMS,
    CUE_NOUNS,
    HEARING,
    HEDGE_PASSIVES,
    LIKENING,
    MENTAL,
    NAMING,
    ORDERING,
    PUTTING,
    SPEECH_HEADS,
    STANCES,
    TOLD_TO_ALL,
)
from service.records import Stance

SKIPPED_AUXILIARIES = frozenset("would could should might may must can".split())
FINITE_OPENERS = frozenset("whether if".split())
PHRASE_OPENERS = frozenset(phrase.split()[0] for phrase in ACCORDING_TO)
TAKING = frozenset("take takes took taking taken".split())  # "took responsibility for"
HEARINGS = frozenset("court inquest inquiry jury tribunal hearing coroner judge magistrate panel commission".split())
STATES = frozenset("dead buried trapped missing killed drowned lost injured wounded kidnapped".split())
TALLIES = frozenset(
    "toll count account estimate post report version story".split()
)  # they are put at a number, and put none
THOUGHTS = MENTAL | {"want", "find"}
WANTING = frozenset("want wants wanted".split())
SHARES = frozenset("half third thirds quarter quarters fifth fifths tenth dozen dozens".split())


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
    verb = token.tag_.startswith("VB")
    if verb and lower in WANTING:
        return _wanting(parsed, token)
    if lower in PHRASE_OPENERS and (phrase := according_to(parsed, token)) is not None:
        return phrase
    if verb and (special := _of_special_verb(parsed, token, inside)) is not None:
        return special
    if verb and lower in ORDERING:
        return _ordering(parsed, token, ORDERING[lower])
    if verb and lower in TAKING:
        return of_verb(parsed, token, "claim") if taken_on(token, "claim") else None
    if verb and lower in CUE_FORMS:
        return of_verb(parsed, token, CUE_FORMS[lower])
    if token.pos_ == "NOUN" and token.lemma_.lower() in CUE_NOUNS:
        return said_by_noun(parsed, token)
    return None


def _of_special_verb(parsed: Parsed, verb: Token, inside: frozenset[int]) -> Attribution | None:
    """Verbs that attribute in a construction of their own, and may be plain verbs of saying besides."""
    lower = verb.lower_
    if lower in PUTTING and (put := _putting(parsed, verb)) is not None:
        return put
    if lower in HEARING and (heard := _heard_from(parsed, verb) or _heard(parsed, verb)) is not None:
        return heard
    if lower in TOLD_TO_ALL and verb.tag_ == "VBN":
        return _passive(parsed, verb, TOLD_TO_ALL[lower])
    if lower == "known" and (let := _let_be_known(parsed, verb)) is not None:
        return let
    return _called(parsed, verb, inside)


# ── verbs ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def of_verb(parsed: Parsed, verb: Token, lemma: str) -> Attribution | None:
    """The act of saying of one cue verb, with what stands as its content; None where it says nothing."""
    children = list(verb.children)
    if any(child.dep_ == "neg" for child in children) or _unreal(verb):
        return None
    passive = any(child.dep_ in {"nsubjpass", "auxpass"} for child in children)
    if passive:
        return _passive(parsed, verb, lemma)
    if verb.tag_ == "VBN" and verb.dep_ in {"acl", "amod"} and not any(child.dep_ == "agent" for child in children):
        return None
    rule, content = said_by(parsed, verb, lemma)
    if not content:
        return None
    subject = _quoted_as(verb) or subject_of(verb)
    sources = tuple(named_by(parsed, subject)) if subject is not None else ()
    follows = verb.tag_ == "VBG" and not any(child.dep_ == "nsubj" for child in children) and verb.dep_ != "acl"
    if not sources and not follows:
        return None
    frame = tokens_under(verb) - content
    teller = subject_of(verb.head.head) if _quoted_as(verb) is not None else None
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
        through=tuple(named_by(parsed, teller)) if teller is not None else (),
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
    if passive != (verb.lower_ == "told") or any(_tells_who(child) for child in verb.children):
        return None
    content = clauses_under(verb) or around(parsed, verb, "say")
    frame = tokens_under(verb) - content
    return Attribution((verb.i,), "hear", "asserts", "clause", content, frame, unspecified=True)


def _heard_from(parsed: Parsed, verb: Token) -> Attribution | None:
    """ "The envoy heard from the general that …" is the general's, through the envoy."""
    link = next((child for child in verb.children if child.dep_ == "prep" and child.lower_ == "from"), None)
    teller = next((child for child in link.children if child.dep_ == "pobj"), None) if link is not None else None
    subject, clause = subject_of(verb), clauses_under(verb)
    if teller is None or subject is None or not clause or any(child.dep_ == "neg" for child in verb.children):
        return None
    named, through = tuple(named_by(parsed, teller)), tuple(named_by(parsed, subject))
    frame = tokens_under(verb) - clause
    return Attribution((verb.i,), "hear", "asserts", "clause", clause, frame, named, through=through)


def _tells_who(child: Token) -> bool:
    """ "Heard from", "heard of", "told by": no bare hearing; "heard on Monday" is one."""
    when = child.dep_ == "prep" and child.lower_ in {"on", "in", "at"}
    return child.dep_ in {"neg", "agent"} or (child.dep_ == "prep" and not when)


def _wanting(parsed: Parsed, verb: Token) -> Attribution | None:
    """ "Wants [him to go]", "wants [an inquiry]": a demand; "wants to win" is none."""
    subject = subject_of(verb)
    wish = next((child for child in verb.children if child.dep_ in {"ccomp", "dobj"} and child.pos_ != "PRON"), None)
    if subject is None or wish is None or _unreal(verb) or any(child.dep_ == "neg" for child in verb.children):
        return None
    content = tokens_under(wish)
    named = tuple(named_by(parsed, subject))
    return Attribution((verb.i,), "want", "demands", "appeal", content, tokens_under(verb) - content, named)


def _ordering(parsed: Parsed, verb: Token, lemma: str) -> Attribution | None:
    """ "Asked [the council to act]", "asked for [a truce]"; what is asked as a question is none."""
    subject = subject_of(verb)
    content = asked_of(verb, lemma) - {verb.i}
    following = parsed.doc[verb.i + 1] if verb.i + 1 < len(parsed.doc) else None
    named = tuple(named_by(parsed, subject)) if subject is not None else ()
    passive = any(child.dep_ in {"nsubjpass", "auxpass", "neg"} for child in verb.children)
    own = following is not None and following.lower_ in {
        "to",
        "not",
    }  # "asked to see the files", "asked not to be named"
    if not content or not named or passive or own or _unreal(verb):
        return None
    frame = tokens_under(verb) - content
    return Attribution(_cue_tokens(verb, "appeal"), lemma, "demands", "appeal", content, frame, named)


def _let_be_known(parsed: Parsed, known: Token) -> Attribution | None:
    """ "Let it be known that [the talks failed]", also between commas."""
    doc, first = parsed.doc, known.i - 3
    if first < 1 or [token.lower_ for token in doc[first : known.i]] not in (["let", "it", "be"], ["lets", "it", "be"]):
        return None
    subject = subject_of(doc[first])
    named = tuple(named_by(parsed, subject)) if subject is not None else ()
    content = clauses_under(known)
    between = doc[subject.left_edge.i - 1] if subject is not None and subject.left_edge.i else None
    if not content and between is not None and between.text == ",":
        stretch = frozenset(range(between.i, min(known.i + 2, len(doc))))
        content = frozenset(range(len(doc))) - stretch
    frame = frozenset(range(subject.left_edge.i, known.i + 1)) if subject is not None else frozenset()
    rule: Rule = "clause"
    return Attribution(tuple(range(first, known.i + 1)), "let know", "asserts", rule, content - frame, frame, named)


def _unreal(verb: Token) -> bool:
    """ "would say", "to say": nobody has said it; but "would only say" has."""
    if any(child.lower_ == "only" and child.i < verb.i for child in verb.children):
        return False
    for child in verb.children:
        if child.dep_ == "aux" and child.tag_ == "MD" and child.lower_ in SKIPPED_AUXILIARIES:
            return True
        if child.dep_ == "aux" and child.lower_ == "to":
            return verb.head.lemma_.lower() not in SPEECH_HEADS or verb.dep_ not in {"xcomp", "advcl"}
        if child.dep_ == "mark" and child.lower_ in FINITE_OPENERS:
            return True
    return False


def _passive(parsed: Parsed, verb: Token, lemma: str) -> Attribution | None:
    """ "it is believed that", "is said to have", "were reported", "was confirmed by the police"."""
    subject = next((child for child in verb.children if child.dep_ == "nsubjpass"), None)
    if subject is None:
        return None
    agent = subject_of(verb)
    sources = tuple(named_by(parsed, agent)) if agent is not None else ()
    clause = clauses_under(verb)
    infinitive = next((child for child in verb.children if child.dep_ == "xcomp" and to_infinitive(child)), None)
    content: frozenset[int] = frozenset()
    if subject.lower_ == "it" and clause:
        content = clause
    elif subject.lower_ == "it" and not sources:
        content = around(parsed, verb, "say", subject="nsubjpass")
    elif infinitive is not None and (lemma in HEDGE_PASSIVES or lemma == "expect"):
        content = tokens_under(subject) | (
            tokens_under(infinitive) - {c.i for c in infinitive.children if c.lower_ == "to"}
        )
    elif lemma in HEDGE_PASSIVES and (state := _state(verb)) is not None:
        content = tokens_under(subject) | tokens_under(state)
    elif lemma in {"report", "confirm", "deny", "announce"} and subject.pos_ in {"NOUN", "PROPN"} and not clause:
        content = tokens_under(subject)
    if not content or (not sources and lemma not in HEDGE_PASSIVES | {"expect", "estimate", *TOLD_TO_ALL.values()}):
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


def only_a_thought_within(each: Attribution, attributions: list[Attribution]) -> bool:
    """ "She said the group planned to …": the plan is what she says, not another speaker's claim."""
    coordinated = each.rule == "noun_object" and each.coordinated
    thought = each.lemma in THOUGHTS or each.unspecified or each.rule in {"noun_object", "infinitive"}
    thought = thought and not coordinated
    return thought and any(each.cue[0] in other.content for other in attributions if other is not each)
