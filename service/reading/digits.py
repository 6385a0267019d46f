"""How are the digits of one number put together: groups, decimals, and the stroke of a fraction?

The groups of several languages are known (1,234 and 1,50,000 and 1 200 000 and 1.200.000). Words and scales are read in
`numerals`.
"""

from decimal import Context, Decimal

from service.lexicon.numbers import MOST_DIGITS
from service.reading.tokens import Line

EXACTLY = Context(prec=80)  # the default context would round a long product

_THIN_SPACES = frozenset("\u2009\u202f\u00a0")
_APOSTROPHES = frozenset("'’")


def read_mantissa(line: Line, index: int) -> tuple[str, int] | None:
    """The digits with their groups and decimals as one plain string, and where they end; None for no such number."""
    if index not in line.mantissas:
        line.mantissas[index] = _mantissa(line, index)
    return line.mantissas[index]


def _mantissa(line: Line, index: int) -> tuple[str, int] | None:
    groups, stop, separator = _read_groups(line, index)
    if not all(groups) or sum(map(len, groups)) > MOST_DIGITS or not _well_grouped(groups, separator):
        return None
    whole = "".join(groups)
    if _leading_dot(line, index):
        return (f"0.{whole}", stop) if not separator else None
    if separator != "." and line.key(stop) == "." and _tied_digits(line, stop) and line.key(stop + 1):
        if line.key(stop + 2) == "." and _tied_digits(line, stop + 2):
            return None  # 1.2.3 is a version or an address
        whole, stop = f"{whole}.{line.key(stop + 1)[:MOST_DIGITS]}", stop + 2
    return whole, stop


def _leading_dot(line: Line, index: int) -> bool:
    """.534 with nothing before the dot."""
    return line.key(index - 1) == "." and line.touching(index - 1) and not line.touching(index - 2)


def _tied_digits(line: Line, index: int) -> bool:
    """Whether the sign at `index` has the number before and digits after it, without spaces."""
    return line.touching(index - 1) and line.touching(index) and line[index + 1].kind == "digits"


def _read_groups(line: Line, index: int) -> tuple[list[str], int, str]:
    groups, stop = [line.key(index)], index + 1
    separator = _separator(line, stop)
    if separator == " " and (len(groups[0]) > 3 or groups[0].startswith("0")):
        separator = ""
    step = 1 if separator == " " else 2
    digits = len(groups[0])
    # No further than any number goes, so that a text of nothing but groups is read in linear time.
    while separator and digits <= MOST_DIGITS and _separator(line, stop) == separator:
        groups.append(line.key(stop + step - 1))
        digits += len(groups[-1]) or MOST_DIGITS
        stop += step
    return groups, stop, separator


def _separator(line: Line, stop: int) -> str:
    """The sign that ties the next group of digits to the number before `stop`, "" for none."""
    sign = line.key(stop)
    if line[stop].kind == "digits":
        return " " if _one_space(line, stop) and _three_digits(line, stop) else ""
    if not sign or not _tied_digits(line, stop):
        return ""
    if sign == ",":
        return sign
    if sign in _APOSTROPHES and _three_digits(line, stop + 1):
        return sign
    if sign == "." and _three_digits(line, stop + 1) and (line.key(stop + 2) == "." or line.key(stop - 2) == "."):
        # One group alone is a decimal fraction: 1.250. Two are the thousands of another language: 1.250.000
        return sign
    return ""


def _one_space(line: Line, index: int) -> bool:
    gap = line.text[line[index - 1].end : line[index].start]
    return gap in _THIN_SPACES or gap == " "


def _three_digits(line: Line, index: int) -> bool:
    return len(line.key(index)) == 3 and not (line.touching(index) and line[index + 1].kind == "word")


def _well_grouped(groups: list[str], separator: str) -> bool:
    if not separator:
        return True
    head, *middle, tail = groups
    thousands = len(head) <= 3 and all(len(group) == 3 for group in (*middle, tail))
    lakhs = separator == "," and len(head) <= 2 and len(tail) == 3 and all(len(group) == 2 for group in middle)
    return thousands or lakhs


def read_slashed(line: Line, index: int) -> Decimal | None:
    keys = line.keys(index, 3)
    tied = len(keys) == 3 and keys[1] == "/" and line.touching(index) and line.touching(index + 1)
    if not tied or line.key(index + 3) == "/" or line.key(index - 1) == "/":
        return None
    upper, lower = keys[0], keys[2]
    if (
        upper.isdigit()
        and lower in {"2", "3", "4", "5", "6", "8", "10"}
        and len(upper) < 3
        and 0 < int(upper) < int(lower)
    ):
        return EXACTLY.divide(Decimal(upper), Decimal(lower))
    return None
