"""What does an address ask after its question mark, and where is the next page?"""

from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import urlencode

from fastapi import Request
from pydantic import ValidationError

from service.records import Record
from service.web.problems import FieldError, Problem, from_validation, pointer_to

Asks = TypeVar("Asks", bound=Record)


def from_query(request: Request, kind: type[Asks]) -> Asks:
    """What the address asks after its question mark, as that record. Raises Problem, pointing to the name."""
    given: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name in given:
            raise _wrong(name, "It is there twice; give it once.")
        if "\x00" in value:
            raise _wrong(name, "Holds a NUL character (U+0000); take it out.")
        given[name] = value
    return from_strings(kind, given)


def from_strings(kind: type[Asks], given: Mapping[str, str]) -> Asks:
    """The record from values that are all words, those of a form or of an address."""
    try:
        return kind.model_validate_strings(dict(given))
    except ValidationError as error:
        raise from_validation(error) from None


def _wrong(name: str, message: str) -> Problem:
    return Problem("invalid-request", message, errors=[FieldError(pointer=pointer_to([name]), message=message)])


def next_link(request: Request, cursor: str | None) -> dict[str, str]:
    """The Link header (RFC 8288) to the page after this one."""
    if cursor is None:
        return {}
    query = {name: value for name, value in request.query_params.items() if name != "cursor"} | {"cursor": cursor}
    return {"link": f'<{request.url.path}?{urlencode(query)}>; rel="next"'}
