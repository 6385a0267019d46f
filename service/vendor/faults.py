"""What went wrong with a call, by what its catcher will do, and without any secret?"""

import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from service.errors import BadAnswer, CompletionError, NoAnswer, Refused
from service.models import NotSetUp
from service.vendor.hearing import raw_of

MAX_SENT_BACK = 8_000  # characters of a bad answer that the model is shown again
LEAST_KEY = 12  # characters; a shorter value of a variable called "…KEY…" may be a word of the article


def sorted_error(error: Exception, name: str, environ: Mapping[str, str]) -> CompletionError:
    """LiteLLM's error as one of ours, by what its catcher will do."""
    said = without_secrets(str(error), environ)
    status = getattr(error, "status_code", None)
    kind = type(error).__name__
    if "ContentPolicy" in kind or "content_filter" in said or "content management policy" in said:
        return Refused(f"{name} declined to answer: {said}")
    if "ContextWindow" in kind or (status == 400 and _TOO_LONG.search(said)):
        return BadAnswer(
            f"The segment is too long for {name}. Lower ACCORDING_SEGMENT_CHARACTERS. ({said})",
            reason="too_long",
        )
    if status in (401, 403):
        return NotSetUp(f"{name} refused the key ({status}). Check the provider's API key. ({said})")
    if status == 404:
        return NotSetUp(
            f"{name} is not known there. Check the model's name; `according models` shows how it is written. ({said})"
        )
    if status == 429 and "insufficient_quota" in said:
        return NotSetUp(f"{name}: the account's credit is used up. Add credit at the provider. ({said})")
    if status == 429:
        wait = _retry_after(error)
        return NoAnswer(f"{name} takes no more requests for now. ({said})", reason="rate_limited", retry_after=wait)
    if status == 408 or kind == "Timeout":
        return NoAnswer(f"{name} did not answer in time. ({said})", reason="timeout")
    if status is not None and 400 <= status < 500:
        return BadAnswer(f"{name} refused the request ({status}). ({said})", reason="bad_request")
    return NoAnswer(f"{name} could not be reached or failed. ({said})", retry_after=_retry_after(error))


def declined(response: Any) -> str | None:
    """The words in which the model declined, or None where it answered."""
    choices = getattr(response, "choices", None)
    if not choices:
        return None
    message = choices[0].message
    refusal = (getattr(message, "provider_specific_fields", None) or {}).get("refusal")
    if refusal:
        return str(refusal)
    raw = raw_of(response)
    if choices[0].finish_reason == "content_filter":
        return "its content filter stopped the answer"
    if "{" not in raw and _DECLINING.match(raw):
        return raw
    return None


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


def make_harmless(response: Any, environ: Mapping[str, str]) -> None:
    """Takes out of what the model wrote, in place, what must not travel on: halves of surrogate pairs, which no UTF-8
    can hold and which would break the next request and our own answer, and keys that a server echoes."""
    for choice in getattr(response, "choices", None) or ():
        message = choice.message
        if isinstance(message.content, str):
            message.content = _harmless(message.content, environ)
        for call in message.tool_calls or ():
            if isinstance(call.function.arguments, str):
                call.function.arguments = _harmless(call.function.arguments, environ)


def shortened(message: dict[str, Any]) -> dict[str, Any]:
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


def without_secrets(said: str, environ: Mapping[str, str]) -> str:
    """What a provider said, cut to a line, without any key that it may have echoed."""
    for name, value in environ.items():
        if len(value) >= 6 and _SECRET_NAME.search(name):
            said = said.replace(value, "[key]")
    return _SECRET_LOOK.sub("[key]", _LITELLM_SAYS.sub("", " ".join(said.split())))[:300]


_SURROGATE = re.compile(r"[\ud800-\udfff]")
_DECLINING = re.compile(
    r"\s*(?:I['’]?m sorry|I am sorry|sorry|I can(?:no|['’])t|I (?:am|['’]m) unable|I won['’]t)", re.I
)
_TOO_LONG = re.compile(r"context[ _](?:length|window|size)|too many tokens|prompt is too long", re.I)
_LITELLM_SAYS = re.compile(r"^(?:litellm\.)?(?:\w+: )?(?:\w+: )?(?:\w+Exception - )?")
_SECRET_NAME = re.compile(r"KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL", re.I)
_SECRET_LOOK = re.compile(r"\b(?:sk|pk|gsk|key|hf|Bearer)[-_ ][A-Za-z0-9_.\-]{8,}|\bAIza[A-Za-z0-9_\-]{20,}")
