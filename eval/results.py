"""What came back for one article, and how is it written down?

A line of articles.jsonl, which every program can read. Which results still hold is for `store` to say.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

from service.errors import InputError
from service.goldfiles import GoldClaim, GoldRecord, claim_from_form, gold_form
from service.pacing import CONGESTION
from service.records import Claim, ExtractedClaim, Failure, Usage

NO_USAGE = Usage()

Status = Literal["complete", "partial", "failed"]


class ResultHead(NamedTuple):
    """What came back for one article, without its claims. `earlier` is what tries that failed before had cost.

    `ended` is the moment of the answer, in ISO 8601; `line` (counted from 1) and `at` (its first byte) say where in
    articles.jsonl the whole result stands.
    """

    document: str
    repeat: int
    sha256: str
    status: Status
    seconds: float
    ended: str | None
    usage: Usage
    tries: int
    earlier: Usage
    failures: tuple[Failure, ...]
    rejected: int
    line: int
    at: int

    @property
    def congested(self) -> bool:
        """Whether it failed because the model was busy or slow."""
        return any(failure.reason in CONGESTION for failure in self.failures)


class ArticleResult(GoldRecord):
    """What came back for one article: a line of articles.jsonl. `signals` name, by claim id, what its confidence was
    made of."""

    document: str
    repeat: int = 1
    key: str = ""
    sha256: str
    published: str | None
    model: str
    prompt: str | None
    status: Status
    seconds: float
    ended: str | None = None
    usage: Usage = NO_USAGE
    tries: int = 1
    earlier: Usage = NO_USAGE
    failures: tuple[Failure, ...] = ()
    rejected: int = 0
    claims: tuple[GoldClaim, ...] = ()
    signals: Mapping[str, tuple[str, ...]] = {}


class Outcome(NamedTuple):
    """What came back for one article, before it is written: claims are still as the service made them."""

    document: str
    repeat: int
    key: str
    sha256: str
    published: str | None
    status: Status
    seconds: float
    ended: str | None = None
    usage: Usage = NO_USAGE
    failures: tuple[Failure, ...] = ()
    rejected: int = 0
    claims: tuple[Claim, ...] = ()

    @property
    def reasons(self) -> frozenset[str]:
        return frozenset(failure.reason for failure in self.failures)


class Earlier(NamedTuple):
    """Tries of an article that failed before."""

    tries: int
    usage: Usage


def result_line(outcome: Outcome, *, model: str, prompt: str | None, earlier: Earlier | None = None) -> bytes:
    """An outcome as a line of articles.jsonl, with its line end."""
    form: dict[str, Any] = {
        "document": outcome.document,
        "repeat": outcome.repeat,
        "key": outcome.key,
        "sha256": outcome.sha256,
        "published": outcome.published,
        "model": model,
        "prompt": prompt,
        "status": outcome.status,
        "seconds": outcome.seconds,
        "ended": outcome.ended,
        "usage": outcome.usage.model_dump(),
        "tries": 1 + (earlier.tries if earlier else 0),
        "earlier": (earlier.usage if earlier else NO_USAGE).model_dump(),
        "failures": [failure.model_dump() for failure in outcome.failures],
        "rejected": outcome.rejected,
        "claims": [_claim_form(claim) for claim in outcome.claims],
    }
    return (json.dumps(form, ensure_ascii=False) + "\n").encode("utf-8")


def _claim_form(claim: Claim) -> dict[str, Any]:
    """In gold form, with the names of what its confidence was made of, where it is known."""
    form = gold_form(claim)
    if isinstance(claim, ExtractedClaim):
        form["signals"] = sorted({reason.signal for reason in claim.reasons} | {flag.code for flag in claim.flags})
    return form


def parse(form: dict[str, Any]) -> ArticleResult:
    listed = form.pop("claims")
    signals = {claim["id"]: tuple(claim["signals"]) for claim in listed if claim.get("signals")}
    return ArticleResult(**form, claims=tuple(map(claim_from_form, listed)), signals=signals)


def head_of(form: dict[str, Any], line: int, at: int) -> ResultHead:
    document, repeat = name_of(form)
    return ResultHead(
        document=document,
        repeat=repeat,
        sha256=form["sha256"],
        status=form["status"],
        seconds=float(form["seconds"]),
        ended=form.get("ended"),
        usage=usage_of(form.get("usage")),
        tries=form.get("tries", 1),
        earlier=usage_of(form.get("earlier")),
        failures=tuple(Failure(**failure) for failure in form.get("failures", ())),
        rejected=int(form.get("rejected", 0)),
        line=line,
        at=at,
    )


def usage_of(form: dict[str, Any] | None) -> Usage:
    """Of an extractor without calls the same record every time: there may be many."""
    return Usage(**form) if form and any(form.values()) else NO_USAGE


class Line(NamedTuple):
    """A line of articles.jsonl: its number from 1, its first byte, its bytes and what it says."""

    number: int
    at: int
    raw: bytes
    form: dict[str, Any]


def result_lines(path: Path) -> Iterator[Line]:
    """Every line; a last line that was cut off is left out."""
    at = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                try:
                    form = json.loads(line)
                    if not isinstance(form, dict) or "document" not in form:
                        raise ValueError("not the result of an article")
                except ValueError as error:
                    if not line.endswith(b"\n"):  # the writer was stopped in the middle of it
                        return
                    raise broken(path, number, error) from None
                if line.endswith(b"\n"):
                    yield Line(number, at, line, form)
            at += len(line)


def broken(path: Path, number: int, error: ValueError) -> InputError:
    said = " ".join(str(error).split())[:200]
    return InputError(f"{path}:{number}: {said}.", field="line", fix="Delete the line and go on with --resume.")


def name_of(form: dict[str, Any]) -> tuple[str, int]:
    return form["document"], form.get("repeat", 1)
