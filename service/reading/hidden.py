"""What stands in the text that a reader cannot see, or that speaks to a machine?

Finds hidden characters, letters that pass for others, control characters, and words that address a language model.
These are notices only: the article's text stays as it was received. What is shown of it to a model is for `drafts`."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from service.records import Notice, Span

SHOWN = 20  # notices of one kind; the rest are counted, so that the answer stays short

_TAGS = re.compile(r"[\U000e0000-\U000e007f]+")
_FLAG = re.compile("[\U000e0030-\U000e007a]{1,6}\U000e007f")  # after a black flag: England, Scotland, Wales
_SELECTORS = re.compile(r"[\ufe00-\ufe0f\U000e0100-\U000e01ef]+")
_ZERO_WIDTH = re.compile(r"[\u200b-\u200d\u2060-\u2064\ufeff\u180e\u115f\u1160\u3164\uffa0]+")
_BIDI = re.compile(r"[\u202a-\u202e\u2066-\u2069]+")
_ESCAPE = re.compile(
    r"\x1b\[[0-?]{0,40}[ -/]{0,4}[@-~]?|\x1b\][^\x07\x1b\n]{0,300}(?:\x07|\x1b\\)?"
    r"|[\x00-\x08\x0e-\x1f\x7f\x80-\x84\x86-\x9f]"
)
_HIDDEN_AT_ALL = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f\x80-\x84\x86-\x9f\u115f\u1160\u180e\u200b-\u200d\u202a-\u202e\u2060-\u2064\u2066-\u2069"
    r"\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e01ef]"
)
_FOREIGN = re.compile(r"[\u0370-\u03ff\u1f00-\u1fff\u0400-\u052f\u0531-\u058a\u13a0-\u13ff]")
_WORD = re.compile(r"[^\W\d_]+")
_STYLED = re.compile(r"[\U0001d400-\U0001d7cb\uff21-\uff3a\uff41-\uff5a]{2,}")
_LETTER_IN_NUMBER = re.compile(r"(?<=\d)[OoIl](?=\d)")
_GREEK_SYMBOLS = frozenset("μΩπαβγδεθλσφψΔΣ")

# Each is bounded: no part may run over more than a few words.
_ADDRESSES_MODEL = re.compile(
    r"""
    \b(?:  # once for all: tried at the beginnings of words only
    (?:ignore|disregard|forget|override|bypass)\s(?:all\s|any\s|every\s)?(?:of\s)?(?:the\s|your\s|my\s|our\s|these\s)?
        (?:(?:previous|prior|above|earlier|preceding|foregoing|system|all|other|existing|original)\s){1,3}
        (?:\w{1,20}\s)?(?:instructions?|prompts?|rules|directions|guidelines|commands|text|messages?)\b
    | (?:ignore|disregard|forget|override)\s(?:all\s|any\s)?(?:your|my)\s(?:instructions?|prompts?|rules|guidelines)\b
    | (?:system|new\ssystem|new)\s(?:instructions?|prompts?|message)\s?:
    | (?:repeat|reveal|print|show|output)\s(?:\w{1,20}\s){0,3}
        (?:(?:text|words|prompt|instructions)\sabove|system\sprompt)\b
    | system\sprompts?\b
    | you\sare\s(?:now\s)?(?:an?|the)\s
        (?:ai|a\.i\.|chat\s?bot|llm|(?:large\s)?language\smodel|(?:ai\s|helpful\s)assistant)\b
    | as\san\sai\s(?:language\s)?model\b
    | (?:note|message|instructions?|attention|memo)\s(?:to|for)\s(?:the\s|any\s|all\s)?
        (?:ai|llm|(?:large\s)?language\smodel|ai\smodel|ai\sassistant|chat\s?bot)s?\b
    | important\smessage\sfrom\s(?:me,?\s)?the\suser\b
    | (?:add|invent|insert|append)\sthe\s(?:following\s)?claim\b
    | (?:include|insert|put|repeat)\s(?:\w{1,20}\s){1,4}in\s(?:each|every)\sclaim\b
    | (?:mark|label|treat|rate)\s(?:every|each|all)\s(?:of\s)?(?:the\s|these\s)?claims?\b
    | set\s(?:the\s|your\s|its\s|all\s)?confidence\b
    | (?:encode|translate|write|return|give)\s(?:your|the)\s(?:answer|output|claims|response|reply)\s(?:in|into|as)\b
    | (?:reply|respond|answer)\s(?:only\s)?(?:in|with)\s(?:base64|json|reverse|emojis?|an\sempty)\b
    | output\s\{
    | attribute\s(?:this|that|the|every|all)\s(?:statements?|claims?|quotes?)\sto\b
    | actually\sattribute\s(?:this|that|it)\sto\b
    | do\snot\sextract\s(?:any|the|these|this)\b
    | ignor(?:ez|iere|iert|a|e)\s(?:toutes\s|alle\s|todas\s|tutte\s)?
        (?:les\s|las\s|le\s|as\s|vorherigen\s|bisherigen\s)?
        (?:instructions\spr|anweisungen|instrucciones|istruzioni|instru\w{1,3}es\s)
    )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_ADDRESSES_MODEL_LOWERED = re.compile(_ADDRESSES_MODEL.pattern, re.VERBOSE)
_MODEL_TOKENS = re.compile(
    r"""
    (?=[<\[\#])(?:
    <\|[a-z_ ]{2,30}\|> | \[/?INST\] | <</?SYS>> | <(?:start|end)_of_turn>
    | </?(?:system|assistant|user|human|article|document|task|instructions?|information|prompt|context|tool_call|
        function_calls?|claims?)\b[^<>\n]{0,80}>
    | ^\#{2,3}\s?(?:instruction|system|response)\b
    )
    """,
    re.IGNORECASE | re.VERBOSE | re.MULTILINE,
)


class Visible(NamedTuple):
    """The text that can be seen, and for each stretch of it where it starts here and where in the text received."""

    text: str
    starts: tuple[int, ...]
    origins: tuple[int, ...]

    def origin(self, place: int) -> int:
        """Where the character at `place` stands in the text received."""
        stretch = bisect_right(self.starts, place) - 1
        return self.origins[stretch] + place - self.starts[stretch]

    def span(self, start: int, end: int) -> Span:
        """The span in the text received of `text[start:end]`, which must not be empty."""
        return Span(self.origin(start), self.origin(end - 1) + 1)


class _Hidden(NamedTuple):
    """`describe` says what the words of the span are, once that is asked for."""

    span: Span
    code: str
    describe: Callable[[str], str]


def find_hidden(text: str) -> tuple[Notice, ...]:
    """Notices by place: `hidden_text`, `bidi_control`, `control_characters`, `lookalike_letters`, `instruction`.

    At most SHOWN of each code have a place; a last one without a place counts the others."""
    found = sorted([*_hidden(text), *_lookalikes(text), *_instructions(text)], key=lambda hidden: hidden[:2])
    counts: Counter[str] = Counter()
    notices: list[Notice] = []
    for hidden in found:
        counts[hidden.code] += 1
        if counts[hidden.code] <= SHOWN:
            message = hidden.describe(hidden.span.of(text))
            notices.append(Notice(code=hidden.code, message=message, span=hidden.span))
    notices += [
        Notice(code=code, message=f"And {count - SHOWN:,} more places of this kind.")
        for code, count in counts.items()
        if count > SHOWN
    ]
    return tuple(notices)


def visible(text: str) -> Visible:
    """The text without its hidden and control characters, with the way back to where each character stood."""
    pieces: list[str] = []
    starts, origins = [0], [0]
    place = length = 0
    for start, end in _hidden_spans(text):
        pieces.append(text[place:start])
        length += start - place
        place = end
        starts.append(length)
        origins.append(end)
    return Visible("".join([*pieces, text[place:]]), tuple(starts), tuple(origins))


# ── characters ────────────────────────────────────────────────────────────────────────────────────────────────


def _hidden_spans(text: str) -> list[Span]:
    """In order, without overlap; those that touch are one."""
    found: list[Span] = []
    for span in sorted(hidden.span for hidden in _hidden(text)):
        if found and span.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found


def _hidden(text: str) -> Iterator[_Hidden]:
    if not _HIDDEN_AT_ALL.search(text):
        return
    yield from _tags(text)
    yield from _selectors(text)
    yield from _zero_width(text)
    for found in _BIDI.finditer(text):
        yield _Hidden(Span(*found.span()), "bidi_control", _turns_order)
    for start, end in _joined(_ESCAPE.finditer(text)):
        yield _Hidden(Span(start, end), "control_characters", _controls_screen)


def _tags(text: str) -> Iterator[_Hidden]:
    for found in _TAGS.finditer(text):
        start, end = found.span()
        if text[start - 1 : start] == "\U0001f3f4" and _FLAG.fullmatch(text, start, end):
            continue
        yield _Hidden(Span(start, end), "hidden_text", _spells)
        if _to_model(_spelt(found.group())):
            yield _Hidden(Span(start, end), "instruction", lambda tags: _addresses_model(_spelt(tags)))


def _selectors(text: str) -> Iterator[_Hidden]:
    for found in _SELECTORS.finditer(text):
        start, end = found.span()
        before = text[start - 1 : start]
        if end - start > 1 or (before.isascii() and (before.isalpha() or before.isspace())):
            yield _Hidden(Span(start, end), "hidden_text", _selects_nothing)


def _zero_width(text: str) -> Iterator[_Hidden]:
    for found in _ZERO_WIDTH.finditer(text):
        start, end = found.span()
        inside = _inside_word(text, start, end)
        # Single ones have their use between emoji, and in Persian, Hindi and their like.
        if end - start >= 3 or (inside and _is_western(text[start - 1]) and _is_western(text[end])):
            yield _Hidden(Span(start, end), "hidden_text", _splits_word if inside else _has_no_width)


def _turns_order(words: str) -> str:
    return f"{_count(words, 'character')} that can show the text in another order than it is read."


def _controls_screen(words: str) -> str:
    return f"{_count(words, 'character')} that control a screen or printer and are no text."


def _spelt(tags: str) -> str:
    return "".join(chr(ord(tag) - 0xE0000) for tag in tags if 0xE0020 <= ord(tag) < 0xE007F)


def _spells(tags: str) -> str:
    return f"{_count(tags, 'invisible tag character')}, which spell {_quoted(_spelt(tags))}."


def _selects_nothing(words: str) -> str:
    return f"{_count(words, 'variation selector')} that change nothing to be seen and can carry text."


def _splits_word(words: str) -> str:
    return f"{_count(words, 'character')} of no width inside a word or number."


def _has_no_width(words: str) -> str:
    return f"{_count(words, 'character')} of no width."


def _inside_word(text: str, start: int, end: int) -> bool:
    return start > 0 and end < len(text) and text[start - 1].isalnum() and text[end].isalnum()


def _is_western(letter: str) -> bool:
    return letter < "\u0590"


def _joined(matches: Iterable[re.Match[str]]) -> Iterator[tuple[int, int]]:
    """Spans of matches, those that touch as one."""
    start = end = -1
    for found in matches:
        if found.start() != end:
            if end > start:
                yield start, end
            start = found.start()
        end = found.end()
    if end > start:
        yield start, end


# ── letters that pass for others ──────────────────────────────────────────────────────────────────────────────


def _lookalikes(text: str) -> Iterator[_Hidden]:
    for word in _mixed_words(text):
        yield _Hidden(Span(*word.span()), "lookalike_letters", _mixes_scripts)
    for found in _STYLED.finditer(text):
        yield _Hidden(Span(*found.span()), "lookalike_letters", _is_styled)
    for found in _LETTER_IN_NUMBER.finditer(text):
        yield _Hidden(Span(*found.span()), "lookalike_letters", _stands_in_number)


def _mixes_scripts(word: str) -> str:
    scripts = " and ".join(sorted({script for letter in word[:200] if (script := _script(letter))}))
    return f"The word {_quoted(word)} mixes {scripts} letters, which look alike."


def _is_styled(words: str) -> str:
    return f"{_quoted(words)} is written in symbols that look like letters."


def _stands_in_number(letter: str) -> str:
    return f"The letter {_quoted(letter)} stands between digits, where it looks like one."


def _mixed_words(text: str) -> Iterator[re.Match[str]]:
    """Words with Latin letters and Cyrillic, Greek, Armenian or Cherokee ones."""
    done = 0
    for foreign in _FOREIGN.finditer(text):
        if foreign.start() < done:
            continue
        start = foreign.start()
        while start > done and _WORD.match(text[start - 1]):
            start -= 1
        found = _WORD.match(text, start)
        if found is None:
            continue
        done = found.end()
        word = found.group()
        if len(word) <= 3 and len(_GREEK_SYMBOLS & set(word)) == 1:
            continue  # a unit or symbol: "μg", "ΔT"
        if any(_script(letter) == "Latin" for letter in word):
            yield found


def _script(letter: str) -> str | None:
    code = ord(letter)
    if code < 0x250:
        return "Latin"
    for first, last, name in _SCRIPTS:
        if first <= code <= last:
            return name
    return None


_SCRIPTS = (
    (0x370, 0x3FF, "Greek"),
    (0x400, 0x52F, "Cyrillic"),
    (0x531, 0x58A, "Armenian"),
    (0x13A0, 0x13FF, "Cherokee"),
    (0x1E00, 0x1EFF, "Latin"),
    (0x1F00, 0x1FFF, "Greek"),
)


# ── words to a machine ────────────────────────────────────────────────────────────────────────────────────────


def _instructions(text: str) -> Iterator[_Hidden]:
    seen = visible(text)
    for found in _to_model(seen.text):
        yield _Hidden(seen.span(*found.span()), "instruction", _addresses_model)


def _to_model(text: str) -> list[re.Match[str]]:
    lowered = text.lower()
    if len(lowered) == len(text):  # no letter grew ("İ" does), so offsets hold; comparing plainly is twice as quick
        found = list(_ADDRESSES_MODEL_LOWERED.finditer(lowered))
    else:
        found = list(_ADDRESSES_MODEL.finditer(text))
    if any(mark in text for mark in "<[#"):  # quicker to ask than to try the pattern at every character
        found += _MODEL_TOKENS.finditer(text)
    return found


def _addresses_model(words: str) -> str:
    return f"{_quoted(words)} addresses a language model rather than a reader. It is read as text and not obeyed."


def _quoted(words: str) -> str:
    """Safe to print: what is not printable is shown as an escape, and long words are cut."""
    shown = words if len(words) <= 80 else words[:77] + "…"
    return "“" + "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in shown) + "”"


def _count(words: str, noun: str) -> str:
    return f"{len(words):,} {noun}{'' if len(words) == 1 else 's'}"
