"""Do two figures count the same thing, of the same event?

Precision before recall: whatever sets two figures apart (another place, day, noun, outcome, a part of a total, a
rate) keeps them apart, and one side is not held against itself unless it corrects itself.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Literal

from service.disputes.bounds import relation_of
from service.disputes.candidates import AGO, OUTLETS, Candidate
from service.disputes.records import Relation
from service.disputes.scenes import Period
from service.disputes.things import MEASURES, modifiers_of, people, sorts_apart
from service.lexicon.happenings import (
    ANY_CROWD,
    ANYBODY,
    BROAD_PLACES,
    FACILITIES,
    HARM,
    KINDS_OF,
    OF_JOBS,
    OF_PEOPLE,
    OPEN_OF_AMOUNTS,
    OUTCOMES,
    PERIODIC,
    PERSON_GROUPS,
    RECURRING,
    SOME_OF_ALL,
    THINGS,
)

NEAR = 3  # sentences within which a figure may leave unsaid what it counts
SOON = 3  # … where not even the kind of event is known
MOST_TIMES = 50  # as large as the other; beyond that they count different things

LEAST_TELLING = 13  # smaller numbers are equal by chance
MOST_TIMES_SORTS = 3  # … where one names a sort of them
PLACE_NOUNS = BROAD_PLACES | FACILITIES
MOST_TIMES_FAR = 10  # … where only the noun is the same, anywhere in the article

Likeness = Literal["same", "open", "different"]
Kinship = Literal["strong", "weak", "none"]


Scope = Mapping[str, frozenset[str]]
"""For each outcome, the kinds of people whom an article tells that it befell; those left open are no kind."""


def related(one: Candidate, other: Candidate, scope: Scope) -> Relation | None:
    """What two figures of one article are to each other; None where they are not about the same thing.

    `one` stands before `other`.
    """
    same_side = not one.side.isdisjoint(other.side)
    if one.told.claim.id == other.told.claim.id or not _comparable(one, other):
        return None
    if same_side and one.sentence == other.sentence:
        return "updates" if _revised(one, other, scope) else None
    near = abs(one.sentence - other.sentence) <= NEAR or _corrects(one, other)
    kinship = kinship_of(one, other, scope)
    taken_up = not same_side or (one.bounds == other.bounds and one.noun == other.noun)
    if kinship == "none" or (kinship == "weak" and not (near and taken_up)):
        return None
    if not (same_place(one, other) and _same_time(one, other, near=near)):
        return None
    if (one.partial or other.partial) and one.bounds != other.bounds:
        return None
    return _relation(one, other, same_side=same_side)


def related_across(one: Candidate, other: Candidate, scope: Scope) -> Relation | None:
    """Likewise for figures of two articles, which must share a precise place, and a day or the kind of event."""
    if not _comparable(one, other) or one.elsewhere or one.several or one.partial or other.partial:
        return None
    if kinship_of(one, other, scope) != "strong" or not _one_event(one, other):
        return None
    if one.side.isdisjoint(other.side) or one.bounds == other.bounds:
        relation = _by_bounds(one, other)
        return "compatible" if relation == "contradicts" and _may_have_grown(one, other) else relation
    return "updates" if one.published != other.published else _by_bounds(one, other)


def _one_event(one: Candidate, other: Candidate) -> bool:
    """Whether two articles tell of one event: by its day, else by its kind and by when they came out."""
    if _by_names(one, other):
        return _one_time(one, other)
    if not _one_scene(one, other):
        return False
    days = day_of(one), day_of(other)
    if days[0] and days[1]:
        return days[0] == days[1] or (abs((days[0] - days[1]).days) == 1 and not one.events.isdisjoint(other.events))
    if (one.when and one.when.long) or (other.when and other.when.long):
        return False
    for day, out in ((days[0], other.published), (days[1], one.published)):
        if day and out and day > out:  # nobody reports what is still to come
            return False
    came = days[0] or one.published, days[1] or other.published
    if came[0] is None or came[1] is None:
        return False
    kinds = one.events & other.events
    known = bool(one.events) and bool(other.events)
    return abs((came[0] - came[1]).days) <= (AGO if kinds else -1 if known else SOON)


def _one_time(one: Candidate, other: Candidate) -> bool:
    """Whether figures of two articles on one event can be of one time of it."""
    out = one.published, other.published
    if out[0] is None or out[1] is None or abs((out[0] - out[1]).days) > AGO:
        return False
    # An article that follows up is dated by its news; what may happen twice is told apart by that.
    by_article = not RECURRING.isdisjoint(one.events | other.events)
    for each, published in ((one, out[1]), (other, out[0])):
        day = each.when.first if each.when is not None else each.day if by_article else None
        if day is not None and day > published and not each.ahead:  # nobody reports what is still to come
            return False
    if one.past or other.past:
        return one.when is not None and other.when is not None and one.when.near(other.when)
    if one.when is not None and other.when is not None:
        met = one.when.first <= other.when.last and other.when.first <= one.when.last
        return met or one.when.near(other.when)
    return True


def _one_scene(one: Candidate, other: Candidate) -> bool:
    """Whether two articles share a precise place, or else the name of what it befell: a ship, a building."""
    if not (one.where or one.where_else).isdisjoint(other.where or other.where_else):
        return True
    if _of_its_matter(one) and _of_its_matter(other) and not one.whole.opening.isdisjoint(other.whole.opening):
        return True
    apart = bool(one.where) and bool(other.where)
    shared = one.names & other.names
    # A single word in capitals may be anything, so it must stand for one kind of event too.
    return not apart and any(" " in name or not one.events.isdisjoint(other.events) for name in shared)


def _of_its_matter(candidate: Candidate) -> bool:
    """Whether a figure plays where its article does."""
    return candidate.where <= candidate.whole.opening


def _by_names(one: Candidate, other: Candidate) -> bool:
    """Whether two articles tell of one event by their names, and neither figure plays where only the other article
    could know it for another place."""
    for each, its in ((one, other), (other, one)):
        if not (_of_its_matter(each) or each.where.isdisjoint(its.whole.places)):
            return False
    return one.whole.one_event_with(other.whole)


def _may_have_grown(one: Candidate, other: Candidate) -> bool:
    """Whether the lower figure is the older one, of something that grows as more becomes known."""
    if one.published is None or other.published is None or one.published == other.published:
        return False
    older, newer = (one, other) if one.published < other.published else (other, one)
    values = older.bounds.value, newer.bounds.value
    grows = one.measure in HARM or one.measure == "destroyed"
    return grows and values[0] is not None and values[1] is not None and values[0] < values[1]


def day_of(candidate: Candidate) -> date | None:
    """The day on which it happened, by its own words or by the article's opening."""
    if candidate.when is not None:
        return None if candidate.when.long else candidate.when.first
    return candidate.day


def kinship_of(one: Candidate, other: Candidate, scope: Scope) -> Kinship:
    """Whether the two count the same: surely, or only if nothing else stands between them."""
    if not of_one_size(one, other) or (_vague(one, other) and None in (one.measure, other.measure)):
        return "none"
    if one_number(one, other) and _may_be_one(one, other):
        return "strong"
    noun, measure = _nouns(one, other), _alike(one.measure, other.measure)
    outcome = one.measure if one.measure == other.measure and (noun == "anybody" or one.measure in OUTCOMES) else None
    if noun == "same":
        return _of_same_noun(one, other, measure)
    if noun == "different" or measure != "same":
        return "none"
    if outcome is not None and len(scope.get(outcome, frozenset())) < 2:
        return "strong"
    return "weak" if noun == "open" else "none"


def one_number(one: Candidate, other: Candidate) -> bool:
    """Whether they give one and the same number, and one that is no number of everyday."""
    value = one.bounds.value
    if one.bounds != other.bounds or value is None or value < LEAST_TELLING:
        return False
    return len(value.normalize().as_tuple().digits) > 1


def one_thing_by_number(one: Candidate, other: Candidate) -> bool:
    """Whether two articles on one event give the same number of what may be one thing."""
    if one.unit != other.unit or one.elsewhere or other.elsewhere or not one_number(one, other):
        return False
    return one.limit == other.limit and _may_be_one(one, other) and _one_event(one, other)


def taught(candidate: Candidate, other: Candidate) -> Candidate:
    """The candidate with what is said of the other, where nothing telling is said of itself."""
    if candidate.measure in OUTCOMES or other.measure not in OUTCOMES:
        return candidate
    noun = other.noun if candidate.noun is None or candidate.noun in ANYBODY else candidate.noun
    return replace(candidate, noun=noun, measure=other.measure)


def _may_be_one(one: Candidate, other: Candidate) -> bool:
    """Whether nothing that is known of what two equal numbers count sets them apart."""
    if one.measure in OUTCOMES and other.measure in OUTCOMES and one.measure != other.measure:
        return False
    if one.noun is None or other.noun is None or one.noun == other.noun:
        return True
    both = {one.noun, other.noun}
    if both & THINGS or one.unit is not None:
        return bool(both & OPEN_OF_AMOUNTS)
    return bool(both & ANY_CROWD) or not both <= PERSON_GROUPS


def _corrects(one: Candidate, other: Candidate) -> bool:
    """Whether the outlet takes back, anywhere in the article, what it had given before."""
    return one.noun == other.noun is not None and one.earlier != other.earlier and any(
        each.earlier and each.told.claim.source.kind in OUTLETS for each in (one, other)
    )  # fmt: skip


def _of_same_noun(one: Candidate, other: Candidate, measure: Likeness) -> Kinship:
    """Things are known by their noun; what happened to people must be the same, for much happens to them."""
    if modifiers(one) & PERIODIC != modifiers(other) & PERIODIC:
        return "none"
    if (
        not people(one.noun)
        and modifiers(one) != modifiers(other)
        and not of_one_size(one, other, most=MOST_TIMES_SORTS)
    ):
        return "none"  # "operations" and "cancer operations"
    if measure != "open":
        return "strong" if measure == "same" else "none"
    if one.measure is None and other.measure is None:
        known = other.bare or (not people(one.noun) and of_one_size(one, other, most=MOST_TIMES_FAR))
        return "strong" if known else "weak"
    unsaid, said = (one, other) if one.measure is None else (other, one)
    if one.noun in ANYBODY:
        close = (unsaid.bare or said.bare) and said.measure in OUTCOMES and abs(one.sentence - other.sentence) <= 2
        return "strong" if close else "none"
    if unsaid.bare:
        return "strong"
    if said.measure in OUTCOMES or (said.measure in MEASURES and people(one.noun)):
        return "none"
    return "weak" if people(one.noun) or not of_one_size(one, other, most=MOST_TIMES_FAR) else "strong"


def modifiers(candidate: Candidate) -> frozenset[str]:
    """The words before the noun that is counted."""
    return frozenset() if candidate.figure is None else modifiers_of(candidate.figure.counted)


def _vague(one: Candidate, other: Candidate) -> bool:
    return any(figure is not None and figure.qualifier == "vague" for figure in (one.figure, other.figure))


def of_one_size(one: Candidate, other: Candidate, *, most: int = MOST_TIMES) -> bool:
    """Whether the numbers could be two counts of one thing; nobody disputes nine dead with 25,000."""
    values = one.bounds.value, other.bounds.value
    if values[0] is None or values[1] is None or not all(values):
        return True
    return max(values[0], values[1]) <= most * min(values[0], values[1])


def apart_in_time(one: Period | None, other: Period | None) -> bool:
    return one is not None and other is not None and not one.near(other)


def _comparable(one: Candidate, other: Candidate) -> bool:
    if one.unit != other.unit or one.rate != other.rate or one.limit != other.limit or one.more or other.more:
        return False
    if (one.part or other.part) and not one_number(one, other):
        return False
    if sorts_apart(one.sorts, other.sorts) or one.elsewhere != other.elsewhere or one.several != other.several:
        return False
    # A correction may speak of a plan as of a fact.
    return (
        one.ahead == other.ahead
        or one_number(one, other)
        or (one.earlier != other.earlier and not one.side.isdisjoint(other.side))
    )


def _revised(one: Candidate, other: Candidate, scope: Scope) -> bool:
    """Whether one sentence gives a figure and the one that it replaces."""
    known = one.noun is not None or one.measure in OUTCOMES
    return one.revised and one.bounds != other.bounds and known and (
        one.noun == other.noun and kinship_of(one, other, scope) == "strong"
    )  # fmt: skip


def _nouns(one: Candidate, other: Candidate) -> Literal["same", "open", "anybody", "different"]:
    if one.noun == other.noun is not None:
        return "same"
    both = {one.noun, other.noun}
    if both & SOME_OF_ALL:
        return "different"
    if one.noun is None or other.noun is None:
        return "open"
    if one.measure == other.measure == "cut" and both <= OF_JOBS:
        return "same"  # posts that go, and people who go with them
    if one.measure == other.measure == "came":
        return "anybody" if both & ANY_CROWD and not both & THINGS else "different"
    if both == {"people", "militants"}:
        return "different"  # whom an attack killed, and who attacked
    if one.noun in KINDS_OF.get(other.noun, ()) or other.noun in KINDS_OF.get(one.noun, ()):
        return "anybody"
    if one.unit is not None and both & OPEN_OF_AMOUNTS:
        # "The bill came to" a sum that the stadium cost; a fire, and the pines that it burnt.
        named, told = (other, one) if one.noun in OPEN_OF_AMOUNTS else (one, other)
        return "open" if not told.sorts or named.noun in told.sorts else "different"
    if one.measure == other.measure and one.measure in OF_PEOPLE and not both <= PERSON_GROUPS:
        return (
            "different" if both & (THINGS | PLACE_NOUNS) else "anybody"
        )  # whatever they are called, it befalls people
    if one.noun in ANYBODY or other.noun in ANYBODY:
        specific = other.noun if one.noun in ANYBODY else one.noun
        if not of_one_size(one, other, most=MOST_TIMES_SORTS):
            return "different"  # "21 people died", "four officers have died"
        harmed = one.measure in HARM and specific not in THINGS
        return "anybody" if harmed or people(specific) or specific == "cases" else "different"
    return "different"


def _alike(one: str | None, other: str | None) -> Likeness:
    if one is None or other is None:
        return "open"
    return "same" if one == other else "different"


def same_place(one: Candidate, other: Candidate) -> bool:
    """Places that both name must meet; where one names none, those before it and of the opening stand in."""
    if any(kind == its and name != called for kind, name in one.spots for its, called in other.spots):
        return False
    if one.where and other.where:
        return not one.where.isdisjoint(other.where)
    if not one.where and not other.where:
        return True
    named, silent = (one, other) if one.where else (other, one)
    if silent.sentence < named.sentence and named.where.isdisjoint(named.whole.opening | silent.where_else):
        return False  # a place that comes in later is not that of what went before
    return not silent.where_else or not named.where.isdisjoint(silent.where_else)


def _same_time(one: Candidate, other: Candidate, *, near: bool) -> bool:
    if one.when is not None and other.when is not None:
        return one.when.near(other.when)
    if one.when is None and other.when is None:
        # Days of the sentences around may be those of speaking, so only long stretches against days set apart.
        return not (one.when_near and other.when_near and one.when_near.long != other.when_near.long) or near
    dated, silent = (one, other) if one.when is not None else (other, one)
    assert dated.when is not None
    if dated.past != silent.past:
        return False
    if near:
        return not (
            silent.when_near and silent.paragraph != dated.paragraph and apart_in_time(dated.when, silent.when_near)
        )
    if dated.when.long:
        return silent.when_near is not None and silent.when_near.long and dated.when.near(silent.when_near)
    around = silent.when_near or silent.when_else
    return around is None or dated.when.near(around) or _days_before(dated.when, around)


def _days_before(event: Period, published: Period) -> bool:
    """News of an event comes out within a week of it."""
    return not published.long and 0 <= (published.first - event.last).days <= AGO


def _relation(one: Candidate, other: Candidate, *, same_side: bool) -> Relation | None:
    corrected = one.earlier != other.earlier or other.later or one.later
    if same_side:
        if one.bounds == other.bounds:
            return None if _vague(one, other) else "agrees"
        return "updates" if corrected else None
    if one.earlier != other.earlier:
        before = one if one.earlier else other
        if before.told.claim.source.kind in OUTLETS:
            return "updates"
    return _by_bounds(one, other)


def _by_bounds(one: Candidate, other: Candidate) -> Relation:
    denied = (one.told.claim.stance == "denies") != (other.told.claim.stance == "denies")
    if one.index is None or other.index is None:
        denied = False  # nought against a number: the bounds say it
    said = {None if figure is None else figure.qualifier for figure in (one.figure, other.figure)}
    if one.bounds == other.bounds and len(said) == 1 and not denied:
        return "agrees"
    return relation_of(one.slack, other.slack, denied=denied)
