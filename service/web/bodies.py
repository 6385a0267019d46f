"""What does a request ask to be read?

Strict: UTF-8 JSON of exactly the known fields and types, or one form with one text or one file; of a name that occurs
twice in a JSON object, the last holds. Bodies are read up to the limit and no further. Leaves files to `files`.
"""

import asyncio
import hashlib
import json
from collections.abc import AsyncGenerator
from datetime import date
from email.message import Message
from functools import partial
from typing import Annotated, Any, TypeVar

from fastapi import Request
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError
from python_multipart.exceptions import FormParserError
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from service.file_work import Work, off_loop
from service.files import article_from_text, read_article
from service.records import Article, Record
from service.settings import Settings
from service.web.problems import FieldError, Problem, from_validation

Asks = TypeVar("Asks", bound=Record)

_OPTION = "ACCORDING_MAX_FILE_BYTES"
BODY_SECONDS = 60.0  # a body of the default limit needs 2.7 Mbit/s


def _without_nul(value: str) -> str:
    if "\x00" in value:
        raise PydanticCustomError("nul_character", "Holds a NUL character (U+0000); take it out.")
    return value


def _as_day(value: object) -> object:
    """Dates in full only: else "20240101" and "1704067200" would be taken for seconds since 1970."""
    if not isinstance(value, str):
        return value
    try:
        if len(value) != len("2026-03-05"):
            raise ValueError
        return date.fromisoformat(value)
    except ValueError:
        raise PydanticCustomError("date_form", "Is no date as YYYY-MM-DD.") from None


Day = Annotated[date, BeforeValidator(_as_day)]
Words = Annotated[str, AfterValidator(_without_nul)]
# Told in the API's description; `files` checks it.
_SHOWN: JsonDict = {"pattern": "^[^\\u0000]*[^\\s\\u0000][^\\u0000]*$"}
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[!-~]+$")]


class About(Record):
    """What may be said of an article."""

    model_config = ConfigDict(strict=True)

    title: Words | None = Field(default=None, max_length=1_000)
    outlet: Words | None = Field(default=None, max_length=200)
    published: Day | None = Field(default=None, description="what “on Monday” is counted from, as YYYY-MM-DD")
    language: Words | None = Field(default=None, max_length=35, description="such as “en”")
    id: Words | None = Field(default=None, min_length=1, max_length=200, description="begins the ids of the claims")


class ArticleText(About):
    """An article as JSON. `text` is read exactly as it is: all offsets in the answer count its characters."""

    text: Words = Field(min_length=1, description="the article's plain text", json_schema_extra=_SHOWN)


class _Wanted(Record):
    """Who is to read the article, and whether what is found is kept."""

    model: Name | None = Field(default=None, description="one of GET /v1/models; the service's own choice if left out")
    store: bool = Field(default=True, description="whether the extraction is kept, where the service keeps any")


class TextRequest(ArticleText, _Wanted):
    """An article as JSON. `text` is read exactly as it is: all offsets in the answer count its characters."""


class FormRequest(About, _Wanted):
    """The same as a form; instead of `text`, `file` may hold a .txt, .md, .html, .pdf or .docx file."""

    text: Words | None = Field(default=None, min_length=1, description="the article's plain text")


class Asked(Record):
    """What is to be read, not yet looked into."""

    form: FormRequest
    file: bytes | None = None
    filename: str | None = None
    content_type: str | None = None

    @property
    def fingerprint(self) -> str:
        """Of what is asked, however it was sent: the borders of a form's parts differ each time."""
        said = ("extract", self.form.model_dump_json(), self.filename, self.content_type, self.file_sha256)
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()

    @property
    def file_sha256(self) -> str | None:
        return None if self.file is None else hashlib.sha256(self.file).hexdigest()

    async def article(self, settings: Settings) -> Article:
        """The article; takes as long as its file is difficult. Raises InputError where it cannot be read."""
        return await off_loop(partial(self._article, settings))

    def _article(self, settings: Settings, work: Work) -> Article:
        form = self.form
        if self.file is not None:
            article = read_article(
                self.file,
                filename=self.filename,
                content_type=self.content_type,
                max_bytes=settings.max_file_bytes,
                max_characters=settings.max_characters,
                id=form.id,
                title=form.title,
                outlet=form.outlet,
                published=form.published,
                work=work,
            )
            return article.model_copy(update={"language": form.language}) if form.language else article
        return article_of(form, form.text or "", settings)


def article_of(about: About, text: str, settings: Settings) -> Article:
    """The article of that text. Raises InputError where it cannot be taken."""
    return article_from_text(
        text,
        id=about.id or f"article-{hashlib.sha256(text.encode()).hexdigest()[:12]}",
        max_characters=settings.max_characters,
        title=about.title,
        outlet=about.outlet,
        published=about.published,
        language=about.language,
    )


# ── reading the request ─────────────────────────────────────────────────────────────────────────────────────────────


async def read_asked(request: Request, settings: Settings) -> Asked:
    """What the request asks. Raises Problem, naming the field, where it cannot be taken as it is."""
    media_type = media_type_of(request, "application/json", "multipart/form-data")
    body = await read_body(request, limit=settings.max_file_bytes)
    if media_type == "application/json":
        return Asked(form=FormRequest.model_construct(**dict(from_json(TextRequest, body))))
    return await _from_form(request, body)


def media_type_of(request: Request, *known: str) -> str:
    """The kind of body, one of those known. Raises Problem for others, for other encodings and for foreign pages."""
    refuse_foreign_pages(request)
    media_type, charset = _media_type(request.headers.get("content-type"))
    if media_type not in known:
        raise Problem("unsupported-media-type")
    if charset is not None and charset.lower() not in ("utf-8", "utf8"):
        raise Problem("not-utf-8")
    refuse_compressed(request)
    return media_type


def refuse_foreign_pages(request: Request) -> None:
    """A foreign page must not spend this machine's time or its owner's model calls through a visitor's browser."""
    site = request.headers.get("sec-fetch-site")
    origin, host = request.headers.get("origin"), request.headers.get("host")
    # Browsers leave the first out on plain http, save for this machine; programs send neither.
    foreign = site not in ("same-origin", "none") if site else origin is not None and origin.partition("://")[2] != host
    if foreign:
        raise Problem("foreign-page")


def _media_type(header: str | None) -> tuple[str, str | None]:
    message = Message()
    message["content-type"] = header or "application/octet-stream"
    charset = message.get_param("charset")
    return message.get_content_type(), charset if isinstance(charset, str) else None


def refuse_compressed(request: Request) -> None:
    if request.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise Problem("unsupported-media-type", "Compressed bodies are not read; send it without Content-Encoding.")


def refuse_announced(request: Request, *, limit: int, option: str) -> None:
    """Refuses a body that says itself that it is too large, before any of it is read."""
    if (length_of(request) or 0) > limit:
        raise too_large(limit, option)


async def read_body(request: Request, *, limit: int) -> bytes:
    """The whole body, read no further than the limit. Raises Problem where it is too large or too slow."""
    refuse_announced(request, limit=limit, option=_OPTION)
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for part in request.stream():
                size += len(part)
                if size > limit:
                    raise too_large(limit, _OPTION)
                parts.append(part)
    except TimeoutError:
        raise Problem("too-slow", headers={"connection": "close"}) from None
    return b"".join(parts)


def length_of(request: Request) -> int | None:
    """How many bytes the body has, where the request says so."""
    length = request.headers.get("content-length", "")
    return int(length[:20]) if length.isascii() and length.isdigit() else None


def too_large(limit: int, option: str) -> Problem:
    detail = f"A body may hold {limit:,} bytes; the option {option} raises this."
    errors = [FieldError(pointer="", message=detail)]
    return Problem("too-large", detail, errors=errors, headers={"connection": "close"})


def from_json(kind: type[Asks], body: bytes) -> Asks:
    """What the body asks, as that record. Raises Problem, pointing to the field."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        raise Problem("not-utf-8") from None
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        raise from_validation(error) from None


class _Parser(MultiPartParser):
    """Keeps parts in memory, for the body is there already; knows every file that it opened, finished or not."""

    spool_max_size = 0  # no limit

    def on_part_end(self) -> None:
        # The framework would take bytes that are not UTF-8 for Latin-1, and so read other words than were sent.
        if self._current_part.file is None:
            try:
                self._current_part.data.decode("utf-8")
            except UnicodeDecodeError:
                raise Problem("not-utf-8") from None
        super().on_part_end()

    def close_files(self) -> None:
        for file in self._files_to_close_on_error:
            file.close()


async def _from_form(request: Request, body: bytes) -> Asked:
    async def once() -> AsyncGenerator[bytes, None]:
        yield body

    parser = _Parser(request.headers, once(), max_files=1, max_fields=10, max_part_size=max(len(body), 1))
    try:
        return await _asked_by(await parser.parse())
    except (MultiPartException, FormParserError, ValueError, KeyError):
        message = "The form cannot be read: multipart/form-data with a boundary, at most 10 fields and one file."
        raise Problem("invalid-request", message, errors=[FieldError(pointer="", message=message)]) from None
    finally:
        parser.close_files()


async def _asked_by(parsed: FormData) -> Asked:
    fields, file = _fields(parsed)
    try:
        form = FormRequest.model_validate_strings(fields)
    except ValidationError as error:
        raise from_validation(error) from None
    if (form.text is None) == (file is None):
        message = "Give either text or one file, not both." if file else "Give the article as text or as a file."
        raise Problem("invalid-request", message, errors=[FieldError(pointer="/file", message=message)])
    if file is None:
        return Asked(form=form)
    return Asked(form=form, file=await file.read(), filename=file.filename, content_type=file.content_type)


def _fields(form: FormData) -> tuple[dict[str, Any], UploadFile | None]:
    """The fields by name, empty ones left out as browsers send them for what was not filled in; and the file."""
    fields: dict[str, Any] = {}
    file: UploadFile | None = None
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            if name != "file":
                raise Problem("invalid-request", errors=[FieldError(pointer="", message="A file goes in `file`.")])
            file = value if value.filename or value.size else None
        elif value:
            fields[name] = value
    return fields, file
