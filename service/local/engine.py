"""How is a GGUF file loaded and asked, in this process?

The one door to xllamacpp, imported when the first question comes. What is asked and what an answer means is left to
`completer` and `choosing`.
"""

import asyncio
import json
import os
import secrets
import shutil
import socket
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol, TypeVar
from weakref import WeakValueDictionary, finalize

from service.errors import SetupError
from service.local.gguf import ModelFile, find_model
from service.models import LOCAL_FIX
from service.settings import Settings

Heard = Callable[[dict[str, Any]], bool]
T = TypeVar("T")

MOST_THREADS = 8  # more do not make a small model faster
BATCH = 128  # tokens read at a time; between two batches a call can be stopped
KEPT_MIB = 512  # of memory for the beginnings of prompts that another prompt has pushed aside
LOCAL_SECONDS = 30.0  # for words with llama.cpp that cost next to nothing
SOCKET_PATH = 70  # characters of the folder for temporary files; a socket's whole path has 104 at most
OVERHEAD = 2_048  # tokens of instructions, examples and chat template
CHARACTERS_PER_TOKEN = 2  # at worst, of a segment with its marks


class Engine(Protocol):
    """A model in memory. `context`: tokens of question and answer together."""

    context: int

    def chat(self, request: dict[str, Any], heard: Heard) -> None:
        """Asks, and hands over each piece of the answer in OpenAI's form, until it ends or `heard` returns True."""
        ...

    def tokens(self, words: str) -> list[int]:
        """How the model takes `words` apart."""
        ...


def grammar(rule: str) -> str:
    """A grammar in llguidance's form of Lark, with which llama.cpp is built here: it knows JSON schemas and tokens."""
    return f"%llguidance {{}}\nstart: {rule}"


class LlamaEngine:
    """llama.cpp with one model. Raises SetupError where it cannot be loaded. Its memory is freed with the object."""

    def __init__(self, file: ModelFile, *, context: int, threads: int) -> None:
        import xllamacpp

        self.context = min(context, file.context or context)
        # llama.cpp's server will listen somewhere. A socket in a folder that only this user may enter opens no port;
        # where there are none, it is the loopback interface. Either way there is a key that nobody else knows.
        self._address = "127.0.0.1"
        if os.name == "posix":
            short = len(tempfile.gettempdir()) < SOCKET_PATH
            folder = tempfile.mkdtemp(prefix="according-", dir=None if short else "/tmp")
            finalize(self, shutil.rmtree, folder, ignore_errors=True)
            self._address = f"{folder}/llama.sock"
        self._key = secrets.token_urlsafe()
        params = xllamacpp.CommonParams()
        params.model.path = str(file.path)
        params.n_ctx = self.context
        params.n_parallel = 1
        params.n_batch = params.n_ubatch = BATCH
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
        params.n_threads_http = 1
        params.cache_ram_mib = KEPT_MIB
        params.enable_reasoning = 0
        params.verbosity = -1  # silent: its log would hold article text
        params.warmup = params.ui = params.endpoint_slots = False
        params.api_keys = [self._key]
        params.hostnames = [self._address]
        try:
            self._server = xllamacpp.Server(params)
        except RuntimeError:
            raise SetupError(
                f"llama.cpp cannot load {file.path}. Its architecture may be newer than the installed xllamacpp "
                "(pip install --upgrade xllamacpp), the file damaged, or memory short."
            ) from None

    def chat(self, request: dict[str, Any], heard: Heard) -> None:
        self._server.handle_chat_completions(request, heard)

    def tokens(self, words: str) -> list[int]:
        """Only over its own address does llama.cpp say how it takes a text apart."""
        connection = self._connect()
        try:
            connection.request(
                "POST",
                "/tokenize",
                json.dumps({"content": words}),
                {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"},
            )
            return [int(token) for token in json.loads(connection.getresponse().read())["tokens"]]
        finally:
            connection.close()

    def _connect(self) -> HTTPConnection:
        if not self._address.startswith("/"):
            return HTTPConnection(self._server.listening_address.removeprefix("http://"), timeout=LOCAL_SECONDS)
        connection = HTTPConnection("localhost")
        connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.sock.settimeout(LOCAL_SECONDS)
        connection.sock.connect(self._address)
        return connection


# ── one question at a time ────────────────────────────────────────────────────────────────────────────────────────

# One thread for all models of the process: two inferences at once would only take the processor from each other. Being
# one, it is also all the locking that the engines in memory need.
_WORKER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="local-model")
_IN_MEMORY: "WeakValueDictionary[tuple[Path, int], LlamaEngine]" = WeakValueDictionary()


class LocalModel:
    """A model by its name, loaded when it is first asked, and in memory once, however many ask.

    Raises SetupError where the package or the file is missing.
    """

    def __init__(
        self, name: str, settings: Settings, *, load: Callable[[ModelFile, int], Engine] | None = None
    ) -> None:
        if load is None and find_spec("xllamacpp") is None:
            raise SetupError(f"{name} cannot be used yet. {LOCAL_FIX}")
        self.name = name
        self.file = find_model(name)
        self._context = OVERHEAD + settings.segment_characters // CHARACTERS_PER_TOKEN + settings.max_output_tokens
        self._load = load or _load
        self._engine: Engine | None = None

    async def work(self, act: Callable[[Engine, threading.Event], T]) -> T:
        """`act` in the thread of the models, when its turn comes; it is to end soon after the event is set, which
        happens when nobody waits any longer."""
        stop = threading.Event()
        try:
            return await asyncio.get_running_loop().run_in_executor(_WORKER, self._act, act, stop)
        finally:
            stop.set()

    def _act(self, act: Callable[[Engine, threading.Event], T], stop: threading.Event) -> T:
        if self._engine is None:
            self._engine = self._load(self.file, self._context)
        return act(self._engine, stop)

    def close(self) -> None:
        """Frees the memory, unless another still uses the model; the next question loads it again."""
        self._engine = None


def _load(file: ModelFile, context: int) -> LlamaEngine:
    key = (file.path.resolve(), context)
    engine = _IN_MEMORY.get(key)
    if engine is None:
        engine = _IN_MEMORY[key] = LlamaEngine(file, context=context, threads=_threads())
    return engine


def _threads() -> int:
    """As many as this process may use but one: threads of llama.cpp wait for each other at full speed, and where
    another program holds one of them up, all come to a crawl. Unlike in its own count, `taskset` is heeded."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(usable - 1, MOST_THREADS))
