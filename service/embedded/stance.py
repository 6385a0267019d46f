"""How does the speaker put it: asserted, denied, planned, demanded, and is it marked as unproven?"""

from service.embedded.attribution import Attribution
from service.embedded.parsing import Parsed, Token
from service.lexicon.cues import HEDGE_ADJECTIVES, HEDGE_ADVERBS, HEDGE_MODALS, HEDGE_PASSIVES, MENTAL
from service.records import Stance

FUTURE = frozenset("will would shall 'll ’ll".split())
OWN = frozenset("we i it they he she".split())


def stance_of(parsed: Parsed, head: int, attribution: Attribution | None, *, own_plans: bool = True) -> Stance:
    """The stance of a piece whose verb is at `head`; the outlet only asserts or predicts."""
    stance: Stance = attribution.stance if attribution is not None else "asserts"
    if stance not in {"asserts", "predicts"}:
        return stance
    verb = parsed.doc[head]
    if _expected(verb):
        return "predicts"
    if not any(child.dep_ == "aux" and child.lower_ in FUTURE for child in verb.children):
        return stance
    if any(child.dep_ in {"mark"} and child.lower_ == "if" for child in verb.children):
        return stance
    subject = next((child for child in verb.children if child.dep_ == "nsubj"), None)
    own = attribution is not None and own_plans and subject is not None and subject.lower_ in OWN
    if own:
        return "intends"
    return "predicts" if attribution is not None and _will(verb) else stance


def _will(verb: Token) -> bool:
    return any(child.dep_ == "aux" and child.lower_ in {"will", "'ll", "’ll"} for child in verb.children)


def _expected(verb: Token) -> bool:
    return verb.lower_ in {"expected", "projected", "forecast", "predicted"} and any(
        child.dep_ in {"auxpass", "aux"} for child in verb.children
    )


def hedged(parsed: Parsed, head: int, tokens: frozenset[int], attribution: Attribution | None) -> bool:
    """Whether the claim is marked as unproven, by its own words or by those that attribute it to nobody."""
    if attribution is not None:
        if attribution.unspecified and attribution.lemma in HEDGE_PASSIVES:
            return True
        if attribution.lemma in MENTAL - {"intend", "plan", "expect", "anticipate", "hope"}:
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
            return True
        passive = any(child.dep_ == "auxpass" for child in token.children)
        if passive and token.lower_ in {"believed", "suspected", "thought", "feared", "said", "understood"}:
            return True
    return False
