"""Where and when does a place in the article play?

Looks at the sentence, at those before it in its paragraph, at the paragraphs before, and at the article's opening, in
that order. Dates and sentences are those of reading; places are names behind a preposition of place, or known ones.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache, cached_property
from typing import Any, NamedTuple, TypeVar

from service.lexicon.happenings import BROAD_PLACES, BROAD_REGIONS, EVENTS, FACILITIES, RECURRING
from service.lexicon.nations import CALENDAR, DEMONYMS, PLACES
from service.reading.datelines import after_dateline, find_published
from service.reading.dates import find_dates
from service.reading.paragraphs import find_paragraphs
from service.reading.sentences import find_sentences
from service.records import Article, Span

LOOK_BACK = 4  # paragraphs
SENTENCES_BACK = 20  # within a paragraph
MOST_PLACES = 8  # of one sentence
NAME_BEFORE = 60  # characters in which a name that goes on is looked for
MOST_NAMES = 100  # by which an article is known
MOST_SENTENCES = 60  # in which names are looked for by which an article is known
SHARED_NAMES = 3  # by which two articles tell of one event
PERIOD_FROM = 4  # days: a longer stretch is a period, not a day and its night

_NAME = r"[A-Z][\w'’-]{1,40}(?: (?:[A-Z][\w'’-]{1,40}|del|de|el|al(?= [A-Z]))){0,3}"
_BEHIND = re.compile(
    rf"\b(?:[Ii]n|[Aa]t|[Nn]ear|[Oo]utside|[Aa]cross|[Aa]round|[Ii]nside|[Oo]n|[Aa]long|[Oo]ff|[Tt]hrough|[Aa]bove|[Bb]elow)\s(?:the\s)?({_NAME})"
)
_CAPITAL = re.compile(r"\b[A-Z][\w'’-]{2,40}")
_NAMES = re.compile(r"(?<=[a-z,;] )[A-Z][\w'’-]{2,40}(?: [A-Z][\w'’-]{2,40}){0,3}")
_SPEAKING = re.compile(r"\b(?:said|told|speaking|spoke|reporters|conference|interview|statement)\s+(?:\w{1,20}\s+)?$")
_POSSESSIVE = re.compile(r"['’]s\b\s?|(?<![ ,])[ ,]++(?=\b(?:District|City|Province)\b)")
_EVENT_WORD = re.compile(r"[a-z]+(?:-[a-z]+)?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


Held = TypeVar("Held")


class Period(NamedTuple):
    """From the first to the last day."""

    first: date
    last: date

    @property
    def long(self) -> bool:
        return (self.last - self.first).days > PERIOD_FROM

    def near(self, other: "Period") -> bool:
        """Whether the two share a day, or are neighbours as a night and the next morning."""
        day = timedelta(days=1)
        if self.long or other.long:
            return self.long == other.long and self.first <= other.last and other.first <= self.last
        return self.first <= _later(other.last, day) and other.first <= _later(self.last, day)

    def __str__(self) -> str:
        return self.first.isoformat() if self.first == self.last else f"{self.first}/{self.last}"


def _later(day: date, by: timedelta) -> date:
    return day if day >= date.max - by else day + by


@cache
def _month_end(year: int, month: int) -> date:
    return date(year, 12, 31) if month == 12 else date(year, month + 1, 1) - timedelta(days=1)


def period_of(value: str | None) -> Period | None:
    """The days of an ISO 8601 date, date-time, month, year or interval; None for anything else."""
    if value is None:
        return None
    first, _, last = value.partition("/")
    try:
        period = Period(_edges(first)[0], _edges(last or first)[1])
    except ValueError:
        return None
    return period if period.first <= period.last else None


def _edges(value: str) -> tuple[date, date]:
    if _DAY.match(value):
        day = date.fromisoformat(value[:10])
        return day, day
    year, _, month = value.partition("-")
    if month:
        return date(int(year), int(month), 1), _month_end(int(year), int(month))
    return date(int(year), 1, 1), date(int(year), 12, 31)


class Place(NamedTuple):
    """A place: how it is compared, and how it was written."""

    key: str
    words: str


def place_of(words: str) -> tuple[Place, ...]:
    """The places in a name: "Kalat's Iskalko area" holds two."""
    found = []
    for piece in _POSSESSIVE.split(words):
        if any(letter.isdigit() for letter in piece):
            continue  # "Rs300" and "Route 9"
        key = " ".join(word for word in piece.lower().split() if word not in BROAD_PLACES and word != "the")
        key = key.removeprefix("of ") or " ".join(word for word in piece.lower().split() if word != "the")
        if key and key not in CALENDAR and not any(part in CALENDAR for part in key.split()[:1]):
            found.append(Place(key, piece.strip()))
    return tuple(found)


Spot = tuple[str, str]  # what kind of facility, and its name


def _kind(place: Place) -> str | None:
    last = place.words.lower().split()[-1:]
    return last[0] if last and last[0] in FACILITIES else None


def spots_of(places: Iterable[Place]) -> frozenset[Spot]:
    """The facilities among them."""
    return frozenset((kind, place.key) for place in places if (kind := _kind(place)))


def precise(places: Iterable[Place]) -> frozenset[str]:
    """Their keys, without those of whole regions and countries, and of facilities."""
    return frozenset(place.key for place in places if place.key not in BROAD_REGIONS and not _kind(place))


@dataclass(frozen=True, slots=True, eq=False)
class Whole:
    """What an article is about as a whole: by this two articles can be known to tell of one event."""

    opening: frozenset[str]  # precise places of the dateline, the title and the first sentences
    places: frozenset[str]  # those named anywhere
    names: frozenset[str]  # ships, firms, people …, lower case
    speakers: frozenset[str]  # those of the names that speak
    words: frozenset[str]  # of the names
    events: frozenset[str]
    day: date | None
    met: dict[int, bool] = field(default_factory=dict)  # what was found of others, all of which live as long

    def one_event_with(self, other: "Whole") -> bool:
        """Whether so many names are shared that the two tell of one event, whatever they call its place."""
        if id(other) not in self.met:
            self.met[id(other)] = self._is_one_with(other)
        return self.met[id(other)]

    def _is_one_with(self, other: "Whole") -> bool:
        apart = self.day is not None and other.day is not None and abs((self.day - other.day).days) > 1
        kinds = self.events & other.events
        if apart and self.events and other.events and (not kinds or kinds & RECURRING):
            return False
        wanted = SHARED_NAMES
        if self.opening and other.opening and self.opening.isdisjoint(other.opening):
            # What the other calls a place of its own is hardly another name for this one.
            wanted += not (self.opening.isdisjoint(other.places) and other.opening.isdisjoint(self.places))
        elif self.day == other.day is not None and not self.events.isdisjoint(other.events):
            wanted -= 1
        shared = _without_initials(self.names & other.names)
        wanted += self.day != other.day and bool(kinds & RECURRING)
        placed = self.opening & other.words or other.opening & self.words
        # Spokesmen speak of many events, so that they alone say little.
        wanted += not (placed or shared - self.speakers - other.speakers)
        return len(shared) + bool(placed) >= wanted


class Scene:
    """Sentences, places and dates of one article; made once, asked for each of its figures in logarithmic time."""

    def __init__(self, article: Article, *, speakers: frozenset[str] = frozenset()) -> None:
        self.article = article
        self._speakers = " | ".join(sorted(speakers))
        paragraphs = find_paragraphs(article)
        self.sentences = find_sentences(article.text, paragraphs)
        published, _ = (article.published, ()) if article.published else find_published(article.text, paragraphs)
        self.published = published
        self._starts = [sentence.span.start for sentence in self.sentences]
        self._periods: dict[int, list[tuple[Span, Period]]] = {}
        for found in find_dates(article.text, self.sentences, published=published):
            if period := period_of(found.value):
                self._periods.setdefault(found.sentence - 1, []).append((found.span, period))
        self._held: dict[Any, Any] = {}
        self._places: dict[int, tuple[Place, ...]] = {}
        self._firsts: dict[int, int] = {}
        self._days: list[tuple[int, date]] = []
        for number, sentence in enumerate(self.sentences):
            self._firsts.setdefault(sentence.paragraph, number)
        self._dateline = self._in_dateline(paragraphs[self.sentences[0].paragraph].span) if self.sentences else ()

    def sentence_at(self, offset: int) -> int | None:
        """The index of the sentence that holds the offset, or None outside the body."""
        found = bisect_right(self._starts, offset) - 1
        return found if found >= 0 and offset < self.sentences[found].span.end else None

    def shared(self, value: Held) -> Held:
        """The first one that is equal to it, so that many figures hold one and not each their own."""
        held: Held = self._held.setdefault(value, value)
        return held

    @cached_property
    def published_period(self) -> Period | None:
        return Period(self.published, self.published) if self.published else None

    @property
    def day(self) -> date | None:
        """The day on which the article's matter happened, as its first dated claim has it."""
        return min(self._days)[1] if self._days else None

    def add_days(self, number: int, periods: Iterable[Period]) -> None:
        """Days on which a claim of that sentence says that something happened, unlike days of speaking."""
        self._days += [(number, period.first) for period in periods if not period.long]

    def add_places(self, number: int, places: Iterable[Place]) -> None:
        """Places that a claim says its sentence is about, beside those found in it."""
        found = self.places_in(number)
        self._places[number] = tuple(dict.fromkeys((*places, *found)))[: 2 * MOST_PLACES]

    def places_in(self, number: int) -> tuple[Place, ...]:
        """The places of one sentence, those where somebody spoke left out."""
        if number not in self._places:
            found = _places(self.sentences[number].span.of(self.article.text))
            self._places[number] = tuple(place for place in found if place.words.lower() not in self._speakers)
        return self._places[number]

    def periods_in(self, number: int) -> tuple[Period, ...]:
        return tuple(period for _, period in self._periods.get(number, ()))

    def periods_within(self, number: int, spans: Iterable[Span]) -> list[Period]:
        """Those named inside the spans."""
        spans = tuple(spans)
        return [
            period
            for span, period in self._periods.get(number, ())
            if any(each.start <= span.start and span.end <= each.end for each in spans)
        ]

    def paragraph_before(self, number: int) -> range:
        """The sentences before that one in its paragraph, the nearest first; not all of a very long one."""
        return range(number - 1, max(self.paragraph_start(number), number - SENTENCES_BACK) - 1, -1)

    def paragraph_start(self, number: int) -> int:
        """The first sentence of its paragraph."""
        return self._firsts[self.sentences[number].paragraph]

    def places_before(self, number: int) -> tuple[Place, ...]:
        """The places last named in the paragraphs before, and those of the opening."""
        first = self.paragraph_start(number)
        floor = self.sentences[number].paragraph - LOOK_BACK
        near: tuple[Place, ...] = ()
        for earlier in range(first - 1, max(-1, first - 1 - LOOK_BACK * SENTENCES_BACK), -1):
            if self.sentences[earlier].paragraph < floor:
                break
            if near := self.places_in(earlier):
                break
        return (*near, *self.opening_places)

    @cached_property
    def opening_places(self) -> tuple[Place, ...]:

        opening = [place for number in range(min(2, len(self.sentences))) for place in self.places_in(number)]
        return tuple(dict.fromkeys((*self._dateline, *opening, *_places(self.article.title or ""))))

    @cached_property
    def opening_period(self) -> Period | None:
        """The first day that the first three sentences name."""
        for number in range(min(3, len(self.sentences))):
            for period in self.periods_in(number):
                if not period.long:
                    return period
        return None

    @cached_property
    def events(self) -> frozenset[str]:
        """The kinds of events of which the title and the first two sentences speak."""
        opening = [self.article.title or "", *(each.span.of(self.article.text)[:600] for each in self.sentences[:2])]
        words = _EVENT_WORD.findall(" ".join(opening).lower())
        return frozenset(EVENTS[word] for word in words if word in EVENTS)

    @cached_property
    def names(self) -> frozenset[str]:
        """Names in the title and the first two sentences, without those of whole regions, of days and of who speaks."""
        opening = [self.article.title or "", *(each.span.of(self.article.text)[:600] for each in self.sentences[:2])]
        found = {_plain(match[0]) for words in opening for match in _NAMES.finditer(words)}
        return frozenset(name for name in found if name not in self._speakers and not _common(name))

    @cached_property
    def whole(self) -> Whole:
        found = [
            _plain(match[0])
            for sentence in self.sentences[:MOST_SENTENCES]
            for match in _NAMES.finditer(sentence.span.of(self.article.text)[:600])
        ]
        found = [name for name in dict.fromkeys((*sorted(self.names), *found)) if not _common(name)]
        names = frozenset(found[:MOST_NAMES])
        places = (
            place for number in range(min(MOST_SENTENCES, len(self.sentences))) for place in self.places_in(number)
        )
        return Whole(
            opening=precise(self.opening_places),
            places=precise(places),
            names=names,
            speakers=frozenset(name for name in names if name in self._speakers),
            words=frozenset(word for name in names for word in name.split()),
            events=self.events,
            day=self.day,
        )

    def _in_dateline(self, span: Span) -> tuple[Place, ...]:
        text, end = self.article.text, after_dateline(self.article.text, span.start, span.end)
        head = text[span.start : end] if end > span.start else ""
        name = re.match(r"[A-Z][A-Za-z'’ -]{1,40}", head)
        return place_of(name[0].strip(" -").title()) if name else ()


def _without_initials(names: frozenset[str]) -> frozenset[str]:
    """Without those that only shorten another one: "bla" beside "baloch liberation army"."""
    short = {"".join(word[0] for word in re.split(r"[ -]", name) if word) for name in names if " " in name}
    return names - short


def _plain(name: str) -> str:
    return name.lower().replace("’", "'").removesuffix("'s")


def _in_a_name(sentence: str, match: re.Match[str]) -> bool:
    """Whether the place is part of a name: "Doctors in Motion"."""
    before = sentence[max(0, match.start() - NAME_BEFORE) : match.start()].rstrip().rpartition(" ")
    word = before[2]
    within = before[1] and not before[0].endswith((".", "”", '"'))
    return bool(within) and word[:1].isupper() and word.endswith("s") and word.lower() not in CALENDAR


def _common(name: str) -> bool:
    """Whether many unlike articles would have the name."""
    words = name.split()
    known = CALENDAR | DEMONYMS | PLACES | BROAD_REGIONS
    return any(word in CALENDAR for word in words) or all(word in known or word in BROAD_PLACES for word in words)


def _places(sentence: str) -> Iterator[Place]:
    seen: set[str] = set()
    found = [
        place
        for match in _BEHIND.finditer(sentence)
        if not _SPEAKING.search(sentence[max(0, match.start() - 40) : match.start()])
        if not _in_a_name(sentence, match)
        for place in place_of(match[1])
    ]
    for match in _CAPITAL.finditer(sentence):
        word = re.sub(r"['’]s$", "", match[0])
        if word.lower() in PLACES:
            found.append(Place(word.lower(), word))
    for place in found:
        if place.key not in seen and len(seen) < MOST_PLACES:
            seen.add(place.key)
            yield place
