"""Who may ask, and how much?

A key is shown once and kept as its hash alone. Whoever holds one acts for its owner, within its scopes and limits.
How requests carry keys, and what is answered without one, is left to the doors.
"""

import hashlib
import hmac
import re
import secrets
import zlib
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple, get_args

from sqlalchemy import Connection, Row, insert, literal_column, select, update
from sqlalchemy.dialects import postgresql, sqlite

from service.errors import InputError
from service.records import Record
from service.store.tables import api_keys, spending

Scope = Literal["extract", "read", "jobs", "review", "metrics", "admin"]
SCOPES: dict[Scope, str] = {
    "extract": "send articles and get their claims",
    "read": "look at what is stored",
    "jobs": "send many articles at once, follow and cancel such jobs",
    "review": "judge claims",
    "metrics": "read /metrics, for Prometheus",
    "admin": "all of these",
}
USUAL: tuple[Scope, ...] = ("extract", "read", "jobs", "review")

PREFIX = "acc"
SECRET_BYTES = 32
OVERLAP = timedelta(days=7)  # how long the old key stays valid beside the new one, unless said otherwise
TOUCH_AFTER = timedelta(minutes=1)  # `last_used` is written no more often

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SECRET_DIGITS, _CHECK_DIGITS = 43, 6  # what 32 bytes and a CRC-32 take in these digits
_KEY = re.compile(rf"{PREFIX}_([0-9a-f]{{12}})_([0-9A-Za-z]{{{_SECRET_DIGITS + _CHECK_DIGITS}}})")
_OWNER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")


class Caller(Record):
    """Who asks. Without a key it is whoever sits at this machine: no owner, all scopes, no limits."""

    owner: str = ""
    key_id: str | None = None
    scopes: frozenset[Scope] = frozenset(get_args(Scope))
    requests_per_minute: int | None = None
    cost_per_day: float | None = None  # US dollars
    spent_today: float = 0.0  # US dollars, when the key was looked up

    def may(self, scope: Scope) -> bool:
        return scope in self.scopes or "admin" in self.scopes

    @property
    def has_spent_all(self) -> bool:
        return self.cost_per_day is not None and self.spent_today >= self.cost_per_day


class ApiKey(Record):
    """A key as it may be shown: everything but the key itself."""

    id: str
    owner: str
    name: str
    scopes: tuple[Scope, ...]
    requests_per_minute: int | None = None
    cost_per_day: float | None = None
    created: datetime
    expires: datetime | None = None
    revoked: datetime | None = None
    last_used: datetime | None = None

    def state(self, now: datetime) -> Literal["valid", "expired", "revoked"]:
        if self.revoked is not None:
            return "revoked"
        return "expired" if self.expires is not None and self.expires <= now else "valid"


class NewKey(NamedTuple):
    """`secret` is the whole key, to be shown once; it is nowhere else."""

    secret: str
    key: ApiKey

    def __repr__(self) -> str:
        return f"NewKey({self.key.id})"  # it may end up in a log


class WrongKey(Exception):
    """What was presented is no valid key. Says nothing of why: that would help those who guess."""


# ── making and ending keys ────────────────────────────────────────────────────────────────────────────────────────


def create(
    connection: Connection,
    *,
    name: str,
    now: datetime,
    owner: str | None = None,
    scopes: Iterable[str] = USUAL,
    requests_per_minute: int | None = None,
    cost_per_day: float | None = None,
    expires: datetime | None = None,
) -> NewKey:
    """A new key; its owner is its name where none is given. Raises InputError."""
    _refuse_odd(name, name if owner is None else owner, expires, now)
    key = ApiKey(
        id=secrets.token_hex(6),
        owner=name if owner is None else owner,
        name=name,
        scopes=_sorted_scopes(scopes),
        requests_per_minute=requests_per_minute,
        cost_per_day=cost_per_day,
        created=now,
        expires=expires,
    )
    secret = _with_checksum(f"{PREFIX}_{key.id}_{_in_digits(secrets.token_bytes(SECRET_BYTES), _SECRET_DIGITS)}")
    row = key.model_dump() | {"scopes": list(key.scopes), "sha256": _hash(secret)}
    connection.execute(insert(api_keys).values(row))
    return NewKey(secret, key)


def listed(connection: Connection) -> tuple[ApiKey, ...]:
    """All keys, oldest first."""
    rows = connection.execute(select(*_SHOWN).order_by(api_keys.c.created, api_keys.c.id))
    return tuple(map(_key_of, rows))


def revoke(connection: Connection, key_id: str, *, now: datetime) -> ApiKey:
    """The key, from now on refused. Raises InputError where there is none of that id."""
    key = _found(connection, key_id)
    if key.revoked is not None:
        return key
    connection.execute(update(api_keys).where(api_keys.c.id == key.id).values(revoked=now))
    return key.model_copy(update={"revoked": now})


def rotate(connection: Connection, key_id: str, *, now: datetime, overlap: timedelta = OVERLAP) -> NewKey:
    """A new key in place of one that stays valid for the overlap and no longer. Raises InputError."""
    old = _found(connection, key_id)
    if old.state(now) != "valid":
        raise InputError(f"The key {old.id} is {old.state(now)}.", field="id", fix="Create a new one.")
    until = now + overlap if old.expires is None else min(old.expires, now + overlap)
    lifetime = None if old.expires is None else now + (old.expires - old.created)
    connection.execute(update(api_keys).where(api_keys.c.id == old.id).values(expires=until))
    return create(
        connection,
        name=old.name,
        owner=old.owner,
        scopes=old.scopes,
        requests_per_minute=old.requests_per_minute,
        cost_per_day=old.cost_per_day,
        expires=lifetime,
        now=now,
    )


def _refuse_odd(name: str, owner: str, expires: datetime | None, now: datetime) -> None:
    for field, value in (("name", name), ("owner", owner)):
        if not _OWNER.fullmatch(value):
            fix = "Write up to 64 letters, digits and any of . _ @ -, beginning with a letter or digit."
            raise InputError(f"{value!r} cannot be the {field} of a key.", field=field, fix=fix)
    if expires is not None and expires <= now:
        raise InputError(f"{expires:%Y-%m-%d %H:%M} is past.", field="expires", fix="Give a time to come.")


def _sorted_scopes(scopes: Iterable[str]) -> tuple[Scope, ...]:
    wanted = {scope.strip() for scope in scopes}
    unknown = wanted - set(SCOPES)
    if unknown or not wanted:
        said = f"There is no scope {', '.join(sorted(unknown))}." if unknown else "A key needs a scope."
        raise InputError(said, field="scopes", fix=f"Scopes are {', '.join(SCOPES)}.")
    return tuple(scope for scope in SCOPES if scope in wanted)


def _found(connection: Connection, key_id: str) -> ApiKey:
    row = connection.execute(select(*_SHOWN).where(api_keys.c.id == key_id)).first()
    if row is None:
        fix = "`according keys list` shows them; the id stands between the two underscores of a key."
        raise InputError(f"There is no key {key_id[:20]!r}.", field="id", fix=fix)
    return _key_of(row)


_SHOWN = tuple(column for column in api_keys.c if column.name != "sha256")


def _key_of(row: Row[tuple[object, ...]]) -> ApiKey:
    return ApiKey.model_validate(dict(row._mapping))


# ── knowing a key again ───────────────────────────────────────────────────────────────────────────────────────────


def are_needed(connection: Connection) -> bool:
    """Whether any key was ever made; revoking the last one does not open the service again."""
    return connection.execute(select(api_keys.c.id).limit(1)).first() is not None


def authenticate(connection: Connection, presented: str, *, now: datetime) -> Caller:
    """Who presents that key. Raises WrongKey for anything that is no valid one."""
    key_id = id_of(presented)
    if key_id is None:
        raise WrongKey
    row = connection.execute(select(api_keys).where(api_keys.c.id == key_id)).first()
    # Compared even where there is none, so that the time taken tells no ids.
    if not hmac.compare_digest(_hash(presented), row.sha256 if row is not None else "0" * 64) or row is None:
        raise WrongKey
    known = {name: value for name, value in row._mapping.items() if name != "sha256"}
    key = ApiKey.model_validate(known)
    if key.state(now) != "valid":
        raise WrongKey
    return Caller(
        owner=key.owner,
        key_id=key.id,
        scopes=frozenset(key.scopes),
        requests_per_minute=key.requests_per_minute,
        cost_per_day=key.cost_per_day,
        spent_today=0.0 if key.cost_per_day is None else spent(connection, key.id, now.date()),
    )


def id_of(presented: str) -> str | None:
    """The id of what has the form and the checksum of a key; None for mistyped ones, without asking the store."""
    found = _KEY.fullmatch(presented)
    if found is None or not hmac.compare_digest(_with_checksum(presented[:-_CHECK_DIGITS]), presented):
        return None
    return found[1]


def touch(connection: Connection, key_id: str, *, now: datetime) -> None:
    """Remembers that the key was used, to the minute."""
    long_ago = api_keys.c.last_used.is_(None) | (api_keys.c.last_used <= now - TOUCH_AFTER)
    connection.execute(update(api_keys).where(api_keys.c.id == key_id, long_ago).values(last_used=now))


def _hash(key: str) -> str:
    # No slow hash: nobody guesses 32 random bytes, and each request is checked.
    return hashlib.sha256(key.encode()).hexdigest()


def _with_checksum(key: str) -> str:
    """So that a mistyped key is told from a wrong one, and scanners of repositories know one for sure."""
    return key + _in_digits(zlib.crc32(key.encode()).to_bytes(4, "big"), _CHECK_DIGITS)


def _in_digits(value: bytes, length: int) -> str:
    number, digits = int.from_bytes(value, "big"), ""
    for _ in range(length):
        number, digit = divmod(number, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits


# ── what they cost ────────────────────────────────────────────────────────────────────────────────────────────────


def spend(connection: Connection, key_id: str, *, cost: float, articles: int, day: date) -> None:
    """Adds to what the key has cost on that day (UTC), in US dollars."""
    upsert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    added = upsert(spending).values(api_key=key_id, day=day, cost=cost, articles=articles)
    connection.execute(
        added.on_conflict_do_update(
            index_elements=[spending.c.api_key, spending.c.day],
            set_={
                "cost": spending.c.cost + literal_column("excluded.cost"),
                "articles": spending.c.articles + literal_column("excluded.articles"),
            },
        )
    )


def spent(connection: Connection, key_id: str, day: date) -> float:
    """What the key has cost on that day (UTC), in US dollars."""
    asked = select(spending.c.cost).where(spending.c.api_key == key_id, spending.c.day == day)
    return float(connection.execute(asked).scalar() or 0.0)


def cost_per_day(connection: Connection, key_id: str) -> float | None:
    """What the key may cost in a day, in US dollars; None where nothing is said, or there is none of that id."""
    limit: float | None = connection.scalar(select(api_keys.c.cost_per_day).where(api_keys.c.id == key_id))
    return limit


def spent_on(connection: Connection, day: date, keys: Sequence[str]) -> dict[str, float]:
    """The same for several keys at once."""
    asked = select(spending.c.api_key, spending.c.cost).where(spending.c.day == day, spending.c.api_key.in_(keys))
    return {row.api_key: row.cost for row in connection.execute(asked)}
