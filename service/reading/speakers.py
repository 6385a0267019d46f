"""Who could be speaking in the article, under which names?

Gathers the mentions of one speaker; which of them says what is for an extractor to find."""

from service.lexicon.bodies import BODY_WORDS
from service.lexicon.function_words import DETERMINERS, FUNCTION_WORDS
from service.lexicon.nations import DEMONYMS, PLACES
from service.lexicon.titles import HONORIFICS, RANKS, RETIRED
from service.reading.candidates import Candidate
from service.reading.cast import MOST_NAMESAKES, Cast, Entity, own
from service.reading.mentions import find_candidates
from service.reading.taking_up import (
    LITTLE,
    body_with,
    members_body,
    take_up_body,
    take_up_document,
    take_up_pronoun,
    take_up_role,
    whose,
)
from service.records import Paragraph, Sentence, Speaker, SpeakerMention

# Put together once: these are asked about at every word.
_BARE_TITLES = (HONORIFICS | RANKS | RETIRED) - {"chief", "deputy", "assistant", "inspector"}


def find_speakers(
    text: str,
    sentences: tuple[Sentence, ...],
    paragraphs: tuple[Paragraph, ...],  # noqa: ARG001 - part of the step's signature: sentences say all that is needed
) -> tuple[tuple[Speaker, ...], tuple[SpeakerMention, ...]]:
    """Speakers, and their mentions in the order of the text, from the sentences of body paragraphs.

    A surname that two people share, and a pronoun or role that fits nobody named before, have the speaker None."""
    candidates = find_candidates(text, sentences)
    cast = Cast()
    _introduce(cast, candidates)
    for candidate in candidates:
        owners = cast.by_last.get(candidate.name.lower().split()[-1], []) if candidate.form == "name" else []
        for owner in owners[:1]:
            cast.named[owner] = cast.named.get(owner, 0) + 1
    mentions: list[SpeakerMention] = []
    bearers = {each.role_at: each for each in candidates if each.role_at is not None}
    for candidate in candidates:
        bearer = bearers.get(candidate.span.start) if candidate.form == "role" else None
        keep, index = _resolve(cast, bearer or candidate)
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


def _introduce(cast: Cast, candidates: list[Candidate]) -> None:
    """Every full name first, so that a surname before its full name still finds its owner."""
    named = [candidate for candidate in candidates if candidate.form == "name"]
    persons = {candidate.name for candidate in named if candidate.person}
    speaking = {candidate.name for candidate in named if candidate.speaking and not candidate.place}
    bodies = [candidate for candidate in named if candidate.head == "body"]
    for candidate in sorted(bodies, key=lambda body: len(body.name.split()) == 1):
        _introduce_body(cast, candidate)
    for candidate in named:
        words = candidate.name.split()
        if candidate.head == "body" or _short_of_body(cast, candidate.name):
            continue
        if len(words) > 1 and (candidate.name in persons or candidate.name in speaking) and not candidate.place:
            if candidate.the and candidate.name not in persons:  # "the Ransom Eagle said"
                cast.add(Entity(name=candidate.name, kind="organization"))
                continue
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


def _introduce_body(cast: Cast, candidate: Candidate) -> None:
    name, acronym = candidate.name, candidate.acronym
    if name.isupper() and acronym and len(name) < len(acronym):
        name, acronym = acronym, name
    index = cast.by_name.get(name.lower(), cast.by_acronym.get(name.lower()))
    if index is None:
        index = cast.add(Entity(name=name, kind="organization"))
    if acronym:
        cast.by_acronym.setdefault(acronym.lower(), index)
    if len(name.split()) > 1:
        initials = "".join(word[0] for word in name.split() if word.lower() not in LITTLE)
        cast.by_acronym.setdefault(initials.lower(), index)


def _short_of_body(cast: Cast, name: str) -> bool:
    """Whether several words are the beginning of a body's name: "Lindqvist Optronics" of "Lindqvist Optronics Oyj"."""
    words = name.lower().replace(".", " ").split()
    for index in cast.by_word.get(words[0], ())[:MOST_NAMESAKES] if len(words) > 1 else ():
        entity = cast.entities[index]
        if entity.kind == "organization" and entity.words()[: len(words)] == words:
            cast.by_name.setdefault(name.lower(), index)
            return True
    return False


def _introduce_person(cast: Cast, candidate: Candidate) -> None:
    index = _same_person(cast, candidate.name)
    if index is None:
        cast.add(Entity(name=candidate.name, kind="person", gender=candidate.gender))
        return
    entity = cast.entities[index]
    if len(candidate.name.split()) > len(entity.words()):
        entity.name = candidate.name
        cast.by_name.setdefault(candidate.name.lower(), index)


def _same_person(cast: Cast, name: str) -> int | None:
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


def _resolve(cast: Cast, candidate: Candidate) -> tuple[bool, int | None]:
    """Whether this is a mention worth keeping, and whose."""
    if candidate.form == "name":
        return _resolve_name(cast, candidate)
    if candidate.form == "pronoun":
        return True, take_up_pronoun(cast, candidate)
    if candidate.form == "role":
        return True, take_up_role(cast, candidate)
    if candidate.form == "body":
        return True, take_up_body(cast, candidate)
    if candidate.form == "document":
        return take_up_document(cast, candidate)
    body = members_body(cast, candidate)
    return True, own(cast, candidate, "anonymous") if body is None else body


def _resolve_name(cast: Cast, candidate: Candidate) -> tuple[bool, int | None]:
    key = candidate.name.lower()
    if candidate.head == "body" or key in cast.by_acronym:
        index = cast.by_acronym.get(key, cast.by_name.get(key))
        if index is not None and len(key.split()) == 1 and key in BODY_WORDS and not candidate.acronym:
            index = body_with(cast, key) if cast.entities[index].name.lower() == key else index
        return index is not None, index
    if candidate.place and key not in cast.by_last:
        if candidate.speaking and key in PLACES:
            return True, own(cast, candidate, "organization")
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


def _resolve_single(cast: Cast, candidate: Candidate, key: str) -> tuple[bool, int | None]:
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
        return True, own(cast, candidate, "organization" if candidate.the else "person")
    return False, None


# ── what becomes of it ────────────────────────────────────────────────────────────────────────────────────────────


def _note(cast: Cast, candidate: Candidate, index: int, mark: str) -> None:
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
    if candidate.principal and not entity.principal and entity.kind != "organization":
        entity.principal = whose(cast, candidate)


def _role_of(title: str) -> str:
    """The role in a title: without article, honorific and rank."""
    words = [word for word in title.replace(",", " ").split() if "-of-" not in word]  # "mother-of-two"
    while words and _is_rank(words[-1]):
        words = words[:-1]
    while words and (words[0].lower() in DETERMINERS or (_is_rank(words[0]) and words[1:2] != ["of"])):
        words = words[1:]  # but "superintendent of police"
    return " ".join(words)


def _is_rank(word: str) -> bool:
    return word.strip(".,()").lower() in _BARE_TITLES


def _name_principals(cast: Cast) -> None:
    """A principal given by its abbreviation takes its full name, wherever the article gives it."""
    for entity in cast.entities:
        index = cast.by_acronym.get(entity.principal.lower())
        if index is not None:
            entity.principal = cast.entities[index].name


def _mentioned(cast: Cast, mentions: list[SpeakerMention]) -> tuple[tuple[Speaker, ...], tuple[SpeakerMention, ...]]:
    """Speakers that have a mention, numbered anew."""
    kept = [index for index, entity in enumerate(cast.entities) if entity.mentions]
    number = {old: new for new, old in enumerate(kept)}
    renumbered = (
        mention if mention.speaker is None else mention.model_copy(update={"speaker": number[mention.speaker]})
        for mention in mentions
    )
    return tuple(_speaker(cast.entities[index]) for index in kept), tuple(renumbered)


def _speaker(entity: Entity) -> Speaker:
    aliases = tuple(form for form in dict.fromkeys(entity.forms) if form != entity.name)
    return Speaker(
        name=entity.name,
        aliases=aliases,
        kind=entity.kind,
        role=entity.role or None,
        principal=entity.principal or None,
        mentions=tuple(entity.mentions),
    )
