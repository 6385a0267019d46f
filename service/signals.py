"""What is there to see about a claim that may tell whether it is right?

Names of signs, each of which holds or does not: of what the extractor knew, of the words around, of the speaker, of the
figures. Only a claim's own sentence and the one before it in its paragraph count, so that words elsewhere in an article
change no confidence. What a sign is worth is for `confidence`; doubts that deserve a flag are for `checks`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from service.records import (
    CueForm,
    Figure,
    Grounded,
    Reading,
    Sentence,
    Span,
    SpeakerMention,
)

OWN = "own:"  # before the signs of claims in the article's own voice, which are worth something else there
FIGURES = "figure:"
# Signs that a draft may bring with a strength, and from which strength on they hold.
STEPS: Mapping[str, tuple[tuple[float, str], ...]] = {
    "speaker_ambiguity": ((0.3, "speaker:far"), (0.45, "speaker:guessed")),
    "implied_distance": ((2, "implied:later"), (4, "implied:far")),
    "pieces": ((2, "pieces:two"), (3, "pieces:more")),
    "parse_is_odd": ((1, "parse:odd"),),
    "agreement": ((0, "agreement:some"), (0.5, "agreement:half"), (1, "agreement:all")),
    "judge_yes": ((1, "judge:yes"),),
}
ASKED = ("agreement", "judge_yes", "cascade:")  # what others answered: worth the same in whosever voice
FEW, MANY = 4, 7  # words of a short content
JOINING = frozenset("and but or while which who that where with after as because if to by".split())
CUES: frozenset[CueForm] = frozenset({"verb", "according_to", "noun"})


def signals_of(grounded: Sequence[Grounded], reading: Reading) -> tuple[frozenset[str], ...]:
    """For each claim of one article, in the same order, the names of the signs that hold of it."""
    namesakes = _namesakes(reading)
    return tuple(frozenset(_named(claim, reading, namesakes)) for claim in grounded)


def _named(claim: Grounded, reading: Reading, namesakes: frozenset[str]) -> Iterator[str]:
    own = OWN if claim.source.kind == "outlet" else ""
    for sign in (
        *_drafted(claim),
        *_said(claim),
        *_length(claim, reading),
        *_around(claim, reading),
        *_speaker(claim, reading, namesakes),
    ):
        yield own + sign
    yield from _drafted(claim, asked=True)
    for sign in _figures(claim, reading):
        yield FIGURES + sign


def _holding(signs: Mapping[str, bool]) -> Iterator[str]:
    return (name for name, holds in signs.items() if holds)


# ── what the extractor knew, and how it is said ────────────────────────────────────────────────────────────────


def _drafted(claim: Grounded, *, asked: bool = False) -> Iterator[str]:
    for name, strength in claim.draft.signals.items():
        if name.startswith(ASKED) is not asked:
            continue
        if name in STEPS:
            yield from (sign for least, sign in STEPS[name] if strength >= least)
        elif ":" in name and strength:
            yield name


def _said(claim: Grounded) -> Iterator[str]:
    draft = claim.draft
    yield f"kind:{claim.source.kind}"
    yield f"mode:{draft.mode}"
    if draft.stance != "asserts":
        yield f"stance:{draft.stance}"
    yield from _holding(
        {
            "said:hedged": draft.hedged,
            "said:negated": claim.negated,
            "said:when": bool(claim.when),
            "said:where": bool(claim.where),
            "said:second_hand": bool(claim.source.via),
            "said:other_answers": bool(draft.accept) and draft.mode != "implied",
        }
    )


def _length(claim: Grounded, reading: Reading) -> Iterator[str]:
    text = reading.article.text
    words = [word for piece in claim.content for word in piece.of(text).split()]
    yield from _holding(
        {
            "content:few_words": len(words) < FEW,
            "content:short": FEW <= len(words) < MANY,
            "content:long": len(words) > 25,
            "content:very_long": len(words) > 40,
            "content:in_pieces": len(claim.content) > 1,
            "content:lower_case": text[claim.content[0].start].islower(),
            "content:joined": bool(words) and words[0].lower() in JOINING,
            "content:before_colon": text[claim.content[-1].end : claim.content[-1].end + 1] == ":",
        }
    )


# ── the words around ────────────────────────────────────────────────────────────────────────────────────────────


def _around(claim: Grounded, reading: Reading) -> Iterator[str]:
    sentence = reading.sentence_at(claim.content[0].start)
    if sentence is None:
        return
    text = reading.article.text
    words = sentence.span.of(text)
    number = len(words.split())
    share = sum(piece.end - piece.start for piece in claim.content) / len(words)
    yield from _holding(
        {
            "sentence:long": 30 < number <= 40,
            "sentence:very_long": number > 40,
            "sentence:short": number < 12,
            "sentence:mostly": share > 0.9,
            "sentence:small_part": share < 0.3,
            "sentence:opens": claim.content[0].start - sentence.span.start < 3,
            "sentence:colon": ":" in words,
            "sentence:semicolon": ";" in words,
            "sentence:dash": "—" in words or " – " in words or " - " in words,
            "sentence:brackets": "(" in words,
            "sentence:quotation": bool(reading.quotations_over(sentence.span)),
        }
    )
    yield from _cues(claim, sentence, reading)
    yield from _candidates(claim, sentence, reading)


def _within(span: Span, claim: Grounded) -> bool:
    return any(piece.overlaps(span) for piece in claim.content)


def _cues(claim: Grounded, sentence: Sentence, reading: Reading) -> Iterator[str]:
    found = reading.cues_in(sentence.span)
    saying = [cue for cue in found if cue.form in CUES]
    before = _before(sentence, reading)
    yield from _holding(
        {
            "cues:none": not saying,
            "cues:two": len(saying) == 2,
            "cues:more": len(saying) > 2,
            "cues:inside": any(_within(cue.span, claim) for cue in saying),
            "cues:hedge": len(found) > len(saying),
            "cues:said_before": before is not None and any(cue.form in CUES for cue in reading.cues_in(before.span)),
            "paragraph:opens": before is None,
        }
    )
    if claim.cue is not None:
        yield from _cue(claim, claim.cue, sentence, reading)


def _before(sentence: Sentence, reading: Reading) -> Sentence | None:
    found = reading.sentence(sentence.number - 1)
    return found if found is not None and found.paragraph == sentence.paragraph else None


def _cue(claim: Grounded, cue: Span, sentence: Sentence, reading: Reading) -> Iterator[str]:
    gap = max(claim.content[0].start - cue.end, cue.start - claim.content[-1].end)
    yield from _holding(
        {
            "cue:elsewhere": not sentence.span.holds(cue),
            "cue:apart": 15 < gap <= 60,
            "cue:far": gap > 60,
            "cue:after": cue.start > claim.content[0].start,
            "cue:unlisted": not reading.cues_in(cue),
        }
    )
    mention = claim.source.mention
    if mention is not None:
        apart = max(cue.start - mention.end, mention.start - cue.end)
        yield from _holding(
            {"mention:apart": 3 < apart <= 20, "mention:far": 20 < apart <= 60, "mention:away": apart > 60}
        )


def _candidates(claim: Grounded, sentence: Sentence, reading: Reading) -> Iterator[str]:
    """Who else the sentence names."""
    mentions = reading.mentions_in(sentence.span)
    outside = {each.speaker for each in mentions if each.speaker is not None and not _within(each.span, claim)}
    inside = [each for each in mentions if _within(each.span, claim)]
    yield from _holding(
        {
            "others:none": not outside,
            "others:two": len(outside) == 2,
            "others:more": len(outside) > 2,
            "others:inside": any(each.form != "pronoun" for each in inside),
            "others:many_inside": len(inside) > 2,
            "others:pronoun_inside": any(each.form == "pronoun" for each in inside),
            "others:first_inside": bool(inside) and inside[0].span.start == claim.content[0].start,
        }
    )


# ── the speaker ─────────────────────────────────────────────────────────────────────────────────────────────────


def _namesakes(reading: Reading) -> frozenset[str]:
    """Last words that two speakers' names share, in lower case."""
    seen: set[str] = set()
    twice: set[str] = set()
    for speaker in reading.speakers:
        last = speaker.name.split()[-1].lower()
        (twice if last in seen else seen).add(last)
    return frozenset(twice)


PRONOUNS = {"he": "he", "she": "he", "they": "they", "it": "it", "who": "who", "i": "i"}
POSSESSIVE = ("its ", "his ", "her ", "their ")
INDEFINITE = ("a ", "an ", "one ", "two ", "some ", "several ")


def _speaker(claim: Grounded, reading: Reading, namesakes: frozenset[str]) -> Iterator[str]:
    source = claim.source
    if source.name is None:
        return
    parts = source.name.split()
    listed: SpeakerMention | None = reading.mention_by_mark.get(claim.draft.speaker)
    speaker = reading.speakers[listed.speaker] if listed is not None and listed.speaker is not None else None
    yield from _holding(
        {
            "name:one_word": len(parts) == 1,
            "name:long": len(parts) > 4,
            "name:no_name": source.name.islower(),
            "name:mixed": not source.name.islower() and any(part.islower() for part in parts[:2]),
            "name:shared": parts[-1].lower() in namesakes,
            "name:dash": " - " in source.name or "-" in parts[0],
            "name:unlisted": speaker is None,
            "name:alone": speaker is not None and len(speaker.mentions) == 1,
            "name:often": speaker is not None and len(speaker.mentions) > 3,
            "name:one_form": speaker is not None and not speaker.aliases,
            "name:speaks_for": source.principal is not None,
            "name:role": source.role is not None,
            "mention:none": source.mention is None,
        }
    )
    if source.mention is not None:
        words = source.mention.of(reading.article.text)
        yield from _mention(words.lower(), full=words == source.name)


def _mention(words: str, *, full: bool) -> Iterator[str]:
    if words in PRONOUNS:
        yield f"mention:{PRONOUNS[words]}"
    yield from _holding(
        {
            "mention:the": words.startswith("the "),
            "mention:of_somebody": words.startswith(POSSESSIVE),
            "mention:indefinite": words.startswith(INDEFINITE),
            "mention:full": full,
        }
    )


# ── the figures ─────────────────────────────────────────────────────────────────────────────────────────────────


def _figures(claim: Grounded, reading: Reading) -> Iterator[str]:
    text = reading.article.text
    firm = [figure for figure in claim.figures if figure.qualifier != "vague"]
    yield from _holding(
        {
            "vague": len(firm) < len(claim.figures),
            "some": bool(firm),
            "two": len(firm) == 2,
            "more": len(firm) > 2,
            "other_number": _other_number(claim, text),
        }
    )
    sentence = reading.sentence_at(claim.content[0].start)
    if sentence is not None and len(reading.figures_in(sentence.span)) > len(claim.figures):
        yield "others_near"
    for figure in firm:
        yield from _figure(figure, claim, reading)


def _other_number(claim: Grounded, text: str) -> bool:
    """Whether digits stand in the content that are of no figure and no date."""
    read = [*(figure.span for figure in claim.figures), *(when.span for when in claim.when)]
    pieces = ((piece.start, min(piece.end, piece.start + 400)) for piece in claim.content)
    found = (digit.start() for start, end in pieces for digit in _DIGIT.finditer(text, start, end))
    return any(not any(span.start <= at < span.end for span in read) for at in found)


_DIGIT = re.compile(r"\d")


def _figure(figure: Figure, claim: Grounded, reading: Reading) -> Iterator[str]:
    text = reading.article.text
    words = figure.span.of(text)
    if figure.qualifier != "exact":
        yield f"{figure.qualifier}"
    yield _unit(figure)
    proposed = next((each.counted for each in reading.figures_in(figure.span)), None)
    yield from _holding(
        {
            "no_measure": figure.measure is None,
            "in_words": not any(character.isdigit() for character in words),
            "bare": words.isdigit(),
            "one_itself": figure.low == "1",
            "agreed": figure.unit is None and proposed == figure.counted and proposed is not None,
            "disputed": figure.unit is None and proposed != figure.counted,
        }
    )
    if figure.counted is None:
        yield "counts_nothing"
        return
    number = len(figure.counted.split())
    after = text[figure.span.end : figure.span.end + len(figure.counted) + 6].lstrip(" -")
    beside = after.startswith(figure.counted)
    inside = any(figure.counted in piece.of(text) for piece in claim.content)
    yield from _holding(
        {
            "counts_one_word": number == 1,
            "counts_long": number > 2,
            "counts_next": beside,
            "counts_apart": not beside and inside,
            "counts_elsewhere": not beside and not inside,
            "counts_of": beside and after[len(figure.counted) :].startswith(" of"),
        }
    )


def _unit(figure: Figure) -> str:
    match figure.unit:
        case None:
            return "plain"
        case "percent" | "percentage_point":
            return "percent"
        case "times":
            return "times"
        case unit if unit.isupper():
            return "money"
    return "measured"
