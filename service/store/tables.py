"""Which tables does the store have?

The shape only, the same for SQLite and PostgreSQL. How it came to be, step by step, is told by `migrations`; a test
compares the two. Whose a row is stands in `owner`: empty on one's own machine, else the name that an API key belongs
to. Every question to these tables names the owner.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMES)
VERSION_TABLE = "store_version"  # in which the shape's number stands; others may keep their tables beside ours

# SQLite counts up by itself only in a column that is INTEGER to the letter.
Key = BigInteger().with_variant(Integer, "sqlite")


class Moment(TypeDecorator[datetime]):
    """A time with its zone, kept in UTC: SQLite knows no zones."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else value.replace(tzinfo=UTC)


def _owner() -> Column[str]:
    return Column("owner", String(64), nullable=False, server_default="")


# ── what was read, and what was found ─────────────────────────────────────────────────────────────────────────────

articles = Table(
    "articles",
    metadata,
    Column("key", Key, primary_key=True),
    _owner(),
    Column("id", String(200), nullable=False),
    Column("sha256", String(64), nullable=False),  # of the text
    Column("fingerprint", String(64), nullable=False),  # of all that makes it this article
    Column("text", Text, nullable=False),
    Column("title", Text),
    Column("outlet", Text),
    Column("published", Date),
    Column("language", String(35)),
    Column("created", Moment, nullable=False),
    UniqueConstraint("owner", "fingerprint"),
    Index(None, "owner", "id"),
    Index(None, "owner", "sha256"),
)

extractions = Table(
    "extractions",
    metadata,
    Column("id", String(36), primary_key=True),
    _owner(),
    Column("article", Key, ForeignKey(articles.c.key, ondelete="CASCADE"), nullable=False),
    Column("model", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("created", Moment, nullable=False),
    Column("claims", Integer, nullable=False),
    Column("cost", Float),  # US dollars; null where nobody knows
    Column("job", String(36)),
    Column("rest", Text, nullable=False),  # the record without its article and claims, as JSON
    Index(None, "owner", "created", "id"),
    Index(None, "owner", "model"),
    Index(None, "job"),
    Index(None, "article"),
)

claims = Table(
    "claims",
    metadata,
    Column("key", Key, primary_key=True),  # also the order of pages
    _owner(),
    Column("extraction", String(36), ForeignKey(extractions.c.id, ondelete="CASCADE"), nullable=False),
    Column("article", Key, ForeignKey(articles.c.key, ondelete="CASCADE"), nullable=False),
    Column("id", Text, nullable=False),
    Column("binding", String(64), nullable=False),  # of article, place, speaker and figures: see `bindings`
    Column("current", Boolean, nullable=False),  # of the model's newest extraction of the article
    Column("open", Boolean, nullable=False),  # current, and nobody has judged it
    Column("speaker", Text),
    Column("speaker_folded", Text),  # with its aliases, one a line
    Column("kind", String(16), nullable=False),
    Column("folded", Text, nullable=False),  # the content's words, for searching
    Column("stance", String(24), nullable=False),
    Column("confidence", Float, nullable=False),
    Column("needs_review", Boolean, nullable=False),
    Column("day", Date, nullable=False),  # of publication, else of extraction
    Column("record", Text, nullable=False),  # as JSON
    UniqueConstraint("extraction", "id"),
    Index(None, "owner", "key"),
    Index(None, "owner", "day", "key"),
    Index(None, "owner", "confidence", "key"),
    Index(None, "owner", "kind", "key"),
    Index(None, "owner", "binding"),
    Index(None, "owner", "open", "confidence", "key"),
    Index(None, "owner", "current", "open", "needs_review", "binding"),
    Index(None, "article"),
)

_WIDE = "high > low"

claim_figures = Table(
    "claim_figures",
    metadata,
    Column("claim", Key, ForeignKey(claims.c.key, ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    # For comparing: an open side is that of the other bound; the exact decimals stand in the claim's record.
    Column("low", Float),
    Column("high", Float),
    Column("qualifier", String(16), nullable=False),
    Column("unit", Text),
    Column("counted_folded", Text),
    Column("measure_folded", Text),
    PrimaryKeyConstraint("claim", "position"),
    Index(None, "low", "high", "claim"),
    Index("ix_claim_figures_wide", "low", "high", "claim", sqlite_where=text(_WIDE), postgresql_where=text(_WIDE)),
)

claim_flags = Table(
    "claim_flags",
    metadata,
    Column("claim", Key, ForeignKey(claims.c.key, ondelete="CASCADE"), nullable=False),
    Column("code", String(64), nullable=False),
    PrimaryKeyConstraint("claim", "code"),
    Index(None, "code", "claim"),
)

# ── work on many articles ─────────────────────────────────────────────────────────────────────────────────────────

jobs = Table(
    "jobs",
    metadata,
    Column("id", String(36), primary_key=True),
    _owner(),
    Column("name", Text),
    Column("state", String(16), nullable=False),  # incoming, queued, running, done, cancelled
    Column("priority", Integer, nullable=False, server_default="0"),  # higher goes first
    Column("model", Text, nullable=False),
    Column("options", JSON, nullable=False),  # settings that differ from the worker's own
    Column("total", Integer, nullable=False),
    Column("max_cost", Float),
    Column("per_minute", Integer),  # most articles begun in a minute
    Column("webhook", Text),
    Column("api_key", String(32)),
    Column("chunks", Integer, nullable=False, server_default="0"),  # numbers of chunks given out so far
    Column("enqueued", Integer, nullable=False, server_default="0"),  # numbers below this were put in line
    Column("paused", Text),  # why no article is begun, in words
    Column("next_start", Float),  # when the next article may begin, in seconds since 1970
    Column("created", Moment, nullable=False),
    Column("started", Moment),
    Column("finished", Moment),
    Index(None, "owner", "created", "id"),
    Index(None, "state"),
)

job_articles = Table(
    "job_articles",
    metadata,
    Column("job", String(36), ForeignKey(jobs.c.id, ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),  # from 0, in the order they came
    Column("id", String(200), nullable=False),  # the article's own
    Column("chunk", Integer, nullable=False),
    Column("article", Key, ForeignKey(articles.c.key, ondelete="CASCADE")),
    Column("file_name", Text),  # where a file must be read first
    Column("file", LargeBinary),  # gone as soon as its article is known
    Column("state", String(16), nullable=False),  # waiting, done, failed, cancelled
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("extraction", String(36)),
    Column("status", String(16)),  # the extraction's
    Column("error", String(64)),  # a code, as in the error tree
    Column("message", Text),
    Column("calls", Integer, nullable=False, server_default="0"),
    Column("prompt_tokens", Integer, nullable=False, server_default="0"),
    Column("completion_tokens", Integer, nullable=False, server_default="0"),
    Column("cost", Float),
    Column("finished", Moment),
    PrimaryKeyConstraint("job", "position"),
    UniqueConstraint("job", "id"),
    Index(None, "job", "state"),
    Index(None, "job", "chunk"),
    Index(None, "article"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", String(36), primary_key=True),  # also the webhook-id that receivers tell repeats by
    _owner(),
    Column("job", String(36), ForeignKey(jobs.c.id, ondelete="CASCADE"), nullable=False),
    Column("url", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String(16), nullable=False),  # waiting, delivered, given_up
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_try", Moment, nullable=False),
    Column("message", Text),  # why the last try failed
    Column("created", Moment, nullable=False),
    UniqueConstraint("job", "url"),
    Index(None, "state", "next_try"),
)

workers = Table(
    "workers",
    metadata,
    Column("id", String(100), primary_key=True),  # host:pid:random
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("started", Moment, nullable=False),
    Column("seen", Moment, nullable=False),
)

# ── who may ask, and how much ─────────────────────────────────────────────────────────────────────────────────────

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String(32), primary_key=True),  # the part of the key that may be shown
    _owner(),
    Column("name", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("requests_per_minute", Integer),
    Column("cost_per_day", Float),  # US dollars
    Column("created", Moment, nullable=False),
    Column("expires", Moment),
    Column("revoked", Moment),
    Column("last_used", Moment),
)

spending = Table(
    "spending",
    metadata,
    Column("api_key", String(32), nullable=False),
    Column("day", Date, nullable=False),  # UTC
    Column("cost", Float, nullable=False, server_default="0"),
    Column("articles", Integer, nullable=False, server_default="0"),
    PrimaryKeyConstraint("api_key", "day"),
)

idempotency = Table(
    "idempotency",
    metadata,
    _owner(),
    Column("key", String(255), nullable=False),
    Column("fingerprint", String(64), nullable=False),  # of method, address and body
    Column("status", Integer),  # null while the first request is under way
    Column("body", Text),
    Column("created", Moment, nullable=False),
    PrimaryKeyConstraint("owner", "key"),
    Index(None, "created"),
)

# ── what people said of claims ────────────────────────────────────────────────────────────────────────────────────

# Only ever added to; what holds now follows from it. The claims themselves may be gone: `old` and `new` hold them.
verdicts = Table(
    "verdicts",
    metadata,
    Column("key", Key, primary_key=True),
    _owner(),
    Column("binding", String(64), nullable=False),
    Column("article", Key, ForeignKey(articles.c.key, ondelete="CASCADE"), nullable=False),
    Column("action", String(16), nullable=False),  # accept, reject, edit, add, skip, discard, undo
    Column("look", String(16), nullable=False),  # first, second, settling
    Column("old", Text),  # the claim as it was shown, as JSON
    Column("new", Text),  # the claim as it is right, likewise
    Column("reviewer", String(64), nullable=False),
    Column("seconds", Float),  # from seeing the claim to saying so
    Column("model", Text),  # whose claim was in view
    Column("blind", Boolean, nullable=False),  # whether nobody's answer was
    Column("audit", Boolean, nullable=False),  # whether the claim came by chance, not for its doubts
    Column("confidence", Float),
    Column("undoes", Key),
    Column("created", Moment, nullable=False),
    Index(None, "owner", "binding"),
    Index(None, "owner", "reviewer", "key"),
    Index(None, "article"),
)

# What follows from the verdicts, one row for each claim that has any: for the queue, and for compare-and-set.
reviews = Table(
    "reviews",
    metadata,
    _owner(),
    Column("binding", String(64), nullable=False),
    Column("article", Key, ForeignKey(articles.c.key, ondelete="CASCADE"), nullable=False),
    Column("state", String(16), nullable=False),  # open, accepted, rejected, edited, added, discarded
    Column("version", Integer, nullable=False),
    Column("reviewer", String(64)),  # who said what holds
    Column("second_reviewer", String(64)),
    Column("dispute", Boolean, nullable=False),  # two looks that differ, not settled
    Column("skipped_until", Moment),
    PrimaryKeyConstraint("owner", "binding"),
    Index(None, "owner", "state"),
    Index(None, "owner", "dispute"),
    Index(None, "article"),
)

leases = Table(
    "leases",
    metadata,
    _owner(),
    Column("binding", String(64), nullable=False),
    Column("reviewer", String(64), nullable=False),
    Column("until", Moment, nullable=False),
    Column("audit", Boolean, nullable=False),  # as in verdicts
    PrimaryKeyConstraint("owner", "binding"),
)

reviewers = Table(
    "reviewers",
    metadata,
    _owner(),
    Column("name", String(64), nullable=False),
    Column("role", String(16), nullable=False),  # reviewer, adjudicator, admin
    Column("sha256", String(64), nullable=False),  # of the token
    Column("created", Moment, nullable=False),
    Column("revoked", Moment),
    PrimaryKeyConstraint("owner", "name"),
)

# What processes on one store share and nobody else may know.
secrets = Table(
    "secrets", metadata, Column("name", String(32), primary_key=True), Column("value", Text, nullable=False)
)
