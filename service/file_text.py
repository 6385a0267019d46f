"""What text does a PDF, Word or HTML file hold?

Runs as a script of its own, because such files can be made to cost without bound: it loads the parsers once and forks a
process for each file, with limits on memory, processor time and files, which answers with one JSON object;
`service.file_work` starts it. Imports nothing of this package, so that it starts quickly; the page reader beside it is
loaded by its path. Knows nothing of articles."""

import contextlib
import gc
import importlib
import importlib.util
import io
import json
import os
import re
import signal
import socket
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

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


# ── PDF ───────────────────────────────────────────────────────────────────────────────────────────────────────


def read_pdf(data: bytes, *, max_characters: int) -> dict[str, Any]:
    """Text and title of a PDF. Reading stops once there is more text than allowed."""
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, PyPdfError

    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise _encrypted()
        # What the file itself says comes first: counting a hundred thousand pages takes minutes.
        tree: Any = reader.root_object["/Pages"]
        told = tree.get("/Count", 0)
        pages = told if isinstance(told, int) and told > MAX_PAGES else len(reader.pages)
        if pages > MAX_PAGES:
            raise Unreadable(
                "too_large",
                f"The PDF has {pages:,} pages; at most {MAX_PAGES} are read.",
                "Send the pages of the article alone.",
            )
        lines: list[str] = []
        length = 0
        for page in reader.pages:
            _leave_out_unseen(page)
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


# What typesetting joined is the same letters: "ﬁve" is a number.
_LIGATURES = dict(zip(range(0xFB00, 0xFB07), ("ff", "fi", "fl", "ffi", "ffl", "st", "st"), strict=True))
_SHOWS = frozenset((b"Tj", b"TJ", b"'", b'"'))
_UNSEEN = 3  # the text rendering mode that draws nothing


def _leave_out_unseen(page: Any) -> None:
    """Takes text that is drawn invisibly off a page that draws other text too; of a scan it is all that there is."""
    contents = page.get_contents()
    if contents is None or b"Tr" not in contents.get_data():
        return
    mode, outer, kept, seen = 0, [], [], False
    for operands, operator in contents.operations:
        match operator:
            case b"Tr":
                mode = operands[0] if operands else 0
            case b"q":
                outer.append(mode)
            case b"Q":
                mode = outer.pop() if outer else 0
        if operator not in _SHOWS:
            kept.append((operands, operator))
        elif mode != _UNSEEN:
            seen = True
            kept.append((operands, operator))
        elif operator in (b"'", b'"'):
            kept.append(([], b"T*"))  # the move to the next line that they begin with
    if seen:
        from pypdf.generic import NameObject

        contents.operations = kept
        page[NameObject("/Contents")] = contents


def _encrypted() -> Unreadable:
    return Unreadable("unsupported", "The PDF is encrypted.", "Remove its password and send it again.")


def _page_lines(text: str) -> list[str]:
    """The lines of a page without its number; a blank line is an empty string."""
    lines = [" ".join(line.split()) for line in text.translate(_LIGATURES).splitlines()]
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
    styles: dict[str | None, str] = {}
    for block in container.iter_inner_content():
        if hasattr(block, "rows"):
            for row in block.rows:
                yield "\t".join(_once(cell, styles) for cell in row.cells)
        else:
            yield _paragraph_text(block, styles)


def _once(cell: Any, styles: dict[str | None, str]) -> str:
    return " ".join(words for paragraph in cell.paragraphs if (words := _paragraph_text(paragraph, styles)))


def _paragraph_text(paragraph: Any, styles: dict[str | None, str]) -> str:
    """`styles` are the names found so far: the library searches all of a document's styles for each."""
    words = []
    for piece in paragraph.iter_inner_content():
        runs = getattr(piece, "runs", None)
        words += [run.text for run in ([piece] if runs is None else runs) if not run.font.hidden]
    text = "".join(words).strip()
    style = paragraph._p.style
    if style not in styles:
        found = paragraph.style
        styles[style] = (found.name if found is not None else None) or ""
    return f"• {text}" if text and styles[style].startswith("List") else text


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
    reader = _page_reader()
    try:
        page = reader.read_page(data.decode("utf-8"))
    except reader.TooDeep:
        raise Unreadable(
            "too_large", "The page nests its elements too deep to be read.", "Send the article's own text."
        ) from None
    if not page.text:
        raise Unreadable("unsupported", "The page shows no text.", "Send the article's own text.")
    return {**page._asdict(), "published": page.published and page.published.isoformat()}


@lru_cache
def _page_reader() -> Any:
    """The module beside this one, by its path: this process is isolated and need not find the package."""
    path = Path(__file__).with_name("html_text.py")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(path.name)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# ── one file ────────────────────────────────────────────────────────────────────────────────────────────────────

Order = Mapping[str, Any]  # `kind` ("pdf", "docx" or "html"), `max_characters`, `memory`, `cpu_seconds`, `seconds`
_TOO_MUCH = Unreadable("too_large", "The file takes too much memory to read.", "Send its text as a .txt file.")
_TOO_LONG = Unreadable("too_large", "The file takes too much time to read.", "Send its text as a .txt file.")
_LONGEST_OF_ITSELF = 2_000  # characters of title or outlet; the caller cuts further


def answer_to(order: Order, data: bytes) -> bytes:
    """The file's text and what it says of itself, or what is wrong with it, as JSON.

    Plain ASCII: lone surrogates, which some PDFs yield, survive as escapes and are replaced by the caller."""
    most = order["max_characters"]
    try:
        match order["kind"]:
            case "pdf":
                found = read_pdf(data, max_characters=most)
            case "docx":
                found = read_docx(data)
            case _:
                found = read_html(data)
        if len(found["text"]) > most:
            found = {"error": "too_many_characters", "characters": len(found["text"])}
        for name in ("title", "outlet"):
            found[name] = (found.get(name) or "")[:_LONGEST_OF_ITSELF] or None
        return json.dumps(found).encode()
    except Unreadable as problem:
        return json.dumps(problem.answer).encode()
    except (MemoryError, RecursionError):
        return json.dumps(_TOO_MUCH.answer).encode()


def limit_process(order: Order, write: Callable[[bytes], object]) -> None:
    """Lowers what this process may use; where the platform has no such limits, the caller's time-out remains.

    At the end of its processor time it says so with `write`, as long as it still runs code of ours."""
    try:
        import resource
    except ImportError:
        return

    def say_too_long(*_: object) -> None:
        write(json.dumps(_TOO_LONG.answer).encode())
        os._exit(1)

    signal.signal(signal.SIGXCPU, say_too_long)
    signal.alarm(int(order["seconds"]) + 5)  # for the case that nobody is left to end it
    seconds = order["cpu_seconds"]
    for what, soft, hard in (
        (resource.RLIMIT_AS, order["memory"], order["memory"]),
        (resource.RLIMIT_CPU, seconds, seconds + 1),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_NPROC, 0, 0),  # no processes of its own; the administrator's are not held to that
    ):
        _, allowed = resource.getrlimit(what)
        if allowed != resource.RLIM_INFINITY:
            soft, hard = min(soft, allowed), min(hard, allowed)
        with contextlib.suppress(ValueError, OSError):  # some platforms know a limit and cannot set it
            resource.setrlimit(what, (soft, hard))


def once(order: Order) -> None:
    """Reads the file on standard input and answers on standard output."""
    out = sys.stdout.buffer
    limit_process(order, lambda said: (out.write(said), out.flush()))
    out.write(answer_to(order, sys.stdin.buffer.read()))


# ── one after the other ───────────────────────────────────────────────────────────────────────────────────────────────


def serve(control: socket.socket) -> None:
    """Forks a process for each order that comes with a connection, until nobody is left to give orders.

    The helper itself never sees a file. On the connection it sends a handle on the new process, by which that can be
    killed and no other; then the file comes in and the answer goes out."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # ended processes need nobody to look after them
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)  # sent to a whole service that ends: files under way are still read
    with contextlib.suppress(OSError):  # where memory runs out, these go before whoever they work for
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    while True:
        said, connections, _, _ = socket.recv_fds(control, 1 << 12, 1)
        if not said:
            break
        order = json.loads(said)
        _prepare(order["kind"])
        with socket.socket(fileno=connections[0]) as connection:
            pid = os.fork()
            if pid == 0:
                control.close()
                _answer_on(connection, order)
            with contextlib.suppress(OSError):  # whoever ordered it has gone, and so has it
                handle = os.pidfd_open(pid)
                try:
                    socket.send_fds(connection, [b"."], [handle])
                finally:
                    os.close(handle)
    os.killpg(0, signal.SIGKILL)  # files under way, which nobody waits for, and the helper


@lru_cache
def _prepare(kind: str) -> None:
    """Loads what reads such files, for all processes to come."""
    match kind:
        case "pdf":
            importlib.import_module("pypdf")
        case "docx":
            importlib.import_module("docx")
        case _:
            _page_reader()
    gc.freeze()  # memory that the collector does not touch stays shared


def _answer_on(connection: socket.socket, order: Order) -> None:
    """Never returns."""
    try:
        limit_process(order, connection.sendall)
        with connection.makefile("rb") as file:
            data = file.read()
        connection.sendall(answer_to(order, data))
    finally:
        os._exit(0)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["once", given]:
            once(json.loads(given))
        case ["serve"]:
            serve(socket.socket(fileno=0))
        case _:
            sys.exit("usage: file_text.py once ORDER < FILE, or serve, with a socket as standard input")
