"""Stands in for `service/file_text.py`, with a page reader that does what the page says: the worst a parser can do."""

import ctypes
import importlib.util
import os
import socket
import sys
import time
from pathlib import Path

place = Path(__file__).parents[2] / "service" / "file_text.py"
spec = importlib.util.spec_from_file_location("file_text", place)
assert spec is not None
assert spec.loader is not None
real = importlib.util.module_from_spec(spec)
spec.loader.exec_module(real)


def misbehave(data: bytes) -> dict[str, object]:  # noqa: C901 - a list of misdeeds
    match data.decode():
        case "crash":
            ctypes.string_at(0)  # a segmentation fault, as in a parser written in C
        case "end":
            os._exit(0)
        case "loop":
            while True:
                pass
        case "loop in C":
            sum(range(10**14))
        case "sleep":
            time.sleep(600)
        case "hoard":
            return {"text": str(len(bytearray(10**11)))}
        case "endless":
            os.write(_line(), b"x" * 50_000_000)
        case "half":
            os.write(_line(), b'{"text": "ha')
            os._exit(0)
        case "write":
            try:
                written = Path("/tmp/according-written-by-a-parser").write_text("x" * 10_000)
            except OSError as error:
                return {"text": f"refused: {error.strerror}"}
            return {"text": f"written: {written}"}
        case "environment":
            return {"text": " ".join(sorted(os.environ))}
        case "many characters":
            return {"text": "😀" * 1_000, "title": "t" * 2_000_000}
    return {"text": f"read {data.decode()}", "title": None}


def _line() -> int:
    """The reader's connection, or standard output where there is none."""
    for number in range(3, 16):
        try:
            with socket.socket(fileno=os.dup(number)) as found:
                if found.family == socket.AF_UNIX:
                    return number
        except OSError:
            continue
    return 1


real.read_html = misbehave
if __name__ == "__main__":
    match sys.argv[1:]:
        case ["once", given]:
            real.once(real.json.loads(given))
        case _:
            real.serve(socket.socket(fileno=0))
