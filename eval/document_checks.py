"""Do the annotations of a document go together?

Contents that overlap, one name for two speakers, numbers that nobody accounts for. What a single claim must keep to is
for `claim_checks`.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from eval.claim_checks import Place, check_span, cut, named_spans
from eval.numerals import Numeral, find_numerals, holds_number_word
from eval.wording import HONORIFICS, fold_name
from service.goldfiles import (
    CLAIMS_FILE,
    DOCUMENTS_FILE,
    SKIPPED_FILE,
    GoldClaim,
    GoldSet,
    GoldSkippedNumber,
    Problem,
    Row,
)
from service.records import Source

_OfDocument = TypeVar("_OfDocument", GoldClaim, GoldSkippedNumber)


def check_documents(gold: GoldSet, texts: dict[str, str]) -> Iterator[Problem]:
    claims, skipped = _grouped(gold.claim_rows), _grouped(gold.skipped_rows)
    for line, document in gold.document_rows:
        yield from _check_document(
            claims.get(document.id, ()), skipped.get(document.id, ()), line, texts.get(document.id), gold.folder
        )


def _grouped(rows: Iterable[Row[_OfDocument]]) -> dict[str, list[Row[_OfDocument]]]:
    grouped: dict[str, list[Row[_OfDocument]]] = {}
    for row in rows:
        grouped.setdefault(row.record.document, []).append(row)
    return grouped


def _check_document(
    rows: Sequence[Row[GoldClaim]],
    skipped: Sequence[Row[GoldSkippedNumber]],
    document_line: int,
    text: str | None,
    folder: Path,
) -> Iterator[Problem]:
    yield from _overlapping_contents(rows, folder)
    yield from _speakers(rows, folder)
    if text is not None:
        in_range = [row for row in rows if all(span.end <= len(text) for _, span in named_spans(row.record))]
        yield from _skipped_numbers(skipped, in_range, text, folder)
        yield from _numbers_left_out(in_range, skipped, text, document_line, folder)


def _overlapping_contents(rows: Sequence[Row[GoldClaim]], folder: Path) -> Iterator[Problem]:
    """Contents never overlap, save the same words said by another source."""
    spans = sorted(
        ((span, row) for row in rows for span in row.record.content), key=lambda pair: (pair[0], pair[1].line)
    )
    reported: set[tuple[int, int]] = set()
    for position, (span, row) in enumerate(spans):
        for later, other in spans[position + 1 :]:
            if later.start >= span.end:
                break
            lines = (min(row.line, other.line), max(row.line, other.line))
            if row.line == other.line or lines in reported:
                continue
            reported.add(lines)
            place = Place(str(folder / CLAIMS_FILE), lines[1])
            if row.record.content != other.record.content:
                fix = "Give the words to one of them."
                yield place.error("content", str(list(later)), f"overlaps the claim on line {lines[0]}", fix)
            elif row.record.source.name == other.record.source.name:
                fix = "Delete one."
                yield place.error("content", str(list(later)), f"same words, same speaker as line {lines[0]}", fix)


def _speakers(rows: Sequence[Row[GoldClaim]], folder: Path) -> Iterator[Problem]:
    """One name has one kind and one principal in an article, and no form of a name means two speakers."""
    first: dict[str, tuple[int, Source]] = {}
    owners: dict[str, tuple[int, str]] = {}
    for row in rows:
        source, place = row.record.source, Place(str(folder / CLAIMS_FILE), row.line)
        if source.name is None:
            continue
        line, known = first.setdefault(fold_name(source.name), (row.line, source))
        for field in ("kind", "principal"):
            if getattr(source, field) != getattr(known, field):
                message = f"{source.name} is {getattr(known, field)} on line {line}"
                yield place.error(f"source.{field}", str(getattr(source, field)), message, "Make them agree.")
        for form in (source.name, *source.aliases):
            owner_line, owner = owners.setdefault(_titled(form), (row.line, source.name))
            if fold_name(owner) != fold_name(source.name):
                message = f"also names {owner} (line {owner_line})"
                yield place.error("source.aliases", form, message, "Leave it with one speaker, or use one name.")


def _titled(form: str) -> str:
    """A name folded, but for its honorific: "Mr Pelham" and "Mrs Pelham" are two people."""
    first, _, rest = form.casefold().replace(".", "").partition(" ")
    return f"{first} {fold_name(rest)}" if first in HONORIFICS and rest else fold_name(form)


def _skipped_numbers(
    skipped: Sequence[Row[GoldSkippedNumber]], rows: Sequence[Row[GoldClaim]], text: str, folder: Path
) -> Iterator[Problem]:
    figures = [(figure.span, row.line) for row in rows for figure in row.record.figures]
    for row in skipped:
        place, span = Place(str(folder / SKIPPED_FILE), row.line), row.record.span
        broken = list(check_span(place, "span", span, text))
        yield from broken
        if broken:
            continue
        if not holds_number_word(span.of(text)):
            yield place.warning("span", cut(span, text), "holds no number", "Delete the line, or mend the span.")
        for figure, line in figures:
            if figure.overlaps(span):
                fix = "Delete this line, or the figure."
                yield place.error("span", cut(span, text), f"is a figure on line {line} of {CLAIMS_FILE}", fix)


def _numbers_left_out(
    rows: Sequence[Row[GoldClaim]],
    skipped: Sequence[Row[GoldSkippedNumber]],
    text: str,
    document_line: int,
    folder: Path,
) -> Iterator[Problem]:
    """Every number is in a figure, in a time, or listed as skipped; doubtful number words only inside content."""
    accounted = [figure.span for row in rows for figure in row.record.figures]
    accounted += [when.span for row in rows for when in row.record.when]
    accounted += [row.record.span for row in skipped]
    contents = [(span, row.line) for row in rows for span in row.record.content]
    for numeral in find_numerals(text):
        if any(span.overlaps(numeral.span) for span in accounted):
            continue
        line = next((line for span, line in contents if span.overlaps(numeral.span)), None)
        yield from _left_out(numeral, text, line, document_line, folder)


def _left_out(
    numeral: Numeral, text: str, claim_line: int | None, document_line: int, folder: Path
) -> Iterator[Problem]:
    start, end = numeral.span
    around = " ".join(text[max(0, start - 25) : end + 25].split())
    value = f"{numeral.span.of(text)!r} at [{start}, {end}] in “{around}”"
    place = (
        Place(str(folder / DOCUMENTS_FILE), document_line)
        if claim_line is None
        else Place(str(folder / CLAIMS_FILE), claim_line)
    )
    if numeral.kind == "number":
        message = "a number in no figure, no time and not in " + SKIPPED_FILE
        yield place.error("number", value, message, "Annotate it, or list it there with a reason.")
    elif claim_line is not None:
        yield place.warning("number", value, "a number word that is no figure", "Annotate it if it counts something.")
