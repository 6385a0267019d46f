"""Why should somebody look at this claim, in words?

What lowers its confidence, worst first, each with the place in the text that raises it where there is one.
"""

from service.records import ExtractedClaim
from service.review.records import Doubt

MOST = 6
SLIGHT = -0.05  # log-odds; signs that lower the confidence less are no reasons to look


def doubts_of(claim: ExtractedClaim) -> tuple[Doubt, ...]:
    """Its flags first, for they name a place, then the signs that count against it."""
    effects = {reason.signal: reason.effect for reason in claim.reasons}
    flagged = sorted(
        (
            Doubt(words=flag.message, field=flag.field, span=flag.span, effect=effects.get(flag.code))
            for flag in claim.flags
        ),
        key=lambda doubt: doubt.effect or 0.0,
    )
    codes = {flag.code for flag in claim.flags}
    signs = [
        Doubt(words=reason.words, effect=reason.effect)
        for reason in claim.reasons
        if reason.effect < SLIGHT and reason.signal not in codes
    ]
    return (*flagged, *sorted(signs, key=lambda doubt: doubt.effect or 0.0))[:MOST]
