"""Which weights does the confidence of a model's claims have?

Those of the user's own file, where it was fitted for this model; else the shipped ones; else the ones set by hand. What
weights mean is left to `confidence`.
"""

from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError

from service.confidence import Weights, by_hand
from service.errors import SetupError

CASCADE = "embedded"  # most claims of "embedded+MODEL" are its own, so that its weights do where no others are fitted
SHIPPED = Path(__file__).with_name("confidence.json")
MAKE_ONE = "`python -m eval calibrate RUN --weights FILE` writes such a file."


def weights_for(model: str, file: Path | None = None) -> Weights:
    """The weights for the claims of `model`; `file` holds for the model that it names, and for no other.

    Raises SetupError where the file cannot be read or is none of ours.
    """
    names = (model, CASCADE) if model.startswith(f"{CASCADE}+") else (model,)
    for name in names:
        for path in (file, SHIPPED):
            if path is not None and (found := read_weights(path)).model == name:
                return found
    return by_hand(model)


def read_weights(path: Path) -> Weights:
    """The weights in a file, read again where it has changed. Raises SetupError naming the field and what to do."""
    try:
        return _read(path, path.stat().st_mtime_ns)
    except OSError as error:
        raise SetupError(f"confidence = {str(path)!r} cannot be read: {error.strerror}. {MAKE_ONE}") from None


@lru_cache(maxsize=8)
def _read(path: Path, _changed: int) -> Weights:
    try:
        return Weights.model_validate_json(path.read_bytes())
    except ValidationError as error:
        problem = error.errors()[0]
        field = ".".join(str(part) for part in problem["loc"]) or "the whole file"
        raise SetupError(f"confidence = {str(path)!r} cannot be used: {field}: {problem['msg']}. {MAKE_ONE}") from None
