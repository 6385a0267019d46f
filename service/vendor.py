"""How is a hosted or local model really called?

The one door to litellm, instructor and openai, imported at the first call, and the one retry policy: all other layers'
retries are off, because retries in several layers multiply. LiteLLM speaks to the providers; instructor checks the
answer and asks once more where it is no use. What is asked is left to `prompting`, reading an answer to `drafts`.

This door sets two variables of the process before the import, for LiteLLM reads them there: no price list is fetched
over the network, and no telemetry is sent. API keys are read from the environment by LiteLLM; they are never put in a
record, and what a provider says of an error is passed on without them.
"""

import asyncio
import json
import logging
import os
import random
import re
import time
import warnings
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, cast

from pydantic_core import PydanticCustomError, ValidationError
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_after_attempt

from service.drafts import ClaimScanner, complaint, read_answer
from service.errors import BadAnswer, CompletionError, InputError, NoAnswer, Refused, SetupError
from service.models import Completion, Meter, NotSetUp, Prompt, missing_for, provider_of
from service.records import Usage
from service.settings import Settings

if TYPE_CHECKING:
    from types import ModuleType

Mode = Literal["schema", "tools", "json"]

BACKOFF_FIRST = 0.5  # seconds before the second try; doubled for each further one, times 0.5 to 1.5 at random
BACKOFF_MOST = 30.0
MAX_STREAMED = 1_000_000  # characters of a streamed answer after which nobody listens any longer
MAX_BABBLE = 2_000  # … and after the answer's last bracket
MAX_SENT_BACK = 8_000  # characters of a bad answer that the model is shown again
LEAST_KEY = 12  # characters; a shorter value of a variable called "…KEY…" may be a word of the article
THINKING_TOKENS = 16_000  # added to the cap where a model's thoughts count against it

# Servers that constrain answers to any schema, whatever model they run.
_CONSTRAINING = frozenset({"hosted_vllm", "ollama", "ollama_chat", "lm_studio", "llamafile"})
# Keywords that a provider's strict mode refuses or ignores; the answer is checked for them here all the same.
_REFUSED_KEYWORDS: Mapping[str, frozenset[str]] = {
    "openai": frozenset({"maxLength"}),
    "azure": frozenset({"maxLength"}),
    "anthropic": frozenset({"maxLength", "maxItems"}),
    "groq": frozenset({"maxLength", "maxItems"}),
}


@dataclass
class _Call:
    """One question on its way: what it has cost, and until when it may take."""

    prompt: Prompt
    meter: Meter
    deadline: float
    requests: int = 0
    answered: str = ""  # the last answer that came, of use or not


class VendorCompleter:
    """Calls one model by its LiteLLM name. Raises SetupError where what it needs is known to be missing."""

    def __init__(
        self,
        name: str,
        settings: Settings,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        missing = missing_for(name, os.environ, api_base=settings.api_base)
        if missing is not None:
            raise SetupError(f"{name} cannot be called yet. {missing}")
        self._name = name
        self._settings = settings
        self._sleep = sleep
        self._jitter = jitter
        self._libraries: _Libraries | None = None
        self._mode: Mode | None = None
        self._thinks = False
        self._connecting = asyncio.Lock()

    @property
    def name(self) -> str:
        return self._name

    async def complete(self, prompt: Prompt, *, meter: Meter) -> Completion:
        """The model's answer, asked for once more where it was no use; what every request cost goes to `meter`."""
        libraries = await self._connected()
        call = _Call(prompt=prompt, meter=meter, deadline=time.monotonic() + self._settings.request_seconds)
        mode = libraries.instructor.Mode.TOOLS if self._mode == "tools" else libraries.instructor.Mode.JSON_SCHEMA
        try:
            answer = await libraries.client(self._send, mode).create(
                response_model=_answer_type(prompt.form),
                messages=[{"role": "system", "content": prompt.system}, {"role": "user", "content": prompt.user}],
                max_retries=AsyncRetrying(
                    stop=stop_after_attempt(2), retry=retry_if_exception_type(libraries.invalid), reraise=True
                ),
                strict=False,
                call=call,
            )
        except libraries.cut_off as cut:
            response = cut.last_completion
            raw = _raw(response)
            return Completion(
                claims=read_answer(raw).claims, status="truncated", raw=raw, model=response.model or self._name
            )
        except libraries.gave_up as failed:
            raise _why(failed, call) from None
        return Completion(
            claims=answer.claims, raw=answer.raw, model=getattr(answer._raw_response, "model", None) or self._name
        )

    async def _connected(self) -> "_Libraries":
        async with self._connecting:
            if self._libraries is None or self._mode is None:
                # In a thread: the import takes seconds, in which others want to be served.
                self._libraries = await asyncio.to_thread(_import_libraries)
                self._refuse_unknown_provider(self._libraries.litellm)
                self._thinks = self._libraries.litellm.supports_reasoning(model=self._name)
                self._mode = _choose_mode(self._name, self._settings, self._libraries.litellm)
        return self._libraries

    def _refuse_unknown_provider(self, litellm: "ModuleType") -> None:
        try:
            litellm.get_llm_provider(model=self._name, api_base=self._settings.api_base)
        except litellm.exceptions.BadRequestError:
            raise InputError(
                f"{self._name!r} names no model: LiteLLM knows no provider {provider_of(self._name)!r}.",
                field="model",
                fix="Write provider/model, such as openai/gpt-5-mini; `according models` shows how names are written.",
            ) from None

    # ── one request, tried as often as the policy allows ──────────────────────────────────────────────────────────

    async def _send(self, *, call: _Call, messages: list[dict[str, Any]], **prepared: Any) -> Any:
        """What instructor takes for the client: it has put the schema into `prepared`, and may come twice."""
        request = self._request(call, messages, prepared)
        policy = AsyncRetrying(
            sleep=self._sleep,
            wait=self._wait,
            stop=lambda state: (
                state.attempt_number >= self._settings.attempts
                or time.monotonic() + state.upcoming_sleep >= call.deadline
            ),
            retry=retry_if_exception_type(NoAnswer),
            reraise=True,
        )
        async for attempt in policy:
            with attempt:
                return await self._try(call, request)
        raise AssertionError("unreachable: the policy returns or raises")  # pragma: no cover

    def _wait(self, state: RetryCallState) -> float:
        """Longer each time, never in step with others, and as long as the provider asks for."""
        backoff = min(BACKOFF_MOST, BACKOFF_FIRST * 2.0 ** (state.attempt_number - 1)) * (0.5 + self._jitter())
        error = state.outcome.exception() if state.outcome is not None else None
        asked = error.retry_after if isinstance(error, NoAnswer) else None
        return max(backoff, asked or 0.0)

    def _request(self, call: _Call, messages: list[dict[str, Any]], prepared: dict[str, Any]) -> dict[str, Any]:
        request: dict[str, Any] = {
            "model": self._name,
            "messages": [*messages[:2], *map(_shortened, messages[2:])],
            "max_tokens": call.prompt.max_tokens + (THINKING_TOKENS if self._thinks else 0),
            "temperature": self._settings.temperature,
            "timeout": self._settings.call_seconds,
            "num_retries": 0,
            "max_retries": 0,
            "drop_params": True,
            "_skip_mcp_handler": True,  # tool calls would import a package that is not installed
        }
        if self._settings.stream:
            request |= {"stream": True, "stream_options": {"include_usage": True}}
        if self._settings.api_base:
            request["api_base"] = self._settings.api_base
            if provider_of(self._name) == "openai" and not os.environ.get("OPENAI_API_KEY"):
                request["api_key"] = "none"  # a local server wants none, the client library wants one
        return request | self._form(call, prepared)

    def _form(self, call: _Call, prepared: dict[str, Any]) -> dict[str, Any]:
        """How the answer is constrained, in the dialect of the provider."""
        if self._mode == "json":
            return {"response_format": {"type": "json_object"}}
        refused = _REFUSED_KEYWORDS.get(provider_of(self._name), frozenset())
        schema = json.loads(_trimmed(call.prompt.form, without=refused))
        if self._mode == "tools":
            function = {**prepared["tools"][0]["function"], "parameters": schema}
            return {"tools": [{"type": "function", "function": function}], "tool_choice": prepared["tool_choice"]}
        form = {"name": "claims", "schema": schema, "strict": True}
        return {"response_format": {"type": "json_schema", "json_schema": form}}

    async def _try(self, call: _Call, request: dict[str, Any]) -> Any:
        assert self._libraries is not None
        seconds = min(self._settings.call_seconds, call.deadline - time.monotonic())
        spent = Usage(calls=1, retries=1 if call.requests else 0)
        call.requests += 1
        try:
            response = await self._answered(request, seconds=max(seconds, 0.001))
            spent = spent.plus(self._usage(response))
        except TimeoutError:
            raise NoAnswer(f"{self._name} did not answer within {seconds:g} s.", reason="timeout") from None
        except CompletionError:
            raise
        except Exception as error:
            if self._mode == "schema" and _refuses_schema(error):
                self._mode = "json"
                request |= {"response_format": {"type": "json_object"}}
                raise NoAnswer(f"{self._name} takes no schema; asking for plain JSON.", reason="no_schema") from None
            # "from None": the cause holds request headers, and with them the key.
            raise self._sorted(error) from None
        finally:
            call.meter.add(spent)
        _make_harmless(response, os.environ)
        declined = _declined(response)
        if declined is not None:
            raise Refused(f"{self._name} declined to answer: {_without_secrets(declined, os.environ)}")
        call.answered = _raw(response)
        return response

    async def _answered(self, request: dict[str, Any], *, seconds: float) -> Any:
        assert self._libraries is not None
        litellm = self._libraries.litellm
        until = asyncio.get_running_loop().time() + seconds
        async with asyncio.timeout_at(until):
            response = await litellm.acompletion(**request)
        return await _listen(response, litellm, until=until) if request.get("stream") else response

    # ── what came of it ───────────────────────────────────────────────────────────────────────────────────────────

    def _usage(self, response: Any) -> Usage:
        used = getattr(response, "usage", None)
        if used is None:
            return Usage()
        details = getattr(used, "prompt_tokens_details", None)
        return Usage(
            prompt_tokens=used.prompt_tokens or 0,
            cached_tokens=getattr(details, "cached_tokens", None) or 0,
            completion_tokens=used.completion_tokens or 0,
            cost_usd=self._cost(response),
        )

    def _cost(self, response: Any) -> float | None:
        """In US dollars by LiteLLM's list; None where it has no price, and for a server of one's own."""
        assert self._libraries is not None
        if self._settings.api_base:
            return None
        try:
            return float(self._libraries.litellm.completion_cost(completion_response=response, model=self._name))
        except Exception:  # LiteLLM raises several kinds for a model without a price
            return None

    def _sorted(self, error: Exception) -> CompletionError:
        """LiteLLM's error as one of ours, by what its catcher will do."""
        said = _without_secrets(str(error), os.environ)
        status = getattr(error, "status_code", None)
        kind = type(error).__name__
        if "ContentPolicy" in kind or "content_filter" in said or "content management policy" in said:
            return Refused(f"{self._name} declined to answer: {said}")
        if "ContextWindow" in kind or (status == 400 and _TOO_LONG.search(said)):
            return BadAnswer(
                f"The segment is too long for {self._name}. Lower ACCORDING_SEGMENT_CHARACTERS. ({said})",
                reason="too_long",
            )
        if status in (401, 403):
            return NotSetUp(f"{self._name} refused the key ({status}). Check the provider's API key. ({said})")
        if status == 404:
            return NotSetUp(
                f"{self._name} is not known there. Check the model's name; `according models` shows how it is written. "
                f"({said})"
            )
        if status == 429 and "insufficient_quota" in said:
            return NotSetUp(f"{self._name}: the account's credit is used up. Add credit at the provider. ({said})")
        if status == 429:
            wait = _retry_after(error)
            return NoAnswer(
                f"{self._name} takes no more requests for now. ({said})", reason="rate_limited", retry_after=wait
            )
        if status == 408 or kind == "Timeout":
            return NoAnswer(f"{self._name} did not answer in time. ({said})", reason="timeout")
        if status is not None and 400 <= status < 500:
            return BadAnswer(f"{self._name} refused the request ({status}). ({said})", reason="bad_request")
        return NoAnswer(f"{self._name} could not be reached or failed. ({said})", retry_after=_retry_after(error))


def _choose_mode(name: str, settings: Settings, litellm: "ModuleType") -> Mode:
    """The strictest form of answer that the model is known to take."""
    if settings.answer_mode != "auto":
        return cast("Mode", settings.answer_mode)
    if settings.api_base or provider_of(name) in _CONSTRAINING or litellm.supports_response_schema(model=name):
        return "schema"
    return "tools" if litellm.supports_function_calling(model=name) else "json"


# ── the libraries behind this door ───────────────────────────────────────────────────────────────────────────────


class _Libraries:
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
def _answer_type(form: str) -> Any:
    """The class by which instructor knows our answer. It reads what came as `drafts` does, and complains, which makes
    instructor ask once more, only where no part of it is of any use."""
    from instructor import OpenAISchema
    from pydantic import ConfigDict, model_validator

    class Claims(OpenAISchema):  # type: ignore[misc]
        """The claims of the article."""

        model_config = ConfigDict(hide_input_in_errors=True)

        claims: tuple[Any, ...]
        raw: str
        problem: str | None = None

        @classmethod
        def model_json_schema(cls, *_: Any, **__: Any) -> dict[str, Any]:
            return {"title": "claims", "description": "The claims of the article.", **json.loads(form)}

        @classmethod
        def model_validate_json(cls, json_data: Any, **_: Any) -> "Claims":
            raw = json_data if isinstance(json_data, str) else bytes(json_data).decode("utf-8", "replace")
            answer = read_answer(raw)
            return cls(claims=answer.claims, raw=raw, problem=complaint(answer))

        @model_validator(mode="after")
        def _usable(self) -> "Claims":
            if self.problem is not None:
                raise PydanticCustomError("unusable_answer", "{problem}", {"problem": self.problem})
            return self

    return Claims


@lru_cache(maxsize=1)
def _import_libraries() -> _Libraries:
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
    return _Libraries(litellm, instructor)


async def close_connections() -> None:
    """Closes the connections that LiteLLM keeps open for all completers of this process. For the end of an event loop;
    whoever is called afterwards makes new ones."""
    if _import_libraries.cache_info().currsize:
        litellm = _import_libraries().litellm
        await litellm.close_litellm_async_clients()
        litellm.in_memory_llm_clients_cache.flush_cache()  # or the closed ones would be used again


# ── reading what LiteLLM gives ────────────────────────────────────────────────────────────────────────────────────


class _Heard:
    """What has come of a streamed answer so far."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.complete = 0  # claims
        self.length = 0  # characters
        self.babble = 0  # characters since the answer was complete
        self.tool: str | None = None
        self.finish: str | None = None
        self.model = ""
        self.refusal: str | None = None
        self.usage: Any = None
        self._scanner = ClaimScanner()

    @property
    def whole(self) -> bool:
        return self.finish is not None or self._scanner.done

    def hear(self, chunk: Any) -> None:
        self.model = chunk.model or self.model
        self.usage = getattr(chunk, "usage", None) or self.usage
        for choice in chunk.choices[:1]:
            calls = choice.delta.tool_calls or ()
            self.finish = choice.finish_reason or self.finish
            self.tool = self.tool or next((call.function.name for call in calls if call.function.name), None)
            self.refusal = getattr(choice.delta, "refusal", None) or self.refusal
            piece = (choice.delta.content or "") + "".join(call.function.arguments or "" for call in calls)
            self.babble += len(piece) if self._scanner.done else 0
            self.length += len(piece)
            self.complete += len(self._scanner.feed(piece))
            self.pieces.append(piece)

    def as_response(self, litellm: "ModuleType") -> Any:
        text = "".join(self.pieces)
        call = {"id": "1", "type": "function", "function": {"name": self.tool, "arguments": text}}
        message = litellm.Message(content=None, tool_calls=[call]) if self.tool else litellm.Message(content=text)
        if self.refusal:
            message.provider_specific_fields = {"refusal": self.refusal}
        choice = litellm.Choices(finish_reason=self.finish or "stop", message=message)
        response = litellm.ModelResponse(model=self.model, choices=[choice])
        if self.usage is not None:
            response.usage = self.usage
        return response


async def _listen(stream: Any, litellm: "ModuleType", *, until: float) -> Any:
    """A streamed answer as if it had come in one piece. Where the stream breaks off after its first complete claim,
    what came is kept as an answer cut short; nobody listens for ever to a model that does not stop."""
    heard = _Heard()
    try:
        async with asyncio.timeout_at(until):
            async for chunk in stream:
                heard.hear(chunk)
                if heard.length > MAX_STREAMED or heard.babble > MAX_BABBLE:
                    break
        if not heard.whole and heard.complete == 0:
            raise NoAnswer("The answer broke off before its first claim was complete.", reason="broken_off")
    except Exception:
        if heard.complete == 0:
            raise
    if not heard.whole:
        heard.finish = "length"
    return heard.as_response(litellm)


def _raw(response: Any) -> str:
    """What the model wrote: the arguments of its tool call, or its text."""
    choices = getattr(response, "choices", None)
    if not choices:
        return ""
    message = choices[0].message
    if message.tool_calls:
        arguments = message.tool_calls[0].function.arguments
        return arguments if isinstance(arguments, str) else json.dumps(arguments)
    return message.content or ""


def _make_harmless(response: Any, environ: Mapping[str, str]) -> None:
    """Takes out of what the model wrote, in place, what must not travel on: halves of surrogate pairs, which no UTF-8
    can hold and which would break the next request and our own answer, and keys that a server echoes."""
    for choice in getattr(response, "choices", None) or ():
        message = choice.message
        if isinstance(message.content, str):
            message.content = _harmless(message.content, environ)
        for call in message.tool_calls or ():
            if isinstance(call.function.arguments, str):
                call.function.arguments = _harmless(call.function.arguments, environ)


def _shortened(message: dict[str, Any]) -> dict[str, Any]:
    """A message about a bad answer, which holds that answer: no runaway is sent back, and paid for, whole."""
    content = message.get("content")
    if isinstance(content, str) and len(content) > MAX_SENT_BACK:
        message = message | {"content": content[:MAX_SENT_BACK] + " …"}
    for call in message.get("tool_calls") or ():
        if len(call["function"]["arguments"]) > MAX_SENT_BACK:
            call["function"]["arguments"] = "{}"  # a part of it would be no JSON, which providers refuse
    return message


def _harmless(said: str, environ: Mapping[str, str]) -> str:
    for name, value in environ.items():
        if len(value) >= LEAST_KEY and _SECRET_NAME.search(name):
            said = said.replace(value, "[key]")
    return _SURROGATE.sub("\ufffd", said)


_SURROGATE = re.compile(r"[\ud800-\udfff]")
_DECLINING = re.compile(
    r"\s*(?:I['’]?m sorry|I am sorry|sorry|I can(?:no|['’])t|I (?:am|['’]m) unable|I won['’]t)", re.I
)


def _declined(response: Any) -> str | None:
    """The words in which the model declined, or None where it answered."""
    choices = getattr(response, "choices", None)
    if not choices:
        return None
    message = choices[0].message
    refusal = (getattr(message, "provider_specific_fields", None) or {}).get("refusal")
    if refusal:
        return str(refusal)
    raw = _raw(response)
    if choices[0].finish_reason == "content_filter":
        return "its content filter stopped the answer"
    if "{" not in raw and _DECLINING.match(raw):
        return raw
    return None


def _why(failed: Any, call: _Call) -> CompletionError:
    """The error that made instructor give up: one of ours, or an answer that was no use twice.

    Where the second request failed, the first answer goes with the error: some of it may be of use."""
    cause = failed.__cause__
    if isinstance(cause, CompletionError):
        return BadAnswer(str(cause), reason=cause.reason, raw=call.answered) if call.answered else cause
    raw = _raw(failed.last_completion)
    problem = complaint(read_answer(raw)) or "the answer has not the form that was asked for"
    return BadAnswer(f"Asked twice, the model gave no answer that can be used: {problem}", raw=raw)


def _refuses_schema(error: Exception) -> bool:
    said = str(error).lower()
    return getattr(error, "status_code", None) in (400, 422) and (
        "response_format" in said or "json_schema" in said or "structured output" in said
    )


def _retry_after(error: Exception) -> float | None:
    """Seconds that the provider asks to wait, from its Retry-After in seconds or as a date."""
    response = getattr(error, "response", None)
    for headers in (getattr(error, "litellm_response_headers", None), getattr(response, "headers", None)):
        value = headers.get("retry-after") if headers else None
        if value is None:
            continue
        try:
            return max(0.0, float(value))
        except ValueError:
            pass
        try:
            return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
        except ValueError:
            return None
    return None


_TOO_LONG = re.compile(r"context[ _](?:length|window|size)|too many tokens|prompt is too long", re.I)
_LITELLM_SAYS = re.compile(r"^(?:litellm\.)?(?:\w+: )?(?:\w+: )?(?:\w+Exception - )?")
_SECRET_NAME = re.compile(r"KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL", re.I)
_SECRET_LOOK = re.compile(r"\b(?:sk|pk|gsk|key|hf|Bearer)[-_ ][A-Za-z0-9_.\-]{8,}|\bAIza[A-Za-z0-9_\-]{20,}")


def _without_secrets(said: str, environ: Mapping[str, str]) -> str:
    """What a provider said, cut to a line, without any key that it may have echoed."""
    for name, value in environ.items():
        if len(value) >= 6 and _SECRET_NAME.search(name):
            said = said.replace(value, "[key]")
    return _SECRET_LOOK.sub("[key]", _LITELLM_SAYS.sub("", " ".join(said.split())))[:300]


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
