"""Is a gold set annotated as the guidelines say?

Errors are what no reading of the guidelines allows; warnings are worth a second look. Whether the annotation is true to
the article is for annotators to settle.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from eval.claim_checks import Place, check_claim
from eval.document_checks import check_documents
from eval.goldset import TEXTS_FIX
from eval.opinion import second_opinion as ask_reading
from service.goldfiles import (
    CLAIMS_FILE,
    DOCUMENTS_FILE,
    INFO_FILE,
    SKIPPED_FILE,
    GoldClaim,
    GoldSet,
    GoldSkippedNumber,
    Problem,
    Row,
    find_texts,
    read_gold_set,
    read_texts,
    words_sha256,
)
from service.records import Record


class Checked(Record):
    """What checking a gold set found, and how much there was to check."""

    folder: Path
    name: str | None
    documents: int
    claims: int
    figures: int
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> int:
        return sum(problem.severity == "error" for problem in self.problems)


def check_gold_set(folder: Path, *, texts: Sequence[Path] = (), second_opinion: bool = False) -> Checked:
    """Everything wrong in the set, in the order of its files and lines; `second_opinion` asks the service's reading."""
    gold, problems = read_gold_set(folder)
    if gold is None:
        return Checked(folder=folder, name=None, documents=0, claims=0, figures=0, problems=problems)
    found, text_problems = _texts(gold, texts)
    known = {document.id for document in gold.documents}
    checks = [
        *problems,
        *text_problems,
        *_repeated_ids(gold),
        *_unknown_documents(gold, known),
        *(problem for row in gold.claim_rows for problem in check_claim(row, folder, found.get(row.record.document))),
        *check_documents(gold, found),
        *(ask_reading(gold, texts=texts) if second_opinion else ()),
    ]
    order = {str(folder / name): number for number, name in enumerate((INFO_FILE, DOCUMENTS_FILE, CLAIMS_FILE))}
    return Checked(
        folder=folder,
        name=gold.info.name,
        documents=len(gold.documents),
        claims=len(gold.claims),
        figures=sum(len(claim.figures) for claim in gold.claims),
        problems=tuple(sorted(checks, key=lambda problem: (order.get(problem.file, 9), problem.line or 0))),
    )


# ── the set as a whole ────────────────────────────────────────────────────────────────────────────────────────────


def _texts(gold: GoldSet, folders: Sequence[Path]) -> tuple[dict[str, str], list[Problem]]:
    found = find_texts(gold.documents, read_texts(folders))
    texts: dict[str, str] = {}
    problems = []
    for line, document in gold.document_rows:
        place = Place(str(gold.folder / DOCUMENTS_FILE), line)
        text, note = found[document.id]
        if text is None:
            problems.append(place.error("text", document.id, f"its text is not here: {note}", TEXTS_FIX))
            continue
        texts[document.id] = text
        article = document.article(text)
        if article.sha256 != document.sha256:
            fix = f"Write {article.sha256}, once it is certain that the text and not its hash is right."
            problems.append(place.error("sha256", document.sha256[:12] + "…", "is not the hash of the text", fix))
        if document.words_sha256 is not None and words_sha256(text) != document.words_sha256:
            fix = f"Write {words_sha256(text)}."
            problems.append(place.error("words_sha256", document.words_sha256[:12] + "…", "does not fit the text", fix))
        if note is not None:
            problems.append(place.warning("text", document.id, note, "Nothing to do; the offsets hold."))
    return texts, problems


def _repeated_ids(gold: GoldSet) -> Iterator[Problem]:
    kinds: tuple[tuple[str, Iterable[tuple[int, str]]], ...] = (
        (DOCUMENTS_FILE, ((row.line, row.record.id) for row in gold.document_rows)),
        (CLAIMS_FILE, ((row.line, row.record.id) for row in gold.claim_rows)),
    )
    for name, rows in kinds:
        first: dict[str, int] = {}
        for line, identifier in rows:
            if identifier in first:
                message = f"is the id of line {first[identifier]} too"
                yield Place(str(gold.folder / name), line).error("id", identifier, message, "Give each its own.")
            first.setdefault(identifier, line)


def _unknown_documents(gold: GoldSet, known: set[str]) -> Iterator[Problem]:
    rows: tuple[tuple[str, Sequence[Row[GoldClaim] | Row[GoldSkippedNumber]]], ...] = (
        (CLAIMS_FILE, gold.claim_rows),
        (SKIPPED_FILE, gold.skipped_rows),
    )
    for name, listed in rows:
        for row in listed:
            if row.record.document not in known:
                yield Place(str(gold.folder / name), row.line).error(
                    "document", row.record.document, f"is no id in {DOCUMENTS_FILE}", "Correct it, or add the document."
                )
