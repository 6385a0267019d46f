"""Which extractor does a model's name stand for?

The one place where a name becomes something that reads articles. Heavy packages are imported only for the extractor
that needs them.

    embedded                     this machine's grammar, no model
    provider/name                one model, as LiteLLM spells it
    local/name, local/x.gguf     a GGUF file, in this process
    simulated/goldset:options    a stand-in that answers from a gold set, with errors at stated rates
    provider/a|provider/b        the second where the first fails
    embedded+any of these        the grammar for all, the model for what it doubts; a model only, no second "+"
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

from service.calls import Calls
from service.errors import InputError
from service.extractors import Extractor, SegmentDrafts
from service.fitted import CASCADE, read_weights, weights_for
from service.models import LOCAL, Completer
from service.records import Draft, PromptVersion, Reading
from service.settings import Settings

if TYPE_CHECKING:
    from service.asking import ModelExtractor
    from service.judging import Judge
    from service.sampling import SamplingExtractor


def make_extractor(name: str, settings: Settings, calls: Calls | None = None) -> Extractor:
    """The extractor for a name; `calls` is what it shares with others of this process.

    Raises InputError where the name is none, SetupError where something it needs is missing.
    """
    if settings.confidence is not None:
        read_weights(settings.confidence)  # one that is no use is told of at the door, not article by article
    if name == CASCADE:
        from service.embedded.extractor import EmbeddedExtractor

        return InProcess(name, EmbeddedExtractor().drafts)
    if name.startswith(f"{CASCADE}+"):
        return _cascade(name.removeprefix(f"{CASCADE}+"), settings, calls or Calls(settings))
    return _model(name, settings, calls or Calls(settings))


def _model(
    name: str, settings: Settings, calls: Calls, *, excerpts: bool = False
) -> "ModelExtractor | SamplingExtractor":
    asked = settings.sampling
    completer = make_completer(name, asked, calls)
    if settings.samples == 1:
        from service.asking import ModelExtractor

        return ModelExtractor(completer, asked, excerpts=excerpts)
    from service.sampling import sampled

    return sampled(completer, asked, excerpts=excerpts)


def _cascade(name: str, settings: Settings, calls: Calls) -> Extractor:
    from service.cascade import CascadeExtractor
    from service.embedded.extractor import EmbeddedExtractor

    weights = weights_for(CASCADE, settings.confidence)
    return CascadeExtractor(
        EmbeddedExtractor().drafts,
        _model(name, settings.model_copy(update={"stream": False}), calls, excerpts=True),
        weights=weights,
        below=weights.review_below if settings.review_below is None else settings.review_below,
        characters=settings.segment_characters,
    )


def make_judge(settings: Settings, calls: Calls | None = None) -> "Judge | None":
    """The second model that is asked about doubtful claims, where one is set. Raises as `make_extractor`."""
    if settings.verify is None:
        return None
    from service.judging import Judge

    single = settings.model_copy(update={"samples": 1})
    return Judge(make_completer(settings.verify, single, calls or Calls(settings)), single)


def make_completer(name: str, settings: Settings, calls: Calls) -> Completer:
    """Whoever answers to that name: one model, or the first of several that does. Raises as `make_extractor`."""
    completers = [_one_completer(each.strip(), settings, calls) for each in name.split("|")]
    if len(completers) == 1:
        return completers[0]
    from service.fallback import FallbackCompleter

    return FallbackCompleter(completers)


def _one_completer(name: str, settings: Settings, calls: Calls) -> Completer:
    if not (_LOCAL_NAME if name.startswith(LOCAL) else _MODEL_NAME).fullmatch(name):
        raise InputError(
            f"{name!r} names no model.",
            field="model",
            fix="Use embedded, or provider/name such as openai/gpt-5-mini; `according models` lists what can be used.",
        )
    from service.recorded import RecordedCompleter, Recorder

    if settings.replay is not None:
        return RecordedCompleter(name, settings.replay)
    completer = calls.watched(_calling(name, settings, calls), settings)
    if calls.cache is not None and not name.startswith("simulated/"):
        from service.cached import CachedCompleter

        fingerprint = f"{settings.answer_fingerprint()}\0{_file_of(name)}"
        completer = CachedCompleter(completer, calls.cache, settings=fingerprint)
    return completer if settings.record is None else Recorder(completer, settings.record)


def _calling(name: str, settings: Settings, calls: Calls) -> Completer:
    """What really asks the model."""
    if name.startswith(LOCAL):
        from service.local.completer import LocalCompleter

        return LocalCompleter(name, settings)
    if name.startswith("simulated/"):
        from service.simulated.completer import SimulatedCompleter

        return SimulatedCompleter(name, settings, pace=calls.pace(name), allowance=calls.allowance)
    from service.vendor.completer import VendorCompleter

    return VendorCompleter(name, settings, pace=calls.pace(name), allowance=calls.allowance)


def _file_of(name: str) -> str:
    """What tells one file behind a local model's name from the next one there; empty for others."""
    if not name.startswith(LOCAL):
        return ""
    from service.local.gguf import find_model

    found = find_model(name).path.stat()
    return f"{found.st_size} {found.st_mtime_ns}"


_MODEL_NAME = re.compile(r"[a-z][a-z0-9_]*/[^\s|]{1,200}")
_LOCAL_NAME = re.compile(r"local/[^\x00-\x1f\x7f|]{1,400}")  # paths may hold spaces


class InProcess:
    """An extractor for a plain function: it works in a thread of its own, so that others are not kept waiting."""

    prompt: PromptVersion | None = None

    def __init__(self, name: str, propose: Callable[[Reading], tuple[Draft, ...]]) -> None:
        self.name = name
        self._propose = propose

    async def drafts(self, reading: Reading) -> AsyncIterator[SegmentDrafts]:
        yield SegmentDrafts(segment=1, drafts=await asyncio.to_thread(self._propose, reading))
