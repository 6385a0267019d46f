"""Which articles does an upload bring, without ever holding them all?

An upload is first written to a temporary file, as it comes, and hashed; only when it is there to its end is it read,
line by line or file by file. So a slow or broken line holds up nobody, and whoever hangs up leaves nothing behind.
What a job does with the articles is left to `jobs`.
"""

import asyncio
import hashlib
import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from typing import IO, Any, NamedTuple, Protocol

from fastapi import Request
from pydantic import ValidationError
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from service.errors import InputError
from service.files import safe_id
from service.jobs.records import JobFile, JobItem
from service.records import Article
from service.settings import Settings
from service.web.bodies import ArticleText, article_of, refuse_announced, too_large
from service.web.problems import FieldError, Problem, from_error, from_validation

AT_ONCE = 1 << 20  # bytes that are handed on together, and so what an upload takes of memory
SLOWEST = 20_000  # bytes a second, on the whole
PATIENCE = 60.0  # seconds; for the first bytes, between two parts, and beyond what SLOWEST allows
MOST_FILES = 10_000
MOST_FIELDS = 20
LONGEST_FIELD = 10_000  # bytes
LONGEST_HEADER = 4_000
LONGEST_BOUNDARY = 70  # as RFC 2046 has it
LONGEST_NAME = 200
OPTION = "ACCORDING_MAX_UPLOAD_BYTES"


class Taker(Protocol):
    """What becomes of an upload's bytes, in the order in which they come."""

    def take(self, data: bytes) -> None: ...


async def take_in(request: Request, taker: Taker, *, limit: int) -> None:
    """Hands the body on, some of it at a time, to `taker` in a thread. Raises Problem where it is too large or slow."""
    refuse_announced(request, limit=limit, option=OPTION)
    loop = asyncio.get_running_loop()
    began, size, waiting = loop.time(), 0, bytearray()
    parts = request.stream().__aiter__()
    while True:
        try:
            async with asyncio.timeout(PATIENCE):
                part = await anext(parts, None)
        except TimeoutError:
            raise _too_slow() from None
        if part is None:
            break
        size += len(part)
        if size > limit:
            raise too_large(limit, OPTION)
        if loop.time() - began > PATIENCE + size / SLOWEST:
            raise _too_slow()
        waiting += part
        if len(waiting) >= AT_ONCE:
            await asyncio.to_thread(taker.take, bytes(waiting))
            waiting.clear()
    await asyncio.to_thread(taker.take, bytes(waiting))


def _too_slow() -> Problem:
    return Problem("too-slow", headers={"connection": "close"})


# ── lines ───────────────────────────────────────────────────────────────────────────────────────────────────────────


class Lines:
    """Articles as JSON, one a line. Lines end at `\\n` and nowhere else; empty ones count and are passed over."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # until `close`
        self._hash = hashlib.sha256()

    def take(self, data: bytes) -> None:
        self._hash.update(data)
        self._file.write(data)

    @property
    def fingerprint(self) -> str:
        return self._hash.hexdigest()

    def items(self) -> Iterator[JobItem]:
        """Raises Problem, naming the line, for one that is no article."""
        self._file.seek(0)
        number, limit = 0, self._settings.max_file_bytes
        while line := self._file.readline(limit + 2):
            number += 1
            if len(line.removesuffix(b"\n")) > limit:
                raise at(number, too_large(limit, "ACCORDING_MAX_FILE_BYTES"))
            if line.strip():
                yield self._article(number, line)

    def _article(self, number: int, line: bytes) -> Article:
        try:
            line.decode("utf-8")
            told = ArticleText.model_validate_json(line)
            return article_of(told, told.text, self._settings)
        except UnicodeDecodeError:
            raise at(number, Problem("not-utf-8")) from None
        except ValidationError as error:
            raise at(number, from_validation(error)) from None
        except InputError as error:
            raise at(number, from_error(error)) from None

    def close(self) -> None:
        self._file.close()


def at(number: int, problem: Problem) -> Problem:
    """The same problem, told of that line; its pointers begin with the line's place, counted from 0."""
    errors = [
        FieldError(pointer=f"/{number - 1}{error.pointer}", message=f"Line {number:,}: {error.message}")
        for error in problem.errors or (FieldError(pointer="", message=problem.detail),)
    ]
    return Problem(problem.code, f"Line {number:,}: {problem.detail}", errors=errors)


# ── forms with several files ────────────────────────────────────────────────────────────────────────────────────────


class _Part(NamedTuple):
    """Where a file's bytes stand in the temporary file."""

    name: str
    start: int
    size: int


class Form:
    """Files, one an article, and the fields beside them. All files' bytes stand in one temporary file."""

    def __init__(self, content_type: str, settings: Settings) -> None:
        boundary = _options(content_type.encode("latin-1", "replace")).get(b"boundary")
        if not boundary or len(boundary) > LONGEST_BOUNDARY:
            raise _no_form("It names no boundary.")
        self._parser = MultipartParser(boundary, self._callbacks())
        self._limit = settings.max_file_bytes
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # until `close`
        self._hash = hashlib.sha256()
        self._parts: list[_Part] = []
        self._ended = False
        self._header: tuple[bytearray, bytearray] = (bytearray(), bytearray())
        self._name = ""
        self._filename: str | None = None
        self._size = 0
        self._value = bytearray()
        self.fields: dict[str, str] = {}

    def take(self, data: bytes) -> None:
        try:
            self._parser.write(data)
        except FormParserError:
            raise _no_form("It is no multipart/form-data with that boundary.") from None

    def end(self) -> None:
        """Raises Problem where the form broke off, or holds no file."""
        if not self._ended:
            raise _no_form("It breaks off before its end.")
        if not self._parts:
            raise Problem("invalid-request", errors=[FieldError(pointer="/file", message="Send at least one file.")])

    @property
    def fingerprint(self) -> str:
        """Of what the form says: the borders of its parts differ each time."""
        told = hashlib.sha256(json.dumps(sorted(self.fields.items())).encode())
        told.update(self._hash.digest())
        return told.hexdigest()

    def items(self) -> Iterator[JobItem]:
        """The files, in their order; of equal names each but the first gets a number."""
        seen: dict[str, int] = {}
        for part in self._parts:
            self._file.seek(part.start)
            yield JobFile(id=_new_id(safe_id(part.name), seen), name=part.name, data=self._file.read(part.size))

    def close(self) -> None:
        self._file.close()

    # ── as the parser goes along ────────────────────────────────────────────────────────────────────────────────────

    def _callbacks(self) -> Any:
        def told(act: Callable[[bytes], None]) -> Callable[[bytes, int, int], None]:
            return lambda data, start, end: act(data[start:end])

        return {
            "on_part_begin": self._begin_part,
            "on_header_field": told(self._header_name),
            "on_header_value": told(self._header_value),
            "on_header_end": self._end_header,
            "on_headers_finished": self._end_headers,
            "on_part_data": told(self._data),
            "on_part_end": self._end_part,
            "on_end": self._end,
        }

    def _begin_part(self) -> None:
        self._name, self._filename, self._size = "", None, 0
        self._value = bytearray()

    def _header_name(self, data: bytes) -> None:
        self._header[0].extend(data)
        self._refuse_long(self._header[0], LONGEST_HEADER, "A header of a part")

    def _header_value(self, data: bytes) -> None:
        self._header[1].extend(data)
        self._refuse_long(self._header[1], LONGEST_HEADER, "A header of a part")

    def _end_header(self) -> None:
        name, value = (bytes(part) for part in self._header)
        self._header = (bytearray(), bytearray())
        if name.lower() == b"content-disposition":
            told = _options(value)
            self._name = told.get(b"name", b"").decode("utf-8", "replace")
            self._filename = _file_name(told.get(b"filename"))

    def _end_headers(self) -> None:
        if not self._name:
            raise _no_form("A part of it has no name.")
        if self._filename is None:
            if len(self.fields) >= MOST_FIELDS:
                raise _no_form(f"It has more than {MOST_FIELDS} fields.")
        elif self._name not in ("file", "files"):
            raise Problem("invalid-request", errors=[FieldError(pointer="", message="Files go in `file`.")])
        elif len(self._parts) >= MOST_FILES:
            raise Problem("too-large", f"A form may bring {MOST_FILES:,} files; send the others as another job.")

    def _data(self, data: bytes) -> None:
        if self._filename is None:
            self._value.extend(data)
            self._refuse_long(self._value, LONGEST_FIELD, "A field")
            return
        self._size += len(data)
        if self._size > self._limit:
            raise too_large(self._limit, "ACCORDING_MAX_FILE_BYTES")
        self._hash.update(data)
        self._file.write(data)

    def _end_part(self) -> None:
        if self._filename is not None:
            if self._size or self._filename:  # browsers send an empty part where no file was chosen
                self._parts.append(_Part(self._filename or "file", self._file.tell() - self._size, self._size))
                self._hash.update(json.dumps([self._filename, self._size]).encode())
            return
        try:
            value = self._value.decode("utf-8")
        except UnicodeDecodeError:
            raise Problem("not-utf-8") from None
        if value:
            self.fields[self._name] = value

    def _end(self) -> None:
        self._ended = True

    @staticmethod
    def _refuse_long(data: Sequence[int], limit: int, what: str) -> None:
        if len(data) > limit:
            raise _no_form(f"{what} has more than {limit:,} bytes.")


def _new_id(name: str, seen: dict[str, int]) -> str:
    """The name, or the name with a number that no other has."""
    new = name
    while new in seen:
        seen[name] += 1
        new = f"{name[:190]}-{seen[name]}"
    seen[new] = 1
    return new


def _options(header: bytes) -> dict[bytes, bytes]:
    return parse_options_header(header)[1]


def _file_name(given: bytes | None) -> str | None:
    """For people to know the file by; it is no path, and holds nothing that a terminal or a database minds."""
    if given is None:
        return None
    name = "".join(letter for letter in given.decode("utf-8", "replace") if letter.isprintable())
    return name[-LONGEST_NAME:]


def _no_form(why: str) -> Problem:
    message = f"The form cannot be read: {why}"
    return Problem("invalid-request", message, errors=[FieldError(pointer="", message=message)])
