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
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, cached_property
from pathlib import Path
from typing import IO, Any

from pydantic import ValidationError

import service
from eval.results import (
    ArticleResult,
    Earlier,
    Outcome,
    ResultHead,
    broken,
    head_of,
    name_of,
    parse,
    result_line,
    result_lines,
    usage_of,
)
from service.errors import InputError
from service.goldfiles import GoldRecord
from service.records import SCHEMA_VERSION, Article, PromptVersion, Usage
from service.software import software

RUN_FILE = "run.json"
ARTICLES_FILE = "articles.jsonl"
ASIDE_FILE = "set_aside.jsonl"
LOCK_FILE = "lock"
SettingsFields = dict[str, str | int | float | bool | None]


class RunInfo(GoldRecord):
    """What was asked of which model: run.json."""

    goldset: str
    goldset_sha256: str
    goldset_place: str | None = None  # as it was given: where to look for it when the run is scored again
    model: str
    server: str | None = None  # address of an own server, where one was asked: another may answer otherwise
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
            self.server,
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


@dataclass(frozen=True)
class Run:
    """A run as it stands in its folder; `missing` are documents that were planned and lack a result.

    Claims are read when they are asked for: those of a large run are never held all at once.
    """

    folder: Path
    info: RunInfo
    results: tuple[ResultHead, ...]

    @cached_property
    def finished(self) -> tuple[ResultHead, ...]:
        """The results that can be scored: of articles of which no part failed, in any repetition."""
        whole = Counter(result.document for result in self.results if result.status == "complete")
        return tuple(result for result in self.results if whole[result.document] == self.info.repeats)

    @cached_property
    def answers_of(self) -> Mapping[str, tuple[ResultHead, ...]]:
        """The finished results of each document, in the order in which they were asked for."""
        found: dict[str, list[ResultHead]] = {}
        for result in sorted(self.finished, key=lambda result: result.repeat):
            found.setdefault(result.document, []).append(result)
        return {document: tuple(listed) for document, listed in found.items()}

    def whole(self, results: Iterable[ResultHead]) -> Iterator[ArticleResult]:
        """Some results with their claims, one at a time; InputError where a line is broken."""
        path = self.folder / ARTICLES_FILE
        with path.open("rb") as file:
            for result in results:
                file.seek(result.at)
                try:
                    form = json.loads(file.readline())
                    if name_of(form) != (result.document, result.repeat):
                        raise ValueError("the file was changed while it was read")
                    whole = parse(form)
                except (ValueError, KeyError, TypeError) as error:  # pydantic's ValidationError is a ValueError
                    raise broken(path, result.line, ValueError(error)) from None
                yield whole

    @property
    def finished_documents(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(result.document for result in self.finished))

    @cached_property
    def unfinished(self) -> tuple[ResultHead, ...]:
        return tuple(result for result in self.results if result.status != "complete")

    @cached_property
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
            last = {name_of(line.form): line.number for line in result_lines(path)}
            fresh = path.with_suffix(".new")
            with fresh.open("wb") as file, (self.folder / ASIDE_FILE).open("ab") as aside:
                for line in result_lines(path):
                    if not self._holds(line.form, keys):
                        aside.write(line.raw)
                    elif last[name_of(line.form)] == line.number:
                        self._take(line.form, keys)
                        file.write(line.raw)
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
        usage, before = usage_of(form.get("usage")), usage_of(form.get("earlier"))
        self.spent = self.spent.plus(before).plus(usage)
        if form["document"] not in keys:
            return
        if form["status"] == "complete":
            self.done.add(name_of(form))
        else:
            self._failed[name_of(form)] = Earlier(form.get("tries", 1), before.plus(usage))

    def append(self, outcome: Outcome) -> None:
        earlier = self._failed.get((outcome.document, outcome.repeat))
        line = result_line(outcome, model=self.info.model, prompt=self.info.prompt, earlier=earlier)
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
    """A run as written so far: of every planned article and repetition the last result, in the order of the file.

    A last line that was cut off is left out. Raises InputError where another line is broken.
    """
    info = read_info(folder)
    path = folder / ARTICLES_FILE
    planned = set(info.documents)
    heads: dict[tuple[str, int], ResultHead] = {}
    for line in result_lines(path) if path.exists() else ():  # stopped before it began
        document, repeat = name_of(line.form)
        if document in planned and repeat <= info.repeats:
            heads.pop((document, repeat), None)
            try:
                heads[document, repeat] = head_of(line.form, line.number, line.at)
            except (ValueError, KeyError, TypeError) as error:  # pydantic's ValidationError is a ValueError
                raise broken(path, line.number, ValueError(error)) from None
    return Run(folder=folder, info=info, results=tuple(heads.values()))


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


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
