"""Is a gold claim annotated as the guidelines say?

Looks at one claim and its text; what claims of a document must not do together is for `document_checks`.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import combinations, pairwise, product
from pathlib import Path
from typing import NamedTuple

from eval.numerals import Numeral, find_numerals, scales_in, shares
from eval.wording import fold_name
from service.goldfiles import CLAIMS_FILE, GoldClaim, Problem, Row
from service.grounding import NEGATIONS
from service.records import Figure, Span

_UNIT = re.compile(r"[A-Z]{3}|degree (?:Celsius|Fahrenheit)|[a-z]+(?:[ _][a-z]+)?(?:[ _][a-z]+)?")
_SINGULARS_IN_S = ("times", "celsius", "degree Celsius", "hertz")
_ABBREVIATION = re.compile(r"(?:^|[^\w.])(?:[^\W\d_]\.){2,}$")  # "p.m.", "U.S.": the stop belongs to it
_SHARE = re.compile(r"(?: [^\W\d]+)? (?:in|out of) (?:every )?")  # "one in five", "one case in five"
_AND_A_PART = re.compile(r" and (?:a )?")  # "one and a half"
_HUNDREDTH = re.compile(r" ?(?:cents?|pence|penny|p|¢|c|paise|paisa|kobo|centavos?)\b", re.IGNORECASE)
_OPENING_QUOTES = "\"'“‘«„"
_CLOSING_QUOTES = "\"'”’»“"


class Place(NamedTuple):
    """Where in the set a problem is."""

    file: str
    line: int | None

    def error(self, field: str, value: str | None, message: str, fix: str) -> Problem:
        return Problem(file=self.file, line=self.line, field=field, value=value, message=message, fix=fix)

    def warning(self, field: str, value: str | None, message: str, fix: str) -> Problem:
        return self.error(field, value, message, fix).model_copy(update={"severity": "warning"})


def check_claim(row: Row[GoldClaim], folder: Path, text: str | None) -> Iterator[Problem]:
    place, claim = Place(str(folder / CLAIMS_FILE), row.line), row.record
    for part in (_source, _manner, _figures):
        yield from part(place, claim)
    yield from _times(place, claim)
    if text is None:
        return
    broken = list(_spans(place, claim, text))
    yield from broken
    if not any(problem.severity == "error" for problem in broken):
        for check in (_content_edges, _attribution_outside_content, _negation, _figures_in_words, _name_in_text):
            yield from check(place, claim, text)


def named_spans(claim: GoldClaim) -> Iterator[tuple[str, Span]]:
    yield from ((f"content.{number}", span) for number, span in enumerate(claim.content))
    if claim.source.mention is not None:
        yield "source.mention", claim.source.mention
    if claim.cue is not None:
        yield "cue", claim.cue
    yield from ((f"figures.{number}.span", figure.span) for number, figure in enumerate(claim.figures))
    yield from ((f"when.{number}.span", when.span) for number, when in enumerate(claim.when))


def _spans(place: Place, claim: GoldClaim, text: str) -> Iterator[Problem]:
    """In range, with words in them, and with no blank at either end; inner spans inside the content."""
    for field, span in named_spans(claim):
        yield from check_span(place, field, span, text)
        if field.startswith("figures") and not any(content.holds(span) for content in claim.content):
            yield place.error(
                field, cut(span, text), "is not inside one span of the content", "Move it, or widen the content."
            )
        if field.startswith("when") and not _beside(span, claim.content, text):
            fix = "Move it; only the time of a sentence near by is shared by a part split off."
            yield place.error(field, cut(span, text), "is in another paragraph than the content", fix)
    for before, after in zip(claim.content, claim.content[1:], strict=False):
        if after.start < before.end:
            yield place.error(
                "content", str([before, after]), "spans overlap or are out of order", "List them as in the text."
            )
    for field in ("figures", "when"):
        listed: Sequence[Span] = [item.span for item in getattr(claim, field)]
        for one, other in combinations(listed, 2):
            if one.overlaps(other):
                yield place.error(field, cut(one, text), f"overlaps {cut(other, text)}", "Give each its own words.")


def _beside(span: Span, content: Sequence[Span], text: str) -> bool:
    """A clause that is split off shares the time of its sentence, so that a time may stand outside the content."""
    between = ((min(part.end, span.end), max(part.start, span.start)) for part in content)
    return any("\n" not in text[start:end] for start, end in between)


def check_span(place: Place, field: str, span: Span, text: str) -> Iterator[Problem]:
    value = f"[{span.start}, {span.end}]"
    if span.end > len(text):
        yield place.error(field, value, f"ends beyond the text ({len(text)} characters)", "Count offsets again.")
        return
    words = span.of(text)
    if not words.strip():
        yield place.error(field, value, "holds blanks only", "Count offsets again.")
    elif words != words.strip():
        start = span.start + len(words) - len(words.lstrip())
        fix = f"Write [{start}, {start + len(words.strip())}]."
        yield place.error(field, f"{value} {words!r}", "begins or ends with a blank", fix)
    elif _cuts_a_word(span, text):
        yield place.warning(field, f"{value} {words!r}", "begins or ends inside a word", "Count offsets again.")


def _cuts_a_word(span: Span, text: str) -> bool:
    at_start = span.start > 0 and text[span.start - 1].isalpha() and text[span.start].isalpha()
    at_end = span.end < len(text) and text[span.end - 1].isalpha() and text[span.end].isalpha()
    return at_start or at_end


def _content_edges(place: Place, claim: GoldClaim, text: str) -> Iterator[Problem]:
    last = claim.content[-1].of(text)
    if last[-1] in ".,;:" and not _ABBREVIATION.search(last[-12:]):
        yield place.warning("content", last[-20:], "ends in punctuation", "Leave out the final stop.")
    first = claim.content[0].of(text)
    if first[0] in _OPENING_QUOTES and last[-1] in _CLOSING_QUOTES and len(claim.content) == 1:
        inner = first[1:-1]
        if not any(mark in inner for mark in '"“”«»'):
            yield place.warning("content", first[:30], "is wholly inside quotation marks", "Leave the marks out.")


def _attribution_outside_content(place: Place, claim: GoldClaim, text: str) -> Iterator[Problem]:
    for field, span in (("cue", claim.cue), ("source.mention", claim.source.mention)):
        if span is not None and any(span.overlaps(content) for content in claim.content):
            yield place.warning(field, cut(span, text), "lies in the content", "Leave attributing words out of it.")


def _source(place: Place, claim: GoldClaim) -> Iterator[Problem]:
    source = claim.source
    nameless = source.kind in ("outlet", "unspecified")
    if source.kind == "unresolved":
        yield place.error("source.kind", source.kind, "is for predictions only", "Say who it is, or unspecified.")
    elif nameless and source.name is not None:
        yield place.error("source.name", source.name, f"kind {source.kind} has no name", "Write null.")
    elif not nameless and not (source.name or "").strip():
        yield place.error("source.name", repr(source.name), f"kind {source.kind} needs a name", "Give the fullest.")
    if source.principal is not None and source.principal == source.name:
        yield place.error("source.principal", source.principal, "is the speaker again", "Write null.")
    if source.name is not None and source.name in source.accept:
        yield place.warning("source.accept", source.name, "is the answer already", "Leave it out.")


def _manner(place: Place, claim: GoldClaim) -> Iterator[Problem]:
    kind, mode = claim.source.kind, claim.mode
    if (kind == "outlet") != (mode == "none"):
        yield place.error("mode", mode, f"does not go with kind {kind}", "Mode none is for the outlet's own voice.")
    if kind == "unspecified" and mode != "indirect":
        yield place.error("mode", mode, "an unspecified source is indirect", "Write indirect.")
    if kind in ("outlet", "unspecified") and claim.source.mention is not None:
        yield place.error("source.mention", str(list(claim.source.mention)), f"kind {kind} has none", "Write null.")
    if mode == "implied":
        for field, span in (("source.mention", claim.source.mention), ("cue", claim.cue)):
            if span is not None:
                yield place.error(field, str(list(span)), "an implied attribution has none", "Write null.")
        if None not in claim.source.accept:
            yield place.warning(
                "source.accept", str(list(claim.source.accept)), "implied without the outlet", "Add null."
            )


def _figures(place: Place, claim: GoldClaim) -> Iterator[Problem]:
    for number, figure in enumerate(claim.figures):
        wrong = _bounds_problem(figure)
        if wrong is not None:
            value = f"{figure.qualifier}, low {figure.low}, high {figure.high}"
            yield place.error(f"figures.{number}.qualifier", value, wrong[0], wrong[1])
        if figure.unit is not None and not _UNIT.fullmatch(figure.unit):
            fix = "Write percent, percentage_point, times, an ISO 4217 code or an English singular."
            yield place.error(f"figures.{number}.unit", figure.unit, "is no unit of the guidelines", fix)
        elif figure.unit is not None and figure.unit.endswith("s") and figure.unit not in _SINGULARS_IN_S:
            yield place.warning(f"figures.{number}.unit", figure.unit, "looks like a plural", "Write the singular.")


_OPEN_SIDES = {  # which of low and high each qualifier leaves null
    "exact": (False, False),
    "about": (False, False),
    "range": (False, False),
    "at_least": (False, True),
    "more_than": (False, True),
    "at_most": (True, False),
    "less_than": (True, False),
    "vague": (True, True),
}


def _bounds_problem(figure: Figure) -> tuple[str, str] | None:
    """What is wrong between low, high and qualifier, and the fix."""
    no_low, no_high = _OPEN_SIDES[figure.qualifier]
    if (figure.low is None, figure.high is None) != (no_low, no_high):
        sides = f"low {'null' if no_low else 'given'} and high {'null' if no_high else 'given'}"
        return "bounds and qualifier do not fit", f"{figure.qualifier} has {sides}."
    if figure.low is None or figure.high is None:
        return None
    low, high = Decimal(figure.low), Decimal(figure.high)
    if figure.qualifier == "range":
        return None if low < high else ("a range needs low below high", "Correct the bounds, or the qualifier.")
    return None if low == high else (f"{figure.qualifier} needs low and high equal", "Correct them, or write range.")


def _figures_in_words(place: Place, claim: GoldClaim, text: str) -> Iterator[Problem]:
    """A second opinion: the number read in the words should be among the bounds."""
    for number, figure in enumerate(claim.figures):
        values = [bound for bound in (figure.low, figure.high) if bound is not None]
        read = _values_read(figure, text)
        unread = [bound for bound in values if Decimal(bound) not in read]
        if unread:
            yield place.warning(
                f"figures.{number}", cut(figure.span, text), f"does not read as {' and '.join(unread)}", "Look again."
            )


def _values_read(figure: Figure, text: str) -> frozenset[Decimal]:
    """What the words of a figure can mean: a number of their own, or one that several of their numbers make."""
    words = figure.span.of(text)
    numerals = find_numerals(words)
    read = {value for numeral in numerals for value in numeral.values}
    for one, other in pairwise(numerals):
        read |= _made_of(one, other, words[one.span.end : other.span.start])
    # "6–8 million", "half a dozen": the scale holds for the number before it too.
    read |= {value * scale for scale in scales_in(words) for value in read}
    if figure.unit is not None and figure.unit.isupper() and _HUNDREDTH.match(text, figure.span.end):
        read |= {value / 100 for value in read}
    return frozenset(read)


def _made_of(one: Numeral, other: Numeral, gap: str) -> set[Decimal]:
    """ "One in five" as a share, "one and a half" as a sum."""
    pairs = list(product(one.values, other.values))
    if _SHARE.fullmatch(gap):
        return {share for part, whole in pairs if whole for share in shares(part, whole)}
    return {whole + part for whole, part in pairs} if _AND_A_PART.fullmatch(gap) else set()


def _times(place: Place, claim: GoldClaim) -> Iterator[Problem]:
    for number, when in enumerate(claim.when):
        if when.value is not None and not is_iso_time(when.value):
            fix = "Write an ISO 8601 date, date-time, month, year or interval, or null."
            yield place.error(f"when.{number}.value", when.value, "is no time", fix)


def is_iso_time(value: str) -> bool:
    """Whether a value is an ISO 8601 year, month, date, date-time, or an interval of two of those."""
    ends = value.split("/")
    return len(ends) <= 2 and all(_is_instant(end) for end in ends)


def _is_instant(value: str) -> bool:
    if not value.isascii() or not re.fullmatch(r"\d{4}(?:-\d{2}(?:-\d{2}(?:T.+)?)?)?", value):
        return False
    try:
        datetime.fromisoformat(value if len(value) > 7 else f"{value[:4]}-{value[5:] or '01'}-01")
    except ValueError:
        return False
    return True


def _negation(place: Place, claim: GoldClaim, text: str) -> Iterator[Problem]:
    words = [match[0] for span in claim.content for match in NEGATIONS.finditer(text, span.start, span.end)]
    if bool(words) != claim.negated:
        message = f"the content holds {words[0]!r}" if words else "the content holds no word of negation"
        yield place.warning("negated", str(claim.negated).lower(), message, "Look again.")


def _name_in_text(place: Place, claim: GoldClaim, text: str) -> Iterator[Problem]:
    folded = fold_name(text)
    names: tuple[tuple[str, str | None], ...] = (
        ("source.name", claim.source.name),
        ("source.principal", claim.source.principal),
        *(("source.aliases", alias) for alias in claim.source.aliases),
        *(("source.via", speaker) for speaker in claim.source.via),
    )
    for field, name in names:
        if name is not None and fold_name(name) not in folded:
            yield place.warning(field, name, "is not in the text", "Use a form that the article has.")


def cut(span: Span, text: str) -> str:
    return repr(span.of(text))
