"""In which form is a model asked to answer, and in whose dialect?"""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, cast

from service.models import provider_of
from service.settings import Settings

if TYPE_CHECKING:
    from types import ModuleType

Mode = Literal["schema", "tools", "json"]

# Servers that constrain answers to any schema, whatever model they run.
_CONSTRAINING = frozenset({"hosted_vllm", "ollama", "ollama_chat", "lm_studio", "llamafile"})
# Keywords that a provider's strict mode refuses or ignores; the answer is checked for them here all the same.
_REFUSED_KEYWORDS: Mapping[str, frozenset[str]] = {
    "openai": frozenset({"maxLength"}),
    "azure": frozenset({"maxLength"}),
    "anthropic": frozenset({"maxLength", "maxItems", "minItems"}),
    "groq": frozenset({"maxLength", "maxItems", "minItems"}),
    "gemini": frozenset({"maxLength", "maxItems", "minItems"}),  # several caps give a bare 400
    "vertex_ai": frozenset({"maxLength", "maxItems", "minItems"}),
    "openrouter": frozenset({"maxLength", "maxItems", "minItems"}),  # hands on to any of these
}
_REFUSALS = (
    "response_format", "json_schema", "structured output", "response_schema", "too many states",
    "compiled grammar is too large", "failed to parse grammar", "invalid json schema", "schema is too complex",
)  # fmt: skip
_REFUSING = (400, 422, 500)  # Ollama says 500 of a schema that it cannot take


def choose_mode(name: str, settings: Settings, litellm: "ModuleType") -> Mode:
    """The strictest form of answer that the model is known to take."""
    if settings.answer_mode != "auto":
        return cast("Mode", settings.answer_mode)
    if settings.api_base or provider_of(name) in _CONSTRAINING or litellm.supports_response_schema(model=name):
        return "schema"
    return "tools" if litellm.supports_function_calling(model=name) else "json"


def form_of(mode: Mode, name: str, form: str, prepared: Mapping[str, Any]) -> dict[str, Any]:
    """How the answer of the model `name` is constrained to the schema `form`; `prepared` is instructor's request."""
    if mode == "json":
        return {"response_format": {"type": "json_object"}}
    refused = _REFUSED_KEYWORDS.get(provider_of(name), frozenset())
    schema = json.loads(_trimmed(form, without=refused))
    if mode == "tools":
        function = {**prepared["tools"][0]["function"], "parameters": schema}
        return {"tools": [{"type": "function", "function": function}], "tool_choice": prepared["tool_choice"]}
    return {
        "response_format": {"type": "json_schema", "json_schema": {"name": "claims", "schema": schema, "strict": True}}
    }


def refuses_schema(error: Exception) -> bool:
    """Whether a server's error is about the schema, so that the same question may be asked without it."""
    said = str(error).lower()
    return getattr(error, "status_code", None) in _REFUSING and any(words in said for words in _REFUSALS)


@lru_cache(maxsize=64)
def _trimmed(form: str, *, without: frozenset[str]) -> str:
    """The answer's schema without some keywords; as JSON, for LiteLLM writes in the schemas that it is given."""
    schema: dict[str, Any] = json.loads(form)
    unseen: list[Any] = [schema]
    while unseen:
        node = unseen.pop()
        if isinstance(node, dict):
            for keyword in without & node.keys():
                del node[keyword]
            unseen.extend(node.values())
        elif isinstance(node, list):
            unseen.extend(node)
    return json.dumps(schema)
