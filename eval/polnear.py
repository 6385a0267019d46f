"""How does PolNeAR become a gold set?

Reads the stand-off files of its repository (networkdynamics/PolNeAR), and the same as JSONL.
"""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.corpus import (
    BY_MENTION,
    MODES,
    NO_CONTENT,
    NOT_THERE,
    WHOLE,
    Attribution,
    Corpus,
    CorpusReader,
    claim_of,
    date_of,
    document_of,
    info_of,
    rows_of,
    spans_of,
    text_of,
)
from service.errors import InputError
from service.goldfiles import GoldClaim
from service.records import Span

# ── as published: brat's stand-off files ──────────────────────────────────────────────────────────────────────────


def read_polnear(folder: Path, *, annotator: str | None = None) -> Corpus:
    """PolNeAR from its repository, its data folder, or one compartment: `attributions/*.ann` beside `text/*.txt`.

    Where several annotators read an article, `annotator` names whose reading is taken, else the first by name.
    Raises InputError where there are no such files.
    """
    reader = CorpusReader()
    for attributions in _attribution_folders(folder):
        facts = _metadata(attributions.parent.parent / "metadata.tsv")
        for article, path in _one_reading_each(attributions, annotator, reader.left_out):
            text_file = attributions.parent / "text" / f"{article}.txt"
            if not text_file.exists():
                reader.left_out["articles left out: their text is not there"] += 1
            else:
                text = text_of(text_file)
                fact = facts.get(article, {})
                document = document_of(
                    article,
                    text,
                    title=fact.get("title"),
                    outlet=fact.get("publisher"),
                    published=date_of(fact.get("publication_date")),
                    split=attributions.parent.name,
                )
                found = parse_standoff(text_of(path), text, where=str(path), left_out=reader.left_out)
                reader.add(document, text, (claim_of(document.id, each, text) for each in found))
    info = info_of(
        "polnear",
        "PolNeAR (Newell, Margolin, Ruths 2018), read from its stand-off files.",
        annotates=("content", "mention", "cue"),
    )
    return reader.corpus(info, BY_MENTION, WHOLE)


def parse_standoff(annotations: str, text: str, *, where: str, left_out: Counter[str]) -> list[Attribution]:
    """The attributions of one .ann file: `T` lines mark words, `E` lines bind them by role.

    Raises InputError where a line is none of the format's; counts in `left_out` attributions that cannot be used.
    """
    marked: dict[str, tuple[Span, ...] | None] = {}
    events: list[tuple[int, str]] = []
    for number, line in enumerate(annotations.splitlines(), start=1):
        if line.startswith("T"):
            mark, spans, words = _text_bound(line, f"{where}:{number}")
            marked[mark] = spans if _same_words(words, spans, text) else None
        elif line.startswith("E"):
            events.append((number, line))
    found = []
    for number, line in events:
        roles = _roles(line, marked, f"{where}:{number}")
        if any(spans is None for spans in (*roles.values(),)):
            left_out[NOT_THERE] += 1
        elif not roles.get("Content"):
            left_out[NO_CONTENT] += 1
        else:
            found.append(Attribution(*(roles.get(role) or () for role in ("Content", "Source", "Cue"))))
    return found


def _text_bound(line: str, where: str) -> tuple[str, tuple[Span, ...], str]:
    try:
        mark, place, words = line.split("\t", 2)
        fragments = place.partition(" ")[2].split(";")
        return mark, tuple(Span(*map(int, fragment.split())) for fragment in fragments), words
    except (TypeError, ValueError):
        raise InputError(
            f"{where}: {line[:80]!r} is no marked text.",
            field="line",
            fix="A line reads: mark, tab, role and offsets (start end;start end), tab, words.",
        ) from None


def _same_words(words: str, spans: Sequence[Span], text: str) -> bool:
    """Compared without white space: line breaks inside marked text are written as blanks, or left out."""
    return all(0 <= span.start < span.end <= len(text) for span in spans) and "".join(words.split()) == "".join(
        "".join(span.of(text).split()) for span in spans
    )


def _roles(line: str, marked: Mapping[str, tuple[Span, ...] | None], where: str) -> dict[str, tuple[Span, ...] | None]:
    """The fragments of each role of an event, in the text's order; None for a role with words out of place."""
    roles: dict[str, tuple[Span, ...] | None] = {}
    for binding in line.partition("\t")[2].split():
        role, _, mark = binding.partition(":")
        role = role.rstrip("0123456789")  # a second argument of one role is called Content2
        if mark not in marked:
            raise InputError(
                f"{where}: {mark!r} is marked nowhere in the file.",
                field="line",
                fix="Use the file as published.",
            )
        more, before = marked[mark], roles.get(role, ())
        roles[role] = None if more is None or before is None else tuple(sorted({*before, *more}))
    return {role: spans for role, spans in roles.items() if not role.startswith("Attribution")}


def _attribution_folders(folder: Path) -> list[Path]:
    found = [folder] if folder.name == "attributions" else sorted(folder.rglob("attributions"))
    found = [each for each in found if each.is_dir() and any(each.glob("*.ann"))]
    if not found:
        raise InputError(
            f"{folder} holds no folder `attributions` with .ann files.",
            field="corpus",
            fix="Give the corpus's repository, its data folder, or one part of it such as data/dev.",
        )
    return found


def _one_reading_each(folder: Path, annotator: str | None, left_out: Counter[str]) -> Iterator[tuple[str, Path]]:
    """Each article's name and one file of it: names end in _ANNOTATOR."""
    readings: dict[str, dict[str, Path]] = {}
    for path in sorted(folder.glob("*.ann")):
        article, _, who = path.stem.rpartition("_")
        readings.setdefault(article or path.stem, {})[who] = path
    for article, by_annotator in readings.items():
        taken = annotator if annotator in by_annotator else next(iter(by_annotator))
        left_out["further readings of the same articles left out"] += len(by_annotator) - 1
        yield article, by_annotator[taken or ""]
    if left_out["further readings of the same articles left out"] == 0:
        del left_out["further readings of the same articles left out"]


def _metadata(path: Path) -> dict[str, dict[str, str]]:
    """Facts about each article from the corpus's table, by file name; none where the table is not there."""
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {row["filename"]: row for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}


# ── as JSONL ──────────────────────────────────────────────────────────────────────────────────────────────────────


def read_polnear_rows(path: Path) -> Corpus:
    """PolNeAR as JSONL: rows with `doc_id`, `text` and `attributions` of source, cue and content spans.

    Attributions of kind "other" (thoughts, plans, support) are no statements: they are optional, neither credited nor
    blamed.
    """
    reader = CorpusReader()
    for where, row in rows_of(path, "attributions"):
        text = row["text"]
        document = document_of(row["doc_id"], text, outlet=row.get("publisher"), split=row.get("split"))
        reader.add(document, text, _claims_of_row(row, document.id, text, where, reader.left_out))
    info = info_of("polnear", "PolNeAR 1.0.0, read from JSONL.", annotates=("content", "mention", "cue", "mode"))
    return reader.corpus(info, BY_MENTION, WHOLE, "attributions of thoughts, plans and support are optional")


def _claims_of_row(
    row: Mapping[str, Any], document: str, text: str, where: str, left_out: Counter[str]
) -> Iterator[GoldClaim]:
    for item in row["attributions"]:
        spans = {role: spans_of(item.get(role) or (), text, where) for role in ("content", "source", "cue")}
        if not spans["content"]:
            left_out[NO_CONTENT] += 1
            continue
        claim = claim_of(document, Attribution(**spans), text)
        names = tuple(name for name in item.get("source_aliases", ()) if name != claim.source.name)
        yield claim.model_copy(
            update={
                "source": claim.source.model_copy(update={"aliases": names}),
                "mode": MODES.get(item.get("type"), claim.mode),
                "optional": item.get("kind") == "other",
            }
        )
