"""What does a model in this process answer to a prompt?

The answer is constrained by the prompt's own schema while it is written. Where it breaks off, by a limit, by time or
because the model goes round in circles, its complete claims are kept.
"""

import asyncio
import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any, Literal

from service.drafts import ClaimScanner, complaint, read_answer
from service.errors import BadAnswer, CompletionError, NoAnswer
from service.local.engine import Engine, LocalModel, grammar
from service.models import Completion, Hear, Meter, Prompt
from service.records import Usage
from service.settings import Settings

COMPACT = {"whitespace_flexible": False, "item_separator": ",", "key_separator": ":"}
LEAST_ANSWER = 256  # tokens that must be left for an answer, or asking is no use
LONGEST_CLAIM = 2_000  # characters of one claim as it is written; real ones have about 250
MOST_REPEATS = 3  # times that one claim may be written again: a small model that does so never stops


class LocalCompleter:
    """Asks the model `local/…`. Raises SetupError where the package or the file is missing."""

    def __init__(
        self,
        name: str,
        settings: Settings,
        *,
        model: LocalModel | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._model = model or LocalModel(name, settings)
        self._settings = settings
        self._clock = clock

    @property
    def name(self) -> str:
        return self._model.name

    async def complete(self, prompt: Prompt, *, meter: Meter, hear: Hear | None = None) -> Completion:
        """The model's answer. The time for a call counts from its turn, not from when it was asked for."""
        loop = asyncio.get_running_loop()

        def tell(claim: str) -> None:
            if hear is not None:
                loop.call_soon_threadsafe(hear, claim)

        def ask(engine: Engine, stop: threading.Event) -> Completion:
            until = self._clock() + self._settings.call_seconds
            answer = _Answer(engine.context, until=until, stop=stop, clock=self._clock, tell=tell)
            try:
                engine.chat(self._request(prompt), answer.hear)
            finally:
                meter.add(answer.usage)
            return self._read(answer, prompt)

        return await self._model.work(ask)

    def _request(self, prompt: Prompt) -> dict[str, Any]:
        # As a grammar and not as `response_format`, which leaves room for white space between the brackets: it would be
        # paid for, and a small model may write it for ever.
        schema = prompt.answer_schema | {"x-guidance": COMPACT}
        return {
            "messages": [{"role": "system", "content": prompt.system}, {"role": "user", "content": prompt.user}],
            "grammar": grammar(f"%json {json.dumps(schema)}"),
            "max_tokens": prompt.max_tokens,
            "temperature": self._settings.temperature,
            "seed": prompt.sample,
            "stream": True,
            "stream_options": {"include_usage": True},
            "return_progress": True,
            "timings_per_token": True,
        }

    def _read(self, answer: "_Answer", prompt: Prompt) -> Completion:
        raw = "".join(answer.pieces)
        if answer.ended is None or (answer.ended == "late" and not answer.complete):
            raise self._nothing(answer)
        if answer.ended == "too_long":
            raise self._too_long(answer)
        read = read_answer(raw)
        if answer.ended != "stop":
            return Completion(claims=read.claims, status="truncated", raw=raw, model=self._model.file.path.name)
        if (problem := complaint(read, prompt.answer)) is not None:
            raise BadAnswer(f"{self.name} gave no answer that can be used: {problem}", raw=raw)
        return Completion(claims=read.claims, raw=raw, model=self._model.file.path.name)

    def _nothing(self, answer: "_Answer") -> CompletionError:
        if answer.error is not None:
            return BadAnswer(f"{self.name} refused the request. ({answer.error[:300]})", reason="bad_request")
        if answer.ended == "late":
            return NoAnswer(
                f"{self.name} completed no claim within {self._settings.call_seconds:g} s. Raise "
                "ACCORDING_CALL_SECONDS, lower ACCORDING_SEGMENT_CHARACTERS, or use a smaller model.",
                reason="timeout",
            )
        return NoAnswer(f"{self.name} broke off before its first claim was complete.", reason="broken_off")

    def _too_long(self, answer: "_Answer") -> CompletionError:
        most = answer.context - LEAST_ANSWER
        share = most / max(answer.asked, most + 1) * self._settings.segment_characters * 0.5
        return BadAnswer(
            f"The segment takes {answer.asked:,} tokens with its instructions; {self.name} reads {answer.context:,}, "
            f"its answer included. Set ACCORDING_SEGMENT_CHARACTERS={max(500, int(share) // 500 * 500)} or lower.",
            reason="too_long",
        )


class _Answer:
    """What has come of an answer so far, and whether to listen on. `ended` says how it ended, None that it did not."""

    def __init__(
        self, context: int, *, until: float, stop: threading.Event, clock: Callable[[], float], tell: Hear
    ) -> None:
        self.context = context
        self.pieces: list[str] = []
        self.complete = 0  # claims
        self.ended: Literal["stop", "length", "late", "circles", "too_long", "stopped"] | None = None
        self.asked = 0  # tokens of the question
        self.error: str | None = None
        self.usage = Usage(calls=1, cost_usd=0.0)
        self._tell = tell
        self._until = until
        self._stop = stop
        self._clock = clock
        self._scanner = ClaimScanner()
        self._unfinished = 0  # characters since the last complete claim
        self._said: Counter[str] = Counter()

    def hear(self, said: dict[str, Any]) -> bool:
        """Takes in one piece; True where nothing more is wanted."""
        self._count(said)
        if "error" in said:
            self._fail(said["error"])
            return True
        for choice in said.get("choices") or ():
            self._take((choice.get("delta") or {}).get("content") or "")
            if choice.get("finish_reason"):
                self.ended = "length" if choice["finish_reason"] == "length" else "stop"
                return False  # what it cost comes last
        if self.ended is None:
            self._give_up()
        return self.ended not in (None, "stop", "length")

    def _fail(self, error: dict[str, Any]) -> None:
        if error.get("type") == "exceed_context_size_error":
            self.ended, self.asked = "too_long", int(error.get("n_prompt_tokens") or self.context)
        else:
            self.error = str(error.get("message"))

    def _count(self, said: dict[str, Any]) -> None:
        """Keeps what it has cost up to now, for an answer that is not heard to its end too."""
        timings = said.get("timings")
        if timings is not None:
            self.usage = Usage(
                calls=1,
                prompt_tokens=timings["cache_n"] + timings["prompt_n"],
                cached_tokens=timings["cache_n"],
                completion_tokens=timings["predicted_n"],
                cost_usd=0.0,
            )
        elif (progress := said.get("prompt_progress")) is not None:
            self.asked = progress["total"]
            self.usage = self.usage.model_copy(
                update={"prompt_tokens": progress["processed"], "cached_tokens": progress["cache"]}
            )

    def _take(self, piece: str) -> None:
        self.pieces.append(piece)
        self._unfinished += len(piece)
        for claim in self._scanner.feed(piece):
            self._unfinished = 0
            self.complete += 1
            self._said[claim] += 1
            self._tell(claim)

    def _give_up(self) -> None:
        if self._stop.is_set():
            self.ended = "stopped"
        elif self.asked + LEAST_ANSWER > self.context:
            self.ended = "too_long"
        elif self._clock() >= self._until:
            self.ended = "late"
        elif self._unfinished > LONGEST_CLAIM or max(self._said.values(), default=0) > MOST_REPEATS:
            self.ended = "circles"
