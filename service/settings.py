"""What can be set from outside, and what holds when nothing is set?

Read once, at the door, from environment variables `ACCORDING_…`; inside, there is no environment and no global.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, ValidationError

from service.errors import SetupError
from service.records import Record

PREFIX = "ACCORDING_"
OFF = "off"
SAMPLING_TEMPERATURE = 0.7


class Settings(Record):
    """One frozen set of choices; every field can be set as `ACCORDING_<FIELD>` in capitals."""

    model: str = Field(default="embedded", min_length=1, description="the model where a request names none")
    max_characters: int = Field(default=200_000, ge=1, description="longest article, in characters of text")
    max_file_bytes: int = Field(default=20_000_000, ge=1, description="largest file or request body, in bytes")
    segment_characters: int = Field(default=24_000, ge=500, description="most text one model call reads")
    review_below: float | None = Field(
        default=None, ge=0, le=1, description="claims less sure than this need review; unset, the weights say"
    )
    confidence: Path | None = Field(default=None, description="file of fitted weights instead of the ones shipped")
    call_seconds: float = Field(default=120, gt=0, description="longest wait for one model call")
    request_seconds: float = Field(default=600, gt=0, description="longest time for one extraction over HTTP")
    attempts: int = Field(default=4, ge=1, le=20, description="tries of a model call that gets no answer")
    concurrency: int = Field(default=32, ge=1, description="most calls of a model under way at once")
    max_cost: float | None = Field(default=None, gt=0, description="most US dollars that model calls may cost")
    tokens_per_minute: int | None = Field(default=None, ge=1, description="most tokens of model calls in a minute")
    max_output_tokens: int = Field(default=8_000, ge=100, description="longest answer of one model call")
    temperature: float = Field(default=0.0, ge=0, le=2, description="randomness asked of the model")
    samples: int = Field(default=1, ge=1, le=20, description="answers asked of the model for each segment")
    verify: str | None = Field(default=None, min_length=1, description="second model, asked about doubtful claims")
    stream: bool = Field(default=False, description="ask providers to stream their answers")
    answer_mode: str = Field(
        default="auto", pattern="^(auto|schema|tools|json)$", description="auto, schema, tools or json"
    )
    prompt: str = Field(default="extract_claims.v1", description="prompt file, without its ending")
    prompts: Path | None = Field(default=None, description="folder of prompt files instead of the ones shipped")
    api_base: str | None = Field(default=None, description="address of an OpenAI-compatible server")
    record: Path | None = Field(default=None, description="folder in which models' answers are saved as they come")
    replay: Path | None = Field(default=None, description="folder of saved answers that stand in for the model")
    cache: Path | None = Field(
        default=None, description="file in which models' answers are kept for the next time; off keeps none"
    )
    store: str | None = Field(
        default=None, description="file or database in which extractions and jobs are kept; off keeps none"
    )
    keep_days: int | None = Field(
        default=None, ge=1, le=36_500, description="days after which `according store clean` deletes what was kept"
    )
    webhook_secret: SecretStr | None = Field(
        default=None, description="secret that webhooks are signed with; two, with a space, while it is changed"
    )
    webhook_private: bool = Field(default=False, description="webhooks may lead to this machine and private networks")
    max_upload_bytes: int = Field(default=1_000_000_000, ge=1, description="largest upload of a job, in bytes")
    hosts: str | None = Field(
        default=None, description="names that the service goes by over HTTP, with commas; localhost always holds"
    )
    open: bool = Field(default=False, description="answer anybody over HTTP as long as there are no API keys")
    review_second_share: float = Field(
        default=0.1, ge=0, le=1, description="share of judged claims that somebody else looks at again"
    )
    texts: Path | None = Field(default=None, description="folder with the texts of stand-off gold sets")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Settings":
        """Settings from `ACCORDING_…` variables; an empty value counts as not set. Without ACCORDING_CACHE and
        ACCORDING_STORE, answers and extractions are kept in the user's own folders, where there are any.

        Raises SetupError naming the variable, its value and what it takes.
        """
        given: dict[str, Any] = {
            name: environ[PREFIX + name.upper()] for name in cls.model_fields if environ.get(PREFIX + name.upper())
        }
        given["cache"] = given.get("cache") or _usual("XDG_CACHE_HOME", ".cache", "answers.sqlite", environ)
        given["store"] = given.get("store") or _usual("XDG_DATA_HOME", ".local/share", "store.sqlite", environ)
        for name in ("cache", "store"):
            if given[name] == OFF:
                given[name] = None
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            problem = error.errors()[0]
            name = str(problem["loc"][0])
            field = cls.model_fields[name]
            raise SetupError(
                f"{PREFIX}{name.upper()}={given[name]!r} cannot be used: {problem['msg']}. "
                f"It sets this: {field.description}; the default is {field.default!r}."
            ) from None

    def fingerprint_fields(self) -> dict[str, str | int | float | bool | None]:
        """The settings that can change an extraction, for its record."""
        return {
            "segment_characters": self.segment_characters,
            "max_output_tokens": self.max_output_tokens,
            "temperature": self.sampling.temperature,
            "samples": self.samples,
            "verify": self.verify,
            "answer_mode": self.answer_mode,
            "review_below": self.review_below,
            "confidence": None if self.confidence is None else str(self.confidence),
            "replayed": self.replay is not None,
        }

    @property
    def sampling(self) -> "Settings":
        """The same with a temperature that is not nought where several answers are asked for: they would be equal."""
        if self.samples == 1 or self.temperature:
            return self
        return self.model_copy(update={"temperature": SAMPLING_TEMPERATURE})

    def answer_fingerprint(self) -> str:
        """What of the settings can change a model's answer to one and the same prompt."""
        return "\0".join((str(self.temperature), self.answer_mode, self.api_base or ""))


def _usual(variable: str, below_home: str, name: str, environ: Mapping[str, str]) -> str | None:
    """Where the desktop's conventions put what may be lost, and what may not."""
    folder = environ.get(variable) or (f"{home}/{below_home}" if (home := environ.get("HOME")) else None)
    return f"{folder}/according/{name}" if folder else None
