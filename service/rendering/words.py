"""How is a claim said in plain words?

Only wording: figures read out, speakers named, marks and doubts in words, text made safe to show. The shapes that
these words are put into (table, report, sheet) are files of their own.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from service.records import Claim, ExtractedClaim, Extraction, Figure, Source, Span

# Shown as escapes, because they move the cursor, turn lines round or hide words: the controls of bidirectional text,
# zero-width characters save the joiners (many scripts and emoji need those), line separators and Unicode tags.
_HIDDEN = frozenset(
    {0x00AD, 0x061C, 0x180E, 0x200B, 0x200E, 0x200F, 0x2028, 0x2029, 0xFEFF}
    | set(range(0x202A, 0x202F))
    | set(range(0x2060, 0x2070))
    | set(range(0xFFF9, 0xFFFC))
)


def _needs_escape(code: int) -> bool:
    return code < 0x20 or 0x7F <= code < 0xA0 or code in _HIDDEN or 0xD800 <= code < 0xE000 or 0xE0000 <= code < 0xE0080


def _escape(code: int) -> str:
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def is_hidden(letter: str) -> bool:
    """Whether a page must show the letter as an escape; tabs and line ends are shown as what they are."""
    return letter not in "\t\n\r" and _needs_escape(ord(letter))


def escaped(letter: str) -> str:
    """The letter as its escape: "\\u200b"."""
    return _escape(ord(letter))


def visible(text: str) -> str:
    """The text on one line, with every control character written out, so that none can act on a terminal."""
    parts: list[str] = []
    for character in text:
        code = ord(character)
        if character in "\t\n\r":
            parts.append(" ")
        elif _needs_escape(code):
            parts.append(_escape(code))
        else:
            parts.append(character)
    return "".join(parts)


# ── figures ─────────────────────────────────────────────────────────────────────────────────────────────────────────

_IRREGULAR = {"foot": "feet", "inch": "inches", "square foot": "square feet", "cubic foot": "cubic feet"}
_BEFORE = {"at_least": "≥ ", "more_than": "> ", "at_most": "≤ ", "less_than": "< ", "about": "≈ "}


def _plural(unit: str) -> str:
    if unit in _IRREGULAR:
        return _IRREGULAR[unit]
    if unit.startswith("degree "):
        return "degrees " + unit.removeprefix("degree ")
    head, per, rest = unit.partition(" per ")
    return f"{_IRREGULAR.get(head, head + 's')}{per}{rest}"


def _with_unit(amount: str, unit: str | None, *, one: bool) -> str:
    match unit:
        case None:
            return amount
        case "percent":
            return f"{amount}%"
        case "percentage_point":
            return f"{amount} percentage point" + ("" if one else "s")
        case "times":
            return f"{amount}×"
        case _ if len(unit) == 3 and unit.isupper():
            return f"{unit} {amount}"
        case _:
            return f"{amount} {unit if one else _plural(unit)}"


def amount_of(figure: Figure) -> str:
    """The number alone, normalised: "≥ 11", "50–60", "USD 1,200,000", "≈ 90%", "number not stated"."""
    bounds = [Decimal(bound) for bound in (figure.low, figure.high) if bound is not None]
    if not bounds:
        return "number not stated"
    low, high = bounds[0], bounds[-1]
    amount = f"{low:,f}" if low == high else f"{low:,f}–{high:,f}"
    return _BEFORE.get(figure.qualifier, "") + _with_unit(amount, figure.unit, one=low == high == 1)


def reading_of(figure: Figure) -> str:
    """The figure as we read it, with what it counts: "≥ 11 soldiers killed"."""
    unit = figure.unit if figure.unit and figure.unit.islower() else None
    units = {unit, _plural(unit)} if unit else set()
    noun = " ".join(visible(part) for part in (figure.counted, figure.measure) if part and part.lower() not in units)
    amount = visible(amount_of(figure))
    if figure.low is None and figure.high is None:
        noun = " ".join(filter(None, (visible(_plural(unit)) if unit else "", noun)))
        return f"{amount} ({noun})" if noun else amount
    return f"{amount} {noun}" if noun else amount


# ── speakers ────────────────────────────────────────────────────────────────────────────────────────────────────────

_NAMELESS = {
    "unspecified": "Nobody named",
    "unresolved": "A speaker we could not make out",
    "anonymous": "Speakers not named",
    "document": "A document not named",
}


def speaker_name(source: Source, *, outlet: str | None = None) -> str:
    """What to call this speaker in a heading; the article's own voice goes by its outlet's name."""
    if source.name:
        return visible(source.name)
    if source.kind == "outlet":
        return f"The article itself ({visible(outlet)})" if outlet else "The article itself"
    return _NAMELESS.get(source.kind, "A speaker without a name")


def speaker_details(source: Source) -> str:
    """Role, principal and kind, as far as they say more than the name."""
    details: list[str] = []
    if source.role and source.role != source.name:
        details.append(visible(source.role))
    if source.principal and source.principal != source.name:
        details.append(f"for {visible(source.principal)}")
    if source.kind in ("anonymous", "document"):
        details.append(source.kind)
    return ", ".join(details)


class Spoken(NamedTuple):
    """A speaker and their claims, in the order of the text."""

    name: str
    details: str
    claims: tuple[ExtractedClaim, ...]


def by_speaker(extraction: Extraction) -> tuple[Spoken, ...]:
    """The claims under their speakers, each where the text first lets it speak."""
    groups: dict[tuple[str, str | None], list[ExtractedClaim]] = {}
    for claim in sorted(extraction.claims, key=lambda claim: claim.content[0]):
        groups.setdefault((claim.source.kind if claim.source.name is None else "", claim.source.name), []).append(claim)
    return tuple(
        Spoken(
            name=speaker_name(claims[0].source, outlet=extraction.article.outlet),
            details=next(filter(None, (speaker_details(claim.source) for claim in claims)), ""),
            claims=tuple(claims),
        )
        for claims in groups.values()
    )


# ── claims ──────────────────────────────────────────────────────────────────────────────────────────────────────────

_STANCES = {
    "denies": "denies this",
    "confirms": "confirms this",
    "claims_responsibility": "claims responsibility",
    "predicts": "predicts this",
    "intends": "intends this",
    "demands": "demands this",
}
_MODES = {"direct": "quoted", "mixed": "partly quoted", "implied": "implied, no attributing words here"}


def marks_of(claim: Claim) -> tuple[str, ...]:
    """How it is said, where that is more than a plain indirect assertion; then when, where and through whom."""
    marks = [words for words in (_STANCES.get(claim.stance), _MODES.get(claim.mode)) if words]
    marks += [word for word, holds in (("hedged", claim.hedged), ("negated", claim.negated)) if holds]
    marks += [f"by way of {visible(name)}" for name in claim.source.via]
    if times := [when.value for when in claim.when if when.value]:
        marks.append(f"when: {visible(', '.join(times))}")
    if claim.where:
        marks.append(f"where: {visible(', '.join(claim.where))}")
    return tuple(marks)


def doubts_of(claim: ExtractedClaim, *, doubtful: bool) -> tuple[str, ...]:
    """Why a reviewer should look, in words: flags first, then what lowered the confidence. Never empty if doubtful."""
    words = [visible(flag.message) for flag in claim.flags]
    if doubtful and not words:
        lowering = sorted((reason for reason in claim.reasons if reason.effect < 0), key=lambda reason: reason.effect)
        words = [visible(reason.words) for reason in lowering[:3]] or [f"confidence is only {claim.confidence:.2f}"]
    return tuple(words)


class Piece(NamedTuple):
    """Words of a claim's content; `figure` where they are (part of) one of its figures."""

    text: str
    figure: Figure | None


def pieces_of(claim: Claim, text: str) -> Iterator[Piece]:
    """The claim's own words in order, figures set apart, an ellipsis where words were left out."""
    for number, span in enumerate(claim.content):
        if number:
            yield Piece(" … ", None)
        yield from _cut(span, claim.figures, text)


def _cut(span: Span, figures: Iterable[Figure], text: str) -> Iterator[Piece]:
    position = span.start
    for figure in sorted(figures, key=lambda figure: figure.span):
        start, end = max(figure.span.start, position), min(figure.span.end, span.end)
        if start >= end:
            continue
        if position < start:
            yield Piece(text[position:start], None)
        yield Piece(text[start:end], figure)
        position = end
    if position < span.end:
        yield Piece(text[position : span.end], None)


# ── the whole ───────────────────────────────────────────────────────────────────────────────────────────────────────


def counted(number: int, noun: str, *, plural: str | None = None) -> str:
    """ "1 claim", "2 claims", "2 people"."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def summary_of(extraction: Extraction) -> str:
    """One line of counts."""
    claims, figures = extraction.claims, sum(len(claim.figures) for claim in extraction.claims)
    parts = [
        f"{counted(len(claims), 'claim')} by {counted(len(by_speaker(extraction)), 'speaker')}",
        counted(figures, "figure"),
    ]
    if extraction.needs_review:
        needs = "needs" if len(extraction.needs_review) == 1 else "need"
        parts.append(f"{len(extraction.needs_review)} {needs} review")
    return ", ".join(parts)


def published_of(extraction: Extraction) -> str:
    """What "on Monday" was counted from; a notice says more where the article's dateline had to do."""
    if extraction.article.published:
        return f"published {extraction.article.published}"
    if any(notice.code == "published_from_dateline" for notice in extraction.notices):
        return "publication date as in the dateline"
    return "publication date not given"


def alarm_of(extraction: Extraction) -> str | None:
    """What must be said loudly: that part or all of the article was not read. Silence is not emptiness."""
    match extraction.status:
        case "failed":
            return "FAILED: nothing could be extracted. That there are no claims here says nothing about the article."
        case "partial":
            failed = counted(len(extraction.failures), "part")
            return f"INCOMPLETE: {failed} of the article could not be extracted; claims are missing."
        case _:
            return None


def skipped_summary(extraction: Extraction) -> str | None:
    """Which numbers were not read as figures, counted by reason."""
    counts: dict[str, int] = {}
    for skipped in extraction.skipped_numbers:
        counts[skipped.reason] = counts.get(skipped.reason, 0) + 1
    if not counts:
        return None
    listed = ", ".join(f"{visible(reason)} {count}" for reason, count in sorted(counts.items()))
    return f"{counted(len(extraction.skipped_numbers), 'number')} left out as no figure: {listed}"
