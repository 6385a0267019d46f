"""Who may review?

A name, a role and a token whose hash alone is kept. Where nobody is named, the machine's own user is the one person:
whether that is enough is for the door to say, which knows who can reach it.
"""

import hashlib
import hmac
import secrets
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from service.errors import InputError
from service.records import Record
from service.review.records import LOCAL, Person, Role
from service.store.tables import reviewers

TOKEN_BYTES = 32
ALONE = Person(name=LOCAL, role="admin")


class Named(Record):
    """A person as listed: never with anything of the token."""

    name: str
    role: Role
    created: datetime
    revoked: datetime | None


def name_person(connection: Connection, person: Person, *, owner: str = "", now: datetime) -> str:
    """Returns the person's token, which is shown this once. Raises InputError where the name is taken.

    Somebody whose token was revoked gets a new one under the same name and keeps their verdicts.
    """
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = {"role": person.role, "sha256": _hash(token), "created": now, "revoked": None}
    known = connection.execute(
        select(reviewers.c.revoked).where(reviewers.c.owner == owner, reviewers.c.name == person.name)
    ).first()
    if known is None:
        connection.execute(insert(reviewers).values(owner=owner, name=person.name, **row))
    elif known.revoked is None:
        raise InputError(
            f"There is a reviewer {person.name!r} already.",
            field="name",
            fix="Take another name, or revoke this one first to give them a new token.",
        )
    else:
        theirs = update(reviewers).where(reviewers.c.owner == owner, reviewers.c.name == person.name)
        connection.execute(theirs.values(row))
    return token


def person_of(connection: Connection, token: str, *, owner: str = "") -> Person | None:
    """Whose token it is; None where it is nobody's, or was revoked."""
    wanted = _hash(token)
    asked = select(reviewers).where(reviewers.c.owner == owner, reviewers.c.revoked.is_(None))
    for row in connection.execute(asked.where(reviewers.c.sha256 == wanted)):
        if hmac.compare_digest(row.sha256, wanted):
            return Person(name=row.name, role=row.role)
    return None


def still(connection: Connection, name: str, *, owner: str = "", since: str | None = None) -> Person | None:
    """The person of that name as of now: a session outlives a change of role, but not a revoked token. `since` is when
    the token was made that they came in with, in ISO 8601, where it must be that very one."""
    row = connection.execute(select(reviewers).where(reviewers.c.owner == owner, reviewers.c.name == name)).first()
    if row is None or row.revoked is not None or since not in (None, row.created.isoformat()):
        return None
    return Person(name=name, role=row.role)


def revoke(connection: Connection, name: str, *, owner: str = "", now: datetime) -> None:
    """Their token opens nothing any more; their verdicts stay. Raises InputError where there is nobody to revoke."""
    theirs = update(reviewers).where(
        reviewers.c.owner == owner, reviewers.c.name == name, reviewers.c.revoked.is_(None)
    )
    if connection.execute(theirs.values(revoked=now)).rowcount == 0:
        raise InputError(f"There is no reviewer {name!r}.", field="name", fix="`according review people` lists them.")


def people(connection: Connection, *, owner: str = "") -> tuple[Named, ...]:
    """All that were ever named, by name."""
    rows = connection.execute(select(reviewers).where(reviewers.c.owner == owner).order_by(reviewers.c.name))
    return tuple(Named(name=row.name, role=row.role, created=row.created, revoked=row.revoked) for row in rows)


def _hash(token: str) -> str:
    """Plain SHA-256 is enough: 32 random bytes cannot be guessed, unlike a password."""
    return hashlib.sha256(token.encode("utf-8")).hexdigest()
