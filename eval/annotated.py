"""Which fields can a gold set judge?

A set converted from an outside corpus says in goldset.yaml what it `annotates`. Fields that it does not annotate are
taken out of the comparison before scoring, and measures of them are n/a: absent is not wrong. Sets of our own annotate
every field and pass through untouched.
"""

from collections.abc import Sequence

from eval.measures import Score, Scores
from eval.score import Task
from eval.statistics import Ratio
from service.goldfiles import GoldClaim
from service.records import Source

FIELDS = ("content", "name", "mention", "kind", "cue", "mode", "stance", "hedged", "figures", "when", "outlet")
"""`name`: speakers are resolved to a name; `mention`: the words that name the speaker are marked; `outlet`: claims of
the outlet itself are listed too."""

_NAMED_KINDS = frozenset({"person", "organization", "anonymous", "document"})
_MEASURES_OF_FIELD = {
    "mode": ("mode",),
    "stance": ("stance",),
    "hedged": ("hedge",),
    "when": ("when",),
    "figures": (
        "who_said_which_number",
        "who_said_which_number_lenient",
        "number_fidelity_value",
        "number_fidelity_bounds",
        "number_fidelity",
        "figures_right",
        "figures_distorted",
        "figures_misplaced",
        "figures_invented",
        "vague_found",
    ),
}


def not_judged(annotates: Sequence[str] | None) -> frozenset[str]:
    """The measures that a set cannot judge, for want of a field; none where it annotates every field."""
    return frozenset(key for field in fields_missing(annotates) for key in _MEASURES_OF_FIELD[field])


def fields_missing(annotates: Sequence[str] | None) -> tuple[str, ...]:
    """The fields that have measures of their own and that a set does not annotate."""
    return tuple(field for field in _MEASURES_OF_FIELD if annotates is not None and field not in annotates)


def fit(task: Task, annotates: Sequence[str] | None) -> Task:
    """The task with only what the set annotates on either side; None stands for every field."""
    if annotates is None:
        return task
    predicted, gold = task.predicted, task.gold
    if "outlet" not in annotates:
        predicted = [claim for claim in predicted if claim.source.kind != "outlet"]
    if "name" not in annotates and "mention" in annotates:
        gold = [_with_names_at_mention(claim, predicted) for claim in gold]
    return task._replace(
        predicted=[_only(claim, annotates) for claim in predicted], gold=[_only(claim, annotates) for claim in gold]
    )


def blank(scores: Scores, annotates: Sequence[str] | None) -> Scores:
    """The scores with nothing to count where the set does not annotate what is measured."""
    empty = not_judged(annotates)
    if not empty:
        return scores
    return scores.model_copy(update={"measures": tuple(_blank(score, empty) for score in scores.measures)})


def _blank(score: Score, empty: frozenset[str]) -> Score:
    if score.key not in empty:
        return score
    return score.model_copy(update={"ratio": Ratio(hits=0, total=0), "interval": None})


def _only(claim: GoldClaim, annotates: Sequence[str]) -> GoldClaim:
    changes: dict[str, object] = {}
    if "figures" not in annotates:
        changes["figures"] = ()
    if "when" not in annotates:
        changes["when"] = ()
    if "kind" not in annotates and claim.source.kind in _NAMED_KINDS:
        changes["source"] = claim.source.model_copy(update={"kind": "person"})
    return claim.model_copy(update=changes) if changes else claim


def _with_names_at_mention(claim: GoldClaim, predicted: Sequence[GoldClaim]) -> GoldClaim:
    """A corpus that marks the words of the speaker ("he") judges the place: who is named there is also right."""
    mention = claim.source.mention
    if mention is None:
        return claim
    there = (other.source for other in predicted if _names_somebody_at(other.source, mention))
    names = dict.fromkeys((*claim.source.aliases, *(source.name for source in there if source.name is not None)))
    return claim.model_copy(update={"source": claim.source.model_copy(update={"aliases": tuple(names)})})


def _names_somebody_at(source: Source, mention: tuple[int, int]) -> bool:
    return source.mention is not None and source.mention.start < mention[1] and mention[0] < source.mention.end
