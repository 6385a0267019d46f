"""How sure are we of a claim, and why?

A logistic combination of signs: each that holds adds its weight in log-odds. All of them are given as reasons in words,
the largest first, so that they and the base add up to the confidence. Which weights hold for a model is left to
`fitted`; fitting them is done elsewhere, on gold.
"""

import hashlib
import math
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache, lru_cache
from typing import Annotated, Literal

from pydantic import Field

from service.lexicon.signals import OWN_VOICE, SIGNAL_WORDS
from service.records import Flag, Reason, Record

LEAST, MOST = 0.02, 0.98  # nothing here is certain
OWN = "own:"

# Doubts, with weights rounded by hand from how often claims with each were wrong on the sets that are for looking at.
# They hold where nothing was fitted: for models without a file, and for doubts too rare to fit.
FLAG_WEIGHTS: Mapping[str, float] = {
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
# What other answers say of a claim, set by hand likewise. The three of agreement add up: some, half, all.
ASKED_WEIGHTS: Mapping[str, float] = {
    "agreement:some": -1.0,
    "agreement:half": 0.9,
    "agreement:all": 0.7,
    "judge:yes": 0.8,
    "judge_no": -1.2,
    "cascade:confirmed": 0.8,
    "cascade:corrected": 0.2,
    "cascade:added": 0.0,
    "cascade:unanswered": 0.0,
}

Finite = Annotated[float, Field(allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]


class FittedOn(Record):
    """A gold set that weights were fitted on: what of it took part, and how many of its predicted claims were wrong."""

    goldset: str
    sha256: str
    split: str | None = None
    articles: int
    claims: int
    wrong: int


class Fitted(Record):
    """Where weights come from. All rates are cross-fitted: claims are judged by weights fitted without their article.
    `caught` is the share of wrong claims among the least confident 20%, `caught_perfect` that of a perfect order."""

    date: date
    command: str
    software: str
    sets: tuple[FittedOn, ...]
    folds: int
    articles: int
    claims: int
    wrong: int
    brier: float
    calibration_error: float | None
    auroc: float | None
    caught: float | None
    caught_perfect: float | None
    target_error: Share


class Weights(Record):
    """What each sign is worth for the claims of one model. `fitted` is None where they were set by hand."""

    format: Literal["according-confidence/1"] = "according-confidence/1"
    model: str = Field(min_length=1)
    base: Finite
    weights: Mapping[str, Finite]
    review_below: Share
    fitted: Fitted | None = None

    @property
    def fingerprint(self) -> str:
        """The beginning of a hash over all that changes a confidence."""
        said = repr((self.model, self.base, sorted(self.weights.items()), self.review_below))
        return hashlib.sha256(said.encode("utf-8")).hexdigest()[:8]

    @property
    def label(self) -> str:
        """What an extraction says of where its confidences come from."""
        if self.fitted is None:
            return f"set by hand, none is fitted for {self.model}"
        return f"fitted for {self.model}, {self.fitted.date}, {self.fitted.claims} claims, {self.fingerprint}"


def by_hand(model: str) -> Weights:
    """What holds for a model that nothing was fitted for: doubts lower the confidence, and it measures nothing."""
    return Weights(model=model, base=1.1, weights=FLAG_WEIGHTS, review_below=0.6)


def log_odds(signals: Iterable[str], weights: Mapping[str, float], *, base: float) -> float:
    """Of the claim being right: the base and the weights of its signals, each once, whatever their order."""
    return math.fsum((base, *(weights.get(name, 0.0) for name in set(signals))))


def chance(odds: float) -> float:
    """The confidence of some log-odds, held between LEAST and MOST."""
    return min(max(1 / (1 + math.exp(-max(min(odds, 500.0), -500.0))), LEAST), MOST)


def weigh(signals: frozenset[str], flags: tuple[Flag, ...], weights: Weights) -> tuple[float, tuple[Reason, ...]]:
    """The claim's confidence (0 to 1), and every sign and doubt with its effect, the largest first.

    The effects and the base add up to the confidence's log-odds, before it is held between LEAST and MOST. Signs that
    are worth nothing come last: whoever fits weights of their own needs them.
    """
    doubts = {flag.code: flag.message for flag in flags}
    words = {name: words_of_signal(name) for name in signals} | doubts
    fitted = weights.weights
    worth = {name: fitted[name] if name in fitted else ASKED_WEIGHTS.get(name, 0.0) for name in words}
    reasons = [_reason(name, worth[name], said) for name, said in words.items()]
    reasons.sort(key=lambda reason: (-abs(reason.effect), reason.signal))
    return round(chance(log_odds(words, worth, base=weights.base)), 3), tuple(reasons)


@lru_cache(maxsize=4096)
def _reason(name: str, effect: float, words: str) -> Reason:
    """Twenty a claim, and mostly the same ones."""
    return Reason(signal=name, effect=effect, words=words)


@cache
def words_of_signal(name: str) -> str:
    """A sign in words; its bare name where no words are written for it."""
    if name.startswith(OWN):
        return OWN_VOICE + words_of_signal(name.removeprefix(OWN))
    if name in SIGNAL_WORDS:
        return SIGNAL_WORDS[name]
    return name.replace(":", " ").replace("_", " ")
