"""What is a time expression before it is written down, and what does its reader need to see?"""

from datetime import date
from typing import Literal, NamedTuple

from service.lexicon.calendar import AHEAD, AHEAD_WITH_TO, LOOKING_BACK, REPORTING
from service.reading.tokens import Line

_LOOK_BACK, _LOOK_ON = 12, 8  # tokens


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
    known: dict[str, str]  # the last day, month and year that the text named before: for "that month"

    def ahead(self, index: int) -> bool:
        """Whether the words around look forward ("will be held on"), with no reporting verb in between."""
        for back in range(1, min(_LOOK_BACK, index) + 1):
            key = self.line.key(index - back)
            if key in REPORTING and self.line.key(index - back + 1) != "to":
                return False
            if self._forward(index - back):
                return True
        if index < 3:  # "On Monday the court will hear"
            return self._forward_behind(index)
        ends = self.line.key(index - 1) in {"by", "until"} or self.line.keys(index - 3, 3) == ("until", "at", "least")
        near = range(max(0, index - _LOOK_BACK), min(self.line.size, index + _LOOK_ON))
        return ends and not any(self.line.key(at) in LOOKING_BACK for at in near)

    def _forward(self, at: int) -> bool:
        key = self.line.key(at)
        if key == "to":
            return self.line.key(at - 1) in AHEAD_WITH_TO and self.line[at + 1].kind == "word"
        return key in AHEAD and self.line.key(at + 1) != "have"

    def _forward_behind(self, index: int) -> bool:
        for at in range(index + 1, index + _LOOK_ON):
            if self.line.key(at) in REPORTING:
                return False
            if self.line.key(at) != "may" and self._forward(at):
                return True
        return False
