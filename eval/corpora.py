"""How does a public attribution corpus on the user's disk become a gold set?

Reads PolNeAR's stand-off files, and the JSONL forms of PolNeAR and of CED-1K. Texts stay with their owners: the set
written is stand-off, its texts lie in a folder of their own beside it, and none is ever part of this project. What a
corpus does not annotate (figures, times, stance) is named by its absence from `annotates`; leaving those fields out of
scores is for `annotated`.
"""

import csv
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any, NamedTuple

from service.errors import InputError
from service.goldfiles import (
    INFO_FILE,
    GoldClaim,
    GoldDocument,
    GoldSetInfo,
    words_sha256,
    write_gold_set,
)
from service.records import Mode, Record, Source, Span

TEXTS_FOLDER = "texts"
GUIDELINES = "those of the corpus"
BY_MENTION = "speakers are judged by the words that name them, not by resolved names"
WHOLE = "one entry is a whole utterance: clauses of it show as repeated, so claim precision is a floor"
_MODES: Mapping[str, Mode] = {"direct": "direct", "mixed": "mixed", "indirect": "indirect"}
_OPENING, _CLOSING = '“"«', '”"»'
_UNSAFE = re.compile(r"[^\w.-]")
_WORD = re.compile(r"\w+")


class Corpus(Record):
    """A corpus read into our form; `texts` by document id. `notes` say what was left out and how it was read."""

    info: GoldSetInfo
    documents: tuple[GoldDocument, ...]
    claims: tuple[GoldClaim, ...]
    texts: Mapping[str, str]
    notes: tuple[str, ...] = ()


class _Attribution(NamedTuple):
    """One act of saying: fragments of the words said, of who says them, and of the words that attribute them."""

    content: tuple[Span, ...]
    source: tuple[Span, ...]
    cue: tuple[Span, ...]


class _Reader:
    """Gathers documents, claims and what was left out."""

    def __init__(self) -> None:
        self.documents: dict[str, GoldDocument] = {}
        self.claims: list[GoldClaim] = []
        self.texts: dict[str, str] = {}
        self.left_out: Counter[str] = Counter()

    def add(self, document: GoldDocument, text: str, claims: Iterable[GoldClaim]) -> None:
        self.documents[document.id] = document
        self.texts[document.id] = text
        in_order = sorted(claims, key=lambda claim: claim.content[0])
        self.claims += [
            claim.model_copy(update={"id": f"{document.id}#{number}"}) for number, claim in enumerate(in_order, start=1)
        ]

    def corpus(self, info: GoldSetInfo, *notes: str) -> Corpus:
        left_out = tuple(f"{number} {what}" for what, number in sorted(self.left_out.items()))
        return Corpus(
            info=info,
            documents=tuple(self.documents.values()),
            claims=tuple(self.claims),
            texts=self.texts,
            notes=(*notes, *left_out),
        )


def read_corpus(name: str, path: Path, *, annotator: str | None = None) -> Corpus:
    """The corpus called `name` ("polnear", "ced1k") from a folder or a .jsonl file."""
    if name == "ced1k":
        return read_ced1k(path)
    return read_polnear_rows(path) if path.is_file() else read_polnear(path, annotator=annotator)


NAMES = ("polnear", "ced1k")


# ── PolNeAR as published: brat's stand-off files ──────────────────────────────────────────────────────────────────


def read_polnear(folder: Path, *, annotator: str | None = None) -> Corpus:
    """PolNeAR from its repository, its data folder, or one compartment: `attributions/*.ann` beside `text/*.txt`.

    Where several annotators read an article, `annotator` names whose reading is taken, else the first by name.
    Raises InputError where there are no such files.
    """
    reader = _Reader()
    for attributions in _attribution_folders(folder):
        facts = _metadata(attributions.parent.parent / "metadata.tsv")
        for article, path in _one_reading_each(attributions, annotator, reader.left_out):
            text_file = attributions.parent / "text" / f"{article}.txt"
            if not text_file.exists():
                reader.left_out["articles left out: their text is not there"] += 1
            else:
                text = _read_text(text_file)
                fact = facts.get(article, {})
                document = _document(
                    article,
                    text,
                    title=fact.get("title"),
                    outlet=fact.get("publisher"),
                    published=_date(fact.get("publication_date")),
                    split=attributions.parent.name,
                )
                found = parse_standoff(_read_text(path), text, where=str(path), left_out=reader.left_out)
                reader.add(document, text, (_claim(document.id, each, text) for each in found))
    info = _info(
        "polnear",
        "PolNeAR (Newell, Margolin, Ruths 2018), read from its stand-off files.",
        annotates=("content", "mention", "cue"),
    )
    return reader.corpus(info, BY_MENTION, WHOLE)


def parse_standoff(annotations: str, text: str, *, where: str, left_out: Counter[str]) -> list[_Attribution]:
    """The attributions of one .ann file: `T` lines mark words, `E` lines bind them by role.

    Raises InputError where a line is none of the format's; counts in `left_out` attributions that cannot be used.
    """
    marked: dict[str, tuple[Span, ...] | None] = {}
    events: list[tuple[int, str]] = []
    for number, line in enumerate(annotations.splitlines(), start=1):
        if line.startswith("T"):
            mark, spans, words = _text_bound(line, f"{where}:{number}")
            marked[mark] = spans if _same_words(words, spans, text) else None
        elif line.startswith("E"):
            events.append((number, line))
    found = []
    for number, line in events:
        roles = _roles(line, marked, f"{where}:{number}")
        if any(spans is None for spans in (*roles.values(),)):
            left_out["attributions left out: their words do not stand at their offsets"] += 1
        elif not roles.get("Content"):
            left_out["attributions left out: they have no content"] += 1
        else:
            found.append(_Attribution(*(roles.get(role) or () for role in ("Content", "Source", "Cue"))))
    return found


def _text_bound(line: str, where: str) -> tuple[str, tuple[Span, ...], str]:
    try:
        mark, place, words = line.split("\t", 2)
        fragments = place.partition(" ")[2].split(";")
        return mark, tuple(Span(*map(int, fragment.split())) for fragment in fragments), words
    except (TypeError, ValueError):
        raise InputError(
            f"{where}: {line[:80]!r} is no marked text.",
            field="line",
            fix="A line reads: mark, tab, role and offsets (start end;start end), tab, words.",
        ) from None


def _same_words(words: str, spans: Sequence[Span], text: str) -> bool:
    """Compared without white space: line breaks inside marked text are written as blanks, or left out."""
    return all(0 <= span.start < span.end <= len(text) for span in spans) and "".join(words.split()) == "".join(
        "".join(span.of(text).split()) for span in spans
    )


def _roles(line: str, marked: Mapping[str, tuple[Span, ...] | None], where: str) -> dict[str, tuple[Span, ...] | None]:
    """The fragments of each role of an event, in the text's order; None for a role with words out of place."""
    roles: dict[str, tuple[Span, ...] | None] = {}
    for binding in line.partition("\t")[2].split():
        role, _, mark = binding.partition(":")
        role = role.rstrip("0123456789")  # a second argument of one role is called Content2
        if mark not in marked:
            raise InputError(
                f"{where}: {mark!r} is marked nowhere in the file.",
                field="line",
                fix="Use the file as published.",
            )
        more, before = marked[mark], roles.get(role, ())
        roles[role] = None if more is None or before is None else tuple(sorted({*before, *more}))
    return {role: spans for role, spans in roles.items() if not role.startswith("Attribution")}


def _attribution_folders(folder: Path) -> list[Path]:
    found = [folder] if folder.name == "attributions" else sorted(folder.rglob("attributions"))
    found = [each for each in found if each.is_dir() and any(each.glob("*.ann"))]
    if not found:
        raise InputError(
            f"{folder} holds no folder `attributions` with .ann files.",
            field="corpus",
            fix="Give the corpus's repository, its data folder, or one part of it such as data/dev.",
        )
    return found


def _one_reading_each(folder: Path, annotator: str | None, left_out: Counter[str]) -> Iterator[tuple[str, Path]]:
    """Each article's name and one file of it: names end in _ANNOTATOR."""
    readings: dict[str, dict[str, Path]] = {}
    for path in sorted(folder.glob("*.ann")):
        article, _, who = path.stem.rpartition("_")
        readings.setdefault(article or path.stem, {})[who] = path
    for article, by_annotator in readings.items():
        taken = annotator if annotator in by_annotator else next(iter(by_annotator))
        left_out["further readings of the same articles left out"] += len(by_annotator) - 1
        yield article, by_annotator[taken or ""]
    if left_out["further readings of the same articles left out"] == 0:
        del left_out["further readings of the same articles left out"]


def _metadata(path: Path) -> dict[str, dict[str, str]]:
    """Facts about each article from the corpus's table, by file name; none where the table is not there."""
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {row["filename"]: row for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}


# ── the JSONL forms ──────────────────────────────────────────────────────────────────────────────────────────────


def read_polnear_rows(path: Path) -> Corpus:
    """PolNeAR as JSONL: rows with `doc_id`, `text` and `attributions` of source, cue and content spans.

    Attributions of kind "other" (thoughts, plans, support) are no statements: they are optional, neither credited nor
    blamed.
    """
    reader = _Reader()
    for where, row in _rows(path, "attributions"):
        text = row["text"]
        document = _document(row["doc_id"], text, outlet=row.get("publisher"), split=row.get("split"))
        reader.add(document, text, _claims_of_row(row, document.id, text, where, reader.left_out))
    info = _info("polnear", "PolNeAR 1.0.0, read from JSONL.", annotates=("content", "mention", "cue", "mode"))
    return reader.corpus(info, BY_MENTION, WHOLE, "attributions of thoughts, plans and support are optional")


def _claims_of_row(
    row: Mapping[str, Any], document: str, text: str, where: str, left_out: Counter[str]
) -> Iterator[GoldClaim]:
    for item in row["attributions"]:
        spans = {role: _spans(item.get(role) or (), text, where) for role in ("content", "source", "cue")}
        if not spans["content"]:
            left_out["attributions left out: they have no content"] += 1
            continue
        claim = _claim(document, _Attribution(**spans), text)
        names = tuple(name for name in item.get("source_aliases", ()) if name != claim.source.name)
        yield claim.model_copy(
            update={
                "source": claim.source.model_copy(update={"aliases": names}),
                "mode": _MODES.get(item.get("type"), claim.mode),
                "optional": item.get("kind") == "other",
            }
        )


def read_ced1k(path: Path) -> Corpus:
    """CED-1K as JSONL: rows with `doc_id`, `text` and `claims` of an agent, an utterance and the sentence it is from.

    Utterances are partly reworded: where one does not stand in the text, its content is the part of its source
    sentence from the first to the last word that both share.
    """
    reader = _Reader()
    for where, row in _rows(path, "claims"):
        text = row["text"]
        document = _document(
            row["doc_id"], text, title=row.get("title"), published=_date(row.get("date")), split=row.get("split")
        )
        reader.add(document, text, _claims_of_agents(row, document.id, text, where, reader.left_out))
    info = _info(
        "ced1k", "CED-1K (massi-fa/SEER), read from JSONL; annotations MIT.", annotates=("content", "name", "mode")
    )
    return reader.corpus(info, WHOLE)


def _claims_of_agents(
    row: Mapping[str, Any], document: str, text: str, where: str, left_out: Counter[str]
) -> Iterator[GoldClaim]:
    surnames = _surnames({item["agent"] for item in row["claims"] if item.get("agent_type") == "person"})
    for item in row["claims"]:
        content = _spans(item.get("content") or (), text, where) or _find_utterance(
            item["utterance"], item.get("source_text", ""), text
        )
        if not content:
            left_out["claims left out: neither utterance nor source sentence stands in the text"] += 1
            continue
        name = item["agent"]
        yield GoldClaim(
            id=document,
            document=document,
            content=content,
            source=Source(
                name=name,
                aliases=(surnames[name],) if name in surnames else (),
                kind="organization" if item.get("agent_type") == "organization" else "person",
            ),
            mode=_MODES.get(item.get("type", ""), "indirect"),
        )


def _surnames(names: Iterable[str]) -> dict[str, str]:
    """The last word of each person's name, where nobody else in the article shares it."""
    last = {name: name.split()[-1] for name in names if len(name.split()) > 1}
    counts = Counter(last.values())
    return {name: surname for name, surname in last.items() if counts[surname] == 1}


def _find_utterance(utterance: str, sentence: str, text: str) -> tuple[Span, ...]:
    said, source = utterance.strip(), sentence.strip()
    start = text.find(said) if said else -1
    if start >= 0:
        return (Span(start, start + len(said)),)
    start = text.find(source) if source else -1
    if start < 0:
        return ()
    words = list(_WORD.finditer(source))
    ours = [word.group().lower() for word in _WORD.finditer(said)]
    blocks = SequenceMatcher(None, [word.group().lower() for word in words], ours, autojunk=False).get_matching_blocks()
    shared = [position for block in blocks for position in range(block.a, block.a + block.size)]
    if not shared:
        return (Span(start, start + len(source)),)
    return (Span(start + words[shared[0]].start(), start + words[shared[-1]].end()),)


def _rows(path: Path, needed: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, line in enumerate(_read_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        try:
            row = json.loads(line)
        except ValueError as error:
            raise InputError(f"{where}: not JSON ({error}).", field="line", fix="Write one object a line.") from None
        missing = [name for name in ("doc_id", "text", needed) if not isinstance(row, dict) or name not in row]
        if missing:
            raise InputError(
                f"{where}: {missing[0]} is missing.",
                field=missing[0],
                fix=f"A row of this form has doc_id, text and {needed}.",
            )
        yield where, row


def _spans(pairs: Iterable[Sequence[int]], text: str, where: str) -> tuple[Span, ...]:
    spans = tuple(sorted(Span(*pair) for pair in pairs))
    for span in spans:
        if not 0 <= span.start < span.end <= len(text):
            raise InputError(
                f"{where}: [{span.start}, {span.end}] lies outside the text of {len(text)} characters.",
                field="span",
                fix="Give [start, end) in characters of the row's own text.",
            )
    return spans


# ── what both forms share ────────────────────────────────────────────────────────────────────────────────────────


def _claim(document: str, attribution: _Attribution, text: str) -> GoldClaim:
    """An attribution as a claim; its id is given once all claims of the article are in order."""
    if attribution.source:
        name = " ".join(" ".join(span.of(text) for span in attribution.source).split()).rstrip(",")
        source = Source(name=name, kind="person", mention=max(attribution.source, key=lambda span: span[1] - span[0]))
    else:
        source = Source(name=None, kind="unspecified")
    return GoldClaim(
        id=document,
        document=document,
        content=attribution.content,
        source=source,
        cue=attribution.cue[0] if attribution.cue else None,
        mode=_mode(attribution.content, text),
    )


def _mode(content: Sequence[Span], text: str) -> Mode:
    """Read off the quotation marks: all of it between them, some of it, or none."""
    words = [span.of(text).strip() for span in content]
    if all(each[:1] in _OPENING and each[-1:] in _CLOSING for each in words):
        return "direct"
    return "mixed" if any(mark in each for each in words for mark in _OPENING) else "indirect"


def _document(
    name: str,
    text: str,
    *,
    title: str | None = None,
    outlet: str | None = None,
    published: date | None = None,
    split: str | None = None,
) -> GoldDocument:
    return GoldDocument(
        id=name,
        title=title or None,
        outlet=outlet or None,
        published=published,
        language="en",
        sha256=hashlib.sha256(text.encode("utf-8")).hexdigest(),
        words_sha256=words_sha256(text),
        split=split or None,
    )


def _info(name: str, origin: str, *, annotates: tuple[str, ...]) -> GoldSetInfo:
    return GoldSetInfo(
        name=name,
        version="1.0",
        language="en",
        guidelines=GUIDELINES,
        origin=f"{origin} Texts and annotations stay with their owners: not to be passed on.",
        annotates=annotates,
    )


def _date(value: str | None) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        return None


def _read_text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")  # bytes: read_text() would change line ends, and offsets with them
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path}: not UTF-8 at byte {error.start}.", field="file", fix="Use it as published."
        ) from None


def write_corpus(corpus: Corpus, out: Path) -> Path:
    """Writes a stand-off gold set, and its texts into a folder beside it; returns that folder.

    Raises InputError where `out` holds a gold set already.
    """
    if (out / INFO_FILE).exists():
        raise InputError(f"out = {str(out)!r} holds a gold set already.", field="out", fix="Name another folder.")
    write_gold_set(out, info=corpus.info, documents=corpus.documents, claims=corpus.claims, skipped=())
    texts = out / TEXTS_FOLDER
    texts.mkdir(exist_ok=True)
    for number, (name, text) in enumerate(corpus.texts.items(), start=1):
        # Found by hash, so the name is for people: made safe, and numbered so that none falls on another.
        (texts / f"{number:05d}-{_UNSAFE.sub('-', name)[:120]}.txt").write_bytes(text.encode("utf-8"))
    return texts
