"""Two articles are the same when all of them is, not their text alone; records are kept as they write themselves."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

AT_ONCE = 500


def upgrade() -> None:
    with op.batch_alter_table("articles") as articles:
        articles.add_column(sa.Column("fingerprint", sa.String(64), nullable=True))
    _fill_fingerprints(op.get_bind())
    with op.batch_alter_table("articles") as articles:
        articles.alter_column("fingerprint", existing_type=sa.String(64), nullable=False)
        articles.drop_constraint("uq_articles_owner_id_sha256", type_="unique")
        articles.create_unique_constraint("uq_articles_owner_fingerprint", ["owner", "fingerprint"])
        articles.create_index("ix_articles_owner_id", ["owner", "id"])
    with op.batch_alter_table("extractions") as extractions:
        extractions.alter_column(
            "rest", existing_type=sa.JSON(), type_=sa.Text(), existing_nullable=False, postgresql_using="rest::text"
        )
    with op.batch_alter_table("claims") as claims:
        claims.alter_column(
            "record", existing_type=sa.JSON(), type_=sa.Text(), existing_nullable=False, postgresql_using="record::text"
        )
        claims.alter_column("id", existing_type=sa.String(220), type_=sa.Text(), existing_nullable=False)


def _fill_fingerprints(connection: sa.Connection) -> None:
    articles = sa.table("articles", *(sa.column(name) for name in ("key", "fingerprint")))
    change = sa.update(articles).where(articles.c.key == sa.bindparam("its_key")).values(fingerprint=sa.bindparam("is"))
    for rows in _in_parts(connection):
        connection.execute(change, [{"its_key": row.key, "is": _fingerprint(row)} for row in rows])


def _in_parts(connection: sa.Connection) -> Iterator[list[Any]]:
    last = 0
    while True:
        rows = connection.execute(
            sa.text(
                "select key, id, sha256, title, outlet, published, language from articles"
                " where key > :last order by key limit :most"
            ),
            {"last": last, "most": AT_ONCE},
        ).all()
        if not rows:
            return
        yield list(rows)
        last = rows[-1].key


def _fingerprint(row: Any) -> str:
    """As `service.store.extractions` made it when this step was written."""
    published = None if row.published is None else str(row.published)
    parts = [row.id, row.sha256, row.title, row.outlet, published, row.language]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
