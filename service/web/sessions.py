"""How does a browser stay logged in?

By a cookie that is signed with a secret of the store, so that all processes and machines on it read each other's. Only
the pages of reviewing have sessions. What is in one is left to `reviewers`.
"""

import asyncio
import secrets

from sqlalchemy import select
from starlette.middleware.sessions import SessionMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from service.store.extractions import insert_new
from service.store.tables import secrets as kept_secrets
from service.web.guard import has_own_door
from service.web.keeping import Keeping

COOKIE = "according_session"
LASTS = 14 * 24 * 3600  # seconds since the last page


class Sessions:
    """Opens the session of a request to a page of reviewing; needs the store, for its secret, at the first of them."""

    def __init__(self, app: ASGIApp, *, keeping: Keeping) -> None:
        self._app = app
        self._keeping = keeping
        self._signing: dict[bool, ASGIApp] = {}
        self._secret: str | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not has_own_door(scope) or not self._keeping:
            await self._app(scope, receive, send)
            return
        secure = scope.get("scheme") == "https"
        if secure not in self._signing:
            secret = await asyncio.to_thread(self._shared_secret)
            self._signing[secure] = SessionMiddleware(
                self._app, secret, session_cookie=COOKIE, max_age=LASTS, same_site="strict", https_only=secure
            )
        await self._signing[secure](scope, receive, send)

    def _shared_secret(self) -> str:
        if self._secret is None:
            store = self._keeping.store()
            assert store is not None  # one is set
            with store.writing() as connection:
                connection.execute(
                    insert_new(connection, kept_secrets).values(name="session", value=secrets.token_urlsafe(32))
                )
                self._secret = connection.execute(
                    select(kept_secrets.c.value).where(kept_secrets.c.name == "session")
                ).scalar_one()
        return self._secret
