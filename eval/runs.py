"""What did a model answer, in a run that is stored?

The one way from comparing, gating and calibrating to a stored run, whatever its files look like. Running and storing
are left to others; nothing is scored here.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from eval.goldset import ArticleSet
from eval.results import ArticleResult, ResultHead
from eval.score import Task
from eval.store import Run, RunInfo, read_run
from service.errors import InputError
from service.records import Record


class StoredRun(Record):
    """A run as stored, with its gold set's place and what kept articles from being finished."""

    run: Run
    unfinished: Mapping[str, str]

    @property
    def folder(self) -> Path:
        return self.run.folder

    @property
    def info(self) -> RunInfo:
        return self.run.info

    @property
    def name(self) -> str:
        """Model and prompt, as reports sign it."""
        return f"{self.info.model} | prompt {self.info.prompt}" if self.info.prompt else self.info.model

    def finished(self, gold: ArticleSet) -> tuple[str, ...]:
        """The documents of a gold set that have an answer, in its order."""
        return tuple(document.id for document in gold.documents if document.id in self.run.answers_of)

    def answers(self, document: str) -> tuple[ArticleResult, ...]:
        """What was answered on a finished document, once for each repeat."""
        return tuple(self.run.whole(self.run.answers_of[document]))

    def unread(self, gold: ArticleSet) -> dict[str, str]:
        """The documents of a gold set without a finished answer, and why: nothing may be concluded as if they had."""
        return {
            document.id: self.unfinished.get(document.id, "not part of the run")
            for document in gold.documents
            if document.id not in self.run.answers_of
        }


class Tasks(Mapping[str, tuple[Task, ...]]):
    """What to score of a run's finished articles, one task for each repeat, read when it is asked for.

    Raises InputError where an article's text is no longer the one that was read.
    """

    def __init__(self, stored: StoredRun, gold: ArticleSet) -> None:
        self._stored, self._gold = stored, gold
        self._hashes = {document.id: document.sha256 for document in gold.documents}
        self._documents = dict.fromkeys(stored.finished(gold))

    def __getitem__(self, document: str) -> tuple[Task, ...]:
        if document not in self._documents:
            raise KeyError(document)
        return tuple(self.task(answer) for answer in self._stored.answers(document))

    def task(self, answer: ArticleResult) -> Task:
        if answer.sha256 != self._hashes[answer.document]:
            raise InputError(
                f"{self._stored.folder}: {answer.document!r} was extracted from another text than the gold set has "
                "now.",
                field="sha256",
                fix="Run it again.",
            )
        return self._gold.task(answer.document, answer.claims, rejected=answer.rejected)

    def __iter__(self) -> Iterator[str]:
        return iter(self._documents)

    def __len__(self) -> int:
        return len(self._documents)

    def __contains__(self, document: object) -> bool:
        return document in self._documents

    def each(self) -> Iterator[Task]:
        """One task after the other."""
        return (task for document in self._documents for task in self[document])


def load_run(path: Path) -> StoredRun:
    """A stored run; InputError where the folder holds none or a line is broken."""
    run = read_run(path)
    unfinished = {result.document: _why(result) for result in run.unfinished}
    return StoredRun(run=run, unfinished=unfinished | dict.fromkeys(run.missing, "not tried"))


def _why(result: ResultHead) -> str:
    failure = result.failures[0] if result.failures else None
    return f"{result.status}: {failure.reason}: {failure.message}" if failure else result.status
