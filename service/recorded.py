"""What did the model answer the last time it was asked just this?

Replays saved answers without the model, and refuses a question that it has not seen; the recorder beside it saves what
another completer answers. A question is known by its `Prompt.key`: wording, schema and article, without the random
delimiter.
"""

import re
from pathlib import Path

from pydantic import ValidationError

from service.errors import BadAnswer, CompletionError
from service.models import Completer, Completion, Hear, Meter, Prompt
from service.records import PromptVersion, Record, Usage


class NotRecorded(CompletionError):
    """No answer to this question has been saved."""

    reason = "not_recorded"


class SavedAnswer(Record):
    """One answer as saved: a file of JSON, named by the question's key."""

    key: str
    model: str  # as it was asked for
    prompt: PromptVersion
    completion: Completion
    usage: Usage


class RecordedCompleter:
    """Answers as the model `name` did when a Recorder stood before it, at the same cost on paper."""

    def __init__(self, name: str, folder: Path) -> None:
        self._name = name
        self._folder = folder

    @property
    def name(self) -> str:
        return self._name

    async def complete(self, prompt: Prompt, *, meter: Meter, hear: Hear | None = None) -> Completion:
        del hear  # all of it is there at once
        path = _path(self._folder, self._name, prompt)
        try:
            saved = SavedAnswer.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            raise NotRecorded(
                f"No answer of {self._name} is saved for segment {prompt.shown.segment} with the prompt "
                f"{prompt.version.name}. Record it with the model first."
            ) from None
        except ValidationError as error:
            raise BadAnswer(f"The saved answer {path.name} is damaged: {error.errors()[0]['msg']}") from None
        meter.add(saved.usage)
        return saved.completion


class Recorder:
    """Hands every question on to `completer`, and saves what it answers. Failures are not saved: they may pass."""

    def __init__(self, completer: Completer, folder: Path) -> None:
        self._completer = completer
        self._folder = folder

    @property
    def name(self) -> str:
        return self._completer.name

    async def complete(self, prompt: Prompt, *, meter: Meter, hear: Hear | None = None) -> Completion:
        own = Meter()
        try:
            completion = await self._completer.complete(prompt, meter=own, hear=hear)
        finally:
            meter.add(own.usage)
        saved = SavedAnswer(
            key=prompt.key, model=self.name, prompt=prompt.version, completion=completion, usage=own.usage
        )
        path = _path(self._folder, self.name, prompt)
        path.parent.mkdir(parents=True, exist_ok=True)
        written = path.with_suffix(".part")
        written.write_text(saved.model_dump_json(indent=1), encoding="utf-8")
        written.replace(path)
        return completion


def _path(folder: Path, name: str, prompt: Prompt) -> Path:
    sample = f".{prompt.sample}" if prompt.sample > 1 else ""
    return folder / re.sub(r"[^A-Za-z0-9._-]+", "-", name) / f"{prompt.key[:32]}{sample}.json"
