"""What does a model see of an article in a request?

Reads the question off the wire: numbered sentences with marks in them, as `prompting` writes them, and nothing that the
service did not send. Which claims stand there is for `answers`.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

_ARTICLE = re.compile(r"<article [^>\n]*>\n(.*?)\n?</article", re.DOTALL)
_NUMBERED = re.compile(r"\[(\d{1,7})\] ")
_MARK = re.compile(r"\{([SF]\d+)( |\})")


class Mark(NamedTuple):
    """A mark, and the characters of the sentence that it stands around; the same place twice where it is empty."""

    name: str
    start: int
    end: int


class Line(NamedTuple):
    """A sentence as shown, without the marks; `marks` has their places in `words`. Number 0: what is told beside."""

    number: int
    words: str
    marks: tuple[Mark, ...]

    def marked(self, letter: str) -> tuple[Mark, ...]:
        return tuple(mark for mark in self.marks if mark.name[0] == letter)


class Page(NamedTuple):
    """All that one request shows of an article."""

    lines: tuple[Line, ...]
    beside: tuple[Line, ...]

    @property
    def key(self) -> str:
        """The same for the same sentences, whatever stood in the requests before."""
        return "\n".join(f"{line.number} {line.words}" for line in self.lines)

    def speakers(self) -> Iterator[tuple[str, str]]:
        """Every mark of a speaker with its words, in the order of the page."""
        for line in (*self.beside, *self.lines):
            for mark in line.marked("S"):
                yield mark.name, line.words[mark.start : mark.end]


def read_page(user: str) -> Page:
    """The page in a user's message; without lines where the message shows no article."""
    found = _ARTICLE.search(user)
    rows = (found[1] if found else user).split("\n")
    lines: list[Line] = []
    beside: list[Line] = []
    for row in rows:
        number = _NUMBERED.match(row)
        if number:
            lines.append(_line(int(number[1]), row[number.end() :]))
        elif row.strip():
            beside.append(_line(0, row))
    return Page(tuple(lines), tuple(beside))


def _line(number: int, row: str) -> Line:
    """Braces are the service's own: those of the article were sent as round brackets."""
    words: list[str] = []
    length = place = 0
    opened: list[tuple[str, int]] = []
    marks: list[Mark] = []
    while place < len(row):
        found = _MARK.match(row, place) if row[place] == "{" else None
        if found and found[2] == "}":
            marks.append(Mark(found[1], length, length))
        elif found:
            opened.append((found[1], length))
        elif row[place] == "}" and opened:
            name, start = opened.pop()
            marks.append(Mark(name, start, length))
        else:
            words.append(row[place])
            length += 1
        place = found.end() if found else place + 1
    return Line(number, "".join(words), tuple(sorted(marks, key=lambda mark: (mark.start, -mark.end))))
