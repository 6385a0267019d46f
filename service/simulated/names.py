"""What does the name of a simulated model ask for?

`simulated/newsroom:missed=10%,swapped=0.05,form=free` answers from the gold set `newsroom`, leaves out one claim in
ten, and gives one in twenty to another speaker. Where gold sets stand is said here too; how an answer is made is left
to `answers`.
"""

from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import Field, ValidationError

import service
from service.errors import InputError
from service.records import Record

PREFIX = "simulated/"
Form = Literal["marks", "free"]


class Errors(Record):
    """How often a simulated model errs: each rate is a chance from 0 to 1, drawn anew for each claim or request."""

    missed: float = Field(default=0, ge=0, le=1, description="a claim is left out")
    swapped: float = Field(default=0, ge=0, le=1, description="a claim is given to another speaker of the article")
    changed: float = Field(default=0, ge=0, le=1, description="one of a claim's figures is another number")
    unbound: float = Field(default=0, ge=0, le=1, description='the bound of a figure is dropped: "at least 40" is "40"')
    invented: float = Field(default=0, ge=0, le=1, description="a claim is followed by one that is made up")
    misjudged: float = Field(default=0, ge=0, le=1, description='asked for a second opinion: "no" for "yes", or "yes"')
    undecided: float = Field(default=0, ge=0, le=1, description='asked for a second opinion: "unclear"')
    malformed: float = Field(default=0, ge=0, le=1, description="an answer is no JSON")
    truncated: float = Field(default=0, ge=0, le=1, description="an answer breaks off")
    slow: float = Field(default=0, ge=0, le=1, description="an answer comes `delay` seconds late")
    limited: float = Field(default=0, ge=0, le=1, description="a request is refused with 429")


class SimulatedModel(Record):
    """A simulated model as its name describes it."""

    goldset: str
    errors: Errors = Errors()
    form: Form = "marks"
    seed: int = 1
    delay: float = Field(default=1.0, ge=0, le=600)
    obedient: bool = False


EXAMPLE = "simulated/newsroom:missed=10%,swapped=5%,form=free,seed=2"
CLAIM_ERRORS = ("missed", "swapped", "changed", "unbound", "invented")  # what `errors=10%` sets at once


def parse_name(name: str) -> SimulatedModel:
    """The model that `name` describes. Raises InputError naming the option that cannot be used."""
    goldset, _, said = name.removeprefix(PREFIX).partition(":")
    if not name.startswith(PREFIX) or not goldset:
        raise _wrong(f"{name!r} names no simulated model.")
    errors: dict[str, float] = {}
    others: dict[str, Any] = {}
    for option in filter(None, said.split(",")):
        key, sign, value = option.partition("=")
        if key == "errors":
            errors = {each: _rate(option, value) for each in CLAIM_ERRORS} | errors
        elif key in Errors.model_fields:
            errors[key] = _rate(option, value)
        elif key in ("form", "seed", "delay"):
            others[key] = value
        elif key == "obedient" and (not sign or value in ("yes", "true", "1")):
            others[key] = True
        else:
            raise _wrong(f"{option!r} is no option of a simulated model.")
    try:
        return SimulatedModel(goldset=goldset, errors=Errors(**errors), **others)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        raise _wrong(f"{'.'.join(map(str, problem['loc']))}={problem['input']!r}: {problem['msg']}.") from None


def _rate(option: str, value: str) -> float:
    try:
        return float(value[:-1]) / 100 if value.endswith("%") else float(value)
    except ValueError:
        raise _wrong(f"{option!r} gives no rate: write 0.1 or 10%.") from None


def _wrong(message: str) -> InputError:
    rates = ", ".join(Errors.model_fields)
    fix = (
        f"Write simulated/GOLDSET:OPTION=VALUE,…, such as {EXAMPLE}. Rates: {rates}, or errors for the first "
        f"five; also form ({' or '.join(get_args(Form))}), seed, delay in seconds, and obedient."
    )
    return InputError(message, field="model", fix=fix)


def goldset_folder(name: str) -> Path:
    """The folder of the gold set: a path, or the name of one in `goldsets/` here or beside the service.

    Raises InputError where there is none."""
    places = (Path(name), Path("goldsets") / name, Path(service.__file__).parent.parent / "goldsets" / name)
    for place in places:
        if (place / "claims.jsonl").is_file():
            return place
    raise InputError(
        f"There is no gold set {name!r} to answer from.",
        field="model",
        fix="Name a folder with claims.jsonl and documents.jsonl, or one in goldsets/ such as newsroom.",
    )
