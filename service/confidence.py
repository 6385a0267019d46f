"""How sure are we of a claim, and why?

A logistic combination of named signals: each that holds adds its weight in log-odds, and the largest are given as
reasons in words. The weights are rounded by hand from how often claims with each signal were wrong (speaker or figure)
on the sets that are for looking at: newsroom's dev split, kalat-retold and starter. They are not fitted, nor checked on
other articles: a confidence orders claims for review, and is no measured probability.
"""

import math
from collections.abc import Iterator

from service.records import Flag, Grounded, Reason

BASE = 1.1  # log-odds of a claim about which nothing is known: 0.75
LEAST, MOST = 0.02, 0.98  # nothing here is certain
SHOWN = 4  # reasons given with a claim

FLAG_WEIGHTS = {
    "figure_absent": -1.6,
    "figure_left_out": -0.4,
    "counted_unclear": -1.5,
    "speaker_unresolved": -3.5,
    "speaker_conflict": -1.6,
    "cue_without_speaker": -1.0,
    "implied_speaker": -0.2,
    "speaker_resolved": -0.2,
    "not_quoted": -0.8,
    "quoted_outlet": -2.5,
    "quotation_open": -0.2,
    "stance_conflict": -0.8,
    "hedge_lost": -0.8,
    "long_claim": -0.5,
    "hidden_text": -1.5,
    "instruction": -3.0,
    "overlap": -0.8,
}

# Signals that extractors give with a draft: weight for a signal of 1.0, and the words that explain it.
SIGNAL_WEIGHTS = {
    "rule:outlet": (-0.5, "nobody is named: it was taken for the article's own words"),
    "rule:noun_object": (-0.4, "what is claimed is a noun, not a clause"),
    "rule:infinitive": (-0.4, "what is claimed has no finite verb"),
    "speaker:words": (-0.8, "its speaker was not among those that reading had listed"),
    "speaker:role": (-0.7, "its speaker is named by a role alone"),
    "speaker:document": (-0.4, "its speaker is a document"),
    "speaker_ambiguity": (-0.2, "others could be meant by the same words"),
    "implied_distance": (-0.1, "the attribution that it goes on from is some sentences away"),
    "parse_is_odd": (-0.6, "the sentence is built in a way that the parser reads badly"),
}


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
        yield Reason(signal="named_and_said", effect=0.6, words="its speaker and the saying stand in its sentence")


def _spoken_here(claim: Grounded) -> bool:
    verified = {found.field for found in claim.checks if found.status == "verified"}
    return "source" in verified and claim.cue is not None and claim.source.mention is not None
