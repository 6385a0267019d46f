"""What clock time stands here: "10:30 PM", "8pm", "1730 GMT", "five o'clock"?"""

from service.lexicon.calendar import NUMBER_NAMES, PARTS_OF_DAY, ZONES
from service.lexicon.numbers import DASHES
from service.reading.calendar import clock_value
from service.reading.moments import Moment, Scene
from service.reading.tokens import Line

_HALVES = {"am": "am", "pm": "pm"}
_RANGE_JOINTS = frozenset({"to", "and", "until", "till"})
_MATCH_WORDS = frozenset("odds ratio score scores by won beat".split())


def read_clock(scene: Scene, index: int) -> Moment | None:
    line = scene.line
    named = _read_named(line, index)
    if named:
        return named
    single = _read_single(line, index)
    if single:
        return _with_second(line, single)
    return _read_opened_range(line, index)


def _read_named(line: Line, index: int) -> Moment | None:
    key = line.key(index)
    if key not in {"noon", "midnight", "dawn", "dusk", "midday"}:
        return None
    if line.key(index - 1) not in {
        "at",
        "around",
        "about",
        "by",
        "until",
        "before",
        "after",
        "since",
        "from",
        "to",
        "near",
    }:
        return None
    return Moment(index, index + 1, None, "clock", {"noon": "12:00", "midday": "12:00"}.get(key))


def _read_single(line: Line, index: int) -> Moment | None:
    hour, minute, stop, marked = _read_hour(line, index)
    if stop == index:
        return None
    half, end = _read_half(line, stop)
    if not half:
        half, end = _read_words(line, stop)
    zone = _zone_stop(line, end)
    if not half and not marked and not _military(line, index, zone, end):
        return None
    if _military(line, index, zone, end) and not half and not marked:
        hour, minute = divmod(int(line.key(index)), 100)
    clock = clock_value(hour, minute, half if half in {"am", "pm"} else "")
    if clock is None:
        return None
    return Moment(index, zone, None, "clock", clock)


def _read_hour(line: Line, index: int) -> tuple[int, int, int, bool]:
    """(hour, minute, where they end, whether the form alone says that it is a time)."""
    key = line.key(index)
    if line[index].kind != "digits":
        hour = NUMBER_NAMES.get(key, 0) if key not in {"a", "an"} else 0
        return hour, 0, index + 1 if hour else index, False
    if len(key) not in {1, 2, 4} or _tied_before(line, index):
        return 0, 0, index, False
    sign, minutes = line.key(index + 1), line.key(index + 2)
    tied = line.touching(index) and line.touching(index + 1) and len(minutes) == 2 and minutes.isdigit()
    if tied and sign in {":", "."} and len(key) < 3 and int(minutes) < 60:
        stop = index + 3
        if line.key(stop) == ":" and line.touching(stop - 1) and len(line.key(stop + 1)) == 2:
            stop += 2
        alone = sign == ":" and int(key) < 24 and not _is_score(line, index, stop)
        return int(key), int(minutes), stop, alone
    if len(key) == 4:
        return 0, 0, index + 1, False
    return int(key), 0, index + 1, False


def _tied_before(line: Line, index: int) -> bool:
    """Whether the digits are the tail of something: 3.10, 2024/10, 1,10."""
    before = line[index - 1]
    return line.touching(index - 1) and (
        before.kind == "word" or before.key in {".", ",", "/", ":", "$", "£", "€", "_"}
    )


def _is_score(line: Line, index: int, stop: int) -> bool:
    return line.key(index - 1) in _MATCH_WORDS or (line.touching(stop - 1) and line[stop].kind == "digits")


def _read_half(line: Line, index: int) -> tuple[str, int]:
    """ "am", "PM", "p.m." and where it ends."""
    key = line.key(index)
    if key in _HALVES and (line[index].text != "am" or line.touching(index - 1) or line.key(index + 1) != "i"):
        return _HALVES[key], index + 1
    if key in {"a", "p"} and line.key(index + 1) == "." and line.key(index + 2) == "m" and line.touching(index):
        dotted = line.key(index + 3) == "." and line.touching(index + 2)
        final = dotted and line[index + 4].kind == "end"  # the dot of the sentence is no part of the time
        return f"{key}m", index + 3 + (dotted and not final)
    return "", index


def _read_words(line: Line, index: int) -> tuple[str, int]:
    """ "o'clock", "in the morning"."""
    if line.key(index) == "o" and line.key(index + 1) in {"'", "’"} and line.key(index + 2) == "clock":
        half, end = _read_words(line, index + 3)
        if line.keys(index + 3, 2) in {("this", "afternoon"), ("this", "evening")} or line.key(index + 3) == "tonight":
            half = "pm"
        return half or "o'clock", max(end, index + 3)
    if line.keys(index, 2) == ("in", "the") and line.key(index + 2) in {"morning", "afternoon", "evening"}:
        return "am" if line.key(index + 2) == "morning" else "pm", index + 3
    if line.key(index) == "at" and line.key(index + 1) == "night" and line[index - 1].kind == "digits":
        return "pm", index + 2
    return "", index


def _zone_stop(line: Line, index: int) -> int:
    if line.key(index) in ZONES and line[index].text.isupper():
        return index + 1
    return index + 2 if line.keys(index, 2) == ("local", "time") else index


def _military(line: Line, index: int, zone: int, end: int) -> bool:
    """ "1730 GMT", "0600 hours"."""
    key = line.key(index)
    hours = line.key(end) in {"hours", "hrs"} and key.startswith(("0", "1", "2"))
    return len(key) == 4 and key.isdigit() and int(key) < 2400 and int(key) % 100 < 60 and (zone > end or hours)


def _with_second(line: Line, first: Moment) -> Moment:
    """ "8 PM to 10 PM", "10:30-11:15"."""
    at = first.stop
    joint = line.key(at) in _RANGE_JOINTS or line.key(at) in DASHES
    second = _read_single(line, at + 1) if joint else None
    return Moment(first.first, second.stop, None, "other") if second else first


def _read_opened_range(line: Line, index: int) -> Moment | None:
    """ "8 to 10 PM", "8-10pm": the first hour stands bare."""
    key = line.key(index)
    bare = (line[index].kind == "digits" and len(key) < 3) or (key in NUMBER_NAMES and key not in {"a", "an"})
    joint = line.key(index + 1)
    if (
        not bare
        or not (joint in _RANGE_JOINTS or joint in DASHES)
        or (joint == "and" and line.key(index - 1) != "between")
    ):
        return None
    second = _read_single(line, index + 2)
    if second is None or _tied_before(line, index) or line.key(second.stop - 1) in PARTS_OF_DAY:
        return None
    half_given = not (line.key(index + 3) == ":" and line[second.stop - 1].kind == "digits")
    return Moment(index, second.stop, None, "other") if half_given else None
