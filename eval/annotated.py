"""Which fields can a gold set judge?

A set converted from an outside corpus says in goldset.yaml what it `annotates`. Fields that it does not annotate are
taken out of the comparison before scoring, and measures of them are n/a: absent is not wrong. Sets of our own annotate
every field and pass through untouched.
"""

from collections.abc import Sequence

from eval.score import Score, Scores, Task
from eval.statistics import Ratio
from service.goldfiles import GoldClaim
from service.records import Source

FIELDS = ("content", "name", "mention", "kind", "cue", "mode", "stance", "hedged", "figures", "when", "outlet")
"""`name`: speakers are resolved to a name; `mention`: the words that name the speaker are marked; `outlet`: claims of
the outlet itself are listed too."""

_NAMED_KINDS = frozenset({"person", "organization", "anonymous", "document"})
_MEASURE_OF_FIELD = {"mode": "mode", "stance": "stance", "hedged": "hedge"}  # those whose total is every pair


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
    if annotates is None:
        return scores
    empty = {measure for field, measure in _MEASURE_OF_FIELD.items() if field not in annotates}
    return scores.model_copy(update={"measures": tuple(_blank(score, empty) for score in scores.measures)})


def _blank(score: Score, empty: set[str]) -> Score:
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
