"""What is known of a figure, before it is held against others?

Its bounds, what it counts, who says it, where and when that plays, and the words around it that set it apart: a part
of a total, a further number, a rate, an earlier count, another event.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from service.disputes.bounds import NONE_AT_ALL, Bounds, bounds_of, stretched
from service.disputes.records import Told
from service.disputes.scenes import Period, Place, Scene, Spot, Whole, period_of, place_of, precise, spots_of
from service.disputes.things import head_of, measure_of, noun_of, singular, sorts_of
from service.lexicon.happenings import (
    AFTERWARDS,
    ANYBODY,
    ARMED_OTHERS,
    ARMED_STATE,
    BARE,
    BEFOREHAND,
    BODIES,
    COLLECTIVES,
    COUNT_NOUNS,
    DENYING,
    EARLIER_SAID,
    EVENT_NOUNS,
    LATER_SAID,
    LOSSES,
    MORE,
    NOUN_GROUPS,
    OTHER,
    OTHER_SAID,
    PART_AFTER,
    PART_BEFORE,
    PEOPLE_OF,
    RATES,
    REVISED_SAID,
    SEVERAL,
    STATES_LEFT,
    TOTAL,
)
from service.records import Figure, Source, Span

AHEAD = frozenset({"predicts", "intends", "demands"})
BEFORE = AFTER = 45  # characters beside a figure that can set it apart
LED_BY = 60  # characters of a sentence that may set its scene before anything is said
OPENING = 3  # sentences of an article in which its matter is dated
AGO = 7  # days in which news of an event comes out
LIMIT_BEFORE = 50  # characters
CONTENT = 1_500  # characters of a claim's words that are looked at
CLOSED = frozenset({"only", "just", "exactly", "all"})
OUTLETS = frozenset({"outlet", "document", "unspecified"})

_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_EVENT = "(?:" + "|".join(EVENT_NOUNS) + ")"
_OTHER_EVENT = re.compile(rf"\b(?:(?:{'|'.join(OTHER)}) (?:[\w-]+ )?{_EVENT}s?|{'|'.join(OTHER_SAID)})\b")
_LONG_BEFORE = re.compile(r"^(?:\W|\w+ ){0,3}(?:(?:day|week|month|year)s? (?:earlier|before)|(?:month|year)s? ago)\b")
_SEVERAL = re.compile(rf"\b(?:{'|'.join(SEVERAL)}) (?:[\w-]+ )?{_EVENT}e?s\b")
_EARLIER = re.compile(rf"\b(?:(?:{'|'.join(BEFOREHAND)}) (?:[\w-]+ )?{COUNT_NOUNS}|{'|'.join(EARLIER_SAID)})\b")
_REVISED = re.compile(rf"\b(?:(?:{'|'.join(BEFOREHAND)}) (?:[\w-]+ )?{COUNT_NOUNS}|{'|'.join(REVISED_SAID)})\b")
_LATER = re.compile(rf"\b(?:(?:{'|'.join(AFTERWARDS)}) (?:[\w-]+ )?{COUNT_NOUNS}|{'|'.join(LATER_SAID)})\b")
_RATE = re.compile(rf"\W*+(?:[\w'’-]++\s++){{0,3}}{RATES}\b")
_OF_NUMBER = re.compile(
    r"\s*of the (?:\d|[\w-]*(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|teen|ty|hundred)\b)"
)
_BASE = re.compile(
    r"(?:\d|\bout|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|half|third|quarter|most|some))"
    r" of (?:the |its |our |their |his |her )?$"
)  # "nine of the 31": the 31 are only what the nine are part of
_COLLECTIVE = re.compile(rf"\b({'|'.join(COLLECTIVES)}) (?:of|to|at) $")
_PEOPLE_OF = re.compile(r"\W*+(?:[\w-]+ )?(?:members|men|women|people|man|member) of (?:the |an? )?([\w'’ -]{3,40})")
_TO = re.compile(r"(?:\W++[\w%-]++){0,3}?\W++to\b")
_LIMIT = re.compile(
    r"\b(?:licen[cs]ed|authori[sz](?:ed|ation)|permi(?:t|ts|tted)|allowed|certified|capacity|designed|built|made|room|space|"
    r"seats|beds) (?:for|to|of|it to|them to)\b"
)
_AHEAD = re.compile(r"\b(?:will|would) (?!have\b|not have\b)(?:\w+ )?\w+|\b(?:is|are) to \w+|\bexpect(?:s|ed)?\b")
_CLAUSE = re.compile(r"[,;:–—]|\b(?:and|but|that|who|which|while|as|when|if)\b")
_MARGIN = re.compile(r"(?:\bgive or take|\bplus or minus|±) ?$")
_STILL = re.compile(r"\bstill\b")
_LOST = re.compile(r"\b(?:lost|losing|lose)\b(?! (?:their|his|her) li)")
_OWN = re.compile(
    r"\b[a-z\d]+ of (?:its|their|our) own (?:were|was|had|have)\b|\bon (?:our|their) (?:own )?side\b|"
    r"\bour (?:own )?(?:men|people|side)\b"
)
_KILLED = re.compile(
    r"\b(?:it|they|we|(?:its|their) (?:fighters|men|troops)|troops|soldiers) (?:ha(?:d|ve) )?(?:killed|shot)\b"
)
_OPEN_ABOVE = re.compile(r"\bso far\b")
_NONE_OF = re.compile(
    r"\b(?:no|not a single|zero)\s+((?:[a-z-]+\s+){0,2}?[a-z-]+)\s+(?:were|was|had been|have been|has been)\s+([a-z]+)"
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A figure (or a claim of none) with all that is compared of it."""

    told: Told
    index: int | None
    span: Span
    bounds: Bounds
    slack: Bounds  # with the room that "about" and "so far" leave
    unit: str | None
    noun: str | None
    measure: str | None
    sorts: frozenset[str]  # the bread of "price of bread"
    side: frozenset[str]
    sentence: int
    sentence_span: Span
    paragraph: int
    where: frozenset[str]  # of its sentence, or of those before it in the paragraph; precise places only
    where_else: frozenset[str]  # of the paragraphs before and of the opening
    spots: frozenset[Spot]  # facilities, which set apart only from others of their kind
    names: frozenset[str]  # by which the article's matter is known: a ship, a firm
    whole: Whole  # what its article is about
    places: tuple[Place, ...]
    when: Period | None  # of its own words
    when_near: Period | None  # of its sentence, or of those before it in the paragraph
    past: bool  # longer ago than news is: what an article recalls
    when_else: Period | None  # of the opening, or the day of publication
    published: date | None
    ahead: bool
    bare: bool
    part: bool
    more: bool
    total: bool
    rate: bool
    earlier: bool
    later: bool
    revised: bool
    elsewhere: bool
    several: bool
    limit: bool  # what was permitted, or there was room for
    partial: bool = False  # one side's lesser figure beside its toll

    @property
    def order(self) -> tuple[str, str, Span, int, str, str]:
        """By place in the articles; alike for whatever order claims are given in."""
        article, claim = self.told.article, self.told.claim
        index = -1 if self.index is None else self.index
        return article.id, article.sha256, self.span, index, claim.id, claim.source.name or ""

    @property
    def events(self) -> frozenset[str]:
        """The kinds of events of which the article speaks."""
        return self.whole.events

    @property
    def day(self) -> date | None:
        """The day on which the article's opening says that its matter happened."""
        return self.whole.day

    @property
    def speaks_for(self) -> str:
        """The body or person whose figure it is."""
        source = self.told.claim.source
        return (source.principal or source.name or f"({source.kind})").casefold()

    @property
    def figure(self) -> Figure | None:
        return None if self.index is None else self.told.claim.figures[self.index]


def candidates_of(told: Sequence[Told]) -> Iterator[Candidate]:
    """The figures of one article's claims, and the claims that there were none; in no order."""
    if not any(each.claim.figures or _denies(each) for each in told):
        return
    scene = Scene(told[0].article, speakers=_speakers(told))
    for each in told:
        number = scene.sentence_at(each.claim.content[0].start)
        if each.claim.where and number is not None:
            scene.add_places(number, [place for name in each.claim.where for place in place_of(name)])
        if number is not None and number < OPENING:
            scene.add_days(number, [period for when in each.claim.when if (period := period_of(when.value))])
    for each in told:
        for index, figure in enumerate(each.claim.figures):
            if candidate := _of_figure(each, index, figure, scene):
                yield candidate
        if not each.claim.figures and (candidate := _of_none(each, scene)):
            yield candidate


def _of_figure(told: Told, index: int, figure: Figure, scene: Scene) -> Candidate | None:
    text = told.article.text
    number = scene.sentence_at(figure.span.start)
    if number is None:
        return None
    sentence = scene.sentences[number].span
    before = text[max(sentence.start, figure.span.start - BEFORE) : figure.span.start].lower()
    after = text[figure.span.end : min(sentence.end, figure.span.end + AFTER)].lower()
    content = " ".join(span.of(text) for span in told.claim.content)[:CONTENT].lower()
    words = figure.span.of(text)
    counted_bodies = head_of(figure.counted) in BODIES and words.lower().split()[0] not in CLOSED
    bounds = bounds_of(figure, words)
    if bounds is None or _is_start(before, after) or _BASE.search(before) or _MARGIN.search(before):
        return None
    slack = stretched(bounds, figure, open_above=counted_bodies or bool(_OPEN_ABOVE.search(after)))
    bare = _is_bare(told, figure)
    noun = _noun(figure, before, after)
    measure = measure_of(figure.measure, figure.counted or _collective(before), content, figure.unit, after)
    return _candidate(
        told, index, figure.span, bounds, slack, scene, number, content,
        noun=_noun_by_side(told, noun, measure, content, sentence.of(text)[:CONTENT].lower()),
        measure=measure,
        sorts=sorts_of(figure.counted, content),
        unit=figure.unit,
        bare=bare,
        part=(figure.unit != "percent" and (_is_part(before, after) or _lone_part(before)))
        or (measure in STATES_LEFT and _STILL.search(content) is not None),
        more=_is_more(before, after) and not _second_of_claim(told, index),
        rate=_RATE.match(after) is not None,
        ahead=_AHEAD.search(_clause_of(text, sentence, figure.span)) is not None,
    )  # fmt: skip


def _clause_of(text: str, sentence: Span, figure: Span) -> str:
    """The words around a figure, no further than the next comma or "and"."""
    before = _CLAUSE.split(text[max(sentence.start, figure.start - BEFORE) : figure.start])[-1]
    return before + " # " + _CLAUSE.split(text[figure.end : min(sentence.end, figure.end + AFTER)])[0]


def _noun(figure: Figure, before: str, after: str) -> str | None:
    """What is counted, with what stands beside the number where the figure itself says too little."""
    if figure.counted is None:
        return noun_of(_collective(before))
    if head_of(figure.counted) in PEOPLE_OF and (found := _PEOPLE_OF.match(after)):
        known = (NOUN_GROUPS.get(singular(word)) for word in _WORD.findall(found[1]))
        return next((noun for noun in known if noun is not None), noun_of(figure.counted))
    return noun_of(figure.counted)


def _noun_by_side(told: Told, noun: str | None, measure: str | None, content: str, sentence: str) -> str | None:
    """Whose dead and wounded an armed side speaks of, where it only says "men": its own that it lost, or the others'
    whom it killed."""
    if noun not in (None, *ANYBODY) or measure not in ("killed", "injured"):
        return noun
    if not _is_armed(told.claim.source):
        name = told.claim.source.name
        return f"people of {name}" if name is not None and _OWN.search(sentence) else noun
    own = _own_people(told.claim.source)
    if _LOST.search(content) or _OWN.search(sentence):
        return own
    if _KILLED.search(content):
        return "militants" if own == "forces" else "forces"
    return noun


def _is_armed(source: Source) -> bool:
    return bool(_words_for(source) & (ARMED_STATE | ARMED_OTHERS))


def _words_for(source: Source) -> set[str]:
    """The words of all that a speaker is called, lower case."""
    return {word.lower() for name in (source.name, source.principal, source.role) if name for word in name.split()}


def _collective(before: str) -> str | None:
    """ "A crowd of" before the number."""
    found = _COLLECTIVE.search(before)
    return found[1] if found else None


def _of_none(told: Told, scene: Scene) -> Candidate | None:
    """ "No soldiers were killed", "denied any losses": a number of nought."""
    denied = _denies(told)
    number = scene.sentence_at(told.claim.content[0].start)
    if denied is None or number is None:
        return None
    noun, measure = denied
    span = Span(told.claim.content[0].start, told.claim.content[0].end)
    content = span.of(told.article.text)[:CONTENT].lower()
    return _candidate(
        told, None, span, NONE_AT_ALL, NONE_AT_ALL, scene, number, content,
        noun=noun, measure=measure, sorts=frozenset(), unit=None, bare=False, part=False, more=False, rate=False,
    )  # fmt: skip


def _candidate(
    told: Told,
    index: int | None,
    span: Span,
    bounds: Bounds,
    slack: Bounds,
    scene: Scene,
    number: int,
    content: str,
    *,
    noun: str | None,
    measure: str | None,
    sorts: frozenset[str],
    unit: str | None,
    bare: bool,
    part: bool,
    more: bool,
    rate: bool,
    ahead: bool = False,
) -> Candidate:
    claim, sentence = told.claim, scene.sentences[number]
    own = sentence.span.of(told.article.text)[:CONTENT].lower()
    led_by = own[: max(0, claim.content[0].start - sentence.span.start)]
    places, where = _where(told, scene, number)
    when, near = _when(told, scene, number)
    several = noun != "rounds" and _SEVERAL.search(own) is not None
    return Candidate(
        told=told,
        index=index,
        span=span,
        bounds=bounds,
        slack=bounds if slack == bounds else slack,
        unit=unit,
        noun=noun,
        measure=measure,
        sorts=scene.shared(sorts),
        side=scene.shared(side_of(claim.source)),
        sentence=number,
        sentence_span=sentence.span,
        paragraph=sentence.paragraph,
        where=scene.shared(where),
        where_else=scene.shared(precise(scene.places_before(number))),
        spots=scene.shared(spots_of(places)),
        names=scene.names,
        whole=scene.whole,
        places=scene.shared(places) or scene.opening_places,
        when=when,
        when_near=near,
        past=_is_past(scene, number, when, near),
        when_else=scene.opening_period or scene.published_period,
        published=scene.published,
        ahead=claim.stance in AHEAD or ahead,
        bare=bare,
        part=part,
        more=more,
        total=not TOTAL.isdisjoint(_WORD.findall(content)),
        rate=rate,
        earlier=_EARLIER.search(own) is not None,
        later=_LATER.search(own) is not None,
        revised=_REVISED.search(own) is not None,
        elsewhere=not several
        and (
            _LONG_BEFORE.search(own) is not None
            or _OTHER_EVENT.search(content) is not None
            or _OTHER_EVENT.search(led_by) is not None
            or _opened_elsewhere(scene, number)
        ),
        several=several,
        limit=_LIMIT.search(own[: max(0, span.start - sentence.span.start)][-LIMIT_BEFORE:]) is not None,
    )


def side_of(source: Source) -> frozenset[str]:
    """The names under which this side speaks; the outlet's own voice is a side, and so is each kind of unnamed one."""
    names = [name for name in (source.name, source.principal, *source.aliases) if name]
    return frozenset(name.casefold().removeprefix("the ") for name in names) or frozenset({f"({source.kind})"})


def _where(told: Told, scene: Scene, number: int) -> tuple[tuple[Place, ...], frozenset[str]]:
    """The places it plays in: those it says, else those of its sentence that are not another claim's, else those of
    the nearest sentence before it in the paragraph that names any."""
    places = tuple(place for name in told.claim.where for place in place_of(name)) or _own(told, scene, number)
    for earlier in scene.paragraph_before(number):
        if places:
            break
        places = scene.places_in(earlier)
    return places, precise(places)


def _own(told: Told, scene: Scene, number: int) -> tuple[Place, ...]:
    """The places in the claim's own words, and those with which the sentence sets out before any is said."""
    text, start = told.article.text, scene.sentences[number].span.start
    said = " ".join(span.of(text)[:CONTENT] for span in told.claim.content)
    led_by = text[start : min(start + LED_BY, told.claim.content[0].start)]
    return tuple(place for place in scene.places_in(number) if place.words in said or place.words in led_by)


def _speakers(told: Sequence[Told]) -> frozenset[str]:
    """The words that name who speaks: a place in them ("a team at Corbin University") is not where it happened."""
    found: set[str] = set()
    for source in (each.claim.source for each in told):
        mention = "" if source.mention is None else source.mention.of(told[0].article.text)
        found.update(words.lower() for words in (source.name, mention, source.role, source.principal) if words)
    return frozenset(found)


def _when(told: Told, scene: Scene, number: int) -> tuple[Period | None, Period | None]:
    stated = [period for when in told.claim.when if (period := period_of(when.value))]
    stated = stated or scene.periods_within(number, told.claim.content)
    near = next(iter(scene.periods_in(number)), None)
    for earlier in scene.paragraph_before(number):
        if near is not None:
            break
        near = next(iter(scene.periods_in(earlier)), None)
    return (stated[0] if stated else None), near


def _is_past(scene: Scene, number: int, when: Period | None, near: Period | None) -> bool:
    """Whether its own words, its sentence or a day named before it in the paragraph date it so."""
    own = next(iter(scene.periods_in(number)), None)
    told = when or own or (None if near is None or near.long else near)
    return told is not None and scene.published is not None and (scene.published - told.last).days > AGO


def _opened_elsewhere(scene: Scene, number: int) -> bool:
    """Whether the paragraph opened with "In a separate incident"."""
    opening = scene.sentences[scene.paragraph_start(number)].span.of(scene.article.text)[:60].lower()
    return "separate" in opening and _OTHER_EVENT.search(opening) is not None


def _is_bare(told: Told, figure: Figure) -> bool:
    """Whether the claim says a number and nothing of what it counts: "the figure was 60"."""
    text = told.article.text
    for span in told.claim.content:
        rest = span.of(text)
        if span.overlaps(figure.span):
            rest = f"{text[span.start : figure.span.start]} {text[figure.span.end : span.end]}"
        if any(word.lower() not in BARE for word in _WORD.findall(rest[:CONTENT])):
            return False
    return len(told.claim.figures) <= 2


def _is_part(before: str, after: str) -> bool:
    """ "Six of them", "of whom six", "including six"; "nine of the 31" is the nine that are told of."""
    tail = before.rstrip(" ,").removesuffix(" at least")
    behind = after.lstrip(" ").startswith(PART_AFTER) and not _OF_NUMBER.match(after)
    return behind or tail.endswith(PART_BEFORE)


def _is_start(before: str, after: str) -> bool:
    """ "From 11 to 33", "up from five": what was, before it changed."""
    return before.endswith("from ") and (_TO.match(after) is not None or before.endswith(("up from ", "down from ")))


def _lone_part(before: str) -> bool:
    """ "Of the 46 ropes, 17": what follows an opening "of which" up to the comma."""
    return re.search(r"(?:^|[,;] )of (?:the |a )?[\w' ]{0,30}, $", before) is not None


def _is_more(before: str, after: str) -> bool:
    near = _WORD.findall(before)[-2:] + _WORD.findall(after)[:1]
    return not MORE.isdisjoint(near)


def _second_of_claim(told: Told, index: int) -> bool:
    """ "Four killed and another six hurt": "another" counts on from people to whom something else happened."""
    figures = told.claim.figures
    mine = measure_of(figures[index].measure, figures[index].counted)
    return any(measure_of(figure.measure, figure.counted) not in (mine, None) for figure in figures[:index])


def _denies(told: Told) -> tuple[str | None, str] | None:
    """Which people a claim says none of came to harm, and which harm; None where it says no such thing."""
    claim, text = told.claim, told.article.text
    if claim.figures or not (claim.negated or claim.stance == "denies"):
        return None
    content = claim.content[0].of(text)[:CONTENT].lower()
    if found := _NONE_OF.search(content):
        harm = measure_of(found[2], found[1])
        if harm in ("killed", "injured"):
            return noun_of(found[1]), harm
    words = _WORD.findall(content)
    if len(words) > 12:
        return None
    for place, word in enumerate(words):
        if word in LOSSES and (
            not DENYING.isdisjoint(words[max(0, place - 2) : place]) or (claim.stance == "denies" and place <= 1)
        ):
            return _own_people(claim.source), LOSSES[word]
    return None


def _own_people(source: Source) -> str:
    """Who is meant by a speaker's own losses."""
    return "forces" if _words_for(source) & ARMED_STATE else "militants"
