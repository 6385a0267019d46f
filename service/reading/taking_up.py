"""Whom do words without a name take up: pronouns, roles, "the group", "the statement"?

By what was named before; the parse of the sentence is left to the embedded extractor."""

import re

from service.lexicon.bodies import ANAPHORIC_BODIES
from service.lexicon.function_words import DETERMINERS, FUNCTION_WORDS
from service.lexicon.nations import DEMONYMS, PLACES
from service.lexicon.office_holders import HEADS_OF_GOVERNMENT, HEADS_OF_STATE, PRESIDENTS, PRIME_MINISTERS
from service.lexicon.roles import ANONYMOUS, ROLES, SPOKES_ROLES
from service.reading.candidates import Candidate
from service.reading.cast import LOOK_BACK, MOST_NAMESAKES, Cast, Entity, before, own

LITTLE = frozenset("of for and the in & a".split())
# "The group" is not the ministry it fights.
STATE_BODIES = frozenset(
    """ministry police court government council parliament senate department office army navy military corps
    levies rangers forces guard guards rifles constabulary gendarmerie agency bureau authority
    administration cabinet""".split()
)
REBELLIOUS = frozenset("liberation front resistance movement people's".split())
STATED = frozenset("statement text note communique communiqué release message letter email".split())
REBELS = frozenset("rebels militants insurgents fighters gunmen separatists guerrillas".split())


# Put together once: these are asked about at every word.
_COUNTRIES = DEMONYMS | PLACES | {"us", "uk"}
_STATES = DEMONYMS | PLACES


def members_body(cast: Cast, candidate: Candidate) -> int | None:
    """ "Rebels of the Hill Front" is the front speaking."""
    words = candidate.full.lower().split()
    if len(words) < 3 or words[0] not in REBELS or words[1] not in {"of", "from"}:
        return None
    name = " ".join(word for word in words[2:] if word != "the")
    index = cast.by_acronym.get(name, cast.by_name.get(name))
    return index if index is not None and cast.entities[index].kind == "organization" else None


def body_with(cast: Cast, word: str) -> int | None:
    """The body last named whose fuller name ends in `word` ("the Council")."""
    for _, index in reversed(cast.trail[-LOOK_BACK:]):
        entity = cast.entities[index]
        if entity.kind == "organization" and len(entity.words()) > 1 and word in entity.words():
            return index
    return cast.by_name.get(word)


def take_up_pronoun(cast: Cast, candidate: Candidate) -> int | None:
    person = candidate.gender != ""
    for earlier, index in before(cast):
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


def take_up_role(cast: Cast, candidate: Candidate) -> int | None:
    wanted = {word for word in candidate.name.lower().split() if word not in LITTLE}
    if candidate.definite or candidate.name[0].isupper():
        index = _office_holder(cast, candidate, wanted)
        if index is not None:
            return index
    if candidate.head in SPOKES_ROLES and candidate.principal:
        body = _body_spoken_for(cast, candidate)
        if body is not None:
            return body
    return own(cast, candidate, "anonymous")


def _body_spoken_for(cast: Cast, candidate: Candidate) -> int | None:
    """The body that an unnamed spokesperson is the voice of; None where it is a person."""
    name = whose(cast, candidate)
    index = cast.by_name.get(name.lower())
    if index is not None:
        return index if cast.entities[index].kind == "organization" else None
    words = name.lower().split()
    owners = cast.by_last.get(words[-1]) if words else None
    if not words or owners or words[-1] in ROLES or words[-1] in FUNCTION_WORDS:
        return None
    return cast.add(Entity(name=name, kind="organization"))


def _office_holder(cast: Cast, candidate: Candidate, wanted: set[str]) -> int | None:
    """The person named with this office. "The French president" is not one named with another country's; "the US
    president" may be one whose title left the country out."""
    country = wanted & _COUNTRIES
    loose: int | None = None
    for _, index in before(cast):
        entity = cast.entities[index]
        if entity.kind != "person" or (candidate.gender and entity.gender not in {"", candidate.gender}):
            continue
        role = set(re.findall(r"[\w-]+", entity.role.lower()))
        if wanted <= role or (candidate.head in SPOKES_ROLES and role & SPOKES_ROLES):
            return index
        stateless = not role & _STATES
        if loose is None and country and stateless and wanted - country and wanted - country <= role:
            loose = index
    return _known_holder(cast, candidate, wanted) if loose is None else loose


def _known_holder(cast: Cast, candidate: Candidate, wanted: set[str]) -> int | None:
    """The person named in the article who is known to hold, or to have held, a country's highest office: of several,
    the one named most."""
    prime = "prime" in wanted and "minister" in wanted
    holders = PRIME_MINISTERS if prime or wanted & HEADS_OF_GOVERNMENT else PRESIDENTS
    rest = wanted - HEADS_OF_STATE - HEADS_OF_GOVERNMENT - {"prime", "minister"}
    if candidate.full or rest == wanted or wanted & {"vice", "deputy", "former", "ex", "vice-president"}:
        return None
    named: dict[int, int] = {}
    for countries, surnames in holders.items():
        if not rest <= set(countries.split()):
            continue
        for surname in surnames:
            for index in cast.by_last.get(surname, [])[:MOST_NAMESAKES]:
                entity = cast.entities[index]
                if candidate.gender and entity.gender not in {"", candidate.gender}:
                    continue
                times = cast.named.get(index, 0)
                if rest or times > 1 or candidate.name[0].isupper():  # "the president" alone may be a firm's
                    named[index] = times
    return max(named, key=lambda index: named[index]) if named else None


def take_up_body(cast: Cast, candidate: Candidate) -> int | None:
    if candidate.head not in ANAPHORIC_BODIES:
        return own(cast, candidate, "organization")
    fitting = ANAPHORIC_BODIES[candidate.head]
    named: dict[int, int] = {}
    for _, index in before(cast):
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
        return own(cast, candidate, "organization")
    if candidate.head in ANONYMOUS:
        return own(cast, candidate, "anonymous")
    return None


def take_up_document(cast: Cast, candidate: Candidate) -> tuple[bool, int | None]:
    if not candidate.speaking:
        return False, None
    if candidate.definite:
        for _, index in before(cast):
            entity = cast.entities[index]
            if candidate.head in STATED and entity.kind in {"organization", "person"}:
                return True, index
            if entity.kind == "document" and candidate.head in entity.words():
                return True, index
    return True, own(cast, candidate, "document")


def whose(cast: Cast, candidate: Candidate) -> str:
    """The principal as named in the article: "the group's" is the group last named."""
    words = [word.strip(",.") for word in re.sub(r"[’']s?(?=\s|$)", "", candidate.principal).split()]
    if words and words[0].lower() in DETERMINERS:
        words = words[1:]
    if not words:
        return ""
    name = " ".join(words)
    index = cast.by_acronym.get(name.lower(), cast.by_name.get(name.lower()))
    if index is None and ((words[-1].lower() in ANAPHORIC_BODIES and name.islower()) or name == "its"):
        noun = _body_in(name, candidate)
        index = take_up_body(cast, noun)
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
