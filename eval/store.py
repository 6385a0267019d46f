"""What did a model answer on each article, and what of it still holds?

A run is a folder: run.json says what was asked of which model, articles.jsonl has a line for each article as soon as it
is there, failed ones too. Lines are added, never changed, so that a run can be stopped at any moment; opening it again
keeps what was extracted from the same article with the same question, and sets the rest aside. Asking models is left to
`run`, scoring to `score`.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, cached_property
from pathlib import Path
from typing import IO, Any, Literal, NamedTuple

from pydantic import ValidationError

import service
from service.errors import InputError
from service.goldfiles import GoldClaim, GoldRecord, claim_from_form, gold_form
from service.records import SCHEMA_VERSION, Article, Claim, ExtractedClaim, Failure, PromptVersion, Usage
from service.software import software

RUN_FILE = "run.json"
ARTICLES_FILE = "articles.jsonl"
ASIDE_FILE = "set_aside.jsonl"
LOCK_FILE = "lock"
# A model that is busy or slow, not one that is wrong: counted apart wherever failures are told.
CONGESTION = frozenset({"rate_limited", "timeout"})

SettingsFields = dict[str, str | int | float | bool | None]
Status = Literal["complete", "partial", "failed"]


class RunInfo(GoldRecord):
    """What was asked of which model: run.json."""

    goldset: str
    goldset_sha256: str
    goldset_place: str | None = None  # as it was given: where to look for it when the run is scored again
    model: str
    server: str | None = None  # address of an own server, where one was asked
    prompt: str | None
    prompt_fingerprint: str | None = None
    software: str
    code: str | None = None  # a hash over the service's own files: its version stays while somebody works on it
    schema_version: str = SCHEMA_VERSION
    settings: SettingsFields
    repeats: int = 1
    documents: tuple[str, ...]
    created: datetime
    stopped: str | None = None  # in words, where a run was ended before its last article

    @cached_property
    def key(self) -> str:
        """The question's hash. The gold claims have no part in it: what was extracted holds when they change."""
        asked = (
            self.model,
            self.prompt_fingerprint or self.prompt,
            self.schema_version,
            self.settings,
            self.software,
            self.code,
        )
        return _sha256(json.dumps(asked, sort_keys=True))[:16]

    def article_key(self, article: Article) -> str:
        """The hash of a question about one article, as the extractor sees it."""
        return f"{self.key}-{_sha256(article.model_dump_json(exclude={'id'}))[:16]}"


class ArticleResult(GoldRecord):
    """What came back for one article: a line of articles.jsonl. `earlier` is what tries that failed before had cost."""

    document: str
    repeat: int = 1
    key: str = ""
    sha256: str
    published: str | None
    model: str
    prompt: str | None
    status: Status
    seconds: float
    usage: Usage = Usage()
    tries: int = 1
    earlier: Usage = Usage()
    failures: tuple[Failure, ...] = ()
    rejected: int = 0
    claims: tuple[GoldClaim, ...] = ()

    @property
    def congested(self) -> bool:
        """Whether it failed because the model was busy or slow."""
        return any(failure.reason in CONGESTION for failure in self.failures)


class Run(GoldRecord):
    """A run as it stands in its folder; `missing` are documents that were planned and lack a result."""

    folder: Path
    info: RunInfo
    results: tuple[ArticleResult, ...]

    @property
    def finished(self) -> tuple[ArticleResult, ...]:
        """The results that can be scored: of articles of which no part failed, in any repetition."""
        whole = Counter(result.document for result in self.results if result.status == "complete")
        return tuple(result for result in self.results if whole[result.document] == self.info.repeats)

    @property
    def finished_documents(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(result.document for result in self.finished))

    @property
    def unfinished(self) -> tuple[ArticleResult, ...]:
        return tuple(result for result in self.results if result.status != "complete")

    @property
    def missing(self) -> tuple[str, ...]:
        there = Counter(result.document for result in self.results)
        return tuple(document for document in self.info.documents if there[document] < self.info.repeats)

    @property
    def incomplete(self) -> bool:
        return bool(self.unfinished or self.missing)

    @property
    def failures(self) -> Mapping[str, int]:
        """How many results failed, by the reason of their first failure."""
        return Counter(result.failures[0].reason for result in self.unfinished if result.failures)

    @property
    def usage(self) -> Usage:
        """What the run has cost, tries that failed included."""
        total = Usage()
        for result in self.results:
            total = total.plus(result.earlier).plus(result.usage)
        return total


def prompt_signature(prompt: PromptVersion | None) -> str | None:
    return None if prompt is None else f"{prompt.name}@{prompt.fingerprint[:8]}"


def run_folder(out: Path, goldset: str, model: str, prompt: str | None = None) -> Path:
    """Where the run of one model, with one prompt, on one gold set is kept below the folder of all runs."""
    parts = [goldset, model, *([prompt] if prompt else [])]
    return out / ".".join(
        re.sub(r"[^A-Za-z0-9.+-]", "-", part) if number else part for number, part in enumerate(parts)
    )


@cache
def code_hash() -> str:
    """The beginning of a hash over the service's own files, so that changed code asks anew."""
    folder = Path(service.__file__).parent
    total = hashlib.sha256()
    for path in sorted((*folder.rglob("*.py"), folder / "confidence.json")):
        total.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()[:16]


def new_info(
    *,
    goldset: str,
    goldset_sha256: str,
    goldset_place: str | None = None,
    documents: Sequence[str],
    model: str,
    prompt: PromptVersion | None,
    settings: SettingsFields,
    server: str | None = None,
    repeats: int = 1,
    now: datetime | None = None,
) -> RunInfo:
    return RunInfo(
        goldset=goldset,
        goldset_sha256=goldset_sha256,
        goldset_place=goldset_place,
        model=model,
        server=server,
        prompt=prompt_signature(prompt),
        prompt_fingerprint=prompt.fingerprint if prompt else None,
        software=software(),
        code=code_hash(),
        settings=settings,
        repeats=repeats,
        documents=tuple(documents),
        created=now or datetime.now(UTC),
    )


# ── lines ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class Outcome(NamedTuple):
    """What came back for one article, before it is written: claims are still as the service made them."""

    document: str
    repeat: int
    key: str
    sha256: str
    published: str | None
    status: Status
    seconds: float
    usage: Usage = Usage()
    failures: tuple[Failure, ...] = ()
    rejected: int = 0
    claims: tuple[Claim, ...] = ()

    @property
    def reasons(self) -> frozenset[str]:
        return frozenset(failure.reason for failure in self.failures)


class Earlier(NamedTuple):
    """Tries of an article that failed before."""

    tries: int
    usage: Usage


def result_line(outcome: Outcome, info: RunInfo, earlier: Earlier | None = None) -> bytes:
    """An outcome as a line of articles.jsonl, with its line end."""
    form: dict[str, Any] = {
        "document": outcome.document,
        "repeat": outcome.repeat,
        "key": outcome.key,
        "sha256": outcome.sha256,
        "published": outcome.published,
        "model": info.model,
        "prompt": info.prompt,
        "status": outcome.status,
        "seconds": outcome.seconds,
        "usage": outcome.usage.model_dump(),
        "tries": 1 + (earlier.tries if earlier else 0),
        "earlier": (earlier.usage if earlier else Usage()).model_dump(),
        "failures": [failure.model_dump() for failure in outcome.failures],
        "rejected": outcome.rejected,
        "claims": [_claim_form(claim) for claim in outcome.claims],
    }
    return (json.dumps(form, ensure_ascii=False) + "\n").encode("utf-8")


def _claim_form(claim: Claim) -> dict[str, Any]:
    """In gold form, with the names of what its confidence was made of, where it is known."""
    form = gold_form(claim)
    if isinstance(claim, ExtractedClaim):
        form["signals"] = sorted({reason.signal for reason in claim.reasons} | {flag.code for flag in claim.flags})
    return form


def _parse(form: dict[str, Any]) -> ArticleResult:
    claims = tuple(claim_from_form(claim) for claim in form.pop("claims"))
    return ArticleResult(**form, claims=claims)


def _forms(path: Path) -> Iterator[tuple[bytes, dict[str, Any]]]:
    """Every line with what it says; a last line that was cut off is left out."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                form = json.loads(line)
                if not isinstance(form, dict) or "document" not in form:
                    raise ValueError("not the result of an article")
            except ValueError as error:
                if not line.endswith(b"\n"):  # the writer was stopped in the middle of it
                    return
                raise _broken(path, number, error) from None
            if line.endswith(b"\n"):
                yield line, form


def _broken(path: Path, number: int, error: ValueError) -> InputError:
    said = " ".join(str(error).split())[:200]
    return InputError(f"{path}:{number}: {said}.", field="line", fix="Delete the line and go on with --resume.")


# ── writing ───────────────────────────────────────────────────────────────────────────────────────────────────────


class RunWriter:
    """Opens a run's folder and adds results to it, one writer at a time.

    `keys` has the key of every planned article by document. `done` are the results of an earlier try that still hold;
    `spent` is what all tries have cost.
    """

    def __init__(self, folder: Path, info: RunInfo, *, keys: Mapping[str, str], resume: bool) -> None:
        self.folder = folder
        self.info = info
        self.done: set[tuple[str, int]] = set()
        self.spent = Usage()
        self._failed: dict[tuple[str, int], Earlier] = {}
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = _lock(folder)
        try:
            path = folder / ARTICLES_FILE
            if path.exists() and not resume:
                raise InputError(
                    f"out = {str(folder)!r} holds a run already.",
                    field="out",
                    fix="Go on with it by --resume, or name another folder.",
                )
            self._open(path, keys)
        except BaseException:
            self._lock.close()
            raise

    def _open(self, path: Path, keys: Mapping[str, str]) -> None:
        """Writes the file anew with the last result of each article, so that a line cut off by a crash is gone; what
        does not hold any longer (another text, prompt, setting, software …) is kept beside it."""
        if path.exists():
            self._refuse_other_model()
            last = {_name(form): number for number, (_, form) in enumerate(_forms(path))}
            fresh = path.with_suffix(".new")
            with fresh.open("wb") as file, (self.folder / ASIDE_FILE).open("ab") as aside:
                for number, (line, form) in enumerate(_forms(path)):
                    if not self._holds(form, keys):
                        aside.write(line)
                    elif last[_name(form)] == number:
                        self._take(form, keys)
                        file.write(line)
            if (self.folder / ASIDE_FILE).stat().st_size == 0:
                (self.folder / ASIDE_FILE).unlink()
            fresh.replace(path)
        self._write_info(self.info)
        self._file = path.open("ab", buffering=0)

    def _refuse_other_model(self) -> None:
        other = read_info(self.folder)
        if (other.model, other.goldset) != (self.info.model, self.info.goldset):
            raise InputError(
                f"out = {str(self.folder)!r} holds a run of {other.model} on {other.goldset}.",
                field="out",
                fix="Name another folder.",
            )

    def _holds(self, form: dict[str, Any], keys: Mapping[str, str]) -> bool:
        """Articles that are not planned now are kept all the same: --limit must not throw away what was paid for."""
        key = str(form.get("key", ""))
        return key == keys.get(form["document"], key) and key.startswith(f"{self.info.key}-")

    def _take(self, form: dict[str, Any], keys: Mapping[str, str]) -> None:
        usage, before = Usage(**form.get("usage", {})), Usage(**form.get("earlier", {}))
        self.spent = self.spent.plus(before).plus(usage)
        if form["document"] not in keys:
            return
        if form["status"] == "complete":
            self.done.add(_name(form))
        else:
            self._failed[_name(form)] = Earlier(form.get("tries", 1), before.plus(usage))

    def append(self, outcome: Outcome) -> None:
        line = result_line(outcome, self.info, self._failed.get((outcome.document, outcome.repeat)))
        while line:  # in one go, except on a full pipe or disk
            line = line[self._file.write(line) or 0 :]

    def stop(self, reason: str) -> None:
        """Notes in words why the run ended before its last article."""
        self._write_info(self.info.model_copy(update={"stopped": reason}))

    def _write_info(self, info: RunInfo) -> None:
        fresh = (self.folder / RUN_FILE).with_suffix(".new")
        fresh.write_bytes((info.model_dump_json(indent=2) + "\n").encode("utf-8"))
        fresh.replace(self.folder / RUN_FILE)

    def close(self) -> None:
        self._file.close()
        self._lock.close()


def _name(form: dict[str, Any]) -> tuple[str, int]:
    return form["document"], form.get("repeat", 1)


def _lock(folder: Path) -> IO[bytes]:
    """Held as long as the file is open, and let go by the system if the process is killed."""
    file = (folder / LOCK_FILE).open("ab")
    try:
        import fcntl
    except ImportError:  # no such locks on Windows; two writers at once are then the user's own affair
        return file
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise InputError(
            f"out = {str(folder)!r} is being written by another process.",
            field="out",
            fix="Wait for it to end, or name another folder.",
        ) from None
    return file


# ── reading ───────────────────────────────────────────────────────────────────────────────────────────────────────


def read_run(folder: Path) -> Run:
    """A run as written so far; a last line that was cut off is left out."""
    info = read_info(folder)
    return Run(folder=folder, info=info, results=tuple(read_results(folder, info)))


def read_info(folder: Path) -> RunInfo:
    try:
        return RunInfo.model_validate_json((folder / RUN_FILE).read_bytes())
    except FileNotFoundError as error:
        raise InputError(
            f"{error.filename} is not there.", field="run", fix="A run is a folder that `run` has written."
        ) from None
    except ValidationError as error:
        problem = error.errors()[0]
        field = ".".join(str(part) for part in problem["loc"])
        raise InputError(
            f"{folder / RUN_FILE}: {field}: {problem['msg']}.", field=field, fix="Run again into another folder."
        ) from None


def read_results(folder: Path, info: RunInfo) -> Iterator[ArticleResult]:
    """The last result of every planned article and repetition, one at a time, in the order of the file."""
    path = folder / ARTICLES_FILE
    planned = set(info.documents)
    if not path.exists():  # stopped before it began
        return
    last = {_name(form): number for number, (_, form) in enumerate(_forms(path))}
    for number, (_, form) in enumerate(_forms(path)):
        document, repeat = _name(form)
        if last[document, repeat] != number or document not in planned or repeat > info.repeats:
            continue
        try:
            yield _parse(form)
        except (ValueError, KeyError, TypeError) as error:  # pydantic's ValidationError is a ValueError
            raise _broken(path, number + 1, ValueError(error)) from None


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
