"""How is an error told over HTTP?

Every one as a problem document (RFC 9457): its kind as a link to an explanation, the field at fault as a JSON pointer,
and the request's id. What was sent is never repeated.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from fastapi import Request
from fastapi.responses import Response
from pydantic import ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails
from starlette.exceptions import HTTPException

from service.errors import AccordingError, InputError, PromptError, SetupError, TooLarge, UnsupportedFile
from service.records import Record
from service.store.database import StoreDown

MEDIA_TYPE = "application/problem+json"
SHOWN = 20  # field errors told at most; a body can hold more than anybody wants to read


class Kind(NamedTuple):
    status: int
    title: str
    explanation: str


KINDS: dict[str, Kind] = {
    "not-utf-8": Kind(400, "The body is not UTF-8", "Send text encoded as UTF-8; no other encoding is read."),
    "bad-idempotency-key": Kind(
        400,
        "The Idempotency-Key cannot be used",
        "Send one, of 1 to 255 plain ASCII characters, such as a random UUID.",
    ),
    "key-needed": Kind(
        401,
        "An API key is needed here",
        "Send it as “Authorization: Bearer acc_…”. Whoever runs the service makes keys with `according keys create`.",
    ),
    "wrong-key": Kind(
        401,
        "This API key is not valid",
        "It may be mistyped, expired or revoked. Whoever runs the service makes keys with `according keys create`.",
    ),
    "scope-missing": Kind(
        403, "The API key is not for this", "The detail names the scope that is needed; have a key made that has it."
    ),
    "foreign-page": Kind(
        403,
        "Requests from other sites' pages are refused",
        "A page of another site made a browser send this. Call the service from a program, or from its own page.",
    ),
    "not-found": Kind(404, "There is nothing at this address", "The addresses are listed in /openapi.json."),
    "method-not-allowed": Kind(
        405, "This address does not take this method", "The methods it takes are named in the Allow header."
    ),
    "too-slow": Kind(408, "The body did not arrive in time", "Send the whole body at once, or over a better line."),
    "idempotency-key-in-use": Kind(
        409,
        "The first request with this Idempotency-Key is still being worked on",
        "Send it again after the seconds that Retry-After gives.",
    ),
    "job-cancelled": Kind(
        409, "The job was cancelled", "Nothing of it is taken up again; order what is missing as a new job."
    ),
    "job-ended": Kind(409, "The job has ended", "Nothing of it is left to be limited; order a new one."),
    "gone": Kind(
        410,
        "What was answered is not there any more",
        "This Idempotency-Key stands for an extraction that was deleted. Send the request with another key.",
    ),
    "too-large": Kind(
        413,
        "The article or the body is too large",
        "Send less, or have whoever runs the service raise the option that the detail names.",
    ),
    "unsupported-media-type": Kind(
        415,
        "This kind of body cannot be read here",
        "Send application/json, or multipart/form-data with a .txt, .md, .html, .pdf or .docx file; not compressed.",
    ),
    "no-store": Kind(
        404,
        "Nothing is kept here",
        "Reviewing needs a store. Whoever runs the service names one with ACCORDING_STORE; it is set to off.",
    ),
    "reviewers-needed": Kind(
        403,
        "Nobody is named as a reviewer yet",
        "From other machines one reviews under a name: `according review people add NAME` gives a token for it.",
    ),
    "wrong-host": Kind(
        421,
        "The service does not go by this name",
        "Whoever runs it lists its names in ACCORDING_HOSTS. Until then it answers to localhost and to addresses.",
    ),
    "invalid-request": Kind(
        422,
        "The request cannot be worked on as it is",
        "Each entry of `errors` points to a field and says what is wrong.",
    ),
    "idempotency-key-reused": Kind(
        422,
        "This Idempotency-Key stands for another request",
        "Use a new key for each request, and the same one only to send the same again.",
    ),
    "rate-limited": Kind(
        429, "Too many requests with this API key", "Try again after the seconds that Retry-After gives."
    ),
    "budget-spent": Kind(
        429,
        "What this API key may cost in a day is spent",
        "Try again when the day has ended (UTC), after the seconds that Retry-After gives.",
    ),
    "internal-error": Kind(
        500,
        "Something went wrong in the service",
        "It is not your request's fault. The log has more under the request id.",
    ),
    "model-failed": Kind(
        502,
        "The model gave no usable answer for any part of the article",
        "`extraction` holds what is known, with the reasons in `failures`. It does not mean that there are no claims.",
    ),
    "not-set-up": Kind(
        503, "This is not set up here", "GET /v1/models lists what can be used, and what the others still need."
    ),
    "busy": Kind(503, "Too many articles are being read", "Try again after the seconds that Retry-After gives."),
    "store-down": Kind(
        503,
        "The store does not answer",
        "Nothing can be kept or looked up now. Try again in a moment; what asks to keep nothing may work meanwhile.",
    ),
    "not-ready": Kind(503, "The service cannot read articles yet", "The detail says what is missing on its machine."),
    "stopping": Kind(503, "The service is being stopped", "Try again in a moment."),
    "time-limit": Kind(
        504,
        "The extraction took longer than the service allows",
        "Send a shorter article, use a faster model, or ask for a stream to keep the claims found in time.",
    ),
}

_LINKS = frozenset({"url", "urls", "uri", "href", "link", "source_url", "article_url"})
_BY_STATUS = {404: "not-found", 405: "method-not-allowed", 413: "too-large", 415: "unsupported-media-type"}


class FieldError(Record):
    """One thing wrong: `pointer` is a JSON pointer (RFC 6901) into the body, empty for the body as a whole."""

    pointer: str
    message: str


class ProblemDetails(Record):
    """The body of every error. Further members may be present (`extraction` where a model failed)."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="link to an explanation, relative to the service's address")
    title: str
    status: int
    detail: str
    request_id: str | None = None
    errors: tuple[FieldError, ...] = ()


class Problem(Exception):
    """Raised anywhere in the web door; becomes the response."""

    def __init__(
        self,
        code: str,
        detail: str | None = None,
        *,
        errors: Iterable[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.kind = KINDS[code]
        self.detail = detail or self.kind.explanation
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.more = dict(more or {})

    def document(self, request_id: str | None) -> dict[str, Any]:
        """The problem as JSON-ready values."""
        details = ProblemDetails(
            type=f"/problems/{self.code}",
            title=self.kind.title,
            status=self.kind.status,
            detail=self.detail,
            request_id=request_id,
            errors=self.errors[:SHOWN],
        )
        return details.model_dump(mode="json") | self.more

    def response(self, request_id: str | None) -> Response:
        # ASCII, so that no character of a message can make the answer itself fail.
        content = json.dumps(self.document(request_id), ensure_ascii=True, allow_nan=False)
        return Response(content, self.kind.status, headers=self.headers, media_type=MEDIA_TYPE)


def pointer_to(location: Iterable[str | int]) -> str:
    """The JSON pointer to a field; long or odd names, which are the sender's own, are cut."""
    return "".join("/" + str(part)[:60].replace("~", "~0").replace("/", "~1") for part in location)


def from_validation(error: ValidationError) -> Problem:
    """What was wrong with which field, and what to send instead. Neither holds the input."""
    errors = [
        FieldError(pointer=pointer_to(problem["loc"]), message=_in_words(problem))
        for problem in error.errors(include_url=False, include_input=False)[:SHOWN]
    ]
    return Problem("invalid-request", _sentence(errors), errors=errors)


def _in_words(problem: ErrorDetails) -> str:
    kind, message = problem["type"], problem["msg"]
    limits = problem.get("ctx", {})
    match kind:
        case "json_invalid":
            return "The body is no JSON that can be read: " + message.removeprefix("Invalid JSON: ")
        case "extra_forbidden" if problem["loc"][-1] in _LINKS:
            return "Nothing is fetched from the web here: send the article's `text`, or a file."
        case "extra_forbidden":
            return "There is no such field; leave it out."
        case "missing":
            return "It is missing; send it."
        case "model_type" | "model_attributes_type" | "dict_type":
            return 'The body must be a JSON object, such as {"text": "…"}.'
        case "string_type":
            return "It must be a string."
        case "string_too_short" | "too_short":
            return "It is empty; send some words or leave it out."
        case "string_too_long" | "too_long":
            return f"It is too long; at most {limits['max_length']:,} characters or entries fit."
        case "string_pattern_mismatch":
            return "It must be one word of plain ASCII characters."
        case _ if kind.startswith("date"):
            return "It must be a date as YYYY-MM-DD, such as 2026-03-05."
    return message.removeprefix("Value error, ")


def _sentence(errors: list[FieldError]) -> str:
    first = errors[0]
    return f"{first.pointer}: {first.message}" if first.pointer else first.message


TOLD = (InputError, SetupError, PromptError)  # errors raised on purpose, whose words are for whoever asked


def from_error(error: AccordingError) -> Problem:
    """The problem for an error that the service raised on purpose: one of TOLD."""
    if isinstance(error, StoreDown):
        return Problem("store-down", headers={"retry-after": "5"})  # its words tell of the machine, for the log
    if not isinstance(error, InputError):
        return Problem("not-set-up", str(error))
    code = "too-large" if isinstance(error, TooLarge) else "invalid-request"
    if isinstance(error, UnsupportedFile):
        code = "unsupported-media-type"
    # A wrong model's name is the one message that would repeat the input.
    message = error.fix if error.field == "model" else f"{error.message} {error.fix}"
    return Problem(code, message, errors=[FieldError(pointer=pointer_to([error.field]), message=message)])


def from_http(error: HTTPException) -> Problem:
    """The problem for what the framework refuses by itself."""
    code = _BY_STATUS.get(error.status_code, "invalid-request" if error.status_code < 500 else "internal-error")
    return Problem(code, headers=error.headers)


async def on_error(request: Request, error: Exception) -> Response:
    """The framework's one handler for errors that have a response."""
    match error:
        case Problem():
            problem = error
        case HTTPException():
            problem = from_http(error)
        case InputError() | SetupError() | PromptError():
            problem = from_error(error)
        case _:
            problem = Problem("internal-error")
    return problem.response(request.scope.get("request_id"))
