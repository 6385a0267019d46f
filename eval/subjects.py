"""What is measured: which model, asked with which prompt?

Each model with each prompt is a subject of its own; a model that uses no prompt is one subject, however many are named.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import service.choose
import service.pipeline
from eval.store import RunInfo, new_info
from service.extractors import Extractor
from service.fitted import weights_for
from service.records import Article, Extraction
from service.settings import Settings


class Subject(NamedTuple):
    """A model and a prompt, ready to extract."""

    model: str
    extractor: Extractor
    settings: Settings

    @property
    def prompt_name(self) -> str | None:
        return self.extractor.prompt.name if self.extractor.prompt else None

    @property
    def label(self) -> str:
        return f"{self.model} {self.prompt_name}" if self.prompt_name else self.model

    async def extract(self, article: Article) -> Extraction:
        return await service.pipeline.extract(article, extractor=self.extractor, settings=self.settings)

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
            server=_without_user(self.settings.api_base),
            repeats=repeats,
        )


def make_subjects(models: Iterable[str], prompts: Sequence[str], settings: Settings) -> tuple[Subject, ...]:
    """Each model with each prompt: a name as in the folder of prompts, or the path of a prompt's file.

    Raises InputError, SetupError or PromptError for one that cannot be used, before any is asked.
    """
    subjects: dict[tuple[str, str | None], Subject] = {}
    for model in dict.fromkeys(models):
        for chosen in [_with_prompt(settings, prompt) for prompt in prompts] or [settings]:
            subject = Subject(model, service.choose.make_extractor(model, chosen), chosen)
            fingerprint = subject.extractor.prompt.fingerprint if subject.extractor.prompt else None
            subjects.setdefault((model, fingerprint), subject)
    return tuple(subjects.values())


def _with_prompt(settings: Settings, prompt: str) -> Settings:
    path = Path(prompt)
    if path.suffix == ".md":
        return settings.model_copy(update={"prompts": path.parent, "prompt": path.stem})
    return settings.model_copy(update={"prompt": prompt})


def _without_user(address: str | None) -> str | None:
    """An address may carry a name and a password before its @."""
    if address is None or "@" not in address:
        return address
    scheme, there, rest = address.partition("://")
    return f"{scheme}{there}{rest.rpartition('@')[2]}" if there else address.rpartition("@")[2]
