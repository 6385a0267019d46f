"""Who could be speaking in the article, under which names?

Gathers the mentions of one speaker; which of them says what is for an extractor to find."""

import re
from dataclasses import dataclass, field

from service.lexicon.bodies import ANAPHORIC_BODIES, BODY_WORDS
from service.lexicon.function_words import DETERMINERS, FUNCTION_WORDS
from service.lexicon.nations import DEMONYMS, PLACES
from service.lexicon.roles import ANONYMOUS, SPOKES_ROLES
from service.lexicon.titles import HONORIFICS, RANKS, RETIRED
from service.reading.candidates import Candidate
from service.reading.mentions import find_candidates
from service.records import Kind, Paragraph, Sentence, Speaker, SpeakerMention

MOST_NAMESAKES = 20  # compared with one another; beyond that a name alone is nobody's
LOOK_BACK = 60  # mentions; who was named longer ago is not taken up by "he" or "the group"
# "The group" is not the ministry it fights.
STATE_BODIES = frozenset(
    "ministry police court government council parliament senate department office army navy military".split()
)
REBELLIOUS = frozenset("liberation front resistance movement people's".split())
LITTLE = frozenset("of for and the in & a".split())


@dataclass
class _Entity:
    """A speaker while its mentions are gathered."""

    name: str
    kind: Kind
    role: str = ""
    principal: str = ""
    gender: str = ""
    forms: list[str] = field(default_factory=list)
    mentions: list[str] = field(default_factory=list)

    def words(self) -> list[str]:
        return self.name.lower().replace(".", " ").split()


@dataclass
class _Cast:
    """Everybody found so far, with the indexes that keep every question about them short."""

    entities: list[_Entity] = field(default_factory=list)
    by_last: dict[str, list[int]] = field(default_factory=dict)
    by_word: dict[str, list[int]] = field(default_factory=dict)
    by_name: dict[str, int] = field(default_factory=dict)
    by_acronym: dict[str, int] = field(default_factory=dict)
    by_short: dict[str, int] = field(default_factory=dict)  # "clerk" for "clerk of the court"
    trail: list[tuple[Candidate, int]] = field(default_factory=list)  # mentions whose speaker is known

    def add(self, entity: _Entity) -> int:
        index = len(self.entities)
        self.entities.append(entity)
        self.by_name.setdefault(entity.name.lower(), index)
        words = entity.words()
        if entity.kind == "person" and words:
            self.by_last.setdefault(words[-1], []).append(index)
        for word in dict.fromkeys(words):
            self.by_word.setdefault(word, []).append(index)
        return index


def find_speakers(
    text: str,
    sentences: tuple[Sentence, ...],
    paragraphs: tuple[Paragraph, ...],  # noqa: ARG001 - part of the step's signature: sentences say all that is needed
) -> tuple[tuple[Speaker, ...], tuple[SpeakerMention, ...]]:
    """Speakers, and their mentions in the order of the text, from the sentences of body paragraphs.

    A surname that two people share, and a pronoun or role that fits nobody named before, have the speaker None."""
    candidates = find_candidates(text, sentences)
    cast = _Cast()
    _introduce(cast, candidates)
    mentions: list[SpeakerMention] = []
    for candidate in candidates:
        keep, index = _resolve(cast, candidate)
        if not keep:
            continue
        mark = f"S{len(mentions) + 1}"
        mentions.append(
            SpeakerMention(
                mark=mark, span=candidate.span, form=candidate.form, speaker=index, sentence=candidate.sentence
            )
        )
        if index is not None:
            _note(cast, candidate, index, mark)
    _name_principals(cast)
    return _mentioned(cast, mentions)


# ── names ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _introduce(cast: _Cast, candidates: list[Candidate]) -> None:
    """Every full name first, so that a surname before its full name still finds its owner."""
    named = [candidate for candidate in candidates if candidate.form == "name"]
    persons = {candidate.name for candidate in named if candidate.person}
    speaking = {candidate.name for candidate in named if candidate.speaking and not candidate.place}
    bodies = [candidate for candidate in named if candidate.head == "body"]
    for candidate in sorted(bodies, key=lambda body: len(body.name.split()) == 1):
        _introduce_body(cast, candidate)
    for candidate in named:
        words = candidate.name.split()
        if candidate.head == "body":
            continue
        if len(words) > 1 and (candidate.name in persons or candidate.name in speaking) and not candidate.place:
            _introduce_person(cast, candidate)
    surnames = {name for name in speaking if len(name.split()) == 1}
    for candidate in named:
        words = candidate.name.split()
        full = len(words) in {2, 3} and words[-1] in surnames and not candidate.place and not candidate.the
        if full and candidate.head != "body":
            _introduce_person(cast, candidate)
    known = set(cast.by_last) | {word for word, owners in cast.by_word.items() if owners}
    for candidate in named:
        single = len(candidate.name.split()) == 1 and candidate.head != "body" and not candidate.place
        if single and candidate.person and candidate.name.lower() not in known:
            _introduce_person(cast, candidate)


def _introduce_body(cast: _Cast, candidate: Candidate) -> None:
    name, acronym = candidate.name, candidate.acronym
    if name.isupper() and acronym and len(name) < len(acronym):
        name, acronym = acronym, name
    index = cast.by_name.get(name.lower(), cast.by_acronym.get(name.lower()))
    if index is None:
        index = cast.add(_Entity(name=name, kind="organization"))
    if acronym:
        cast.by_acronym.setdefault(acronym.lower(), index)
    if len(name.split()) > 1:
        initials = "".join(word[0] for word in name.split() if word.lower() not in LITTLE)
        cast.by_acronym.setdefault(initials.lower(), index)


def _introduce_person(cast: _Cast, candidate: Candidate) -> None:
    index = _same_person(cast, candidate.name)
    if index is None:
        cast.add(_Entity(name=candidate.name, kind="person", gender=candidate.gender))
        return
    entity = cast.entities[index]
    if len(candidate.name.split()) > len(entity.words()):
        entity.name = candidate.name
        cast.by_name.setdefault(candidate.name.lower(), index)


def _same_person(cast: _Cast, name: str) -> int | None:
    """The person whose name holds the same surname and, of the given names, one all of the other's."""
    exact = cast.by_name.get(name.lower())
    if exact is not None:
        return exact
    words = name.lower().replace(".", " ").split()
    for index in cast.by_last.get(words[-1], ())[:MOST_NAMESAKES]:
        other = cast.entities[index].words()
        inside = set(words) <= set(other) or set(other) <= set(words)
        if inside and len(words) > 1 and len(other) > 1:
            return index
    return None


def _resolve(cast: _Cast, candidate: Candidate) -> tuple[bool, int | None]:
    """Whether this is a mention worth keeping, and whose."""
    if candidate.form == "name":
        return _resolve_name(cast, candidate)
    if candidate.form == "pronoun":
        return True, _take_up_pronoun(cast, candidate)
    if candidate.form == "role":
        return True, _take_up_role(cast, candidate)
    if candidate.form == "body":
        return True, _take_up_body(cast, candidate)
    if candidate.form == "document":
        return _take_up_document(cast, candidate)
    return True, _own(cast, candidate, "anonymous")


def _resolve_name(cast: _Cast, candidate: Candidate) -> tuple[bool, int | None]:
    key = candidate.name.lower()
    if candidate.head == "body" or key in cast.by_acronym:
        index = cast.by_acronym.get(key, cast.by_name.get(key))
        if index is not None and len(key.split()) == 1 and key in BODY_WORDS and not candidate.acronym:
            index = _body_with(cast, key) if cast.entities[index].name.lower() == key else index
        return index is not None, index
    if candidate.place and key not in cast.by_last:
        if candidate.speaking and key in PLACES:
            return True, _own(cast, candidate, "organization")
        return False, None
    if key in cast.by_name:
        return True, cast.by_name[key]
    words = key.split()
    if len(words) > 1:
        index = _same_person(cast, candidate.name)
        return index is not None, index
    if key in DEMONYMS and not (candidate.speaking or candidate.title):
        return False, None
    return _resolve_single(cast, candidate, key)


def _resolve_single(cast: _Cast, candidate: Candidate, key: str) -> tuple[bool, int | None]:
    """A surname, a given name, or the first word of a body's name."""
    named_so = cast.by_word.get(key, [])[:MOST_NAMESAKES]
    owners = cast.by_last.get(key, [])[:MOST_NAMESAKES]
    owners = owners or [index for index in named_so if cast.entities[index].kind == "person"]
    if len(owners) > 1 and candidate.gender and candidate.title:
        owners = [index for index in owners if cast.entities[index].gender in {"", candidate.gender}]
    if len(owners) == 1:
        return True, owners[0]
    if owners:
        met = [index for index in owners if cast.entities[index].mentions]
        return True, met[0] if len(met) == 1 else None
    bodies = [index for index in named_so if cast.entities[index].words()[0] == key]
    if len(bodies) == 1 and key not in DEMONYMS and key not in PLACES:
        return True, bodies[0]
    if candidate.speaking and key not in DEMONYMS and key not in FUNCTION_WORDS:
        return True, _own(cast, candidate, "organization" if candidate.the else "person")
    return False, None


def _own(cast: _Cast, candidate: Candidate, kind: Kind) -> int:
    """The speaker of exactly these words, made where there is none; "the clerk" may be "a clerk of the court"."""
    name = candidate.full or candidate.name
    key = name.lower()
    if key not in cast.by_name and candidate.definite and not candidate.full and key in cast.by_short:
        return cast.by_short[key]
    if key not in cast.by_name:
        index = cast.add(_Entity(name=name, kind=kind, principal=candidate.principal, gender=candidate.gender))
        if candidate.full:
            cast.by_short[candidate.name.lower()] = index
    return cast.by_name[key]


def _body_with(cast: _Cast, word: str) -> int | None:
    """The body last named whose fuller name ends in `word` ("the Council")."""
    for _, index in reversed(cast.trail[-LOOK_BACK:]):
        entity = cast.entities[index]
        if entity.kind == "organization" and len(entity.words()) > 1 and word in entity.words():
            return index
    return cast.by_name.get(word)


# ── words that take up somebody named before ──────────────────────────────────────────────────────────────────────


def _before(cast: _Cast) -> list[tuple[Candidate, int]]:
    """Earlier mentions, the nearest sentence first; within a sentence the one beside a cue, then the first: it is
    the likeliest subject."""
    trail = cast.trail[-LOOK_BACK:]
    return sorted(trail, key=lambda item: (-item[0].sentence, not item[0].speaking, item[0].span.start))


def _take_up_pronoun(cast: _Cast, candidate: Candidate) -> int | None:
    person = candidate.gender != ""
    for earlier, index in _before(cast):
        entity = cast.entities[index]
        if candidate.sentence - earlier.sentence > 8:
            return None
        if person and entity.kind == "person" and entity.gender in {"", candidate.gender}:
            return index
        if candidate.name == "it" and entity.kind in {"organization", "document"}:
            return index
        if candidate.name == "they" and entity.kind in {"organization", "anonymous"}:
            return index
    return None


def _take_up_role(cast: _Cast, candidate: Candidate) -> int | None:
    wanted = {word for word in candidate.name.lower().split() if word not in LITTLE}
    if candidate.definite or candidate.name[0].isupper():
        index = _office_holder(cast, candidate, wanted)
        if index is not None:
            return index
    return _own(cast, candidate, "anonymous")


def _office_holder(cast: _Cast, candidate: Candidate, wanted: set[str]) -> int | None:
    """The person named with this office. "The French president" is not one named with another country's; "the US
    president" may be one whose title left the country out."""
    country = wanted & (DEMONYMS | PLACES | {"us", "uk"})
    loose: int | None = None
    for _, index in _before(cast):
        entity = cast.entities[index]
        if entity.kind != "person" or (candidate.gender and entity.gender not in {"", candidate.gender}):
            continue
        role = set(re.findall(r"[\w-]+", entity.role.lower()))
        if wanted <= role or (candidate.head in SPOKES_ROLES and role & SPOKES_ROLES):
            return index
        stateless = not role & (DEMONYMS | PLACES)
        if loose is None and country and stateless and wanted - country and wanted - country <= role:
            loose = index
    return loose


def _take_up_body(cast: _Cast, candidate: Candidate) -> int | None:
    if candidate.head not in ANAPHORIC_BODIES:
        return _own(cast, candidate, "organization")
    fitting = ANAPHORIC_BODIES[candidate.head]
    named: dict[int, int] = {}
    for _, index in _before(cast):
        entity = cast.entities[index]
        if entity.kind != "organization" or entity.name.lower() in PLACES:
            continue
        words = set(entity.words())
        if fitting and words & fitting:
            return index
        if not fitting and entity.name[0].isupper() and (words & REBELLIOUS or not words & STATE_BODIES):
            named[index] = named.get(index, 0) + 1
    if named:
        # Whoever an article is about is named most; the last one named is as often the other side.
        return max(named, key=lambda index: named[index])
    # "The passport office" and "the council" name themselves; "the company" does not.
    if len(candidate.name.split()) > 1 or fitting:
        return _own(cast, candidate, "organization")
    if candidate.head in ANONYMOUS:
        return _own(cast, candidate, "anonymous")
    return None


def _take_up_document(cast: _Cast, candidate: Candidate) -> tuple[bool, int | None]:
    if not candidate.speaking:
        return False, None
    if candidate.definite:
        for _, index in _before(cast):
            entity = cast.entities[index]
            if candidate.head == "statement" and entity.kind in {"organization", "person"}:
                return True, index
            if entity.kind == "document" and candidate.head in entity.words():
                return True, index
    return True, _own(cast, candidate, "document")


# ── what becomes of it ────────────────────────────────────────────────────────────────────────────────────────────


def _note(cast: _Cast, candidate: Candidate, index: int, mark: str) -> None:
    entity = cast.entities[index]
    entity.mentions.append(mark)
    cast.trail.append((candidate, index))
    if candidate.form != "pronoun":
        if candidate.form != "document":
            entity.forms.append(candidate.name)
        if candidate.acronym:
            entity.forms.append(candidate.acronym)
    if candidate.form == "name" and candidate.person:
        entity.role = entity.role or _role_of(candidate.title)
        entity.gender = entity.gender or candidate.gender
    if candidate.principal and not entity.principal:
        entity.principal = _whose(cast, candidate)


def _whose(cast: _Cast, candidate: Candidate) -> str:
    """The principal as named in the article: "the group's" is the group last named."""
    words = [word.strip(",.") for word in re.sub(r"[’']s?(?=\s|$)", "", candidate.principal).split()]
    if words and words[0].lower() in DETERMINERS:
        words = words[1:]
    if not words:
        return ""
    name = " ".join(words)
    index = cast.by_acronym.get(name.lower(), cast.by_name.get(name.lower()))
    if index is None and (words[-1].lower() in ANAPHORIC_BODIES or name == "its"):
        noun = _body_in(name, candidate)
        index = _take_up_body(cast, noun)
    return cast.entities[index].name if index is not None else name


def _body_in(name: str, candidate: Candidate) -> Candidate:
    """A body's mention made of a role's words, to look up whom "the group" means inside "the group's spokesman"."""
    head = name.lower().split()[-1]
    return Candidate(
        span=candidate.span,
        form="body",
        name=name,
        sentence=candidate.sentence,
        head=head if head in ANAPHORIC_BODIES else "group",
        definite=True,
    )


def _role_of(title: str) -> str:
    """The role in a title: without article, honorific and rank."""
    words = title.replace(",", " ").split()
    while words and (words[0].lower() in DETERMINERS):
        words = words[1:]
    while words and _is_rank(words[-1]):
        words = words[:-1]
    while words and _is_rank(words[0]):
        words = words[1:]
    return " ".join(words)


def _is_rank(word: str) -> bool:
    return word.strip(".,()").lower() in (HONORIFICS | RANKS | RETIRED) - {"chief", "deputy", "assistant", "inspector"}


def _name_principals(cast: _Cast) -> None:
    """A principal given by its abbreviation takes its full name, wherever the article gives it."""
    for entity in cast.entities:
        index = cast.by_acronym.get(entity.principal.lower())
        if index is not None:
            entity.principal = cast.entities[index].name


def _mentioned(cast: _Cast, mentions: list[SpeakerMention]) -> tuple[tuple[Speaker, ...], tuple[SpeakerMention, ...]]:
    """Speakers that have a mention, numbered anew."""
    kept = [index for index, entity in enumerate(cast.entities) if entity.mentions]
    number = {old: new for new, old in enumerate(kept)}
    renumbered = (
        mention if mention.speaker is None else mention.model_copy(update={"speaker": number[mention.speaker]})
        for mention in mentions
    )
    return tuple(_speaker(cast.entities[index]) for index in kept), tuple(renumbered)


def _speaker(entity: _Entity) -> Speaker:
    aliases = tuple(form for form in dict.fromkeys(entity.forms) if form != entity.name)
    return Speaker(
        name=entity.name,
        aliases=aliases,
        kind=entity.kind,
        role=entity.role or None,
        principal=entity.principal or None,
        mentions=tuple(entity.mentions),
    )
