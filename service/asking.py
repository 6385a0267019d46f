"""What drafts does a model propose for an article?

Asks about all segments at once, as many as the settings allow, and hands over each as soon as it is answered. A segment
that fails is a failure of that segment; the others go on. Which model answers is left to the Completer.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable

from service.drafts import MAX_CLAIMS, MAX_RAW, read_answer, read_drafts
from service.errors import BadAnswer, CompletionError
from service.extractors import SegmentDrafts
from service.models import Completer, Completion, Meter, Prompt
from service.prompting import load_template, write_prompt
from service.reading.segments import split
from service.records import Failure, PromptVersion, Reading, Rejection, Segment
from service.settings import Settings


def _new_nonce() -> str:
    return secrets.token_hex(4)


class ModelExtractor:
    """An extractor with a model behind it. Raises PromptError where the prompt's file cannot be used."""

    def __init__(self, completer: Completer, settings: Settings, *, new_nonce: Callable[[], str] = _new_nonce) -> None:
        self._completer = completer
        self._settings = settings
        self._template = load_template(settings.prompt, folder=settings.prompts)
        self._new_nonce = new_nonce

    @property
    def name(self) -> str:
        return self._completer.name

    @property
    def prompt(self) -> PromptVersion:
        return self._template.version

    async def drafts(self, reading: Reading) -> AsyncIterator[SegmentDrafts]:
        """Each segment's drafts in the order in which they are answered. Leaving early ends the calls under way."""
        room = asyncio.Semaphore(self._settings.concurrency)

        async def ask(segment: Segment) -> SegmentDrafts:
            async with room:
                return await self._ask(segment, reading)

        segments = split(reading, characters=self._settings.segment_characters)
        tasks = [asyncio.create_task(ask(segment)) for segment in segments]
        try:
            for answered in asyncio.as_completed(tasks):
                yield await answered
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _ask(self, segment: Segment, reading: Reading) -> SegmentDrafts:
        prompt = write_prompt(
            segment,
            reading,
            self._template,
            nonce=self._new_nonce(),
            max_output_tokens=self._settings.max_output_tokens,
        )
        meter = Meter()
        try:
            completion = await self._completer.complete(prompt, meter=meter)
        except CompletionError as error:
            return _failed(error, prompt, reading, meter)
        return _answered(completion, prompt, reading, meter)


def _answered(completion: Completion, prompt: Prompt, reading: Reading, meter: Meter) -> SegmentDrafts:
    drafts, rejected = read_drafts(completion.claims[:MAX_CLAIMS], prompt.shown, reading)
    failures: list[Failure] = []
    count = len(completion.claims)
    if completion.status == "truncated":
        complete = "1 complete claim, which is kept" if count == 1 else f"{count:,} complete claims, which are kept"
        message = (
            f"The answer was cut off after {complete}; there may be more. "
            "Raise ACCORDING_MAX_OUTPUT_TOKENS, or lower ACCORDING_SEGMENT_CHARACTERS."
        )
        failures.append(_failure(prompt, "truncated", message))
    if count > MAX_CLAIMS:
        failures.append(_failure(prompt, "too_many_claims", _surplus(count)))
    return SegmentDrafts(
        segment=prompt.shown.segment,
        drafts=tuple(drafts),
        rejected=tuple(rejected),
        failures=tuple(failures),
        usage=meter.usage,
    )


def _surplus(count: int) -> str:
    return (
        f"The answer has {count:,} claims, more than a text of this length can hold; "
        f"the first {MAX_CLAIMS:,} were looked at. Lower ACCORDING_SEGMENT_CHARACTERS, or use another model."
    )


def _failed(error: CompletionError, prompt: Prompt, reading: Reading, meter: Meter) -> SegmentDrafts:
    """The failure, with whatever claims of a broken answer can be used all the same."""
    raw = error.raw if isinstance(error, BadAnswer) else None
    claims = read_answer(raw).claims if raw else ()
    drafts, rejected = read_drafts(claims[:MAX_CLAIMS], prompt.shown, reading)
    if raw and not drafts and not rejected:
        rejected = [
            Rejection(
                segment=prompt.shown.segment,
                reason="unreadable",
                message="no claim could be read from the answer",
                raw=raw[:MAX_RAW],
            )
        ]
    failures = [_failure(prompt, error.reason, str(error))]
    if len(claims) > MAX_CLAIMS:
        failures.append(_failure(prompt, "too_many_claims", _surplus(len(claims))))
    return SegmentDrafts(
        segment=prompt.shown.segment,
        drafts=tuple(drafts),
        rejected=tuple(rejected),
        failures=tuple(failures),
        usage=meter.usage,
    )


def _failure(prompt: Prompt, reason: str, message: str) -> Failure:
    shown = prompt.shown
    return Failure(segment=shown.segment, reason=reason, message=f"Sentences {shown.first} to {shown.last}: {message}")
