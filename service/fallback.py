"""Who answers where a model does not?

Asks the first model of a list; the next one only where it fails, is turned away or declines. What each was paid counts.
A key that is not set at all is told at the door.
"""

from collections.abc import Sequence

from service.errors import BadAnswer, CompletionError, Refused
from service.models import Completer, Completion, Hear, Meter, Prompt


class FallbackCompleter:
    """Several completers as one, named as they were asked for: "openai/a|anthropic/b"."""

    def __init__(self, completers: Sequence[Completer]) -> None:
        self._completers = tuple(completers)

    @property
    def name(self) -> str:
        return "|".join(completer.name for completer in self._completers)

    async def complete(self, prompt: Prompt, *, meter: Meter, hear: Hear | None = None) -> Completion:
        """The first answer that can be used. Raises the last error, with what the others said before it.

        Only the last one is listened to while it writes: what another said before it failed would have to be taken
        back.
        """
        failed: list[CompletionError] = []
        for completer in self._completers[:-1]:
            try:
                return await completer.complete(prompt, meter=meter)
            except CompletionError as error:
                failed.append(error)
        try:
            return await self._completers[-1].complete(prompt, meter=meter, hear=hear)
        except CompletionError as error:
            raise _joined([*failed, error]) from None


def _joined(errors: Sequence[CompletionError]) -> CompletionError:
    """One error that says all. The reason is the last one's; a broken answer that holds something goes with it."""
    said = " Then: ".join(str(error) for error in errors)
    raw = next((error.raw for error in errors if isinstance(error, BadAnswer) and error.raw), None)
    if raw:
        return BadAnswer(said, reason=errors[-1].reason, raw=raw)
    if all(isinstance(error, Refused) for error in errors):
        return Refused(said)
    joined = CompletionError(said)
    joined.reason = errors[-1].reason
    return joined
