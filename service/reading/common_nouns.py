"""Which common nouns and pronouns could name a speaker?

Roles, bodies, people not named and documents; names are for `mentions`, who is who for `speakers`."""

from dataclasses import replace

from service.lexicon.bodies import ANAPHORIC_BODIES, GENERIC_BODIES
from service.lexicon.cues import CUE_FORMS
from service.lexicon.function_words import (
    ADVERBS,
    AUXILIARIES,
    CONJUNCTIONS,
    DETERMINERS,
    FUNCTION_WORDS,
    PREPOSITIONS,
    RELATIVES,
)
from service.lexicon.nations import CALENDAR
from service.lexicon.roles import ANONYMOUS, DOCUMENTS, PRONOUNS, ROLES, SPOKES_ROLES
from service.reading.candidates import (
    NOUN_HEADS,
    POSSESSIVE,
    TITLES,
    Candidate,
    Token,
    is_speaking,
    phrase_start,
    principal_of,
)
from service.records import Sentence, Span, SpeakerForm

SAID_OF = AUXILIARIES | PREPOSITIONS | CONJUNCTIONS | RELATIVES | ADVERBS | DETERMINERS
OUTLETS = frozenset(
    "newspaper paper website agency outlet magazine channel station portal correspondent reporter programme".split()
)
WISHING = frozenset("wants want wanted expects expect hopes hope seeks seek sought rates rate puts put".split())
DESCRIBING = frozenset("of in at for from with on close familiar near inside within briefed to posted".split())
MOST_DESCRIBING = 10  # words after the noun of an unnamed speaker


# Put together once: these are asked about at every word.
_DEFINITE = DETERMINERS - {"a", "an"}
_BESIDE_VERBS = ADVERBS | AUXILIARIES | {"now"}
_GOING_ON = AUXILIARIES | {"that", "and", "who", "but"}
_ENDING = AUXILIARIES | RELATIVES | ADVERBS
_SAYING = SAID_OF | WISHING


def capital_role(text: str, sentence: Sentence, tokens: list[Token], start: int, stop: int) -> Candidate | None:
    """An office with capitals and no name: "the Prime Minister"."""
    head = tokens[stop - 1]
    if start and tokens[start - 1].word[-1].isdigit():  # "9 PM"
        return None
    if head.lower not in ROLES or (stop < len(tokens) and tokens[stop].joined and not _ends_phrase(tokens, stop - 1)):
        return None
    begin = phrase_start(tokens, stop - 1)  # "the local MP"
    if begin > start or tokens[begin].lower not in DETERMINERS:
        begin = start
    return _role(text, sentence, tokens, begin, stop - 1)


def unnamed(text: str, sentence: Sentence, tokens: list[Token], head: int) -> Candidate:
    """People not named, with a capital before them: "Opposition MPs"."""
    return _plain(text, sentence, tokens, phrase_start(tokens, head), head, "anonymous")


def common_noun(text: str, sentence: Sentence, tokens: list[Token], index: int) -> Candidate | None:
    token = tokens[index]
    word = token.lower
    if word in PRONOUNS:
        return _pronoun(sentence, tokens, index)
    if not (
        word in ROLES or word in ANONYMOUS or word in DOCUMENTS or word in GENERIC_BODIES or word in ANAPHORIC_BODIES
    ):
        return None
    if not _ends_phrase(tokens, index):
        return None
    begin = phrase_start(tokens, index)
    if tokens[begin].lower in {"this", "our"} and word in OUTLETS:
        return None  # "this newspaper" is the article's own
    if word in ANONYMOUS and word not in ANAPHORIC_BODIES:
        return _plain(text, sentence, tokens, begin, index, "anonymous")
    if word in DOCUMENTS:
        return _plain(text, sentence, tokens, begin, index, "document")
    if word in ROLES:
        return _role(text, sentence, tokens, begin, index)
    if word in ANAPHORIC_BODIES and tokens[begin].lower not in DETERMINERS:
        return None
    return _plain(text, sentence, tokens, begin, index, "body")


def _pronoun(sentence: Sentence, tokens: list[Token], index: int) -> Candidate | None:
    if not is_speaking(tokens, index, index + 1):
        return None
    token = tokens[index]
    gender = {"he": "m", "she": "f"}.get(token.lower, "")
    return Candidate(
        span=Span(token.start, token.end),
        form="pronoun",
        name=token.lower,
        sentence=sentence.number,
        gender=gender,
        speaking=True,
    )


def _plain(text: str, sentence: Sentence, tokens: list[Token], begin: int, head: int, form: SpeakerForm) -> Candidate:
    first = begin + 1 if tokens[begin].lower in DETERMINERS and begin < head else begin
    if form == "body":  # "the state's environmental agency" is the agency
        owners = (
            at for at in range(head - 1, first, -1) if tokens[at].gap in POSSESSIVE and not tokens[at - 1].capital
        )
        first = next(owners, first)
    stop = _described_end(tokens, begin, head) if form in {"anonymous", "role"} else head + 1
    return Candidate(
        span=Span(tokens[begin].start, tokens[head].end),
        form=form,
        name=text[tokens[first].start : tokens[head].end],
        sentence=sentence.number,
        speaking=is_speaking(tokens, begin, stop),
        head=tokens[head].lower,
        full=text[tokens[first].start : tokens[stop - 1].end] if stop > head + 1 else "",
        definite=tokens[begin].lower in _DEFINITE,
    )


def _described_end(tokens: list[Token], begin: int, head: int) -> int:
    """Where the words end that tell who an unnamed speaker is: "a clerk of the court", "people close to the talks".

    Taken only where the saying follows at once, or stands before."""
    plain = head + 1
    if plain >= len(tokens) or not tokens[plain].joined or tokens[plain].lower not in DESCRIBING:
        return plain
    said_before = is_speaking(tokens, begin, begin)
    end = plain
    while end < len(tokens) and end - head < MOST_DESCRIBING:
        token = tokens[end]
        if token.lower in CUE_FORMS:
            while end > plain and tokens[end - 1].lower in _BESIDE_VERBS:
                end -= 1
            return end
        abbreviated = token.gap == ". " and tokens[end - 1].lower in TITLES
        if end > plain and token.gap in {" ", ", "} and token.lower in {"who", "whose", "speaking"}:
            return end  # "a clerk of the court, who asked not to be named"
        if not (token.joined or token.gap in POSSESSIVE or abbreviated) or token.lower in CALENDAR:
            break
        if said_before and token.lower in _GOING_ON:
            break
        end += 1
    if not said_before:
        return plain
    while end > plain and tokens[end - 1].lower in FUNCTION_WORDS:
        end -= 1
    return end


def _role(text: str, sentence: Sentence, tokens: list[Token], begin: int, head: int) -> Candidate:
    plain = _plain(text, sentence, tokens, begin, head, "role")
    words = text[tokens[begin].start : tokens[head].end]
    after = _for_whom(text, tokens, head)
    principal = ""
    if tokens[head].lower in SPOKES_ROLES:
        principal = after or principal_of(words)
    gender = "f" if plain.head.endswith("woman") else "m" if plain.head.endswith("man") else ""
    return replace(plain, principal=principal, gender=gender)


def _for_whom(text: str, tokens: list[Token], head: int) -> str:
    """ "the army" of "a spokesman for the army"."""
    if head + 2 >= len(tokens) or tokens[head + 1].lower not in {"for", "of"} or not tokens[head + 1].joined:
        return ""
    end = head + 2
    while end < len(tokens) and end - head < 8:
        if not tokens[end].joined and not (tokens[end].gap == ". " and tokens[end - 1].lower in TITLES):
            break
        if tokens[end].lower in CUE_FORMS or tokens[end].lower in _ENDING:
            break
        end += 1
    return text[tokens[head + 2].start : tokens[end - 1].end] if end > head + 2 else ""


def _ends_phrase(tokens: list[Token], index: int) -> bool:
    """Whether the noun at `index` ends its phrase: after it comes a verb, a little word, or punctuation."""
    if index + 1 >= len(tokens):
        return True
    following = tokens[index + 1]
    people = tokens[index].lower in ANONYMOUS or tokens[index].lower in {
        "authorities",
        "forces",
        "troops",
        "leadership",
    }
    if (
        people
        and following.joined
        and following.lower not in NOUN_HEADS
        and tokens[index].lower.endswith(("s", "ship"))
    ):
        return True
    if not following.joined:
        return following.gap not in {"’s ", "'s ", "’ "}
    if tokens[index].lower in ANONYMOUS and following.lower in DESCRIBING:
        return True
    return following.lower in _SAYING or following.lower in CUE_FORMS or following.lower.endswith(("ly", "ed"))
