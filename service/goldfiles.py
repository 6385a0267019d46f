"""How is a folder of gold claims read and written?

Knows the four files of a gold set, and how the texts of a stand-off set are found by their hash. Says what is wrong
with a line; whether the annotation itself makes sense is for the checker of gold sets to say.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any, Generic, Literal, NamedTuple, TypeVar, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import ErrorDetails

from service.errors import InputError
from service.records import Article, Claim, Figure, Record, Source, Span, When

INFO_FILE = "goldset.yaml"
DOCUMENTS_FILE = "documents.jsonl"
CLAIMS_FILE = "claims.jsonl"
SKIPPED_FILE = "skipped_numbers.jsonl"

SHOWN_CHARACTERS = 80  # of a wrong value, in a message
MAX_TEXT_BYTES = 20_000_000  # larger files in a texts folder are no articles


class GoldRecord(Record):
    """A line of a gold file: fields it does not know are ignored, so that sets may carry more than we read."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class GoldSetInfo(GoldRecord):
    """What a gold set says of itself in goldset.yaml. `annotates`: the fields it marks, where not all of them."""

    name: str = Field(min_length=1)
    version: str
    language: str
    guidelines: str
    origin: str
    annotators: tuple[str, ...] = ()
    licence: str | None = None
    annotates: tuple[str, ...] | None = None

    @field_validator("version", "guidelines", mode="before")
    @classmethod
    def _as_written(cls, value: Any) -> Any:
        """YAML reads `version: 1.0` as a number."""
        return str(value) if isinstance(value, int | float) else value


class GoldDocument(GoldRecord):
    """An annotated article. `text` is left out in a stand-off set; `words_sha256` is the hash of its words alone."""

    id: str = Field(min_length=1)
    title: str | None = None
    outlet: str | None = None
    published: date | None = None
    language: str | None = None
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    words_sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    split: str | None = None
    pair: str | None = None
    phenomena: tuple[str, ...] = ()
    text: str | None = None

    @field_validator("text")
    @classmethod
    def _encodable(cls, text: str | None) -> str | None:
        if text is not None:
            try:
                text.encode("utf-8")
            except UnicodeEncodeError as error:
                raise ValueError(f"holds half a character (a lone surrogate) at offset {error.start}") from None
        return text

    def article(self, text: str) -> Article:
        """The article as an extractor sees it."""
        return Article(
            id=self.id,
            text=text,
            title=self.title,
            outlet=self.outlet,
            published=self.published,
            language=self.language,
        )


class GoldClaim(Claim):
    """A line of claims.jsonl. `optional`: annotators differed on listing it. `confidence`: predictions only."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    confidence: float | None = Field(default=None, ge=0, le=1)
    optional: bool = False
    note: str | None = None
    assisted_by: str | None = None
    blind: bool | None = None


class GoldSkippedNumber(GoldRecord):
    """A number of the text that is in no figure and no `when`, and why."""

    document: str
    span: Span
    reason: str = Field(min_length=1)


class Problem(Record):
    """Something wrong in a gold set: where it is, the field, its value, and what to do."""

    severity: Literal["error", "warning"] = "error"
    file: str
    line: int | None = None
    field: str
    value: str | None = None
    message: str
    fix: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        value = "" if self.value is None else f" = {self.value}"
        return f"{place}: {self.severity}: {self.field}{value}: {self.message}. {self.fix}"


Line = TypeVar("Line", bound=BaseModel)


class Row(NamedTuple, Generic[Line]):
    """A record and the line of the file it stands on, counted from 1."""

    line: int
    record: Line


class GoldSet(Record):
    """A gold set as it stands in its folder."""

    folder: Path
    info: GoldSetInfo
    document_rows: tuple[Row[GoldDocument], ...]
    claim_rows: tuple[Row[GoldClaim], ...]
    skipped_rows: tuple[Row[GoldSkippedNumber], ...]

    @cached_property
    def documents(self) -> tuple[GoldDocument, ...]:
        return tuple(row.record for row in self.document_rows)

    @cached_property
    def claims(self) -> tuple[GoldClaim, ...]:
        return tuple(row.record for row in self.claim_rows)

    @cached_property
    def claims_of(self) -> Mapping[str, tuple[GoldClaim, ...]]:
        """The claims of each document by its id, for documents that have any."""
        return by_document(self.claims)

    @cached_property
    def sha256(self) -> str:
        """Of what is scored (texts and claims, whatever their order), not of notes and cards."""
        lines = [json.dumps([document.id, document.sha256]) for document in self.documents]
        lines += [json.dumps(gold_form(claim) | {"note": None}, sort_keys=True) for claim in self.claims]
        return _sha256("\n".join(sorted(lines)))


def by_document(claims: Iterable[GoldClaim]) -> dict[str, tuple[GoldClaim, ...]]:
    grouped: dict[str, list[GoldClaim]] = {}
    for claim in claims:
        grouped.setdefault(claim.document, []).append(claim)
    return {document: tuple(claims) for document, claims in grouped.items()}


# ── reading ───────────────────────────────────────────────────────────────────────────────────────────────────────


def read_gold_set(folder: Path) -> tuple[GoldSet | None, tuple[Problem, ...]]:
    """The set, and whatever is wrong with its lines (those are left out). None where goldset.yaml cannot be used."""
    info, problems = _read_info(folder / INFO_FILE)
    documents, document_problems = read_rows(folder / DOCUMENTS_FILE, GoldDocument)
    claims, claim_problems = read_claims(folder / CLAIMS_FILE)
    skipped_file = folder / SKIPPED_FILE
    skipped, skipped_problems = read_rows(skipped_file, GoldSkippedNumber) if skipped_file.exists() else ((), ())
    found = (*problems, *document_problems, *claim_problems, *skipped_problems)
    if info is None:
        return None, found
    gold = GoldSet(folder=folder, info=info, document_rows=documents, claim_rows=claims, skipped_rows=skipped)
    return gold, found


def load_gold_set(folder: Path) -> GoldSet:
    """The set, or an InputError that names the first thing wrong with it."""
    gold, problems = read_gold_set(folder)
    _raise_first(problems)
    assert gold is not None  # without an info there is a problem
    return gold


def load_info(folder: Path) -> GoldSetInfo:
    """What a set says of itself, or an InputError that names the first thing wrong with it."""
    info, problems = _read_info(folder / INFO_FILE)
    _raise_first(problems)
    assert info is not None  # without an info there is a problem
    return info


def read_claims(path: Path) -> tuple[tuple[Row[GoldClaim], ...], tuple[Problem, ...]]:
    """The lines of a claims.jsonl, gold or predicted, and what is wrong with those left out."""
    return read_rows(path, GoldClaim, known=_known_fields_of_claim)


def load_claims(path: Path) -> tuple[GoldClaim, ...]:
    """The claims of a claims.jsonl, or an InputError that names the first thing wrong with it."""
    rows, problems = read_claims(path)
    _raise_first(problems)
    return tuple(row.record for row in rows)


def load_documents(path: Path) -> tuple[GoldDocument, ...]:
    """The documents of a documents.jsonl, or an InputError that names the first thing wrong with it."""
    rows, problems = read_rows(path, GoldDocument)
    _raise_first(problems)
    return tuple(row.record for row in rows)


def read_rows(
    path: Path, record: type[Line], *, known: Callable[[dict[str, Any]], dict[str, Any]] = dict
) -> tuple[tuple[Row[Line], ...], tuple[Problem, ...]]:
    """The lines of a JSONL file as records; `known` drops what the nested records would refuse."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        return (), (_unreadable(path, error),)
    rows: list[Row[Line]] = []
    problems: list[Problem] = []
    # Not splitlines(): an article may hold U+2028 or a form feed, and those end no line of JSONL.
    for number, line in enumerate(raw.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            rows.append(Row(number, record.model_validate(known(_json_object(line)))))
        except ValidationError as error:
            problems.extend(_wrong_field(path, number, details) for details in _innermost(error))
        except ValueError as error:
            problems.append(
                Problem(
                    file=str(path),
                    line=number,
                    field="line",
                    value=_shown(line.decode("utf-8", "replace")),
                    message=str(error),
                    fix="Write one JSON object on each line, in UTF-8.",
                )
            )
    return tuple(rows), tuple(problems)


def _json_object(line: bytes) -> dict[str, Any]:
    try:
        value = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8 at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON at column {error.colno} ({error.msg})") from None
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return value


def _known_fields_of_claim(data: dict[str, Any]) -> dict[str, Any]:
    """Drops unknown fields inside the source, figures and times, whose records refuse them."""
    nested: dict[str, type[Record]] = {"source": Source, "figures": Figure, "when": When}
    return {name: _known(nested[name], value) if name in nested else value for name, value in data.items()}


def _known(record: type[Record], value: Any) -> Any:
    if isinstance(value, list):
        return [_known(record, item) for item in value]
    if isinstance(value, dict):
        return {name: item for name, item in value.items() if name in record.model_fields}
    return value


def _read_info(path: Path) -> tuple[GoldSetInfo | None, tuple[Problem, ...]]:
    try:
        data = yaml.safe_load(path.read_bytes())
        return GoldSetInfo.model_validate(data), ()
    except OSError as error:
        return None, (_unreadable(path, error),)
    except ValidationError as error:
        return None, tuple(_wrong_field(path, None, details) for details in _innermost(error))
    except yaml.YAMLError as error:
        message = " ".join(str(error).split())
        return None, (Problem(file=str(path), field="file", message=f"not YAML: {message}", fix="Mend the file."),)


def _unreadable(path: Path, error: OSError) -> Problem:
    kind = "there is no such file" if isinstance(error, FileNotFoundError) else f"cannot be read ({error.strerror})"
    fix = f"A gold set is a folder with {INFO_FILE}, {DOCUMENTS_FILE} and {CLAIMS_FILE}."
    return Problem(file=str(path), field="file", value=path.name, message=kind, fix=fix)


def _innermost(error: ValidationError) -> list[ErrorDetails]:
    """Without those that only follow: a list with one bad item is also reported as too short."""
    details = error.errors(include_url=False)
    places = [detail["loc"] for detail in details]
    return [
        detail
        for detail in details
        if not any(len(place) > len(detail["loc"]) and place[: len(detail["loc"])] == detail["loc"] for place in places)
    ]


def _wrong_field(path: Path, line: int | None, details: ErrorDetails) -> Problem:
    field = ".".join(str(part) for part in details["loc"]) or "line"
    return Problem(
        file=str(path),
        line=line,
        field=field,
        value=None if details["type"] == "missing" else _shown(repr(details["input"])),
        message=details["msg"].removeprefix("Value error, "),
        fix=_FIXES.get(details["type"], f"Correct {field}."),
    )


_FIXES = {
    "missing": "Add the field.",
    "literal_error": "Use one of the values listed.",
    "string_type": "Write it in quotation marks (decimals too).",
    "not_a_decimal": 'Write a plain decimal in quotation marks, such as "1200000" or "2.5".',
    "span_empty": "Give [start, end) with start before end.",
    "int_type": "Give offsets as whole numbers.",
    "too_short": "Give at least one.",
    "string_pattern_mismatch": "Give 64 lowercase hexadecimal digits.",
}


def _raise_first(problems: Sequence[Problem]) -> None:
    if not problems:
        return
    first = problems[0]
    place = first.file if first.line is None else f"{first.file}:{first.line}"
    more = f" ({len(problems) - 1} more; `check` on the gold set lists them)" if len(problems) > 1 else ""
    value = "" if first.value is None else f" = {first.value}"
    raise InputError(f"{place}: {first.field}{value}: {first.message}{more}.", field=first.field, fix=first.fix)


def _shown(value: str) -> str:
    return value if len(value) <= SHOWN_CHARACTERS else value[: SHOWN_CHARACTERS - 1] + "…"


# ── writing ───────────────────────────────────────────────────────────────────────────────────────────────────────

_CLAIM_FIELDS = frozenset(Claim.model_fields)
_EXTRAS = ("confidence", "optional", "note", "assisted_by", "blind")


def gold_form(claim: Claim) -> dict[str, Any]:
    """A claim as an object of claims.jsonl, with its confidence where it has one."""
    form = claim.model_dump(mode="json", include=set(_CLAIM_FIELDS))
    extras = {name: getattr(claim, name, None) for name in _EXTRAS}
    return form | {name: value for name, value in extras.items() if value is not None and value is not False}


def claim_line(claim: Claim) -> str:
    """A claim as one line of claims.jsonl, without its line end."""
    return _one_line(gold_form(claim))


def claim_from_form(form: dict[str, Any]) -> GoldClaim:
    """A claim from an object of claims.jsonl; pydantic's ValidationError where it is none."""
    return GoldClaim.model_validate(_known_fields_of_claim(form))


def write_gold_set(
    folder: Path,
    *,
    info: GoldSetInfo,
    documents: Iterable[GoldDocument],
    claims: Iterable[GoldClaim],
    skipped: Iterable[GoldSkippedNumber],
) -> None:
    """Writes the four files; a document whose `text` is None makes the set a stand-off one."""
    folder.mkdir(parents=True, exist_ok=True)
    form = {name: value for name, value in info.model_dump(mode="json").items() if name != "annotates" or value}
    plain = yaml.safe_dump(form, allow_unicode=True, sort_keys=False)
    (folder / INFO_FILE).write_bytes(plain.encode("utf-8"))
    _write_lines(folder / DOCUMENTS_FILE, (_document_form(document) for document in documents))
    _write_lines(folder / CLAIMS_FILE, (gold_form(claim) for claim in claims))
    _write_lines(folder / SKIPPED_FILE, (number.model_dump(mode="json") for number in skipped))


def _document_form(document: GoldDocument) -> dict[str, Any]:
    form = document.model_dump(mode="json")
    optional = ("words_sha256", "split", "pair", "phenomena", "text")
    return {name: value for name, value in form.items() if name not in optional or value}


def _write_lines(path: Path, objects: Iterable[dict[str, Any]]) -> None:
    path.write_bytes("".join(_one_line(item) + "\n" for item in objects).encode("utf-8"))


def _one_line(item: dict[str, Any]) -> str:
    return json.dumps(item, ensure_ascii=False)


# ── the texts of stand-off sets ───────────────────────────────────────────────────────────────────────────────────


class CandidateText(NamedTuple):
    """A text file that may be one of a set's articles."""

    path: Path
    text: str


class FoundText(NamedTuple):
    """A document's text, or None; `note` says in words what was found instead, or what was changed."""

    text: str | None
    note: str | None = None


def words_sha256(text: str) -> str:
    """The hash of a text's words with single spaces between them: equal where only white space differs."""
    return _sha256(" ".join(text.split()))


def read_texts(folders: Iterable[Path]) -> tuple[CandidateText, ...]:
    """All .txt files below the folders that hold UTF-8, in the order of their paths."""
    candidates = []
    for folder in folders:
        for path in sorted(folder.rglob("*.txt")):
            if path.is_file() and path.stat().st_size <= MAX_TEXT_BYTES:
                try:
                    # Bytes, not read_text(): that would turn every line end into "\n" before the hash is taken.
                    candidates.append(CandidateText(path, path.read_bytes().decode("utf-8")))
                except UnicodeDecodeError:
                    continue
    return tuple(candidates)


def find_texts(documents: Iterable[GoldDocument], candidates: Sequence[CandidateText]) -> dict[str, FoundText]:
    """The text of each document by its id: its own where the set has it, else the candidate with its hash.

    A candidate that has the hash once its line ends or outer blanks are put right is used, with a note that says so;
    one with the same words but other white space inside is only named, since offsets would not hold in it.
    """
    exact = {_sha256(candidate.text): candidate for candidate in candidates}
    mended: dict[str, tuple[CandidateText, str, str]] | None = None
    found = {}
    for document in documents:
        if document.text is not None:
            found[document.id] = FoundText(document.text)
        elif document.sha256 in exact:
            found[document.id] = FoundText(exact[document.sha256].text)
        else:
            if mended is None:  # eighteen hashes a file: only where they are needed
                mended = {}
                for candidate in candidates:
                    for text, difference in _mended(candidate.text):  # the smallest change comes first, and stays
                        mended.setdefault(_sha256(text), (candidate, text, difference))
            found[document.id] = _second_best(document, candidates, mended)
    return found


def _second_best(
    document: GoldDocument,
    candidates: Sequence[CandidateText],
    mended: Mapping[str, tuple[CandidateText, str, str]],
) -> FoundText:
    if document.sha256 in mended:
        candidate, text, difference = mended[document.sha256]
        return FoundText(
            text, f"found {candidate.path.name}, same words but other {difference}; used with those mended"
        )
    for candidate in candidates:
        if document.words_sha256 is not None and words_sha256(candidate.text) == document.words_sha256:
            return FoundText(
                None,
                f"found {candidate.path.name}, same words but other white space, so the offsets do not hold in it",
            )
    for candidate in candidates:
        if candidate.path.stem == document.id:
            return FoundText(None, f"{candidate.path.name} has this name but other words or white space")
    return FoundText(None, "no file has its hash")


_LINE_ENDS = ("\n", "\r\n", "\r")
_Ending = Literal["as it is", "none", "one"]


def _mended(text: str) -> Iterator[tuple[str, str]]:
    """The text with each line end, with and without blanks at line ends, and with each ending; and what differed."""
    unmarked = text.removeprefix("\ufeff")
    lines = unmarked.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    bare = [line.rstrip(" \t") for line in lines]
    for line_end, (trimmed, body), ending in product(
        _LINE_ENDS, (("", lines), ("blanks at line ends", bare)), get_args(_Ending)
    ):
        joined = line_end.join(body)
        if ending != "as it is":
            joined = joined.rstrip("\r\n") + (line_end if ending == "one" else "")
        differences = [
            "line ends" if line_end not in _line_ends_of(unmarked) else "",
            trimmed,
            "last line end" if ending != "as it is" else "",
            "byte order mark" if unmarked != text else "",
        ]
        yield joined, " and ".join(difference for difference in differences if difference) or "line ends"


def _line_ends_of(text: str) -> frozenset[str]:
    """The line ends of a text that uses one kind throughout; every kind for one that has none."""
    windows, rest = "\r\n" in text, text.replace("\r\n", "")
    used = {end for end, there in (("\r\n", windows), ("\n", "\n" in rest), ("\r", "\r" in rest)) if there}
    return frozenset(used or _LINE_ENDS) if len(used) <= 1 else frozenset()


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
