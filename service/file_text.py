"""What text does a PDF, Word or HTML file hold?

Runs as a script of its own, in a process with limits on memory, processor time and files, because such files can be
made to cost without bound; `service.files` starts it and reads its one JSON object. Imports nothing of this package,
so that the process starts quickly; the page reader beside it is loaded by its path. Knows nothing of articles."""

import contextlib
import importlib.util
import io
import json
import re
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MAX_MEMORY = 1_500_000_000  # bytes of address space; a 20 MB file needs a third of it
MAX_SECONDS = 30  # of processor time
MAX_PAGES = 300
MAX_ENTRIES = 5_000  # files in a Word document
MAX_UNPACKED = 200_000_000  # bytes in all
MAX_RATIO = 200  # unpacked to packed, of an entry large enough to matter
_RATIO_MATTERS = 5_000_000  # bytes

_PAGE_NUMBER = re.compile(r"(?:page )?\d{1,4}(?: (?:of|/) \d{1,4})?", re.IGNORECASE)
_LIST_MARK = re.compile(r"(?:[•‣▪●○*–-]|\d{1,2}[.)]) ")


class Unreadable(Exception):
    """The file cannot be read: a code, what is wrong, and what to do."""

    def __init__(self, code: str, message: str, fix: str) -> None:
        super().__init__(message)
        self.answer = {"error": code, "message": message, "fix": fix}


def limit_process() -> None:
    """Lowers what this process may use; where the platform has no such limits, the caller's time-out remains."""
    try:
        import resource
    except ImportError:
        return
    for what, most in (
        (resource.RLIMIT_AS, MAX_MEMORY),
        (resource.RLIMIT_CPU, MAX_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with contextlib.suppress(ValueError, OSError):  # some platforms know a limit and cannot set it
            resource.setrlimit(what, (most, most))


# ── PDF ───────────────────────────────────────────────────────────────────────────────────────────────────────


def read_pdf(data: bytes, *, max_characters: int) -> dict[str, Any]:
    """Text and title of a PDF. Reading stops once there is more text than allowed."""
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, PyPdfError

    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise _encrypted()
        pages = len(reader.pages)
        if pages > MAX_PAGES:
            raise Unreadable(
                "too_large",
                f"The PDF has {pages:,} pages; at most {MAX_PAGES} are read.",
                "Send the pages of the article alone.",
            )
        lines: list[str] = []
        length = 0
        for page in reader.pages:
            found = _page_lines(page.extract_text())
            lines += found
            length += sum(map(len, found))
            if length > 2 * max_characters:
                break
        title = reader.metadata.title if reader.metadata else None
    except DependencyError:
        raise _encrypted() from None
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, AssertionError, OSError) as error:
        raise Unreadable(
            "unsupported",
            f"The PDF is broken ({type(error).__name__}).",
            "Open it in a viewer, save it again, or copy its text into a .txt file.",
        ) from None
    text = _paragraphs(lines)
    if not text.strip():
        raise Unreadable(
            "unsupported",
            "The PDF has no text layer: its pages are pictures.",
            "Run text recognition (OCR) on it first, or send the text.",
        )
    return {"text": text, "title": _document_title(title)}


def _encrypted() -> Unreadable:
    return Unreadable("unsupported", "The PDF is encrypted.", "Remove its password and send it again.")


def _page_lines(text: str) -> list[str]:
    """The lines of a page without its number; a blank line is an empty string."""
    lines = [" ".join(line.split()) for line in text.splitlines()]
    while lines and (not lines[-1] or _PAGE_NUMBER.fullmatch(lines[-1])):
        lines.pop()
    while lines and (not lines[0] or _PAGE_NUMBER.fullmatch(lines[0])):
        lines.pop(0)
    return lines


def _paragraphs(lines: list[str]) -> str:
    """Lines as they were set on the page, joined to paragraphs: a short line that ends a sentence ends one.

    A page break ends none, since paragraphs run over it."""
    lengths = sorted(len(line) for line in lines if line)
    full = 0.75 * lengths[int(0.9 * (len(lengths) - 1))] if lengths else 0
    paragraphs: list[str] = []
    before = ""
    for line in lines:
        if not line:
            before = ""
        elif not before or not _runs_on(before, line, full):
            paragraphs.append(line)
            before = line
        else:
            paragraphs[-1] = _joined(paragraphs[-1], line)
            before = line
    return "\n\n".join(paragraphs)


def _runs_on(before: str, line: str, full: float) -> bool:
    if line[0].islower():
        return True
    if _LIST_MARK.match(line):
        return False
    return len(before) >= full or (before[-1] in ",;-–—" and len(before) >= full / 2)


def _joined(paragraph: str, line: str) -> str:
    if paragraph.endswith("-") and line[0].islower() and paragraph[-2:-1].isalpha():
        return paragraph[:-1] + line  # hyphenated at the end of the line
    return f"{paragraph} {line}"


# ── Word ──────────────────────────────────────────────────────────────────────────────────────────────────────


def read_docx(data: bytes) -> dict[str, Any]:
    """Text and title of a Word document: paragraphs and tables in their order, without hidden text."""
    _check_archive(data)
    import docx

    try:
        document = docx.Document(io.BytesIO(data))
        blocks = list(_blocks(document))
        title = document.core_properties.title
    except (KeyError, ValueError, TypeError, AttributeError, IndexError, OSError, zipfile.BadZipFile) as error:
        raise _broken_word(type(error).__name__) from None
    except Exception as error:  # lxml's own errors derive from SyntaxError
        if not isinstance(error, SyntaxError) and not type(error).__module__.startswith(("docx", "lxml")):
            raise
        raise _broken_word(type(error).__name__) from None
    return {"text": "\n\n".join(block for block in blocks if block.strip()), "title": _document_title(title)}


def _check_archive(data: bytes) -> None:
    """Refuses archives that unpack to far more than they are, before anything is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise _broken_word("BadZipFile") from None
    bombs = [
        entry
        for entry in entries
        if entry.file_size > _RATIO_MATTERS and entry.file_size > MAX_RATIO * max(entry.compress_size, 1)
    ]
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED or bombs:
        raise Unreadable(
            "too_large",
            "The Word document unpacks to far more than a news article needs.",
            "Save its text as .txt or as a new document.",
        )
    if "word/document.xml" not in {entry.filename for entry in entries}:
        raise Unreadable(
            "unsupported", "The file is a ZIP archive and no Word document.", "Send .txt, .md, .html, .pdf or .docx."
        )
    if any(entry.flag_bits & 1 for entry in entries):
        raise Unreadable("unsupported", "The Word document is encrypted.", "Remove its password and send it again.")


def _broken_word(name: str) -> Unreadable:
    return Unreadable("unsupported", f"The Word document is broken ({name}).", "Open it and save it again as .docx.")


def _blocks(container: Any) -> Iterator[str]:
    for block in container.iter_inner_content():
        if hasattr(block, "rows"):
            for row in block.rows:
                yield "\t".join(_once(cell) for cell in row.cells)
        else:
            yield _paragraph_text(block)


def _once(cell: Any) -> str:
    return " ".join(paragraph for paragraph in map(_paragraph_text, cell.paragraphs) if paragraph)


def _paragraph_text(paragraph: Any) -> str:
    words = []
    for piece in paragraph.iter_inner_content():
        runs = getattr(piece, "runs", None)
        words += [run.text for run in ([piece] if runs is None else runs) if not run.font.hidden]
    text = "".join(words).strip()
    style = paragraph.style.name if paragraph.style is not None else ""
    return f"• {text}" if text and (style or "").startswith("List") else text


def _document_title(title: object) -> str | None:
    """Not what programs fill in by themselves."""
    words = " ".join(str(title or "").split())
    made_up = words.casefold().startswith(("microsoft word", "untitled", "document")) or words.endswith(
        (".docx", ".doc")
    )
    return words[:1_000] if words and not made_up else None


# ── HTML ──────────────────────────────────────────────────────────────────────────────────────────────────────


def read_html(data: bytes) -> dict[str, Any]:
    """Visible text of a page in UTF-8, and what it says of itself."""
    reader = _load(Path(__file__).with_name("html_text.py"))
    try:
        page = reader.read_page(data.decode("utf-8"))
    except reader.TooDeep:
        raise Unreadable(
            "too_large", "The page nests its elements too deep to be read.", "Send the article's own text."
        ) from None
    if not page.text:
        raise Unreadable("unsupported", "The page shows no text.", "Send the article's own text.")
    return {**page._asdict(), "published": page.published and page.published.isoformat()}


def _load(path: Path) -> Any:
    """A module by its path: this process is isolated and need not find the package."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(path.name)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# ── the script ────────────────────────────────────────────────────────────────────────────────────────────────


def main(kind: str, max_characters: int) -> None:
    """Reads a file of `kind` ("pdf", "docx" or "html") from standard input and writes one JSON object."""
    limit_process()
    data = sys.stdin.buffer.read()
    try:
        match kind:
            case "pdf":
                answer = read_pdf(data, max_characters=max_characters)
            case "docx":
                answer = read_docx(data)
            case _:
                answer = read_html(data)
    except Unreadable as problem:
        answer = problem.answer
    except (MemoryError, RecursionError):
        too_much = Unreadable("too_large", "The file takes too much memory to read.", "Send its text as a .txt file.")
        answer = too_much.answer
    # Plain ASCII: lone surrogates, which some PDFs yield, survive as escapes and are replaced by the reader.
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in ("pdf", "docx", "html"):
        sys.exit("usage: file_text.py pdf|docx|html MAX_CHARACTERS < FILE")
    main(sys.argv[1], int(sys.argv[2]))
