"""Makers for reviewing: stores with claims in them, people, and what they say."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection
from storing import an_extraction

from service.records import Article, Claim, ExtractedClaim, Figure, Flag, Reason, Source, Span
from service.review import queue, verdicts
from service.review.records import Item, Person, Said, Standing, Verdict
from service.store.extractions import keep

NOW = datetime(2026, 3, 6, 9, tzinfo=UTC)
ANA, BO, CY = Person(name="ana"), Person(name="bo"), Person(name="cy", role="adjudicator")
NOUNS = "crates boats pumps lamps tents bales ropes masts tanks carts doors bells vans posts mills wells".split()
PLACES = "Arlen Borrow Cairn Dunes Elmet Forde Garth Holme Inver Jarrow Kelso Lorne Marle Norby Orton Perth".split()
NAMES = "Ines Okafor|Tom Adeyo|Lena Holt|Ada Lund".split("|")


def a_story(number: int = 0, *, claims: int = 4, **changes: Any) -> tuple[Article, tuple[ExtractedClaim, ...]]:
    """An article of its own words with claims of different speakers, the first the least sure."""
    text, found = "", []
    name = f"story-{number}"
    for place in range(claims):
        step = number * claims + place
        speaker, count = NAMES[step % len(NAMES)], 2 + step
        noun, town = NOUNS[step % len(NOUNS)], PLACES[(step // len(NOUNS)) % len(PLACES)]
        start = len(text) + len(f"{speaker} said ")
        words = f"{count} {noun} burned at {town} quay"
        text += f"{speaker} said {words}.\n"
        figure = Figure(
            span=Span(start, start + len(str(count))), low=str(count), high=str(count), qualifier="exact", counted=noun
        )
        found.append(
            ExtractedClaim(
                id=f"{name}#{place + 1}",
                document=name,
                content=(Span(start, start + len(words)),),
                source=Source(
                    name=speaker, kind="person", mention=Span(start - len(f"{speaker} said "), start - len(" said "))
                ),
                cue=Span(start - 5, start - 1),
                mode="indirect",
                figures=(figure,),
                text=words,
                confidence=round(0.3 + 0.6 * place / max(claims, 1) + (number % 100) / 1e4, 4),
                reasons=(Reason(signal="own:thin", effect=-0.5, words="little speaks for it"),),
                flags=(Flag(code="speaker_resolved", field="source", message="taken to be this speaker"),)
                if place == 0
                else (),
            )
        )
    return Article(**({"id": name, "text": text} | changes)), tuple(found)


def fill(
    connection: Connection,
    stories: int = 1,
    *,
    claims: int = 4,
    first: int = 0,
    owner: str = "",
    model: str = "embedded",
    suffix: str = "",
) -> None:
    """Keeps stories with their claims; half of the claims need review."""
    for number in range(first, first + stories):
        article, found = a_story(number, claims=claims)
        extraction = an_extraction(
            article,
            extraction_id=f"{owner}{model[:8]}-{number}{suffix}",
            model=model,
            claims=found,
            needs_review=tuple(claim.id for claim in found[: len(found) // 2]),
        )
        keep(connection, extraction, owner=owner)


def next_of(connection: Connection, person: Person = ANA, **asked: Any) -> Item:
    """The next claim, which there must be."""
    found = queue.next_item(connection, person, **({"now": NOW} | asked))
    assert found is not None
    return found


def say(
    connection: Connection, binding: str, action: str, person: Person = ANA, *, owner: str = "", **said: Any
) -> Standing:
    """Gives a verdict on what there is of the claim now."""
    version = len(verdicts.log_of(connection, binding, owner=owner))
    given = Said.model_validate({"action": action, "version": version} | said)
    return verdicts.give(connection, binding, given, person, owner=owner, now=NOW)[0]


def last_key(connection: Connection, binding: str) -> int:
    return verdicts.log_of(connection, binding)[-1].key


def plain(claim: Claim, **changes: Any) -> Claim:
    """A claim as a reviewer writes it."""
    fields = {name: getattr(claim, name) for name in Claim.model_fields}
    return Claim(**(fields | changes))


def a_log(*said: str | tuple[str, dict[str, Any]], old: ExtractedClaim) -> tuple[Verdict, ...]:
    """Verdicts on one claim: "ana accept", "bo reject second", "cy reject settling", "ana undo 1" (by key, from 1)."""
    log = []
    for key, each in enumerate(said, 1):
        words, changes = (each, {}) if isinstance(each, str) else each
        who, action, *rest = words.split()
        undoes = int(rest.pop()) if action == "undo" else None
        given: dict[str, Any] = {
            "key": key,
            "binding": "b" * 64,
            "article": 1,
            "action": action,
            "look": rest[0] if rest else "first",
            "old": old,
            "new": None,
            "reviewer": who,
            "seconds": 3.0,
            "model": "embedded",
            "blind": False,
            "audit": False,
            "confidence": old.confidence,
            "undoes": undoes,
            "created": NOW,
        }
        log.append(Verdict(**(given | changes)))
    return tuple(log)


def keys_of(listed: Sequence[Item]) -> list[int]:
    return [item.key for item in listed]
