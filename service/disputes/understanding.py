"""What do the figures of an article say once they are read together?

A bare number takes up what was counted before it; "bodies" are of those whom the article is about; a "further" number
counts on only where there is one to count on from; a side's lesser figure stands beside its toll.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from service.disputes.candidates import Candidate
from service.disputes.matching import NEAR, Scope, of_one_size
from service.disputes.things import head_of, people, stem
from service.lexicon.happenings import ANY_CROWD, ANYBODY, HARM, KINDS_OF, OUTCOMES, PERSON_GROUPS, SOME_OF_ALL, TOLLS

_WORD = re.compile(r"[^\W\d_]+")
OPENING = 2  # sentences that say whom the article is about
LOOK_BACK = 6  # figures that a bare number may take up


def understood(found: Iterable[Candidate]) -> tuple[list[Candidate], Scope]:
    """An article's figures in order, each with what the others tell of it, and whom its outcomes befell."""
    ordered = _with_own_parts(sorted(found, key=lambda candidate: candidate.order))
    ordered = _taken_up(_with_said_again(ordered))
    ordered = _with_partial(_without_more(_with_leading(ordered)))
    return ordered, _scope(ordered)


def _with_own_parts(ordered: Sequence[Candidate]) -> list[Candidate]:
    """ "Nine of them crew" counts the crew, whatever they are part of; "five of these … and three" counts two parts."""
    done: list[Candidate] = []
    whole: Candidate | None = None
    spread = Counter(_split(candidate) for candidate in ordered)
    for candidate in ordered:
        if spread[_split(candidate)] > 1 and len(candidate.where) > 1:
            candidate = replace(candidate, part=True)  # "in Quell 49, in Dunn 14": which is where is not known here
        own = candidate.noun in PERSON_GROUPS and candidate.noun not in ANYBODY
        before = done[-1] if done else None
        if candidate.part:
            named_anew = own and (whole is None or whole.noun != candidate.noun)
            candidate = replace(candidate, part=False) if named_anew else candidate
        elif before is not None and before.part and before.sentence == candidate.sentence and not own:
            candidate = replace(candidate, part=before.unit == candidate.unit)
        done.append(candidate)
        whole = whole if candidate.part else candidate
    return done


def _split(candidate: Candidate) -> tuple[object, ...]:
    return candidate.told.claim.id, candidate.unit, candidate.noun, candidate.measure


def _with_said_again(ordered: Sequence[Candidate]) -> list[Candidate]:
    """A figure without a verb of its own has that of another one of its noun whose word stands in its sentence: "they
    promised 800 jobs" and "the promise had been for 700"."""
    said: dict[tuple[str | None, str], set[str]] = defaultdict(set)
    for candidate in ordered:
        if candidate.noun is not None and candidate.measure is not None:
            said[candidate.unit, candidate.noun].add(candidate.measure)
    done = []
    for candidate in ordered:
        if candidate.measure is None and candidate.noun is not None:
            stems = {
                stem(word) for word in _WORD.findall(candidate.sentence_span.of(candidate.told.article.text).lower())
            }
            again = said[candidate.unit, candidate.noun] & stems
            candidate = replace(candidate, measure=min(again)) if len(again) == 1 else candidate
        done.append(candidate)
    return done


def _taken_up(ordered: Sequence[Candidate]) -> list[Candidate]:
    """Figures that leave unsaid what they count get it from one before them: "the police put it at 60"."""
    done: list[Candidate] = []
    for place, candidate in enumerate(ordered):
        taken = _antecedent(candidate, done) if candidate.bare else None
        if taken is not None:
            earlier = done[taken]
            if earlier.noun is None and earlier.measure is None:
                # Neither says what it counts, so it goes by a name of its own that later figures can take up.
                earlier = done[taken] = replace(earlier, noun=f"#{taken}")
            if candidate.measure not in OUTCOMES:
                past = candidate.past or earlier.past
                candidate = replace(candidate, noun=earlier.noun, measure=earlier.measure, past=past)
            elif candidate.noun is None and not (earlier.noun or "").startswith("#"):
                candidate = replace(candidate, noun=earlier.noun)
        elif candidate.bare and candidate.noun is None and candidate.measure is None:
            candidate = replace(candidate, noun=f"#{place}")
        done.append(candidate)
    return done


def _antecedent(candidate: Candidate, before: Sequence[Candidate]) -> int | None:
    """The figure that it takes up: the nearest that counts the same, else the nearest of its unit."""
    near = [
        place
        for place in range(len(before) - 1, max(-1, len(before) - 1 - LOOK_BACK), -1)
        if candidate.sentence - before[place].sentence <= NEAR and _can_be_taken_up(before[place], candidate)
    ]
    same = [place for place in near if candidate.noun is not None and before[place].noun == candidate.noun]
    return same[0] if same else near[0] if near and candidate.noun is None else None


def _can_be_taken_up(earlier: Candidate, candidate: Candidate) -> bool:
    plain = (
        not (earlier.part or earlier.more or earlier.noun in SOME_OF_ALL)
        and earlier.rate == candidate.rate
        and of_one_size(earlier, candidate)
    )
    known = candidate.measure in OUTCOMES and earlier.measure in OUTCOMES
    alike = not known or candidate.measure == earlier.measure
    return plain and alike and earlier.unit == candidate.unit and earlier.span != candidate.span


def _with_leading(ordered: Sequence[Candidate]) -> list[Candidate]:
    """ "The toll rose to seven" and "11 bodies" are of those whose harm the article opens with, where that is clear."""
    leading: dict[str, set[str]] = defaultdict(set)
    for candidate in ordered:
        noun, measure = candidate.noun, candidate.measure
        told = measure in HARM and people(noun) and noun not in SOME_OF_ALL
        if told and candidate.sentence < OPENING and not (candidate.part or candidate.elsewhere):
            assert measure is not None
            assert noun is not None
            leading[measure].add(noun)
    done = []
    for candidate in ordered:
        whose = leading[candidate.measure or ""] if candidate.noun is None or _is_toll(candidate) else set()
        if len(whose) == 1 and not candidate.total:
            candidate = replace(candidate, noun=min(whose))
        done.append(candidate)
    return done


def _is_toll(candidate: Candidate) -> bool:
    """Whether it counts the dead and does not say who they were."""
    head = None if candidate.figure is None else head_of(candidate.figure.counted)
    return candidate.noun in ANYBODY and head in TOLLS


def _without_more(ordered: Sequence[Candidate]) -> list[Candidate]:
    """ "Two were killed and nine more wounded": nobody was wounded before."""
    seen: set[str | None] = set()
    done = []
    for candidate in ordered:
        done.append(replace(candidate, more=False) if candidate.more and candidate.measure not in seen else candidate)
        seen.add(candidate.measure)
    return done


def _with_partial(ordered: Sequence[Candidate]) -> list[Candidate]:
    """One side's figures of one kind that are below its greatest, without a word of correction."""
    greatest: dict[tuple[object, ...], Candidate] = {}
    for candidate in ordered:
        key = _account(candidate)
        if key is not None and (key not in greatest or _size(candidate) > _size(greatest[key])):
            greatest[key] = candidate
    done = []
    for candidate in ordered:
        key = _account(candidate)
        lesser = key is not None and _size(candidate) < _size(greatest[key]) and not candidate.earlier
        corrected = key is not None and (greatest[key].later or candidate.later or greatest[key].earlier)
        done.append(replace(candidate, partial=True) if lesser and not corrected else candidate)
    return done


def _account(candidate: Candidate) -> tuple[object, ...] | None:
    """By whom, of whom and of which harm; None for what is no toll."""
    if candidate.measure not in HARM or candidate.noun is None or candidate.part or candidate.elsewhere:
        return None
    if candidate.bounds.value is None or candidate.index is None or (candidate.when and candidate.when.long):
        return None
    return candidate.speaks_for, candidate.noun, candidate.measure, candidate.unit, candidate.several


def _size(candidate: Candidate) -> Decimal:
    assert candidate.bounds.value is not None  # those without have no account
    return candidate.bounds.value


def _scope(ordered: Iterable[Candidate]) -> Scope:
    told_of: dict[str, set[str]] = defaultdict(set)
    for candidate in ordered:
        noun, measure = candidate.noun, candidate.measure
        anybody = ANY_CROWD if measure == "came" else ANYBODY
        if measure is not None and people(noun) and noun not in anybody | SOME_OF_ALL and not candidate.part:
            assert noun is not None
            told_of[measure].add(noun)
    return {outcome: frozenset(_finest(kinds)) for outcome, kinds in told_of.items()}


def _finest(kinds: set[str]) -> set[str]:
    """Without general groups of whom a finer one is named: staff, where nurses are."""
    return {kind for kind in kinds if kinds.isdisjoint(KINDS_OF.get(kind, ()))}
