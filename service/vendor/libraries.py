"""Where do LiteLLM and instructor come from, and how are they kept quiet?

Imported at the first call, which takes seconds. Two variables of the process are set before, for LiteLLM reads them
there: no price list is fetched over the network, and no telemetry is sent.
"""

import json
import logging
import os
import warnings
from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pydantic_core import PydanticCustomError, ValidationError

from service.drafts import AnswerKind, complaint, read_answer

if TYPE_CHECKING:
    from types import ModuleType


class Libraries:
    """LiteLLM and instructor, imported and silenced."""

    def __init__(self, litellm: "ModuleType", instructor: "ModuleType") -> None:
        from instructor.core import IncompleteOutputException, InstructorRetryException
        from instructor.v2.core.errors import ResponseParsingError

        self.litellm = litellm
        self.instructor = instructor
        self.cut_off = IncompleteOutputException
        self.gave_up = InstructorRetryException
        self.invalid = (ValidationError, ResponseParsingError, json.JSONDecodeError)

    def client(self, send: Callable[..., Awaitable[Any]], mode: Any) -> Any:
        return self.instructor.from_litellm(send, mode=mode)


@lru_cache(maxsize=64)
def answer_type(form: str, kind: AnswerKind) -> Any:
    """The class by which instructor knows our answer. It reads what came as `drafts` does, and complains, which makes
    instructor ask once more, only where no part of it is of any use."""
    from instructor import OpenAISchema
    from pydantic import ConfigDict, model_validator

    class Claims(OpenAISchema):  # type: ignore[misc]
        """The claims of the article, or the verdicts on them."""

        model_config = ConfigDict(hide_input_in_errors=True)

        claims: tuple[Any, ...]
        raw: str
        problem: str | None = None

        @classmethod
        def model_json_schema(cls, *_: Any, **__: Any) -> dict[str, Any]:
            return {"title": kind, "description": f"The {kind} of the article.", **json.loads(form)}

        @classmethod
        def model_validate_json(cls, json_data: Any, **_: Any) -> "Claims":
            raw = json_data if isinstance(json_data, str) else bytes(json_data).decode("utf-8", "replace")
            answer = read_answer(raw)
            return cls(claims=answer.claims, raw=raw, problem=complaint(answer, kind))

        @model_validator(mode="after")
        def _usable(self) -> "Claims":
            if self.problem is not None:
                raise PydanticCustomError("unusable_answer", "{problem}", {"problem": self.problem})
            return self

    return Claims


@lru_cache(maxsize=1)
def import_libraries() -> Libraries:
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    os.environ.setdefault("LITELLM_TELEMETRY", "False")
    import instructor
    import litellm

    litellm.telemetry = False
    litellm.suppress_debug_info = True
    for name in (
        "LiteLLM",
        "LiteLLM Router",
        "LiteLLM Proxy",
        "instructor",
        "instructor.v2.retry",
        "openai",
        "httpx",
        "httpcore",
    ):
        # They would write requests and errors, and with them article text and keys.
        logging.getLogger(name).setLevel(logging.CRITICAL)
    # Said of LiteLLM's own types at the first streamed answer, and nothing that our user can mend.
    warnings.filterwarnings("ignore", message="Item '.*' on TypedDict class", category=UserWarning)
    return Libraries(litellm, instructor)


async def close_connections() -> None:
    """Closes the connections that LiteLLM keeps open for all completers of this process. For the end of an event loop;
    whoever is called afterwards makes new ones."""
    if import_libraries.cache_info().currsize:
        litellm = import_libraries().litellm
        await litellm.close_litellm_async_clients()
        litellm.in_memory_llm_clients_cache.flush_cache()  # or the closed ones would be used again
