"""Where in a file of claims are those of one document?

For sets and predictions too large to be held at once: remembers only where lines begin, and reads a document's claims
when they are asked for. What a claim may be is for the service's gold files to say.
"""

import json
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path

from pydantic import ValidationError

from service.errors import InputError
from service.goldfiles import GoldClaim, claim_from_form, load_claims

_MARK = b"\xef\xbb\xbf"  # a byte order mark, where an editor left one


class ClaimLines:
    """A claims.jsonl by document. Every line is read once and judged; `seen` is shown each claim as it goes by.

    Raises InputError that names the first line that is wrong.
    """

    def __init__(self, path: Path, *, seen: Callable[[GoldClaim], None] | None = None) -> None:
        self._path = path
        self._starts: dict[str, array[int]] = {}
        for start, claim in _claims(path):
            self._starts.setdefault(claim.document, array("q")).append(start)
            if seen is not None:
                seen(claim)

    @property
    def documents(self) -> tuple[str, ...]:
        """The documents that have claims, in the order of the file."""
        return tuple(self._starts)

    def of(self, document: str) -> tuple[GoldClaim, ...]:
        """The claims of one document, in the order of the file."""
        starts = self._starts.get(document)
        if starts is None:
            return ()
        claims = []
        with self._path.open("rb") as file:
            for start in starts:
                file.seek(start)
                try:
                    claim = claim_from_form(json.loads(file.readline().removeprefix(_MARK)))
                except (ValueError, TypeError, AttributeError):
                    claim = None
                if claim is None or claim.document != document:
                    raise InputError(
                        f"{self._path} was changed while it was read.", field="claims", fix="Give the command again."
                    )
                claims.append(claim)
        return tuple(claims)


def _claims(path: Path) -> Iterator[tuple[int, GoldClaim]]:
    """Each claim with the byte at which its line begins."""
    try:
        with path.open("rb") as file:
            start = 0
            for line in file:
                if line.strip():
                    yield start, claim_from_form(json.loads(line.removeprefix(_MARK)))
                start += len(line)
    except (OSError, ValueError, AttributeError, TypeError, ValidationError):
        load_claims(path)  # says which line it is, and what is wrong with it
        raise
