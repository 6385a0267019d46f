"""What drafts does a model propose for an article?

Asks about all segments at once, as many as the settings allow, and hands over each as soon as it is answered: claim by
claim where the model is listened to while it writes. A segment that fails is a failure of that segment; the others go
on. Which model answers is left to the Completer.
"""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable, Sequence

from service.drafts import MAX_CLAIMS, MAX_RAW, read_answer, read_drafts
from service.errors import BadAnswer, CompletionError
from service.extractors import SegmentDrafts
from service.guarding import Redaction
from service.models import Completer, Completion, Meter, Prompt
from service.prompting import Excerpt, confirming, load_template, write_prompt
from service.reading.segments import split
from service.records import Failure, PromptVersion, Reading, Rejection, Segment
from service.settings import Settings


def _new_nonce() -> str:
    return secrets.token_hex(4)


class ModelExtractor:
    """An extractor with a model behind it. Raises PromptError where the prompt's file cannot be used.

    `excerpts`: it will be asked about some sentences of an article only."""

    def __init__(
        self,
        completer: Completer,
        settings: Settings,
        *,
        excerpts: bool = False,
        new_nonce: Callable[[], str] = _new_nonce,
    ) -> None:
        self._completer = completer
        self._settings = settings
        template = load_template(settings.prompt, folder=settings.prompts)
        self._template = confirming(template, folder=settings.prompts) if excerpts else template
        self._new_nonce = new_nonce

    @property
    def name(self) -> str:
        return self._completer.name

    @property
    def prompt(self) -> PromptVersion:
        return self._template.version

    async def drafts(self, reading: Reading, excerpts: Sequence[Excerpt] | None = None) -> AsyncIterator[SegmentDrafts]:
        """Each segment's drafts in the order in which they are answered, or those of some excerpts alone. Leaving early
        ends the calls under way."""
        room = asyncio.Semaphore(self._settings.concurrency)
        answered: asyncio.Queue[SegmentDrafts | None] = asyncio.Queue()

        async def ask(segment: Segment | Excerpt) -> None:
            async with room:
                await answered.put(await self._ask(segment, reading, answered.put_nowait))

        parts: Sequence[Segment | Excerpt] | None = excerpts
        if parts is None:
            parts = split(reading, characters=self._settings.segment_characters)
        tasks = [asyncio.create_task(ask(part)) for part in parts]
        everything = asyncio.gather(*tasks)
        everything.add_done_callback(lambda _: answered.put_nowait(None))
        try:
            while (part := await answered.get()) is not None:
                yield part
            await everything  # raises what no segment can be blamed for
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, everything, return_exceptions=True)

    async def _ask(
        self, segment: Segment | Excerpt, reading: Reading, tell: Callable[[SegmentDrafts], None]
    ) -> SegmentDrafts:
        """The segment's drafts, without those that `tell` has been given while the model was writing."""
        prompt = write_prompt(
            segment,
            reading,
            self._template,
            nonce=self._new_nonce(),
            max_output_tokens=self._settings.max_output_tokens,
        )
        meter = Meter()
        redaction = Redaction(prompt.system, prompt.user, reading.article.text)
        early = _Early(prompt, reading, tell, redaction)
        hear = early.hear if self._settings.stream else None
        try:
            completion = await self._completer.complete(prompt, meter=meter, hear=hear)
        except CompletionError as error:
            return early.rest(_failed(error, prompt, reading, meter, redaction))
        claims = tuple(redaction.value(claim) for claim in completion.claims)
        return early.rest(_answered(completion.model_copy(update={"claims": claims}), prompt, reading, meter))


class _Early:
    """Hands on the drafts of an answer that is still being written."""

    def __init__(
        self, prompt: Prompt, reading: Reading, tell: Callable[[SegmentDrafts], None], redaction: Redaction
    ) -> None:
        self._redaction = redaction
        self._prompt = prompt
        self._reading = reading
        self._tell = tell
        self._told: set[str] = set()

    def hear(self, claim: str) -> None:
        try:
            said = self._redaction.value(json.loads(claim))
        except (ValueError, RecursionError):
            return  # the whole answer will show it as a rejection
        drafts, _ = read_drafts([said], self._prompt.shown, self._reading)
        for draft in drafts:
            if (words := draft.model_dump_json()) not in self._told:
                self._told.add(words)
                self._tell(SegmentDrafts(segment=self._prompt.shown.segment, drafts=(draft,)))

    def rest(self, answered: SegmentDrafts) -> SegmentDrafts:
        """What is left to say of the answer, now that it is whole."""
        untold = tuple(draft for draft in answered.drafts if draft.model_dump_json() not in self._told)
        return answered.model_copy(update={"drafts": untold})


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
        answered_by=completion.model,
    )


def _surplus(count: int) -> str:
    return (
        f"The answer has {count:,} claims, more than a text of this length can hold; "
        f"the first {MAX_CLAIMS:,} were looked at. Lower ACCORDING_SEGMENT_CHARACTERS, or use another model."
    )


def _failed(
    error: CompletionError, prompt: Prompt, reading: Reading, meter: Meter, redaction: Redaction
) -> SegmentDrafts:
    """The failure, with whatever claims of a broken answer can be used all the same."""
    raw = error.raw if isinstance(error, BadAnswer) else None
    claims = tuple(redaction.value(claim) for claim in read_answer(raw).claims) if raw else ()
    drafts, rejected = read_drafts(claims[:MAX_CLAIMS], prompt.shown, reading)
    if raw and not drafts and not rejected:
        rejected = [
            Rejection(
                segment=prompt.shown.segment,
                reason="unreadable",
                message="no claim could be read from the answer",
                raw=redaction.words(raw[:MAX_RAW]),
            )
        ]
    failures = [_failure(prompt, error.reason, redaction.words(str(error)))]
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
