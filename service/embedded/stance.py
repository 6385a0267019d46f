"""How does the speaker put it: asserted, denied, planned, demanded, and is it marked as unproven?"""

from service.embedded.acts import Attribution
from service.embedded.parsing import Parsed, Token
from service.lexicon.cues import HEDGE_ADJECTIVES, HEDGE_ADVERBS, HEDGE_MODALS, HEDGE_PASSIVES, MENTAL
from service.records import Stance

FUTURE = frozenset("will would shall 'll ’ll".split())
AHEAD = FUTURE | frozenset("may might could".split())
OWN = frozenset("we i it they he she".split())


def stance_of(
    parsed: Parsed, head: int, attribution: Attribution | None, *, spoken: bool = True, own_body: bool = False
) -> Stance:
    """The stance of a piece whose verb is at `head`. `spoken`: somebody says it, and not the outlet; `own_body`: the
    piece is about the speaker, called by name or by "the company"."""
    stance: Stance = attribution.stance if attribution is not None else "asserts"
    verb = parsed.doc[head]
    if stance == "predicts" and attribution is not None and attribution.lemma == "expect":
        return stance
    if stance not in {"asserts", "predicts"}:
        return stance
    if _expected(verb):
        return "predicts"
    if spoken and _bids(parsed, verb):
        return "demands"
    modal = next((child.lower_ for child in verb.children if child.dep_ == "aux" and child.tag_ == "MD"), "")
    if modal not in AHEAD or any(child.lower_ in {"have", "if", "not", "n't"} for child in verb.children):
        return stance
    subject = next((child for child in verb.children if child.dep_ in {"nsubj", "nsubjpass"}), None)
    announced = attribution is not None and attribution.lemma in {"announce", "promise", "pledge", "vow"}
    own = own_body or (subject is not None and subject.lower_ in OWN)
    if spoken and modal in FUTURE and (announced or own):
        return "intends"
    return "predicts" if spoken or modal in {"will", "'ll", "’ll"} else stance


def _bids(parsed: Parsed, verb: Token) -> bool:
    """ "Let him show one receipt", "Don't wait": no subject, and the bare verb first."""
    subject = any(child.dep_ in {"nsubj", "nsubjpass", "expl"} for child in verb.children)
    bare = verb.tag_ == "VB" and not any(
        child.dep_ == "aux" and child.lower_ not in {"do", "n't"} for child in verb.children
    )
    first = verb.left_edge.i == verb.i or verb.left_edge.lower_ in {"do", "please"}
    quoted = verb.i > 0 and first and parsed.doc[verb.left_edge.i - 1].text in {'"', "'"}
    return bool(bare and quoted and (not subject or verb.lower_ == "let"))


def _expected(verb: Token) -> bool:
    return verb.lower_ in {"expected", "projected", "forecast", "predicted"} and any(
        child.dep_ in {"auxpass", "aux"} for child in verb.children
    )


def hedged(parsed: Parsed, head: int, tokens: frozenset[int], attribution: Attribution | None) -> bool:
    """Whether the claim is marked as unproven, by its own words or by those that attribute it to nobody."""
    if attribution is not None:
        if attribution.unspecified and attribution.lemma in HEDGE_PASSIVES:
            return True
        if attribution.unspecified and attribution.lemma in MENTAL - {"intend", "plan", "expect", "anticipate", "hope"}:
            return True
        cue = parsed.doc[attribution.cue[0]]
        if cue.lower_ in HEDGE_ADVERBS or any(child.lower_ in HEDGE_ADVERBS for child in cue.children):
            return True
    for i in tokens:
        token = parsed.doc[i]
        if token.lower_ in HEDGE_ADVERBS:
            return True
        if token.lower_ in HEDGE_ADJECTIVES and token.dep_ in {"amod", "compound"}:
            return True
        if token.lower_ in HEDGE_MODALS and token.tag_ == "MD" and token.head.i == head:
            denied = any(child.dep_ == "neg" for child in token.head.children)
            if not (denied and token.lower_ == "could"):
                return True
        passive = any(child.dep_ == "auxpass" for child in token.children)
        if passive and token.lower_ in {"believed", "suspected", "thought", "feared", "said", "understood"}:
            return True
    return False
