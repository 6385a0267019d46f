"""Which articles does a command line mean?

Files, folders, standard input and the lines of documents.jsonl, each an article still to be opened: one that cannot be
opened says so when its turn comes, and costs the others nothing.
"""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import BinaryIO, NamedTuple

from service.errors import InputError, TooLarge
from service.files import article_from_text, read_article
from service.goldfiles import GoldDocument, find_texts, load_documents, read_texts
from service.records import Article, Record
from service.settings import Settings

ENDINGS = (".txt", ".md", ".html", ".htm", ".pdf", ".docx")
STDIN = "-"


class About(Record):
    """What the command line says of all the articles."""

    title: str | None = None
    outlet: str | None = None
    published: date | None = None


class Unopened(NamedTuple):
    """An article to come: `name` for messages, `id` for its claims, and the one place that it comes from."""

    name: str
    id: str
    path: Path | None = None
    stdin: BinaryIO | None = None
    document: GoldDocument | None = None
    text: str | None = None  # of a document whose own line has none

    def open(self, settings: Settings, about: About) -> tuple[Article, str | None]:
        """The article, and the SHA-256 of its file where it comes from one. Raises InputError."""
        if self.document is not None:
            return self._from_document(self.document, settings, about), None
        data = _bytes_of(self, settings.max_file_bytes)
        article = read_article(
            data,
            filename=self.path.name if self.path else None,
            max_bytes=settings.max_file_bytes,
            max_characters=settings.max_characters,
            id=self.id,
            title=about.title,
            outlet=about.outlet,
            published=about.published,
        )
        return article, hashlib.sha256(data).hexdigest()

    def _from_document(self, document: GoldDocument, settings: Settings, about: About) -> Article:
        """What a document's own line says goes before what the command line says of all."""
        text = document.text if document.text is not None else self.text
        if text is None:
            fix = "Set ACCORDING_TEXTS to the folder that holds the texts."
            raise InputError("The line has no text, and no file with its hash was found.", field="text", fix=fix)
        return article_from_text(
            text,
            id=document.id,
            max_characters=settings.max_characters,
            title=document.title or about.title,
            outlet=document.outlet or about.outlet,
            published=document.published or about.published,
            language=document.language,
        )


def _bytes_of(unopened: Unopened, limit: int) -> bytes:
    try:
        if unopened.stdin is not None:
            data = unopened.stdin.read(limit + 1)
        else:
            assert unopened.path is not None
            with unopened.path.open("rb") as file:
                data = file.read(limit + 1)
    except OSError as error:
        message = f"Cannot be read: {error.strerror}."
        raise InputError(message, field="file", fix="Check the path and its rights.") from None
    if len(data) > limit:
        message = f"Holds more than {limit:,} bytes."
        raise TooLarge(message, field="file", fix="ACCORDING_MAX_FILE_BYTES raises this.")
    return data


def find(paths: Iterable[str], documents: Path | None, settings: Settings, *, stdin: BinaryIO) -> tuple[Unopened, ...]:
    """All articles meant, in the order given; a folder's in the order of their paths. Ids are made to differ.

    Raises InputError where a folder holds nothing to read, or the documents file is broken.
    """
    found = [unopened for path in paths for unopened in _find_path(path, stdin)]
    if documents is not None:
        found += _find_documents(documents, settings.texts)
    return _with_different_ids(found)


def _find_path(path: str, stdin: BinaryIO) -> Iterator[Unopened]:
    if path == STDIN:
        yield Unopened(name="standard input", id="stdin", stdin=stdin)
        return
    place = Path(path)
    if not place.is_dir():
        yield Unopened(name=path, id=place.stem or place.name, path=place)
        return
    files = sorted(file for file in place.rglob("*") if file.suffix.lower() in ENDINGS and file.is_file())
    files = [file for file in files if not any(part.startswith(".") for part in file.relative_to(place).parts)]
    if not files:
        fix = f"Name a folder with files that end in {', '.join(ENDINGS)}."
        raise InputError(f"There is no article in {path}.", field="file", fix=fix)
    for file in files:
        yield Unopened(name=str(file), id=file.stem, path=file)


def _find_documents(path: Path, texts: Path | None) -> Iterator[Unopened]:
    documents = load_documents(path)
    without = [document for document in documents if document.text is None]
    found = find_texts(without, read_texts([texts])) if without and texts else {}
    for document in documents:
        text = found[document.id].text if document.id in found else None
        yield Unopened(name=f"{path}: {document.id}", id=document.id, document=document, text=text)


def _with_different_ids(found: list[Unopened]) -> tuple[Unopened, ...]:
    """A file whose stem another has too goes by its whole name, then by its path; never two under one id."""
    made: list[Unopened] = []
    taken: set[str] = set()
    for unopened in found:
        names = [unopened.id]
        if unopened.path is not None:
            names += [unopened.path.name, str(unopened.path)]
        number = 2
        while names[0] in taken:
            names.pop(0)
            if not names:
                names.append(f"{unopened.id}-{number}")
                number += 1
        taken.add(names[0])
        made.append(unopened._replace(id=names[0][-200:]))
    return tuple(made)
