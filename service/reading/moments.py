"""What is a time expression before it is written down, and what does its reader need to see?"""

from datetime import date
from typing import Literal, NamedTuple

from service.lexicon.calendar import AHEAD, REPORTING
from service.reading.tokens import Line

_LOOK_BACK = 8


class Moment(NamedTuple):
    """Tokens `[first, stop)` that tell a time. `clock` is the hour of a clock time, "20:00"."""

    first: int
    stop: int
    value: str | None
    kind: Literal["day", "month", "year", "clock", "other"]
    clock: str | None = None


class Scene(NamedTuple):
    """A sentence, and the day from which it is read."""

    line: Line
    published: date | None

    def ahead(self, index: int) -> bool:
        """Whether the words before `index` look forward ("will be held on"), with no reporting verb in between."""
        for back in range(1, min(_LOOK_BACK, index) + 1):
            key = self.line.key(index - back)
            if key in REPORTING:
                return False
            if key in AHEAD:
                return True
        return False
