"""What is known of everybody named so far, while an article is read?

The indexes that keep every question about names short; who is added and who is meant is for `speakers` and
`taking_up`."""

from dataclasses import dataclass, field

from service.reading.candidates import Candidate
from service.records import Kind

MOST_NAMESAKES = 20  # compared with one another; beyond that a name alone is nobody's
LOOK_BACK = 60  # mentions; who was named longer ago is not taken up by "he" or "the group"


@dataclass
class Entity:
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
class Cast:
    """Everybody found so far, with the indexes that keep every question about them short."""

    entities: list[Entity] = field(default_factory=list)
    by_last: dict[str, list[int]] = field(default_factory=dict)
    by_word: dict[str, list[int]] = field(default_factory=dict)
    by_name: dict[str, int] = field(default_factory=dict)
    by_acronym: dict[str, int] = field(default_factory=dict)
    by_short: dict[str, int] = field(default_factory=dict)  # "clerk" for "clerk of the court"
    trail: list[tuple[Candidate, int]] = field(default_factory=list)  # mentions whose speaker is known
    named: dict[int, int] = field(default_factory=dict)  # how often the article names each, by index

    def add(self, entity: Entity) -> int:
        index = len(self.entities)
        self.entities.append(entity)
        self.by_name.setdefault(entity.name.lower(), index)
        words = entity.words()
        if entity.kind == "person" and words:
            self.by_last.setdefault(words[-1], []).append(index)
        for word in dict.fromkeys(words):
            self.by_word.setdefault(word, []).append(index)
        return index


def own(cast: Cast, candidate: Candidate, kind: Kind) -> int:
    """The speaker of exactly these words, made where there is none; "the clerk" may be "a clerk of the court"."""
    name = candidate.full or candidate.name
    key = name.lower()
    if key not in cast.by_name and candidate.definite and not candidate.full and key in cast.by_short:
        return cast.by_short[key]
    if key not in cast.by_name:
        index = cast.add(Entity(name=name, kind=kind, principal=candidate.principal, gender=candidate.gender))
        if candidate.full:
            cast.by_short[candidate.name.lower()] = index
    return cast.by_name[key]


def before(cast: Cast) -> list[tuple[Candidate, int]]:
    """Earlier mentions, the nearest sentence first; within a sentence the one beside a cue, then the first: it is
    the likeliest subject."""
    trail = cast.trail[-LOOK_BACK:]
    return sorted(trail, key=lambda item: (-item[0].sentence, not item[0].speaking, item[0].span.start))
