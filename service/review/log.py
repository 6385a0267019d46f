"""What follows from the verdicts on a claim?

A pure fold over an append-only log: the last verdict that was not undone holds, a second look is compared with the
first, and what settles a dispute goes before both. Keeping the log is left to `verdicts`.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from service.records import Claim
from service.review.records import STATE_AFTER, Standing, Verdict

SKIP_RETURNS = timedelta(minutes=30)  # time for a colleague to be asked; the rest of the queue comes first anyway


def standing_of(log: Sequence[Verdict]) -> Standing:
    """What holds after these verdicts on one claim, in the order in which they were given."""
    first, second, settled = (last_of(log, look) for look in ("first", "second", "settling"))
    skip = _last(verdict for verdict in standing_verdicts(log) if verdict.action == "skip")
    holds = settled or first
    skipped = skip is not None and (holds is None or skip.key > holds.key)
    until = skip.created + SKIP_RETURNS if skip is not None and skipped else None
    if holds is None:
        return Standing(skipped_until=until)
    return Standing(
        state=STATE_AFTER[holds.action],
        reviewer=holds.reviewer,
        claim=claim_after(holds),
        second_reviewer=second.reviewer if second is not None else None,
        dispute=settled is None and first is not None and second is not None and not agree(first, second),
        skipped_until=until,
        verdict=holds.key,
    )


def last_of(log: Sequence[Verdict], look: str) -> Verdict | None:
    """The verdict of that look that holds, where there is one."""
    given = standing_verdicts(log)
    return _last(verdict for verdict in given if verdict.look == look and verdict.action in STATE_AFTER)


def standing_verdicts(log: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """Those that were not undone. An undoing can be undone too."""
    given = tuple(log)
    undone: set[int] = set()
    for verdict in reversed(given):  # an undoing always comes after what it undoes
        if verdict.action == "undo" and verdict.undoes is not None and verdict.key not in undone:
            undone.add(verdict.undoes)
    return tuple(verdict for verdict in given if verdict.action != "undo" and verdict.key not in undone)


def claim_after(verdict: Verdict) -> Claim | None:
    """The claim as it is right by this verdict; None where there is none."""
    match verdict.action:
        case "accept":
            return verdict.old
        case "edit" | "add":
            return verdict.new
        case _:
            return None


def agree(one: Verdict, other: Verdict) -> bool:
    """Whether two verdicts come to the same: both drop the claim, or both leave it saying the same."""
    left, right = claim_after(one), claim_after(other)
    if left is None or right is None:
        return left is None and right is None
    return _judged(left) == _judged(right)


def _judged(claim: Claim) -> tuple[object, ...]:
    """What a reviewer answers for; mentions, cues and places are not compared."""
    figures = tuple(
        (figure.low, figure.high, figure.qualifier, figure.unit, figure.counted, figure.measure)
        for figure in claim.figures
    )
    return claim.content, claim.source.name, claim.source.kind, claim.stance, claim.hedged, claim.negated, figures


def _last(verdicts: Iterable[Verdict]) -> Verdict | None:
    return max(verdicts, key=lambda verdict: verdict.key, default=None)
