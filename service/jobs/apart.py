"""What becomes of an article that may have killed the process that worked on it?

It is worked on once more in a process of its own, one article after another; if that process dies too, the article
that was under way in it is known for certain, and nothing else was.
"""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Sequence

from service.errors import SetupError
from service.jobs.supervisor import words_of

OUR_ERROR = 3  # exit code: it could not work, which is no article's fault
TRIES = 5  # starts of a process that never comes to its first article
AGAIN_SECONDS = 1.0


class Apart:
    """Starts processes that work on one chunk. `command` is what starts one, but for the job and the chunk."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = tuple(command)

    async def crashes(self, job: str, chunk: int) -> AsyncIterator[tuple[int, str]]:
        """Positions of articles that killed their process, and in which words; ends when the chunk is done.

        Whoever is told must see to it that the article is not waiting any more. Raises SetupError where no such
        process can do anything.
        """
        tries = 0
        while True:
            code, position = await self._run(job, chunk)
            if code == 0:
                return
            if position is not None and code != OUR_ERROR:
                tries = 0
                yield position, f"Working on it ended its process each time ({words_of(code)})."
                continue
            tries += 1
            if tries == TRIES:
                raise SetupError(f"No process for doubtful articles can be started ({words_of(code)}).")
            await asyncio.sleep(AGAIN_SECONDS)

    async def _run(self, job: str, chunk: int) -> tuple[int, int | None]:
        """The exit code, and the article that was under way at the end."""
        process = await asyncio.create_subprocess_exec(
            *self._command,
            job,
            str(chunk),
            stdin=asyncio.subprocess.PIPE,  # closed by the death of this process, and so the other hears of it
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,  # a Ctrl-C is for the one who started it all
        )
        assert process.stdout is not None
        begun: int | None = None
        try:
            async for line in process.stdout:
                word, _, number = line.decode(errors="replace").strip().partition(" ")
                if word in ("begin", "end") and number.isdigit():
                    begun = int(number) if word == "begin" else None
            return await process.wait(), begun
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()


def tell(word: str, position: int) -> None:
    """Says to the process that waits which article is under way."""
    sys.stdout.write(f"{word} {position}\n")
    sys.stdout.flush()
