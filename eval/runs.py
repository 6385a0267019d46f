"""What did a model answer, in a run that is stored?

The one way from comparing, gating and calibrating to a stored run, whatever its files look like. Running and storing
are left to others; nothing is scored here.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from eval.goldset import ReadySet
from eval.score import Task
from eval.store import ARTICLES_FILE, ArticleResult, Run, read_run
from service.errors import InputError
from service.goldfiles import GoldClaim
from service.records import Record

_Signals = dict[tuple[str, int], dict[str, tuple[str, ...]]]  # by document and repeat, then by claim id


class Answer(Record):
    """All that a model answered on one article. `signals` name, by claim id, what its confidence was made of."""

    document: str
    sha256: str
    claims: tuple[GoldClaim, ...]
    signals: Mapping[str, tuple[str, ...]]
    rejected: int


class StoredRun(Record):
    """A run as stored. `answers` holds the finished articles, once for each repeat; `unfinished` says why not."""

    folder: Path
    goldset: str
    goldset_sha256: str
    goldset_place: str | None
    model: str
    prompt: str | None
    software: str
    created: datetime
    documents: tuple[str, ...]
    answers: Mapping[str, tuple[Answer, ...]]
    unfinished: Mapping[str, str]

    @property
    def name(self) -> str:
        """Model and prompt, as reports sign it."""
        return f"{self.model} | prompt {self.prompt}" if self.prompt else self.model

    def tasks(self, ready: ReadySet, documents: Sequence[str]) -> dict[str, tuple[Task, ...]]:
        """What to score of some finished articles, one task for each repeat.

        Raises InputError where an article's text is no longer the one that was read.
        """
        hashes = {document.id: document.sha256 for document in ready.gold.documents}
        wanted = set(documents)
        tasks: dict[str, list[Task]] = {document: [] for document in documents}
        for repeat in range(max((len(self.answers[document]) for document in documents), default=0)):
            answers = {name: listed[repeat] for name, listed in self.answers.items() if name in wanted}
            for answer in answers.values():
                self._refuse_other_text(answer, hashes[answer.document])
            claims = [claim for answer in answers.values() for claim in answer.claims]
            for task in ready.tasks(claims, documents=documents):
                tasks[task.document].append(task._replace(rejected=answers[task.document].rejected))
        return {document: tuple(listed) for document, listed in tasks.items()}

    def _refuse_other_text(self, answer: Answer, sha256: str) -> None:
        if answer.sha256 != sha256:
            raise InputError(
                f"{self.folder}: {answer.document!r} was extracted from another text than the gold set has now.",
                field="sha256",
                fix="Run it again.",
            )

    def unread(self, ready: ReadySet) -> dict[str, str]:
        """The documents of a gold set without a finished answer, and why: nothing may be concluded as if they had."""
        return {
            document: self.unfinished.get(document, "not part of the run")
            for document in ready.texts
            if document not in self.answers
        }


def load_run(path: Path) -> StoredRun:
    """A stored run; InputError where the folder holds none or a line is broken."""
    run = read_run(path)
    signals = _signals(path)
    unfinished = {result.document: _why(result) for result in run.unfinished}
    return StoredRun(
        folder=path,
        goldset=run.info.goldset,
        goldset_sha256=run.info.goldset_sha256,
        goldset_place=run.info.goldset_place,
        model=run.info.model,
        prompt=run.info.prompt,
        software=run.info.software,
        created=run.info.created,
        documents=run.info.documents,
        answers=_answers(run, signals),
        unfinished=unfinished | dict.fromkeys(run.missing, "not tried"),
    )


def _answers(
    run: Run, signals: Mapping[tuple[str, int], Mapping[str, tuple[str, ...]]]
) -> dict[str, tuple[Answer, ...]]:
    answers: dict[str, list[Answer]] = {}
    for result in sorted(run.finished, key=lambda result: result.repeat):
        answers.setdefault(result.document, []).append(
            Answer(
                document=result.document,
                sha256=result.sha256,
                claims=result.claims,
                signals=signals.get((result.document, result.repeat), {}),
                rejected=result.rejected,
            )
        )
    return {document: tuple(listed) for document, listed in answers.items()}


def _why(result: ArticleResult) -> str:
    failure = result.failures[0] if result.failures else None
    return f"{result.status}: {failure.reason}: {failure.message}" if failure else result.status


def _signals(folder: Path) -> _Signals:
    """The names stored with each claim, beside what makes it a gold claim; the last line of a result holds."""
    found: _Signals = {}
    path = folder / ARTICLES_FILE
    for line in path.read_bytes().split(b"\n") if path.exists() else ():
        try:
            form: dict[str, Any] = json.loads(line)
        except ValueError:  # blank, or cut off: read_run has judged it
            continue
        names = {claim["id"]: tuple(claim["signals"]) for claim in form["claims"] if claim.get("signals")}
        found[form["document"], form.get("repeat", 1)] = names
    return found
