"""How long may a connection keep the server waiting, and how does it end?

The server itself waits for ever for the rest of a request's head, and for a client to take what is sent to it. Bodies
have their own limit, in `bodies`. An answer that comes before the whole request was read would be lost if the
connection were closed at once: the system then resets it, and drops what the client has not read yet.
"""

import asyncio
from collections.abc import Callable
from typing import Any, cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 10.0  # from a connection's opening, or a request's first byte, to the end of its head
TAKING_SECONDS = 60.0  # in which a client takes nothing at all
LINGER_SECONDS = 5.0  # in which a client that was answered early may send the rest, which nobody reads


class HastyProtocol(H11Protocol):
    """HTTP/1.1 as the server speaks it, with an end to its patience."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._for_head: asyncio.TimerHandle | None = None
        self._for_taking: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._ending = _Ending(transport, self._is_half_read)
        super().connection_made(cast(asyncio.Transport, self._ending))
        self._for_head = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def data_received(self, data: bytes) -> None:
        if self._ending.lingers:
            return
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
        self._ending.end()
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

    def _is_half_read(self) -> bool:
        return self.conn.their_state in (h11.SEND_BODY, h11.ERROR)


class _Ending:
    """A transport whose `close` lets the client read the answer first, where it may still be sending."""

    def __init__(self, transport: asyncio.Transport, is_half_read: Callable[[], bool]) -> None:
        self._transport = transport
        self._is_half_read = is_half_read
        self._last: asyncio.TimerHandle | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    @property
    def lingers(self) -> bool:
        return self._last is not None

    def is_closing(self) -> bool:
        return self.lingers or self._transport.is_closing()

    def close(self) -> None:
        if self.lingers or self._transport.is_closing() or not self._is_half_read():
            self._transport.close()
            return
        self._last = asyncio.get_running_loop().call_later(LINGER_SECONDS, self._transport.abort)
        self._transport.resume_reading()
        if self._transport.can_write_eof():
            self._transport.write_eof()  # what was written goes out first

    def end(self) -> None:
        if self._last is not None:
            self._last.cancel()
