"""A completer that says what a test wrote down."""

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

from service.errors import AccordingError
from service.models import Completion, Hear, Meter, Prompt
from service.records import Usage

ONE_CALL = Usage(calls=1, prompt_tokens=1000, completion_tokens=100)

Said = Completion | AccordingError | str | list[dict[str, Any]]


class ScriptedCompleter:
    """Answers each segment by its number: with claims, raw text, a Completion, or by raising an error.

    `waits` holds seconds by segment, or an asyncio.Event that the test sets.
    """

    def __init__(
        self,
        said: Mapping[int, Said] | Callable[[Prompt], Said],
        *,
        name: str = "scripted/test",
        waits: Mapping[int, float | asyncio.Event] | None = None,
        usage: Usage = ONE_CALL,
    ) -> None:
        self.name = name
        self.prompts: list[Prompt] = []
        self.cancelled = 0
        self.most_at_once = 0
        self._said = said
        self._waits = waits or {}
        self._usage = usage
        self._at_once = 0

    async def complete(self, prompt: Prompt, *, meter: Meter, hear: Hear | None = None) -> Completion:
        self.prompts.append(prompt)
        meter.add(self._usage)
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            await self._wait(prompt.shown.segment)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self._at_once -= 1
        said = self._said(prompt) if callable(self._said) else self._said[prompt.shown.segment]
        if isinstance(said, AccordingError):
            raise said
        return said if isinstance(said, Completion) else a_completion(said, model=self.name)

    async def _wait(self, segment: int) -> None:
        match self._waits.get(segment, 0):
            case asyncio.Event() as event:
                await event.wait()
            case seconds:
                await asyncio.sleep(float(seconds))


def a_completion(said: str | list[dict[str, Any]], **changes: Any) -> Completion:
    """A whole answer with these claims, or with this raw text and the claims that can be read from it."""
    from service.drafts import read_answer

    raw = said if isinstance(said, str) else json.dumps({"c": said})
    return Completion(**({"claims": read_answer(raw).claims, "raw": raw, "model": "scripted/test"} | changes))
