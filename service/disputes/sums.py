"""Which figures of an article are parts of another one?

Two numbers of which one is "more" make up the third; a total of several attacks stands beside the figure of one; one
side's lesser figures beside its toll; a part "of them" after its whole; figures in a row make up another; so do the
fates that share out a number of people.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import combinations, pairwise, product

from service.disputes.candidates import OUTLETS, Candidate
from service.disputes.matching import Scope, apart_in_time, kinship_of, same_place
from service.disputes.things import people
from service.lexicon.happenings import ANYBODY, COMPLEMENTS, HARM, PERSON_GROUPS

LEAST_TOTAL = 7  # smaller sums come about by chance
LEAST_ROW = 20  # likewise, where nothing is known of what they say
MOST_OF_A_FATE = 5  # figures of one fate that are tried
_FATES = {"killed": "killed", "missing": "missing", "rescued": "saved", "alive": "saved"}
LEAST_FOREIGN = 100  # and where the total is somebody else's
MOST_WHOLES = 3  # of one value before a row of parts, and after it
LOOK_BACK = 4  # figures before a part of which one is its whole
MOST = 40  # figures of one kind in an article that are tried against each other

Edge = tuple[int, int]


def sums_in(found: Sequence[Candidate], scope: Scope) -> Iterator[Edge]:
    """Positions of a part and its total, in either order; both about the same people or things."""
    kinds: dict[tuple[str | None, str], list[int]] = defaultdict(list)
    for place, candidate in enumerate(found):
        usable = candidate.index is not None and candidate.bounds.low is not None and not candidate.ahead
        if usable and candidate.measure is not None and not candidate.rate and not candidate.part:
            kinds[candidate.unit, candidate.measure].append(place)
    yield from _made_up(found)
    yield from _of_them(found)
    yield from _in_a_row(found)
    yield from _by_fate(found)
    for places in kinds.values():
        kin = places[:MOST]
        yield from _counted_on(found, kin, scope)
        yield from _of_several(found, kin, scope)
        yield from _of_one_account(found, kin, scope)


def _kin(one: Candidate, other: Candidate, scope: Scope) -> bool:
    return kinship_of(one, other, scope) == "strong" and not apart_in_time(one.when, other.when)


def _value(candidate: Candidate) -> Decimal:
    assert candidate.bounds.low is not None  # those without were left out
    return candidate.bounds.low


def _counted_on(found: Sequence[Candidate], kin: Sequence[int], scope: Scope) -> Iterator[Edge]:
    """ "Twelve were killed … eleven more … brought the toll to 23"."""
    by_value: dict[Decimal, list[int]] = defaultdict(list)
    for place in kin:
        if not found[place].elsewhere:
            by_value[_value(found[place])].append(place)
    for place in kin:
        further = found[place]
        if not further.more:
            continue
        for first_value, firsts in by_value.items():
            totals = [
                total
                for total in by_value.get(first_value + _value(further), ())
                if not found[total].more and _kin(found[total], further, scope)
            ]
            parts = [first for first in firsts if not found[first].more and _kin(found[first], further, scope)]
            if parts and totals and first_value:
                yield from ((part, total) for part in (*parts, place) for total in totals)


def _of_several(found: Sequence[Candidate], kin: Sequence[int], scope: Scope) -> Iterator[Edge]:
    """The outlet's total of two attacks, and what was said of one of them."""
    for total in kin:
        whole = found[total]
        if not whole.several or whole.told.claim.source.kind not in OUTLETS:
            continue
        for part in kin:
            one = found[part]
            if one.several or one.elsewhere or one.sentence == whole.sentence or one.more:
                continue
            fits = _value(one) <= _value(whole) and (one.when is None or not one.when.long)
            if fits and _kin(one, whole, scope) and _within(one, whole):
                yield part, total


def _within(part: Candidate, whole: Candidate) -> bool:
    where = part.where or part.where_else
    return not whole.where or not where or not where.isdisjoint(whole.where)


def _of_one_account(found: Sequence[Candidate], kin: Sequence[int], scope: Scope) -> Iterator[Edge]:
    """One side's toll and its lesser figures: five in one town and 18 in another, of at least 25 in the district."""
    for part in kin:
        if not found[part].partial:
            continue
        for total in kin:
            whole, lesser = found[total], found[part]
            apart = whole.sentence != lesser.sentence and whole.speaks_for == lesser.speaks_for
            if apart and not whole.partial and _value(lesser) < _value(whole) and _kin(lesser, whole, scope):
                yield part, total


def _made_up(found: Sequence[Candidate]) -> Iterator[Edge]:
    """Seven missing and 29 brought up, by one side in one breath, are the 36 who were underground."""
    heads = [place for place, candidate in enumerate(found) if _is_of_people(candidate)]
    by_value: dict[Decimal, list[int]] = defaultdict(list)
    for place in heads:
        by_value[_value(found[place])].append(place)
    for first, second in pairwise(heads):
        one, other = found[first], found[second]
        beside = other.sentence - one.sentence <= 1 and not one.side.isdisjoint(other.side)
        if not beside or {one.measure, other.measure} not in COMPLEMENTS:
            continue
        total = _value(one) + _value(other)
        for whole in by_value.get(total, ()) if total >= LEAST_TOTAL else ():
            if found[whole].measure not in (one.measure, other.measure):
                yield first, whole
                yield second, whole


def _in_a_row(found: Sequence[Candidate]) -> Iterator[Edge]:
    """410 in June and the remaining 230 are the 640 who will be gone: two or three figures in a row that make up
    another one."""
    by_value: dict[Decimal, list[int]] = defaultdict(list)
    heads = [place for place, candidate in enumerate(found) if _counts_heads(candidate)]
    for place in heads:
        by_value[_value(found[place])].append(place)
    for length in (2, 3):
        for first in range(len(heads) - length + 1):
            parts = heads[first : first + length]
            rows = [found[place] for place in parts]
            if rows[-1].sentence - rows[0].sentence > 1 or any(one.side.isdisjoint(rows[0].side) for one in rows):
                continue
            if len({row.measure for row in rows} - {None}) > 1:
                continue
            total = sum((_value(row) for row in rows), Decimal(0))
            wholes = by_value.get(total, []) if total >= LEAST_ROW else []
            at = bisect_left(wholes, parts[0])
            for whole in wholes[max(0, at - MOST_WHOLES) : at + MOST_WHOLES]:
                if whole in parts or _same_claim(found[whole], rows) or not same_place(rows[0], found[whole]):
                    continue
                if total >= LEAST_FOREIGN or not found[whole].side.isdisjoint(rows[0].side):
                    yield from ((part, whole) for part in parts)


def _by_fate(found: Sequence[Candidate]) -> Iterator[Edge]:
    """The dead, the missing and the rescued make up those who were aboard."""
    by_fate: dict[str, list[int]] = defaultdict(list)
    for place, candidate in enumerate(found):
        if _counts_heads(candidate) and (fate := _FATES.get(candidate.measure or "")):
            by_fate[fate].append(place)
    fates = [places[-MOST_OF_A_FATE:] for places in by_fate.values()]
    wholes: dict[Decimal, list[int]] = defaultdict(list)
    for place, candidate in enumerate(found):
        open_ended = candidate.measure not in HARM and candidate.measure not in _FATES and not candidate.ahead
        if open_ended and _counts_heads(candidate):
            wholes[_value(candidate)].append(place)
    for count in (2, 3):
        for chosen in combinations(fates, count):
            for parts in product(*chosen):
                total = sum((_value(found[part]) for part in parts), Decimal(0))
                if count == 2 and found[parts[0]].side.isdisjoint(found[parts[1]].side):
                    continue
                for whole in wholes.get(total, ()) if total >= LEAST_ROW else ():
                    if not _same_claim(found[whole], [found[part] for part in parts]):
                        yield from ((part, whole) for part in parts)


def _counts_heads(candidate: Candidate) -> bool:
    """Whether it is an exact number of people, or of their jobs."""
    exact = candidate.index is not None and candidate.bounds.low is not None and candidate.unit is None
    plain = not (candidate.part or candidate.elsewhere or candidate.rate or candidate.limit or candidate.several)
    return exact and plain and (candidate.noun is None or candidate.noun == "jobs" or people(candidate.noun))


def _same_claim(whole: Candidate, parts: Sequence[Candidate]) -> bool:
    return any(part.told.claim.id == whole.told.claim.id for part in parts)


def _of_them(found: Sequence[Candidate]) -> Iterator[Edge]:
    """ "Seven of the dead", "twelve of the lot": parts of the number that stands before them."""
    for place, part in enumerate(found):
        if not part.part or part.bounds.value is None:
            continue
        for before in range(place - 1, max(-1, place - 1 - LOOK_BACK), -1):
            whole = found[before]
            if whole.unit != part.unit or not (whole.part or _is_of_people(whole)):
                continue
            near = part.sentence - whole.sentence <= 1 and not part.side.isdisjoint(whole.side)
            near = near and whole.told.claim.id != part.told.claim.id
            alike = part.measure == whole.measure is not None and part.noun in (whole.noun, None, *ANYBODY)
            if near and alike and not whole.part and part.bounds.value < _value(whole):
                yield place, before
            break


def _is_of_people(candidate: Candidate) -> bool:
    exact = candidate.index is not None and candidate.bounds.low is not None
    exact = exact and candidate.bounds.low == candidate.bounds.high
    plain = candidate.unit is None and not (candidate.part or candidate.elsewhere or candidate.ahead)
    return exact and plain and (candidate.noun in PERSON_GROUPS or candidate.measure in HARM)
