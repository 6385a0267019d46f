"""What does a model answer on every article of a gold set?

Writes one line for each article as soon as it is there, failed ones too, so that a run can be read, scored again and
gone on with. A failure is never an article without claims: it is kept apart and not scored.
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from eval.goldset import ReadySet
from service.errors import AccordingError, CompletionError, InputError
from service.goldfiles import GoldClaim, GoldRecord, claim_from_form, gold_form
from service.records import SCHEMA_VERSION, Article, Extraction, Failure, PromptVersion, Usage

RUN_FILE = "run.json"
ARTICLES_FILE = "articles.jsonl"
CONCURRENCY = 8

Extract = Callable[[Article], Awaitable[Extraction]]
Status = Literal["complete", "partial", "failed"]


class RunInfo(GoldRecord):
    """What was asked of which model: run.json."""

    goldset: str
    goldset_sha256: str
    model: str
    prompt: str | None
    software: str
    schema_version: str = SCHEMA_VERSION
    settings: dict[str, str | int | float | bool | None]
    documents: tuple[str, ...]
    created: datetime


class ArticleResult(GoldRecord):
    """What came back for one article: a line of articles.jsonl."""

    document: str
    sha256: str
    published: str | None
    model: str
    prompt: str | None
    status: Status
    seconds: float
    usage: Usage = Usage()
    failures: tuple[Failure, ...] = ()
    rejected: int = 0
    claims: tuple[GoldClaim, ...] = ()


class Run(GoldRecord):
    """A run as it stands in its folder; `missing` are documents that were planned and have no result."""

    folder: Path
    info: RunInfo
    results: tuple[ArticleResult, ...]

    @property
    def finished(self) -> tuple[ArticleResult, ...]:
        """The articles that can be scored: those of which no part failed."""
        return tuple(result for result in self.results if result.status == "complete")

    @property
    def unfinished(self) -> tuple[ArticleResult, ...]:
        return tuple(result for result in self.results if result.status != "complete")

    @property
    def missing(self) -> tuple[str, ...]:
        there = {result.document for result in self.results}
        return tuple(document for document in self.info.documents if document not in there)

    @property
    def incomplete(self) -> bool:
        return bool(self.unfinished or self.missing)


def prompt_signature(prompt: PromptVersion | None) -> str | None:
    return None if prompt is None else f"{prompt.name}@{prompt.fingerprint[:8]}"


def run_folder(out: Path, goldset: str, model: str) -> Path:
    """Where the run of one model on one gold set is kept, below the folder of all runs started together."""
    return out / f"{goldset}.{re.sub(r'[^A-Za-z0-9.+-]', '-', model)}"


# ── running ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def run_articles(
    articles: Iterable[Article],
    extract: Extract,
    on_result: Callable[[ArticleResult], None],
    *,
    model: str,
    prompt: str | None,
    concurrency: int = CONCURRENCY,
) -> None:
    """Extracts every article, `concurrency` at a time, and hands on each result as soon as it is there."""
    waiting = iter(articles)

    async def work() -> None:
        for article in waiting:  # one iterator for all workers: each takes the next article
            on_result(await _result(article, extract, model, prompt))

    async with asyncio.TaskGroup() as group:
        for _ in range(concurrency):
            group.create_task(work())


async def _result(article: Article, extract: Extract, model: str, prompt: str | None) -> ArticleResult:
    began = asyncio.get_running_loop().time()
    failures: tuple[Failure, ...]
    try:
        extraction = await extract(article)
    except AccordingError as error:
        reason = error.reason if isinstance(error, CompletionError) else type(error).__name__
        failures = (Failure(segment=0, reason=reason, message=str(error)),)
    except Exception as error:  # a fault of ours on one article must not lose the others; it is reported as what it is
        failures = (Failure(segment=0, reason="unexpected", message=f"{type(error).__name__}: {error}"),)
    else:
        return ArticleResult(
            document=article.id,
            sha256=article.sha256,
            published=_published(article),
            model=model,
            prompt=prompt,
            status=extraction.status,
            seconds=extraction.seconds,
            usage=extraction.usage,
            failures=extraction.failures,
            rejected=len(extraction.rejected),
            claims=tuple(claim_from_form(gold_form(claim)) for claim in extraction.claims),
        )
    return ArticleResult(
        document=article.id,
        sha256=article.sha256,
        published=_published(article),
        model=model,
        prompt=prompt,
        status="failed",
        seconds=round(asyncio.get_running_loop().time() - began, 4),
        failures=failures,
    )


def _published(article: Article) -> str | None:
    return article.published.isoformat() if article.published else None


# ── the folder of a run ───────────────────────────────────────────────────────────────────────────────────────────


class RunWriter:
    """Opens a run's folder and appends results to it; `results` are those that an earlier try left usable."""

    def __init__(self, folder: Path, info: RunInfo, *, articles: Sequence[Article], resume: bool) -> None:
        self.folder = folder
        self.results: list[ArticleResult] = []
        path = folder / ARTICLES_FILE
        if path.exists():
            if not resume:
                raise InputError(
                    f"out = {str(folder)!r} holds a run already.",
                    field="out",
                    fix="Go on with it by --resume, or name another folder.",
                )
            self.results = self._usable(read_run(folder), info, articles)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / RUN_FILE).write_bytes((info.model_dump_json(indent=2) + "\n").encode("utf-8"))
        # Written anew, so that a line cut off by a crash and results to be repeated are gone.
        fresh = path.with_suffix(".new")
        fresh.write_bytes(b"".join(_line(result) for result in self.results))
        fresh.replace(path)
        self._file = path.open("ab")

    def append(self, result: ArticleResult) -> None:
        self.results.append(result)
        self._file.write(_line(result))
        self._file.flush()

    def close(self) -> None:
        self._file.close()

    @staticmethod
    def _usable(run: Run, info: RunInfo, articles: Sequence[Article]) -> list[ArticleResult]:
        """Finished results of the same model, prompt, settings and software on the same articles."""
        same = ("model", "prompt", "software", "schema_version", "settings")
        if any(getattr(run.info, name) != getattr(info, name) for name in same):
            return []
        wanted = {(article.id, article.sha256, _published(article)) for article in articles}
        return [result for result in run.finished if (result.document, result.sha256, result.published) in wanted]


def read_run(folder: Path) -> Run:
    """A run as written so far; a last line that was cut off is left out."""
    try:
        info = RunInfo.model_validate_json((folder / RUN_FILE).read_bytes())
        lines = (folder / ARTICLES_FILE).read_bytes().split(b"\n")
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
    results: dict[str, ArticleResult] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            result = _parse(line)
        except ValueError as error:  # pydantic's ValidationError and broken JSON are both of this kind
            if number == len(lines):  # no line end after it: the writer was stopped
                continue
            raise InputError(
                f"{folder / ARTICLES_FILE}:{number}: {' '.join(str(error).split())[:200]}.",
                field="line",
                fix="Delete the line and go on with --resume.",
            ) from None
        results[result.document] = result
    return Run(folder=folder, info=info, results=tuple(results.values()))


def _line(result: ArticleResult) -> bytes:
    form = result.model_dump(mode="json", exclude={"claims"})
    form["claims"] = [gold_form(claim) for claim in result.claims]
    return (json.dumps(form, ensure_ascii=False) + "\n").encode("utf-8")


def _parse(line: bytes) -> ArticleResult:
    form: dict[str, Any] = json.loads(line)
    claims = tuple(claim_from_form(claim) for claim in form.pop("claims"))
    return ArticleResult(**form, claims=claims)


def new_info(
    ready: ReadySet,
    *,
    model: str,
    prompt: str | None,
    software: str,
    settings: dict[str, str | int | float | bool | None],
    now: datetime | None = None,
) -> RunInfo:
    return RunInfo(
        goldset=ready.gold.info.name,
        goldset_sha256=ready.gold.sha256,
        model=model,
        prompt=prompt,
        software=software,
        settings=settings,
        documents=tuple(ready.texts),
        created=now or datetime.now(UTC),
    )
