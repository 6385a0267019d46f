"""Which words other than a verb with its object say that somebody says something: "according to", "the claim that", "by
some accounts"?"""

from service.embedded.acts import Attribution, tokens_under
from service.embedded.parsing import Parsed, Token
from service.embedded.sources import Named, named_by, subject_of
from service.lexicon.cues import ACCORDING_TO, CUE_FORMS, HEDGE_ADVERBS, STANCES
from service.records import Stance

CITES = frozenset("cites cited quotes quoted".split())
FRONT = 14  # words of a phrase that opens the sentence
GIVING = frozenset(
    """share shares shared release releases released issue issues issued give gives gave list lists listed publish
    publishes published provide provides provided present presents presented set sets outline outlined""".split()
)
REPLIES = frozenset("retort reply response answer rebuke rejoinder riposte".split())
POINTS = frozenset("points demands findings remarks answers conditions promises conclusions words".split())


def according_to(parsed: Parsed, token: Token) -> Attribution | None:
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
        return _at_the_front(parsed, token, last.i, phrase)
    frame = tokens_under(token) | tokens_under(last) | set(range(token.i, last.i + 1))
    top = token.head if token.head.i not in frame else last.head
    while top.i in frame and top.head != top:
        top = top.head
    while top.pos_ not in {"VERB", "AUX"} and top.head != top:
        top = top.head
    if token.i == token.left_edge.i == 0:  # at the front it governs the whole sentence
        top = next(word for word in doc if word.dep_ == "ROOT")
        frame |= _name_in_commas(parsed, max(frame) + 1)
    cited = _cited_by(parsed, noun)
    content = tokens_under(top) - frame
    told = tuple(named_by(parsed, noun))
    return Attribution(
        cue=tuple(range(token.i, last.i + 1)) if cited is None else (cited[0].i,),
        lemma=phrase,
        stance="asserts",
        rule="according_to",
        content=content,
        frame=frozenset(frame),
        sources=told if cited is None else cited[1],
        through=() if cited is None else told,
        unspecified=noun.lemma_.lower() in {"detail", "information"},
    )


def _cited_by(parsed: Parsed, noun: Token) -> tuple[Token, tuple[Named, ...]] | None:
    """ "According to the agency, which cites the mayor": the citing verb and those whom it cites."""
    for verb in noun.subtree:
        if verb.lower_ not in CITES or verb.dep_ != "relcl":
            continue
        whom = next((child for child in verb.children if child.dep_ == "dobj"), None)
        if whom is not None and (named := tuple(named_by(parsed, whom))):
            return verb, named
    return None


def _name_in_commas(parsed: Parsed, at: int) -> frozenset[int]:
    """ "According to the officer, Zia Iro, …": the name belongs to the speaker, wherever the parse hangs it."""
    doc = parsed.doc
    last = at + 1
    while last < len(doc) and doc[last].pos_ == "PROPN":
        last += 1
    closed = at + 1 < last < len(doc) and doc[at].text == "," and doc[last].text == ","
    return frozenset(range(at, last)) if closed else frozenset()


def _at_the_front(parsed: Parsed, token: Token, last: int, phrase: str) -> Attribution | None:
    """ "According to ward head Obi, …": the parse takes "head" for a verb, but the comma tells."""
    doc = parsed.doc
    comma = next((i for i in range(last + 1, min(len(doc), last + FRONT)) if doc[i].text == ","), None)
    if token.i > 0 or comma is None or doc[comma - 1].pos_ not in {"NOUN", "PROPN"}:
        return None
    noun = doc[comma - 1]
    named = (Named(noun.i, parsed.span(last + 1, noun.i)),)
    content = frozenset(range(comma + 1, len(doc)))
    return Attribution(
        tuple(range(last + 1)), phrase, "asserts", "according_to", content, frozenset(range(comma)), named
    )


def said_by_noun(parsed: Parsed, noun: Token) -> Attribution | None:
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
    """ "The ministry said:", "The group shared its demands:", "Here are her main points:" before a list: who speaks,
    with nothing said in the sentence itself."""
    if not parsed.doc.text.rstrip().endswith(":"):
        return None
    for word in reversed(parsed.doc):
        finite = word.tag_ in {"VBD", "VBZ", "VBP"}
        speaker = subject_of(word) if finite and (word.lower_ in CUE_FORMS or word.lower_ in GIVING) else None
        if speaker is None and word.lower_ in POINTS:
            speaker = next((child for child in word.children if child.dep_ == "poss"), None)
        if speaker is not None and (named := tuple(named_by(parsed, speaker))):
            lemma = CUE_FORMS.get(word.lower_, word.lemma_.lower())
            stance = STANCES.get(lemma, "asserts")
            return Attribution((word.i,), lemma, stance, "clause", frozenset(), frozenset(), named)
    return None


def replier(parsed: Parsed) -> Named | None:
    """ "The plan drew a sharp retort from Ada Obi.": who will be quoted next."""
    for word in parsed.doc:
        if word.lemma_.lower() not in REPLIES:
            continue
        for link in word.children:
            noun = next((child for child in link.children if child.dep_ == "pobj"), None)
            if link.lower_ in {"from", "by"} and noun is not None:
                return next(named_by(parsed, noun), None)
    return None


def hedge_adverb(parsed: Parsed, tokens: frozenset[int]) -> int | None:
    """The position of "reportedly" and its like among `tokens`."""
    return next((i for i in sorted(tokens) if parsed.doc[i].lower_ in HEDGE_ADVERBS), None)
