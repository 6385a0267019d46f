"""What is left of a score without the claims that were judged with the model's own answer in view?

People take over what they are shown, so that such claims flatter the model. They do not count against it either: each
is treated as one that annotators differ on. That a model was seen at all is for `board` to hold against it.
"""

from collections.abc import Iterable

from eval.annotated import blank
from eval.measures import Scores, score_at
from eval.score import Task
from service.goldfiles import GoldClaim
from service.records import Record


class Unassisted(Record):
    """Scores that `set_aside` gold claims neither raise nor lower."""

    set_aside: int
    scores: Scores


def assisted(claims: Iterable[GoldClaim], model: str) -> int:
    """How many claims were judged with this model's answer in view."""
    return sum(claim.assisted_by == model for claim in claims)


def without_assisted(
    tasks: Iterable[Task], model: str, *, threshold: float, annotates: tuple[str, ...] | None
) -> Unassisted:
    """The tasks' scores with those claims set aside."""
    seen: dict[str, int] = {}
    [scores] = score_at((_set_aside(task, model, seen) for task in tasks), [threshold])
    return Unassisted(set_aside=sum(seen.values()), scores=blank(scores, annotates))


def _set_aside(task: Task, model: str, seen: dict[str, int]) -> Task:
    """What is not required is neither missed nor found; `seen` takes how many there are, once an article."""
    seen[task.document] = assisted(task.gold, model)
    gold = [claim.model_copy(update={"optional": True}) if claim.assisted_by == model else claim for claim in task.gold]
    return task._replace(gold=gold)
