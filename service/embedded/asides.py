"""Which attributions stand between commas, where the parse lost them?

"Nine men fled, the port police reports, but …": the parser takes the cue for a noun. Only the form is looked at: a
stretch between commas that holds a speaker and, at its edge, a cue."""

from collections.abc import Iterator
from itertools import pairwise

from service.embedded.acts import Attribution, tokens_under
from service.embedded.parsing import Doc, Parsed, Token
from service.embedded.sources import named_by, names_somebody
from service.lexicon.cues import CUE_FORMS, EXPRESSIVE, LOOSE, MENTAL, STANCES
from service.lexicon.roles import DOCUMENTS

LONGEST = 16  # words of an aside
TRAILING = 6  # of them, those that may follow the cue: "on Monday", "last month", "in a statement"
BELIEVED = frozenset("understood believed thought gathered learnt learned reported feared rumoured rumored".split())
TALES = frozenset("story tale truth lie lies stories tales".split())  # "tells another story"
ACCOUNTS = frozenset("estimates accounts reports counts".split())
EDGES = frozenset({",", "–", "—"})
WRITTEN = frozenset({"find", "show", "read"})
NEVER = (MENTAL | LOOSE | EXPRESSIVE | {"call", "put"}) - WRITTEN
NAMES = frozenset({"NOUN", "PROPN", "PRON"})
TIME_WORDS = frozenset("last late early on in at this to yesterday earlier today".split())
FINITE = frozenset({"VBD", "VBZ", "VBP", "VBN", "NN", "NNS", "JJ", "NNP"})


def find_asides(parsed: Parsed, inside: frozenset[int], taken: frozenset[int]) -> Iterator[Attribution]:
    """Attributions whose cue is not in `taken` (cues that the parse found) nor `inside` quotation marks."""
    doc = parsed.doc
    for first, last in _stretches(doc, inside):
        if any(i in taken for i in range(first, last + 1)):
            continue
        nobody = _nobody(doc, first, last)
        if nobody is not None:
            frame = frozenset(range(first, last + 1))
            content = _clause_around(doc, first, last) - frame - inside
            yield Attribution(nobody, "hearsay", "asserts", "hedge", content, frame, unspecified=True)
            continue
        found = _cue_last(doc, first, last) or _cue_first(doc, first, last)
        if found is None:
            continue
        cue, speaker = found
        noun = _head(doc, speaker)
        if noun is None or not names_somebody(noun) or not _may_say(doc[cue], noun):
            continue
        lemma = CUE_FORMS[doc[cue].lower_]
        frame = frozenset(range(first, last + 1))
        yield Attribution(
            cue=(cue,),
            lemma=lemma,
            stance=STANCES[lemma],
            rule="parenthesis",
            content=frozenset(token.i for token in doc) - frame - inside,
            frame=frame,
            sources=tuple(named_by(parsed, noun)),
        )


def _may_say(cue: Token, noun: Token) -> bool:
    """Only what is written finds and shows: "a report by the port found last year"."""
    return CUE_FORMS[cue.lower_] not in WRITTEN or noun.lemma_.lower() in DOCUMENTS or noun.lower_ in DOCUMENTS


def _stretches(doc: Doc, inside: frozenset[int]) -> Iterator[tuple[int, int]]:
    """First and last word of each stretch between two commas, or between one and the sentence's end."""
    edges = [token.i for token in doc if token.text in EDGES and token.i not in inside]
    end = len(doc)
    while end > 0 and (doc[end - 1].is_punct or doc[end - 1].is_space):
        end -= 1
    for left, right in pairwise([*edges, end]):
        if 2 <= right - left - 1 <= LONGEST and not any(i in inside for i in range(left + 1, right)):
            yield left + 1, right - 1


def _nobody(doc: Doc, first: int, last: int) -> tuple[int, ...] | None:
    """The cue of "it is understood" or "by most estimates", which name nobody."""
    words = [doc[i].lower_ for i in range(first, last + 1)]
    if len(words) == 3 and words[0] == "it" and words[1] in {"is", "was"} and words[2] in BELIEVED:
        return (last,)
    if len(words) == 3 and words[0] == "by" and words[1] in {"most", "some", "many", "all"} and words[2] in ACCOUNTS:
        return tuple(range(first, last + 1))
    return None


def _clause_around(doc: Doc, first: int, last: int) -> frozenset[int]:
    """At the sentence's end the stretch is about all of it, else about the clause that it stands in."""
    everything = frozenset(token.i for token in doc)
    verb = next((each for each in doc[first].ancestors if each.pos_ in {"VERB", "AUX"}), None)
    if verb is None or all(doc[i].is_punct or doc[i].is_space for i in range(last + 1, len(doc))):
        return everything
    others = (child for child in verb.children if child.dep_ == "conj")
    return tokens_under(verb).difference(*(tokens_under(other) for other in others))


def _is_cue(token: Token) -> bool:
    lemma = CUE_FORMS.get(token.lower_)
    return lemma is not None and lemma not in NEVER and token.tag_ in FINITE and not token.lower_.endswith("ing")


def _cue_last(doc: Doc, first: int, last: int) -> tuple[int, range] | None:
    """ "The port police said on Monday"."""
    for at in range(last, max(first, last - TRAILING), -1):
        if _is_cue(doc[at]):
            after = doc[at + 1] if at < last else None
            opens = after is None or after.lower_ in TIME_WORDS or after.ent_type_ in {"DATE", "TIME"}
            if CUE_FORMS[doc[at].lower_] == "tell":  # "surfer Ada Obi told Radio Dorn"
                opens = (
                    after is not None
                    and doc[last].pos_ in NAMES
                    and doc[last].lower_ not in TALES
                    and _names(doc, range(at + 1, last + 1))
                )
            return (at, range(first, at)) if opens and _names(doc, range(first, at)) else None
    return None


def _cue_first(doc: Doc, first: int, last: int) -> tuple[int, range] | None:
    """ "Calculated the co-author Ada Obi", at the end of the sentence."""
    ends = all(doc[i].is_punct or doc[i].is_space for i in range(last + 1, len(doc)))
    if (
        ends
        and _is_cue(doc[first])
        and CUE_FORMS[doc[first].lower_] != "tell"
        and _names(doc, range(first + 1, last + 1))
    ):
        return first, range(first + 1, last + 1)
    return None


def _names(doc: Doc, words: range) -> bool:
    """Whether the words are one noun phrase: an article, pronoun, name or plural first, and no verb."""
    if not words:
        return False
    opener = doc[words[0]]
    opens = opener.pos_ in {"DET", "PROPN", "PRON"} or opener.tag_ == "NNS" or opener.lower_ in {"its", "his", "her"}
    verbs = any(doc[i].tag_ in {"VBD", "VBZ", "VBP", "MD", "TO"} for i in words)
    return opens and not verbs and any(doc[i].pos_ in NAMES for i in words)


def _head(doc: Doc, words: range) -> Token | None:
    """The noun that the phrase is about: the last before a preposition."""
    noun = None
    for i in words:
        if doc[i].pos_ == "ADP" and noun is not None:
            break
        if doc[i].pos_ in NAMES:
            noun = doc[i]
    return noun
