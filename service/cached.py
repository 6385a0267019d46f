"""Has this very question been answered before?

Keeps answers by what was asked: article, wording, schema, model and settings, in one SQLite file that all processes of
a user share. An answer from here costs nothing, and its usage says that it came from here. Failures and answers that
were cut off are not kept: they may be better next time.
"""

import asyncio
import hashlib
import sqlite3
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from service.errors import SetupError
from service.models import Completer, Completion, Hear, Meter, Prompt
from service.records import Record, Usage

BUSY_SECONDS = 30.0  # longest wait for another process that is writing
FIX = "Name another file with ACCORDING_CACHE, or keep no answers with ACCORDING_CACHE=off."

_TABLE = """
create table if not exists answers (
    key text primary key, model text not null, article text not null, prompt text not null,
    made text not null, completion text not null, usage text not null
) strict, without rowid;
create index if not exists answers_by_article on answers (article);
"""


class Kept(Record):
    """How many answers of a model are kept, and what they cost when they were given."""

    model: str
    answers: int
    oldest: str  # ISO 8601, UTC
    newest: str
    usage: Usage


class AnswerCache:
    """The file. Raises SetupError where it cannot be used. Safe to share between threads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(path, timeout=BUSY_SECONDS, check_same_thread=False)
            self._connection.execute("pragma auto_vacuum = incremental")
            self._connection.execute("pragma secure_delete = on")  # what is cleared is gone
            self._connection.execute("pragma journal_mode = wal")
            self._connection.execute("pragma synchronous = normal")
            self._connection.executescript(_TABLE)
        except (OSError, sqlite3.Error) as error:
            raise SetupError(f"Answers cannot be kept in {path}: {error}. {FIX}") from None

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def find(self, key: str) -> Completion | None:
        """The answer kept under that key."""
        found = self._do("select completion from answers where key = ?", (key,))
        return Completion.model_validate_json(found[0][0]) if found else None

    def keep(self, key: str, prompt: Prompt, *, model: str, completion: Completion, usage: Usage) -> None:
        row = (key, model, prompt.article, prompt.version.name, datetime.now(UTC).isoformat(timespec="seconds"))
        self._do(
            "insert or replace into answers values (?, ?, ?, ?, ?, ?, ?)",
            (*row, completion.model_dump_json(), usage.model_dump_json()),
        )

    def kept(self) -> tuple[Kept, ...]:
        """What is here, by model."""
        usages: dict[str, list[tuple[str, Usage]]] = {}
        for model, made, usage in self._do("select model, made, usage from answers order by model, made"):
            usages.setdefault(model, []).append((made, Usage.model_validate_json(usage)))
        return tuple(
            Kept(
                model=model,
                answers=len(rows),
                oldest=rows[0][0],
                newest=rows[-1][0],
                usage=_sum(usage for _, usage in rows),
            )
            for model, rows in usages.items()
        )

    def clear(self, *, model: str | None = None, article: str | None = None, before: datetime | None = None) -> int:
        """Forgets the answers of that model, about the article of that hash, made before then; all of them where
        nothing is said. Returns how many."""
        said = {"model = ?": model, "article = ?": article, "made < ?": before and before.isoformat()}
        given = {condition: value for condition, value in said.items() if value is not None}
        where = f" where {' and '.join(given)}" if given else ""
        gone = self._do(f"delete from answers{where} returning 1", tuple(given.values()))
        with self._lock:
            self._connection.executescript("pragma incremental_vacuum")  # by execute() it would free one page alone
        return len(gone)

    def _do(self, statement: str, values: tuple[Any, ...] = ()) -> list[Any]:
        try:
            with self._lock, self._connection:
                return self._connection.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise SetupError(f"The kept answers in {self.path} cannot be used: {error}. {FIX}") from None


def forget_answers(path: Path | None, articles: Iterable[str]) -> int:
    """Forgets all answers about articles of those hashes, where answers are kept at all. Returns how many.

    Raises SetupError where the file cannot be used.
    """
    hashes = tuple(articles)
    if path is None or not hashes or not path.exists():
        return 0
    cache = AnswerCache(path)
    try:
        return sum(cache.clear(article=sha256) for sha256 in hashes)
    finally:
        cache.close()


def _sum(usages: Iterable[Usage]) -> Usage:
    total = Usage()
    for usage in usages:
        total = total.plus(usage)
    return total


class CachedCompleter:
    """Asks `completer` only what is not known yet. `settings` names all else that can change its answer."""

    def __init__(self, completer: Completer, cache: AnswerCache, *, settings: str) -> None:
        self._completer = completer
        self._cache = cache
        self._settings = settings

    @property
    def name(self) -> str:
        return self._completer.name

    async def complete(self, prompt: Prompt, *, meter: Meter, hear: Hear | None = None) -> Completion:
        key = self._key(prompt)
        known = await asyncio.to_thread(self._cache.find, key)
        if known is not None:
            meter.add(Usage(reused=1))
            return known
        own = Meter()
        try:
            completion = await self._completer.complete(prompt, meter=own, hear=hear)
        finally:
            meter.add(own.usage)
        if completion.status == "complete":
            await asyncio.to_thread(
                self._cache.keep, key, prompt, model=self.name, completion=completion, usage=own.usage
            )
        return completion

    def _key(self, prompt: Prompt) -> str:
        parts = (prompt.key, prompt.article, self.name, str(prompt.max_tokens), str(prompt.sample), self._settings)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()
