"""What do verdicts say of which signs go with errors?

The judged claims of one model with the signals that their confidence was made of, for fitting it anew. Fitting itself
is for the evaluation.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from sqlalchemy import Connection, select

from service.errors import InputError
from service.records import Record
from service.review.log import holding, last_of, was_wrong
from service.review.records import Verdict
from service.review.verdicts import verdict_of
from service.store.tables import articles, verdicts

FEWEST_ARTICLES = 2
FEWEST_CLAIMS = 30
JUDGING = ("accept", "edit", "reject")


class JudgedCase(Record):
    """A judged claim: the article's hash, the confidence it came with, and what that was made of."""

    article: str
    model: str
    confidence: float
    signals: tuple[str, ...]
    wrong: bool
    judged: date


def judged_cases(connection: Connection, *, model: str, owner: str = "") -> tuple[JudgedCase, ...]:
    """Every claim of the model that somebody accepted, corrected or rejected, oldest first.

    Raises InputError where they are too few to fit anything to.
    """
    found = tuple(_cases(connection, model=model, owner=owner))
    about = len({case.article for case in found})
    if about < FEWEST_ARTICLES or len(found) < FEWEST_CLAIMS:
        raise InputError(
            f"{len(found)} claims of {model} in {about} articles are judged; weights need {FEWEST_CLAIMS} claims in "
            f"{FEWEST_ARTICLES} articles.",
            field="verdicts",
            fix="Judge more claims, or name another model with --model.",
        )
    return found


def _cases(connection: Connection, *, model: str, owner: str) -> Iterator[JudgedCase]:
    asked = select(verdicts).where(verdicts.c.owner == owner).order_by(verdicts.c.key)
    logs: dict[str, list[Verdict]] = {}
    for row in connection.execute(asked):
        verdict = verdict_of(row)
        logs.setdefault(verdict.binding, []).append(verdict)
    kept = select(articles.c.key, articles.c.sha256).where(articles.c.owner == owner)
    hashes = {row.key: row.sha256 for row in connection.execute(kept)}
    for log in logs.values():
        case = _case(log, hashes)
        if case is not None and case.model == model:
            yield case


def _case(log: Sequence[Verdict], hashes: Mapping[int, str]) -> JudgedCase | None:
    """None for claims that nobody judged right or wrong, and for those that no model had found."""
    shown, held = last_of(log, "first"), holding(log)
    if shown is None or held is None or shown.old is None or held.action not in JUDGING:
        return None
    claim, model = shown.old, shown.model or held.model
    if model is None:
        return None
    signals = {reason.signal for reason in claim.reasons} | {flag.code for flag in claim.flags}
    return JudgedCase(
        article=hashes[shown.article],
        model=model,
        confidence=claim.confidence,
        signals=tuple(sorted(signals)),
        wrong=was_wrong(held),
        judged=held.created.date(),
    )
