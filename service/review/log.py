"""What follows from the verdicts on a claim?

A pure fold over an append-only log: the last verdict that was not undone holds, a second look is compared with the
first, and what settles a dispute goes before both. Keeping the log is left to `verdicts`.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from service.records import Claim
from service.review.records import STATE_AFTER, Look, Standing, Verdict
from service.sameness import SAME_PLACE, shared

SKIP_RETURNS = timedelta(minutes=30)  # time for a colleague to be asked; the rest of the queue comes first anyway


def standing_of(log: Sequence[Verdict]) -> Standing:
    """What holds after these verdicts on one claim, in the order in which they were given."""
    first, second = last_of(log, "first"), last_of(log, "second")
    settled, holds = last_of(log, "settling"), holding(log)
    until = _skipped_until(log, holds)
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


def holding(log: Sequence[Verdict]) -> Verdict | None:
    """The verdict that says what is so: what settled a dispute, else the first look's."""
    return last_of(log, "settling") or last_of(log, "first")


def last_of(log: Sequence[Verdict], look: Look) -> Verdict | None:
    """The verdict of that look that holds, where there is one. A second look is somebody else's than the first: who
    looked second and gave a new first verdict after the old one was undone has looked but once."""
    given = [verdict for verdict in in_force(log) if verdict.look == look and verdict.action in STATE_AFTER]
    if look == "second" and (first := last_of(log, "first")) is not None:
        given = [verdict for verdict in given if verdict.reviewer != first.reviewer]
    return _last(given)


def in_force(log: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """Those that were not undone, without the undoings. An undoing can be undone too."""
    given = tuple(log)
    gone = undone(given)
    return tuple(verdict for verdict in given if verdict.action != "undo" and verdict.key not in gone)


def undone(log: Sequence[Verdict]) -> frozenset[int]:
    """The keys of verdicts, undoings among them, that hold no more."""
    gone: set[int] = set()
    for verdict in reversed(log):  # an undoing always comes after what it undoes
        if verdict.action == "undo" and verdict.undoes is not None and verdict.key not in gone:
            gone.add(verdict.undoes)
    return frozenset(gone)


def claim_after(verdict: Verdict) -> Claim | None:
    """The claim as it is right by this verdict; None where there is none."""
    match verdict.action:
        case "accept":
            return verdict.new or verdict.old  # what a reviewer had added stands in `new`
        case "edit" | "add":
            return verdict.new
        case _:
            return None


def agree(one: Verdict, other: Verdict) -> bool:
    """Whether two verdicts come to the same: both drop the claim, or both leave it saying the same."""
    if _drops(one) or _drops(other):
        return _drops(one) and _drops(other)
    if one.action == other.action == "accept":
        return True
    left, right = claim_after(one), claim_after(other)
    return left is not None and right is not None and says_the_same(left, right)


def was_wrong(verdict: Verdict) -> bool:
    """Whether this look found an error: the claim was rejected, or says something else now. A moved edge, cue or
    mention is no error, and what was discarded nobody called wrong."""
    if verdict.action == "edit" and verdict.old is not None and verdict.new is not None:
        return not says_the_same(verdict.old, verdict.new)
    return verdict.action in ("edit", "reject")


def _drops(verdict: Verdict) -> bool:
    return verdict.action in ("reject", "discard")


def says_the_same(one: Claim, other: Claim) -> bool:
    """By what a reviewer answers for; mentions, cues and a word more at the content's edge make no difference."""
    return _judged(one) == _judged(other) and shared(one.content, other.content) >= SAME_PLACE


def _judged(claim: Claim) -> tuple[object, ...]:
    figures = sorted(
        tuple(
            part or ""
            for part in (figure.low, figure.high, figure.qualifier, figure.unit, figure.counted, figure.measure)
        )
        for figure in claim.figures
    )
    return claim.source.name, claim.source.kind, claim.stance, claim.hedged, claim.negated, figures


def _skipped_until(log: Sequence[Verdict], holds: Verdict | None) -> datetime | None:
    """When a skipped claim comes back; a second look that was skipped keeps it from that person alone."""
    skip = _last(verdict for verdict in in_force(log) if verdict.action == "skip" and verdict.look == "first")
    skipped = skip is not None and (holds is None or skip.key > holds.key)
    return skip.created + SKIP_RETURNS if skip is not None and skipped else None


def _last(verdicts: Iterable[Verdict]) -> Verdict | None:
    return max(verdicts, key=lambda verdict: verdict.key, default=None)
