"""Is it a model that answered, or something that stands in for one?

Answers from a gold set or from a file are never a result: they are marked wherever they are shown, and never ranked.
"""

import re
from collections.abc import Mapping

STAND_INS = frozenset({"simulated", "recorded", "stub", "scripted"})
"""Names of what stands in for a model, before the first slash."""


def why_stand_in(model: str, settings: Mapping[str, object] | None = None) -> str | None:
    """In words, why a run's answers are no result; None where a model gave them.

    Known by the name and by the settings that the run was stored with. What computes here asks nobody, so saved answers
    stand in for a model that is called elsewhere only.
    """
    judge = settings.get("verify") if settings else None
    for part in re.split(r"[+|]", f"{model}|{judge or ''}"):
        family = part.strip().partition("/")[0]
        if family.lower() in STAND_INS:
            return f"{family} answers, not a model's: no result"
    if "/" in model and settings and settings.get("replayed"):
        return "saved answers were replayed, the model was not asked: no result"
    return None
