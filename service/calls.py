"""What do all model calls of a process share?

How much a model may have under way, what may be spent, the answers that are kept, and who is told of each question.
Made once at the door.
"""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from service.allowance import Allowance
from service.errors import CompletionError
from service.models import Completer, Completion, Hear, Meter, Prompt
from service.pacing import Pace
from service.records import Usage
from service.settings import Settings
from service.telemetry import Tracing, tell_answer

if TYPE_CHECKING:
    from service.cached import AnswerCache


class OnCall(Protocol):
    """Is told of a question to a model: `outcome` is "complete", "truncated", "cancelled" or the reason it failed."""

    def __call__(self, model: str, *, outcome: str, seconds: float, usage: Usage) -> None: ...


class Calls:
    """Raises SetupError at the first call where answers shall be kept in a file that cannot be used."""

    def __init__(self, settings: Settings, *, on_call: OnCall | None = None, tracing: Tracing | None = None) -> None:
        self._on_call = on_call
        self._tracing = tracing or Tracing()
        self.allowance = Allowance(max_cost=settings.max_cost, tokens_per_minute=settings.tokens_per_minute)
        self._most = settings.concurrency
        self._cache_path: Path | None = settings.cache
        self._cache: AnswerCache | None = None
        self._paces: dict[str, Pace] = {}

    def pace(self, model: str) -> Pace:
        """The room that all calls of that model share."""
        return self._paces.setdefault(model, Pace(most=self._most))

    @property
    def cache(self) -> "AnswerCache | None":
        """The answers that are kept, opened when first asked for."""
        if self._cache is None and self._cache_path is not None:
            from service.cached import AnswerCache

            self._cache = AnswerCache(self._cache_path)
        return self._cache

    def watched(self, completer: Completer, settings: Settings) -> Completer:
        """The same, with everybody told who wants to know what it is asked."""
        if self._on_call is None and not self._tracing:
            return completer
        return WatchedCompleter(completer, settings, on_call=self._on_call, tracing=self._tracing)


class WatchedCompleter:
    """Hands every question on to `completer`, and tells what came of it: never what was asked or answered."""

    def __init__(self, completer: Completer, settings: Settings, *, on_call: OnCall | None, tracing: Tracing) -> None:
        self._completer = completer
        self._temperature = settings.temperature
        self._on_call = on_call
        self._tracing = tracing

    @property
    def name(self) -> str:
        return self._completer.name

    async def complete(self, prompt: Prompt, *, meter: Meter, hear: Hear | None = None) -> Completion:
        own, outcome, answered_by = Meter(), "cancelled", None
        began = time.monotonic()
        with self._tracing.model_call(self.name, max_tokens=prompt.max_tokens, temperature=self._temperature) as traced:
            try:
                completion = await self._completer.complete(prompt, meter=own, hear=hear)
                outcome, answered_by = completion.status, completion.model
                return completion
            except CompletionError as error:
                outcome = error.reason
                traced.failed(outcome)
                raise
            except Exception as error:
                outcome = type(error).__name__
                traced.failed(outcome)
                raise
            finally:
                meter.add(own.usage)
                tell_answer(traced, usage=own.usage, model=answered_by)
                if self._on_call is not None:
                    seconds = time.monotonic() - began
                    self._on_call(self.name, outcome=outcome, seconds=seconds, usage=own.usage)
