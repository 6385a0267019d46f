"""Which extractor does a model's name stand for?

The one place where a name becomes something that reads articles. Heavy packages are imported only for the extractor
that needs them.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable

from service.errors import InputError
from service.extractors import Extractor, SegmentDrafts
from service.fitted import read_weights
from service.models import Completer
from service.records import Draft, PromptVersion, Reading
from service.settings import Settings


def make_extractor(name: str, settings: Settings) -> Extractor:
    """The extractor for `embedded` or for a model's name as LiteLLM spells it ("openai/gpt-5-mini").

    Raises InputError where the name is none, SetupError where something it needs is missing.
    """
    if settings.confidence is not None:
        read_weights(settings.confidence)  # one that is no use is told of at the door, not article by article
    if name == "embedded":
        from service.embedded.extractor import EmbeddedExtractor

        return InProcess(name, EmbeddedExtractor().drafts)
    if not _MODEL_NAME.fullmatch(name):
        raise InputError(
            f"{name!r} names no model.",
            field="model",
            fix="Use embedded, or provider/name such as openai/gpt-5-mini; `according models` lists what can be used.",
        )
    from service.asking import ModelExtractor

    return ModelExtractor(_make_completer(name, settings), settings)


def _make_completer(name: str, settings: Settings) -> Completer:
    from service.recorded import RecordedCompleter, Recorder
    from service.vendor import VendorCompleter

    if settings.replay is not None:
        return RecordedCompleter(name, settings.replay)
    completer = VendorCompleter(name, settings)
    return completer if settings.record is None else Recorder(completer, settings.record)


_MODEL_NAME = re.compile(r"[a-z][a-z0-9_]*/\S{1,200}")


class InProcess:
    """An extractor for a plain function: it works in a thread of its own, so that others are not kept waiting."""

    prompt: PromptVersion | None = None

    def __init__(self, name: str, propose: Callable[[Reading], tuple[Draft, ...]]) -> None:
        self.name = name
        self._propose = propose

    async def drafts(self, reading: Reading) -> AsyncIterator[SegmentDrafts]:
        yield SegmentDrafts(segment=1, drafts=await asyncio.to_thread(self._propose, reading))
