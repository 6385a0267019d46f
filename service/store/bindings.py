"""When is a claim of a new extraction the one that somebody has judged before?

When its article has the same text and it says the same: place, speaker, stance and figures. What a reviewer does not
judge, such as confidence and flags, takes no part, and neither does the model.
"""

import hashlib
import json

from service.records import Claim


def binding_of(claim: Claim, *, sha256: str) -> str:
    """A hash over the article's hash and what the claim says; equal for equal claims."""
    said = {
        "article": sha256,
        "content": claim.content,
        "speaker": (claim.source.name, claim.source.kind, claim.source.principal),
        "stance": claim.stance,
        "negated": claim.negated,
        "hedged": claim.hedged,
        "figures": [
            (figure.span, figure.low, figure.high, figure.qualifier, figure.unit, figure.counted, figure.measure)
            for figure in claim.figures
        ],
    }
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode("utf-8")).hexdigest()
