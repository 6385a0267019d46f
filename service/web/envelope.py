"""What goes round every request, whatever it asks?

An id, headers that keep pages harmless, one line in the log, and an answer even where our own code fails. The log holds
no article text: of an unexpected error it gets the kind and the places in the code, never the message.
"""

import re
import time
import traceback
import uuid
from typing import Any

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.web.problems import Problem

_SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
SECURITY_HEADERS = {
    "content-security-policy": CONTENT_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",  # without any, a form of our own would come with "Origin: null"
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


class Envelope:
    """Outermost of our own layers; as plain ASGI, so that streams pass through unbuffered."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.log = structlog.get_logger("according.web")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _request_id(Headers(scope=scope))
        scope["request_id"] = request_id
        scope["log_fields"] = {}  # filled by handlers: model, characters, claims
        began, status, caught = time.monotonic(), 0, ""

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _seal(MutableHeaders(scope=message), request_id)
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        except ClientDisconnect:
            caught = "client left"
        except Exception as error:
            caught = type(error).__name__
            self.log.error("unexpected_error", request_id=request_id, error=caught, at=places_of(error))
            if not status:
                await Problem("internal-error").response(request_id)(scope, receive, send_with_headers)
        finally:
            fields = _request_fields(scope, status, began) | ({"ended_by": caught} if caught else {})
            self.log.info("request", request_id=request_id, **fields)


def _request_id(headers: Headers) -> str:
    """The caller's own id where it is harmless to log and to send back, else a new one."""
    given = headers.get("x-request-id", "")
    return given if _SANE_ID.fullmatch(given) else uuid.uuid4().hex


def _seal(headers: MutableHeaders, request_id: str) -> None:
    headers["x-request-id"] = request_id
    for name, value in SECURITY_HEADERS.items():
        headers[name] = value
    if "cache-control" not in headers:
        headers["cache-control"] = "no-store"


def _request_fields(scope: Scope, status: int, began: float) -> dict[str, Any]:
    route = scope.get("route")
    return {
        "method": scope["method"],
        # The pattern, for a path may hold anything; files have the folder that they stand in.
        "route": getattr(route, "path", None) or scope.get("root_path") or "(none)",
        "status": status,
        "seconds": round(time.monotonic() - began, 4),
        **scope["log_fields"],
    }


def places_of(error: BaseException) -> list[str]:
    """Where in the code an error came up, outermost first."""
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    return [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]
