"""Which articles are in what a command line calls the input of a batch?

Files, folders of them, and lines of JSON with a text each; read one by one, so that none but the one at hand is in
memory. One that cannot be read as an article is ordered all the same: the worker that tries says why, and the others
are not held up.
"""

import hashlib
import io
import json
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from pydantic import ConfigDict, Field, ValidationError

from service.errors import InputError
from service.files import article_from_text
from service.inbox import find
from service.jobs.records import JobFile, JobItem, JobOrder
from service.records import Article, Record
from service.settings import Settings

LINES = (".jsonl", ".ndjson")


class Line(Record):
    """A line of such a file. Other fields are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    text: str
    id: str | None = Field(default=None, min_length=1, max_length=200)
    title: str | None = None
    outlet: str | None = None
    published: date | None = None
    language: str | None = None


def items_of(paths: Sequence[Path], settings: Settings, order: JobOrder) -> Iterator[JobItem]:
    """The articles in the order given; a folder's in the order of their paths. Can be asked for again and again.

    Raises InputError for a path or a line that is none, naming it.
    """
    lines = [path for path in paths if path.suffix.lower() in LINES and path.is_file()]
    for path in lines:
        yield from _from_lines(path, settings, order)
    others = [str(path) for path in paths if path not in lines]
    if not others:
        return
    for unopened in find(others, None, settings, stdin=io.BytesIO()):
        assert unopened.path is not None
        yield JobFile(id=unopened.id, name=unopened.path.name, data=_bytes_of(unopened.path, settings.max_file_bytes))


def order_id(order: JobOrder, model: str, items: Iterator[JobItem]) -> str:
    """The same for the same articles, model and options: a batch that is begun again is the one begun before."""
    digest = hashlib.sha256(json.dumps([model, order.options.model_dump(mode="json")]).encode())
    for item in items:
        body = item.model_dump_json().encode() if isinstance(item, Article) else item.data
        digest.update(json.dumps([item.id, hashlib.sha256(body).hexdigest()]).encode())
    return f"b{digest.hexdigest()[:31]}"


def _bytes_of(path: Path, limit: int) -> bytes:
    """One byte more than is read of any file tells a worker that it is too large."""
    try:
        with path.open("rb") as file:
            return file.read(limit + 1)
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}."
        raise InputError(message, field="file", fix="Check the path and its rights.") from None


def _from_lines(path: Path, settings: Settings, order: JobOrder) -> Iterator[JobItem]:
    try:
        file = path.open("rb")
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}."
        raise InputError(message, field="file", fix="Check the path and its rights.") from None
    with file:
        for number, words in enumerate(file, 1):
            if words.strip():
                yield _from_line(words, f"{path}, line {number}", f"{path.stem}-{number}"[-200:], settings, order)


def _from_line(words: bytes, place: str, name: str, settings: Settings, order: JobOrder) -> JobItem:
    try:
        line = Line.model_validate_json(words)
    except ValidationError as error:
        problem = error.errors()[0]
        field = ".".join(map(str, problem["loc"])) or "the line"
        raise InputError(
            f"{place}: {field}: {problem['msg']}.",
            field="articles",
            fix='Each line is an object such as {"id": "a1", "text": "…", "published": "2026-03-05"}.',
        ) from None
    try:
        return article_from_text(
            line.text,
            id=line.id or name,
            max_characters=order.options.max_characters or settings.max_characters,
            title=line.title,
            outlet=line.outlet or order.options.outlet,
            published=line.published or order.options.published,
            language=line.language,
        )
    except InputError:  # its worker will say so, and go on
        return JobFile(id=line.id or name, name=f"{name}.txt"[-1000:], data=line.text.encode(errors="replace"))
