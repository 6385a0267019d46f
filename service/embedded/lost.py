"""Which attributions does their form show, where the parse lost them?

"Residents of Dorn claim they had written": the parser takes the cue for a noun. "He said in a report that …": it hangs
the clause on the report. Only words in their order are looked at: a speaker, a cue, and what opens a clause."""

from collections.abc import Iterator

from service.embedded.acts import Attribution
from service.embedded.parsing import Doc, Parsed, Token
from service.embedded.sources import NOBODY, named_by
from service.lexicon.cues import CUE_FORMS, EXPRESSIVE, LOOSE, STANCES

REACH = 9  # words between a cue and its "that": "told a meeting of traders in Dorn that"
NAMING = 12  # words before the cue in which the speaker is looked for
NEVER = (
    LOOSE
    | EXPRESSIVE
    | {"demand", "request", "deny", "refute", "rebut", "doubt", "hope", "fear", "plan", "hint", "find"}
)
NAMES = frozenset({"NOUN", "PROPN", "PRON"})
FINITE = frozenset({"VBD", "VBZ", "VBP", "MD"})
SUBJECTS = frozenset("he she it they we there".split())
SUBORDINATE = frozenset("when while if because as who which what how why where whether than".split())
SKIPPED = frozenset("also later now then however still again have has had since even".split())
BEFORE_A_NOUN = frozenset({"DT", "PRP$", "JJ", "POS", "CD", "IN", "TO", "MD"})


def find_lost(parsed: Parsed, inside: frozenset[int], found: list[Attribution]) -> Iterator[Attribution]:
    """Attributions of cues that no attribution in `found` has, and that none of them holds."""
    doc = parsed.doc
    taken = inside.union(*(each.content | {each.cue[0]} for each in found))
    for token in doc:
        lemma = CUE_FORMS.get(token.lower_)
        if lemma is None or lemma in NEVER or token.i in taken or token.lower_.endswith("ing"):
            continue
        opens = _opens(doc, token.i, taken)
        speaker = _speaker(doc, token.i) if opens is not None else None
        if opens is None or speaker is None or speaker.lower_ in NOBODY:
            continue
        content = frozenset(range(opens, len(doc))) - taken
        yield Attribution(
            cue=(token.i,),
            lemma=lemma,
            stance=STANCES[lemma],
            rule="clause",
            content=content,
            frame=frozenset(range(speaker.left_edge.i if speaker.left_edge.i < token.i else speaker.i, opens)),
            sources=tuple(named_by(parsed, speaker)),
        )
        taken |= content


def _opens(doc: Doc, cue: int, taken: frozenset[int]) -> int | None:
    """Where the clause begins that the cue opens."""
    after = cue + 1
    if after + 1 < len(doc) and doc[after].lower_ in SUBJECTS and doc[after + 1].tag_ in FINITE:
        return after if doc[cue].tag_[:2] != "VB" else None
    plain = CUE_FORMS[doc[cue].lower_] in {"say", "claim", "argue"}
    for at in range(after, min(len(doc) - 2, after + REACH)):
        token = doc[at]
        if token.tag_ in FINITE or token.i in taken or token.text in {";", ":"} or token.lower_ in SUBORDINATE:
            return None
        if plain and token.lower_ in SUBJECTS and doc[at + 1].tag_ in FINITE:
            return at  # "said on Monday he would"
        if token.lower_ == "that" and token.tag_ in {"IN", "WDT"} and doc[at + 1].tag_ not in FINITE:
            verb = any(doc[i].tag_ in FINITE for i in range(at + 1, len(doc)))
            return at + 1 if verb else None
    return None


def _speaker(doc: Doc, cue: int) -> Token | None:
    """The noun of the phrase that stands right before the cue."""
    at = cue - 1
    while at >= 0 and (doc[at].lower_ in SKIPPED or doc[at].tag_ == "RB"):
        at -= 1
    if at < 0 or doc[at].tag_ in BEFORE_A_NOUN or doc[at].lower_ in {"n't", "not"}:
        return None
    if doc[at].text == ")":  # "the Dorn Relief Fund (DRF) said"
        at = next((i - 1 for i in range(at, max(0, at - NAMING), -1) if doc[i].text == "("), at)
    if doc[at].text == "," and (before := _before_commas(doc, at)) is not None:
        at = before
    if doc[at].pos_ not in NAMES:
        return None
    noun = doc[at]
    first = at
    while first > max(0, at - NAMING) and not (doc[first - 1].is_punct or doc[first - 1].tag_ in FINITE | {"CC"}):
        first -= 1
    for i in range(first, at + 1):
        if (
            doc[i].pos_ == "ADP"
            and i > first
            and doc[i - 1].pos_ in NAMES
            and doc[i].lower_ in {"of", "for", "in", "at"}
        ):
            return doc[i - 1]
    return noun


def _before_commas(doc: Doc, comma: int) -> int | None:
    """ "His deputy, Ada Obi, conceded": before the name between commas."""
    for at in range(comma - 1, max(0, comma - NAMING), -1):
        if doc[at].text == ",":
            return at - 1
        if doc[at].tag_ in FINITE:
            return None
    return None
