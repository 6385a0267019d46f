"""Which articles, with which gold claims, is a model measured on?

A gold set with all its texts at hand, ready to be extracted from and scored: whole, or article by article, so that the
claims of a large set are never held at once. Folders are read by the service's gold files, tables by `gold_rows` and
`hub`; whether the annotation makes sense is for the check to say.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path

from eval.annotated import fit
from eval.claim_lines import ClaimLines
from eval.score import Task
from service.errors import InputError
from service.goldfiles import (
    CLAIMS_FILE,
    DOCUMENTS_FILE,
    GoldClaim,
    GoldDocument,
    GoldSet,
    GoldSetInfo,
    Row,
    by_document,
    find_texts,
    gold_form,
    load_documents,
    load_gold_set,
    load_info,
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
        refuse_strangers(claims, self.texts, self.gold.info.name)
        wanted = set(self.texts if documents is None else documents)
        return tuple(
            self.task(document.id, claims.get(document.id, ()))
            for document in self.gold.documents
            if document.id in wanted
        )

    def task(self, document: str, predicted: Sequence[GoldClaim], *, rejected: int | None = None) -> Task:
        """What to score of one document, with only what the set annotates."""
        gold = self.gold.claims_of.get(document, ())
        return fit(Task(document, self.texts[document], predicted, gold, rejected=rejected), self.gold.info.annotates)

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


def refuse_strangers(claims: Mapping[str, Sequence[GoldClaim]], texts: Mapping[str, str], name: str) -> None:
    """InputError where predicted claims are of no document of the set called `name`, or lie outside its text."""
    for document, listed in claims.items():
        if document not in texts:
            raise InputError(
                f"claim {listed[0].id!r}: document = {document!r} is not in {name}.",
                field="document",
                fix=f"Its documents are {', '.join(list(texts)[:5])}{' …' if len(texts) > 5 else ''}.",
            )
        for claim in listed:
            end, length = max(span.end for span in claim.content), len(texts[document])
            if end > length:
                raise InputError(
                    f"claim {claim.id!r}: content ends at {end}, but {document} has {length} characters.",
                    field="content",
                    fix="Score predictions on the text that they were made from.",
                )


def open_gold_set(place: Path, texts: Sequence[Path]) -> ReadySet:
    """The gold set in a folder, in a JSONL or Parquet file of articles, or behind `hf:owner/name`, with its texts.

    Raises InputError where a line is wrong or a text is missing.
    """
    gold = _load(place)
    found, notes = texts_of(gold.documents, texts)
    return ReadySet(gold=gold, texts=found, notes=notes)


def is_on_hub(place: Path) -> bool:
    return str(place).startswith("hf:")


def _load(place: Path) -> GoldSet:
    if is_on_hub(place):
        from eval.hub import read_hub

        return read_hub(str(place))
    if place.is_dir():
        return load_gold_set(place)
    if place.name in (CLAIMS_FILE, DOCUMENTS_FILE):
        return load_gold_set(place.parent)
    if place.suffix == ".jsonl":
        from eval.gold_rows import gold_set_of, read_jsonl

        return gold_set_of(place, read_jsonl(place), name=place.stem)
    if place.suffix == ".parquet":
        from eval.hub import read_parquet

        return read_parquet(place)
    raise InputError(
        f"goldset = {str(place)!r} is no gold set.",
        field="goldset",
        fix="Give a folder, a .jsonl or .parquet file of articles, or hf:owner/name.",
    )


# ── read article by article ───────────────────────────────────────────────────────────────────────────────────────


class ArticleSet(Record):
    """A gold set of which only documents and texts are held: `claims_of` reads a document's gold claims when asked."""

    info: GoldSetInfo
    sha256: str
    place: Path
    documents: tuple[GoldDocument, ...]
    texts: Mapping[str, str]
    claims_of: Callable[[str], Sequence[GoldClaim]]
    left_out: frozenset[str] = frozenset()  # ids of documents of another split, or beyond the limit
    notes: tuple[str, ...] = ()
    published: date | None = None  # of documents that have no date of their own

    @property
    def name(self) -> str:
        """The set's name and the beginning of its hash: "starter@f6265be6"."""
        return f"{self.info.name}@{self.sha256[:8]}"

    def articles(self) -> Iterator[Article]:
        for document in self.documents:
            article = document.article(self.texts[document.id])
            undated = self.published is not None and article.published is None
            yield article.model_copy(update={"published": self.published}) if undated else article

    def task(self, document: str, predicted: Sequence[GoldClaim], *, rejected: int | None = None) -> Task:
        """What to score of one document; InputError where a prediction is of another one, or outside the text."""
        refuse_strangers({document: predicted} if predicted else {}, self.texts, self.info.name)
        gold = self.claims_of(document)
        return fit(Task(document, self.texts[document], predicted, gold, rejected=rejected), self.info.annotates)

    def sha256_of(self, documents: Iterable[str]) -> str:
        """The hash of the set with these documents alone, as a run on some of them has it."""
        kept = set(documents)
        lines = [_document_line(document) for document in self.documents if document.id in kept]
        lines += [
            _claim_line(claim)
            for document in self.documents
            if document.id in kept
            for claim in self.claims_of(document.id)
        ]
        return _sha256_of_lines(lines)


def open_articles(
    place: Path,
    texts: Sequence[Path],
    *,
    split: str | None = None,
    limit: int | None = None,
    published: date | None = None,
) -> ArticleSet:
    """What `open_gold_set` with the same split and limit gives, in a fraction of the memory where it is a folder.

    Raises InputError where a line is wrong or a text is missing.
    """
    in_folder = place.is_dir() and not is_on_hub(place)
    gold = _without_claims(place) if in_folder else _load(place)
    found, notes = texts_of(gold.documents, texts)
    ready = ReadySet(gold=gold, texts=found, notes=notes).of_split(split).first(limit)
    claims_of: Callable[[str], Sequence[GoldClaim]]
    if in_folder:
        kept = {document.id for document in ready.gold.documents}
        lines = [_document_line(document) for document in ready.gold.documents]

        def seen(claim: GoldClaim) -> None:
            if claim.document in kept:
                lines.append(_claim_line(claim))

        claims_of = ClaimLines(place / CLAIMS_FILE, seen=seen).of
        sha256 = _sha256_of_lines(lines)
    else:
        by_name = ready.gold.claims_of
        claims_of = partial(_listed, by_name)
        sha256 = ready.gold.sha256
    return ArticleSet(
        info=gold.info,
        sha256=sha256,
        place=place,
        documents=ready.gold.documents,
        texts=ready.texts,
        claims_of=claims_of,
        left_out=frozenset(document.id for document in gold.documents) - ready.texts.keys(),
        notes=notes,
        published=published,
    )


def _listed(by_document: Mapping[str, Sequence[GoldClaim]], document: str) -> Sequence[GoldClaim]:
    return by_document.get(document, ())


def _without_claims(folder: Path) -> GoldSet:
    info = load_info(folder)
    documents = load_documents(folder / DOCUMENTS_FILE)
    rows = tuple(Row(number, document) for number, document in enumerate(documents, start=1))
    return GoldSet(folder=folder, info=info, document_rows=rows, claim_rows=(), skipped_rows=())


def _document_line(document: GoldDocument) -> str:
    return json.dumps([document.id, document.sha256])


def _claim_line(claim: GoldClaim) -> str:
    return json.dumps(gold_form(claim) | {"note": None}, sort_keys=True)


def _sha256_of_lines(lines: list[str]) -> str:
    """As `GoldSet.sha256` works it out, without putting the lines together."""
    lines.sort()
    total = hashlib.sha256()
    for number, written in enumerate(lines):
        total.update((("\n" if number else "") + written).encode("utf-8"))
    return total.hexdigest()


# ── texts and documents ───────────────────────────────────────────────────────────────────────────────────────────


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


def hash_of(gold: GoldSet, documents: Iterable[str]) -> str:
    """The hash of the set with these documents alone, as a run on some of them has it."""
    kept = set(documents)
    return GoldSet(
        folder=gold.folder,
        info=gold.info,
        document_rows=tuple(row for row in gold.document_rows if row.record.id in kept),
        claim_rows=tuple(row for row in gold.claim_rows if row.record.document in kept),
        skipped_rows=(),
    ).sha256
