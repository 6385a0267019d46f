"""How long may a connection keep the server waiting?

The server itself waits for ever for the rest of a request's head, and for a client to take what is sent to it. Bodies
have their own limit, in `bodies`.
"""

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 10.0  # from a connection's opening, or a request's first byte, to the end of its head
TAKING_SECONDS = 60.0  # in which a client takes nothing at all


class HastyProtocol(H11Protocol):
    """HTTP/1.1 as the server speaks it, with an end to its patience."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._for_head: asyncio.TimerHandle | None = None
        self._for_taking: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._for_head = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._end_head()
        elif self._for_head is None and not self.transport.is_closing():
            self._for_head = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._for_taking is None:
            self._for_taking = self.loop.call_later(TAKING_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._end_taking()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end_head()
        self._end_taking()
        super().connection_lost(exc)

    def _end_head(self) -> None:
        if self._for_head is not None:
            self._for_head.cancel()
            self._for_head = None

    def _end_taking(self) -> None:
        if self._for_taking is not None:
            self._for_taking.cancel()
            self._for_taking = None
