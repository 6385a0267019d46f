"""How sure are we of a claim, and why?

A logistic combination of named signals: each that holds adds its weight in log-odds, and the largest are given as
reasons in words. The weights below are a first estimate, set by hand from how often each signal goes with an error;
they are not fitted to any gold set yet, so a confidence orders claims for review and is no measured probability.
"""

import math
from collections.abc import Iterator

from service.records import Flag, Grounded, Reason

BASE = 2.2  # log-odds of a claim about which nothing is known: 0.90
LEAST, MOST = 0.02, 0.98  # nothing here is certain
SHOWN = 4  # reasons given with a claim

FLAG_WEIGHTS = {
    "figure_absent": -1.6,
    "figure_left_out": -0.6,
    "counted_unclear": -0.4,
    "speaker_unresolved": -2.6,
    "speaker_conflict": -2.4,
    "cue_without_speaker": -1.6,
    "implied_speaker": -1.4,
    "speaker_resolved": -0.6,
    "not_quoted": -1.0,
    "quoted_outlet": -2.0,
    "quotation_open": -0.8,
    "stance_conflict": -1.2,
    "hedge_lost": -0.8,
    "long_claim": -0.8,
    "hidden_text": -1.5,
    "instruction": -3.0,
    "overlap": -1.2,
}

# Signals that extractors give with a draft: weight for a signal of 1.0, and the words that explain it.
SIGNAL_WEIGHTS: dict[str, tuple[float, str]] = {}


def weigh(claim: Grounded, flags: tuple[Flag, ...]) -> tuple[float, tuple[Reason, ...]]:
    """The claim's confidence (0 to 1), and the reasons for it, weightiest first."""
    reasons = sorted(_reasons(claim, flags), key=lambda reason: (-abs(reason.effect), reason.signal))
    total = BASE + sum(reason.effect for reason in reasons)
    confidence = 1 / (1 + math.exp(-total))
    return round(min(max(confidence, LEAST), MOST), 3), tuple(reasons[:SHOWN])


def _reasons(claim: Grounded, flags: tuple[Flag, ...]) -> Iterator[Reason]:
    for flag in {flag.code: flag for flag in flags}.values():
        yield Reason(signal=flag.code, effect=FLAG_WEIGHTS[flag.code], words=flag.message)
    for signal, strength in claim.draft.signals.items():
        if signal in SIGNAL_WEIGHTS and strength:
            weight, words = SIGNAL_WEIGHTS[signal]
            yield Reason(signal=signal, effect=round(weight * strength, 3), words=words)
    if _spoken_here(claim):
        yield Reason(signal="named_and_said", effect=0.8, words="its speaker and the saying stand in its sentence")


def _spoken_here(claim: Grounded) -> bool:
    verified = {found.field for found in claim.checks if found.status == "verified"}
    return "source" in verified and claim.cue is not None and claim.source.mention is not None
