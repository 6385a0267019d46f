"""What did a run take, in time, calls and money?

Two times are told apart. The time an article takes of a run is the time in which the run was at work, divided by its
articles: what a large batch goes by, with as many articles under way at once as there were. The time from start to end
of one article is what somebody waits who sends a single one, and it is longer the more of them share a machine.
"""

from collections.abc import Sequence
from datetime import datetime
from statistics import median
from typing import NamedTuple

from eval.results import ResultHead
from eval.store import Run
from service.records import Record, Usage


class Effort(Record):
    """What a run took, tries that failed included; `articles` counts every repetition.

    `seconds_each` is the time that the run was at work, pauses between two tries aside, for each article; None where a
    result does not say when it ended. `start_to_end` is the median over articles, `at_once` the most under way
    together.
    """

    articles: int
    seconds_each: float | None
    at_once: int | None
    start_to_end: float | None
    usage: Usage
    rejected: int

    @property
    def cost_each(self) -> float | None:
        """In US dollars; None where no price is known."""
        cost = self.usage.cost_usd
        return None if cost is None or not self.articles else cost / self.articles


def effort_of(run: Run) -> Effort:
    work = _work([_under_way(result) for result in run.results])
    seconds = [result.seconds for result in run.results if result.status != "failed"]
    return Effort(
        articles=len(run.results),
        seconds_each=work.seconds / len(run.results) if work else None,
        at_once=work.at_once if work else None,
        start_to_end=median(seconds) if seconds else None,
        usage=run.usage,
        rejected=sum(result.rejected for result in run.results),
    )


class _Work(NamedTuple):
    seconds: float
    at_once: int


def _under_way(result: ResultHead) -> tuple[float, float] | None:
    """When an article was begun and ended, in seconds since 1970."""
    if result.ended is None:
        return None
    ended = datetime.fromisoformat(result.ended).timestamp()
    return ended - result.seconds, ended


def _work(stretches: Sequence[tuple[float, float] | None]) -> _Work | None:
    """How long at least one article was under way, and how many were at most."""
    known = [stretch for stretch in stretches if stretch is not None]
    if not known or len(known) < len(stretches):
        return None
    # At one moment an end comes before a beginning: articles one after the other are never two at once.
    moments = sorted([(began, 1) for began, _ in known] + [(ended, -1) for _, ended in known])
    total, under_way, most, since = 0.0, 0, 0, 0.0
    for moment, step in moments:
        if under_way:
            total += moment - since
        under_way, since = under_way + step, moment
        most = max(most, under_way)
    return _Work(total, max(1, most))
