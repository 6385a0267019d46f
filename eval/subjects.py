"""What is measured: which model, asked with which prompt?

Each model with each prompt is a subject of its own; a model that uses no prompt is one subject, however many are named.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import service.choose
import service.pipeline
from eval.store import RunInfo, new_info
from service.calls import Calls
from service.extractors import Extractor
from service.fitted import weights_for
from service.judging import Judge
from service.records import Article, Extraction
from service.settings import Settings


class Subject(NamedTuple):
    """A model and a prompt, ready to extract."""

    model: str
    extractor: Extractor
    settings: Settings
    judge: Judge | None = None

    @property
    def prompt_name(self) -> str | None:
        return self.extractor.prompt.name if self.extractor.prompt else None

    @property
    def label(self) -> str:
        return f"{self.model} {self.prompt_name}" if self.prompt_name else self.model

    async def extract(self, article: Article) -> Extraction:
        return await service.pipeline.extract(
            article, extractor=self.extractor, settings=self.settings, judge=self.judge
        )

    def info(self, *, goldset: str, sha256: str, place: Path, documents: Sequence[str], repeats: int) -> RunInfo:
        """What a run of this subject is."""
        return new_info(
            goldset=goldset,
            goldset_sha256=sha256,
            goldset_place=str(place),
            documents=documents,
            model=self.model,
            prompt=self.extractor.prompt,
            settings=self.settings.fingerprint_fields()
            | {"confidence": weights_for(self.model, self.settings.confidence).label},
            server=server_of(self.model, self.settings.api_base),
            repeats=repeats,
        )


def make_subjects(models: Iterable[str], prompts: Sequence[str], settings: Settings) -> tuple[Subject, ...]:
    """Each model with each prompt: a name as in the folder of prompts, or the path of a prompt's file.

    Raises InputError, SetupError or PromptError for one that cannot be used, before any is asked.
    """
    subjects: dict[tuple[str, str | None], Subject] = {}
    calls = Calls(settings)
    judge = service.choose.make_judge(settings, calls)
    for model in dict.fromkeys(models):
        for chosen in [_with_prompt(settings, prompt) for prompt in prompts] or [settings]:
            subject = Subject(model, service.choose.make_extractor(model, chosen, calls), chosen, judge)
            fingerprint = subject.extractor.prompt.fingerprint if subject.extractor.prompt else None
            subjects.setdefault((model, fingerprint), subject)
    return tuple(subjects.values())


def _with_prompt(settings: Settings, prompt: str) -> Settings:
    path = Path(prompt)
    if path.suffix == ".md":
        return settings.model_copy(update={"prompts": path.parent, "prompt": path.stem})
    return settings.model_copy(update={"prompt": prompt})


def server_of(model: str, address: str | None) -> str | None:
    """What of an address tells one server behind a model's name from another; None for a model that computes here.

    Never a name, password, key or token: what stands before an @, in the query or behind a # is left out.
    """
    if address is None or "/" not in model:
        return None
    scheme, there, rest = address.strip().partition("://")
    if not there:
        scheme, rest = "", scheme
    place = re.split(r"[?#]", rest, maxsplit=1)[0]
    host, slash, path = place.partition("/")
    if "@" in path:  # a password may hold a slash, against the rules: rather lose a path than keep it
        host, slash, path = place.rpartition("@")[2].partition("/")
    return f"{scheme.lower()}{there}{host.rpartition('@')[2].lower()}{slash}{path}".rstrip("/")
