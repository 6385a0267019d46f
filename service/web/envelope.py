"""What goes round every request, whatever it asks?

An id, headers that keep pages harmless, one line in the log, and an answer even where our own code fails. The log holds
no article text: of an unexpected error it gets the kind and the places in the code, never the message.
"""

import re
import time
import traceback
import uuid

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.telemetry import Traced, Tracing
from service.web.metrics import Metrics
from service.web.problems import Problem

_SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

CONTENT_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
PAGE_POLICY = (
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

    def __init__(self, app: ASGIApp, *, metrics: Metrics, tracing: Tracing) -> None:
        self.app = app
        self.metrics = metrics
        self.tracing = tracing
        self.log = structlog.get_logger("according.web")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        scope["request_id"] = _request_id(headers)
        scope["log_fields"] = {}  # filled by handlers: model, characters, claims
        with self.metrics.in_flight.track_inprogress(), self.tracing.request(scope["method"], headers) as traced:
            await self._answer(scope, receive, send, traced)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, traced: Traced) -> None:
        request_id = scope["request_id"]
        began, status, streamed, caught = time.monotonic(), 0, False, ""

        async def send_with_headers(message: Message) -> None:
            nonlocal status, streamed
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                status = message["status"]
                streamed = headers.get("content-type", "").startswith("text/event-stream")
                _seal(headers, request_id)
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
            seconds, route = time.monotonic() - began, route_of(scope)
            self.metrics.request(scope["method"], route, status, seconds, streamed=streamed)
            traced.rename(f"{scope['method']} {route}")
            traced.tell(http__route=route, http__response__status_code=status or None, according__request_id=request_id)
            if status >= 500 or (caught and not status):
                traced.failed(caught or str(status))
            fields = {"method": scope["method"], "route": route, "status": status, "seconds": round(seconds, 4)}
            fields |= scope["log_fields"] | ({"ended_by": caught} if caught else {})
            self.log.info("request", request_id=request_id, **fields)


def _request_id(headers: Headers) -> str:
    """The caller's own id where it is harmless to log and to send back, else a new one."""
    given = headers.get("x-request-id", "")
    return given if _SANE_ID.fullmatch(given) else uuid.uuid4().hex


def _seal(headers: MutableHeaders, request_id: str) -> None:
    headers["x-request-id"] = request_id
    for name, value in SECURITY_HEADERS.items():
        headers[name] = value
    if headers.get("content-type", "").startswith("text/html"):
        headers["content-security-policy"] = PAGE_POLICY
    if "cache-control" not in headers:
        headers["cache-control"] = "no-store"


def route_of(scope: Scope) -> str:
    """The pattern of an address, for a path may hold anything; files have the folder that they stand in."""
    return getattr(scope.get("route"), "path", None) or scope.get("root_path") or "(none)"


def places_of(error: BaseException) -> list[str]:
    """Where in the code an error came up, outermost first."""
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    return [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]
