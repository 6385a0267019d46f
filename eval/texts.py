"""Where are the texts of stand-off gold sets?

In the folder given on the command line, else in ACCORDING_TEXTS, else in those recorded for this user. Finding a text
by its hash is for the gold files.
"""

from collections.abc import Sequence
from pathlib import Path

from service.errors import InputError


def text_folders(given: Path | None, recorded: Path) -> tuple[Path, ...]:
    """The folders to look in: the one given, or those listed in the user's file."""
    if given is not None:
        return (_a_folder(given),)
    return tuple(folder for folder in recorded_folders(recorded) if folder.is_dir())


def recorded_folders(recorded: Path) -> tuple[Path, ...]:
    """The folders recorded in a file of one path a line; none where there is no such file."""
    try:
        lines = recorded.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return ()
    return tuple(Path(line) for line in lines if line.strip())


def record_folder(folder: Path, recorded: Path) -> Sequence[Path]:
    """Adds a folder to the user's file and returns all that are in it."""
    folders = list(recorded_folders(recorded))
    absolute = _a_folder(folder).resolve()
    if absolute not in folders:
        folders.append(absolute)
        recorded.parent.mkdir(parents=True, exist_ok=True)
        recorded.write_text("".join(f"{path}\n" for path in folders), encoding="utf-8")
    return folders


def _a_folder(path: Path) -> Path:
    if path.is_dir():
        return path
    raise InputError(f"texts = {str(path)!r} is not a folder.", field="texts", fix="Give the folder that holds them.")
