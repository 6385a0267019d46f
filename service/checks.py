"""Is a grounded claim at odds with the words around it?

Each check compares what a claim says with what reading found in its sentence, and puts a doubt into words with the
place in the text. It decides nothing: how much a doubt weighs is for `confidence`.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TypeVar

from service.lexicon.cues import ADDRESSING
from service.records import Flag, FoundCue, Grounded, Quotation, Reading, Sentence, Span, SpeakerMention, words_of
from service.typography import has_hidden

LONG_CLAIM_WORDS = 60  # beyond this a content is hardly one clause
NEGATED = re.compile(r"(?:\b(?:never|not)|n['’]t)(?:\s(?:ever|yet|even))?(?:\s\w{2,15}ly)?\s$")
NEGATION_REACH = 30  # characters before a verb in which it is negated
NEAR = 3  # characters between a name and its verb: "Langove said", "said Langove"


def check(grounded: Sequence[Grounded], reading: Reading) -> tuple[tuple[Flag, ...], ...]:
    """For each claim of one article, in the same order, the doubts about it."""
    overlaps = _overlapping(grounded)
    return tuple((*_check_one(claim, reading), *overlaps.get(index, ())) for index, claim in enumerate(grounded))


def _check_one(claim: Grounded, reading: Reading) -> Iterator[Flag]:
    yield from _figures(claim)
    yield from _source(claim, reading)
    yield from _unsaid(claim, reading)
    yield from _quotation(claim, reading)
    yield from _stance(claim, reading)
    yield from _hedge(claim, reading)
    yield from _text(claim, reading)
    yield from _unshown(claim, reading)


# ── figures ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _figures(claim: Grounded) -> Iterator[Flag]:
    for found in claim.checks:
        if found.field.startswith("figures.") and found.status == "contradicted":
            yield Flag(code="figure_absent", field="figures", message=found.message or "a figure is not in the claim")
        elif found.field.startswith("figures.") and found.message:
            yield Flag(code="figure_left_out", field="figures", message=found.message)
    for figure in claim.figures:
        if figure.counted is None and figure.unit is None:
            message = "it is not clear what this figure counts"
            yield Flag(code="counted_unclear", field="figures", message=message, span=figure.span)


# ── the speaker ─────────────────────────────────────────────────────────────────────────────────────────────────


def _source(claim: Grounded, reading: Reading) -> Iterator[Flag]:
    source = claim.source
    text = reading.article.text
    if source.kind == "unresolved":
        message = _message(claim, "source") or "somebody says this, but the text does not settle who"
        yield Flag(code="speaker_unresolved", field="source", message=message, span=source.mention)
        return
    checked = next((found for found in claim.checks if found.field == "source"), None)
    if checked is not None and checked.status == "contradicted":
        message = checked.message or "the sentence has somebody else say it"
        yield Flag(code="speaker_conflict", field="source", message=message, span=source.mention)
        return
    verified = checked is not None and checked.status == "verified" and source.name is not None
    for mention, verb in () if verified else _named_beside(claim, reading):
        if mention.speaker is None:
            continue
        other = reading.speakers[mention.speaker]
        if source.name is None or not {other.name, other.principal} & {source.name, source.principal} - {None}:
            words = text[min(mention.span.start, verb.span.start) : max(mention.span.end, verb.span.end)]
            given = source.name or f"nobody by name ({source.kind})"
            message = f"the sentence has {words!r}, but the claim is given to {given}"
            yield Flag(code="speaker_conflict", field="source", message=message, span=mention.span)
            return
    if source.kind == "outlet" and (cue := _open_cue(claim, reading)) is not None:
        message = f"the sentence has {cue.span.of(text)!r}, but the claim is taken as the article's own"
        yield Flag(code="cue_without_speaker", field="source", message=message, span=cue.span)
    if claim.draft.mode == "implied":
        message = "no words attribute this; it was read as going on with the account before"
        yield Flag(code="implied_speaker", field="source", message=message)
    elif source.mention is not None and (resolved := _message(claim, "source")) is not None:
        yield Flag(code="speaker_resolved", field="source", message=resolved, span=source.mention)


def _unsaid(claim: Grounded, reading: Reading) -> Iterator[Flag]:
    """ "She never said that …", "police have not confirmed that …": words that just these did not say."""
    if claim.cue is None:
        return
    text = reading.article.text
    for cue in reading.cues_in(claim.cue):
        negation = NEGATED.search(text, max(0, cue.span.start - NEGATION_REACH), cue.span.start)
        if cue.form == "verb" and cue.stance != "denies" and negation is not None:
            span = Span(negation.start(), cue.span.end)
            message = f"the sentence has {span.of(text)!r}, but the claim is taken as said"
            yield Flag(code="speaker_conflict", field="source", message=message, span=span)
            return


def _message(claim: Grounded, field: str) -> str | None:
    return next((found.message for found in claim.checks if found.field == field), None)


def _named_beside(claim: Grounded, reading: Reading) -> Iterator[tuple[SpeakerMention, FoundCue]]:
    """Speakers named right beside an attributing verb in the claim's own sentence, outside its content."""
    sentence = _sentence(claim, reading)
    if sentence is None:
        return
    cues = [cue for cue in _outside(reading.cues_in(sentence.span), claim) if cue.form in ("verb", "according_to")]
    mentions = [m for m in _outside(reading.mentions_in(sentence.span), claim) if m.form != "pronoun"]
    if claim.cue is not None:
        cues = [cue for cue in cues if cue.span.overlaps(claim.cue)]
    for cue in cues:
        for mention in mentions:
            if _beside(mention.span, cue, reading.article.text):
                yield mention, cue


def _beside(mention: Span, cue: FoundCue, text: str) -> bool:
    first, second = sorted((mention, cue.span))
    between = text[first.end : second.start].strip()
    if cue.form == "according_to":
        return cue.span < mention and between in ("", "the", "a")
    if cue.lemma in ADDRESSING and cue.span < mention:
        return False
    return len(between) <= NEAR and (between == "" or between in ("has", "had"))


def _open_cue(claim: Grounded, reading: Reading) -> FoundCue | None:
    """An attributing verb that stands before the claim in its sentence, with nothing between but "that"."""
    sentence = _sentence(claim, reading)
    if sentence is None:
        return None
    text = reading.article.text
    for cue in _outside(reading.cues_in(sentence.span), claim):
        between = text[cue.span.end : claim.content[0].start].strip(' ,:"“‘').casefold()
        if cue.form == "verb" and cue.span.end <= claim.content[0].start and between in ("", "that"):
            return cue
    return None


def _sentence(claim: Grounded, reading: Reading) -> Sentence | None:
    return reading.sentence_at(claim.content[0].start)


_Found = TypeVar("_Found", FoundCue, SpeakerMention)


def _outside(found: Iterable[_Found], claim: Grounded) -> list[_Found]:
    return [item for item in found if not any(piece.overlaps(item.span) for piece in claim.content)]


# ── how it is said ──────────────────────────────────────────────────────────────────────────────────────────────


def _quotation(claim: Grounded, reading: Reading) -> Iterator[Flag]:
    quotations = [found for found in reading.quotations_over(claim.content[0]) if found.depth == 1]
    quoted = [found for found in quotations if found.inner.holds(claim.content[0])]
    if claim.draft.mode == "direct" and not quotations:
        yield Flag(code="not_quoted", field="mode", message="said to be a quotation, but there are no quotation marks")
    if quoted and claim.source.kind == "outlet" and _long_quotation(quoted[0], reading):
        message = "these words are quoted, but taken as the article's own"
        yield Flag(code="quoted_outlet", field="source", message=message, span=quoted[0].span)
    for found in quotations:
        if not found.closed and not found.continues:
            message = "the quotation mark before this is never closed"
            yield Flag(code="quotation_open", field="mode", message=message, span=found.span)
            return


def _long_quotation(quotation: Quotation, reading: Reading) -> bool:
    return len(quotation.inner.of(reading.article.text).split()) >= 5  # shorter ones are names and scare quotes


def _stance(claim: Grounded, reading: Reading) -> Iterator[Flag]:
    if claim.cue is None:
        return
    for cue in reading.cues_in(claim.cue):
        if {cue.stance, claim.draft.stance} & {"denies", "confirms"} and cue.stance != claim.draft.stance:
            words = cue.span.of(reading.article.text)
            message = f"the cue {words!r} means {cue.stance!r}, the claim says {claim.draft.stance!r}"
            yield Flag(code="stance_conflict", field="stance", message=message, span=cue.span)
            return


def _hedge(claim: Grounded, reading: Reading) -> Iterator[Flag]:
    if claim.draft.hedged:
        return
    for piece in claim.content:
        for cue in reading.cues_in(piece):
            if cue.form == "hedge":
                message = f"{cue.span.of(reading.article.text)!r} marks it as unproven, the claim does not"
                yield Flag(code="hedge_lost", field="hedged", message=message, span=cue.span)
                return


# ── the words themselves ────────────────────────────────────────────────────────────────────────────────────────


def _text(claim: Grounded, reading: Reading) -> Iterator[Flag]:
    words = words_of(claim.content, reading.article.text)
    if len(words.split()) > LONG_CLAIM_WORDS:
        message = f"more than {LONG_CLAIM_WORDS} words: this may be several claims in one"
        yield Flag(code="long_claim", field="content", message=message)
    if has_hidden(words):
        message = "there are invisible or direction-changing characters in these words"
        yield Flag(code="hidden_text", field="content", message=message)
    for notice in reading.notices:
        if notice.code == "instruction" and notice.span is not None and _shares_sentence(claim, notice.span, reading):
            message = "words in its sentence address a program, not a reader"
            yield Flag(code="instruction", field="content", message=message, span=notice.span)
            return


def _shares_sentence(claim: Grounded, span: Span, reading: Reading) -> bool:
    """'Add the claim: "…"' orders a claim whose own words are innocent, so the whole sentence is in doubt."""
    sentences = (reading.sentence_at(piece.start) for piece in claim.content)
    return any(piece.overlaps(span) for piece in claim.content) or any(
        sentence is not None and sentence.span.overlaps(span) for sentence in sentences
    )


def _unshown(claim: Grounded, reading: Reading) -> Iterator[Flag]:
    """Where the article gives orders to a program, a speaker whom the sentence does not show may be one of them."""
    ordered = next((notice for notice in reading.notices if notice.code == "instruction" and notice.span), None)
    source = next((found for found in claim.checks if found.field == "source"), None)
    if ordered is None or source is None or claim.source.name is None or source.status == "verified":
        return
    message = f"the article addresses a program too, and the sentence does not show that {claim.source.name} says this"
    yield Flag(code="instruction", field="source", message=message, span=ordered.span)


def _overlapping(grounded: Sequence[Grounded]) -> dict[int, tuple[Flag, ...]]:
    """Claims of one speaker that share words: the same words were cut into claims twice."""
    by_speaker: dict[tuple[str, str | None], list[tuple[Span, int]]] = defaultdict(list)
    for index, claim in enumerate(grounded):
        for piece in claim.content:
            by_speaker[claim.source.kind, claim.source.name].append((piece, index))
    flags: dict[int, tuple[Flag, ...]] = {}
    for pieces in by_speaker.values():
        for (first, one), (second, other) in pairwise(sorted(pieces)):
            if one != other and first.overlaps(second):
                message = "another claim of this speaker covers some of the same words"
                flags[other] = (Flag(code="overlap", field="content", message=message, span=first),)
    return flags
