"""Which figures of many claims are about the same thing, and do they agree?

Holds figures of one article against each other first, then those of different articles that share a place and a day.
The work grows with the number of figures: only those of one kind meet, and each only some that stand before it.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise, product

from service.disputes.candidates import Candidate, candidates_of
from service.disputes.matching import (
    Scope,
    day_of,
    one_number,
    one_thing_by_number,
    related,
    related_across,
    taught,
)
from service.disputes.records import Dispute, Related, Relation, Statement, Told
from service.disputes.scenes import Period
from service.disputes.sums import sums_in
from service.disputes.things import people
from service.disputes.understanding import understood

WINDOW = 32  # figures of one kind before it in its article that a figure is held against
WINDOW_ACROSS = 20  # … and in other articles, those nearest in time
LOOKS = 300_000  # at earlier figures of one kind, over all: with more claims the windows get smaller …
LEAST_WINDOW = 4  # … down to this
MOST_PLACES = 4  # by which a figure is looked for in other articles

Kind = tuple[str | None, str | None, bool]
Edges = dict[tuple[int, int], Relation]


def find_disputes(claims: Sequence[Told]) -> tuple[Dispute, ...]:
    """The disputes among `claims`, in the order of their first statements; the order of `claims` never matters."""
    by_article: dict[tuple[str, str], list[Told]] = defaultdict(list)
    for told in claims:
        by_article[told.article.id, told.article.sha256].append(told)
    found: list[Candidate] = []
    edges: Edges = {}
    room = max(LEAST_WINDOW, LOOKS // max(1, len(claims)))
    scopes: dict[tuple[str, str], Scope] = {}
    starts: dict[tuple[str, str], int] = {}
    for key, of_article in sorted(by_article.items(), key=lambda item: item[0]):
        ordered, scopes[key] = understood(candidates_of(of_article))
        starts[key] = len(found)
        found += ordered
    rare = _rare_names(found) if len(by_article) > 1 else {}
    if len(by_article) > 1:
        _recognise(found, rare, min(room, WINDOW_ACROSS))
    edge = [*starts.values(), len(found)]
    for key, (base, end) in zip(starts, pairwise(edge), strict=True):
        for (first, second), relation in _within(found[base:end], scopes[key], min(room, WINDOW)).items():
            edges[base + first, base + second] = relation
    if len(by_article) > 1:
        _across(found, scopes, rare, edges, min(room, WINDOW_ACROSS))
    return tuple(_disputes(found, edges))


# ── within an article ─────────────────────────────────────────────────────────────────────────────────────────────


def _within(ordered: Sequence[Candidate], scope: Scope, window: int) -> Edges:
    edges: Edges = {}
    before: dict[Kind, deque[int]] = defaultdict(lambda: deque(maxlen=window))
    for place, candidate in enumerate(ordered):
        for kind in _kinds(candidate):
            for earlier in before[kind]:
                if (earlier, place) not in edges and (relation := related(ordered[earlier], candidate, scope)):
                    edges[earlier, place] = relation
            before[kind].append(place)
    for part, total in sums_in(ordered, scope):
        if part != total:
            edges[min(part, total), max(part, total)] = "adds_up"
    return edges


def _kinds(candidate: Candidate) -> Iterator[Kind]:
    """Under what it is looked for: by what is counted, and by what happened to them."""
    if candidate.noun is not None:
        yield candidate.unit, candidate.noun, True
    if candidate.measure is not None:
        yield candidate.unit, candidate.measure, False


# ── across articles ───────────────────────────────────────────────────────────────────────────────────────────────


def _recognise(found: list[Candidate], rare: Mapping[str, int], window: int) -> None:
    """Figures of which little is said get what another article says of the same number: "183 names on the list" and
    "183 people aboard"."""
    before: dict[tuple[str | None, Decimal, str], deque[int]] = defaultdict(lambda: deque(maxlen=window))
    for place, candidate in enumerate(found):
        value = candidate.bounds.value
        if value is None or not one_number(candidate, candidate):
            continue
        for where in _anchors(candidate, rare):
            kin = before[candidate.unit, value, where]
            for earlier in kin:
                one, other = found[earlier], found[place]
                if _key(one) != _key(other) and one_thing_by_number(one, other):
                    found[earlier], found[place] = taught(one, other), taught(other, one)
            kin.append(place)


def _across(
    found: Sequence[Candidate],
    scopes: Mapping[tuple[str, str], Scope],
    rare: Mapping[str, int],
    edges: Edges,
    window: int,
) -> None:
    """Adds what figures of several articles are to each other, in the order of their days, so that near ones meet."""
    before: dict[tuple[str | None, str | Decimal, str], deque[int]] = defaultdict(lambda: deque(maxlen=window))
    days = {place: day for place, candidate in enumerate(found) if (day := day_of(candidate) or candidate.published)}
    for place in sorted(days, key=lambda place: (days[place], place)):
        candidate, looked = found[place], set[int]()
        for where, kind in product(_anchors(candidate, rare), _looked_for(candidate)):
            kin = before[candidate.unit, kind, where]
            for earlier in kin:
                if earlier in looked:
                    continue
                looked.add(earlier)
                first, second = min(earlier, place), max(earlier, place)
                one, other = found[first], found[second]
                if _key(one) == _key(other) or (first, second) in edges:
                    continue
                if relation := related_across(one, other, _both(scopes[_key(one)], scopes[_key(other)])):
                    edges[first, second] = relation
            kin.append(place)


def _looked_for(candidate: Candidate) -> Iterator[str | Decimal]:
    """Under what it is looked for: what is said of it, what is counted, and the number itself."""
    if candidate.measure is not None:
        yield candidate.measure
    if candidate.noun is not None and (candidate.measure is None or not people(candidate.noun)):
        yield candidate.noun
    if one_number(candidate, candidate):
        assert candidate.bounds.value is not None  # it is no telling number else
        yield candidate.bounds.value


def _rare_names(found: Sequence[Candidate]) -> Mapping[str, int]:
    """In how many articles the names stand that several have."""
    counted = Counter(name for whole in {_key(each): each.whole for each in found}.values() for name in whole.names)
    return {name: count for name, count in counted.items() if count > 1}


def _anchors(candidate: Candidate, rare: Mapping[str, int]) -> list[str]:
    """The places and names by which figures of other articles are looked for."""
    places = sorted(candidate.where or candidate.where_else)[:MOST_PLACES]
    names = sorted(candidate.whole.names & rare.keys(), key=lambda name: (rare[name], name))
    return list(dict.fromkeys((*places, *sorted(candidate.names)[:MOST_PLACES], *names[:MOST_PLACES])))


def _key(candidate: Candidate) -> tuple[str, str]:
    return candidate.told.article.id, candidate.told.article.sha256


def _both(one: Scope, other: Scope) -> Scope:
    return {outcome: kinds | other.get(outcome, frozenset()) for outcome, kinds in one.items()} | {
        outcome: kinds for outcome, kinds in other.items() if outcome not in one
    }


# ── disputes ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _disputes(found: Sequence[Candidate], edges: Edges) -> Iterator[Dispute]:
    by_root: dict[int, list[tuple[int, int]]] = defaultdict(list)
    root = _roots(edges)
    for edge in sorted(edges):
        by_root[root(edge[0])].append(edge)
    members = {key: sorted({place for edge in group for place in edge}) for key, group in by_root.items()}
    for key in sorted(members, key=lambda key: members[key][0]):
        places = members[key]
        number = {place: position for position, place in enumerate(places)}
        candidates = [found[place] for place in places]
        yield Dispute(
            about=_about(candidates),
            place=_place(candidates),
            time=_time(candidates),
            statements=tuple(_statement(candidate) for candidate in candidates),
            relations=tuple(
                Related(first=number[first], second=number[second], relation=edges[first, second])
                for first, second in by_root[key]
            ),
        )


class _Roots:
    """Which figures hang together."""

    def __init__(self) -> None:
        self._above: dict[int, int] = {}

    def __call__(self, place: int) -> int:
        above = self._above
        while place in above:
            if above[place] in above:
                above[place] = above[above[place]]
            place = above[place]
        return place

    def join(self, one: int, other: int) -> None:
        first, second = sorted((self(one), self(other)))
        if first != second:
            self._above[second] = first


def _roots(edges: Edges) -> _Roots:
    roots = _Roots()
    for first, second in edges:
        roots.join(first, second)
    return roots


def _statement(candidate: Candidate) -> Statement:
    article, claim, figure = candidate.told.article, candidate.told.claim, candidate.figure
    return Statement(
        article=article.id,
        title=article.title,
        outlet=article.outlet,
        published=article.published,
        claim=claim.id,
        figure=candidate.index,
        speaker=claim.source.name,
        kind=claim.source.kind,
        low=figure.low if figure else "0",
        high=figure.high if figure else "0",
        qualifier=figure.qualifier if figure else "exact",
        unit=candidate.unit,
        counted=figure.counted if figure else None,
        measure=figure.measure if figure else None,
        words=candidate.span.of(article.text),
        span=candidate.span,
        stance=claim.stance,
        sentence=candidate.sentence_span.of(article.text),
        sentence_span=candidate.sentence_span,
    )


def _about(candidates: Sequence[Candidate]) -> str:
    """What most of them count and say, in a text's own words; the first that says both where they differ."""
    said = Counter(words for candidate in candidates if (words := _words(candidate)))
    fullest = max((len(words) for words in said), default=0)
    best = [words for words in said if len(words) == fullest]
    top = max(best, key=lambda words: said[words], default=())
    return " ".join(top) or (candidates[0].unit or "the number")


def _words(candidate: Candidate) -> tuple[str, ...]:
    figure = candidate.figure
    if figure is None:
        return ()
    return tuple(words for words in (figure.counted, figure.measure) if words)


def _place(candidates: Sequence[Candidate]) -> str | None:
    """The place that most of them name; the first where they name as many."""
    named = Counter(place for candidate in candidates for place in dict.fromkeys(candidate.places))
    return max(named, key=lambda place: named[place]).words if named else None


def _time(candidates: Sequence[Candidate]) -> str | None:
    periods = Counter(period for candidate in candidates if (period := _period(candidate)))
    return str(max(periods, key=lambda period: periods[period])) if periods else None


def _period(candidate: Candidate) -> Period | None:
    return candidate.when or candidate.when_near
