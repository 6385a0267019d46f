"""Words of claims and names of speakers are found by every three characters that follow each other."""

import sqlalchemy as sa
from alembic import op

from service.errors import SetupError

revision = "0003"
down_revision = "0002"

_KEEP = "insert into claim_words (rowid, speaker_folded, folded) values (new.key, new.speaker_folded, new.folded);"
_DROP = (
    "insert into claim_words (claim_words, rowid, speaker_folded, folded)"
    " values ('delete', old.key, old.speaker_folded, old.folded);"
)
_SQLITE = (
    "create virtual table claim_words using fts5(speaker_folded, folded,"
    " content='claims', content_rowid='key', tokenize='trigram case_sensitive 1')",
    f"create trigger claim_words_insert after insert on claims begin {_KEEP} end",
    f"create trigger claim_words_delete after delete on claims begin {_DROP} end",
    "create trigger claim_words_update after update of key, speaker_folded, folded on claims"
    f" begin {_DROP} {_KEEP} end",
    "insert into claim_words (claim_words) values ('rebuild')",
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _sqlite()
    else:
        _postgresql()


def _sqlite() -> None:
    try:
        for statement in _SQLITE:
            op.get_bind().exec_driver_sql(statement)
    except sa.exc.OperationalError as error:
        if "fts5" not in str(error.orig) and "tokenizer" not in str(error.orig):
            raise
        raise SetupError(
            f"The SQLite of this Python cannot search words ({error.orig}): 3.34 or newer with FTS5 is needed. "
            "Use another Python, or PostgreSQL with ACCORDING_STORE=postgresql://…"
        ) from None


def _postgresql() -> None:
    """Where the extension may not be used, words are found by looking at every claim."""
    connection = op.get_bind()
    try:
        with connection.begin_nested():
            connection.exec_driver_sql("create extension if not exists pg_trgm")
    except sa.exc.DBAPIError:
        return
    for name in ("speaker_folded", "folded"):
        connection.exec_driver_sql(f"create index ix_claims_{name}_trigrams on claims using gin ({name} gin_trgm_ops)")
