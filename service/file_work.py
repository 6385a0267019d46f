"""How is a stranger's file read without harm to the process that asks?

In a process of its own, forked for that one file from a helper that has the parsers loaded, and limited in memory,
processor time, time and files: a file that crashes or never ends costs its own reader alone. The helper ends with the
process that started it, however that ends. Where the platform cannot fork so, each file gets a process from scratch.
What is done there is `file_text`'s; which files there are is `files`' matter."""

import asyncio
import atexit
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Future
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from service.errors import SetupError, TooLarge, UnsupportedFile

AT_ONCE = max(2, os.cpu_count() or 2)  # readers at a time; each may take the memory that its limit allows
STARTING_SECONDS = 30  # for the helper to start and load a parser; on an idle machine it takes a third of a second
WARM = sys.platform == "linux"  # elsewhere there is no way to be sure which process a number still means
_SCRIPT = Path(__file__).with_name("file_text.py")
_TEXT_INSTEAD = "Send its text as a .txt file."
_JSON_CHARACTER = 12  # bytes that one character takes at most
_BESIDE_TEXT = 1_000_000  # bytes of an answer for all but the text

Result = TypeVar("Result")


class Limits(NamedTuple):
    """What one reader may use. `seconds` are of waiting for it, from the moment that it has been started."""

    memory: int = 1_500_000_000  # bytes of address space; a 20 MB file needs a third of it
    cpu_seconds: int = 30
    seconds: float = 40


LIMITS = Limits()


class Work:
    """The reading of one file, from standing in line to its end. `cancel` may come from any thread at any time."""

    def __init__(self) -> None:
        self.cancelled = False
        self._lock = threading.Lock()
        self._end: Callable[[], object] | None = None

    def cancel(self) -> None:
        """Kills the file's reader, or keeps it from being started."""
        with self._lock:
            self.cancelled = True
            if self._end is not None:
                self._end()
        _line.look_up()

    @contextlib.contextmanager
    def ended_by(self, end: Callable[[], object]) -> Iterator[None]:
        """For the block, `end` is what cancels. Raises CancelledError where that has happened already."""
        with self._lock:
            self.check()
            self._end = end
        try:
            yield
        finally:
            with self._lock:
                self._end = None

    def check(self) -> None:
        if self.cancelled:
            raise CancelledError


def parse_apart(
    data: bytes, *, kind: str, max_characters: int, limits: Limits = LIMITS, work: Work | None = None
) -> dict[str, Any]:
    """What `file_text` finds in a "pdf", "docx" or "html" file: `text`, `title` …, or `error` with its words.

    Blocks, in line behind AT_ONCE others and then for `limits.seconds` at most; may be called from any thread.
    Raises UnsupportedFile where the file breaks its reader, TooLarge where it takes too much, SetupError where no
    process can be started, and CancelledError where `work` has been cancelled."""
    work = work or Work()
    order = json.dumps({"kind": kind, "max_characters": max_characters, **limits._asdict()})
    longest = _JSON_CHARACTER * max_characters + _BESIDE_TEXT
    with _line.place(work):
        read = _read_warm if WARM else _read_cold
        said = read(data, order, limits.seconds, longest, work)
    try:
        answer = json.loads(said)
    except ValueError:
        work.check()
        message = "The file breaks the program that reads it, or never lets it end."
        raise UnsupportedFile(message, field="file", fix=_TEXT_INSTEAD) from None
    assert isinstance(answer, dict)
    return answer


async def off_loop(read: Callable[[Work], Result]) -> Result:
    """`read` in a thread of its own, beside the event loop; who stops waiting for it ends it.

    Not one of the loop's shared threads: a few slow files would hold up all else that needs one."""
    work, done = Work(), Future[Result]()

    def run() -> None:
        try:
            done.set_result(read(work))
        except BaseException as error:  # told to whoever waits, whatever it is
            done.set_exception(error)

    done.set_running_or_notify_cancel()
    threading.Thread(target=run, name="file", daemon=True).start()
    try:
        return await asyncio.wrap_future(done)
    except asyncio.CancelledError:
        work.cancel()
        raise


# ── in line ───────────────────────────────────────────────────────────────────────────────────────────────────────


class _Line:
    """Places for readers, counted over all threads."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._taken = 0
        self._changed = threading.Condition()

    @contextlib.contextmanager
    def place(self, work: Work) -> Iterator[None]:
        with self._changed:
            self._changed.wait_for(lambda: self._taken < self._places or work.cancelled)
            work.check()
            self._taken += 1
        try:
            yield
        finally:
            with self._changed:
                self._taken -= 1
                self._changed.notify_all()

    def look_up(self) -> None:
        """Wakes those in line, one of whom need not wait any more."""
        with self._changed:
            self._changed.notify_all()


# ── from the helper ─────────────────────────────────────────────────────────────────────────────────────────────────


class _Helper:
    """A process that forks a reader for each order, and says which process that is."""

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            # In a session of its own: a key pressed in a terminal, or a signal to the group, is for us to act on.
            self._process = subprocess.Popen(
                [*_PYTHON, "serve"],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=_bare_environment(),
                cwd="/",
                start_new_session=True,
            )
        except OSError:
            self._control.close()
            raise
        finally:
            theirs.close()

    def fork(self, order: str, connection: socket.socket) -> None:
        """Raises OSError where the helper has ended."""
        socket.send_fds(self._control, [order.encode()], [connection.fileno()])

    def end(self) -> None:
        self._control.close()
        self._process.kill()
        self._process.wait()

    def forget(self) -> None:
        """In a process that was itself forked from ours: the helper is its parent's."""
        self._control.close()
        self._process.returncode = 0


class _Helpers:
    """The one helper of this process, started when it is first needed and again where it has ended."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._helper: _Helper | None = None

    def get(self) -> _Helper:
        with self._lock:
            if self._helper is None:
                try:
                    self._helper = _Helper()
                except OSError as error:
                    raise _no_process(error.strerror) from None
            return self._helper

    def drop(self, helper: _Helper) -> None:
        with self._lock:
            if self._helper is helper:
                self._helper = None
                helper.end()

    def end(self) -> None:
        with self._lock:
            helper, self._helper = self._helper, None
        if helper is not None:
            helper.end()

    def forget(self) -> None:
        if self._helper is not None:
            self._helper.forget()


class _Reader:
    """A file's reader seen from here: a connection, and a handle on its process once the helper has sent that."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.process: int | None = None

    def meet(self) -> bool:
        """Waits for the handle; False where the helper could not make the process."""
        self.connection.settimeout(STARTING_SECONDS)
        try:
            _, handles, _, _ = socket.recv_fds(self.connection, 1, 1)
        except OSError:
            return False
        self.process = handles[0] if handles else None
        return self.process is not None

    def ask(self, data: bytes, seconds: float, longest: int) -> bytes:
        """Sends the file and returns the answer, cut short where the reader ended before it was complete."""
        until = time.monotonic() + seconds
        try:
            self.connection.settimeout(seconds)
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                self.connection.sendall(data)
                self.connection.shutdown(socket.SHUT_WR)
            said = bytearray()
            while True:
                self.connection.settimeout(max(until - time.monotonic(), 0.001))
                piece = self.connection.recv(1 << 16)
                if not piece:
                    return bytes(said)
                said += piece
                if len(said) > longest:
                    return b""
        except TimeoutError:
            raise _too_slow(seconds) from None
        except OSError:  # reset, or hung up by a cancellation
            return b""

    def end(self) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.process, signal.SIGKILL)
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.end()
        if self.process is not None:
            os.close(self.process)
        self.connection.close()


def _read_warm(data: bytes, order: str, seconds: float, longest: int, work: Work) -> bytes:
    for _ in range(2):  # a helper that somebody has killed is replaced once
        helper = _helpers.get()
        ours, theirs = socket.socketpair()
        with contextlib.closing(_Reader(ours)) as reader, theirs, work.ended_by(reader.end):
            with contextlib.suppress(OSError):
                helper.fork(order, theirs)
            theirs.close()  # or the end of the process that has it too would not be seen
            if reader.meet():
                return reader.ask(data, seconds, longest)
        work.check()
        _helpers.drop(helper)
    raise _no_process(None)


# ── from scratch ────────────────────────────────────────────────────────────────────────────────────────────────────


def _read_cold(data: bytes, order: str, seconds: float, longest: int, work: Work) -> bytes:
    try:
        process = subprocess.Popen(
            [*_PYTHON, "once", order],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_bare_environment(),
        )
    except OSError as error:
        raise _no_process(error.strerror) from None
    with process:
        try:
            with work.ended_by(process.kill):
                said, _ = process.communicate(data, timeout=STARTING_SECONDS + seconds)
        except subprocess.TimeoutExpired:
            raise _too_slow(seconds) from None
        finally:
            process.kill()
    return said if len(said) <= longest else b""


_PYTHON: Sequence[str] = (sys.executable, "-I", "-B", str(_SCRIPT))


def _bare_environment() -> dict[str, str]:
    """No keys or proxies for a process that reads strangers' files; Windows starts none without this one name."""
    return {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}


def _too_slow(seconds: float) -> TooLarge:
    return TooLarge(f"The file takes more than {seconds:g} seconds to read.", field="file", fix=_TEXT_INSTEAD)


def _no_process(why: str | None) -> SetupError:
    return SetupError(
        f"No process can be started to read a file in ({why or 'it ends at once'}). "
        "Look at the limits on processes and memory of this service, or send the text itself."
    )


_line = _Line(AT_ONCE)
_helpers = _Helpers()


def _in_forked_process() -> None:
    """What a copy of this process must not share with it: locks that others held, and the helper's connection."""
    global _line, _helpers
    _helpers.forget()
    _line, _helpers = _Line(AT_ONCE), _Helpers()


atexit.register(lambda: _helpers.end())
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_forked_process)
