"""What came of a streamed answer, and what text does an answer hold?

A stream is listened to as if it had come in one piece, its claims told as each is complete. Nothing here raises for
what a model wrote.
"""

import asyncio
import json
from typing import TYPE_CHECKING, Any

from service.drafts import ClaimScanner
from service.errors import NoAnswer
from service.models import Hear

if TYPE_CHECKING:
    from types import ModuleType

MAX_STREAMED = 1_000_000  # characters of a streamed answer after which nobody listens any longer
MAX_BABBLE = 2_000  # … and after the answer's last bracket


class _Heard:
    """What has come of a streamed answer so far."""

    def __init__(self, hear: Hear | None) -> None:
        self._hear = hear
        self.pieces: list[str] = []
        self.complete = 0  # claims
        self.length = 0  # characters
        self.babble = 0  # characters since the answer was complete
        self.tool: str | None = None
        self.finish: str | None = None
        self.model = ""
        self.refusal: str | None = None
        self.usage: Any = None
        self._scanner = ClaimScanner()

    @property
    def whole(self) -> bool:
        return self.finish is not None or self._scanner.done

    def hear(self, chunk: Any) -> None:
        self.model = chunk.model or self.model
        self.usage = getattr(chunk, "usage", None) or self.usage
        for choice in chunk.choices[:1]:
            calls = choice.delta.tool_calls or ()
            self.finish = choice.finish_reason or self.finish
            self.tool = self.tool or next((call.function.name for call in calls if call.function.name), None)
            self.refusal = getattr(choice.delta, "refusal", None) or self.refusal
            piece = (choice.delta.content or "") + "".join(call.function.arguments or "" for call in calls)
            self.babble += len(piece) if self._scanner.done else 0
            self.length += len(piece)
            for claim in self._scanner.feed(piece):
                self.complete += 1
                if self._hear is not None:
                    self._hear(claim)
            self.pieces.append(piece)

    def as_response(self, litellm: "ModuleType") -> Any:
        text = "".join(self.pieces)
        call = {"id": "1", "type": "function", "function": {"name": self.tool, "arguments": text}}
        message = litellm.Message(content=None, tool_calls=[call]) if self.tool else litellm.Message(content=text)
        if self.refusal:
            message.provider_specific_fields = {"refusal": self.refusal}
        choice = litellm.Choices(finish_reason=self.finish or "stop", message=message)
        response = litellm.ModelResponse(model=self.model, choices=[choice])
        if self.usage is not None:
            response.usage = self.usage
        return response


async def listen(stream: Any, litellm: "ModuleType", *, until: float, hear: Hear | None = None) -> Any:
    """A streamed answer as if it had come in one piece. Where the stream breaks off after its first complete claim,
    what came is kept as an answer cut short; nobody listens for ever to a model that does not stop."""
    heard = _Heard(hear)
    try:
        async with asyncio.timeout_at(until):
            async for chunk in stream:
                heard.hear(chunk)
                if heard.length > MAX_STREAMED or heard.babble > MAX_BABBLE:
                    break
        if not heard.whole and heard.complete == 0:
            raise NoAnswer("The answer broke off before its first claim was complete.", reason="broken_off")
    except Exception:
        if heard.complete == 0:
            raise
    if not heard.whole:
        heard.finish = "length"
    return heard.as_response(litellm)


def raw_of(response: Any) -> str:
    """What the model wrote: the arguments of its tool call, or its text."""
    choices = getattr(response, "choices", None)
    if not choices:
        return ""
    message = choices[0].message
    if message.tool_calls:
        arguments = message.tool_calls[0].function.arguments
        return arguments if isinstance(arguments, str) else json.dumps(arguments)
    return message.content or ""
