"""Verdicts on claims; each claim knows what it says by a hash, and whether something newer stands in its place."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

# SQLite's way of changing a table is to make it anew, which loses what 0003 had tied to it.
_KEEP = "insert into claim_words (rowid, speaker_folded, folded) values (new.key, new.speaker_folded, new.folded);"
_DROP = (
    "insert into claim_words (claim_words, rowid, speaker_folded, folded)"
    " values ('delete', old.key, old.speaker_folded, old.folded);"
)
_TIED = (
    f"create trigger claim_words_insert after insert on claims begin {_KEEP} end",
    f"create trigger claim_words_delete after delete on claims begin {_DROP} end",
    "create trigger claim_words_update after update of key, speaker_folded, folded on claims"
    f" begin {_DROP} {_KEEP} end",
    "insert into claim_words (claim_words) values ('rebuild')",
)
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT_ONCE = 500


def upgrade() -> None:
    with op.batch_alter_table("claims") as claims:
        claims.add_column(sa.Column("binding", sa.String(64), nullable=True))
        claims.add_column(sa.Column("current", sa.Boolean(), nullable=True))
        claims.add_column(sa.Column("open", sa.Boolean(), nullable=True))
    _fill(op.get_bind())
    with op.batch_alter_table("claims") as claims:
        claims.alter_column("binding", existing_type=sa.String(64), nullable=False)
        claims.alter_column("current", existing_type=sa.Boolean(), nullable=False)
        claims.alter_column("open", existing_type=sa.Boolean(), nullable=False)
        claims.create_index("ix_claims_owner_binding", ["owner", "binding"])
        claims.create_index("ix_claims_owner_open_confidence_key", ["owner", "open", "confidence", "key"])
        claims.create_index(
            "ix_claims_owner_current_open_needs_review_binding",
            ["owner", "current", "open", "needs_review", "binding"],
        )
    if op.get_bind().dialect.name == "sqlite":
        for statement in _TIED:
            op.get_bind().exec_driver_sql(statement)
    op.create_table(
        "verdicts",
        sa.Column("key", KEY, nullable=False),
        sa.Column("owner", sa.String(length=64), server_default="", nullable=False),
        sa.Column("binding", sa.String(length=64), nullable=False),
        sa.Column("article", KEY, nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("look", sa.String(length=16), nullable=False),
        sa.Column("old", sa.Text(), nullable=True),
        sa.Column("new", sa.Text(), nullable=True),
        sa.Column("reviewer", sa.String(length=64), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=True),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("audit", sa.Boolean(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("undoes", KEY, nullable=True),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article"], ["articles.key"], name=op.f("fk_verdicts_article_articles"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_verdicts")),
    )
    op.create_index(op.f("ix_verdicts_article"), "verdicts", ["article"], unique=False)
    op.create_index(op.f("ix_verdicts_owner_binding"), "verdicts", ["owner", "binding"], unique=False)
    op.create_index(op.f("ix_verdicts_owner_reviewer_key"), "verdicts", ["owner", "reviewer", "key"], unique=False)
    op.create_table(
        "reviews",
        sa.Column("owner", sa.String(length=64), server_default="", nullable=False),
        sa.Column("binding", sa.String(length=64), nullable=False),
        sa.Column("article", KEY, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reviewer", sa.String(length=64), nullable=True),
        sa.Column("second_reviewer", sa.String(length=64), nullable=True),
        sa.Column("dispute", sa.Boolean(), nullable=False),
        sa.Column("skipped_until", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["article"], ["articles.key"], name=op.f("fk_reviews_article_articles"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("owner", "binding", name=op.f("pk_reviews")),
    )
    op.create_index(op.f("ix_reviews_article"), "reviews", ["article"], unique=False)
    op.create_index(op.f("ix_reviews_owner_dispute"), "reviews", ["owner", "dispute"], unique=False)
    op.create_index(op.f("ix_reviews_owner_state"), "reviews", ["owner", "state"], unique=False)
    op.create_table(
        "leases",
        sa.Column("owner", sa.String(length=64), server_default="", nullable=False),
        sa.Column("binding", sa.String(length=64), nullable=False),
        sa.Column("reviewer", sa.String(length=64), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.Column("audit", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "binding", name=op.f("pk_leases")),
    )
    op.create_table(
        "secrets",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_secrets")),
    )
    op.create_table(
        "reviewers",
        sa.Column("owner", sa.String(length=64), server_default="", nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("revoked", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("owner", "name", name=op.f("pk_reviewers")),
    )


def _fill(connection: sa.Connection) -> None:
    """The newest extraction of an article by a model is current."""
    claims = sa.table("claims", *(sa.column(name) for name in ("key", "binding", "current", "open")))
    change = sa.update(claims).where(claims.c.key == sa.bindparam("its_key"))
    change = change.values(binding=sa.bindparam("is"), current=sa.bindparam("newest"), open=sa.bindparam("newest"))
    for rows in _in_parts(connection):
        connection.execute(
            change,
            [{"its_key": row.key, "is": _binding(row.record, row.sha256), "newest": not row.newer} for row in rows],
        )


def _in_parts(connection: sa.Connection) -> Iterator[list[Any]]:
    asked = sa.text(
        "select claims.key, claims.record, articles.sha256, exists ("
        " select 1 from extractions newer where newer.article = mine.article and newer.model = mine.model"
        " and newer.created > mine.created) as newer"
        " from claims join extractions mine on mine.id = claims.extraction"
        " join articles on articles.key = claims.article"
        " where claims.key > :last order by claims.key limit :most"
    )
    last = 0
    while rows := connection.execute(asked, {"last": last, "most": AT_ONCE}).all():
        yield list(rows)
        last = rows[-1].key


def _binding(record: str, sha256: str) -> str:
    """As `service.store.bindings` made it when this step was written."""
    claim = json.loads(record)
    fields = ("span", "low", "high", "qualifier", "unit", "counted", "measure")
    said = {
        "article": sha256,
        "content": claim["content"],
        "speaker": [claim["source"][name] for name in ("name", "kind", "principal")],
        "stance": claim["stance"],
        "negated": claim["negated"],
        "hedged": claim["hedged"],
        "figures": [[figure[name] for name in fields] for figure in claim["figures"]],
    }
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode("utf-8")).hexdigest()
