"""What does a model answer, and which draft does it stand for?

An answer is compact JSON about the marks and sentences that the model was shown. It is read here as if no schema had
constrained it: each claim on its own, so that one bad claim never costs the others. How a claim is written is said in
`shorthand`; where the words stand in the article is left to grounding.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ValidationError

from service.records import (
    Draft,
    DraftFigure,
    Passage,
    Reading,
    Record,
    Rejection,
    Sentence,
    Span,
)
from service.shorthand import SPEAKERLESS, ModelClaim, ModelFigure, ModelVerdict, Other, mark_in
from service.unsaid import find_cue, find_mention, find_mode, find_places

MAX_ANSWER = 1_000_000  # characters of an answer that are read at all
MAX_RAW = 2_000  # characters of a bad claim that its rejection keeps
MAX_CLAIMS = 1_024  # claims of one answer that are looked at; no schema of ours allows more than half as many


AnswerKind = Literal["claims", "verdicts"]
_FORMS: dict[AnswerKind, type[BaseModel]] = {"claims": ModelClaim, "verdicts": ModelVerdict}


# ── reading an answer, whole or cut short ──────────────────────────────────────────────────────────────────────────


class Answer(NamedTuple):
    """The claims of an answer as parsed JSON, unchecked. `problem` says in words why the answer is not whole."""

    claims: tuple[Any, ...]
    problem: str | None = None


def read_answer(raw: str) -> Answer:
    """All complete claims of what a model wrote: in a fence or not, under whatever key, one after the other without a
    list, and where it breaks off too."""
    text = raw[:MAX_ANSWER].rpartition("</think>")[2]
    single: list[Any] = []
    others: list[Any] = []
    place = 0
    while (opening := _OPENING.search(text, place)) is not None:
        try:
            value, place = json.JSONDecoder().raw_decode(text, opening.start())
        except ValueError as error:
            rest = _complete_claims(text[opening.start() :])
            return Answer((*single, *rest), f"the answer is not whole JSON: {error}")
        except RecursionError:
            return Answer(tuple(single), "the answer is nested too deeply")
        claims = _claims_in(value)
        if _is_claim(value):
            single.append(value)
        elif claims is not None and (not claims or any(isinstance(claim, dict) for claim in claims)):
            return Answer((*single, *claims))
        elif claims is not None:
            others = others or claims  # a remark such as "[1]", or claims that are none
    if single or others:
        return Answer(tuple(single or others or ()))
    return Answer((), 'the answer has no list of claims: it must be {"c":[…]}' if place else "the answer is not JSON")


_OPENING = re.compile(r"""\{\s*["}]|\[\s*[\[\]{"\d]""")  # of JSON, not of "[so they say]"


def _is_claim(value: object) -> bool:
    return isinstance(value, dict) and "p" in value


def _claims_in(value: object, depth: int = 3) -> list[Any] | None:
    """The list of claims, whichever key it was put under, and whatever other lists stand beside it."""
    if isinstance(value, list):
        return value
    if not isinstance(value, dict) or depth == 0:
        return None
    if isinstance(value.get("c"), list):
        return list(value["c"])
    if _is_claim(value):
        return [value]
    lists = [claims for inside in value.values() if (claims := _claims_in(inside, depth - 1)) is not None]
    with_claims = [claim for claims in lists if any(map(_is_claim, claims)) for claim in claims]
    return with_claims or (lists[0] if lists else None)


def _complete_claims(text: str) -> tuple[Any, ...]:
    claims = []
    for piece in ClaimScanner().feed(text):
        try:
            claims.append(json.loads(piece))
        except (ValueError, RecursionError):
            claims.append(piece)  # becomes a rejection that shows it
    return tuple(claims)


class ClaimScanner:
    """Finds each complete claim in an answer that is still being written, in one pass over its characters.

    A claim is an object in the outermost list. `done` once the outermost bracket has closed: what follows is no answer.
    """

    def __init__(self) -> None:
        self.done = False
        self._open: list[str] = []
        self._claim: list[str] = []
        self._within: int | None = None  # how many brackets were open where the claim began
        self._quoted = False
        self._escaped = False

    def feed(self, text: str) -> list[str]:
        """The claims, as JSON, that `text` completes."""
        found: list[str] = []
        for character in text:
            if self.done:
                break
            if self._quoted:
                self._in_string(character)
            elif character == '"' and self._open:
                self._quoted = True
            elif character in "{[":
                if (
                    self._within is None
                    and character == "{"
                    and self._open[-1:] == ["["]
                    and "[" not in self._open[:-1]
                ):
                    self._within = len(self._open)
                self._open.append(character)
            elif character in "}]" and self._open:
                self._open.pop()
                self.done = not self._open
            if self._within is not None:
                self._claim.append(character)
                if len(self._open) == self._within:
                    found.append("".join(self._claim))
                    self._claim = []
                    self._within = None
        return found

    def _in_string(self, character: str) -> None:
        if self._escaped:
            self._escaped = False
        elif character == "\\":
            self._escaped = True
        elif character == '"':
            self._quoted = False


def complaint(answer: Answer, kind: AnswerKind = "claims") -> str | None:
    """What to tell a model whose answer is no use; None where any claim of it can be used, or it rightly has none.
    Likewise for verdicts."""
    if answer.problem is not None:
        return answer.problem
    first = None
    for claim in answer.claims[:MAX_CLAIMS]:
        wrong = _wrong_with(claim, _FORMS[kind])
        if wrong is None:
            return None
        first = first or wrong
    if kind == "verdicts" and not answer.claims:
        return "the answer has no verdicts"
    return f"no {kind[:-1]} of the answer can be used; of the first one: {first}" if first else None


def _wrong_with(item: object, form: type[BaseModel]) -> str | None:
    try:
        form.model_validate(item)
    except ValidationError as error:
        return _in_words(error)
    return None


def _in_words(error: ValidationError) -> str:
    problems = error.errors(include_url=False, include_input=False)[:4]
    return "; ".join(f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}" for problem in problems)


# ── how an article's words look to a model, and back ──────────────────────────────────────────────────────────────

# Brackets, bars and angle brackets are ours: marks, sentence numbers and delimiters are made of them, and so are the
# control tokens of chat templates. Each is shown as a harmless one of the same length, so that places stay the same.
_SHOWN_AS = {
    **dict.fromkeys("{[｛［﹛⟦⦃❴", "("),
    **dict.fromkeys("}]｝］﹜⟧⦄❵", ")"),
    **dict.fromkeys("<＜﹤", "‹"),
    **dict.fromkeys(">＞﹥", "›"),
    **dict.fromkeys("|｜￨", "¦"),
    **dict.fromkeys("\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029", " "),
}
# Nobody sees these: zero-width and direction-changing characters, tags, variation selectors, controls.
_HIDDEN = (
    *range(0x00, 0x09), *range(0x0E, 0x1C), *range(0x7F, 0x85), *range(0x86, 0xA0), 0xAD, 0x34F, 0x61C,
    *range(0x115F, 0x1161), *range(0x17B4, 0x17B6), *range(0x180B, 0x1810), *range(0x200B, 0x2010),
    *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0x3164, *range(0xFE00, 0xFE10), 0xFEFF, 0xFFA0,
    *range(0xFFF0, 0xFFFC), *range(0x1D173, 0x1D17B), *range(0xE0000, 0xE1000),
)  # fmt: skip
_SHOWN: dict[int, str | None] = {
    **{ord(character): shown for character, shown in _SHOWN_AS.items()},
    **dict.fromkeys(_HIDDEN),
}


def as_shown(text: str) -> str:
    """`text` as a model is shown it: nothing in it can pass for a mark of ours, and nothing is hidden."""
    return text.translate(_SHOWN)


def as_received(words: str, text: str) -> str:
    """The words of `text` that were shown as `words`; `words` themselves where they stand there, or nowhere."""
    start = -1 if not words or words in text else as_shown(text).find(words)
    if start < 0:
        return words
    places = [place for place, character in enumerate(text) if _SHOWN.get(ord(character), "") is not None]
    return text[places[start] : places[start + len(words) - 1] + 1]


# ── from claims to drafts ─────────────────────────────────────────────────────────────────────────────────────────


class Shown(Record):
    """What a model was shown of one segment: sentences `first` to `last`, of these only the ones `asked` about where
    that is said, and which marks stood for which of the reading's."""

    segment: int
    first: int
    last: int
    marks: dict[str, str]
    asked: tuple[int, ...] | None = None


class _Unusable(Exception):
    """Carries the reason why a claim is no draft; never leaves this module."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


def read_drafts(claims: Iterable[object], shown: Shown, reading: Reading) -> tuple[list[Draft], list[Rejection]]:
    """A draft for each claim that says something of what was shown, and why for each that does not; one that is said
    twice is a draft once."""
    drafts: list[Draft] = []
    rejected: list[Rejection] = []
    said: set[str] = set()
    for claim in claims:
        try:
            draft = _read_draft(claim, shown, reading)
            if (words := draft.model_dump_json()) in said:
                raise _Unusable("repeated", "the answer has this very claim already")
            said.add(words)
            drafts.append(draft)
        except _Unusable as unusable:
            rejected.append(
                Rejection(segment=shown.segment, reason=unusable.reason, message=unusable.message, raw=_raw(claim))
            )
    return drafts, rejected


def _read_draft(claim: object, shown: Shown, reading: Reading) -> Draft:
    try:
        return _draft_of(ModelClaim.model_validate(claim), shown, reading)
    except ValidationError as error:  # of what a claim holds too: words that no record takes
        raise _Unusable("malformed", _in_words(error)) from None


def _draft_of(said: ModelClaim, shown: Shown, reading: Reading) -> Draft:
    content = tuple(_place(passage, shown, reading) for passage in said.passages)
    places = find_places(content, reading)
    text = _first_sentence(said, shown, reading).span.of(reading.article.text)
    speaker = _speaker(said.speaker, shown.marks)
    mention = _mention(said, speaker, places, shown, reading)
    cue: str | Span | None = as_received(_clean(said.cue), text) or None if said.cue else None
    if "cue" not in said.model_fields_set:
        cue = _unsaid_cue(speaker, mention, places, reading)
    attributed = mention is not None or cue is not None
    return Draft(
        segment=shown.segment,
        content=content,
        speaker=speaker,
        mention=mention,
        via=tuple(_speaker(via, shown.marks) for via in said.via if via not in SPEAKERLESS),
        cue=cue,
        mode=said.mode or find_mode(speaker, places, reading, attributed=attributed),
        stance=said.stance,
        hedged=said.hedged,
        figures=tuple(_figure(figure, shown.marks, text) for figure in said.figures),
        where=tuple(place for name in said.where if (place := as_received(_clean(name), text))),
    )


def _first_sentence(said: ModelClaim, shown: Shown, reading: Reading) -> Sentence:
    return _sentence(int(_NUMBER.match(said.passages[0])[1]), shown, reading)  # type: ignore[index]


def _mention(said: ModelClaim, speaker: str, places: tuple[Span, ...], shown: Shown, reading: Reading) -> str | None:
    """The words that name the speaker here: those that were given, or the speaker's own mark where it stands near."""
    if "mention" in said.model_fields_set:
        return None if said.mention in (None, *SPEAKERLESS) else _speaker(said.mention, shown.marks)
    if speaker in SPEAKERLESS or said.mode in ("implied", "none"):
        return None
    if speaker not in reading.mention_by_mark:
        return speaker
    found = find_mention(speaker, places, reading)
    return found.mark if found is not None else None


def _unsaid_cue(speaker: str, mention: str | None, places: tuple[Span, ...], reading: Reading) -> Span | None:
    named = reading.mention_by_mark.get(mention) if mention is not None else None
    if named is None and speaker != "unspecified":
        return None
    found = find_cue(named.span if named is not None else None, places, reading)
    return found.span if found is not None else None


_NUMBER = re.compile(r"\s*\[?(\d{1,7})\]?(?:\s*[|:]|\s|$)")
_GAP = re.compile(r"\||…|\.{3}")


def _place(passage: str, shown: Shown, reading: Reading) -> Passage | Span:
    """ "12 first words … last words"; "12 all the words"; "12" for the whole sentence; bars for the gaps do as well."""
    number = _NUMBER.match(passage)
    if number is None:
        raise _Unusable("no_sentence", f"{passage!r} does not begin with the number of a sentence")
    sentence = _sentence(int(number[1]), shown, reading)
    text = sentence.span.of(reading.article.text)
    ends = [as_received(words, text) for part in _GAP.split(passage[number.end() :]) if (words := _clean(part))]
    if not ends:
        return sentence.span
    return Passage(sentence=sentence.number, first=ends[0], last=ends[-1])


def _sentence(number: int, shown: Shown, reading: Reading) -> Sentence:
    asked = shown.first <= number <= shown.last if shown.asked is None else number in shown.asked
    sentence = reading.sentence(number) if asked else None
    if sentence is None:
        raise _Unusable(
            "no_such_sentence", f"sentence {number} is not among those shown, {shown.first} to {shown.last}"
        )
    return sentence


_OUR_MARKS = re.compile(r"\{[SF]\d+ ?|\}|^\s*\[\d+\]")


def _clean(words: str) -> str:
    """Without marks that were copied along with the words, and without dots that stand for what was left out."""
    return _OUR_MARKS.sub("", words).strip().removeprefix("…").removesuffix("…").strip()


def _speaker(said: str | Other, marks: Mapping[str, str]) -> str:
    if isinstance(said, Other):
        return _in_full(said, "speaker")
    if said in SPEAKERLESS:
        return said
    mark = mark_in(said)
    if mark in marks and mark.startswith("S"):
        return marks[mark]
    if mark:
        raise _Unusable("no_such_speaker", f"there is no speaker {mark} in what the model was shown")
    return _in_full(Other(other=said or "?"), "speaker")


def _in_full(said: Other, what: str) -> str:
    """Words for something unmarked. They may not look like a mark, for the reading's marks are not the model's."""
    words = _clean(said.other)
    if not words or mark_in(words):
        raise _Unusable(f"no_such_{what}", f"{said.other!r} names no {what} in what the model was shown")
    return words


def _figure(said: ModelFigure, marks: Mapping[str, str], text: str) -> DraftFigure:
    if isinstance(said.figure, Other):
        figure = as_received(_in_full(said.figure, "figure"), text)
    else:
        mark = mark_in(said.figure)
        if mark and (mark not in marks or mark.startswith("S")):
            raise _Unusable("no_such_figure", f"there is no figure {mark} in what the model was shown")
        figure = (
            marks[mark] if mark in marks else as_received(_in_full(Other(other=said.figure or "?"), "figure"), text)
        )
    return DraftFigure(figure=figure, counted=_counted(said.counted, text), measure=_counted(said.measure, text))


def _counted(words: str | None, text: str) -> str | None:
    return as_received(_clean(words), text) or None if words else None


def _raw(claim: object) -> str:
    text = claim if isinstance(claim, str) else json.dumps(claim, ensure_ascii=False, default=str)
    # Halves of surrogate pairs, written as escapes in valid JSON, could not be put into any answer of ours.
    return text[:MAX_RAW].encode("utf-8", "replace").decode("utf-8")
