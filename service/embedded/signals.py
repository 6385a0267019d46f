"""What does the parse say about how far it can be trusted here?

One number for each sign, for confidence to weigh. What the signs are worth, and how they are put into words, is left to
others."""

from collections.abc import Sequence

from service.embedded.acts import Attribution
from service.embedded.clauses import Piece, is_finite
from service.embedded.parsing import Parsed, Token
from service.embedded.resolution import NEAR, Who
from service.lexicon.cues import CUE_FORMS, MENTAL

SUBJECTS = frozenset("nsubj nsubjpass csubj expl".split())
DANGLING = frozenset("ADP DET AUX CCONJ SCONJ PART".split())
JOINING = frozenset("CCONJ SCONJ ADP".split())
OWN_WORDS = frozenset("i we my our me us".split())
RETOLD = frozenset("tell hear learn inform read".split())  # somebody else's words inside what is said


def parse_signals(
    parsed: Parsed, piece: Piece, attribution: Attribution | None, last: Sequence[Who]
) -> dict[str, float]:
    """The signs that hold of one piece, each with 1.0; `last` are those who spoke before, the latest at the end."""
    found = {
        **_of_the_clause(parsed, piece),
        **_of_the_edges(parsed, piece),
        **_of_the_sentence(parsed, piece),
        **(_of_the_cue(parsed, piece, attribution) if attribution is not None else {}),
        "parse:several_spoke": _recent(parsed, last) > 1,
    }
    return {name: 1.0 for name, holds in found.items() if holds}


def _of_the_clause(parsed: Parsed, piece: Piece) -> dict[str, bool]:
    head = parsed.doc[piece.head]
    verb = head.pos_ in {"VERB", "AUX"}
    subject = next((child for child in head.children if child.dep_ in SUBJECTS and child.i in piece.tokens), None)
    return {
        "parse:no_verb": not verb,
        "parse:not_finite": verb and not is_finite(head),
        "parse:no_subject": verb and subject is None,
        "parse:order": verb and subject is None and head.tag_ in {"VB", "VBP"} and not _helped(head),
        "parse:pronoun_subject": subject is not None and subject.pos_ == "PRON",
        "parse:person_subject": subject is not None and subject.ent_type_ in {"PERSON", "ORG", "NORP"},
        f"parse:as_{head.dep_}": head.dep_ in {"ROOT", "ccomp", "conj", "advcl", "relcl", "acl", "parataxis", "dep"},
    }


def _helped(verb: Token) -> bool:
    return any(child.dep_ in {"aux", "auxpass"} or child.tag_ == "TO" for child in verb.children)


def _of_the_edges(parsed: Parsed, piece: Piece) -> dict[str, bool]:
    doc = parsed.doc
    first, last = doc[min(piece.tokens)], doc[max(piece.tokens)]
    after = doc[last.i + 1] if last.i + 1 < len(doc) else None
    return {
        "parse:ends_open": last.pos_ in DANGLING or (after is not None and after.text == ":"),
        "parse:starts_open": first.pos_ in JOINING,
        "parse:gap": len(piece.tokens) < 0.9 * (last.i - first.i + 1),
        "parse:own_words": any(doc[i].lower_ in OWN_WORDS for i in piece.tokens),
    }


def _of_the_sentence(parsed: Parsed, piece: Piece) -> dict[str, bool]:
    doc = parsed.doc
    verbs = [token for token in doc if token.pos_ == "VERB"]
    speaking = [doc[i] for i in piece.tokens if doc[i].pos_ == "VERB" and doc[i].i != piece.head and _speaks(doc[i])]
    head = doc[piece.head]
    return {
        "parse:many_verbs": len(verbs) > 4,
        "parse:loose": any(token.dep_ == "dep" for token in doc),
        "parse:speech_inside": bool(speaking),
        "parse:retold": any(doc[i].lemma_.lower() in RETOLD for i in piece.tokens),
        "parse:head_speaks": head.pos_ == "VERB" and _speaks(head),
        "parse:head_thinks": head.lemma_.lower() in MENTAL,
        "parse:says_clause": any(doc[i].dep_ == "ccomp" and doc[i].head.i in piece.tokens for i in piece.tokens),
        "parse:quoted_inside": any(doc[i].text in {'"', "“", "”"} for i in piece.tokens),
    }


def _speaks(token: Token) -> bool:
    return token.lower_ in CUE_FORMS


def _of_the_cue(parsed: Parsed, piece: Piece, attribution: Attribution) -> dict[str, bool]:
    doc = parsed.doc
    cue = doc[attribution.cue[0]]
    head = doc[piece.head]
    steps = 0
    while head.head != head and head.i != cue.i and steps < 8:
        head, steps = head.head, steps + 1
    return {
        "parse:cue_conj": cue.dep_ == "conj",
        "parse:cue_not_top": cue.dep_ != "ROOT",
        "parse:cue_no_verb": cue.pos_ not in {"VERB", "AUX"},
        "parse:under_cue": head.i == cue.i and steps == 1,
        "parse:far_under_cue": head.i == cue.i and steps > 1,
        "parse:not_under_cue": head.i != cue.i,
        "parse:cue_far": min(abs(i - cue.i) for i in piece.tokens) > 4,
        "parse:two_sources": len(attribution.sources) > 1,
        "parse:cue_coordinated": attribution.coordinated,
        "parse:cue_follows": attribution.follows,
        "parse:cue_unlisted": attribution.lemma not in CUE_FORMS,
    }


def _recent(parsed: Parsed, last: Sequence[Who]) -> int:
    near = [who for who in last if parsed.sentence.number - who.sentence <= NEAR]
    return len({who.mark if who.index is None else str(who.index) for who in near})
