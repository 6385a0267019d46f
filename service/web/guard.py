"""May this request come in?

Asks in this order: is the service called by its own name, who asks, and has the key requests left in this minute. What
a key may do there is asked by each address, with `caller_of`. Reading keys is left to `callers`.
"""

import ipaddress
from datetime import UTC, datetime
from typing import Any

import structlog
from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service import keys
from service.errors import SetupError
from service.keys import Caller
from service.settings import Settings
from service.web.callers import Callers
from service.web.problems import Problem
from service.web.rates import Rates

# Needed before one has a key, and the same for everybody.
OPEN = frozenset({"/healthz", "/readyz", "/openapi.json"})
OPEN_TO_LOOK_AT = frozenset({"/"})
OPEN_FOLDERS = ("/static/", "/problems/")
OWN_DOORS = ("/review", "/disputes")  # people who review log in there, without keys
PROXIED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


def caller_of(request: Request, *, needs: keys.Scope, spends: bool = False) -> Caller:
    """Who asks, if they may: `needs` is the scope of what they ask for, `spends` says that it can cost money.

    Raises Problem `key-needed`, `scope-missing` or `budget-spent`.
    """
    caller = request.scope.get("caller")
    if not isinstance(caller, Caller):
        raise _key_needed()
    if not caller.may(needs):
        raise Problem("scope-missing", f"This needs the scope “{needs}”: {keys.SCOPES[needs]}.")
    if spends and caller.has_spent_all:
        detail = f"${caller.spent_today:.2f} of ${caller.cost_per_day:g} are spent today."
        raise Problem("budget-spent", detail, headers={"retry-after": str(_until_midnight(datetime.now(UTC)))})
    return caller


def _until_midnight(now: datetime) -> int:
    return 86_400 - (now.hour * 3600 + now.minute * 60 + now.second)


class Guard:
    """Stands within the envelope and before everything else, so that nothing is read for those who may not ask."""

    def __init__(self, app: ASGIApp, *, settings: Settings, callers: Callers, rates: Rates | None = None) -> None:
        self._app = app
        self._open = settings.open
        self._names = _names(settings.hosts)
        self._callers = callers
        self._rates = rates or Rates()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        told: dict[str, str] = {}
        try:
            if has_own_door(scope):
                scope["caller"] = await self._visitor(scope, headers)
            elif not _is_open(scope):
                scope["caller"] = caller = await self._let_in(scope, headers)
                told = self._count(scope, caller)
        except Problem as problem:
            await problem.response(scope.get("request_id"))(scope, receive, send)
            return

        async def send_with_standing(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(told)
            await send(message)

        await self._app(scope, receive, send_with_standing if told else send)

    async def _let_in(self, scope: Scope, headers: Headers) -> Caller:
        try:
            if not await self._callers.keys_are_needed():
                return self._without_key(scope, headers)
            if self._names and not self._is_our_name(headers):
                raise Problem("wrong-host")
            scheme, _, presented = headers.get("authorization", "").partition(" ")
            if scheme.lower() != "bearer" or not presented.strip():
                raise _key_needed()
            return await self._callers.caller(presented.strip())
        except keys.WrongKey:
            raise Problem("wrong-key", headers={"www-authenticate": f'{_REALM}, error="invalid_token"'}) from None
        except SetupError as error:
            raise _store_down(error) from None

    async def _visitor(self, scope: Scope, headers: Headers) -> Caller | None:
        """Who may be let in without a name, if anybody: whoever sits at this machine, where nobody has keys."""
        if self._names and not self._is_our_name(headers):
            raise Problem("wrong-host")
        try:
            return None if await self._callers.keys_are_needed() else self._without_key(scope, headers)
        except Problem:
            return None
        except SetupError as error:
            raise _store_down(error) from None

    def _without_key(self, scope: Scope, headers: Headers) -> Caller:
        """Whoever sits at this machine; others only where that was asked for."""
        if not self._is_our_name(headers):
            raise Problem("wrong-host")
        here = _is_loopback((scope.get("server") or ("localhost",))[0]) and not any(map(headers.get, PROXIED))
        if not here and not self._open:
            raise _key_needed()
        return Caller() if here else Caller(scopes=frozenset(keys.USUAL))

    def _is_our_name(self, headers: Headers) -> bool:
        """Whether the Host header is one of ours. A page elsewhere can make its own name lead to this machine, and so
        have a browser ask in its name; it cannot do so with an address, nor with localhost, nor without a name."""
        name = _host(headers.get("host", "localhost"))
        return name in self._names or name == "localhost" or _is_address(name)

    def _count(self, scope: Scope, caller: Caller) -> dict[str, str]:
        if caller.key_id is None:
            return {}
        _log_fields(scope)["key"] = caller.key_id
        if caller.requests_per_minute is None:
            return {}
        standing = self._rates.take(caller.key_id, caller.requests_per_minute)
        if not standing.allowed:
            headers = standing.headers() | {"retry-after": str(standing.reset)}
            raise Problem("rate-limited", f"{standing.limit} requests a minute are allowed.", headers=headers)
        return standing.headers()


_REALM = 'Bearer realm="according"'


def _store_down(error: SetupError) -> Problem:
    # Its words may name the machine that the database is on.
    structlog.get_logger("according.web").warning("store_unusable", why=str(error))
    return Problem("store-down", headers={"retry-after": "5"})


def has_own_door(scope: Scope) -> bool:
    """Whether it is a page of those who review: people log in there, and need no keys."""
    path: str = scope["path"]
    return path in OWN_DOORS or path.startswith(f"{OWN_DOORS[0]}/")


def _is_open(scope: Scope) -> bool:
    path = scope["path"]
    if path in OPEN or path.startswith(OPEN_FOLDERS):
        return True
    return path in OPEN_TO_LOOK_AT and scope["method"] in ("GET", "HEAD")


def _key_needed() -> Problem:
    return Problem("key-needed", headers={"www-authenticate": _REALM})


def _log_fields(scope: Scope) -> dict[str, Any]:
    fields: dict[str, Any] = scope.setdefault("log_fields", {})
    return fields


def _names(hosts: str | None) -> frozenset[str]:
    return frozenset(name for part in (hosts or "").split(",") if (name := part.strip().lower()))


def _host(header: str) -> str:
    """The name in a Host header, without its port."""
    if header.startswith("["):
        return header[1:].partition("]")[0]
    return header.partition(":")[0].lower().removesuffix(".")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    """Whether a server's own address cannot be reached from another machine; a path is a socket of this one."""
    return host == "localhost" or host.startswith("/") or (_is_address(host) and ipaddress.ip_address(host).is_loopback)
