"""Where else can a key come from than from the environment?

From a file that a variable names, as containers hand out secrets: OPENAI_API_KEY_FILE=/run/secrets/openai. Its content
goes where the key itself would have stood, for there the client libraries look.
"""

from collections.abc import MutableMapping
from pathlib import Path

from service.errors import SetupError

ENDING = "_FILE"
SEVERAL = "_WEBHOOK_SECRET"  # may hold two, while one takes the other's place
KEYS = ("_API_KEY", "_TOKEN", "_SECRET_ACCESS_KEY", SEVERAL)
LONGEST = 10_000  # characters; a file of more holds no key


def take_in(environ: MutableMapping[str, str]) -> None:
    """Sets every key whose file is named, unless it is set already.

    Raises SetupError, naming the variable and never the content, where a file cannot be read or holds no key.
    """
    for variable, place in list(environ.items()):
        name = variable.removesuffix(ENDING)
        if variable.endswith(ENDING) and name.endswith(KEYS) and place and not environ.get(name):
            environ[name] = _key(variable, Path(place))


def _key(variable: str, path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            key = file.read(LONGEST + 1).strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise SetupError(
            f"{variable}={str(path)!r} cannot be read: {why}. It names a file with the key alone."
        ) from None
    words = 2 if variable.endswith(SEVERAL + ENDING) else 1
    if not key or len(key) > LONGEST or len(key.split()) > words:
        raise SetupError(f"{variable}={str(path)!r} holds no key: the file must hold the key alone, on one line.")
    return key
