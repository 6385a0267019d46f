"""Which article does a file or a text hold?

Takes .txt, .md, .html, .pdf and .docx. Text stays as it is, character by character, save that a byte order mark at
the start of a file belongs to its encoding and not to the text; of the other kinds the visible text is taken out, and
that is then the article's text. Refuses what it cannot read in words that say what to do. Opens no file and no
connection; all but plain text is left to `file_work`, which reads it apart."""

import re
from datetime import date
from pathlib import PurePath
from typing import Literal, NamedTuple

from service.errors import InputError, TooLarge, UnsupportedFile
from service.file_work import Work, parse_apart
from service.records import Article

Kind = Literal["text", "html", "pdf", "docx"]

_KINDS: dict[str, Kind] = {
    ".txt": "text",
    ".text": "text",
    ".md": "text",
    ".markdown": "text",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".pdf": "pdf",
    ".docx": "docx",
}
_CONTENT_TYPES: dict[str, Kind] = {
    "text/plain": "text",
    "text/markdown": "text",
    "text/html": "html",
    "application/xhtml+xml": "html",
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
}
_SEND = "Send .txt, .md, .html, .pdf or .docx."
_LOOKS_LIKE: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"II*\x00", "a TIFF picture"),
    (b"MM\x00*", "a TIFF picture"),
    (b"RIFF", "a sound, film or WebP picture"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"\xd0\xcf\x11\xe0", "an old Office document (.doc, .xls, .ppt)"),
    (b"{\\rtf", "a rich text document (.rtf)"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"SQLite format 3", "a SQLite database"),
    (b"ID3", "a sound recording"),
    (b"OggS", "a sound recording"),
)  # fmt: skip
_BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_BINARY = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f\x7f]")
_HIGH = re.compile(rb"[\x80-\xff]")
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset=[\"']?([A-Za-z0-9_-]{2,40})", re.IGNORECASE)
_CHARSET = re.compile(r"charset=[\"']?([A-Za-z0-9_-]{2,40})", re.IGNORECASE)
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_UNSAFE = re.compile(r"[^\w.-]+")
_SHOWS_NOTHING = re.compile(r"[\s\x00-\x1f\x7f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]*")
_LONGEST_ID = 120  # characters of a file's name that go into its article's id


class _Found(NamedTuple):
    """What a file says of itself besides its text."""

    text: str
    title: str | None = None
    outlet: str | None = None
    published: date | None = None
    language: str | None = None


def article_from_text(
    text: str,
    *,
    id: str,  # noqa: A002
    max_characters: int,
    title: str | None = None,
    outlet: str | None = None,
    published: date | None = None,
    language: str | None = None,
) -> Article:
    """The article with exactly this text.

    Raises TooLarge above `max_characters`, and InputError for a text that is blank or holds what no UTF-8 file can,
    or for a field that is too long."""
    if len(text) > max_characters:
        raise _too_many(len(text), max_characters)
    _check_characters(text, field="text")
    if _SHOWS_NOTHING.fullmatch(text):
        raise InputError("The text is empty.", field="text", fix="Send the words of the article.")
    for field, words, longest in (("id", id, 200), ("title", title, 1_000), ("outlet", outlet, 200)):
        _check_field(words, field=field, longest=longest)
    if not id.strip():
        raise InputError("The id is empty.", field="id", fix="Leave it out or give it a name.")
    _check_field(language, field="language", longest=35)
    return Article(id=id, text=text, title=title, outlet=outlet, published=published, language=language)


def read_article(
    data: bytes,
    *,
    filename: str | None,
    content_type: str | None = None,
    max_bytes: int,
    max_characters: int,
    id: str | None = None,  # noqa: A002
    title: str | None = None,
    outlet: str | None = None,
    published: date | None = None,
    work: Work | None = None,
) -> Article:
    """The article in a file's bytes. What the caller says of it goes before what the file says of itself.

    Blocks until a page, PDF or Word file is read apart, which `work` can cancel; `file_work.off_loop` is for callers
    with an event loop. Raises TooLarge, UnsupportedFile or InputError, and SetupError where nothing can be read apart.
    """
    if len(data) > max_bytes:
        raise TooLarge(
            f"The file has {len(data):,} bytes; at most {max_bytes:,} are read.",
            field="file",
            fix="Send the text alone, or raise the limit with ACCORDING_MAX_FILE_BYTES.",
        )
    if not data:
        raise InputError("The file is empty.", field="file", fix="Send a file with the words of the article.")
    kind = _kind(data, filename, content_type)
    if kind == "text":
        found = _Found(text=_decode(data, _declared(content_type)))
    else:
        data = _as_utf8(data, _declared(content_type)) if kind == "html" else data
        found = _found_apart(kind, data, max_characters, work)
    return article_from_text(
        found.text,
        id=safe_id(filename) if id is None else id,
        max_characters=max_characters,
        title=title or found.title,
        outlet=outlet or found.outlet,
        published=published or found.published,
        language=found.language,
    )


def safe_id(filename: str | None) -> str:
    """A file's name without folders and ending, and with nothing but letters, digits, "_", "." and "-"."""
    stem = PurePath((filename or "").replace("\\", "/")).stem
    return _UNSAFE.sub("-", stem)[:_LONGEST_ID].strip("-.") or "article"


def _too_many(characters: int, most: int) -> TooLarge:
    return TooLarge(
        f"The text has {characters:,} characters; at most {most:,} are read.",
        field="text",
        fix="Send a part of it, or raise the limit with --max-characters or ACCORDING_MAX_CHARACTERS.",
    )


def _check_field(words: str | None, *, field: str, longest: int) -> None:
    if words is None:
        return
    _check_characters(words, field=field)
    if len(words) > longest:
        raise InputError(
            f"The {field} has {len(words):,} characters; at most {longest:,} fit.", field=field, fix="Shorten it."
        )


def _check_characters(words: str, *, field: str) -> None:
    """What the stores and JSON cannot hold is refused here, at the first door. The words are not repeated."""
    if surrogate := _SURROGATE.search(words):
        raise InputError(
            f"The {field} holds half of a surrogate pair at character {surrogate.start():,}.",
            field=field,
            fix="Send whole Unicode characters.",
        )
    if (place := words.find("\x00")) >= 0:
        raise InputError(
            f"The {field} holds a NUL character (U+0000) at character {place:,}.", field=field, fix="Take it out."
        )


# ── kinds of files ────────────────────────────────────────────────────────────────────────────────────────────


def _kind(data: bytes, filename: str | None, content_type: str | None) -> Kind:
    """By what the bytes are first, then by the file's name, then by what the sender says."""
    if data[:1_024].lstrip().startswith(b"%PDF-"):
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        return "docx"  # any other ZIP archive is told when it is opened
    for start, name in _LOOKS_LIKE:
        if data.startswith(start):
            raise UnsupportedFile(f"The file is {name}.", field="file", fix=_SEND)
    suffix = PurePath((filename or "").replace("\\", "/")).suffix.casefold()
    kind = _KINDS.get(suffix) or _CONTENT_TYPES.get((content_type or "").partition(";")[0].strip().casefold())
    if kind is None and suffix and not suffix[1:].isdigit() and len(suffix) <= 6 and " " not in suffix:
        raise UnsupportedFile(f"Files that end in {suffix!r} are not read.", field="file", fix=_SEND)
    if kind in ("pdf", "docx"):
        name = "PDF" if kind == "pdf" else "Word document"
        raise UnsupportedFile(f"The file is called a {name} and is none.", field="file", fix=_SEND)
    if kind is None and data[:1_024].lstrip().lower().startswith((b"<!doctype html", b"<html")):
        return "html"
    return kind or "text"


def _as_utf8(data: bytes, declared: str | None) -> bytes:
    """A page in UTF-8, whatever encoding it came in."""
    if declared is None and (meta := _META_CHARSET.search(data, 0, 4_096)):
        declared = meta[1].decode("ascii")
    return _decode(data, declared).replace("\x00", "\ufffd").encode("utf-8", errors="replace")


def _found_apart(kind: Kind, data: bytes, max_characters: int, work: Work | None) -> _Found:
    answer = parse_apart(data, kind=kind, max_characters=max_characters, work=work)
    match answer.get("error"):
        case None:
            pass
        case "too_many_characters":
            raise _too_many(answer["characters"], max_characters)
        case error:
            family = TooLarge if error == "too_large" else UnsupportedFile
            raise family(answer["message"], field="file", fix=answer["fix"])
    published = answer.get("published")
    return _Found(
        text=_SURROGATE.sub("\ufffd", answer["text"].replace("\x00", "\ufffd")),
        title=_tidy(answer.get("title"), 1_000),
        outlet=_tidy(answer.get("outlet"), 200),
        published=date.fromisoformat(published) if published else None,
        language=answer.get("language"),
    )


def _tidy(words: str | None, longest: int) -> str | None:
    """What a file says of itself, fit for a record: nobody is asked to shorten what they did not write."""
    return _SURROGATE.sub("\ufffd", words.replace("\x00", ""))[:longest] or None if words else None


# ── bytes to text ─────────────────────────────────────────────────────────────────────────────────────────────


def _declared(content_type: str | None) -> str | None:
    found = _CHARSET.search(content_type or "")
    return found[1] if found else None


def _decode(data: bytes, declared: str | None) -> str:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _decode_as(data, encoding)
    if _BINARY.search(data, 0, 65_536):
        raise UnsupportedFile("The file holds binary data, not text.", field="file", fix=_SEND)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        broken_at = error.start
    if declared and declared.casefold() not in ("utf-8", "utf8"):
        return _decode_as(data, declared)
    return _decode_western(data, broken_at)


def _decode_as(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        raise InputError(
            f"The file says that it is in {encoding} and is not.", field="file", fix="Save it as UTF-8."
        ) from None


def _decode_western(data: bytes, broken_at: int) -> str:
    """Windows-1252, where that is likely: most letters plain, and no sign of a damaged UTF-8 file."""
    in_utf8 = data.decode("utf-8", errors="replace")
    broken = in_utf8.count("\ufffd")
    whole = sum(1 for letter in in_utf8 if letter > "\x7f") - broken
    if whole > broken:
        raise InputError(f"The file is broken UTF-8 at byte {broken_at:,}.", field="file", fix="Save it as UTF-8.")
    high = len(_HIGH.findall(data))
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        text = ""
    if not text or high > 0.2 * len(data):
        raise InputError("The file's encoding cannot be told.", field="file", fix="Save it as UTF-8.")
    return text
