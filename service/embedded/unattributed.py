"""Which clauses of a sentence does no attribution take?

Whose they are (the outlet's, an open account's, or the last speaker's after all) is for the extractor to say."""

from collections.abc import Iterator

from service.embedded.acts import Attribution
from service.embedded.clauses import is_finite
from service.embedded.parsing import Parsed, Token
from service.lexicon.cues import CUE_FORMS, EXPRESSIVE, MENTAL


def left_over(parsed: Parsed, attributions: list[Attribution], taken: frozenset[int]) -> Iterator[frozenset[int]]:
    """The finite clauses that no attribution takes."""
    cues = {i for each in attributions for i in each.cue}
    frames = {each.cue[0]: each.frame for each in attributions}
    for head in _free_heads(parsed, cues, taken):
        tokens = frozenset(each.i for each in head.subtree) - taken - cues - _borrowed(parsed, attributions)
        for cue, frame in frames.items():
            inside = parsed.doc[cue]
            if inside.is_ancestor(head) or cue == head.i:
                continue
            tokens -= frame
        for other in _free_heads(parsed, cues, taken):
            if other.i != head.i and head.is_ancestor(other):
                tokens -= frozenset(each.i for each in other.subtree)
        if any(parsed.doc[i].is_alpha for i in tokens):
            yield tokens


def is_joined(parsed: Parsed, content: frozenset[int], attribution: Attribution) -> bool:
    """ "…, she said, and two more are on their way": a clause with a subject of its own, joined to what is said."""
    tops = (parsed.doc[i] for i in sorted(content))
    head = next((top for top in tops if top.head == top or top.head.i not in content), None)
    if head is None or min(content) < attribution.cue[0] or attribution.lemma in MENTAL:
        return False
    subject = next((child for child in head.children if child.dep_ in {"nsubj", "nsubjpass", "expl"}), None)
    before = {parsed.doc[i].lower_ for i in range(max(0, min(content) - 2), min(content) + 1)}
    if subject is None:  # "…, she said, and would go on": the subject of what is said does
        modal = any(child.tag_ == "MD" for child in head.children)
        return modal and min(attribution.content) < attribution.cue[0] and bool(before & {"and", "but"})
    if subject.lower_ in {"he", "she"}:
        return ";" in before and min(attribution.content) < attribution.cue[0]
    return bool(before & {"and", ";", ":", "but"})


def _borrowed(parsed: Parsed, attributions: list[Attribution]) -> frozenset[int]:
    """ "with the army" of "…, with the army confirming 11 dead": the words hang on the host but belong to the cue."""
    found: set[int] = set()
    for each in attributions:
        for named in each.sources:
            noun = parsed.doc[named.head]
            cue = parsed.doc[each.cue[0]]
            if noun.dep_ == "pobj" and noun.head.lower_ == "with" and cue.head.i == noun.i:
                found |= {noun.head.i, *parsed.tokens_in(named.span)}
    return frozenset(found)


def _free_heads(parsed: Parsed, cues: set[int], taken: frozenset[int]) -> list[Token]:
    """The sentence's main verbs, and verbs coordinated with them, that are neither cues nor said by somebody."""
    found = []
    for token in parsed.doc:
        if token.i in taken or token.i in cues or token.lemma_.lower() in EXPRESSIVE:
            continue
        quoted_as = CUE_FORMS.get(token.lower_) in {"quote", "cite"} and any(
            child.lower_ == "as" for child in token.children
        )
        mistaken = token.pos_ not in {"VERB", "AUX"} and _speech(token)
        if (
            token.dep_ == "ROOT"
            and not quoted_as
            and not mistaken
            and (token.pos_ in {"VERB", "AUX"} or _has_verb(token))
        ):
            found.append(token)
        elif token.dep_ == "conj" and token.pos_ in {"VERB", "AUX"} and is_finite(token) and not _speech(token):
            top = token
            while top.dep_ == "conj":
                top = top.head
            if top.dep_ == "ROOT" and (top.i in cues or top.lemma_.lower() in EXPRESSIVE):
                found.append(token)
    return found


def expressive(verb: Token) -> bool:
    return verb.pos_ == "VERB" and verb.lemma_.lower() in EXPRESSIVE


def _speech(verb: Token) -> bool:
    """A cue verb that gave no attribution: nothing is said there by anybody."""
    return verb.lower_ in CUE_FORMS and not any(child.dep_ == "neg" for child in verb.children)


def clause_around(token: Token) -> Token | None:
    """The nearest participle or clause with a verb around a token, short of the sentence's main verb."""
    while token.head != token:
        if token.dep_ in {"pcomp", "advcl", "relcl", "acl", "ccomp", "conj"} and token.pos_ in {"VERB", "AUX"}:
            return token
        token = token.head
    return None


def _has_verb(root: Token) -> bool:
    return any(child.pos_ in {"VERB", "AUX"} for child in root.subtree)
