"""Which articles, with which gold claims, is a model measured on?

A gold set with all its texts at hand, ready to be extracted from and scored. Files are read by the service's gold
files; whether the annotation makes sense is for the check to say.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from eval.score import Task
from service.errors import InputError
from service.goldfiles import (
    DOCUMENTS_FILE,
    GoldClaim,
    GoldDocument,
    GoldSet,
    Row,
    by_document,
    find_texts,
    load_documents,
    load_gold_set,
    read_texts,
)
from service.records import Article, Record

TEXTS_FIX = (
    "Give the folder that holds the texts with --texts DIR, set ACCORDING_TEXTS, or record it once with "
    "`python -m eval texts add DIR`."
)


class ReadySet(Record):
    """A gold set and the text of each of its documents, by id; `notes` say which texts were mended to fit."""

    gold: GoldSet
    texts: Mapping[str, str]
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The set's name and the beginning of its hash: "starter@f6265be6"."""
        return f"{self.gold.info.name}@{self.gold.sha256[:8]}"

    def articles(self) -> tuple[Article, ...]:
        return tuple(document.article(self.texts[document.id]) for document in self.gold.documents)

    def tasks(self, predicted: Iterable[GoldClaim], *, documents: Iterable[str] | None = None) -> tuple[Task, ...]:
        """What to score, document by document; `documents` leaves the others out.

        Raises InputError where a prediction is of no document of the set or lies outside its text.
        """
        claims = by_document(predicted)
        self._refuse_strangers(claims)
        wanted = set(self.texts if documents is None else documents)
        return tuple(
            Task(
                document.id,
                self.texts[document.id],
                claims.get(document.id, ()),
                self.gold.claims_of.get(document.id, ()),
            )
            for document in self.gold.documents
            if document.id in wanted
        )

    def first(self, limit: int | None) -> "ReadySet":
        """The set with its first `limit` documents only."""
        if limit is None or limit >= len(self.gold.documents):
            return self
        return self._with(self.gold.document_rows[:limit])

    def of_split(self, split: str | None) -> "ReadySet":
        """The documents of one split only; InputError where there is no such split."""
        if split is None:
            return self
        rows = tuple(row for row in self.gold.document_rows if row.record.split == split)
        if not rows:
            splits = sorted({document.split for document in self.gold.documents if document.split is not None})
            raise InputError(
                f"split = {split!r} is none of {self.gold.info.name}.",
                field="split",
                fix=f"Its splits are {', '.join(splits)}." if splits else "It has no splits: leave --split out.",
            )
        return self._with(rows)

    def _with(self, rows: tuple[Row[GoldDocument], ...]) -> "ReadySet":
        kept = {row.record.id for row in rows}
        claims = tuple(row for row in self.gold.claim_rows if row.record.document in kept)
        gold = self.gold.model_copy(update={"document_rows": rows, "claim_rows": claims})
        # A copy carries over what was worked out for the whole set.
        gold = GoldSet(**{name: getattr(gold, name) for name in GoldSet.model_fields})
        return ReadySet(gold=gold, texts={name: self.texts[name] for name in self.texts if name in kept})

    def _refuse_strangers(self, claims: Mapping[str, Sequence[GoldClaim]]) -> None:
        for document, listed in claims.items():
            if document not in self.texts:
                raise InputError(
                    f"claim {listed[0].id!r}: document = {document!r} is not in {self.gold.info.name}.",
                    field="document",
                    fix=f"Its documents are {', '.join(list(self.texts)[:5])}{' …' if len(self.texts) > 5 else ''}.",
                )
            for claim in listed:
                end, length = max(span.end for span in claim.content), len(self.texts[document])
                if end > length:
                    raise InputError(
                        f"claim {claim.id!r}: content ends at {end}, but {document} has {length} characters.",
                        field="content",
                        fix="Score predictions on the text that they were made from.",
                    )


def open_gold_set(folder: Path, texts: Sequence[Path]) -> ReadySet:
    """The gold set in a folder, with its texts; InputError where a line is wrong or a text is missing."""
    gold = load_gold_set(folder)
    found, notes = texts_of(gold.documents, texts)
    return ReadySet(gold=gold, texts=found, notes=notes)


def texts_of(documents: Sequence[GoldDocument], texts: Sequence[Path]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Every document's text by id, and notes on mended ones; InputError for the first that is not found."""
    found = find_texts(documents, read_texts(texts))
    for document in documents:
        if found[document.id].text is None:
            raise InputError(
                f"document {document.id!r}: its text is not here: {found[document.id].note}.",
                field="text",
                fix=TEXTS_FIX,
            )
    notes = tuple(f"{name}: {text.note}" for name, text in found.items() if text.note)
    return {name: text.text for name, text in found.items() if text.text is not None}, notes


def documents_for(folder: Path, parent: Path | None) -> tuple[GoldDocument, ...]:
    """The documents that a folder of claims is about: its own, those of `parent`, or those of a folder above it."""
    if parent is not None:
        return load_documents(parent / DOCUMENTS_FILE)
    for place in (folder, *folder.resolve().parents[:3]):
        if (place / DOCUMENTS_FILE).exists():
            return load_documents(place / DOCUMENTS_FILE)
    raise InputError(
        f"{folder} has no {DOCUMENTS_FILE}, nor has a folder above it.",
        field="goldset",
        fix="Name the gold set that the annotations belong to with --goldset DIR.",
    )
