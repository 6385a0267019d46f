"""How is a hosted or local model really called?

LiteLLM speaks to the providers; instructor checks the answer and asks once more where it is no use. The one retry
policy is here: all other layers' retries are off, because retries in several layers multiply. What is asked is left to
`prompting`, reading an answer to `drafts`.

API keys are read from the environment by LiteLLM; they are never put in a record, and what a provider says of an error
is passed on without them.
"""

import asyncio
import os
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_after_attempt

from service.allowance import Allowance, Price
from service.drafts import complaint, read_answer
from service.errors import BadAnswer, CompletionError, InputError, NoAnswer, Refused, SetupError
from service.models import Completion, Hear, Meter, Prompt, missing_for, provider_of
from service.pacing import CONGESTION, Pace
from service.records import Usage
from service.settings import Settings
from service.vendor.dialects import Mode, choose_mode, form_of, refuses_schema
from service.vendor.faults import declined, make_harmless, shortened, sorted_error, without_secrets
from service.vendor.hearing import listen, raw_of
from service.vendor.libraries import Libraries, answer_type, import_libraries

if TYPE_CHECKING:
    from types import ModuleType

BACKOFF_FIRST = 0.5  # seconds before the second try; doubled for each further one, times 0.5 to 1.5 at random
BACKOFF_MOST = 30.0
THINKING_TOKENS = 16_000  # added to the cap where a model's thoughts count against it
CHARACTERS_A_TOKEN = 3  # of a prompt, before it has been counted: fewer than there are, so that no limit is overrun


@dataclass
class _Call:
    """One question on its way: what it has cost, and until when it may take."""

    prompt: Prompt
    meter: Meter
    deadline: float
    hear: Hear | None
    requests: int = 0
    answered: str = ""  # the last answer that came, of use or not


class VendorCompleter:
    """Calls one model by its LiteLLM name. Raises SetupError where what it needs is known to be missing.

    `pace` and `allowance` are shared by all that call the model in this process.
    """

    def __init__(
        self,
        name: str,
        settings: Settings,
        *,
        pace: Pace | None = None,
        allowance: Allowance | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        missing = missing_for(name, os.environ, api_base=settings.api_base)
        if missing is not None:
            raise SetupError(f"{name} cannot be called yet. {missing}")
        self._name = name
        self._settings = settings
        self._pace = pace or Pace(most=settings.concurrency)
        self._allowance = allowance or Allowance()
        self._sleep = sleep
        self._jitter = jitter
        self._libraries: Libraries | None = None
        self._mode: Mode | None = None
        self._thinks = False
        self._connecting = asyncio.Lock()

    @property
    def name(self) -> str:
        return self._name

    async def complete(self, prompt: Prompt, *, meter: Meter, hear: Hear | None = None) -> Completion:
        """The model's answer, asked for once more where it was no use; what every request cost goes to `meter`."""
        libraries = await self._connected()
        deadline = time.monotonic() + self._settings.request_seconds
        call = _Call(prompt=prompt, meter=meter, deadline=deadline, hear=hear)
        mode = libraries.instructor.Mode.TOOLS if self._mode == "tools" else libraries.instructor.Mode.JSON_SCHEMA
        try:
            answer = await libraries.client(self._send, mode).create(
                response_model=answer_type(prompt.form, prompt.answer),
                messages=[{"role": "system", "content": prompt.system}, {"role": "user", "content": prompt.user}],
                max_retries=AsyncRetrying(
                    stop=stop_after_attempt(2), retry=retry_if_exception_type(libraries.invalid), reraise=True
                ),
                strict=False,
                call=call,
            )
        except libraries.cut_off as cut:
            response = cut.last_completion
            raw = raw_of(response)
            return Completion(
                claims=read_answer(raw).claims, status="truncated", raw=raw, model=response.model or self._name
            )
        except libraries.gave_up as failed:
            if isinstance(failed.__cause__, SetupError):
                raise failed.__cause__ from None
            raise _why(failed, call) from None
        return Completion(
            claims=answer.claims, raw=answer.raw, model=getattr(answer._raw_response, "model", None) or self._name
        )

    async def _connected(self) -> Libraries:
        async with self._connecting:
            if self._libraries is None or self._mode is None:
                # In a thread: the import takes seconds, in which others want to be served.
                self._libraries = await asyncio.to_thread(import_libraries)
                self._refuse_unknown_provider(self._libraries.litellm)
                self._thinks = self._libraries.litellm.supports_reasoning(model=self._name)
                self._mode = choose_mode(self._name, self._settings, self._libraries.litellm)
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
        assert self._mode is not None
        request = self._request(call, messages) | form_of(self._mode, self._name, call.prompt.form, prepared)
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
                return await self._at_our_pace(call, request)
        raise AssertionError("unreachable: the policy returns or raises")  # pragma: no cover

    def _wait(self, state: RetryCallState) -> float:
        """Longer each time, never in step with others, and as long as the provider asks for."""
        backoff = min(BACKOFF_MOST, BACKOFF_FIRST * 2.0 ** (state.attempt_number - 1)) * (0.5 + self._jitter())
        error = state.outcome.exception() if state.outcome is not None else None
        asked = error.retry_after if isinstance(error, NoAnswer) else None
        return max(backoff, asked or 0.0)

    def _request(self, call: _Call, messages: list[dict[str, Any]]) -> dict[str, Any]:
        request: dict[str, Any] = {
            "model": self._name,
            "messages": [*messages[:2], *map(shortened, messages[2:])],
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
        return request

    async def _at_our_pace(self, call: _Call, request: dict[str, Any]) -> Any:
        """One try, once there is room for it and the allowance holds it."""
        expected = self._expected(request)
        ticket = await self._pace.enter()
        began, congested = time.monotonic(), False
        try:
            async with self._allowance.reserved(expected) as settle:
                began = time.monotonic()
                return await self._try(call, request, settle)
        except CompletionError as error:
            congested = error.reason in CONGESTION
            raise
        finally:
            seconds = time.monotonic() - began
            await self._pace.leave(ticket, seconds=seconds, congested=congested, retried=call.requests > 1)

    async def _try(self, call: _Call, request: dict[str, Any], settle: Callable[[Usage], None]) -> Any:
        seconds = min(self._settings.call_seconds, call.deadline - time.monotonic())
        spent = Usage(calls=1, retries=1 if call.requests else 0)
        call.requests += 1
        try:
            response = await self._answered(call, request, seconds=max(seconds, 0.001))
            spent = spent.plus(self._usage(response))
        except TimeoutError:
            raise NoAnswer(f"{self._name} did not answer within {seconds:g} s.", reason="timeout") from None
        except CompletionError:
            raise
        except Exception as error:
            if self._mode == "schema" and refuses_schema(error):
                self._mode = "json"
                request |= {"response_format": {"type": "json_object"}}
                raise NoAnswer(f"{self._name} takes no schema; asking for plain JSON.", reason="no_schema") from None
            # "from None": the cause holds request headers, and with them the key.
            raise sorted_error(error, self._name, os.environ) from None
        finally:
            call.meter.add(spent)
            settle(spent)
        make_harmless(response, os.environ)
        said = declined(response)
        if said is not None:
            raise Refused(f"{self._name} declined to answer: {without_secrets(said, os.environ)}")
        call.answered = raw_of(response)
        return response

    async def _answered(self, call: _Call, request: dict[str, Any], *, seconds: float) -> Any:
        assert self._libraries is not None
        litellm = self._libraries.litellm
        until = asyncio.get_running_loop().time() + seconds
        async with asyncio.timeout_at(until):
            response = await litellm.acompletion(**request)
        return await listen(response, litellm, until=until, hear=call.hear) if request.get("stream") else response

    # ── what it costs ─────────────────────────────────────────────────────────────────────────────────────────────

    def _expected(self, request: dict[str, Any]) -> Price:
        """The most that a request can cost: its prompt by its length, and the longest answer it allows."""
        prompt = sum(len(str(message.get("content") or "")) for message in request["messages"]) // CHARACTERS_A_TOKEN
        return Price(tokens=prompt + request["max_tokens"], usd=self._list_price(prompt, request["max_tokens"]))

    def _list_price(self, prompt: int, completion: int) -> float:
        """In US dollars. Raises SetupError where a limit was set on cost, and LiteLLM's list has no price."""
        if self._allowance.max_cost is None or self._settings.api_base:
            return 0.0
        assert self._libraries is not None
        try:
            costs = self._libraries.litellm.cost_per_token(
                model=self._name, prompt_tokens=prompt, completion_tokens=completion
            )
        except Exception:  # LiteLLM raises several kinds for a model without a price
            raise SetupError(
                f"No price is known for {self._name}, so that a limit of cost could not be kept. Leave out "
                "ACCORDING_MAX_COST (--max-cost), or limit its tokens with ACCORDING_TOKENS_PER_MINUTE."
            ) from None
        return float(sum(costs))

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


def _why(failed: Any, call: _Call) -> CompletionError:
    """The error that made instructor give up: one of ours, or an answer that was no use twice.

    Where the second request failed, the first answer goes with the error: some of it may be of use."""
    cause = failed.__cause__
    if isinstance(cause, CompletionError):
        return BadAnswer(str(cause), reason=cause.reason, raw=call.answered) if call.answered else cause
    raw = raw_of(failed.last_completion)
    problem = complaint(read_answer(raw), call.prompt.answer) or "the answer has not the form that was asked for"
    return BadAnswer(f"Asked twice, the model gave no answer that can be used: {problem}", raw=raw)
