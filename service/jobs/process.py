"""How does a worker process begin and end?

It ends when it is asked to by a signal, and when whoever started it is gone: its standard input ends then.
"""

import asyncio
import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable

from service.jobs.apart import OUR_ERROR, tell
from service.jobs.workers import Post, work, work_apart

ORPHAN_SECONDS = 10.0  # of going on without a supervisor, for the next one's workers take some seconds to start


def run_worker(post: Post, started: Callable[[str], object] = lambda _: None) -> None:
    """Works until it is told to end. Raises what keeps it from working, as StoreDown."""

    async def until_told() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)

        def ended() -> None:
            time.sleep(ORPHAN_SECONDS)
            with contextlib.suppress(RuntimeError):  # the loop has ended by itself
                loop.call_soon_threadsafe(stop.set)

        _when_alone(ended)
        await work(post, stop, started)

    try:
        asyncio.run(until_told())
    finally:
        post.tracing.shut_down()


def run_apart(post: Post, job: str, chunk: int) -> int:
    """Works on one chunk, telling on standard output what is under way; the exit code."""
    _when_alone(lambda: os._exit(OUR_ERROR))
    try:
        asyncio.run(work_apart(post, job, chunk, tell))
    except Exception as error:
        print(f"according: {type(error).__name__}: {error}", file=sys.stderr)
        return OUR_ERROR
    finally:
        post.tracing.shut_down()
    return 0


def _when_alone(act: Callable[[], object]) -> None:
    """`act` is called from a thread when standard input ends, if that is a pipe at all."""

    def wait() -> None:
        with contextlib.suppress(OSError, ValueError):
            while os.read(0, 1024):
                pass
        act()

    threading.Thread(target=wait, name="alone", daemon=True).start()
