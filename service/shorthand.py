"""How does a model write a claim down?

In as few tokens as the reading allows. This is the one mapping between the short form and the fields of a claim, with
the JSON schema that constrains an answer to it where a provider can. What is left out is for `unsaid` to find, what a
claim then means for `drafts`.
"""

import json
import re
from functools import lru_cache
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from service.records import Mode, Stance

SPEAKERLESS = ("outlet", "unspecified", "unresolved")
MARKS_PADDED_TO = (8, 16, 32, 64, 128, 256)  # few sizes, so that providers can keep the schemas they have compiled
CLAIMS_PADDED_TO = (16, 32, 64, 128, 256, 512)

# ── a claim: the only mapping between its short keys and a draft's fields ─────────────────────────────────────────


_MARK = re.compile(r"[SF]\d+")


def mark_in(said: str) -> str:
    """The mark that was written, with its words or without: "S3", "{S3 Ida Brandt}"; empty where it is none."""
    mark = said.strip("{}").split(" ")[0]
    return mark if _MARK.fullmatch(mark) else ""


class Other(BaseModel):
    """A speaker or figure that has no mark, in the article's words."""

    other: str = Field(min_length=1, max_length=200)


def _listed(value: object) -> list[object]:
    """Models write a list of one as the one itself, and an empty one as null."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _passage(value: object) -> object:
    """Models also write [12, "first words", "last words"] for "12 first words … last words"."""
    return "|".join(str(part) for part in value if part is not None) if isinstance(value, list) else value


def _passages(value: object) -> object:
    if isinstance(value, list) and value and isinstance(value[0], int):
        return [_passage(value)]
    return [_passage(item) for item in value] if isinstance(value, list) else _listed(value)


Words = Annotated[str, Field(max_length=300)]
STANCES = tuple(stance for stance in get_args(Stance) if stance != "asserts")
Besides = Stance | Literal["hedged"]
_MODES = frozenset(get_args(Mode))
_HELD = frozenset((*get_args(Stance), "hedged", *_MODES))


class ModelFigure(BaseModel):
    """A figure of a claim: its mark, what it counts, and what is said of them."""

    figure: str | Other = Field(alias="n")
    counted: Words | None = Field(default=None, alias="c")
    measure: Words | None = Field(default=None, alias="d")


class Via(BaseModel):
    """A speaker through whom the claim reached the article."""

    via: str | Other


class In(BaseModel):
    """A place that locates the claim."""

    place: str = Field(alias="in", min_length=1, max_length=100)


def _unfold(claim: object) -> object:
    """The claim with what is listed under "s" put under keys of its own, as models write it that do not keep to the
    short form. Words behind a figure are said of that figure; a second speaker is the words that name the first."""
    if not isinstance(claim, dict) or not isinstance(claim.get("s"), list):
        return claim
    keyed = {key: value for key, value in claim.items() if key != "s"}
    figures = keyed["f"] = list(_listed(claim.get("f")))
    besides = keyed["x"] = list(_listed(claim.get("x")))
    for item in claim["s"]:
        if not _of_figure(item, figures, named="s" in keyed):
            besides.extend(_of_claim(item, keyed))
    return keyed


def _of_figure(item: Any, figures: list[Any], *, named: bool) -> bool:
    """Whether `item` was put with the figures; `named` once the speaker is known."""
    last = figures[-1] if figures and isinstance(figures[-1], dict) else None
    match item:
        case str() if mark_in(item).startswith("F"):
            figures.append({"n": item})
        case {"n": _}:
            figures.append(item)
        case {"other": _} if named:
            figures.append({"n": item})
        case {"c": _} | {"d": _} if len(item) <= 2:  # of no figure, they say nothing
            figures[-1:] = [last | item] if last is not None else figures[-1:]
        case str() if last is not None and named and not mark_in(item) and item not in _HELD:
            figures[-1] = {"d": item} | last
        case _:
            return False
    return True


def _of_claim(item: Any, keyed: dict[Any, Any]) -> list[Any]:
    """Puts `item` under its key; what has none of its own is given back."""
    match item:
        case "implied":  # no words of the claim's own attribute it
            keyed |= {"m": None, "q": keyed.get("q")}
        case str() if item in _MODES:
            keyed["o"] = item
        case {"q": words}:
            keyed["q"] = words
        case {"other": _} if "s" not in keyed:
            keyed["s"] = item
        case str() if "s" not in keyed and item not in _HELD:
            keyed["s"] = item
        case str() if mark_in(item) and keyed.get("m") is None:
            keyed["m"] = item
        case _:
            return [item]
    return []


class ModelClaim(BaseModel):
    """A claim in the compact form; keys that a model adds of its own are passed over.

    Under "s" a model lists who says it and all that holds besides; each may also stand under a key of its own.
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    passages: Annotated[tuple[Words, ...], BeforeValidator(_passages)] = Field(alias="p", min_length=1, max_length=12)
    speaker: str | Other = Field(alias="s")
    mention: str | None = Field(default=None, alias="m")
    cue: Words | None = Field(default=None, alias="q")
    mode: Mode | None = Field(default=None, alias="o")
    figures: Annotated[tuple[ModelFigure, ...], BeforeValidator(_listed)] = Field(default=(), alias="f", max_length=24)
    besides: Annotated[tuple[Besides | Via | In, ...], BeforeValidator(_listed)] = Field(
        default=(), alias="x", max_length=16
    )

    @model_validator(mode="before")
    @classmethod
    def _as_keys(cls, claim: object) -> object:
        return _unfold(claim)

    @property
    def stance(self) -> Stance:
        said = (item for item in self.besides if isinstance(item, str) and item != "hedged")
        return next(said, "asserts")

    @property
    def hedged(self) -> bool:
        return "hedged" in self.besides

    @property
    def via(self) -> tuple[str | Other, ...]:
        return tuple(item.via for item in self.besides if isinstance(item, Via))

    @property
    def where(self) -> tuple[str, ...]:
        return tuple(item.place for item in self.besides if isinstance(item, In))


Verdict = Literal["yes", "no", "unclear"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)


def _plain(said: object) -> object:
    """Models also write "Yes."."""
    return said.strip(" .").lower() if isinstance(said, str) else said


class ModelVerdict(BaseModel):
    """What a model says of the claim with that number."""

    model_config = ConfigDict(hide_input_in_errors=True)

    number: int = Field(alias="n")
    verdict: Annotated[Verdict, BeforeValidator(_plain)] = Field(alias="a")


# ── the schema of an answer ────────────────────────────────────────────────────────────────────────────────────────


def padded(count: int, sizes: tuple[int, ...]) -> int:
    """The smallest of the fixed sizes that holds `count`; the largest where none does."""
    return next((size for size in sizes if count <= size), sizes[-1])


@lru_cache(maxsize=64)
def answer_schema(*, speakers: int, figures: int, claims: int) -> str:
    """The JSON schema, as JSON, of an answer about that many marks, each a padded size.

    Strict: every property is required and no other allowed, and no two choices of a union begin with the same key.
    Caps are in `maxItems` and `maxLength`; a door strips the keywords that its provider refuses.
    """
    words = {"type": "string", "maxLength": 120}
    speaker = {"$ref": "#/$defs/S"}
    held = {"type": "string", "enum": [*STANCES, "hedged", "implied"]}
    given = [_closed({key: words}) for key in ("d", "c", "q", "in", "other")]
    said = {"anyOf": [speaker, {"$ref": "#/$defs/F"}, held, *given, _closed({"via": speaker})]}
    claim = _closed({"p": _list_of(words, 6), "s": _list_of(said, 32)})
    schema = _closed({"c": _list_of(claim, claims)})
    schema["$defs"] = {
        "S": {"type": "string", "enum": [*(f"S{number}" for number in range(1, speakers + 1)), *SPEAKERLESS]},
        "F": {"type": "string", "enum": [f"F{number}" for number in range(1, figures + 1)]},
    }
    return json.dumps(schema, separators=(",", ":"))


@lru_cache(maxsize=64)
def verdict_schema(count: int) -> str:
    """The JSON schema, as JSON, of an answer to `count` questions: one verdict for each, where a provider can count."""
    number = {"type": "integer", "enum": list(range(1, count + 1))}
    verdict = _closed({"n": number, "a": {"type": "string", "enum": list(VERDICTS)}})
    return json.dumps(_closed({"c": _list_of(verdict, count) | {"minItems": count}}), separators=(",", ":"))


def _closed(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list_of(items: dict[str, Any], most: int) -> dict[str, Any]:
    return {"type": "array", "items": items, "maxItems": most}
