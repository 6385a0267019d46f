"""Whose are the words in quotation marks?

Only for quotations that the grammar of their own sentence does not hand to somebody."""

from bisect import bisect_right
from dataclasses import replace

from service.embedded.acts import Attribution
from service.embedded.parsing import Parsed, Token
from service.embedded.sources import named_by, subject_of
from service.lexicon.cues import MENTAL, QUOTING_FORMS, STANCES
from service.records import Quotation, Span

FULL = 4  # words; fewer in quotation marks are a borrowed term, not a statement


class Quotations:
    """The article's outermost quotations, quick to ask for those in a stretch of text."""

    def __init__(self, quotations: tuple[Quotation, ...]) -> None:
        self._all = sorted((each for each in quotations if each.depth == 1), key=lambda each: each.span.start)
        self._starts = [each.span.start for each in self._all]

    def within(self, span: Span) -> list[tuple[int, Quotation]]:
        """Number and quotation for each that touches `span`."""
        last = bisect_right(self._starts, span.end)
        found = []
        for number in range(last - 1, -1, -1):
            each = self._all[number]
            if each.span.end <= span.start:
                break
            if each.span.overlaps(span):
                found.append((number, each))
        return found[::-1]

    def numbered(self, number: int) -> Quotation:
        return self._all[number]

    def share(self, spans: tuple[Span, ...]) -> float:
        """Which part of the characters stands in quotation marks."""
        total = sum(span.end - span.start for span in spans)
        quoted = sum(
            max(0, min(span.end, each.span.end) - max(span.start, each.span.start))
            for span in spans
            for _, each in self.within(span)
        )
        return quoted / total if total else 0.0


def quoted_tokens(parsed: Parsed, quotation: Quotation) -> frozenset[int]:
    return frozenset(parsed.tokens_in(quotation.inner))


def is_full(parsed: Parsed, tokens: frozenset[int]) -> bool:
    """A statement rather than a borrowed term: long enough, and with a verb or a whole sentence's end."""
    words = [i for i in tokens if parsed.doc[i].is_alpha]
    verb = any(parsed.doc[i].tag_ in {"VBD", "VBZ", "VBP", "MD", "VB"} for i in tokens)
    return len(words) >= FULL and (verb or len(words) >= 12)


def goes_over(parsed: Parsed, tokens: frozenset[int], quotation: Quotation) -> bool:
    """Whether the sentence is one of several in the quotation: then a verb is enough to make it a statement."""
    inside = quotation.inner
    more = inside.start < parsed.sentence.span.start or parsed.sentence.span.end < inside.end
    return more and any(parsed.doc[i].tag_ in {"VBD", "VBZ", "VBP", "MD"} for i in tokens)


def speaker_beside(parsed: Parsed, quoted: frozenset[int]) -> Attribution | None:
    """The cue with a subject that stands nearest to the quotation, in the same sentence and outside of it."""
    best: tuple[int, Token] | None = None
    for token in parsed.doc:
        lemma = QUOTING_FORMS.get(token.lower_)
        if lemma is None or token.i in quoted or lemma in MENTAL or not token.tag_.startswith("VB"):
            continue
        distance = min(abs(token.i - min(quoted)), abs(token.i - max(quoted)))
        if best is None or distance < best[0]:
            best = (distance, token)
    if best is None:
        return _inverted(parsed, quoted) or _before_colon(parsed, quoted)
    verb = best[1]
    subject = subject_of(verb)
    if subject is None or subject.i in quoted:
        subject = _after_the_verb(verb, quoted) or _neighbour(verb, quoted)
    if subject is None:
        return None
    lemma = QUOTING_FORMS[verb.lower_]
    return Attribution(
        cue=(verb.i,),
        lemma=lemma,
        stance=STANCES.get(lemma, "asserts"),
        rule="quotation",
        content=quoted,
        frame=frozenset({verb.i}) | frozenset(each.i for each in subject.subtree if each.i not in quoted),
        sources=tuple(named_by(parsed, subject)),
    )


def _inverted(parsed: Parsed, quoted: frozenset[int]) -> Attribution | None:
    """ "“…,” wept Ada Obi": right after a quotation any verb with a subject will do."""
    doc = parsed.doc
    at = max(quoted) + 1
    while at < len(doc) and (doc[at].is_punct or doc[at].is_space):
        at += 1
    if at >= len(doc) or doc[at].tag_ not in {"VBD", "VBZ"} or not doc[at - 1].is_punct:
        return None
    verb = doc[at]
    subject = next((child for child in verb.children if child.dep_ == "nsubj" and child.i > at), None)
    if subject is None or subject.i - at > FULL:
        return None
    frame = frozenset({at}) | frozenset(each.i for each in subject.subtree if each.i not in quoted)
    named = tuple(named_by(parsed, subject))
    return Attribution((at,), verb.lemma_.lower(), "asserts", "quotation", quoted, frame, named)


def _before_colon(parsed: Parsed, quoted: frozenset[int]) -> Attribution | None:
    """ "The firm hit back: “…”": before a colon any verb with a subject will do."""
    start = min(quoted)
    if start < 3 or ":" not in {parsed.doc[start - 1].text, parsed.doc[start - 2].text}:
        return None
    colon = start - 1 if parsed.doc[start - 1].text == ":" else start - 2
    name = parsed.doc[colon - 1]
    if name.pos_ == "PROPN" and not any(token.pos_ in {"VERB", "AUX"} for token in parsed.doc[:colon]):
        # "Ada Obi: “…”"
        named = tuple(named_by(parsed, name))
        return Attribution((colon,), ":", "asserts", "quotation", quoted, frozenset(range(start)), named)
    for token in parsed.doc[:colon]:
        subject = next((child for child in token.children if child.dep_ == "nsubj" and child.i < start), None)
        if subject is None and token.dep_ == "acl" and token.head.dep_ == "ROOT" and token.head.i < token.i:
            subject = token.head  # "an insider blabbed to the paper": taken for a participle
        if token.tag_ in {"VBD", "VBZ", "VBP", "VBN"} and subject is not None:
            frame = frozenset(range(start)) - quoted
            named = tuple(named_by(parsed, subject))
            return Attribution((token.i,), token.lemma_.lower(), "asserts", "quotation", quoted, frame, named)
    return None


def _after_the_verb(verb: Token, quoted: frozenset[int]) -> Token | None:
    """ "…," read a statement: the parse takes an inverted subject for an object."""
    if verb.i - 1 not in quoted and verb.i - 2 not in quoted:
        return None
    return next((child for child in verb.children if child.dep_ in {"dobj", "attr"} and child.i not in quoted), None)


def _neighbour(verb: Token, quoted: frozenset[int]) -> Token | None:
    """A name or pronoun right beside the verb, where the parse lost its subject."""
    for step in (1, -1, 2, -2, 3):
        at = verb.i + step
        if 0 <= at < len(verb.doc) and at not in quoted and verb.doc[at].pos_ in {"PROPN", "PRON"}:
            token = verb.doc[at]
            while token.dep_ == "compound" and token.head.i not in quoted:
                token = token.head
            return token
    return None


def joined_to(found: list[Attribution], beside: Attribution) -> list[Attribution]:
    """The quotation goes to the cue that already stands there, if one does."""
    for index, each in enumerate(found):
        if each.cue[0] == beside.cue[0]:
            found[index] = replace(each, content=each.content | beside.content, frame=each.frame - beside.content)
            return found
    return [*found, beside]
