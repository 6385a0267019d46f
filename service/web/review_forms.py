"""What did a reviewer's form say?

Turns its fields into a verdict, and for an edit into the claim as it is right: what the form does not show stays as it
was. Whether the claim can stand is for `review.verdicts` to say.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, get_args

from pydantic import ValidationError
from starlette.datastructures import FormData

from service.errors import InputError
from service.records import Claim, Figure, Kind, Mode, Qualifier, Source, Span, Stance
from service.review.records import Action, Filters, Look, Said

MOST_FIGURES = 50
_SPANS = re.compile(r"[0-9]{1,9}-[0-9]{1,9}(?: [0-9]{1,9}-[0-9]{1,9}){0,199}")
_PLACE = re.compile(r"[0-9]{1,4}")
_VERSION = re.compile(r"[0-9]{1,9}")
_NUMBER = re.compile(r"-?[0-9]{1,30}(?:\.[0-9]{1,15})?")
_FILTERS = ("speaker", "flag", "model", "article", "unit")
OTHER = "other"  # the speaker is typed in
VOICES: Mapping[str, Kind] = {"outlet": "outlet", "unspecified": "unspecified", "unresolved": "unresolved"}


def filters_of(query: Mapping[str, str]) -> Filters:
    """The filters in an address; empty ones ask nothing."""
    asked = {name: without_nul(query.get(name, "")).strip() for name in _FILTERS}
    given = {name: words for name, words in asked.items() if words}
    return Filters(**given, doubtful=query.get("doubtful") == "1", mine=query.get("mine") == "1")


def without_nul(words: str) -> str:
    """PostgreSQL takes none, and no article that is kept holds any."""
    return words.replace("\x00", "")


def said_in(form: FormData, *, claim: Claim | None, speakers: Sequence[Source]) -> Said:
    """The verdict. `claim` is the one that was shown, `speakers` those that could be picked.

    Raises InputError naming the field.
    """
    action = _choice(form, "action", get_args(Action))
    new = None
    if action in ("edit", "add"):
        if claim is None:
            raise InputError("There is no claim to change.", field="action", fix="Load the page again.")
        new = claim_in(form, claim, speakers)
    try:
        return Said(
            action=action,
            version=version_in(form),
            new=new,
            seconds=float(_words(form, "seconds") or 0) or None,
            look=_choice(form, "look", get_args(Look), "first"),
            blind=_words(form, "blind") == "1",
            audit=_words(form, "audit") == "1",
            undoes=int(undone) if (undone := _words(form, "undoes")) else None,
        )
    except ValueError as error:
        raise InputError(f"The form is not complete: {error}.", field="form", fix="Load the page again.") from None


def claim_in(form: FormData, claim: Claim, speakers: Sequence[Source]) -> Claim:
    """The claim with what the form says of it. Raises InputError naming the field."""
    content = spans_in(_words(form, "content"), field="content") or claim.content
    figures = tuple(_figures(form))
    _refuse_odd_numbers(figures)
    changes: dict[str, Any] = {
        "content": content,
        "source": _source(form, claim.source, speakers),
        "cue": next(iter(spans_in(_words(form, "cue"), field="cue")), None),
        "mode": _choice(form, "mode", get_args(Mode), claim.mode),
        "stance": _choice(form, "stance", get_args(Stance), claim.stance),
        "hedged": _words(form, "hedged") == "1",
        "negated": _words(form, "negated") == "1",
        "figures": figures,
        "when": tuple(when for when in claim.when if any(span.holds(when.span) for span in content)),
    }
    form_of_claim = {name: getattr(claim, name) for name in Claim.model_fields} | changes
    try:
        return Claim.model_validate(form_of_claim)
    except ValidationError as error:
        problem = error.errors()[0]
        field = ".".join(str(part) for part in problem["loc"])
        raise InputError(f"{problem['msg']}.", field=field, fix="Put the field right and save again.") from None


def version_in(form: FormData) -> int:
    """Which version of the claim was shown. Raises InputError."""
    words = _words(form, "version") or "0"
    if not _VERSION.fullmatch(words):
        raise InputError("The form does not say what was shown.", field="version", fix="Load the page again.")
    return int(words)


def as_typed(form: FormData, claim: Claim, speakers: Sequence[Source]) -> Claim:
    """The claim with as much of the form as can be shown again; nothing of it is checked, so it may only be shown."""

    def tried(read: Callable[[], Any], otherwise: Any) -> Any:
        try:
            return read()
        except InputError:
            return otherwise

    rows = tried(lambda: _figures(form), None)
    changes: dict[str, Any] = {
        "content": tried(lambda: spans_in(_words(form, "content"), field="content"), ()) or claim.content,
        "source": tried(lambda: _source(form, claim.source, speakers), claim.source),
        "mode": tried(lambda: _choice(form, "mode", get_args(Mode), claim.mode), claim.mode),
        "stance": tried(lambda: _choice(form, "stance", get_args(Stance), claim.stance), claim.stance),
        "hedged": _words(form, "hedged") == "1",
        "negated": _words(form, "negated") == "1",
    }
    if rows is not None:
        changes["figures"] = tuple(Figure.model_construct(**row) for row in rows)
    return claim.model_copy(update=changes)


def spans_in(words: str, *, field: str) -> tuple[Span, ...]:
    """ "10-14 20-31" as spans in the text's order; none for an empty field. Raises InputError."""
    if not words:
        return ()
    if not _SPANS.fullmatch(words):
        raise InputError("These are no places in the text.", field=field, fix="Mark the words in the article again.")
    spans = sorted(Span(*map(int, piece.split("-"))) for piece in words.split(" "))
    if any(span.start >= span.end for span in spans):
        raise InputError("A place in the text is empty.", field=field, fix="Mark the words in the article again.")
    return tuple(spans)


def _source(form: FormData, before: Source, speakers: Sequence[Source]) -> Source:
    """The speaker that was picked, with what is known of them, or typed in."""
    mention = next(iter(spans_in(_words(form, "mention"), field="mention")), None)
    picked = _words(form, "speaker")
    if picked == "":
        return before.model_copy(update={"mention": mention})
    if picked in VOICES:
        return Source(name=None, kind=VOICES[picked], mention=None)
    if picked == OTHER:
        name = _words(form, "speaker_name")
        kind: Kind = _choice(form, "speaker_kind", get_args(Kind), "person")
        if not name and kind not in ("anonymous", *VOICES):
            raise InputError("The speaker has no name.", field="speaker_name", fix="Type it, or pick another kind.")
        return Source(name=name or None, kind=kind, role=_words(form, "speaker_role") or None, mention=mention)
    if _PLACE.fullmatch(picked) and int(picked) < len(speakers):
        chosen = speakers[int(picked)]
        same = (chosen.name, chosen.kind) == (before.name, before.kind)
        return (before if same else chosen).model_copy(update={"mention": mention})
    raise InputError("This speaker is not in the list.", field="speaker", fix="Pick one again.")


def _figures(form: FormData) -> list[dict[str, Any]]:
    spans = form.getlist("figure_span")
    if len(spans) > MOST_FIGURES:
        raise InputError(f"More than {MOST_FIGURES} figures.", field="figures", fix="Take some away.")
    rows = []
    for place, span in enumerate(spans):
        found = spans_in(str(span), field=f"figures.{place}.span")
        if not found:
            continue
        row = {name: _nth(form, f"figure_{name}", place) for name in ("low", "high", "unit", "counted", "measure")}
        qualifier = _nth(form, "figure_qualifier", place)
        if qualifier not in get_args(Qualifier):
            raise InputError(
                f"The bound {qualifier!r} is none.", field=f"figures.{place}.qualifier", fix="Pick one of the list."
            )
        rows.append({"span": found[0], "qualifier": qualifier, **row})
    return rows


def _refuse_odd_numbers(rows: Sequence[Mapping[str, Any]]) -> None:
    for place, row in enumerate(rows):
        for name in ("low", "high"):
            if row[name] is not None and not _NUMBER.fullmatch(row[name]):
                raise InputError(
                    f"{row[name][:40]!r} is no number.",
                    field=f"figures.{place}.{name}",
                    fix="Write it plainly: 1200 or 3.5, and -3 below zero.",
                )


def _nth(form: FormData, name: str, place: int) -> str | None:
    values = form.getlist(name)
    words = without_nul(str(values[place])).strip() if place < len(values) else ""
    return words or None


def _words(form: FormData, name: str) -> str:
    value = form.get(name)
    return without_nul(value).strip() if isinstance(value, str) else ""


def _choice(form: FormData, name: str, choices: Sequence[Any], default: Any = None) -> Any:
    """One of the choices; the default for an empty field. Raises InputError."""
    given = _words(form, name)
    if not given and default is not None:
        return default
    if given not in choices:
        raise InputError(f"{given[:40]!r} is none of the choices.", field=name, fix="Pick one of the list.")
    return given
